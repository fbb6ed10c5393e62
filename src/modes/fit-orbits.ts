// Clusters of k atoms (repeats allowed: (i, i) is the force of an atom on itself), grouped into orbits under the space group and the k!
// orders of naming. A table of derivatives Φ_{a_1α_1 … a_kα_k} obeys
//
//   Φ^{b}_{γ_1…γ_k} = Σ_α Π_m R_{γ_m α_{σ(m)}} Φ^{a}_{α_1…α_k},      b_m = g(a_{σ(m)}),
//
// so one cluster of an orbit fixes all, and those (g, σ) that take the cluster to itself restrict its 3^k numbers to the range of the
// projector P = ⟨T(g,σ)⟩ over them. Orthonormal columns spanning that range are taken by pivoted Gram–Schmidt: v = P e_p/√P_pp for the
// largest diagonal, then P ← P − v vᵀ. The same vectors come out on every machine, with few elements different from zero.
// L. Chaput et al., 10.1103/PhysRevB.84.094302; F. Eriksson et al., 10.1002/adts.201800184.

import type { FitLattice } from "./fit-lattice.js";

/** A cluster whose first atom is at home, and how it comes from its orbit's representative. */
export interface ClusterMember {
  /** [k] atoms of the fit lattice. */
  readonly atoms: readonly number[];
  /** Number of the operation, and of the order in `ordersOf(k)`. */
  readonly operation: number;
  readonly order: number;
}

export interface ClusterOrbit {
  /** The representative comes first. */
  readonly members: readonly ClusterMember[];
  /** [d][3^k] orthonormal tensors of the representative. */
  readonly tensors: readonly Float64Array[];
  /** Largest distance between two of its atoms, Å; 0 for an atom with itself. */
  readonly span: number;
}

/** All orders of k names, the identity first. */
export function ordersOf(k: number): number[][] {
  if (k === 1) return [[0]];
  return ordersOf(k - 1)
    .flatMap((order) => Array.from({ length: k }, (_, at) => [...order.slice(0, at), k - 1, ...order.slice(at)]))
    .sort((p, q) => Number(p.join("")) - Number(q.join("")));
}

/** Orbits of clusters of `k` atoms no two of which are farther apart than `cutoff` Å, nearest first. */
export function clusterOrbits(lattice: FitLattice, k: number, cutoff: number): ClusterOrbit[] {
  const { basisAtoms, cellCount } = lattice;
  const near = neighboursWithin(lattice, cutoff);
  const orders = ordersOf(k);
  const turn = new Transforms(lattice, k);
  const seen = new Set<number>();
  const orbits: ClusterOrbit[] = [];
  const visit = (atoms: number[]): void => {
    if (atoms.length < k) {
      for (const next of near[Math.floor(atoms[0]! / cellCount)]!)
        if (atoms.every((a) => distanceOf(lattice, a, next) <= cutoff)) visit([...atoms, next]);
      return;
    }
    if (seen.has(keyOf(lattice, atoms))) return;
    const members: ClusterMember[] = [{ atoms, operation: turn.identity, order: 0 }];
    seen.add(keyOf(lattice, atoms));
    const home = keyOf(lattice, atoms);
    const projector = new Float64Array(9 ** k);
    let stabiliser = 0;
    for (let operation = 0; operation < lattice.operations.length; operation++) {
      const { image } = lattice.operations[operation]!;
      for (const [order, names] of orders.entries()) {
        const moved = broughtHome(
          lattice,
          names.map((name) => image[atoms[name]!]!),
        );
        const key = keyOf(lattice, moved);
        if (key === home) {
          turn.addTo(projector, operation, order);
          stabiliser++;
        } else if (!seen.has(key)) {
          seen.add(key);
          members.push({ atoms: moved, operation, order });
        }
      }
    }
    for (let e = 0; e < projector.length; e++) projector[e]! /= stabiliser;
    const tensors = rangeOf(projector, 3 ** k);
    orbits.push({ members, tensors, span: spanOf(lattice, atoms) });
  };
  for (let b = 0; b < basisAtoms; b++) visit([b * cellCount]);
  return orbits.sort((p, q) => p.span - q.span);
}

/** [b] atoms within the cut-off of each home atom, itself included. */
function neighboursWithin({ basisAtoms, atoms, distance }: FitLattice, cutoff: number): number[][] {
  return Array.from({ length: basisAtoms }, (_, b) =>
    Array.from({ length: atoms }, (_, a) => a).filter((a) => distance[b * atoms + a]! <= cutoff),
  );
}

