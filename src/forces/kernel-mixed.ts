// Pairs in single precision with exact totals: for molecular dynamics, where forces good to a millionth are enough.
//
// Cubic tables in s = r², 256 rows per octave. A term that ends inside a row already ends at the row's inner border, up to r/500 nearer
// than its cut-off. Errors, measured on a 193-atom oxide against the double kernel, are `MIXED_FORCE_ERROR` and `MIXED_ENERGY_ERROR`.

import { CapabilityError, type F64, NumericError } from "../base/index.js";
import type { Pointer } from "../kernels/index.js";
import type { Cell, Crystal } from "../structure/index.js";
import { NeighbourList } from "./kernel-list.js";
import type { KernelMemory } from "./kernel-memory.js";
import { type PairSum, pairVirial, startsOf } from "./kernel-pairs.js";
import type { PairFunction } from "./tables.js";

/** Rms error of a force component over `neighbourForce`, in the dense ionic crystals of the tests at most. */
export const MIXED_FORCE_ERROR = 2e-6;
/** Error of the energy there, eV per atom, at most. */
export const MIXED_ENERGY_ERROR = 1e-6;

const BITS = 8;
const ROW = 4;
const SMALLEST_S = 2 ** -7; // Å²
const UNITS = 2 ** 26; // per Å, of positions
const STEPS = 2 ** 20; // per eV/Å, of forces
// Sums of forces are exact up to 2048 eV/Å. A pair this steep (eV/Å², force over distance) is a fourth of that at 2 Å.
const STEEPEST = 256;
const LONGEST = 30; // Å: differences of positions must stay below 32

export class MixedPairs implements PairSum {
  readonly starts: Float64Array;
  readonly #memory: KernelMemory;
  readonly #list: NeighbourList;
  readonly #atoms: Pointer; // i32 [padded + 1, 4]
  readonly #forces: Pointer; // i32 [threads, padded + 1, 4]
  readonly #grid: Pointer;
  readonly #out: Pointer; // f64 [stretches of the list, 2]
  readonly #vectors = new Int32Array(9); // units
  #cell: Cell;
  #shifts: Pointer = 0; // i32 [shifts, 4]
  #pulls: Pointer = 0; // i32 [stretches of the list, shifts, 4]

