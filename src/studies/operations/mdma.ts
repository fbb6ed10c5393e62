// The modal split of somebody's trajectory (MDMA): D_σ = Σ_nn' D_nn' over the vibrations of a reference, with errors and with what an empty
// result would look like. Runs are replicas; one run is cut into blocks.

import { InputError, type Note, Notes, type RunOptions } from "../../base/index.js";
import {
  harmonicTrajectory,
  type ModalGreenKubo,
  ModalGreenKuboAnalysis,
  type ModalPublished,
  ModalPublishedAnalysis,
  planLags,
  type RunSplit,
  splitRuns,
} from "../../coupling/index.js";
import type { Trajectory } from "../../dynamics/index.js";
import { forceConstants, imposeAcousticSumRule, type Modes, solveModes } from "../../modes/index.js";
import { atomCount, type Crystal } from "../../structure/index.js";
import { analyse } from "../../transport/index.js";
import { bringToRest } from "./at-rest.js";
import { type ChosenForces, chooseForces } from "./forces.js";
import { type MdmaFound, type MdmaInput, type MdmaParameters, mdmaParameters } from "./mdma-input.js";
import { type MdmaData, type MdmaOutcome, mdmaOutcome } from "./mdma-output.js";
import { checkLagsFit, checkReference, countRuns, type RunCount, runPart } from "./mdma-runs.js";
import { eigenSeconds, hessianSeconds, memoryMb, type Operation } from "./operation.js";

export interface MdmaOperation extends Operation<typeof mdmaParameters, MdmaInput, MdmaData> {
  run(input: MdmaInput, request: MdmaParameters, options?: RunOptions): Promise<MdmaOutcome>;
}

export const mdmaOperation: MdmaOperation = {
  name: "mdma",
  parameters: mdmaParameters,
  async run(input, request, options = {}) {
    const notes = new Notes();
    const runs = input.runs.map(({ name, trajectory }) => {
      const part = runPart(trajectory, request, name);
      checkReference(part, input.reference, name);
      return { name, trajectory: part };
    });
    const counts = await countRuns(runs, options);
    const spacing = sameSpacing(counts);
    const lagsPs = lagsOf(counts, spacing, request);
    checkLagsFit(lagsPs, { counts, spacingFs: spacing, blocks: request.blocks });
    const { modes, forces } = await modesOf(input, { request, notes, options });
    const counted = runs.map(({ trajectory }, r) => ({ ...trajectory, frameCount: counts[r]!.frames }));
    const temperature = temperatureOf(counts, request, notes);
    const settings = {
      ...options,
      carriers: request.ion,
      lagsPs,
      degeneracyTolerance: request.groupToleranceThz,
      repeats: request.repeats,
      top: request.top,
      seed: input.seed,
      projection: request.projection,
      maxOrigins: 20_000,
      ...(request.blocks === undefined ? {} : { blocksPerRun: request.blocks }),
      ...(temperature ? { conductivity: { charge: request.chargeE, temperatureK: temperature.valueK } } : {}),
    };
    const split = await splitRuns(counted, modes, settings);
    const found: MdmaFound = {
      ...split,
      modes,
      counts,
      frameSpacingFs: spacing,
      lagsPs,
      temperature,
      ...(temperature ? { harmonic: await harmonicNull(counts, modes, { ...settings, temperature, spacing }) } : {}),
      ...(await otherEstimator(counted, modes, { ...settings, request, blockPs: split.blockPs, notes })),
      ...(forces ? { forces } : {}),
    };
    return mdmaOutcome(found, request, notes);
  },
  estimate(input, request) {
    const n = atomCount(input.reference);
    const frames = input.runs.reduce((sum, { trajectory }) => sum + (trajectory.frameCount ?? 0), 0) / request.stride;
    const relaxing = "forces" in input.source ? hessianSeconds(n) + 20 * (n / 192) : 0;
    // Some 25 GFLOP/s: projection, and one product per lag for values and errors each, twice for the harmonic null.
    const lags = request.lagsPs?.split(",").length ?? 10;
    const passes = (frames * 2 * (3 * n) ** 2 * (2 + 2 * lags) * 2) / 10e9;
    return {
      seconds: relaxing + eigenSeconds(n) + passes + 2,
      memoryMb: memoryMb(n, 30),
      diskMb: (2 * 8 * (3 * n) ** 2) / 1e6,
      work: [
        ...("modes" in input.source ? [] : [`force constants and modes of ${n} atoms`]),
        `modal split of ${input.runs.length} trajector${input.runs.length === 1 ? "y" : "ies"}${frames > 0 ? `, ${Math.round(frames)} frames` : ""}`,
      ],
    };
  },
};

