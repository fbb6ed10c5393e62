// The same crystal with its cell turned the way a format wants it.
//
// Formats that store lengths and angles, or a lower-triangular matrix, can hold right-handed cells only. A left-handed set
// a, b, c spans the same lattice as −a, −b, −c, which is right-handed, with fractional coordinates −s.

import type { F64 } from "../base/index.js";
import {
  type Cell,
  type Crystal,
  cellParameters,
  fractionalPositions,
  makeCell,
  multiply3,
  transformRows,
} from "../structure/index.js";

/** Determinant of the lattice vectors: negative for a left-handed set. */
function handedness(cell: Cell): number {
  const v = cell.vectors;
  return Math.sign(
    v[0]! * (v[4]! * v[8]! - v[5]! * v[7]!) +
      v[1]! * (v[5]! * v[6]! - v[3]! * v[8]!) +
      v[2]! * (v[3]! * v[7]! - v[4]! * v[6]!),
  );
}

/** Lattice parameters of a right-handed cell of the crystal, and the fractional coordinates in it. */
export function rightHandedFractional(crystal: Crystal): {
  parameters: ReturnType<typeof cellParameters>;
  fractional: F64;
} {
  const parameters = cellParameters(crystal.cell); // −a, −b, −c have the same
  const fractional = fractionalPositions(crystal);
  return { parameters, fractional: handedness(crystal.cell) < 0 ? fractional.map((s) => -s) : fractional };
}

/** The crystal with a along +x, b in the xy plane with b_y > 0, and c_z > 0; untouched when it is so already. */
export function lowerTriangular(crystal: Crystal): { cell: Cell; positions: F64 } {
  const { cell, positions } = crystal;
  const v = cell.vectors;
  const already = v[1] === 0 && v[2] === 0 && v[5] === 0 && v[0]! > 0 && v[4]! > 0 && v[8]! > 0;
  if (already) return { cell, positions };
  const sign = handedness(cell) < 0 ? -1 : 1;
  const [a, b, c] = [0, 1, 2].map((i) => v.slice(3 * i, 3 * i + 3).map((x) => sign * x)) as F64[] as [F64, F64, F64];
  const dot = (x: F64, y: F64): number => x[0]! * y[0]! + x[1]! * y[1]! + x[2]! * y[2]!;
  const ax = Math.sqrt(dot(a, a));
  const bx = dot(a, b) / ax;
  const by =
    Math.hypot(a[1]! * b[2]! - a[2]! * b[1]!, a[2]! * b[0]! - a[0]! * b[2]!, a[0]! * b[1]! - a[1]! * b[0]!) / ax;
  const cx = dot(a, c) / ax;
  const cy = (dot(b, c) - bx * cx) / by;
  const turned = makeCell([ax, 0, 0, bx, by, 0, cx, cy, cell.volume / (ax * by)], cell.periodic);
  // x' = s · V' with s = x · V⁻¹: one product keeps the rounding to one step.
  const turn = multiply3(cell.inverse, turned.vectors).map((x) => sign * x);
  return { cell: turned, positions: transformRows(positions, turn) };
}
