// One frame of an extended XYZ file: what its comment line and columns mean. Units and keys are listed in extxyz.ts.

import { ANGULAR_PER_ROOT_CURVATURE, type F64, type FilePlace, FormatError } from "../base/index.js";
import {
  type Cell,
  type Crystal,
  elementNamed,
  elementNumbered,
  makeCell,
  makeCrystal,
  standardMass,
} from "../structure/index.js";
import { type InfoValue, type PropertyColumn, parseInfo, parseProperties } from "./extxyz-info.js";
import { numberHint, parseReal, parseWhole } from "./numbers.js";
import { at, quote, type ReadOptions } from "./text.js";

/** A column of a frame, one row of `width` values per atom. */
export interface ExtxyzColumn {
  readonly type: "S" | "R" | "I" | "L";
  readonly width: number;
  /** [n,width] */
  readonly values: F64 | readonly string[] | readonly boolean[];
}

export interface ExtxyzFrame {
  readonly crystal: Crystal;
  readonly energy?: number; // eV
  readonly forces?: F64; // [n,3] eV/Å
  readonly velocities?: F64; // [n,3] Å/fs
  readonly stress?: F64; // [3,3] eV/Å³, tension positive
  /** All other keys of the comment line. */
  readonly info: Readonly<Record<string, InfoValue>>;
  /** All other columns. */
  readonly columns: Readonly<Record<string, ExtxyzColumn>>;
}

export interface ExtxyzReadOptions extends ReadOptions {
  /**
   * Cell of frames that have none. "box" puts the atoms into a box that is not periodic, 10 Å wider than they reach.
   * Default: frames without a cell are refused, unless they say pbc="F F F".
   */
  readonly cell?: Cell | "box";
}

const BOX_MARGIN_A = 10;
const PLAIN_COLUMNS = "species:S:1:pos:R:3";

/** What a comment line says. */
export interface Heading {
  readonly line: number;
  readonly info: Map<string, InfoValue>;
  readonly columns: readonly PropertyColumn[];
  /** Plain XYZ: what follows the coordinates is not read. */
  readonly plain: boolean;
}

/** @throws FormatError */
export function readHeading(line: string, place: FilePlace): Heading {
  const extended = /(^|\s)(Lattice|Properties)\s*=/.test(line);
  const info = extended
    ? parseInfo(line, place)
    : new Map<string, InfoValue>(line.trim() === "" ? [] : [["comment", line.trim()]]);
  const properties = info.get("Properties") ?? PLAIN_COLUMNS;
  if (typeof properties !== "string")
    throw new FormatError(place, "Properties is not a list of columns", `the least is ${PLAIN_COLUMNS}`);
  info.delete("Properties");
  const columns = parseProperties(properties, place);
  const position = columns.find(({ name }) => name === "pos");
  if (position?.type !== "R" || position.width !== 3)
    throw new FormatError(place, "Properties lacks pos:R:3", "a structure needs positions");
  return { line: place.line!, info, columns, plain: !extended };
}

export interface Building {
  /** Place of the frame's last line. */
  readonly place: FilePlace;
  readonly options: ExtxyzReadOptions;
}

