// What stands before the atoms of a configuration of an XDATCAR.
//
//   comment / scale / a / b / c / [species] / counts     once, or before every configuration when the cell changes
//   Direct configuration=     n                          or a blank line, or nothing
//
// n counts configurations, or steps of the run when every NBLOCK-th is written; it is the step. Where n is missing, or stars because it
// outgrew its columns, the count goes on by the spacing so far. Where it begins anew because files were put together, it goes on too.

import { type FilePlace, FormatError, type Notes } from "../base/index.js";
import { type Cell, elementNamed, isElement, makeCell } from "../structure/index.js";
import type { ByteWindow } from "./bytes.js";
import { parseReal, parseWhole, splitTokens } from "./numbers.js";
import { at, quote } from "./text.js";

export interface XdatcarHeading {
  readonly comment: string;
  /** Undefined in files of VASP 4, which have no species line. */
  readonly names: readonly string[] | undefined;
  readonly counts: readonly number[];
  readonly cell: Cell;
  readonly scale: readonly [number, number, number];
  /** Line of the counts. */
  readonly line: number;
}

export interface XdatcarConfiguration {
  readonly step: number;
  readonly heading: XdatcarHeading;
  readonly cartesian: boolean;
  readonly place: FilePlace;
}

const CONFIGURATION = /^\s*(direct|cartesian|konfig)\b[^=]*(?:=\s*(\S*))?\s*$/i;

/** Whether a line is what stands before the atoms of the next configuration. */
export const beginsConfiguration = (line: string): boolean => line.trim() === "" || CONFIGURATION.test(line);

const reals = (line: string): number[] | undefined => {
  const numbers = splitTokens(line).map(parseReal);
  return numbers.length > 0 && numbers.every((x) => x !== undefined) ? (numbers as number[]) : undefined;
};

/** Walks what stands before the atoms, configuration after configuration. */
export class XdatcarHeadings {
  heading: XdatcarHeading | undefined;
  #headingText = "";
  #step: number | undefined;
  #first = 1;
  #spacing = 1;
  #offset = 0;
  #cartesian = false;
  #unnumbered = false;

  constructor(
    private readonly window: ByteWindow,
    private readonly notes: Notes,
  ) {}

