// A small run of the study "one-crystal" in memory: rock salt, 64 atoms, short displacements, 0.3 ps.

import { inlinePool, type TaskPool } from "../../../src/base/index.js";
import {
  memoryStore,
  type OneCrystalParameters,
  oneCrystalParameters,
  type RunStore,
  type StudyContext,
} from "../../../src/studies/index.js";

/** Not at rest: the lattice constant of the force field is another. */
export const ROCK_SALT = `NaCl
1.0
5.5 0 0
0 5.5 0
0 0 5.5
Na Cl
4 4
Direct
0 0 0
0 0.5 0.5
0.5 0 0.5
0.5 0.5 0
0.5 0.5 0.5
0.5 0 0
0 0.5 0
0 0 0.5
`;

export const rockSalt = (rest: Readonly<Record<string, unknown>> = {}): OneCrystalParameters =>
  oneCrystalParameters.parse({
    structure: { file: "nacl.vasp", supercell: [2, 2, 2] },
    forces: { field: "tosi-fumi-nacl", accuracy: 1e-5 },
    temperatureK: 300,
    // short, so that the forces are those of harmonic springs
    forceConstants: { displacementA: 1e-3, count: 4, folds: 2 },
    phonons: { meshSpacing: 0.4, pathSpacing: 0.15 },
    dynamics: { equilibrationSteps: 40, productionSteps: 200, frameEvery: 2 },
    // rattling by u counts as diffusion by u²/t, which 0.3 ps do not make small
    filter: { diffusionLimit: 1 },
    ...rest,
  });

export const contextOf = (
  given: { readonly store?: RunStore; readonly pool?: TaskPool; readonly text?: string } = {},
): StudyContext => ({
  pool: given.pool ?? inlinePool,
  store: given.store ?? memoryStore(),
  seed: 11,
  readInput: async (name) => ({ name, text: given.text ?? ROCK_SALT }),
});
