// Solutions of sparse homogeneous equations: they solve them, there are enough of them, and scaling does not matter.

import { describe, expect, it } from "vitest";
import { Rng } from "../../../src/base/index.js";
import { nullSpace, type SparseRow } from "../../../src/numerics/index.js";

/** `rank` random sparse equations, and `more` combinations of them. */
function equations(unknowns: number, rank: number, more: number): SparseRow[] {
  const rng = Rng.fromSeed(3);
  const dense = Array.from({ length: rank }, () =>
    Float64Array.from({ length: unknowns }, () => (rng.uniform() < 0.2 ? rng.normal() : 0)),
  );
  for (let k = 0; k < rank; k++) dense[k]![k] = 2; // independent
  for (let k = 0; k < more; k++) {
    const sum = new Float64Array(unknowns);
    for (let r = 0; r < rank; r++) {
      const factor = rng.normal();
      for (let j = 0; j < unknowns; j++) sum[j]! += factor * dense[r]![j]!;
    }
    dense.push(sum);
  }
  return dense.map((row) => {
    const at = [...row.keys()].filter((j) => row[j] !== 0);
    return { unknowns: at, values: at.map((j) => row[j]!) };
  });
}

describe("nullSpace", () => {
  const rows = equations(40, 12, 30);

  it("has as many parameters as unknowns less the rank, and solves every equation", () => {
    const space = nullSpace(rows, 40);
    expect(space.free.length).toBe(28);
    expect(space.bound.length).toBe(12);
    // Rounding of a dozen eliminations with pivots of at least a tenth of their row.
    expect(space.residual).toBeLessThan(1e-12);
    const rng = Rng.fromSeed(5);
    const y = Float64Array.from({ length: 28 }, () => rng.normal());
    const x = new Float64Array(40);
    for (const [k, unknown] of space.free.entries()) x[unknown] = y[k]!;
    for (const { unknown, parameters, values } of space.bound)
      x[unknown] = parameters.reduce((sum, f, k) => sum + values[k]! * y[f]!, 0);
    for (const row of rows) {
      const sum = row.unknowns.reduce((total, unknown, k) => total + row.values[k]! * x[unknown]!, 0);
      expect(Math.abs(sum) / Math.hypot(...row.values)).toBeLessThan(1e-11);
    }
  });

  it("does not change when equations are multiplied by numbers of very different size", () => {
    const scaled = rows.map((row, k) => ({ ...row, values: row.values.map((x) => x * 10 ** ((k % 13) - 6)) }));
    expect(nullSpace(scaled, 40).free).toEqual(nullSpace(rows, 40).free);
  });

  it("gives up preferred unknowns first where it can", () => {
    const preference = Float64Array.from({ length: 3 }, (_, j) => (j === 1 ? 0 : 1));
    const space = nullSpace([{ unknowns: [0, 1, 2], values: [1, 0.5, 1] }], 3, { preference });
    expect(space.free).toEqual([0, 2]);
    expect(space.bound[0]!.values).toEqual([-2, -2]);
  });

  it("without equations leaves all unknowns free", () => {
    expect(nullSpace([], 4).free).toEqual([0, 1, 2, 3]);
  });
});