/** @throws FormatError */
export function buildFrame(rows: readonly string[][], heading: Heading, { place, options }: Building): ExtxyzFrame {
  const firstLine = place.line! - rows.length + 1;
  const headingPlace = { file: place.file, line: heading.line };
  const raw = readColumns(rows, heading.columns, { file: place.file, line: firstLine });
  const info = new Map(heading.info);
  const take = (type: string, width: number, ...names: string[]): ExtxyzColumn["values"] | undefined => {
    for (const name of names) {
      const column = raw.get(name);
      if (column?.type !== type || column.width !== width) continue;
      raw.delete(name);
      return column.values;
    }
    return undefined;
  };
  const positions = take("R", 3, "pos") as F64;
  const species = speciesOfRows(
    take("S", 1, "species", "symbols") as readonly string[] | undefined,
    take("I", 1, "Z", "numbers") as F64 | undefined,
    { file: place.file, line: firstLine },
  );
  const masses = take("R", 1, "masses", "mass") as F64 | undefined;
  if (masses) checkMasses(masses, species, { file: place.file, line: firstLine });
  const labels = take("S", 1, "label", "labels") as readonly string[] | undefined;
  const cell = readCell(info, positions, { place: headingPlace, options });
  const crystal = at(headingPlace, () =>
    makeCrystal({ cell, species, positions, ...(masses ? { masses } : {}), ...(labels ? { labels } : {}) }),
  );
  const forces = take("R", 3, "forces", "force") as F64 | undefined;
  const momenta = take("R", 3, "momenta") as F64 | undefined;
  const velocities = momenta
    ? Float64Array.from(momenta, (p, i) => (p / crystal.masses[Math.floor(i / 3)]!) * ANGULAR_PER_ROOT_CURVATURE)
    : (take("R", 3, "vel", "velo", "velocities") as F64 | undefined);
  const energy = info.get("energy");
  if (typeof energy === "number") info.delete("energy");
  const stress = readStress(info, cell, headingPlace);
  return {
    crystal,
    ...(typeof energy === "number" ? { energy } : {}),
    ...(forces ? { forces } : {}),
    ...(velocities ? { velocities } : {}),
    ...(stress ? { stress } : {}),
    info: Object.fromEntries(info),
    columns: Object.fromEntries(raw),
  };
}

/** Turns the words of all rows into columns; `place` is the line of the first row. */
function readColumns(
  rows: readonly string[][],
  columns: readonly PropertyColumn[],
  place: FilePlace,
): Map<string, ExtxyzColumn> {
  const out = new Map<string, ExtxyzColumn>();
  let start = 0;
  for (const { name, type, width } of columns) {
    const words = (function* () {
      for (const [i, row] of rows.entries()) for (let k = 0; k < width; k++) yield [row[start + k]!, i] as const;
    })();
    const total = rows.length * width;
    if (type === "S") out.set(name, { type, width, values: Array.from(words, ([word]) => word) });
    else if (type === "L")
      out.set(name, {
        type,
        width,
        values: Array.from(words, ([word, i]) => truthOf(word, name, { ...place, line: place.line! + i })),
      });
    else {
      const values = new Float64Array(total);
      let n = 0;
      for (const [word, i] of words) {
        const value = type === "R" ? parseReal(word) : parseWhole(word);
        if (value === undefined) {
          throw new FormatError(
            { file: place.file, line: place.line! + i },
            `expected ${name} of atom ${i + 1}: a ${type === "R" ? "number" : "whole number"}, found ${quote(word)}`,
            numberHint(word),
          );
        }
        values[n++] = value;
      }
      out.set(name, { type, width, values });
    }
    start += width;
  }
  return out;
}

function truthOf(word: string, name: string, place: FilePlace): boolean {
  if (/^(T|True|true)$/.test(word)) return true;
  if (/^(F|False|false)$/.test(word)) return false;
  throw new FormatError(place, `expected ${name}: T or F, found ${quote(word)}`, "logical columns hold T and F");
}

function speciesOfRows(symbols: readonly string[] | undefined, numbers: F64 | undefined, place: FilePlace): string[] {
  const count = symbols?.length ?? numbers?.length;
  if (count === undefined)
    throw new FormatError(
      { file: place.file, line: place.line! - 1 },
      "Properties has neither species:S:1 nor Z:I:1",
      "a structure needs its elements",
    );
  return Array.from({ length: count }, (_, i) =>
    at({ file: place.file, line: place.line! + i }, () => {
      const number = symbols ? parseWhole(symbols[i]!) : numbers![i]!;
      return number === undefined ? elementNamed(symbols![i]!).symbol : elementNumbered(number).symbol;
    }),
  );
}

