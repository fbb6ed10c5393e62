// A text file as numbered lines. Every reader walks one of these, so every complaint names file and line.

import { type FilePlace, FormatError, type Notes, PhonionError } from "../base/index.js";

/** What every reader takes as its last argument. */
export interface ReadOptions {
  /** Collects what the reader decided on its own: names taken from a comment, data that was left out. */
  readonly notes?: Notes;
}

/** Control characters other than tabs, line ends and form feeds. */
const NOT_TEXT = /(?![\t\n\v\f\r])\p{Cc}/u;

/** Lines of a text with Unix, Windows or old Macintosh ends and with or without a byte-order mark. */
export const splitLines = (text: string): string[] => text.replace(/^\ufeff/, "").split(/\r\n|\n|\r/);

/** Walks the lines of a file, front to back. */
export class LineReader {
  readonly file: string;
  readonly #lines: readonly string[];
  #next = 0;

  /** @throws FormatError when the text is empty or is not text. */
  constructor(text: string, place: FilePlace) {
    this.file = place.file;
    this.#lines = splitLines(text);
    requireText(this.#lines, place.file);
  }

  /** Number, from 1, of the line taken last. */
  get line(): number {
    return this.#next;
  }

  get place(): FilePlace {
    return { file: this.file, line: Math.max(1, this.#next) };
  }

  /** Lines not taken yet; trailing blank ones included. */
  get remaining(): number {
    return this.#lines.length - this.#next;
  }

  /** The next line without taking it; undefined at the end. */
  peek(): string | undefined {
    return this.#lines[this.#next];
  }

  /** Takes the next line. `what` names what should stand there, e.g. "the lattice vector a". */
  take(what: string): string {
    const line = this.#lines[this.#next];
    if (line === undefined) throw this.endsBefore(what);
    this.#next++;
    return line;
  }

  /** Takes the next line that is not blank; undefined when there is none. */
  takeFilled(): string | undefined {
    while (this.#next < this.#lines.length) {
      const line = this.#lines[this.#next++]!;
      if (line.trim() !== "") return line;
    }
    return undefined;
  }

  endsBefore(what: string): FormatError {
    return new FormatError(
      { file: this.file, line: this.#lines.length },
      `the file ends where ${what} should stand`,
      "the file is cut short, or a count in it is too large",
    );
  }

  /** A complaint about the line taken last. */
  fault(message: string, hint: string): FormatError {
    return new FormatError(this.place, message, hint);
  }
}

function requireText(lines: readonly string[], file: string): void {
  const empty = lines.every((line) => line.trim() === "");
  if (empty) throw new FormatError({ file, line: 1 }, "the file is empty", "check the path, or write the file again");
  for (const [i, line] of lines.entries()) requireTextLine(line, { file, line: i + 1 });
}

/** @throws FormatError when the line holds characters no text has. */
export function requireTextLine(line: string, place: FilePlace): void {
  const column = line.search(NOT_TEXT);
  if (column < 0) return;
  const code = line.charCodeAt(column).toString(16).padStart(2, "0");
  throw new FormatError(
    place,
    `column ${column + 1} holds the control character 0x${code}: this is not a text file`,
    "unpack it if it is compressed; binary files need their own reader",
  );
}

/** Runs `make` and gives any complaint that has no place yet the place where its cause stands. */
export function at<T>(place: FilePlace, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof FormatError || !(error instanceof PhonionError)) throw error;
    throw new FormatError(place, error.message, error.hint, error.context, error);
  }
}

/** A piece of a file as it is quoted in a message: short, without line ends. */
export function quote(text: string): string {
  const short = text.length > 40 ? `${text.slice(0, 37)}…` : text;
  return `"${short}"`;
}

export const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;
