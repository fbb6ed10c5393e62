// Runs the benchmarks: node bench/run.mjs [--smallest] [--no-peers] [--json] [--markdown] [--save] [CASE …],
// or node bench/run.mjs judge COMMIT [CASE …]
//
// A case is bench/cases/NAME.ts and exports some of
//   sizes, unit, prepare(size)   prepare resolves to the work; one call of it resolves to how many units it did, or to { units, ms, cpuMs }
//                                where another program measured itself, or prepare resolves to a sentence: why this size is skipped.
//                                Sizes: smallest first, other programs after our own
//   run({ smallest })            resolves to rows { label, value, unit } it has measured itself
//   targets                      { row, atMostMs | atLeastPerSecond | atMost | atLeast }: what a row should reach
//   against                      [row, row of the other program]: ratios of the medians to print
//   onlyWhenNamed                true for a case too long for everyday
// The sizes of a case are sampled in turn, so that what else the machine does falls on all of them alike: medians, quartiles and least
// of up to 25 samples, of the time on the clock and of the processor time (all threads of the process). What a sample leaves behind for
// the garbage collector is collected before the next one begins, and a pass that is not counted follows, because collecting also gives
// back compiled code and memory: what is measured is work that is repeated. A target counts as met when the median on the clock meets it. baseline.json holds medians of processor time together with the time of a fixed workload on the same machine; a
// case fails when it takes more than twice its baseline after scaling by that workload. --save writes the baseline.
// judge builds COMMIT in a temporary work tree, runs both in turn and prints the ratio of the medians of processor time.

import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

const here = fileURLToPath(new URL("..", import.meta.url));
const root = process.env.PHONION_BENCH_ROOT ?? here; // judge points it at another work tree
const baselineFile = join(root, "bench/baseline.json");
const SAMPLES = 25;
const LEAST_SAMPLES = 5;
const BUDGET_MS = 15_000; // of one size; spent, it gets no more samples than LEAST_SAMPLES
const LEAST_MS = 5; // a sample repeats its work until this is over
const SETTLE_MS = 20; // the collector's other threads come to an end
const LIMIT = 2;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc");

const words = process.argv.slice(2);
const flags = new Set(words.filter((word) => word.startsWith("--")));
const names = words.filter((word) => !word.startsWith("--"));
const smallest = flags.has("--smallest");
if (smallest || flags.has("--no-peers")) process.env.PHONION_BENCH_PEERS = "0";
const say = (line) => flags.has("--json") || flags.has("--markdown") || console.log(line);
if (names[0] === "judge") judge(names[1], names.slice(2));
else await runAll();

async function runAll() {
  const found = readdirSync(join(root, "bench/cases")).map((file) => basename(file, ".ts"));
  const unknown = names.find((name) => !found.includes(name));
  if (unknown) fail(`there is no case "${unknown}"; known: ${found.join(", ")}`);
  spawnSync(process.execPath, [join(root, "tools/build-kernels.mjs")], { stdio: ["ignore", 2, 2] });
  const report = {
    machine: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    node: process.version,
    load: [loadavg()[0]],
    reference: referenceMs(),
    results: {},
    targets: [],
  };
  for (const name of names.length > 0 ? names : found) {
    const module = await load(name);
    if (module.onlyWhenNamed && !names.includes(name)) continue;
    await runCase(name, module, report);
  }
  report.load.push(loadavg()[0]);
  say(`load average ${report.load.map((load) => load.toFixed(1)).join(" before, ")} after, ${report.cores} cores`);
  if (flags.has("--json")) console.log(JSON.stringify(report));
  if (flags.has("--markdown")) console.log(markdown(report));
  if (flags.has("--save")) writeFileSync(baselineFile, `${JSON.stringify(baselineOf(report), null, 2)}\n`);
  else if (!smallest) compare(report);
}

async function runCase(name, module, report) {
  say(`${name}${module.why ? `: ${module.why}` : ""}`);
  const own = {};
  for (const [size, measured] of await measureAll(module)) {
    own[size] = { ...measured, unit: module.unit };
    say(`  ${String(size).padEnd(44)}${typeof measured === "string" ? measured : describe(measured, module.unit)}`);
    if (typeof measured === "string") own[size] = { skipped: measured };
  }
  for (const { label, value, unit } of (await module.run?.({ smallest })) ?? []) {
    own[label] = { value, unit };
    say(`  ${label.padEnd(44)}${digits(value, 4)} ${unit}`);
  }
  for (const [ours, theirs] of smallest ? [] : (module.against ?? [])) {
    const [a, b] = [own[ours], own[theirs]];
    if (!a?.median || !b?.median) continue;
    const value = b.median / a.median;
    const label = `${theirs} over ${ours}`;
    own[label] = { value, cpuValue: b.cpu / a.cpu, unit: "× the time" };
    say(`  ${label}: ${digits(value)} × the time, ${digits(b.cpu / a.cpu)} × the processor time`);
  }
  for (const [label, result] of Object.entries(own)) report.results[`${name}/${label}`] = result;
  for (const target of smallest ? [] : (module.targets ?? [])) {
    const judged = judgeTarget(target, own[target.row]);
    if (!judged) continue;
    report.targets.push({ case: name, ...target, ...judged });
    say(`  target: ${target.row}, ${judged.wanted}: measured ${judged.measured}, ${judged.met}`);
  }
}

