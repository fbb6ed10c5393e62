// How stiff a bond is. With Φ_AB the force constants between A and the nearest image of B and r̂ the unit vector from A to it,
//
//   φ_p = Φ_AB r̂                      force on A per displacement of B along the bond, eV/Å²; its length is the projected force constant
//                                     (V. L. Deringer et al., 10.1021/acs.jpcc.5b00629)
//   φ_m = |φ_p · m̂|                   what of it acts along a migration direction m̂ (the mpFC of LiM(SeO3)2 work)
//   φ_s = −r̂ᵀ Φ_AB r̂                 positive for a bond that pulls back when stretched
//
// A is the mobile ion: |Φ_AB r̂| and |Φ_BA r̂| differ where Φ_AB is not symmetric; φ_s is the same from both ends.

import { expectShape, type F64, InputError, type Vec3 } from "../base/index.js";
import {
  atomCount,
  atomPermutation,
  type Crystal,
  cartesianRotation,
  minimumImage,
  type SymmetryOperation,
} from "../structure/index.js";
import type { ForceConstants } from "./modes.js";

export interface BondStiffness {
  readonly from: number;
  readonly to: number;
  /** Å, from A to the nearest image of B. */
  readonly vector: Vec3;
  readonly distance: number; // Å
  readonly projected: Vec3; // eV/Å², Φ_AB r̂
  /** |Φ_AB r̂|, eV/Å². */
  readonly magnitude: number;
  /** −r̂ᵀ Φ_AB r̂, eV/Å²: positive for a restoring bond. */
  readonly restoring: number;
}

export interface BondSearch {
  /** Atoms at one end and at the other. */
  readonly from: readonly number[];
  readonly to: readonly number[];
  /** Longest bond, Å; shorter than half the narrowest width of the cell, so that each pair is one bond. */
  readonly cutoffA: number;
}

/** Every pair up to the cut-off, nearest image. @throws InputError for a cut-off too long for the cell, or an atom that is not there. */
export function bondStiffnesses(constants: ForceConstants, search: BondSearch): readonly BondStiffness[] {
  const { reference, values } = constants;
  const n = atomCount(reference);
  expectShape("force constants", values, [n, 3, n, 3]);
  const { from, to, cutoffA } = search;
  const wrong = [...from, ...to].find((atom) => !(Number.isInteger(atom) && atom >= 0 && atom < n));
  if (wrong !== undefined)
    throw new InputError(`atom ${wrong} is not one of the ${n} atoms`, `atoms count from 0 to ${n - 1}`);
  expectCutoff(reference, cutoffA);
  return from.flatMap((a) =>
    to.flatMap((b) => {
      if (a === b) return [];
      const vector = minimumImage(
        reference.cell,
        Float64Array.from([0, 1, 2], (k) => reference.positions[3 * b + k]! - reference.positions[3 * a + k]!),
      ) as unknown as Vec3;
      const distance = Math.hypot(...vector);
      return distance <= cutoffA ? [stiffnessOf(values, { n, a, b }, vector)] : [];
    }),
  );
}

function expectCutoff({ cell }: Crystal, cutoffA: number): void {
  if (!(cutoffA > 0)) throw new InputError(`bonds of up to ${cutoffA} Å`, "give a positive length in Å");
  const widths = [0, 1, 2]
    .filter((k) => cell.periodic[k])
    .map((k) => 1 / Math.hypot(cell.inverse[k]!, cell.inverse[3 + k]!, cell.inverse[6 + k]!));
  const least = Math.min(...widths);
  if (cutoffA >= least / 2)
    throw new InputError(
      `bonds of up to ${cutoffA} Å in a cell only ${least.toFixed(2)} Å wide: a pair can be bonded twice, and its force constants cannot be told apart`,
      "make the force constants in a supercell wider than twice the longest bond",
      { cutoffA, width: least },
    );
}

function stiffnessOf(
  values: F64,
  { n, a, b }: { readonly n: number; readonly a: number; readonly b: number },
  vector: Vec3,
): BondStiffness {
  const distance = Math.hypot(...vector);
  if (!(distance > 1e-6)) throw new InputError(`atoms ${a + 1} and ${b + 1} stand on one place`, "check the structure");
  const unit = vector.map((x) => x / distance);
  const projected = [0, 1, 2].map((alpha) =>
    unit.reduce((sum, r, beta) => sum + values[(3 * a + alpha) * 3 * n + 3 * b + beta]! * r, 0),
  ) as unknown as Vec3;
  return {
    from: a,
    to: b,
    vector,
    distance,
    projected,
    magnitude: Math.hypot(...projected),
    restoring: -projected.reduce((sum, x, k) => sum + x * unit[k]!, 0),
  };
}

/** A way an ion may take: from where `atom` rests along `vector`, Å, Cartesian. */
export interface Migration {
  readonly atom: number;
  readonly vector: Vec3;
}

/** Migrations whose vectors differ by less are one, Å. */
const SAME_WAY = 1e-2;

/** All images of `migrations` under the crystal's operations, each once, the given ones first. */
export function equivalentMigrations(
  crystal: Crystal,
  migrations: readonly Migration[],
  operations: readonly SymmetryOperation[],
): readonly Migration[] {
  const found: Migration[] = [];
  const add = (candidate: Migration): void => {
    const known = found.some(
      ({ atom, vector }) =>
        atom === candidate.atom && Math.hypot(...vector.map((x, k) => x - candidate.vector[k]!)) < SAME_WAY,
    );
    if (!known) found.push(candidate);
  };
  for (const migration of migrations) {
    if (!(Math.hypot(...migration.vector) > SAME_WAY))
      throw new InputError(
        `the migration of atom ${migration.atom + 1} has no length`,
        "give the vector to the vacant site in Å",
      );
    add(migration);
  }
  for (const operation of operations) {
    const image = atomPermutation(crystal, operation);
    const r = cartesianRotation(crystal.cell, operation);
    for (const { atom, vector } of migrations)
      add({
        atom: image[atom]!,
        vector: [0, 1, 2].map(
          (k) => r[3 * k]! * vector[0] + r[3 * k + 1]! * vector[1] + r[3 * k + 2]! * vector[2],
        ) as unknown as Vec3,
      });
  }
  return found;
}

/** Mean, spread and range of a number over bonds. */
export interface Spread {
  readonly count: number;
  /** NaN when there is nothing to average. */
  readonly mean: number;
  /** Standard deviation over the bonds (divided by count), no error of the mean. */
  readonly deviation: number;
  readonly least: number;
  readonly most: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const count = values.length;
  const mean = values.reduce((sum, x) => sum + x, 0) / count;
  const deviation = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / count);
  return {
    count,
    mean,
    deviation,
    least: count ? Math.min(...values) : Number.NaN,
    most: count ? Math.max(...values) : Number.NaN,
  };
}

/** |φ_p · m̂| of every bond along every migration of its ion (the `from` end), eV/Å². */
export function migrationStiffnesses(bonds: readonly BondStiffness[], migrations: readonly Migration[]): number[] {
  return bonds.flatMap(({ from, projected }) =>
    migrations
      .filter(({ atom }) => atom === from)
      .map(({ vector }) => {
        const length = Math.hypot(...vector);
        return Math.abs(projected.reduce((sum, x, k) => sum + (x * vector[k]!) / length, 0));
      }),
  );
}
