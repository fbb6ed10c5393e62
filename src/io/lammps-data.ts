// LAMMPS data files: box, masses and atoms. https://docs.lammps.org/read_data.html
//
//   a = (xhi − xlo, 0, 0)   b = (xy, yhi − ylo, 0)   c = (xz, yz, zhi − zlo)
//
// Positions are given relative to the corner (xlo, ylo, zlo) and moved by their image flags, so they come unwrapped, in
// the order of the atom ids. Lengths are Å, masses g/mol, charges e: the same in the unit styles metal and real; a file
// whose first line names another style is refused. Velocities, bonds and coefficients are not read.

import { type F64, type FilePlace, FormatError } from "../base/index.js";
import { type Cell, type Crystal, makeCell, makeCrystal } from "../structure/index.js";
import {
  type LammpsAtomStyle,
  type LammpsDataReadOptions,
  type LammpsSection,
  readSections,
} from "./lammps-sections.js";
import { nameTypes } from "./lammps-types.js";
import { parseReal, parseWhole, splitTokens, takeCount, takeReals } from "./numbers.js";
import { at, LineReader, plural, quote } from "./text.js";

export interface LammpsData {
  readonly crystal: Crystal;
  readonly atomStyle: LammpsAtomStyle;
  /** [n] e, for styles that have charges. */
  readonly charges?: F64;
}

/** Columns before the coordinates. */
const STYLE_COLUMNS: Readonly<Record<LammpsAtomStyle, readonly string[]>> = {
  atomic: ["id", "type"],
  charge: ["id", "type", "charge"],
  molecular: ["id", "molecule", "type"],
  full: ["id", "molecule", "type", "charge"],
};

/** @throws FormatError with file and line. */
export function readLammpsData(text: string, place: FilePlace, options: LammpsDataReadOptions = {}): LammpsData {
  const reader = new LineReader(text, place);
  const first = reader.take("the title");
  const units = /\bunits\s*=\s*(\w+)/.exec(first)?.[1];
  if (units !== undefined && units !== "metal" && units !== "real") {
    throw reader.fault(`the file is in LAMMPS units "${units}"`, "metal and real (Å, g/mol, e) are read");
  }
  const header = readHeader(reader);
  const sections = readSections(reader, header.firstSection);
  const cell = boxCell(header, place);
  const atomSection = sections.get("Atoms");
  if (!atomSection) throw reader.endsBefore("the section Atoms");
  if (atomSection.rows.length !== header.atoms) {
    throw new FormatError(
      { ...place, line: atomSection.line },
      `the header promises ${plural(header.atoms, "atom")}, the section has ${atomSection.rows.length}`,
      "the file is cut short, or the count is wrong",
    );
  }
  const types = nameTypes(
    { types: header.types, masses: sections.get("Masses"), labels: sections.get("Atom Type Labels") },
    place,
    options,
  );
  const atomStyle = styleOf(atomSection, header.types, { place, options });
  const atoms = readAtoms(atomSection, { place, atomStyle, types: header.types, cell, origin: header.low });
  const crystal = at({ ...place, line: atomSection.line }, () =>
    makeCrystal({
      cell,
      species: atoms.map(({ type }) => types[type - 1]!.symbol),
      masses: atoms.map(({ type }) => types[type - 1]!.mass),
      positions: atoms.flatMap(({ position }) => position),
    }),
  );
  const charged = atomStyle === "charge" || atomStyle === "full";
  return { crystal, atomStyle, ...(charged ? { charges: Float64Array.from(atoms, ({ charge }) => charge) } : {}) };
}

interface Header {
  readonly atoms: number;
  readonly types: number;
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly tilt: readonly number[];
  readonly boxLine: number;
  /** The line that ends the header: the first section's name. */
  readonly firstSection: string;
}

/** What a header line can be about; the other counts mean nothing here. */
const HEADER_KEY =
  /^(.*?)\s*\b(atoms|atom types|[xyz]lo [xyz]hi|xy xz yz|bonds|angles|dihedrals|impropers|(?:bond|angle|dihedral|improper) types|extra .* per atom|ellipsoids|lines|triangles|bodies)$/;

