import { describe, expect, it } from "vitest";
import { Notes } from "../../../src/base/index.js";
import { readPoscar, writePoscar } from "../../../src/io/index.js";
import { cellParameters, makeCell, makeCrystal, speciesList } from "../../../src/structure/index.js";
import { maxDifference, refusalOf } from "./samples.js";

const place = { file: "POSCAR" };
const file = (changes: Partial<Record<number, string>> = {}): string => {
  const lines = [
    "LiO",
    "1.0",
    "4 0 0",
    "0 4 0",
    "0 0 5",
    "Li O",
    "2 1",
    "Direct",
    "0 0 0",
    "0.5 0.5 0.5",
    "0.25 0.25 0.25",
  ];
  for (const [line, text] of Object.entries(changes)) lines[Number(line) - 1] = text!;
  return lines.join("\n");
};
const positionsOf = (text: string): number[] => [...readPoscar(text, place).positions];
const plain = [0, 0, 0, 2, 2, 2.5, 1, 1, 1.25];

describe("the scale factor", () => {
  it("a positive one multiplies vectors and Cartesian positions, not direct ones", () => {
    expect(positionsOf(file({ 2: "2.0" }))).toEqual(plain.map((x) => 2 * x));
    expect(positionsOf(file({ 2: "2.0", 8: "Cartesian", 10: "2 2 2.5", 11: "1 1 1.25" }))).toEqual(
      plain.map((x) => 2 * x),
    );
  });

  it("a negative one is the volume", () => {
    // 4·4·5 = 80 Å³ in the file; −640 doubles every length, to the rounding of a cube root
    expect(readPoscar(file({ 2: "-640" }), place).cell.volume).toBeCloseTo(640, 10);
    expect(
      maxDifference(
        positionsOf(file({ 2: "-640" })),
        plain.map((x) => 2 * x),
      ),
    ).toBeLessThan(1e-14);
    expect(
      maxDifference(
        positionsOf(file({ 2: "-640", 8: "K", 10: "2 2 2.5", 11: "1 1 1.25" })),
        plain.map((x) => 2 * x),
      ),
    ).toBeLessThan(1e-14);
  });

  it("three scale the Cartesian components", () => {
    expect(positionsOf(file({ 2: "1 2 3" }))).toEqual(plain.map((x, i) => x * [1, 2, 3][i % 3]!));
    expect(positionsOf(file({ 2: "1 2 3", 8: "Cartesian", 10: "2 2 2.5", 11: "1 1 1.25" }))).toEqual(
      plain.map((x, i) => x * [1, 2, 3][i % 3]!),
    );
    expect(cellParameters(readPoscar(file({ 2: "1 2 3" }), place).cell).slice(0, 3)).toEqual([4, 8, 15]);
  });

  it("zero, or a negative one of three, is refused", () => {
    expect(refusalOf(() => readPoscar(file({ 2: "0" }), place)).message).toBe("POSCAR:2: the scale is 0");
    expect(refusalOf(() => readPoscar(file({ 2: "1 -1 1" }), place)).place.line).toBe(2);
  });
});

describe("which element is where", () => {
  it("suffixes of pseudopotentials and hashes are dropped, an element may come twice, order is kept", () => {
    const crystal = readPoscar(file({ 6: "Li_sv O/9d3e41 Li", 7: "1 1 1" }), place);
    expect(speciesList(crystal)).toEqual(["Li", "O", "Li"]);
    expect(crystal.elements).toEqual(["Li", "O"]);
  });

  it("without a species line: the option, else labels, else the comment with a note, else a refusal", () => {
    const version4 = file({ 6: "2 1" }).replace("2 1\n2 1\n", "2 1\n");
    expect(speciesList(readPoscar(version4, place, { species: ["Na", "Cl"] }))).toEqual(["Na", "Na", "Cl"]);
    expect(refusalOf(() => readPoscar(version4, place)).message).toMatch(/^POSCAR:6: no species line/);
    const notes = new Notes();
    expect(speciesList(readPoscar(version4.replace("LiO", "Li2 O1"), place, { notes }))).toEqual(["Li", "Li", "O"]);
    expect(notes.list()[0]).toMatchObject({ code: "poscar-species-guessed" });
    expect(speciesList(readPoscar(version4.replace("LiO", "K F"), place))).toEqual(["K", "K", "F"]);
    // numbers that are not the counts say that the comment is about something else
    expect(refusalOf(() => readPoscar(version4.replace("LiO", "Li4 O2"), place)).place.line).toBe(6);
    const labelled = version4.replace(/^(0.*)$/gm, "$1 S").replace("0.25 0.25 0.25 S", "0.25 0.25 0.25 Cl");
    expect(speciesList(readPoscar(labelled, place))).toEqual(["S", "S", "Cl"]);
    expect(refusalOf(() => readPoscar(version4, place, { species: ["Na"] })).message).toContain(
      "species has 1 name, the file 2 counts",
    );
  });

  it("an unknown element names the nearest one", () => {
    const refusal = refusalOf(() => readPoscar(file({ 6: "LI O" }), place));
    expect(refusal.message).toBe('POSCAR:6: "LI" is not an element symbol');
    expect(refusal.hint).toBe('did you mean "Li"?');
  });

  it("labels that contradict the species line are noted", () => {
    const notes = new Notes();
    readPoscar(file({ 9: "0 0 0 Na" }), place, { notes });
    expect(notes.list().map(({ code }) => code)).toEqual(["poscar-label-differs"]);
  });
});

