import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { InputError, NumericError, Rng } from "../../../src/base/index.js";
import { matmul, symmetricEigen, symmetricEigenvalues } from "../../../src/numerics/index.js";

interface Case {
  readonly n: number;
  readonly matrix: number[];
  readonly values: number[];
}
const fixture = new URL("../../../fixtures/scipy/eigenvalues/expected.json", import.meta.url);
const cases = JSON.parse(readFileSync(fixture, "utf8")) as Record<string, Case>;

function randomSymmetric(n: number, seed: number): Float64Array {
  const rng = Rng.fromSeed(seed);
  const a = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) a[i * n + j] = a[j * n + i] = rng.normal();
  return a;
}

/** max |V Vᵀ − 1| and max |V A − Λ V| / max |λ|. */
function faults(matrix: Float64Array, n: number): { orthogonality: number; residual: number; values: Float64Array } {
  const { values, vectors } = symmetricEigen(matrix, n);
  const shape = { rows: n, inner: n, columns: n };
  const gram = matmul(vectors, vectors, { ...shape, transposeB: true });
  const turned = matmul(vectors, matrix, shape);
  const norm = Math.max(Math.abs(values[0]!), Math.abs(values[n - 1]!), Number.MIN_VALUE);
  let orthogonality = 0;
  let residual = 0;
  for (let k = 0; k < n; k++) {
    for (let j = 0; j < n; j++) {
      orthogonality = Math.max(orthogonality, Math.abs(gram[k * n + j]! - (k === j ? 1 : 0)));
      residual = Math.max(residual, Math.abs(turned[k * n + j]! - values[k]! * vectors[k * n + j]!) / norm);
    }
  }
  return { orthogonality, residual, values };
}

// Backward stable algorithms keep both faults to a modest multiple of ε times a slowly growing function of n.
const bound = (n: number) => 1e-15 * (10 + n);

