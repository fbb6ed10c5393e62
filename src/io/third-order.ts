// Third-order force constants as ShengBTE and FourPhonon read them (FORCE_CONSTANTS_3RD), eV/Å³:
//
//   number of blocks
//   (empty line) number of the block
//   R_j                     Å, lattice vector of the cell of the second atom
//   R_k                     of the third
//   i j k                   atoms of the primitive cell, from 1; the first is in the cell at 0
//   α β γ Φ                 27 lines, axes from 1, the last fastest
//
// A triplet of a supercell whose second or third atom is equally near through several images is shared evenly among those images that lie
// nearest to each other. W. Li et al., 10.1016/j.cpc.2014.02.015.

import { type FilePlace, InputError } from "../base/index.js";
import { nearestImagesOf, type ThirdOrderConstants } from "../modes/index.js";
import { type Crystal, toFractional } from "../structure/index.js";
import { columns, exact, takeCount, takeReals } from "./numbers.js";
import { LineReader, plural } from "./text.js";

/** One block: three atoms and where they are. */
export interface ThirdOrderBlock {
  /** Lattice vectors of the cells of the second and third atom, Å. */
  readonly second: readonly number[]; // [3]
  readonly third: readonly number[]; // [3]
  /** Atoms of the primitive cell, from 0. */
  readonly atoms: readonly [number, number, number];
  readonly values: readonly number[]; // [27] eV/Å³
}

/** Blocks of the primitive crystal, triplets with several images split among them. */
export function thirdOrderBlocks({ cells, triplets, values }: ThirdOrderConstants): ThirdOrderBlock[] {
  const { primitive, primitiveAtom, supercell } = cells;
  const blocks: ThirdOrderBlock[] = [];
  const kept = new Map<string, Float64Array>();
  const images = (from: number, to: number): Float64Array => {
    const key = `${from} ${to}`;
    const known = kept.get(key) ?? nearestImagesOf(supercell.cell, separation(supercell, from, to));
    kept.set(key, known);
    return known;
  };
  for (let t = 0; t < triplets.length / 3; t++) {
    const [i, j, k] = [triplets[3 * t]!, triplets[3 * t + 1]!, triplets[3 * t + 2]!];
    const atoms = [primitiveAtom[i]!, primitiveAtom[j]!, primitiveAtom[k]!] as const;
    const pairs = nearestPairs(images(i, j), images(i, k));
    for (const [toSecond, toThird] of pairs) {
      const cellOf = (apart: readonly number[], atom: number): number[] =>
        latticeVector(primitive, apart, { from: atoms[0], to: atom });
      blocks.push({
        second: cellOf(toSecond, atoms[1]),
        third: cellOf(toThird, atoms[2]),
        atoms,
        values: Array.from(values.slice(27 * t, 27 * t + 27), (x) => x / pairs.length),
      });
    }
  }
  return blocks;
}

/** FORCE_CONSTANTS_3RD with every number exact. */
export function writeThirdOrder(constants: ThirdOrderConstants): string {
  const blocks = thirdOrderBlocks(constants);
  if (blocks.length === 0)
    throw new InputError("there are no third-order constants to write", "the fit found them all zero");
  const lines = [String(blocks.length)];
  for (const [number, { second, third, atoms, values }] of blocks.entries()) {
    lines.push("", String(number + 1), columns(second), columns(third), atoms.map((a) => a + 1).join(" "));
    for (const [e, value] of values.entries())
      lines.push(`${Math.floor(e / 9) + 1} ${(Math.floor(e / 3) % 3) + 1} ${(e % 3) + 1} ${exact(value)}`);
  }
  return `${lines.join("\n")}\n`;
}

/** @throws FormatError with file and line. */
export function readThirdOrder(text: string, place: FilePlace): ThirdOrderBlock[] {
  const reader = new LineReader(text, place);
  const words = (what: string): string[] => {
    let line = reader.take(what).trim();
    while (line === "") line = reader.take(what).trim();
    return line.split(/\s+/);
  };
  const count = takeCount(reader, words("the number of blocks")[0], "the number of blocks", 1);
  return Array.from({ length: count }, (_, at) => {
    const number = takeCount(reader, words(`block ${at + 1}`)[0], "the number of a block", 1);
    if (number !== at + 1)
      throw reader.fault(
        `block ${number} follows block ${at}`,
        `the header promises ${plural(count, "block")} in order`,
      );
    const second = takeReals(reader, words("the cell of the second atom"), 3, "the cell of the second atom");
    const third = takeReals(reader, words("the cell of the third atom"), 3, "the cell of the third atom");
    const named = words("three atoms");
    const atoms = [0, 1, 2].map((m) => takeCount(reader, named[m], "an atom, counted from 1", 1) - 1);
    const values = Array.from({ length: 27 }, (_, e) => {
      const line = words(`line ${e + 1} of block ${at + 1}`);
      const axes = [Math.floor(e / 9) + 1, (Math.floor(e / 3) % 3) + 1, (e % 3) + 1];
      if (axes.some((axis, m) => line[m] !== String(axis)))
        throw reader.fault(
          `axes ${line.slice(0, 3).join(" ")} where ${axes.join(" ")} were expected`,
          "27 lines, the last axis fastest",
        );
      return takeReals(reader, line.slice(3), 1, "a force constant")[0]!;
    });
    return { second, third, atoms: atoms as [number, number, number], values };
  });
}

const separation = ({ positions: x }: Crystal, from: number, to: number): Float64Array =>
  Float64Array.from([0, 1, 2], (k) => x[3 * to + k]! - x[3 * from + k]!);

/** Å: distances that differ by less are equal. */
const EQUAL = 1e-4;

/** Images of the second and third atom, [3] Å from the first, that are nearest to each other. */
function nearestPairs(second: Float64Array, third: Float64Array): (readonly [number[], number[]])[] {
  const all: { readonly pair: readonly [number[], number[]]; readonly apart: number }[] = [];
  for (let p = 0; p < second.length; p += 3) {
    for (let q = 0; q < third.length; q += 3) {
      const pair = [Array.from(second.slice(p, p + 3)), Array.from(third.slice(q, q + 3))] as const;
      all.push({ pair, apart: Math.hypot(...pair[0].map((x, k) => x - pair[1][k]!)) });
    }
  }
  const least = Math.min(...all.map(({ apart }) => apart));
  return all.filter(({ apart }) => apart <= least + EQUAL).map(({ pair }) => pair);
}

/** Å, of the cell that holds atom `to` at `apart` from atom `from` of the cell at 0. */
function latticeVector(
  primitive: Crystal,
  apart: readonly number[],
  { from, to }: { readonly from: number; readonly to: number },
): number[] {
  const shift = separation(primitive, from, to);
  const cell = toFractional(
    primitive.cell,
    Float64Array.from(apart, (x, k) => x - shift[k]!),
  ).map(Math.round);
  const v = primitive.cell.vectors;
  return [0, 1, 2].map((k) => cell[0]! * v[k]! + cell[1]! * v[3 + k]! + cell[2]! * v[6 + k]! + 0);
}
