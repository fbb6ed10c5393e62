// `phonion mdma` as a process: trajectories of all formats, atoms in another order, files, and errors that say what to do.

import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTrajectoryWriter } from "../../../src/host/index.js";
import { readNpy, writeExtxyz, writeModes, writePoscar } from "../../../src/io/index.js";
import { makeCrystal } from "../../../src/structure/index.js";
import { springCrystal, trajectoryOf, walkers } from "../../helpers/modal-systems.js";
import { json, phonion } from "../../helpers/phonion.js";

const modes = springCrystal(["Li", "Li", "Li", "P", "O", "O"], 3);
const frames = 600;
const positions = walkers(modes, { frames, seed: 5, stepOf: (atom) => (atom < 3 ? 0.2 : 0.02), swing: 0.1 });
/** Atom of the reference that stands at each place of the file. */
const ORDER = [5, 3, 0, 4, 2, 1];

let folder: string;
const run = (...words: string[]) => phonion(["mdma", ...words], { cwd: folder });
const COMMON = ["--modes", "modes.json", "--lagsPs", "0.2,0.5", "--seed", "1", "--json"];

async function writeTrajectory(name: string, order: readonly number[], variableCell = false): Promise<void> {
  const { reference } = modes;
  const scrambled = new Float64Array(positions.length);
  for (let t = 0; t < frames; t++)
    for (const [place, atom] of order.entries())
      for (let axis = 0; axis < 3; axis++) scrambled[18 * t + 3 * place + axis] = positions[18 * t + 3 * atom + axis]!;
  const crystal = makeCrystal({
    cell: reference.cell,
    species: order.map((atom) => reference.elements[reference.kinds[atom]!]!),
    positions: scrambled.slice(0, 18),
  });
  const trajectory = trajectoryOf(crystal, scrambled);
  const writer = await openTrajectoryWriter(join(folder, name), { ...trajectory, variableCell });
  for await (const frame of trajectory.frames()) {
    const grown = { ...crystal.cell, vectors: crystal.cell.vectors.slice().map((x) => x * (1 + 1e-3 * frame.step)) };
    await writer.write(variableCell ? { ...frame, cell: grown } : frame);
  }
  await writer.close();
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "phonion-mdma-"));
  const same = ORDER.map((_, atom) => atom);
  await writeFile(join(folder, "modes.json"), writeModes(modes));
  await writeFile(join(folder, "reference.vasp"), writePoscar(modes.reference));
  await writeTrajectory("run.lammpstrj", same);
  await writeTrajectory("run.extxyz", same);
  await writeTrajectory("run.h5", same);
  await writeTrajectory("scrambled.lammpstrj", ORDER);
  await writeTrajectory("npt.extxyz", same, true);
  await writeFile(join(folder, "one.extxyz"), writeExtxyz({ crystal: modes.reference }));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Split {
  readonly dSigmaA2PerPs: number;
  readonly dSigmaErrorA2PerPs: number;
  readonly dTracerA2PerPs: number;
  readonly modeD: number[];
  readonly diagonalShare: number;
  readonly accumulation: { readonly frequencyThz: number[]; readonly value: number[]; readonly low: number[] };
  readonly sumRuleResidual: number;
  readonly nulls: { readonly static: object; readonly kinematic: object; readonly harmonic: object | null };
  readonly frame: string;
  readonly notes: { readonly code: string; readonly message: string }[];
}

/** Slope of ⟨|Σ_Li Δr|²⟩/(6N) between 0.2 and 0.5 ps, by its definition. */
function direct(): number {
  const moment = (lag: number): number => {
    let sum = 0;
    for (let t = 0; t + 50 < frames; t++)
      for (let axis = 0; axis < 3; axis++) {
        let moved = 0;
        for (let i = 0; i < 3; i++)
          moved += positions[18 * (t + lag) + 3 * i + axis]! - positions[18 * t + 3 * i + axis]!;
        sum += moved ** 2;
      }
    return sum / (18 * (frames - 50));
  };
  return (moment(50) - moment(20)) / 0.3;
}

