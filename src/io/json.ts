// JSON in and out for people: exact numbers, short lists on one line, and complaints with a line.

import { type FilePlace, FormatError, InputError, NumericError } from "../base/index.js";
import { quote, splitLines } from "./text.js";

/** JSON.parse whose complaint has a line. */
export function parseJson(text: string, place: FilePlace): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ""));
  } catch (error) {
    const offset = faultOffset(text);
    const line = splitLines(text.slice(0, offset)).length;
    const found =
      text.slice(offset).trim() === ""
        ? "the text ends too early"
        : `cannot read on at ${quote(text.slice(offset, offset + 12))}`;
    throw new FormatError(
      { ...place, line },
      `this is not JSON: ${found}`,
      "the file is cut short or damaged; write it again",
      {},
      error,
    );
  }
}

const TOKEN =
  /[ \t\r\n]*(?:("(?:[^"\\\r\n]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)|([[\]{},:]))/y;

/** Offset of the first token that cannot stand where it stands. */
function faultOffset(text: string): number {
  const open: string[] = [];
  let expected: "value" | "value or ]" | "key" | "key or }" | ":" | ", or end" = "value";
  TOKEN.lastIndex = 0;
  for (let from = 0; ; from = TOKEN.lastIndex) {
    const match = TOKEN.exec(text);
    const start = from + (/^[ \t\r\n]*/.exec(text.slice(from, from + 1000))?.[0].length ?? 0);
    if (!match) return start;
    const [, string, scalar, mark] = match;
    const value = string !== undefined || scalar !== undefined || mark === "[" || mark === "{";
    if (expected.startsWith("value") && value) {
      if (mark) open.push(mark);
      expected = mark === "[" ? "value or ]" : mark === "{" ? "key or }" : ", or end";
    } else if (expected.startsWith("key") && string !== undefined) expected = ":";
    else if (expected === ":" && mark === ":") expected = "value";
    else if (expected === ", or end" && mark === "," && open.length > 0)
      expected = open.at(-1) === "[" ? "value" : "key";
    else if (mark === "]" && open.at(-1) === "[" && /^value or|^,/.test(expected))
      open.pop() && (expected = ", or end");
    else if (mark === "}" && open.at(-1) === "{" && /^key or|^,/.test(expected)) open.pop() && (expected = ", or end");
    else return start;
  }
}

/** Longest list of plain values that stays on one line. */
const LINE_WIDTH = 110;

/**
 * Readable JSON. Typed arrays become lists; numbers have the shortest digits that read back as the same f64; keys whose
 * value is undefined are left out.
 * @throws NumericError for a number that is not finite, naming its path; InputError for what JSON cannot hold.
 */
export const writeJson = (value: unknown): string => `${printed(value, "", "")}\n`;

function printed(value: unknown, indent: string, path: string): string {
  if (typeof value === "number") {
    if (Number.isFinite(value)) return Object.is(value, -0) ? "-0" : String(value);
    throw new NumericError(
      `${path || "the value"} is ${value}, which JSON cannot hold`,
      "use null for a number that is not defined",
      { path },
    );
  }
  if (value === null || typeof value === "boolean" || typeof value === "string") return JSON.stringify(value);
  if (
    value instanceof Float64Array ||
    value instanceof Int32Array ||
    value instanceof Uint8Array ||
    Array.isArray(value)
  ) {
    return printedList(Array.from(value as ArrayLike<unknown>), indent, path);
  }
  if (typeof value !== "object")
    throw new InputError(`${path || "the value"} is a ${typeof value}, which JSON cannot hold`, "use plain values");
  const inner = `${indent}  `;
  const entries = Object.entries(value)
    .filter(([, entry]) => entry !== undefined)
    .map(
      ([key, entry]) =>
        `${inner}${JSON.stringify(key)}: ${printed(entry, inner, path === "" ? key : `${path}.${key}`)}`,
    );
  return entries.length === 0 ? "{}" : `{\n${entries.join(",\n")}\n${indent}}`;
}

function printedList(list: readonly unknown[], indent: string, path: string): string {
  const inner = `${indent}  `;
  const parts = list.map((entry, i) => printed(entry, inner, `${path}[${i}]`));
  if (parts.every((part) => !part.includes("\n"))) {
    const flat = `[${parts.join(", ")}]`;
    if (list.every((entry) => typeof entry === "number") || flat.length + indent.length <= LINE_WIDTH) return flat;
  }
  return `[\n${parts.map((part) => inner + part).join(",\n")}\n${indent}]`;
}
