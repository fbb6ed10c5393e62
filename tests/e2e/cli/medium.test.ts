// `phonion medium` as a process: from a structure and phonopy's table to kernels, files and errors that say what to do.

import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeForceField, namedForceFieldSpec } from "../../../src/forces/index.js";
import { writeForceConstants, writePoscar } from "../../../src/io/index.js";
import { crystalFramework, soundSummary } from "../../../src/medium/index.js";
import { forceConstants } from "../../../src/modes/index.js";
import { nacl, repeatedAtomByAtom, supercell } from "../../../src/structure/index.js";
import { json, phonion } from "../../helpers/phonion.js";
import { type Salt, saltCase } from "../../unit/medium-crystal/crystals.js";

const IONS = `name: lithium in the salt
charges: { Li: 0.5, Na: 0.5, Cl: -0.5 }
coulomb: { method: ewald }
pairs:
  Li-Cl:
    - { form: born-mayer, prefactorEv: 120, lengthA: 0.35 }
cutoffA: 9
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "phonion-medium-"));
  for (const name of ["salt", "blende", "unstable"] as Salt[]) {
    const table = new URL(`../../../fixtures/phonopy/medium-salts/FORCE_CONSTANTS.${name}`, import.meta.url);
    await copyFile(fileURLToPath(table), join(folder, `FORCE_CONSTANTS.${name}`));
    const { unit, supercell, primitive } = saltCase(name);
    await writeFile(join(folder, `${name}.vasp`), writePoscar(supercell));
    await writeFile(join(folder, `${name}-unit.vasp`), writePoscar(unit));
    await writeFile(join(folder, `${name}-primitive.vasp`), writePoscar(primitive));
  }
  await writeFile(join(folder, "ions.yaml"), IONS);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const run = (...words: string[]) => phonion(["medium", ...words], { cwd: folder });

interface Medium {
  readonly natoms: number;
  readonly sites: { readonly atom: number; readonly element: string }[];
  readonly staticKernelA2PerEv: number[][][];
  readonly staticKernelErrorA2PerEv: number;
  readonly dragKernelA2FsPerEv: number[][];
  readonly soundVelocitiesKmPerS: { readonly min: number; readonly mean: number; readonly max: number };
  readonly maxFrequencyThz: number;
  readonly stable: boolean;
  readonly acousticSumResidual: number;
  readonly longRange: string;
  readonly notes: { readonly code: string }[];
  readonly ion: { readonly relaxedEv: number[]; readonly rigidEv: number[]; readonly barrierRelaxedEv: number } | null;
}

describe("phonion medium", () => {
  it("finds the smallest cell and gives kernels that are what a cubic crystal's must be", async () => {
    const done = await run("salt.vasp", "--force-constants", "FORCE_CONSTANTS.salt", "--out", "out", "--json");
    expect(done.code).toBe(0);
    const data = json<Medium>(done);
    expect(data).toMatchObject({ natoms: 2, stable: true, ion: null });
    expect(data.sites.map(({ element }) => element)).toEqual(["Na", "Cl"]);
    for (const kernel of [...data.staticKernelA2PerEv, data.dragKernelA2FsPerEv]) {
      // cubic: a multiple of the unit matrix, to what the grid and the average over directions leave
      for (let a = 0; a < 3; a++)
        for (let b = 0; b < 3; b++)
          expect(Math.abs(kernel[a]![b]! - (a === b ? kernel[0]![0]! : 0))).toBeLessThan(1e-4 * kernel[0]![0]!);
    }
    const { min, mean, max } = data.soundVelocitiesKmPerS;
    expect(min < mean && mean < max).toBe(true);
    // phonopy's highest frequency at X
    expect(Math.abs(data.maxFrequencyThz - saltCase("salt").frequencies[1]![5]!)).toBeLessThan(1e-4);
    expect(data.acousticSumResidual).toBeLessThan(1e-10);
    expect((await readdir(join(folder, "out"))).sort()).toEqual(["result.json", "sound.csv", "static-kernel.csv"]);
    const rows = (await readFile(join(folder, "out/static-kernel.csv"), "utf8")).trimEnd().split("\r\n");
    expect(rows).toHaveLength(3);
    expect(Number(rows[1]!.split(",")[2])).toBe(data.staticKernelA2PerEv[0]![0]![0]);
  });

  it("the cell with --supercell, or the supercell's own structure: one crystal", async () => {
    const table = ["--force-constants", "FORCE_CONSTANTS.blende", "--json"];
    const unit = json<Medium>(await run("blende-unit.vasp", "--supercell", "2 2 2", "--sites", "0", ...table));
    const big = json<Medium>(
      await run("blende.vasp", "--primitive", "blende-primitive.vasp", "--sites", "Na", ...table),
    );
    expect([unit.natoms, big.natoms]).toEqual([8, 2]);
    expect(unit.sites).toHaveLength(1);
    expect(big.notes.map(({ code }) => code)).toContain("atoms-reordered");
    const difference = Math.abs(unit.staticKernelA2PerEv[0]![0]![0]! - big.staticKernelA2PerEv[0]![0]![0]!);
    expect(difference).toBeLessThan(unit.staticKernelErrorA2PerEv + big.staticKernelErrorA2PerEv);
    expect(Math.abs(unit.dragKernelA2FsPerEv[0]![0]! / big.dragKernelA2FsPerEv[0]![0]! - 1)).toBeLessThan(1e-8);
  });

  it("an ion between two like places: the framework gives way and the profile is symmetric", async () => {
    const line = ["--from", "0.25 0.25 0.25", "--to", "0.75 0.75 -0.25", "--points", "9"];
    const ion = ["--ion", "Li", "--forces", "ions.yaml", "--window-a", "4", "--screening-a", "1.5", ...line];
    const done = await run(
      "salt.vasp",
      "--primitive",
      "salt-primitive.vasp",
      "--force-constants",
      "FORCE_CONSTANTS.salt",
      ...ion,
      "--out",
      "ion",
      "--json",
    );
    expect(done.code).toBe(0);
    const { relaxedEv, rigidEv, barrierRelaxedEv } = json<Medium>(done).ion!;
    expect(relaxedEv).toHaveLength(9);
    for (let k = 0; k < 9; k++) {
      expect(relaxedEv[k]).toBeLessThan(rigidEv[k]!);
      // centre to centre through a face: the mirror between them, to the accuracy of W (1e-5) and of POSCAR's digits
      expect(Math.abs(relaxedEv[k]! - relaxedEv[8 - k]!)).toBeLessThan(1e-5);
    }
    expect(barrierRelaxedEv).toBeGreaterThan(0);
    expect(await readdir(join(folder, "ion"))).toContain("profile.csv");
  });

  it("ionic crystals: charges taken apart, as the library does it", async () => {
    const field = makeForceField(namedForceFieldSpec("tosi-fumi-nacl"));
    const primitive = nacl({ a: 5.64, primitive: true });
    const constants = await forceConstants(supercell(primitive, [3, 3, 3]).crystal, field);
    await writeFile(join(folder, "nacl.vasp"), writePoscar(primitive));
    // atoms of the table in phonopy's order, as the command builds them
    const reference = repeatedAtomByAtom(primitive, [3, 3, 3]);
    await writeFile(join(folder, "FORCE_CONSTANTS.nacl"), writeForceConstants(await forceConstants(reference, field)));
    const table = [
      "nacl.vasp",
      "--supercell",
      "3 3 3",
      "--force-constants",
      "FORCE_CONSTANTS.nacl",
      "--grid",
      "4 4 4",
      "--json",
    ];
    const apart = json<Medium>(await run(...table, "--charges", "Na 1, Cl -1"));
    const framework = crystalFramework(constants, { cells: { primitive }, charges: { charges: { Na: 1, Cl: -1 } } });
    const sound = soundSummary(framework, { nodes: 16 });
    // POSCAR and FORCE_CONSTANTS keep all digits
    expect(Math.abs(apart.soundVelocitiesKmPerS.mean / (100 * sound.mean) - 1)).toBeLessThan(1e-7);
    expect(apart.longRange).toBe("apart");
    const folded = json<Medium>(await run(...table));
    expect(folded.longRange).toBe("folded");
    expect(folded.soundVelocitiesKmPerS.min).toBeLessThan(0.95 * apart.soundVelocitiesKmPerS.min);
  });

  it("an unstable crystal: exit code 2, the wave vector and the frequency", async () => {
    const done = await run("unstable.vasp", "--force-constants", "FORCE_CONSTANTS.unstable", "--json");
    expect(done.code).toBe(2);
    const { error } = json<{ error: { code: string; message: string; context: { lowestThz: number } } }>(done);
    expect(error.code).toBe("physics");
    expect(error.message).toMatch(/-1\.154 THz \(imaginary\) at q = \(/);
    expect(error.context.lowestThz).toBeCloseTo(saltCase("unstable").frequencies[1]![0]!, 5);
  });

  it("inputs that do not belong together: both numbers and the next step", async () => {
    const cases: [string[], RegExp][] = [
      [["salt.vasp"], /--force-constants FILE/],
      [
        ["salt-unit.vasp", "--force-constants", "FORCE_CONSTANTS.salt"],
        /64 atoms, the structure has 8.*three repeats whose product is 8/s,
      ],
      [["salt-unit.vasp", "--force-constants", "FORCE_CONSTANTS.salt", "--supercell", "2 2 3"], /64 atoms.*\(2 2 3\)/s],
      [["salt.vasp", "--force-constants", "FORCE_CONSTANTS.salt", "--supercell", "2 3 2"], /of the 12 copies/],
      [["salt.vasp", "--force-constants", "FORCE_CONSTANTS.salt", "--sites", "9"], /no site 9.*0 to 1/s],
      [["salt.vasp", "--force-constants", "FORCE_CONSTANTS.salt", "--ion", "Li"], /--forces, --from and --to/],
    ];
    for (const [words, message] of cases) {
      const done = await run(...words);
      expect(done.code).toBe(2);
      expect(done.stderr).toMatch(message);
    }
  });
});