function readHeader(reader: LineReader): Header {
  const found = new Map<string, { values: number[]; line: number }>();
  let firstSection: string | undefined;
  for (let line = reader.takeFilled(); line !== undefined; line = reader.takeFilled()) {
    const content = line.replace(/#.*$/, "").trim().replace(/\s+/g, " ");
    if (content === "") continue;
    const [, numbers = "", key] = HEADER_KEY.exec(content) ?? [];
    if (key !== undefined) {
      const earlier = found.get(key);
      if (earlier)
        throw reader.fault(`${quote(key)} is given twice, first in line ${earlier.line}`, "remove one of them");
      found.set(key, { values: readHeaderEntry(reader, splitTokens(numbers), key), line: reader.line });
    } else if (/^[A-Za-z]/.test(content)) {
      firstSection = line;
      break;
    } else
      throw reader.fault(
        `${quote(content)} is not known in the header of a data file`,
        "the header gives counts and the box",
      );
  }
  if (firstSection === undefined) throw reader.endsBefore("the first section (Masses or Atoms)");
  const need = (key: string, what: string): { values: number[]; line: number } => {
    const entry = found.get(key);
    if (entry) return entry;
    throw reader.fault(`the header has no ${quote(key)}`, `a data file gives ${what}`);
  };
  const edges = ["xlo xhi", "ylo yhi", "zlo zhi"].map((key) => need(key, "the three edges of its box"));
  return {
    atoms: need("atoms", "its number of atoms").values[0]!,
    types: need("atom types", "its number of atom types").values[0]!,
    low: edges.map(({ values }) => values[0]!),
    high: edges.map(({ values }) => values[1]!),
    tilt: found.get("xy xz yz")?.values ?? [0, 0, 0],
    boxLine: edges[0]!.line,
    firstSection,
  };
}

function readHeaderEntry(reader: LineReader, tokens: readonly string[], key: string): number[] {
  if (key === "atoms" || key === "atom types") return [takeCount(reader, tokens[0], `the number of ${key}`, 1)];
  if (key === "xy xz yz") return takeReals(reader, tokens, 3, "the tilts xy xz yz");
  if (!key.endsWith("hi")) return [];
  const [low, high] = takeReals(reader, tokens, 2, key) as [number, number];
  if (!(high > low))
    throw reader.fault(`the box edge ${quote(key)} runs from ${low} to ${high}`, "the upper bound must be larger");
  return [low, high];
}

function boxCell({ low, high, tilt, boxLine }: Header, place: FilePlace): Cell {
  const [lx, ly, lz] = high.map((x, k) => x - low[k]!) as [number, number, number];
  return at({ ...place, line: boxLine }, () => makeCell([lx, 0, 0, tilt[0]!, ly, 0, tilt[1]!, tilt[2]!, lz]));
}

function styleOf(
  section: LammpsSection,
  types: number,
  { place, options }: { place: FilePlace; options: LammpsDataReadOptions },
): LammpsAtomStyle {
  const hint = section.comment.split(/\s+/)[0]!;
  if (options.atomStyle) return options.atomStyle;
  if (Object.hasOwn(STYLE_COLUMNS, hint)) return hint as LammpsAtomStyle;
  const here = { ...place, line: section.line };
  const askFor = 'add it behind the name ("Atoms # charge") or give the option atomStyle';
  if (hint !== "")
    throw new FormatError(
      here,
      `atom style ${quote(hint)} is not read`,
      `known are ${Object.keys(STYLE_COLUMNS).join(", ")}`,
    );
  const width = section.rows[0]!.words.length;
  if (width === 5 || width === 8) return "atomic";
  if (width === 7 || width === 10) return "full";
  if (width !== 6 && width !== 9)
    throw new FormatError(here, `no atom style known here has ${plural(width, "column")}`, askFor);
  const isType = (word: string): boolean => (parseWhole(word) ?? 0) >= 1 && parseWhole(word)! <= types;
  const charge = section.rows.every(({ words }) => isType(words[1]!));
  const molecular = section.rows.every(({ words }) => isType(words[2] ?? ""));
  if (charge === molecular)
    throw new FormatError(here, "the columns may be id type charge or id molecule type", askFor);
  return charge ? "charge" : "molecular";
}

interface Atom {
  readonly id: number;
  readonly type: number;
  readonly charge: number;
  readonly position: readonly number[];
}

interface AtomContext {
  readonly place: FilePlace;
  readonly atomStyle: LammpsAtomStyle;
  readonly types: number;
  readonly cell: Cell;
  readonly origin: readonly number[];
}

function readAtoms(section: LammpsSection, context: AtomContext): Atom[] {
  const lead = STYLE_COLUMNS[context.atomStyle];
  const atoms = section.rows.map(({ words, line }): Atom => {
    const here = { ...context.place, line };
    const fault = (message: string, hint: string): FormatError => new FormatError(here, message, hint);
    const whole = (index: number, what: string): number => {
      const value = parseWhole(words[index]!);
      if (value === undefined)
        throw fault(
          `expected ${what}, found ${quote(words[index]!)}`,
          `the columns are ${lead.join(" ")} x y z [ix iy iz]`,
        );
      return value;
    };
    if (words.length !== lead.length + 3 && words.length !== lead.length + 6) {
      throw fault(
        `an atom of style ${context.atomStyle} has ${lead.length + 3} or ${lead.length + 6} columns, found ${words.length}`,
        `the columns are ${lead.join(" ")} x y z [ix iy iz]`,
      );
    }
    const id = whole(0, "an atom id");
    const type = whole(lead.indexOf("type"), "an atom type");
    if (type < 1 || type > context.types)
      throw fault(`atom ${id} has the type ${type}`, `the header announces ${plural(context.types, "type")}`);
    const reals = words.slice(lead.length, lead.length + 3).map(parseReal);
    const charge = lead.includes("charge") ? parseReal(words[lead.indexOf("charge")]!) : 0;
    const wrong = reals.includes(undefined) || charge === undefined;
    if (wrong)
      throw fault(
        `atom ${id} has a coordinate or charge that is not a number`,
        `the line reads ${quote(words.join(" "))}`,
      );
    const images = [0, 1, 2].map((k) =>
      words.length > lead.length + 3 ? whole(lead.length + 3 + k, "an image flag") : 0,
    );
    const v = context.cell.vectors;
    const position = [0, 1, 2].map(
      (k) => reals[k]! - context.origin[k]! + images[0]! * v[k]! + images[1]! * v[3 + k]! + images[2]! * v[6 + k]!,
    );
    return { id, type, charge: charge!, position };
  });
  const lines = new Map<number, number>();
  for (const [i, { id }] of atoms.entries()) {
    const { line } = section.rows[i]!;
    const earlier = lines.get(id);
    if (earlier !== undefined || id < 1) {
      const why = earlier === undefined ? "ids count from 1" : `it also stands in line ${earlier}`;
      throw new FormatError(
        { ...context.place, line },
        `the atom id ${id} is not possible: ${why}`,
        "every atom has its own positive id",
      );
    }
    lines.set(id, line);
  }
  return atoms.sort((a, b) => a.id - b.id);
}
