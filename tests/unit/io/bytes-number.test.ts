import { describe, expect, it } from "vitest";
import { Rng } from "../../../src/base/index.js";
import { parseNumber, shiftedNumber } from "../../../src/io/index.js";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(`${text}\n`);

function parse(text: string, shift = 0): number {
  const cursor = { at: 0 };
  const value = parseNumber(bytesOf(text), cursor, shift);
  if (cursor.at >= 0) expect(cursor.at).toBe(text.length);
  return cursor.at < 0 ? Number.NaN : value;
}

describe("numbers from bytes are Number()'s to the last bit", () => {
  const rng = Rng.fromSeed(1);
  const random = (): number => (rng.uniform() - 0.5) * 10 ** (12 * (rng.uniform() - 0.5));
  // Number() rounds correctly by the language's definition, so equality is exact.
  const same = (text: string): void => expect(parse(text), text).toBe(Number(text));

  it("the shortest form, and every number of digits, of 20 000 random numbers", () => {
    for (let i = 0; i < 20_000; i++) {
      const x = random();
      same(String(x));
      same(x.toPrecision(1 + (i % 21)));
      same(x.toExponential(i % 18));
      same(x.toFixed(i % 20));
    }
  });

  it("whole numbers and halves between two f64: ties go to even", () => {
    for (let i = 0; i < 2000; i++) {
      const odd = 2 ** 53 + 2 * Math.floor(rng.uniform() * 2 ** 51) + 1; // not an f64: halfway between two
      same(String(BigInt(2 ** 53) + BigInt(Math.floor(rng.uniform() * 2 ** 52)) * 2n + 1n));
      same(`${odd}`);
    }
    for (const text of [
      "9007199254740993",
      "9007199254740993.0",
      "900719925474099.3e1",
      "4503599627370496.5",
      "4503599627370497.5",
    ])
      same(text);
  });

  it("the ends of the range and odd forms", () => {
    for (const text of [
      "0",
      "-0",
      "+1",
      "-.5",
      "5.",
      "1e22",
      "1e23",
      "-1E-22",
      "5e-324",
      "2.2250738585072011e-308",
      "1.7976931348623157e308",
      "000.0010",
      "0.00000000000000000000000000001",
      "123456789012345678",
      "1234567890123456789012345",
      "0.1e-0",
    ])
      same(text);
    expect(Object.is(parse("-0.0"), -0)).toBe(true);
    expect(parse("1.5D+02")).toBe(150); // Fortran
  });

  it("what is no number is refused", () => {
    for (const text of ["", "x", "1.2.3", "1e", "--1", "nan", "inf", ".", "1,5", "0x10", "1e999"])
      expect(parse(text), text).toBeNaN();
  });

  it("a shift moves the decimal point before rounding", () => {
    for (let i = 0; i < 5000; i++) {
      const text = random().toExponential(i % 18);
      const [mantissa, exponent] = text.split("e");
      const want = Number(`${mantissa}e${Number(exponent) - 3}`);
      expect(parse(text, -3)).toBe(want);
      expect(shiftedNumber(text, -3)).toBe(want);
    }
  });
});
