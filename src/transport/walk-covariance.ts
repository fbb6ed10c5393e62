// How mean square displacements of different lags fluctuate together (Bullerjahn, von Bülow, Hummer, 10.1063/5.0008312).
//
// Model of one coordinate: X_k = Y_k + ε_k, Y a random walk with step variance σ², ε rattling about it with variance v. Two
// displacements, over i frames from origin m and over j frames from origin m + s, have the covariance
//
//   c(s) = σ² o(s) + v [g(i−s−j) + g(s) − g(i−s) − g(s+j)],   o(s) = frames both stretches share,
//   g(x) = max(0, 1 − |x|/n): rattling forgotten after n frames (n = 1: white, the exact model of the paper)
//
// For Gaussian displacements the squares have the covariance 2c². A walk in jumps is not Gaussian: its fourth cumulant κ per frame
// (rate × length⁴) adds κ o(s). With N_i = N − i origins and n_ij(s) pairs of origins s apart,
//
//   cov(MSD_i, MSD_j) = Σ_s n_ij(s) [2 c(s)² + κ o(s)] / (N_i N_j)                                docs/theory/transport.md (8)
//
// which is a sum of four fixed matrices times σ⁴, σ²v, v² and κ. The paper gives closed forms for n = 1; the sum over s is as quick.

import { type I32, InputError } from "../base/index.js";

/** Matrices [lags,lags] for one coordinate of one walker. */
export interface WalkCovariance {
  readonly size: number;
  readonly walk: Float64Array; // × σ⁴
  readonly mixed: Float64Array; // × σ² v
  readonly rattle: Float64Array; // × v²
  readonly jumps: Float64Array; // × κ
}

/** For a run of `frames` frames and lags in frames, ascending; rattling is forgotten after `memory` frames (default 1). */
export function walkCovariance(frames: number, lags: I32, memory = 1): WalkCovariance {
  const size = lags.length;
  if (!(memory >= 1) || !(lags[0]! >= 1) || !(lags[size - 1]! < frames))
    throw new InputError(
      `lags from ${lags[0]} to ${lags[size - 1]} of ${frames} frames, memory ${memory}`,
      "lags lie between 1 and the number of frames − 1, ascending",
    );
  const make = () => new Float64Array(size * size);
  const result = { size, walk: make(), mixed: make(), rattle: make(), jumps: make() };
  for (let a = 0; a < size; a++) {
    for (let b = a; b < size; b++) {
      const sums = pairSums(frames, [lags[a]!, lags[b]!], memory);
      for (const at of [a * size + b, b * size + a]) {
        result.walk[at] = sums[0];
        result.mixed[at] = sums[1];
        result.rattle[at] = sums[2];
        result.jumps[at] = sums[3];
      }
    }
  }
  return result;
}

function pairSums(frames: number, lags: readonly [number, number], memory: number): [number, number, number, number] {
  const [i, j] = lags;
  const [ni, nj] = [frames - i, frames - j];
  const g = (x: number) => Math.max(0, 1 - Math.abs(x) / memory);
  let [walk, mixed, rattle, jumps] = [0, 0, 0, 0];
  // Beyond these shifts nothing is shared and all rattling is forgotten.
  const from = Math.max(-(ni - 1), -(j + memory));
  const to = Math.min(nj - 1, i + memory);
  for (let s = from; s <= to; s++) {
    const pairs = Math.min(ni, nj - s) - Math.max(0, -s);
    const shared = Math.max(0, Math.min(i, s + j) - Math.max(0, s));
    const noise = g(i - s - j) + g(s) - g(i - s) - g(s + j);
    walk += pairs * shared * shared;
    mixed += pairs * shared * noise;
    rattle += pairs * noise * noise;
    jumps += pairs * shared;
  }
  const by = 1 / (ni * nj);
  return [2 * walk * by, 4 * mixed * by, 2 * rattle * by, jumps * by];
}

/** What the walk is like, per frame and coordinate, and how many coordinates and walkers a curve is summed over. */
export interface WalkModel {
  readonly stepVariance: number; // Å², σ²
  readonly rattleVariance: number; // Å², v
  /** Fourth cumulant of |Δr| per frame, Å⁴, of one walker. */
  readonly excess: number;
  readonly dimensions: number;
  readonly walkers: number;
}

/** Covariance [lags,lags] of a curve Σ_dimensions, averaged over independent walkers. */
export function curveCovariance(parts: WalkCovariance, model: WalkModel): Float64Array<ArrayBuffer> {
  const { stepVariance, rattleVariance, excess, dimensions, walkers } = model;
  const out = new Float64Array(parts.size ** 2);
  for (let k = 0; k < out.length; k++) {
    const gaussian =
      stepVariance * stepVariance * parts.walk[k]! +
      stepVariance * rattleVariance * parts.mixed[k]! +
      rattleVariance * rattleVariance * parts.rattle[k]!;
    out[k] = (dimensions * gaussian + excess * parts.jumps[k]!) / walkers;
  }
  return out;
}
