// A small molecular-dynamics study that runs in memory: solid argon, 32 atoms.

import { inlinePool, type RunOptions } from "../../../src/base/index.js";
import {
  type MolecularDynamicsParameters,
  memoryStore,
  molecularDynamicsParameters,
  type RunStore,
  type StudyContext,
  type StudyFiles,
} from "../../../src/studies/index.js";

/** fcc argon, one cell. */
export const ARGON_POSCAR = `argon
1.0
5.3 0 0
0 5.3 0
0 0 5.3
Ar
4
Direct
0 0 0
0.5 0.5 0
0.5 0 0.5
0 0.5 0.5
`;

export const ARGON_FORCES = `name: argon
pairs:
  Ar-Ar:
    - { form: lennard-jones, depthEv: 0.0104, diameterA: 3.4 }
cutoffA: 5
shift: force
`;

const INPUTS: Readonly<Record<string, string>> = { "argon.vasp": ARGON_POSCAR, "argon.yaml": ARGON_FORCES };

export const argonRun = (rest: Readonly<Record<string, unknown>>): MolecularDynamicsParameters =>
  molecularDynamicsParameters.parse({
    structure: { file: "argon.vasp", supercell: [2, 2, 2] },
    forces: { field: "argon.yaml" },
    temperatureK: 40,
    timestepFs: 5,
    sampleFs: 50,
    equilibrationPs: 0.5,
    durationPs: 2,
    ...rest,
  });

export const contextWith = (
  given: { readonly store?: RunStore; readonly files?: StudyFiles; readonly seed?: number } & RunOptions = {},
): StudyContext => ({
  pool: inlinePool,
  store: memoryStore(),
  seed: 7,
  readInput: async (name) => ({ name, text: INPUTS[name]! }),
  ...given,
});
