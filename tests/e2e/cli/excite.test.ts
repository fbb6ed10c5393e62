// Driving modes from the command line: the study on the smallest cell, and single modes of a given structure.

import { existsSync, readdirSync } from "node:fs";
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ExciteData, ExciteModesData } from "../../../src/studies/index.js";
import { root } from "../../helpers/built.js";
import { json, phonion } from "../../helpers/phonion.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "phonion-excite-"));
  await copyFile(join(root, "examples/gordiz/li3po4.cif"), join(folder, "li3po4.cif"));
  await writeFile(join(folder, "small.yaml"), SMALL);
  await writeFile(join(folder, "modes.txt"), "# two modes of lithium\n40, 41\n50-51\n");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** 33 atoms, four hops, one run of half a picosecond for each condition. */
const SMALL = `$schema: phonion/excite-modes
structure: { file: li3po4.cif, supercell: [1, 1, 1], relaxCell: fixed }
forces: { field: pedone-2006, accuracy: 1.0e-4, engine: mixed }
substitution: { element: P, by: Ge }
interstitial: { element: Li, host: O, coordination: octahedral }
configurations: 4
hops: 4
band: { images: 5, toleranceEvPerA: 0.2, maxIterations: 60 }
drive: { topModes: 2, everySteps: 2 }
equilibrationPs: 0.05
durationPs: 0.5
replicas: 1
frameEverySteps: 5
compareVariants: { variants: [literal], durationPs: 0.2 }
intervalScan: { everyFs: [10], durationPs: 0.2 }
`;

const run = (...words: string[]) => phonion(["study", "small.yaml", "--seed", "1", ...words], { cwd: folder });

describe("phonion study of phonion/excite-modes", () => {
  it("drives, compares with every control, and says what came of it", async () => {
    const done = await run("--out", "whole", "--json", "--quiet");
    expect([0, 3], done.stderr).toContain(done.code); // short bands may stay short of their tolerance
    const { data } = json<{ data: ExciteModesData }>(done);
    expect(data.conditions.map(({ name }) => name)).toEqual([
      "driven",
      "none",
      "random",
      "allHot",
      "literal",
      "literal, random modes",
      "every 10 fs",
    ]);
    for (const { kind, drivenModesK, powerEvPerPs, sampledPs } of data.conditions) {
      const driving = kind === "driven" || kind === "random";
      // A mean needs four blocks of 50 looks: 500 steps with a look every second have five.
      if (kind !== "interval" && kind !== "variant")
        expect([drivenModesK !== null, powerEvPerPs !== null]).toEqual([driving, driving]);
      expect(sampledPs).toBeCloseTo(kind === "interval" || kind === "variant" ? 0.2 : 0.5, 1);
    }
    expect(data.ratios.map(({ of, over }) => `${of}/${over}`)).toEqual([
      "driven/none",
      "driven/random",
      "driven/allHot",
      "random/none",
      "literal/none",
      "literal/literal, random modes",
    ]);
    expect(data.verdict[0]).toMatch(/2 leading modes .* 700 K .* 400 K/);
    const figures = await readdir(join(folder, "whole", "figures"));
    expect(figures).toContain("jump-rates.csv");
  }, 120_000);

  it("killed on the way, with another number of threads, comes to the same numbers", async () => {
    const stored = join(folder, "broken", "pieces");
    const count = (): number =>
      existsSync(stored) ? readdirSync(stored, { recursive: true }).filter((n) => `${n}`.endsWith(".json")).length : 0;
    const whole = readdirSync(join(folder, "whole", "pieces"), { recursive: true }).filter((n) =>
      `${n}`.endsWith(".json"),
    );
    const first = await phonion(["study", "small.yaml", "--seed", "1", "--out", "broken", "--threads", "2"], {
      cwd: folder,
      kill: { signal: "SIGKILL", when: () => count() >= whole.length - 8 }, // among the simulations
    });
    expect(first.signal).toBe("SIGKILL");
    const second = await run("--out", "broken", "--threads", "1", "--quiet");
    expect([0, 3], second.stderr).toContain(second.code);
    const reports = await Promise.all(
      ["whole", "broken"].map(async (out) => JSON.parse(await readFile(join(folder, out, "report.json"), "utf8"))),
    );
    for (const report of reports) report.made.at = "";
    expect(reports[1]).toEqual(reports[0]);
  }, 120_000);

  it("says beforehand what it would do", async () => {
    const done = await run("--dry-run");
    expect(done.code).toBe(0);
    expect(done.stdout + done.stderr).toMatch(/7 simulations/);
  });
});

describe("phonion excite", () => {
  const excite = (...words: string[]) =>
    phonion(["excite", "li3po4.cif", "--forces", "pedone-2006", "--accuracy", "1e-3", "--seed", "3", ...words], {
      cwd: folder,
    });

  it("drives the modes of a list or a file, the same numbers either way and on any number of threads", async () => {
    const short = [
      "--duration-ps",
      "0.4",
      "--equilibration-ps",
      "0.1",
      "--every-steps",
      "2",
      "--replicas",
      "2",
      "--json",
    ];
    const [list, file] = await Promise.all([
      excite("--modes", "40,41,50-51", ...short, "--threads", "1"),
      excite("--modes", "modes.txt", ...short, "--threads", "2", "--out", "out"),
    ]);
    expect(list.code, list.stderr).toBe(0);
    const [one, other] = [json(list), json(file)] as unknown as [ExciteData, ExciteData];
    expect(one.modes.map(({ mode }) => mode)).toEqual([40, 41, 50, 51]);
    expect(json(list)["seed"]).toBe(3);
    const numbers = ({
      temperatureK,
      drivenModesK,
      otherModesK,
      powerEvPerPs,
      meanSquareDisplacement,
    }: ExciteData) => ({
      ...{ temperatureK, drivenModesK, otherModesK, powerEvPerPs, meanSquareDisplacement },
    });
    expect(numbers(other)).toEqual(numbers(one));
    expect(one.drivenModesK!.value).toBeGreaterThan(one.otherModesK!.value);
    expect((await readdir(join(folder, "out"))).sort()).toEqual(expect.arrayContaining(["msd.csv", "thermo.csv"]));
  }, 60_000);

  it.each([
    [[], /no modes were named/],
    [["--modes", "few"], /neither a list of numbers nor a file/],
    [["--modes", "9-7"], /range of modes 9-7/],
    [["--modes", "4000"], /mode 4000 is not one of the 96 modes/],
    [["--modes", "40,38-41"], /mode 40 is named twice/],
    [["--modes", "0"], /moves the crystal as a whole/],
  ])("refuses %j", async (words, message) => {
    const done = await excite(...words, "--duration-ps", "0.1", "--equilibration-ps", "0.01");
    expect([done.code, done.stderr]).toEqual([2, expect.stringMatching(message)]);
  });
});
