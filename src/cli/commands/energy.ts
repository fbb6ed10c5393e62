import { z } from "zod";
import { energyOperation } from "../../studies/index.js";
import { type Call, defineCommand } from "../command.js";
import { structureArgument } from "./arguments.js";
import { outcomeOf, parametersOf, runOptions } from "./from-operation.js";
import { forcesFlag, Inputs } from "./inputs.js";

const flags = z.strictObject({ ...forcesFlag, ...energyOperation.parameters.shape });

async function read({ args, flags: { forces: name } }: Call<z.output<typeof flags>>) {
  const inputs = new Inputs();
  const forces = await inputs.forces(name);
  return { inputs, input: { crystal: await inputs.structure(args[0]!), forces } };
}

export const energyCommand = defineCommand({
  name: "energy",
  summary: "Energy, forces and stress of a structure as it stands.",
  details:
    "Energies in eV, forces in eV/Å, stress in eV/Å³ (tension positive). --json has energyEv, energyParts, forcesEvPerA [n][3],\n" +
    "stressEvPerA3 [3][3], natoms, netCharge (e) and forceField.",
  arguments: [structureArgument],
  flags,
  examples: ["phonion energy Li3PO4.cif --forces pedone-2006 --json"],
  async run(call) {
    const { inputs, input } = await read(call);
    const parameters = parametersOf(energyOperation, call.flags);
    return outcomeOf(await energyOperation.run(input, parameters, runOptions(call)), { inputs, options: call.flags });
  },
  async plan(call) {
    const { input } = await read(call);
    return energyOperation.estimate(input, parametersOf(energyOperation, call.flags));
  },
});
