// Diffusion coefficients with errors that can be trusted: D = slope/(2·dimensions) of a mean square displacement with a free offset.
//
// The value is that of the generalised line over the whole run. Its error is the scatter of the blocks' own slopes, with Student's t
// for the few blocks: it knows nothing of a model and holds for ions that move together. Every other estimate stands beside it, and a note
// says where they disagree by more than chance. Where the slope is not above zero, or fewer than three hops stand behind it, the
// result is a bound and says so.

import { type Estimate, type F64, InputError, type Note, Notes } from "../base/index.js";
import { studentQuantile } from "../numerics/index.js";
import {
  type CurveEstimates,
  type CurveKind,
  estimateCurve,
  excessPerFrame,
  meanAndError,
} from "./diffusion-estimators.js";
import { addNotes } from "./diffusion-notes.js";
import { type FitWindow, fitWindow, type WindowOptions } from "./fit-window.js";
import { type JumpCount, jumpCount, poissonRate } from "./jump-count.js";
import { lateWindow } from "./late-window.js";
import { durationPs, type MsdCurve, type MsdResult } from "./msd-result.js";

export const DIFFUSION_UNIT = "A2/ps";
/** Fewer effective hops than this and no number is given: three are what 95 % of runs show when three are expected or more. */
const LEAST_JUMPS = 3;

export type DiffusionOf = "tracer" | "collective" | "x" | "y" | "z";

export interface DiffusivityOptions extends WindowOptions {
  /** Which curve: single ions in space, their common motion, or single ions along one axis. Default "tracer". */
  readonly of?: DiffusionOf;
  /** Length of a hop, Å, for counting effective hops. Default 2.5. */
  readonly jumpLength?: number;
}

/** D from the blocks from `fromPs` on: a trend shows a run that was not yet in equilibrium. */
export interface StartTimeScan {
  readonly fromPs: F64; // [k]
  readonly values: F64; // [k] Å²/ps
  readonly standardErrors: F64; // [k]
}

export interface Diffusivity {
  readonly of: DiffusionOf;
  /** Å²/ps. Of no meaning as a number when `bound` is present. */
  readonly diffusion: Estimate;
  /** Central intervals of 68.3 % and 95 %, Å²/ps. */
  readonly limits68: readonly [number, number];
  readonly limits95: readonly [number, number];
  /** Of the error: blocks − 1, or Infinity when it comes from the model. */
  readonly degreesOfFreedom: number;
  readonly errorFrom: "blocks" | "model";
  /** Present when no diffusion was resolved: D is below this with 95 % confidence. */
  readonly bound?: { readonly below: number; readonly reason: string };
  readonly window: FitWindow;
  /** Å² at lag 0: rattling, twice its mean square amplitude. */
  readonly offset: Estimate;
  /** The same slope by other means, Å²/ps. */
  readonly estimators: {
    /** Generalised line, error of the model of independent walkers. */
    readonly generalised: Estimate;
    /** Ordinary line; error from blocks, or from the model where they do not reach. */
    readonly ordinary: Estimate;
    /** What an ordinary fit states of its own slope. */
    readonly ordinaryNaiveError: number;
    /** Mean over blocks. */
    readonly blocks?: Estimate;
    /** The generalised value with the error of He et al. from the number of hops. */
    readonly jumps: Estimate;
  };
  /** Probability of worse residuals of the generalised line if its model holds. */
  readonly quality: number;
  readonly jumps: JumpCount;
  readonly perBlock: F64; // [blocks] Å²/ps
  readonly startTime?: StartTimeScan;
  readonly species: string;
  readonly reference: string;
  readonly notes: readonly Note[];
}

export function diffusivity(result: MsdResult, options: DiffusivityOptions = {}): Diffusivity {
  const { of = "tracer", jumpLength = 2.5 } = options;
  const curve = curveOf(result, of);
  // The straight part is a matter of single ions, whose curve is the least noisy: all curves of a run share its window.
  const early = fitWindow(result, result.tracer, options);
  const late = early.straight ? undefined : lateWindow(result, (lag) => kindOf(result, "tracer", lag));
  const window = late ?? early;
  const kind = kindOf(result, of, window.lagFrames[0]!);
  const estimates = estimateCurve(result, curve, { window, kind });
  const jumps = jumpCount({ ions: result.atoms.length, largestMsd: largestMsd(result), jumpLength });
  const numbers = numbersOf(estimates, jumps);
  const bound = boundOf(result, { estimates, numbers, kind, jumpLength });
  const notes = new Notes();
  notes.addAll(result.notes);
  addNotes(notes, { result, of, window, estimates, jumps, bounded: bound !== undefined });
  return {
    of,
    ...numbers,
    ...(bound ? { bound } : {}),
    window,
    quality: estimates.quality,
    jumps,
    perBlock: estimates.perBlock,
    ...(estimates.perBlock.length >= 3 ? { startTime: startTimes(result, estimates.perBlock) } : {}),
    species: result.species,
    reference: result.reference,
    notes: notes.list(),
  };
}

export function curveOf(result: MsdResult, of: DiffusionOf): MsdCurve {
  if (of === "tracer") return result.tracer;
  if (of === "collective") return result.collective;
  return result.components["xyz".indexOf(of)]!;
}

