// The slope of one curve, estimated several ways from the same points.
//
//   generalised   the line of least variance for a random walk with rattling (walk-covariance.ts); its parameters σ², v come from the line
//                 itself, so the fit is repeated until they agree
//   ordinary      all points alike
//   blocks        the same weights on every block's own curve: their scatter is the error of either, whatever the ions do

import { type F64, maxAbs } from "../base/index.js";
import { chiSquareTail, mean, standardError } from "../numerics/index.js";
import type { FitWindow } from "./fit-window.js";
import type { MsdCurve, MsdResult } from "./msd-result.js";
import { generalisedWeights, type LineWeights, ordinaryWeights, residualChiSquare, weighted } from "./slope-weights.js";
import { curveCovariance, walkCovariance } from "./walk-covariance.js";

/** What a curve is a sum over. */
export interface CurveKind {
  readonly dimensions: number;
  /** Independent walkers averaged over: the ions, or one for collective motion. */
  readonly walkers: number;
  /** Fourth cumulant of one walker's |Δr| per frame, Å⁴. */
  readonly excess: number;
}

/** Slopes over 2·dimensions, Å²/ps. */
export interface CurveEstimates {
  readonly generalised: number;
  /** Of `generalised`, if the model of independent walkers holds. */
  readonly modelError: number;
  readonly ordinary: number;
  /** Of `ordinary`, if the model of independent walkers holds. */
  readonly ordinaryModelError: number;
  /** What an ordinary line fit states: residual scatter as if the points were independent, which they are not. */
  readonly naiveError: number;
  /** Error of ordinary − generalised, if the model holds. */
  readonly differenceError: number;
  /** Å² at lag 0 of the generalised line, and its error if the model holds. */
  readonly offset: number;
  readonly offsetModelError: number;
  /** Probability of worse residuals if the model holds. */
  readonly quality: number;
  /** [blocks] by the generalised and by the ordinary weights; empty where blocks do not reach. */
  readonly perBlock: F64;
  readonly perBlockOrdinary: F64;
  readonly perBlockOffset: F64;
}

const ROUNDS = 4;

export function estimateCurve(
  result: MsdResult,
  curve: MsdCurve,
  setting: { readonly window: FitWindow; readonly kind: CurveKind },
): CurveEstimates {
  const { window, kind } = setting;
  const times = window.timesPs;
  const values = Float64Array.from(window.places, (k) => curve.values[k]!);
  const plain = ordinaryWeights(times);
  const { weights, covariance } = generalisedLine(result, values, setting);
  const slope = weighted(weights.slope, values);
  const offset = weighted(weights.offset, values);
  const per = 1 / (2 * kind.dimensions);
  const blocks = (row: F64, by: number) => blockSlopes(result, curve, { window, row }).map((value) => value * by);
  const freedom = times.length - 2;
  return {
    generalised: slope * per,
    modelError: Math.sqrt(weights.covariance[3]!) * per,
    ordinary: weighted(plain.slope, values) * per,
    ordinaryModelError: spreadOf(plain.slope, covariance) * per,
    naiveError: naiveSlopeError(plain, times, values) * per,
    differenceError:
      spreadOf(
        plain.slope.map((w, k) => w - weights.slope[k]!),
        covariance,
      ) * per,
    offset,
    offsetModelError: Math.sqrt(weights.covariance[0]!),
    quality: chiSquareTail(residualChiSquare({ offset, slope }, { times, values, covariance }), freedom),
    perBlock: blocks(weights.slope, per),
    perBlockOrdinary: blocks(plain.slope, per),
    perBlockOffset: blocks(weights.offset, 1),
  };
}

