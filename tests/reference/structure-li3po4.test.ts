// The example crystal against its source. Wang et al., J. Solid State Chem. 115 (1995) 313 (American Mineralogist Crystal
// Structure Database 0013843) give cell, operations and sites of γ-Li3PO4 in the setting Pmnb; the file has them in Pnma.

import { readFileSync } from "node:fs";
import { beforeAll, expect, it } from "vitest";
import { readCif } from "../../src/io/index.js";
import {
  cellFromParameters,
  checkDistances,
  findPolyhedra,
  findSymmetry,
  minimumImage,
  reducedFormula,
  speciesOf,
  toCartesian,
} from "../../src/structure/index.js";
import { gammaLi3PO4 } from "../helpers/li3po4.js";
import { loadSymmetryForTests } from "../helpers/symmetry.js";

beforeAll(loadSymmetryForTests);

const file = "examples/gordiz/li3po4.cif";
const crystal = readCif(readFileSync(new URL(`../../${file}`, import.meta.url), "utf8"), { file });

/** As printed in the database, setting Pmnb: a 6.1113, b 10.4612, c 4.9208 Å. */
const PUBLISHED = {
  cell: [6.1113, 10.4612, 4.9208],
  operations: [
    (x: number, y: number, z: number) => [x, y, z],
    (x: number, y: number, z: number) => [1 / 2 - x, y, z],
    (x: number, y: number, z: number) => [1 / 2 + x, -y, -z],
    (x: number, y: number, z: number) => [1 / 2 + x, 1 / 2 - y, 1 / 2 + z],
    (x: number, y: number, z: number) => [1 / 2 - x, 1 / 2 + y, 1 / 2 - z],
    (x: number, y: number, z: number) => [x, 1 / 2 + y, 1 / 2 - z],
    (x: number, y: number, z: number) => [-x, 1 / 2 - y, 1 / 2 + z],
    (x: number, y: number, z: number) => [-x, -y, -z],
  ],
  sites: [
    ["Li", 0.5016, 0.1627, 0.3008],
    ["Li", 0.75, 0.4246, 0.2045],
    ["P", 0.25, 0.4115, 0.3079],
    ["O", 0.0441, 0.3418, 0.2054],
    ["O", 0.25, 0.0503, 0.2928],
    ["O", 0.75, 0.0896, 0.1223],
  ],
} as const;

it("is the published crystal with its first two axes exchanged", () => {
  const [a, b, c] = PUBLISHED.cell;
  const cell = cellFromParameters(b, a, c);
  for (const [i, x] of cell.vectors.slice().entries()) expect(crystal.cell.vectors[i]).toBe(x);
  const found = new Set<number>();
  for (const [element, x, y, z] of PUBLISHED.sites) {
    for (const operation of PUBLISHED.operations) {
      const [u, v, w] = operation(x, y, z) as [number, number, number];
      const place = toCartesian(cell, Float64Array.of(v, u, w));
      const distances = Array.from(crystal.kinds, (_, i) => {
        const image = minimumImage(
          cell,
          place.map((at, k) => at - crystal.positions[3 * i + k]!),
        );
        return Math.hypot(...image);
      });
      const nearest = distances.indexOf(Math.min(...distances));
      // both sides use the printed decimals; only sums with 1/2 round
      expect(distances[nearest]).toBeLessThan(1e-12);
      expect(speciesOf(crystal, nearest)).toBe(element);
      found.add(nearest);
    }
  }
  expect(found.size).toBe(crystal.kinds.length);
});

it("is Pnma with Li on 8d and 4c, P on 4c, O on 8d, 4c and 4c", () => {
  const { symbol, wyckoffs, operations } = findSymmetry(crystal, { tolerance: 1e-5 });
  expect([symbol, operations.length]).toEqual(["Pnma", 8]);
  expect(reducedFormula(crystal)).toBe("Li3PO4");
  const letters: Record<string, string> = { Li1: "d", Li2: "c", P1: "c", O1: "d", O2: "c", O3: "c" };
  for (const [i, label] of crystal.labels!.entries()) expect(wyckoffs[i]).toBe(letters[label]);
});

it("has the bond lengths of phosphates: P–O 1.53 to 1.56 Å, Li–O 1.9 to 2.1 Å, four of each", () => {
  expect(checkDistances(crystal).notes).toEqual([]);
  for (const { element, ligands } of findPolyhedra(crystal, { ligands: ["O"] })) {
    const [low, high] = element === "P" ? [1.53, 1.56] : [1.9, 2.1];
    expect(ligands.length).toBe(4);
    for (const { distance } of ligands) {
      expect(distance).toBeGreaterThan(low);
      expect(distance).toBeLessThan(high);
    }
  }
});

it("is the crystal the other tests build without a reader", () => {
  const built = gammaLi3PO4();
  for (const [i, x] of built.positions.slice().entries()) {
    const moved = (x - crystal.positions[i]!) / built.cell.vectors[4 * (i % 3)]!;
    expect(Math.abs(moved - Math.round(moved))).toBeLessThan(1e-12);
  }
  expect(crystal.labels).toEqual(built.labels);
});
