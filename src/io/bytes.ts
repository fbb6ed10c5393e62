// Long files as bytes that arrive in pieces, and a window over them that always ends at the end of a line, so that the hot loops
// of the trajectory readers run over whole lines without waiting and without making strings.

import { type FilePlace, FormatError } from "../base/index.js";
import { quote } from "./text.js";

/** A file, or anything like it, that can be read from its beginning any number of times. Whoever opens files makes these (host). */
export interface ByteSource {
  /** What complaints call it. */
  readonly name: string;
  /** Bytes that `chunks` will give in all, when that is known before reading. */
  readonly size?: number;
  /** Every call starts anew. A chunk belongs to whoever asked for it and is not changed afterwards. */
  chunks(options?: { readonly signal?: AbortSignal }): AsyncIterable<Uint8Array>;
}

/** Bytes in memory as a source, in pieces of `chunkBytes` (default: all at once). */
export function memorySource(name: string, data: Uint8Array | string, chunkBytes?: number): ByteSource {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  return {
    name,
    size: bytes.length,
    async *chunks({ signal } = {}) {
      const step = chunkBytes ?? Math.max(1, bytes.length);
      for (let at = 0; at < bytes.length; at += step) {
        signal?.throwIfAborted();
        yield bytes.subarray(at, at + step);
      }
    },
  };
}

export const NEWLINE = 10;
export const RETURN = 13;
const SPACE = 32;
const TAB = 9;

/** Longest line that is waited for: a binary file has no line ends at all. */
const LONGEST_LINE = 1 << 24;

/**
 * Whole lines of a source. `bytes[at..end)` are lines that have arrived completely; readers move `at` and count `line`.
 * Lines end with \n, \r\n or \r, also mixed.
 */
export class ByteWindow {
  bytes: Uint8Array = new Uint8Array(0);
  at = 0;
  end = 0;
  /** Number, from 1, of the line that begins at `at`. */
  line = 1;
  /** The window's last line is the file's last and has no line end: it may have been cut in the middle of a number. */
  ragged = false;
  #length = 0; // bytes that have arrived; those behind `end` are the beginning of a line
  #before = 0; // bytes of the file before the window
  #done = false;
  #wholeEnd = 0;
  #closed = false;
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #decoder = new TextDecoder();

  constructor(
    readonly source: ByteSource,
    signal?: AbortSignal,
  ) {
    this.#chunks = source.chunks(signal ? { signal } : {})[Symbol.asyncIterator]();
  }

  /** End of the last line that has its own end: `end`, but for a ragged last line. */
  get wholeEnd(): number {
    return this.ragged ? this.#wholeEnd : this.end;
  }

  /** Bytes of the file before `at`. */
  get offset(): number {
    return this.#before + this.at;
  }

  get place(): FilePlace {
    return { file: this.source.name, line: this.line };
  }

  fault(message: string, hint: string, line = this.line): FormatError {
    return new FormatError({ file: this.source.name, line }, message, hint);
  }

  /** Waits until at least one more line is there; false at the end of the file. Positions in `bytes` change. */
  async fill(): Promise<boolean> {
    while (!this.#done) {
      const next = await this.#chunks.next();
      if (next.done) {
        this.#done = true;
        this.ragged = this.#length > this.end && this.bytes[this.#length - 1] !== RETURN;
        if (this.ragged) this.#closeLine();
        else this.end = this.#length;
        return this.end > this.at;
      }
      if (next.value.length === 0) continue;
      this.#append(next.value);
      if (this.end > this.at) return true;
      if (this.#length - this.at > LONGEST_LINE) {
        throw this.fault(`a line is longer than ${LONGEST_LINE} bytes`, "is this a text file?");
      }
    }
    return false;
  }

  #append(chunk: Uint8Array): void {
    const rest = this.#length - this.at;
    this.#before += this.at;
    if (rest === 0) this.bytes = chunk;
    else {
      // Room to grow: pieces of one byte must not cost a copy of the line each.
      if (this.bytes.length - this.#length < chunk.length || !this.#own) {
        const grown = new Uint8Array(Math.max(rest + chunk.length, 2 * rest));
        grown.set(this.bytes.subarray(this.at, this.#length));
        this.bytes = grown;
        this.#own = true;
      } else this.bytes.copyWithin(0, this.at, this.#length);
      this.bytes.set(chunk, rest);
    }
    if (rest === 0) this.#own = false;
    this.#length = rest + chunk.length;
    this.at = 0;
    // A \r at the very end may be half of \r\n.
    const arrived = this.bytes.subarray(0, this.#length);
    this.end = Math.max(arrived.lastIndexOf(NEWLINE), arrived.subarray(0, -1).lastIndexOf(RETURN)) + 1;
    if (this.bytes[this.end] === NEWLINE && this.bytes[this.end - 1] === RETURN) this.end++;
  }

  #own = false; // `bytes` is a buffer of ours, not somebody's chunk

  /** Gives the last line the end it lacks, so that no parser runs on behind it. */
  #closeLine(): void {
    this.#wholeEnd = this.end;
    const closed = new Uint8Array(this.#length + 1);
    closed.set(this.bytes.subarray(0, this.#length));
    closed[this.#length] = NEWLINE;
    this.bytes = closed;
    this.#length++;
    this.end = this.#length;
  }

  /** The next line as text without its end; undefined when none is in the window. */
  tryLine(): string | undefined {
    if (this.at >= this.end) return undefined;
    const from = this.at;
    const to = this.#lineEnd(from);
    this.at = this.#afterEnd(to);
    this.line++;
    return this.#decoder.decode(this.bytes.subarray(from, to));
  }

  /** The next line as text; undefined at the end of the file. */
  async takeLine(): Promise<string | undefined> {
    return this.tryLine() ?? ((await this.fill()) ? this.tryLine() : undefined);
  }

  /** Passes over up to `count` lines of the window; the number passed. */
  skipLines(count: number): number {
    let passed = 0;
    while (passed < count && this.at < this.end) {
      this.at = this.#afterEnd(this.#lineEnd(this.at));
      passed++;
    }
    this.line += passed;
    return passed;
  }

  #lineEnd(from: number): number {
    const { bytes, end } = this;
    for (let i = from; i < end; i++) {
      const byte = bytes[i]!;
      if (byte === NEWLINE || byte === RETURN) return i;
    }
    return end;
  }

  #afterEnd(at: number): number {
    if (at >= this.end) return this.end;
    return this.bytes[at] === RETURN && at + 1 < this.end && this.bytes[at + 1] === NEWLINE ? at + 2 : at + 1;
  }

  /** Text of the word that begins at `from`, for a complaint. */
  wordAt(from: number): string {
    let to = from;
    while (to < this.end && this.bytes[to]! > SPACE) to++;
    return this.#decoder.decode(this.bytes.subarray(from, to));
  }

  /** Ends reading: the source may close its file. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#chunks.return?.();
  }
}

export const isBlank = (byte: number): boolean => byte === SPACE || byte === TAB;

/** The complaint about a word that is no number. */
export function numberFault(window: ByteWindow, from: number, what: string): FormatError {
  const word = window.wordAt(from);
  if (word === "") return window.fault(`the line ends before ${what}`, "the file is cut short or edited");
  const lost = /nan|inf/i.test(word);
  return window.fault(
    `expected ${what}, found ${quote(word)}`,
    lost
      ? "the program that wrote this file had lost the number; go back to its input"
      : "numbers look like -0.125 or 1.25e-3",
  );
}
