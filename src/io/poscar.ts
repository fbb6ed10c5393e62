// VASP structure files (POSCAR, CONTCAR), versions 4 and 5.
//
//   comment
//   scale                 s > 0 multiplies everything; s < 0 is minus the volume in Å³; three numbers scale x, y, z
//   a, b, c               one vector a line
//   species               version 5 only; "Li_pv", "Li_sv/1a2b…" mean Li; an element may come twice
//   counts
//   Selective dynamics    optional
//   Direct | Cartesian    the first letter decides; C and K are Cartesian
//   x y z [flags]         one atom a line; Cartesian ones are multiplied by the scale
//
// What follows the atoms (velocities, predictor–corrector) is not read.  https://www.vasp.at/wiki/index.php/POSCAR

import { type FilePlace, FormatError } from "../base/index.js";
import {
  type Cell,
  type Crystal,
  elementNamed,
  fractionalPositions,
  isElement,
  makeCell,
  makeCrystal,
  speciesList,
  toCartesian,
} from "../structure/index.js";
import { columns, exact, parseReal, parseWhole, splitTokens, takeReals } from "./numbers.js";
import { at, LineReader, plural, quote, type ReadOptions } from "./text.js";

export interface PoscarReadOptions extends ReadOptions {
  /** Element of each count, for files without a species line. Default: labels behind the positions, then the comment. */
  readonly species?: readonly string[];
}

export interface PoscarWriteOptions {
  /** First line. Default: the formula. */
  readonly comment?: string;
  /** Default "direct". "cartesian" keeps every position bit for bit. */
  readonly coordinates?: "direct" | "cartesian";
}

/** One element of a file's list of atoms and how many follow. */
interface Group {
  readonly symbol: string;
  readonly count: number;
}

/** @throws FormatError with file and line. */
export function readPoscar(text: string, place: FilePlace, options: PoscarReadOptions = {}): Crystal {
  const reader = new LineReader(text, place);
  const comment = reader.take("the comment");
  const { cell, scale } = readCell(reader);
  const { names, counts, line: groupLine } = readGroups(reader);
  const atoms = counts.reduce((sum, count) => sum + count, 0);
  const mode = readMode(reader, options);
  if (atoms > reader.remaining) {
    throw reader.fault(
      `the counts ${counts.join(" ")} promise ${plural(atoms, "atom")}, ${plural(reader.remaining, "line")} follow`,
      "the file is cut short, or a count is wrong",
    );
  }
  const { coordinates, labels } = readAtoms(reader, atoms, mode.selective);
  const groups = nameGroups(reader, { names, counts, labels, comment, line: groupLine }, options);
  const species = groups.flatMap(({ symbol, count }) => Array<string>(count).fill(symbol));
  noteLabels(species, labels, options);
  return at({ file: place.file, line: groupLine }, () => {
    const positions = mode.cartesian ? coordinates.map((x, i) => x * scale[i % 3]!) : toCartesian(cell, coordinates);
    return makeCrystal({ cell, species, positions });
  });
}

function readCell(reader: LineReader): { cell: Cell; scale: readonly number[] } {
  const tokens = splitTokens(reader.take("the scale factor"));
  const scaleLine = reader.line;
  const wanted = tokens.length >= 3 && tokens.slice(0, 3).every((token) => parseReal(token) !== undefined) ? 3 : 1;
  const given = takeReals(reader, tokens, wanted, "the scale factor");
  if (given.some((s) => s === 0) || (wanted === 3 && given.some((s) => s < 0))) {
    throw reader.fault(
      `the scale is ${given.join(" ")}`,
      "one number, positive (a factor) or negative (minus the volume in Å³), or three positive ones",
    );
  }
  const rows = ["a", "b", "c"].map((name) => {
    const what = `the lattice vector ${name}`;
    return takeReals(reader, splitTokens(reader.take(what)), 3, what);
  });
  return at({ file: reader.file, line: scaleLine }, () => {
    const first = given[0]!;
    const factor = first > 0 ? first : Math.cbrt(-first / makeCell(rows.flat()).volume);
    const scale = wanted === 3 ? given : [factor, factor, factor];
    return { cell: makeCell(rows.flatMap((row) => row.map((x, j) => x * scale[j]!))), scale };
  });
}

