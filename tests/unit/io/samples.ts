// Crystals for the tests of io, and what a reader may do with a damaged file.

import fc from "fast-check";
import { FormatError } from "../../../src/base/index.js";
import { atomCount, type Crystal, elementNamed, makeCell, makeCrystal } from "../../../src/structure/index.js";

/** A cell that is not degenerate, of either handedness, in any orientation. */
const cells = fc
  .tuple(
    fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 6, maxLength: 6 }),
    fc.array(fc.double({ min: 4, max: 12, noNaN: true }), { minLength: 3, maxLength: 3 }),
    fc.boolean(),
  )
  .map(([off, edge, mirrored]) => {
    const rows = [
      [edge[0]!, off[0]!, off[1]!],
      [off[2]!, edge[1]!, off[3]!],
      [off[4]!, off[5]!, edge[2]!],
    ];
    return makeCell((mirrored ? [rows[1]!, rows[0]!, rows[2]!] : rows).flat());
  });

/** Random crystals: 1 to 8 atoms of up to 4 elements, each also outside the cell. */
export const crystals: fc.Arbitrary<Crystal> = fc
  .tuple(
    cells,
    fc.array(
      fc.tuple(
        fc.constantFrom("Li", "P", "O", "Cl"),
        ...[0, 1, 2].map(() => fc.double({ min: -1.5, max: 2.5, noNaN: true })),
      ),
      {
        minLength: 1,
        maxLength: 8,
      },
    ),
  )
  .map(([cell, atoms]) =>
    makeCrystal({
      cell,
      species: atoms.map(([symbol]) => symbol as string),
      fractional: atoms.flatMap(([, ...s]) => s as number[]),
    }),
  );

export const lithiumOxide = (): Crystal =>
  makeCrystal({
    cell: makeCell([4.6, 0, 0, 0.3, 4.7, 0, -0.2, 0.4, 5.1]),
    species: ["Li", "O", "Li"],
    fractional: [0.25, 0.25, 0.25, 0, 0, 0, 0.75, 0.75, 0.7],
  });

export const maxDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  return largest;
};

/** All a crystal must be to be computed with. */
export function isSound(crystal: Crystal): boolean {
  const finite = (list: Iterable<number>): boolean => [...list].every(Number.isFinite);
  for (const symbol of crystal.elements) elementNamed(symbol);
  return (
    atomCount(crystal) > 0 &&
    crystal.positions.length === 3 * atomCount(crystal) &&
    finite(crystal.positions) &&
    finite(crystal.cell.vectors) &&
    crystal.cell.volume > 0 &&
    [...crystal.masses].every((mass) => mass > 0)
  );
}

/** The error a reader gave. Anything but a FormatError with a line fails the test with that error. */
export function refusalOf(read: () => unknown): FormatError {
  try {
    read();
  } catch (error) {
    if (error instanceof FormatError && error.place.line !== undefined && error.hint !== "") return error;
    throw error;
  }
  throw new Error("the reader took the file");
}

/** True when `read` gives a value that `sound` accepts, or refuses with a place. */
export function readsOrRefuses<T>(read: () => T, sound: (value: T) => boolean): boolean {
  try {
    return sound(read());
  } catch (error) {
    if (error instanceof FormatError)
      return error.place.file !== "" && (error.place.line ?? 0) >= 1 && error.hint !== "";
    throw error;
  }
}

/** Ways a file is damaged on its way: cut, lines lost, doubled or swapped, characters and numbers replaced. */
export function mutilations(text: string): fc.Arbitrary<string> {
  const lines = text.split("\n");
  const line = fc.nat(lines.length - 1);
  const edit = (change: (copy: string[]) => void): string => {
    const copy = [...lines];
    change(copy);
    return copy.join("\n");
  };
  const word = fc.constantFrom(
    "nan",
    "NaN",
    "inf",
    "-Infinity",
    "1e999",
    "****",
    "1.2.3",
    "x",
    "-1",
    "0",
    "1e9",
    "1000000000",
    "999999999999999999999",
    "0x10",
    "''",
    '"',
    "=",
    "[",
    "{",
    ";",
    "loop_",
    "1/0",
    "\u0000",
    "é",
    "-",
  );
  return fc.oneof(
    fc.nat(text.length).map((end) => text.slice(0, end)),
    line.map((i) => edit((copy) => copy.splice(i, 1))),
    line.map((i) => edit((copy) => copy.splice(i, 0, copy[i]!))),
    fc.tuple(line, line).map(([i, j]) => edit((copy) => ([copy[i], copy[j]] = [copy[j]!, copy[i]!]))),
    fc
      .tuple(fc.nat(text.length - 1), fc.string({ unit: "binary", minLength: 0, maxLength: 3 }))
      .map(([i, s]) => text.slice(0, i) + s + text.slice(i + 1)),
    fc.tuple(line, fc.nat(12), word).map(([i, k, replacement]) =>
      edit((copy) => {
        const words = copy[i]!.split(/(\s+)/);
        words[(2 * k) % Math.max(1, words.length)] = replacement;
        copy[i] = words.join("");
      }),
    ),
    fc
      .tuple(fc.nat(text.length - 1), fc.constantFrom("0", "9", "-", ".", "e", " ", "\n", "\r", '"', "'", "#"))
      .map(([i, c]) => text.slice(0, i) + c + text.slice(i + 1)),
  );
}
