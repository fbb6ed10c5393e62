// Takes a value read from JSON apart, key by key, and says where it is not what it should be.

import { type F64, type FilePlace, FormatError, type I32, type Note } from "../base/index.js";
import { quote } from "./text.js";

/** One object of a file; `path` is how it is reached from the file's root. */
export class Fields {
  /** The object as it is. */
  readonly value: Readonly<Record<string, unknown>>;

  constructor(
    value: unknown,
    readonly place: FilePlace,
    readonly path = "",
  ) {
    if (typeof value !== "object" || value === null || Array.isArray(value) || ArrayBuffer.isView(value)) {
      throw new FormatError(
        place,
        `${path || "the file"} is ${shown(value)}, expected an object`,
        "the file is damaged, or of another kind",
      );
    }
    this.value = value as Readonly<Record<string, unknown>>;
  }

  has(key: string): boolean {
    return Object.hasOwn(this.value, key) && this.value[key] !== undefined;
  }

  /** The value of a key that must be there. */
  raw(key: string): unknown {
    if (!this.has(key))
      throw new FormatError(this.place, `${this.#at(key)} is missing`, "the file is damaged, or of another kind");
    return this.value[key];
  }

  number(key: string): number {
    const value = this.raw(key);
    return typeof value === "number" && Number.isFinite(value) ? value : this.#refuse(key, "a finite number");
  }

  /** A whole number of at least `least`. */
  whole(key: string, least: number): number {
    const value = this.raw(key);
    return Number.isSafeInteger(value) && (value as number) >= least
      ? (value as number)
      : this.#refuse(key, `a whole number of at least ${least}`);
  }

  text(key: string): string {
    const value = this.raw(key);
    return typeof value === "string" ? value : this.#refuse(key, "a text");
  }

  flag(key: string): boolean {
    const value = this.raw(key);
    return typeof value === "boolean" ? value : this.#refuse(key, "true or false");
  }

  /** Finite numbers, `length` of them unless it is undefined. */
  reals(key: string, length?: number): Float64Array<ArrayBuffer> {
    const value = this.raw(key);
    const list =
      value instanceof Float64Array || isNumberList(value)
        ? Float64Array.from(value)
        : this.#refuse(key, "a list of numbers");
    const wrong = list.findIndex((x) => !Number.isFinite(x));
    if (wrong >= 0)
      throw new FormatError(
        this.place,
        `${this.#at(key)}[${wrong}] is ${list[wrong]}`,
        "the run that wrote it had lost this number",
      );
    this.#expectLength(key, list, length);
    return list;
  }

  /** Whole numbers from `least` to below `end`. */
  wholes(
    key: string,
    { length, least, end }: { length?: number; least: number; end: number },
  ): Int32Array<ArrayBuffer> {
    const value = this.raw(key);
    const list =
      value instanceof Int32Array || isNumberList(value)
        ? Array.from(value as F64 | I32)
        : this.#refuse(key, "a list of whole numbers");
    const wrong = list.findIndex((x) => !Number.isSafeInteger(x) || x < least || x >= end);
    if (wrong >= 0)
      throw new FormatError(
        this.place,
        `${this.#at(key)}[${wrong}] is ${list[wrong]}, expected ${least} to ${end - 1}`,
        "the file is damaged",
      );
    this.#expectLength(key, list, length);
    return Int32Array.from(list);
  }

  /** Entries of a list, each read by `read`. */
  list<T>(key: string, read: (value: unknown, path: string) => T): T[] {
    const value = this.raw(key);
    return Array.isArray(value)
      ? value.map((entry, i) => read(entry, `${this.#at(key)}[${i}]`))
      : this.#refuse(key, "a list");
  }

  texts(key: string, length?: number): string[] {
    const value = this.raw(key);
    if (!Array.isArray(value) || value.some((entry) => typeof entry !== "string"))
      return this.#refuse(key, "a list of texts");
    this.#expectLength(key, value, length);
    return value as string[];
  }

  notes(key: string): Note[] {
    return this.list(key, (value, path) => {
      const note = new Fields(value, this.place, path);
      const plain = { code: note.text("code"), message: note.text("message") };
      return note.has("hint") ? { ...plain, hint: note.text("hint") } : plain;
    });
  }

  object(key: string): Fields {
    return new Fields(this.raw(key), this.place, this.#at(key));
  }

  #at(key: string): string {
    return this.path === "" ? key : `${this.path}.${key}`;
  }

  #expectLength(key: string, list: { readonly length: number }, length: number | undefined): void {
    if (length === undefined || list.length === length) return;
    throw new FormatError(
      this.place,
      `${this.#at(key)} has ${list.length} entries, expected ${length}`,
      "the file is damaged, or its parts are of different runs",
    );
  }

  #refuse(key: string, expected: string): never {
    throw new FormatError(
      this.place,
      `${this.#at(key)} is ${shown(this.raw(key))}, expected ${expected}`,
      "the file is damaged, or of another kind",
    );
  }
}

const isNumberList = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((entry) => typeof entry === "number");

function shown(value: unknown): string {
  if (typeof value === "string") return quote(value);
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return "a list";
  return typeof value === "object" && value !== null ? "an object" : String(value);
}
