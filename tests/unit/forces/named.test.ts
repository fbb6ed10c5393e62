import { describe, expect, it } from "vitest";
import { convert } from "../../../src/base/index.js";
import {
  forceFieldNames,
  makeForceField,
  namedForceField,
  namedForceFieldSpec,
  parseForceFieldSpec,
} from "../../../src/forces/index.js";
import type { Crystal } from "../../../src/structure/index.js";
import { argon, rockSalt } from "../../helpers/crystals.js";

describe("named sets", () => {
  for (const name of forceFieldNames()) {
    it(`${name} is valid, survives JSON, and says where it is from`, () => {
      const spec = namedForceFieldSpec(name);
      expect(parseForceFieldSpec(JSON.parse(JSON.stringify(spec)))).toEqual(spec);
      expect(spec.source?.doi).toMatch(/^10\.\d{4,}\//);
      expect(spec.source?.note?.length).toBeGreaterThan(40);
      expect(namedForceField(name).can.elements.length).toBeGreaterThan(0);
    });
  }

  it("pedone-2006 neutralises every oxide at its oxidation state: charges are 0.6 e per valence", () => {
    const valence = { O: -2, Li: 1, Na: 1, K: 1, Ca: 2, Al: 3, Si: 4, Ge: 4, Zr: 4, P: 5 } as const;
    const { charges } = namedForceFieldSpec("pedone-2006");
    for (const [element, z] of Object.entries(valence)) expect(charges![element]).toBeCloseTo(0.6 * z, 12);
    expect(Object.keys(charges!).sort()).toEqual(Object.keys(valence).sort());
  });

  /** Lattice parameter (Å) of vanishing pressure and the energy (eV per cell) there, by bisection on the trace of the stress. */
  function atRest(
    name: string,
    make: (a: number) => Crystal,
    low: number,
    high: number,
  ): { a: number; energy: number } {
    const field = makeForceField(namedForceFieldSpec(name), { engine: "twin" });
    const stress = new Float64Array(9);
    let energy = 0;
    for (let step = 0; step < 30; step++) {
      const crystal = make((low + high) / 2);
      energy = field.attach(crystal).evaluate(crystal.positions, new Float64Array(crystal.positions.length), stress);
      if (stress[0]! + stress[4]! + stress[8]! < 0) low = (low + high) / 2;
      else high = (low + high) / 2;
    }
    return { a: (low + high) / 2, energy };
  }

  it("tosi-fumi-nacl has the lattice constant and cohesion it was fitted to", () => {
    const { a, energy } = atRest("tosi-fumi-nacl", (x) => rockSalt("Na", "Cl", x), 5.2, 6.2);
    // fitted to room temperature (5.64 Å) with the thermal pressure taken out: the static lattice is smaller by about 1 %
    expect(Math.abs(a / 5.6 - 1)).toBeLessThan(0.015);
    // lattice energy of NaCl, 10.1016/0022-3697(64)90160-X: 183.1 kcal/mol at 298 K; a static lattice has a little more
    expect(Math.abs(energy / 4 + convert("energy", 183.1, "kcal/mol", "eV"))).toBeLessThan(0.15);
  });

  it("rahman-1964 summed far enough gives the lattice sums of fcc argon", () => {
    const spec = namedForceFieldSpec("rahman-1964");
    const [cutoffA, diameter, depth] = [40, 3.4, 0.0103407999];
    const crystal = argon(5.3);
    const energy = makeForceField({ ...spec, cutoffA }, { engine: "twin" })
      .attach(crystal)
      .evaluate(crystal.positions, new Float64Array(12));
    // E/ε = 2 (12.13188 x² − 14.45392 x), x = (σ/d)⁶ (Kittel, Introduction to Solid State Physics, chapter 3); beyond the cut-off the
    // atoms count as a continuum, which at 40 Å = 10.7 d is right to the fluctuation of the last shell, ~1e-5
    const x = (diameter / (5.3 / Math.SQRT2)) ** 6;
    const beyond = ((-8 * Math.PI) / 3) * (4 / 5.3 ** 3) * diameter ** 3 * (diameter / cutoffA) ** 3;
    expect(Math.abs(energy / 4 / depth + beyond - 2 * (12.13188 * x * x - 14.45392 * x))).toBeLessThan(2e-4);
  });
});
