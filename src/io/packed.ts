// JSON that keeps every bit: run stores, and files between commands.
//
//   Float64Array → {"$f64": base64}   Float32Array → {"$f32": base64}   Int32Array → {"$i32": base64}
//   Uint8Array → {"$u8": base64}   (little-endian)
//   NaN, ±Infinity, −0 → {"$num": "NaN"}   an object with a key that begins with "$" → {"$obj": [[key, value], …]}
//
// Other numbers are printed as JSON prints them: the shortest digits that read back as the same f64.

import { type FilePlace, FormatError, InputError } from "../base/index.js";
import { fromBase64, toBase64 } from "./base64.js";
import { parseJson } from "./json.js";

type Plain = null | boolean | number | string | Plain[] | { [key: string]: Plain };

/** @throws InputError for what JSON cannot hold: functions, symbols, big integers, Maps, undefined inside arrays. */
export const packJson = (value: unknown): string => JSON.stringify(packed(value, "value"));

function packed(value: unknown, path: string): Plain {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number")
    return Number.isFinite(value) && !Object.is(value, -0)
      ? value
      : { $num: Object.is(value, -0) ? "-0" : String(value) };
  if (Array.isArray(value)) return value.map((entry, i) => packed(entry, `${path}[${i}]`));
  if (value instanceof Float64Array) return { $f64: toBase64(littleEndian(value)) };
  if (value instanceof Float32Array) return { $f32: toBase64(littleEndian(value)) };
  if (value instanceof Int32Array) return { $i32: toBase64(littleEndian(value)) };
  if (value instanceof Uint8Array) return { $u8: toBase64(value) };
  const prototype: unknown = typeof value === "object" ? Object.getPrototypeOf(value) : undefined;
  if (prototype !== Object.prototype && prototype !== null) {
    const what = typeof value === "object" ? value!.constructor.name : typeof value;
    throw new InputError(`${path} is ${what}, which JSON cannot hold`, "store plain values and typed arrays", { path });
  }
  const entries = Object.entries(value as object)
    .filter(([, entry]) => entry !== undefined)
    .map(([key, entry]): [string, Plain] => [key, packed(entry, `${path}.${key}`)]);
  return entries.some(([key]) => key.startsWith("$")) ? { $obj: entries } : Object.fromEntries(entries);
}

/** @throws FormatError with the line where the text stops being JSON. */
export function unpackJson(text: string, place: FilePlace = { file: "JSON" }): unknown {
  // packJson writes one line, so that is where a damaged entry stands.
  return unpacked(parseJson(text, place) as Plain, { ...place, line: place.line ?? 1 }, "value");
}

const NUMBERS: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  "-Infinity": Number.NEGATIVE_INFINITY,
  "-0": -0,
};
const ARRAYS = {
  $f64: [Float64Array, 8],
  $f32: [Float32Array, 4],
  $i32: [Int32Array, 4],
  $u8: [Uint8Array, 1],
} as const;

function unpacked(value: Plain, place: FilePlace, path: string): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((entry, i) => unpacked(entry, place, `${path}[${i}]`));
  const entries = Object.entries(value);
  const [key, content] = entries[0] ?? ["", null];
  if (!key.startsWith("$"))
    return Object.fromEntries(entries.map(([name, entry]) => [name, unpacked(entry, place, `${path}.${name}`)]));
  const fault = (): FormatError =>
    new FormatError(place, `${path} holds a damaged ${key}`, "the file is damaged; write it again");
  if (entries.length !== 1) throw fault();
  if (key === "$num" && typeof content === "string" && Object.hasOwn(NUMBERS, content)) return NUMBERS[content];
  if (key === "$obj" && Array.isArray(content) && content.every(isEntry)) {
    return Object.fromEntries(content.map(([name, entry]) => [name, unpacked(entry, place, `${path}.${name}`)]));
  }
  if (typeof content === "string" && Object.hasOwn(ARRAYS, key)) {
    const [make, width] = ARRAYS[key as keyof typeof ARRAYS];
    const bytes = fromBase64(content);
    if (bytes && bytes.length % width === 0)
      return make === Uint8Array ? bytes : new make(littleEndian(bytes, width).buffer);
  }
  throw fault();
}

const isEntry = (entry: Plain): entry is [string, Plain] =>
  Array.isArray(entry) && entry.length === 2 && typeof entry[0] === "string";

const LITTLE = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Bytes of `array` in little-endian order, copied only on a big-endian machine. */
function littleEndian(
  array: Float64Array | Float32Array | Int32Array | Uint8Array<ArrayBuffer>,
  width: number = array.BYTES_PER_ELEMENT,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(array.buffer as ArrayBuffer, array.byteOffset, array.byteLength);
  if (LITTLE || width === 1) return bytes;
  const turned = new Uint8Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) turned[i] = bytes[i - (i % width) + width - 1 - (i % width)]!;
  return turned;
}
