// The session's neighbour list: where each atom is taken to be (wrapped into the cell), which lattice shifts are needed, and when the
// list has to be made anew.
//
// Positions and lattice vectors are rounded to a grid of 2⁻⁴³ Å (10⁻¹³ Å), on which wrapping and shifting are exact. Together with the
// exact sums of the pair kernel this makes energy and forces independent of when the list was made and of which image of an atom is given.

import type { F64 } from "../base/index.js";
import type { Pointer } from "../kernels/index.js";
import { type Cell, type Crystal, cellWidths } from "../structure/index.js";
import { BLOCK, type KernelMemory } from "./kernel-memory.js";

const ROUND = 768; // 1.5 · 2^52 · 2^-43: adding and subtracting it rounds to the grid
/** Å: where atoms that do not exist are. */
export const FAR = 1e15;
/** To the grid of 2⁻⁴³ Å. */
export const toGrid = (x: number): number => x + ROUND - ROUND;

/** Two kinds that interact. */
export interface Reach {
  readonly kindA: number;
  readonly kindB: number;
  readonly cutoff: number; // Å
  /** Address of their table, as the pair kernel wants it. */
  readonly table: Pointer;
}

export interface ListOptions {
  readonly skin: number; // Å
  /** Pairs the kernel takes at a time. */
  readonly lanes: 2 | 4;
  /** A table of zeros, for the pairs that fill up a group. */
  readonly nothing: Pointer;
}

export class NeighbourList {
  start: Pointer = 0;
  end: Pointer = 0;
  /** f64 [shiftCount, 4] lattice vectors on the grid. */
  shifts: Pointer = 0;
  shiftCount = 0;
  /** [shiftCount, 3] whole numbers. */
  shiftIndices: Int32Array = new Int32Array(0);
  /** [n] atom in each place of the kernel's order. */
  readonly order: Int32Array;
  /** [n, 3] cells to subtract from each atom, in the order of atoms. */
  readonly wraps: Int32Array;
  readonly #n: number;
  readonly #crystal: Crystal;
  readonly #memory: KernelMemory;
  readonly #options: ListOptions;
  readonly #reach: Float64Array; // [kinds, kinds] squared
  readonly #tableOf: Int32Array; // [kinds, kinds]
  readonly #longest: number;
  readonly #reference: Float64Array; // [n, 3] positions the list was made for
  readonly #vectors = new Float64Array(9); // on the grid
  readonly #at: Readonly<Record<"coordinates" | "kinds" | "reach" | "blockReach" | "tableOf" | "boxes", Pointer>>;
  #cell: Cell;
  #valid = false;
  #capacity = 0;

  constructor(crystal: Crystal, reaches: readonly Reach[], memory: KernelMemory, options: ListOptions) {
    const kinds = crystal.elements.length;
    const { arena, padded } = memory;
    this.#crystal = crystal;
    this.#n = crystal.kinds.length;
    this.#memory = memory;
    this.#options = options;
    this.#reach = new Float64Array(kinds * kinds);
    this.#tableOf = new Int32Array(kinds * kinds);
    this.#longest = Math.max(0, ...reaches.map(({ cutoff }) => cutoff)) + options.skin;
    for (const { kindA, kindB, cutoff, table } of reaches) {
      for (const at of [kindA * kinds + kindB, kindB * kinds + kindA]) {
        this.#reach[at] = (cutoff + options.skin) ** 2;
        this.#tableOf[at] = table;
      }
    }
    this.order = new Int32Array(this.#n);
    this.wraps = new Int32Array(3 * this.#n);
    this.#reference = new Float64Array(3 * this.#n);
    this.#cell = crystal.cell;
    this.#at = {
      coordinates: arena.allocateF64(3 * padded),
      kinds: arena.allocateI32(padded),
      reach: arena.allocateF64(kinds * padded),
      blockReach: arena.allocateF64((kinds * padded) / BLOCK),
      tableOf: arena.allocateI32(kinds * padded),
      boxes: arena.allocateF64(8 * (padded / BLOCK + 1)),
    };
  }

  /** Lays out the shifts of a cell; the list itself is made at the next `place`. */
  setCell(cell: Cell): void {
    this.#cell = cell;
    this.#valid = false;
    this.#capacity = 0;
    for (let i = 0; i < 9; i++) this.#vectors[i] = toGrid(cell.vectors[i]!);
    // wrapped atoms differ by less than one cell along each axis
    const reach = cellWidths(cell).map((width, axis) =>
      cell.periodic[axis] ? Math.floor(this.#longest / width + 1) : 0,
    );
    const indices: number[] = [];
    for (let a = -reach[0]!; a <= reach[0]!; a++) {
      for (let b = -reach[1]!; b <= reach[1]!; b++) {
        for (let c = -reach[2]!; c <= reach[2]!; c++) indices.push(a, b, c);
      }
    }
    this.shiftIndices = Int32Array.from(indices);
    this.shiftCount = indices.length / 3;
    const { arena } = this.#memory;
    this.shifts = arena.allocateF64(4 * this.shiftCount);
    const view = arena.f64(this.shifts, 4 * this.shiftCount);
    for (let s = 0; s < this.shiftCount; s++) {
      const [a, b, c] = [indices[3 * s]!, indices[3 * s + 1]!, indices[3 * s + 2]!];
      for (let k = 0; k < 3; k++) view[4 * s + k] = this.#latticeVector(a, b, c, k);
      // of an atom's own images one of each ± pair
      view[4 * s + 3] = a > 0 || (a === 0 && (b > 0 || (b === 0 && c > 0))) ? 1 : 0;
    }
  }

  #latticeVector(a: number, b: number, c: number, k: number): number {
    return a * this.#vectors[k]! + b * this.#vectors[3 + k]! + c * this.#vectors[6 + k]!;
  }

  /** Makes the list hold every pair in reach. Positions are finite. Returns whether it is a new list. */
  refresh(positions: F64): boolean {
    if (this.#valid && !this.#movedTooFar(positions)) return false;
    this.#make(positions);
    return true;
  }

  /** A pair comes nearer by at most the two largest displacements together. */
  #movedTooFar(positions: F64): boolean {
    const reference = this.#reference;
    let first = 0;
    let second = 0;
    for (let i = 0; i < 3 * this.#n; i += 3) {
      const x = positions[i]! - reference[i]!;
      const y = positions[i + 1]! - reference[i + 1]!;
      const z = positions[i + 2]! - reference[i + 2]!;
      const moved = x * x + y * y + z * z;
      if (moved <= second) continue;
      second = Math.min(moved, first);
      first = Math.max(moved, first);
    }
    return Math.sqrt(first) + Math.sqrt(second) >= this.#options.skin;
  }

  #make(positions: F64): void {
    this.#wrapAndSort(positions);
    this.#fillTables(positions);
    const { arena, padded } = this.#memory;
    const { lanes, nothing } = this.#options;
    const at = this.#at;
    if (this.#capacity === 0) this.#allocate(this.#expectedBytes());
    for (;;) {
      const { shifts, shiftCount, start } = this;
      const limit = start + this.#capacity;
      this.end = arena.exports.buildList(
        this.#n,
        padded,
        at.coordinates,
        at.kinds,
        at.reach,
        at.blockReach,
        at.tableOf,
        at.boxes,
        shifts,
        shiftCount,
        start,
        limit,
        lanes,
        nothing,
      );
      if (this.end !== 0) break;
      this.#allocate(2 * this.#capacity);
    }
    this.#reference.set(positions as unknown as ArrayLike<number>);
    this.#valid = true;
  }

  #allocate(bytes: number): void {
    this.#capacity = bytes;
    this.start = this.#memory.allocateList(bytes);
  }

