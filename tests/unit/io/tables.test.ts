import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/base/index.js";
import { makeForceField } from "../../../src/forces/index.js";
import {
  detectFormat,
  formatNames,
  readForceConstants,
  readForceFieldYaml,
  readNpy,
  readStructure,
  readYaml,
  showStructure,
  writeCsv,
  writeForceConstants,
  writeNpy,
  writeStructure,
} from "../../../src/io/index.js";
import { forceConstantsFrom } from "../../../src/modes/index.js";
import { makeCell, makeCrystal } from "../../../src/structure/index.js";
import { lithiumOxide, refusalOf } from "./samples.js";

const place = { file: "x" };

describe("YAML with lines", () => {
  const text = `# a comment
name: test
charges: { Li: 0.6, O: -1.2 }
coulomb:
  method: ewald
pairs:
  Li-O:
    - { form: morse, depthEv: 0.1,
        exponentPerA: -2.0, distanceA: 1.9, cutoffA: 8 }
  O-O:
    - form: repulsion
      coefficientEvAn: 22.0
      cutoffA: 8
`;
  const file = readForceFieldYaml(text, place);

  it("every path leads to its line, a missing one to the nearest above it", () => {
    expect(file.lineOf("pairs.Li-O[0].exponentPerA")).toBe(9);
    expect(file.lineOf(["pairs", "O-O", 0, "coefficientEvAn"])).toBe(12);
    expect(file.lineOf("charges.O")).toBe(3);
    expect(file.lineOf("coulomb.accuracy")).toBe(4);
    expect(file.lineOf("nothing")).toBe(2);
    expect(file.lineOf("pairs.O-O[5].x")).toBe(10);
  });

  it("a refusal of the force field gets file and line of its path", () => {
    const refusal = refusalOf(() => file.check((spec) => makeForceField(spec as Parameters<typeof makeForceField>[0])));
    expect(refusal.message).toMatch(/^x:9: .*pairs\.Li-O\[0\]\.exponentPerA is -2/);
    expect(
      refusalOf(() =>
        file.check(() => {
          throw new InputError("a", "b");
        }),
      ).place.line,
    ).toBe(1);
    expect(() =>
      file.check(() => {
        throw new TypeError("a bug");
      }),
    ).toThrow(TypeError);
  });

  it("elements that other YAML versions take for truth values stay names", () => {
    expect(readYaml("charges: { N: -3, Y: 3, No: 2, O: -2 }\n", place).value).toEqual({
      charges: { N: -3, Y: 3, No: 2, O: -2 },
    });
  });

  const faults: [string, string, RegExp][] = [
    ["a key given twice", "a: 1\nb: 2\na: 3\n", /^x:3: Map keys must be unique/],
    ["a number that is none", "a:\n  - 1\n  - .nan\n", /^x:3: a\.1 is NaN/],
    ["two documents", "a: 1\n---\nb: 2\n", /^x:2: the file holds more than one document/],
    ["an alias of itself", "a: &x\n  b: *x\n", /^x:2: a\.b is an alias of something that contains it/],
    ["broken indentation", "a:\n  b: 1\n c: 2\n", /^x:3: All mapping items must start at the same column/],
    ["nothing", "", /^x:1: the file is empty/],
  ];
  it.each(faults)("%s is refused with its line", (_, yaml, message) =>
    expect(refusalOf(() => readYaml(yaml, place)).message).toMatch(message),
  );

  it("a list is no force field", () =>
    expect(refusalOf(() => readForceFieldYaml("- 1\n", place)).message).toBe(
      "x:1: this is no force field: it has no keys",
    ));

  it("brackets nested without end are refused", () =>
    expect(refusalOf(() => readYaml("[".repeat(100_000), place)).message).toBe("x:1: the file is nested too deeply"));
});

describe("CSV", () => {
  it("RFC 4180: CRLF, quotes where needed, units in the header", () => {
    const table = writeCsv([
      { name: "frequency", unit: "THz", values: Float64Array.of(0.1, -1 / 3) },
      { name: 'what, "where"', values: ["a\nb", null] },
      { name: "ok", values: [true, false] },
    ]);
    expect(table).toBe('frequency (THz),"what, ""where""",ok\r\n0.1,"a\nb",true\r\n-0.3333333333333333,,false\r\n');
  });

  it("columns of different lengths are refused", () => {
    expect(() =>
      writeCsv([
        { name: "a", values: [1] },
        { name: "b", values: [1, 2] },
      ]),
    ).toThrow("column b has 2 numbers, expected 1");
  });
});

