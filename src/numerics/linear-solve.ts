// Linear equations A X = B by Gaussian elimination with partial pivoting, P A = L U (Golub and Van Loan, 3.4).
// Several right-hand sides stand beside each other: B is [n, m] row-major, and so is X.

import { expectShape, type F64, InputError, NumericError } from "../base/index.js";

/** P A = L U: L (unit diagonal) and U share `factors` [n,n]; row i of L U is row `order[i]` of A. */
export interface LuFactors {
  readonly n: number;
  readonly factors: F64; // [n,n]
  readonly order: Int32Array; // [n]
  /** +1 or −1: the sign of the row permutation. */
  readonly sign: number;
}

/** Factors `matrix` [n,n]; a pivot below n·ε of the largest element of its column means a singular matrix. */
export function luFactor(matrix: F64, n: number): LuFactors {
  expectShape("matrix", matrix, [n, n]);
  const lu = matrix.slice();
  const order = Int32Array.from({ length: n }, (_, i) => i);
  const columnSize = largestPerColumn(lu, n);
  let sign = 1;
  for (let k = 0; k < n; k++) {
    let pivotRow = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(lu[i * n + k]!) > Math.abs(lu[pivotRow * n + k]!)) pivotRow = i;
    const pivot = lu[pivotRow * n + k]!;
    if (!(Math.abs(pivot) > n * Number.EPSILON * columnSize[k]!)) throw singular(pivot, k, columnSize[k]!);
    if (pivotRow !== k) {
      swapRows(lu, n, [k, pivotRow]);
      [order[k], order[pivotRow]] = [order[pivotRow]!, order[k]!];
      sign = -sign;
    }
    for (let i = k + 1; i < n; i++) {
      const factor = lu[i * n + k]! / pivot;
      lu[i * n + k] = factor;
      if (factor !== 0) for (let j = k + 1; j < n; j++) lu[i * n + j]! -= factor * lu[k * n + j]!;
    }
  }
  return { n, factors: lu, order, sign };
}

/** X [n,m] of A X = `rhs` [n,m], by forward and back substitution. */
export function luSolve(lu: LuFactors, rhs: F64): Float64Array<ArrayBuffer> {
  const { n, factors, order } = lu;
  const m = rhs.length / n;
  if (!Number.isInteger(m))
    throw new InputError(
      `the right-hand side has ${rhs.length} numbers, not a multiple of n = ${n}`,
      "pass [n,m], row-major",
    );
  const x = new Float64Array(n * m);
  for (let i = 0; i < n; i++) for (let c = 0; c < m; c++) x[i * m + c] = rhs[order[i]! * m + c]!;
  for (let i = 0; i < n; i++)
    for (let k = 0; k < i; k++) subtractRow(x, m, { from: k, to: i, factor: factors[i * n + k]! });
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) subtractRow(x, m, { from: k, to: i, factor: factors[i * n + k]! });
    for (let c = 0; c < m; c++) x[i * m + c]! /= factors[i * n + i]!;
  }
  return x;
}

/** Solves A X = B for `matrix` [n,n] and `rhs` [n,m]; throws a NumericError with the pivot when A is singular. */
export function solveLinear(matrix: F64, n: number, rhs: F64): Float64Array<ArrayBuffer> {
  return luSolve(luFactor(matrix, n), rhs);
}

/** A⁻¹ [n,n]. */
export function invert(matrix: F64, n: number): Float64Array<ArrayBuffer> {
  const identity = new Float64Array(n * n);
  for (let i = 0; i < n; i++) identity[i * n + i] = 1;
  return solveLinear(matrix, n, identity);
}

function largestPerColumn(a: F64, n: number): Float64Array {
  const sizes = new Float64Array(n);
  for (let i = 0; i < n * n; i++) {
    const size = Math.abs(a[i]!);
    if (!(size <= Number.MAX_VALUE)) {
      throw new NumericError(
        `matrix element (${Math.floor(i / n) + 1}, ${(i % n) + 1}) is ${a[i]}`,
        "look at what built the matrix",
      );
    }
    if (size > sizes[i % n]!) sizes[i % n] = size;
  }
  return sizes;
}

function singular(pivot: number, column: number, size: number): NumericError {
  return new NumericError(
    `the matrix is singular: pivot ${pivot.toExponential(2)} in column ${column + 1}, whose largest element is ${size.toExponential(2)}`,
    "two of its rows say the same; remove one, or use a least-squares solution",
    { pivot, column, size },
  );
}

function swapRows(a: Float64Array, n: number, rows: readonly [number, number]): void {
  const kept = a.slice(rows[0] * n, rows[0] * n + n);
  a.copyWithin(rows[0] * n, rows[1] * n, rows[1] * n + n);
  a.set(kept, rows[1] * n);
}

function subtractRow(x: Float64Array, m: number, step: { from: number; to: number; factor: number }): void {
  const { from, to, factor } = step;
  if (factor === 0) return;
  for (let c = 0; c < m; c++) x[to * m + c]! -= factor * x[from * m + c]!;
}
