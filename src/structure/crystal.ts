// What is where: the value every computation starts from.

import { expectFinite, expectShape, type F64, type I32, InputError } from "../base/index.js";
import { type Cell, toCartesian, toFractional } from "./cell.js";
import { elementNamed, standardMass } from "./elements.js";

export interface Crystal {
  readonly cell: Cell;
  /** [nKinds] element symbols. */
  readonly elements: readonly string[];
  /** [n] index into `elements`. */
  readonly kinds: I32;
  /** [n] amu. */
  readonly masses: F64;
  /** [n,3] Å, Cartesian, not necessarily wrapped into the cell. */
  readonly positions: F64;
  /** [n] site labels, e.g. "Li2". */
  readonly labels?: readonly string[];
}

/** What a crystal is made from. Positions are Cartesian unless given as `fractional`. */
export interface CrystalParts {
  readonly cell: Cell;
  /** [n] element symbol of every atom, in order. */
  readonly species: readonly string[];
  readonly positions?: ArrayLike<number>;
  readonly fractional?: ArrayLike<number>;
  /** [n] amu; standard atomic masses when left out. */
  readonly masses?: ArrayLike<number>;
  readonly labels?: readonly string[];
}

/**
 * Builds and checks a crystal. Kinds are numbered in order of first appearance.
 * @throws InputError for an unknown element, wrong array lengths, or numbers that are not finite.
 */
export function makeCrystal(parts: CrystalParts): Crystal {
  const { cell, species } = parts;
  const n = species.length;
  if (n === 0) throw new InputError("the structure has no atoms", "check that the file was read as the right format");
  const given = parts.positions ?? (parts.fractional && toCartesian(cell, Float64Array.from(parts.fractional)));
  if (!given) throw new InputError("a crystal needs positions or fractional coordinates", "pass one of the two");
  const positions = Float64Array.from(given);
  expectShape("positions", positions, [n, 3]);
  expectFinite("position", positions);
  const elements = [...new Set(species)];
  for (const symbol of elements) elementNamed(symbol);
  const masses = parts.masses ? Float64Array.from(parts.masses) : Float64Array.from(species, standardMass);
  expectShape("masses", masses, [n]);
  const light = masses.findIndex((mass) => !(mass > 0));
  if (light >= 0)
    throw new InputError(`atom ${light + 1} has the mass ${masses[light]} amu`, "masses must be positive");
  if (parts.labels) expectShape("labels", parts.labels, [n]);
  return {
    cell,
    elements,
    kinds: Int32Array.from(species, (symbol) => elements.indexOf(symbol)),
    masses,
    positions,
    ...(parts.labels ? { labels: parts.labels } : {}),
  };
}

export const atomCount = (crystal: Crystal): number => crystal.kinds.length;

/** Element symbol of atom `i`. */
export const speciesOf = (crystal: Crystal, i: number): string => crystal.elements[crystal.kinds[i]!]!;

/** [n] element symbol of every atom. */
export const speciesList = (crystal: Crystal): string[] => Array.from(crystal.kinds, (kind) => crystal.elements[kind]!);

/** Indices of the atoms of one element. */
export function atomsOf(crystal: Crystal, element: string): number[] {
  return speciesList(crystal).flatMap((symbol, i) => (symbol === element ? [i] : []));
}

/** [n,3] fractional coordinates, not wrapped. */
export const fractionalPositions = (crystal: Crystal): Float64Array<ArrayBuffer> =>
  toFractional(crystal.cell, crystal.positions);

/** The same atoms elsewhere. */
export function withPositions(crystal: Crystal, positions: ArrayLike<number>): Crystal {
  expectShape("positions", positions, [atomCount(crystal), 3]);
  return { ...crystal, positions: Float64Array.from(positions) };
}

/** The same fractional arrangement in another cell. */
export function withCell(crystal: Crystal, cell: Cell): Crystal {
  return { ...crystal, cell, positions: toCartesian(cell, fractionalPositions(crystal)) };
}

/** "Li73 Ge1 P23 O96": counts by element in order of `elements`. */
export function formulaOf(crystal: Crystal): string {
  return crystal.elements
    .map((symbol, kind) => `${symbol}${Array.from(crystal.kinds).filter((k) => k === kind).length}`)
    .join(" ");
}
