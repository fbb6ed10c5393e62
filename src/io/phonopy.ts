// phonopy's FORCE_CONSTANTS, eV/Å².
//
//   rows n          "n" alone means n n
//   i j             atoms from 1; then the block Φ_ij, three lines of three numbers
//
// A full table has rows = n. A compact one has one row of blocks per atom of the primitive cell; the others follow because
// a translation T of the primitive lattice maps atoms onto atoms: Φ_{T(i) T(j)} = Φ_ij.
// https://phonopy.github.io/phonopy/input-files.html#force-constants

import { type F64, type FilePlace, FormatError, InputError, maxAbs } from "../base/index.js";
import { type ForceConstants, forceConstantsFrom } from "../modes/index.js";
import { atomCount, type Cell, type Crystal } from "../structure/index.js";
import { columns, exact, takeCount, takeReals } from "./numbers.js";
import { LineReader, plural, type ReadOptions } from "./text.js";
import { translationsOf } from "./translations.js";

export interface ForceConstantsReadOptions extends ReadOptions {
  /** The crystal the table belongs to, its atoms in the table's order. */
  readonly supercell: Crystal;
  /** For compact tables: cell whose lattice vectors are the translations. Default: every translation of the supercell. */
  readonly primitiveCell?: Cell;
  /** Largest distance between an atom moved by a translation and the atom found there, Å. Default 0.01. */
  readonly tolerance?: number;
}

/** A table as the file holds it. */
export interface ForceConstantsTable {
  /** Atoms of the columns. */
  readonly atoms: number;
  /** [rows] atom of every row of blocks, from 0. */
  readonly rowAtoms: readonly number[];
  /** [rows,3,n,3] eV/Å² */
  readonly values: F64;
}

/** Reads full and compact tables. @throws FormatError; InputError when the crystal does not fit. */
export function readForceConstants(text: string, place: FilePlace, options: ForceConstantsReadOptions): ForceConstants {
  const table = readForceConstantsTable(text, place);
  const { supercell } = options;
  const n = atomCount(supercell);
  if (table.atoms !== n) {
    throw new FormatError(
      { ...place, line: 1 },
      `the table is for ${plural(table.atoms, "atom")}, the crystal has ${n}`,
      "give the supercell the forces were computed in",
    );
  }
  const values = table.rowAtoms.length === n ? inAtomOrder(table) : expand(table, place, options);
  return forceConstantsFrom(supercell, values);
}

/** @throws FormatError with file and line. */
export function readForceConstantsTable(text: string, place: FilePlace): ForceConstantsTable {
  const reader = new LineReader(text, place);
  const header = reader.take("the size of the table").trim().split(/\s+/);
  const rows = takeCount(reader, header[0], "the number of rows of the table", 1);
  const n = header.length > 1 ? takeCount(reader, header[1], "the number of atoms", 1) : rows;
  if (rows > n)
    throw reader.fault(`${rows} rows for ${plural(n, "atom")}`, "the header is the number of rows, then of atoms");
  if (rows * n * 4 > reader.remaining) {
    throw reader.fault(
      `${rows} × ${n} blocks need ${rows * n * 4} lines, ${reader.remaining} follow`,
      "the file is cut short, or the header is wrong",
    );
  }
  const values = new Float64Array(9 * rows * n);
  const rowAtoms: number[] = [];
  const rowOf = new Map<number, number>();
  const seen = new Uint8Array(rows * n);
  for (let block = 0; block < rows * n; block++) {
    const [i, j] = readIndices(reader, n);
    const row = rowOf.get(i) ?? rowAtoms.push(i) - 1;
    rowOf.set(i, row);
    if (row >= rows)
      throw reader.fault(
        `atom ${i + 1} begins row ${row + 1} of a table of ${rows}`,
        "the header and the blocks do not agree",
      );
    if (seen[row * n + j]) throw reader.fault(`the block ${i + 1} ${j + 1} comes twice`, "every pair has one block");
    seen[row * n + j] = 1;
    for (let a = 0; a < 3; a++) {
      const what = `line ${a + 1} of the block ${i + 1} ${j + 1}`;
      const numbers = takeReals(reader, reader.take(what).trim().split(/\s+/), 3, what);
      values.set(numbers, (3 * row + a) * 3 * n + 3 * j);
    }
  }
  return { atoms: n, rowAtoms, values };
}

