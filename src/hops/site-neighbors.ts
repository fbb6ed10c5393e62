// Neighbouring sites under periodic boundaries, every image within reach counted by itself.

import { type F64, InputError, type Vec3 } from "../base/index.js";
import type { Cell } from "../structure/index.js";

/** From a site to a neighbour: x_to + image · vectors − x_from. */
export interface NeighborStep {
  readonly from: number;
  readonly to: number;
  readonly image: Vec3;
  readonly displacement: Vec3; // Å
  readonly distance: number; // Å
}

/** Å: two sites this near are one. */
const COINCIDENT = 0.1;

/** All steps no longer than `cutoff`, ordered by `from`, distance, `to`, image. A site is no neighbour of itself. */
export function stepsBetween(
  cell: Cell,
  request: { readonly from: F64; readonly to: F64; readonly cutoff: number },
): readonly NeighborStep[] {
  const { from, to, cutoff } = request;
  if (!(cutoff > 0)) throw new InputError(`the neighbour cut-off is ${cutoff} Å`, "it must be positive");
  const steps: NeighborStep[] = [];
  for (let i = 0; i < from.length / 3; i++) {
    for (let j = 0; j < to.length / 3; j++) {
      const difference: Vec3 = [
        to[3 * j]! - from[3 * i]!,
        to[3 * j + 1]! - from[3 * i + 1]!,
        to[3 * j + 2]! - from[3 * i + 2]!,
      ];
      for (const { image, displacement, distance } of imagesWithin(cell, difference, cutoff)) {
        if (distance > COINCIDENT) steps.push({ from: i, to: j, image, displacement, distance });
      }
    }
  }
  // Distances equal by symmetry differ in the last digits; rounding keeps their order independent of that.
  const rounded = (step: NeighborStep): number => Math.round(1e6 * step.distance);
  return steps.sort(
    (a, b) =>
      a.from - b.from ||
      rounded(a) - rounded(b) ||
      a.to - b.to ||
      a.image[0] - b.image[0] ||
      a.image[1] - b.image[1] ||
      a.image[2] - b.image[2],
  );
}

interface ImageWithin {
  readonly image: Vec3;
  readonly displacement: Vec3;
  readonly distance: number;
}

function imagesWithin(cell: Cell, difference: Vec3, cutoff: number): readonly ImageWithin[] {
  const { vectors: v, inverse } = cell;
  const ranges = [0, 1, 2].map((axis) => {
    if (!cell.periodic[axis]) return [0, 0] as const;
    const s = difference[0] * inverse[axis]! + difference[1] * inverse[3 + axis]! + difference[2] * inverse[6 + axis]!;
    const reach = cutoff * Math.hypot(inverse[axis]!, inverse[3 + axis]!, inverse[6 + axis]!);
    return [Math.ceil(-s - reach), Math.floor(-s + reach)] as const;
  });
  const found: ImageWithin[] = [];
  for (let p = ranges[0]![0]; p <= ranges[0]![1]; p++) {
    for (let q = ranges[1]![0]; q <= ranges[1]![1]; q++) {
      for (let r = ranges[2]![0]; r <= ranges[2]![1]; r++) {
        const displacement = [0, 1, 2].map(
          (axis) => difference[axis]! + p * v[axis]! + q * v[3 + axis]! + r * v[6 + axis]!,
        ) as unknown as Vec3;
        const distance = Math.hypot(...displacement);
        // + 0 turns the −0 that Math.ceil gives into 0.
        if (distance <= cutoff) found.push({ image: [p + 0, q + 0, r + 0], displacement, distance });
      }
    }
  }
  return found;
}

/**
 * A cut-off that ends the first shell: every site keeps at least its nearest neighbour, so the cut-off is no less than the
 * largest nearest-neighbour distance d; between d and 1.5 d it lies in the middle of the widest gap between distances that
 * occur. One number for all sites, so that every step has its reverse.
 */
export function automaticCutoff(cell: Cell, from: F64, to: F64): number {
  const nearest = Math.max(largestNearest(cell, from, to), largestNearest(cell, to, from));
  const limit = 1.5 * nearest;
  const distances = stepsBetween(cell, { from, to, cutoff: limit })
    .map((step) => step.distance)
    .filter((distance) => distance >= nearest * (1 - 1e-9))
    .sort((a, b) => a - b);
  let [cutoff, widest] = [limit, 0];
  for (const [i, distance] of distances.entries()) {
    const next = distances[i + 1] ?? limit;
    if (next - distance > widest) [cutoff, widest] = [0.5 * (distance + next), next - distance];
  }
  return cutoff;
}

function largestNearest(cell: Cell, from: F64, to: F64): number {
  let cutoff = Math.cbrt(cell.volume / (to.length / 3));
  for (let attempt = 0; attempt < 12; attempt++, cutoff *= 1.5) {
    const nearest = new Float64Array(from.length / 3).fill(Number.POSITIVE_INFINITY);
    for (const step of stepsBetween(cell, { from, to, cutoff }))
      nearest[step.from] = Math.min(nearest[step.from]!, step.distance);
    const largest = Math.max(...nearest);
    if (Number.isFinite(largest)) return largest;
  }
  throw new InputError(
    `no neighbour within ${cutoff.toFixed(1)} Å of some site`,
    "pass neighborCutoff, or check the sites",
  );
}
