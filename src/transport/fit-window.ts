// Between which lags a mean square displacement is a straight line. Given, or found: the window begins at the first lag f, doubling from
// one frame, from which on the local slope no longer changes,
//
//   d(f) = [M(2f) − M(f)]/f − [M(4f) − M(2f)]/2f,   |d| < t·(error of d over blocks), for f and, where it fits, for 2f
//
// and ends at half a block, so that every block can give its own slope. An offset left by rattling does not enter d. Where none is
// steady, late-window.ts looks further.

import { type F64, type I32, InputError } from "../base/index.js";
import { mean, standardError, studentQuantile } from "../numerics/index.js";
import { durationPs, type MsdCurve, type MsdResult } from "./msd-result.js";

/** Points of a fit: more add nothing, the curve is smooth between them. */
const POINTS = 24;
/** Doubt that a window must stand: changes of slope within the central 95 % are taken as chance. */
const CONFIDENCE = 0.95;

export interface FitWindow {
  /** Indices of the points in the result's lags. */
  readonly places: I32; // [p]
  readonly lagFrames: I32; // [p]
  readonly timesPs: F64; // [p]
  readonly chosen: "given" | "automatic";
  /** False when an automatic window found no straight part and begins as late as it can. */
  readonly straight: boolean;
  /** Whether blocks reach to its end. */
  readonly blocksReach: boolean;
}

export interface WindowOptions {
  /** First and last lag of the line, ps. Default: found by straightness, up to half a block. */
  readonly windowPs?: readonly [number, number];
}

export function fitWindow(result: MsdResult, curve: MsdCurve, options: WindowOptions = {}): FitWindow {
  if (options.windowPs) return givenWindow(result, options.windowPs);
  const { lagFrames, blockLags, blockCount, frames } = result;
  const last = blockCount >= 3 ? blockLags - 1 : lastIndexUpTo(lagFrames, Math.floor(frames / 4));
  const end = lagFrames[last]!;
  const starts: number[] = [];
  for (let f = Math.max(1, lagFrames[1]!); 4 * f <= end; f *= 2) starts.push(f);
  if (starts.length === 0) return windowOf(result, [lagFrames[1]!, end], { chosen: "automatic", straight: false });
  const flat = starts.map((f) => slopeIsSteady(result, curve, f));
  const found = starts.findIndex((_, k) => flat[k]! && (k + 1 === starts.length || flat[k + 1]!));
  const from = starts[found >= 0 ? found : starts.length - 1]!;
  return windowOf(result, [from, end], { chosen: "automatic", straight: found >= 0 && blockCount >= 3 });
}

function givenWindow(result: MsdResult, [fromPs, toPs]: readonly [number, number]): FitWindow {
  const length = durationPs(result);
  if (!(fromPs >= 0) || !(toPs > fromPs) || !(toPs <= length))
    throw new InputError(
      `a line from ${fromPs} to ${toPs} ps in a run of ${length.toFixed(3)} ps`,
      "the window lies within the run, its end after its beginning",
      { fromPs, toPs, lengthPs: length },
    );
  const frames = (ps: number) => (ps * 1000) / result.frameSpacingFs;
  return windowOf(result, [Math.max(1, frames(fromPs) - 1e-9), frames(toPs) + 1e-9], {
    chosen: "given",
    straight: true,
  });
}

/** The lags of a window from `from` to `to` frames. @throws InputError when fewer than three lie in it */
export function windowOf(
  result: MsdResult,
  [from, to]: readonly [number, number],
  how: { readonly chosen: "given" | "automatic"; readonly straight: boolean },
): FitWindow {
  const { lagFrames, lagsPs } = result;
  const inside = Array.from(lagFrames, (_, k) => k).filter((k) => lagFrames[k]! >= from && lagFrames[k]! <= to);
  if (inside.length < 3)
    throw new InputError(
      `${inside.length} lags between ${((from * result.frameSpacingFs) / 1000).toFixed(3)} and ${((to * result.frameSpacingFs) / 1000).toFixed(3)} ps`,
      "leave at least three lags in the window, or run longer",
    );
  const places = Int32Array.from(spreadOut(lagFrames, inside));
  return {
    places,
    lagFrames: places.map((k) => lagFrames[k]!),
    timesPs: Float64Array.from(places, (k) => lagsPs[k]!),
    ...how,
    blocksReach: result.blockCount >= 3 && places.at(-1)! < result.blockLags,
  };
}

/**
 * Of the lags `inside`, those at least the first lag apart (closer ones share its rattling, of which no model is exact), but no fewer
 * than four where there are as many, and no more than needed.
 */
function spreadOut(lagFrames: I32, inside: readonly number[]): number[] {
  const first = lagFrames[inside[0]!]!;
  const span = lagFrames[inside[inside.length - 1]!]! - first;
  const apart = Math.max(Math.min(first, span / 3), span / (POINTS - 1));
  const chosen: number[] = [];
  for (const k of inside) {
    // Half a frame of grace: lags are whole frames, distances need not be.
    if (lagFrames[k]! + 0.5 >= first + chosen.length * apart) chosen.push(k);
  }
  return chosen;
}

function lastIndexUpTo(lagFrames: I32, frames: number): number {
  let last = 0;
  for (let k = 0; k < lagFrames.length && lagFrames[k]! <= frames; k++) last = k;
  return last;
}

/** Without blocks nothing can be judged, and every lag passes. */
function slopeIsSteady(result: MsdResult, curve: MsdCurve, from: number): boolean {
  const { blockCount, blockLags, lagFrames } = result;
  if (blockCount < 3) return true;
  const [one, two, four] = [1, 2, 4].map((m) => nearest(lagFrames, m * from)) as [number, number, number];
  const [a, b, c] = [lagFrames[one]!, lagFrames[two]!, lagFrames[four]!];
  if (a === b || b === c || four >= blockLags) return false;
  const changes = Float64Array.from({ length: blockCount }, (_, block) => {
    const at = (k: number) => curve.blocks[block * blockLags + k]!;
    return (at(two) - at(one)) / (b - a) - (at(four) - at(two)) / (c - b);
  });
  return Math.abs(mean(changes)) <= studentQuantile(CONFIDENCE, blockCount - 1) * standardError(changes);
}

function nearest(lagFrames: I32, lag: number): number {
  let best = 0;
  for (let k = 0; k < lagFrames.length; k++) {
    if (Math.abs(lagFrames[k]! - lag) < Math.abs(lagFrames[best]! - lag)) best = k;
  }
  return best;
}