describe("symmetricEigen", () => {
  for (const [name, { n, matrix, values }] of Object.entries(cases)) {
    it(`${name}: values of LAPACK, orthonormal vectors, small residual`, () => {
      const result = faults(Float64Array.from(matrix), n);
      const norm = Math.max(...values.map(Math.abs));
      const error = Math.max(...values.map((value, k) => Math.abs(value - result.values[k]!))) / norm;
      // Weyl: a backward error of bound·‖A‖ moves no eigenvalue by more; LAPACK's own error counts as much again.
      expect(error).toBeLessThan(2 * bound(n));
      expect(result.orthogonality).toBeLessThan(bound(n));
      expect(result.residual).toBeLessThan(bound(n));
    });
  }

  // Sizes around the borders of the blocks and of the split into halves.
  it.each([
    1, 2, 3, 4, 5, 7, 16, 24, 25, 26, 31, 32, 33, 48, 49, 50, 51, 63, 64, 65, 66, 96, 97, 100, 127, 130, 160, 257, 579,
  ])("random matrix of size %i", (n) => {
    const result = faults(randomSymmetric(n, n), n);
    expect(result.orthogonality).toBeLessThan(bound(n));
    expect(result.residual).toBeLessThan(bound(n));
  });

  it("the second-difference matrix has 4 sin²(kπ/2(n+1))", () => {
    const n = 101;
    const a = new Float64Array(n * n);
    for (let i = 0; i < n; i++) {
      a[i * n + i] = 2;
      if (i > 0) a[i * n + i - 1] = a[(i - 1) * n + i] = -1;
    }
    const values = symmetricEigenvalues(a, n);
    for (let k = 1; k <= n; k++)
      expect(Math.abs(values[k - 1]! - 4 * Math.sin((k * Math.PI) / (2 * (n + 1))) ** 2)).toBeLessThan(4 * bound(n));
  });

  it("values are the same to rounding with and without vectors", () => {
    const n = 70;
    const a = randomSymmetric(n, 3);
    const pairs = symmetricEigen(a, n);
    const only = symmetricEigenvalues(a, n);
    const norm = Math.abs(pairs.values[0]!);
    only.forEach((value, k) => void expect(Math.abs(value - pairs.values[k]!)).toBeLessThan(2 * norm * bound(n)));
    expect(symmetricEigen(a, n, { vectors: false }).vectors.length).toBe(0);
  });

  it("zero, identity, constant and diagonal matrices", () => {
    for (const n of [1, 5, 40, 90]) {
      expect(faults(new Float64Array(n * n), n)).toEqual({
        orthogonality: 0,
        residual: 0,
        values: new Float64Array(n),
      });
      const identity = new Float64Array(n * n);
      const diagonal = new Float64Array(n * n);
      for (let i = 0; i < n; i++) {
        identity[i * n + i] = 1;
        diagonal[i * n + i] = ((i * 37) % 11) - 5;
      }
      expect(faults(identity, n).values).toEqual(new Float64Array(n).fill(1));
      // Nothing is to be rotated, so the values come back to the bit.
      expect(faults(diagonal, n).values).toEqual(
        Float64Array.from({ length: n }, (_, i) => ((i * 37) % 11) - 5).sort(),
      );
      const constant = faults(new Float64Array(n * n).fill(1), n); // rank one: n and n − 1 zeros
      expect(constant.orthogonality).toBeLessThan(bound(n));
      expect(constant.residual).toBeLessThan(bound(n));
      expect(Math.abs(constant.values[n - 1]! - n)).toBeLessThan(n * bound(n));
    }
  });

  it("independent blocks and repeated blocks keep orthonormal vectors", () => {
    // 12 copies of one 10 × 10 block: every eigenvalue is twelvefold, as in a supercell of uncoupled cells.
    const block = randomSymmetric(10, 8);
    const n = 120;
    const a = new Float64Array(n * n);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < 10; j++) a[i * n + Math.floor(i / 10) * 10 + j] = block[(i % 10) * 10 + j]!;
    const result = faults(a, n);
    expect(result.orthogonality).toBeLessThan(bound(n));
    expect(result.residual).toBeLessThan(bound(n));
    const once = symmetricEigenvalues(block, 10);
    result.values.forEach(
      (value, k) => void expect(Math.abs(value - once[Math.floor(k / 12)]!)).toBeLessThan(10 * bound(n)),
    );
  });

  it("glued Wilkinson matrices: clusters that differ by 1e-14", () => {
    const copies = 8;
    const n = 21 * copies;
    const a = new Float64Array(n * n);
    for (let i = 0; i < n; i++) {
      a[i * n + i] = Math.abs((i % 21) - 10);
      if (i > 0) a[i * n + i - 1] = a[(i - 1) * n + i] = i % 21 === 0 ? 1e-14 : 1;
    }
    const result = faults(a, n);
    expect(result.orthogonality).toBeLessThan(bound(n));
    expect(result.residual).toBeLessThan(bound(n));
  });

  it("scaling by a power of two scales the values exactly and leaves the vectors alone", () => {
    const n = 60;
    const a = randomSymmetric(n, 11);
    const base = symmetricEigen(a, n);
    for (const power of [-900, -40, 300, 1000]) {
      const scaled = symmetricEigen(
        a.map((x) => x * 2 ** power),
        n,
      );
      expect(scaled.vectors).toEqual(base.vectors);
      expect(scaled.values).toEqual(base.values.map((x) => x * 2 ** power));
    }
  });

  it("graded matrix: elements from 1 to 1e-300", () => {
    const n = 50;
    const a = randomSymmetric(n, 12);
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) a[i * n + j]! *= 10 ** (-3 * (i + j));
    const result = faults(a, n);
    expect(result.orthogonality).toBeLessThan(bound(n));
    expect(result.residual).toBeLessThan(bound(n));
  });

  it("the input is unchanged and the answer is the same bits every time", () => {
    const n = 80;
    const a = randomSymmetric(n, 5);
    const kept = a.slice();
    const first = symmetricEigen(a, n);
    symmetricEigen(randomSymmetric(90, 6), 90); // other work in between
    expect(symmetricEigen(a, n)).toEqual(first);
    expect(a).toEqual(kept);
  });

  it("refuses what is not a finite matrix", () => {
    expect(() => symmetricEigen(Float64Array.of(1, 0, 0, Number.NaN), 2)).toThrow(NumericError);
    expect(() => symmetricEigen(Float64Array.of(1, Number.POSITIVE_INFINITY, 0, 1), 2)).toThrow(/element \(1, 2\)/);
    expect(() => symmetricEigen(new Float64Array(5), 2)).toThrow(InputError);
    expect(() => symmetricEigen(new Float64Array(0), 0)).toThrow(InputError);
  });
});
