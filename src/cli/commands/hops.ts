import { z } from "zod";
import { hopsOperation } from "../../studies/index.js";
import { type Call, defineCommand } from "../command.js";
import { outcomeOf, parametersOf, runOptions } from "./from-operation.js";
import { forcesFlag, Inputs } from "./inputs.js";

const flags = z.strictObject({ ...forcesFlag, ...hopsOperation.parameters.shape });

async function read({ args, flags: { forces: name } }: Call<z.output<typeof flags>>) {
  const inputs = new Inputs();
  const forces = await inputs.forces(name);
  const start = await inputs.structure(args[0]!);
  return { inputs, input: { start, end: await inputs.structure(args[1]!), forces } };
}

export const hopsCommand = defineCommand({
  name: "hops",
  summary: "The minimum-energy path of a hop between two structures (climbing elastic band).",
  details:
    "Energies in eV above the first end point, arc lengths in Å, forces in eV/Å. Atoms of the two ends are matched, whatever their\n" +
    "order. --json has converged, barrierForwardEv, barrierBackwardEv, energiesEv, coordinateA, saddle, movers (atoms from 0), and\n" +
    "prefactorThz with --saddle. --out gets path.json, path.extxyz and profile.csv. Exit code 3 when the band did not converge.",
  arguments: [
    { name: "START", description: "Structure before the hop." },
    { name: "END", description: "Structure after it, in the same cell." },
  ],
  flags,
  examples: [
    "phonion hops before.cif after.cif --forces pedone-2006 --out hop",
    "phonion hops before.cif after.cif --forces pedone-2006 --images 9 --saddle --json",
  ],
  async run(call) {
    const { inputs, input } = await read(call);
    const parameters = parametersOf(hopsOperation, call.flags);
    return outcomeOf(await hopsOperation.run(input, parameters, runOptions(call)), { inputs, options: call.flags });
  },
  async plan(call) {
    const { input } = await read(call);
    return hopsOperation.estimate(input, parametersOf(hopsOperation, call.flags));
  },
});
