import { z } from "zod";
import { InputError } from "../../base/index.js";
import { readModes, readPath } from "../../io/index.js";
import { type CoupleInput, coupleOperation } from "../../studies/index.js";
import { type Call, defineCommand } from "../command.js";
import { outcomeOf, parametersOf, runOptions } from "./from-operation.js";
import { fileIn, forcesFlag, Inputs } from "./inputs.js";

const flags = z.strictObject({
  ...forcesFlag,
  modes: z
    .string()
    .min(1)
    .optional()
    .meta({ placeholder: "modes.json" })
    .describe("Modes of the hop's origin, as `phonion modes --out` writes them; without it they are computed."),
  ...coupleOperation.parameters.shape,
});

async function read({ args, flags: { forces, modes: modesFile } }: Call<z.output<typeof flags>>) {
  const inputs = new Inputs();
  const [first = "", second] = args;
  const pathFile = second === undefined ? await pathFileOf(first) : undefined;
  const needed = pathFile === undefined || modesFile === undefined;
  const spec = needed || forces !== undefined ? await inputs.forces(forces) : undefined;
  const hop =
    pathFile === undefined
      ? { start: await inputs.structure(first), end: await inputs.structure(second!) }
      : { path: readPath(await inputs.text(pathFile), { file: pathFile }) };
  const file = modesFile === undefined ? undefined : await fileIn(modesFile, "modes.json");
  const modes = file === undefined ? {} : { modes: readModes(await inputs.text(file), { file }) };
  const input: CoupleInput = { hop, ...modes, ...(spec ? { forces: spec } : {}) };
  return { inputs, input };
}

async function pathFileOf(given: string): Promise<string> {
  const file = await fileIn(given, "path.json");
  if (/\.json$/i.test(file)) return file;
  throw new InputError(
    `${given} is one structure, a hop needs two`,
    "give START and END, a path.json, or the folder that `phonion hops --out` wrote",
    { given },
  );
}

export const coupleCommand = defineCommand({
  name: "couple",
  summary: "Which vibrations of the origin make up the motion of a hop.",
  details:
    "Takes a path that `phonion hops --out` wrote (the file or its folder), or START and END to find one first. Frequencies in THz,\n" +
    "energies in eV, modal coordinates in √amu Å. The modal energies are harmonic, ½ω²Q²: their sum equals ½uᵀΦu, not the energy\n" +
    "of the band, and both are given. --json has frequenciesThz, shares, sumModalEnergyEv, harmonicEnergyEv, bandEnergyEv,\n" +
    "accumulation, sortedAccumulation, topModes, degenerateGroups, maxOverMean and shareAtImages. --out gets shares.csv, and path.json when the path was found here.\n" +
    "Shares of single modes inside a degenerate group depend on the choice of basis; the sums over groups do not.",
  arguments: [
    { name: "PATH|START", description: "path.json, a folder that holds one, or the structure before the hop." },
    { name: "END", description: "Structure after the hop, when the first argument is a structure.", optional: true },
  ],
  flags,
  examples: [
    "phonion couple hop --forces pedone-2006 --json",
    "phonion couple hop/path.json --modes modes/modes.json",
    "phonion couple before.cif after.cif --forces pedone-2006 --at 3",
  ],
  async run(call) {
    const { inputs, input } = await read(call);
    const parameters = parametersOf(coupleOperation, call.flags);
    return outcomeOf(await coupleOperation.run(input, parameters, runOptions(call)), { inputs, options: call.flags });
  },
  async plan(call) {
    const { input } = await read(call);
    return coupleOperation.estimate(input, parametersOf(coupleOperation, call.flags));
  },
});
