import { describe, expect, it } from "vitest";
import type { Note } from "../../../src/base/index.js";
import type { Path } from "../../../src/hops/index.js";
import {
  packJson,
  readForceConstantsValue,
  readMinimum,
  readModes,
  readPath,
  readReport,
  readStructure,
  unpackJson,
  writeCrystal,
  writeForceConstantsValue,
  writeMinimum,
  writeModes,
  writePath,
  writeReport,
} from "../../../src/io/index.js";
import type { Minimum } from "../../../src/minima/index.js";
import { forceConstantsFrom, type Modes } from "../../../src/modes/index.js";
import { lithiumOxide, refusalOf } from "./samples.js";

const place = { file: "run.json" };
const crystal = lithiumOxide();
const ramp = (length: number, step = 0.1): Float64Array<ArrayBuffer> =>
  Float64Array.from({ length }, (_, i) => i * step);
const notes: Note[] = [
  { code: "a", message: "b" },
  { code: "c", message: "d", hint: "e" },
];
const minimum: Minimum = {
  crystal,
  energy: -1 / 3,
  maxForce: 1e-7,
  stress: ramp(9),
  converged: true,
  history: [{ energy: -0.3, maxForce: 0.1 }],
  notes,
};
const modes: Modes = {
  reference: crystal,
  q: [0.5, 0, 1 / 3],
  count: 9,
  frequencies: ramp(9).map((f) => f - 0.2),
  vectors: ramp(9 * 9 * 2),
  complex: true,
};
const path: Path = {
  endpoints: [minimum, { ...minimum, energy: -0.25 }],
  nImages: 3,
  images: ramp(27),
  energies: Float64Array.of(0, 0.4, 0.1),
  coordinate: ramp(3),
  saddle: 1,
  barrierForward: 0.4,
  barrierBackward: 0.3,
  movers: Int32Array.of(2),
  converged: true,
  history: [{ maxForce: 0.01, barrier: 0.4 }],
  notes: [],
};
/** With every field that a path may have. */
const fullPath: Path = {
  ...path,
  slopes: Float64Array.of(0, -0.2, 0),
  evaluations: 57,
  intermediate: { ...minimum, energy: -0.2 },
};
const constants = { ...forceConstantsFrom(crystal, ramp(81)), notes };

describe("values as files", () => {
  it("come back as they were, bit for bit", () => {
    expect(readMinimum(writeMinimum(minimum), place)).toEqual(minimum);
    expect(readModes(writeModes(modes), place)).toEqual(modes);
    expect(readModes(writeModes({ ...modes, notes }), place)).toEqual({ ...modes, notes });
    expect(readPath(writePath(path), place)).toEqual(path);
    expect(readPath(writePath(fullPath), place)).toEqual(fullPath);
    expect(readForceConstantsValue(writeForceConstantsValue(constants), place)).toEqual(constants);
  });

  it("every kind of file gives its crystal as a structure", () => {
    for (const text of [
      writeCrystal(crystal),
      writeMinimum(minimum),
      writeModes(modes),
      writePath(path),
      writeForceConstantsValue(constants),
    ]) {
      expect(readStructure(text, "x.json")).toEqual(crystal);
      expect(readStructure(text, "without-extension")).toEqual(crystal);
    }
  });

  const broken = (change: (value: Record<string, never>) => void, schema = "phonion/modes", version = 1): string => {
    const file = unpackJson(writeModes(modes)) as { value: Record<string, never> };
    change(file.value);
    return packJson({ ...file, schema, version });
  };
  const faults: [string, string, RegExp][] = [
    [
      "another kind",
      writeMinimum(minimum),
      /^run.json:1: this file holds "phonion\/minimum", expected "phonion\/modes"/,
    ],
    ["an unknown kind", broken(() => {}, "phonion/wheels"), /the schema "phonion\/wheels" is not known/],
    [
      "a newer version",
      broken(() => {}, "phonion/modes", 2),
      /"phonion\/modes" has version 2, this program reads up to 1/,
    ],
    ["a missing field", broken((value) => delete value["frequencies"]), /frequencies is missing/],
    [
      "a wrong length",
      broken((value) => Object.assign(value, { frequencies: ramp(8) })),
      /frequencies has 8 entries, expected 9/,
    ],
    [
      "a number that is none",
      broken((value) => Object.assign(value, { frequencies: ramp(9).fill(Number.NaN, 3, 4) })),
      /frequencies\[3\] is NaN/,
    ],
    [
      "frequencies out of order",
      broken((value) => Object.assign(value, { frequencies: ramp(9, -1) })),
      /mode 1 has -1 THz after/,
    ],
    [
      "an element that is none",
      broken((value) => Object.assign((value as Record<string, object>)["reference"]!, { elements: ["Li", "Xx"] })),
      /"Xx" is not an element symbol/,
    ],
    [
      "a kind beyond the elements",
      broken((value) =>
        Object.assign((value as Record<string, object>)["reference"]!, { kinds: Int32Array.of(0, 1, 2) }),
      ),
      /reference.kinds\[2\] is 2, expected 0 to 1/,
    ],
  ];
  it.each(faults)("%s is refused", (_, text, message) =>
    expect(refusalOf(() => readModes(text, place)).message).toMatch(message),
  );

  it("a file that is no JSON is refused at the line where it stops being one", () => {
    const text = '{\n  "a": 1,\n  "b": [1, 2,, 3]\n}';
    expect(refusalOf(() => unpackJson(text, place)).message).toBe(
      'run.json:3: this is not JSON: cannot read on at ", 3]\n}"',
    );
    expect(refusalOf(() => unpackJson('{"a":\n[1, 2', place)).message).toBe(
      "run.json:2: this is not JSON: the text ends too early",
    );
    expect(refusalOf(() => unpackJson('{"a": 01}', place)).place.line).toBe(1);
  });
});

