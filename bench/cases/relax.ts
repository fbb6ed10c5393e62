// Relaxation to 1e-5 eV/Å, because every hop starts and ends with one: the count of evaluations is the minimiser's, the time per
// evaluation the force field's. Ge-substituted Li3PO4 with an interstitial Li, every atom off its place by 0.08 Å.
// Good: 193 atoms in at most 150 evaluations; 32 atoms with their cell in at most 80.

import { readFileSync } from "node:fs";
import { type ForceField, namedForceField } from "../../src/forces/index.js";
import { type Minimum, type RelaxOptions, relax } from "../../src/minima/index.js";
import { type Crystal, makeCell, makeCrystal } from "../../src/structure/index.js";

export const name = "relax";
export const unit = "evaluations";
/** Smallest first. */
export const sizes = [32, 193] as const;

/** Structures of the LAMMPS comparisons: γ-Li3PO4 as measured, and the rattled Ge-substituted cell (fixed seed). */
function structure(atoms: (typeof sizes)[number]): Crystal {
  const folder = atoms === 32 ? "pedone-li3po4" : "pedone-li3po4-ge193";
  const file = new URL(`../../fixtures/lammps/${folder}/expected.json`, import.meta.url);
  const { cell, species, positions } = JSON.parse(readFileSync(file, "utf8")).structure;
  return makeCrystal({ cell: makeCell(cell), species, positions });
}

/** What is timed: one relaxation. Resolves to how many evaluations it took. */
export async function prepare(atoms: (typeof sizes)[number]): Promise<() => Promise<number>> {
  const crystal = structure(atoms);
  const options: RelaxOptions = { cell: atoms === 32 ? "full" : "fixed" };
  return async () => {
    const { field, evaluations } = counted(namedForceField("pedone-2006"));
    const rest: Minimum = await relax(crystal, field, options);
    if (!rest.converged) throw new Error(`not converged: ${rest.maxForce} eV/Å are left`);
    return evaluations();
  };
}

function counted(field: ForceField): { readonly field: ForceField; readonly evaluations: () => number } {
  let count = 0;
  const attach: ForceField["attach"] = (crystal) => {
    const session = field.attach(crystal);
    return {
      evaluate: (positions, forces, stress) => {
        count++;
        return session.evaluate(positions, forces, stress);
      },
      energyParts: (positions) => session.energyParts(positions),
      setCell: (cell) => session.setCell(cell),
      dispose: () => session.dispose(),
    };
  };
  return {
    field: { name: field.name, can: field.can, attach, toJSON: () => field.toJSON() },
    evaluations: () => count,
  };
}
