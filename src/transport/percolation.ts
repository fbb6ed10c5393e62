// Does the network of jumps lead through the crystal? Sites are nodes, pairs that jump are edges with the lattice translation of the jump.
// Two ways from a site to itself that differ by a translation T ≠ 0 make an endless path along T. All such T of a connected part
// form a lattice; its rank, 0 to 3, is the dimension of the part, and the part percolates along cell axis k when some T has T_k ≠ 0.
//
// Found by union and find with offsets: each node knows the translation to its root, an edge within one part adds a T, and T is reduced
// against those already there in exact whole numbers. Edges are taken busiest first, so the edge that first opens an axis is the slowest step of
// the best path along it: the bottleneck.

import { type I32, InputError } from "../base/index.js";
import type { TrackedSiteJumps } from "./jump-diffusion.js";
import { jumpVectors } from "./jump-vectors.js";

export interface NetworkEdge {
  readonly from: number;
  readonly to: number;
  /** Lattice translation of `to` as seen from `from`. */
  readonly shift: readonly [number, number, number];
  /** How busy it is: edges are taken in descending order. */
  readonly weight: number;
}

export interface NetworkPart {
  /** Nodes, ascending. */
  readonly nodes: readonly number[];
  /** 0: a cage; 1: a channel; 2: a layer; 3: a network in space. */
  readonly dimension: 0 | 1 | 2 | 3;
  readonly axes: readonly [boolean, boolean, boolean];
}

export interface Percolation {
  /** Largest dimension of any part. */
  readonly dimension: 0 | 1 | 2 | 3;
  /** Along a, b, c: whether some part percolates. */
  readonly axes: readonly [boolean, boolean, boolean];
  /** Along a, b, c: the edge without which nothing percolates, the least busy of the busiest path. */
  readonly bottlenecks: readonly [NetworkEdge | undefined, NetworkEdge | undefined, NetworkEdge | undefined];
  /** Parts of two nodes or more, or with an edge to their own image; largest dimension, then most nodes first. */
  readonly parts: readonly NetworkPart[];
  /** Nodes without an edge. */
  readonly isolated: number;
}

/** @throws InputError for edges between nodes that are not there. */
export function networkPercolation(nodes: number, edges: readonly NetworkEdge[]): Percolation {
  const forest = new OffsetForest(nodes);
  const bottlenecks: [NetworkEdge | undefined, NetworkEdge | undefined, NetworkEdge | undefined] = [
    undefined,
    undefined,
    undefined,
  ];
  const touched = new Uint8Array(nodes);
  for (const edge of [...edges].sort((a, b) => b.weight - a.weight)) {
    const { from, to } = edge;
    if (!(from >= 0 && from < nodes && to >= 0 && to < nodes))
      throw new InputError(`an edge from ${from} to ${to} among ${nodes} nodes`, "nodes are counted from 0");
    touched[from] = 1;
    touched[to] = 1;
    for (const axis of forest.join(from, to, edge.shift)) bottlenecks[axis] ??= edge;
  }
  const parts = new Map<number, number[]>();
  for (let node = 0; node < nodes; node++) {
    if (!touched[node]) continue;
    const root = forest.root(node);
    const own = parts.get(root);
    if (own) own.push(node);
    else parts.set(root, [node]);
  }
  const described = [...parts].map(([root, members]): NetworkPart => {
    const basis = forest.basis(root);
    return {
      nodes: members,
      dimension: basis.length as NetworkPart["dimension"],
      axes: [0, 1, 2].map((k) => basis.some((t) => t[k] !== 0)) as unknown as NetworkPart["axes"],
    };
  });
  described.sort((a, b) => b.dimension - a.dimension || b.nodes.length - a.nodes.length || a.nodes[0]! - b.nodes[0]!);
  return {
    dimension: described[0]?.dimension ?? 0,
    axes: [0, 1, 2].map((k) => described.some(({ axes }) => axes[k])) as unknown as Percolation["axes"],
    bottlenecks,
    parts: described,
    isolated: touched.reduce((count, seen) => count + (seen ? 0 : 1), 0),
  };
}

/** The network of the jumps of a track, both ways together; pairs with fewer jumps than `fewestJumps` (default 1) are left out. */
export function percolationOf(
  track: TrackedSiteJumps,
  { fewestJumps = 1 }: { readonly fewestJumps?: number } = {},
): Percolation {
  return networkPercolation(track.sites.labels.length, jumpNetwork(track, fewestJumps));
}

