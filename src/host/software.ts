// Which program made a result: its version, and one hash over all kernel modules.

import { readdir, readFile } from "node:fs/promises";
import type { WasmSource } from "../kernels/index.js";
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

/** The embedded kernel modules by name; empty where none were built. */
export async function kernelSources(): Promise<ReadonlyMap<string, WasmSource>> {
  const files = await readdir(KERNELS).catch(() => []);
  const names = files.filter((file) => /(?<!\.d)\.[jt]s$/.test(file)).sort();
  const load = async (file: string): Promise<[string, WasmSource]> => [
    file.replace(/\.[jt]s$/, ""),
    (await import(new URL(file, KERNELS).href)) as WasmSource,
  ];
  return new Map(await Promise.all(names.map(load)));
}

/** Hash over the names and hashes of the embedded modules, "none" where none were built. */
async function kernelsHash(): Promise<string> {
  const parts = [...(await kernelSources())].map(([name, { hash }]) => `${name} ${hash}`);
  return parts.length === 0 ? "none" : sha256(parts.join("\n")).slice(0, 16);
}
