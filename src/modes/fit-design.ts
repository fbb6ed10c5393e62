// The forces of displaced atoms as linear functions of the parameters, F = A y, row by row from the Taylor series
//
//   F_iα = −F⁽¹⁾_iα − Σ_jβ Φ_iα,jβ u_jβ − ½ Σ_jk Φ_iα,jβ,kγ u_jβ u_kγ − …
//
// Clusters that differ in the order of j, k, … say the same; each is taken once with its multiplicity. Terms are listed for atoms at home
// and moved by every translation, so that their number grows with the primitive cell, not with the supercell.
// Order 1 has the same sign as the others: its constants are +∂U/∂u.

import type { F64 } from "../base/index.js";
import type { ForceConstantBasis, OrderBasis } from "./fit-basis.js";

/** One displaced arrangement, atoms in the order of the fit lattice. */
export interface LatticeSample {
  readonly displacements: F64; // [n,3] Å
  readonly forces: F64; // [n,3] eV/Å
}

/** Rows of one kind of atoms and the parameters they can depend on: those of orbits such an atom is in. */
export interface DesignGroup {
  readonly rows: Int32Array;
  readonly columns: Int32Array;
}

export interface Design {
  readonly rows: number; // 3n
  readonly columns: number; // parameters
  /** Every row is in one group. */
  readonly groups: readonly DesignGroup[];
  /** A [3n, parameters] of one arrangement. */
  of(displacements: F64): Float64Array;
  /** Bytes of one such block and what is needed to make it. */
  readonly bytes: number;
}

/** Terms of all forces on the atoms at home, of one order. */
interface Terms {
  readonly order: number;
  /** [m] 3·b + γ: the force it adds to. */
  readonly row: Int32Array;
  readonly unknown: Int32Array; // [m]
  readonly value: Float64Array; // [m]
  /** [m,order−1] 3·atom + axis of each displacement. */
  readonly at: Int32Array;
}

export function designOf(basis: ForceConstantBasis): Design {
  const { lattice, orders, parameters } = basis;
  const rows = 3 * lattice.atoms;
  const parts = orders.map((order) => ({ order, terms: termsOf(basis, order) }));
  const widest = Math.max(0, ...orders.map(({ space }) => space.unknowns));
  return {
    rows,
    columns: parameters,
    groups: groupsOf(basis, parts),
    bytes: 8 * rows * (parameters + widest),
    of(displacements) {
      const out = new Float64Array(rows * parameters);
      for (const { order, terms } of parts) {
        if (order.parameters === 0) continue;
        const full = new Float64Array(rows * order.space.unknowns);
        fill(full, terms, { basis, displacements, width: order.space.unknowns });
        reduce(out, full, { order, rows, columns: parameters });
      }
      return out;
    },
  };
}

const factorial = (k: number): number => (k <= 1 ? 1 : k * factorial(k - 1));

/** How many different orders `atoms` can be written in. */
function multiplicity(atoms: readonly number[]): number {
  let repeats = 1;
  for (const atom of new Set(atoms)) repeats *= factorial(atoms.filter((a) => a === atom).length);
  return factorial(atoms.length) / repeats;
}

function termsOf({ lattice }: ForceConstantBasis, basis: OrderBasis): Terms {
  const { order } = basis;
  const row: number[] = [];
  const unknown: number[] = [];
  const value: number[] = [];
  const at: number[] = [];
  for (const [o, orbit] of basis.orbits.entries()) {
    for (const member of orbit.members) {
      const others = member.atoms.slice(1);
      if (others.some((a, k) => k > 0 && a < others[k - 1]!)) continue;
      const b = Math.floor(member.atoms[0]! / lattice.cellCount);
      const factor = -multiplicity(others) / factorial(order - 1);
      for (const [d, tensor] of orbit.tensors.entries()) {
        const turned = basis.transforms.apply(member, tensor);
        for (let e = 0; e < turned.length; e++) {
          if (Math.abs(turned[e]!) < 1e-14) continue;
          const axis = (k: number): number => Math.floor(e / 3 ** (order - 1 - k)) % 3;
          row.push(3 * b + axis(0));
          unknown.push(basis.firstUnknown[o]! + d);
          value.push(factor * turned[e]!);
          for (const [k, a] of others.entries()) at.push(3 * a + axis(k + 1));
        }
      }
    }
  }
  return {
    order,
    row: Int32Array.from(row),
    unknown: Int32Array.from(unknown),
    value: Float64Array.from(value),
    at: Int32Array.from(at),
  };
}

