import { z } from "zod";
import { InputError } from "../../base/index.js";
import { type MediumOperationInput, mediumInput, mediumOperation } from "../../studies/index.js";
import { type Call, defineCommand } from "../command.js";
import { structureArgument } from "./arguments.js";
import { outcomeOf, parametersOf, runOptions } from "./from-operation.js";
import { forcesFlag, Inputs } from "./inputs.js";

const flags = z.strictObject({
  forceConstants: z
    .string()
    .min(1)
    .optional()
    .meta({ placeholder: "FILE" })
    .describe("phonopy FORCE_CONSTANTS, full or compact, eV/Å². Needed."),
  supercell: z
    .string()
    .regex(/^\s*-?\d+(\s*[\s,]\s*-?\d+)*\s*$/, "expected three or nine whole numbers")
    .optional()
    .describe(
      'How many cells the supercell of the table has, e.g. "2 2 2" (or the nine integers of a matrix by rows). Left out: the smallest cell that repeats is found.',
    ),
  primitive: z
    .string()
    .min(1)
    .optional()
    .meta({ placeholder: "FILE" })
    .describe("Structure of the cell the supercell is made of; its atoms name the sites."),
  ...forcesFlag,
  ...mediumOperation.parameters.shape,
});

async function read({
  args,
  flags: given,
}: Call<z.output<typeof flags>>): Promise<{ inputs: Inputs; input: MediumOperationInput }> {
  const inputs = new Inputs();
  const { forceConstants: file, supercell, primitive, forces } = given;
  if (file === undefined)
    throw new InputError("no force constants were given", "add --force-constants FILE (phonopy's FORCE_CONSTANTS)");
  const structure = await inputs.structure(args[0]!);
  const cell = primitive === undefined ? {} : { primitive: await inputs.structure(primitive) };
  const input = mediumInput({
    structure,
    table: { text: await inputs.text(file), file },
    ...(supercell === undefined ? {} : { supercell }),
    ...cell,
    notes: inputs.notes,
  });
  return { inputs, input: { ...input, ...(forces === undefined ? {} : { forces: await inputs.forces(forces) }) } };
}

export const mediumCommand = defineCommand({
  name: "medium",
  summary: "A crystal as the medium an ion moves in: its static response, the drag of its sound, its stability.",
  details:
    "STRUCTURE is the supercell of the force constants, atoms in their order (phonopy: SPOSCAR), or with --supercell the cell it was made\n" +
    "from. W(0) in Å²/eV, drag L in Å² fs/eV, velocities in km/s, frequencies in THz; q is fractional in the cell, whose vectors are cellA.\n" +
    "--json has staticKernelA2PerEv [sites][3][3], dragKernelA2FsPerEv [3][3], soundVelocitiesKmPerS, maxFrequencyThz, stable,\n" +
    "acousticSumResidual (eV/Å²) and, with --ion, ion. --out gets static-kernel.csv, sound.csv and, with --ion, profile.csv. An unstable\n" +
    "crystal is an error that names the wave vector. Ionic crystals need --charges: else their long waves are wrong or unstable.",
  arguments: [structureArgument],
  flags,
  examples: [
    "phonion medium SPOSCAR --force-constants FORCE_CONSTANTS --json",
    'phonion medium POSCAR --supercell "2 2 2" --force-constants FORCE_CONSTANTS --charges "Na 1, Cl -1" --out medium',
    'phonion medium SPOSCAR --force-constants FORCE_CONSTANTS --ion Li --forces ions.yaml --from "0.5 0.5 0" --to "0.5 0.5 1"',
  ],
  async run(call) {
    const { inputs, input } = await read(call);
    const parameters = parametersOf(mediumOperation, call.flags);
    return outcomeOf(await mediumOperation.run(input, parameters, runOptions(call)), { inputs, options: call.flags });
  },
  async plan(call) {
    const { input } = await read(call);
    return mediumOperation.estimate(input, parametersOf(mediumOperation, call.flags));
  },
});
