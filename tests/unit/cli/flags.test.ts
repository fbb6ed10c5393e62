import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { acceptKeySpelling, addFlags, flagOf, flagRows, readFlags } from "../../../src/cli/flags-from-schema.js";

const flags = z.strictObject({
  pressureGpa: z.number().default(0).describe("Pressure, GPa."),
  images: z.int().min(3).default(17).describe("Images."),
  cell: z.enum(["fixed", "full"]).default("fixed").describe("Cell."),
  climb: z.boolean().default(true).describe("Climb."),
  raw: z.boolean().default(false).describe("Raw."),
  forces: z.string().optional().meta({ placeholder: "NAME" }).describe("Force field."),
});

function typed(...words: string[]) {
  const command = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  addFlags(command, flags);
  command.parse(acceptKeySpelling(words), { from: "user" });
  return readFlags(flags, command.opts());
}

describe("options from a declaration", () => {
  it("has the declared defaults when nothing is typed", () => {
    expect(typed()).toEqual({ pressureGpa: 0, images: 17, cell: "fixed", climb: true, raw: false });
  });

  it("reads numbers, negative and in powers of ten, words and switches", () => {
    expect(
      typed("--pressure-gpa", "-1.5e-1", "--images=5", "--cell", "full", "--no-climb", "--raw", "--forces", "x"),
    ).toEqual({
      pressureGpa: -0.15,
      images: 5,
      cell: "full",
      climb: false,
      raw: true,
      forces: "x",
    });
  });

  it("takes the spelling of JSON and study files too", () => {
    expect(typed("--pressureGpa", "2").pressureGpa).toBe(2);
    expect(typed("--pressureGpa=2").pressureGpa).toBe(2);
    expect(flagOf("toleranceEvPerA")).toBe("--tolerance-ev-per-a");
  });

  it("names the option and the value that is wrong", () => {
    expect(() => typed("--images", "2")).toThrow(/--images is 2: .*3/);
    expect(() => typed("--images", "4.5")).toThrow(/--images is 4\.5/);
    expect(() => typed("--pressure-gpa", "high")).toThrow('--pressure-gpa is "high": expected number');
    expect(() => typed("--pressure-gpa", "")).toThrow("--pressure-gpa");
    expect(() => typed("--pressure-gpa", "NaN")).toThrow("--pressure-gpa");
    expect(() => typed("--pressure-gpa", "Infinity")).toThrow("--pressure-gpa");
    expect(() => typed("--cell", "half")).toThrow("--cell");
  });

  it("is listed for the docs with spelling, default and meaning", () => {
    expect(flagRows(flags)).toEqual([
      { flag: "--pressure-gpa <number>", default: "0", description: "Pressure, GPa." },
      { flag: "--images <number>", default: "17", description: "Images." },
      { flag: "--cell <fixed|full>", default: "fixed", description: "Cell." },
      { flag: "--climb, --no-climb", default: "on", description: "Climb." },
      { flag: "--raw", default: "", description: "Raw." },
      { flag: "--forces <NAME>", default: "", description: "Force field." },
    ]);
  });
});
