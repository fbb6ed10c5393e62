// The whole question of examples/gordiz/all-hops.yaml, every hop of the structure, on all cores as a user runs it: the time on the clock,
// processor time, largest memory. Tens of minutes, so only when named; it gives way to others (nice 10). `--smallest`: one hop, 33 atoms.
// Good: 20 minutes on two cores and 1 GB.

import { spawn } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const name = "study";
export const onlyWhenNamed = true;
export const targets = [
  { row: "all hops: time", atMost: 20 },
  { row: "all hops: largest memory", atMost: 1 },
];

const root = fileURLToPath(new URL("../..", import.meta.url));
const SMALL = `$schema: phonion/modal-hops
structure: { file: li3po4.cif, supercell: [1, 1, 1], relaxCell: full }
forces: { field: pedone-2006, accuracy: 1.0e-5 }
substitution: { element: P, by: Ge }
interstitial: { element: Li, host: O, coordination: octahedral }
hops: { mechanism: interstitialcy, count: 1 }
band: { images: 5, toleranceEvPerA: 0.01 }
`;
const POLL_MS = 500;
const TICKS_PER_S = 100; // of /proc/PID/stat

interface Row {
  readonly label: string;
  readonly value: number;
  readonly unit: string;
}

export async function run({ smallest }: { readonly smallest: boolean }): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), "phonion-study-"));
  copyFileSync(join(root, "examples/gordiz/li3po4.cif"), join(folder, "li3po4.cif"));
  const text = smallest ? SMALL : readFileSync(join(root, "examples/gordiz/all-hops.yaml"), "utf8");
  writeFileSync(join(folder, "study.yaml"), text);
  try {
    const { minutes, cpuMinutes, gigabytes, code } = await measured(folder);
    const what = smallest ? "one hop" : "all hops";
    return [
      { label: `${what}: time`, value: minutes, unit: "min" },
      { label: `${what}: processor time`, value: cpuMinutes, unit: "min" },
      { label: `${what}: largest memory`, value: gigabytes, unit: "GB" },
      { label: `${what}: exit code (0 done, 3 some band not converged)`, value: code, unit: "" },
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface Measured {
  readonly minutes: number;
  readonly cpuMinutes: number;
  readonly gigabytes: number;
  readonly code: number;
}

/** Watches the process from outside: VmHWM only grows, and its processor time is that of all its threads. */
function measured(folder: string): Promise<Measured> {
  const start = performance.now();
  const words = [join(root, "bin/phonion.mjs"), "study", "study.yaml", "--seed", "1", "--out", "out"];
  const child = spawn("nice", ["-n", "10", process.execPath, ...words], {
    cwd: folder,
    stdio: ["ignore", "ignore", process.env["PHONION_BENCH_PROGRESS"] ? "inherit" : "ignore"],
  });
  let [kilobytes, ticks] = [0, 0];
  const look = (): void => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
      kilobytes = Math.max(kilobytes, Number(/VmHWM:\s*(\d+)/.exec(status)?.[1] ?? 0));
      const fields = readFileSync(`/proc/${child.pid}/stat`, "utf8").split(") ")[1]!.split(" ");
      ticks = Number(fields[11]) + Number(fields[12]);
    } catch {
      // no /proc on this system, or the process has just ended
    }
  };
  const timer = setInterval(look, POLL_MS);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => {
      clearInterval(timer);
      const minutes = (performance.now() - start) / 6e4;
      if (code === 0 || code === 3)
        resolve({ minutes, cpuMinutes: ticks / TICKS_PER_S / 60, gigabytes: kilobytes / 1e6, code });
      else reject(new Error(`the study ended with code ${code}`));
    });
  });
}
