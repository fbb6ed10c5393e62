// The files of a phonopy run: what is refused, and that what is written reads back.

import { describe, expect, it } from "vitest";
import { FormatError, type Vec3 } from "../../../src/base/index.js";
import {
  expandBorn,
  readBorn,
  readForceSets,
  readPhonopyFolder,
  readPhonopyYaml,
  readYaml,
  writeBandYaml,
  writeMeshYaml,
  writePhonopyParams,
} from "../../../src/io/index.js";
import {
  alongPath,
  bandStructure,
  brillouinMesh,
  forceConstantsFrom,
  latticeDynamics,
  solveMesh,
} from "../../../src/modes/index.js";
import { cutIntoCells, makeCell, makeCrystal, nacl } from "../../../src/structure/index.js";
import { loadSymmetryForTests } from "../../helpers/symmetry.js";

loadSymmetryForTests();
const pair = makeCrystal({
  cell: makeCell([4, 0, 0, 0, 4, 0, 0, 0, 4]),
  species: ["Na", "Cl"],
  positions: [0, 0, 0, 2, 2, 2],
});
const place = { file: "FORCE_SETS" };

describe("FORCE_SETS", () => {
  it("reads both types", () => {
    const one = readForceSets("2\n1\n\n2\n0.01 0 0\n0.5 0 0\n-0.5 0 0\n", place, pair);
    expect([...one.displacements]).toEqual([0, 0, 0, 0.01, 0, 0]);
    expect([...one.forces]).toEqual([0.5, 0, 0, -0.5, 0, 0]);
    const two = readForceSets("0.01 0 0 0.5 0 0\n0 0.02 0 -0.5 0 1\n", place, pair);
    expect([...two.displacements]).toEqual([0.01, 0, 0, 0, 0.02, 0]);
    expect([...two.forces]).toEqual([0.5, 0, 0, -0.5, 0, 1]);
  });

  it("names the line of what is wrong", () => {
    expect(() => readForceSets("3\n1\n", place, pair)).toThrow(
      /FORCE_SETS:1: the forces are on 3 atoms, the supercell has 2/,
    );
    expect(() => readForceSets("2\n1\n\n5\n0 0 0\n", place, pair)).toThrow(/FORCE_SETS:4: atom 5 of 2/);
    expect(() => readForceSets("2\n1\n\n1\n0.01 0 0\n1 0 0\n", place, pair)).toThrow(FormatError);
    expect(() => readForceSets("1 2 3 4 5 6\n", place, pair)).toThrow(/no whole number of sets/);
  });
});

describe("BORN", () => {
  const file = { file: "BORN" };
  const unit = "1 0 0 0 1 0 0 0 1";

  it("takes factors, comments and default, and turns tensors to equivalent atoms", () => {
    for (const first of ["14.400", "default", "# made by hand"])
      expect(readBorn(`${first}\n${unit}\n${unit}\n${unit}\n`, file).tensors.length).toBe(2);
    // Rutile-like pair of equivalent atoms turned by 90°: their tensors are turned too
    const cell = makeCell([4, 0, 0, 0, 4, 0, 0, 0, 3]);
    const tilted = makeCrystal({
      cell,
      species: ["Ti", "Ti", "O", "O", "O", "O"],
      fractional: [0, 0, 0, 0.5, 0.5, 0.5, 0.3, 0.3, 0, 0.7, 0.7, 0, 0.8, 0.2, 0.5, 0.2, 0.8, 0.5],
    });
    const born = expandBorn(
      readBorn(`default\n${unit}\n6 1 0 1 6 0 0 0 7\n-3 -0.5 0 -0.5 -3 0 0 0 -3.5\n`, file),
      tilted,
      file,
    );
    expect([born[9]! + born[13]!, born[10]!]).toEqual([expect.closeTo(12, 12), expect.closeTo(-1, 12)]);
    expect(born[9 * 4 + 1]).toBeCloseTo(0.5, 12);
  });

  it("refuses other units and counts that fit neither all nor the independent atoms", () => {
    expect(() => readBorn(`2.0\n${unit}\n${unit}\n`, file)).toThrow(/BORN:1: the Coulomb constant is 2/);
    const salt = nacl();
    expect(() => expandBorn(readBorn(`default\n${unit}\n${unit}\n`.repeat(1), file), salt, file)).toThrow(
      /8 atoms, 2 of them independent/,
    );
  });
});

