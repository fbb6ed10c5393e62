import { z } from "zod";
import { InputError } from "../../base/index.js";
import { loadSymmetryHere } from "../../host/index.js";
import { readExtxyz } from "../../io/index.js";
import type { ForcedCrystal } from "../../modes/index.js";
import { type FitIfcInput, fitIfcOperation } from "../../studies/index.js";
import { type Call, defineCommand } from "../command.js";
import { structureArgument } from "./arguments.js";
import { outcomeOf, parametersOf, runOptions } from "./from-operation.js";
import { forcesFlag, Inputs } from "./inputs.js";

const flags = z.strictObject({
  data: z
    .string()
    .min(1)
    .optional()
    .meta({ placeholder: "FILE.xyz" })
    .describe(
      "Displaced supercells with forces, extended XYZ, eV/Å. One that is not displaced gives the forces at rest.",
    ),
  ...forcesFlag,
  supercell: z
    .string()
    .regex(/^\s*-?\d+(\s*[\s,]\s*-?\d+)*\s*$/, "expected three or nine whole numbers")
    .optional()
    .describe(
      'Repeats of STRUCTURE, e.g. "3 3 2", or nine integers by rows. Left out: found from the data, or nearly cubic.',
    ),
  ...fitIfcOperation.parameters.shape,
});

async function read(call: Call<z.output<typeof flags>>): Promise<{ inputs: Inputs; input: FitIfcInput }> {
  const { data, forces, supercell } = call.flags;
  if ((data === undefined) === (forces === undefined))
    throw new InputError(
      data === undefined
        ? "neither displaced supercells nor a force field were given"
        : "both --data and --forces were given",
      "add --data FILE.xyz (structures with forces), or --forces NAME to compute them here",
    );
  await loadSymmetryHere();
  const inputs = new Inputs();
  const structure = await inputs.structure(call.args[0]!);
  const source =
    data === undefined ? { forces: await inputs.forces(forces) } : { arrangements: await arrangements(inputs, data) };
  const repeats = supercell
    ?.trim()
    .split(/[\s,]+/)
    .map(Number);
  return { inputs, input: { structure, source, seed: call.seed(), ...(repeats ? { supercell: repeats } : {}) } };
}

async function arrangements(inputs: Inputs, file: string): Promise<ForcedCrystal[]> {
  const frames = readExtxyz(await inputs.text(file), { file });
  return frames.map(({ crystal, forces }, k) => {
    if (forces) return { crystal, forces };
    throw new InputError(
      `structure ${k + 1} of ${file} has no forces`,
      "name the column forces in Properties: species:S:1:pos:R:3:forces:R:3",
    );
  });
}

export const fitIfcCommand = defineCommand({
  name: "fit-ifc",
  summary: "Force constants of second and third order from the forces of displaced supercells.",
  details:
    "STRUCTURE is the undisplaced supercell, or a cell it is made of. --json has the parameters by order, the error of supercells left out\n" +
    "(holdOut, meV/Å and % of the force), condition, rowsPerParameter, the sum rule's residual and the path of penalties. --out gets\n" +
    "SPOSCAR, FORCE_CONSTANTS and phonopy_params.yaml (phonopy, eV/Å²); with --order 3 POSCAR and FORCE_CONSTANTS_3RD (ShengBTE, eV/Å³) and path.csv; with\n" +
    "--forces displacements.xyz. Constants of second order without cut-off are the supercell's, images summed.",
  arguments: [structureArgument],
  flags,
  examples: [
    "phonion fit-ifc POSCAR --data displaced.xyz --out fit",
    "phonion fit-ifc POSCAR --forces pedone-2006 --supercell 2,2,2 --order 3 --cutoff3-a 4 --seed 1 --json",
  ],
  async run(call) {
    const { inputs, input } = await read(call);
    const parameters = parametersOf(fitIfcOperation, call.flags);
    return outcomeOf(await fitIfcOperation.run(input, parameters, runOptions(call)), { inputs, options: call.flags });
  },
  async plan(call) {
    const { input } = await read(call);
    return fitIfcOperation.estimate(input, parametersOf(fitIfcOperation, call.flags));
  },
});
