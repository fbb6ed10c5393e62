// The modal split of the diffusivity (MDMA: mass-diffusivity modal analysis; Gordiz et al., 10.1016/j.xcrp.2021.100431), exact and fast:
//     D_nn' = S_n·S_n'/(6 N_c) · d⟨ΔQ_n ΔQ_n'⟩/dτ,   D_n = Σ_n' D_nn',   Σ_n D_n = D_σ = d⟨|Σ_c Δr|²⟩/dτ / (6 N_c),
//     σ_n = N_c (Ze)² D_n / (V k_B T).
// The printed form (their eqs. 10–11) lacks the 1/N_c of the pairs; shares do not notice. D_nn' may be negative: shares are signed, the
// accumulation may pass 1 or dip below 0, and nothing is clipped. "Diagonal" is a label of one basis: inside a degenerate group it
// depends on the choice of vectors, so the share summed over degenerate groups stands first.
// Modal numbers are those of the laboratory frame. With zero total momentum the framework recoils and they are (1 − N_c m_c/M)² of what an
// observer on the framework sees; shares are the same in both.

import {
  type Estimate,
  type F64,
  InputError,
  type Note,
  Notes,
  Pacer,
  Rng,
  type RunOptions,
  type StochasticOptions,
} from "../base/index.js";
import type { Trajectory } from "../dynamics/index.js";
import type { Modes } from "../modes/index.js";
import { type Band, halfWidth, Resampling } from "./modal-bootstrap.js";
import { carrierMassShare } from "./modal-carriers.js";
import { conductivityPerDiffusivity, effectiveJumps, perCm2s } from "./modal-figures.js";
import { type ModalSample, ModalSampleAnalysis, type ModalSampleOptions } from "./modal-sample.js";
import { type ModalShares, modalShares } from "./modal-shares.js";

export interface ModalDiffusionOptions extends ModalSampleOptions, StochasticOptions, ModalFigureOptions {}

export interface ModalFigureOptions {
  /** Resamplings of the blocks. Default 1000. */
  readonly repeats?: number;
  /** Jumps counted in all trajectories together, or their log. Default: an effective number from the tracer diffusivity and `jumpLengthA`. */
  readonly jumps?: number | { readonly count: number };
  /** Length of a jump, Å. Default: mean distance of a carrier to the nearest other one in the reference. */
  readonly jumpLengthA?: number;
  /** For the conductivity: charge of a carrier, e, and temperature, K. Default: no conductivity. */
  readonly conductivity?: { readonly charge: number; readonly temperatureK: number };
  /** Length of the list of leading modes. Default 5. */
  readonly top?: number;
}

export interface ModalDiffusion extends ModalShares {
  readonly modes: Modes;
  readonly projection: "full" | "carriers";
  readonly carriers: readonly number[];
  /** The frame of `total`, `perMode` and `pairs`. */
  readonly frame: "laboratory";
  /** D_σ, cm²/s. */
  readonly total: Estimate;
  /** D_σ against the framework's centre of mass, measured, cm²/s. */
  readonly totalFramework: Estimate;
  /** (1 − N_c m_c/M)²: laboratory over framework frame when the total momentum is zero. */
  readonly frameFactor: number;
  readonly tracer: Estimate; // cm²/s, laboratory
  readonly tracerFramework: Estimate; // cm²/s
  /** D_tracer/D_σ, both in the framework's frame. */
  readonly haven: Estimate;
  /** [count] D_n, cm²/s, and its error. */
  readonly perMode: F64;
  readonly perModeError: F64;
  /** [count,count] D_nn', cm²/s, symmetric, and its standard error over blocks. */
  readonly pairs: F64;
  readonly pairsError: F64;
  readonly conductivity?: {
    readonly total: Estimate; // mS/cm, from D_σ against the framework: what an electrode measures
    readonly perMode: F64; // [count] mS/cm, the same divided by the shares
  };
  /** [lags] what each lag alone gives: moments, Å² (D τ), shares of them, and the sum rule. */
  readonly byLag: {
    readonly lagsPs: F64;
    readonly collective: F64; // ⟨|Σ_c Δr|²⟩/(6 N_c), Å²
    readonly diagonalShare: Band;
    readonly groupedShare: Band;
    readonly closure: F64; // worst block
  };
  /** [first, last] lag of the fit, ps. */
  readonly fitPs: readonly [number, number];
  readonly blocks: number;
  readonly durationPs: number;
  /** Largest relative difference of Σ_nn' and the carriers' own motion, over lags and blocks. */
  readonly closure: number;
  readonly jumps: { readonly count: number; readonly counted: boolean };
  /** False with fewer than ten jumps, or with fewer than two blocks. */
  readonly converged: boolean;
  readonly notes: readonly Note[];
}

