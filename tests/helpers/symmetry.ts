// The symmetry engine for tests: reads the WebAssembly file that the package ships.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { loadSymmetry } from "../../src/structure/index.js";

/** Loads the engine once per test file; safe to call again. */
export function loadSymmetryForTests(): void {
  const folder = dirname(createRequire(import.meta.url).resolve("@spglib/moyo-wasm/package.json"));
  loadSymmetry(new Uint8Array(readFileSync(join(folder, "moyo_wasm_bg.wasm"))));
}
