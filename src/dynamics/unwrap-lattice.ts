// The lattice vector nearest to a displacement, exactly, in cells of any shape.
//
// Selling's reduction turns the basis into an obtuse superbase v₀ + v₁ + … = 0, vᵢ·vⱼ ≤ 0. The sums over its subsets are then all
// Voronoi-relevant vectors (J. H. Conway, N. J. A. Sloane, doi:10.1098/rspa.1992.0074): a displacement d lies in the Voronoi cell of
// the origin, so that no lattice vector is nearer than 0, exactly when none of them shortens it. The shortest lattice vector λ is one
// of them, and |d| < λ/2 alone is enough.

import type { Cell } from "../structure/index.js";

export interface NearestLattice {
  /** Length of the shortest lattice vector, Å; infinite where nothing is periodic. */
  readonly shortest: number;
  /**
   * Writes the whole-number coordinates of the lattice vector nearest to (x, y, z) into `image` [3] and returns the squared
   * distance to it.
   */
  nearest(x: number, y: number, z: number, image: Int32Array): number;
}

interface Relevant {
  readonly vector: readonly [number, number, number];
  readonly image: readonly [number, number, number];
  readonly squared: number;
}

/** A vector shorter by rounding alone is not shorter. */
const ROUNDING = 1e-13;

export function nearestLattice(cell: Cell): NearestLattice {
  const relevant = relevantVectors(cell);
  const [m, v, periodic] = [cell.inverse, cell.vectors, cell.periodic];
  const shortestSquared = relevant.reduce((least, { squared }) => Math.min(least, squared), Number.POSITIVE_INFINITY);
  const certain = shortestSquared / 4;
  return {
    shortest: Math.sqrt(shortestSquared),
    nearest(x, y, z, image) {
      image[0] = image[1] = image[2] = 0;
      let squared = x * x + y * y + z * z;
      if (squared < certain) return squared;
      const i = periodic[0] ? Math.round(x * m[0]! + y * m[3]! + z * m[6]!) : 0;
      const j = periodic[1] ? Math.round(x * m[1]! + y * m[4]! + z * m[7]!) : 0;
      const k = periodic[2] ? Math.round(x * m[2]! + y * m[5]! + z * m[8]!) : 0;
      let dx = x - i * v[0]! - j * v[3]! - k * v[6]!;
      let dy = y - i * v[1]! - j * v[4]! - k * v[7]!;
      let dz = z - i * v[2]! - j * v[5]! - k * v[8]!;
      image[0] = i;
      image[1] = j;
      image[2] = k;
      squared = dx * dx + dy * dy + dz * dz;
      for (let shortened = squared >= certain; shortened; ) {
        shortened = false;
        for (const { vector, image: step, squared: length } of relevant) {
          // Subtracting it c times is shortest for c nearest to d·w/w².
          const c = Math.round((dx * vector[0] + dy * vector[1] + dz * vector[2]) / length);
          if (c === 0) continue;
          const [nx, ny, nz] = [dx - c * vector[0], dy - c * vector[1], dz - c * vector[2]];
          const candidate = nx * nx + ny * ny + nz * nz;
          if (!(candidate < squared * (1 - ROUNDING))) continue;
          [dx, dy, dz, squared, shortened] = [nx, ny, nz, candidate, true];
          for (let axis = 0; axis < 3; axis++) image[axis] = image[axis]! + c * step[axis]!;
        }
      }
      return squared;
    },
  };
}

interface BaseVector {
  readonly vector: readonly number[];
  readonly image: readonly number[];
}

const dot = (a: BaseVector, b: BaseVector): number =>
  a.vector[0]! * b.vector[0]! + a.vector[1]! * b.vector[1]! + a.vector[2]! * b.vector[2]!;

const combine = (a: BaseVector, b: BaseVector, factor: number): BaseVector => ({
  vector: a.vector.map((x, i) => x + factor * b.vector[i]!),
  image: a.image.map((x, i) => x + factor * b.image[i]!),
});

const ZERO: BaseVector = { vector: [0, 0, 0], image: [0, 0, 0] };

function relevantVectors(cell: Cell): Relevant[] {
  const basis = [0, 1, 2]
    .filter((axis) => cell.periodic[axis])
    .map(
      (axis): BaseVector => ({
        vector: Array.from(cell.vectors.slice(3 * axis, 3 * axis + 3)),
        image: [0, 1, 2].map((k) => (k === axis ? 1 : 0)),
      }),
    );
  if (basis.length === 0) return [];
  const superbase = reduced([
    ...basis,
    combine(
      ZERO,
      basis.reduce((sum, b) => combine(sum, b, 1), ZERO),
      -1,
    ),
  ]);
  const out: Relevant[] = [];
  // Every subset but the empty and the full one; a subset and its complement are ± of each other, so half of them do.
  for (let subset = 1; subset < 1 << (superbase.length - 1); subset++) {
    const sum = superbase.reduce((s, b, i) => (subset & (1 << i) ? combine(s, b, 1) : s), ZERO);
    out.push({
      vector: sum.vector as [number, number, number],
      image: sum.image as [number, number, number],
      squared: dot(sum, sum),
    });
  }
  return out;
}

/** Selling's reduction: while vᵢ·vⱼ > 0, −vᵢ takes the place of vᵢ and the others but vⱼ share 2vᵢ: the sum of squares falls. */
function reduced(start: readonly BaseVector[]): BaseVector[] {
  let base = [...start];
  const scale = base.reduce((sum, b) => sum + dot(b, b), 0);
  for (;;) {
    const pair = obtusePair(base, 1e-12 * scale);
    if (!pair) return base;
    const [i, j] = pair;
    const turned = base[i]!;
    // In two dimensions −vᵢ + vⱼ + (vₖ + 2vᵢ) = 0; in three each of the other two takes vᵢ once.
    const share = 2 / (base.length - 2);
    base = base.map((b, k) => (k === i ? combine(ZERO, b, -1) : k === j ? b : combine(b, turned, share)));
  }
}

function obtusePair(base: readonly BaseVector[], tolerance: number): readonly [number, number] | undefined {
  for (let i = 0; i < base.length; i++) {
    for (let j = i + 1; j < base.length; j++) if (dot(base[i]!, base[j]!) > tolerance) return [i, j];
  }
  return undefined;
}