describe("packed JSON", () => {
  it("refuses what JSON cannot hold, naming where it is", () => {
    expect(() => packJson({ a: [new Map()] })).toThrow("value.a[0] is Map, which JSON cannot hold");
    expect(() => packJson({ a: () => 1 })).toThrow("value.a is function");
    expect(() => packJson([undefined])).toThrow("value[0] is undefined");
    expect(() => packJson(1n)).toThrow("value is bigint");
  });

  it("leaves out keys whose value is undefined, as JSON does", () =>
    expect(packJson({ a: undefined, b: 1 })).toBe('{"b":1}'));

  it("a damaged array is refused", () => {
    for (const text of [
      '{"$f64":"AAAA"}',
      '{"$f64":"====" }',
      '{"$f64":1}',
      '{"$f64":"","b":1}',
      '{"$wheel":1}',
      '{"$num":"1"}',
      '{"$obj":[[1,2]]}',
    ]) {
      expect(refusalOf(() => unpackJson(text, place)).message).toMatch(/^run.json:1: value holds a damaged \$/);
    }
  });
});

describe("reports", () => {
  const report = {
    schema: "phonion/modal-hops",
    version: 2,
    made: { software: "phonion 0.1.0", kernels: "abc", at: "2024-01-01" },
    inputs: [{ name: "a.cif", sha256: "00" }],
    options: { temperatureK: 300 },
    seed: 7,
    notes,
    data: { shares: [0.1, 1 / 3], none: null },
  };

  it("come back as they were; typed arrays as lists of the same f64", () => {
    expect(readReport(writeReport(report), place)).toEqual(report);
    const typed = { ...report, data: { shares: Float64Array.of(0.1, 1 / 3), none: null } };
    expect(readReport(writeReport(typed), place)).toEqual(report);
  });

  it("a number that was lost is refused with its path, not written as null", () => {
    expect(() => writeReport({ ...report, data: { a: [{ b: Number.NaN }] } })).toThrow(
      "data.a[0].b is NaN, which JSON cannot hold",
    );
  });

  it("another schema or a newer version is refused", () => {
    const text = writeReport(report);
    expect(refusalOf(() => readReport(text, place, { schema: "phonion/other" })).message).toContain(
      'a report of "phonion/modal-hops", expected "phonion/other"',
    );
    expect(refusalOf(() => readReport(text, place, { version: 1 })).hint).toBe(
      "phonion 0.1.0 wrote it; use that release",
    );
  });
});
