// `phonion md` as a process: killed and gone on with, stopped, blown up, and asked for what cannot be.

import { existsSync, readdirSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { json, phonion, type RunSettings } from "../../helpers/phonion.js";
import { ARGON_FORCES, ARGON_POSCAR } from "../../unit/studies/md-sample.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "phonion-md-"));
  await writeFile(join(folder, "argon.vasp"), ARGON_POSCAR);
  await writeFile(join(folder, "argon.yaml"), ARGON_FORCES);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const ARGON = [
  "argon.vasp",
  "--forces",
  "argon.yaml",
  "--temperature-k",
  "40",
  "--timestep-fs",
  "5",
  "--sample-fs",
  "500",
];

const md = (words: readonly string[], settings: Partial<RunSettings> = {}) =>
  phonion(["md", ...ARGON, ...words], { cwd: folder, ...settings });

const pieces = (out: string): number => {
  const path = join(folder, out, "pieces");
  return existsSync(path) ? readdirSync(path).filter((name) => name.endsWith(".json") && name[0] !== ".").length : 0;
};
const file = (...path: string[]) => readFile(join(folder, ...path), "utf8");

/** The report without the one field that tells when it was made. */
async function reportOf(out: string): Promise<Record<string, unknown>> {
  const { made, ...rest } = JSON.parse(await file(out, "report.json"));
  return { ...rest, software: made.software };
}

interface MdJson {
  readonly converged: boolean;
  readonly seed: number;
  readonly stepsPerSecond?: number;
  readonly error?: { readonly code: string; readonly message: string; readonly hint: string };
  readonly data: {
    readonly means: { readonly temperature: { readonly value: number; readonly standardError: number } } | null;
    readonly replicas: {
      readonly frames: number;
      readonly steps: number;
      readonly failure?: { readonly goodSteps: number };
    }[];
  };
}

describe("phonion md", () => {
  // 32 atoms, three segments of at most 20,000 steps per replica after the equilibration, about half a second each
  const long = [
    "--supercell",
    "2,2,2",
    "--duration-ps",
    "250",
    "--replicas",
    "2",
    "--seed",
    "3",
    "--trajectory",
    "extxyz",
  ];

  it("killed twice in the middle, goes on with the same command line to the same bytes", async () => {
    const whole = await md([...long, "--out", "whole", "--json"]);
    expect(whole.code).toBe(0);
    for (const enough of [2, 5]) {
      const words = [...long, "--threads", "2", "--out", "killed"];
      const stopped = await md(words, { kill: { signal: "SIGKILL", when: () => pieces("killed") >= enough } });
      expect(stopped.signal).toBe("SIGKILL");
      expect(existsSync(join(folder, "killed", "report.json"))).toBe(false);
    }
    const rest = await md([...long, "--threads", "1", "--out", "killed", "--json"]);
    expect(rest.code).toBe(0);
    expect(rest.stderr).toContain("going on with the run in killed (seed 3)");
    for (const name of ["thermo.csv", "replica-1.extxyz", "replica-2.extxyz"])
      expect((await file("killed", name)) === (await file("whole", name))).toBe(true);
    expect(await reportOf("killed")).toEqual(await reportOf("whole"));
    const { data, stepsPerSecond } = json<MdJson>(whole);
    expect(data.replicas.map(({ frames, steps }) => [frames, steps])).toEqual([
      [501, 50_000],
      [501, 50_000],
    ]);
    expect(stepsPerSecond).toBeGreaterThan(0);
    const { value, standardError } = data.means!.temperature;
    // a canonical run of half a nanosecond: within its own error
    expect(Math.abs(value - 40)).toBeLessThan(5 * standardError);
    expect(readdirSync(join(folder, "killed")).filter((name) => name.startsWith("."))).toEqual([]);
  });

  it("stopped by Ctrl-C: exit code 130 and the line to go on with", async () => {
    const words = [...long, "--out", "stopped"];
    const stopped = await md(words, { kill: { signal: "SIGINT", when: () => pieces("stopped") >= 1 } });
    expect(stopped.code).toBe(130);
    expect(stopped.stderr.trimEnd().split("\n").at(-1)).toBe(`phonion md ${[...ARGON, ...words].join(" ")}`);
    const kept = pieces("stopped");
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThan(8);
  });

  it("a run that blows up: exit code 4, atom and step named, what was good written", async () => {
    const words = ["--supercell", "2,2,2", "--sample-fs", "50", "--duration-ps", "30", "--seed", "3", "--out", "hot"];
    const done = await md([...words, "--ensemble", "rescale", "--to-temperature-k", "60000", "--json"]);
    expect(done.code).toBe(4);
    const { converged, error, data } = json<MdJson>(done);
    expect(converged).toBe(false);
    expect(error).toMatchObject({ code: "numeric" });
    expect(error!.message).toMatch(/ended in step \d+: atom \d+ \(Ar\) moves/);
    expect(error!.hint).toMatch(/take a time step of about [\d.]+ fs/);
    expect(done.stderr).toContain(error!.message);
    const shown = json<{ frames: number }>(await phonion(["show", "hot/replica-1.h5md", "--json"], { cwd: folder }));
    const { frames, steps, failure } = data.replicas[0]!;
    expect(shown.frames).toBe(frames);
    expect(frames).toBe(Math.floor(steps / 10) + 1);
    expect(failure!.goodSteps).toBe(steps + 200);
    expect(await file("hot", "report.html")).toContain("What ended early");
  });

  it("the same words from a study file give the same numbers", async () => {
    const study = [
      "$schema: phonion/molecular-dynamics",
      "structure: { file: argon.vasp, supercell: [2, 2, 2] }",
      "forces: { field: argon.yaml }",
      "temperatureK: 40",
      "timestepFs: 5",
      "sampleFs: 500",
      "durationPs: 10",
      "ensemble: npt",
      "cell: isotropic",
      "",
    ].join("\n");
    await writeFile(join(folder, "study.yaml"), study);
    const words = ["--supercell", "2,2,2", "--duration-ps", "10", "--ensemble", "npt", "--cell", "isotropic"];
    expect((await md([...words, "--seed", "5", "--out", "words"])).code).toBe(0);
    const done = await phonion(["study", "study.yaml", "--seed", "5", "--out", "file"], { cwd: folder });
    expect(done.code).toBe(0);
    expect(await file("file", "thermo.csv")).toBe(await file("words", "thermo.csv"));
    expect((await file("words", "thermo.csv")).split("\r\n")[0]).toContain("volume (Å³)");
  });

  it("refused inputs: exit code 2, what and how; the directory stays free for the right ones", async () => {
    const cases: [string[], RegExp][] = [
      [["--ensemble", "langevn"], /did you mean langevin\?/],
      [["--temperature-k", "0"], /--temperature-k is 0/],
      [["--temperature-k", "-5"], /--temperature-k is -5/],
      [["--timestep-fs", "80"], /--timestep-fs is 80/],
      [["--freeze", "0-9"], /atoms 0-9 \(to be frozen\) in a cell of 4 atoms\s+numbers run from 0 to 3/],
      [["--freeze", "Li"], /Li \(to be frozen\) is no atom/],
      [["--sample-fs", "12"], /sampleFs is 12 fs with a time step of 5 fs/],
      [["--ensemble", "npt", "--freeze", "0"], /frozen atoms with ensemble npt/],
      [["--relaxation-fs", "1"], /relaxationFs is 1 fs, at least/],
      [["--supercell", "2,2"], /like 2,2,2/],
    ];
    const refuse = async ([words, message]: (typeof cases)[number]): Promise<void> => {
      const done = await md([...words, "--out", "refused", "--quiet"]);
      expect([words, done.code]).toEqual([words, 2]);
      expect(done.stderr).toMatch(message);
    };
    for (let at = 0; at < cases.length; at += 2) await Promise.all(cases.slice(at, at + 2).map(refuse));
    const right = ["--duration-ps", "1", "--out", "refused"];
    expect((await md(right)).code).toBe(0);
    const other = await md([...right, "--to-temperature-k", "50"]);
    expect(other.code).toBe(2);
    expect(other.stderr).toMatch(/refused holds another run: toTemperatureK was absent, is 50\s+choose another --out/);
    expect((await md([...right, "--to-temperature-k", "50", "--restart"])).code).toBe(0);
  });

  it("--dry-run says what it costs and writes nothing", async () => {
    const done = await md(["--supercell", "2,2,2", "--dry-run", "--json", "--out", "dry"]);
    expect(done.code).toBe(0);
    const plan = json<{ seconds: number; work: string[] }>(done);
    expect(plan.work[0]).toBe("Ar32, 32 atoms, nvt: 1 run of 1 + 10 ps, 2200 steps each");
    expect(plan.seconds).toBeGreaterThan(0);
    expect(existsSync(join(folder, "dry"))).toBe(false);
  });
});
