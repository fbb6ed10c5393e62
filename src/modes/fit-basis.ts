// A complete basis of force constants: every set with the crystal's symmetry, free exchange of indices and no force under translation
// is one set of parameters y, and every y is such a set. Orbits give the unknowns x (fit-orbits.ts), sum rules tie them (fit-sum-rules.ts):
// x = N y (numerics/null-space.ts). docs/theory/force-constant-fit.md (1)–(5).

import { InputError, type Note, Notes, NumericError } from "../base/index.js";
import { type NullSpace, nullSpace } from "../numerics/index.js";
import type { CrystalCells } from "../structure/index.js";
import { type FitLattice, type FitLatticeOptions, fitLattice } from "./fit-lattice.js";
import { clusterOrbits, Transforms } from "./fit-orbits.js";
import { type OrderOrbits, rotationRules, translationRules } from "./fit-sum-rules.js";

/** How far atoms of one cluster may be apart: Å, or shells of neighbours; "all": as far as the supercell goes (order 2 only). */
export type CutoffChoice = number | { readonly shells: number } | "all";

export interface BasisOptions extends FitLatticeOptions {
  /** Default [2]. Order 1 are the forces of the undisplaced crystal. */
  readonly orders?: readonly number[];
  /** By order. Default: "all" for order 2, two shells of neighbours for orders 3 and 4. */
  readonly cutoffs?: Readonly<Record<number, CutoffChoice>>;
  /** Impose rotational invariance and Huang's conditions on order 2. Default false. */
  readonly rotational?: boolean;
}

export interface OrderBasis extends OrderOrbits {
  readonly space: NullSpace;
  /** First parameter of this order in y, and how many there are. */
  readonly firstParameter: number;
  readonly parameters: number;
}

export interface ForceConstantBasis {
  readonly lattice: FitLattice;
  readonly orders: readonly OrderBasis[];
  readonly parameters: number;
  readonly notes: readonly Note[];
}

/** |C N| above which the sum rules are not taken to hold. */
const EXACT = 1e-10;

/** @throws InputError for orders or cut-offs that cannot be; what fitLattice throws. */
export function forceConstantBasis(cells: CrystalCells, options: BasisOptions = {}): ForceConstantBasis {
  const { orders = [2], rotational = false } = options;
  if (orders.length === 0 || orders.some((k, at) => ![1, 2, 3, 4].includes(k) || orders.indexOf(k) !== at))
    throw new InputError(`orders ${orders.join(", ")}`, "choose different ones among 1, 2, 3 and 4, for example 2,3");
  const lattice = fitLattice(cells, options);
  const notes = new Notes();
  const made: OrderBasis[] = [];
  let firstParameter = 0;
  for (const order of [...orders].sort((p, q) => p - q)) {
    const choice = options.cutoffs?.[order] ?? (order <= 2 ? "all" : { shells: 2 });
    const cutoff = cutoffInA(lattice, order, choice);
    if (cutoff !== Number.POSITIVE_INFINITY && cutoff > lattice.halfCell + 1e-6)
      notes.addAll([beyondHalf(order, cutoff, lattice.halfCell)]);
    const basis = orderBasis(lattice, { order, cutoff, rotational: rotational && order === 2, firstParameter });
    made.push(basis);
    firstParameter += basis.parameters;
  }
  return { lattice, orders: made, parameters: firstParameter, notes: notes.list() };
}

const beyondHalf = (order: number, cutoff: number, half: number): Note => ({
  code: "cutoff-beyond-half-cell",
  message: `the cut-off ${cutoff.toFixed(3)} Å of order ${order} is beyond half the supercell, ${half.toFixed(3)} Å: pairs farther apart meet each other's images`,
  hint: 'use a larger supercell, a shorter cut-off, or "all" for order 2 (the images are then summed, as finite displacements do)',
});

interface OrderRequest {
  readonly order: number;
  readonly cutoff: number;
  readonly rotational: boolean;
  readonly firstParameter: number;
}

