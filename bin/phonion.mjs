#!/usr/bin/env node
import { existsSync } from "node:fs";

const main = new URL("../dist/cli/main.js", import.meta.url);
if (existsSync(main)) {
  await (await import(main.href)).main(process.argv);
} else {
  process.stderr.write("error: phonion is not built\n  run `npm ci` or `npm run build` in its folder\n");
  process.exitCode = 2;
}
