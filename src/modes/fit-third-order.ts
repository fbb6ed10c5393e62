// What comes out of a fit: tables over the atoms of the supercell.

import type { F64, I32 } from "../base/index.js";
import type { CrystalCells } from "../structure/index.js";
import { clustersOf, type OrderBasis } from "./fit-basis.js";
import type { FitLattice } from "./fit-lattice.js";

/** Third derivatives Φ_{iα,jβ,kγ} = ∂³E/∂u∂u∂u. Those that are not listed are zero. */
export interface ThirdOrderConstants {
  readonly cells: CrystalCells;
  /** [m,3] atoms of the supercell; the first is the copy of its primitive atom that stands for it. */
  readonly triplets: I32;
  readonly values: F64; // [m,27] eV/Å³, last index fastest
  /** Å, longest distance between two of a triplet. */
  readonly cutoff: number;
}

/** [n,3,n,3] eV/Å² in the supercell's order. */
export function secondOrderTable(lattice: FitLattice, basis: OrderBasis, parameters: ArrayLike<number>): Float64Array {
  const { atoms, cellCount, place, plus } = lattice;
  const values = new Float64Array(9 * atoms * atoms);
  for (const { atoms: pair, tensor } of clustersOf(basis, parameters)) {
    const [home, other] = pair as [number, number];
    const own = other % cellCount;
    for (let c = 0; c < cellCount; c++) {
      const i = place[home + c]!;
      const j = place[other - own + plus[own * cellCount + c]!]!;
      for (let e = 0; e < 9; e++) values[(3 * i + Math.floor(e / 3)) * 3 * atoms + 3 * j + (e % 3)] = tensor[e]!;
    }
  }
  return values;
}

/** Triplets whose constants are not all zero. */
export function thirdOrderTable(
  lattice: FitLattice,
  basis: OrderBasis,
  parameters: ArrayLike<number>,
): ThirdOrderConstants {
  const triplets: number[] = [];
  const values: number[] = [];
  for (const { atoms, tensor } of clustersOf(basis, parameters)) {
    if (tensor.every((x) => x === 0)) continue;
    triplets.push(...atoms.map((a) => lattice.place[a]!));
    values.push(...tensor);
  }
  return {
    cells: lattice.cells,
    triplets: Int32Array.from(triplets),
    values: Float64Array.from(values),
    cutoff: basis.cutoff,
  };
}

/** [n,3] eV/Å, forces of the undisplaced crystal, order 1: −Φ⁽¹⁾. */
export function restForceTable(lattice: FitLattice, basis: OrderBasis, parameters: ArrayLike<number>): Float64Array {
  const { atoms, cellCount, place } = lattice;
  const forces = new Float64Array(3 * atoms);
  for (const { atoms: one, tensor } of clustersOf(basis, parameters))
    for (let c = 0; c < cellCount; c++) for (let k = 0; k < 3; k++) forces[3 * place[one[0]! + c]! + k] = -tensor[k]!;
  return forces;
}
