// Energies, forces and stresses of the Pedone potential against LAMMPS and against an independent numpy sum.
//
// Both fixtures hold the Coulomb and the short-range part apart. LAMMPS' Coulomb constant in units metal is 14.399645 eV Å, ours and
// numpy's come from CODATA 2018; the Coulomb part is proportional to it, so it is scaled by the ratio before it is compared.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { COULOMB_CONSTANT } from "../../src/base/index.js";
import { type Engine, kernelsAvailable, makeForceField, namedForceFieldSpec } from "../../src/forces/index.js";
import { type Crystal, makeCell, makeCrystal } from "../../src/structure/index.js";

interface Part {
  readonly energy: number;
  readonly forces: readonly number[];
  readonly stress: readonly number[];
}

interface Fixture {
  readonly coulombConstant: number;
  readonly structure: { readonly cell: number[]; readonly species: string[]; readonly positions: number[] };
  readonly coulomb: Part;
  readonly short: Part;
}

const read = (code: string, name: string): Fixture =>
  JSON.parse(readFileSync(new URL(`../../fixtures/${code}/${name}/expected.json`, import.meta.url), "utf8")) as Fixture;

const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((largest, x, i) => Math.max(largest, Math.abs(x - b[i]!)), 0);

const spec = namedForceFieldSpec("pedone-2006");
const exact = makeForceField({ ...spec, coulomb: { method: "ewald", accuracy: 1e-12 } }, { engine: "twin" });
const engines: readonly Engine[] = kernelsAvailable() ? ["twin", "kernel"] : ["twin"];

for (const name of ["pedone-li3po4", "pedone-li3po4-triclinic", "pedone-li3po4-ge193"]) {
  describe(name, () => {
    for (const code of ["lammps", "numpy-ewald"]) {
      const fixture = read(code, name);
      const { cell, species, positions } = fixture.structure;
      const crystal: Crystal = makeCrystal({ cell: makeCell(cell), species, positions });
      const scale = COULOMB_CONSTANT / fixture.coulombConstant;
      const total = (key: "forces" | "stress"): number[] =>
        fixture.short[key].map((x, i) => x + scale * fixture.coulomb[key][i]!);
      const energy = fixture.short.energy + scale * fixture.coulomb.energy;

      it(`${code}: energy to 1e-9 eV/atom, forces to 1e-8 eV/Å, stress to 1e-10 eV/Å³`, () => {
        const session = exact.attach(crystal);
        const forces = new Float64Array(positions.length);
        const stress = new Float64Array(9);
        const found = session.evaluate(crystal.positions, forces, stress);
        // the two references differ from each other by 1e-10 eV/atom, 3e-10 eV/Å and 6e-13 eV/Å³ (provenance.json)
        expect(Math.abs(found - energy) / species.length).toBeLessThan(1e-9);
        expect(largestDifference(forces, total("forces"))).toBeLessThan(1e-8);
        expect(largestDifference(stress, total("stress"))).toBeLessThan(1e-10);
        const parts = session.energyParts(crystal.positions);
        expect(Math.abs(parts["coulomb"]! - scale * fixture.coulomb.energy) / species.length).toBeLessThan(1e-9);
      });

      for (const engine of engines) {
        it(`${code}: ${engine} as shipped (Ewald 1e-8) energy to 1e-7 eV/atom, forces to 1e-6 eV/Å`, () => {
          const forces = new Float64Array(positions.length);
          const session = makeForceField(spec, { engine }).attach(crystal);
          const found = session.evaluate(crystal.positions, forces);
          session.dispose();
          expect(Math.abs(found - energy) / species.length).toBeLessThan(1e-7);
          expect(largestDifference(forces, total("forces"))).toBeLessThan(1e-6);
        });
      }
    }
  });
}
