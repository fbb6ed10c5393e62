// Python scripts of this folder: a request as JSON on stdin, the answer as JSON on stdout; one core.

import { spawnSync } from "node:child_process";
import { dirname } from "node:path";

/** Debian's Python has its ASE and phonopy. */
export const PYTHON = "/usr/bin/python3";

export function runPython<Answer>(script: string, request: unknown): Answer {
  const env = { ...process.env, OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1", PYTHONPATH: dirname(script) };
  const { stdout, stderr, status } = spawnSync(PYTHON, ["-B", script], {
    input: JSON.stringify(request),
    encoding: "utf8",
    env,
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(`${script} ended with ${status}:\n${stderr.slice(-1500)}`);
  return JSON.parse(stdout.trim().split("\n").at(-1)!) as Answer;
}

/** Whether Python can do these imports. */
export const pythonHas = (imports: string): boolean => spawnSync(PYTHON, ["-c", `import ${imports}`]).status === 0;