function sameSpacing(counts: readonly RunCount[]): number {
  const spacings = counts.map(({ spacingFs }) => spacingFs);
  const [first = 0] = spacings;
  const other = spacings.findIndex((spacing) => Math.abs(spacing - first) > 1e-6 * first);
  if (other < 0) return first;
  throw new InputError(
    `frames of ${counts[0]!.name} are ${first} fs apart, those of ${counts[other]!.name} ${spacings[other]} fs`,
    "replicas are sampled alike: convert one of them with a stride",
  );
}

function lagsOf(counts: readonly RunCount[], spacing: number, { lagsPs, blocks }: MdmaParameters): number[] {
  if (lagsPs !== undefined) {
    const lags = lagsPs.split(",").map(Number);
    planLags(spacing, Number.POSITIVE_INFINITY, { lagsPs: lags }); // whole frames, ascending
    return lags;
  }
  const shortest = Math.min(...counts.map(({ frames }) => frames));
  const perRun = blocks ?? Math.max(1, Math.ceil(5 / counts.length));
  const block = Math.floor(shortest / perRun);
  if (block < 3)
    throw new InputError(
      `blocks of ${block} frames (${shortest} frames in ${perRun} blocks) hold no two lags`,
      "give a longer trajectory, fewer --blocks or a smaller --stride",
    );
  return [...planLags(spacing, block).lagsPs];
}

interface ModesWork {
  readonly request: MdmaParameters;
  readonly notes: Notes;
  readonly options: RunOptions;
}

async function modesOf(
  { source, reference }: MdmaInput,
  { request, notes, options }: ModesWork,
): Promise<{ readonly modes: Modes; readonly forces?: ChosenForces }> {
  if ("modes" in source) return { modes: source.modes };
  if ("constants" in source) {
    const modes = solveModes(imposeAcousticSumRule(source.constants));
    notes.addAll(modes.notes ?? []);
    return { modes };
  }
  modalCarriersOfCrystal(reference, request.ion);
  const forces = chooseForces(source.forces, reference, request);
  const raw = new Notes();
  const rest = await bringToRest(reference, forces.field, {
    ...options,
    relax: true,
    tolerance: 1e-5,
    name: "the reference",
    notes: raw,
  });
  notes.addAll(
    raw.list().map((note): Note => (note.code === "end-point-relaxed" ? { ...note, code: "reference-relaxed" } : note)),
  );
  const modes = solveModes(await forceConstants(rest.crystal, forces.field, options));
  notes.addAll(modes.notes ?? []);
  return { modes, forces };
}

/** Before long work: is there such an ion at all? */
function modalCarriersOfCrystal(crystal: Crystal, ion: string): void {
  if (crystal.elements.includes(ion)) return;
  throw new InputError(
    `the reference has no ${ion}`,
    `name the carrier with --ion; it has ${crystal.elements.join(", ")}`,
  );
}

