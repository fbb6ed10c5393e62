// A hop small enough for a test: a vacancy in solid argon (fcc, Lennard-Jones), where a neighbour jumps into it.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";

const LATTICE_A = 5.26;
const BASIS = [
  [0, 0, 0],
  [0.5, 0.5, 0],
  [0.5, 0, 0.5],
  [0, 0.5, 0.5],
];

/** The 32 sites of 2 × 2 × 2 cells, fractional. */
const sites = [0, 1].flatMap((i) =>
  [0, 1].flatMap((j) => [0, 1].flatMap((k) => BASIS.map(([x, y, z]) => [(i + x!) / 2, (j + y!) / 2, (k + z!) / 2]))),
);

export function poscar(positions: readonly (readonly number[])[], symbol = "Ar"): string {
  const a = (2 * LATTICE_A).toFixed(6);
  const rows = positions.map((row) => row.map((x) => x.toFixed(10)).join(" "));
  return ["argon", "1.0", `${a} 0 0`, `0 ${a} 0`, `0 0 ${a}`, symbol, String(rows.length), "Direct", ...rows, ""].join(
    "\n",
  );
}

export const ARGON_YAML = `name: argon
pairs:
  Ar-Ar:
    - { form: lennard-jones, depthEv: 0.0104, diameterA: 3.4 }
cutoffA: 7
shift: force
`;

/** Writes start.vasp, end.vasp (site 1's atom moved to site 0) and argon.yaml. */
export async function writeArgon(folder: string): Promise<void> {
  await writeFile(join(folder, "start.vasp"), poscar(sites.slice(1)));
  await writeFile(join(folder, "end.vasp"), poscar([sites[0]!, ...sites.slice(2)]));
  await writeFile(join(folder, "argon.yaml"), ARGON_YAML);
}