/** Kinds of atoms are the orbits of the primitive cell's. */
function groupsOf(
  { lattice, parameters }: ForceConstantBasis,
  parts: readonly { readonly order: OrderBasis; readonly terms: Terms }[],
): DesignGroup[] {
  const { basisAtoms, cellCount, operations } = lattice;
  const kind = Int32Array.from({ length: basisAtoms }, (_, b) =>
    Math.min(...operations.map(({ image }) => Math.floor(image[b * cellCount]! / cellCount))),
  );
  return [...new Set(kind)].map((wanted) => {
    const used = new Uint8Array(parameters);
    for (const { order, terms } of parts) {
      const { free, bound, unknowns } = order.space;
      const touched = new Uint8Array(unknowns);
      for (const [t, unknown] of terms.unknown.entries())
        if (kind[Math.floor(terms.row[t]! / 3)] === wanted) touched[unknown] = 1;
      for (const [k, unknown] of free.entries()) if (touched[unknown]) used[order.firstParameter + k] = 1;
      for (const { unknown, parameters: on } of bound)
        if (touched[unknown]) for (const f of on) used[order.firstParameter + f] = 1;
    }
    const rows = Array.from({ length: 3 * lattice.atoms }, (_, r) => r).filter(
      (r) => kind[Math.floor(r / (3 * cellCount))] === wanted,
    );
    const columns = Array.from({ length: parameters }, (_, j) => j).filter((j) => used[j]);
    return { rows: Int32Array.from(rows), columns: Int32Array.from(columns) };
  });
}

interface Filling {
  readonly basis: ForceConstantBasis;
  readonly displacements: F64;
  readonly width: number;
}

function fill(full: Float64Array, terms: Terms, { basis, displacements, width }: Filling): void {
  const { cellCount, atoms, plus } = basis.lattice;
  const { order, row, unknown, value, at } = terms;
  const u = new Float64Array(3 * atoms);
  const start = new Int32Array(3 * basis.lattice.basisAtoms);
  for (let c = 0; c < cellCount; c++) {
    for (let a = 0; a < atoms; a++) {
      const own = a % cellCount;
      const from = 3 * (a - own + plus[own * cellCount + c]!);
      for (let k = 0; k < 3; k++) u[3 * a + k] = displacements[from + k]!;
    }
    for (let r = 0; r < start.length; r++) start[r] = (3 * (Math.floor(r / 3) * cellCount + c) + (r % 3)) * width;
    for (let t = 0; t < value.length; t++) {
      let product = value[t]!;
      for (let k = 0, i = t * (order - 1); k < order - 1; k++, i++) product *= u[at[i]!]!;
      full[start[row[t]!]! + unknown[t]!]! += product;
    }
  }
}

interface Reduction {
  readonly order: OrderBasis;
  readonly rows: number;
  readonly columns: number;
}

/** A = (unknowns' columns) N, into the columns of this order. */
function reduce(out: Float64Array, full: Float64Array, { order, rows, columns }: Reduction): void {
  const { space, firstParameter } = order;
  const bound = space.bound.map(({ unknown, parameters, values }) => ({
    unknown,
    on: Int32Array.from(parameters),
    values: Float64Array.from(values),
  }));
  for (let r = 0; r < rows; r++) {
    const to = r * columns + firstParameter;
    const from = r * space.unknowns;
    for (let f = 0; f < space.free.length; f++) out[to + f] = full[from + space.free[f]!]!;
    for (const { unknown, on, values } of bound) {
      const x = full[from + unknown]!;
      if (x === 0) continue;
      for (let k = 0; k < on.length; k++) out[to + on[k]!]! += x * values[k]!;
    }
  }
}