export function kindOf(result: MsdResult, of: DiffusionOf, lag: number): CurveKind {
  const ions = result.atoms.length;
  const excess = excessPerFrame(result, lag);
  if (of === "tracer") return { dimensions: 3, walkers: ions, excess };
  // ⟨|ΣΔr|²⟩/N is one walker; of the sum of N ions over √N the fourth cumulant is 1/N of one ion's.
  if (of === "collective") return { dimensions: 3, walkers: 1, excess: excess / ions };
  // A hop of length a has Σ_axes x⁴ ≤ a⁴, a third of it per axis.
  return { dimensions: 1, walkers: ions, excess: excess / 3 };
}

/** Over lags up to half the run: longer ones have no independent second look. */
function largestMsd(result: MsdResult): number {
  let largest = 0;
  for (let k = 0; k < result.lagFrames.length && 2 * result.lagFrames[k]! <= result.frames; k++)
    largest = Math.max(largest, result.tracer.values[k]!);
  return largest;
}

function numbersOf(estimates: CurveEstimates, jumps: JumpCount) {
  const { generalised: value, modelError, perBlock, perBlockOrdinary, perBlockOffset } = estimates;
  const byBlocks = perBlock.length >= 3;
  const [blockMean, blockError] = byBlocks ? meanAndError(perBlock) : [0, 0];
  const standardError = byBlocks ? blockError : modelError;
  const degreesOfFreedom = byBlocks ? perBlock.length - 1 : Number.POSITIVE_INFINITY;
  const interval = (confidence: number): readonly [number, number] => {
    const half = studentQuantile(confidence, degreesOfFreedom) * standardError;
    return [value - half, value + half];
  };
  const estimate = (v: number, error: number): Estimate => ({ value: v, standardError: error, unit: DIFFUSION_UNIT });
  return {
    diffusion: estimate(value, standardError),
    limits68: interval(ONE_SIGMA),
    limits95: interval(0.95),
    degreesOfFreedom,
    errorFrom: byBlocks ? ("blocks" as const) : ("model" as const),
    offset: {
      value: estimates.offset,
      standardError: byBlocks ? meanAndError(perBlockOffset)[1] : estimates.offsetModelError,
      unit: "A2",
    },
    estimators: {
      generalised: estimate(value, modelError),
      ordinary: estimate(
        estimates.ordinary,
        byBlocks ? meanAndError(perBlockOrdinary)[1] : estimates.ordinaryModelError,
      ),
      ordinaryNaiveError: estimates.naiveError,
      ...(byBlocks ? { blocks: estimate(blockMean, blockError) } : {}),
      jumps: estimate(value, Math.abs(value) * jumps.relativeError),
    },
  };
}

/** Share of a normal distribution within one standard deviation. */
const ONE_SIGMA = 0.6826894921370859;

function boundOf(
  result: MsdResult,
  parts: {
    readonly estimates: CurveEstimates;
    readonly numbers: ReturnType<typeof numbersOf>;
    readonly kind: CurveKind;
    readonly jumpLength: number;
  },
): { below: number; reason: string } | undefined {
  const { estimates, numbers, kind, jumpLength } = parts;
  const { generalised } = estimates;
  const length = durationPs(result);
  // Hops that the slope, not the rattling, amounts to.
  const hops = (2 * kind.dimensions * Math.max(0, generalised) * length * result.atoms.length) / jumpLength ** 2;
  const unresolved = numbers.limits95[0] <= 0;
  if (!unresolved && hops >= LEAST_JUMPS) return undefined;
  const perHop = jumpLength ** 2 / (2 * kind.dimensions * length * result.atoms.length);
  const byHops = perHop * poissonRate(Math.floor(hops), 1, { unit: "", confidence: 0.9 }).limits[1];
  return {
    below: Math.max(numbers.limits95[1], byHops),
    reason: unresolved
      ? `the slope is ${generalised.toExponential(2)} ± ${numbers.diffusion.standardError.toExponential(1)} Å²/ps, not above zero`
      : `the slope amounts to ${hops.toFixed(1)} hops of ${jumpLength} Å in ${length.toFixed(0)} ps`,
  };
}

function startTimes(result: MsdResult, perBlock: F64): StartTimeScan {
  const starts = perBlock.length - 2;
  const tails = Array.from({ length: starts }, (_, k) => meanAndError(perBlock.slice(k)));
  return {
    fromPs: Float64Array.from(tails, (_, k) => (k * result.blockFrames * result.frameSpacingFs) / 1000),
    values: Float64Array.from(tails, ([value]) => value),
    standardErrors: Float64Array.from(tails, ([, error]) => error),
  };
}

/** One number from independent runs of the same system: their mean and its error, with Student's limits. */
export function combineReplicas(replicas: readonly Estimate[]): {
  readonly mean: Estimate;
  readonly limits95: readonly [number, number];
} {
  if (replicas.length < 2)
    throw new InputError(`${replicas.length} replicas`, "an error between runs needs at least two of them");
  const unit = replicas[0]!.unit;
  const other = replicas.find((replica) => replica.unit !== unit);
  if (other) throw new InputError(`replicas in ${unit} and in ${other.unit}`, "convert them to one unit first");
  const [value, standardError] = meanAndError(Float64Array.from(replicas, (replica) => replica.value));
  const half = studentQuantile(0.95, replicas.length - 1) * standardError;
  return { mean: { value, standardError, unit }, limits95: [value - half, value + half] };
}
