// Bonding of the mobile ion by class of anion (anion-classes.ts): what holds it, and along the way it goes.
//
//   pFC(class)    mean of |Φ_AB r̂| over all bonds from a mobile ion to anions of the class
//   mpFC(class)   mean of |Φ_AB r̂ · m̂| over these bonds and all migrations of the ion at their end, equivalent ones included
//   Δ             edge minus corner: negative when the anions that share an edge with the framework hold the ion less
//   centre(class) Σ_n f_n Σ_{i∈class} |e_{i,n}|² / Σ_n Σ_{i∈class} |e_{i,n}|² over the stable modes
//
// Ouyang et al. on LiM(SeO3)2 print one bond per class; here all are averaged and their spread is given.

import { InputError, type Note } from "../base/index.js";
import {
  atomWeights,
  type BondStiffness,
  bondStiffnesses,
  equivalentMigrations,
  type ForceConstants,
  type Migration,
  type Modes,
  migrationStiffnesses,
  type Spread,
  spreadOf,
} from "../modes/index.js";
import { atomsOf, type SymmetryOperation } from "../structure/index.js";
import type { AnionClass, AnionClasses } from "./anion-classes.js";

export interface BondingOptions {
  /** Element of the mobile ion. */
  readonly mobile: string;
  /** Longest bond of the mobile ion, Å. Default 2.6. */
  readonly cutoffA?: number;
  /** Ways the ions take, to neighbouring vacant sites. Default: none, and no mpFC. */
  readonly migrations?: readonly Migration[];
  /** Operations under which migrations are repeated. Default: none. */
  readonly operations?: readonly SymmetryOperation[];
}

export interface ClassBonding {
  readonly bonds: number;
  readonly distance: Spread; // Å
  readonly projected: Spread; // eV/Å², |Φ r̂|
  /** eV/Å², −r̂ᵀΦr̂: positive for bonds that pull back. */
  readonly restoring: Spread;
  /** eV/Å², |Φ r̂ · m̂|; left out without migrations. */
  readonly migration?: Spread;
}

export interface Bonding {
  readonly classes: Readonly<Partial<Record<AnionClass, ClassBonding>>>;
  /** mean(edge) − mean(corner), eV/Å²; NaN when one of the classes has no bonds. */
  readonly deltaProjected: number;
  readonly deltaMigration?: number;
  /** Migrations that were averaged over, equivalent ones included. */
  readonly migrations: readonly Migration[];
  readonly bonds: readonly (BondStiffness & { readonly anionClass: AnionClass })[];
  readonly notes: readonly Note[];
}

const NAMES: readonly AnionClass[] = ["edge", "corner", "non-bonded", "mobile-only"];

/** Bonds of the mobile ions by class of anion. */
export function bondingByClass(constants: ForceConstants, classes: AnionClasses, options: BondingOptions): Bonding {
  const { mobile, cutoffA = 2.6, operations = [] } = options;
  const { reference } = constants;
  const ions = atomsOf(reference, mobile);
  if (ions.length === 0)
    throw new InputError(`the crystal has no ${mobile}`, `it has ${reference.elements.join(", ")}`);
  const given = options.migrations ?? [];
  const stray = given.find(({ atom }) => !ions.includes(atom));
  if (stray) throw new InputError(`atom ${stray.atom + 1} is no ${mobile}`, "migrations are of mobile ions");
  const migrations = equivalentMigrations(reference, given, operations);
  const bonds = NAMES.flatMap((anionClass) =>
    bondStiffnesses(constants, { from: ions, to: classes.atoms[anionClass], cutoffA }).map((bond) => ({
      ...bond,
      anionClass,
    })),
  );
  const found: Partial<Record<AnionClass, ClassBonding>> = {};
  for (const name of NAMES) {
    const own = bonds.filter(({ anionClass }) => anionClass === name);
    if (own.length === 0) continue;
    found[name] = {
      bonds: own.length,
      distance: spreadOf(own.map(({ distance }) => distance)),
      projected: spreadOf(own.map(({ magnitude }) => magnitude)),
      restoring: spreadOf(own.map(({ restoring }) => restoring)),
      ...(migrations.length > 0 ? { migration: spreadOf(migrationStiffnesses(own, migrations)) } : {}),
    };
  }
  const delta = (of: (bonding: ClassBonding) => Spread | undefined): number =>
    (found.edge ? (of(found.edge)?.mean ?? Number.NaN) : Number.NaN) -
    (found.corner ? (of(found.corner)?.mean ?? Number.NaN) : Number.NaN);
  return {
    classes: found,
    deltaProjected: delta(({ projected }) => projected),
    ...(migrations.length > 0 ? { deltaMigration: delta(({ migration }) => migration) } : {}),
    migrations,
    bonds,
    notes: idleNotes(ions, migrations, mobile),
  };
}

function idleNotes(ions: readonly number[], migrations: readonly Migration[], mobile: string): readonly Note[] {
  if (migrations.length === 0) return [];
  const idle = ions.filter((ion) => !migrations.some(({ atom }) => atom === ion));
  if (idle.length === 0) return [];
  return [
    {
      code: "ions-without-migration",
      message: `${idle.length} of ${ions.length} ${mobile} have no migration; their bonds are left out of mpFC`,
      hint: "give a way for every kind of site, and the operations that make the others",
    },
  ];
}

/** THz: band centre of each set of atoms over the modes above `minimumThz` (default 1e-3); NaN for an empty set. */
export function classCentres(
  modes: Modes,
  atoms: Readonly<Record<string, readonly number[]>>,
  minimumThz = 1e-3,
): Record<string, number> {
  const weights = atomWeights(modes);
  const n = modes.reference.kinds.length;
  return Object.fromEntries(
    Object.entries(atoms).map(([name, members]) => {
      let [sum, norm] = [0, 0];
      for (let mode = 0; mode < modes.count; mode++) {
        const f = modes.frequencies[mode]!;
        if (f < minimumThz) continue;
        for (const i of members) {
          sum += f * weights[mode * n + i]!;
          norm += weights[mode * n + i]!;
        }
      }
      return [name, sum / norm];
    }),
  );
}
