import { describe, expect, it } from "vitest";
import { ANGULAR_PER_ROOT_CURVATURE, Notes } from "../../../src/base/index.js";
import {
  type ExtxyzFrame,
  type ExtxyzReadOptions,
  readExtxyz,
  readStructure,
  writeExtxyz,
} from "../../../src/io/index.js";
import { makeCell, makeCrystal, speciesList } from "../../../src/structure/index.js";
import { lithiumOxide, maxDifference, refusalOf } from "./samples.js";

const place = { file: "t.xyz" };
const LATTICE = 'Lattice="4 0 0 0 5 0 0 0 6"';
const one = (comment: string, ...atoms: string[]): string => [String(atoms.length), comment, ...atoms, ""].join("\n");
const read = (text: string, options: ExtxyzReadOptions = {}): ExtxyzFrame => readExtxyz(text, place, options)[0]!;
const refusal = (text: string): string => refusalOf(() => readExtxyz(text, place)).message;

describe("the comment line", () => {
  it("types: numbers, truth values, lists, text, JSON, flags", () => {
    const frame = read(
      one(
        `${LATTICE} a=1 b=-2.5e-3 c=T d="T F" e="1 2 3" f={4 5} g=[1,2] h=[[1,0],[0,1]] i="two words" j='single' k=word flag m="_JSON {\\"x\\": [1, null]}" n = 3`,
        "Li 0 0 0",
      ),
    );
    expect(frame.info).toEqual({
      a: 1,
      b: -2.5e-3,
      c: true,
      d: [true, false],
      e: [1, 2, 3],
      f: [4, 5],
      g: [1, 2],
      h: [
        [1, 0],
        [0, 1],
      ],
      i: "two words",
      j: "single",
      k: "word",
      flag: true,
      m: { x: [1, null] },
      n: 3,
    });
  });

  it("escapes: a backslash makes the next character plain, \\n is a line end", () => {
    expect(read(one(`${LATTICE} s="say \\"a\\\\b\\" \\n"`, "Li 0 0 0")).info).toEqual({ s: 'say "a\\b" \n' });
  });

  it("a key of an object's own machinery is just a key", () => {
    const { info } = read(one(`${LATTICE} __proto__=1 constructor=2`, "Li 0 0 0"));
    expect(Object.keys(info)).toEqual(["__proto__", "constructor"]);
    expect(Object.getPrototypeOf(info)).toBe(Object.prototype);
  });

  const faults: [string, string, RegExp][] = [
    ["a key given twice", one(`${LATTICE} a=1 a=2`, "Li 0 0 0"), /^t.xyz:2: "a" is given twice/],
    ["a quote without end", one(`${LATTICE} a="x`, "Li 0 0 0"), /^t.xyz:2: a quote in the comment line is not closed/],
    [
      "a column named twice",
      one(`${LATTICE} Properties=species:S:1:pos:R:3:pos:R:3`, "Li 0 0 0 0 0 0"),
      /^t.xyz:2: Properties names "pos" twice/,
    ],
    [
      "a column of no type",
      one(`${LATTICE} Properties=species:S:1:pos:Q:3`, "Li 0 0 0"),
      /^t.xyz:2: cannot read "pos:Q:3"/,
    ],
    ["no positions", one(`${LATTICE} Properties=species:S:1`, "Li"), /^t.xyz:2: Properties lacks pos:R:3/],
    [
      "a cell of eight numbers",
      one('Lattice="1 2 3 4 5 6 7 8"', "Li 0 0 0"),
      /^t.xyz:2: Lattice is not a list of nine numbers/,
    ],
    ["a flat cell", one('Lattice="4 0 0 0 4 0 4 4 0"', "Li 0 0 0"), /^t.xyz:2: the cell vectors span no volume/],
    ["a column missing", one(LATTICE, "Li 0 0"), /^t.xyz:3: atom 1 has 3 columns, expected 4/],
    ["a column too many", one(LATTICE, "Li 0 0 0 0"), /^t.xyz:3: atom 1 has 5 columns, expected 4/],
    [
      "a lost number",
      one(LATTICE, "Li 0 0 0", "Li 0 nan 0"),
      /^t.xyz:4: expected pos of atom 2: a number, found "nan"/,
    ],
    ["no element", one(LATTICE, "Xx 0 0 0"), /^t.xyz:3: "Xx" is not an element symbol/],
    [
      "a count too large",
      one(LATTICE, "Li 0 0 0").replace("1", "2"),
      /^t.xyz:3: the file ends in frame 1 before atom 2 of 2/,
    ],
    [
      "a count too small",
      one(LATTICE, "Li 0 0 0", "Li 1 1 1").replace("2", "1"),
      /^t.xyz:4: expected the number of atoms of frame 2, found "Li 1 1 1"/,
    ],
    ["an absurd count", "1000000000\n\n", /^t.xyz:1: expected the number of atoms of frame 1, found "1000000000"/],
    ["a negative count", "-1\n\n", /^t.xyz:1: expected the number of atoms/],
    ["no frame", "\n\n", /^t.xyz:1: the file is empty/],
    [
      "masses that are not in amu",
      one(`${LATTICE} Properties=species:S:1:pos:R:3:mass:R:1`, "Li 0 0 0 719.3"),
      /^t.xyz:3: atom 1 \(Li\) has the mass 719.3/,
    ],
  ];
  it.each(faults)("%s is refused with its line", (_, text, message) => expect(refusal(text)).toMatch(message));
});

