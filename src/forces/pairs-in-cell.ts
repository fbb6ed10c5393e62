// Every pair of atoms within a distance, all periodic images included: the plain enumeration behind the twin.
// Cut-offs may exceed the cell many times, so a cell of two atoms works like any other.

import type { F64 } from "../base/index.js";
import { type Cell, cellWidths, toFractional } from "../structure/index.js";

/** d = x_j + image − x_i, Å, and d². For i = j the images come once of each ± pair. */
export type VisitPair = (i: number, j: number, dx: number, dy: number, dz: number, squared: number) => void;

/** Calls `visit` once for every unordered pair nearer than `cutoff`. Images exist along periodic directions only. */
export function forEachPair(cell: Cell, positions: F64, cutoff: number, visit: VisitPair): void {
  const n = positions.length / 3;
  const fractional = toFractional(cell, positions);
  const reach = cellWidths(cell).map((width, axis) => (cell.periodic[axis] ? cutoff / width : 0));
  const v = cell.vectors;
  const limit = cutoff * cutoff;
  const first = [0, 0, 0];
  const last = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    for (let j = i; j < n; j++) {
      for (let axis = 0; axis < 3; axis++) {
        const s = fractional[3 * j + axis]! - fractional[3 * i + axis]!;
        // |s + image| · width ≤ distance, hence the images that can be near enough
        first[axis] = cell.periodic[axis] ? Math.ceil(-reach[axis]! - s) : 0;
        last[axis] = cell.periodic[axis] ? Math.floor(reach[axis]! - s) : 0;
      }
      const x = positions[3 * j]! - positions[3 * i]!;
      const y = positions[3 * j + 1]! - positions[3 * i + 1]!;
      const z = positions[3 * j + 2]! - positions[3 * i + 2]!;
      for (let a = i === j ? 0 : first[0]!; a <= last[0]!; a++) {
        for (let b = i === j && a === 0 ? 0 : first[1]!; b <= last[1]!; b++) {
          for (let c = i === j && a === 0 && b === 0 ? 1 : first[2]!; c <= last[2]!; c++) {
            const dx = x + a * v[0]! + b * v[3]! + c * v[6]!;
            const dy = y + a * v[1]! + b * v[4]! + c * v[7]!;
            const dz = z + a * v[2]! + b * v[5]! + c * v[8]!;
            const squared = dx * dx + dy * dy + dz * dz;
            if (squared < limit) visit(i, j, dx, dy, dz, squared);
          }
        }
      }
    }
  }
}
