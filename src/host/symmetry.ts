// Gives the symmetry finder its WebAssembly module, from the installed package, once per thread.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { ResourceError } from "../base/index.js";
import { loadSymmetry } from "../structure/index.js";

let loaded: Promise<void> | undefined;

/** Path of the module's bytes. */
export function symmetryFile(): string {
  const entry = createRequire(import.meta.url).resolve("@spglib/moyo-wasm");
  return join(dirname(entry), "moyo_wasm_bg.wasm");
}

/** @throws ResourceError when the package is not installed. */
export function loadSymmetryHere(): Promise<void> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<void> {
  try {
    await loadSymmetry(await readFile(symmetryFile()));
  } catch (cause) {
    throw new ResourceError(
      "the symmetry module @spglib/moyo-wasm cannot be loaded",
      "run `npm ci` in the folder of phonion, then `phonion doctor`",
      {},
      cause,
    );
  }
}
