// Puts node_modules/.bin/phonion into a clone, for npm scripts and for a PATH that holds node_modules/.bin: npm links a
// package's own program only where the package is a dependency. No network.
// Harmless when repeated, and where there is no node_modules (the package was installed by someone else's npm).

import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const target = `${root}bin/phonion.mjs`;
const folder = `${root}node_modules/.bin`;

if (existsSync(`${root}node_modules`)) {
  chmodSync(target, 0o755);
  mkdirSync(folder, { recursive: true });
  for (const name of ["phonion", "phonion.cmd"]) rmSync(`${folder}/${name}`, { force: true });
  if (process.platform === "win32") {
    writeFileSync(`${folder}/phonion.cmd`, '@node "%~dp0\\..\\..\\bin\\phonion.mjs" %*\r\n');
  } else {
    symlinkSync("../../bin/phonion.mjs", `${folder}/phonion`);
  }
}
