import { z } from "zod";
import { bandsOperation } from "../../studies/index.js";
import { defineCommand } from "../command.js";
import { outcomeOf, parametersOf, runOptions } from "./from-operation.js";
import { latticeArgument, latticeFlags, readLattice, withReport } from "./lattice-source.js";

const flags = z.strictObject({ ...latticeFlags, ...bandsOperation.parameters.shape });

export const bandsCommand = defineCommand({
  name: "bands",
  summary: "Phonon bands along a path, with the density of states beside them.",
  details:
    "Frequencies in THz (imaginary ones negative), q in reciprocal vectors, distances in rad/Å. STRUCTURE with --forces is brought to rest first,\n" +
    "cell and atoms. Modes count from 0. --json has path, frequenciesThz [points][bands], participation, character, mobileMsdA2, coupling, dos,\n" +
    "imaginary and forceConstants. --out gets band.yaml (phonopy, the phonon website), bands.csv, dos.csv, report.html, report.json, figures,\n" +
    "imaginary-*.vasp (structures displaced along imaginary modes), and what --animate (extended XYZ, AXSF) and --displace (POSCAR) ask for.",
  arguments: [latticeArgument],
  flags,
  examples: [
    "phonion bands NaCl.vasp --forces tosi-fumi-nacl --charges field --out bands",
    'phonion bands phonopy-folder --path "Γ-X|Γ-L" --animate X,0 --out bands',
    "phonion bands POSCAR --force-constants FORCE_CONSTANTS --supercell 2,2,2 --born BORN --json",
  ],
  async run(call) {
    const { inputs, input } = await readLattice(call);
    const parameters = parametersOf(bandsOperation, call.flags);
    const outcome = await bandsOperation.run(input, parameters, runOptions(call));
    return withReport(outcomeOf(outcome, { inputs, options: call.flags }), call, "bands");
  },
  async plan(call) {
    const { input } = await readLattice(call);
    return bandsOperation.estimate(input, parametersOf(bandsOperation, call.flags));
  },
});
