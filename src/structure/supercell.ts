// Repeating a cell. The rows of the new cell are A' = M A with M an integer matrix; the new atoms are the old ones moved by
// every lattice translation T (integers, T A in Å) that lies in the new cell: |det M| of them.

import { type I32, InputError } from "../base/index.js";
import { type Cell, cellWidths, makeCell, multiply3 } from "./cell.js";
import { atomCount, type Crystal } from "./crystal.js";

export interface Supercell {
  readonly crystal: Crystal;
  /** [3,3] integers, rows of the new cell in units of the old. */
  readonly matrix: I32;
  /** [n] atom of the original crystal each new atom copies. */
  readonly primitiveAtom: I32;
  /** [n,3] lattice translation T of each new atom: position = original position + T · original vectors, exactly. */
  readonly translation: I32;
}

/**
 * Repeats `crystal`: three numbers repeat along a, b, c; nine are the rows of any integer matrix whose determinant is not zero
 * (a negative one gives a left-handed cell). Atoms come cell by cell, c fastest; labels and masses are kept, positions are not
 * wrapped.
 * @throws InputError for a matrix that is not of integers, spans no volume or repeats along a direction that is not periodic.
 */
export function supercell(crystal: Crystal, matrix: ArrayLike<number>): Supercell {
  const m = integerMatrix(matrix);
  checkPeriodic(crystal.cell, m);
  const translations = translationsInside(m);
  const n = atomCount(crystal);
  const total = n * translations.length;
  const positions = new Float64Array(3 * total);
  const primitiveAtom = new Int32Array(total);
  const translation = new Int32Array(3 * total);
  const v = crystal.cell.vectors;
  for (const [block, t] of translations.entries()) {
    for (let i = 0; i < n; i++) {
      const at = block * n + i;
      primitiveAtom[at] = i;
      for (let k = 0; k < 3; k++) {
        translation[3 * at + k] = t[k]!;
        positions[3 * at + k] = crystal.positions[3 * i + k]! + t[0]! * v[k]! + t[1]! * v[3 + k]! + t[2]! * v[6 + k]!;
      }
    }
  }
  return {
    crystal: {
      cell: makeCell(multiply3(Float64Array.from(m), v), crystal.cell.periodic),
      elements: crystal.elements,
      kinds: primitiveAtom.map((i) => crystal.kinds[i]!),
      masses: Float64Array.from(primitiveAtom, (i) => crystal.masses[i]!),
      positions,
      ...(crystal.labels ? { labels: Array.from(primitiveAtom, (i) => crystal.labels![i]!) } : {}),
    },
    matrix: m,
    primitiveAtom,
    translation,
  };
}

/** Fewest repeats along a, b, c that make every periodic width at least `width` Å. */
export function repeatsForWidth(cell: Cell, width: number): [number, number, number] {
  const widths = cellWidths(cell);
  // A width that falls short by rounding alone needs no second copy.
  const repeats = (axis: number): number =>
    cell.periodic[axis] ? Math.max(1, Math.ceil(width / widths[axis]! - 1e-9)) : 1;
  return [repeats(0), repeats(1), repeats(2)];
}

function integerMatrix(matrix: ArrayLike<number>): Int32Array<ArrayBuffer> {
  const given = Array.from(matrix);
  if (given.length !== 3 && given.length !== 9) {
    throw new InputError(
      `a supercell takes 3 or 9 integers, got ${given.length}`,
      "three repeats, or the rows of a 3 × 3 matrix",
    );
  }
  const fraction = given.find((x) => !Number.isInteger(x));
  if (fraction !== undefined)
    throw new InputError(`supercell entries are integers, got ${fraction}`, "round it, or use another cell");
  const m = given.length === 3 ? [given[0]!, 0, 0, 0, given[1]!, 0, 0, 0, given[2]!] : given;
  const integers = Int32Array.from(m);
  if (determinant(integers) === 0) {
    throw new InputError(`the supercell matrix [${given.join(", ")}] has determinant 0`, "its rows must span a volume");
  }
  return integers;
}

function checkPeriodic(cell: Cell, m: I32): void {
  for (let axis = 0; axis < 3; axis++) {
    if (cell.periodic[axis]) continue;
    for (let other = 0; other < 3; other++) {
      const expected = axis === other ? 1 : 0;
      if (m[3 * axis + other] !== expected || m[3 * other + axis] !== expected) {
        throw new InputError(
          `the crystal is not periodic along ${"abc"[axis]}, so it cannot be repeated or mixed along it`,
          `keep row and column ${axis + 1} of the matrix as in the unit matrix`,
          { matrix: [...m] },
        );
      }
    }
  }
}

const determinant = (m: I32): number =>
  m[0]! * (m[4]! * m[8]! - m[5]! * m[7]!) -
  m[1]! * (m[3]! * m[8]! - m[5]! * m[6]!) +
  m[2]! * (m[3]! * m[7]! - m[4]! * m[6]!);

/**
 * All T with T M⁻¹ in [0,1)³, in integers: T adj(M) sgn(det) in [0, |det|). The Hermite form of M (row operations keep the
 * lattice) is triangular, so one T per class modulo the superlattice is a box of its diagonal; each is then moved into the cell.
 */
function translationsInside(m: I32): number[][] {
  const det = determinant(m);
  const adjugate = adjugateOf(m);
  const [p, q, r] = hermiteDiagonal(m);
  const found: number[][] = [];
  for (let i = 0; i < p; i++) {
    for (let j = 0; j < q; j++) {
      for (let k = 0; k < r; k++) found.push(moveInside([i, j, k], m, adjugate, det));
    }
  }
  return found.sort((a, b) => a[0]! - b[0]! || a[1]! - b[1]! || a[2]! - b[2]!);
}

function adjugateOf(m: I32): number[] {
  const [a, b, c, d, e, f, g, h, i] = m as unknown as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return [
    e * i - f * h,
    c * h - b * i,
    b * f - c * e,
    f * g - d * i,
    a * i - c * g,
    c * d - a * f,
    d * h - e * g,
    b * g - a * h,
    a * e - b * d,
  ];
}

/** T − floor(T M⁻¹) M, without rounding. */
function moveInside(t: readonly number[], m: I32, adjugate: readonly number[], det: number): number[] {
  const out = [...t];
  const size = Math.abs(det);
  for (let row = 0; row < 3; row++) {
    const scaled = Math.sign(det) * (t[0]! * adjugate[row]! + t[1]! * adjugate[3 + row]! + t[2]! * adjugate[6 + row]!);
    const remainder = ((scaled % size) + size) % size;
    const cells = (scaled - remainder) / size;
    for (let k = 0; k < 3; k++) out[k] = out[k]! - cells * m[3 * row + k]!;
  }
  return out;
}

/** Diagonal of the Hermite normal form: ratios of the greatest common divisors of the minors of the leading columns. */
function hermiteDiagonal(m: I32): [number, number, number] {
  const minor = (i: number, j: number): number => m[3 * i]! * m[3 * j + 1]! - m[3 * i + 1]! * m[3 * j]!;
  const first = gcd(gcd(m[0]!, m[3]!), m[6]!);
  const second = gcd(gcd(minor(0, 1), minor(0, 2)), minor(1, 2));
  return [first, second / first, Math.abs(determinant(m)) / second];
}

function gcd(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return Math.abs(a);
}
