import { describe, expect, it } from "vitest";
import { z } from "zod";
import { FormatError } from "../../../src/base/index.js";
import {
  checkParameters,
  editDistance,
  jsonSchemaOf,
  nearestWord,
  parameterDocument,
  parameterRows,
  parameterTable,
  resolveParameters,
} from "../../../src/studies/index.js";

const parameters = z.strictObject({
  structure: z.string().describe("Structure file."),
  temperatureK: z.number().positive().default(300).describe("Temperature, K."),
  relax: z
    .strictObject({
      toleranceEvPerA: z.number().positive().default(1e-3).describe("Largest force, eV/Å."),
      cell: z.enum(["fixed", "full"]).default("full").describe("What of the cell moves."),
    })
    .prefault({})
    .describe("How end points are relaxed."),
  supercell: z.array(z.int()).length(3).default([1, 1, 1]).describe("Repeats along a, b, c."),
  substitute: z
    .discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("one"), site: z.string() }),
      z.strictObject({ kind: z.literal("many"), count: z.int().positive() }),
    ])
    .optional(),
  charges: z.record(z.string(), z.number()).default({}).describe("Charge by element, e."),
});

const read = (text: string) => resolveParameters(parameters, parameterDocument(text, "study.yaml"));

function failure(text: string): FormatError {
  try {
    read(text);
  } catch (error) {
    if (error instanceof FormatError) return error;
    throw error;
  }
  throw new Error("the document was accepted");
}

describe("parameters of a study file", () => {
  it("fills in every default, nested ones too, and leaves $schema aside", () => {
    expect(read("$schema: phonion/x\nstructure: a.cif\n")).toEqual({
      structure: "a.cif",
      temperatureK: 300,
      relax: { toleranceEvPerA: 1e-3, cell: "full" },
      supercell: [1, 1, 1],
      charges: {},
    });
  });

  it("names line and nearest key of an unknown key", () => {
    const error = failure("structure: a.cif\n# a comment\ntemperatureKelvin: 3\n");
    expect(error.place).toEqual({ file: "study.yaml", line: 3 });
    expect(error.message).toBe("study.yaml:3: unknown key temperatureKelvin");
    expect(error.hint).toContain("did you mean temperatureK?");
  });

  it("finds unknown keys inside groups, and says in which", () => {
    const error = failure("structure: a.cif\nrelax:\n  cell: full\n  tolerence: 1\n");
    expect(error.message).toBe("study.yaml:4: unknown key tolerence in relax");
    expect(error.hint).toContain("toleranceEvPerA");
  });

  it("looks only at the form a discriminator chose: a key of the other form is unknown", () => {
    expect(failure("structure: a\nsubstitute: { kind: one, site: P, count: 2 }").message).toContain(
      "unknown key count",
    );
    expect(read("structure: a\nsubstitute: { kind: many, count: 2 }").substitute).toEqual({ kind: "many", count: 2 });
  });

  it("lets a table have any keys but not any values", () => {
    expect(read("structure: a\ncharges: { Li: 0.6, O: -1.2 }").charges).toEqual({ Li: 0.6, O: -1.2 });
    expect(failure("structure: a\ncharges:\n  Li: high").message).toMatch(
      /^study\.yaml:3: charges\.Li is "high": expected number/,
    );
  });

  it("shows the value that is wrong, on its line, and the other faults after it", () => {
    const error = failure("structure: a\ntemperatureK: -5\nrelax:\n  cell: half\n");
    expect(error.message).toContain("study.yaml:2: temperatureK is -5:");
    expect(error.message).toContain('also relax.cell is "half"');
  });

  it("points to the item of a list", () => {
    const error = failure("structure: a\nsupercell:\n  - 1\n  - 2.5\n  - 1\n");
    expect(error.message).toMatch(/^study\.yaml:4: supercell\[1\] is 2\.5/);
  });

  it("says which required key is missing", () => {
    expect(failure("temperatureK: 1").message).toContain("structure is missing");
    expect(failure("{}").message).toContain("structure is missing");
  });

  it("refuses numbers that are none", () => {
    for (const word of [".nan", ".inf"]) {
      expect(failure(`structure: a\ntemperatureK: ${word}`).message).toMatch(
        /^study\.yaml:2: temperatureK is (NaN|Infinity)/,
      );
    }
  });

  it("checks values from elsewhere under the caller's names", () => {
    const check = () =>
      checkParameters(parameters, { structure: "a", temperatureK: "x" }, (path) => `--${String(path[0])}`);
    expect(check).toThrow('--temperatureK is "x": expected number');
  });
});

describe("the same declaration as schema and table", () => {
  it("is JSON Schema with defaults and closed objects", () => {
    const schema = jsonSchemaOf(parameters);
    expect(schema.additionalProperties).toBe(false);
    expect(schema.required).toEqual(["structure"]);
    expect(schema.properties!["temperatureK"]).toMatchObject({ type: "number", exclusiveMinimum: 0, default: 300 });
  });

  it("lists groups and members with type, default and meaning", () => {
    const rows = parameterRows(parameters);
    expect(rows.map(({ key }) => key)).toContain("relax.toleranceEvPerA");
    expect(rows.find(({ key }) => key === "temperatureK")).toEqual({
      key: "temperatureK",
      type: "number > 0",
      required: false,
      default: "300",
      description: "Temperature, K.",
    });
    expect(rows.find(({ key }) => key === "relax.cell")?.type).toBe("fixed | full");
    expect(rows.find(({ key }) => key === "supercell")?.type).toBe("list of 3 whole number");
    expect(rows.find(({ key }) => key === "structure")?.required).toBe(true);
    expect(parameterTable(rows).split("\n")).toHaveLength(rows.length + 2);
    expect(parameterTable(rows)).toContain("fixed \\| full");
  });
});

describe("a group with a shorter spelling", () => {
  it("keeps the rows of its keys", () => {
    const count = z.union([z.literal("all"), z.int().positive()]);
    const inFull = z.strictObject({ count: count.default("all"), mechanism: z.enum(["direct", "exchange"]) });
    const rows = parameterRows(z.strictObject({ hops: z.union([inFull, count]) }));
    expect(rows.map(({ key }) => key)).toEqual(["hops", "hops.count", "hops.mechanism"]);
    expect(rows[0]!.type).toContain("all");
  });
});

describe("nearest words", () => {
  it("is a distance: zero only for equal words, symmetric, and kitten–sitting is 3", () => {
    expect(editDistance("kitten", "sitting")).toBe(3);
    expect(editDistance("sitting", "kitten")).toBe(3);
    expect(editDistance("abc", "abc")).toBe(0);
    expect(editDistance("", "abc")).toBe(3);
  });

  it("offers nothing when more than half of the word would change", () => {
    expect(nearestWord("tolerence", ["cell", "tolerance"])).toBe("tolerance");
    expect(nearestWord("xyz", ["cell", "tolerance"])).toBeUndefined();
  });
});
