import { z } from "zod";
import { InputError } from "../../base/index.js";
import { forceFieldNames } from "../../forces/index.js";
import { readForceConstants } from "../../io/index.js";
import { type ModesInput, modesOperation } from "../../studies/index.js";
import { type Call, defineCommand } from "../command.js";
import { structureArgument } from "./arguments.js";
import { outcomeOf, parametersOf, runOptions } from "./from-operation.js";
import { forcesFlag, Inputs } from "./inputs.js";

const flags = z.strictObject({
  ...forcesFlag,
  forceConstants: z
    .string()
    .min(1)
    .optional()
    .meta({ placeholder: "FILE" })
    .describe("phonopy FORCE_CONSTANTS of this very supercell, eV/Å², instead of a force field."),
  ...modesOperation.parameters.shape,
});

async function read({
  args,
  flags: given,
}: Call<z.output<typeof flags>>): Promise<{ inputs: Inputs; input: ModesInput }> {
  const inputs = new Inputs();
  const { forces, forceConstants: file } = given;
  if (file !== undefined && forces !== undefined) {
    throw new InputError("both --forces and --force-constants were given", "give one of the two", {});
  }
  if (file !== undefined && given.relax) {
    throw new InputError(
      "--relax needs a force field, force constants alone have no rest position",
      "give --forces",
      {},
    );
  }
  if (file === undefined && forces === undefined) {
    const names = forceFieldNames();
    throw new InputError(
      "neither a force field nor force constants were given",
      `add --forces NAME or --forces FILE.yaml (named sets: ${names.join(", ")}), or --force-constants FILE`,
      { names },
    );
  }
  const spec = file === undefined ? await inputs.forces(forces) : undefined;
  const crystal = await inputs.structure(args[0]!);
  if (spec) return { inputs, input: { crystal, source: { forces: spec } } };
  const constants = readForceConstants(
    await inputs.text(file!),
    { file: file! },
    { supercell: crystal, notes: inputs.notes },
  );
  return { inputs, input: { crystal, source: { constants } } };
}

export const modesCommand = defineCommand({
  name: "modes",
  summary: "The vibrations of a structure about where it stands.",
  details:
    "Frequencies in THz (ordinary, imaginary ones negative), force constants in eV/Å². --json has frequenciesThz,\n" +
    "inverseParticipation, acousticSumResidual, degenerateGroups, speciesCharacter and dos. --out gets modes.json (with the\n" +
    "eigenvectors, mass-weighted), modes.csv and dos.csv. The structure is not relaxed unless --relax is given.",
  arguments: [structureArgument],
  flags,
  examples: [
    "phonion modes relaxed/POSCAR --forces pedone-2006 --out modes",
    "phonion modes SPOSCAR --force-constants FORCE_CONSTANTS --raw --json",
  ],
  async run(call) {
    const { inputs, input } = await read(call);
    const parameters = parametersOf(modesOperation, call.flags);
    return outcomeOf(await modesOperation.run(input, parameters, runOptions(call)), { inputs, options: call.flags });
  },
  async plan(call) {
    const { input } = await read(call);
    return modesOperation.estimate(input, parametersOf(modesOperation, call.flags));
  },
});