describe("phonopy.yaml", () => {
  it("says which line is wrong, and refuses other units", () => {
    const cell =
      "supercell:\n  lattice:\n  - [4, 0, 0]\n  - [0, 4, 0]\n  - [0, 0, 4]\n  points:\n  - symbol: Na1\n    coordinates: [0, 0, 0]\n    mass: 23\n";
    expect(readPhonopyYaml(cell, { file: "p" }).supercell?.elements).toEqual(["Na"]);
    expect(() => readPhonopyYaml(`physical_unit:\n  length: "au"\n${cell}`, { file: "p" })).toThrow(
      /p:2: length is in au/,
    );
    expect(() => readPhonopyYaml("a: 1\n", { file: "p" })).toThrow(/no cells/);
    expect(() =>
      readPhonopyYaml(`${cell}displacements:\n- atom: 3\n  displacement: [0, 0, 1]\n`, { file: "p" }),
    ).toThrow(/atom 3 of 1/);
    expect(() => readPhonopyFolder({ BORN: "x" })).toThrow(/none of the 1 files/);
  });
});

describe("band.yaml and mesh.yaml", () => {
  it("hold the numbers, unit vectors and weights", async () => {
    const values = new Float64Array(36);
    for (let a = 0; a < 3; a++)
      for (const [row, column, sign] of [
        [a, a, 1],
        [3 + a, 3 + a, 1],
        [a, 3 + a, -1],
        [3 + a, a, -1],
      ] as const)
        values[row * 6 + column] = sign * (a + 1);
    const dynamics = latticeDynamics(forceConstantsFrom(pair, values), { cells: "whole" });
    const leg = [{ from: "Γ", to: "X", start: [0, 0, 0] as Vec3, end: [0.5, 0, 0] as Vec3 }];
    const bands = await bandStructure(dynamics, alongPath(pair, leg, { points: 3 }), { vectors: true });
    const band = readYaml(writeBandYaml(pair, bands), { file: "band.yaml" }).value as PhononFile;
    expect(band.phonon.length).toBe(3);
    expect(band.phonon[2]!.distance).toBeCloseTo(0.5 / 4, 9); // 1/Å, without 2π
    for (const [p, point] of band.phonon.entries()) {
      for (const [k, mode] of point.band.entries()) {
        expect(mode.frequency).toBeCloseTo(bands.frequencies[6 * p + k]!, 9);
        expect(mode.eigenvector!.flat(2).reduce((sum, x) => sum + x * x, 0)).toBeCloseTo(1, 12);
      }
    }
    const modes = await solveMesh(dynamics, brillouinMesh(pair, [2, 2, 2]));
    const mesh = readYaml(writeMeshYaml(modes), { file: "mesh.yaml" }).value as PhononFile;
    expect(mesh.phonon.reduce((sum, point) => sum + point.weight!, 0)).toBe(8);
    expect(mesh.phonon[0]!.band[0]!.eigenvector).toBeUndefined();
  });
});

interface PhononFile {
  readonly phonon: readonly {
    readonly distance?: number;
    readonly weight?: number;
    readonly band: readonly { readonly frequency: number; readonly eigenvector?: number[][][] }[];
  }[];
}

describe("phonopy_params.yaml", () => {
  it("force constants and both cells read back", () => {
    const supercell = nacl(5.64);
    const n = supercell.kinds.length;
    const values = Float64Array.from({ length: 9 * n * n }, (_, k) => Math.sin(1 + k) * 1e-3 * ((k % 7) + 1));
    const cells = cutIntoCells(supercell);
    const text = writePhonopyParams(forceConstantsFrom(supercell, values), cells);
    const read = readPhonopyYaml(text, { file: "phonopy_params.yaml" });
    const back = read.forceConstants!;
    expect(back.rows).toBe(n);
    // fifteen decimals are written
    for (let k = 0; k < values.length; k++) expect(Math.abs(back.values[k]! - values[k]!)).toBeLessThan(1e-15);
    expect([...read.supercell!.positions]).toEqual(
      [...supercell.positions].map((x) => expect.closeTo(x, 10) as unknown as number),
    );
    // Rows of the primitive matrix are its columns' transpose: P = (M⁻¹)ᵀ, so that Pᵀ M = 1.
    const product = (i: number, j: number): number =>
      [0, 1, 2].reduce((sum, k) => sum + read.primitiveMatrix![3 * k + i]! * cells.matrix[3 * k + j]!, 0);
    for (let i = 0; i < 3; i++) for (let j = 0; j < 3; j++) expect(product(i, j)).toBeCloseTo(i === j ? 1 : 0, 12);
  });
});