/** QUIP keeps masses in eV fs²/Å², a hundred times amu: nothing an element has as isotopes. */
function checkMasses(masses: F64, species: readonly string[], place: FilePlace): void {
  const wrong = species.findIndex((symbol, i) => !(masses[i]! > 0 && masses[i]! < 20 * standardMass(symbol)));
  if (wrong < 0) return;
  throw new FormatError(
    { file: place.file, line: place.line! + wrong },
    `atom ${wrong + 1} (${species[wrong]}) has the mass ${masses[wrong]}`,
    "masses are in amu",
  );
}

function readCell(info: Map<string, InfoValue>, positions: F64, { place, options }: Building): Cell {
  const lattice = info.get("Lattice");
  const pbc = readPbc(info.get("pbc"), place);
  info.delete("Lattice");
  info.delete("pbc");
  if (lattice !== undefined) {
    if (!isNumbers(lattice, 9))
      throw new FormatError(
        place,
        "Lattice is not a list of nine numbers",
        'write Lattice="ax ay az bx by bz cx cy cz"',
      );
    return at(place, () => makeCell(lattice, pbc ?? [true, true, true]));
  }
  if (options.cell !== undefined && options.cell !== "box") return options.cell;
  const free = pbc?.every((direction) => !direction) ?? false;
  if (options.cell === "box" || free) {
    options.notes?.add("extxyz-no-cell", `${place.file}: no cell; the atoms were put into a box that is not periodic`);
    return at(place, () => boxAround(positions));
  }
  throw new FormatError(
    place,
    "the frame has no cell",
    'add Lattice="ax ay az bx by bz cx cy cz" to this line, or give the option cell (a cell, or "box" for free atoms)',
  );
}

function readPbc(value: InfoValue | undefined, place: FilePlace): [boolean, boolean, boolean] | undefined {
  if (value === undefined) return undefined;
  const flags = Array.isArray(value) ? value : [value, value, value];
  if (flags.length !== 3 || flags.some((flag) => typeof flag !== "boolean" && flag !== 0 && flag !== 1)) {
    throw new FormatError(place, `pbc is ${quote(JSON.stringify(value))}`, 'write pbc="T T T"');
  }
  return flags.map(Boolean) as [boolean, boolean, boolean];
}

const isNumbers = (value: InfoValue | undefined, count: number): value is number[] =>
  Array.isArray(value) && value.length === count && value.every((x: InfoValue) => typeof x === "number");

function boxAround(positions: F64): Cell {
  const edges = [0, 1, 2].map((k) => {
    const along = Array.from({ length: positions.length / 3 }, (_, i) => positions[3 * i + k]!);
    const [low, high] = along.reduce(([least, most], x) => [Math.min(least, x), Math.max(most, x)], [
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ] as [number, number]);
    return high - low + BOX_MARGIN_A;
  });
  return makeCell([edges[0]!, 0, 0, 0, edges[1]!, 0, 0, 0, edges[2]!], [false, false, false]);
}

/** Stress from `stress` (nine numbers or Voigt six) or `virial` = −V·stress. */
function readStress(info: Map<string, InfoValue>, cell: Cell, place: FilePlace): F64 | undefined {
  for (const [key, factor] of [
    ["stress", 1],
    ["virial", -1 / cell.volume],
  ] as const) {
    const value = info.get(key);
    if (value === undefined) continue;
    info.delete(key);
    // Nine numbers stand column by column, which matters only for a tensor that is not symmetric.
    if (isNumbers(value, 9))
      return Float64Array.from({ length: 9 }, (_, n) => factor * value[3 * (n % 3) + Math.floor(n / 3)]!);
    if (isNumbers(value, 6)) {
      const [xx, yy, zz, yz, xz, xy] = value as [number, number, number, number, number, number];
      return Float64Array.of(xx, xy, xz, xy, yy, yz, xz, yz, zz).map((s) => factor * s);
    }
    throw new FormatError(
      place,
      `${key} is not a list of nine or six numbers`,
      "nine by columns, or xx yy zz yz xz xy",
    );
  }
  return undefined;
}
