// The comment line of an extended XYZ frame: key=value pairs (https://github.com/libAtoms/extxyz, and ASE's reading of it).
//
//   key=value   key="two words"   key={1 2 3}   key=[[1, 2], [3, 4]]   key="_JSON {\"a\": 1}"   flag
//
// In quotes a backslash makes the next character plain, and \n is a line end. Numbers, T/F and lists of them get their
// type; all else stays text. Quoted lists of nine numbers are matrices column by column, as ASE writes them.

import { type FilePlace, FormatError, InputError } from "../base/index.js";
import { exact, parseReal, parseWhole } from "./numbers.js";
import { quote } from "./text.js";

export type InfoValue = null | boolean | number | string | readonly InfoValue[] | { readonly [key: string]: InfoValue };

/** The pairs of a comment line in order. @throws FormatError for a key given twice or a quote that is not closed. */
export function parseInfo(line: string, place: FilePlace): Map<string, InfoValue> {
  const info = new Map<string, InfoValue>();
  const fault = (message: string, hint: string): FormatError => new FormatError(place, message, hint);
  let at = 0;
  const skipSpace = (): void => {
    while (at < line.length && /\s/.test(line[at]!)) at++;
  };
  for (skipSpace(); at < line.length; skipSpace()) {
    const key = takeWord(true);
    let value: InfoValue = true;
    skipSpace(); // "energy = -1.5" is one pair
    if (line[at] === "=") {
      at++;
      skipSpace();
      value = takeValue();
    }
    if (key === "") throw fault(`a value without a key in ${quote(line)}`, "pairs look like energy=-1.5");
    if (info.has(key)) throw fault(`${quote(key)} is given twice in the comment line`, "remove one of them");
    info.set(key, value);
  }
  return info;

  function takeWord(isKey: boolean): string {
    if (line[at] === '"' || line[at] === "'") return takeQuoted(line[at]!);
    const start = at;
    while (at < line.length && !/\s/.test(line[at]!) && !(isKey && line[at] === "=")) at++;
    return line.slice(start, at);
  }

  function takeQuoted(mark: string): string {
    let text = "";
    for (at++; at < line.length; at++) {
      const c = line[at]!;
      if (c === mark) {
        at++;
        return text;
      }
      if (c === "\\" && at + 1 < line.length) {
        at++;
        text += line[at] === "n" ? "\n" : line[at];
      } else text += c;
    }
    throw fault("a quote in the comment line is not closed", "close it on the same line");
  }

  function takeValue(): InfoValue {
    if (line[at] === "{") return asTyped(takeBraces());
    if (line[at] === "[") return takeBrackets();
    const quoted = line[at] === '"' || line[at] === "'";
    const text = takeWord(false);
    if (!text.startsWith("_JSON ")) return asTyped(text);
    if (!quoted) throw fault(`${quote(text)} is not quoted`, 'write key="_JSON …"');
    return parseJson(text.slice(6));
  }

  function takeBraces(): string {
    const end = line.indexOf("}", at);
    if (end < 0) throw fault('a "{" in the comment line is not closed', "close it on the same line");
    const text = line.slice(at + 1, end);
    at = end + 1;
    return text;
  }

  function takeBrackets(): InfoValue {
    const start = at;
    let depth = 0;
    for (; at < line.length; at++) {
      if (line[at] === "[") depth++;
      if (line[at] === "]" && --depth === 0) {
        at++;
        const text = line.slice(start, at);
        // ASE takes [1 2 3] for a list too.
        return /[,"[]/.test(text.slice(1))
          ? parseJson(text.replace(/\bT\b/g, "true").replace(/\bF\b/g, "false"))
          : asTyped(text.slice(1, -1));
      }
    }
    throw fault('a "[" in the comment line is not closed', "close it on the same line");
  }

  function parseJson(text: string): InfoValue {
    try {
      return JSON.parse(text) as InfoValue;
    } catch (error) {
      throw new FormatError(place, `${quote(text)} is not JSON`, "lists look like [1.0, 2.0]", {}, error);
    }
  }
}

/** Text as number, truth value or a list of them, where every word is one; else as it is. */
function asTyped(text: string): InfoValue {
  const words = text.split(/[\s,]+/).filter((word) => word !== "");
  if (words.length === 0) return text;
  const typed = words.map((word) => parseReal(word) ?? truth(word));
  if (typed.some((value) => value === undefined) || new Set(typed.map((value) => typeof value)).size !== 1) return text;
  return words.length === 1 ? typed[0]! : (typed as InfoValue[]);
}

const TRUTH: Readonly<Record<string, boolean>> = {
  T: true,
  F: false,
  True: true,
  False: false,
  true: true,
  false: false,
};
const truth = (word: string): boolean | undefined => (Object.hasOwn(TRUTH, word) ? TRUTH[word] : undefined);

/** One key=value pair that `parseInfo` and ASE read back as the same value. */
export function writePair(key: string, value: InfoValue): string {
  if (key === "" || CONTROL.test(key))
    throw new InputError(`${quote(key)} cannot be a key of a comment line`, "use a word");
  const name = /^[A-Za-z_][\w-]*$/.test(key) ? key : escaped(key);
  return `${name}=${plainForm(value) ?? escaped(`_JSON ${JSON.stringify(value, finite)}`)}`;
}

const CONTROL = /\p{Cc}/u;
const finite = (_key: string, value: unknown): unknown => (typeof value === "number" ? Number(exact(value)) : value);

/** The short form of a value; undefined when only JSON would be read back as the same. */
function plainForm(value: InfoValue): string | undefined {
  if (typeof value === "boolean") return value ? "T" : "F";
  if (typeof value === "number") return exact(value);
  if (typeof value === "string") {
    if (CONTROL.test(value) || value === "" || value.startsWith("_JSON ") || asTyped(value) !== value) return undefined;
    return /^[\w.:+/-]+$/.test(value) ? value : escaped(value);
  }
  if (!Array.isArray(value) || value.length < 2) return undefined;
  const kinds = new Set(value.map((entry: InfoValue) => typeof entry));
  if (kinds.size !== 1 || !(kinds.has("number") || kinds.has("boolean"))) return undefined;
  return `"${value.map((entry: InfoValue) => plainForm(entry)).join(" ")}"`;
}

const escaped = (text: string): string => `"${text.replace(/["\\]/g, "\\$&")}"`;

/** Names and types of a `Properties` value, e.g. "species:S:1:pos:R:3". */
export interface PropertyColumn {
  readonly name: string;
  readonly type: "S" | "R" | "I" | "L";
  readonly width: number;
}

/** @throws FormatError when the list is malformed or names a column twice. */
export function parseProperties(text: string, place: FilePlace): PropertyColumn[] {
  const fields = text.split(":");
  const columns: PropertyColumn[] = [];
  for (let i = 0; i < fields.length; i += 3) {
    const [name = "", type = "", width = ""] = fields.slice(i, i + 3);
    const count = parseWhole(width);
    if (name === "" || !/^[SRIL]$/.test(type) || count === undefined || count < 1 || count > 1000) {
      throw new FormatError(
        place,
        `cannot read ${quote(fields.slice(i, i + 3).join(":"))} in Properties`,
        "columns are name:type:count with the types S, R, I and L",
      );
    }
    if (columns.some((column) => column.name === name)) {
      throw new FormatError(place, `Properties names ${quote(name)} twice`, "give every column its own name");
    }
    columns.push({ name, type: type as PropertyColumn["type"], width: count });
  }
  return columns;
}
