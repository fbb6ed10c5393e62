// phonopy.yaml, phonopy_disp.yaml and phonopy_params.yaml: cells, the displacements that were made and, where present, forces, Born charges and
// force constants. Cells are given by rows of lattice vectors and fractional points.

import { COULOMB_CONSTANT, type F64, type FilePlace, FormatError } from "../base/index.js";
import type { ChargeModel, ForceSets } from "../modes/index.js";
import { atomCount, type Crystal, makeCell, makeCrystal } from "../structure/index.js";
import { plural } from "./text.js";
import { readYaml, type YamlFile } from "./yaml.js";

export interface PhonopyYaml {
  readonly primitive?: Crystal;
  readonly unitCell?: Crystal;
  readonly supercell?: Crystal;
  /** [9] rows of the supercell in units of the unit cell. */
  readonly supercellMatrix?: F64;
  /** [9] the primitive cell's vectors as columns in units of the unit cell's, as phonopy writes them. */
  readonly primitiveMatrix?: F64;
  /** [sets,n,3] Å, with zeros where an atom stays. */
  readonly displacements?: F64;
  /** [sets,n,3] eV/Å. */
  readonly forces?: F64;
  /** Born tensors by atom of the primitive cell. */
  readonly charges?: ChargeModel;
  /** [rows,n,3,3] eV/Å², rows = n (full) or atoms of the primitive cell (compact). */
  readonly forceConstants?: { readonly rows: number; readonly values: F64 };
  readonly version?: string;
}

type Tree = Readonly<Record<string, unknown>>;

/** @throws FormatError with the line of what does not fit. */
export function readPhonopyYaml(text: string, place: FilePlace): PhonopyYaml {
  const file = readYaml(text, place);
  const tree = file.value as Tree;
  const fault = faultIn(file, place);
  if (
    typeof tree !== "object" ||
    tree === null ||
    !("supercell" in tree || "primitive_cell" in tree || "unit_cell" in tree)
  )
    throw fault(
      [],
      "this is no phonopy file: it has no cells",
      "give phonopy.yaml, phonopy_disp.yaml or phonopy_params.yaml",
    );
  refuseOtherUnits(tree, fault);
  const cell = (key: string): Crystal | undefined => (tree[key] ? crystalAt(tree[key] as Tree, key, fault) : undefined);
  const [primitive, unitCell, supercell] = [cell("primitive_cell"), cell("unit_cell"), cell("supercell")];
  const matrix = (key: string): F64 | undefined => (tree[key] ? numbersOf(tree[key], 9, key, fault) : undefined);
  const [supercellMatrix, primitiveMatrix] = [matrix("supercell_matrix"), matrix("primitive_matrix")];
  const charges = primitive && chargesOf(tree, primitive, fault);
  const constants = tree["force_constants"] as Tree | undefined;
  const version = (tree["phonopy"] as Tree | undefined)?.["version"];
  return {
    ...(primitive ? { primitive } : {}),
    ...(unitCell ? { unitCell } : {}),
    ...(supercell ? { supercell } : {}),
    ...(supercellMatrix ? { supercellMatrix } : {}),
    ...(primitiveMatrix ? { primitiveMatrix } : {}),
    ...(supercell && tree["displacements"] ? displacementsOf(tree["displacements"], atomCount(supercell), fault) : {}),
    ...(charges ? { charges } : {}),
    ...(constants && supercell ? { forceConstants: constantsOf(constants, atomCount(supercell), fault) } : {}),
    ...(version === undefined ? {} : { version: String(version) }),
  };
}

type Fault = (path: (string | number)[], message: string, hint: string) => FormatError;

const faultIn =
  (file: YamlFile, place: FilePlace): Fault =>
  (path, message, hint) =>
    new FormatError({ ...place, line: file.lineOf(path) }, message, hint);

function refuseOtherUnits(tree: Tree, fault: Fault): void {
  const units = (tree["physical_unit"] ?? {}) as Tree;
  const known: Readonly<Record<string, readonly string[]>> = {
    length: ["angstrom"],
    force_constants: ["eV/angstrom^2"],
    atomic_mass: ["AMU"],
  };
  for (const [key, allowed] of Object.entries(known)) {
    const unit = units[key];
    if (unit !== undefined && !allowed.includes(String(unit)))
      throw fault(
        ["physical_unit", key],
        `${key} is in ${String(unit)}, expected ${allowed[0]}`,
        "the file belongs to a calculator with other units: write structures and forces in Å and eV/Å",
      );
  }
}