describe("what columns and keys mean", () => {
  it("atomic numbers for elements, and Z beside species as a column of its own", () => {
    expect(speciesList(read(one(`${LATTICE} Properties=Z:I:1:pos:R:3`, "3 0 0 0", "8 1 1 1")).crystal)).toEqual([
      "Li",
      "O",
    ]);
    expect(speciesList(read(one(LATTICE, "17 0 0 0")).crystal)).toEqual(["Cl"]);
  });

  it("stress, its Voigt form, and the virial −V σ are one tensor", () => {
    const tensor = [1, 6, 5, 6, 2, 4, 5, 4, 3];
    const of = (pair: string): number[] => [...read(one(`${LATTICE} ${pair}`, "Li 0 0 0")).stress!];
    expect(of(`stress="${tensor.join(" ")}"`)).toEqual(tensor);
    expect(of('stress="1 2 3 4 5 6"')).toEqual(tensor);
    expect(maxDifference(of(`virial="${tensor.map((s) => -120 * s).join(" ")}"`), tensor)).toBeLessThan(1e-15);
  });

  it("momenta in √(amu eV) are velocities in Å/fs; vel is Å/fs as it stands", () => {
    const columns = (name: string): string => `${LATTICE} Properties=species:S:1:pos:R:3:${name}:R:3`;
    // 1 √(amu eV) of a mass m moves with 1/m √(eV/amu); √(eV/amu) is 0.0982… Å/fs
    expect(read(one(columns("momenta"), "O 0 0 0 1 0 -2")).velocities![0]).toBeCloseTo(
      ANGULAR_PER_ROOT_CURVATURE / 15.999,
      15,
    );
    for (const name of ["vel", "velo", "velocities"])
      expect([...read(one(columns(name), "O 0 0 0 1 0 -2")).velocities!]).toEqual([1, 0, -2]);
  });

  it("columns of another type or width keep their name and values", () => {
    const frame = read(
      one(`${LATTICE} Properties=species:S:1:pos:R:3:forces:R:2:tag:S:1:on:L:1:n:I:2`, "Li 0 0 0 1.5 2.5 x T 1 -2"),
    );
    expect(frame.forces).toBeUndefined();
    expect(frame.columns).toEqual({
      forces: { type: "R", width: 2, values: Float64Array.of(1.5, 2.5) },
      tag: { type: "S", width: 1, values: ["x"] },
      on: { type: "L", width: 1, values: [true] },
      n: { type: "I", width: 2, values: Float64Array.of(1, -2) },
    });
  });

  it("masses and labels travel with the crystal", () => {
    const crystal = makeCrystal({
      cell: makeCell([4, 0, 0, 0, 4, 0, 0, 0, 4]),
      species: ["Li", "O"],
      positions: [0, 0, 0, 2, 2, 2],
      masses: [6.015, 15.999],
      labels: ["Li1", "O1"],
    });
    expect(read(writeExtxyz({ crystal })).crystal).toEqual(crystal);
  });

  it("pbc is kept; without it a cell is periodic", () => {
    expect(read(one(`${LATTICE} pbc="T F T"`, "Li 0 0 0")).crystal.cell.periodic).toEqual([true, false, true]);
    expect(read(one(LATTICE, "Li 0 0 0")).crystal.cell.periodic).toEqual([true, true, true]);
  });
});

describe("plain XYZ", () => {
  const water = one("a comment with energy = of a kind", "O 0 0 0", "H 0.76 0.59 0 extra", "H -0.76 0.59 0");

  it("without a cell is refused, unless the option cell gives one or asks for a box", () => {
    const error = refusalOf(() => readExtxyz(water, place));
    expect(error.message).toBe("t.xyz:2: the frame has no cell");
    expect(error.hint).toContain("Lattice=");
    const cell = makeCell([9, 0, 0, 0, 9, 0, 0, 0, 9]);
    expect(read(water, { cell }).crystal.cell).toBe(cell);
    const notes = new Notes();
    const boxed = read(water, { cell: "box", notes });
    expect(boxed.crystal.cell.periodic).toEqual([false, false, false]);
    // extent of the atoms and 10 Å
    expect(maxDifference(boxed.crystal.cell.vectors, [11.52, 0, 0, 0, 10.59, 0, 0, 0, 10])).toBeLessThan(1e-14);
    expect(notes.list()[0]?.code).toBe("extxyz-no-cell");
    expect(boxed.info).toEqual({ comment: "a comment with energy = of a kind" });
  });
});

describe("frames", () => {
  it("readStructure takes the last with a note, or the one asked for", () => {
    const crystal = lithiumOxide();
    const moved = { ...crystal, positions: crystal.positions.slice().map((x) => x + 1) };
    const text = [crystal, moved].map((one) => writeExtxyz({ crystal: one })).join("\n");
    const notes = new Notes();
    expect(readStructure(text, "t.xyz", { notes }).positions).toEqual(moved.positions);
    expect(notes.list()[0]?.code).toBe("extxyz-last-frame");
    expect(readStructure(text, "t.xyz", { frame: 0 }).positions).toEqual(crystal.positions);
    expect(readStructure(text, "t.xyz", { frame: -2 }).positions).toEqual(crystal.positions);
    expect(() => readStructure(text, "t.xyz", { frame: 2 })).toThrow("frame 2 of 2 frames in t.xyz");
  });

  it("the writer refuses what no reader could take apart", () => {
    const crystal = lithiumOxide();
    expect(() => writeExtxyz({ crystal: { ...crystal, labels: ["a b", "c", "d"] } })).toThrow(
      'atom 1 has the text "a b", which no column can hold',
    );
    expect(() => writeExtxyz({ crystal, info: { Lattice: 1 } })).toThrow("info must not hold the key Lattice");
    expect(() =>
      writeExtxyz({ crystal, columns: { pos: { type: "R", width: 1, values: new Float64Array(3) } } }),
    ).toThrow("the column pos would be written twice");
    expect(() => writeExtxyz({ crystal, energy: Number.NaN })).toThrow("cannot write NaN");
  });
});
