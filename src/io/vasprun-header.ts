// What vasprun.xml says before its first ionic step: time step, kind of run, atoms and their masses.

import { type FilePlace, FormatError } from "../base/index.js";
import { elementNamed, isElement } from "../structure/index.js";
import { parseReal, parseWhole } from "./numbers.js";
import { at, quote } from "./text.js";
import type { VaspLines } from "./vasp-lines.js";

export interface VasprunHeader {
  readonly species: readonly string[];
  readonly masses: readonly number[]; // [n] amu
  readonly potimFs: number | undefined;
  readonly ibrion: number | undefined;
  /** Ionic steps from one that is written to the next. */
  readonly block: number;
  /** Line of the end of the atoms. */
  readonly place: FilePlace;
}

interface AtomType {
  readonly element: string;
  readonly mass: number;
}

/** Up to the end of <atominfo>. @throws FormatError where the file has none. */
export async function readVasprunHeader(lines: VaspLines): Promise<VasprunHeader> {
  const { window } = lines;
  const settings = new Map<string, string>();
  const types: AtomType[] = [];
  const atoms: { readonly element: string; readonly type: number }[] = [];
  let list = "";
  for (;;) {
    const line = await lines.next();
    if (line === undefined) {
      throw new FormatError(
        { file: window.source.name },
        "the file ends before its list of atoms",
        "it is cut short, or no vasprun.xml with one element on each line, as VASP writes it",
      );
    }
    const setting = /^<i [^>]*\bname="(\w+)"[^>]*>([^<]*)<\/i>/.exec(line);
    if (setting) settings.set(setting[1]!, setting[2]!.trim());
    const array = /^<array name="(\w+)"/.exec(line);
    if (array) list = array[1]!;
    if (line.startsWith("<rc>")) {
      const cells = Array.from(line.matchAll(/<c>([^<]*)<\/c>/g), (cell) => cell[1]!.trim());
      const place = { file: window.source.name, line: window.line - 1 };
      if (list === "atomtypes") types.push(typeOf(cells, place));
      else if (list === "atoms") atoms.push(atomOf(cells, place));
    }
    if (!line.startsWith("</atominfo>")) continue;
    const place = { file: window.source.name, line: window.line - 1 };
    if (atoms.length === 0) throw new FormatError(place, "the list of atoms is empty", "the file is edited or damaged");
    const named = atoms.map(({ element, type }) => {
      const known = types[type - 1];
      if (known) return known;
      const { symbol, mass } = at(place, () => elementNamed(element));
      return { element: symbol, mass };
    });
    return {
      species: named.map(({ element }) => element),
      masses: named.map(({ mass }) => mass),
      potimFs: parseReal(settings.get("POTIM") ?? ""),
      ibrion: parseWhole(settings.get("IBRION") ?? ""),
      block: blockOf(settings),
      place,
    };
  }
}

/**
 * With learned forces alone (ML_MODE = run) VASP from 6.4.3 on writes every ML_OUTBLOCK-th step, earlier ones every step;
 * NBLOCK is not for this file (https://www.vasp.at/wiki/index.php/ML_OUTBLOCK).
 */
function blockOf(settings: ReadonlyMap<string, string>): number {
  const block = parseWhole(settings.get("ML_OUTBLOCK") ?? "") ?? 1;
  const [major = 0, minor = 0, patch = 0] = (settings.get("version") ?? "")
    .split(".")
    .map((part) => parseInt(part, 10));
  const late = major > 6 || (major === 6 && (minor > 4 || (minor === 4 && patch >= 3)));
  return late && /^run/i.test(settings.get("ML_MODE") ?? "") && block > 1 ? block : 1;
}

function atomOf(cells: readonly string[], place: FilePlace): { element: string; type: number } {
  const type = parseWhole(cells[1] ?? "");
  if (cells.length >= 2 && type !== undefined) return { element: cells[0]!, type };
  throw new FormatError(
    place,
    `expected an element and a type, found ${quote(cells.join(" "))}`,
    "the file is edited or damaged",
  );
}

/** count, element, mass, valence, potential; the element's column is two letters wide, the potential's name is whole. */
function typeOf(cells: readonly string[], place: FilePlace): AtomType {
  const fromPotential = elementOfPotential(cells[4] ?? "");
  const element = fromPotential ?? at(place, () => elementNamed(cells[1] ?? "").symbol);
  const mass = parseReal(cells[2] ?? "");
  if (mass !== undefined && mass > 0) return { element, mass };
  throw new FormatError(place, `the mass of ${element} is ${quote(cells[2] ?? "")}`, "the file is edited or damaged");
}

/** "PAW_PBE Li_sv 10Sep2004" → Li */
export function elementOfPotential(title: string): string | undefined {
  for (const word of title.split(/\s+/)) {
    const symbol = /^([A-Z][a-z]?)(?:[_.\d]|$)/.exec(word)?.[1];
    if (symbol !== undefined && isElement(symbol)) return symbol;
  }
  return undefined;
}
