// Linear equations with a symmetric matrix: Cholesky's A = L Lᵀ when it is positive definite, its eigenpairs when it is not.

import { expectShape, type F64, InputError, NumericError } from "../base/index.js";
import { symmetricEigen } from "./eigen.js";
import { matmul } from "./matmul.js";

/** Lower triangular L [n,n] with A = L Lᵀ; throws a NumericError when A is not positive definite. Reads the lower triangle. */
export function choleskyFactor(matrix: F64, n: number): Float64Array<ArrayBuffer> {
  expectShape("matrix", matrix, [n, n]);
  const l = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= l[i * n + k]! * l[j * n + k]!;
      if (j < i) {
        l[i * n + j] = sum / l[j * n + j]!;
        continue;
      }
      if (!(sum > n * Number.EPSILON * Math.abs(matrix[i * n + i]!))) {
        throw new NumericError(
          `the matrix is not positive definite: pivot ${sum.toExponential(2)} in row ${i + 1}, diagonal ${matrix[i * n + i]!.toExponential(2)}`,
          "use solveSymmetric for an indefinite matrix",
          { pivot: sum, row: i },
        );
      }
      l[i * n + i] = Math.sqrt(sum);
    }
  }
  return l;
}

/** X [n,m] of L Lᵀ X = `rhs` [n,m]. */
export function choleskySolve(factor: F64, n: number, rhs: F64): Float64Array<ArrayBuffer> {
  expectShape("factor", factor, [n, n]);
  const m = columnsOf(rhs, n);
  const x = rhs.slice();
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) for (let c = 0; c < m; c++) x[i * m + c]! -= factor[i * n + k]! * x[k * m + c]!;
    for (let c = 0; c < m; c++) x[i * m + c]! /= factor[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) for (let c = 0; c < m; c++) x[i * m + c]! -= factor[k * n + i]! * x[k * m + c]!;
    for (let c = 0; c < m; c++) x[i * m + c]! /= factor[i * n + i]!;
  }
  return x;
}

export interface SymmetricSolveOptions {
  /**
   * Directions with |λ| ≤ nullTolerance · max|λ| are left out (a Moore–Penrose solution), for matrices with known zero
   * modes. Default: none is left out, and a |λ| below n·ε·max|λ| throws.
   */
  readonly nullTolerance?: number;
}

/** X [n,m] of A X = `rhs` [n,m] for a symmetric, possibly indefinite A: X = Σ_k v_k (v_k·B)/λ_k. */
export function solveSymmetric(
  matrix: F64,
  rhs: F64,
  options: SymmetricSolveOptions & { readonly n: number },
): Float64Array<ArrayBuffer> {
  const { n, nullTolerance } = options;
  const m = columnsOf(rhs, n);
  const { values, vectors } = symmetricEigen(matrix, n);
  const largest = Math.max(Math.abs(values[0]!), Math.abs(values[n - 1]!));
  const amplitudes = matmul(vectors, rhs, { rows: n, inner: n, columns: m });
  for (let k = 0; k < n; k++) {
    const small = Math.abs(values[k]!) <= (nullTolerance ?? n * Number.EPSILON) * largest;
    if (small && nullTolerance === undefined) {
      throw new NumericError(
        `the matrix is singular: eigenvalue ${values[k]!.toExponential(2)} beside a largest of ${largest.toExponential(2)}`,
        "if the zero modes are expected, pass nullTolerance",
        { eigenvalue: values[k]!, largest },
      );
    }
    for (let c = 0; c < m; c++) amplitudes[k * m + c] = small ? 0 : amplitudes[k * m + c]! / values[k]!;
  }
  return matmul(vectors, amplitudes, { rows: n, inner: n, columns: m, transposeA: true });
}

function columnsOf(rhs: F64, n: number): number {
  const m = rhs.length / n;
  if (!Number.isInteger(m))
    throw new InputError(
      `the right-hand side has ${rhs.length} numbers, not a multiple of n = ${n}`,
      "pass [n,m], row-major",
    );
  return m;
}