const FEWEST_JUMPS = 10;
const WISHED_BLOCKS = 5;

/**
 * Splits the diffusivity of one or several independent runs over `modes`.
 * Memory: some [count,count] matrices per block and the frames of the longest lag; time: one product per frame and one per lag.
 */
export async function modalDiffusion(
  replicas: Trajectory | readonly Trajectory[],
  modes: Modes,
  options: ModalDiffusionOptions,
): Promise<ModalDiffusion> {
  return modalDiffusionOf(await sampleModes(replicas, modes, options), options);
}

/** The passes over the frames alone: for numbers that several combinations share. */
export async function sampleModes(
  replicas: Trajectory | readonly Trajectory[],
  modes: Modes,
  options: ModalSampleOptions & RunOptions,
): Promise<readonly ModalSample[]> {
  const runs = "frames" in replicas ? [replicas] : replicas;
  if (runs.length === 0) throw new InputError("there is no trajectory", "give at least one");
  const counts: number[] = [];
  for (const run of runs) counts.push(run.frameCount ?? (await countFrames(run, options)));
  const spacing = Math.max(...runs.map((run) => run.frameSpacingFs));
  // One length of block for all runs, so that all blocks weigh alike: a fifth of the shortest run.
  const shortest = Math.min(...counts.map((count, r) => count * runs[r]!.frameSpacingFs));
  const blockPs = options.blockPs ?? (Math.floor(shortest / WISHED_BLOCKS / spacing) * spacing) / 1e3;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const pacer = new Pacer("projecting frames on modes", options);
  const samples: ModalSample[] = [];
  let done = 0;
  for (const run of runs) {
    const analysis = new ModalSampleAnalysis(modes, { ...options, blockPs });
    analysis.begin(run);
    for await (const frame of run.frames(options.signal ? { signal: options.signal } : {})) {
      analysis.add(frame);
      if (++done % 64 === 0) await pacer.tick(done, total);
    }
    samples.push(analysis.finish());
  }
  return samples;
}

/** The split from samples of the same modes and lags. */
export function modalDiffusionOf(
  samples: readonly ModalSample[],
  options: ModalFigureOptions & { readonly seed: number },
): ModalDiffusion {
  checkAlike(samples);
  const { carriers, plan } = samples[0]!;
  const { modes } = carriers;
  const blocks = samples.flatMap((sample) => sample.blocks);
  const resampling = new Resampling(
    Float64Array.from(blocks, ({ origins }) => origins),
    Rng.fromSeed(options.seed).fork("modal-diffusion"),
    options.repeats ?? 1000,
  );
  const shares = modalShares(samples, resampling, options.top ?? 5);
  const { collective, collectiveFramework, tracer, tracerFramework } = shares.slopes;
  const estimate = (of: { readonly value: number; readonly replicas: F64 }): Estimate => ({
    value: of.value * perCm2s,
    standardError: resampling.error(of.replicas) * perCm2s,
    unit: "cm²/s",
  });
  const haven: Estimate = {
    value: tracerFramework.value / collectiveFramework.value,
    standardError: resampling.error(
      tracerFramework.replicas.slice().map((value, r) => value / collectiveFramework.replicas[r]!),
    ),
    unit: "1",
  };
  const durationPs = (blocks.length * plan.blockFrames * plan.spacingFs) / 1e3;
  const jumps =
    options.jumps === undefined
      ? { count: effectiveJumps(carriers, tracerFramework.value * 1e3 * durationPs, options), counted: false }
      : { count: typeof options.jumps === "number" ? options.jumps : options.jumps.count, counted: true };
  const perMode = shares.perMode.value.slice().map((d) => d * perCm2s);
  const total = estimate(collective);
  const pairs = meanPairs(samples, resampling);
  const totalFramework = estimate(collectiveFramework);
  const sigma = options.conductivity && conductivityPerDiffusivity(carriers, options.conductivity);
  const closure = Math.max(...blocks.flatMap((block) => [...block.closure]));
  return {
    ...shares.result,
    modes,
    projection: carriers.projection,
    carriers: Array.from(carriers.atoms),
    frame: "laboratory",
    total,
    totalFramework,
    frameFactor: (1 - carrierMassShare(carriers)) ** 2,
    tracer: estimate(tracer),
    tracerFramework: estimate(tracerFramework),
    haven,
    perMode,
    perModeError: halfWidth(shares.perMode).map((d) => d * perCm2s),
    ...pairs,
    ...(sigma === undefined
      ? {}
      : {
          conductivity: {
            total: {
              value: totalFramework.value * sigma,
              standardError: totalFramework.standardError * sigma,
              unit: "mS/cm",
            },
            perMode: perMode.map((d) => (d / total.value) * totalFramework.value * sigma),
          },
        }),
    fitPs: [plan.lagsPs[plan.fitFrom]!, plan.lagsPs[plan.lagsPs.length - 1]!],
    blocks: blocks.length,
    durationPs,
    closure,
    jumps,
    converged: jumps.count >= FEWEST_JUMPS && blocks.length > 1,
    notes: notesOf(samples, jumps, blocks.length),
  };
}