function crystalAt(tree: Tree, key: string, fault: Fault): Crystal {
  const points = (tree["points"] ?? tree["atoms"]) as readonly Tree[] | undefined;
  if (!Array.isArray(points) || points.length === 0)
    throw fault([key], `${key} has no points`, "each atom is a symbol with its coordinates");
  const masses = points.map((point) => point["mass"]);
  return makeCrystal({
    cell: makeCell(numbersOf(tree["lattice"], 9, `${key}.lattice`, fault)),
    // phonopy tells kinds of one element apart by a number after the symbol
    species: points.map((point) => String(point["symbol"]).replace(/\d+$/, "")),
    fractional: points.flatMap((point, i) =>
      Array.from(numbersOf(point["coordinates"] ?? point["position"], 3, `${key}.points[${i}].coordinates`, fault)),
    ),
    ...(masses.every((mass) => typeof mass === "number") ? { masses: masses as number[] } : {}),
  });
}

function numbersOf(value: unknown, count: number, path: string, fault: Fault): Float64Array<ArrayBuffer> {
  const flat = Array.isArray(value) ? (value.flat(3) as unknown[]) : [];
  if (flat.length !== count || flat.some((x) => typeof x !== "number"))
    throw fault([path.split(".")[0]!], `${path} should be ${plural(count, "number")}`, `it holds ${flat.length}`);
  return Float64Array.from(flat as number[]);
}

function chargesOf(tree: Tree, primitive: Crystal, fault: Fault): ChargeModel | undefined {
  const nac = (tree["nac"] ?? {}) as Tree;
  const born = tree["born_effective_charge"] ?? nac["born_effective_charge"] ?? nac["born"];
  const dielectric = tree["dielectric_constant"] ?? nac["dielectric_constant"] ?? nac["dielectric"];
  if (!born || !dielectric) return undefined;
  const factor = tree["nac_unit_conversion_factor"] ?? nac["unit_conversion_factor"];
  if (typeof factor === "number" && Math.abs(factor / COULOMB_CONSTANT - 1) > 1e-3)
    throw fault(
      ["nac_unit_conversion_factor"],
      `the Coulomb constant is ${factor}, expected ${COULOMB_CONSTANT.toFixed(4)} eV Å`,
      "the file is in the units of another calculator",
    );
  return {
    charges: numbersOf(born, 9 * atomCount(primitive), "born_effective_charge", fault),
    dielectric: numbersOf(dielectric, 9, "dielectric_constant", fault),
  };
}

/** Type 1: { atom, displacement, forces? } per set; type 2: a list of { displacement, force } for every atom per set. */
function displacementsOf(value: unknown, n: number, fault: Fault): { displacements: F64; forces?: F64 } {
  if (!Array.isArray(value)) throw fault(["displacements"], "displacements are no list", "one entry per supercell");
  const sets = value as unknown[];
  const displacements = new Float64Array(3 * n * sets.length);
  const forces = new Float64Array(3 * n * sets.length);
  let complete = sets.length > 0;
  for (const [s, set] of sets.entries()) {
    const path = `displacements[${s}]`;
    if (Array.isArray(set)) {
      if (set.length !== n)
        throw fault(["displacements", s], `${path} moves ${plural(set.length, "atom")} of ${n}`, "give all");
      for (const [i, row] of (set as Tree[]).entries()) {
        displacements.set(numbersOf(row["displacement"], 3, `${path}.displacement`, fault), 3 * (n * s + i));
        if (row["force"]) forces.set(numbersOf(row["force"], 3, `${path}.force`, fault), 3 * (n * s + i));
        else complete = false;
      }
      continue;
    }
    const { atom, displacement, forces: felt } = set as { atom: unknown; displacement: unknown; forces?: unknown };
    if (!(Number.isInteger(atom) && (atom as number) >= 1 && (atom as number) <= n))
      throw fault(["displacements", s], `${path} moves atom ${String(atom)} of ${n}`, "atoms are counted from 1");
    displacements.set(numbersOf(displacement, 3, `${path}.displacement`, fault), 3 * (n * s + (atom as number) - 1));
    if (felt) forces.set(numbersOf(felt, 3 * n, `${path}.forces`, fault), 3 * n * s);
    else complete = false;
  }
  return { displacements, ...(complete ? { forces } : {}) };
}

function constantsOf(tree: Tree, n: number, fault: Fault): { rows: number; values: F64 } {
  const shape = numbersOf(tree["shape"], 2, "force_constants.shape", fault);
  const rows = shape[0]!;
  if (shape[1] !== n)
    throw fault(["force_constants"], `force constants for ${shape[1]} atoms, the supercell has ${n}`, "check the file");
  const blocks = numbersOf(tree["elements"], 9 * rows * n, "force_constants.elements", fault);
  const values = new Float64Array(blocks.length);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < n; j++)
      for (let k = 0; k < 9; k++)
        values[(3 * i + Math.floor(k / 3)) * 3 * n + 3 * j + (k % 3)] = blocks[9 * (i * n + j) + k]!;
  return { rows, values };
}

/** The sets of a file that holds forces. */
export function forceSetsOf(file: PhonopyYaml): ForceSets | undefined {
  const { supercell, displacements, forces } = file;
  return supercell && displacements && forces ? { supercell, displacements, forces } : undefined;
}
