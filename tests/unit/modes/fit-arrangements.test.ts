// Random displacements and the supercells they are made in.

import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/base/index.js";
import { nearCubicSupercell, randomDisplacements } from "../../../src/modes/index.js";
import { chain, hcp, nacl, rutile, supercell } from "../../../src/structure/index.js";

describe("randomDisplacements", () => {
  const crystal = supercell(nacl(), [3, 3, 3]).crystal;

  it("moves every atom by the same length in directions without preference", () => {
    const all = randomDisplacements(crystal, { seed: 1 });
    expect(all.length).toBe(30);
    const moment = new Float64Array(9);
    let count = 0;
    for (const u of all)
      for (let i = 0; i < u.length; i += 3) {
        expect(Math.hypot(u[i]!, u[i + 1]!, u[i + 2]!)).toBeCloseTo(0.03, 14);
        for (let e = 0; e < 9; e++) moment[e]! += (u[i + Math.floor(e / 3)]! * u[i + (e % 3)]!) / 0.03 ** 2;
        count++;
      }
    // ⟨n_a n_b⟩ = δ_ab/3; its scatter for one direction is √(4/45) and √(1/15), five of them over √count are allowed.
    for (let e = 0; e < 9; e++)
      expect(Math.abs(moment[e]! / count - (e % 4 === 0 ? 1 / 3 : 0))).toBeLessThan((5 * 0.3) / Math.sqrt(count));
  });

  it("a longer set begins with the shorter one, another seed is another set", () => {
    const some = randomDisplacements(crystal, { seed: 1, count: 3 });
    expect(randomDisplacements(crystal, { seed: 1, count: 5 }).slice(0, 3)).toEqual(some);
    expect(randomDisplacements(crystal, { seed: 2, count: 1 })[0]).not.toEqual(some[0]);
  });

  it("normal lengths have the variance asked for along every axis", () => {
    const [u] = randomDisplacements(crystal, { seed: 4, count: 1, lengths: "normal", lengthA: 0.1 });
    const variance = u!.reduce((sum, x) => sum + x * x, 0) / u!.length;
    // Relative scatter of a variance over m numbers: √(2/m), five of them.
    expect(Math.abs(variance / 0.01 - 1)).toBeLessThan(5 * Math.sqrt(2 / u!.length));
  });

  it("refuses lengths and counts that mean nothing", () => {
    expect(() => randomDisplacements(crystal, { seed: 1, lengthA: 0 })).toThrow(InputError);
    expect(() => randomDisplacements(crystal, { seed: 1, count: 0 })).toThrow(InputError);
  });
});

describe("nearCubicSupercell", () => {
  it("makes cubes of the primitive cell of rock salt", () => {
    const found = nearCubicSupercell(nacl({ primitive: true }));
    // 8 m³ atoms are cubes: 216 is the only one between 80 and 300 (64 and 512 are not).
    expect(found.atoms).toBe(216);
    expect(found.edgeRatio).toBeCloseTo(1, 12);
    expect(found.skew).toBeCloseTo(0, 12);
  });

  it.each([
    ["hcp", hcp(), 1.15],
    ["rutile", rutile(), 1.1],
  ])("%s: edges within some per cent and a right number of atoms", (_, crystal, ratio) => {
    const found = nearCubicSupercell(crystal);
    expect(found.atoms).toBeGreaterThanOrEqual(80);
    expect(found.atoms).toBeLessThanOrEqual(300);
    expect(found.edgeRatio).toBeLessThan(ratio);
    expect(found.skew).toBeLessThan(0.01);
    expect(supercell(crystal, found.matrix).primitiveAtom.length).toBe(found.atoms);
  });

  it("says which number of atoms would do", () => {
    expect(() => nearCubicSupercell(nacl(), { atLeast: 81, atMost: 87 })).toThrow(/no supercell of a cell of 8 atoms/);
    expect(() => nearCubicSupercell(chain(), { atLeast: 10, atMost: 5 })).toThrow(InputError);
  });
});
