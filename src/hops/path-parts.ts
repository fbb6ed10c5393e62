// Cutting a path at a well and joining paths end to end.

import { type F64, Notes } from "../base/index.js";
import type { Minimum } from "../minima/index.js";
import { arcLengths, imageOf, type Path } from "./path.js";

/**
 * Paths end to end as one, each starting where the one before ends; all images are kept. Movers are those of any part.
 */
export function joinPaths(parts: readonly Path[]): Path {
  const [first, last] = [parts[0]!, parts[parts.length - 1]!];
  const images: F64[] = [];
  const energies: number[] = [];
  const slopes: number[] = [];
  const history: { maxForce: number; barrier: number }[] = [];
  const notes = new Notes();
  let [base, evaluations] = [0, 0];
  for (const [at, part] of parts.entries()) {
    // The last image of one part is the first of the next.
    for (let k = at === 0 ? 0 : 1; k < part.nImages; k++) {
      images.push(imageOf(part, k));
      energies.push(base + part.energies[k]!);
      slopes.push(part.slopes?.[k] ?? 0);
    }
    for (const { maxForce, barrier } of part.history) history.push({ maxForce, barrier: base + barrier });
    base += part.energies[part.nImages - 1]!;
    evaluations += part.evaluations ?? 0;
    notes.addAll(part.notes);
  }
  const nImages = energies.length;
  const size = first.images.length / first.nImages;
  const positions = new Float64Array(nImages * size);
  for (const [k, image] of images.entries()) positions.set(image as Float64Array, k * size);
  const top = Math.max(...energies);
  return {
    endpoints: [first.endpoints[0], last.endpoints[1]],
    nImages,
    images: positions,
    energies: Float64Array.from(energies),
    coordinate: arcLengths(positions, nImages),
    ...(parts.every((part) => part.slopes) ? { slopes: Float64Array.from(slopes) } : {}),
    saddle: energies.indexOf(top),
    barrierForward: top,
    barrierBackward: top - energies[nImages - 1]!,
    movers: Int32Array.from(new Set(parts.flatMap((part) => [...part.movers]))).sort(),
    converged: parts.every((part) => part.converged),
    history,
    evaluations,
    notes: notes.list(),
  };
}

/** The interior image that lies deepest below the lower of the highest points on its two sides. */
export function deepestInterior(energies: F64): { readonly image: number; readonly depth: number } {
  const last = energies.length - 1;
  const highestAfter = new Float64Array(last + 1).fill(Number.NEGATIVE_INFINITY);
  for (let k = last - 1; k >= 0; k--) highestAfter[k] = Math.max(highestAfter[k + 1]!, energies[k + 1]!);
  let [image, depth] = [0, 0];
  let highestBefore = energies[0]!;
  for (let k = 1; k < last; k++) {
    const wall = Math.min(highestBefore, highestAfter[k]!) - energies[k]!;
    const isMinimum = energies[k]! <= energies[k - 1]! && energies[k]! <= energies[k + 1]!;
    if (isMinimum && wall > depth) [image, depth] = [k, wall];
    highestBefore = Math.max(highestBefore, energies[k]!);
  }
  return { image, depth };
}

/** Images a…b of `path` respaced to as many as the whole has, sheared so that they start and end on the given minima. */
export function partOfPath(
  path: Path,
  [a, b]: readonly [number, number],
  ends: readonly [Minimum, Minimum],
): Float64Array {
  const size = path.images.length / path.nImages;
  const part = path.images.slice(a * size, (b + 1) * size);
  const count = b - a + 1;
  const s = arcLengths(part, count);
  const length = s[count - 1]!;
  const [first, last] = [ends[0].crystal.positions, ends[1].crystal.positions];
  for (let k = 0; k < count; k++) {
    const t = s[k]! / length;
    for (let i = 0; i < size; i++) {
      const offStart = first[i]! - path.images[a * size + i]!;
      const offEnd = last[i]! - path.images[b * size + i]!;
      part[k * size + i] = part[k * size + i]! + (1 - t) * offStart + t * offEnd;
    }
  }
  return respace(part, count, path.nImages);
}

/** [to,size] points at equal arc length on the polygon through `images` [from,size]. */
export function respace(images: F64, from: number, to: number): Float64Array<ArrayBuffer> {
  const size = images.length / from;
  const s = arcLengths(images, from);
  const out = new Float64Array(to * size);
  let k = 0;
  for (let m = 0; m < to; m++) {
    const target = (m / (to - 1)) * s[from - 1]!;
    while (k < from - 2 && s[k + 1]! < target) k++;
    const width = s[k + 1]! - s[k]!;
    const t = width > 0 ? Math.min(1, (target - s[k]!) / width) : 0;
    for (let i = 0; i < size; i++)
      out[m * size + i] = images[k * size + i]! + t * (images[(k + 1) * size + i]! - images[k * size + i]!);
  }
  return out;
}
