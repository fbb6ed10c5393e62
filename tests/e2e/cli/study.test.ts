import { existsSync, readdirSync } from "node:fs";
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root } from "../../helpers/built.js";
import { json, phonion } from "../../helpers/phonion.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "phonion-study-"));
  await copyFile(join(root, "examples/gordiz/li3po4.cif"), join(folder, "li3po4.cif"));
  await writeFile(join(folder, "small.yaml"), SMALL);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The published question on the smallest cell: 33 atoms, one hop of five images. */
const SMALL = `$schema: phonion/modal-hops
structure: { file: li3po4.cif, supercell: [1, 1, 1], relaxCell: full }
forces: { field: pedone-2006, accuracy: 1.0e-5 }
substitution: { element: P, by: Ge }
interstitial: { element: Li, host: O, coordination: octahedral }
hops: { mechanism: interstitialcy, count: 1 }
band: { images: 5, toleranceEvPerA: 0.01 }
`;

const run = (...words: string[]) => phonion(["study", "small.yaml", "--seed", "1", ...words], { cwd: folder });
/** Struck as soon as the run in `broken` has stored this many pieces: by what is done, not by the clock. */
const killed = (pieces: number, signal: NodeJS.Signals, ...words: string[]) => {
  const stored = join(folder, "broken", "pieces");
  const when = () =>
    existsSync(stored) && readdirSync(stored).filter((name) => name.endsWith(".json")).length >= pieces;
  return phonion(["study", "small.yaml", "--seed", "1", "--out", "broken", ...words], {
    cwd: folder,
    kill: { signal, when },
  });
};

async function report(out: string): Promise<Record<string, unknown>> {
  const { made, ...rest } = JSON.parse(await readFile(join(folder, out, "report.json"), "utf8"));
  return { ...rest, made: { ...made, at: "" } };
}

describe("phonion study", () => {
  it("ends in a report, a page and figures; the command's JSON is the report", async () => {
    const done = await run("--out", "whole", "--json");
    expect([0, 3]).toContain(done.code); // one hop of five images may or may not converge: either is a whole report
    const { converged, directory, ...printed } = json(done);
    expect(converged).toBe(done.code === 0);
    expect(directory).toBe("whole");
    expect(printed).toEqual(JSON.parse(await readFile(join(folder, "whole", "report.json"), "utf8")));
    expect((await readdir(join(folder, "whole"))).sort()).toEqual([
      "figures",
      "pieces",
      "report.html",
      "report.json",
      "study.json",
    ]);
    const figures = await readdir(join(folder, "whole", "figures"));
    expect(figures.filter((name) => name.endsWith(".svg")).length).toBe(figures.length / 2);
  });

  it("killed and stopped on the way, with other numbers of threads, comes to the same report but for the time", async () => {
    const first = await killed(3, "SIGKILL", "--threads", "2");
    expect(first.signal).toBe("SIGKILL");
    const second = await killed(8, "SIGINT", "--threads", "1");
    expect(second.code).toBe(130);
    expect(second.stderr.trimEnd().split("\n").at(-1)).toBe(
      "phonion study small.yaml --seed 1 --out broken --threads 1",
    );
    await run("--out", "broken", "--threads", "1", "--quiet");
    expect(await report("broken")).toEqual(await report("whole"));
  });

  it("draws and reports no seed, for nothing in it is random", async () => {
    const again = await phonion(["study", "small.yaml", "--seed", "2", "--out", "whole"], { cwd: folder });
    expect(again.code).toBe(0);
    expect(await report("whole")).not.toHaveProperty("seed");
  });

  it("refuses to mix runs: other parameters, a changed input", async () => {
    await writeFile(join(folder, "other.yaml"), SMALL.replace("images: 5", "images: 7"));
    const other = await phonion(["study", "other.yaml", "--out", "whole"], { cwd: folder });
    expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining("band.images was 5, is 7") });
    const cif = await readFile(join(folder, "li3po4.cif"), "utf8");
    await writeFile(join(folder, "li3po4.cif"), `${cif}\n# edited\n`);
    const input = await run("--out", "whole");
    expect(input.stderr).toContain("li3po4.cif has changed since the run in whole began");
    await writeFile(join(folder, "li3po4.cif"), cif);
  });

  it("says on which line of the study file something is wrong", async () => {
    await writeFile(join(folder, "typo.yaml"), SMALL.replace("substitution:", "substitutoin:"));
    const done = await phonion(["study", "typo.yaml", "--json"], { cwd: folder });
    expect(done.code).toBe(2);
    expect(json<{ error: unknown }>(done).error).toMatchObject({
      code: "format",
      message: "typo.yaml:4: unknown key substitutoin",
      hint: expect.stringContaining("substitution"),
    });
  });

  it("--dry-run says how long it should take and makes no directory", async () => {
    const done = await run("--dry-run", "--json", "--out", "dry");
    expect(json(done)).toMatchObject({ dryRun: true, seconds: expect.any(Number) });
    expect(await readdir(folder)).not.toContain("dry");
  });
});
