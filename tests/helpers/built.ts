// The built program, for tests that need a process or a worker thread. Built once when it is missing; PHONION_DIST names
// another build to test.

import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));
const dist = process.env["PHONION_DIST"]
  ? pathToFileURL(`${process.env["PHONION_DIST"]}/`)
  : new URL("../../dist/", import.meta.url);

/** A file of the build, e.g. built("host/worker.js"). */
export function built(file: string): URL {
  const url = new URL(file, dist);
  if (!existsSync(url)) execFileSync("npm", ["run", "build"], { cwd: root, stdio: "inherit" });
  return url;
}
