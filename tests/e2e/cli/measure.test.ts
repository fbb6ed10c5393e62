// `phonion measure` as a process: on a walk written as a LAMMPS dump, on files that cannot be, and on published ab-initio trajectories of
// Li6PS5Cl where PHONION_ARGYRODITE names their folder (Morgan, 10.1021/acs.chemmater.0c03738; github.com/bjmorgan/data_argyrodite_disorder, MIT).

import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { MeasureData } from "../../../src/studies/index.js";
import { json, phonion } from "../../helpers/phonion.js";
import { walk } from "../../unit/studies/measure-sample.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "phonion-measure-"));
  await writeFile(join(folder, "walk.lammpstrj"), await dumpOf(400));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Wrapped into the cell, as programs write it. */
async function dumpOf(frames: number, { element = "Li", skip = -1 } = {}): Promise<string> {
  const text: string[] = [];
  for await (const { positions, step } of walk({ rate: 1, frames, frameSpacingFs: 50, seed: 1 }).frames()) {
    if (step === skip) continue;
    text.push(
      `ITEM: TIMESTEP\n${step * 25}\nITEM: NUMBER OF ATOMS\n88\nITEM: BOX BOUNDS pp pp pp\n0 12\n0 12\n0 12\nITEM: ATOMS id element x y z`,
    );
    const at = (i: number): string =>
      [0, 1, 2].map((k) => (((positions[3 * i + k]! % 12) + 12) % 12).toFixed(6)).join(" ");
    for (let i = 0; i < 88; i++) text.push(`${i + 1} ${i < 24 ? element : "O"} ${at(i)}`);
  }
  return `${text.join("\n")}\n`;
}

const measure = (words: readonly string[]) => phonion(["measure", ...words], { cwd: folder });

describe("phonion measure", () => {
  it("writes one document with units in its keys, and a report with files other programs read", async () => {
    const done = await measure([
      "walk.lammpstrj",
      "--ion",
      "Li",
      "--timestep-fs",
      "2",
      "--temperature-k",
      "300",
      "--out",
      "out",
      "--json",
    ]);
    expect(done.code).toBe(0);
    const found = json<MeasureData>(done);
    expect(found.trajectory.frames).toBe(400);
    expect(found.trajectory.frameSpacingFs).toBe(50); // 25 steps of 2 fs
    const { value, standardError } = found.motion!.tracer.diffusionA2PerPs;
    // one jump of 3 Å per ps: D = 9/6; 480 jumps in 20 ps. Five stated errors.
    expect(Math.abs(value! - 1.5)).toBeLessThan(5 * standardError!);
    for (const name of [
      "report.html",
      "report.json",
      "density.cube",
      "CHGCAR",
      "sites.csv",
      "jumps.csv",
      "figures/mean-square-displacement.svg",
    ])
      expect(existsSync(join(folder, "out", name)), name).toBe(true);
    const jumps = (await readFile(join(folder, "out", "jumps.csv"), "utf8")).trim().split("\n");
    expect(jumps).toHaveLength(1 + found.sites!.jumps);
  }, 60_000);

  it("does only what it is asked to", async () => {
    const found = json<MeasureData>(
      await measure(["walk.lammpstrj", "--timestep-fs", "2", "--analyses", "rdf", "--json"]),
    );
    expect(found.rdf).not.toBeNull();
    expect([found.motion, found.sites, found.density, found.vanHove]).toEqual([null, null, null, null]);
  });

  it.each([
    ["one frame only", () => dumpOf(1), ["--timestep-fs", "2"], /has 1 frame to measure/],
    ["no mobile ion", () => dumpOf(20, { element: "Mg" }), ["--timestep-fs", "2"], /none of the usual mobile ions/],
    ["a frame missing", () => dumpOf(20, { skip: 9 }), ["--timestep-fs", "2"], /expected step 225, found step 250/],
    ["no time step", () => dumpOf(20), [], /--timestep-fs/],
    ["two runs in one file", async () => (await dumpOf(9)) + (await dumpOf(9)), ["--timestep-fs", "2"], /begin anew/],
    ["nothing at all", async () => "", ["--timestep-fs", "2"], /the file is empty/],
  ])("%s: says so and ends with 2", async (name, text, words, message) => {
    const file = `${name.replaceAll(" ", "-")}.lammpstrj`;
    await writeFile(join(folder, file), await text());
    const done = await measure([file, ...words]);
    expect(done.stderr).toMatch(message);
    expect(done.code).toBe(2);
  });

  it("leaves out a last frame that is cut short, and says so", async () => {
    await writeFile(join(folder, "cut.lammpstrj"), (await dumpOf(50)).slice(0, -300));
    const done = await measure(["cut.lammpstrj", "--timestep-fs", "2", "--analyses", "msd", "--json"]);
    expect(json<MeasureData>(done).trajectory.frames).toBe(49);
    expect(done.stderr).toMatch(/cut short/);
  });
});

const data = process.env["PHONION_ARGYRODITE"];
// Per cent of the ions on each type of site, as the program site-analysis prints them; D with its 95 % interval, 10⁻⁵ cm²/s, from kinisi.
const PUBLISHED = {
  "0p": { shares: { t5: 80.2, t2: 19.78 }, kinisi: [0.679, 0.944] },
  "100p": { shares: { t5: 53.39, t2: 39.28, t4: 7.33 }, kinisi: [1.042, 1.31] },
} as const;

describe.skipIf(!data)("Li6PS5Cl at 500 K (skipped: PHONION_ARGYRODITE names no folder)", () => {
  for (const [run, { shares, kinisi }] of Object.entries(PUBLISHED))
    it(`${run}: site-analysis' occupations, and a D whose interval meets kinisi's`, async () => {
      const done = await measure([
        join(data!, `Li6PS5Cl-${run}-run1`, "actual_XDATCAR.gz"),
        ...["--ion", "Li", "--frame-spacing-fs", "100", "--temperature-k", "500", "--analyses", "msd,sites", "--json"],
        ...["--sites", join(data!, "reference_structures", "Li6PS5I_alltet_sites.POSCAR.vasp")],
        ...["--site-elements", "Li,Na,K,Rb,Cs", "--site-names", "Li=t5,Na=t2,K=t4,Rb=Rb,Cs=Cs"],
        ...["--site-alike", "S=Cl=I,P", "--site-corners", "S,I"],
      ]);
      expect(done.code).toBe(0);
      const found = json<MeasureData>(done);
      for (const [name, percent] of Object.entries(shares)) {
        const { share } = found.sites!.types.find((type) => type.name === name)!;
        expect(Math.abs(100 * share.value! - percent), name).toBeLessThan(0.05);
      }
      const [low, high] = found.motion!.tracer.limits95A2PerPs;
      expect(low * 10).toBeLessThan(kinisi[1]);
      expect(high * 10).toBeGreaterThan(kinisi[0]);
    }, 60_000);
});
