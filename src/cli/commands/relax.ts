import { z } from "zod";
import { relaxOperation } from "../../studies/index.js";
import { type Call, defineCommand } from "../command.js";
import { structureArgument } from "./arguments.js";
import { outcomeOf, parametersOf, runOptions } from "./from-operation.js";
import { forcesFlag, Inputs } from "./inputs.js";

const flags = z.strictObject({ ...forcesFlag, ...relaxOperation.parameters.shape });

async function read({ args, flags: { forces: name } }: Call<z.output<typeof flags>>) {
  const inputs = new Inputs();
  const forces = await inputs.forces(name);
  return { inputs, input: { crystal: await inputs.structure(args[0]!), forces } };
}

export const relaxCommand = defineCommand({
  name: "relax",
  summary: "Relax a structure to the nearest minimum, the cell too if asked.",
  details:
    "Lengths in Å, energies in eV, forces in eV/Å, stress in eV/Å³. --json has converged, energyEv, cellA [3][3], cellParameters,\n" +
    "maxForceEvPerA, positionsA [n][3], steps and history. --out gets minimum.json, POSCAR and relaxed.extxyz.\n" +
    "Exit code 3 when the tolerance was not reached; the result is still given.",
  arguments: [structureArgument],
  flags,
  examples: [
    "phonion relax Li3PO4.cif --forces pedone-2006 --cell full --out relaxed",
    "phonion relax POSCAR --forces pedone-2006 --cell xx,yy --pressure-gpa 2 --json",
  ],
  async run(call) {
    const { inputs, input } = await read(call);
    const parameters = parametersOf(relaxOperation, call.flags);
    return outcomeOf(await relaxOperation.run(input, parameters, runOptions(call)), { inputs, options: call.flags });
  },
  async plan(call) {
    const { input } = await read(call);
    return relaxOperation.estimate(input, parametersOf(relaxOperation, call.flags));
  },
});