describe("phonion mdma", () => {
  it("splits a dump, an extended XYZ file and an H5MD file alike, with the sum its own ions give", async () => {
    for (const file of ["run.lammpstrj", "run.extxyz", "run.h5"]) {
      const done = await run(file, ...COMMON);
      expect(done.code).toBe(0);
      const split = json<Split>(done);
      // Positions in the files keep at least 1e-9 Å, sums of a thousand of them 1e-6 of D.
      expect(Math.abs(split.dSigmaA2PerPs / direct() - 1)).toBeLessThan(1e-6);
      expect(Math.abs(split.modeD.reduce((sum, d) => sum + d, 0) / split.dSigmaA2PerPs - 1)).toBeLessThan(1e-10);
      expect(split.modeD).toHaveLength(18);
      expect(split.sumRuleResidual).toBeLessThan(1e-10);
      expect(split.dSigmaErrorA2PerPs).toBeGreaterThan(0);
      expect(split.accumulation.low).toHaveLength(18);
      expect(split.frame).toBe("lab");
      expect(split.nulls.harmonic).toBeNull();
    }
  });

  it("matches atoms of another order and says so", async () => {
    const straight = json<Split>(await run("run.lammpstrj", ...COMMON));
    const scrambled = json<Split>(await run("scrambled.lammpstrj", ...COMMON));
    for (const [n, d] of straight.modeD.entries())
      expect(Math.abs(scrambled.modeD[n]! - d)).toBeLessThan(1e-6 * straight.dSigmaA2PerPs);
    const note = scrambled.notes.find(({ code }) => code === "atoms-reordered");
    expect(note?.message).toContain("1→6");
    expect(straight.notes.map(({ code }) => code)).not.toContain("atoms-reordered");
  });

  it("writes the matrix of pairs and the tables", async () => {
    const done = await run("run.h5", "run.extxyz", ...COMMON, "--out", "out");
    expect(done.code).toBe(0);
    const { shape, data } = readNpy(await readFile(join(folder, "out/pairs.npy")), { file: "pairs.npy" });
    expect(shape).toEqual([18, 18]);
    const total = Float64Array.from(data).reduce((sum, pair) => sum + pair, 0);
    expect(Math.abs(total / json<Split>(done).dSigmaA2PerPs - 1)).toBeLessThan(1e-10);
    expect(await readFile(join(folder, "out/modes.csv"), "utf8")).toContain("static accumulation");
  });

  it("refuses a changing cell, lags that do not fit, and other atoms, each with what to do", async () => {
    const npt = await run("npt.extxyz", ...COMMON);
    expect(npt.code).toBe(2);
    expect(npt.stderr).toContain("constant pressure");
    const long = await run("run.h5", "--modes", "modes.json", "--lags-ps", "0.2,9", "--seed", "1");
    expect(long.code).toBe(2);
    expect(long.stderr).toContain("of yours 0.2 ps");
    const neither = await run("run.h5", "--reference", "reference.vasp");
    expect(neither.stderr).toContain("--force-constants");
    const other = springCrystal(["Li", "P", "O"], 1);
    await writeFile(join(folder, "other.json"), writeModes(other));
    const atoms = await run("run.h5", "--modes", "other.json", "--lags-ps", "0.2,0.5");
    expect(atoms.code).toBe(2);
    expect(atoms.stderr).toContain("6 atoms");
    // one run named twice would halve the variance out of nothing
    await copyFile(join(folder, "run.h5"), join(folder, "again.h5"));
    const twice = await run("run.h5", "again.h5", ...COMMON);
    expect([twice.code, twice.stderr]).toEqual([
      2,
      expect.stringContaining("run.h5 and again.h5 have the same content"),
    ]);
    const single = await run("one.extxyz", ...COMMON);
    expect([single.code, single.stderr]).toEqual([2, expect.stringContaining("one.extxyz holds one frame")]);
  });

  it("says beforehand what it would do", async () => {
    const plan = await run("run.h5", ...COMMON, "--dry-run");
    expect(json<{ readonly work: string[] }>(plan).work.join(" ")).toContain("modal split of 1 trajectory");
  });
});
