// Numbers as files write them, and as phonion writes them.

import { InputError } from "../base/index.js";
import { type LineReader, plural, quote } from "./text.js";

// Fortran writes 1.0D+00 and, when the exponent has three digits, 0.1-100 without a letter.
const REAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eEdD][+-]?\d+|[+-]\d{3})?$/;
const WHOLE = /^[+-]?\d+$/;

/** The number a token stands for; undefined when it is none or is not finite. */
export function parseReal(token: string): number | undefined {
  if (!REAL.test(token)) return undefined;
  let plain = token.replace(/[dD]/, "e");
  if (!/[eE]/.test(plain)) plain = plain.replace(/(\d\.?)([+-]\d{3})$/, "$1e$2");
  const value = Number(plain);
  return Number.isFinite(value) ? value : undefined;
}

/** The whole number a token stands for; undefined when it is none or is not exact. */
export function parseWhole(token: string): number | undefined {
  if (!WHOLE.test(token)) return undefined;
  const value = Number(token);
  return Number.isSafeInteger(value) ? value : undefined;
}

/**
 * The tokens of a line, numbers that ran together taken apart: "0.25-0.75" is two numbers because each has a decimal
 * point, "1.0-100" and "1.0E-05" are one.
 */
export function splitTokens(line: string): string[] {
  const tokens: string[] = [];
  for (const token of line.trim().split(/\s+/)) {
    if (token === "") continue;
    const parts = token.split(/(?<=[\d.])(?=[+-](?:\d+\.|\.\d))/);
    if (parts.length > 1 && parts.every((part) => parseReal(part) !== undefined)) tokens.push(...parts);
    else tokens.push(token);
  }
  return tokens;
}

/** Reads `count` numbers at the start of `tokens`; `what` names them in the complaint. */
export function takeReals(reader: LineReader, tokens: readonly string[], count: number, what: string): number[] {
  if (tokens.length < count) {
    const found = tokens.length === 0 ? "an empty line" : plural(tokens.length, "word");
    throw reader.fault(
      `expected ${what}: ${plural(count, "number")}, found ${found}`,
      `the line reads ${quote(tokens.join(" "))}`,
    );
  }
  return tokens.slice(0, count).map((token) => takeReal(reader, token, what));
}

export function takeReal(reader: LineReader, token: string, what: string): number {
  const value = parseReal(token);
  if (value === undefined) throw reader.fault(`expected ${what}, found ${quote(token)}`, numberHint(token));
  return value;
}

/** Reads a count: whole, at least `least`. */
export function takeCount(reader: LineReader, token: string | undefined, what: string, least = 0): number {
  const value = token === undefined ? undefined : parseWhole(token);
  if (value === undefined || value < least) {
    throw reader.fault(
      `expected ${what}, found ${token === undefined ? "nothing" : quote(token)}`,
      `give a whole number of at least ${least}`,
    );
  }
  return value;
}

export function numberHint(token: string): string {
  if (/nan|inf/i.test(token)) return "the program that wrote this file had lost the number; go back to its input";
  if (/^\*+$/.test(token))
    return "Fortran prints stars when a number does not fit its column; write it with more width";
  return "numbers look like -0.125, 1.25e-3 or 1.25D-03";
}

/** The shortest text that reads back as exactly this number. */
export function exact(value: number): string {
  if (!Number.isFinite(value)) {
    throw new InputError(
      `cannot write ${value} into a file of numbers`,
      "find where the number was lost before writing",
    );
  }
  return Object.is(value, -0) ? "-0.0" : String(value);
}

/** Numbers of one line, right-aligned, each with a space before it. */
export const columns = (values: Iterable<number>): string =>
  Array.from(values, (value) => ` ${exact(value).padStart(23)}`).join("");
