// What an element symbol means: number, mass, radii, electronegativity, usual charges, colour.

import { InputError } from "../base/index.js";
import { COLOURS, ELEMENT_ROWS, FAMILY_COLOURS, HYDROGEN_ISOTOPES } from "./element-data.js";

export interface Element {
  readonly symbol: string;
  /** Atomic number; 1 for D and T too. */
  readonly number: number;
  /** Standard atomic weight, amu. */
  readonly mass: number;
  /** Single-bond covalent radius, Å; absent beyond curium. */
  readonly covalentRadius?: number;
  /** Pauling scale; absent where none is established. */
  readonly electronegativity?: number;
  /** Oxidation states common in solids, most common first. */
  readonly oxidationStates: readonly number[];
  /** "#rrggbb" for pictures. */
  readonly colour: string;
}

const ALKALI = [3, 11, 19, 37, 55, 87];
const NOBLE = [2, 10, 18, 36, 54, 86, 118];
const ELEMENTS: ReadonlyMap<string, Element> = buildTable();

function buildTable(): Map<string, Element> {
  const table = new Map<string, Element>();
  for (const [row, [symbol, mass, covalent, pauling, oxidationStates]] of ELEMENT_ROWS.entries()) {
    table.set(symbol, {
      symbol,
      number: row + 1,
      mass,
      ...(covalent > 0 ? { covalentRadius: covalent } : {}),
      ...(pauling > 0 ? { electronegativity: pauling } : {}),
      oxidationStates,
      colour: COLOURS[symbol] ?? familyColour(row + 1),
    });
  }
  const hydrogen = table.get("H")!;
  for (const [symbol, mass] of Object.entries(HYDROGEN_ISOTOPES)) table.set(symbol, { ...hydrogen, symbol, mass });
  return table;
}

function familyColour(number: number): string {
  if (ALKALI.includes(number)) return "#8a5fc4";
  if (ALKALI.includes(number - 1)) return "#4f9a5e";
  if (NOBLE.includes(number)) return "#7fc4d8";
  if (NOBLE.includes(number + 1)) return "#7a4a80"; // heavy halogens
  const family = FAMILY_COLOURS.find(([first, last]) => number >= first && number <= last);
  return family?.[2] ?? "#9a8f86"; // main-group metals and metalloids
}

/** True when `symbol` is an element (or D, T), spelled with its capital. */
export const isElement = (symbol: string): boolean => ELEMENTS.has(symbol);

/**
 * The element with this symbol; D and T are hydrogen with their own mass.
 * @throws InputError that names the nearest known symbol.
 */
export function elementNamed(symbol: string): Element {
  const element = ELEMENTS.get(symbol);
  if (element) return element;
  const nearest = nearestSymbol(symbol);
  const hint = sharesLetter(symbol, nearest) ? `did you mean "${nearest}"?` : "element symbols are like Li, P, O";
  throw new InputError(`"${symbol}" is not an element symbol`, hint, { symbol, nearest });
}

/** The element with atomic number 1 … 118. */
export function elementNumbered(number: number): Element {
  const row = ELEMENT_ROWS[number - 1];
  if (!row) {
    throw new InputError(`no element has the number ${number}`, `atomic numbers run from 1 to ${ELEMENT_ROWS.length}`);
  }
  return ELEMENTS.get(row[0])!;
}

/** Standard atomic weight, amu. */
export const standardMass = (symbol: string): number => elementNamed(symbol).mass;

export const atomicNumber = (symbol: string): number => elementNamed(symbol).number;

/** Charge an element carries most often in a solid, e; 0 for the noble gases. */
export const commonOxidationState = (symbol: string): number => elementNamed(symbol).oxidationStates[0] ?? 0;

/** The symbol at the start of a label such as "Li2", "O1A" or "Cl-": two letters when they name an element, else one. */
export function elementOfLabel(label: string): string {
  const [first = "", second = ""] = label.trim();
  const two = first.toUpperCase() + second.toLowerCase();
  if (second !== "" && ELEMENTS.has(two)) return two;
  if (ELEMENTS.has(first.toUpperCase())) return first.toUpperCase();
  throw new InputError(`no element symbol begins the label "${label}"`, "labels begin with a symbol, e.g. Li2 or O1");
}

const sharesLetter = (a: string, b: string): boolean =>
  [...a.toLowerCase()].some((letter) => b.toLowerCase().includes(letter));

/** Known symbol with the fewest letters to insert, delete, replace or recapitalise; the lighter element on a tie. */
function nearestSymbol(symbol: string): string {
  let nearest = "H";
  let least = Number.POSITIVE_INFINITY;
  for (const known of ELEMENTS.keys()) {
    // A wrong capital costs less than a wrong letter, so "LI" finds Li and not I.
    const cost = editDistance(symbol.toLowerCase(), known.toLowerCase()) + 0.1 * editDistance(symbol, known);
    if (cost < least) {
      least = cost;
      nearest = known;
    }
  }
  return nearest;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(replaced, previous[j]! + 1, current[j - 1]! + 1));
    }
    previous = current;
  }
  return previous[b.length]!;
}