  /** Up to the first atom of the next configuration; "cut" where the file ends before it. */
  async next(): Promise<XdatcarConfiguration | "cut" | undefined> {
    if (!this.heading && !(await this.#readHeading(""))) return this.window.offset === 0 ? undefined : "cut";
    let repeated = this.#step === undefined; // a heading stood before this configuration
    let blank = false;
    for (;;) {
      const line = await this.#peek();
      if (line === undefined) return repeated && this.#step !== undefined ? "cut" : undefined;
      const named = CONFIGURATION.exec(line);
      if (named) {
        const place = this.window.place;
        await this.window.takeLine();
        this.#cartesian = /^\s*c/i.test(line);
        return this.#configuration(place, { number: parseWhole(named[2] ?? ""), repeated });
      }
      if (line.trim() === "") {
        await this.window.takeLine();
        blank = true;
        continue;
      }
      const numbers = reals(line);
      if (numbers?.length === 3 || (repeated && blank))
        return this.#configuration(this.window.place, { number: undefined, repeated });
      // The comment of a heading may be blank; its scale is what comes first then.
      const comment = blank && numbers?.length === 1 ? "" : ((await this.window.takeLine()) ?? "");
      if (!(await this.#readHeading(comment))) return "cut";
      repeated = true;
      blank = false;
    }
  }

  async #peek(): Promise<string | undefined> {
    const { window } = this;
    if (window.at >= window.end && !(await window.fill())) return undefined;
    const { at: from, line } = window;
    const text = window.tryLine();
    window.at = from;
    window.line = line;
    return text;
  }

  #configuration(
    place: FilePlace,
    { number, repeated }: { readonly number: number | undefined; readonly repeated: boolean },
  ): XdatcarConfiguration {
    const last = this.#step;
    const { notes } = this;
    const file = place.file;
    let step = number === undefined ? (last === undefined ? 1 : last + this.#spacing) : number + this.#offset;
    if (number === undefined && !this.#unnumbered) {
      this.#unnumbered = true;
      notes.add(
        "configurations-unnumbered",
        `${file}: configurations without a number, the first in line ${place.line}, are counted on`,
      );
    }
    if (last === undefined) this.#first = step;
    else if (number !== undefined && repeated && step <= last && number <= this.#first) {
      this.#offset = last + this.#spacing - number;
      step = last + this.#spacing;
      notes.add(
        "runs-joined",
        `${file}:${place.line}: the configurations begin anew behind a new heading; taken as the run going on`,
        "if it is another run, cut the file into one for each",
      );
    } else if (step > last) this.#spacing = step - last;
    this.#step = step;
    return { step, heading: this.heading!, cartesian: this.#cartesian, place };
  }

  /** Reads the heading behind its comment (behind nothing when it is the file's first). False where the file ends. */
  async #readHeading(comment: string): Promise<boolean> {
    const { window } = this;
    const lines: string[] = [];
    const first = this.heading === undefined;
    const from = window.line - (first ? 0 : 1);
    if (!first) lines.push(comment);
    const wanted = (): number => (lines[5] !== undefined && /^\s*\d/.test(lines[5]) ? 6 : 7);
    while (lines.length < wanted()) {
      const line = await window.takeLine();
      if (line === undefined) {
        if (first && lines.length > 0) throw window.fault("the file ends in its heading", "it is cut short");
        return false;
      }
      lines.push(line.replace(/^\ufeff/, ""));
    }
    const text = lines.slice(1).join("\n");
    if (text === this.#headingText) return true;
    const heading = parseHeading(lines, { file: window.source.name, line: from });
    if (this.heading) checkSame(this.heading, heading, window.source.name);
    this.heading = heading;
    this.#headingText = text;
    return true;
  }
}

function parseHeading(lines: readonly string[], { file, line: from }: { file: string; line: number }): XdatcarHeading {
  const row = (i: number, what: string, lengths: readonly number[]): number[] => {
    const numbers = reals(lines[i]!);
    if (numbers && lengths.includes(numbers.length)) return numbers;
    throw new FormatError(
      { file, line: from + i },
      `expected ${what}, found ${quote(lines[i]!.trim())}`,
      /^\s*(\d+\s+){2}/.test(lines[0]!)
        ? "the XDATCAR of VASP 4 has no lattice: put the first five lines of the POSCAR and the counts in its place"
        : "an XDATCAR begins with comment, scale, three lattice vectors, species and counts",
    );
  };
  const given = row(1, "the scale factor", [1, 3]);
  const vectors = [2, 3, 4].flatMap((i) => row(i, `the lattice vector ${"abc"[i - 2]}`, [3]));
  const place = { file, line: from + 1 };
  if (given.some((s) => s === 0) || (given.length === 3 && given.some((s) => s < 0))) {
    throw new FormatError(
      place,
      `the scale is ${given.join(" ")}`,
      "one number, positive (a factor) or negative (minus the volume in Å³), or three positive ones",
    );
  }
  const [s = 1, sy = s, sz = s] = given;
  const scale = at(place, (): [number, number, number] => {
    if (s > 0) return [s, sy, sz];
    const factor = Math.cbrt(-s / makeCell(vectors).volume);
    return [factor, factor, factor];
  });
  const cell = at(place, () => makeCell(vectors.map((x, k) => x * scale[k % 3]!)));
  return { comment: lines[0]!, ...groups(lines, { file, line: from }), cell, scale };
}

function groups(lines: readonly string[], { file, line }: { file: string; line: number }) {
  const words = (i: number): string[] =>
    lines[i]!.replace(/[!#].*$/, "")
      .trim()
      .split(/\s+/);
  const named = lines.length === 7;
  const last = line + lines.length - 1;
  const counts = words(lines.length - 1).map(parseWhole);
  if (!counts.every((count): count is number => count !== undefined && count > 0)) {
    throw new FormatError(
      { file, line: last },
      `expected the number of atoms of each species, found ${quote(lines.at(-1)!.trim())}`,
      "give positive whole numbers",
    );
  }
  if (!named) return { names: undefined, counts, line: last };
  const names = words(5).map((word) => {
    const symbol = word.split(/[_/.-]/)[0]!;
    return isElement(symbol) ? symbol : at({ file, line: last - 1 }, () => elementNamed(symbol).symbol);
  });
  if (names.length !== counts.length) {
    throw new FormatError(
      { file, line: last },
      `${counts.length} counts for ${names.length} species`,
      `the species are ${names.join(" ")}`,
    );
  }
  return { names, counts, line: last };
}

function checkSame(first: XdatcarHeading, heading: XdatcarHeading, file: string): void {
  const say = ({ names, counts }: XdatcarHeading): string =>
    counts.map((count, i) => `${names?.[i] ?? "?"} ${count}`).join(", ");
  const same =
    first.counts.join(" ") === heading.counts.join(" ") && first.names?.join(" ") === heading.names?.join(" ");
  if (same) return;
  throw new FormatError(
    { file, line: heading.line },
    `the atoms are ${say(heading)}, in the first heading they were ${say(first)}`,
    "only trajectories of the same atoms in the same order can be analysed",
  );
}
