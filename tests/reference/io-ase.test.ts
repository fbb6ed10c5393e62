// ASE 3.22.1 and LAMMPS against the readers and writers of io: we read what ASE writes, and both read what we write.

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Notes } from "../../src/base/index.js";
import {
  type ExtxyzFrame,
  type InfoValue,
  readCif,
  readExtxyz,
  readLammpsData,
  readStructure,
  writeCif,
  writeExtxyz,
  writeLammpsData,
  writePoscar,
} from "../../src/io/index.js";
import {
  type Crystal,
  cellParameters,
  makeCell,
  makeCrystal,
  neighborsOfPoints,
  speciesList,
} from "../../src/structure/index.js";

interface Stored {
  readonly symbols: string[];
  readonly cell: number[][];
  readonly positions: number[][];
  readonly distances: number[];
  readonly specorder?: string[];
  readonly charges?: number[];
  readonly operations?: number;
}

const folder = (name: string): URL => new URL(`../../fixtures/ase/${name}/`, import.meta.url);
const json = (name: string, file = "expected.json"): unknown =>
  JSON.parse(readFileSync(new URL(file, folder(name)), "utf8"));
const textOf = (name: string, file: string): string => readFileSync(new URL(`files/${file}`, folder(name)), "utf8");

const largest = (a: Iterable<number>, b: Iterable<number>): number => {
  const [left, right] = [[...a], [...b]];
  expect(left.length).toBe(right.length);
  return Math.max(...left.map((x, i) => Math.abs(x - right[i]!)));
};
/** The shortest distances up to 6 Å, both directions of every pair. */
const shortest = (crystal: Crystal, count: number): number[] =>
  [...neighborsOfPoints(crystal.cell, crystal.positions, 6).distance].sort((a, b) => a - b).slice(0, count);

