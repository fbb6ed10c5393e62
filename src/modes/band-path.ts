// A path through the Brillouin zone of any crystal: the points of its Bravais lattice (special-points.ts), in units of the reciprocal vectors of the cell
// it came in. Standard and given cells are related by (a b c)_std = (a b c) L, so the components k·a of a wave vector transform as rows,
// k = k_prim (L Q P)⁻¹ with the permutation Q and the primitive matrix P of the table: no rotation enters, the given orientation stays.

import { InputError, type Note, type Vec3 } from "../base/index.js";
import { invert } from "../numerics/index.js";
import {
  type Crystal,
  cellParameters,
  findSymmetry,
  multiply3,
  type SymmetryOptions,
  transformRows,
} from "../structure/index.js";
import { cartesianWave, nearestToGamma } from "./reciprocal.js";
import { pointTable } from "./special-points.js";

export interface BandLeg {
  readonly from: string;
  readonly to: string;
  readonly start: Vec3; // fractional, of the given cell
  readonly end: Vec3;
}

export interface BandPath {
  /** Extended Bravais symbol, e.g. "cF", "tI2", "hR1". */
  readonly lattice: string;
  readonly points: Readonly<Record<string, Vec3>>;
  readonly legs: readonly BandLeg[];
  readonly notes: readonly Note[];
}

/** The standard path of `crystal`, which must be a primitive cell for bands to be drawn without folding. */
export function bandPath(crystal: Crystal, options: SymmetryOptions = {}): BandPath {
  const symmetry = findSymmetry(crystal, options);
  const { pearson, standard, hallSymbol } = symmetry;
  // A base-centred orthorhombic lattice is "oS" in Pearson's notation; the Hall symbol tells A from C.
  const letters = pearson.replace(/\d+$/, "");
  const bravais = letters === "oS" && /^-?A/.test(hallSymbol.trim()) ? "oA" : letters;
  const [a, b, c] = cellParameters(standard.crystal.cell);
  const table = pointTable(bravais, [a, b, c]);
  const basis = multiply3(
    multiply3(standard.linear, Float64Array.from(table.axes)),
    Float64Array.from(table.primitive),
  );
  const back = invert(basis, 3);
  const toGiven = (k: readonly number[]): Vec3 => {
    const q = transformRows(Float64Array.from(k), back);
    return [tidy(q[0]!), tidy(q[1]!), tidy(q[2]!)];
  };
  const points: Record<string, Vec3> = {};
  for (const [label, k] of Object.entries(table.points))
    points[label] = table.lattice === "aP" ? nearest(crystal, toGiven(k)) : toGiven(k);
  const legs = table.path.flatMap((leg) =>
    leg.slice(1).map((to, at) => ({ from: leg[at]!, to, start: points[leg[at]!]!, end: points[to]! })),
  );
  return { lattice: table.lattice, points, legs, notes: notesOf(symmetry.primitive.crystal, crystal, table.lattice) };
}

/** Rounding of an inverted matrix. */
const tidy = (x: number): number => (Math.abs(x - Math.round(24 * x) / 24) < 1e-10 ? Math.round(24 * x) / 24 + 0 : x);

function nearest(crystal: Crystal, q: Vec3): Vec3 {
  const k = nearestToGamma(crystal.cell, q);
  const v = crystal.cell.vectors;
  const along = (i: number): number => (k[0] * v[3 * i]! + k[1] * v[3 * i + 1]! + k[2] * v[3 * i + 2]!) / (2 * Math.PI);
  return [tidy(along(0)), tidy(along(1)), tidy(along(2))];
}

function notesOf(primitive: Crystal, crystal: Crystal, lattice: string): Note[] {
  const notes: Note[] = [];
  if (primitive.kinds.length !== crystal.kinds.length)
    notes.push({
      code: "band-path-of-supercell",
      message: `the cell has ${crystal.kinds.length} atoms, the primitive cell ${primitive.kinds.length}: bands along this path are folded`,
      hint: "use the primitive cell",
    });
  if (lattice === "mC")
    notes.push({
      code: "band-path-short",
      message: "the path of the C-centred monoclinic lattice leaves out the zone's corners C and D",
    });
  return notes;
}

export interface BandPoints {
  /** [points] */
  readonly q: readonly Vec3[];
  /** [points] rad/Å along the path; jumps have no length. */
  readonly distances: readonly number[];
  /** Points of each leg. */
  readonly segments: readonly {
    readonly first: number;
    readonly count: number;
    readonly from: string;
    readonly to: string;
  }[];
  /** [points] fractional direction of the leg: what Γ is approached along. */
  readonly directions: readonly Vec3[];
}

/** Wave vectors along a path, ends included. `spacing`: rad/Å, default 0.02; or `points` on every leg. */
export function alongPath(
  crystal: Crystal,
  legs: readonly BandLeg[],
  options: { readonly spacing?: number; readonly points?: number } = {},
): BandPoints {
  const { spacing = 0.02, points } = options;
  if (!(spacing > 0)) throw new InputError(`a spacing of ${spacing} 1/Å`, "give a positive number, for example 0.02");
  if (points !== undefined && !(Number.isInteger(points) && points >= 2))
    throw new InputError(`${points} points on a leg`, "give a whole number of at least 2");
  const q: Vec3[] = [];
  const distances: number[] = [];
  const directions: Vec3[] = [];
  const segments: BandPoints["segments"][number][] = [];
  let along = 0;
  for (const { from, to, start, end } of legs) {
    const direction = [end[0] - start[0], end[1] - start[1], end[2] - start[2]] as const;
    const length = Math.hypot(...cartesianWave(crystal.cell, direction));
    const count = points ?? Math.max(2, Math.ceil(length / spacing) + 1);
    segments.push({ first: q.length, count, from, to });
    for (let k = 0; k < count; k++) {
      const t = k / (count - 1);
      // both ends exactly: labels are at the points themselves
      q.push(
        k === count - 1 ? end : [start[0] + t * direction[0], start[1] + t * direction[1], start[2] + t * direction[2]],
      );
      distances.push(along + t * length);
      directions.push(direction);
    }
    along += length;
  }
  return { q, distances, segments, directions };
}

/** The smallest whole n ≤ `most` for which q fits into a cell repeated n times along each axis; undefined when there is none. */
export function commensurateRepeats(q: Vec3, most = 32): readonly [number, number, number] | undefined {
  const repeats = q.map((x) => {
    for (let n = 1; n <= most; n++) if (Math.abs(n * x - Math.round(n * x)) < 1e-6) return n;
    return 0;
  });
  return repeats.every((n) => n > 0) ? (repeats as unknown as readonly [number, number, number]) : undefined;
}