/** Whether a row meets its target by the clock, or only by processor time, as it does where others use the machine too. */
function judgeTarget(target, result) {
  if (!result || result.skipped) return undefined;
  if (target.atMost !== undefined || target.atLeast !== undefined) {
    const { value, unit } = result;
    const met = target.atMost !== undefined ? value <= target.atMost : value >= target.atLeast;
    const wanted = target.atMost !== undefined ? `≤ ${target.atMost} ${unit}` : `≥ ${target.atLeast} ${unit}`;
    return { wanted, measured: `${digits(value)} ${unit}`, met: met ? "met" : "not met" };
  }
  const limit = target.atMostMs ?? 1e3 / target.atLeastPerSecond;
  const show = target.atMostMs ? inMs : (ms) => `${digits(1e3 / ms)}/s`;
  const met = result.median <= limit ? "met" : result.cpu <= limit ? "met in processor time only" : "not met";
  const wanted = target.atMostMs ? `≤ ${inMs(limit)}` : `≥ ${target.atLeastPerSecond}/s`;
  const measured = `${show(result.median)} by the clock, ${show(result.cpu)} of processor time, best ${show(result.least)}`;
  return { wanted, measured, met };
}

function inMs(ms) {
  return ms >= 1e3 ? `${digits(ms / 1e3)} s` : `${digits(ms)} ms`;
}

/** With so many digits, and an exponent only when it is small. */
function digits(value, count = 3) {
  const size = Math.abs(value);
  if (size !== 0 && size < 1e-3) return value.toExponential(count - 1);
  return size >= 10 ** count ? value.toFixed(0) : value.toPrecision(count);
}

/** Bundles the case with the core into dist/bench and imports it. In a process of its own: what a bundler leaves in memory slows what is measured. */
async function load(name) {
  const script = `
    const { build } = await import("vite");
    const ssr = ${JSON.stringify(join(root, `bench/cases/${name}.ts`))};
    const outDir = ${JSON.stringify(join(root, "dist/bench"))};
    const options = { ssr, outDir, emptyOutDir: false, target: "node20" };
    await build({ root: ${JSON.stringify(root)}, configFile: false, logLevel: "error", build: options });
  `;
  execFileSync(process.execPath, ["--input-type=module", "-e", script], { cwd: root, stdio: ["ignore", 2, 2] });
  return import(pathToFileURL(join(root, `dist/bench/${name}.js`)).href);
}

/** All sizes of a case, one sample of each in turn: [size, what was measured or why it was skipped]. */
async function measureAll({ sizes = [], prepare }) {
  const runners = [];
  for (const size of smallest ? sizes.slice(0, 1) : sizes) {
    const work = await prepare(size);
    runners.push({ size, work, samples: [], spent: 0 });
  }
  for (let round = 0; round < (smallest ? 1 : SAMPLES); round++) {
    for (const runner of runners) {
      if (typeof runner.work === "string" || (runner.spent > BUDGET_MS && round >= LEAST_SAMPLES)) continue;
      const start = performance.now();
      if (!smallest && !runner.isPeer) {
        collectGarbage();
        await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
        runner.isPeer = (await sample(runner.work, LEAST_MS)).isPeer;
      }
      runner.samples.push(await sample(runner.work, smallest ? 0 : LEAST_MS));
      runner.spent += performance.now() - start;
    }
  }
  return runners.map(({ size, work, samples }) => [
    size,
    typeof work === "string" ? `skipped: ${work}` : summary(samples),
  ]);
}

/** ms and ms of processor time per unit of work. */
async function sample(work, leastMs) {
  const [start, cpuStart] = [performance.now(), process.cpuUsage()];
  let units = 0;
  do {
    const done = await work();
    if (typeof done === "object") return { ms: done.ms / done.units, cpuMs: done.cpuMs / done.units, isPeer: true };
    units += done;
  } while (performance.now() - start < leastMs);
  const ms = performance.now() - start;
  const { user, system } = process.cpuUsage(cpuStart);
  return { ms: ms / units, cpuMs: (user + system) / 1e3 / units };
}

