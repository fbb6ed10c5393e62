// Space groups against spglib (fixtures/spglib/space-groups): two independent programs, the C library and its Rust successor.

import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { elementNumbered, findSymmetry, makeCell, makeCrystal } from "../../src/structure/index.js";
import { loadSymmetryForTests } from "../helpers/symmetry.js";

interface Case {
  readonly name: string;
  readonly lattice: number[][];
  readonly positions: number[][];
  readonly numbers: number[];
  readonly number: number;
  readonly international: string;
  readonly pointgroup: string;
  readonly hallNumber: number;
  readonly hall: string;
  readonly equivalentAtoms: number[];
  readonly wyckoffs: string[];
  readonly rotations: number[][];
  readonly translations: number[][];
  readonly atomsInStandardCell: number;
  readonly atomsInPrimitiveCell: number;
}

const file = new URL("../../fixtures/spglib/space-groups/expected.json", import.meta.url);
const fixture = JSON.parse(readFileSync(file, "utf8")) as { symprec: number; cases: Case[] };

beforeAll(loadSymmetryForTests);

/** Rotation and translation modulo the lattice, to 1e-5: neighbours among the special values 1/8, 1/6 … are 0.04 apart. */
function operationName(rotation: ArrayLike<number>, translation: ArrayLike<number>): string {
  const modulo = Array.from(translation, (t) => Math.round((t - Math.floor(t + 1e-6)) * 1e5));
  return `${Array.from(rotation).join(" ")} | ${modulo.join(" ")}`;
}

/** Which atoms are together, whatever the classes are called. */
const partition = (classes: ArrayLike<number | string>): number[] =>
  Array.from(classes, (c) => Array.from(classes).indexOf(c));

describe.each(fixture.cases)("$name", (expected) => {
  const crystal = makeCrystal({
    cell: makeCell(expected.lattice.flat()),
    species: expected.numbers.map((z) => elementNumbered(z).symbol),
    fractional: expected.positions.flat(),
  });
  const find = () => findSymmetry(crystal, { tolerance: fixture.symprec, setting: "spglib" });

  it("has the same space group, point group and Hall setting", () => {
    const found = find();
    expect(found.spaceGroup).toBe(expected.number);
    expect(found.symbol).toBe(expected.international);
    expect(found.pointGroup).toBe(expected.pointgroup);
    expect(found.hallNumber).toBe(expected.hallNumber);
  });

  it("has the same operations of the input cell", () => {
    const found = find().operations.map(({ rotation, translation }) => operationName(rotation, translation));
    const known = expected.rotations.map((rotation, i) => operationName(rotation, expected.translations[i]!));
    expect([...found].sort()).toEqual([...known].sort());
  });

  it("has the same orbits, and one Wyckoff letter and one site symmetry per orbit", () => {
    const found = find();
    expect(partition(found.orbits)).toEqual(partition(expected.equivalentAtoms));
    for (const [atom, orbit] of [...found.orbits].entries()) {
      expect(orbit).toBeLessThanOrEqual(atom);
      expect(found.wyckoffs[atom]).toBe(found.wyckoffs[orbit]);
      expect(found.siteSymmetries[atom]).toBe(found.siteSymmetries[orbit]);
    }
  });

  it("has standard and primitive cells of the same size", () => {
    const found = find();
    expect(found.standard.crystal.kinds.length).toBe(expected.atomsInStandardCell);
    expect(found.primitive.crystal.kinds.length).toBe(expected.atomsInPrimitiveCell);
  });
});

it("Wyckoff letters agree where the origin leaves no choice", () => {
  // Elsewhere a shift of the origin can exchange sites of one kind (a and b in rock salt); here multiplicity and site symmetry tell
  // the occupied sites apart: 4c from 8d in Pnma, 12c from 18e in R-3c.
  for (const name of ["gamma-Li3PO4", "corundum, rhombohedral"]) {
    const expected = fixture.cases.find((one) => one.name === name)!;
    const crystal = makeCrystal({
      cell: makeCell(expected.lattice.flat()),
      species: expected.numbers.map((z) => elementNumbered(z).symbol),
      fractional: expected.positions.flat(),
    });
    expect(findSymmetry(crystal, { tolerance: fixture.symprec }).wyckoffs).toEqual(expected.wyckoffs);
  }
});
