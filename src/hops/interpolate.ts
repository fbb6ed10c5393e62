// A first path between two arrangements whose atoms are matched.
//   linear: x_k = x_0 + (k/(P−1)) (x_{P−1} − x_0)
//   idpp:   images whose interatomic distances d_ij come as near as they can to those interpolated between the ends,
//           S_k = Σ_{ij} (d_ij − D_ij^k)² / d_ij⁴,  D_ij^k = D_ij^0 + (k/(P−1)) (D_ij^{P−1} − D_ij^0)
//           (Smidstrup, Pedersen, Stokbro and Jónsson, 10.1063/1.4878664), relaxed as a band so that images stay apart.
// Only pairs nearer than 5 Å somewhere on the straight path count: the weight d⁻⁴ leaves nothing of the others.

import { expectShape, type F64, InputError, type RunOptions } from "../base/index.js";
import { type Cell, minimumImage } from "../structure/index.js";
import { plainMetric } from "./band-metric.js";
import { type BandSurface, relaxBand } from "./relax-band.js";

export type Interpolation = "idpp" | "linear";

/** Å: pairs that never come nearer are left out of S. */
const PAIR_CUTOFF = 5;
/** Å⁻³ and iterations: a start is wanted, not a minimum of S. */
const TOLERANCE = 0.01;
const ITERATIONS = 60;
/** Å⁻⁴: ∂²S/∂d² ≈ 2/d⁴ of a few bonds of 2 Å. */
const STIFFNESS = 0.5;

/** [nImages,n,3] images on the straight line from `from` to `to`, both [n,3] Å, both included. */
export function interpolateLinear(from: F64, to: F64, nImages: number): Float64Array<ArrayBuffer> {
  expectShape("second end point", to, [from.length]);
  if (!Number.isInteger(nImages) || nImages < 3) {
    throw new InputError(`a path needs at least 3 images, got ${nImages}`, "images counts both ends");
  }
  const images = new Float64Array(nImages * from.length);
  for (let k = 0; k < nImages; k++) {
    const t = k / (nImages - 1);
    for (let i = 0; i < from.length; i++) images[k * from.length + i] = from[i]! + t * (to[i]! - from[i]!);
  }
  return images;
}

/** The linear path, bent so that atoms do not pass through each other. */
export async function interpolateIdpp(cell: Cell, linear: F64, options: RunOptions & { readonly nImages: number }): Promise<Float64Array<ArrayBuffer>> {
  const { nImages } = options;
  const pairs = pairsNear(cell, linear, nImages);
  if (pairs.length === 0) return Float64Array.from(linear);
  const size = linear.length / nImages;
  const result = await relaxBand(distanceSurface(pairs, nImages), linear, {
    ...options,
    tolerance: TOLERANCE,
    maxIterations: ITERATIONS,
    climbBelow: 0,
    maxStep: 0.15,
    metric: plainMetric(size, STIFFNESS),
    comparable: false,
    memory: 10,
    stage: "interpolating",
  });
  return result.images;
}

interface Pair {
  readonly i: number;
  readonly j: number;
  /** Lattice vector that is added to atom j. */
  readonly image: readonly [number, number, number];
  /** Distance at both ends, Å. */
  readonly ends: readonly [number, number];
}

/** Pairs with one fixed lattice vector each, so that a distance never jumps along the path. */
function pairsNear(cell: Cell, images: F64, nImages: number): readonly Pair[] {
  const size = images.length / nImages;
  const n = size / 3;
  const found = new Map<string, Pair>();
  for (let k = 0; k < nImages; k++) {
    const at = k * size;
    for (let i = 0; i < n; i++) {
      const differences = new Float64Array(3 * (n - i - 1));
      for (let a = 0; a < differences.length; a++) differences[a] = images[at + 3 * (i + 1) + a]! - images[at + 3 * i + (a % 3)]!;
      const shortest = minimumImage(cell, differences);
      for (let j = i + 1; j < n; j++) {
        const a = 3 * (j - i - 1);
        if (Math.hypot(shortest[a]!, shortest[a + 1]!, shortest[a + 2]!) >= PAIR_CUTOFF) continue;
        const image = [0, 1, 2].map((axis) => shortest[a + axis]! - differences[a + axis]!) as [number, number, number];
        const key = `${i} ${j} ${image.map((x) => Math.round(x * 1e3)).join(" ")}`;
        if (found.has(key)) continue;
        const distanceAt = (image0: number): number =>
          Math.hypot(...image.map((t, axis) => images[image0 * size + 3 * j + axis]! - images[image0 * size + 3 * i + axis]! + t));
        found.set(key, { i, j, image, ends: [distanceAt(0), distanceAt(nImages - 1)] });
      }
    }
  }
  return [...found.values()];
}

function distanceSurface(pairs: readonly Pair[], nImages: number): BandSurface {
  return {
    evaluate(k, x, forces) {
      const t = k / (nImages - 1);
      let sum = 0;
      forces.fill(0);
      for (const { i, j, image, ends } of pairs) {
        const dx = x[3 * j]! - x[3 * i]! + image[0];
        const dy = x[3 * j + 1]! - x[3 * i + 1]! + image[1];
        const dz = x[3 * j + 2]! - x[3 * i + 2]! + image[2];
        // Two atoms that sit on each other in the straight path have no direction to part in; others push them apart.
        const d = Math.max(Math.sqrt(dx * dx + dy * dy + dz * dz), 1e-3);
        const miss = d - (ends[0] + t * (ends[1] - ends[0]));
        const weight = 1 / Math.max(d, 0.3) ** 4;
        sum += weight * miss * miss;
        const slope = 2 * weight * miss * (1 - (2 * miss) / d);
        const [fx, fy, fz] = [(slope * dx) / d, (slope * dy) / d, (slope * dz) / d];
        forces[3 * i] = forces[3 * i]! + fx;
        forces[3 * i + 1] = forces[3 * i + 1]! + fy;
        forces[3 * i + 2] = forces[3 * i + 2]! + fz;
        forces[3 * j] = forces[3 * j]! - fx;
        forces[3 * j + 1] = forces[3 * j + 1]! - fy;
        forces[3 * j + 2] = forces[3 * j + 2]! - fz;
      }
      return sum;
    },
  };
}
