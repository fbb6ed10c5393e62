// Which program made a result: its version, and one hash over all kernel modules.

import { readdir, readFile } from "node:fs/promises";
import type { Software } from "../studies/index.js";
import { sha256 } from "./files.js";

const PACKAGE = new URL("../../package.json", import.meta.url);
const KERNELS = new URL("../kernels/wasm/", import.meta.url);

/** { software: "phonion 0.1.0", kernels: 16 hexadecimal digits } */
export async function thisSoftware(): Promise<Software> {
  return { software: `phonion ${await packageVersion()}`, kernels: await kernelsHash() };
}

export async function packageVersion(): Promise<string> {
  return (JSON.parse(await readFile(PACKAGE, "utf8")) as { version: string }).version;
}

/** Hash over the names and hashes of the embedded modules, "none" where none were built. */
async function kernelsHash(): Promise<string> {
  const names = (await readdir(KERNELS).catch(() => [])).filter((name) => /\.[jt]s$/.test(name) && !name.endsWith(".d.ts")).sort();
  const parts = await Promise.all(
    names.map(async (name) => {
      const { hash } = (await import(new URL(name, KERNELS).href)) as { hash: string };
      return `${name.replace(/\.[jt]s$/, "")} ${hash}`;
    }),
  );
  return parts.length === 0 ? "none" : sha256(parts.join("\n")).slice(0, 16);
}