function orderBasis(lattice: FitLattice, { order, cutoff, rotational, firstParameter }: OrderRequest): OrderBasis {
  const orbits = clusterOrbits(lattice, order, cutoff);
  const firstUnknown: number[] = [];
  const preference: number[] = [];
  for (const orbit of orbits) {
    firstUnknown.push(preference.length);
    // What an atom does to itself is what the others leave over: the nearest clusters are given up first.
    for (const _ of orbit.tensors) preference.push(orbit.span);
  }
  const of: OrderOrbits = { order, cutoff, orbits, firstUnknown, transforms: new Transforms(lattice, order) };
  const rules = [...translationRules(lattice, of), ...(rotational ? rotationRules(lattice, of) : [])];
  const space = nullSpace(rules, preference.length, { preference });
  if (space.residual > EXACT)
    throw new NumericError(
      `the sum rules of order ${order} hold only to ${space.residual.toExponential(1)}, ${EXACT} was wanted`,
      "the positions may be less symmetric than the symmetry found: lower the symmetry tolerance",
      { residual: space.residual },
    );
  return { ...of, space, firstParameter, parameters: space.free.length };
}

function cutoffInA(lattice: FitLattice, order: number, choice: CutoffChoice): number {
  if (choice === "all") {
    if (order <= 2) return Number.POSITIVE_INFINITY;
    throw new InputError(`no cut-off for order ${order}`, "give one in Å, or a number of shells of neighbours");
  }
  if (typeof choice === "number") {
    if (!(choice > 0)) throw new InputError(`a cut-off of ${choice} Å`, "pass a positive length in Å");
    return choice;
  }
  return cutoffOfShells(lattice, choice.shells);
}

/** Distances of neighbours that differ by less, Å, are one shell. */
const SHELL_WIDTH = 0.05;

/** Å, between the `shells`-th shell and the next of the atom whose shell lies farthest out. */
export function cutoffOfShells({ basisAtoms, atoms, distance }: FitLattice, shells: number): number {
  if (!Number.isInteger(shells) || shells < 1)
    throw new InputError(`${shells} shells of neighbours`, "pass a whole number of at least 1");
  let cutoff = 0;
  for (let b = 0; b < basisAtoms; b++) {
    const sorted = Array.from(distance.subarray(b * atoms, (b + 1) * atoms)).sort((p, q) => p - q);
    let count = 0;
    let at = 1;
    for (; at < sorted.length && count < shells; count++) {
      const start = sorted[at]!;
      while (at < sorted.length && sorted[at]! < start + SHELL_WIDTH) at++;
    }
    if (count < shells)
      throw new InputError(
        `the supercell holds ${count} shells of neighbours, ${shells} were asked for`,
        "use a larger supercell, or fewer shells",
        { count, shells },
      );
    cutoff = Math.max(cutoff, sorted[at - 1]! + SHELL_WIDTH / 2);
  }
  return cutoff;
}

/** x = N y of one order. */
export function unknownsOf({ space, firstParameter }: OrderBasis, parameters: ArrayLike<number>): Float64Array {
  const x = new Float64Array(space.unknowns);
  for (const [k, unknown] of space.free.entries()) x[unknown] = parameters[firstParameter + k]!;
  for (const { unknown, parameters: on, values } of space.bound) {
    let sum = 0;
    for (const [k, f] of on.entries()) sum += values[k]! * parameters[firstParameter + f]!;
    x[unknown] = sum;
  }
  return x;
}

/** Every cluster with its first atom at home and its tensor [3^k], from parameters. */
export function* clustersOf(
  basis: OrderBasis,
  parameters: ArrayLike<number>,
): Generator<{ readonly atoms: readonly number[]; readonly tensor: Float64Array }> {
  const x = unknownsOf(basis, parameters);
  for (const [o, orbit] of basis.orbits.entries()) {
    const own = new Float64Array(3 ** basis.order);
    for (const [d, tensor] of orbit.tensors.entries())
      for (let e = 0; e < own.length; e++) own[e]! += x[basis.firstUnknown[o]! + d]! * tensor[e]!;
    for (const member of orbit.members) yield { atoms: member.atoms, tensor: basis.transforms.apply(member, own) };
  }
}
