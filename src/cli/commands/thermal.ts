import { z } from "zod";
import { thermalOperation } from "../../studies/index.js";
import { defineCommand } from "../command.js";
import { outcomeOf, parametersOf, runOptions } from "./from-operation.js";
import { latticeArgument, latticeFlags, readLattice, withReport } from "./lattice-source.js";

const flags = z.strictObject({ ...latticeFlags, ...thermalOperation.parameters.shape });

export const thermalCommand = defineCommand({
  name: "thermal",
  summary: "Free energy, entropy, heat capacity and thermal displacements; with --volumes thermal expansion.",
  details:
    "Energies in eV, entropies and heat capacities in eV/K, per primitive cell; displacements U in Å² (mean squared, per axis). --json has temperaturesK,\n" +
    "freeEnergyEv, entropyEvPerK, heatCapacityEvPerK, zeroPointEv, sites (isotropicA2, tensorA2, byFrequencyA2), shares and expansion. --out gets\n" +
    "thermal.csv, displacements.csv, shares.csv (displacements by frequency), with --volumes expansion.csv (volume, bulk modulus, Grüneisen parameter),\n" +
    "report.html, report.json and figures. Modes below --minimum-thz are left out and counted; displacements converge slowly with the mesh.",
  arguments: [latticeArgument],
  flags,
  examples: [
    "phonion thermal phonopy-folder --mesh 15,15,15 --minimum-thz 0.01 --json",
    "phonion thermal NaCl.vasp --forces tosi-fumi-nacl --volumes 7 --to-k 800 --out thermal",
  ],
  async run(call) {
    const { inputs, input } = await readLattice(call);
    const parameters = parametersOf(thermalOperation, call.flags);
    const outcome = await thermalOperation.run(input, parameters, runOptions(call));
    return withReport(outcomeOf(outcome, { inputs, options: call.flags }), call, "thermal");
  },
  async plan(call) {
    const { input } = await readLattice(call);
    return thermalOperation.estimate(input, parametersOf(thermalOperation, call.flags));
  },
});
