// The heading of a frame of a LAMMPS dump: step, time, number of atoms, box, columns.
//
// A triclinic box is written by the corners of the box around it: xlo_bound = xlo + min(0, xy, xz, xy + xz),
// xhi_bound = xhi + max(0, xy, xz, xy + xz), ylo_bound = ylo + min(0, yz), yhi_bound = yhi + max(0, yz)
// (https://docs.lammps.org/Howto_triclinic.html); a = (xhi − xlo, 0, 0), b = (xy, yhi − ylo, 0), c = (xz, yz, zhi − zlo).
// "abc origin" is a general triclinic box: three rows of a lattice vector and a component of the corner.

import { type Cell, makeCell } from "../structure/index.js";
import type { ByteWindow } from "./bytes.js";
import { shiftedNumber } from "./bytes-number.js";
import { parseReal, parseWhole } from "./numbers.js";
import { at, quote } from "./text.js";

export type LammpsUnits = "metal" | "real";

export interface DumpHeader {
  readonly file: string;
  /** Line of "ITEM: ATOMS". */
  readonly line: number;
  readonly step: number;
  readonly timeFs: number | undefined;
  readonly natoms: number;
  readonly cell: Cell;
  readonly origin: readonly [number, number, number]; // Å
  readonly columns: readonly string[];
  readonly columnText: string;
}

/** Reads the headings of one file in turn. */
export class DumpHeaders {
  /** What the file says its units are. */
  units: LammpsUnits | undefined;
  #boxText = "";
  #box: { readonly cell: Cell; readonly origin: readonly [number, number, number] } | undefined;
  #columnText = "";
  #columns: readonly string[] = [];

  constructor(
    private readonly window: ByteWindow,
    private readonly assumed: LammpsUnits = "metal",
  ) {}

  get effectiveUnits(): LammpsUnits {
    return this.units ?? this.assumed;
  }

  /** The next heading, up to its line "ITEM: ATOMS"; undefined at the end of the file, "cut" where it ends in between. */
  async next(): Promise<DumpHeader | "cut" | undefined> {
    const { window } = this;
    const found: { step?: number; timeFs?: number; natoms?: number; box?: true } = {};
    for (let begun = false; ; begun = true) {
      const line = await this.#filledLine();
      if (line === undefined) return begun ? "cut" : undefined;
      // A line without its end may be any longer one.
      if (window.ragged && window.at >= window.end) return "cut";
      if (line.startsWith("ITEM: ATOMS")) return this.#header(line, found);
      if (!line.startsWith("ITEM: ")) {
        throw window.fault(
          `expected a line that begins with "ITEM: ", found ${quote(line)}`,
          "is the number of atoms of the frame before too small?",
          window.line - 1,
        );
      }
      if (line.startsWith("ITEM: BOX BOUNDS")) {
        const rows = [await window.takeLine(), await window.takeLine(), await window.takeLine()];
        if (rows.includes(undefined) || (window.ragged && window.at >= window.end)) return "cut";
        this.#takeBox(line, rows as string[]);
        found.box = true;
        continue;
      }
      const value = (await window.takeLine())?.trim();
      if (value === undefined || (window.ragged && window.at >= window.end)) return "cut";
      if (line.startsWith("ITEM: TIMESTEP")) found.step = this.#whole(value, "the time step");
      else if (line.startsWith("ITEM: NUMBER OF ATOMS")) found.natoms = this.#whole(value, "the number of atoms");
      else if (line.startsWith("ITEM: UNITS")) this.#takeUnits(value);
      else if (line.startsWith("ITEM: TIME")) found.timeFs = this.#time(value);
    }
  }

