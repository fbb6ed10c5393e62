// A first path between two arrangements whose atoms are matched.
//   linear: x_k = x_0 + (k/(P−1)) (x_{P−1} − x_0)
//   idpp:   images whose interatomic distances d_ij come as near as they can to those interpolated between the ends,
//           S_k = Σ_{ij} (d_ij − D_ij^k)² / d_ij⁴,  D_ij^k = D_ij^0 + (k/(P−1)) (D_ij^{P−1} − D_ij^0)
//           (Smidstrup, Pedersen, Stokbro and Jónsson, 10.1063/1.4878664).
// Where the source relaxes S as an elastic band by its projected forces, here Σ_k S_k + ½κ Σ_k |x_{k+1} − x_k|² is
// minimised: one function of all images, so that neighbours cannot fall to different sides of an atom in the way. The
// corners it cuts do not matter for a start. Only pairs nearer than 5 Å somewhere on the straight path count: the weight
// d⁻⁴ leaves nothing of the others.

import { expectShape, type F64, InputError, maxNorm3, Pacer, type RunOptions, type Vec3 } from "../base/index.js";
import { LbfgsMemory } from "../numerics/index.js";
import { type Cell, minimumImage } from "../structure/index.js";
import { moversBetween } from "./match-endpoints.js";
import { respace } from "./path-parts.js";

export type Interpolation = "idpp" | "linear";

/** Å: pairs that never come nearer are left out of S. */
const PAIR_CUTOFF = 5;
/** Å: an atom that moves less keeps its neighbours. */
const STAYS_WITHIN = 0.5;
/** Part of the smaller end distance that two atoms must keep when they pass each other. */
const MEETING = 0.7;
/** κ, Å⁻⁴: as stiff as two bonds' 2/d⁴ at 2 Å; much softer, and images gather at the two ends. */
const ELASTIC = 0.3;
/** Å: the weight is (d² + this²)⁻², which two atoms that sit on each other cannot drive to infinity. */
const SOFTENING = 0.5;
/** Å⁻³ and iterations: a start is wanted, not a minimum. */
const TOLERANCE = 0.01;
const ITERATIONS = 40;
/** Å, of one atom. */
const LONGEST_STEP = 0.2;
/** Å⁻⁴: 4κ of the elastic part and ∂²S/∂d² ≈ 2/d⁴ of a few bonds of 2 Å. */
const STIFFNESS = 1.5;

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
export async function interpolateIdpp(
  cell: Cell,
  linear: F64,
  options: RunOptions & { readonly nImages: number },
): Promise<Float64Array<ArrayBuffer>> {
  const { nImages } = options;
  const pairs = pairsNear(cell, linear, nImages);
  const images = Float64Array.from(linear);
  if (pairs.length === 0) return images;
  sidestep(images, pairs, nImages);
  const pacer = new Pacer("interpolating", options);
  const memory = new LbfgsMemory(images.length, { depth: 10, initialCurvature: STIFFNESS });
  let here = elasticEnergy(images, pairs, nImages);
  for (let iteration = 0; iteration < ITERATIONS && maxNorm3(here.gradient) > TOLERANCE; iteration++) {
    const step = memory.direction(here.gradient);
    const scale = Math.min(1, LONGEST_STEP / maxNorm3(step));
    let taken = step.map((x) => scale * x);
    let next = elasticEnergy(sum(images, taken), pairs, nImages);
    for (let halving = 0; next.energy > here.energy && halving < 6; halving++) {
      taken = taken.map((x) => 0.5 * x);
      next = elasticEnergy(sum(images, taken), pairs, nImages);
    }
    if (next.energy > here.energy) {
      if (memory.size === 0) break;
      memory.reset();
      continue;
    }
    memory.push(
      taken,
      next.gradient.map((g, i) => g - here.gradient[i]!),
    );
    for (let i = 0; i < images.length; i++) images[i] = images[i]! + taken[i]!;
    here = next;
    await pacer.tick(iteration, ITERATIONS);
  }
  return respace(images, nImages, nImages);
}

const sum = (a: F64, b: F64): Float64Array<ArrayBuffer> => Float64Array.from(a, (x, i) => x + b[i]!);

/** Σ_k S_k + ½κ Σ_k |x_{k+1} − x_k|² and its gradient; the ends are fixed. */
function elasticEnergy(
  images: F64,
  pairs: readonly Pair[],
  nImages: number,
): { readonly energy: number; readonly gradient: Float64Array<ArrayBuffer> } {
  const size = images.length / nImages;
  const gradient = new Float64Array(images.length);
  let energy = 0;
  for (let k = 1; k < nImages - 1; k++) {
    const at = k * size;
    energy += addMisfit(images.subarray(at, at + size), gradient.subarray(at, at + size), pairs, k / (nImages - 1));
  }
  for (let i = 0; i < images.length - size; i++) {
    const d = images[i + size]! - images[i]!;
    energy += 0.5 * ELASTIC * d * d;
    gradient[i] = gradient[i]! - ELASTIC * d;
    gradient[i + size] = gradient[i + size]! + ELASTIC * d;
  }
  gradient.fill(0, 0, size);
  gradient.fill(0, images.length - size);
  return { energy, gradient };
}

interface Pair {
  readonly i: number;
  readonly j: number;
  /** Lattice vector that is added to atom j. */
  readonly image: readonly [number, number, number];
  /** Distance at both ends, Å. */
  readonly ends: readonly [number, number];
}

/**
 * Pairs with one fixed lattice vector each, so that a distance never jumps along the path. Atoms that stay where they are
 * keep their neighbours, so only pairs with a mover are looked for beyond the first image.
 */
