// The atoms of a configuration of an XDATCAR: the hot loop. Fixed-point numbers with up to 15 digits are read in one pass over the
// bytes, also where a minus sign stands right behind the number before (0.12345678-0.03456789); the quotient of two exact
// integers is rounded once, so the value is the one Number() gives. Any other line is taken apart as text.

import type { ByteWindow } from "./bytes.js";
import { parseReal, splitTokens } from "./numbers.js";
import { plural, quote } from "./text.js";
import { beginsConfiguration, type XdatcarConfiguration } from "./xdatcar-header.js";

const POWERS = Float64Array.from({ length: 16 }, (_, k) => Number(`1e${k}`));
/** Columns of one number of Fortran's 3F12.8. */
const WIDTH = 12;

/** Reads configuration after configuration into the same array. */
export class XdatcarRows {
  readonly positions: Float64Array; // [n,3] Å
  readonly #row = new Float64Array(3);

  constructor(private readonly atoms: number) {
    this.positions = new Float64Array(3 * atoms);
  }

  /** False where the file ends before the last row. `index`: number of the configuration in the file, from 0. */
  async read(window: ByteWindow, configuration: XdatcarConfiguration, index: number): Promise<boolean> {
    for (let row = 0; ; ) {
      row = this.#rows(window, row, index);
      if (row === this.atoms) break;
      if (!(await window.fill())) return false;
    }
    this.#place(configuration);
    return true;
  }

  /** Reads rows from `row` on as far as the window goes; the row that comes next. */
  #rows(window: ByteWindow, from: number, index: number): number {
    const { bytes } = window;
    // The last line of a file may be cut; only a first configuration has nothing to fall back to.
    const end = index === 0 ? window.end : window.wholeEnd;
    const { positions, atoms } = this;
    let row = from;
    while (row < atoms && window.at < end) {
      const next = fixedRow(bytes, window.at, positions, 3 * row);
      if (next > 0) {
        window.at = next;
        window.line++;
      } else this.#slowRow(window, row, index);
      row++;
    }
    return row;
  }

  #slowRow(window: ByteWindow, row: number, index: number): void {
    const text = window.tryLine()!;
    let tokens = splitTokens(text);
    const trimmed = text.replace(/\s+$/, "");
    if (tokens.length !== 3 && trimmed.length === 3 * WIDTH && (trimmed.match(/\./g)?.length ?? 0) === 3)
      tokens = [0, 1, 2].map((k) => trimmed.slice(k * WIDTH, (k + 1) * WIDTH).trim());
    for (let k = 0; k < 3; k++) {
      const value = parseReal(tokens[k] ?? "");
      if (value === undefined) throw rowFault(window, text, { row, index, atoms: this.atoms });
      this.#row[k] = value;
    }
    this.positions.set(this.#row, 3 * row);
  }

  #place({ heading, cartesian }: XdatcarConfiguration): void {
    const { positions } = this;
    if (cartesian) {
      const { scale } = heading;
      for (let i = 0; i < positions.length; i++) positions[i] = positions[i]! * scale[i % 3]!;
      return;
    }
    const v = heading.cell.vectors;
    for (let i = 0; i < positions.length; i += 3) {
      const [a, b, c] = [positions[i]!, positions[i + 1]!, positions[i + 2]!];
      positions[i] = a * v[0]! + b * v[3]! + c * v[6]!;
      positions[i + 1] = a * v[1]! + b * v[4]! + c * v[7]!;
      positions[i + 2] = a * v[2]! + b * v[5]! + c * v[8]!;
    }
  }
}

/** Three fixed-point numbers and the end of the line from `at` on; where the next line begins, or −1 for any other line. */
function fixedRow(bytes: Uint8Array, at: number, to: Float64Array, offset: number): number {
  let i = at;
  let c = bytes[i]!;
  for (let k = 0; k < 3; k++) {
    while (c === 32 || c === 9) c = bytes[++i]!;
    const negative = c === 45;
    if (negative) c = bytes[++i]!;
    let a = 0; // the first nine digits
    let b = 0; // the next six
    let digits = 0;
    while (c >= 48 && c <= 57) {
      if (digits < 9) a = (Math.imul(a, 10) + c - 48) | 0;
      else b = (Math.imul(b, 10) + c - 48) | 0;
      digits++;
      c = bytes[++i]!;
    }
    if (c !== 46) return -1;
    const before = digits;
    c = bytes[++i]!;
    while (c >= 48 && c <= 57) {
      if (digits < 9) a = (Math.imul(a, 10) + c - 48) | 0;
      else b = (Math.imul(b, 10) + c - 48) | 0;
      digits++;
      c = bytes[++i]!;
    }
    if (digits === 0 || digits > 15 || !(c <= 32 || c === 45)) return -1;
    const whole = digits <= 9 ? a : a * POWERS[digits - 9]! + b;
    const value = whole / POWERS[digits - before]!;
    to[offset + k] = negative ? -value : value;
  }
  while (c === 32 || c === 9) c = bytes[++i]!;
  if (c === 13) return bytes[i + 1] === 10 ? i + 2 : i + 1;
  return c === 10 ? i + 1 : -1;
}

function rowFault(
  window: ByteWindow,
  text: string,
  { row, index, atoms }: { readonly row: number; readonly index: number; readonly atoms: number },
) {
  const line = window.line - 1;
  const which = `configuration ${index + 1}`;
  if (beginsConfiguration(text)) {
    return window.fault(
      `${which} ends after ${row} of ${plural(atoms, "atom")}, another one begins`,
      "a run was killed here, or a count is wrong: take the broken configuration out",
      line,
    );
  }
  return window.fault(
    `expected the position of atom ${row + 1} of ${which}, found ${quote(text.trim())}`,
    text.includes("*")
      ? "Fortran prints stars when a number does not fit its column: the atom had left the cell by far"
      : "three numbers such as 0.12345678; is the configuration before it cut short?",
    line,
  );
}
