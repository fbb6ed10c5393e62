import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../../..", import.meta.url));

interface Result {
  readonly median?: number;
  readonly value?: number;
  readonly skipped?: string;
}

it("every case of the benchmarks still runs at its smallest size", () => {
  const { stdout, stderr, status } = spawnSync(process.execPath, ["bench/run.mjs", "--smallest", "--json"], {
    cwd: root,
    encoding: "utf8",
  });
  expect(status, stderr).toBe(0);
  const results: Record<string, Result> = JSON.parse(stdout).results;
  const everyday = readdirSync(join(root, "bench/cases"))
    .filter((file) => !readFileSync(join(root, "bench/cases", file), "utf8").includes("onlyWhenNamed = true"))
    .map((file) => basename(file, ".ts"));
  const measured = new Set(Object.keys(results).map((label) => label.split("/")[0]));
  expect([...measured].sort()).toEqual(everyday.sort());
  for (const [label, { median, value, skipped }] of Object.entries(results)) {
    if (skipped !== undefined) continue;
    const number = median ?? value ?? Number.NaN;
    expect(Number.isFinite(number) && number > 0, `${label} is ${number}`).toBe(true);
  }
  // What "accuracy 1e-5" promises of both precisions, against LAMMPS' converged sum with the source's cut-offs (32 atoms).
  expect(results["forces/double: relative force error"]!.value).toBeLessThan(1e-5);
  expect(results["forces/mixed: relative force error"]!.value).toBeLessThan(1e-5);
});
