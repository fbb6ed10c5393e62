import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readMinimum, readModes, readPath, readStructure } from "../../../src/io/index.js";
import { writeArgon } from "../../helpers/argon.js";
import { json, phonion } from "../../helpers/phonion.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "phonion-cli-"));
  await writeArgon(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const forces = ["--forces", "argon.yaml", "--engine", "twin"];
const run = (...words: string[]) => phonion(words, { cwd: folder });
const text = (name: string) => readFile(join(folder, name), "utf8");

interface Energy {
  readonly energyEv: number;
  readonly energyParts: Record<string, number>;
  readonly forcesEvPerA: number[][];
  readonly stressEvPerA3: number[][];
  readonly natoms: number;
}

describe("commands, from input to files", () => {
  it("energy: parts add up, no net force, one JSON document and nothing else on stdout", async () => {
    const done = await run("energy", "start.vasp", ...forces, "--json");
    expect(done).toMatchObject({ code: 0, stderr: "" });
    const data = json<Energy>(done);
    expect(data.natoms).toBe(31);
    const sum = Object.values(data.energyParts).reduce((total, part) => total + part, 0);
    expect(Math.abs(sum - data.energyEv)).toBeLessThan(1e-12); // rounding of a sum near 2 eV
    for (const axis of [0, 1, 2]) {
      // Newton's third law; 31 forces of 0.01 eV/Å sum with 1e-17 rounding each
      expect(Math.abs(data.forcesEvPerA.reduce((total, force) => total + force[axis]!, 0))).toBeLessThan(1e-14);
    }
    expect(data.stressEvPerA3).toHaveLength(3);
  });

  it("relax: goes downhill to the tolerance, writes the minimum and two structures of it", async () => {
    const done = await run("relax", "start.vasp", ...forces, "--tolerance", "1e-6", "--out", "relaxed", "--json");
    expect(done.code).toBe(0);
    const data = json<{
      converged: boolean;
      energyEv: number;
      energyStartEv: number;
      maxForceEvPerA: number;
      positionsA: number[][];
    }>(done);
    expect(data.converged).toBe(true);
    expect(data.maxForceEvPerA).toBeLessThanOrEqual(1e-6);
    expect(data.energyEv).toBeLessThan(data.energyStartEv);
    expect((await readdir(join(folder, "relaxed"))).sort()).toEqual([
      "POSCAR",
      "minimum.json",
      "relaxed.extxyz",
      "result.json",
    ]);
    const minimum = readMinimum(await text("relaxed/minimum.json"), { file: "minimum.json" });
    expect(minimum.energy).toBe(data.energyEv);
    expect([...minimum.crystal.positions]).toEqual(data.positionsA.flat());
    expect(JSON.parse(await text("relaxed/result.json"))).toEqual(json(done));
  });

  it("relax: exit code 3 and a whole result when the steps do not suffice", async () => {
    const done = await run("relax", "start.vasp", ...forces, "--max-steps", "2", "--tolerance", "1e-9", "--json");
    expect(done.code).toBe(3);
    expect(json(done)).toMatchObject({ converged: false });
  });

  it("modes: three translations, and a note that the structure is not at rest", async () => {
    const done = await run("modes", "start.vasp", ...forces, "--out", "modes", "--json");
    const data = json<{ frequenciesThz: number[]; notes: { code: string }[]; degenerateGroups: { count: number }[] }>(
      done,
    );
    // the sum rule was imposed: translations are zero to the rounding of the eigensolver, √1e-16 of 2 THz
    expect(data.frequenciesThz.filter((f) => Math.abs(f) < 1e-6)).toHaveLength(3);
    expect(data.notes.map(({ code }) => code)).toContain("structure-not-at-rest");
    expect(data.degenerateGroups.reduce((sum, { count }) => sum + count, 0)).toBe(93);
    const modes = readModes(await text("modes/modes.json"), { file: "modes.json" });
    expect([...modes.frequencies]).toEqual(data.frequenciesThz);
    expect((await text("modes/modes.csv")).trimEnd().split("\r\n")).toHaveLength(94);
  });

  it("modes: --relax brings it to rest first, and the note is gone", async () => {
    const data = json<{ notes: { code: string }[] }>(await run("modes", "start.vasp", ...forces, "--relax", "--json"));
    expect(data.notes.map(({ code }) => code)).not.toContain("structure-not-at-rest");
  });

  it("hops, then couple: a symmetric hop whose shares add up to one, and whose energies agree", async () => {
    const hop = await run(
      "hops",
      "start.vasp",
      "end.vasp",
      ...forces,
      "--images",
      "7",
      "--saddle",
      "--out",
      "hop",
      "--json",
    );
    expect(hop.code).toBe(0);
    const path = json<{
      barrierForwardEv: number;
      barrierBackwardEv: number;
      energiesEv: number[];
      movers: { distanceA: number }[];
      saddlePoint: { verified: boolean; unstableFrequenciesThz: number[] };
      prefactorThz: number;
      notes: { code: string }[];
    }>(hop);
    // both ends are the same vacancy seen from two sides: what is left is the ends' relaxation (1e-4 eV/Å)² / stiffness
    expect(Math.abs(path.barrierForwardEv - path.barrierBackwardEv)).toBeLessThan(1e-6);
    expect(path.movers).toHaveLength(1);
    // nearest-neighbour distance a/√2 of the sites; both ends relax towards the vacancy, less than 0.3 Å
    expect(Math.abs(path.movers[0]!.distanceA - 5.26 / Math.SQRT2)).toBeLessThan(0.3);
    expect(path.saddlePoint.verified).toBe(true);
    expect(path.saddlePoint.unstableFrequenciesThz).toHaveLength(1);
    expect(path.prefactorThz).toBeGreaterThan(0);
    expect(path.notes.map(({ code }) => code)).toContain("end-point-relaxed");
    expect(readPath(await text("hop/path.json"), { file: "path.json" }).nImages).toBe(7);

    const couple = json<{
      shares: number[];
      sumModalEnergyEv: number;
      harmonicEnergyEv: number;
      sortedAccumulation: number[];
      shareAtImages: unknown[];
    }>(await run("couple", "hop", ...forces, "--json"));
    // 93 terms of at most 1, each rounded to 1e-16
    expect(Math.abs(couple.shares.reduce((sum, share) => sum + share, 0) - 1)).toBeLessThan(1e-13);
    // completeness of the modes: Σ ½ω²Q² = ½uᵀΦu, to the rounding of a [93,93] product and eigenproblem
    expect(Math.abs(couple.sumModalEnergyEv / couple.harmonicEnergyEv - 1)).toBeLessThan(1e-10);
    expect(couple.shareAtImages).toHaveLength(5);
  });

  it("couple: START END does in one go what hops and couple do in two", async () => {
    const path = ["--images", "5"];
    await run("hops", "start.vasp", "end.vasp", ...forces, ...path, "--out", "hop5");
    const two = json<{ shares: number[] }>(await run("couple", "hop5/path.json", ...forces, "--json"));
    const one = json<{ shares: number[] }>(await run("couple", "start.vasp", "end.vasp", ...forces, ...path, "--json"));
    expect(one.shares).toEqual(two.shares);
  });

  it("convert and back changes no position by more than the format's digits", async () => {
    await run("convert", "start.vasp", "a.cif");
    await run("convert", "a.cif", "a.extxyz");
    await run("convert", "a.extxyz", "a.data");
    await run("convert", "a.data", "a.json");
    const before = readStructure(await text("start.vasp"), "start.vasp");
    const after = readStructure(await text("a.json"), "a.json");
    expect(after.elements).toEqual(before.elements);
    const worst = Math.max(...[...after.positions].map((x, i) => Math.abs(x - before.positions[i]!)));
    expect(worst).toBeLessThan(1e-9); // Å; the coarsest of these formats writes ten decimals
  });

  it("convert to - puts the structure and nothing else on stdout", async () => {
    const done = await run("convert", "start.vasp", "-", "--to", "extxyz");
    expect(readStructure(done.stdout, "stdout.xyz").positions).toHaveLength(93);
    expect((await run("convert", "start.vasp", "-", "--to", "cif", "--json")).code).toBe(2);
  });

  it("show: ten lines at most, with the space group of a vacancy in fcc", async () => {
    const done = await run("show", "start.vasp");
    expect(done.stdout.trimEnd().split("\n").length).toBeLessThanOrEqual(10);
    // one site of 32 removed from a cubic supercell keeps the full point group about it
    expect(done.stdout).toContain("Pm-3m (no. 221)");
  });

  it("doctor: says of every line whether it is there", async () => {
    const done = await run("doctor", "--json");
    expect(done.code).toBe(0);
    expect(json<{ checks: { name: string; ok: boolean }[] }>(done).checks.length).toBeGreaterThan(5);
  });

  it("--dry-run: says what would be done and does nothing", async () => {
    const done = await run("hops", "start.vasp", "end.vasp", ...forces, "--dry-run", "--json", "--out", "dry");
    expect(json(done)).toMatchObject({
      dryRun: true,
      seconds: expect.any(Number),
      memoryMb: expect.any(Number),
      diskMb: expect.any(Number),
    });
    expect(await readdir(folder)).not.toContain("dry");
  });
});
