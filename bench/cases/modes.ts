// Modes of a supercell: analytic second derivatives, the sum rule, the eigenproblem with vectors. Every hop needs them once at its
// origin, and the eigenproblem grows with the cube of the atoms. γ-Li3PO4, 32 atoms and their 1 × 2 × 3 supercell of 192.
// Good: 192 atoms (576 modes) in 0.5 s, of which the eigenproblem takes at most 0.15 s.

import { readFileSync } from "node:fs";
import { namedForceField } from "../../src/forces/index.js";
import { findModes } from "../../src/modes/index.js";
import { makeCell, makeCrystal, supercell } from "../../src/structure/index.js";

export const name = "modes";
export const unit = "modes";
/** Smallest first. */
export const sizes = [32, 192] as const;

/** What is timed: second derivatives and their solution. Resolves to the number of modes. */
export async function prepare(atoms: (typeof sizes)[number]): Promise<() => Promise<number>> {
  const file = new URL("../../fixtures/lammps/pedone-li3po4/expected.json", import.meta.url);
  const { cell, species, positions } = JSON.parse(readFileSync(file, "utf8")).structure;
  const unitCell = makeCrystal({ cell: makeCell(cell), species, positions });
  const crystal = atoms === 32 ? unitCell : supercell(unitCell, [1, 2, 3]).crystal;
  const forces = namedForceField("pedone-2006");
  return async () => (await findModes(crystal, forces)).count;
}
