// Reading an XDATCAR of 400 atoms from memory: ab initio runs are short, those with learned forces are not, and the file is the same.
// Good: 100 MB/s on one core, to Cartesian coordinates, in the columns of VASP and where numbers run together.

import { memorySource, openXdatcar } from "../../src/io/index.js";

export const name = "read-xdatcar";
export const targets = [
  { row: "VASP's columns", atLeast: 100 },
  { row: "signs between numbers", atLeast: 100 },
  { row: "passed over", atLeast: 200 },
];

const ATOMS = 400;

function xdatcar(frames: number, write: (x: number) => string): Uint8Array {
  let seed = 1;
  const random = (): number => {
    seed = (seed * 16807) % 2147483647;
    return seed / 2147483647;
  };
  const parts = [`Li${ATOMS}\n1.0\n20.1 0.1 0.2\n0.1 20.2 0.3\n0.2 0.3 20.3\nLi\n${ATOMS}\n`];
  for (let f = 0; f < frames; f++) {
    parts.push(`Direct configuration=${String(f + 1).padStart(6)}\n`);
    for (let i = 0; i < ATOMS; i++) parts.push(`${write(random())}${write(random())}${write(random())}\n`);
  }
  return new TextEncoder().encode(parts.join(""));
}

export async function run({ smallest }: { readonly smallest: boolean }) {
  const frames = smallest ? 3 : 1000;
  const columns = xdatcar(frames, (x) => x.toFixed(8).padStart(12));
  const rows = [
    { label: "VASP's columns", bytes: columns },
    { label: "signs between numbers", bytes: xdatcar(frames, (x) => (-x).toFixed(8)) },
    { label: "passed over", bytes: columns, choose: () => "pass" as const },
  ];
  const out: { label: string; value: number; unit: string }[] = [];
  for (const { label, bytes, choose } of rows) {
    let best = 0;
    for (let pass = 0; pass < (smallest ? 1 : 6); pass++) {
      const raw = await openXdatcar(memorySource("XDATCAR", bytes, 1 << 20), {});
      const start = performance.now();
      for await (const _ of raw.frames(choose ? { choose } : {}));
      best = Math.max(best, bytes.length / 1e3 / (performance.now() - start));
    }
    out.push({ label, value: best, unit: "MB/s" });
  }
  return out;
}
