import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { built } from "../../helpers/built.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "phonion-resume-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const script = fileURLToPath(new URL("../../helpers/small-run.mjs", import.meta.url));
const dist = fileURLToPath(new URL("..", built("host/worker.js"))).replace(/\/$/, "");

interface Ended {
  readonly signal: NodeJS.Signals | null;
  readonly kept: number;
  readonly missing: number;
}

/** Runs the study in `name`; `kill -9` as soon as `killAfter` pieces were kept. */
function study(name: string, { threads = 1, killAfter = Number.POSITIVE_INFINITY } = {}): Promise<Ended> {
  const child = spawn(process.execPath, [script, dist, join(folder, name), String(threads)], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let text = "";
  const kept = () => text.split("kept one").length - 1;
  child.stderr.on("data", (chunk) => {
    text += chunk;
    if (kept() >= killAfter) child.kill("SIGKILL");
  });
  return new Promise((resolve) => {
    child.on("close", (_, signal) =>
      resolve({ signal, kept: kept(), missing: Number(/missing (\d+)/.exec(text)?.[1] ?? Number.NaN) }),
    );
  });
}

const report = (name: string) => readFile(join(folder, name, "report.json"), "utf8");

describe("a run that is killed", () => {
  it("loses only the pieces it was at, and ends with the same report as one that was not", async () => {
    await study("whole");
    const first = await study("killed", { threads: 2, killAfter: 3 });
    expect(first.signal).toBe("SIGKILL");
    const second = await study("killed", { threads: 2, killAfter: 5 });
    // what was kept stays kept; a piece may have been kept in the instant between the message and the kill
    expect(second.missing).toBeLessThanOrEqual(24 - first.kept);
    expect(second.missing).toBeGreaterThan(0);
    const third = await study("killed", { threads: 1 });
    expect(third.signal).toBeNull();
    expect(third.missing).toBeLessThanOrEqual(second.missing - second.kept);
    expect(await report("killed")).toBe(await report("whole"));
  });

  it("leaves nothing behind once it has ended well", async () => {
    await study("killed", { killAfter: 2 });
    await study("killed");
    expect((await readdir(join(folder, "killed"))).sort()).toEqual(["pieces", "report.json", "study.json"]);
    expect((await readdir(join(folder, "killed", "pieces"))).filter((name) => name.startsWith("."))).toEqual([]);
  });

  it("does nothing again when it is run again", async () => {
    await study("whole", { threads: 2 });
    const before = await report("whole");
    expect((await study("whole")).missing).toBe(0);
    expect(await report("whole")).toBe(before);
  });
});
