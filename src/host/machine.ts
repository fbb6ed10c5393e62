// What this machine offers, and what is missing for what.

import { existsSync } from "node:fs";
import { freemem, totalmem } from "node:os";
import { kernelsRunHere, relaxedRunsHere } from "../kernels/index.js";
import { formatBytes, freeBytes, messageOf } from "./files.js";
import { defaultThreads } from "./pool.js";
import { kernelSources, thisSoftware } from "./software.js";
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
const CHROMIUM = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];
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
      ...(free !== undefined && free <= 1e9
        ? { todo: "a study may need 1 GB: free some space or use --out on another disk" }
        : {}),
      required: false,
    },
    ...(await kernelChecks()),
    await symmetryCheck(),
    browserCheck(),
  ];
}

function nodeCheck(): Check {
  const version = process.versions.node;
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const ok = major > MIN_NODE[0] || (major === MIN_NODE[0] && minor >= MIN_NODE[1]);
  return {
    name: "Node",
    ok,
    found: version,
    ...(ok ? {} : { todo: `install Node ${MIN_NODE.join(".")} or newer` }),
    required: true,
  };
}

function memoryCheck(): Check {
  const ok = freemem() > 1e9;
  const found = `${formatBytes(totalmem())}, ${formatBytes(freemem())} free`;
  return {
    name: "memory",
    ok,
    found,
    ...(ok ? {} : { todo: "close other programs, or use --threads 1" }),
    required: false,
  };
}

async function kernelChecks(): Promise<readonly Check[]> {
  const sources = [...(await kernelSources()).values()];
  const built = sources.length > 0;
  const { kernels } = await thisSoftware();
  const check = (name: string, ok: boolean, found: string, todo: string): Check => ({
    name,
    ok,
    found,
    ...(ok ? {} : { todo }),
    required: false,
  });
  const simd = built && sources.every(kernelsRunHere);
  const relaxed = built && sources.every(relaxedRunsHere);
  return [
    check("kernels", built, built ? kernels : "not built", "run `npm run build`"),
    check("WebAssembly SIMD", simd, simd ? "yes" : "no", "update Node: the slower TypeScript twins are used instead"),
    check(
      "relaxed SIMD",
      relaxed,
      relaxed ? "yes" : "no",
      "not needed; with it a faster build of the kernels can be asked for",
    ),
  ];
}

async function symmetryCheck(): Promise<Check> {
  const failure = await loadSymmetryHere().then(() => undefined, messageOf);
  const todo = "run `npm ci` in the folder of phonion";
  return {
    name: "symmetry module",
    ok: failure === undefined,
    found: failure ?? "loaded",
    ...(failure === undefined ? {} : { todo }),
    required: true,
  };
}

function browserCheck(): Check {
  const path = CHROMIUM.find((candidate) => existsSync(candidate));
  const todo = "needed only for the tests of pages in a browser: install chromium";
  return {
    name: "Chromium",
    ok: path !== undefined,
    found: path ?? "not found",
    ...(path ? {} : { todo }),
    required: false,
  };
}
