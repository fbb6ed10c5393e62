// The built package in a real browser: the same crystal relaxed and solved there and in Node gives the same numbers.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { relaxAndSolve } from "./relax-and-solve.mjs";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const TYPES: Record<string, string> = {
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
  ".json": "application/json",
};

function findChromium(): string | undefined {
  for (const name of ["chromium", "chromium-browser", "google-chrome"]) {
    try {
      return execFileSync("which", [name], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
    } catch {}
  }
  return undefined;
}

const executable = findChromium();
if (!executable) console.warn("browser tests skipped: no chromium on the PATH (Debian: apt-get install chromium)");

const moyo = JSON.parse(readFileSync(join(root, "node_modules/@spglib/moyo-wasm/package.json"), "utf8")) as {
  main?: string;
  module?: string;
};
const IMPORTS = { "@spglib/moyo-wasm": `/node_modules/@spglib/moyo-wasm/${moyo.module ?? moyo.main}` };
const PAGE = `<!doctype html><script type="importmap">${JSON.stringify({ imports: IMPORTS })}</script><body>ready</body>`;

function serve(): Promise<Server> {
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent((request.url ?? "/").split("?")[0]!));
    const file = join(root, path);
    if (path === "/") response.writeHead(200, { "content-type": "text/html" }).end(PAGE);
    else if (/^\/(dist|node_modules|tests\/e2e\/web)\//.test(path) && existsSync(file)) {
      response
        .writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream" })
        .end(readFileSync(file));
    } else response.writeHead(404).end();
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

interface Numbers {
  readonly converged: boolean;
  readonly energy: number;
  readonly cell: number[];
  readonly frequencies: number[];
}

describe.skipIf(!executable)("in a browser", () => {
  let server: Server;
  let browser: Browser;

  beforeAll(async () => {
    server = await serve();
    browser = await chromium.launch({
      executablePath: executable!,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    });
  });

  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  it("relaxes and solves a crystal to the numbers of Node", async () => {
    const page = await browser.newPage();
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(String(error)));
    await page.goto(origin);
    const there = (await page.evaluate(
      'import("/tests/e2e/web/relax-and-solve.mjs").then((m) => m.relaxAndSolve((folder) => import("/dist/" + folder + "/index.js")))',
    )) as Numbers;
    const here: Numbers = await relaxAndSolve((folder: string) => import(join(root, "dist", folder, "index.js")));
    expect(problems).toEqual([]);
    expect([here.converged, there.converged]).toEqual([true, true]);
    // The kernels give the same bits; exp and erfc of the two engines may differ in the last place, which relaxation can
    // carry to the tolerance it stops at (forces 1e-6 eV/Å move soft modes by ~1e-6 THz).
    expect(Math.abs(there.energy - here.energy)).toBeLessThan(1e-9);
    expect(Math.max(...there.frequencies.map((f, n) => Math.abs(f - here.frequencies[n]!)))).toBeLessThan(1e-4);
    expect(Math.max(...there.cell.map((x, n) => Math.abs(x - here.cell[n]!)))).toBeLessThan(1e-5);
  });
});
