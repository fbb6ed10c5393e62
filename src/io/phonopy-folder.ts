// What a phonopy run leaves in a folder, read together: cells from phonopy*.yaml (or SPOSCAR and POSCAR), forces from FORCE_SETS or the yaml,
// FORCE_CONSTANTS, and charges from BORN or the yaml. The core opens no files: the host hands over their texts by name.

import { FormatError, InputError, type Note } from "../base/index.js";
import type { ChargeModel, ForceConstants, ForceSets } from "../modes/index.js";
import { atomCount, type Crystal, cutIntoCells } from "../structure/index.js";
import { readForceConstants } from "./phonopy.js";
import { expandBorn, readBorn } from "./phonopy-born.js";
import { readForceSets } from "./phonopy-force-sets.js";
import { forceSetsOf, type PhonopyYaml, readPhonopyYaml } from "./phonopy-yaml.js";
import { readPoscar } from "./poscar.js";

export interface PhonopyFolder {
  readonly primitive: Crystal;
  /** Atoms in the order of displacements, forces and force constants. */
  readonly supercell: Crystal;
  /** [sets,n,3] Å; there without forces when only the displacements were made. */
  readonly displacements?: ForceSets["displacements"];
  readonly forceSets?: ForceSets;
  readonly forceConstants?: ForceConstants;
  /** Born tensors by atom of `primitive`, and ε∞. */
  readonly charges?: ChargeModel;
  /** Which file each part came from, and what was decided. */
  readonly notes: readonly Note[];
}

/** Cells, first that is there. */
const YAML_FILES = ["phonopy_params.yaml", "phonopy_disp.yaml", "phonopy.yaml"];

/** `files`: texts by name. @throws InputError when there is no supercell; FormatError for a file that does not fit the others. */
export function readPhonopyFolder(files: Readonly<Record<string, string>>): PhonopyFolder {
  const notes: Note[] = [];
  const name = YAML_FILES.find((file) => file in files);
  const yaml: PhonopyYaml = name ? readPhonopyYaml(files[name]!, { file: name }) : {};
  const supercell =
    yaml.supercell ?? (files["SPOSCAR"] ? readPoscar(files["SPOSCAR"], { file: "SPOSCAR" }) : undefined);
  if (!supercell)
    throw new InputError(
      `none of the ${Object.keys(files).length} files holds the supercell`,
      `give ${YAML_FILES.join(" or ")}, or SPOSCAR`,
    );
  notes.push(from("supercell", yaml.supercell ? name! : "SPOSCAR"));
  const primitive = yaml.primitive ?? cutIntoCells(supercell, "smallest").primitive;
  if (!yaml.primitive)
    notes.push({
      code: "phonopy-primitive-found",
      message: `no file names the primitive cell: the smallest that repeats has ${atomCount(primitive)} of ${atomCount(supercell)} atoms`,
    });
  const forceSets = files["FORCE_SETS"]
    ? readForceSets(files["FORCE_SETS"], { file: "FORCE_SETS" }, supercell)
    : forceSetsOf(yaml);
  if (forceSets) notes.push(from("forces", files["FORCE_SETS"] ? "FORCE_SETS" : name!));
  if (forceSets && yaml.displacements) checkDisplacements(forceSets, yaml.displacements);
  const table = files["FORCE_CONSTANTS"];
  const forceConstants = table
    ? readForceConstants(table, { file: "FORCE_CONSTANTS" }, { supercell, primitiveCell: primitive.cell })
    : undefined;
  const charges = files["BORN"] ? chargesOf(files["BORN"], primitive) : yaml.charges;
  if (charges) notes.push(from("Born charges", files["BORN"] ? "BORN" : name!));
  const displacements = forceSets?.displacements ?? yaml.displacements;
  return {
    primitive,
    supercell,
    ...(displacements ? { displacements } : {}),
    ...(forceSets ? { forceSets } : {}),
    ...(forceConstants ? { forceConstants } : {}),
    ...(charges ? { charges } : {}),
    notes,
  };
}

const from = (what: string, file: string): Note => ({ code: "phonopy-source", message: `${what}: ${file}` });

function chargesOf(text: string, primitive: Crystal): ChargeModel {
  const born = readBorn(text, { file: "BORN" });
  return { charges: expandBorn(born, primitive, { file: "BORN" }), dielectric: born.dielectric };
}

/** Å; displacements written with ten digits agree to this. */
const SAME_DISPLACEMENT = 1e-5;

function checkDisplacements(sets: ForceSets, made: NonNullable<PhonopyYaml["displacements"]>): void {
  const differs =
    made.length !== sets.displacements.length ||
    Array.from(made).some((u, k) => Math.abs(u - sets.displacements[k]!) > SAME_DISPLACEMENT);
  if (!differs) return;
  const count = (values: { readonly length: number }): number => values.length / (3 * atomCount(sets.supercell));
  throw new FormatError(
    { file: "FORCE_SETS" },
    `its ${count(sets.displacements)} displacements are not the ${count(made)} that the yaml file holds`,
    "the two files are of different runs, or the atoms of different order",
  );
}