function readGroups(reader: LineReader): { names?: string[]; counts: number[]; line: number } {
  const first = words(reader.take("the species line"));
  if (first.length > 0 && first.every((word) => parseWhole(word) !== undefined)) {
    return { counts: readCounts(reader, first), line: reader.line };
  }
  const names = first.map((word) => symbolOf(reader, word));
  if (names.length === 0) throw reader.fault("the species line is blank", "write one element symbol per count");
  const line = reader.line;
  const counts = readCounts(reader, words(reader.take("the number of atoms of each species")));
  if (counts.length !== names.length) {
    throw reader.fault(
      `${plural(counts.length, "count")} for ${plural(names.length, "species")}`,
      `the species are ${names.join(" ")}`,
    );
  }
  return { names, counts, line };
}

/** Words of a line up to a comment sign. */
const words = (line: string): string[] =>
  line
    .replace(/[!#].*$/, "")
    .trim()
    .split(/\s+/)
    .filter((word) => word !== "");

function readCounts(reader: LineReader, tokens: readonly string[]): number[] {
  const counts = tokens.map(parseWhole);
  const wrong = counts.findIndex((count) => count === undefined || count < 1);
  if (tokens.length === 0 || wrong >= 0) {
    const found = tokens.length === 0 ? "a blank line" : quote(tokens[wrong]!);
    throw reader.fault(`expected the number of atoms of each species, found ${found}`, "give positive whole numbers");
  }
  return counts as number[];
}

/** The element of a species word: what stands before the first "_", "/", "." or "-". */
function symbolOf(reader: LineReader, word: string): string {
  const symbol = word.split(/[_/.-]/)[0]!;
  if (isElement(symbol)) return symbol;
  return at(reader.place, () => elementNamed(symbol).symbol);
}

function readMode(reader: LineReader, options: PoscarReadOptions): { cartesian: boolean; selective: boolean } {
  let line = reader.take("Direct or Cartesian").trim();
  const selective = /^s/i.test(line);
  if (selective) {
    options.notes?.add(
      "poscar-selective-dynamics",
      `${reader.place.file}:${reader.line}: the selective-dynamics flags are not kept`,
    );
    line = reader.take("Direct or Cartesian").trim();
  }
  if (!/^[dck]/i.test(line)) {
    throw reader.fault(`expected Direct or Cartesian, found ${quote(line)}`, "is there one count for every species?");
  }
  return { cartesian: /^[ck]/i.test(line), selective };
}

function readAtoms(
  reader: LineReader,
  atoms: number,
  selective: boolean,
): { coordinates: Float64Array; labels: string[] } {
  const coordinates = new Float64Array(3 * atoms);
  const labels: string[] = [];
  for (let i = 0; i < atoms; i++) {
    const tokens = splitTokens(reader.take(`the position of atom ${i + 1} of ${atoms}`));
    coordinates.set(takeReals(reader, tokens, 3, `the position of atom ${i + 1}`), 3 * i);
    const flags = tokens.slice(3, 6);
    if (selective && (flags.length < 3 || !flags.every((flag) => /^\.?[tf]/i.test(flag)))) {
      throw reader.fault(
        `expected three flags T or F behind the position, found ${quote(flags.join(" "))}`,
        "this file has selective dynamics",
      );
    }
    labels.push(tokens[selective ? 6 : 3] ?? "");
  }
  return { coordinates, labels };
}

interface Naming {
  readonly names: readonly string[] | undefined;
  readonly counts: readonly number[];
  readonly labels: readonly string[];
  readonly comment: string;
  readonly line: number;
}

/** Gives every count its element; what was not in the species line is noted or refused. */
function nameGroups(reader: LineReader, file: Naming, options: PoscarReadOptions): Group[] {
  const { counts } = file;
  const place = { file: reader.file, line: file.line };
  const zip = (names: readonly string[]): Group[] => counts.map((count, i) => ({ symbol: names[i]!, count }));
  if (file.names) return zip(file.names);
  if (options.species) {
    if (options.species.length === counts.length) return zip(options.species);
    throw new FormatError(
      place,
      `species has ${plural(options.species.length, "name")}, the file ${plural(counts.length, "count")}`,
      `the counts are ${counts.join(" ")}`,
    );
  }
  const found = namesFromLabels(file) ?? namesFromComment(file);
  if (found) {
    const from = found.from;
    options.notes?.add(
      "poscar-species-guessed",
      `${reader.file}: no species line; took ${found.names.join(" ")} from ${from}`,
      "add a species line above the counts",
    );
    return zip(found.names);
  }
  throw new FormatError(
    place,
    `no species line: which elements do the counts ${counts.join(" ")} belong to?`,
    "write the symbols in a line above the counts, or give the option species",
  );
}

function namesFromLabels({ counts, labels }: Naming): { names: string[]; from: string } | undefined {
  const names: string[] = [];
  let start = 0;
  for (const count of counts) {
    const group = labels.slice(start, (start += count));
    if (!isElement(group[0]!) || /^[TF]$/.test(group[0]!) || group.some((label) => label !== group[0]))
      return undefined;
    names.push(group[0]!);
  }
  return { names, from: "the labels behind the positions" };
}

/** "Li P O" or "Li3 P1 O4", where the numbers must be the counts. */
function namesFromComment({ counts, comment }: Naming): { names: string[]; from: string } | undefined {
  const parts = words(comment).map((word) => /^([A-Z][a-z]?)(\d*)$/.exec(word));
  if (parts.length !== counts.length) return undefined;
  const agree = parts.every(
    (part, i) => part && isElement(part[1]!) && (part[2] === "" || Number(part[2]) === counts[i]),
  );
  return agree ? { names: parts.map((part) => part![1]!), from: "the comment" } : undefined;
}

function noteLabels(species: readonly string[], labels: readonly string[], options: PoscarReadOptions): void {
  // "T" and "F" may be flags, so single letters that are both are not judged.
  const differs = species.findIndex(
    (symbol, i) => isElement(labels[i]!) && !/^[TF]$/.test(labels[i]!) && labels[i] !== symbol,
  );
  if (differs >= 0) {
    options.notes?.add(
      "poscar-label-differs",
      `atom ${differs + 1} is ${species[differs]} by the species line and ${labels[differs]} by its own line`,
      "the species line was taken",
    );
  }
}

/** Atoms stay in their order: an element whose atoms are not together is listed once for every run of them. */
export function writePoscar(crystal: Crystal, options: PoscarWriteOptions = {}): string {
  const groups: { symbol: string; count: number }[] = [];
  for (const symbol of speciesList(crystal)) {
    const last = groups.at(-1);
    if (last?.symbol === symbol) last.count++;
    else groups.push({ symbol, count: 1 });
  }
  const direct = options.coordinates !== "cartesian";
  const coordinates = direct ? fractionalPositions(crystal) : crystal.positions;
  const rows = (values: ArrayLike<number>): string[] =>
    Array.from({ length: values.length / 3 }, (_, i) =>
      columns([values[3 * i]!, values[3 * i + 1]!, values[3 * i + 2]!]),
    );
  const comment = options.comment ?? groups.map(({ symbol, count }) => `${symbol}${count}`).join(" ");
  return [
    comment.replace(/[\r\n]+/g, " "),
    exact(1),
    ...rows(crystal.cell.vectors),
    groups.map(({ symbol }) => symbol.padStart(6)).join(""),
    groups.map(({ count }) => String(count).padStart(6)).join(""),
    direct ? "Direct" : "Cartesian",
    ...rows(coordinates),
    "",
  ].join("\n");
}
