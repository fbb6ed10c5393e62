// Crystals in CIF files. The supported subset:
//
//   cell        _cell_length_a … _cell_angle_gamma; angles left out are 90° (the dictionary's default)
//   symmetry    a list of operations (_space_group_symop_operation_xyz, _symmetry_equiv_pos_as_xyz). A space group given only
//               by name or number is refused unless it is P 1: settings and origins make a name ambiguous
//   sites       one loop of _atom_site_fract_x/y/z, or Cartn_x/y/z (with _atom_sites_Cartn_tran_matrix_ij if given, else
//               a along x and b in the xy plane); element from _atom_site_type_symbol ("Li1+", "O2-"), else from the label
//   occupancy   1; anything less is refused unless `occupancy: "keep-majority"`
//
// Uncertainties such as 0.123(4) are dropped. Images of a site within `mergeTolerance` are one atom; two sites there are
// an error. The grammar is in cif-blocks.ts, the operations in cif-symmetry.ts.

import { type FilePlace, Notes, type Vec3 } from "../base/index.js";
import {
  type Cell,
  type Crystal,
  cellFromParameters,
  elementOfLabel,
  isElement,
  makeCell,
  makeCrystal,
  type SymmetryOperation,
  toFractional,
} from "../structure/index.js";
import { type CifValue, readCifBlocks } from "./cif-blocks.js";
import { CifFile, chooseBlock, isUnknown, siteLoop } from "./cif-file.js";
import { type CifSite, FULL_OCCUPANCY, findClosePair, keepMajority, keepPlaces } from "./cif-sites.js";
import { checkGroup, IDENTITY, orbitOf, parseOperation } from "./cif-symmetry.js";
import { at, plural, quote, type ReadOptions } from "./text.js";

export interface CifReadOptions extends ReadOptions {
  /** Data block to read, without "data_". Default: the only one that has atoms. */
  readonly block?: string;
  /**
   * What to do with sites that are not fully occupied. "refuse" (default): an error that names them. "keep-majority":
   * of sites at one place the most occupied is kept, a site alone is kept above 0.5; every choice is noted, and a tie refused.
   * "keep-places": every place stays, however rarely it is occupied, with its most occupied element: a list of sites, not a crystal
   * to compute.
   */
  readonly occupancy?: "refuse" | "keep-majority" | "keep-places";
  /** Images of one site closer than this are one atom, Å. Default 0.01. */
  readonly mergeTolerance?: number;
}

const DEFAULT_MERGE_TOLERANCE_A = 0.01;
/** Two images of one site are never this close in a crystal, Å: the site misses a special position, or is disordered. */
const IMPOSSIBLE_DISTANCE_A = 0.5;
const MOST_ATOMS = 200_000;

/** @throws FormatError with file and line. */
export function readCif(text: string, place: FilePlace, options: CifReadOptions = {}): Crystal {
  const block = chooseBlock(readCifBlocks(text, place), place, options.block);
  const file = new CifFile(block, place, options.notes ?? new Notes());
  const cell = readCell(file);
  const operations = readOperations(file);
  const tolerance = options.mergeTolerance ?? DEFAULT_MERGE_TOLERANCE_A;
  const listed = readSites(file, cell);
  const { loop } = siteLoop(file);
  if (listed.length * operations.length > MOST_ATOMS) {
    throw file.fault(
      loop.line,
      `${listed.length} sites with ${operations.length} operations make up to ${listed.length * operations.length} atoms`,
      `at most ${MOST_ATOMS} are read`,
    );
  }
  const sites = settleOccupancies(file, listed, cell, { ...options, mergeTolerance: tolerance });
  const species: string[] = [];
  const labels: string[] = [];
  const fractional: number[] = [];
  for (const site of sites) {
    const { points, closest } = orbitOf(site.fractional, { operations, cell, tolerance });
    if (closest < IMPOSSIBLE_DISTANCE_A) {
      throw file.fault(
        site.line,
        `site ${site.label} lies ${closest.toFixed(3)} Å from its own image`,
        `it misses a special position (give a mergeTolerance above ${closest.toFixed(2)} Å) or is disordered`,
      );
    }
    for (const point of points) {
      species.push(site.element);
      labels.push(site.label);
      fractional.push(...point);
    }
  }
  const crystal = at({ file: place.file, line: loop.line }, () => makeCrystal({ cell, species, fractional, labels }));
  const twins = findClosePair(cell, fractional, tolerance);
  if (twins) {
    const [first, second] = twins.map((i) => labels[i]!) as [string, string];
    const line = sites.find((site) => site.label === second)!.line;
    throw file.fault(
      line,
      `sites ${first} and ${second} are at the same place`,
      "remove one of them, or give their occupancies",
    );
  }
  return crystal;
}

