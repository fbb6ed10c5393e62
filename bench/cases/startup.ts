// From the command to its answer, because a script calls it many times: the program alone, and the energy of the smallest example.
// Good: 0.5 s.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { peersWanted } from "../peers/lammps.js";
import { PYTHON, pythonHas } from "../peers/python.js";

export const name = "startup";
export const unit = "starts";
const root = fileURLToPath(new URL("../..", import.meta.url));
const program = `${process.execPath} bin/phonion.mjs`;

const COMMANDS: Readonly<Record<string, string>> = {
  "phonion --version": `${program} --version`,
  "phonion energy, 32 atoms": `${program} energy examples/gordiz/li3po4.cif --forces pedone-2006 --json`,
  "LAMMPS, its help": "lmp -h",
  "ASE, its import": `${PYTHON} -c 'import ase.io, ase.neb'`,
  "phonopy --version": "phonopy --version",
};

/** Smallest first. */
export const sizes = Object.keys(COMMANDS);

export const targets = [
  { row: "phonion --version", atMostMs: 500 },
  { row: "phonion energy, 32 atoms", atMostMs: 500 },
];

type Work = () => Promise<{ readonly units: number; readonly ms: number; readonly cpuMs: number }>;

export async function prepare(size: string): Promise<Work | string> {
  const command = COMMANDS[size]!;
  const missing = missingFor(size, command);
  if (missing) return missing;
  return async () => {
    // bash's time is good to a millisecond and has the processor time of the command
    const script = `TIMEFORMAT='%R %U %S'; time ${command} > /dev/null 2>&1`;
    const { stderr } = spawnSync("bash", ["-c", script], { cwd: root, encoding: "utf8" });
    const [real, user, system] = stderr.trim().split(" ").map(Number) as [number, number, number];
    return { units: 1, ms: 1e3 * real, cpuMs: 1e3 * (user + system) };
  };
}

function missingFor(size: string, command: string): string | undefined {
  if (size.startsWith("phonion")) {
    const { status, stderr } = spawnSync("bash", ["-c", command], { cwd: root, encoding: "utf8" });
    return status === 0 ? undefined : `it ended with ${status}: ${stderr.trim()}`;
  }
  if (!peersWanted()) return "peers are not wanted";
  if (size.startsWith("ASE")) return pythonHas("ase.neb") ? undefined : "ASE is not installed";
  return spawnSync(command.split(" ")[0]!, ["-h"]).error ? "it is not installed" : undefined;
}
