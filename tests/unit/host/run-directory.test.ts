import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { InputError } from "../../../src/base/index.js";
import { lockFolder, openRunDirectory, pieceFile, type RunIdentity } from "../../../src/host/index.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "phonion-run-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const identity: RunIdentity = {
  schema: "phonion/test",
  version: 1,
  software: "phonion 1.0.0",
  kernels: "abc",
  parameters: { temperatureK: 300, relax: { tolerance: 1e-3 } },
};
const drawSeed = () => 42;
const open = (change: Partial<RunIdentity> = {}, restart = false) =>
  openRunDirectory(folder, { ...identity, ...change }, { restart, drawSeed });

describe("a run directory", () => {
  it("gives pieces back as they were, typed arrays as typed arrays", async () => {
    const piece = {
      positions: Float64Array.of(0.1, -1e-300, Math.PI),
      order: Int32Array.of(2, 1),
      name: "S1",
      nothing: null,
    };
    const first = await open();
    expect(await first.store.get("minima/S 1")).toBeUndefined();
    await first.store.put("minima/S 1", piece);
    await first.close();
    const second = await open();
    expect(await second.store.get("minima/S 1")).toEqual(piece);
    expect(second.resumed).toBe(true);
    await second.close();
  });

  it("keeps the seed it began with, and refuses another one", async () => {
    const first = await open();
    expect(first.seed).toBe(42);
    await first.close();
    const second = await openRunDirectory(folder, identity, { drawSeed: () => 7 });
    expect(second.seed).toBe(42);
    await second.close();
    await expect(open({ seed: 7 })).rejects.toThrow("seed was 42, is 7");
  });

  it("says what differs when the directory holds another run", async () => {
    await (await open()).close();
    const changed = { parameters: { temperatureK: 400, relax: { tolerance: 1e-3, cell: "full" } } };
    await expect(open(changed)).rejects.toMatchObject({
      code: "input",
      message: expect.stringMatching(/temperatureK was 300, is 400; relax\.cell was absent, is "full"/),
      hint: expect.stringContaining("--restart"),
    });
    await expect(open({ software: "phonion 2.0.0" })).rejects.toThrow(
      'software was "phonion 1.0.0", is "phonion 2.0.0"',
    );
  });

  it("lets go of the lock when it refuses", async () => {
    await (await open()).close();
    await expect(open({ version: 2 })).rejects.toBeInstanceOf(InputError);
    await (await open()).close();
  });

  it("forgets everything on restart", async () => {
    const first = await open();
    await first.store.put("a", 1);
    await first.close();
    const second = await open({ version: 2 }, true);
    expect(await second.store.get("a")).toBeUndefined();
    expect(second.resumed).toBe(false);
    await second.close();
  });

  it("refuses pieces whose run is not known", async () => {
    await mkdir(join(folder, "pieces"));
    await writeFile(join(folder, "pieces", "a.json"), "{}");
    await expect(open()).rejects.toThrow(/holds 1 pieces of a run but not its study\.json/);
  });

  it("refuses to go on when an input has changed", async () => {
    const first = await open();
    await first.recordInput("a.cif", "1111");
    await Promise.all([first.recordInput("b.cif", "2222"), first.recordInput("c.cif", "3333")]);
    await first.close();
    expect(JSON.parse(await readFile(join(folder, "study.json"), "utf8")).inputs).toEqual({
      "a.cif": "1111",
      "b.cif": "2222",
      "c.cif": "3333",
    });
    const second = await open();
    await second.recordInput("a.cif", "1111");
    await expect(second.recordInput("b.cif", "9999")).rejects.toThrow(/b\.cif has changed/);
    await second.close();
  });

  it("says which piece cannot be read, and that it may be deleted", async () => {
    const run = await open();
    await run.store.put("a", 1);
    await writeFile(join(folder, "pieces", pieceFile("a")), "{ half");
    await expect(run.store.get("a")).rejects.toMatchObject({ code: "format", hint: expect.stringContaining("delete") });
    await run.close();
  });

  it("refuses a piece that is not as it was written, down to one digit", async () => {
    const run = await open();
    await run.store.put("a", { energies: Float64Array.of(0.1, 0.2) });
    const file = join(folder, "pieces", pieceFile("a"));
    const text = await readFile(file, "utf8");
    const flipped = text.replace(
      /("\$f64":")(.)/,
      (_, key: string, digit: string) => key + (digit === "m" ? "n" : "m"),
    );
    for (const damaged of [flipped, text.slice(0, -20), "", "{}", '{"key":"a","value":{}}', "\u0000".repeat(100)]) {
      expect(damaged).not.toBe(text);
      await writeFile(file, damaged);
      await expect(run.store.get("a")).rejects.toMatchObject({
        code: "format",
        hint: expect.stringContaining("delete"),
      });
    }
    await writeFile(file, text);
    expect(await run.store.get("a")).toEqual({ energies: Float64Array.of(0.1, 0.2) });
    await rm(file);
    await mkdir(file);
    await expect(run.store.get("a")).rejects.toMatchObject({ code: "input" });
    await run.close();
  });

  it("leaves no lock and no temporary file behind", async () => {
    await writeFile(join(folder, ".study.json.0123456789ab.part"), "half");
    const run = await open();
    await run.store.put("a", 1);
    await run.close();
    expect((await readdir(folder)).sort()).toEqual(["pieces", "study.json"]);
  });
});

describe("piece file names", () => {
  it("are different for different keys, short, and safe", () => {
    const keys = ["a/b", "a%2Fb", "a b", "..", "x".repeat(500), `${"x".repeat(499)}y`, "Å*?"];
    const files = keys.map(pieceFile);
    expect(new Set(files).size).toBe(keys.length);
    for (const file of files) expect(file).toMatch(/^[\w.%~-]{1,160}\.json$/);
  });
});

describe("the lock of a folder", () => {
  it("keeps a second run out and lets it in afterwards", async () => {
    const first = await lockFolder(folder);
    await expect(lockFolder(folder)).rejects.toThrow(new RegExp(`process ${process.pid} is already running`));
    await first.release();
    await (await lockFolder(folder)).release();
  });

  it("takes over the lock of a process that is gone", async () => {
    // 2²² is above the largest process number Linux gives out
    await writeFile(join(folder, "lock.json"), JSON.stringify({ pid: 4194305, host: hostname(), started: "1" }));
    await (await lockFolder(folder)).release();
  });

  it("takes over from an earlier process that had a living one's number", async () => {
    await writeFile(join(folder, "lock.json"), JSON.stringify({ pid: process.pid, host: hostname(), started: "1" }));
    await (await lockFolder(folder)).release();
  });

  it("does not judge processes of other machines", async () => {
    await writeFile(join(folder, "lock.json"), JSON.stringify({ pid: 1, host: "elsewhere", started: "1" }));
    await expect(lockFolder(folder)).rejects.toMatchObject({ hint: expect.stringContaining("lock.json") });
  });

  it("goes to exactly one of many that take over at once", async () => {
    await writeFile(join(folder, "lock.json"), "broken by a power cut");
    const tries = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(folder)));
    expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });
});