function readCell(file: CifFile): Cell {
  const lengths = ["a", "b", "c"].map((axis) => {
    const value = file.item(`_cell_length_${axis}`);
    if (!value)
      throw file.fault(
        file.block.line,
        `data block ${quote(file.block.name)} has no _cell_length_${axis}`,
        "a crystal needs its cell",
      );
    const length = file.number(value, `the cell length ${axis} in Å`);
    if (!(length > 0)) throw file.fault(value.line, `the cell length ${axis} is ${length} Å`, "lengths are positive");
    return length;
  });
  const angles = ["alpha", "beta", "gamma"].map((name) => {
    const value = file.item(`_cell_angle_${name}`);
    if (!value) {
      file.notes.add("cif-angle-default", `${file.place.file}: no _cell_angle_${name}; 90° was taken`);
      return 90;
    }
    const angle = file.number(value, `the cell angle ${name} in degrees`);
    if (!(angle > 0 && angle < 180))
      throw file.fault(value.line, `the cell angle ${name} is ${angle}°`, "angles lie between 0 and 180°");
    return angle;
  });
  const line = file.item("_cell_length_a")!.line;
  return at({ file: file.place.file, line }, () =>
    cellFromParameters(...([...lengths, ...angles] as [number, number, number, number, number, number])),
  );
}

const OPERATION_TAGS = ["_space_group_symop_operation_xyz", "_symmetry_equiv_pos_as_xyz"];
const NAME_TAGS = [
  "_space_group_name_h-m_alt",
  "_symmetry_space_group_name_h-m",
  "_space_group_name_h-m",
  "_space_group_name_hall",
  "_symmetry_space_group_name_hall",
];
const NUMBER_TAGS = ["_space_group_it_number", "_symmetry_int_tables_number"];

function readOperations(file: CifFile): readonly SymmetryOperation[] {
  const name = file.item(...NAME_TAGS);
  const number = file.item(...NUMBER_TAGS);
  const trivial =
    (name === undefined || name.text.replace(/[\s_]/g, "").toUpperCase() === "P1") &&
    (number === undefined || number.text === "1");
  const group = [name && quote(name.text), number && `number ${number.text}`].filter(Boolean).join(", ");
  for (const tag of OPERATION_TAGS) {
    const single = file.block.items.get(tag);
    const values = (file.loopWith(tag)?.column ?? (single ? [single] : [])).filter((value) => !isUnknown(value));
    if (values.length === 0) continue;
    if (values.length > 192)
      throw file.fault(
        values[192]!.line,
        `${values.length} symmetry operations`,
        "no space group has more than 192 in its cell",
      );
    const operations = values.map((value) => parseOperation(value, file.place));
    checkGroup(operations, values, file.place);
    if (operations.length === 1 && !trivial) {
      file.notes.add(
        "cif-symmetry-mismatch",
        `${file.place.file}: the space group is ${group} but the only operation is the identity`,
        "the atoms were taken as a full list; check their number",
      );
    }
    return operations;
  }
  const magnetic = file.block.loops.find(({ tags }) => tags.some((tag) => tag.startsWith("_space_group_symop_magn")));
  if (magnetic) {
    throw file.fault(
      magnetic.line,
      "the symmetry is given by magnetic operations",
      "write the file again with all atoms in P 1",
    );
  }
  if (trivial) {
    if (group === "")
      file.notes.add(
        "cif-no-symmetry",
        `${file.place.file}: no symmetry is given; the atoms were taken as a full list`,
      );
    return [IDENTITY];
  }
  throw file.fault(
    (name ?? number)!.line,
    `the space group is given only as ${group}, without its operations`,
    "write the file again with _space_group_symop_operation_xyz, or with all atoms in P 1",
  );
}

