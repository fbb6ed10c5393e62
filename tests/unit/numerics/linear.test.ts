import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { InputError, NumericError, Rng } from "../../../src/base/index.js";
import {
  assignment,
  choleskyFactor,
  choleskySolve,
  invert,
  matmul,
  solveLinear,
  solveSymmetric,
  transpose,
} from "../../../src/numerics/index.js";

const random = (count: number, seed: number) => {
  const rng = Rng.fromSeed(seed);
  return Float64Array.from({ length: count }, () => rng.normal());
};
const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((worst, x, i) => Math.max(worst, Math.abs(x - b[i]!)), 0);

describe("matmul", () => {
  it("is the sum of products, transposed or not, at any size", () => {
    const sizes = [
      [1, 1, 1],
      [2, 3, 4],
      [5, 1, 7],
      [17, 33, 9],
      [64, 64, 64],
      [65, 130, 66],
      [3, 300, 5],
      [100, 7, 101],
      [4, 0, 3],
    ] as const;
    for (const [rows, inner, columns] of sizes) {
      const a = random(rows * inner, 1);
      const b = random(inner * columns, 2);
      const expected = new Float64Array(rows * columns);
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < columns; j++)
          for (let p = 0; p < inner; p++) expected[i * columns + j]! += a[i * inner + p]! * b[p * columns + j]!;
      const at = transpose(a, rows, inner);
      const bt = transpose(b, inner, columns);
      const shape = { rows, inner, columns };
      // inner products of normal numbers in another order: √inner · a few ε, 10σ
      const tolerance = 1e-14 * Math.sqrt(inner + 1);
      expect(largestDifference(matmul(a, b, shape), expected)).toBeLessThan(tolerance);
      expect(largestDifference(matmul(at, b, { ...shape, transposeA: true }), expected)).toBeLessThan(tolerance);
      expect(largestDifference(matmul(a, bt, { ...shape, transposeB: true }), expected)).toBeLessThan(tolerance);
      expect(
        largestDifference(matmul(at, bt, { ...shape, transposeA: true, transposeB: true }), expected),
      ).toBeLessThan(tolerance);
    }
  });
  it("small whole numbers multiply exactly", () => {
    const n = 70;
    const a = Float64Array.from({ length: n * n }, (_, i) => ((i * 7) % 13) - 6);
    const b = Float64Array.from({ length: n * n }, (_, i) => ((i * 5) % 11) - 5);
    const c = matmul(a, b, { rows: n, inner: n, columns: n });
    for (let i = 0; i < n; i += 9) {
      for (let j = 0; j < n; j += 8) {
        let sum = 0;
        for (let p = 0; p < n; p++) sum += a[i * n + p]! * b[p * n + j]!;
        expect(c[i * n + j]).toBe(sum);
      }
    }
  });
  it("refuses shapes that do not fit", () => {
    expect(() => matmul(new Float64Array(4), new Float64Array(5), { rows: 2, inner: 2, columns: 2 })).toThrow(
      InputError,
    );
  });
});

