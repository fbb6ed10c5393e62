// D(q) of a crystal from a supercell's force constants, its long waves, and the cuts into cells.

import { describe, expect, it } from "vitest";
import { ACCELERATION, maxAbs, THZ_PER_ROOT_CURVATURE, type Vec3 } from "../../../src/base/index.js";
import {
  type CrystalFramework,
  crystalDrag,
  crystalFramework,
  cubicFramework,
  DRAG_PER_PAPER,
  frequenciesAt,
  KM_PER_S_PER_A_PER_FS,
  requireStable,
  rodinLattice,
  soundAlong,
  soundSummary,
  surveySpectrum,
} from "../../../src/medium/index.js";
import { solveModes } from "../../../src/modes/index.js";
import {
  cutIntoCells,
  displacementsBetween,
  makeCell,
  makeCrystal,
  repeatedAtomByAtom,
  speciesList,
  supercell,
  toCartesian,
} from "../../../src/structure/index.js";
import { expected, rodinConstants, saltCase, saltConstants, saltFramework } from "./crystals.js";

const ratio = expected.thzPerRootCurvature / THZ_PER_ROOT_CURVATURE;

describe("D(q) from a supercell", () => {
  for (const name of ["salt", "blende", "unstable"] as const) {
    it(`${name}: phonopy's frequencies at wave vectors that fit the supercell and that do not`, () => {
      const framework = saltFramework(name);
      const theirs = saltCase(name).frequencies;
      for (const [k, q] of expected.q.entries()) {
        const ours = frequenciesAt(framework, q);
        for (let u = 0; u < 6; u++) {
          // The file's 15 decimals and both eigensolvers: 1e-15 of λ_max, which is 1e-7 THz where f = 0 and far less elsewhere.
          const allowed = Math.abs(theirs[k]![u]!) < 0.01 ? 3e-6 : 1e-9;
          expect(Math.abs(ours[u]! * ratio - theirs[k]![u]!)).toBeLessThan(allowed);
        }
      }
    });
  }

  it("Γ of the whole 64-atom supercell holds the primitive cell's modes at the 32 wave vectors that fit", () => {
    const framework = saltFramework("blende");
    const all: number[] = [];
    for (let i = 0; i < 4; i++)
      for (let j = 0; j < 4; j++)
        for (let k = 0; k < 4; k++) {
          // q fits when q·S is whole for the supercell vectors S, whose rows in primitive units are M.
          const q: Vec3 = [i / 4, j / 4, k / 4];
          const m = framework.cells.matrix;
          const fits = [0, 1, 2].every((row) => {
            const turns = q[0] * m[3 * row]! + q[1] * m[3 * row + 1]! + q[2] * m[3 * row + 2]!;
            return Math.abs(turns - Math.round(turns)) < 1e-9;
          });
          if (fits) all.push(...frequenciesAt(framework, q));
        }
    expect(all).toHaveLength(192);
    all.sort((a, b) => a - b);
    const whole = solveModes(saltConstants("blende")).frequencies;
    // rounding of 192 eigenvalues up to (13 THz)²: √(192 ε) 13 THz = 3e-6 at zero
    for (let n = 0; n < 192; n++) expect(Math.abs(all[n]! - whole[n]!)).toBeLessThan(n < 3 ? 6e-6 : 1e-7);
  });

  it("a cell taken whole gives the same crystal as the smallest one", () => {
    const small = saltFramework("salt");
    const conventional = crystalFramework(saltConstants("salt"), { cells: { matrix: [2, 2, 2] } });
    expect(conventional.masses).toHaveLength(8);
    // (1,0,0) of the cubic cell is (0,½,½) of the primitive one: q in cubic units times A_prim.
    const cubic: Vec3 = [0.13, 0.05, -0.21];
    const inPrimitive: Vec3 = [(cubic[1] + cubic[2]) / 2, (cubic[0] + cubic[2]) / 2, (cubic[0] + cubic[1]) / 2];
    const many = frequenciesAt(conventional, cubic);
    for (const f of frequenciesAt(small, inPrimitive))
      expect(Math.min(...many.map((g) => Math.abs(g - f)))).toBeLessThan(1e-9);
  });

  it("the smallest cell is found without being told", () => {
    const framework = crystalFramework(saltConstants("salt"));
    expect(framework.masses).toHaveLength(2);
    expect(framework.cell.volume).toBeCloseTo(5.2 ** 3 / 4, 9);
    // the spectrum over the zone does not care which vectors were chosen
    const grid = [4, 4, 4] as const;
    expect(surveySpectrum(framework, { grid }).highestThz).toBeCloseTo(
      surveySpectrum(saltFramework("salt"), { grid }).highestThz,
      9,
    );
  });

  it("the cubic model: springs in a 4×4×4 supercell give its printed matrix at any q", async () => {
    const framework = crystalFramework(await rodinConstants(4));
    expect(framework.masses).toHaveLength(1);
    const printed = cubicFramework(rodinLattice);
    const [ours, theirs] = [new Float64Array(18), new Float64Array(18)];
    for (const q of [
      [0.1, 0.2, 0.3],
      [0.5, 0, 0],
      [0.41, -0.33, 0.07],
    ] as Vec3[]) {
      // The found cell may be turned; compare in Cartesian wave vectors.
      const v = framework.cell.vectors;
      const turned = [0, 1, 2].map(
        (i) => (q[0] * v[3 * i]! + q[1] * v[3 * i + 1]! + q[2] * v[3 * i + 2]!) / rodinLattice.spacing,
      );
      framework.dynamicalMatrix(turned as unknown as Vec3, ours);
      printed.dynamicalMatrix(q, theirs);
      expect(maxAbs(ours.map((x, k) => x - theirs[k]!))).toBeLessThan(1e-13 * maxAbs(theirs));
    }
  });
});

