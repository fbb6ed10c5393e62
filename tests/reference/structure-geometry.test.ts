// Neighbours, shortest images, supercells and element data against ASE (fixtures/ase/structure-geometry).

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  elementNumbered,
  findNeighbors,
  fractionalPositions,
  makeCell,
  makeCrystal,
  minimumImage,
  speciesList,
  supercell,
} from "../../src/structure/index.js";

interface Fixture {
  readonly neighbors: {
    periodic: number[];
    vectors: number[][];
    positions: number[][];
    cutoff: number;
    pairs: number[][];
  }[];
  readonly images: { vectors: number[][]; differences: number[][]; lengths: number[] }[];
  readonly supercell: {
    vectors: number[][];
    positions: number[][];
    cases: { matrix: number[][]; cell: number[][]; scaled: number[][]; numbers: number[] }[];
  };
  readonly elements: { symbol: string; mass: number; covalent: number }[];
}

const file = new URL("../../fixtures/ase/structure-geometry/expected.json", import.meta.url);
const fixture = JSON.parse(readFileSync(file, "utf8")) as Fixture;

describe("neighbours", () => {
  it.each(fixture.neighbors)(
    "periodic $periodic, cut-off $cutoff Å",
    ({ periodic, vectors, positions, cutoff, pairs }) => {
      const flags = periodic.map(Boolean) as unknown as readonly [boolean, boolean, boolean];
      const crystal = makeCrystal({
        cell: makeCell(vectors.flat(), flags),
        species: positions.map(() => "Li"),
        positions: positions.flat(),
      });
      const list = findNeighbors(crystal, cutoff);
      const found: number[][] = [];
      for (let i = 0; i < positions.length; i++) {
        for (let p = list.first[i]!; p < list.first[i + 1]!; p++) {
          found.push([
            i,
            list.atom[p]!,
            list.shift[3 * p]!,
            list.shift[3 * p + 1]!,
            list.shift[3 * p + 2]!,
            list.distance[p]!,
          ]);
        }
      }
      const name = (pair: readonly number[]): string => pair.slice(0, 5).join(" ");
      const expected = new Map(pairs.map((pair) => [name(pair), pair[5]!]));
      expect(found.length).toBe(pairs.length);
      for (const pair of found) {
        // the fixture keeps 12 decimals
        expect(Math.abs(pair[5]! - expected.get(name(pair))!)).toBeLessThan(1e-11);
      }
    },
  );
});

describe("shortest images", () => {
  it.each(fixture.images)("cell $vectors", ({ vectors, differences, lengths }) => {
    const shortest = minimumImage(makeCell(vectors.flat()), Float64Array.from(differences.flat()));
    for (const [i, length] of lengths.entries()) {
      const found = Math.hypot(shortest[3 * i]!, shortest[3 * i + 1]!, shortest[3 * i + 2]!);
      // differences of up to 40 Å are reduced by whole cells: rounding of order 40 · 2⁻⁵² and a few operations
      expect(Math.abs(found - length)).toBeLessThan(1e-13);
    }
  });
});

describe("supercells", () => {
  const { vectors, positions, cases } = fixture.supercell;
  const base = makeCrystal({ cell: makeCell(vectors.flat()), species: ["Li", "P", "O"], positions: positions.flat() });
  it.each(cases)("matrix $matrix", ({ matrix, cell, scaled, numbers }) => {
    const big = supercell(base, matrix.flat()).crystal;
    for (const [i, x] of cell.flat().entries()) expect(Math.abs(big.cell.vectors[i]! - x)).toBeLessThan(1e-12);
    const site = (symbol: string, s: ArrayLike<number>): string =>
      `${symbol} ${Array.from(s, (x) => Math.round((((x % 1) + 1 + 1e-9) % 1) * 1e6)).join(" ")}`;
    const s = fractionalPositions(big);
    const found = speciesList(big).map((symbol, i) => site(symbol, s.slice(3 * i, 3 * i + 3)));
    const expected = numbers.map((z, i) => site(elementNumbered(z).symbol, scaled[i]!));
    expect(found.sort()).toEqual(expected.sort());
  });
});

describe("elements", () => {
  it("have the symbols, masses and covalent radii of ASE's tables", () => {
    for (const [index, { symbol, mass, covalent }] of fixture.elements.entries()) {
      const element = elementNumbered(index + 1);
      expect(element.symbol).toBe(symbol);
      // ASE keeps 2016's weights, the revisions since are at most 0.009 amu (Yb); for elements without a natural composition it
      // has the mass of one nuclide where IUPAC lists a mass number, of the same nuclide up to dubnium
      if (index < 105)
        expect(Math.abs(element.mass - mass)).toBeLessThan(Number.isInteger(element.mass) ? 1.2 : 0.0095);
      if (element.covalentRadius !== undefined) expect(element.covalentRadius).toBe(covalent);
      else expect(index).toBeGreaterThanOrEqual(96);
    }
  });
});
