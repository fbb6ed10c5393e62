import { describe, expect, it } from "vitest";
import { chiSquareQuantile, chiSquareTail, studentQuantile, studentTail } from "../../../src/numerics/index.js";

describe("tails and quantiles", () => {
  it("Student's t: closed forms for one and two degrees of freedom, tables beyond", () => {
    for (const t of [0.01, 0.5, 3, 100]) {
      expect(studentTail(t, 1) / (1 - (2 / Math.PI) * Math.atan(t))).toBeCloseTo(1, 11);
      expect(studentTail(t, 2) / (1 - t / Math.sqrt(2 + t * t))).toBeCloseTo(1, t > 50 ? 8 : 11);
    }
    // Two-sided 95 %: Abramowitz and Stegun, table 26.10.
    for (const [freedom, t] of [
      [1, 12.706205],
      [9, 2.262157],
      [30, 2.042272],
      [Number.POSITIVE_INFINITY, 1.959964],
    ] as const)
      expect(studentQuantile(0.95, freedom)).toBeCloseTo(t, 6);
  });

  it("quantiles undo tails", () => {
    for (const freedom of [0.5, 3, 40]) {
      for (const p of [1e-6, 0.025, 0.5, 0.99]) {
        expect(chiSquareTail(chiSquareQuantile(p, freedom), freedom) / p).toBeCloseTo(1, 9);
        expect(studentTail(studentQuantile(1 - p, freedom), freedom) / p).toBeCloseTo(1, 9);
      }
    }
    expect(chiSquareQuantile(0.05, 1)).toBeCloseTo(3.841459, 6);
    expect(() => studentQuantile(1, 3)).toThrow(/a tail of 0/);
  });
});
