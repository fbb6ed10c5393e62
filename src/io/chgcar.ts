// VASP volume files (CHGCAR, CHG, PARCHG): a POSCAR, a blank line, the numbers of grid points, then the values, first axis fastest.
// What is written is the density times the volume of the cell: its mean over the grid is the number of particles.
// Further blocks (augmentation occupancies, spin) are not read.  https://www.vasp.at/wiki/index.php/CHGCAR

import { expectShape, type F64, type FilePlace, FormatError } from "../base/index.js";
import { withCell } from "../structure/index.js";
import type { GridField } from "../transport/index.js";
import { scientific, type VolumeFile } from "./cube.js";
import { parseReal, parseWhole } from "./numbers.js";
import { readPoscar, writePoscar } from "./poscar.js";
import { quote, type ReadOptions, splitLines } from "./text.js";

export interface ChgcarWriteOptions {
  /** First line. Default: the formula. */
  readonly comment?: string;
}

/** A density in 1/Å³ and the atoms of `crystal`, at their fractional places in the field's cell. */
export function writeChgcar({ crystal, field }: VolumeFile, options: ChgcarWriteOptions = {}): string {
  const { shape, cell } = field;
  expectShape("the field", field.values, shape);
  const head = writePoscar(withCell(crystal, cell), options);
  const values = exchangeOrder(field.values, shape, "to first axis fastest");
  const lines = [head.trimEnd(), "", shape.map((n) => String(n).padStart(5)).join("")];
  for (let k = 0; k < values.length; k += 5) lines.push(scientific(values.slice(k, k + 5), cell.volume));
  return `${lines.join("\n")}\n`;
}

/** @throws FormatError with file and line. */
export function readChgcar(text: string, place: FilePlace, options: ReadOptions = {}): VolumeFile {
  const lines = splitLines(text);
  const blank = lines.findIndex((line, i) => i > 6 && line.trim() === "");
  const gap = blank < 0 ? lines.length : blank;
  const crystal = readPoscar(lines.slice(0, gap).join("\n"), place, options);
  const shape = (lines[gap + 1] ?? "").trim().split(/\s+/).map(parseWhole);
  if (shape.length !== 3 || !shape.every((n): n is number => n !== undefined && n > 0))
    throw new FormatError(
      { file: place.file, line: Math.min(gap + 2, lines.length) },
      `expected three numbers of grid points after the atoms, found ${quote(lines[gap + 1] ?? "")}`,
      "this is a POSCAR without a density, or the file is cut short",
    );
  const [n1, n2, n3] = shape as [number, number, number];
  const values = new Float64Array(n1 * n2 * n3);
  let have = 0;
  let line = gap + 2;
  for (; have < values.length; line++) {
    if (line >= lines.length)
      throw new FormatError(
        { file: place.file, line },
        `the file ends after ${have} of ${values.length} grid values`,
        "the file is cut short, or the grid in its head is wrong",
      );
    for (const token of lines[line]!.trim().split(/\s+/)) {
      if (token === "" || have === values.length) continue;
      const value = parseReal(token);
      if (value === undefined)
        throw new FormatError(
          { file: place.file, line: line + 1 },
          `expected a number, found ${quote(token)}`,
          "stars mean that a number did not fit its column",
        );
      values[have++] = value / crystal.cell.volume;
    }
  }
  if (lines.slice(line).some((rest) => rest.trim() !== ""))
    options.notes?.add("chgcar-more-blocks", `${place.file}:${line + 1}: what follows the first grid was not read`);
  const field: GridField = {
    cell: crystal.cell,
    shape: [n1, n2, n3],
    values: exchangeOrder(values, [n1, n2, n3], "to last axis fastest"),
  };
  return { crystal, field };
}

function exchangeOrder(
  values: F64,
  [n1, n2, n3]: readonly [number, number, number],
  direction: "to first axis fastest" | "to last axis fastest",
): Float64Array<ArrayBuffer> {
  const out = new Float64Array(values.length);
  for (let i = 0; i < n1; i++) {
    for (let j = 0; j < n2; j++) {
      for (let k = 0; k < n3; k++) {
        const [last, first] = [(i * n2 + j) * n3 + k, (k * n2 + j) * n1 + i];
        if (direction === "to first axis fastest") out[first] = values[last]!;
        else out[last] = values[first]!;
      }
    }
  }
  return out;
}
