// A binary file that arrives in pieces: so many bytes in one piece, or so many passed over.

import { FormatError } from "../base/index.js";
import type { ByteSource } from "./bytes.js";

/** Largest piece that is waited for: more is a damaged length. */
const LARGEST = 2 ** 31;

export class ByteStream {
  /** Bytes of the file before the next one. */
  offset = 0;
  #chunk: Uint8Array = new Uint8Array(0);
  #at = 0;
  #done = false;
  #closed = false;
  #held: Uint8Array = new Uint8Array(0); // holds what is put together of several chunks
  #rest: Uint8Array | undefined; // of a chunk of which the beginning was needed there
  readonly #chunks: AsyncIterator<Uint8Array>;

  constructor(
    readonly source: ByteSource,
    signal?: AbortSignal,
  ) {
    this.#chunks = source.chunks(signal ? { signal } : {})[Symbol.asyncIterator]();
  }

  fault(message: string, hint: string, offset = this.offset): FormatError {
    return new FormatError({ file: this.source.name }, `${message} (at byte ${offset})`, hint, { offset });
  }

  /** The next `count` bytes, a view that the next call may overwrite; undefined where the file ends before. */
  async take(count: number): Promise<DataView | undefined> {
    if (count > LARGEST) throw this.fault(`a record of ${count} bytes`, "the file is damaged");
    if (this.#chunk.length - this.#at < count && !(await this.#gather(count))) return undefined;
    const view = new DataView(this.#chunk.buffer, this.#chunk.byteOffset + this.#at, count);
    this.#at += count;
    this.offset += count;
    return view;
  }

  /** Makes the current chunk hold `count` bytes from `#at` on. */
  async #gather(count: number): Promise<boolean> {
    let rest = this.#chunk.length - this.#at;
    if (rest === 0) {
      // Nothing to keep: what comes next is used as it is.
      const next = await this.#next();
      if (!next) return false;
      this.#chunk = next;
      this.#at = 0;
      rest = next.length;
      if (rest >= count) return true;
    }
    if (this.#held.length < count || this.#held.buffer === this.#chunk.buffer) this.#held = new Uint8Array(2 * count);
    const gathered = this.#held;
    gathered.set(this.#chunk.subarray(this.#at));
    while (rest < count) {
      const next = await this.#next();
      if (!next) {
        this.#chunk = gathered.subarray(0, rest);
        this.#at = 0;
        return false;
      }
      const part = Math.min(next.length, count - rest);
      gathered.set(next.subarray(0, part), rest);
      rest += part;
      if (part < next.length) this.#rest = next.subarray(part);
    }
    this.#chunk = gathered.subarray(0, rest);
    this.#at = 0;
    return true;
  }

  async #next(): Promise<Uint8Array | undefined> {
    if (this.#rest) {
      const rest = this.#rest;
      this.#rest = undefined;
      return rest;
    }
    while (!this.#done) {
      const next = await this.#chunks.next();
      if (next.done) this.#done = true;
      else if (next.value.length > 0) return next.value;
    }
    return undefined;
  }

  /** Passes over `count` bytes; false where the file ends before. */
  async skip(count: number): Promise<boolean> {
    let left = count;
    for (;;) {
      const part = Math.min(left, this.#chunk.length - this.#at);
      this.#at += part;
      this.offset += part;
      left -= part;
      if (left === 0) return true;
      const next = await this.#next();
      if (!next) return false;
      this.#chunk = next;
      this.#at = 0;
    }
  }

  /** Whether the file ends here. */
  async atEnd(): Promise<boolean> {
    while (this.#at >= this.#chunk.length) {
      const next = await this.#next();
      if (!next) return true;
      this.#chunk = next;
      this.#at = 0;
    }
    return false;
  }

  /** Ends reading: the source may close its file. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#chunks.return?.();
  }
}
