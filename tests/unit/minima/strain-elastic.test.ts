import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { maxAbs } from "../../../src/base/index.js";
import { makeForceField, namedForceFieldSpec } from "../../../src/forces/index.js";
import { strainElastic, strainOf, voigtStress } from "../../../src/minima/index.js";
import { makeCell, makeCrystal } from "../../../src/structure/index.js";
import { lennardJonesFcc } from "../../helpers/small-crystals.js";

interface Case {
  readonly cell: number[];
  readonly positions: number[];
  readonly constants: number[];
}
const lammps = JSON.parse(
  readFileSync(new URL("../../../fixtures/lammps/elastic/expected.json", import.meta.url), "utf8"),
) as { readonly strain: number; readonly salt: Case; readonly packing: Case; readonly packingClamped: Case };

const off = (found: ArrayLike<number>, expected: readonly number[]): number =>
  Math.max(...expected.map((x, k) => Math.abs(x - found[k]!))) / maxAbs(Float64Array.from(expected));

describe("elastic constants against LAMMPS", () => {
  it("rock salt with the ions of Fumi and Tosi", async () => {
    const { cell, positions, constants } = lammps.salt;
    const species = ["Na", "Na", "Na", "Na", "Cl", "Cl", "Cl", "Cl"];
    const crystal = makeCrystal({ cell: makeCell(cell), species, positions });
    const field = makeForceField({ ...namedForceFieldSpec("tosi-fumi-nacl"), cutoffA: 9.5 });
    const found = await strainElastic(crystal, field, { strain: lammps.strain });
    // LAMMPS' e²/4πε₀ is 3e-8 off, its erfc 1e-7 of a real-space part that is 1e-2 of the whole; our sum is good to 1e-8
    expect(off(found.constants, constants)).toBeLessThan(1e-6);
  });

  it.each(["response", "relax"] as const)(
    "close packing, atoms at rest in every strained cell: %s",
    async (internal) => {
      const { cell, positions, constants } = lammps.packing;
      const crystal = makeCrystal({ cell: makeCell(cell), species: ["Mg", "Mg"], positions });
      const field = makeForceField({
        name: "LJ",
        pairs: { "Mg-Mg": [{ form: "lennard-jones", depthEv: 0.1, diameterA: 2.5 }] },
        cutoffA: 6.5,
      });
      const found = await strainElastic(crystal, field, { strain: lammps.strain, internal });
      // "response" is the limit of no strain, the other two of h: they part by h⁴/480 of a steepness of 18⁴
      expect(off(found.constants, constants)).toBeLessThan(1e-6);
      expect(off(found.clamped, lammps.packingClamped.constants)).toBeLessThan(1e-7);
      expect(found.notes.map(({ code }) => code)).toEqual(["stress-not-zero"]);
    },
  );
});

describe("strains", () => {
  it("are Voigt's: work done by a stress is the plain sum over six components", () => {
    const stress = Float64Array.of(1, 6, 5, 6, 2, 4, 5, 4, 3);
    const six = voigtStress(stress);
    for (let component = 0; component < 6; component++) {
      const work = strainOf(component, 1).reduce((sum, x, k) => sum + stress[k]! * (x - (k % 4 === 0 ? 1 : 0)), 0);
      expect(work).toBe(six[component]);
    }
  });

  it("an error of the differences is h⁴: four times the strain, 256 times the error", async () => {
    const { crystal, field } = lennardJonesFcc();
    const at = async (strain: number) =>
      (await strainElastic(crystal, field, { strain, internal: "clamped" })).constants;
    const [fine, middle, coarse] = [await at(2e-3), await at(8e-3), await at(32e-3)];
    const growth = Math.abs(coarse[0]! - fine[0]!) / Math.abs(middle[0]! - fine[0]!);
    // the next order, h⁶, adds (0.032 × 18)² / 12 of it
    expect(Math.abs(growth / 256 - 1)).toBeLessThan(0.1);
  });
});