describe("long waves", () => {
  it("velocities are the slopes of the acoustic branches, with two atoms that give way inside the cell", () => {
    for (const name of ["salt", "blende"] as const) {
      const framework = saltFramework(name);
      for (const direction of [
        [1, 0, 0],
        [1, 1, 0],
        [1, 1, 1],
        [0.3, -0.5, 0.8],
      ] as Vec3[]) {
        const length = Math.hypot(...direction);
        const velocities = soundAlong(framework, direction);
        const slopes = [0.002, 0.004].map((wave) => {
          const v = framework.cell.vectors;
          const q = [0, 1, 2].map(
            (i) =>
              ((direction[0] * v[3 * i]! + direction[1] * v[3 * i + 1]! + direction[2] * v[3 * i + 2]!) * wave) /
              (2 * Math.PI * length),
          ) as unknown as Vec3;
          return [...frequenciesAt(framework, q).subarray(0, 3)].map((f) => (f * 2 * Math.PI * 1e-3) / wave);
        });
        for (let u = 0; u < 3; u++) {
          // Slopes curve as (qa)²/24 ~ 1e-5; two lengths take that out, the next term is 1e-10; rounding of f near zero 1e-9.
          const slope = (4 * slopes[0]![u]! - slopes[1]![u]!) / 3;
          expect(Math.abs(slope / velocities[u]! - 1)).toBeLessThan(1e-7);
        }
      }
    }
  });

  it("the atoms' own giving way matters in zinc blende and not in rock salt", () => {
    // Every atom of rock salt is a centre of inversion: A1 P = 0. Holding the cell's atoms stiff keeps −½PᵀA2P alone.
    const stiff = ({ bonds, masses }: CrystalFramework): number => {
      let sum = 0;
      for (let m = 0; m < bonds.from.length; m++) sum -= 0.5 * bonds.blocks[9 * m]! * bonds.separation[3 * m + 1]! ** 2;
      return Math.sqrt((sum / (masses[0]! + masses[1]!)) * ACCELERATION);
    };
    const salt = saltFramework("salt");
    const blende = saltFramework("blende");
    expect(soundAlong(salt, [0, 1, 0])[0]).toBeCloseTo(stiff(salt), 9);
    expect(soundAlong(blende, [0, 1, 0])[0] / stiff(blende)).toBeLessThan(0.8);
  });

  it("the cubic model's L and velocities, from the supercell alone", async () => {
    const framework = crystalFramework(await rodinConstants(4));
    const drag = crystalDrag(framework);
    // 3.29077e-5 Å² ps/meV to all printed digits, isotropic by symmetry
    for (const k of [0, 4, 8]) expect(Math.abs(drag[k]! / DRAG_PER_PAPER / 3.29077e-5 - 1)).toBeLessThan(2e-6);
    for (const k of [1, 2, 5]) expect(Math.abs(drag[k]!)).toBeLessThan(1e-9 * drag[0]!);
    // a√((k1+2k2)/m) = 47.03 and a√(k2/m) = 20.91 Å/ps along an axis
    const along = soundAlong(framework, [0, 0, 1]);
    expect(along[2] * 1e3).toBeCloseTo(47.03, 2);
    expect(along[0] * 1e3).toBeCloseTo(20.91, 2);
    expect(KM_PER_S_PER_A_PER_FS).toBeCloseTo(100, 12);
    expect(surveySpectrum(framework).highestThz).toBeCloseTo(4.99, 3);
  });

  it("tr L is 3⟨v⁻³⟩/4πρ", () => {
    const framework = saltFramework("blende");
    const drag = crystalDrag(framework);
    const { debye, least, mean, most } = soundSummary(framework);
    const inertia = (framework.masses[0]! + framework.masses[1]!) / ACCELERATION;
    const trace = (3 * framework.cell.volume) / (4 * Math.PI * inertia * debye ** 3);
    expect(Math.abs((drag[0]! + drag[4]! + drag[8]!) / trace - 1)).toBeLessThan(1e-12);
    expect(least).toBeLessThan(debye);
    expect(debye).toBeLessThan(mean); // a mean of inverse cubes leans to the slow ones
    expect(mean).toBeLessThan(most);
  });
});

