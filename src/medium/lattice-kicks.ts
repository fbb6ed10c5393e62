// Kicks on window atoms during one stride, kept as moments and added to the lattice at its end:
//
//   u(t+τ) += Σ_k A^k f_k,  f_k = Σ_kicks g_k(τ−s) p/μ        rise += the same + Σ_k A^k h_k,  h_k = Σ_kicks g_k(s) p/μ
//
// with g_k the fit of G(s) = sin√Ds/√D. Kicks given while the ion is in one cell share their moments.

import type { Pointer } from "../kernels/index.js";
import type { LatticeBox } from "./lattice-box.js";
import { latticeFields } from "./lattice-fields.js";
import type { KernelChoice } from "./lattice-memory.js";
import type { CubicLattice, Window } from "./model.js";

export interface PendingKicks {
  /** Momenta [n,3] (eV fs/Å) of the window's atoms with the ion in `cell`; weights are of g(τ−s)/μ and g(s)/μ. */
  add(
    cell: ArrayLike<number>,
    momenta: Float64Array,
    weights: { readonly far: Float64Array; readonly near: Float64Array },
  ): void;
  /** Spreads all and forgets them. */
  spread(targets: { readonly next: Pointer; readonly rise: Pointer }): void;
}

interface Group {
  readonly cell: Int32Array;
  readonly far: Float64Array; // [order + 1, n, 3]
  readonly near: Float64Array;
}

export function pendingKicks(
  window: Window,
  options: { readonly order: number; readonly boxOf: (extent: readonly [number, number, number]) => LatticeBox },
): PendingKicks {
  const { order, boxOf } = options;
  const size = 3 * window.count;
  const groups: Group[] = [];
  const spare: Group[] = [];

  const groupOf = (cell: ArrayLike<number>): Group => {
    const known = groups.find((g) => g.cell[0] === cell[0] && g.cell[1] === cell[1] && g.cell[2] === cell[2]);
    if (known) return known;
    const made = spare.pop() ?? {
      cell: new Int32Array(3),
      far: new Float64Array((order + 1) * size),
      near: new Float64Array((order + 1) * size),
    };
    made.cell.set([cell[0]!, cell[1]!, cell[2]!]);
    made.far.fill(0);
    made.near.fill(0);
    groups.push(made);
    return made;
  };

  /** The groups are taken in clusters of overlapping reach: ions far from each other have a box each. */
  const spreadGroups = (
    cluster: readonly Group[],
    targets: { readonly next: Pointer; readonly rise: Pointer },
  ): void => {
    const { corner, extent } = boundsOf(cluster, window);
    const box = boxOf(extent);
    const fillFrom =
      (moment: "far" | "near") => (power: number, add: Parameters<Parameters<LatticeBox["spread"]>[1]>[1]) => {
        for (const group of cluster) {
          for (let j = 0; j < window.count; j++) {
            add(
              group.cell[0]! + window.sites[4 * j]! - corner[0],
              group.cell[1]! + window.sites[4 * j + 1]! - corner[1],
              group.cell[2]! + window.sites[4 * j + 2]! - corner[2],
              group[moment],
              power * size + 3 * j,
            );
          }
        }
      };
    box.spread(corner, fillFrom("far"), [targets.next, targets.rise]);
    box.spread(corner, fillFrom("near"), [targets.rise]);
  };

  return {
    add(cell, momenta, { far, near }) {
      const group = groupOf(cell);
      for (let k = 0; k <= order; k++) {
        const [f, g] = [far[k]!, near[k]!];
        const start = k * size;
        for (let i = 0; i < size; i++) {
          group.far[start + i]! += f * momenta[i]!;
          group.near[start + i]! += g * momenta[i]!;
        }
      }
    },
    spread(targets) {
      while (groups.length > 0) {
        const cluster = [groups.pop()!];
        for (let i = groups.length - 1; i >= 0; i--) {
          if (cluster.some((other) => touching(other.cell, groups[i]!.cell))) cluster.push(...groups.splice(i, 1));
        }
        spreadGroups(cluster, targets);
        spare.push(...cluster);
      }
    },
  };
}

const touching = (a: Int32Array, b: Int32Array): boolean =>
  Math.max(Math.abs(a[0]! - b[0]!), Math.abs(a[1]! - b[1]!), Math.abs(a[2]! - b[2]!)) <= 1;

function boundsOf(
  groups: readonly Group[],
  window: Window,
): { readonly corner: [number, number, number]; readonly extent: [number, number, number] } {
  const corner: [number, number, number] = [0, 0, 0];
  const extent: [number, number, number] = [0, 0, 0];
  for (let axis = 0; axis < 3; axis++) {
    let least = Number.POSITIVE_INFINITY;
    let most = Number.NEGATIVE_INFINITY;
    for (const group of groups) {
      for (let j = 0; j < window.count; j++) {
        const cell = group.cell[axis]! + window.sites[4 * j + axis]!;
        least = Math.min(least, cell);
        most = Math.max(most, cell);
      }
    }
    corner[axis] = least;
    extent[axis] = most - least + 1;
  }
  return { corner, extent };
}

/** Σ_k w_k [A^k] between two atoms `separation` [3] cells apart into out [at … at + 8]. */
export type BlockSum = (weights: Float64Array, separation: ArrayLike<number>, out: Float64Array, at?: number) => void;

/** The blocks of A^k, k ≤ order: zero beyond `order` cells. */
export function powerBlocks(
  lattice: CubicLattice,
  options: { readonly order: number; readonly kernels?: KernelChoice },
): BlockSum {
  const { order } = options;
  const width = 2 * order + 1;
  const fields = latticeFields(lattice, width + 1, options);
  const table = new Float64Array((order + 1) * width ** 3 * 9);
  const apart = fields.layout.component / 8;
  for (let b = 0; b < 3; b++) {
    let [from, to] = fields.allocate(2) as [Pointer, Pointer];
    fields.heap.whole()[fields.place(from, order, order, order) + b * apart] = 1;
    for (let k = 0; k <= order; k++) {
      const memory = fields.heap.whole();
      for (let cell = 0; cell < width ** 3; cell++) {
        const [x, y, z] = [Math.floor(cell / width ** 2), Math.floor(cell / width) % width, cell % width];
        const place = fields.place(from, x, y, z);
        for (let a = 0; a < 3; a++) table[(k * width ** 3 + cell) * 9 + 3 * a + b] = memory[place + a * apart]!;
      }
      fields.apply(from, to);
      [from, to] = [to, from];
    }
  }
  return (weights, separation, out, at = 0) => {
    out.fill(0, at, at + 9);
    const [x, y, z] = [separation[0]! + order, separation[1]! + order, separation[2]! + order];
    if (Math.min(x, y, z) < 0 || Math.max(x, y, z) >= width) return;
    for (let k = 0; k <= order; k++) {
      const start = (k * width ** 3 + (x * width + y) * width + z) * 9;
      for (let i = 0; i < 9; i++) out[at + i]! += weights[k]! * table[start + i]!;
    }
  };
}
