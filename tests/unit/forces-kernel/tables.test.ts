import { describe, expect, it } from "vitest";
import { makeSplitting } from "../../../src/forces/kernel-splitting.js";
import {
  borderOf,
  HEAD,
  makeTables,
  type PairFunction,
  pairFunctions,
  ROW,
  rowOf,
} from "../../../src/forces/tables.js";
import { oxide, phosphate } from "./systems.js";

/** What the kernel reads from a table at r: U and U′. */
function lookUp(made: ReturnType<typeof makeTables>, index: number, r: number): readonly [number, number] {
  const { grid, tables } = made;
  const { scale, offset, rows } = tables[index]!;
  const u = Math.max(grid.lowest, Math.min(grid.highest, r * r * scale + offset));
  const row = rowOf(u, grid.bits);
  const x = u - borderOf(row, grid.bits);
  const c = rows.subarray(ROW * (row - grid.first), ROW * (row - grid.first + 1));
  const value = c.reduceRight((sum, a) => sum * x + a, 0);
  const slope = c.reduceRight((sum, a, k) => (k ? sum * x + k * a : sum), 0);
  return [-0.5 * value, -scale * r * slope];
}

/** A smooth function that stops at each of `steps`, by a jump of its value there. */
function stepping(steps: readonly number[]): PairFunction {
  return {
    kindA: 0,
    kindB: 0,
    minimum: 0.4,
    cutoff: steps.at(-1)!,
    steps,
    radial(r, out) {
      out.fill(0);
      for (const end of steps) {
        if (r >= end) continue;
        out[0] = out[0]! + Math.exp(-r);
        out[1] = out[1]! - Math.exp(-r);
        out[2] = out[2]! + Math.exp(-r);
      }
    },
  };
}

describe("pair tables", () => {
  it("give energies to 1e-10 eV and slopes to 1e-8 eV/Å at distances ions have", () => {
    const functions = pairFunctions(oxide(phosphate, 1e-8, 15), makeSplitting(8, 22));
    const made = makeTables(functions);
    const out = new Float64Array(3);
    let [energyError, slopeError] = [0, 0];
    functions.forEach((pair, index) => {
      for (let r = 1.2; r < pair.cutoff; r += 0.00737) {
        pair.radial(r, out);
        const [energy, slope] = lookUp(made, index, r);
        energyError = Math.max(energyError, Math.abs(energy - out[0]!) / Math.max(1, Math.abs(out[0]!)));
        slopeError = Math.max(slopeError, Math.abs(slope - out[1]!) / Math.max(1, Math.abs(out[1]!)));
      }
    });
    // The grid is chosen for 1e-11 and 1e-9 at samples of every sixth row; ten times that between samples.
    expect(energyError).toBeLessThan(1e-10);
    expect(slopeError).toBeLessThan(1e-8);
  });

  for (const steps of [[7.3], [6.1234, 9.87], [3.0001, 12.5], [8.4, 8.5]]) {
    it(`step exactly at ${steps.join(" and ")} Å`, () => {
      const pair = stepping(steps);
      const made = makeTables([pair]);
      const out = new Float64Array(3);
      for (const end of steps) {
        for (const r of [end * (1 - 1e-9), end * (1 + 1e-9)]) {
          out.fill(0);
          if (r < pair.cutoff) pair.radial(r, out);
          const [energy, slope] = lookUp(made, 0, r);
          // a blurred step would be wrong by half of e^{−r} ≥ 4e-6
          expect(Math.abs(energy - out[0]!)).toBeLessThan(1e-10);
          expect(Math.abs(slope - out[1]!)).toBeLessThan(1e-8);
        }
      }
    });
  }

  it("end a third step a little early instead of blurring it into a spike", () => {
    const pair = stepping([4.11, 5.37, 7.3]);
    const made = makeTables([pair]);
    for (let r = 3.9; r < 7.5; r += 0.0003) {
      // the exact slope is between −3e^{−r} and 0 everywhere; a spike would be e^{−r}/(row of 0.02 Å) = 50 e^{−r}
      const [, slope] = lookUp(made, 0, r);
      expect(slope).toBeLessThan(1e-8);
      expect(slope).toBeGreaterThan(-3 * Math.exp(-r) - 1e-8);
    }
  });

  it("are NaN below the minimum distance and zero beyond the cut-off", () => {
    const pair = stepping([7.3]);
    const made = makeTables([pair]);
    for (const r of [0, 0.1, 0.399]) expect(lookUp(made, 0, r)[0]).toBeNaN();
    expect(lookUp(made, 0, 0.45)[0]).toBeCloseTo(Math.exp(-0.45), 9);
    for (const r of [7.3, 8, 20, 1e15]) for (const value of lookUp(made, 0, r)) expect(Math.abs(value)).toBe(0);
    expect(HEAD * 8).toBe(32); // the offset of the first row that the kernel has built in
  });
});