describe("linear equations", () => {
  it("solveLinear: A X = B for several right-hand sides, pivoting needed", () => {
    const n = 40;
    const a = random(n * n, 4);
    a[0] = 0; // without pivoting the first step divides by zero
    const x = random(n * 3, 5);
    const b = matmul(a, x, { rows: n, inner: n, columns: 3 });
    // ε times the condition number, about 10³ for a random matrix of this size
    expect(largestDifference(solveLinear(a, n, b), x)).toBeLessThan(1e-11);
    const product = matmul(invert(a, n), a, { rows: n, inner: n, columns: n });
    for (let i = 0; i < n; i++) product[i * n + i]! -= 1;
    expect(largestDifference(product, new Float64Array(n * n))).toBeLessThan(1e-11);
  });
  it("a singular matrix is an error that names the pivot", () => {
    const a = Float64Array.of(1, 2, 3, 2, 4, 6, 1, 0, 1);
    expect(() => solveLinear(a, 3, Float64Array.of(1, 1, 1))).toThrow(NumericError);
    expect(() => invert(new Float64Array(4), 2)).toThrow(/pivot 0\.00e\+0 in column 1/);
  });
  it("Cholesky: L Lᵀ = A, and its solution", () => {
    const n = 25;
    const r = random(n * n, 6);
    const a = matmul(r, r, { rows: n, inner: n, columns: n, transposeB: true });
    for (let i = 0; i < n; i++) a[i * n + i]! += 1; // smallest eigenvalue ≥ 1, condition number about 100
    const l = choleskyFactor(a, n);
    expect(largestDifference(matmul(l, l, { rows: n, inner: n, columns: n, transposeB: true }), a)).toBeLessThan(1e-12);
    const x = random(2 * n, 7);
    expect(largestDifference(choleskySolve(l, n, matmul(a, x, { rows: n, inner: n, columns: 2 })), x)).toBeLessThan(
      1e-12,
    );
    expect(() => choleskyFactor(Float64Array.of(1, 2, 2, 1), 2)).toThrow(/not positive definite/);
  });
  it("solveSymmetric: indefinite, and the least solution of a singular one", () => {
    const a = Float64Array.of(0, 2, 2, 0); // indefinite, zero diagonal
    expect(largestDifference(solveSymmetric(a, Float64Array.of(2, 6), { n: 2 }), [3, 1])).toBeLessThan(1e-14);
    // A spring between two atoms: forces ±1 on k = 2; the translation is left out, so the displacements sum to zero.
    const spring = Float64Array.of(2, -2, -2, 2);
    expect(() => solveSymmetric(spring, Float64Array.of(1, -1), { n: 2 })).toThrow(NumericError);
    expect(
      largestDifference(solveSymmetric(spring, Float64Array.of(1, -1), { n: 2, nullTolerance: 1e-10 }), [0.25, -0.25]),
    ).toBeLessThan(1e-15);
  });
});

describe("assignment", () => {
  interface Case {
    readonly rows: number;
    readonly columns: number;
    readonly kind: string;
    readonly cost: number[];
    readonly columnOf: number[];
    readonly total: number;
  }
  const fixture = new URL("../../../fixtures/scipy/assignment/expected.json", import.meta.url);
  const cases = JSON.parse(readFileSync(fixture, "utf8")) as Case[];

  it.each(cases)(
    "reaches scipy's optimum: $rows × $columns, $kind costs",
    ({ rows, columns, kind, cost, columnOf, total }) => {
      const result = assignment(Float64Array.from(cost), rows, columns);
      expect(new Set(result.columnOf).size).toBe(rows);
      // sums of up to 30 numbers of size 10
      expect(Math.abs(result.total - total)).toBeLessThan(1e-12);
      // Real random costs have one optimum; whole ones have many of equal total.
      if (kind === "real") expect(Array.from(result.columnOf)).toEqual(columnOf);
    },
  );
  it("equal costs give the identity; forbidden pairs are avoided", () => {
    expect(Array.from(assignment(new Float64Array(12).fill(3), 3, 4).columnOf)).toEqual([0, 1, 2]);
    const no = Number.POSITIVE_INFINITY;
    const result = assignment(Float64Array.of(no, 1, 1, no), 2, 2);
    expect(Array.from(result.columnOf)).toEqual([1, 0]);
    expect(() => assignment(Float64Array.of(1, no, 2, no), 2, 2)).toThrow(InputError);
    expect(() => assignment(new Float64Array(6), 3, 2)).toThrow(InputError);
    expect(() => assignment(Float64Array.of(Number.NaN), 1, 1)).toThrow(NumericError);
  });
  it("adding a constant to a row changes the total by it and the assignment not", () => {
    const cost = random(20 * 25, 9);
    const before = assignment(cost, 20, 25);
    for (let j = 0; j < 25; j++) cost[3 * 25 + j]! += 100;
    const after = assignment(cost, 20, 25);
    expect(after.columnOf).toEqual(before.columnOf);
    expect(Math.abs(after.total - before.total - 100)).toBeLessThan(1e-12);
  });
});
