// Arrangements to compute forces of. Every atom moves by the same length in a direction of its own, uniform on the sphere: small
// displacements that reach all force constants at once, 0.03 Å being usual (docs/theory/force-constant-fit.md).

import { type F64, InputError, Rng, type StochasticOptions } from "../base/index.js";
import { atomCount, type Crystal } from "../structure/index.js";

export interface RandomDisplacementOptions extends StochasticOptions {
  /** Å each atom moves; standard deviation along each axis for "normal". Default 0.03. */
  readonly lengthA?: number;
  /** Arrangements. Default 30. */
  readonly count?: number;
  /** "constant" (default): the same length for every atom; "normal": Gaussian along every axis. */
  readonly lengths?: "constant" | "normal";
}

/** [count] displacements [n,3] Å. The k-th depends on seed and k alone, so that more can be added to a set. */
export function randomDisplacements(crystal: Crystal, options: RandomDisplacementOptions): Float64Array<ArrayBuffer>[] {
  const { lengthA = 0.03, count = 30, lengths = "constant", seed } = options;
  if (!(lengthA > 0) || !Number.isInteger(count) || count < 1)
    throw new InputError(
      `${count} arrangements displaced by ${lengthA} Å`,
      "both must be positive, for example 30 and 0.03",
    );
  if (lengths !== "constant" && lengths !== "normal")
    throw new InputError(`lengths are ${JSON.stringify(lengths)}`, 'allowed are "constant" and "normal"');
  const n = atomCount(crystal);
  return Array.from({ length: count }, (_, k) => {
    const rng = Rng.fromSeed(seed).fork(`displacement/${k}`);
    const u = Float64Array.from({ length: 3 * n }, () => rng.normal() * lengthA);
    if (lengths === "normal") return u;
    for (let i = 0; i < n; i++) {
      const length = Math.hypot(u[3 * i]!, u[3 * i + 1]!, u[3 * i + 2]!);
      for (let a = 0; a < 3; a++) u[3 * i + a]! *= lengthA / length;
    }
    return u;
  });
}

/** The crystal with every atom moved by `displacements` [n,3] Å. */
export const displacedBy = (crystal: Crystal, displacements: F64): Crystal => ({
  ...crystal,
  positions: Float64Array.from(crystal.positions, (x, i) => x + displacements[i]!),
});

export interface SupercellSizeOptions {
  /** Fewest atoms. Default 80. */
  readonly atLeast?: number;
  /** Most atoms. Default 300. */
  readonly atMost?: number;
}

export interface NearCubicSupercell {
  /** [9] rows of the supercell in units of the cell. */
  readonly matrix: readonly number[];
  readonly atoms: number;
  /** Longest edge over shortest. */
  readonly edgeRatio: number;
  /** Largest |cos| of an angle between edges. */
  readonly skew: number;
}

/**
 * The supercell of at least so many atoms whose edges are most nearly equal and at right angles: among whole repeats along a, b, c and
 * the integer matrices nearest to cubes of every size, the least Σ(ln edge/edge₀)² + Σcos²; of equally good ones the smallest.
 * @throws InputError when no supercell has a number of atoms between the two.
 */
export function nearCubicSupercell(crystal: Crystal, options: SupercellSizeOptions = {}): NearCubicSupercell {
  const { atLeast = 80, atMost = 300 } = options;
  const n = atomCount(crystal);
  if (!(atLeast >= 1) || !(atMost >= atLeast))
    throw new InputError(`between ${atLeast} and ${atMost} atoms`, "give at least 1, and no less than that at most");
  const found = new Map<string, NearCubicSupercell & { readonly badness: number }>();
  for (const matrix of candidates(crystal, Math.floor(atMost / n))) {
    const atoms = Math.abs(determinant(matrix)) * n;
    if (atoms < atLeast || atoms > atMost) continue;
    found.set(matrix.join(), { matrix, atoms, ...shapeOf(crystal, matrix) });
  }
  const [best] = [...found.values()].sort((p, q) =>
    Math.abs(p.badness - q.badness) > 1e-6 ? p.badness - q.badness : p.atoms - q.atoms,
  );
  if (!best)
    throw new InputError(
      `no supercell of a cell of ${n} atoms has between ${atLeast} and ${atMost} atoms`,
      `allow at least ${n * Math.ceil(atLeast / n)}`,
      { atoms: n },
    );
  const { badness: _, ...cell } = best;
  return cell;
}

/** Matrices for cubes are tried at so many edge lengths. */
const STEPS = 200;

function candidates({ cell }: Crystal, most: number): number[][] {
  const list: number[][] = [];
  for (let p = 1; p <= most; p++)
    for (let q = 1; p * q <= most; q++) for (let r = 1; p * q * r <= most; r++) list.push([p, 0, 0, 0, q, 0, 0, 0, r]);
  const largest = 1.2 * Math.cbrt(most * cell.volume);
  for (let step = 1; step <= STEPS; step++) {
    // Rows of edge · 1 in units of the cell; adding 0 makes −0 a 0.
    const matrix = Array.from(cell.inverse, (x) => Math.round((largest * step * x) / STEPS) + 0);
    const size = determinant(matrix);
    if (size !== 0) list.push(size > 0 ? matrix : matrix.map((x) => 0 - x));
  }
  return list;
}

const determinant = (m: readonly number[]): number =>
  m[0]! * (m[4]! * m[8]! - m[5]! * m[7]!) -
  m[1]! * (m[3]! * m[8]! - m[5]! * m[6]!) +
  m[2]! * (m[3]! * m[7]! - m[4]! * m[6]!);

function shapeOf(
  { cell }: Crystal,
  m: readonly number[],
): { readonly edgeRatio: number; readonly skew: number; readonly badness: number } {
  const v = cell.vectors;
  const edges = [0, 1, 2].map((i) =>
    [0, 1, 2].map((k) => m[3 * i]! * v[k]! + m[3 * i + 1]! * v[3 + k]! + m[3 * i + 2]! * v[6 + k]!),
  );
  const lengths = edges.map((e) => Math.hypot(...e));
  const mean = Math.cbrt(lengths[0]! * lengths[1]! * lengths[2]!);
  const cosines = [
    [0, 1],
    [0, 2],
    [1, 2],
  ].map(([i, j]) => edges[i!]!.reduce((sum, x, k) => sum + x * edges[j!]![k]!, 0) / (lengths[i!]! * lengths[j!]!));
  return {
    edgeRatio: Math.max(...lengths) / Math.min(...lengths),
    skew: Math.max(...cosines.map(Math.abs)),
    badness: lengths.reduce((sum, l) => sum + Math.log(l / mean) ** 2, 0) + cosines.reduce((sum, c) => sum + c * c, 0),
  };
}
