// A pair of atoms of a supercell may be equally near through several images; what depends on where they are (rotations, files that name
// lattice vectors) is then shared evenly among these.

import type { F64 } from "../base/index.js";
import { type Cell, minimumImage } from "../structure/index.js";
import type { FitLattice } from "./fit-lattice.js";

/** Å: images whose distances differ by less are equally near. */
export const EQUALLY_NEAR = 1e-4;

/** [m,3] Å, all vectors as short as the shortest among `difference` + lattice vectors. */
export function nearestImagesOf(cell: Cell, difference: F64): Float64Array {
  const shortest = minimumImage(cell, difference);
  const length = Math.hypot(shortest[0]!, shortest[1]!, shortest[2]!);
  const v = cell.vectors;
  // Two vectors of at most this length differ by at most twice it.
  const reach = [0, 1, 2].map((k) =>
    Math.floor((2 * length + EQUALLY_NEAR) * Math.hypot(cell.inverse[k]!, cell.inverse[3 + k]!, cell.inverse[6 + k]!)),
  ) as [number, number, number];
  const found: number[] = [];
  for (let p = -reach[0]; p <= reach[0]; p++)
    for (let q = -reach[1]; q <= reach[1]; q++)
      for (let r = -reach[2]; r <= reach[2]; r++) {
        const image = [0, 1, 2].map((k) => shortest[k]! + p * v[k]! + q * v[3 + k]! + r * v[6 + k]!);
        if (Math.hypot(image[0]!, image[1]!, image[2]!) <= length + EQUALLY_NEAR) found.push(...image);
      }
  return Float64Array.from(found);
}

/** [m,3] Å from home atom b to the nearest images of atom a. */
export function imagesFromHome({ cells, place, cellCount }: FitLattice, b: number, a: number): Float64Array {
  const x = cells.supercell.positions;
  const [from, to] = [place[b * cellCount]!, place[a]!];
  return nearestImagesOf(
    cells.supercell.cell,
    Float64Array.from([0, 1, 2], (k) => x[3 * to + k]! - x[3 * from + k]!),
  );
}
