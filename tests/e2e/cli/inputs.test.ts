import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readStructure, writeCrystal } from "../../../src/io/index.js";
import { poscar, writeArgon } from "../../helpers/argon.js";
import { root } from "../../helpers/built.js";
import { lithiumPhosphate } from "../../helpers/crystals.js";
import { json, phonion } from "../../helpers/phonion.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "phonion-in-"));
  await writeArgon(folder);
  for (const name of ["mgo.vasp", "mgo-lewis-catlow.yaml"])
    await copyFile(join(root, "examples/force-fields", name), join(folder, name));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const crystal = lithiumPhosphate();
const forces = ["--forces", "argon.yaml", "--engine", "twin"];
const run = (...words: string[]) => phonion(words, { cwd: folder });
const text = (name: string) => readFile(join(folder, name), "utf8");

describe("what stands for a structure", () => {
  it("the folders that --out wrote go from command to command", async () => {
    for (const end of ["start", "end"])
      expect((await run("relax", `${end}.vasp`, ...forces, "--tolerance", "1e-4", "--out", end)).code).toBe(0);
    expect((await run("modes", "start", ...forces, "--out", "modes")).code).toBe(0);
    expect((await run("hops", "start", "end", ...forces, "--images", "5", "--out", "hop")).code).toBe(0);
    const stored = json<{ shares: number[] }>(await run("couple", "hop", "--modes", "modes", "--json"));
    const computed = json<{ shares: number[] }>(await run("couple", "hop", ...forces, "--json"));
    // the modes of the file are those of the path's first end, which was at rest and so not moved
    expect(stored.shares).toEqual(computed.shares);
    expect((await run("show", "start")).code).toBe(0);
    expect((await run("convert", "start", "from-folder.cif")).code).toBe(0);
  });

  it("a command's report does not, and the message names the files that do", async () => {
    await run("relax", "start.vasp", ...forces, "--tolerance", "1e-3", "--out", "reported");
    const done = await run("show", "reported/result.json");
    expect(done.code).toBe(2);
    expect(done.stderr).toContain("minimum.json");
  });

  it("a pipe has a name", async () => {
    expect((await run("show", "-")).stderr).toContain("/dev/stdin");
  });
});

describe("two structures that are no hop", () => {
  it("other atoms are refused before charges and relaxation are looked at", async () => {
    await writeFile(join(folder, "sodium.vasp"), poscar([[0, 0, 0]], "Na"));
    for (const command of ["hops", "couple"]) {
      const done = await run(command, "start.vasp", "sodium.vasp", ...forces);
      expect(done.code).toBe(2);
      expect(done.stderr).toMatch(/the two structures have different atoms: Ar31 \(31\) and Na1 \(1\)/);
    }
  });

  it("another origin is said to be one, not run as a band of all atoms", async () => {
    const shift = [1.3, 0.4, -2.2]; // Å: each atom's nearest counterpart is another one
    const moved = crystal.positions.map((x, i) => x + shift[i % 3]! + (i < 3 ? 0.3 : 0));
    await writeFile(join(folder, "origin.json"), writeCrystal(crystal));
    await writeFile(join(folder, "shifted.json"), writeCrystal({ ...crystal, positions: moved }));
    const done = await run("hops", "origin.json", "shifted.json", "--forces", "pedone-2006", "--no-relax");
    expect(done.code).toBe(2);
    expect(done.stderr).toMatch(/\d+ of 32 atoms move by more than 1 Å.*no hop\n.*origin/);
  });
});

describe("what a format cannot hold", () => {
  it("charges go into LAMMPS data, and only there", async () => {
    const field = ["--forces", "mgo-lewis-catlow.yaml"];
    expect((await run("convert", "mgo.vasp", "mgo.data", ...field)).code).toBe(0);
    const atoms = (await text("mgo.data")).split("Atoms # charge\n\n")[1]!.trim().split("\n");
    expect(atoms.map((line) => Number(line.trim().split(/\s+/)[2]))).toEqual([2, 2, 2, 2, -2, -2, -2, -2]);
    expect((await run("convert", "mgo.vasp", "mgo.cif", ...field)).stderr).toContain("which cif does not hold");
    expect((await run("convert", "start.vasp", "a.data", "--forces", "argon.yaml")).stderr).toContain("no charges");
  });

  it("a cell that ends is noted where the format would make it endless", async () => {
    const slab = 'Lattice="10 0 0 0 10 0 0 0 5" Properties=species:S:1:pos:R:3 pbc="T T F"';
    await writeFile(join(folder, "slab.xyz"), `2\n${slab}\nAr 5 5 0\nAr 5 8.8 0\n`);
    expect((await run("convert", "slab.xyz", "slab.vasp")).stderr).toContain("not periodic along c");
    expect((await run("convert", "slab.xyz", "slab.json")).stderr).toBe("");
    expect(readStructure(await text("slab.json"), "slab.json").cell.periodic).toEqual([true, true, false]);
  });
});

describe("what is too large", () => {
  it("a matrix that no machine holds is the user's to fix, with its size", async () => {
    const side = 32;
    const sites = Array.from({ length: side ** 3 }, (_, i) =>
      [i % side, Math.floor(i / side) % side, Math.floor(i / side ** 2)].map((k) => k / side),
    );
    // 2 × 5.26 Å of the helper's cell become 32 × 3.7 Å
    await writeFile(join(folder, "large.vasp"), poscar(sites).replace("\n1.0\n", `\n${(3.7 * side) / 10.52}\n`));
    const done = await run("modes", "large.vasp", "--forces", "argon.yaml", "--json");
    expect(done.code).toBe(2);
    expect(json<{ error: { code: string; message: string } }>(done).error).toMatchObject({
      code: "resource",
      message: expect.stringMatching(/\d+(\.\d+)? [GT]B/),
    });
  });

  it.skipIf(!process.env["PHONION_LONG"])("the search for a space group ends", async () => {
    const side = 9;
    const sites = Array.from({ length: side ** 3 }, (_, i) =>
      [i % side, Math.floor(i / side) % side, Math.floor(i / side ** 2)].map((k) => k / side),
    );
    await writeFile(join(folder, "equal.vasp"), poscar(sites).replace("\n1.0\n", `\n${(3.7 * side) / 10.52}\n`));
    const done = await run("show", "equal.vasp", "--json");
    expect(json<{ spaceGroup: null; notes: { code: string }[] }>(done)).toMatchObject({
      spaceGroup: null,
      notes: [{ code: "space-group-not-found" }],
    });
  });
});

describe("the example of a force field", () => {
  it("gives the lattice parameter that LAMMPS finds with these numbers", async () => {
    const done = await run(
      "relax",
      "mgo.vasp",
      "--forces",
      "mgo-lewis-catlow.yaml",
      "--cell",
      "full",
      "--newton",
      "--json",
    );
    const { cellParameters } = json<{ cellParameters: number[] }>(done);
    // LAMMPS (29 Sep 2021, buck 10 Å, ewald, box/relax) 4.2108040 Å; its Coulomb constant is 3e-8 smaller, its erfc good to 1e-7,
    // and the energy's curvature turns a relative 1e-7 of the forces into 1e-7 of the length
    for (const length of cellParameters.slice(0, 3)) expect(Math.abs(length - 4.210804)).toBeLessThan(2e-6);
  });
});
