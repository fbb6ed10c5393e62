// Decimal numbers straight from bytes, correctly rounded to f64, without making a string in all common cases.
//
// The digits become two whole numbers below 10⁹, A and B, exactly. With at most 15 digits A·10ᵏ + B is an exact f64, and one
// multiplication or division by a power of ten up to 10²² rounds once: the result is correctly rounded (W. D. Clinger,
// doi:10.1145/93542.93557). With 16 to 18 digits the quotient by 10ᵉ is formed in double-double arithmetic (T. J. Dekker,
// doi:10.1007/BF01397083), error below 2⁻¹⁰⁰ of the value; it decides the rounding unless the number is within that of a
// midpoint between two f64. Those, longer numbers and large exponents go to Number(), which rounds correctly by definition.

import { parseReal } from "./numbers.js";

const POWERS = Float64Array.from({ length: 23 }, (_, k) => Number(`1e${k}`)); // exact up to 10²²
const SPLITTER = 2 ** 27 + 1;

/** A place in bytes: what was parsed and where it ended. `at` < 0 after `parseNumber` found no number. */
export interface NumberCursor {
  at: number;
}

/**
 * The number at `cursor.at` (blanks before it are passed over), times 10^`shift`, rounded once. Moves the cursor behind it, or sets
 * `cursor.at` to −1 − (where the word begins) when the word is no number.
 */
export function parseNumber(bytes: Uint8Array, cursor: NumberCursor, shift = 0): number {
  let i = cursor.at;
  let c = bytes[i]!;
  while (c === 32 || c === 9) c = bytes[++i]!;
  const start = i;
  let negative = false;
  if (c === 45) {
    negative = true;
    c = bytes[++i]!;
  } else if (c === 43) c = bytes[++i]!;
  let a = 0; // the first nine significant digits
  let b = 0; // the next nine
  let digits = 0; // significant ones, leading zeros not counted
  let behind = 0; // digits behind the point
  const first = i;
  while (c >= 48 && c <= 57) {
    if (digits < 9) a = a * 10 + (c - 48);
    else if (digits < 18) b = b * 10 + (c - 48);
    if (digits > 0 || c !== 48) digits++;
    c = bytes[++i]!;
  }
  let seen = i - first;
  if (c === 46) {
    c = bytes[++i]!;
    const point = i;
    while (c >= 48 && c <= 57) {
      if (digits < 9) a = a * 10 + (c - 48);
      else if (digits < 18) b = b * 10 + (c - 48);
      if (digits > 0 || c !== 48) digits++;
      c = bytes[++i]!;
    }
    behind = i - point;
    seen += behind;
  }
  let exponent = shift - behind;
  if (seen > 0 && (c === 101 || c === 69)) {
    let minus = false;
    c = bytes[++i]!;
    if (c === 45 || c === 43) {
      minus = c === 45;
      c = bytes[++i]!;
    }
    const from = i;
    let power = 0;
    while (c >= 48 && c <= 57 && power < 10000) {
      power = power * 10 + (c - 48);
      c = bytes[++i]!;
    }
    if (i === from) seen = 0;
    exponent += minus ? -power : power;
  }
  // A word ends with a blank, a line end or the end of the bytes (undefined compares false with every number).
  if (seen === 0 || c > 32) return slowly(bytes, cursor, { start, shift });
  let value: number;
  if (digits <= 15) {
    const whole = digits <= 9 ? a : a * POWERS[digits - 9]! + b;
    if (exponent === 0) value = whole;
    else if (exponent < 0 && exponent >= -22) value = whole / POWERS[-exponent]!;
    else if (exponent > 0 && exponent <= 22) value = whole * POWERS[exponent]!;
    else if (whole === 0) value = 0;
    else return slowly(bytes, cursor, { start, shift });
  } else {
    value = digits <= 18 && exponent <= 0 && exponent >= -22 ? wideQuotient(a, b, { digits, exponent }) : Number.NaN;
    if (Number.isNaN(value)) return slowly(bytes, cursor, { start, shift });
  }
  cursor.at = i;
  return negative ? -value : value;
}

interface Scale {
  readonly digits: number;
  readonly exponent: number;
}

/** (a·10^(digits−9) + b) / 10^(−exponent) correctly rounded, or NaN where the double-double cannot decide. */
function wideQuotient(a: number, b: number, { digits, exponent }: Scale): number {
  const power = POWERS[digits - 9]!;
  // hi + lo = a·power + b exactly: all three are below 2³⁰, so the product's low part and b fit beside each other.
  const product = a * power;
  const productLow = productError(a, power, product);
  const hi = product + b;
  const lo = b - (hi - product) + productLow;
  const divisor = POWERS[-exponent]!;
  const quotient = hi / divisor;
  const back = quotient * divisor;
  const rest = hi - back - productError(quotient, divisor, back) + lo;
  const correction = rest / divisor;
  const doubt = quotient * 2 ** -98;
  const low = quotient + (correction - doubt);
  return low === quotient + (correction + doubt) ? low : Number.NaN;
}

/** x·y − fl(x·y), exactly (Dekker). */
function productError(x: number, y: number, product: number): number {
  const xs = SPLITTER * x;
  const xh = xs - (xs - x);
  const xl = x - xh;
  const ys = SPLITTER * y;
  const yh = ys - (ys - y);
  const yl = y - yh;
  return xl * yl - (product - xh * yh - xl * yh - xh * yl);
}

function slowly(
  bytes: Uint8Array,
  cursor: NumberCursor,
  { start, shift }: { readonly start: number; readonly shift: number },
): number {
  let end = start;
  let word = "";
  while (end < bytes.length && bytes[end]! > 32) word += String.fromCharCode(bytes[end++]!);
  const value = parseReal(word);
  if (value === undefined) {
    cursor.at = -1 - start;
    return Number.NaN;
  }
  cursor.at = end;
  return shift === 0 ? value : shiftedNumber(word, shift);
}

/** The number `word` stands for times 10^`shift`, rounded once: 0.0123 ps is 12.3 fs to the last bit. `word` must be a number. */
export function shiftedNumber(word: string, shift: number): number {
  const [, mantissa = "", exponent = ""] = /^([+-]?[\d.]+)(.*)$/.exec(word.replace(/[eEdD]/, "e")) ?? [];
  return Number(`${mantissa}e${Number(exponent.replace("e", "") || 0) + shift}`);
}
