// Eigenvalues and eigenvectors of real symmetric and of Hermitian matrices: A v_k = λ_k v_k, v_k·v_l = δ_kl, λ ascending.
// The work is done in src/kernels (docs/theory/numerics.md, section 1); here the input is checked and scaled.

import { expectShape, type F64, InputError, NumericError } from "../base/index.js";
import { denseKernels, type EigenPairs } from "../kernels/index.js";

export type { EigenPairs };

export interface EigenOptions {
  /** Also compute the vectors; without them it is several times faster. Default true. */
  readonly vectors?: boolean;
}

/**
 * Eigenpairs of `matrix` [n,n]: values [n] ascending, vectors [n,n] with vector k in row k, orthonormal.
 * The matrix is taken as symmetric; where it is not, the mean of both triangles is used.
 * The signs and the basis inside a degenerate group are deterministic but otherwise arbitrary.
 */
export function symmetricEigen(matrix: F64, n: number, options: EigenOptions = {}): EigenPairs {
  if (!Number.isInteger(n) || n < 1)
    throw new InputError(`a matrix needs at least one row, got n = ${n}`, "pass n ≥ 1");
  expectShape("matrix", matrix, [n, n]);
  const scale = powerOfTwoNear(largestElement(matrix, n));
  const scaled = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      // Halves first: the sum of two elements near the largest number would overflow.
      const mean = 0.5 * (matrix[i * n + j]! / scale) + 0.5 * (matrix[j * n + i]! / scale);
      scaled[i * n + j] = mean;
      scaled[j * n + i] = mean;
    }
  }
  const { values, vectors } = solved(n, () => denseKernels().symmetricEigen(scaled, n, options.vectors ?? true));
  for (let k = 0; k < n; k++) values[k]! *= scale;
  return { values, vectors };
}

/** Eigenvalues only, ascending. */
export function symmetricEigenvalues(matrix: F64, n: number): Float64Array<ArrayBuffer> {
  return symmetricEigen(matrix, n, { vectors: false }).values;
}

export interface ComplexEigenPairs {
  readonly values: Float64Array<ArrayBuffer>; // [n] ascending
  readonly vectors: Float64Array<ArrayBuffer>; // [n,n,2], vector k is row k; empty when not asked for
}

/**
 * Eigenpairs of a Hermitian `matrix` [n,n,2] (re, im): A v_k = λ_k v_k, v_k*·v_l = δ_kl. It is taken as Hermitian; where it is
 * not, its Hermitian part is used. The phases and the basis inside a degenerate group are deterministic but otherwise arbitrary.
 */
export function hermitianEigen(matrix: F64, n: number, options: EigenOptions = {}): ComplexEigenPairs {
  if (!Number.isInteger(n) || n < 1)
    throw new InputError(`a matrix needs at least one row, got n = ${n}`, "pass n ≥ 1");
  expectShape("matrix", matrix, [n, n, 2]);
  const scale = powerOfTwoNear(largestElement(matrix, n, 2));
  const [re, im] = [new Float64Array(n * n), new Float64Array(n * n)];
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const [here, there] = [2 * (i * n + j), 2 * (j * n + i)];
      const real = 0.5 * (matrix[here]! / scale) + 0.5 * (matrix[there]! / scale);
      const imaginary = 0.5 * (matrix[here + 1]! / scale) - 0.5 * (matrix[there + 1]! / scale);
      re[i * n + j] = real;
      re[j * n + i] = real;
      im[i * n + j] = imaginary;
      im[j * n + i] = -imaginary;
    }
  }
  const pairs = solved(n, () => denseKernels().hermitianEigen(re, im, n, options.vectors ?? true));
  const vectors = new Float64Array(2 * pairs.re.length);
  for (let k = 0; k < pairs.re.length; k++) {
    vectors[2 * k] = pairs.re[k]!;
    vectors[2 * k + 1] = pairs.im[k]!;
  }
  return { values: pairs.values.map((value) => value * scale), vectors };
}

function solved<T>(n: number, solve: () => T): T {
  try {
    return solve();
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new NumericError(
      `the eigenvalues of a ${n} × ${n} matrix were not found`,
      "please report the matrix: none is known that does this",
      { n },
      cause,
    );
  }
}

function largestElement(matrix: F64, n: number, parts = 1): number {
  let largest = 0;
  for (let i = 0; i < matrix.length; i++) {
    const size = Math.abs(matrix[i]!);
    if (!(size <= Number.MAX_VALUE)) {
      const row = Math.floor(i / (parts * n));
      const column = Math.floor((i % (parts * n)) / parts);
      throw new NumericError(
        `matrix element (${row + 1}, ${column + 1}) is ${matrix[i]}`,
        "look for overlapping atoms or a failed force evaluation in what built the matrix",
        { row, column },
      );
    }
    if (size > largest) largest = size;
  }
  return largest;
}

/** The power of two with 2^k ≤ x < 2^{k+1}, so that scaling by it is exact; 1 for 0. From the bits: Math.log2 may differ between engines. */
function powerOfTwoNear(x: number): number {
  if (x === 0) return 1;
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, x);
  const biased = bits.getUint16(0) >> 4; // 0 for numbers below 2⁻¹⁰²²
  return 2 ** (Math.max(biased, 1) - 1023);
}