function generalisedLine(
  result: MsdResult,
  values: F64,
  { window, kind }: { readonly window: FitWindow; readonly kind: CurveKind },
): { weights: LineWeights; covariance: Float64Array } {
  const parts = walkCovariance(result.frames, window.lagFrames, window.lagFrames[0]!);
  let weights = ordinaryWeights(window.timesPs);
  let covariance = new Float64Array(0);
  // Neither variance may vanish, or Σ is singular: a curve of size s has fluctuations of at least some 10⁻⁶ s.
  const floor = 1e-6 * Math.max(maxAbs(values), 1e-24);
  const framesPs = result.frameSpacingFs / 1000;
  for (let round = 0; round < ROUNDS; round++) {
    const slope = weighted(weights.slope, values) * framesPs;
    const offset = weighted(weights.offset, values);
    covariance = curveCovariance(parts, {
      stepVariance: Math.max(slope / kind.dimensions, floor / window.lagFrames[window.lagFrames.length - 1]!),
      rattleVariance: Math.max(offset / (2 * kind.dimensions), floor),
      excess: kind.excess,
      dimensions: kind.dimensions,
      walkers: kind.walkers,
    });
    weights = generalisedWeights(window.timesPs, covariance);
  }
  return { weights, covariance };
}

/** Σ_k row_k MSD(τ_k) of every block's own curve, [blocks]; empty where blocks do not reach. */
export function blockSlopes(
  result: MsdResult,
  curve: MsdCurve,
  { window, row }: { readonly window: FitWindow; readonly row: F64 },
): Float64Array<ArrayBuffer> {
  if (!window.blocksReach) return new Float64Array(0);
  const { blockCount, blockLags } = result;
  return Float64Array.from({ length: blockCount }, (_, block) => {
    let sum = 0;
    for (let k = 0; k < row.length; k++) sum += row[k]! * curve.blocks[block * blockLags + window.places[k]!]!;
    return sum;
  });
}

/** √(dᵀ Σ d): how Σ_k d_k MSD(τ_k) scatters. */
function spreadOf(d: Float64Array, covariance: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < d.length; i++)
    for (let j = 0; j < d.length; j++) sum += d[i]! * d[j]! * covariance[i * d.length + j]!;
  return Math.sqrt(Math.max(0, sum));
}

function naiveSlopeError(plain: LineWeights, times: F64, values: F64): number {
  const slope = weighted(plain.slope, values);
  const offset = weighted(plain.offset, values);
  let squares = 0;
  for (let i = 0; i < times.length; i++) squares += (values[i]! - offset - slope * times[i]!) ** 2;
  return Math.sqrt((squares / (times.length - 2)) * plain.covariance[3]!);
}

/** Fourth cumulant per frame from the non-Gaussian parameter at the lag nearest `lag`: ⟨r⁴⟩ − (5/3)⟨r²⟩² = κ·lag for jumps. */
export function excessPerFrame(result: MsdResult, lag: number): number {
  const { lagFrames, fourth, nonGaussian } = result.moments;
  let m = 0;
  for (let k = 0; k < lagFrames.length; k++) if (Math.abs(lagFrames[k]! - lag) < Math.abs(lagFrames[m]! - lag)) m = k;
  // α₂ = 3⟨r⁴⟩/(5⟨r²⟩²) − 1, so ⟨r⁴⟩ − (5/3)⟨r²⟩² = ⟨r⁴⟩ α₂/(1 + α₂). Noise may make it negative; a variance cannot shrink by it.
  return Math.max(0, (fourth[m]! * nonGaussian[m]!) / (1 + nonGaussian[m]!) / lagFrames[m]!);
}

/** The weights of the generalised slope alone, for other curves of the same run. */
export const slopeWeightsFor = (
  result: MsdResult,
  curve: MsdCurve,
  setting: { readonly window: FitWindow; readonly kind: CurveKind },
): F64 => {
  const values = Float64Array.from(setting.window.places, (k) => curve.values[k]!);
  return generalisedLine(result, values, setting).weights.slope;
};

export const meanAndError = (values: F64): readonly [number, number] => [mean(values), standardError(values)];