function temperatureOf(
  counts: readonly RunCount[],
  { temperatureK }: MdmaParameters,
  notes: Notes,
): MdmaFound["temperature"] {
  const measured = counts.map((count) => count.temperatureK);
  const mean = measured.every((value) => value !== null)
    ? measured.reduce((sum: number, value, r) => sum + value! * counts[r]!.frames, 0) /
      counts.reduce((sum, { frames }) => sum + frames, 0)
    : null;
  if (temperatureK !== undefined) {
    if (mean !== null && Math.abs(mean - temperatureK) > 0.1 * temperatureK)
      notes.add(
        "temperature-differs",
        `the velocities are those of ${mean.toFixed(1)} K, ${temperatureK} K was given and taken`,
      );
    return { valueK: temperatureK, from: "given" };
  }
  if (mean !== null) return { valueK: mean, from: "velocities" };
  notes.add(
    "temperature-unknown",
    "the trajectory has no velocities and no temperature was given: no harmonic null and no conductivity",
    "add --temperature-k",
  );
  return null;
}

type Settings = Parameters<typeof splitRuns>[2];

interface NullWork {
  readonly temperature: { readonly valueK: number };
  readonly spacing: number;
}

function harmonicNull(counts: readonly RunCount[], modes: Modes, options: Settings & NullWork): Promise<RunSplit> {
  const crystals = counts.map(({ frames }, r) =>
    harmonicTrajectory(modes, {
      temperatureK: options.temperature.valueK,
      frames,
      frameSpacingFs: options.spacing,
      seed: (options.seed + 7919 * (r + 1)) % 2 ** 32,
    }),
  );
  return splitRuns(crystals, modes, { ...options, jumps: 0 });
}

interface OtherWork {
  readonly request: MdmaParameters;
  readonly blockPs: number;
  readonly notes: Notes;
}

async function otherEstimator(
  runs: readonly Trajectory[],
  modes: Modes,
  options: Settings & OtherWork,
): Promise<Pick<MdmaFound, "greenKubo" | "published">> {
  const { request, blockPs, seed, carriers, lagsPs, notes } = options;
  if (request.estimator === "green-kubo") {
    const cutPs = request.cutPs ?? Math.min(lagsPs[0]!, 0.4 * blockPs);
    const from = rateSource(runs[0]!, modes, notes);
    const results: ModalGreenKubo[] = [];
    for (const run of runs) {
      const analysis = new ModalGreenKuboAnalysis(modes, {
        carriers,
        projection: request.projection,
        cutPs,
        blockPs,
        from,
        degeneracyTolerance: request.groupToleranceThz,
        seed,
      });
      results.push((await analyse(run, { greenKubo: analysis }, options)).greenKubo);
    }
    return { greenKubo: results };
  }
  if (request.estimator === "published") {
    const results: ModalPublished[] = [];
    for (const run of runs) {
      const everyFrames = Math.max(1, Math.round(PUBLISHED_INTERVAL_FS / run.frameSpacingFs));
      const increments = Math.floor((run.frameCount! - 1) / everyFrames);
      const blockIncrements = Math.max(2, Math.min(400, Math.floor(increments / 5)));
      const analysis = new ModalPublishedAnalysis(modes, {
        carriers,
        everyFrames,
        blockIncrements,
        dropUpToThz: 1e-3,
        seed,
      });
      results.push((await analyse(run, { published: analysis }, options)).published);
    }
    return { published: results };
  }
  return {};
}

/** Between positions that are differenced: every 5th or 10th frame of 2 fs in the published scripts. */
const PUBLISHED_INTERVAL_FS = 10;

/**
 * Velocities sampled more rarely than twice a period fold vibrations onto zero frequency; mean velocities between frames, which are differences of
 * positions, do not: their integral is the increment itself.
 */
function rateSource(
  { frameSpacingFs, hasVelocities }: Trajectory,
  { frequencies }: Modes,
  notes: Notes,
): "velocities" | "differences" {
  const highest = Math.max(...frequencies);
  const limit = 500 / highest;
  if (hasVelocities && frameSpacingFs <= limit) return "velocities";
  if (hasVelocities)
    notes.add(
      "frames-sparse",
      `frames are ${frameSpacingFs} fs apart, too sparse for velocities (the fastest mode, ${highest.toFixed(1)} THz, asks for ${limit.toFixed(1)} fs): differences of positions were taken`,
    );
  return "differences";
}
