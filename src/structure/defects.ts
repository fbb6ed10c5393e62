// Point defects as new crystals, and what they do to charge and formula.

import { InputError, PhysicsError, type Vec3 } from "../base/index.js";
import { atomCount, type Crystal, formulaOf, makeCrystal, speciesList } from "./crystal.js";
import { standardMass } from "./elements.js";

/** The crystal with another element (standard mass) on atom `atom`; its label, if any, becomes one of the new element. */
export function substitute(crystal: Crystal, atom: number, element: string): Crystal {
  expectAtom(crystal, atom);
  const species = speciesList(crystal);
  const labels = crystal.labels && replaceAt(crystal.labels, atom, freshLabel(crystal.labels, element));
  return makeCrystal({
    cell: crystal.cell,
    species: replaceAt(species, atom, element),
    positions: crystal.positions,
    masses: replaceAt(Array.from(crystal.masses), atom, standardMass(element)),
    ...(labels ? { labels } : {}),
  });
}

/** The crystal without atom `atom`; the atoms after it move up by one. */
export function removeAtom(crystal: Crystal, atom: number): Crystal {
  expectAtom(crystal, atom);
  const keep = (_: unknown, i: number): boolean => i !== atom;
  return makeCrystal({
    cell: crystal.cell,
    species: speciesList(crystal).filter(keep),
    positions: Array.from(crystal.positions).filter((_, i) => Math.floor(i / 3) !== atom),
    masses: Array.from(crystal.masses).filter(keep),
    ...(crystal.labels ? { labels: crystal.labels.filter(keep) } : {}),
  });
}

export interface InsertOptions {
  /** Site label; `element` and a number that is free when the crystal has labels and this is left out. */
  readonly label?: string;
  /** amu; standard mass when left out. */
  readonly mass?: number;
}

/** The crystal with one more atom, the last, at `position` (Å, Cartesian). A string as options is the label. */
export function insertAtom(
  crystal: Crystal,
  element: string,
  position: Vec3,
  options: InsertOptions | string = {},
): Crystal {
  const { label, mass = standardMass(element) } = typeof options === "string" ? { label: options } : options;
  const known = crystal.labels ?? (label === undefined ? undefined : speciesList(crystal));
  return makeCrystal({
    cell: crystal.cell,
    species: [...speciesList(crystal), element],
    positions: [...crystal.positions, ...position],
    masses: [...crystal.masses, mass],
    ...(known ? { labels: [...known, label ?? freshLabel(known, element)] } : {}),
  });
}

function expectAtom(crystal: Crystal, atom: number): void {
  const n = atomCount(crystal);
  if (!Number.isInteger(atom) || atom < 0 || atom >= n) {
    throw new InputError(`there is no atom with index ${atom} among ${n}`, `indices run from 0 to ${n - 1}`, {
      atom,
      atoms: n,
    });
  }
}

const replaceAt = <T>(list: readonly T[], at: number, value: T): T[] => list.map((old, i) => (i === at ? value : old));

function freshLabel(labels: readonly string[], element: string): string {
  let count = 1;
  while (labels.includes(`${element}${count}`)) count++;
  return `${element}${count}`;
}

/** Charge of the cell in e, with `charges` per element. */
export function netCharge(crystal: Crystal, charges: Readonly<Record<string, number>>): number {
  for (const element of crystal.elements) {
    if (!Number.isFinite(charges[element])) {
      throw new InputError(
        `no charge is given for ${element}`,
        `charges are known for ${Object.keys(charges).join(", ") || "no element"}`,
      );
    }
  }
  // Counts times charges, so that 96 oxygens of −1.2 e do not gather 96 rounding errors.
  return Object.entries(compositionOf(crystal)).reduce((sum, [element, count]) => sum + count * charges[element]!, 0);
}

/**
 * Refuses a charged cell: its Coulomb energy is infinite under periodic boundaries.
 * @throws PhysicsError when |net charge| exceeds `tolerance` e (default 1e-6).
 */
export function requireNeutral(crystal: Crystal, charges: Readonly<Record<string, number>>, tolerance = 1e-6): void {
  const charge = netCharge(crystal, charges);
  if (Math.abs(charge) <= tolerance) return;
  const list = crystal.elements.map((element) => `${element} ${charges[element]}`).join(", ");
  throw new PhysicsError(
    `the cell carries ${charge.toFixed(6)} e: ${formulaOf(crystal)} with charges ${list}`,
    "add or remove ions until the charges cancel (e.g. one more Li+ for each Ge4+ on a P5+ site), or correct the charges",
    { charge, charges, formula: formulaOf(crystal) },
  );
}

/** Atoms of each element in the cell, in order of `elements`. */
export function compositionOf(crystal: Crystal): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const element of crystal.elements) counts[element] = 0;
  for (const kind of crystal.kinds) counts[crystal.elements[kind]!]! += 1;
  return counts;
}

/** "Li3PO4": counts divided by their greatest common divisor, in order of `elements`. */
export function reducedFormula(crystal: Crystal): string {
  const counts = Object.entries(compositionOf(crystal)).filter(([, count]) => count > 0);
  const divisor = counts.reduce((common, [, count]) => gcd(common, count), 0);
  return counts.map(([element, count]) => `${element}${count === divisor ? "" : count / divisor}`).join("");
}

function gcd(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}

/** "Li10Ge(PS6)2" → { Li: 10, Ge: 1, P: 2, S: 12 }; fractions and nested brackets are allowed. */
export function parseFormula(formula: string): Record<string, number> {
  const stack: Record<string, number>[] = [{}];
  let rest = formula.replace(/\s+/g, "");
  const wrong = (): InputError =>
    new InputError(
      `"${formula}" is not a formula, stopped at "${rest}"`,
      "write element symbols, counts and brackets, e.g. Li10Ge(PS6)2",
    );
  if (rest === "") throw wrong();
  while (rest !== "") {
    const token = /^(?:([A-Z][a-z]?)|([([])|([)\]]))(\d+(?:\.\d+)?|\.\d+)?/.exec(rest);
    if (!token) throw wrong();
    const [text, symbol, open, , count] = token;
    if (open && count) throw wrong();
    if (symbol) {
      standardMass(symbol);
      add(stack.at(-1)!, { [symbol]: 1 }, Number(count ?? 1));
    } else if (open) {
      stack.push({});
    } else {
      const group = stack.pop()!;
      if (stack.length === 0) throw wrong();
      add(stack.at(-1)!, group, Number(count ?? 1));
    }
    rest = rest.slice(text.length);
  }
  if (stack.length !== 1) throw wrong();
  return stack[0]!;
}

function add(into: Record<string, number>, what: Readonly<Record<string, number>>, times: number): void {
  for (const [element, count] of Object.entries(what)) into[element] = (into[element] ?? 0) + count * times;
}
