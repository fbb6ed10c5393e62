// Values from whole runs, errors from blocks: a block loses the pairs of frames that cross its border, so the values are taken over every origin of
// every run, and the blocks (contiguous pieces of the runs, or the runs themselves) give the spread alone. One pass over the frames serves both.
// Bands are those of the blocks, moved to the value of the whole: low − value and high − value are kept.

import { type Estimate, type F64, InputError, type Note, Pacer } from "../base/index.js";
import type { Trajectory } from "../dynamics/index.js";
import type { Modes } from "../modes/index.js";
import type { Band } from "./modal-bootstrap.js";
import { type ModalDiffusion, type ModalDiffusionOptions, modalDiffusionOf } from "./modal-diffusion.js";
import { type ModalSample, ModalSampleAnalysis } from "./modal-sample.js";

export interface RunSplitOptions extends Omit<ModalDiffusionOptions, "blockPs"> {
  /** Blocks that each run is cut into for the errors. Default: so many that there are five in all, but none shorter than 1.25 of the longest lag. */
  readonly blocksPerRun?: number;
}

export interface RunSplit {
  readonly split: ModalDiffusion;
  /** The blocks, for numbers that need them: `modalClassShares`. */
  readonly samples: readonly ModalSample[];
  readonly blocksPerRun: number;
  readonly blockPs: number;
}

const WISHED_BLOCKS = 5;
/** Length of a block in longest lags, at least: below that it holds hardly an origin. */
const SHORTEST_BLOCK = 1.25;
const FEWEST_JUMPS = 10;

/** Splits the diffusivity of runs whose frames are counted. Lags must be given, or are those `planLags` finds for the shortest run. */
export async function splitRuns(
  runs: readonly Trajectory[],
  modes: Modes,
  options: RunSplitOptions & { readonly lagsPs: ArrayLike<number> },
): Promise<RunSplit> {
  const lengths = runs.map((run) => lengthPs(run));
  const shortest = Math.min(...lengths);
  const longest = Math.max(...Array.from(options.lagsPs));
  const blocksPerRun =
    options.blocksPerRun ??
    Math.max(1, Math.min(Math.ceil(WISHED_BLOCKS / runs.length), Math.floor(shortest / (SHORTEST_BLOCK * longest))));
  const blockPs = shortest / blocksPerRun;
  const samples: { readonly whole: ModalSample; readonly blocks: ModalSample }[] = [];
  const pacer = new Pacer("projecting frames on modes", options);
  const total = runs.reduce((sum, run) => sum + run.frameCount!, 0);
  let done = 0;
  for (const [r, run] of runs.entries()) {
    const whole = new ModalSampleAnalysis(modes, { ...options, blockPs: lengths[r]! });
    const blocks = blocksPerRun > 1 ? new ModalSampleAnalysis(modes, { ...options, blockPs }) : undefined;
    for (const analysis of [whole, blocks]) analysis?.begin(run);
    for await (const frame of run.frames(options.signal ? { signal: options.signal } : {})) {
      for (const analysis of [whole, blocks]) analysis?.add(frame);
      if (++done % 64 === 0) await pacer.tick(done, total);
    }
    const sample = whole.finish();
    samples.push({ whole: sample, blocks: blocks?.finish() ?? sample });
  }
  const whole = modalDiffusionOf(
    samples.map((sample) => sample.whole),
    options,
  );
  const pieces = samples.map(({ blocks }) => blocks);
  const parts = blocksPerRun > 1 ? modalDiffusionOf(pieces, options) : whole;
  const durationPs = lengths.reduce((sum, length) => sum + length, 0);
  return { split: merged(whole, parts, durationPs), samples: pieces, blocksPerRun, blockPs };
}

function lengthPs({ frameCount, frameSpacingFs }: Trajectory): number {
  if (frameCount !== undefined) return (frameCount * frameSpacingFs) / 1e3;
  throw new InputError("the frames of a run are not counted", "count them first, or use modalDiffusion");
}

/** Values of `whole` with the errors of `parts`. */
function merged(whole: ModalDiffusion, parts: ModalDiffusion, durationPs: number): ModalDiffusion {
  const estimate = (of: (split: ModalDiffusion) => Estimate): Estimate => ({
    ...of(whole),
    standardError: of(parts).standardError,
  });
  const jumps = whole.jumps.counted
    ? whole.jumps
    : { count: (whole.jumps.count * durationPs) / whole.durationPs, counted: false };
  return {
    ...whole,
    total: estimate((split) => split.total),
    totalFramework: estimate((split) => split.totalFramework),
    tracer: estimate((split) => split.tracer),
    tracerFramework: estimate((split) => split.tracerFramework),
    haven: estimate((split) => split.haven),
    groupedShare: estimate((split) => split.groupedShare),
    offDiagonalShare: estimate((split) => split.offDiagonalShare),
    diagonalShare: estimate((split) => split.diagonalShare),
    perModeError: parts.perModeError,
    sharesError: parts.sharesError,
    groupSharesError: parts.groupSharesError,
    pairsError: parts.pairsError,
    accumulation: movedBand(parts.accumulation, whole.accumulation.value),
    topStability: parts.topStability,
    byLag: {
      ...whole.byLag,
      diagonalShare: movedBand(parts.byLag.diagonalShare, whole.byLag.diagonalShare.value),
      groupedShare: movedBand(parts.byLag.groupedShare, whole.byLag.groupedShare.value),
    },
    ...(whole.conductivity && parts.conductivity
      ? {
          conductivity: {
            ...whole.conductivity,
            total: { ...whole.conductivity.total, standardError: parts.conductivity.total.standardError },
          },
        }
      : {}),
    blocks: parts.blocks,
    durationPs,
    closure: Math.max(whole.closure, parts.closure),
    jumps,
    converged: jumps.count >= FEWEST_JUMPS && parts.blocks > 1,
    notes: notesOf(whole, parts),
  };
}

const movedBand = (band: Band, value: F64): Band => ({
  value,
  low: band.low.slice().map((low, k) => value[k]! + low - band.value[k]!),
  high: band.high.slice().map((high, k) => value[k]! + high - band.value[k]!),
});

/** Notes on errors come from the blocks, notes on values from the whole; no frame is left over in the values. */
function notesOf(whole: ModalDiffusion, parts: ModalDiffusion): readonly Note[] {
  const values = whole.notes.filter(({ code }) => code === "modal-not-converged");
  const errors = parts.notes.filter(({ code }) => code !== "modal-frames-left" && code !== "modal-not-converged");
  return [...values, ...errors];
}