describe(".npy", () => {
  // numpy.save of numpy.asfortranarray([[1, 2, 3], [4, 5, 6]]) stores the columns one after the other
  const header = (text: string): number[] => [
    0x93,
    ...Array.from("NUMPY", (c) => c.charCodeAt(0)),
    1,
    0,
    text.length,
    0,
    ...Array.from(text, (c) => c.charCodeAt(0)),
  ];

  it("Fortran order and big-endian numbers", () => {
    const bytes = Uint8Array.from([
      ...header("{'descr': '>i2', 'fortran_order': True, 'shape': (2, 3), }\n"),
      ...[1, 4, 2, 5, 3, 6].flatMap((x) => [0, x]),
    ]);
    expect(readNpy(bytes, place)).toEqual({ shape: [2, 3], data: Int32Array.of(1, 2, 3, 4, 5, 6) });
  });

  it("the numbers begin at a multiple of 64 bytes", () => {
    const bytes = writeNpy({ shape: [1], data: Float64Array.of(1) });
    expect((bytes.length - 8) % 64).toBe(0);
  });

  it("objects and complex numbers are refused, and sizes that cannot be", () => {
    const message = (text: string): string => {
      try {
        readNpy(Uint8Array.from(header(text)), place);
        return "read";
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(message("{'descr': '<c16', 'fortran_order': False, 'shape': (1,), }")).toContain(
      'numbers of type "c16" are not read',
    );
    expect(message("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }")).toContain("cannot read the header");
    expect(message("{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000, 1000000000), }")).toContain(
      "is not possible",
    );
    expect(message("{'descr': '<f8', 'fortran_order': False, 'shape': (100000, 1000), }")).toContain(
      "needs 800000000 bytes of numbers, 0 follow",
    );
  });
});

describe("FORCE_CONSTANTS", () => {
  const supercell = lithiumOxide();
  const text = writeForceConstants(
    forceConstantsFrom(
      supercell,
      Float64Array.from({ length: 81 }, (_, i) => i),
    ),
  );
  const refusal = (changed: string): string =>
    refusalOf(() => readForceConstants(changed, place, { supercell })).message;

  it("the block of a pair stands at [i,3,j,3]", () => {
    const { values } = readForceConstants(text, place, { supercell });
    expect([...values]).toEqual(Array.from({ length: 81 }, (_, i) => i));
    // first block of the file: atoms 1 and 1, rows 0, 9, 18 of the 9 × 9 matrix
    expect(
      text
        .split("\n")
        .slice(1, 4)
        .map((line) => line.trim().split(/\s+/).map(Number)),
    ).toEqual([
      [1, 1],
      [0, 1, 2],
      [9, 10, 11],
    ]);
  });

  const faults: [string, string, RegExp][] = [
    [
      "a table for another crystal",
      text.replace("3 3", "2 2"),
      /^x:10: the pair 1 3 is beyond the 2 atoms of the header/,
    ],
    [
      "an absurd header",
      text.replace("3 3", "100000 100000"),
      /^x:1: 100000 × 100000 blocks need 40000000000 lines, \d+ follow/,
    ],
    ["more rows than atoms", text.replace("3 3", "4 3"), /^x:1: 4 rows for 3 atoms/],
    ["a block given twice", text.replace("\n1 2\n", "\n1 1\n"), /^x:6: the block 1 1 comes twice/],
    [
      "a pair that cannot be",
      text.replace("\n1 2\n", "\n1 7\n"),
      /^x:6: the pair 1 7 is beyond the 3 atoms of the header/,
    ],
    ["a lost number", text.replace(/ 13(?=\s)/, " nan"), /^x:8: expected line 2 of the block 1 2, found "nan"/],
    ["an empty file", "", /^x:1: the file is empty/],
  ];
  it.each(faults)("%s is refused", (_, changed, message) => expect(refusal(changed)).toMatch(message));
});

describe("formats by name and content", () => {
  it("names first, then content", () => {
    const names: [string, string | undefined][] = [
      ["POSCAR", "poscar"],
      ["run/CONTCAR.1", "poscar"],
      ["a.vasp", "poscar"],
      ["C:\\data\\x.CIF", "cif"],
      ["x.extxyz", "extxyz"],
      ["data.lio", "lammps-data"],
      ["x.lmp", "lammps-data"],
      ["x.json", "json"],
      ["x", undefined],
    ];
    for (const [name, format] of names) expect(detectFormat(name, "")).toBe(format);
    for (const format of formatNames) {
      const text = writeStructure(lithiumOxide(), format);
      expect(detectFormat("unknown.txt", text), format).toBe(format);
      expect(readStructure(text, "unknown.txt").kinds.length).toBe(3);
    }
    expect(refusalOf(() => readStructure("hello", "unknown.txt")).hint).toContain(
      "poscar, cif, extxyz, lammps-data, json",
    );
    expect(() => writeStructure(lithiumOxide(), "pdb" as never)).toThrow('"pdb" is no structure format');
  });
});

describe("show", () => {
  it("rock salt: density and distances from its lattice constant", () => {
    const a = 5.64;
    const rockSalt = makeCrystal({
      cell: makeCell([a, 0, 0, 0, a, 0, 0, 0, a]),
      species: ["Na", "Na", "Na", "Na", "Cl", "Cl", "Cl", "Cl"],
      fractional: [0, 0, 0, 0, 0.5, 0.5, 0.5, 0, 0.5, 0.5, 0.5, 0, 0.5, 0, 0, 0, 0.5, 0, 0, 0, 0.5, 0.5, 0.5, 0.5],
    });
    const text = showStructure(rockSalt);
    // 4 · 58.440 g/mol / (5.64³ Å³ · 0.602214076) = 2.1636 g/cm³; a/2 and a/√2
    expect(text).toContain("density    2.1636 g/cm³");
    expect(text).toContain("distances  Na–Cl 2.8200, Na–Na 3.9881, Cl–Cl 3.9881 Å");
    expect(text).toContain("formula    Na4 Cl4  (8 atoms)");
    expect(text.trimEnd().split("\n").length).toBeLessThanOrEqual(10);
  });

  it("one atom sees its own images; a box that is not periodic says so", () => {
    const one = makeCrystal({ cell: makeCell([3, 0, 0, 0, 4, 0, 0, 0, 5]), species: ["Li"], positions: [0, 0, 0] });
    expect(showStructure(one)).toContain("distances  Li–Li 3.0000 Å");
    const free = makeCrystal({
      cell: makeCell([3, 0, 0, 0, 4, 0, 0, 0, 5], [false, true, false]),
      species: ["Li"],
      positions: [0, 0, 0],
    });
    expect(showStructure(free)).toContain("periodic   not along a, c");
    expect(showStructure(free)).toContain("distances  Li–Li 4.0000 Å");
  });
});