/** Edges of the jumps, both ways together, weight the number of jumps. */
export function jumpNetwork(track: TrackedSiteJumps, fewestJumps = 1): NetworkEdge[] {
  const { jumps, sites } = track;
  const m = sites.labels.length;
  const counts = new Map<number, number>();
  for (let e = 0; e < jumps.count; e++) {
    const [a, b] = [jumps.from[e]!, jumps.to[e]!];
    const key = Math.min(a, b) * m + Math.max(a, b);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const kept = [...counts].filter(([, count]) => count >= fewestJumps).sort(([a], [b]) => a - b);
  const from = Int32Array.from(kept, ([key]) => Math.floor(key / m));
  const to = Int32Array.from(kept, ([key]) => key % m);
  const { shifts } = jumpVectors(sites, { from, to });
  return kept.map(([, weight], e) => ({ from: from[e]!, to: to[e]!, shift: tripleAt(shifts, e), weight }));
}

type Triple = readonly [number, number, number];

const tripleAt = (values: I32, at: number): Triple => [values[3 * at]!, values[3 * at + 1]!, values[3 * at + 2]!];
const add = (s: Triple, t: Triple, sign = 1): Triple => [s[0] + sign * t[0], s[1] + sign * t[1], s[2] + sign * t[2]];

/** Parts of a growing network; every node knows the translation from its root's cell to its own. */
class OffsetForest {
  readonly #parent: Int32Array;
  readonly #offset: Triple[];
  readonly #size: Int32Array;
  readonly #basis: Triple[][];

  constructor(nodes: number) {
    this.#parent = Int32Array.from({ length: nodes }, (_, i) => i);
    this.#offset = Array.from({ length: nodes }, () => [0, 0, 0]);
    this.#size = new Int32Array(nodes).fill(1);
    this.#basis = Array.from({ length: nodes }, () => []);
  }

  root(node: number): number {
    return this.#find(node)[0];
  }

  /** Translations along which the part of a root goes on for ever, rows of echelon form. */
  basis(root: number): readonly Triple[] {
    return this.#basis[root]!;
  }

  /** Adds an edge; returns the axes along which its part percolates now and did not before. */
  join(from: number, to: number, shift: Triple): number[] {
    const [a, toA] = this.#find(from);
    const [b, toB] = this.#find(to);
    // Cell of `to` by way of `from`, less its cell by way of its own root.
    const difference = add(add(toA, shift), toB, -1);
    if (a === b) {
      const before = this.#basis[a]!;
      this.#basis[a] = reduced([...before, difference]);
      return newAxes([before], this.#basis[a]!);
    }
    const [large, small] = this.#size[a]! >= this.#size[b]! ? [a, b] : [b, a];
    this.#parent[small] = large;
    this.#offset[small] = large === a ? difference : add([0, 0, 0], difference, -1);
    this.#size[large]! += this.#size[small]!;
    const [before, joined] = [this.#basis[large]!, this.#basis[small]!];
    this.#basis[large] = reduced([...before, ...joined]);
    return [];
  }

  #find(node: number): [root: number, offset: Triple] {
    let offset: Triple = [0, 0, 0];
    let at = node;
    while (this.#parent[at] !== at) {
      offset = add(offset, this.#offset[at]!);
      at = this.#parent[at]!;
    }
    // Short cut for the next time.
    if (node !== at) {
      this.#parent[node] = at;
      this.#offset[node] = offset;
    }
    return [at, offset];
  }
}

function newAxes(before: readonly (readonly Triple[])[], after: readonly Triple[]): number[] {
  const open = (basis: readonly Triple[], k: number): boolean => basis.some((t) => t[k] !== 0);
  return [0, 1, 2].filter((k) => open(after, k) && !before.some((basis) => open(basis, k)));
}

/** Rows of echelon form that span the same lattice, by Euclid's algorithm on whole rows. */
function reduced(rows: readonly Triple[]): Triple[] {
  let left = rows.filter((row) => row.some((x) => x !== 0));
  const basis: Triple[] = [];
  for (let k = 0; k < 3; k++) {
    for (;;) {
      const active = left.filter((row) => row[k] !== 0).sort((a, b) => Math.abs(a[k]!) - Math.abs(b[k]!));
      const pivot = active[0];
      if (!pivot) break;
      if (active.length === 1) {
        basis.push(pivot);
        left = left.filter((row) => row !== pivot);
        break;
      }
      left = left
        .map((row) => {
          if (row === pivot || row[k] === 0) return row;
          const times = Math.trunc(row[k]! / pivot[k]!);
          return [row[0] - times * pivot[0], row[1] - times * pivot[1], row[2] - times * pivot[2]] as const;
        })
        .filter((row) => row.some((x) => x !== 0));
    }
  }
  return basis;
}
