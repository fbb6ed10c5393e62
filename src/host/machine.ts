// What this machine offers, and what is missing for what.

import { existsSync } from "node:fs";
import { freemem, totalmem } from "node:os";
import { formatBytes, freeBytes, messageOf } from "./files.js";
import { defaultThreads } from "./pool.js";
import { thisSoftware } from "./software.js";
import { loadSymmetryHere } from "./symmetry.js";

export interface Check {
  readonly name: string;
  readonly ok: boolean;
  /** What was found. */
  readonly found: string;
  /** What to do; absent when all is well. */
  readonly todo?: string;
  /** Nothing works without it. */
  readonly required: boolean;
}

const MIN_NODE = [20, 19] as const;
const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium"];
/** A module whose one function returns i8x16.splat(0)[0]: valid only where 128-bit SIMD is. */
const SIMD_PROBE = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11);
/** The same with f64x2.relaxed_madd of three parameters. */
const RELAXED_PROBE = Uint8Array.of(
  0, 97, 115, 109, 1, 0, 0, 0, 1, 8, 1, 96, 3, 123, 123, 123, 1, 123, 3, 2, 1, 0, 10, 13, 1, 11, 0, 32, 0, 32, 1, 32, 2, 253, 135, 2, 11,
);

export async function inspectMachine(): Promise<readonly Check[]> {
  const free = await freeBytes(".");
  return [
    nodeCheck(),
    { name: "cores", ok: true, found: String(defaultThreads()), required: false },
    memoryCheck(),
    {
      name: "disk",
      ok: free === undefined || free > 1e9,
      found: free === undefined ? "unknown" : `${formatBytes(free)} free here`,
      ...(free !== undefined && free <= 1e9 ? { todo: "a study may need 1 GB: free some space or use --out on another disk" } : {}),
      required: false,
    },
    await kernelCheck(),
    probe("SIMD", SIMD_PROBE, "update Node: without SIMD the slower TypeScript twins are used"),
    probe("relaxed SIMD", RELAXED_PROBE, "not needed; with it a faster build of the kernels can be asked for"),
    await symmetryCheck(),
    browserCheck(),
  ];
}

function nodeCheck(): Check {
  const version = process.versions.node;
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const ok = major > MIN_NODE[0] || (major === MIN_NODE[0] && minor >= MIN_NODE[1]);
  return { name: "Node", ok, found: version, ...(ok ? {} : { todo: `install Node ${MIN_NODE.join(".")} or newer` }), required: true };
}

function memoryCheck(): Check {
  const ok = freemem() > 1e9;
  const found = `${formatBytes(totalmem())}, ${formatBytes(freemem())} free`;
  return { name: "memory", ok, found, ...(ok ? {} : { todo: "close other programs, or use --threads 1" }), required: false };
}

async function kernelCheck(): Promise<Check> {
  const { kernels } = await thisSoftware();
  const ok = kernels !== "none";
  return { name: "kernels", ok, found: ok ? kernels : "not built", ...(ok ? {} : { todo: "run `npm run build`" }), required: false };
}

function probe(name: string, bytes: Uint8Array<ArrayBuffer>, todo: string): Check {
  const ok = WebAssembly.validate(bytes);
  return { name: `WebAssembly ${name}`, ok, found: ok ? "yes" : "no", ...(ok ? {} : { todo }), required: false };
}

async function symmetryCheck(): Promise<Check> {
  const failure = await loadSymmetryHere().then(() => undefined, messageOf);
  const todo = "run `npm ci` in the folder of phonion";
  return { name: "symmetry module", ok: failure === undefined, found: failure ?? "loaded", ...(failure === undefined ? {} : { todo }), required: true };
}

function browserCheck(): Check {
  const path = CHROMIUM.find((candidate) => existsSync(candidate));
  const todo = "needed only for the tests of pages in a browser: install chromium";
  return { name: "Chromium", ok: path !== undefined, found: path ?? "not found", ...(path ? {} : { todo }), required: false };
}
