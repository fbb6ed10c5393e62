// Crystals the tests of this folder share: phonopy's fixtures, and the cubic model of Rodin et al. as a supercell of springs.

import { readFileSync } from "node:fs";
import { readForceConstants } from "../../../src/io/index.js";
import { type CrystalFramework, crystalFramework, rodinLattice } from "../../../src/medium/index.js";
import { type ForceConstants, forceConstants } from "../../../src/modes/index.js";
import { type Crystal, makeCell, makeCrystal, supercell } from "../../../src/structure/index.js";
import { pairField } from "../../helpers/analytic-fields.js";

interface Stored {
  readonly symbols: string[];
  readonly cell: number[];
  readonly fractional: number[];
  readonly masses: number[];
}

export type Salt = "salt" | "blende" | "unstable";

export interface SaltCase {
  readonly unit: Crystal;
  readonly primitive: Crystal;
  readonly supercell: Crystal;
  readonly frequencies: readonly number[][];
}

const file = (name: string): string =>
  readFileSync(new URL(`../../../fixtures/phonopy/medium-salts/${name}`, import.meta.url), "utf8");

export const expected = JSON.parse(file("expected.json")) as {
  readonly thzPerRootCurvature: number;
  readonly q: [number, number, number][];
  readonly cases: Record<Salt, Record<"unit" | "primitive" | "supercell", Stored> & { frequencies: number[][] }>;
};

const crystalOf = ({ symbols, cell, fractional, masses }: Stored): Crystal =>
  makeCrystal({ cell: makeCell(cell), species: symbols, fractional, masses });

export function saltCase(name: Salt): SaltCase {
  const { unit, primitive, supercell, frequencies } = expected.cases[name];
  return { unit: crystalOf(unit), primitive: crystalOf(primitive), supercell: crystalOf(supercell), frequencies };
}

export function saltConstants(name: Salt): ForceConstants {
  const place = { file: `FORCE_CONSTANTS.${name}` };
  return readForceConstants(file(place.file), place, { supercell: saltCase(name).supercell });
}

/** In phonopy's primitive cell, so that its wave vectors can be taken over. */
export const saltFramework = (name: Salt): CrystalFramework =>
  crystalFramework(saltConstants(name), { cells: { primitive: saltCase(name).primitive } });

/** The cubic model as n × n × n atoms on springs at rest length. */
export async function rodinConstants(n: number): Promise<ForceConstants> {
  const { spacing: a, nearSpring, nextSpring, mass } = rodinLattice;
  const field = pairField(
    (r) => {
      const [k, length] = r < 1.2 * a ? [nearSpring, a] : [nextSpring, a * Math.SQRT2];
      return [0.5 * k * (r - length) ** 2, k * (r - length), k];
    },
    { cutoff: 1.6 * a },
  );
  const one = makeCrystal({
    cell: makeCell([a, 0, 0, 0, a, 0, 0, 0, a]),
    species: ["Cl"],
    positions: [0, 0, 0],
    masses: [mass],
  });
  return forceConstants(supercell(one, [n, n, n]).crystal, field, { method: "analytic" });
}