  constructor(crystal: Crystal, functions: readonly PairFunction[], memory: KernelMemory, skin: number) {
    const { arena, padded } = memory;
    const longest = Math.max(0, ...functions.map(({ cutoff }) => cutoff)) + skin;
    if (longest > LONGEST) {
      throw new CapabilityError(
        `mixed precision reaches ${LONGEST} Å, the list needs ${longest.toFixed(1)} Å`,
        "use double precision or shorter cut-offs",
      );
    }
    this.#memory = memory;
    this.#cell = crystal.cell;
    const first = rowOf(SMALLEST_S);
    const last = rowOf(longest ** 2) + 1;
    const tables = functions.map((pair) => cubicTable(pair, first, last));
    this.starts = startsOf(crystal, functions, tables);
    this.#atoms = arena.allocateI32(4 * (padded + 1));
    this.#forces = arena.allocateI32(memory.width * 4 * (padded + 1));
    this.#grid = arena.allocateF32(4);
    this.#out = arena.allocateF64(2 * memory.listParts().length);
    const size = ROW * (last - first + 1);
    const zero = arena.allocateF32(size);
    const pointers = tables.map(() => arena.allocateF32(size));
    // the kernel adds 16 row to it, modulo 2³²
    const address = (pointer: Pointer): Pointer => (pointer - 16 * first) | 0;
    const reaches = functions.map(({ kindA, kindB, cutoff }, i) => ({
      kindA,
      kindB,
      cutoff,
      table: address(pointers[i]!),
    }));
    this.#list = new NeighbourList(crystal, reaches, memory, { skin, lanes: 4, nothing: address(zero) });
    tables.forEach(({ rows }, i) => {
      arena.f32(pointers[i]!, size).set(rows);
    });
    arena.i32(this.#grid, 2).set([23 - BITS - 4, 23 - BITS]);
    arena.f32(this.#grid, 4).set([borderOf(first), borderOf(last)], 2);
  }

  setCell(cell: Cell): void {
    const list = this.#list;
    const { arena } = this.#memory;
    this.#cell = cell;
    for (let i = 0; i < 9; i++) this.#vectors[i] = Math.round(cell.vectors[i]! * UNITS);
    list.setCell(cell);
    this.#shifts = arena.allocateI32(4 * list.shiftCount);
    this.#pulls = arena.allocateI32(this.#memory.listParts().length * 4 * list.shiftCount);
    const view = arena.i32(this.#shifts, 4 * list.shiftCount);
    for (let s = 0; s < list.shiftCount; s++) {
      const [a, b, c] = [list.shiftIndices[3 * s]!, list.shiftIndices[3 * s + 1]!, list.shiftIndices[3 * s + 2]!];
      for (let k = 0; k < 3; k++) view[4 * s + k] = this.#lattice(a, b, c, k);
    }
  }

  /** Units, modulo 2³² when stored. */
  #lattice(a: number, b: number, c: number, k: number): number {
    const v = this.#vectors;
    return a * v[k]! + b * v[3 + k]! + c * v[6 + k]!;
  }

  sum(positions: F64, forces: Float64Array, virial?: Float64Array): number {
    const list = this.#list;
    const { arena, padded, width } = this.#memory;
    list.refresh(positions);
    this.#placeAtoms(positions);
    const sizes = { atoms: 4 * (padded + 1), shifts: 4 * list.shiftCount };
    const allSums = arena.i32(this.#forces, width * sizes.atoms).fill(0);
    const allPulls = arena.i32(this.#pulls, list.stretches.length * sizes.shifts).fill(0);
    const items = list.stretches.map(([start, end], part) => [
      start,
      end,
      this.#atoms,
      this.#forces,
      this.#shifts,
      this.#pulls + 4 * sizes.shifts * part,
      this.#grid,
      this.#out + 16 * part,
    ]);
    arena.work.run("pairForcesMixed", items, [0, 0, 0, 4 * sizes.atoms, 0, 0, 0, 0]);
    const sums = addBuffers(allSums, width);
    const pulls = addBuffers(allPulls, items.length);
    const out = arena.f64(this.#out, 2 * items.length);
    let [total, steepest] = [0, 0];
    for (let part = 0; part < items.length; part++) {
      total += out[2 * part]!;
      steepest = Math.max(steepest, out[2 * part + 1]!);
    }
    if (Number.isNaN(total)) return total;
    if (steepest > STEEPEST) {
      throw new NumericError(
        `a pair pushes with ${steepest.toFixed(0)} eV/Å², mixed precision holds ${STEEPEST}`,
        "use double precision for arrangements with atoms this near",
      );
    }
    const { order } = list;
    for (let p = 0; p < order.length; p++) {
      const i = 3 * order[p]!;
      for (let k = 0; k < 3; k++) forces[i + k] = sums[4 * p + k]! / STEPS;
    }
    if (virial) {
      const pulled = { positions, forces, pulls: Float64Array.from(pulls, (f) => f / STEPS) };
      pairVirial(list, this.#cell, pulled, virial);
    }
    return -0.5 * total;
  }

  #placeAtoms(positions: F64): void {
    const { order, wraps } = this.#list;
    const atoms = this.#memory.arena.i32(this.#atoms, 4 * order.length);
    for (let p = 0; p < order.length; p++) {
      const i = 3 * order[p]!;
      const [a, b, c] = [wraps[i]!, wraps[i + 1]!, wraps[i + 2]!];
      // storing takes it modulo 2³²
      for (let k = 0; k < 3; k++) atoms[4 * p + k] = Math.round(positions[i + k]! * UNITS) - this.#lattice(a, b, c, k);
    }
  }
}

/** The sum of equal buffers, in the first one, modulo 2³² as the kernel's own. */
function addBuffers(buffers: Int32Array, count: number): Int32Array {
  const size = buffers.length / count;
  const sum = buffers.subarray(0, size);
  for (let place = 1; place < count; place++) {
    const part = buffers.subarray(place * size, (place + 1) * size);
    for (let i = 0; i < size; i++) sum[i] = (sum[i]! + part[i]!) | 0;
  }
  return sum;
}

const word = new DataView(new ArrayBuffer(4));
function rowOf(s: number): number {
  word.setFloat32(0, s);
  return word.getUint32(0) >>> (23 - BITS);
}
function borderOf(row: number): number {
  word.setUint32(0, row << (23 - BITS));
  return word.getFloat32(0);
}

/** Rows of V = −2U as the cubic in s − s_row that meets V and dV/ds at both ends; NaN where atoms overlap, zero beyond the cut-off. */
function cubicTable(
  pair: PairFunction,
  first: number,
  last: number,
): { readonly rows: Float32Array; readonly start: number } {
  const rows = new Float32Array(ROW * (last - first + 1));
  const out = new Float64Array(3);
  const at = (s: number): readonly [number, number, number] => {
    const r = Math.sqrt(s);
    if (r >= pair.cutoff) return [0, 0, 0];
    pair.radial(r, out);
    return [-2 * out[0]!, -out[1]! / r, (out[1]! / r - out[2]!) / (2 * s)];
  };
  let start = pair.cutoff;
  for (let row = first; row <= last; row++) {
    const [s, next] = [borderOf(row), borderOf(row + 1)];
    if (Math.sqrt(s) >= pair.cutoff) break;
    if (Math.sqrt(s) < pair.minimum) {
      rows.fill(Number.NaN, ROW * (row - first), ROW * (row - first + 1));
      continue;
    }
    start = Math.min(start, Math.sqrt(s));
    const h = next - s;
    const [v1, d1, c1] = at(next * (1 - 4 * Number.EPSILON)); // a step on a border belongs to neither row
    if (pair.steps.some((r) => r * r > s && r * r < next)) {
      // what acts beyond the step, continued inwards
      rows.set([v1 - d1 * h + (c1 * h * h) / 2, d1 - c1 * h, c1 / 2, 0], ROW * (row - first));
      continue;
    }
    const [v0, d0] = at(s * (1 + 4 * Number.EPSILON));
    const mean = (v1 - v0) / h;
    rows.set([v0, d0, (3 * mean - 2 * d0 - d1) / h, (d0 + d1 - 2 * mean) / (h * h)], ROW * (row - first));
  }
  return { rows, start };
}
