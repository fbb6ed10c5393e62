import { z } from "zod";
import { descriptorsOperation } from "../../studies/index.js";
import { defineCommand } from "../command.js";
import { outcomeOf, parametersOf, runOptions } from "./from-operation.js";
import { latticeArgument, latticeFlags, readLattice } from "./lattice-source.js";

const flags = z.strictObject({ ...latticeFlags, ...descriptorsOperation.parameters.shape });

export const descriptorsCommand = defineCommand({
  name: "descriptors",
  summary: "Numbers about the mobile ion: displacement, acoustic cut-off, band centre, coupling, structure.",
  details:
    "Displacements in Å² per axis, frequencies in THz; each line has its unit and what it is. --json has phonon and structural, lists of key, value,\n" +
    "unit and definition, msdByAtomA2, msdShares (by frequency), cutoffTracked. --out gets descriptors.csv and shares.csv. Modes below --minimum-thz\n" +
    "are left out of displacements and counted; displacements converge slowly with the mesh, so compare two.",
  arguments: [latticeArgument],
  flags,
  examples: [
    "phonion descriptors NaCl.vasp --forces tosi-fumi-nacl --charges field --ion Na --mesh 8,8,8",
    "phonion descriptors phonopy-folder --ion Li --temperature-k 600 --json",
  ],
  async run(call) {
    const { inputs, input } = await readLattice(call);
    const parameters = parametersOf(descriptorsOperation, call.flags);
    const outcome = await descriptorsOperation.run(input, parameters, runOptions(call));
    return outcomeOf(outcome, { inputs, options: call.flags });
  },
  async plan(call) {
    const { input } = await readLattice(call);
    return descriptorsOperation.estimate(input, parametersOf(descriptorsOperation, call.flags));
  },
});