describe("cells that fit, and that do not", () => {
  const { supercell: big, primitive, unit } = saltCase("salt");

  it("atoms are found by position and species, and their order is told", () => {
    const cells = cutIntoCells(big, { primitive });
    expect(cells.notes.map(({ code }) => code)).toEqual(["atoms-reordered"]);
    for (let j = 0; j < 64; j++) {
      const at = toCartesian(primitive.cell, Float64Array.from(cells.translation.slice(3 * j, 3 * j + 3)));
      const place = at.map((x, k) => x + primitive.positions[3 * cells.primitiveAtom[j]! + k]!);
      expect(Math.hypot(...place.map((x, k) => x - big.positions[3 * j + k]!))).toBeLessThan(1e-9);
      expect(speciesList(primitive)[cells.primitiveAtom[j]!]).toBe(speciesList(big)[j]);
    }
  });

  it("phonopy's own order of a repeated cell", () => {
    const built = repeatedAtomByAtom(unit, [2, 2, 2]);
    expect(speciesList(built)).toEqual(speciesList(big));
    expect(maxAbs(displacementsBetween(big.cell, built.positions, big.positions))).toBeLessThan(1e-9);
  });

  it("the answer does not depend on the order of the atoms", () => {
    const { reference, values, acousticSumResidual } = saltConstants("salt");
    const order = Array.from({ length: 64 }, (_, i) => (i * 37 + 11) % 64);
    const shuffled = makeCrystal({
      cell: reference.cell,
      species: order.map((i) => speciesList(reference)[i]!),
      positions: order.flatMap((i) => [...reference.positions.slice(3 * i, 3 * i + 3)]),
      masses: order.map((i) => reference.masses[i]!),
    });
    const table = Float64Array.from({ length: 192 * 192 }, (_, at) => {
      const [row, column] = [Math.floor(at / 192), at % 192];
      return values[
        (3 * order[Math.floor(row / 3)]! + (row % 3)) * 192 + 3 * order[Math.floor(column / 3)]! + (column % 3)
      ]!;
    });
    const turned = crystalFramework(
      { reference: shuffled, values: table, acousticSumResidual },
      { cells: { primitive } },
    );
    const q: Vec3 = [0.1, 0.2, 0.3];
    expect(
      maxAbs(frequenciesAt(turned, q).map((f, u) => f - frequenciesAt(saltFramework("salt"), q)[u]!)),
    ).toBeLessThan(1e-9);
  });

  it("says why two lattices do not fit", () => {
    const stretched = makeCrystal({
      cell: makeCell([5.4, 0, 0, 0, 5.4, 0, 0, 0, 5.4]),
      species: ["Na"],
      positions: [0, 0, 0],
    });
    expect(() => cutIntoCells(big, { primitive: stretched })).toThrow(/no whole number of cells.*1\.926/);
    expect(() => cutIntoCells(big, { matrix: [3, 2, 2] })).toThrow(/has \d+ of the 12 copies/);
    expect(() => cutIntoCells(big, { matrix: [2, 2] })).toThrow(/three whole repeats|supercell of/);
    const swapped = makeCrystal({ cell: primitive.cell, species: ["Cl", "Na"], positions: primitive.positions });
    expect(() => cutIntoCells(big, { primitive: swapped })).toThrow(/of the supercell is 2\.\d+ Å from the nearest/);
  });

  it("a disordered cell is its own cell", () => {
    const species = speciesList(big);
    species[5] = "K";
    const doped = makeCrystal({ cell: big.cell, species, positions: big.positions });
    expect(cutIntoCells(doped).primitive.masses).toHaveLength(64);
  });

  it("every integer matrix: copies of a skewed supercell", () => {
    const skew = supercell(unit, [1, 1, 0, -1, 1, 0, 0, 1, 2]);
    const cells = cutIntoCells(skew.crystal, { matrix: [1, 1, 0, -1, 1, 0, 0, 1, 2] });
    expect(cells.primitive.masses).toHaveLength(8);
    expect([...cutIntoCells(skew.crystal).matrix].length).toBe(9);
    expect(cutIntoCells(skew.crystal).primitive.masses).toHaveLength(2);
  });
});

