// Reading a LAMMPS dump of 2000 atoms from memory, as MD writes it by the million lines: parsing must not be what an analysis waits for.
// Good: 150 MB/s on one core, with short numbers (LAMMPS's default) and with all 17 digits.

import { memorySource, openLammpsDump } from "../../src/io/index.js";

export const name = "read-dump";
export const targets = [
  { row: "default digits", atLeast: 150 },
  { row: "17 digits", atLeast: 150 },
];

const ATOMS = 2000;

function dump(frames: number, write: (x: number) => string): Uint8Array {
  let seed = 1;
  const random = (): number => {
    seed = (seed * 16807) % 2147483647;
    return seed / 2147483647;
  };
  const parts: string[] = [];
  for (let f = 0; f < frames; f++) {
    parts.push(
      `ITEM: TIMESTEP\n${10 * f}\nITEM: NUMBER OF ATOMS\n${ATOMS}\nITEM: BOX BOUNDS pp pp pp\n0 50\n0 50\n0 50\nITEM: ATOMS id type element xu yu zu vx vy vz\n`,
    );
    for (let i = 0; i < ATOMS; i++) {
      const numbers = [50, 50, 50, 10, 10, 10].map((scale) => write(scale * random())).join(" ");
      parts.push(`${i + 1} 1 Li ${numbers}\n`);
    }
  }
  return new TextEncoder().encode(parts.join(""));
}

export async function run({ smallest }: { readonly smallest: boolean }) {
  const frames = smallest ? 3 : 150;
  const rows = [
    { label: "default digits", bytes: dump(frames, (x) => String(Number(x.toPrecision(6)))) },
    { label: "17 digits", bytes: dump(frames, (x) => x.toPrecision(17)) },
  ];
  const out: { label: string; value: number; unit: string }[] = [];
  for (const { label, bytes } of rows) {
    let best = 0;
    for (let pass = 0; pass < (smallest ? 1 : 6); pass++) {
      const raw = await openLammpsDump(memorySource("bench.dump", bytes, 1 << 20), {});
      const start = performance.now();
      for await (const _ of raw.frames());
      best = Math.max(best, bytes.length / 1e3 / (performance.now() - start));
    }
    out.push({ label, value: best, unit: "MB/s" });
  }
  return out;
}
