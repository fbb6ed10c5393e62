import { z } from "zod";
import { dosOperation } from "../../studies/index.js";
import { defineCommand } from "../command.js";
import { outcomeOf, parametersOf, runOptions } from "./from-operation.js";
import { latticeArgument, latticeFlags, readLattice, withReport } from "./lattice-source.js";

const flags = z.strictObject({ ...latticeFlags, ...dosOperation.parameters.shape });

export const dosCommand = defineCommand({
  name: "dos",
  summary: "The density of states: total, by element, by atom and by direction, with its moments.",
  details:
    "States per THz and primitive cell: the integral is 3 per atom. Frequencies in THz. Moments are means over modes above --minimum-thz, weighed by\n" +
    "the part of an element in each. --json has mesh, dos, sites, direction, moments (centreThz, widthThz, skewness, excess kurtosis) and states.\n" +
    "--out gets dos.csv, dos-sites.csv, report.html, report.json and figures; with --mesh-yaml mesh.yaml with vectors, as phonopy writes it.",
  arguments: [latticeArgument],
  flags,
  examples: [
    "phonion dos NaCl.vasp --forces tosi-fumi-nacl --mesh 12,12,12 --out dos",
    'phonion dos phonopy-folder --method gaussian --width-thz 0.05 --direction "0 0 1" --json',
  ],
  async run(call) {
    const { inputs, input } = await readLattice(call);
    const parameters = parametersOf(dosOperation, call.flags);
    const outcome = await dosOperation.run(input, parameters, runOptions(call));
    return withReport(outcomeOf(outcome, { inputs, options: call.flags }), call, "dos");
  },
  async plan(call) {
    const { input } = await readLattice(call);
    return dosOperation.estimate(input, parametersOf(dosOperation, call.flags));
  },
});
