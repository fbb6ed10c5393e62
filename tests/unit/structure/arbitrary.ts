// Random cells and points for property tests. Vectors are 2 to 10 Å long and the cell fills at least a tenth of the box they
// could span, which keeps the matrices well conditioned and the number of near images small.

import fc from "fast-check";
import { type Cell, makeCell } from "../../../src/structure/index.js";

// One seed for all property tests of this folder: a run can be repeated.
fc.configureGlobal({ seed: 20240611 });

export function cells(periodic: Cell["periodic"] = [true, true, true]): fc.Arbitrary<Cell> {
  const component = fc.double({ min: -1, max: 1, noNaN: true });
  const length = fc.double({ min: 2, max: 10, noNaN: true });
  return fc
    .tuple(
      fc.tuple(component, component, component, component, component, component, component, component, component),
      fc.tuple(length, length, length),
    )
    .filter(([c]) => [0, 1, 2].every((i) => Math.hypot(c[3 * i]!, c[3 * i + 1]!, c[3 * i + 2]!) > 0.2))
    .map(([c, lengths]) =>
      c.map(
        (x, i) =>
          (x * lengths[Math.floor(i / 3)]!) / Math.hypot(...c.slice(3 * Math.floor(i / 3), 3 * Math.floor(i / 3) + 3)),
      ),
    )
    .filter((vectors) => Math.abs(determinant(vectors)) > 0.1 * product(vectors))
    .map((vectors) => makeCell(vectors, periodic));
}

const determinant = (v: readonly number[]): number =>
  v[0]! * (v[4]! * v[8]! - v[5]! * v[7]!) +
  v[1]! * (v[5]! * v[6]! - v[3]! * v[8]!) +
  v[2]! * (v[3]! * v[7]! - v[4]! * v[6]!);

const product = (v: readonly number[]): number =>
  [0, 3, 6].reduce((total, i) => total * Math.hypot(v[i]!, v[i + 1]!, v[i + 2]!), 1);

/** [n,3] fractional coordinates of magnitude up to `size`. */
export const points = (n: number, size = 3): fc.Arbitrary<Float64Array<ArrayBuffer>> =>
  fc
    .array(fc.double({ min: -size, max: size, noNaN: true }), { minLength: 3 * n, maxLength: 3 * n })
    .map((list) => Float64Array.from(list));
