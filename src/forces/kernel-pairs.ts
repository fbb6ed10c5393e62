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
  readonly #forces: Pointer; // f64 [threads, padded + 1, 4]
  readonly #grid: Pointer;
  readonly #out: Pointer; // f64 [stretches of the list, 2]
  readonly #vectors = new Float64Array(9); // on the grid of positions
  #cell: Cell;
  #pulls: Pointer = 0; // f64 [stretches of the list, shifts, 4]

  constructor(crystal: Crystal, functions: readonly PairFunction[], memory: KernelMemory, skin: number) {
    const { grid, tables } = makeTables(functions);
    const { arena, padded } = memory;
    this.#memory = memory;
    this.#cell = crystal.cell;
    this.starts = startsOf(crystal, functions, tables);
    this.#atoms = arena.allocateF64(4 * (padded + 1));
    this.#forces = arena.allocateF64(memory.width * 4 * (padded + 1));
    this.#grid = arena.allocateF64(4);
    this.#out = arena.allocateF64(2 * memory.listParts().length);
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
    this.#pulls = this.#memory.arena.allocateF64(this.#memory.listParts().length * 4 * this.#list.shiftCount);
  }

  sum(positions: F64, forces: Float64Array, virial?: Float64Array): number {
    const list = this.#list;
    const { arena, padded, width } = this.#memory;
    list.refresh(positions);
    this.#placeAtoms(positions);
    const sizes = { atoms: 4 * (padded + 1), shifts: 4 * list.shiftCount };
    const allSums = arena.f64(this.#forces, width * sizes.atoms).fill(0);
    const allPulls = arena.f64(this.#pulls, list.stretches.length * sizes.shifts).fill(0);
    const items = list.stretches.map(([start, end], part) => [
      start,
      end,
      this.#atoms,
      this.#forces,
      list.shifts,
      this.#pulls + 8 * sizes.shifts * part,
      this.#grid,
      this.#out + 16 * part,
    ]);
    arena.work.run("pairForces", items, [0, 0, 0, 8 * sizes.atoms, 0, 0, 0, 0]);
    const sums = addBuffers(allSums, width);
    const pulls = addBuffers(allPulls, items.length);
    const { order } = list;
    for (let p = 0; p < order.length; p++) {
      const i = 3 * order[p]!;
      forces[i] = sums[4 * p]!;
      forces[i + 1] = sums[4 * p + 1]!;
      forces[i + 2] = sums[4 * p + 2]!;
    }
    if (virial) pairVirial(list, this.#cell, { positions, forces, pulls }, virial);
    const out = arena.f64(this.#out, 2 * items.length);
    let [coarse, fine] = [0, 0];
    for (let part = 0; part < items.length; part++) {
      coarse += out[2 * part]!;
      fine += out[2 * part + 1]!;
    }
    return -0.5 * (coarse + fine);
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

/**
 * The sum of equal buffers, in the first one. Forces on an atom are on a grid and add exactly, so it does not matter which thread did
 * which pairs; the pulls of a very large cell may leave the range in which they do, so each stretch has its own, added in order.
 */
function addBuffers(buffers: Float64Array, count: number): Float64Array {
  const size = buffers.length / count;
  const sum = buffers.subarray(0, size);
  for (let place = 1; place < count; place++) {
    const part = buffers.subarray(place * size, (place + 1) * size);
    for (let i = 0; i < size; i++) sum[i] = sum[i]! + part[i]!;
  }
  return sum;
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
