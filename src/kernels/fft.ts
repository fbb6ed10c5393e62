// Fourier transforms of complex arrays along one or more axes, by WebAssembly where the machine has SIMD and by the TypeScript
// twin elsewhere. Lengths must split into 2, 3 and 5; src/numerics has the others.

import { Arena, type Pointer } from "./arena.js";
import { kernelsRunHere } from "./load.js";
import { type FftAxis, type FftTable, type Radix, transformTwin } from "./twins/fft.js";
import * as source from "./wasm/fft.js";

export type { FftAxis, FftTable };

/** Whether a length has no prime factors but 2, 3 and 5. */
export function fftSplits(length: number): boolean {
  for (const prime of [2, 3, 5]) while (length % prime === 0 && length > 0) length /= prime;
  return length === 1;
}

/**
 * Transforms `data` in place along each of `axes` in turn: Σ x exp(−2πi jk/n), or with `inverse` the opposite sign and a factor
 * 1/n per axis.
 */
export function fourier(data: Float64Array, axes: readonly FftAxis[], inverse: boolean): void {
  if (kernelsRunHere(source)) fourierWasm(data, axes, inverse);
  else fourierTwin(data, axes, inverse);
}

/** The same in plain TypeScript. */
export function fourierTwin(data: Float64Array, axes: readonly FftAxis[], inverse: boolean): void {
  // With real and imaginary parts exchanged before and after, the forward transform is the inverse one.
  if (inverse) swapAndScale(data, 1);
  for (const axis of axes) transformTwin(data, axis, tableFor(axis.length));
  if (inverse)
    swapAndScale(
      data,
      axes.reduce((scale, axis) => scale / axis.length, 1),
    );
}

function swapAndScale(data: Float64Array, scale: number): void {
  for (let i = 0; i < data.length; i += 2) {
    const re = data[i]!;
    data[i] = data[i + 1]! * scale;
    data[i + 1] = re * scale;
  }
}

const tables = new Map<number, FftTable>();
const KEPT_TABLES = 64;

function tableFor(length: number): FftTable {
  let table = tables.get(length);
  if (!table) {
    const radices: Radix[] = [];
    let rest = length;
    for (const radix of [5, 3, 4, 2] as const) {
      for (; rest % radix === 0; rest /= radix) radices.push(radix);
    }
    table = { roots: unitRoots(length, length), radices };
    if (tables.size >= KEPT_TABLES) tables.clear();
    tables.set(length, table);
  }
  return table;
}

/** exp(−2πi k/n) for k < count, [count,2]. */
export function unitRoots(n: number, count: number): Float64Array<ArrayBuffer> {
  const table = new Float64Array(2 * count);
  for (let k = 0; k < count; k++) {
    const [cosine, sine] = unitRoot(k % n, n);
    table[2 * k] = cosine;
    table[2 * k + 1] = -sine;
  }
  return table;
}

/** cos and sin of 2πk/n, 0 ≤ k < n, from an angle of at most π/4: symmetric values are exactly symmetric, quarters exact. */
export function unitRoot(k: number, n: number): [cosine: number, sine: number] {
  if (2 * k > n) {
    const [c, s] = unitRoot(n - k, n);
    return [c, -s];
  }
  if (4 * k > n) {
    const [c, s] = unitRoot((n - 2 * k) / 2, n); // π − angle
    return [-c, s];
  }
  if (8 * k > n) {
    const rest = (Math.PI * (n - 4 * k)) / (2 * n); // π/2 − angle
    return [Math.sin(rest), Math.cos(rest)];
  }
  const angle = (2 * Math.PI * k) / n;
  return [Math.cos(angle), Math.sin(angle)];
}

interface Exports {
  transform(
    data: Pointer,
    outer: number,
    n: number,
    batch: number,
    factors: Pointer,
    passes: number,
    table: Pointer,
    scratch: Pointer,
  ): void;
  swapAndScale(data: Pointer, count: number, scale: number): void;
}

/** The arena of this thread; tables stay in it below `floor`, data come and go above. */
interface Workshop {
  readonly arena: Arena<Exports>;
  readonly placed: Map<number, { readonly roots: Pointer; readonly radices: Pointer; readonly passes: number }>;
  floor: Pointer;
}

const KEPT_BYTES = 2 ** 26;
let workshop: Workshop | undefined;

function place(shop: Workshop, length: number): void {
  if (shop.placed.has(length)) return;
  const { arena } = shop;
  const { roots, radices } = tableFor(length);
  arena.reset(shop.floor);
  const entry = {
    roots: arena.allocateF64(roots.length),
    radices: arena.allocateI32(radices.length),
    passes: radices.length,
  };
  arena.f64(entry.roots, roots.length).set(roots);
  arena.i32(entry.radices, radices.length).set(radices);
  shop.floor = arena.mark();
  shop.placed.set(length, entry);
}

function fourierWasm(data: Float64Array, axes: readonly FftAxis[], inverse: boolean): void {
  if (!workshop) {
    const arena = new Arena<Exports>(source);
    workshop = { arena, placed: new Map(), floor: arena.mark() };
  }
  const shop = workshop;
  const { arena } = shop;
  for (const axis of axes) place(shop, axis.length);
  arena.reset(shop.floor);
  const at = arena.allocateF64(data.length);
  const scratch = arena.allocateF64(Math.max(...axes.map((axis) => 2 * axis.length * axis.batch)));
  arena.f64(at, data.length).set(data);
  if (inverse) arena.exports.swapAndScale(at, data.length / 2, 1);
  for (const { outer, length, batch } of axes) {
    const { roots, radices, passes } = shop.placed.get(length)!;
    arena.exports.transform(at, outer, length, batch, radices, passes, roots, scratch);
  }
  if (inverse)
    arena.exports.swapAndScale(
      at,
      data.length / 2,
      axes.reduce((scale, axis) => scale / axis.length, 1),
    );
  data.set(arena.f64(at, data.length));
  if (arena.generation > KEPT_BYTES) workshop = undefined;
}