  async #filledLine(): Promise<string | undefined> {
    for (;;) {
      const line = (await this.window.takeLine())?.replace(/^\ufeff/, "");
      if (line === undefined || line.trim() !== "") return line;
    }
  }

  #header(line: string, found: { step?: number; timeFs?: number; natoms?: number; box?: true }): DumpHeader {
    const at = this.window.line - 1;
    const { step, natoms } = found;
    if (step === undefined || natoms === undefined || !found.box || natoms < 1) {
      const missing =
        step === undefined ? "TIMESTEP" : natoms === undefined ? "NUMBER OF ATOMS" : found.box ? "atoms" : "BOX BOUNDS";
      throw this.window.fault(`the frame has no ${missing}`, 'each frame needs it before "ITEM: ATOMS"', at);
    }
    if (line !== this.#columnText) {
      this.#columnText = line;
      this.#columns = line.trim().split(/\s+/).slice(2);
    }
    return {
      file: this.window.source.name,
      line: at,
      step,
      timeFs: found.timeFs,
      natoms,
      ...this.#box!,
      columns: this.#columns,
      columnText: this.#columns.join(" "),
    };
  }

  #whole(text: string, what: string): number {
    const value = parseWhole(text);
    if (value !== undefined && value >= 0) return value;
    throw this.window.fault(`expected ${what}, found ${quote(text)}`, "a whole number from 0", this.window.line - 1);
  }

  #time(text: string): number {
    if (parseReal(text) === undefined)
      throw this.window.fault(`expected the time, found ${quote(text)}`, "a number", this.window.line - 1);
    return shiftedNumber(text, this.effectiveUnits === "metal" ? 3 : 0);
  }

  #takeUnits(text: string): void {
    if (text !== "metal" && text !== "real") {
      throw this.window.fault(
        `the units are ${quote(text)}`,
        "only metal and real can be read: their lengths are Å",
        this.window.line - 1,
      );
    }
    this.units = text;
  }

  #takeBox(heading: string, rows: readonly string[]): void {
    const text = `${heading}\n${rows.join("\n")}`;
    if (text === this.#boxText) return; // the same cell, the same object
    this.#boxText = text;
    const words = heading.trim().split(/\s+/).slice(3);
    const place = { file: this.window.source.name, line: this.window.line - 3 };
    const numbers = rows.map((row, i) => {
      const values = row.trim().split(/\s+/).map(parseReal);
      if (values.length >= 2 && values.every((value) => value !== undefined)) return values as number[];
      throw this.window.fault(
        `expected bounds of the box, found ${quote(row)}`,
        "lo and hi, and a tilt",
        place.line + i,
      );
    });
    const flags = words.filter((word) => /^[pfsm]{2}$/.test(word));
    const periodic = [0, 1, 2].map((k) => (flags[k] ?? "pp").startsWith("p")) as [boolean, boolean, boolean];
    const width = words.includes("abc") ? 4 : words.includes("xy") ? 3 : 2;
    const short = numbers.findIndex((row) => row.length < width);
    if (short >= 0)
      throw this.window.fault(`expected ${width} numbers, found ${quote(rows[short]!)}`, heading, place.line + short);
    this.#box = at(place, () => {
      const { vectors, origin } = words.includes("abc") ? generalBox(numbers) : lowerBox(numbers);
      return { cell: makeCell(vectors, periodic), origin };
    });
  }
}

interface Box {
  readonly vectors: number[];
  readonly origin: [number, number, number];
}

const generalBox = (rows: readonly number[][]): Box => ({
  vectors: rows.flatMap((row) => row.slice(0, 3)),
  origin: [rows[0]![3]!, rows[1]![3]!, rows[2]![3]!],
});

function lowerBox(rows: readonly number[][]): Box {
  const [xy, xz, yz] = rows.map((row) => row[2] ?? 0) as [number, number, number];
  const xlo = rows[0]![0]! - Math.min(0, xy, xz, xy + xz);
  const xhi = rows[0]![1]! - Math.max(0, xy, xz, xy + xz);
  const ylo = rows[1]![0]! - Math.min(0, yz);
  const yhi = rows[1]![1]! - Math.max(0, yz);
  const [zlo, zhi] = rows[2] as [number, number];
  return { vectors: [xhi - xlo, 0, 0, xy, yhi - ylo, 0, xz, yz, zhi - zlo], origin: [xlo, ylo, zlo] };
}
