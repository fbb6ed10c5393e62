// Regular grids of wave vectors, reduced by symmetry. q_i = (n_i + s_i)/N_i with n_i = 0 … N_i − 1 and a shift s of 0 or ½ grid steps.
// An operation {W|w} of the crystal takes q to Wᵀq (row of fractional components: q W); D there is D(q) with atoms and axes turned, so that
// frequencies are the same. Time reversal takes q to −q. Of every star one point is kept, with the size of the star as its weight.
//
// What is summed over the points that are left has lost the symmetry unless it is a number; its mean over the operations restores it (symmetriseTensors).

import { type F64, type I32, InputError, type Vec3 } from "../base/index.js";
import {
  atomPermutation,
  type Cell,
  type Crystal,
  cartesianRotation,
  findSymmetry,
  type SymmetryOperation,
} from "../structure/index.js";
import { reciprocalCell } from "./reciprocal.js";

export interface MeshOptions {
  /** "gamma" (default): the mesh holds Γ; "monkhorst-pack": half a step off it along axes of even count (phonopy's default); or steps, 0 or ½. */
  readonly shift?: "gamma" | "monkhorst-pack" | Vec3;
  /** "crystal" (default): the space group; "none". */
  readonly symmetry?: "crystal" | "none";
  /** Whether q and −q count as one. Default true. */
  readonly timeReversal?: boolean;
  /** Å, of the symmetry search. Default 1e-3. */
  readonly tolerance?: number;
}

export interface BrillouinMesh {
  readonly counts: readonly [number, number, number];
  /** Grid steps. */
  readonly shift: Vec3;
  /** N1 N2 N3. */
  readonly total: number;
  /** [points,3] fractional, components in (−½, ½]: one of each star. */
  readonly points: F64;
  /** [points] sizes of the stars; they add up to `total`. */
  readonly weights: I32;
  /** [total] point of the star of grid place (n1 N2 + n2) N3 + n3. */
  readonly pointOf: I32;
  /** The operations that map the mesh onto itself, the identity among them. */
  readonly operations: readonly SymmetryOperation[];
}

/** A mesh for the primitive cell `crystal`. `counts`: wave vectors along each reciprocal vector, or one spacing in 1/Å (with 2π). */
export function brillouinMesh(
  crystal: Crystal,
  counts: readonly [number, number, number] | { readonly spacing: number },
  options: MeshOptions = {},
): BrillouinMesh {
  const n = "spacing" in counts ? countsForSpacing(crystal.cell, counts.spacing) : counts;
  if (n.length !== 3 || !n.every((x) => Number.isInteger(x) && x >= 1))
    throw new InputError(`a mesh of (${n.join(", ")}) wave vectors`, "give three whole numbers of at least 1");
  const shift = shiftOf(options.shift ?? "gamma", n);
  const total = n[0] * n[1] * n[2];
  const identity: SymmetryOperation = {
    rotation: Int32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1),
    translation: new Float64Array(3),
  };
  const group =
    options.symmetry === "none"
      ? [identity]
      : findSymmetry(crystal, { tolerance: options.tolerance ?? 1e-3 }).operations;
  const maps = group.map((operation) => mapOf(operation, n, shift));
  const operations = group.filter((_, at) => maps[at] !== undefined);
  const reversed = options.timeReversal === false ? [1] : [1, -1];
  const moves = uniqueMoves(
    maps.flatMap((map) => (map ? [map] : [])),
    reversed,
  );
  const pointOf = new Int32Array(total).fill(-1);
  const points: number[] = [];
  const weights: number[] = [];
  const place = new Int32Array(3);
  for (let address = 0; address < total; address++) {
    if (pointOf[address]! >= 0) continue;
    const point = weights.length;
    place.set([Math.floor(address / (n[1] * n[2])), Math.floor(address / n[2]) % n[1], address % n[2]]);
    points.push(...[0, 1, 2].map((k) => inZone((place[k]! + shift[k]!) / n[k]!)));
    let weight = 0;
    for (const move of moves) {
      const image = imageOf(move, place, { n, shift });
      if (pointOf[image]! >= 0) continue;
      pointOf[image] = point;
      weight++;
    }
    weights.push(weight);
  }
  return {
    counts: n,
    shift,
    total,
    points: Float64Array.from(points),
    weights: Int32Array.from(weights),
    pointOf,
    operations,
  };
}