function meanPairs(samples: readonly ModalSample[], resampling: Resampling): { pairs: F64; pairsError: F64 } {
  const blocks = samples.flatMap((sample) => sample.blocks);
  const size = blocks[0]!.pairs.length;
  const origins = blocks.reduce((sum, block) => sum + block.origins, 0);
  const pairs = new Float64Array(size);
  for (const block of blocks) {
    const weight = (block.origins / origins) * perCm2s;
    for (let k = 0; k < size; k++) pairs[k]! += weight * block.pairs[k]!;
  }
  const pairsError = new Float64Array(size);
  for (const block of blocks) {
    const weight = block.origins / origins;
    for (let k = 0; k < size; k++) pairsError[k]! += (weight * (block.pairs[k]! * perCm2s - pairs[k]!)) ** 2;
  }
  // Variance of a weighted mean of B blocks: Σ w²(x − x̄)² B/(B − 1); NaN for one block.
  const scale = resampling.blocks / (resampling.blocks - 1);
  for (let k = 0; k < size; k++)
    pairsError[k] = Math.sqrt(pairsError[k]! * (resampling.blocks > 1 ? scale : Number.NaN));
  return { pairs, pairsError };
}

function notesOf(
  samples: readonly ModalSample[],
  jumps: { readonly count: number; readonly counted: boolean },
  blocks: number,
): readonly Note[] {
  const notes = new Notes();
  for (const sample of samples) notes.addAll(sample.notes);
  if (!(jumps.count >= FEWEST_JUMPS)) {
    notes.add(
      "modal-not-converged",
      `not converged: ${jumps.counted ? "" : "about "}${jumps.count.toFixed(jumps.counted ? 0 : 1)} jumps in all; below ${FEWEST_JUMPS} neither D nor its shares mean anything`,
      "run longer, hotter, or more replicas",
    );
  }
  const left = samples.reduce((sum, sample) => sum + sample.leftoverFrames * sample.plan.spacingFs, 0) / 1e3;
  if (left > 0) {
    notes.add(
      "modal-frames-left",
      `${left.toPrecision(4)} ps at the ends of the runs fill no block and are in no number`,
      "choose blockPs so that it divides the runs",
    );
  }
  if (blocks < WISHED_BLOCKS) {
    notes.add(
      "modal-few-blocks",
      `errors rest on ${blocks} block${blocks === 1 ? "" : "s"}`,
      `use ${WISHED_BLOCKS} independent runs or shorter blocks`,
    );
  }
  const unstable = Array.from(samples[0]!.carriers.modes.frequencies).filter((f) => f < -1e-3).length;
  if (unstable > 0) {
    notes.add(
      "modal-unstable-modes",
      `${unstable} modes of the reference are unstable: it is not a minimum`,
      "relax the reference before reading frequencies off the split",
    );
  }
  return notes.list();
}

function checkAlike(samples: readonly ModalSample[]): void {
  const first = samples[0];
  if (!first) throw new InputError("there is no sample", "analyse at least one trajectory");
  for (const { carriers, plan } of samples) {
    const same =
      carriers.modes === first.carriers.modes &&
      carriers.projection === first.carriers.projection &&
      Array.from(carriers.atoms).join() === Array.from(first.carriers.atoms).join() &&
      plan.fitFrom === first.plan.fitFrom &&
      plan.lagsPs.length === first.plan.lagsPs.length &&
      Array.from(plan.lagsPs).every((lag, k) => Math.abs(lag - first.plan.lagsPs[k]!) < 1e-9 * lag);
    if (!same) {
      throw new InputError(
        "the samples differ in modes, carriers or lags",
        "analyse all replicas with one set of modes and options",
      );
    }
  }
}

async function countFrames(run: Trajectory, options: RunOptions): Promise<number> {
  const pacer = new Pacer("counting frames", options);
  let count = 0;
  for await (const _ of run.frames(options.signal ? { signal: options.signal } : {})) await pacer.tick(++count);
  return count;
}