function summary(samples) {
  const sorted = (key) => samples.map((one) => one[key]).sort((a, b) => a - b);
  const [times, cpuTimes] = [sorted("ms"), sorted("cpuMs")];
  const at = (values, part) => values[Math.min(values.length - 1, Math.floor(part * values.length))];
  return {
    median: at(times, 0.5),
    quartiles: [at(times, 0.25), at(times, 0.75)],
    least: times[0],
    cpu: at(cpuTimes, 0.5),
    cpuQuartiles: [at(cpuTimes, 0.25), at(cpuTimes, 0.75)],
    samples: times.length,
  };
}

function spreadOf(median, quartiles) {
  return `${((100 * (quartiles[1] - quartiles[0])) / median).toFixed(0)} %`;
}

function describe({ median, quartiles, least, cpu, cpuQuartiles, samples }, unit) {
  const clock = `${digits(1e3 / median, 4)} ${unit}/s   ${inMs(median)} ± ${spreadOf(median, quartiles)}, least ${inMs(least)}`;
  return `${clock}; processor ${inMs(cpu)} ± ${spreadOf(cpu, cpuQuartiles)} (${samples})`;
}

/** The tables of docs/performance.md. */
function markdown({ results, targets, machine, cores, node, load }) {
  const timed = Object.entries(results).filter(([, result]) => result.median !== undefined);
  const single = Object.entries(results).filter(([, result]) => result.value !== undefined);
  const skipped = Object.entries(results).filter(([, result]) => result.skipped);
  return [
    `${machine}, ${cores} cores, Node ${node}, load average ${load.map((value) => value.toFixed(1)).join(" → ")}`,
    "",
    "| target | wanted | measured | met? |",
    "| --- | --- | --- | --- |",
    ...targets.map(
      ({ row, wanted, measured, met, ...of }) => `| ${of.case}: ${row} | ${wanted} | ${measured} | ${met} |`,
    ),
    "",
    "| row | median | spread | least | processor, median | spread | samples |",
    "| --- | --- | --- | --- | --- | --- | --- |",
    ...timed.map(([label, { median, quartiles, least, cpu, cpuQuartiles, samples }]) => {
      const cells = [inMs(median), spreadOf(median, quartiles), inMs(least), inMs(cpu), spreadOf(cpu, cpuQuartiles)];
      return `| ${label} | ${cells.join(" | ")} | ${samples} |`;
    }),
    "",
    "| row | value |",
    "| --- | --- |",
    ...single.map(([label, { value, cpuValue, unit }]) => {
      const ofCpu = cpuValue === undefined ? "" : ` (processor time: ${digits(cpuValue)})`;
      return `| ${label} | ${digits(value, 4)} ${unit}${ofCpu} |`;
    }),
    ...skipped.map(([label, { skipped: why }]) => `| ${label} | ${why} |`),
  ].join("\n");
}

/** What is worth keeping of a report to compare later ones with: our own times. */
function baselineOf({ machine, cores, node, load, reference, results }) {
  const own = Object.entries(results).filter(
    ([label, { cpu }]) => cpu !== undefined && !/LAMMPS|ASE|phonopy/.test(label),
  );
  const kept = own.map(([label, { median, cpu, unit }]) => [label, { median, cpu, unit }]);
  return { machine, cores, node, load: load[0], reference, results: Object.fromEntries(kept) };
}

/** A fixed piece of plain arithmetic, ms of processor time: how fast this machine is just now. */
function referenceMs() {
  let best = Number.POSITIVE_INFINITY;
  for (let r = 0; r < 7; r++) {
    const start = process.cpuUsage();
    let sum = 0;
    for (let i = 1; i < 5_000_000; i++) sum += Math.sqrt(i) / (i + sum * 1e-9);
    if (!(sum > 0)) throw new Error("the fixed arithmetic went wrong");
    best = Math.min(best, process.cpuUsage(start).user / 1e3);
  }
  return best;
}

function compare(report) {
  if (!existsSync(baselineFile)) return;
  const baseline = JSON.parse(readFileSync(baselineFile, "utf8"));
  const scale = report.reference / baseline.reference;
  for (const [name, { cpu }] of Object.entries(report.results)) {
    const before = baseline.results[name]?.cpu;
    if (before === undefined || cpu === undefined || cpu <= LIMIT * scale * before) continue;
    console.error(
      `${name} takes ${(cpu / before / scale).toFixed(1)} times its baseline of ${before.toPrecision(3)} ms`,
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
      return JSON.parse(
        execFileSync(process.execPath, [runner, "--json", "--no-peers", ...cases], { env, encoding: "utf8" }),
      );
    };
    const rounds = [0, 1, 2].map(() => [runIn(tree), runIn(root)]);
    for (const name of Object.keys(rounds[0][1].results)) {
      const [before, after] = [0, 1].map((side) =>
        Math.min(...rounds.map((r) => r[side].results[name]?.cpu ?? Number.NaN)),
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