describe("the form of the file", () => {
  it("Windows and old Macintosh line ends, a byte-order mark, tabs", () => {
    for (const text of [
      file().replaceAll("\n", "\r\n"),
      file().replaceAll("\n", "\r"),
      `\ufeff${file()}`,
      file().replaceAll(" ", "\t"),
    ]) {
      expect(positionsOf(text)).toEqual(plain);
    }
  });

  it("Fortran exponents and numbers that ran together", () => {
    expect(positionsOf(file({ 10: "5.0D-01 0.5d0 5.0E-1" }))).toEqual(plain);
    expect(positionsOf(file({ 10: "0.50000000-0.50000000-0.50000000" }))).toEqual([0, 0, 0, 2, -2, -2.5, 1, 1, 1.25]);
    // an exponent of three digits loses its letter in Fortran
    expect(positionsOf(file({ 9: "0.1-100 0 0" }))[0]).toBe(4e-101);
  });

  it("selective dynamics are checked, noted and not kept; what follows the atoms is not read", () => {
    const notes = new Notes();
    const text = file({
      8: "Selective dynamics\nDirect",
      9: "0 0 0 T T F",
      10: "0.5 0.5 0.5 F F F",
      11: "0.25 0.25 0.25 T T T",
    });
    expect([...readPoscar(`${text}\n\nnonsense`, place, { notes }).positions]).toEqual(plain);
    expect(notes.list().map(({ code }) => code)).toEqual(["poscar-selective-dynamics"]);
    expect(refusalOf(() => readPoscar(text.replace("T T F", "T T"), place)).message).toBe(
      'POSCAR:10: expected three flags T or F behind the position, found "T T"',
    );
  });

  const faults: [string, string, RegExp][] = [
    ["a cut file", file().slice(0, -20), /^POSCAR:8: the counts 2 1 promise 3 atoms, 2 lines follow/],
    ["an absurd count", file({ 7: "2 1000000000" }), /promise 1000000002 atoms, 3 lines follow/],
    ["a negative count", file({ 7: "2 -1" }), /^POSCAR:7: expected the number of atoms of each species, found "-1"/],
    ["too few counts", file({ 7: "3" }), /^POSCAR:7: 1 count for 2 species/],
    ["a lost number", file({ 10: "0.5 NaN 0.5" }), /^POSCAR:10: expected the position of atom 2, found "NaN"/],
    ["a flat cell", file({ 5: "4 4 0" }), /^POSCAR:2: the cell vectors span no volume/],
    ["no coordinate mode", file({ 8: "0 0 0" }), /^POSCAR:8: expected Direct or Cartesian, found "0 0 0"/],
    ["bytes", "a\u0000b", /^POSCAR:1: column 2 holds the control character 0x00/],
    ["nothing", " \n ", /^POSCAR:1: the file is empty/],
    [
      "two numbers for a vector",
      file({ 4: "0 4" }),
      /^POSCAR:4: expected the lattice vector b: 3 numbers, found 2 words/,
    ],
  ];
  it.each(faults)("%s is refused with its line", (_, text, message) => {
    expect(refusalOf(() => readPoscar(text, place)).message).toMatch(message);
  });
});

it("the writer keeps the order of the atoms and lists runs of an element", () => {
  const crystal = makeCrystal({
    cell: makeCell([4, 0, 0, 0, 4, 0, 0, 0, 5]),
    species: ["Li", "O", "O", "Li"],
    fractional: [0, 0, 0, 0.5, 0, 0, 0, 0.5, 0, 0, 0, 0.5],
  });
  const lines = writePoscar(crystal).split("\n");
  expect(lines[5]!.trim().split(/\s+/)).toEqual(["Li", "O", "Li"]);
  expect(lines[6]!.trim().split(/\s+/)).toEqual(["1", "2", "1"]);
  expect(writePoscar(crystal, { comment: "two\nlines" }).split("\n")[0]).toBe("two lines");
});
