import { basename } from "node:path";
import { z } from "zod";
import { InputError, type Note } from "../../base/index.js";
import { openTrajectory } from "../../host/index.js";
import type { FileTrajectory } from "../../io/index.js";
import { readForceConstants, readModes } from "../../io/index.js";
import { type MdmaInput, mdmaOperation } from "../../studies/index.js";
import { type Call, defineCommand } from "../command.js";
import { outcomeOf, parametersOf, runOptions } from "./from-operation.js";
import { fileIn, forcesFlag, Inputs } from "./inputs.js";
import { identityOf, parseTypes } from "./trajectories.js";

const flags = z.strictObject({
  reference: z
    .string()
    .min(1)
    .optional()
    .meta({ placeholder: "STRUCTURE" })
    .describe(
      "The minimum whose vibrations are meant, with the atoms and the cell of the trajectory. Needed, except with --modes.",
    ),
  ...forcesFlag,
  forceConstants: z
    .string()
    .min(1)
    .optional()
    .meta({ placeholder: "FILE" })
    .describe("phonopy FORCE_CONSTANTS of the reference, eV/Å², instead of a force field."),
  modes: z
    .string()
    .min(1)
    .optional()
    .meta({ placeholder: "modes.json" })
    .describe("Modes as `phonion modes --out` writes them, instead of --reference and a force field."),
  timestepFs: z
    .number()
    .positive()
    .optional()
    .describe("Time step of the run, fs, for trajectories that count steps only (LAMMPS dumps)."),
  types: z
    .string()
    .optional()
    .meta({ placeholder: "1=Li,2=O" })
    .describe("Elements of the atom types of a LAMMPS dump without a column element."),
  ...mdmaOperation.parameters.shape,
});

type Flags = z.output<typeof flags>;

async function read({ args, flags: given, signal }: Call<Flags>, seed: number) {
  const inputs = new Inputs();
  const { reference, source } = await referenceOf(inputs, given);
  const notes: Note[] = [];
  const runs: { name: string; trajectory: FileTrajectory }[] = [];
  for (const path of args) {
    const trajectory = await openTrajectory(path, {
      reference,
      signal,
      ...(given.timestepFs === undefined ? {} : { timestepFs: given.timestepFs }),
      ...(given.types === undefined ? {} : { types: parseTypes(given.types) }),
    });
    runs.push({ name: basename(path), trajectory });
  }
  const input: MdmaInput = { runs, reference, source, seed };
  return { inputs, input, runs, notes };
}

async function referenceOf(inputs: Inputs, given: Flags): Promise<Pick<MdmaInput, "reference" | "source">> {
  const ways = [given.forces, given.forceConstants, given.modes].filter((way) => way !== undefined).length;
  if (ways !== 1) {
    throw new InputError(
      `${ways === 0 ? "none" : ways} of --forces, --force-constants and --modes was given`,
      "give exactly one: the modes of the reference come from it",
    );
  }
  if (given.modes !== undefined) {
    const file = await fileIn(given.modes, "modes.json");
    const modes = readModes(await inputs.text(file), { file });
    return { reference: modes.reference, source: { modes } };
  }
  if (given.reference === undefined)
    throw new InputError("no reference was given", "add --reference STRUCTURE: the minimum whose vibrations are meant");
  const reference = await inputs.structure(given.reference);
  if (given.forceConstants === undefined) return { reference, source: { forces: await inputs.forces(given.forces) } };
  const file = given.forceConstants;
  const options = { supercell: reference, notes: inputs.notes };
  return { reference, source: { constants: readForceConstants(await inputs.text(file), { file }, options) } };
}

/** @throws InputError when one file is given twice: as two runs it would halve the variance out of nothing. */
async function distinctFiles(paths: readonly string[]): Promise<{ readonly name: string; readonly sha256: string }[]> {
  const identities: { readonly name: string; readonly sha256: string }[] = [];
  for (const path of paths) {
    const identity = await identityOf(path);
    const same = identities.findIndex(({ sha256 }) => sha256 === identity.sha256);
    if (same >= 0)
      throw new InputError(
        `${paths[same]} and ${path} have the same content`,
        "several trajectories are independent runs: name each once",
      );
    identities.push(identity);
  }
  return identities;
}

/** What opening and reading the files brought up, and how their atoms were matched. */
function notesOf(runs: readonly { readonly name: string; readonly trajectory: FileTrajectory }[]): Note[] {
  return runs.flatMap(({ name, trajectory }) => {
    const { permutation } = trajectory;
    const moved = permutation?.flatMap((from, to) => (from === to ? [] : [`${from + 1}→${to + 1}`])) ?? [];
    const shown = `${moved.slice(0, 12).join(" ")}${moved.length > 12 ? " …" : ""}`;
    return [
      ...trajectory.notes.list().filter(({ code }) => code !== "atoms-reordered"),
      ...(moved.length > 0
        ? [
            {
              code: "atoms-reordered",
              message: `atoms of ${name} were matched to the reference by species and position; ${moved.length} changed place (file→reference: ${shown})`,
            },
          ]
        : []),
    ];
  });
}

export const mdmaCommand = defineCommand({
  name: "mdma",
  summary: "Which vibrations carry the diffusion of a trajectory.",
  details:
    "Splits the collective diffusivity of the ions by the modes of a reference and by pairs of modes (mass-diffusivity modal analysis).\n" +
    "Trajectories: LAMMPS dump, extended XYZ or H5MD at constant volume; several are independent runs, one is cut into blocks for the errors.\n" +
    "The reference is relaxed in its cell when it is not at rest. Diffusivities in Å²/ps (1e-4 cm²/s), in the laboratory frame; those\n" +
    "against the framework stand beside them with the factor between the two. Shares are signed and may exceed 1. --json has\n" +
    "dSigmaA2PerPs, dTracerA2PerPs, modeD, diagonalShare, accumulation, sumRuleResidual, nulls, frame and more; --out gets pairs.npy\n" +
    "(D of every pair, Å²/ps), pairs-error.npy, modes.csv and lags.csv. Draw no conclusion without the nulls: the static weight is the same\n" +
    "curve with no dynamics in it. Exit code 3: fewer than ten jumps or one block only.",
  arguments: [
    { name: "TRAJECTORY...", description: "Trajectory file; several are independent runs of the same system." },
  ],
  flags,
  examples: [
    "phonion mdma run.lammpstrj --reference relaxed --forces pedone-2006 --ion Li --lags-ps 5,10,15,20 --timestep-fs 1 --json",
    "phonion mdma a.h5 b.h5 c.h5 d.h5 e.h5 --reference POSCAR --force-constants FORCE_CONSTANTS --out mdma",
  ],
  async run(call) {
    const identities = await distinctFiles(call.args);
    const { inputs, input, runs } = await read(call, call.seed());
    const parameters = parametersOf(mdmaOperation, call.flags);
    const outcome = await mdmaOperation.run(input, parameters, runOptions(call));
    const result = outcomeOf(outcome, { inputs, options: call.flags, notes: notesOf(runs) });
    return {
      ...result,
      data: { ...result.data, seed: input.seed },
      files: [...outcome.files, ...outcome.arrays],
      inputs: [...(result.inputs ?? []), ...identities],
    };
  },
  async plan(call) {
    const { input } = await read(call, 0);
    return mdmaOperation.estimate(input, parametersOf(mdmaOperation, call.flags));
  },
});
