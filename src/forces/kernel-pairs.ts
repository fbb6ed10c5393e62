// Pairs in double precision: tables, wrapped atoms and sums in the kernel's memory, forces and ∂E/∂ε out of it.

import type { F64 } from "../base/index.js";
import type { Pointer } from "../kernels/index.js";
import type { Cell, Crystal } from "../structure/index.js";
import { FAR, NeighbourList, toGrid } from "./kernel-list.js";
import type { KernelMemory } from "./kernel-memory.js";
import { HEAD, makeTables, type PairFunction, ROW } from "./tables.js";

export interface PairSum {
  /** [kinds,kinds] Å: nearer than this the energy is NaN. */
  readonly starts: Float64Array;
  setCell(cell: Cell): void;
  /** Energy, eV, NaN when atoms overlap; writes forces [n,3] eV/Å and ∂E/∂ε [3,3] eV. */
  sum(positions: F64, forces: Float64Array, virial?: Float64Array): number;
}

export class DoublePairs implements PairSum {
  readonly starts: Float64Array;
  readonly #memory: KernelMemory;
  readonly #list: NeighbourList;
  readonly #atoms: Pointer; // f64 [padded + 1, 4]
  readonly #forces: Pointer; // f64 [padded + 1, 4]
  readonly #grid: Pointer;
  readonly #out: Pointer; // f64 [2]
  readonly #vectors = new Float64Array(9); // on the grid of positions
  #cell: Cell;
  #pulls: Pointer = 0; // f64 [shifts, 4]

  constructor(crystal: Crystal, functions: readonly PairFunction[], memory: KernelMemory, skin: number) {
    const { grid, tables } = makeTables(functions);
    const { arena, padded } = memory;
    this.#memory = memory;
    this.#cell = crystal.cell;
    this.starts = startsOf(crystal, functions, tables);
    this.#atoms = arena.allocateF64(4 * (padded + 1));
    this.#forces = arena.allocateF64(4 * (padded + 1));
    this.#grid = arena.allocateF64(4);
    this.#out = arena.allocateF64(2);
    const size = HEAD + ROW * (grid.last - grid.first + 1);
    const nothing = arena.allocateF64(size);
    const pointers = tables.map(() => arena.allocateF64(size));
    const reaches = functions.map(({ kindA, kindB, cutoff }, i) => ({ kindA, kindB, cutoff, table: pointers[i]! }));
    this.#list = new NeighbourList(crystal, reaches, memory, { skin, lanes: 2, nothing });
    tables.forEach((table, i) => {
      const view = arena.f64(pointers[i]!, size);
      view[0] = table.scale;
      view[1] = table.offset;
      view.set(table.rows, HEAD);
    });
    arena.i32(this.#grid, 2).set([20 - grid.bits, grid.first]);
    arena.f64(this.#grid, 4).set([grid.lowest, grid.highest], 2);
    arena.f64(this.#atoms, 4 * (padded + 1)).fill(FAR);
  }

  setCell(cell: Cell): void {
    this.#cell = cell;
    for (let i = 0; i < 9; i++) this.#vectors[i] = toGrid(cell.vectors[i]!);
    this.#list.setCell(cell);
    this.#pulls = this.#memory.arena.allocateF64(4 * this.#list.shiftCount);
  }

  sum(positions: F64, forces: Float64Array, virial?: Float64Array): number {
    const list = this.#list;
    const { arena, padded } = this.#memory;
    list.refresh(positions);
    this.#placeAtoms(positions);
    const sums = arena.f64(this.#forces, 4 * (padded + 1)).fill(0);
    const pulls = arena.f64(this.#pulls, 4 * list.shiftCount).fill(0);
    arena.exports.pairForces(
      list.start,
      list.end,
      this.#atoms,
      this.#forces,
      list.shifts,
      this.#pulls,
      this.#grid,
      this.#out,
    );
    const { order } = list;
    for (let p = 0; p < order.length; p++) {
      const i = 3 * order[p]!;
      forces[i] = sums[4 * p]!;
      forces[i + 1] = sums[4 * p + 1]!;
      forces[i + 2] = sums[4 * p + 2]!;
    }
    if (virial) pairVirial(list, this.#cell, { positions, forces, pulls }, virial);
    const out = arena.f64(this.#out, 2);
    return -0.5 * (out[0]! + out[1]!);
  }

  #placeAtoms(positions: F64): void {
    const { order, wraps } = this.#list;
    const atoms = this.#memory.arena.f64(this.#atoms, 4 * order.length);
    const v = this.#vectors;
    for (let p = 0; p < order.length; p++) {
      const i = 3 * order[p]!;
      const [a, b, c] = [wraps[i]!, wraps[i + 1]!, wraps[i + 2]!];
      for (let k = 0; k < 3; k++) {
        atoms[4 * p + k] = toGrid(positions[i + k]!) - (a * v[k]! + b * v[3 + k]! + c * v[6 + k]!);
      }
    }
  }
}

export interface Pulled {
  readonly positions: F64; // [n,3] Å
  readonly forces: Float64Array; // [n,3] eV/Å, of the pairs
  readonly pulls: Float64Array; // [shifts,4] eV/Å, sum of the forces on the second atoms
}

/**
 * ∂E/∂ε = −Σ_pairs d⊗f, f on the second atom. With d = x_j − x_i + Σ_c S_c h_c this is −Σ_i x_i⊗f_i − Σ_c h_c⊗L_c, where
 * L_c = Σ_pairs S_c f counts cells: the shift of the list, and the cells by which atoms were wrapped.
 */
export function pairVirial(
  list: NeighbourList,
  cell: Cell,
  { positions, forces, pulls }: Pulled,
  virial: Float64Array,
): void {
  const { shiftIndices, shiftCount, wraps } = list;
  const n = wraps.length / 3;
  const cells = new Float64Array(9);
  for (let c = 0; c < 3; c++) {
    for (let k = 0; k < 3; k++) {
      let sum = 0;
      for (let s = 0; s < shiftCount; s++) sum += shiftIndices[3 * s + c]! * pulls[4 * s + k]!;
      for (let i = 0; i < n; i++) sum -= wraps[3 * i + c]! * forces[3 * i + k]!;
      cells[3 * c + k] = sum;
    }
  }
  const vectors = cell.vectors;
  for (let a = 0; a < 3; a++) {
    for (let b = 0; b < 3; b++) {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += positions[3 * i + a]! * forces[3 * i + b]!;
      for (let c = 0; c < 3; c++) sum += vectors[3 * c + a]! * cells[3 * c + b]!;
      virial[3 * a + b] = -sum;
    }
  }
}

export function startsOf(
  crystal: Crystal,
  functions: readonly PairFunction[],
  tables: readonly { readonly start: number }[],
): Float64Array {
  const kinds = crystal.elements.length;
  const starts = new Float64Array(kinds * kinds);
  functions.forEach(({ kindA, kindB }, i) => {
    starts[kindA * kinds + kindB] = tables[i]!.start;
    starts[kindB * kinds + kindA] = tables[i]!.start;
  });
  return starts;
}
