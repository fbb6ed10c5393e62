import { describe, expect, it } from "vitest";
import { NumericError, Rng } from "../../../src/base/index.js";
import { denseKernels, denseTwins } from "../../../src/kernels/index.js";
import { hermitianEigen, symmetricEigen } from "../../../src/numerics/index.js";

/** A random Hermitian matrix [n,n,2]. */
function randomHermitian(n: number, seed: number): Float64Array {
  const rng = Rng.fromSeed(seed);
  const matrix = new Float64Array(2 * n * n);
  for (let i = 0; i < n; i++) {
    matrix[2 * (i * n + i)] = rng.normal();
    for (let j = 0; j < i; j++) {
      const [re, im] = [rng.normal(), rng.normal()];
      matrix.set([re, im], 2 * (i * n + j));
      matrix.set([re, -im], 2 * (j * n + i));
    }
  }
  return matrix;
}

/** Largest |A v − λ v| and largest |v_k*·v_l − δ_kl|. */
function residuals(matrix: Float64Array, n: number, pairs: { values: Float64Array; vectors: Float64Array }) {
  let [equation, orthogonality] = [0, 0];
  const { values, vectors } = pairs;
  for (let k = 0; k < n; k++) {
    for (let i = 0; i < n; i++) {
      let re = -values[k]! * vectors[2 * (k * n + i)]!;
      let im = -values[k]! * vectors[2 * (k * n + i) + 1]!;
      let [dotRe, dotIm] = [i === k ? -1 : 0, 0];
      for (let j = 0; j < n; j++) {
        const [a, b] = [matrix[2 * (i * n + j)]!, matrix[2 * (i * n + j) + 1]!];
        const [x, y] = [vectors[2 * (k * n + j)]!, vectors[2 * (k * n + j) + 1]!];
        const [u, v] = [vectors[2 * (i * n + j)]!, vectors[2 * (i * n + j) + 1]!];
        re += a * x - b * y;
        im += a * y + b * x;
        dotRe += u * x + v * y;
        dotIm += u * y - v * x;
      }
      equation = Math.max(equation, Math.hypot(re, im));
      orthogonality = Math.max(orthogonality, Math.hypot(dotRe, dotIm));
    }
  }
  return { equation, orthogonality };
}

describe("Hermitian eigenproblem", () => {
  it.each([1, 2, 3, 5, 8, 33, 96, 150])("A v = λ v, orthonormal, n = %i", (n) => {
    const matrix = randomHermitian(n, n);
    const pairs = hermitianEigen(matrix, n);
    const { equation, orthogonality } = residuals(matrix, n, pairs);
    // backward stable: a modest multiple of n ε |A|, |A| ~ 2√n
    expect(equation).toBeLessThan(40 * n * Math.sqrt(n) * Number.EPSILON);
    expect(orthogonality).toBeLessThan(40 * n * Number.EPSILON);
    expect([...pairs.values]).toEqual([...pairs.values].sort((a, b) => a - b));
    const alone = hermitianEigen(matrix, n, { vectors: false });
    for (let k = 0; k < n; k++) expect(Math.abs(alone.values[k]! - pairs.values[k]!)).toBeLessThan(1e-13 * 4 * n);
  });

  it("two by two in closed form", () => {
    // (a, z; z*, b): (a+b)/2 ± √(((a−b)/2)² + |z|²)
    const { values } = hermitianEigen(Float64Array.of(2, 0, 3, 4, 3, -4, -1, 0), 2);
    const half = Math.sqrt(1.5 ** 2 + 25);
    expect(values[0]).toBeCloseTo(0.5 - half, 13);
    expect(values[1]).toBeCloseTo(0.5 + half, 13);
  });

  it("a real matrix has the eigenvalues of the real solver", () => {
    const n = 40;
    const matrix = randomHermitian(n, 5);
    for (let i = 1; i < matrix.length; i += 2) matrix[i] = 0;
    const real = Float64Array.from({ length: n * n }, (_, i) => matrix[2 * i]!);
    const [a, b] = [hermitianEigen(matrix, n).values, symmetricEigen(real, n).values];
    for (let k = 0; k < n; k++) expect(Math.abs(a[k]! - b[k]!)).toBeLessThan(1e-13 * n);
  });

  it("degenerate values keep orthonormal vectors", () => {
    // U diag(1,1,1,2,2,…) U* with U from another problem: projectors of rank 3 and n − 3
    const n = 24;
    const u = hermitianEigen(randomHermitian(n, 9), n).vectors;
    const matrix = new Float64Array(2 * n * n);
    for (let k = 0; k < n; k++) {
      const value = k < 3 ? 1 : 2;
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) {
          const [a, b] = [u[2 * (k * n + i)]!, u[2 * (k * n + i) + 1]!];
          const [c, d] = [u[2 * (k * n + j)]!, u[2 * (k * n + j) + 1]!];
          matrix[2 * (i * n + j)]! += value * (a * c + b * d);
          matrix[2 * (i * n + j) + 1]! += value * (b * c - a * d);
        }
      }
    }
    const pairs = hermitianEigen(matrix, n);
    const { equation, orthogonality } = residuals(matrix, n, pairs);
    expect(equation).toBeLessThan(1e-12); // as above, |A| = 2
    expect(orthogonality).toBeLessThan(1e-12);
    for (let k = 0; k < n; k++) expect(Math.abs(pairs.values[k]! - (k < 3 ? 1 : 2))).toBeLessThan(1e-13 * n);
  });

  it.each([1, 2, 7, 40])("kernel and twin give the same values, n = %i", (n) => {
    const matrix = randomHermitian(n, 31 + n).map((x) => x / 8);
    const re = Float64Array.from({ length: n * n }, (_, i) => matrix[2 * i]!);
    const im = Float64Array.from({ length: n * n }, (_, i) => matrix[2 * i + 1]!);
    const [fast, plain] = [denseKernels(), denseTwins].map((kernels) => kernels.hermitianEigen(re, im, n, true));
    for (let k = 0; k < n; k++) expect(Math.abs(fast!.values[k]! - plain!.values[k]!)).toBeLessThan(1e-14 * 4 * n);
    // vectors of single values agree up to a phase: |v·w| = 1
    for (let k = 0; k < n; k++) {
      let [a, b] = [0, 0];
      for (let i = k * n; i < (k + 1) * n; i++) {
        a += fast!.re[i]! * plain!.re[i]! + fast!.im[i]! * plain!.im[i]!;
        b += fast!.re[i]! * plain!.im[i]! - fast!.im[i]! * plain!.re[i]!;
      }
      expect(Math.abs(Math.hypot(a, b) - 1)).toBeLessThan(1e-11); // gap of random values ~ 1/n, error ~ n² ε
    }
  });

  it("names the element that is not finite", () => {
    const matrix = randomHermitian(3, 1);
    matrix[2 * (1 * 3 + 2) + 1] = Number.NaN;
    expect(() => hermitianEigen(matrix, 3)).toThrow(NumericError);
    expect(() => hermitianEigen(matrix, 3)).toThrow("(2, 3)");
  });
});
