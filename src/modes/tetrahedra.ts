// The linear tetrahedron method. Each cell of the mesh is cut into six tetrahedra around its shortest diagonal; inside one a frequency is linear between
// its corners e1 ≤ e2 ≤ e3 ≤ e4. With f_nm = (ω − e_m)/(e_n − e_m) the density of states of a tetrahedron of volume 1 and the part of each corner in it are
//
//   e1 < ω ≤ e2:  g = 3 f21 f31/(e4 − e1)                     I = (f12 + f13 + f14, f21, f31, f41)/3
//   e2 < ω ≤ e3:  g = 3 (f23 f31 + f32 f24)/(e4 − e1)         g I1 = (g f14 + h f13 f31 f23)/3, g I2 = (g f23 + h f24² f32)/3,
//                                                             g I3 = (g f32 + h f31² f23)/3, g I4 = (g f41 + h f42 f24 f32)/3, h = 3/(e4 − e1)
//   e3 < ω < e4:  g = 3 f24 f34/(e4 − e1)                     I = (f14, f24, f34, f41 + f42 + f43)/3
//
// P. E. Blöchl, O. Jepsen and O. K. Andersen, 10.1103/PhysRevB.49.16223; A. H. MacDonald et al., 10.1088/0022-3719/12/15/008.

import type { F64, I32 } from "../base/index.js";
import type { Cell } from "../structure/index.js";
import type { BrillouinMesh } from "./brillouin-mesh.js";
import { reciprocalCell } from "./reciprocal.js";

/** Corners of the six tetrahedra around each of the four diagonals; bit 1, 2, 4 of a corner: one step along axis a, b, c. */
const AROUND_DIAGONAL: readonly (readonly (readonly number[])[])[] = [
  [
    [0, 7],
    [
      [1, 3],
      [1, 5],
      [2, 3],
      [2, 6],
      [4, 5],
      [4, 6],
    ],
  ],
  [
    [1, 6],
    [
      [0, 2],
      [0, 4],
      [2, 3],
      [3, 7],
      [4, 5],
      [5, 7],
    ],
  ],
  [
    [2, 5],
    [
      [0, 1],
      [0, 4],
      [1, 3],
      [3, 7],
      [4, 6],
      [6, 7],
    ],
  ],
  [
    [3, 4],
    [
      [0, 1],
      [0, 2],
      [1, 5],
      [2, 6],
      [5, 7],
      [6, 7],
    ],
  ],
].map(([ends, pairs]) => (pairs as number[][]).map((pair) => [...(ends as number[]), ...pair]));

/** [total·6,4] points of the mesh at the corners of every tetrahedron. */
export function tetrahedra(cell: Cell, { counts: n, pointOf, total }: BrillouinMesh): I32 {
  const corners = AROUND_DIAGONAL[shortestDiagonal(cell, n)]!;
  const out = new Int32Array(24 * total);
  let at = 0;
  const point = (i: number, j: number, k: number): number =>
    pointOf[((i % n[0]) * n[1] + (j % n[1])) * n[2] + (k % n[2])]!;
  for (let i = 0; i < n[0]; i++)
    for (let j = 0; j < n[1]; j++)
      for (let k = 0; k < n[2]; k++)
        for (const tetrahedron of corners)
          for (const corner of tetrahedron)
            out[at++] = point(i + (corner & 1), j + ((corner >> 1) & 1), k + (corner >> 2));
  return out;
}

function shortestDiagonal(cell: Cell, n: readonly number[]): number {
  const v = reciprocalCell(cell).vectors;
  const length = (signs: readonly number[]): number =>
    Math.hypot(...[0, 1, 2].map((x) => [0, 1, 2].reduce((sum, i) => sum + (signs[i]! * v[3 * i + x]!) / n[i]!, 0)));
  const lengths = [
    [1, 1, 1],
    [-1, 1, 1],
    [1, -1, 1],
    [1, 1, -1],
  ].map(length);
  // Equal diagonals differ by rounding; the first of them is taken.
  return lengths.findIndex((x) => x <= Math.min(...lengths) * (1 + 1e-9));
}

/** THz; corners nearer than this are one frequency. */
const FLAT = 1e-9;

/** What a tetrahedron gives at one frequency: place on the grid and the four corners' parts, in the order they were given. */
export type CornerSink = (gridPoint: number, parts: Float64Array) => void;

/** An even grid of frequencies, THz, and what becomes of flat tetrahedra, whose g is a delta function. */
export interface CornerGrid {
  readonly from: number;
  readonly step: number;
  readonly points: number;
  /** Their states go to the nearest grid point, or nowhere. */
  readonly flat: "nearest" | "leave-out";
}

/** Calls `sink` at every point of `grid` inside the tetrahedron with corners `e` [4]. The parts add up to g. */
export function eachCornerPart(e: F64, grid: CornerGrid, sink: CornerSink): void {
  sorted[0] = 0;
  for (let k = 1; k < 4; k++) {
    let at = k;
    while (at > 0 && e[sorted[at - 1]!]! > e[k]!) {
      sorted[at] = sorted[at - 1]!;
      at--;
    }
    sorted[at] = k;
  }
  const [a, b, c, d] = [e[sorted[0]!]!, e[sorted[1]!]!, e[sorted[2]!]!, e[sorted[3]!]!];
  if (d - a < FLAT) {
    const p = Math.round((a - grid.from) / grid.step);
    if (grid.flat === "nearest" && p >= 0 && p < grid.points) sink(p, parts.fill(0.25 / grid.step));
    return;
  }
  const first = Math.max(0, Math.ceil((a - grid.from) / grid.step));
  const last = Math.min(grid.points - 1, Math.floor((d - grid.from) / grid.step));
  for (let p = first; p <= last; p++) {
    const w = grid.from + p * grid.step;
    if (w <= a || w >= d) continue;
    const scale = 1 / (d - a);
    const f41 = (w - a) * scale;
    const f14 = 1 - f41;
    if (w <= b) {
      const [f21, f31] = [(w - a) / (b - a), (w - a) / (c - a)];
      const g = f21 * f31 * scale;
      order(g * (3 - f21 - f31 - f41), g * f21, g * f31, g * f41);
    } else if (w <= c) {
      const f32 = (w - b) / (c - b);
      const f23 = 1 - f32;
      const f31 = (w - a) / (c - a);
      const f13 = 1 - f31;
      const f42 = (w - b) / (d - b);
      const f24 = 1 - f42;
      const g = (f23 * f31 + f32 * f24) * scale;
      order(
        g * f14 + scale * f13 * f31 * f23,
        g * f23 + scale * f24 * f24 * f32,
        g * f32 + scale * f31 * f31 * f23,
        g * f41 + scale * f42 * f24 * f32,
      );
    } else {
      const [f24, f34] = [(w - d) / (b - d), (w - d) / (c - d)];
      const g = f24 * f34 * scale;
      order(g * f14, g * f24, g * f34, g * (3 - f14 - f24 - f34));
    }
    sink(p, parts);
  }
}

const sorted = new Int32Array(4);
const parts = new Float64Array(4);

function order(w: number, x: number, y: number, z: number): void {
  parts[sorted[0]!] = w;
  parts[sorted[1]!] = x;
  parts[sorted[2]!] = y;
  parts[sorted[3]!] = z;
}
