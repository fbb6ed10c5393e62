// A table of force constants and the structure it belongs to: the supercell itself, in the table's order of atoms, or a cell of which it
// is so many copies, in phonopy's order.

import { InputError, type Notes } from "../../base/index.js";
import { readForceConstants } from "../../io/index.js";

import type { ForceConstants } from "../../modes/index.js";
import { atomCount, type CellChoice, type Crystal, repeatedAtomByAtom } from "../../structure/index.js";

/** Force constants, and how their crystal is cut into cells. */
export interface MediumInput {
  readonly constants: ForceConstants;
  readonly cells: CellChoice;
}

export interface MediumSources {
  readonly structure: Crystal;
  readonly table: { readonly text: string; readonly file: string };
  /** Three or nine integers as typed. */
  readonly supercell?: string;
  /** The cell whose atoms name the sites. */
  readonly primitive?: Crystal;
  readonly notes: Notes;
}

/** Whole numbers separated by spaces or commas. */
export const INTEGERS = /^\s*-?\d+(\s*[\s,]\s*-?\d+)*\s*$/;

export const numbersOf = (text: string): number[] =>
  text
    .trim()
    .split(/[\s,]+/)
    .map(Number);

/** @throws InputError when the numbers of atoms do not fit; FormatError naming a line of the table. */
export function mediumInput({ structure, table, supercell, primitive, notes }: MediumSources): MediumInput {
  const matrix = supercell === undefined ? undefined : numbersOf(supercell);
  const n = atomCount(structure);
  const inTable = atomsOfTable(table.text);
  if (!Number.isInteger(inTable) || inTable === n) {
    const constants = readForceConstants(table.text, { file: table.file }, { supercell: structure, notes });
    return { constants, cells: primitive ? { primitive } : matrix ? { matrix } : "smallest" };
  }
  const repeats = matrix?.length === 3 ? (matrix as [number, number, number]) : undefined;
  if (!repeats || Math.abs(repeats[0] * repeats[1] * repeats[2]) * n !== inTable)
    throw new InputError(
      `${table.file} is for ${inTable} atoms, the structure has ${n}${matrix ? `, and a supercell of (${matrix.join(" ")}) cells does not make up for it` : ""}`,
      inTable % n === 0
        ? `give the supercell's own structure (phonopy: SPOSCAR), or --supercell with three repeats whose product is ${inTable / n}`
        : "give the supercell's own structure (phonopy: SPOSCAR)",
      { inTable, atoms: n },
    );
  const built = repeatedAtomByAtom(structure, repeats);
  return {
    constants: readForceConstants(table.text, { file: table.file }, { supercell: built, notes }),
    cells: { primitive: primitive ?? structure },
  };
}

/** The last number of the header: atoms of the columns. NaN when there is none; the reader then says what is wrong. */
function atomsOfTable(text: string): number {
  const header = /\S[^\n]*/.exec(text)?.[0] ?? "";
  return Number(header.trim().split(/\s+/).at(-1));
}
