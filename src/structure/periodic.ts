// Differences and wrapping under periodic boundaries, any cell shape.

import type { F64, Vec3 } from "../base/index.js";
import { type Cell, toCartesian, toFractional } from "./cell.js";

/**
 * Shortest periodic image of `displacements` [n,3] Å. Exact for every cell: rounding in fractional space finds a candidate,
 * then its neighbours are tried when the candidate is longer than half the cell's smallest width (only then can another
 * image be shorter). Directions that are not periodic are left as they are.
 */
export function minimumImage(cell: Cell, displacements: F64): Float64Array<ArrayBuffer> {
  const fractional = toFractional(cell, displacements);
  for (let i = 0; i < fractional.length; i++) {
    if (cell.periodic[i % 3]) fractional[i] = fractional[i]! - Math.round(fractional[i]!);
  }
  const out = toCartesian(cell, fractional);
  const safe = safeRadiusSquared(cell);
  for (let i = 0; i < out.length; i += 3) {
    const squared = out[i]! ** 2 + out[i + 1]! ** 2 + out[i + 2]! ** 2;
    if (squared > safe) shortenInPlace(cell, out, i, squared);
  }
  return out;
}

/** Below this squared length a reduced difference is certainly the shortest of its images. */
function safeRadiusSquared(cell: Cell): number {
  let width = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 3; i++) {
    width = Math.min(width, 1 / Math.hypot(cell.inverse[i]!, cell.inverse[3 + i]!, cell.inverse[6 + i]!));
  }
  return (width / 2) ** 2;
}

/**
 * Tries all images that could be shorter than the present one. A vector shorter than L has |s_i| < L / width_i along every axis,
 * which bounds the cells to try; in a cell that is not very skewed they are at most the nearest ones.
 */
function shortenInPlace(cell: Cell, out: Float64Array, at: number, squared: number): void {
  const [v, m] = [cell.vectors, cell.inverse];
  const [x0, y0, z0] = [out[at]!, out[at + 1]!, out[at + 2]!];
  const length = Math.sqrt(squared);
  const bounds = [0, 1, 2].map((i): readonly [number, number] => {
    if (!cell.periodic[i]) return [0, 0];
    const s = x0 * m[i]! + y0 * m[3 + i]! + z0 * m[6 + i]!;
    const span = length * Math.hypot(m[i]!, m[3 + i]!, m[6 + i]!) + 1e-12;
    return [Math.ceil(-span - s), Math.floor(span - s)];
  });
  // An image that is shorter by rounding alone is no reason to move.
  let best = squared * (1 - 1e-14);
  for (let i = bounds[0]![0]; i <= bounds[0]![1]; i++) {
    for (let j = bounds[1]![0]; j <= bounds[1]![1]; j++) {
      for (let k = bounds[2]![0]; k <= bounds[2]![1]; k++) {
        const x = x0 + i * v[0]! + j * v[3]! + k * v[6]!;
        const y = y0 + i * v[1]! + j * v[4]! + k * v[7]!;
        const z = z0 + i * v[2]! + j * v[5]! + k * v[8]!;
        const candidate = x * x + y * y + z * z;
        if (candidate < best) {
          best = candidate;
          out[at] = x;
          out[at + 1] = y;
          out[at + 2] = z;
        }
      }
    }
  }
}

/** Shortest displacement of every atom from `from` to `to`, both [n,3] Å. */
export function displacementsBetween(cell: Cell, from: F64, to: F64): Float64Array<ArrayBuffer> {
  return minimumImage(
    cell,
    Float64Array.from(to, (x, i) => x - from[i]!),
  );
}

/** Shortest distance between two points, Å. */
export function periodicDistance(cell: Cell, from: Vec3, to: Vec3): number {
  const [dx, dy, dz] = minimumImage(
    cell,
    Float64Array.of(to[0] - from[0], to[1] - from[1], to[2] - from[2]),
  ) as unknown as Vec3;
  return Math.hypot(dx, dy, dz);
}

/** [n,3] Å moved into the cell, fractional coordinates in [0,1) along periodic directions. */
export function wrap(cell: Cell, positions: F64): Float64Array<ArrayBuffer> {
  const fractional = toFractional(cell, positions);
  for (let i = 0; i < fractional.length; i++) {
    if (!cell.periodic[i % 3]) continue;
    const s = fractional[i]! - Math.floor(fractional[i]!);
    fractional[i] = s >= 1 ? 0 : s; // −1e-17 − floor(−1e-17) rounds to 1
  }
  return toCartesian(cell, fractional);
}

/**
 * [n,3] Å: `now` moved by whole cells so that it continues `previous` (unwrapped) by the shortest step of every atom. True to the
 * motion as long as no atom moves half a cell width between the two.
 */
export function unwrapFrom(cell: Cell, previous: F64, now: F64): Float64Array<ArrayBuffer> {
  const steps = displacementsBetween(cell, previous, now);
  return steps.map((step, i) => previous[i]! + step);
}
