// Extended XYZ, the exchange format of trajectories and training sets, and plain XYZ.
//
//   n
//   Lattice="ax ay az bx by bz cx cy cz" Properties=species:S:1:pos:R:3:forces:R:3 energy=-1.5 pbc="T T T"
//   Li 0.0 0.0 0.0 0.1 0.0 0.0
//
// Units as ASE writes them: Å, eV, eV/Å; `stress` eV/Å³, tension positive; `virial` eV = −V·stress; `momenta` √(amu eV);
// `vel`, `velo` and `velocities` Å/fs; `masses` amu. Columns and keys without a meaning here are kept as they are.

import { type FilePlace, FormatError } from "../base/index.js";
import { buildFrame, type ExtxyzFrame, type ExtxyzReadOptions, type Heading, readHeading } from "./extxyz-frame.js";
import { parseWhole } from "./numbers.js";
import { quote, requireTextLine, splitLines } from "./text.js";

const MOST_ATOMS = 100_000_000;

/** All frames of a file. @throws FormatError with file and line; also when there is no frame. */
export const readExtxyz = (text: string, place: FilePlace, options: ExtxyzReadOptions = {}): ExtxyzFrame[] => [
  ...extxyzFrames([text], place, options),
];

/** Frames one by one, from a text that comes in pieces. */
export function* extxyzFrames(
  chunks: Iterable<string>,
  place: FilePlace,
  options: ExtxyzReadOptions = {},
): Generator<ExtxyzFrame> {
  const lines = new ChunkedLines();
  const assembler = new FrameAssembler(place, options);
  for (const chunk of chunks) yield* framesOf(lines.push(chunk), assembler);
  yield* framesOf(lines.end(), assembler);
  assembler.end();
}

/** The same for pieces that arrive over time, e.g. from a file being read. */
export async function* streamExtxyz(
  chunks: AsyncIterable<string>,
  place: FilePlace,
  options: ExtxyzReadOptions = {},
): AsyncGenerator<ExtxyzFrame> {
  const lines = new ChunkedLines();
  const assembler = new FrameAssembler(place, options);
  for await (const chunk of chunks) yield* framesOf(lines.push(chunk), assembler);
  yield* framesOf(lines.end(), assembler);
  assembler.end();
}

function* framesOf(lines: readonly string[], assembler: FrameAssembler): Generator<ExtxyzFrame> {
  for (const line of lines) {
    const frame = assembler.push(line);
    if (frame) yield frame;
  }
}

/** Puts lines back together that a chunk border cut. */
class ChunkedLines {
  #rest = "";

  push(chunk: string): string[] {
    const text = this.#rest + chunk;
    // A "\r" at the very end may be half of "\r\n".
    const end = Math.max(text.lastIndexOf("\n"), text.slice(0, -1).lastIndexOf("\r"));
    this.#rest = text.slice(end + 1);
    return end < 0 ? [] : splitLines(text.slice(0, text.startsWith("\r\n", end - 1) ? end - 1 : end));
  }

  end(): string[] {
    const rest = this.#rest;
    this.#rest = "";
    return rest === "" ? [] : splitLines(rest);
  }
}

/** Takes lines, gives a frame whenever one is complete. */
class FrameAssembler {
  #line = 0;
  #frames = 0;
  #atoms = 0;
  #heading: Heading | undefined;
  #state: "count" | "comment" | "atoms" = "count";
  #rows: string[][] = [];

  constructor(
    private readonly where: FilePlace,
    private readonly options: ExtxyzReadOptions,
  ) {}

  push(line: string): ExtxyzFrame | undefined {
    this.#line++;
    requireTextLine(line, this.#place());
    if (this.#state === "count") this.#takeCount(line);
    else if (this.#state === "comment") {
      this.#heading = readHeading(line, this.#place());
      this.#rows = [];
      this.#state = "atoms";
    } else {
      this.#rows.push(this.#takeRow(line, this.#heading!));
      if (this.#rows.length === this.#atoms) return this.#finish(this.#heading!);
    }
    return undefined;
  }

  end(): void {
    if (this.#state !== "count") {
      const missing =
        this.#state === "comment" ? "its comment line" : `atom ${this.#rows.length + 1} of ${this.#atoms}`;
      throw new FormatError(
        this.#place(),
        `the file ends in frame ${this.#frames + 1} before ${missing}`,
        "the file is cut short, or the count is too large",
      );
    }
    if (this.#frames === 0)
      throw new FormatError({ ...this.where, line: 1 }, "the file is empty", "check the path, or write the file again");
  }

  #place(): FilePlace {
    return { file: this.where.file, line: Math.max(1, this.#line) };
  }

  #takeCount(line: string): void {
    const token = line.trim();
    if (token === "") return;
    const count = parseWhole(token);
    if (count === undefined || count < 1 || count > MOST_ATOMS) {
      throw new FormatError(
        this.#place(),
        `expected the number of atoms of frame ${this.#frames + 1}, found ${quote(token)}`,
        `a whole number from 1 to ${MOST_ATOMS}; is a count before this line too small?`,
      );
    }
    this.#atoms = count;
    this.#state = "comment";
  }

  #takeRow(line: string, heading: Heading): string[] {
    const words = line.trim().split(/\s+/);
    const wanted = heading.columns.reduce((sum, { width }) => sum + width, 0);
    if (words.length < wanted || (!heading.plain && words.length > wanted)) {
      throw new FormatError(
        this.#place(),
        `atom ${this.#rows.length + 1} has ${words[0] === "" ? 0 : words.length} columns, expected ${wanted}`,
        `the columns are ${heading.columns.map(({ name, width }) => `${name} (${width})`).join(", ")}`,
      );
    }
    return words;
  }

  #finish(heading: Heading): ExtxyzFrame {
    const frame = buildFrame(this.#rows, heading, { place: this.#place(), options: this.options });
    this.#frames++;
    this.#state = "count";
    return frame;
  }
}
