import { beforeAll, describe, expect, it } from "vitest";
import { anionClasses, bondingByClass, classCentres } from "../../../src/coupling/index.js";
import {
  bondStiffnesses,
  equivalentMigrations,
  forceConstants,
  forceConstantsFrom,
  type Modes,
  migrationStiffnesses,
  solveModes,
  spreadOf,
} from "../../../src/modes/index.js";
import { findSymmetry, makeCell, makeCrystal, nacl } from "../../../src/structure/index.js";
import { pairField } from "../../helpers/analytic-fields.js";
import { springSalt } from "../../helpers/small-crystals.js";
import { loadSymmetryForTests } from "../../helpers/symmetry.js";

beforeAll(loadSymmetryForTests);

// An octahedron of oxygen around Sc, one Na over an edge of it (two bonds of 2 Å), one at a corner (a bond of 2.2 Å).
const crystal = makeCrystal({
  cell: makeCell([30, 0, 0, 0, 30, 0, 0, 0, 30]),
  species: ["Na", "Na", "Sc", "O", "O", "O", "O", "O", "O"],
  positions: [
    [2, 2, 0],
    [-4.2, 0, 0],
    [0, 0, 0],
    [2, 0, 0],
    [0, 2, 0],
    [-2, 0, 0],
    [0, -2, 0],
    [0, 0, 2],
    [0, 0, -2],
  ].flat(),
});
// Bonds under tension: U″ = 3 eV/Å² up to 2.1 Å and 1.5 beyond, U′ = 0.2 eV/Å, which stiffens across the bond but not along it.
const field = pairField(
  (r, kindA, kindB) => (kindA + kindB === 2 && kindA !== kindB ? [0, 0.2, r < 2.1 ? 3 : 1.5] : undefined),
  { cutoff: 2.4 },
);
const classes = () => anionClasses(crystal, { mobile: "Na", framework: ["Sc"] });

describe("bonding by class of anion", () => {
  it("averages the force constants along all bonds, tension aside", async () => {
    const constants = await forceConstants(crystal, field, { sumRule: "keep" });
    const found = bondingByClass(constants, classes(), { mobile: "Na" });
    const { edge, corner } = found.classes;
    expect([edge!.bonds, corner!.bonds]).toEqual([2, 1]);
    expect(edge!.projected.mean).toBeCloseTo(3, 12);
    expect(edge!.projected.deviation).toBeLessThan(1e-12);
    expect(corner!.projected.mean).toBeCloseTo(1.5, 12);
    // springs pull back: Φ between the two ends is negative along the bond
    expect(edge!.restoring.mean).toBeCloseTo(3, 12);
    expect(found.deltaProjected).toBeCloseTo(1.5, 12);
    expect(found.deltaMigration).toBeUndefined();
  });

  it("takes what acts along the migration: |Φ r̂ · m̂| over all bonds and ways", async () => {
    const constants = await forceConstants(crystal, field, { sumRule: "keep" });
    const migrations = [
      { atom: 0, vector: [-1.5, 0, 0] as const }, // along one of the two bonds, across the other: 3 and 0
      { atom: 1, vector: [1, 1, 0] as const }, // 45° off the bond
    ];
    const found = bondingByClass(constants, classes(), { mobile: "Na", migrations });
    expect(found.classes.edge!.migration!.mean).toBeCloseTo(1.5, 12);
    expect(found.classes.edge!.migration!.deviation).toBeCloseTo(1.5, 12);
    expect(found.classes.corner!.migration!.mean).toBeCloseTo(1.5 / Math.SQRT2, 12);
    expect(found.deltaMigration).toBeCloseTo(1.5 - 1.5 / Math.SQRT2, 12);
    expect(bondingByClass(constants, classes(), { mobile: "Na", migrations: [migrations[0]!] }).notes[0]!.code).toBe(
      "ions-without-migration",
    );
    expect(() =>
      bondingByClass(constants, classes(), { mobile: "Na", migrations: [{ atom: 3, vector: [1, 0, 0] }] }),
    ).toThrow(/atom 4 is no Na/);
  });

  it("repeats migrations by the crystal's symmetry: twelve ⟨110⟩ ways of each of four ions in rock salt", () => {
    const salt = nacl();
    const { operations } = findSymmetry(salt);
    const all = equivalentMigrations(salt, [{ atom: 0, vector: [2, 2, 0] }], operations);
    expect(all.length).toBe(48);
    for (const { vector } of all) expect(Math.hypot(...vector)).toBeCloseTo(Math.sqrt(8), 10);
    // over all of them the mean of |m̂·r̂| for a bond along x is that of (1,1,0)/√2: 8 of 12 have |m_x| = 1/√2
    const bond = {
      from: 0,
      to: 4,
      vector: [1, 0, 0],
      distance: 1,
      projected: [2, 0, 0],
      magnitude: 2,
      restoring: 2,
    } as const;
    expect(spreadOf(migrationStiffnesses([bond], all)).mean).toBeCloseTo((2 * 8) / 12 / Math.SQRT2, 10);
  });

  it("refuses bonds that the cell is too small to tell apart", async () => {
    const { crystal: salt, field: springs } = springSalt();
    const constants = await forceConstants(salt, springs);
    expect(() => bondStiffnesses(constants, { from: [0], to: [4], cutoffA: 2.9 })).toThrow(/5.60 Å wide/);
    const two = forceConstantsFrom(salt, new Float64Array(24 ** 2));
    expect(() => bondStiffnesses(two, { from: [9], to: [4], cutoffA: 2 })).toThrow(/atom 9 is not one of the 8/);
  });
});

describe("band centres by class", () => {
  it("are the mean frequency each class moves at, unstable modes left out", async () => {
    const { crystal: salt, field: springs } = springSalt();
    const modes = solveModes(await forceConstants(salt, springs));
    const centres = classCentres(modes, { all: [0, 1, 2, 3, 4, 5, 6, 7], Na: [0, 1, 2, 3], none: [] });
    const stable = [...modes.frequencies].filter((f) => f > 1e-3);
    expect(centres.all).toBeCloseTo(stable.reduce((sum, f) => sum + f, 0) / stable.length, 10);
    expect(centres.none).toBeNaN();
    // one mode on atom 0 at 2 THz, one on atom 1 at 5 THz
    const toy: Modes = {
      ...modes,
      count: 2,
      frequencies: Float64Array.of(2, 5),
      vectors: new Float64Array(48).fill(1, 0, 1).fill(1, 27, 28),
    };
    expect(classCentres(toy, { a: [0], b: [1], both: [0, 1] })).toEqual({ a: 2, b: 5, both: 3.5 });
  });
});