/** Å between any two atoms, by moving the first home. */
export function distanceOf(lattice: FitLattice, from: number, to: number): number {
  const { cellCount, atoms, distance } = lattice;
  const [, moved] = broughtHome(lattice, [from, to]);
  return distance[Math.floor(from / cellCount) * atoms + moved!]!;
}

/** The same cluster moved by a translation that puts its first atom into cell 0. */
function broughtHome({ cellCount, minus }: FitLattice, cluster: readonly number[]): number[] {
  const cell = cluster[0]! % cellCount;
  return cluster.map((a) => {
    const own = a % cellCount;
    return a - own + minus[own * cellCount + cell]!;
  });
}

const keyOf = ({ atoms }: FitLattice, cluster: readonly number[]): number =>
  cluster.reduce((key, a) => key * atoms + a, 0);

function spanOf(lattice: FitLattice, cluster: readonly number[]): number {
  let span = 0;
  for (const [i, a] of cluster.entries())
    for (const b of cluster.slice(i + 1)) span = Math.max(span, distanceOf(lattice, a, b));
  return span;
}

/** The matrices T(g,σ) [3^k,3^k], each made when first wanted. */
export class Transforms {
  readonly identity: number;
  readonly #orders: readonly number[][];
  readonly #made = new Map<number, Float64Array>();

  constructor(
    private readonly lattice: FitLattice,
    private readonly k: number,
  ) {
    this.#orders = ordersOf(k);
    this.identity = lattice.operations.findIndex(
      ({ image, rotation }) =>
        image.every((a, at) => a === at) && rotation.every((x, e) => Math.abs(x - (e % 4 === 0 ? 1 : 0)) < 1e-6),
    );
  }

  matrix(operation: number, order: number): Float64Array {
    const number = operation * this.#orders.length + order;
    const known = this.#made.get(number);
    if (known) return known;
    const { rotation } = this.lattice.operations[operation]!;
    const names = this.#orders[order]!;
    const size = 3 ** this.k;
    const digits = Array.from({ length: size }, (_, at) =>
      Array.from({ length: this.k }, (_, m) => Math.floor(at / 3 ** (this.k - 1 - m)) % 3),
    );
    const t = new Float64Array(size * size);
    for (let row = 0; row < size; row++) {
      for (let column = 0; column < size; column++) {
        let product = 1;
        for (let m = 0; m < this.k && product !== 0; m++)
          product *= rotation[3 * digits[row]![m]! + digits[column]![names[m]!]!]!;
        t[row * size + column] = product;
      }
    }
    this.#made.set(number, t);
    return t;
  }

  addTo(sum: Float64Array, operation: number, order: number): void {
    const t = this.matrix(operation, order);
    for (let e = 0; e < t.length; e++) sum[e]! += t[e]!;
  }

  /** T(g,σ) v. */
  apply({ operation, order }: ClusterMember, v: Float64Array): Float64Array {
    const t = this.matrix(operation, order);
    const size = v.length;
    const out = new Float64Array(size);
    for (let row = 0; row < size; row++) {
      let sum = 0;
      for (let column = 0; column < size; column++) sum += t[row * size + column]! * v[column]!;
      out[row] = Math.abs(sum) < 1e-15 ? 0 : sum;
    }
    return out;
  }
}

/** Orthonormal vectors that span the range of a projector [n,n]; the projector is used up. */
function rangeOf(projector: Float64Array, n: number): Float64Array[] {
  let trace = 0;
  for (let i = 0; i < n; i++) trace += projector[i * n + i]!;
  const count = Math.round(trace);
  const found: Float64Array[] = [];
  for (let v = 0; v < count; v++) {
    let pivot = 0;
    // A later diagonal must be larger by more than rounding, so that equal ones are taken in order on every machine.
    for (let i = 1; i < n; i++)
      if (projector[i * n + i]! > projector[pivot * n + pivot]! * (1 + 1e-9) + 1e-12) pivot = i;
    const root = Math.sqrt(projector[pivot * n + pivot]!);
    const column = Float64Array.from({ length: n }, (_, i) => {
      const x = projector[i * n + pivot]! / root;
      return Math.abs(x) < 1e-13 ? 0 : x;
    });
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) projector[i * n + j]! -= column[i]! * column[j]!;
    found.push(column);
  }
  return found;
}
