import { beforeAll, describe, expect, it } from "vitest";
import { InputError } from "../../../src/base/index.js";
import {
  atomCount,
  type Crystal,
  chain,
  cscl,
  diamond,
  fcc,
  findNeighbors,
  findSymmetry,
  hcp,
  nacl,
  perovskite,
  rutile,
  zincblende,
} from "../../../src/structure/index.js";
import { loadSymmetryForTests } from "../../helpers/symmetry.js";

beforeAll(loadSymmetryForTests);

// Space group, atoms, nearest neighbours of the first atom and their distance: textbook values.
const TEXTBOOK: readonly [string, Crystal, number, number, number, number][] = [
  ["fcc", fcc(), 225, 4, 12, 4.05 / Math.SQRT2],
  ["fcc, primitive", fcc({ primitive: true }), 225, 1, 12, 4.05 / Math.SQRT2],
  ["diamond", diamond(), 227, 8, 4, (5.431 * Math.sqrt(3)) / 4],
  ["diamond, primitive", diamond({ primitive: true }), 227, 2, 4, (5.431 * Math.sqrt(3)) / 4],
  ["rock salt", nacl(), 225, 8, 6, 2.82],
  ["rock salt, primitive", nacl({ primitive: true }), 225, 2, 6, 2.82],
  ["zinc blende", zincblende(), 216, 8, 4, (5.41 * Math.sqrt(3)) / 4],
  ["caesium chloride", cscl(), 221, 2, 8, (4.12 * Math.sqrt(3)) / 2],
  ["perovskite", perovskite(), 221, 5, 12, 3.905 / Math.SQRT2],
  ["hcp", hcp(), 194, 2, 12, 3.209],
];

describe("prototypes", () => {
  it.each(TEXTBOOK)("%s", (_name, crystal, group, atoms, count, distance) => {
    expect(findSymmetry(crystal).spaceGroup).toBe(group);
    expect(atomCount(crystal)).toBe(atoms);
    const list = findNeighbors(crystal, distance * 1.01);
    expect(list.first[1]).toBe(count);
    for (let p = 0; p < count; p++) expect(list.distance[p]).toBeCloseTo(distance, 12);
  });

  it("rutile is P4_2/mnm with Ti–O of 1.949 (four) and 1.980 Å (two)", () => {
    // Abrahams and Bernstein, 10.1063/1.1676322: 1.948 and 1.981 Å
    expect(findSymmetry(rutile()).spaceGroup).toBe(136);
    const list = findNeighbors(rutile(), 2.2);
    expect(list.first[1]).toBe(6);
    expect(Math.abs(list.distance[0]! - 1.948)).toBeLessThan(2e-3);
    expect(Math.abs(list.distance[5]! - 1.981)).toBeLessThan(2e-3);
  });

  it("a chain repeats its elements and masses at even spacing along x", () => {
    const crystal = chain({ elements: ["Li", "Cl"], masses: [1, 3], periods: 3, spacing: 1.5 });
    expect(atomCount(crystal)).toBe(6);
    expect([...crystal.masses]).toEqual([1, 3, 1, 3, 1, 3]);
    expect(crystal.cell.vectors[0]).toBe(9);
    const list = findNeighbors(crystal, 1.6);
    for (let i = 0; i < 6; i++) expect(list.first[i + 1]! - list.first[i]!).toBe(2);
  });

  it("refuses the wrong number of elements", () => {
    expect(() => nacl({ elements: ["Na"] })).toThrow(InputError);
  });
});
