// Every pair of atoms within a distance, all periodic images included: the plain enumeration behind the twin.
// Cut-offs may exceed the cell many times, so a cell of two atoms works like any other.

import type { F64 } from "../base/index.js";
import { type Cell, cellWidths, toFractional } from "../structure/index.js";

/** d = x_j + image − x_i, Å, and d². For i = j the images come once of each ± pair. */
export type VisitPair = (i: number, j: number, dx: number, dy: number, dz: number, squared: number) => void;

/** Calls `visit` once for every unordered pair nearer than `cutoff`. Images exist along periodic directions only. */
export function forEachPair(cell: Cell, positions: F64, cutoff: number, visit: VisitPair): void {
  const n = positions.length / 3;
  const cells = cellWidths(cell).map((width) => Math.max(1, Math.min(MOST_CELLS, Math.floor((2 * width) / cutoff))));
  if (n >= MANY && cells.every((count) => count > 5)) forEachPairByCells(cell, positions, { cutoff, cells }, visit);
  else forEachPairOfAll(cell, positions, cutoff, visit);
}

const MANY = 500;
const MOST_CELLS = 64; // along an axis

interface Sorting {
  readonly cutoff: number; // Å
  /** Cells along each axis, each half a cut-off wide or wider. */
  readonly cells: readonly number[];
}

/** Atoms sorted into cells: the pairs of an atom are in its own and in two cells around it. */
function forEachPairByCells(cell: Cell, positions: F64, { cutoff, cells }: Sorting, visit: VisitPair): void {
  const n = positions.length / 3;
  const fractional = toFractional(cell, positions);
  const wraps = new Int32Array(3 * n);
  const place = new Int32Array(3 * n);
  const heads = new Int32Array(cells[0]! * cells[1]! * cells[2]!).fill(-1);
  const next = new Int32Array(n);
  const index = (a: number, b: number, c: number): number => (a * cells[1]! + b) * cells[2]! + c;
  for (let i = n - 1; i >= 0; i--) {
    for (let axis = 0; axis < 3; axis++) {
      const at = 3 * i + axis;
      const s = fractional[at]!;
      wraps[at] = cell.periodic[axis] ? Math.floor(s) : 0;
      place[at] = Math.max(0, Math.min(cells[axis]! - 1, Math.floor((s - wraps[at]!) * cells[axis]!)));
    }
    const head = index(place[3 * i]!, place[3 * i + 1]!, place[3 * i + 2]!);
    next[i] = heads[head]!;
    heads[head] = i;
  }
  const v = cell.vectors;
  const limit = cutoff * cutoff;
  const images = new Int32Array(3);
  const at = new Int32Array(3);
  for (let i = 0; i < n; i++) {
    for (let step = 0; step < 125; step++) {
      const steps = [Math.floor(step / 25) - 2, (Math.floor(step / 5) % 5) - 2, (step % 5) - 2];
      let outside = false;
      for (let axis = 0; axis < 3; axis++) {
        const to = place[3 * i + axis]! + steps[axis]!;
        const image = Math.floor(to / cells[axis]!);
        if (image !== 0 && !cell.periodic[axis]) outside = true;
        images[axis] = image;
        at[axis] = to - image * cells[axis]!;
      }
      if (outside) continue;
      for (let j = heads[index(at[0]!, at[1]!, at[2]!)]!; j >= 0; j = next[j]!) {
        if (j <= i) continue; // an atom's own images are at least six cells away
        let [dx, dy, dz] = [
          positions[3 * j]! - positions[3 * i]!,
          positions[3 * j + 1]! - positions[3 * i + 1]!,
          positions[3 * j + 2]! - positions[3 * i + 2]!,
        ];
        for (let axis = 0; axis < 3; axis++) {
          const shift = images[axis]! - wraps[3 * j + axis]! + wraps[3 * i + axis]!;
          dx += shift * v[3 * axis]!;
          dy += shift * v[3 * axis + 1]!;
          dz += shift * v[3 * axis + 2]!;
        }
        const squared = dx * dx + dy * dy + dz * dz;
        if (squared < limit) visit(i, j, dx, dy, dz, squared);
      }
    }
  }
}

function forEachPairOfAll(cell: Cell, positions: F64, cutoff: number, visit: VisitPair): void {
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
