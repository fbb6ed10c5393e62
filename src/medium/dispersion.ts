// Frequencies of the cubic lattice along lines of the zone and on grids, and the grids of modes that thermal fields are made of.

import { InputError, ResourceError, type Vec3 } from "../base/index.js";
import { checkLattice, cubicDynamicalMatrix } from "./cubic.js";
import { eigenSymmetric3 } from "./eigen3.js";
import { type CubicLattice, thzOf } from "./model.js";

/** Special points of the simple cubic zone, fractional (no 2π). */
export const CUBIC_POINTS: Readonly<Record<string, Vec3>> = {
  Γ: [0, 0, 0],
  X: [0.5, 0, 0],
  M: [0.5, 0.5, 0],
  R: [0.5, 0.5, 0.5],
};

export interface Dispersion {
  /** [points] 1/Å with 2π, distance along the line. */
  readonly distance: Float64Array<ArrayBuffer>;
  /** [points,3] fractional. */
  readonly q: Float64Array<ArrayBuffer>;
  /** [points,3] THz, ascending. */
  readonly frequencies: Float64Array<ArrayBuffer>;
  readonly corners: readonly { readonly name: string; readonly distance: number }[];
}

/** Frequencies along straight lines between special points, `perSegment` steps each (default 40). */
export function cubicDispersion(
  lattice: CubicLattice,
  points: readonly string[] = ["Γ", "X", "M", "Γ", "R", "X"],
  options: { readonly perSegment?: number } = {},
): Dispersion {
  checkLattice(lattice);
  const { perSegment = 40 } = options;
  const unknown = points.find((name) => !CUBIC_POINTS[name]);
  if (unknown !== undefined || points.length < 2)
    throw new InputError(
      `a line through ${points.join("–") || "no points"}`,
      `name at least two of ${Object.keys(CUBIC_POINTS).join(", ")}`,
    );
  const q: number[] = [];
  const distance: number[] = [];
  const corners = [{ name: points[0]!, distance: 0 }];
  let travelled = 0;
  for (let s = 0; s + 1 < points.length; s++) {
    const from = CUBIC_POINTS[points[s]!]!;
    const to = CUBIC_POINTS[points[s + 1]!]!;
    const length = (2 * Math.PI * Math.hypot(to[0] - from[0], to[1] - from[1], to[2] - from[2])) / lattice.spacing;
    for (let k = s === 0 ? 0 : 1; k <= perSegment; k++) {
      const t = k / perSegment;
      q.push(...from.map((f, axis) => f + t * (to[axis]! - f)));
      distance.push(travelled + t * length);
    }
    travelled += length;
    corners.push({ name: points[s + 1]!, distance: travelled });
  }
  const qs = Float64Array.from(q);
  const frequencies = new Float64Array(q.length);
  const problem = makeProblem(lattice);
  for (let p = 0; p < distance.length; p++) {
    problem.solve(2 * Math.PI * qs[3 * p]!, 2 * Math.PI * qs[3 * p + 1]!, 2 * Math.PI * qs[3 * p + 2]!);
    for (let u = 0; u < 3; u++) frequencies[3 * p + u] = thzOf(problem.omegas[u]!);
  }
  return { distance: Float64Array.from(distance), q: qs, frequencies, corners };
}

/** The 3×3 problem at one wave vector with its own scratch memory. */
export interface CubicProblem {
  readonly omegas: Float64Array<ArrayBuffer>; // [3] rad/fs, ascending
  readonly vectors: Float64Array<ArrayBuffer>; // [3,3] polarisations in rows
  solve(thetaX: number, thetaY: number, thetaZ: number): void;
}

export function makeProblem(lattice: CubicLattice): CubicProblem {
  const theta = new Float64Array(3);
  const matrix = new Float64Array(9);
  const omegas = new Float64Array(3);
  const vectors = new Float64Array(9);
  return {
    omegas,
    vectors,
    solve(x, y, z) {
      theta[0] = x;
      theta[1] = y;
      theta[2] = z;
      cubicDynamicalMatrix(lattice, theta, matrix);
      eigenSymmetric3(matrix, omegas, vectors);
      for (let u = 0; u < 3; u++) omegas[u] = Math.sqrt(Math.max(0, omegas[u]!));
    },
  };
}

/** All modes of a periodic lattice of N×N×N atoms. Cell (n1,n2,n3) has the index (n1 N + n2) N + n3; wave vectors likewise. */
export interface CubicModes {
  readonly lattice: CubicLattice;
  readonly cells: number; // N
  readonly omegas: Float64Array<ArrayBuffer>; // [N³,3] rad/fs; the three of q = 0 are 0
  readonly vectors: Float64Array<ArrayBuffer>; // [N³,3,3] real polarisations in rows
}

const MOST_CELLS = 160;

/** Modes at q = 2π (n1,n2,n3)/(N a). η(−q) = η(q), since D is even. */
export function cubicModes(lattice: CubicLattice, cells: number): CubicModes {
  checkLattice(lattice);
  checkCells(cells);
  const count = cells ** 3;
  const omegas = new Float64Array(3 * count);
  const vectors = new Float64Array(9 * count);
  const problem = makeProblem(lattice);
  const step = (2 * Math.PI) / cells;
  for (let i = 0, index = 0; i < cells; i++) {
    for (let j = 0; j < cells; j++) {
      for (let k = 0; k < cells; k++, index++) {
        problem.solve(step * i, step * j, step * k);
        omegas.set(problem.omegas, 3 * index);
        vectors.set(problem.vectors, 9 * index);
      }
    }
  }
  omegas.fill(0, 0, 3);
  return { lattice, cells, omegas, vectors };
}

/** @throws InputError or ResourceError when a periodic lattice of `cells`³ atoms makes no sense or does not fit. */
export function checkCells(cells: number): void {
  if (!Number.isInteger(cells) || cells < 2) {
    throw new InputError(`a periodic lattice of ${cells} cells per side`, "pass a whole number of at least 2");
  }
  if (cells > MOST_CELLS) {
    throw new ResourceError(
      `${cells}³ cells need ${((cells ** 3 * 96) / 1e9).toFixed(1)} GB for their modes`,
      `use at most ${MOST_CELLS} cells per side`,
      { cells },
    );
  }
}
