import { describe, expect, it } from "vitest";
import { CapabilityError, maxAbs, Rng } from "../../../src/base/index.js";
import {
  acousticSumResidual,
  asymmetry,
  type ForceConstants,
  forceConstants,
  forceConstantsFrom,
  imposeAcousticSumRule,
  solveModes,
  symmetrised,
} from "../../../src/modes/index.js";
import { lennardJones, pairField, siteField } from "../../helpers/analytic-fields.js";
import { lennardJonesHcp, shaken, springSalt } from "../../helpers/small-crystals.js";
import { roundingOfFrequency } from "../../helpers/spectra.js";

const { crystal: salt, field: springs } = springSalt();

const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.max(...Array.from(a, (x, i) => Math.abs(x - b[i]!)));

/** Force constants with every rule broken by random amounts of `size` eV/Å². */
function spoiled(constants: ForceConstants, size: number): ForceConstants {
  const rng = Rng.fromSeed(11);
  return forceConstantsFrom(
    constants.reference,
    Float64Array.from(constants.values, (x) => x + size * rng.normal()),
  );
}

describe("forceConstants", () => {
  it("central differences meet the analytic derivatives with an error that falls as h²", async () => {
    const crystal = shaken(lennardJonesHcp().crystal, 0.02, 2);
    const field = lennardJonesHcp().field;
    const { values: exact } = await forceConstants(crystal, field, { method: "analytic" });
    const errorAt = async (stepA: number): Promise<number> =>
      largestDifference((await forceConstants(crystal, field, { method: "differences", stepA })).values, exact) /
      maxAbs(exact);
    const [coarse, fine] = [await errorAt(0.02), await errorAt(0.01)];
    // Truncation h² U''''/6U'' = h² 371/6r² = 8e-4 at h = 0.01 Å for Lennard-Jones at its minimum r = 2.8 Å.
    expect(fine).toBeLessThan(1e-3);
    // A pure h² law gives 4; the h⁴ term at 0.02 Å is a per cent of it.
    expect(coarse / fine).toBeGreaterThan(3.9);
    expect(coarse / fine).toBeLessThan(4.1);
  });

  it("falls back to differences where there are no second derivatives, and refuses if they were demanded", async () => {
    const field = pairField(lennardJones(0.1, 2.8), { cutoff: 4.4, hessian: false });
    const { crystal } = lennardJonesHcp();
    const { values } = await forceConstants(crystal, field);
    const { values: exact } = await forceConstants(crystal, lennardJonesHcp().field);
    expect(largestDifference(values, exact) / maxAbs(exact)).toBeLessThan(1e-3); // as above
    await expect(forceConstants(crystal, field, { method: "analytic" })).rejects.toThrow(CapabilityError);
  });

  it("an outer potential breaks the sum rule: kept on request, noted when removed", async () => {
    const held = siteField("held", (x, slope) => {
      for (let a = 0; a < 3; a++) slope[a] = 2 * x[a]!;
      return x[0] ** 2 + x[1] ** 2 + x[2] ** 2;
    });
    const kept = await forceConstants(salt, held, { sumRule: "keep" });
    // E = Σ x², so Φ = 2 on the diagonal and every row sums to 2; the force is linear, so differences are exact to rounding.
    expect(kept.acousticSumResidual).toBeCloseTo(2, 10);
    expect(acousticSumResidual(kept.values)).toBeCloseTo(2, 10);
    const removed = await forceConstants(salt, held);
    expect(acousticSumResidual(removed.values)).toBeLessThan(1e-12);
    expect(removed.notes?.map((note) => note.code)).toEqual(["acoustic-sum-large"]);
    expect(removed.notes![0]!.message).toContain("2.000");
  });

  it("does not change what it is given, and stops when told to", async () => {
    const before = salt.positions.slice();
    await forceConstants(salt, springs, { method: "differences" });
    expect(salt.positions).toEqual(before);
    const reason = new Error("enough");
    const stopped = forceConstants(salt, springs, { method: "differences", signal: AbortSignal.abort(reason) });
    await expect(stopped).rejects.toBe(reason);
  });
});

describe("imposeAcousticSumRule", () => {
  it("leaves rows that sum to zero and a symmetric table, and tells what it removed", async () => {
    const raw = spoiled(await forceConstants(salt, springs), 0.01);
    const fixed = imposeAcousticSumRule(raw);
    expect(acousticSumResidual(fixed.values)).toBeLessThan(1e-12); // 24 roundings of numbers near 10
    expect(asymmetry(fixed.values)).toBeLessThan(1e-14);
    expect(fixed.acousticSumResidual).toBe(acousticSumResidual(raw.values));
    expect(raw.acousticSumResidual).toBe(fixed.acousticSumResidual);
  });

  it("is the limit of symmetrising and subtracting row means in turn", async () => {
    const raw = spoiled(await forceConstants(salt, springs), 0.05);
    const size = 3 * salt.kinds.length;
    let values = raw.values.slice();
    for (let pass = 0; pass < 60; pass++) {
      values = symmetrised(values);
      for (let row = 0; row < size; row++) {
        for (let axis = 0; axis < 3; axis++) {
          let mean = 0;
          for (let column = axis; column < size; column += 3) mean += values[row * size + column]! / (size / 3);
          for (let column = axis; column < size; column += 3) values[row * size + column]! -= mean;
        }
      }
    }
    // The alternation halves what is left in every pass: 2⁻⁶⁰ × 0.05 is below rounding.
    expect(largestDifference(imposeAcousticSumRule(raw).values, values)).toBeLessThan(1e-13);
  });

  it("changes nothing that already obeys both rules", async () => {
    const clean = await forceConstants(salt, springs);
    expect(largestDifference(imposeAcousticSumRule(clean).values, clean.values)).toBeLessThan(1e-13);
  });

  it("brings the acoustic modes to zero where spoiled constants do not", async () => {
    const raw = spoiled(await forceConstants(salt, springs), 0.01);
    const lowest = (constants: ForceConstants): number[] =>
      [...solveModes(constants).frequencies]
        .map(Math.abs)
        .sort((a, b) => a - b)
        .slice(0, 3);
    expect(Math.max(...lowest(raw))).toBeGreaterThan(0.01);
    const { count, frequencies } = solveModes(imposeAcousticSumRule(raw));
    const zero = roundingOfFrequency(0, { count, largest: frequencies[count - 1]! });
    expect(Math.max(...lowest(imposeAcousticSumRule(raw)))).toBeLessThan(zero);
  });
});