  /** A quarter more than atoms spread evenly would need. */
  #expectedBytes(): number {
    const n = this.#n;
    const volume = Math.max(this.#cell.volume, n); // slabs and molecules may leave the cell mostly empty
    const pairs = ((n * n) / volume) * (2 / 3) * Math.PI * this.#longest ** 3;
    return 16 * Math.ceil(0.625 * pairs + 2 * n * Math.min(this.shiftCount, 64) + this.#memory.padded + 64);
  }

  /** Wraps into the cell and sorts by kind, then by boxes of about 16 atoms of a kind, so that the builder can pass over distant ones. */
  #wrapAndSort(positions: F64): void {
    const n = this.#n;
    const { inverse, periodic } = this.#cell;
    const { kinds, elements } = this.#crystal;
    const perAxis = Math.max(1, Math.round((n / elements.length / 16) ** (1 / 3)));
    const box = new Int32Array(n);
    for (let i = 0; i < n; i++) {
      let place = kinds[i]!;
      for (let axis = 0; axis < 3; axis++) {
        let s = 0;
        for (let k = 0; k < 3; k++) s += positions[3 * i + k]! * inverse[3 * k + axis]!;
        const cells = periodic[axis] ? Math.floor(s) : 0;
        this.wraps[3 * i + axis] = cells;
        place = place * perAxis + Math.min(perAxis - 1, Math.max(0, Math.floor((s - cells) * perAxis)));
      }
      box[i] = place;
    }
    const places = new Int32Array(elements.length * perAxis ** 3 + 1);
    for (let i = 0; i < n; i++) places[box[i]! + 1] = places[box[i]! + 1]! + 1;
    for (let b = 1; b < places.length; b++) places[b] = places[b]! + places[b - 1]!;
    for (let i = 0; i < n; i++) {
      const place = places[box[i]!]!;
      places[box[i]!] = place + 1;
      this.order[place] = i;
    }
  }

  #fillTables(positions: F64): void {
    const { arena, padded } = this.#memory;
    const at = this.#at;
    const n = this.#n;
    const coordinates = arena.f64(at.coordinates, 3 * padded).fill(FAR);
    const kinds = arena.i32(at.kinds, padded);
    const count = this.#crystal.elements.length;
    const reach = arena.f64(at.reach, count * padded);
    const tableOf = arena.i32(at.tableOf, count * padded);
    const blocks = padded / BLOCK;
    const blockReach = arena.f64(at.blockReach, count * blocks).fill(0);
    for (let p = 0; p < n; p++) {
      const i = this.order[p]!;
      const [a, b, c] = [this.wraps[3 * i]!, this.wraps[3 * i + 1]!, this.wraps[3 * i + 2]!];
      for (let k = 0; k < 3; k++) {
        coordinates[k * padded + p] = toGrid(positions[3 * i + k]!) - this.#latticeVector(a, b, c, k);
      }
      const kind = this.#crystal.kinds[i]!;
      kinds[p] = kind;
      for (let other = 0; other < count; other++) {
        const squared = this.#reach[other * count + kind]!;
        const block = other * blocks + Math.floor(p / BLOCK);
        reach[other * padded + p] = squared;
        blockReach[block] = Math.max(blockReach[block]!, squared);
        tableOf[other * padded + p] = this.#tableOf[other * count + kind]!;
      }
    }
  }
}
