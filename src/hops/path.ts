// A minimum-energy path as a value, and what can be said of it without forces.

import type { F64, I32, Note } from "../base/index.js";
import type { Minimum } from "../minima/index.js";
import { displacementsBetween } from "../structure/index.js";

/** A minimum-energy path between two minima whose atoms are matched one to one. */
export interface Path {
  readonly endpoints: readonly [Minimum, Minimum];
  readonly nImages: number;
  /** [nImages,n,3] Å, continuous (never wrapped between images); both end points included. */
  readonly images: F64;
  /** [nImages] eV above the first. */
  readonly energies: F64;
  /** [nImages] Å, arc length from the first image. */
  readonly coordinate: F64;
  /** [nImages] eV/Å, dE/ds along the path at every image; 0 at the ends. */
  readonly slopes?: F64;
  /** Index of the climbing image. */
  readonly saddle: number;
  readonly barrierForward: number; // eV
  readonly barrierBackward: number; // eV
  /** Atoms that change site. */
  readonly movers: I32;
  readonly converged: boolean;
  /** Largest perpendicular force of any moving image after each iteration, eV/Å. */
  readonly history: readonly { readonly maxForce: number; readonly barrier: number }[];
  /** Force evaluations spent on the band. */
  readonly evaluations?: number;
  /** A third minimum the band passes through; then this is not one elementary hop (see `findPaths`). */
  readonly intermediate?: Minimum;
  readonly notes: readonly Note[];
}

/** A band's highest point polished to a stationary point with one unstable direction. */
export interface Saddle {
  /** [n,3] Å, continuous with the path's images. */
  readonly positions: F64;
  readonly energy: number; // eV above the path's first end point
  readonly maxForce: number; // eV/Å
  /** Imaginary frequencies found, THz (negative); exactly one for a true saddle. */
  readonly unstable: F64;
  /** All frequencies, THz, ascending. */
  readonly frequencies: F64;
  readonly verified: boolean;
  /** Force evaluations spent on polishing. */
  readonly evaluations?: number;
  readonly notes?: readonly Note[];
}

/** Image `index` of [nImages, size] as a view. */
export function imageOf(path: Pick<Path, "images" | "nImages">, index: number): F64 {
  const size = path.images.length / path.nImages;
  return path.images.subarray(index * size, (index + 1) * size);
}

/** Euclidean arc length from the first image to each, Å: [nImages]. */
export function arcLengths(images: F64, nImages: number): Float64Array<ArrayBuffer> {
  const size = images.length / nImages;
  const lengths = new Float64Array(nImages);
  for (let k = 1; k < nImages; k++) {
    let squared = 0;
    for (let i = 0; i < size; i++) squared += (images[k * size + i]! - images[(k - 1) * size + i]!) ** 2;
    lengths[k] = lengths[k - 1]! + Math.sqrt(squared);
  }
  return lengths;
}

/** The same path walked from the other end. Atoms keep their numbers. */
export function reversePath(path: Path): Path {
  const size = path.images.length / path.nImages;
  const last = path.nImages - 1;
  const images = new Float64Array(path.images.length);
  for (let k = 0; k <= last; k++) {
    for (let i = 0; i < size; i++) images[k * size + i] = path.images[(last - k) * size + i]!;
  }
  const backwards = (values: F64, map: (value: number) => number): Float64Array =>
    Float64Array.from(values, (_, k) => map(values[last - k]!));
  const top = path.energies[last]!;
  const length = path.coordinate[last]!;
  return {
    ...path,
    endpoints: [path.endpoints[1], path.endpoints[0]],
    images,
    energies: backwards(path.energies, (energy) => energy - top),
    coordinate: backwards(path.coordinate, (s) => length - s),
    ...(path.slopes ? { slopes: backwards(path.slopes, (slope) => (slope === 0 ? 0 : -slope)) } : {}),
    saddle: last - path.saddle,
    barrierForward: path.barrierBackward,
    barrierBackward: path.barrierForward,
    history: path.history.map(({ maxForce, barrier }) => ({ maxForce, barrier: barrier - top })),
  };
}

/** Largest displacement of one atom between two arrangements in the same cell, Å, by minimum image. */
export function largestDisplacement(a: Minimum, b: Minimum): number {
  const moved = displacementsBetween(a.crystal.cell, a.crystal.positions, b.crystal.positions);
  let squared = 0;
  for (let i = 0; i < moved.length; i += 3) {
    squared = Math.max(squared, moved[i]! ** 2 + moved[i + 1]! ** 2 + moved[i + 2]! ** 2);
  }
  return Math.sqrt(squared);
}
