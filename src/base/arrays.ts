// Typed arrays seen through read-only glasses. A non-empty typed array cannot be frozen at run time, so the protection
// is in the types: results hold F64, loops hold Float64Array.

import { InputError, NumericError } from "./errors.js";

export interface F64 extends Iterable<number> {
  readonly length: number;
  readonly [index: number]: number;
  slice(from?: number, to?: number): Float64Array<ArrayBuffer>;
  subarray(from?: number, to?: number): F64;
}

export interface I32 extends Iterable<number> {
  readonly length: number;
  readonly [index: number]: number;
  slice(from?: number, to?: number): Int32Array<ArrayBuffer>;
}

export type Vec3 = readonly [number, number, number];

/** Checks at a public entry that `array` holds `shape` numbers; inside, indices are trusted. */
export function expectShape(name: string, array: { readonly length: number }, shape: readonly number[]): void {
  const expected = shape.reduce((product, extent) => product * extent, 1);
  if (array.length !== expected) {
    throw new InputError(
      `${name} has ${array.length} numbers, expected ${expected} = ${shape.join(" × ")}`,
      "check that the array belongs to this structure",
      { name, length: array.length, shape },
    );
  }
}

/** Throws a NumericError that names array, atom and axis of the first number that is not finite. */
export function expectFinite(name: string, array: F64, perAtom = 3, step?: number): void {
  for (let i = 0; i < array.length; i++) {
    if (!Number.isFinite(array[i]!)) {
      const atom = Math.floor(i / perAtom);
      const when = step === undefined ? "" : ` at step ${step}`;
      throw new NumericError(
        `${name} of atom ${atom + 1} is ${array[i]}${when}`,
        "atoms that overlap or a step that is too large are the usual causes",
        { name, atom, axis: i % perAtom, step },
      );
    }
  }
}

export function maxAbs(array: F64): number {
  let largest = 0;
  for (let i = 0; i < array.length; i++) largest = Math.max(largest, Math.abs(array[i]!));
  return largest;
}

/** Largest length of the 3-vectors of `vectors` [n,3]. */
export function maxNorm3(vectors: F64): number {
  let largest = 0;
  for (let i = 0; i < vectors.length; i += 3) {
    largest = Math.max(largest, vectors[i]! ** 2 + vectors[i + 1]! ** 2 + vectors[i + 2]! ** 2);
  }
  return Math.sqrt(largest);
}

export function dot(a: F64, b: F64): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