function readIndices(reader: LineReader, n: number): [number, number] {
  const words = reader.take("a pair of atoms").trim().split(/\s+/);
  const [i, j] = [0, 1].map((k) => takeCount(reader, words[k], "a pair of atoms, counted from 1", 1)) as [
    number,
    number,
  ];
  if (i > n || j > n)
    throw reader.fault(
      `the pair ${i} ${j} is beyond the ${plural(n, "atom")} of the header`,
      "the header and the blocks do not agree",
    );
  return [i - 1, j - 1];
}

/** [n,3,n,3] of a full table whose rows may stand in any order. */
function inAtomOrder({ atoms: n, rowAtoms, values }: ForceConstantsTable): Float64Array {
  const out = new Float64Array(values.length);
  for (const [row, atom] of rowAtoms.entries())
    out.set(values.subarray(9 * n * row, 9 * n * (row + 1)) as Float64Array, 9 * n * atom);
  return out;
}

function expand(table: ForceConstantsTable, place: FilePlace, options: ForceConstantsReadOptions): Float64Array {
  const { atoms: n, rowAtoms, values } = table;
  const rows = rowAtoms.length;
  const { supercell, primitiveCell, tolerance = 0.01 } = options;
  const translations = translationsOf(supercell, { tolerance, ...(primitiveCell ? { lattice: primitiveCell } : {}) });
  const out = new Float64Array(9 * n * n);
  const filled = new Uint8Array(n);
  for (const image of translations) {
    for (const [row, i] of rowAtoms.entries()) {
      const target = image[i]!;
      if (filled[target]) continue;
      filled[target] = 1;
      for (let a = 0; a < 3; a++) {
        const from = (3 * row + a) * 3 * n;
        const to = (3 * target + a) * 3 * n;
        for (let j = 0; j < n; j++) for (let b = 0; b < 3; b++) out[to + 3 * image[j]! + b] = values[from + 3 * j + b]!;
      }
    }
  }
  const missing = filled.indexOf(0);
  if (rows * translations.length === n && missing < 0) return out;
  throw new FormatError(
    { ...place, line: 1 },
    `a compact table of ${plural(rows, "row")} for ${plural(n, "atom")} needs ${n / rows} translations; the crystal has ${translations.length}${missing < 0 ? "" : ` and atom ${missing + 1} is no image of a row`}`,
    "give the undistorted supercell (and, if its cell is not the smallest, the option primitiveCell), or write the full table: phonopy --full-fc",
  );
}

export interface ForceConstantsWriteOptions {
  /** Atoms, from 0, whose rows are written: one per atom of the primitive cell makes a compact table. Default: all. */
  readonly rowAtoms?: readonly number[];
}

/** The table with every number exact; phonopy reads it with FORCE_CONSTANTS = READ. */
export function writeForceConstants(constants: ForceConstants, options: ForceConstantsWriteOptions = {}): string {
  const n = atomCount(constants.reference);
  const { values } = constants;
  if (values.length !== 9 * n * n)
    throw new InputError(`${values.length} force constants for ${plural(n, "atom")}`, `expected ${9 * n * n}`);
  exact(maxAbs(values));
  const rowAtoms = options.rowAtoms ?? Array.from({ length: n }, (_, i) => i);
  const wrong = rowAtoms.find((i, at) => !(Number.isInteger(i) && i >= 0 && i < n) || rowAtoms.indexOf(i) !== at);
  if (wrong !== undefined || rowAtoms.length === 0)
    throw new InputError(`row atoms ${rowAtoms.join(", ")} of ${plural(n, "atom")}`, "give different atoms from 0");
  const lines = [`${rowAtoms.length} ${n}`];
  for (const i of rowAtoms) {
    for (let j = 0; j < n; j++) {
      lines.push(`${i + 1} ${j + 1}`);
      for (let a = 0; a < 3; a++) {
        const start = (3 * i + a) * 3 * n + 3 * j;
        lines.push(columns(values.subarray(start, start + 3)));
      }
    }
  }
  return `${lines.join("\n")}\n`;
}
