// Unit strings of H5MD's module "units": "nm", "Angstrom", "ps-1 nm", "kJ mol-1": products of symbols with whole powers.

import { convert, FormatError, type Notes } from "../base/index.js";
import type { Hdf5Reader } from "./h5md-file.js";

type Quantity = "length" | "time" | "velocity" | "energy";

const LENGTHS: Readonly<Record<string, number>> = {
  Angstrom: 1,
  angstrom: 1,
  A: 1,
  Å: 1,
  nm: convert("length", 1, "nm", "A"),
  pm: 0.01,
  bohr: convert("length", 1, "bohr", "A"),
  m: convert("length", 1, "m", "A"),
};
const TIMES: Readonly<Record<string, number>> = { fs: 1, ps: 1e3, ns: 1e6, s: 1e15 };
const ENERGIES: Readonly<Record<string, number>> = {
  eV: 1,
  "kJ mol-1": convert("energy", 1, "kJ/mol", "eV"),
  "kcal mol-1": convert("energy", 1, "kcal/mol", "eV"),
  hartree: convert("energy", 1, "hartree", "eV"),
};

/** Taken where a file names no unit, as the most common programs write. */
const ASSUMED: Readonly<Record<Quantity, string>> = {
  length: "Angstrom",
  time: "ps",
  velocity: "Angstrom ps-1",
  energy: "eV",
};

export interface UnitInput {
  readonly path: string;
  readonly unit: unknown;
  readonly quantity: Quantity;
  readonly notes?: Notes;
}

/** Size of the unit in ours: Å, fs, Å/fs, eV. @throws FormatError for a unit that is not known. */
export function unitFactor(file: Pick<Hdf5Reader, "name">, { path, unit, quantity, notes }: UnitInput): number {
  if (typeof unit !== "string" || unit.trim() === "") {
    notes?.add("h5md-unit-assumed", `${file.name}: ${path} has no unit; taken as ${ASSUMED[quantity]}`);
    return factorOf(ASSUMED[quantity], quantity)!;
  }
  const factor = factorOf(unit.trim(), quantity);
  if (factor !== undefined) return factor;
  throw new FormatError(
    { file: file.name },
    `${path} has the unit "${unit}", which is no unit of ${quantity} known here`,
    `lengths: ${Object.keys(LENGTHS).join(", ")}; times: ${Object.keys(TIMES).join(", ")}; energies: ${Object.keys(ENERGIES).join(", ")}`,
  );
}

function factorOf(unit: string, quantity: Quantity): number | undefined {
  if (quantity === "length") return LENGTHS[unit];
  if (quantity === "time") return TIMES[unit];
  if (quantity === "energy") return ENERGIES[unit.replace("/mol", " mol-1")];
  const [first = "", second = ""] = unit.replace(/\/(\w+)$/, " $1-1").split(/[\s*]+/);
  const inverse = (word: string): string | undefined => /^(\w+)-1$/.exec(word)?.[1];
  const [length, time] = inverse(first) === undefined ? [first, inverse(second)] : [second, inverse(first)];
  const [l, t] = [LENGTHS[length], time === undefined ? undefined : TIMES[time]];
  return l === undefined || t === undefined ? undefined : l / t;
}
