// phonopy 2.17.1 and FORCE_CONSTANTS: its full and compact tables are read as the same force constants, and it reads ours.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readForceConstants, readForceConstantsTable, writeForceConstants } from "../../src/io/index.js";
import { makeCell, makeCrystal } from "../../src/structure/index.js";

const folder = new URL("../../fixtures/phonopy/io-force-constants/", import.meta.url);
const textOf = (name: string): string => readFileSync(new URL(`files/${name}`, folder), "utf8");
type Blocks = number[][][][];
const stored = JSON.parse(readFileSync(new URL("expected.json", folder), "utf8")) as {
  symbols: string[];
  cell: number[][];
  primitiveCell: number[][];
  scaledPositions: number[][];
  p2s: number[];
  full: Blocks;
  phonionFull: Blocks;
  phonionCompact: Blocks;
};
const supercell = makeCrystal({
  cell: makeCell(stored.cell.flat()),
  species: stored.symbols,
  fractional: stored.scaledPositions.flat(),
});
const n = stored.symbols.length;

/** phonopy's [rows][n][3][3] as [rows,3,n,3]. */
const ours = (blocks: Blocks): number[] =>
  blocks.flatMap((row) => [0, 1, 2].flatMap((a) => row.flatMap((block) => block[a]!)));
const largest = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  expect(a.length).toBe(b.length);
  return Math.max(...Array.from(a, (x, i) => Math.abs(x - b[i]!)));
};

describe("FORCE_CONSTANTS", () => {
  const full = readForceConstants(textOf("full"), { file: "full" }, { supercell });

  it("a full table, block by block in our order of indices", () => {
    // 15 decimals
    expect(largest(full.values as Float64Array, ours(stored.full))).toBeLessThan(0.51e-15);
    // symmetrised by phonopy, so the rows sum to zero up to n roundings of the 15th decimal
    expect(full.acousticSumResidual).toBeLessThan(n * 1e-15);
  });

  it("a compact table filled up by translations is the full one", () => {
    const lattice = makeCell(stored.primitiveCell.flat());
    for (const options of [{ supercell }, { supercell, primitiveCell: lattice }]) {
      const filled = readForceConstants(textOf("compact"), { file: "compact" }, options);
      // phonopy's own table has the translations to the tolerance of its symmetry search only; its rows differ by rounding
      expect(largest(filled.values as Float64Array, full.values as Float64Array)).toBeLessThan(1e-14);
    }
  });

  it("a compact table is refused where the translations do not fill it", () => {
    const moved = makeCrystal({
      cell: supercell.cell,
      species: stored.symbols,
      positions: supercell.positions.slice().map((x, i) => (i === 3 ? x + 0.2 : x)),
    });
    expect(() => readForceConstants(textOf("compact"), { file: "compact" }, { supercell: moved })).toThrow(
      "compact:1: a compact table of 2 rows for 16 atoms needs 8 translations; the crystal has 1 and atom 2 is no image of a row",
    );
  });

  it("phonopy reads our tables as the same numbers, to the last bit", () => {
    expect(largest(ours(stored.phonionFull), full.values as Float64Array)).toBe(0);
    const rows = readForceConstantsTable(textOf("phonion-compact"), { file: "phonion-compact" });
    expect(rows.rowAtoms).toEqual(stored.p2s);
    expect(largest(ours(stored.phonionCompact), rows.values as Float64Array)).toBe(0);
  });

  it("and what it read is what we write today", () => {
    expect(writeForceConstants(full)).toBe(textOf("phonion-full"));
    expect(writeForceConstants(full, { rowAtoms: stored.p2s })).toBe(textOf("phonion-compact"));
  });
});