/** Fewest wave vectors along each axis whose steps are at most `spacing`, rad/Å. */
function countsForSpacing(cell: Cell, spacing: number): [number, number, number] {
  if (!(spacing > 0)) throw new InputError(`a spacing of ${spacing} 1/Å`, "give a positive number, for example 0.1");
  const v = reciprocalCell(cell).vectors;
  const count = (i: number): number => {
    const length = 2 * Math.PI * Math.hypot(v[3 * i]!, v[3 * i + 1]!, v[3 * i + 2]!);
    return Math.max(1, Math.ceil(length / spacing - 1e-9)); // what falls short by rounding needs no further point
  };
  return [count(0), count(1), count(2)];
}

function shiftOf(shift: NonNullable<MeshOptions["shift"]>, n: readonly number[]): Vec3 {
  if (shift === "gamma") return [0, 0, 0];
  if (shift === "monkhorst-pack") return n.map((count) => (count % 2 === 0 ? 0.5 : 0)) as unknown as Vec3;
  if (shift.every((s) => s === 0 || s === 0.5)) return shift;
  throw new InputError(`a shift of (${shift.join(", ")}) grid steps`, "each is 0 or 0.5");
}

const inZone = (x: number): number => {
  const inside = x - Math.floor(x);
  return inside > 0.5 ? inside - 1 : inside;
};

/** [9] integers m and [3] halves: the place n goes to m n + o, if every place goes to a place. */
interface GridMap {
  readonly m: readonly number[];
  readonly o: readonly number[];
}

function mapOf({ rotation: w }: SymmetryOperation, n: readonly number[], s: Vec3): GridMap | undefined {
  // (n'_i + s_i)/N_i = Σ_j W_ji (n_j + s_j)/N_j
  const m = [0, 1, 2].flatMap((i) => [0, 1, 2].map((j) => (w[3 * j + i]! * n[i]!) / n[j]!));
  const o = [0, 1, 2].map((i) => m[3 * i]! * s[0] + m[3 * i + 1]! * s[1] + m[3 * i + 2]! * s[2] - s[i]!);
  return m.every(Number.isInteger) && o.every(Number.isInteger) ? { m, o } : undefined;
}

interface Move extends GridMap {
  readonly sign: number;
}

function uniqueMoves(maps: readonly GridMap[], signs: readonly number[]): Move[] {
  const found = new Map<string, Move>();
  for (const map of maps)
    for (const sign of signs)
      found.set(`${map.m.map((x) => sign * x).join()};${map.o.map((x) => sign * x).join()}`, { ...map, sign });
  return [...found.values()];
}

function imageOf(
  { m, o, sign }: Move,
  place: I32,
  { n, shift }: { readonly n: readonly number[]; readonly shift: Vec3 },
): number {
  let address = 0;
  for (let i = 0; i < 3; i++) {
    let x = m[3 * i]! * place[0]! + m[3 * i + 1]! * place[1]! + m[3 * i + 2]! * place[2]! + o[i]!;
    // −(n + s) = n' + s with n' = −n − 2s
    if (sign < 0) x = -x - 2 * shift[i]!;
    address = address * n[i]! + (((x % n[i]!) + n[i]!) % n[i]!);
  }
  return address;
}

/** The images of every atom under the mesh's operations, and the rotations; made once for many sums. */
export interface GroupAction {
  readonly rotations: readonly F64[];
  readonly images: readonly I32[];
}

export function groupAction(crystal: Crystal, mesh: BrillouinMesh, toleranceA = 1e-2): GroupAction {
  return {
    rotations: mesh.operations.map((operation) => cartesianRotation(crystal.cell, operation)),
    images: mesh.operations.map((operation) => atomPermutation(crystal, operation, { tolerance: toleranceA })),
  };
}

/** Mean of Rᵀ T_{g(i)} R over the group: [b,3,3] sums over stars' points become sums over the whole zone. */
export function symmetriseTensors({ rotations, images }: GroupAction, tensors: F64): Float64Array<ArrayBuffer> {
  const out = new Float64Array(tensors.length);
  for (const [g, r] of rotations.entries()) {
    const image = images[g]!;
    for (let i = 0; i < image.length; i++) {
      for (let a = 0; a < 3; a++)
        for (let c = 0; c < 3; c++)
          for (let p = 0; p < 3; p++)
            for (let s = 0; s < 3; s++)
              out[9 * i + 3 * a + c]! +=
                (r[3 * p + a]! * tensors[9 * image[i]! + 3 * p + s]! * r[3 * s + c]!) / rotations.length;
    }
  }
  return out;
}

/** Mean over equivalent atoms: rows of `values` [b,columns]. */
export function symmetriseAtoms({ images }: GroupAction, values: F64, columns: number): Float64Array<ArrayBuffer> {
  const out = new Float64Array(values.length);
  for (const image of images)
    for (let i = 0; i < image.length; i++)
      for (let k = 0; k < columns; k++) out[columns * i + k]! += values[columns * image[i]! + k]! / images.length;
  return out;
}
