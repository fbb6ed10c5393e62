// Which element a LAMMPS atom type is, and its mass.

import { type FilePlace, FormatError } from "../base/index.js";
import { elementNamed, elementNumbered, isElement, standardMass } from "../structure/index.js";
import type { LammpsDataReadOptions, LammpsSection } from "./lammps-sections.js";
import { parseReal, parseWhole } from "./numbers.js";
import { at, plural, quote } from "./text.js";

export interface AtomType {
  readonly symbol: string;
  readonly mass: number; // amu
}

interface TypeSources {
  /** Number of atom types the header announces. */
  readonly types: number;
  readonly masses: LammpsSection | undefined;
  /** Section "Atom Type Labels". */
  readonly labels: LammpsSection | undefined;
}

/** A mass this close to a standard one names the element, amu. */
const SAME_MASS = 0.05;
const LAST_ELEMENT = 118;

/** [types] in order: from the option, the labels, the comments behind the masses, then the masses. */
export function nameTypes(sources: TypeSources, place: FilePlace, options: LammpsDataReadOptions): readonly AtomType[] {
  const { types, masses } = sources;
  if (options.species && options.species.length !== types) {
    throw new FormatError(
      { ...place, line: 1 },
      `species has ${plural(options.species.length, "name")}, the file ${plural(types, "atom type")}`,
      "give one element for every type",
    );
  }
  const rows = masses ? rowsByType(masses, types, place) : [];
  const labels = sources.labels ? rowsByType(sources.labels, types, place) : [];
  if (!masses && !options.species && labels.length === 0) {
    throw new FormatError(
      { ...place, line: 1 },
      "no section Masses: which elements are the atom types?",
      "give the option species, one element for every type",
    );
  }
  return Array.from({ length: types }, (_, i) => {
    const row = rows[i];
    const mass = row && massOf(row, place);
    const given = options.species?.[i] ?? symbolIn(labels[i]?.words[1] ?? "") ?? symbolIn(row?.comment ?? "");
    if (given !== undefined) {
      const symbol = at({ ...place, line: row?.line ?? 1 }, () => elementNamed(given).symbol);
      noteMass(i, symbol, mass, { place, options });
      return { symbol, mass: mass ?? standardMass(symbol) };
    }
    if (row === undefined || mass === undefined)
      throw new FormatError(
        { ...place, line: labels[i]?.line ?? 1 },
        `atom type ${i + 1} has no element`,
        "give the option species",
      );
    const symbol = elementOfMass(mass, { ...place, line: row.line });
    options.notes?.add(
      "lammps-element-from-mass",
      `${place.file}:${row.line}: atom type ${i + 1} with the mass ${mass} amu was taken for ${symbol}`,
      `write "# ${symbol}" behind the mass`,
    );
    return { symbol, mass };
  });
}

type Row = LammpsSection["rows"][number];

function rowsByType(section: LammpsSection, types: number, place: FilePlace): Row[] {
  const rows: Row[] = [];
  for (const row of section.rows) {
    const type = parseWhole(row.words[0]!);
    if (row.words.length !== 2 || type === undefined || type < 1 || type > types || rows[type - 1]) {
      throw new FormatError(
        { ...place, line: row.line },
        `expected an atom type from 1 to ${types}, each once, and its value, found ${quote(row.words.join(" "))}`,
        `the section is ${section.name}`,
      );
    }
    rows[type - 1] = row;
  }
  if (section.rows.length !== types) {
    throw new FormatError(
      { ...place, line: section.line },
      `${section.name} has ${plural(section.rows.length, "row")} for ${plural(types, "atom type")}`,
      "every type needs one",
    );
  }
  return rows;
}

function massOf(row: Row, place: FilePlace): number {
  const mass = parseReal(row.words[1]!);
  if (mass !== undefined && mass > 0) return mass;
  throw new FormatError(
    { ...place, line: row.line },
    `the mass of type ${row.words[0]} is ${quote(row.words[1]!)}`,
    "masses are positive, in g/mol",
  );
}

/** "Li", "Li+" or "Li cation" → Li. */
function symbolIn(text: string): string | undefined {
  const letters = /^[A-Za-z]+/.exec(text.trim())?.[0] ?? "";
  return isElement(letters) ? letters : undefined;
}

function noteMass(
  type: number,
  symbol: string,
  mass: number | undefined,
  { place, options }: { place: FilePlace; options: LammpsDataReadOptions },
): void {
  if (mass === undefined || Math.abs(mass - standardMass(symbol)) < 0.5) return;
  options.notes?.add(
    "lammps-mass-differs",
    `${place.file}: atom type ${type + 1} is ${symbol} (${standardMass(symbol)} amu) and has the mass ${mass} amu`,
    "the mass of the file was taken",
  );
}

function elementOfMass(mass: number, place: FilePlace): string {
  let nearest = "H";
  for (let number = 2; number <= LAST_ELEMENT; number++) {
    const { symbol } = elementNumbered(number);
    if (Math.abs(standardMass(symbol) - mass) < Math.abs(standardMass(nearest) - mass)) nearest = symbol;
  }
  if (Math.abs(standardMass(nearest) - mass) <= SAME_MASS) return nearest;
  throw new FormatError(
    place,
    `no element has the mass ${mass} amu (nearest is ${nearest}, ${standardMass(nearest)})`,
    "write the symbol behind the mass, or give the option species",
  );
}
