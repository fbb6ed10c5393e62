// Runs the benchmarks: node bench/run.mjs [--smallest] [--json] [--save] [CASE …], or node bench/run.mjs judge COMMIT [CASE …]
//
// A case is bench/cases/NAME.ts and exports either or both of
//   sizes, unit, prepare(size)   prepare resolves to the work; one call of it resolves to how many units it did. Sizes: smallest first
//   run({ smallest })            resolves to rows { label, value, unit } it has measured itself
// Median and quartiles of 25 samples are printed. baseline.json holds medians together with the time of a fixed workload on the same
// machine; a case fails when it takes more than twice its baseline after scaling by that workload. --save writes the baseline.
// judge builds COMMIT in a temporary work tree, runs both in turn and prints the ratio of the medians.

import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = fileURLToPath(new URL("..", import.meta.url));
const root = process.env.PHONION_BENCH_ROOT ?? here; // judge points it at another work tree
const baselineFile = join(root, "bench/baseline.json");
const SAMPLES = 25;
const LEAST_MS = 5; // a sample repeats its work until this is over
const LIMIT = 2;

const words = process.argv.slice(2);
const flags = new Set(words.filter((word) => word.startsWith("--")));
const names = words.filter((word) => !word.startsWith("--"));
if (names[0] === "judge") judge(names[1], names.slice(2));
else await runAll();

async function runAll() {
  const smallest = flags.has("--smallest");
  const found = readdirSync(join(root, "bench/cases")).map((file) => basename(file, ".ts"));
  const unknown = names.find((name) => !found.includes(name));
  if (unknown) fail(`there is no case "${unknown}"; known: ${found.join(", ")}`);
  const results = {};
  for (const name of names.length > 0 ? names : found) {
    const module = await load(name);
    if (!flags.has("--json")) console.log(`${name}${module.why ? `: ${module.why}` : ""}`);
    for (const size of smallest ? (module.sizes?.slice(0, 1) ?? []) : (module.sizes ?? [])) {
      const measured = await measure(await module.prepare(size), smallest);
      results[`${name}/${size}`] = { ...measured, unit: module.unit };
      if (!flags.has("--json")) console.log(`  ${String(size).padEnd(44)}${describe(measured, module.unit)}`);
    }
    for (const { label, value, unit } of (await module.run?.({ smallest })) ?? []) {
      results[`${name}/${label}`] = { value, unit };
      if (!flags.has("--json")) console.log(`  ${label.padEnd(44)}${value.toPrecision(4)} ${unit}`);
    }
  }
  const report = { machine: cpus()[0]?.model ?? "unknown", node: process.version, reference: referenceMs(), results };
  if (flags.has("--json")) console.log(JSON.stringify(report));
  else if (flags.has("--save")) writeFileSync(baselineFile, `${JSON.stringify(report, null, 1)}\n`);
  else if (!smallest) compare(report);
}

/** Bundles the case with the core into dist/bench and imports it. */
async function load(name) {
  const { build } = await import("vite");
  spawnSync(process.execPath, [join(root, "tools/build-kernels.mjs")], { stdio: "inherit" });
  await build({
    root,
    configFile: false,
    logLevel: "error",
    build: {
      ssr: join(root, `bench/cases/${name}.ts`),
      outDir: join(root, "dist/bench"),
      emptyOutDir: false,
      target: "node20",
    },
  });
  return import(pathToFileURL(join(root, `dist/bench/${name}.js`)).href);
}

/** ms per unit of work: median, quartiles and least of the samples. */
async function measure(work, once) {
  let units = await work(); // the first call also compiles
  const times = [];
  for (let sample = 0; sample < (once ? 1 : SAMPLES); sample++) {
    const start = performance.now();
    units = 0;
    do units += await work();
    while (!once && performance.now() - start < LEAST_MS);
    times.push((performance.now() - start) / units);
  }
  times.sort((a, b) => a - b);
  const at = (part) => times[Math.min(times.length - 1, Math.floor(part * times.length))];
  return { median: at(0.5), quartiles: [at(0.25), at(0.75)], least: times[0] };
}

function describe({ median, quartiles, least }, unit) {
  const rate = 1e3 / median;
  const spread = (100 * (quartiles[1] - quartiles[0])) / median;
  return `${rate.toPrecision(4)} ${unit}/s   ${median.toPrecision(3)} ms ± ${spread.toFixed(0)} %, least ${least.toPrecision(3)} ms`;
}

/** A fixed piece of plain arithmetic, ms: how fast this machine is just now. */
function referenceMs() {
  let best = Number.POSITIVE_INFINITY;
  for (let r = 0; r < 5; r++) {
    const start = performance.now();
    let sum = 0;
    for (let i = 1; i < 5_000_000; i++) sum += Math.sqrt(i) / (i + sum * 1e-9);
    best = Math.min(best, performance.now() - start + (sum < 0 ? 1 : 0));
  }
  return best;
}

function compare(report) {
  if (!existsSync(baselineFile)) return;
  const baseline = JSON.parse(readFileSync(baselineFile, "utf8"));
  const scale = report.reference / baseline.reference;
  for (const [name, { median }] of Object.entries(report.results)) {
    const before = baseline.results[name]?.median;
    if (before === undefined || median === undefined || median <= LIMIT * scale * before) continue;
    console.error(
      `${name} takes ${(median / before / scale).toFixed(1)} times its baseline of ${before.toPrecision(3)} ms`,
    );
    process.exitCode = 1;
  }
}

function judge(commit, cases) {
  if (!commit) fail("judge needs a commit");
  const tree = mkdtempSync(join(tmpdir(), "phonion-judge-"));
  execFileSync("git", ["worktree", "add", "--detach", tree, commit], { cwd: root, stdio: "ignore" });
  try {
    symlinkSync(join(root, "node_modules"), join(tree, "node_modules"));
    const runner = fileURLToPath(import.meta.url);
    const runIn = (folder) => {
      const env = { ...process.env, PHONION_BENCH_ROOT: folder };
      return JSON.parse(execFileSync(process.execPath, [runner, "--json", ...cases], { env, encoding: "utf8" }));
    };
    const rounds = [0, 1, 2].map(() => [runIn(tree), runIn(root)]);
    for (const name of Object.keys(rounds[0][1].results)) {
      const [before, after] = [0, 1].map((side) =>
        Math.min(...rounds.map((r) => r[side].results[name]?.median ?? Number.NaN)),
      );
      if (before > 0) console.log(`${name.padEnd(50)}${(after / before).toFixed(2)} × the time of ${commit}`);
    }
  } finally {
    execFileSync("git", ["worktree", "remove", "--force", tree], { cwd: root });
    rmSync(tree, { recursive: true, force: true });
  }
}

function fail(message) {
  console.error(message);
  process.exit(2);
}
