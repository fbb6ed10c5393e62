import { describe, expect, it } from "vitest";
import { ConvergenceError, FormatError, InputError, NumericError, PhysicsError } from "../../../src/base/index.js";
import { errorDocument, errorText, exitCodeOf, foreseen } from "../../../src/cli/output.js";
import { Interrupted } from "../../../src/host/index.js";

describe("what a failure becomes", () => {
  it("is an exit code by who can act on it", () => {
    const codes = [
      new InputError("m", "h"),
      new FormatError({ file: "a", line: 3 }, "m", "h"),
      new PhysicsError("m", "h"),
      new ConvergenceError("m", "h", undefined),
      new NumericError("m", "h"),
      new TypeError("m"),
      new Interrupted("SIGINT"),
    ].map(exitCodeOf);
    expect(codes).toEqual([2, 2, 2, 3, 4, 4, 130]);
  });

  it("is one document with code, message, hint and context", () => {
    expect(JSON.parse(errorDocument(new FormatError({ file: "a.cif", line: 3 }, "no cell", "add it")))).toEqual({
      error: { code: "format", message: "a.cif:3: no cell", hint: "add it", context: { file: "a.cif", line: 3 } },
    });
    expect(JSON.parse(errorDocument(new Interrupted("SIGINT"))).error.code).toBe("cancelled");
    expect(JSON.parse(errorDocument(new InputError("m", "h", { given: Number.NaN }))).error.context).toEqual({
      given: null,
    });
  });

  it("is the user's to fix when memory was asked for that no machine gives", () => {
    let caught: unknown;
    try {
      new Float64Array(2 ** 40);
    } catch (error) {
      caught = foreseen(error);
    }
    expect(exitCodeOf(caught)).toBe(2);
    // 2⁴⁰ numbers of 8 bytes are 8.796e12 bytes
    expect(errorText(caught, false)).toMatch(/1099511627776 numbers in one array, 8\.80 TB\n {2}--dry-run/);
    const other = new RangeError("Maximum call stack size exceeded");
    expect(foreseen(other)).toBe(other);
  });

  it("shows the place in the program only for what nobody foresaw", () => {
    expect(errorText(new InputError("no file a", "check"), false)).toBe("error: no file a\n  check");
    expect(errorText(new TypeError("x is undefined"), false)).toMatch(/fault in phonion[\s\S]*output\.test/);
  });
});