function pairsNear(cell: Cell, images: F64, nImages: number): readonly Pair[] {
  const size = images.length / nImages;
  const n = size / 3;
  const last = images.subarray((nImages - 1) * size, nImages * size);
  const movers = new Set(moversBetween(images.subarray(0, size), last, STAYS_WITHIN));
  const found = new Map<string, Pair>();
  for (let k = 0; k < nImages; k++) {
    const at = k * size;
    for (let i = 0; i < n; i++) {
      const others = [];
      for (let j = i + 1; j < n; j++) if (k === 0 || movers.has(i) || movers.has(j)) others.push(j);
      if (others.length === 0) continue;
      const differences = new Float64Array(3 * others.length);
      for (const [row, j] of others.entries()) {
        for (let axis = 0; axis < 3; axis++)
          differences[3 * row + axis] = images[at + 3 * j + axis]! - images[at + 3 * i + axis]!;
      }
      const shortest = minimumImage(cell, differences);
      for (const [row, j] of others.entries()) {
        const d = shortest.subarray(3 * row, 3 * row + 3);
        if (Math.hypot(d[0]!, d[1]!, d[2]!) >= PAIR_CUTOFF) continue;
        const image = [0, 1, 2].map((axis) => d[axis]! - differences[3 * row + axis]!) as [number, number, number];
        const key = `${i} ${j} ${image.map((x) => Math.round(x * 1e3)).join(" ")}`;
        if (!found.has(key)) found.set(key, { i, j, image, ends: endDistances(images, nImages, { i, j, image }) });
      }
    }
  }
  return [...found.values()];
}

function endDistances(images: F64, nImages: number, { i, j, image }: Omit<Pair, "ends">): [number, number] {
  const size = images.length / nImages;
  return [0, (nImages - 1) * size].map((at) =>
    Math.hypot(...image.map((t, axis) => images[at + 3 * j + axis]! - images[at + 3 * i + axis]! + t)),
  ) as [number, number];
}

/**
 * Two atoms that meet on the straight path: the distances alone would pull the images before and after the meeting apart
 * and leave a gap. They are led past each other instead, half a step aside each, at the place of nearest approach.
 */
function sidestep(images: Float64Array, pairs: readonly Pair[], nImages: number): void {
  const size = images.length / nImages;
  const start = images.slice();
  const last = (nImages - 1) * size;
  for (const { i, j, image, ends } of pairs) {
    const separation = (at: number): Vec3 =>
      [0, 1, 2].map((axis) => start[at + 3 * j + axis]! - start[at + 3 * i + axis]! + image[axis]!) as unknown as Vec3;
    const [first, end] = [separation(0), separation(last)];
    const way = [0, 1, 2].map((axis) => end[axis]! - first[axis]!) as unknown as Vec3;
    const meeting = -inner3(first, way) / inner3(way, way);
    const nearest = [0, 1, 2].map((axis) => first[axis]! + meeting * way[axis]!) as unknown as Vec3;
    const room = MEETING * Math.min(...ends);
    const missing = room - Math.sqrt(inner3(nearest, nearest));
    if (!(meeting > 0 && meeting < 1 && missing > 0)) continue;
    const aside = sideways(nearest, way);
    for (let k = 1; k < nImages - 1; k++) {
      const t = k / (nImages - 1);
      const near = Math.sin(0.5 * Math.PI * (t < meeting ? t / meeting : (1 - t) / (1 - meeting)));
      for (let axis = 0; axis < 3; axis++) {
        images[k * size + 3 * i + axis]! -= 0.5 * near * missing * aside[axis]!;
        images[k * size + 3 * j + axis]! += 0.5 * near * missing * aside[axis]!;
      }
    }
  }
}

const inner3 = (a: Vec3, b: Vec3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

/** Unit vector along `nearest`; head on, any direction across `way` is as good. */
function sideways(nearest: Vec3, way: Vec3): Vec3 {
  const length = Math.sqrt(inner3(nearest, nearest));
  if (length > 1e-3) return [nearest[0] / length, nearest[1] / length, nearest[2] / length];
  const small = Math.abs(way[0]) < Math.abs(way[1]) ? 0 : 1;
  const part = way[small] / inner3(way, way);
  const across = [0, 1, 2].map((axis) => (axis === small ? 1 : 0) - part * way[axis]!) as unknown as Vec3;
  const norm = Math.sqrt(inner3(across, across));
  return [across[0] / norm, across[1] / norm, across[2] / norm];
}

/** Adds ∂S/∂x of one image, a part `t` of the way along, to `gradient`; returns S. */
function addMisfit(x: F64, gradient: Float64Array, pairs: readonly Pair[], t: number): number {
  let misfit = 0;
  for (const { i, j, image, ends } of pairs) {
    const dx = x[3 * j]! - x[3 * i]! + image[0];
    const dy = x[3 * j + 1]! - x[3 * i + 1]! + image[1];
    const dz = x[3 * j + 2]! - x[3 * i + 2]! + image[2];
    const d = Math.max(Math.sqrt(dx * dx + dy * dy + dz * dz), 1e-3);
    const miss = d - (ends[0] + t * (ends[1] - ends[0]));
    const softened = 1 / (d * d + SOFTENING * SOFTENING);
    const weight = softened * softened;
    misfit += weight * miss * miss;
    const slope = (2 * weight * miss * (1 - 2 * miss * d * softened)) / d;
    gradient[3 * i] = gradient[3 * i]! - slope * dx;
    gradient[3 * i + 1] = gradient[3 * i + 1]! - slope * dy;
    gradient[3 * i + 2] = gradient[3 * i + 2]! - slope * dz;
    gradient[3 * j] = gradient[3 * j]! + slope * dx;
    gradient[3 * j + 1] = gradient[3 * j + 1]! + slope * dy;
    gradient[3 * j + 2] = gradient[3 * j + 2]! + slope * dz;
  }
  return misfit;
}
