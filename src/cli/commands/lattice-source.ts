// What `bands`, `dos` and `thermal` are asked of: a structure with a force field, with force constants or with displaced supercells, or a phonopy folder.

import { stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { InputError } from "../../base/index.js";
import { forceFieldNames } from "../../forces/index.js";
import { loadSymmetryHere, makeFolder, thisSoftware } from "../../host/index.js";
import {
  type Report,
  readBorn,
  readExtxyz,
  readForceConstants,
  readPhonopyFolder,
  writeReport,
} from "../../io/index.js";
import type { ForcedCrystal } from "../../modes/index.js";
import { atomCount, type Crystal, repeatedAtomByAtom } from "../../structure/index.js";
import { type LatticeInput, type LatticeSource, TRIPLE, tripleOf } from "../../studies/index.js";
import type { ArgumentSpec, Call, Outcome, OutputFile } from "../command.js";
import { exists, forcesFlag, Inputs, isFolder } from "./inputs.js";

export const latticeArgument: ArgumentSpec = {
  name: "STRUCTURE|FOLDER",
  description:
    "Structure file (or the folder `phonion relax --out` wrote) with --forces, --force-constants or --data; or a folder with phonopy's files.",
};

const file = (text: string) => z.string().min(1).optional().meta({ placeholder: "FILE" }).describe(text);

export const latticeFlags = {
  ...forcesFlag,
  forceConstants: file("phonopy FORCE_CONSTANTS, eV/Å², of STRUCTURE, or of STRUCTURE repeated by --supercell."),
  data: file("Displaced supercells of STRUCTURE with forces, extended XYZ, eV/Å: force constants are fitted to them."),
  supercell: z
    .string()
    .regex(TRIPLE, "expected three whole numbers, such as 2,2,2")
    .optional()
    .describe(
      "Repeats of STRUCTURE for the force constants (default: twice as wide as forces reach; with --data found from them).",
    ),
  born: file("Born charges and ε∞ as in phonopy's BORN; a phonopy folder's own is used without."),
  charges: z
    .enum(["field"])
    .optional()
    .describe("field: the macroscopic field of the force field's charges, as rigid ions with ε∞ = 1."),
};

type Flags = z.output<z.ZodObject<typeof latticeFlags>>;

const PHONOPY_FILES = [
  "phonopy_params.yaml",
  "phonopy_disp.yaml",
  "phonopy.yaml",
  "SPOSCAR",
  "POSCAR",
  "FORCE_SETS",
  "FORCE_CONSTANTS",
  "BORN",
];

export interface LatticeRead {
  readonly inputs: Inputs;
  readonly input: LatticeInput;
}

export async function readLattice({ args, flags }: Call<Flags>): Promise<LatticeRead> {
  await loadSymmetryHere();
  const inputs = new Inputs();
  const path = args[0]!;
  const ways = [flags.forces, flags.forceConstants, flags.data].filter((way) => way !== undefined).length;
  if (ways > 1)
    throw new InputError("more than one of --forces, --force-constants and --data was given", "give one of the three");
  const source = ways === 0 ? await phonopyFolder(inputs, path, flags) : await structureSource(inputs, path, flags);
  const born =
    flags.born === undefined
      ? undefined
      : { file: readBorn(await inputs.text(flags.born), { file: flags.born }), place: { file: flags.born } };
  if (born && flags.charges) throw new InputError("both --born and --charges were given", "give one of the two");
  const charges = born ?? flags.charges;
  return { inputs, input: { source, ...(charges ? { charges } : {}) } };
}

async function phonopyFolder(inputs: Inputs, path: string, { supercell }: Flags): Promise<LatticeSource> {
  if (!(await isFolder(path))) {
    await stat(path).catch(() => {
      throw new InputError(`there is no file or folder ${path}`, "check the path");
    });
    const names = forceFieldNames();
    throw new InputError(
      `${path} is a structure, and nothing says its forces`,
      `add --forces NAME (named sets: ${names.join(", ")}), --force-constants FILE or --data FILE.xyz; or give a folder with phonopy's files`,
      { names },
    );
  }
  if (supercell !== undefined)
    throw new InputError(
      "--supercell was given with a phonopy folder, whose supercell is known",
      "leave --supercell out",
    );
  const texts: Record<string, string> = {};
  for (const name of PHONOPY_FILES) {
    const file = join(path, name);
    if (await exists(file)) texts[name] = await inputs.text(file);
  }
  if (Object.keys(texts).length === 0)
    throw new InputError(
      `${path} holds none of phonopy's files`,
      `expected ${PHONOPY_FILES.join(", ")}; a structure's folder needs --forces, --force-constants or --data`,
    );
  return { kind: "phonopy", folder: readPhonopyFolder(texts) };
}

async function structureSource(inputs: Inputs, path: string, flags: Flags): Promise<LatticeSource> {
  const repeats = flags.supercell === undefined ? undefined : tripleOf(flags.supercell);
  const given = repeats ? { supercell: repeats } : {};
  if (flags.forces !== undefined) {
    const forces = await inputs.forces(flags.forces);
    return { kind: "forces", crystal: await inputs.structure(path), forces, ...given };
  }
  const crystal = await inputs.structure(path);
  if (flags.data !== undefined)
    return { kind: "arrangements", crystal, arrangements: await arrangements(inputs, flags.data), ...given };
  const name = flags.forceConstants!;
  const reference = repeats ? repeatedAtomByAtom(crystal, repeats) : crystal;
  const constants = readForceConstants(
    await inputs.text(name),
    { file: name },
    { supercell: reference, notes: inputs.notes, ...(repeats ? { primitiveCell: crystal.cell } : {}) },
  );
  noteOrder(inputs, crystal, repeats);
  return { kind: "constants", constants, ...(repeats ? { unit: crystal } : {}) };
}

/** A table holds numbers alone: which atom each is, the order of the repeated cell says. */
function noteOrder(inputs: Inputs, crystal: Crystal, repeats: readonly number[] | undefined): void {
  if (!repeats) return;
  inputs.notes.add(
    "atom-order-assumed",
    `the force constants are taken to be of ${repeats.join(" × ")} cells of ${atomCount(crystal)} atoms with the copies of each atom together, those along a first, as phonopy has them`,
    "if the table is in another order, give the supercell it belongs to as STRUCTURE",
  );
}

async function arrangements(inputs: Inputs, name: string): Promise<ForcedCrystal[]> {
  const frames = readExtxyz(await inputs.text(name), { file: name });
  return frames.map(({ crystal, forces }, k) => {
    if (forces) return { crystal, forces };
    throw new InputError(
      `structure ${k + 1} of ${name} has no forces`,
      "name the column forces in Properties: species:S:1:pos:R:3:forces:R:3",
    );
  });
}

/** Adds report.html, report.json and the figures to the files of a result. Made only for --out: drawing takes time. */
export async function withReport(outcome: Outcome, call: Call<unknown>, name: string): Promise<Outcome> {
  if (call.common.out === undefined) return outcome;
  const { renderReport } = await import("../../plots/index.js");
  await makeFolder(join(call.common.out, "figures"));
  const software = await thisSoftware();
  const report: Report<unknown> = {
    schema: `phonion/${name}`,
    version: 1,
    made: { ...software, at: new Date().toISOString() },
    inputs: outcome.inputs ?? [],
    options: outcome.options ?? {},
    notes: outcome.notes ?? [],
    data: outcome.data,
  };
  const { html, figures } = renderReport(report);
  const drawn: OutputFile[] = figures.flatMap(({ name: stem, svg, csv }) => [
    { name: `figures/${stem}.svg`, data: svg },
    { name: `figures/${stem}.csv`, data: csv },
  ]);
  return {
    ...outcome,
    files: [
      ...(outcome.files ?? []),
      { name: "report.html", data: html },
      { name: "report.json", data: writeReport(report) },
      ...drawn,
    ],
  };
}
