// Coordinate descent on moments against scikit-learn's on rows, and against what the minimum itself must fulfil.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Rng } from "../../../src/base/index.js";
import {
  alphaPath,
  largestAlpha,
  lassoPath,
  leastSquares,
  momentsOf,
  normalEquations,
  residualSquare,
  symmetricEigenvalues,
} from "../../../src/numerics/index.js";

interface Case {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  readonly design: number[];
  readonly target: number[];
  readonly weights: number[];
  readonly largestAlpha: number;
  readonly alphas: number[];
  readonly coefficients: number[][];
  readonly weighted: number[][];
}

const file = new URL("../../../fixtures/sklearn/lasso-path/expected.json", import.meta.url);
const { cases } = JSON.parse(readFileSync(file, "utf8")) as { cases: Case[] };
const moments = ({ design, target }: Case) => momentsOf(Float64Array.from(design), Float64Array.from(target));

describe.each(cases)("LASSO of a $name design", (sample) => {
  const m = moments(sample);

  it("agrees with scikit-learn along the path, with and without weights", () => {
    const runs = [
      { options: { tolerance: 1e-15 }, expected: sample.coefficients },
      { options: { tolerance: 1e-15, weights: Float64Array.from(sample.weights) }, expected: sample.weighted },
    ];
    for (const { options, expected } of runs) {
      const path = lassoPath(m, sample.alphas, options);
      // Coefficients of order 1, both solved to a gap of 1e-13: flat directions (condition 1e3 of X) leave 1e-5 at most.
      for (const [k, { coefficients }] of path.entries())
        for (const [j, wanted] of expected[k]!.entries())
          expect(Math.abs(coefficients[j]! - wanted), `α ${k}, ${j}`).toBeLessThan(2e-5);
    }
  });

  it("fulfils the conditions of the minimum: |X_jᵀr| ≤ nα, equal where φ_j is not zero", () => {
    const [last] = lassoPath(m, [sample.alphas[1]!], { tolerance: 1e-14 });
    const p = sample.columns;
    for (let j = 0; j < p; j++) {
      let slope = m.projection[j]!;
      for (let k = 0; k < p; k++) slope -= m.gram[j * p + k]! * last!.coefficients[k]!;
      const bound = sample.rows * sample.alphas[1]!;
      // A gap of 1e-14 yᵀy leaves the slopes off by its root, 1e-7 of their scale.
      expect(Math.abs(slope)).toBeLessThan(bound * (1 + 1e-5));
      if (last!.coefficients[j] !== 0) expect(slope / bound).toBeCloseTo(Math.sign(last!.coefficients[j]!), 5);
    }
  });

  it("is all zero from the largest α on, and not just below", () => {
    const top = largestAlpha(m);
    expect(top).toBeCloseTo(sample.largestAlpha, 12);
    const [above, below] = lassoPath(m, [top * (1 + 1e-12), top * 0.99]);
    expect(above!.coefficients.every((x) => x === 0)).toBe(true);
    expect(below!.coefficients.some((x) => x !== 0)).toBe(true);
  });

  it("does not depend on where a path starts", () => {
    const alphas = alphaPath(m, { count: 12, depth: 1e-3 });
    const warm = lassoPath(m, alphas, { tolerance: 1e-14 }).at(-1)!;
    const [cold] = lassoPath(m, [alphas.at(-1)!], { tolerance: 1e-14 });
    // Both are within 1e-14 yᵀy of one minimum; in the wide design its flat directions are bounded by |φ|₁, which α keeps.
    const difference = Math.max(...Array.from(warm.coefficients, (x, j) => Math.abs(x - cold!.coefficients[j]!)));
    expect(difference).toBeLessThan(1e-4);
    expect(warm.converged && cold!.converged).toBe(true);
  });
});

it("a coefficient of infinite weight stays zero, one of no weight is not shrunk", () => {
  const m = moments(cases[0]!);
  const weights = new Float64Array(12).fill(1e6);
  weights[0] = 0;
  const [solution] = lassoPath(m, [1], { weights, tolerance: 1e-12 });
  expect(solution!.coefficients.slice(1).every((x) => x === 0)).toBe(true);
  expect(solution!.coefficients[0]).toBeCloseTo(m.projection[0]! / m.gram[0]!, 10);
});

describe("least squares from moments", () => {
  const sample = cases[0]!;
  const m = moments(sample);
  const direct = leastSquares(Float64Array.from(sample.design), Float64Array.from(sample.target));

  it("agrees with QR of the rows", () => {
    const coefficients = normalEquations(m).solve(m.projection);
    // Condition about 30: moments lose its square, 1e3 ε.
    for (const [j, wanted] of direct.coefficients.entries()) expect(coefficients[j]).toBeCloseTo(wanted, 10);
    expect(residualSquare(m, coefficients)).toBeCloseTo(direct.chiSquare, 10);
  });

  it("counts directions the rows say nothing about, and answers with the shortest solution", () => {
    const wide = moments(cases[1]!);
    const equations = normalEquations(wide);
    expect(equations.rank).toBe(20);
    expect(equations.condition).toBe(Number.POSITIVE_INFINITY);
    // 30 unknowns and 20 rows: every row is met.
    expect(residualSquare(wide, equations.solve(wide.projection)) / wide.square).toBeLessThan(1e-10);
  });
});

it("normal equations of many columns: several blocks of the factor agree with eigenpairs, condition within 2 %", () => {
  const [rows, p] = [600, 250];
  const rng = Rng.fromSeed(2);
  const design = Float64Array.from({ length: rows * p }, (_, e) => rng.normal() * (1 + (e % p)) + rng.uniform());
  const y = Float64Array.from({ length: rows }, () => rng.normal());
  const m = momentsOf(design, y);
  const { condition, rank, solve } = normalEquations(m);
  const direct = leastSquares(design, y);
  const x = solve(m.projection);
  expect(rank).toBe(p);
  // Scaled condition about 5: rounding of 600-term sums, relative to coefficients of 1e-3 and more.
  for (let j = 0; j < p; j++) expect(Math.abs(x[j]! - direct.coefficients[j]!)).toBeLessThan(1e-12);
  const scaled = Float64Array.from(
    m.gram,
    (g, e) => g / Math.sqrt(m.gram[Math.floor(e / p) * (p + 1)]! * m.gram[(e % p) * (p + 1)]!),
  );
  const values = symmetricEigenvalues(scaled, p);
  expect(condition / Math.sqrt(values[p - 1]! / values[0]!)).toBeGreaterThan(0.98);
  expect(condition / Math.sqrt(values[p - 1]! / values[0]!)).toBeLessThan(1.0001);
});
