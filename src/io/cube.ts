// Gaussian cube files: a field on a grid, with atoms. Lengths are in bohr, and so are densities, 1/bohr³.
//
//   two lines of comment
//   atoms  x₀ y₀ z₀               place of the first grid point; a negative count announces a list of orbitals
//   n  vx vy vz                   three times: points along an axis and the step between them; with a negative n lengths are in Å
//   Z  charge  x y z              for every atom
//   values                        last axis fastest, six to a line, a new line for every row
//
// https://paulbourke.net/dataformats/cube/

import { convert, expectShape, type FilePlace, FormatError } from "../base/index.js";
import { type Crystal, elementNamed, elementNumbered, makeCell, makeCrystal, speciesList } from "../structure/index.js";
import type { GridField } from "../transport/index.js";
import { parseReal, parseWhole, splitTokens, takeReals } from "./numbers.js";
import { at, LineReader, quote, type ReadOptions } from "./text.js";

const BOHR = convert("length", 1, "bohr", "A");

export interface CubeOptions {
  /** What the numbers of the file count: "per bohr3" (a density of 1/Å³ is converted), or "as they are". Default "per bohr3". */
  readonly values?: "per bohr3" | "as they are";
}

export interface CubeWriteOptions extends CubeOptions {
  /** First line. Default "phonion". */
  readonly comment?: string;
}

export interface VolumeFile {
  readonly crystal: Crystal;
  readonly field: GridField;
}

/** The field and the atoms of `crystal` as a cube file. The crystal gives elements and positions, the field its cell. */
export function writeCube({ crystal, field }: VolumeFile, options: CubeWriteOptions = {}): string {
  const { values = "per bohr3", comment = "phonion" } = options;
  const { shape, cell } = field;
  expectShape("the field", field.values, shape);
  const factor = values === "per bohr3" ? BOHR ** 3 : 1;
  const row = (numbers: readonly number[]): string => numbers.map((x) => (x / BOHR).toFixed(10).padStart(18)).join("");
  const species = speciesList(crystal);
  const lines = [
    comment.replace(/[\r\n]+/g, " "),
    values === "per bohr3" ? "density, 1/bohr^3; last axis fastest" : "last axis fastest",
    `${String(species.length).padStart(5)}${row([0, 0, 0])}`,
    ...shape.map((n, axis) => {
      const vector = [0, 1, 2].map((k) => cell.vectors[3 * axis + k]! / n);
      return `${String(n).padStart(5)}${row(vector)}`;
    }),
    ...species.map((symbol, i) => {
      const z = elementNamed(symbol).number;
      const position = [0, 1, 2].map((k) => crystal.positions[3 * i + k]!);
      return `${String(z).padStart(5)}${z.toFixed(6).padStart(14)}${row(position)}`;
    }),
  ];
  for (let start = 0; start < field.values.length; start += shape[2])
    for (let k = 0; k < shape[2]; k += 6)
      lines.push(scientific(field.values.slice(start + k, start + Math.min(k + 6, shape[2])), factor));
  return `${lines.join("\n")}\n`;
}

/** Ten digits: more than any sampled density has. */
export function scientific(values: Float64Array, factor: number): string {
  let line = "";
  for (const value of values) line += ` ${(value * factor).toExponential(9).toUpperCase().padStart(17)}`;
  return line;
}

/** @throws FormatError with file and line. */
export function readCube(text: string, place: FilePlace, options: CubeOptions & ReadOptions = {}): VolumeFile {
  const reader = new LineReader(text, place);
  reader.take("the first comment");
  reader.take("the second comment");
  const head = splitTokens(reader.take("the number of atoms and the origin"));
  const atoms = parseWhole(head[0] ?? "");
  if (atoms === undefined || atoms <= 0)
    throw reader.fault(
      `expected a positive number of atoms, found ${quote(head[0] ?? "")}`,
      "a negative count announces a list of orbitals, which this reader does not take",
    );
  const origin = takeReals(reader, head.slice(1), 3, "the origin");
  const { shape, vectors, unit } = readAxes(reader);
  const cell = at(reader.place, () => makeCell(vectors));
  const species: string[] = [];
  const positions: number[] = [];
  for (let i = 0; i < atoms; i++) {
    const numbers = takeReals(reader, splitTokens(reader.take(`atom ${i + 1} of ${atoms}`)), 5, `atom ${i + 1}`);
    species.push(at(reader.place, () => elementNumbered(numbers[0]!).symbol));
    for (let k = 0; k < 3; k++) positions.push((numbers[2 + k]! - origin[k]!) * unit);
  }
  if (origin.some((x) => x !== 0))
    options.notes?.add(
      "cube-origin",
      `${place.file}: the first grid point is at ${origin.join(" ")}: atoms were moved so that it is at 0`,
    );
  const values = readValues(reader, shape[0] * shape[1] * shape[2]);
  const factor = options.values === "as they are" ? 1 : BOHR ** -3;
  for (let k = 0; k < values.length; k++) values[k]! *= factor;
  return { crystal: makeCrystal({ cell, species, positions }), field: { cell, shape, values } };
}

function readAxes(reader: LineReader) {
  const counts: number[] = [];
  const vectors: number[] = [];
  for (let axis = 0; axis < 3; axis++) {
    const tokens = splitTokens(reader.take(`the grid along axis ${axis + 1}`));
    const n = parseWhole(tokens[0] ?? "");
    if (!n)
      throw reader.fault(`expected a number of grid points, found ${quote(tokens[0] ?? "")}`, "give a whole number");
    counts.push(n);
    vectors.push(...takeReals(reader, tokens.slice(1), 3, "the step of the grid").map((x) => x * Math.abs(n)));
  }
  if (counts.some((n) => n < 0 !== counts[0]! < 0))
    throw reader.fault(`grid points ${counts.join(" ")}`, "all positive (bohr) or all negative (Å)");
  const unit = counts[0]! < 0 ? 1 : BOHR;
  const [n1, n2, n3] = counts.map(Math.abs) as [number, number, number];
  return { shape: [n1, n2, n3] as const, vectors: vectors.map((x) => x * unit), unit };
}

/** As many numbers as asked for, over as many lines as they take. */
export function readValues(reader: LineReader, count: number): Float64Array<ArrayBuffer> {
  const values = new Float64Array(count);
  let have = 0;
  while (have < count) {
    const line = reader.takeFilled();
    if (line === undefined)
      throw new FormatError(
        reader.place,
        `the file ends after ${have} of ${count} grid values`,
        "the file is cut short, or the grid in its head is wrong",
      );
    for (const token of line.trim().split(/\s+/)) {
      const value = parseReal(token);
      if (value === undefined || have === count)
        throw reader.fault(
          value === undefined ? `expected a number, found ${quote(token)}` : `more than ${count} grid values`,
          "is the number of grid points right?",
        );
      values[have++] = value;
    }
  }
  return values;
}