describe("we read what ASE writes", () => {
  const stored = json("io-read") as Record<string, Stored>;

  for (const name of ["triclinic", "wurtzite"]) {
    const { symbols, cell, positions, distances, specorder } = stored[name]!;

    it(`${name}: POSCAR, direct and Cartesian`, () => {
      for (const file of [`${name}.direct.vasp`, `${name}.cartesian.vasp`]) {
        const crystal = readStructure(textOf("io-read", file), file);
        expect(speciesList(crystal)).toEqual(symbols);
        // ASE prints 16 decimals
        expect(largest(crystal.cell.vectors, cell.flat())).toBeLessThan(1e-15);
        // half a unit of the 16th decimal of s, times |a|+|b|+|c| ≈ 20 Å, and the rounding of ASE's own s
        expect(largest(crystal.positions, positions.flat())).toBeLessThan(1e-14);
      }
    });

    it(`${name}: extended XYZ`, () => {
      const crystal = readStructure(textOf("io-read", `${name}.xyz`), `${name}.xyz`);
      expect(speciesList(crystal)).toEqual(symbols);
      expect(largest(crystal.cell.vectors, cell.flat())).toBe(0);
      expect(largest(crystal.positions, positions.flat())).toBeLessThan(0.51e-8); // ASE prints 8 decimals
    });

    it(`${name}: CIF`, () => {
      const crystal = readStructure(textOf("io-read", `${name}.cif`), `${name}.cif`);
      expect([...speciesList(crystal)].sort()).toEqual([...symbols].sort());
      // ASE prints lengths, angles and coordinates with 6 and 5 digits: 5e-6 of |a| ≈ 8 Å for every end of a pair
      expect(largest(shortest(crystal, 40), distances)).toBeLessThan(2e-4);
    });

    it(`${name}: LAMMPS data without masses`, () => {
      const file = `${name}.data`;
      expect(() => readStructure(textOf("io-read", file), file)).toThrow(/no section Masses/);
      const crystal = readStructure(textOf("io-read", file), file, { species: specorder! });
      expect(speciesList(crystal)).toEqual(symbols);
      expect(largest(shortest(crystal, 40), distances)).toBeLessThan(1e-13); // ASE prints 17 digits
    });
  }

  it("LAMMPS data in the styles charge and full, told apart by their columns", () => {
    for (const style of ["charge", "full"]) {
      const data = readLammpsData(
        textOf("io-read", `wurtzite-${style}.data`),
        { file: style },
        { species: ["O", "Zn"] },
      );
      expect(data.atomStyle).toBe(style);
      expect([...data.charges!]).toEqual(stored["wurtzite"]!.charges);
      expect(speciesList(data.crystal)).toEqual(stored["wurtzite"]!.symbols);
    }
  });

  it("a trajectory: positions, masses, velocities, energy, forces, stress, info and extra columns", () => {
    const frames = readExtxyz(textOf("io-read", "trajectory.xyz"), { file: "trajectory.xyz" });
    const expected = (stored as unknown as { trajectory: Record<string, never>[] }).trajectory;
    expect(frames.length).toBe(expected.length);
    for (const [i, frame] of frames.entries()) {
      const want = expected[i] as unknown as Record<string, number[][]> & {
        symbols: string[];
        energy: number;
        masses: number[];
        step: number;
        temperature: number;
        vector: number[];
      };
      const printed = 0.51e-8; // 8 decimals
      expect(speciesList(frame.crystal)).toEqual(want.symbols);
      expect(largest(frame.crystal.positions, want["positions"]!.flat())).toBeLessThan(printed);
      expect(largest(frame.crystal.masses, want.masses)).toBeLessThan(printed);
      expect(largest(frame.forces!, want["forces"]!.flat())).toBeLessThan(printed);
      expect(frame.energy).toBe(want.energy);
      expect(largest(frame.stress!, want["stress"]!.flat())).toBe(0);
      // momenta have 8 decimals; the factor √(eV/amu) of ASE's CODATA 2014 differs from that of 2018 by 2e-8 of it
      expect(largest(frame.velocities!, want["velocitiesPerFs"]!.flat())).toBeLessThan(3e-9);
      expect(frame.info).toMatchObject({
        step: want.step,
        temperature: want.temperature,
        relaxed: true,
        flags: [true, false, true],
        vector: want.vector,
        matrix: [
          [1, 2],
          [3, 4],
        ],
        nested: { a: [1, 2.5], b: "text" },
        label: "a b 'c' [d]",
      });
      expect(frame.columns["site"]!.values).toEqual(["s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7"]);
      expect(frame.columns["moving"]!.values).toEqual([true, false, true, false, true, false, true, false]);
      expect([...(frame.columns["shell"]!.values as Float64Array)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
      expect(largest(frame.columns["tensor"]!.values as Float64Array, want["tensor"]!.flat())).toBeLessThan(printed);
    }
  });

  it("a molecule without a cell that says pbc F F F is put into a box, with a note", () => {
    const notes = new Notes();
    const crystal = readStructure(textOf("io-read", "molecule.xyz"), "molecule.xyz", { notes });
    expect(crystal.cell.periodic).toEqual([false, false, false]);
    expect(notes.list().map(({ code }) => code)).toEqual(["extxyz-no-cell"]);
    expect(largest(crystal.positions, stored["molecule"]!.positions.flat())).toBe(0);
  });

  for (const name of (stored as unknown as { symmetric: string[] }).symmetric) {
    it(`${name}: the same atoms from the operations as ASE finds`, () => {
      const { symbols, cell, distances } = stored[name]!;
      const crystal = readCif(textOf("io-read", `${name}.cif`), { file: `${name}.cif` });
      expect([...speciesList(crystal)].sort()).toEqual([...symbols].sort());
      expect(largest(cellParameters(crystal.cell), cellParameters(makeCell(cell.flat())))).toBeLessThan(1e-11);
      // ASE keeps the rounded coordinate (0.3333), we the mean of its images (1/3): 5e-5 of 4 Å at both ends of a pair
      const tolerance = name === "hcp-thirds" ? 4e-4 : 1e-9;
      expect(largest(shortest(crystal, 40), distances)).toBeLessThan(tolerance);
    });
  }
});

describe("ASE and LAMMPS read what we write", () => {
  interface Given {
    name: string;
    cell: number[];
    species: string[];
    positions: number[];
    masses: number[];
    charges: Record<string, number>;
    energy: number;
    forces: number[];
    velocities: number[];
    stress: number[];
    info: Record<string, InfoValue>;
  }
  type Found = Stored & {
    masses: number[];
    energy: number;
    forces: number[][];
    stress: number[][];
    velocitiesPerFs: number[][];
    info: Record<string, unknown>;
    charges: number[];
  };
  const given = json("io-written", "crystals.json") as Given[];
  const found = json("io-written") as Record<string, Record<string, Found>>;

  it("and what they read is what we write today", () => {
    for (const { name, cell, charges, forces, velocities, energy, stress, info, ...parts } of given) {
      const crystal = makeCrystal({ ...parts, cell: makeCell(cell) });
      const frame: ExtxyzFrame = {
        crystal,
        energy,
        info,
        columns: {},
        forces: Float64Array.from(forces),
        velocities: Float64Array.from(velocities),
        stress: Float64Array.from(stress),
      };
      const today: Record<string, string> = {
        "direct.vasp": writePoscar(crystal),
        "cartesian.vasp": writePoscar(crystal, { coordinates: "cartesian" }),
        cif: writeCif(crystal),
        data: writeLammpsData(crystal, { charges }),
        xyz: writeExtxyz(frame),
      };
      for (const [suffix, text] of Object.entries(today))
        expect(text, `${name}.${suffix}`).toBe(textOf("io-written", `${name}.${suffix}`));
    }
    expect(readdirSync(new URL("files/", folder("io-written"))).length).toBe(5 * given.length);
  });

  for (const { name, cell, species, positions, masses, charges, energy, forces, velocities, stress, info } of given) {
    const crystal = makeCrystal({ cell: makeCell(cell), species, positions, masses });

    it(`${name}: POSCAR in ASE`, () => {
      for (const file of ["direct.vasp", "cartesian.vasp"]) {
        const read = found[name]![file]!;
        expect(read.symbols).toEqual(species);
        expect(largest(read.cell.flat(), cell)).toBe(0);
        // direct: s = x·inverse and back, some ten roundings at |x| ≤ 20 Å
        expect(largest(read.positions.flat(), positions)).toBeLessThan(file.startsWith("direct") ? 1e-13 : 1e-14);
      }
    });

    it(`${name}: CIF in ASE`, () => {
      expect(found[name]!["cif"]!.symbols).toEqual(species);
      // lengths and angles carry 16 digits; acos and cos lose some 1e-15 between them
      expect(largest(found[name]!["cif"]!.distances, shortest(crystal, 60))).toBeLessThan(1e-12);
    });

    it(`${name}: extended XYZ in ASE`, () => {
      const read = found[name]!["xyz"]!;
      expect(read.symbols).toEqual(species);
      for (const [mine, theirs] of [
        [positions, read.positions.flat()],
        [cell, read.cell.flat()],
        [masses, read.masses],
        [forces, read.forces.flat()],
        [stress, read.stress.flat()],
      ] as const) {
        expect(largest(mine, theirs)).toBe(0);
      }
      expect(read.energy).toBe(energy);
      // ASE's √(eV/amu) is of CODATA 2014: 2e-8 relative of at most 0.01 Å/fs
      expect(largest(read.velocitiesPerFs.flat(), velocities)).toBeLessThan(1e-9);
      expect(read.info).toMatchObject(info);
    });

    it(`${name}: LAMMPS data in LAMMPS`, () => {
      const read = found[name]!["data"]!;
      expect(read.symbols).toEqual(species);
      expect(read.charges).toEqual(species.map((symbol) => charges[symbol]));
      const ours = readLammpsData(textOf("io-written", `${name}.data`), { file: name }).crystal;
      // LAMMPS wraps and unwraps again: some roundings at |x| ≤ 20 Å
      expect(largest(read.positions.flat(), ours.positions)).toBeLessThan(2e-14);
      expect(largest(shortest(ours, 60), shortest(crystal, 60))).toBeLessThan(1e-13);
    });
  }
});