describe("what is wrong with a table", () => {
  it("an unstable crystal: which wave vector, which frequency", () => {
    const survey = surveySpectrum(saltFramework("unstable"), { grid: [4, 4, 4] });
    expect(survey.stable).toBe(false);
    expect(() => requireStable(survey)).toThrow(/-1\.15\d THz \(imaginary\) at q = \(/);
    expect(() => crystalDrag(saltFramework("unstable"))).toThrow(/unstable/);
  });

  it("a broken sum rule is measured, removed and noted", () => {
    const { reference, values } = saltConstants("salt");
    const broken = values.slice();
    for (let a = 0; a < 192; a++) broken[193 * a]! += 0.05;
    const framework = crystalFramework({ reference, values: broken, acousticSumResidual: 0.05 }, { cells: "smallest" });
    expect(framework.notes.map(({ code }) => code)).toContain("acoustic-sum-large");
    expect(framework.acousticSumResidual).toBe(0.05);
    // What is left at Γ is rounding: √ε of 14 THz.
    for (const f of frequenciesAt(framework, [0, 0, 0]).subarray(0, 3)) expect(Math.abs(f)).toBeLessThan(1e-5);
  });

  it("constants that differ between copies are averaged and noted", () => {
    const { reference, values, acousticSumResidual } = saltConstants("salt");
    const uneven = values.slice();
    // one bond of one copy stiffer, both ways, with its reaction: the sum rule still holds
    for (const [i, j, sign] of [
      [0, 33, -1],
      [33, 0, -1],
      [0, 0, 1],
      [33, 33, 1],
    ] as const)
      uneven[3 * i * 192 + 3 * j]! += 0.4 * sign;
    const framework = crystalFramework({ reference, values: uneven, acousticSumResidual });
    expect(framework.notes.map(({ code }) => code)).toContain("force-constants-not-periodic");
  });

  it("constants that resist a rigid turn are noted", () => {
    const { reference, values, acousticSumResidual } = saltConstants("blende");
    expect(crystalFramework(saltConstants("blende")).notes).toEqual([]);
    // A block xy without its yx on one bond of atom 0, and the opposite on another: the sums over rows of atom 0 stay zero,
    // but Σ Φ d is A (d1 − d2). Atoms 32 and up are Cl; the four nearest to atom 0 are among them.
    const near = Array.from({ length: 32 }, (_, k) => 32 + k).filter((j) => {
      const d = displacementsBetween(
        reference.cell,
        reference.positions.slice(0, 3),
        reference.positions.slice(3 * j, 3 * j + 3),
      );
      return Math.hypot(...d) < 2.3;
    });
    expect(near).toHaveLength(4);
    const twisted = values.slice();
    for (const [j, sign] of [
      [near[0]!, 1],
      [near[1]!, -1],
    ] as const) {
      twisted[0 * 192 + 3 * j + 1]! += 2 * sign;
      twisted[(3 * j + 1) * 192 + 0]! += 2 * sign;
      twisted[1 * 192 + 3 * j]! -= 2 * sign;
      twisted[3 * j * 192 + 1]! -= 2 * sign;
    }
    const { notes } = crystalFramework({ reference, values: twisted, acousticSumResidual });
    expect(notes.map(({ code }) => code)).toContain("force-constants-not-rotational");
  });
});