function readSites(file: CifFile, cell: Cell): CifSite[] {
  const { loop, cartesian } = siteLoop(file);
  const column = (name: string): number => loop.tags.indexOf(`_atom_site_${name}`);
  const axes = ["x", "y", "z"].map((axis) => column(`${cartesian ? "cartn" : "fract"}_${axis}`));
  if (axes.some((index) => index < 0))
    throw file.fault(loop.line, "the atom loop lacks a coordinate", "give x, y and z of every site");
  const axesCell = cartesian ? cartesianAxes(file, cell) : cell;
  const sites: CifSite[] = [];
  for (const [i, row] of loop.rows.entries()) {
    const value = (name: string): CifValue | undefined => {
      const found = row[column(name)];
      return found && !isUnknown(found) ? found : undefined;
    };
    const { line } = row[0]!;
    const label = value("label")?.text ?? `${value("type_symbol")?.text ?? "site"}${i + 1}`;
    if (value("calc_flag")?.text.toLowerCase() === "dum") {
      file.notes.add("cif-dummy-site", `${file.place.file}:${line}: the dummy site ${label} was left out`);
      continue;
    }
    const element = siteElement(file, label, value("type_symbol"), line);
    const given = axes.map((index, k) => file.number(row[index]!, `${"xyz"[k]} of site ${label}`));
    const fractional = (cartesian ? [...toFractional(axesCell, Float64Array.from(given))] : given) as unknown as Vec3;
    const occupancy = value("occupancy");
    sites.push({
      label,
      element,
      fractional,
      occupancy: occupancy ? file.number(occupancy, `the occupancy of ${label}`) : 1,
      line,
    });
  }
  if (sites.length === 0) throw file.fault(loop.line, "the atom list is empty", "a structure needs at least one site");
  return sites;
}

/** Cell whose rows turn fractional into the file's Cartesian coordinates. */
function cartesianAxes(file: CifFile, cell: Cell): Cell {
  const entries = Array.from({ length: 9 }, (_, n) =>
    file.item(`_atom_sites_cartn_tran_matrix_${(n % 3) + 1}${Math.floor(n / 3) + 1}`),
  );
  const shift = [1, 2, 3].map((k) => file.item(`_atom_sites_cartn_tran_vector_${k}`));
  const moved = shift.find((value) => value && file.number(value, "a shift of the origin") !== 0);
  if (moved)
    throw file.fault(moved.line, "the Cartesian coordinates have a shifted origin", "give fractional coordinates");
  if (entries.some((entry) => entry === undefined)) return cell;
  const numbers = entries.map((entry) => file.number(entry!, "an element of the Cartesian matrix"));
  return at({ file: file.place.file, line: entries[0]!.line }, () => makeCell(numbers));
}

function siteElement(file: CifFile, label: string, type: CifValue | undefined, line: number): string {
  if (type) {
    const letters = /^([A-Za-z]{1,2})(?:[\d+\-.].*)?$/.exec(type.text)?.[1];
    const symbol = letters && letters[0]!.toUpperCase() + letters.slice(1).toLowerCase();
    if (symbol && isElement(symbol)) return symbol;
    throw file.fault(
      type.line,
      `the type symbol ${quote(type.text)} of site ${label} is no element`,
      'type symbols look like "Li" or "Li1+"; vacancies and mixed sites have no atom to compute with',
    );
  }
  const [first = "", second = ""] = label;
  if (/[A-Z]/.test(second) && isElement(first) && isElement(first + second.toLowerCase())) {
    throw file.fault(
      line,
      `the label ${quote(label)} may mean ${first} or ${first + second.toLowerCase()}`,
      "add a column _atom_site_type_symbol",
    );
  }
  return at({ file: file.place.file, line }, () => elementOfLabel(label));
}

function settleOccupancies(
  file: CifFile,
  sites: readonly CifSite[],
  cell: Cell,
  options: CifReadOptions & { mergeTolerance: number },
): readonly CifSite[] {
  const wrong = sites.find(({ occupancy }) => !(occupancy >= 0 && occupancy < 1.01));
  if (wrong)
    throw file.fault(
      wrong.line,
      `site ${wrong.label} has the occupancy ${wrong.occupancy}`,
      "occupancies lie between 0 and 1",
    );
  const partial = sites.filter(({ occupancy }) => occupancy < FULL_OCCUPANCY);
  if (partial.length === 0) return sites;
  if (options.occupancy === "keep-majority")
    return keepMajority(sites, { cell, tolerance: options.mergeTolerance, notes: file.notes, place: file.place });
  if (options.occupancy === "keep-places") return keepPlaces(sites, { cell, tolerance: options.mergeTolerance });
  const list = partial
    .slice(0, 6)
    .map(({ label, element, occupancy }) => `${label} (${element} ${occupancy})`)
    .join(", ");
  const more = partial.length > 6 ? ` and ${partial.length - 6} more` : "";
  throw file.fault(
    partial[0]!.line,
    `${plural(partial.length, "site")} partly occupied: ${list}${more}`,
    'a computation needs whole atoms: make an ordered model, or give the option occupancy: "keep-majority"; for a list of sites "keep-places"',
  );
}
