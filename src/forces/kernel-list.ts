// The session's neighbour list: where each atom is taken to be (wrapped into the cell), which lattice shifts are needed, and when the
// list has to be made anew.
//
// Positions and lattice vectors are rounded to a grid of 2⁻⁴³ Å (10⁻¹³ Å), on which wrapping and shifting are exact. Together with the
// exact sums of the pair kernel this makes energy and forces independent of when the list was made and of which image of an atom is given.

import type { F64 } from "../base/index.js";
import type { Pointer } from "../kernels/index.js";
import { type Cell, type Crystal, cellWidths } from "../structure/index.js";
import type { KernelMemory } from "./kernel-memory.js";

const ROUND = 768; // 1.5 · 2^52 · 2^-43: adding and subtracting it rounds to the grid
const GRID_SIDE = 8; // Å, least width of the cells that atoms are sorted by
const MOST_CELLS = 128; // along an axis
const BEYOND = 1e6; // cells: farther out than any atom
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
  /** Where the list is: it may be in several stretches, each of whole groups. */
  stretches: readonly (readonly [start: Pointer, end: Pointer])[] = [];
  /** f64 [shiftCount, 4] lattice vectors on the grid of positions. */
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
  readonly #at: Readonly<Record<"coordinates" | "fractional" | "kinds" | "reach" | "tables", Pointer>>;
  #cell: Cell;
  #valid = false;
  #start: Pointer = 0;
  #capacities: readonly number[] = []; // bytes for the list of each part of the atoms
  /** Cells of the sorting grid along each axis. */
  #cells: readonly number[] = [1, 1, 1];
  #grid: Pointer = 0;
  #extents: Pointer = 0; // f64 [kinds, kinds, 4]
  #images: Pointer = 0; // f64 [shiftCount, 8] lattice vector, whether own images count, whole numbers, –
  #starts: Pointer = 0; // i32 [kinds, cells, and one more]

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
      fractional: arena.allocateF64(4 * padded),
      kinds: arena.allocateI32(padded),
      reach: arena.allocateF64(kinds * kinds),
      tables: arena.allocateI32(kinds * kinds),
    };
    arena.f64(this.#at.reach, kinds * kinds).set(this.#reach);
    arena.i32(this.#at.tables, kinds * kinds).set(this.#tableOf);
  }

  /** Lays out the shifts of a cell; the list itself is made at the next `place`. */
  setCell(cell: Cell): void {
    this.#cell = cell;
    this.#valid = false;
    this.#capacities = [];
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
    this.#placeGrid();
    this.shifts = arena.allocateF64(4 * this.shiftCount);
    this.#images = arena.allocateF64(8 * this.shiftCount);
    const view = arena.f64(this.shifts, 4 * this.shiftCount);
    const images = arena.f64(this.#images, 8 * this.shiftCount);
    for (let s = 0; s < this.shiftCount; s++) {
      const [a, b, c] = [indices[3 * s]!, indices[3 * s + 1]!, indices[3 * s + 2]!];
      for (let k = 0; k < 3; k++) {
        view[4 * s + k] = this.#latticeVector(a, b, c, k);
        images[8 * s + k] = view[4 * s + k]!;
      }
      // of an atom's own images one of each ± pair
      images[8 * s + 3] = a > 0 || (a === 0 && (b > 0 || (b === 0 && c > 0))) ? 1 : 0;
      images.set([a, b, c], 8 * s + 4);
    }
  }

  /** The grid that atoms are sorted by, and the cell's vectors in triangular form: z along its own vector, y in its plane with z. */
  #placeGrid(): void {
    const { arena } = this.#memory;
    const kinds = this.#crystal.elements.length;
    const widths = cellWidths(this.#cell);
    const side = Math.max(GRID_SIDE, Math.cbrt(this.#cell.volume / this.#n));
    this.#cells = widths.map((width) => Math.min(MOST_CELLS, Math.max(1, Math.floor(width / side))));
    const [nx, ny, nz] = this.#cells as [number, number, number];
    const total = nx * ny * nz;
    this.#starts = arena.allocateI32(kinds * total + 1);
    this.#grid = arena.allocateF64(14 + nx + ny + nz + 3);
    this.#extents = arena.allocateF64(4 * kinds * kinds);
    const { x, y, z } = triangular(this.#cell.vectors);
    const borders = this.#cells.flatMap((count, axis) =>
      Array.from({ length: count + 1 }, (_, c) => {
        // beyond the ends of an axis that is not periodic there may be atoms, too
        if (!this.#cell.periodic[axis] && (c === 0 || c === count)) return c === 0 ? -BEYOND : BEYOND;
        return c / count;
      }),
    );
    const ends = this.#cell.periodic.map((periodic) => (periodic ? [0, 1] : [-BEYOND, BEYOND]));
    const [lowest, highest] = [ends.map((end) => end[0]!), ends.map((end) => end[1]!)];
    arena.f64(this.#grid, 6).set([x[0], y[1], z[2], y[0], z[0], z[1]]);
    arena.f64(this.#grid + 48, 6).set([lowest[0]!, lowest[1]!, highest[0]!, highest[1]!, lowest[2]!, highest[2]!]);
    arena.i32(this.#grid + 96, 4).set([nx, ny, nz, 0]);
    arena.f64(this.#grid + 112, borders.length).set(borders);
    const extents = arena.f64(this.#extents, 4 * kinds * kinds);
    this.#reach.forEach((squared, pair) => {
      const far = (width: number): number => (squared > 0 ? (Math.sqrt(squared) * (1 + 1e-9)) / width : -2 * BEYOND);
      extents.set([...widths.map(far), 0], 4 * pair);
    });
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
    const parts = this.#memory.listParts();
    if (this.#capacities.length === 0) this.#allocate(this.#expectedBytes(parts.length));
    for (;;) {
      let next = this.#start;
      const starts = this.#capacities.map((bytes) => (next += bytes) - bytes);
      const items = parts.map(([from, to], part) => [
        from,
        to,
        padded,
        at.coordinates,
        at.kinds,
        this.#crystal.elements.length,
        at.reach,
        at.tables,
        at.fractional,
        this.#extents,
        this.#grid,
        this.#starts,
        this.#images,
        this.shiftCount,
        starts[part]!,
        starts[part]! + this.#capacities[part]!,
        lanes,
        nothing,
      ]);
      const ends = arena.work.run("buildList", items);
      this.stretches = starts.map((start, part) => [start, ends[part]! >>> 0] as const);
      if (!ends.includes(0)) break;
      this.#allocate(this.#capacities.map((bytes, part) => (ends[part] === 0 ? 2 * bytes : bytes)));
    }
    this.#reference.set(positions as unknown as ArrayLike<number>);
    this.#valid = true;
  }

  #allocate(bytes: readonly number[]): void {
    this.#capacities = bytes;
    this.#start = this.#memory.allocateList(bytes.reduce((sum, part) => sum + part, 0));
  }

  /** A quarter more than atoms spread evenly would need; the first of several parts have up to twice as many pairs as the mean. */
  #expectedBytes(parts: number): readonly number[] {
    const n = this.#n;
    const volume = Math.max(this.#cell.volume, n); // slabs and molecules may leave the cell mostly empty
    const pairs = ((n * n) / volume) * (2 / 3) * Math.PI * this.#longest ** 3;
    const share = parts === 1 ? 1 : 2 / parts;
    const groups = 2 * n * Math.min(this.shiftCount, 64);
    return Array.from(
      { length: parts },
      () => 16 * Math.ceil(share * (0.625 * pairs + groups) + this.#memory.padded + 64),
    );
  }

  /** Wraps into the cell and sorts by kind, then by cells of the grid, z fastest. */
  #wrapAndSort(positions: F64): void {
    const n = this.#n;
    const { inverse, periodic } = this.#cell;
    const { kinds } = this.#crystal;
    const { arena } = this.#memory;
    const [nx, ny, nz] = this.#cells as [number, number, number];
    const starts = arena.i32(this.#starts, this.#crystal.elements.length * nx * ny * nz + 1).fill(0);
    const box = new Int32Array(n);
    const fractional = new Float64Array(3 * n);
    for (let i = 0; i < n; i++) {
      let place = kinds[i]!;
      for (let axis = 0; axis < 3; axis++) {
        let s = 0;
        for (let k = 0; k < 3; k++) s += positions[3 * i + k]! * inverse[3 * k + axis]!;
        const cells = periodic[axis] ? Math.floor(s) : 0;
        const count = this.#cells[axis]!;
        this.wraps[3 * i + axis] = cells;
        fractional[3 * i + axis] = s - cells;
        place = place * count + Math.min(count - 1, Math.max(0, Math.floor((s - cells) * count)));
      }
      box[i] = place;
      starts[place + 1] = starts[place + 1]! + 1;
    }
    for (let b = 1; b < starts.length; b++) starts[b] = starts[b]! + starts[b - 1]!;
    const next = starts.slice();
    const sorted = arena.f64(this.#at.fractional, 4 * n);
    for (let i = 0; i < n; i++) {
      const place = next[box[i]!]!;
      next[box[i]!] = place + 1;
      this.order[place] = i;
      for (let axis = 0; axis < 3; axis++) sorted[4 * place + axis] = fractional[3 * i + axis]!;
    }
  }

  #fillTables(positions: F64): void {
    const { arena, padded } = this.#memory;
    const at = this.#at;
    const n = this.#n;
    const coordinates = arena.f64(at.coordinates, 3 * padded).fill(FAR);
    const kinds = arena.i32(at.kinds, padded);
    for (let p = 0; p < n; p++) {
      const i = this.order[p]!;
      const [a, b, c] = [this.wraps[3 * i]!, this.wraps[3 * i + 1]!, this.wraps[3 * i + 2]!];
      for (let k = 0; k < 3; k++) {
        coordinates[k * padded + p] = toGrid(positions[3 * i + k]!) - this.#latticeVector(a, b, c, k);
      }
      kinds[p] = this.#crystal.kinds[i]!;
    }
  }
}

/** Components of the cell's vectors (rows of `v`) along z's own direction, the part of y across it, and the rest of x. */
function triangular(v: F64): Readonly<Record<"x" | "y" | "z", readonly [number, number, number]>> {
  const vector = (c: number): readonly number[] => [v[3 * c]!, v[3 * c + 1]!, v[3 * c + 2]!];
  const dot = (a: readonly number[], b: readonly number[]): number => a[0]! * b[0]! + a[1]! * b[1]! + a[2]! * b[2]!;
  const unit = (a: readonly number[]): readonly number[] => a.map((component) => component / Math.sqrt(dot(a, a)));
  const without = (a: readonly number[], e: readonly number[]): readonly number[] =>
    a.map((component, k) => component - dot(a, e) * e[k]!);
  const [a, b, c] = [vector(0), vector(1), vector(2)];
  const z = unit(c);
  const y = unit(without(b, z));
  const x = unit(without(without(a, z), y));
  // y[0] is the component of the x vector along y's direction, and so on: the coefficients of s_x in the second bracket of d²
  return { x: [dot(a, x), 0, 0], y: [dot(a, y), dot(b, y), 0], z: [dot(a, z), dot(b, z), dot(c, z)] };
}
