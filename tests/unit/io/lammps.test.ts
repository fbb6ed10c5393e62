import { describe, expect, it } from "vitest";
import { Notes } from "../../../src/base/index.js";
import { type LammpsDataReadOptions, readLammpsData, writeLammpsData } from "../../../src/io/index.js";
import { makeCell, makeCrystal, speciesList } from "../../../src/structure/index.js";
import { maxDifference, refusalOf } from "./samples.js";

const place = { file: "data.x" };
const HEADER = "title\n\n2 atoms\n2 atom types\n\n1.0 5.0 xlo xhi\n0 4 ylo yhi\n0 6 zlo zhi\n";
const MASSES = "Masses\n\n1 6.94 # Li\n2 15.999 # O\n\n";
const file = (atoms: string, { header = HEADER, masses = MASSES, style = "" } = {}): string =>
  `${header}\n${masses}Atoms${style}\n\n${atoms}\n`;
const atomic = "2 2 3.0 2.0 3.0\n1 1 1.0 0 0";
const read = (text: string, options: LammpsDataReadOptions = {}) => readLammpsData(text, place, options);
const refusal = (text: string, options: LammpsDataReadOptions = {}): string =>
  refusalOf(() => read(text, options)).message;

describe("atoms", () => {
  it("come in the order of their ids, relative to the corner of the box", () => {
    const { crystal } = read(file(atomic));
    expect(speciesList(crystal)).toEqual(["Li", "O"]);
    expect([...crystal.positions]).toEqual([0, 0, 0, 2, 2, 3]);
  });

  it("are moved by their image flags, along tilted vectors too", () => {
    const header = `${HEADER}1.5 0.5 -0.25 xy xz yz\n`;
    const { crystal } = read(file("1 1 1.0 0 0 1 0 0\n2 2 1.0 0 0 0 -1 2", { header }));
    expect([...crystal.cell.vectors]).toEqual([4, 0, 0, 1.5, 4, 0, 0.5, -0.25, 6]);
    // −b + 2c = (−1.5, −4, 0) + (1, −0.5, 12)
    expect([...crystal.positions]).toEqual([4, 0, 0, -0.5, -4.5, 12]);
  });

  it("their style follows from the hint, the option, or the columns where these leave no doubt", () => {
    expect(read(file("1 1 0.5 1 0 0\n2 2 -0.5 3 2 3", { style: " # charge" })).charges).toEqual(
      Float64Array.of(0.5, -0.5),
    );
    expect(read(file("1 1 0.5 1 0 0\n2 2 -0.5 3 2 3")).atomStyle).toBe("charge");
    expect(read(file("1 7 1 1 0 0\n2 7 2 3 2 3")).atomStyle).toBe("molecular");
    expect(read(file("1 7 1 0.5 1 0 0\n2 7 2 -0.5 3 2 3 0 0 0".replace(" 0 0 0", ""))).atomStyle).toBe("full");
    // both columns may be types
    const either = file("1 1 2 1 0 0\n2 2 1 3 2 3");
    expect(refusal(either)).toBe("data.x:15: the columns may be id type charge or id molecule type");
    expect(speciesList(read(either, { atomStyle: "molecular" }).crystal)).toEqual(["O", "Li"]);
    expect(refusal(file(atomic, { style: " # ellipsoid" }))).toBe('data.x:15: atom style "ellipsoid" is not read');
  });
});

describe("elements of the types", () => {
  const names = (masses: string, options: LammpsDataReadOptions = {}): string[] =>
    speciesList(read(file(atomic, { masses }), options).crystal);

  it("from comments, labels, the option, or the mass with a note; the mass of the file is kept", () => {
    expect(names("Masses\n\n1 6.94 # Li+ ion\n2 15.999 # O\n\n")).toEqual(["Li", "O"]);
    expect(names("Atom Type Labels\n\n1 Na\n2 Cl\n\n")).toEqual(["Na", "Cl"]);
    expect(names("", { species: ["K", "F"] })).toEqual(["K", "F"]);
    const notes = new Notes();
    const { crystal } = read(file(atomic, { masses: "Masses\n\n1 6.941\n2 15.9994\n\n" }), { notes });
    expect(speciesList(crystal)).toEqual(["Li", "O"]);
    expect([...crystal.masses]).toEqual([6.941, 15.9994]);
    expect(notes.list().map(({ code }) => code)).toEqual(["lammps-element-from-mass", "lammps-element-from-mass"]);
  });

  it("a mass between elements, or far from the named one, is refused or noted", () => {
    expect(refusal(file(atomic, { masses: "Masses\n\n1 6.5\n2 16\n\n" }))).toBe(
      "data.x:12: no element has the mass 6.5 amu (nearest is Li, 6.94)",
    );
    const notes = new Notes();
    read(file(atomic, { masses: "Masses\n\n1 2.014 # H\n2 16 # O\n\n" }), { notes });
    expect(notes.list().map(({ code }) => code)).toEqual(["lammps-mass-differs"]);
    expect(refusal(file(atomic, { masses: "" }))).toContain("no section Masses");
  });
});

describe("what is refused, with its line", () => {
  const faults: [string, string, RegExp][] = [
    [
      "other units",
      file(atomic).replace("title", "LAMMPS data file via write_data, units = lj"),
      /^data.x:1: the file is in LAMMPS units "lj"/,
    ],
    [
      "a header entry given twice",
      file(atomic, { header: `${HEADER}3 atoms\n` }),
      /^data.x:9: "atoms" is given twice, first in line 3/,
    ],
    [
      "a box without an edge",
      file(atomic, { header: HEADER.replace("0 6 zlo zhi\n", "") }),
      /the header has no "zlo zhi"/,
    ],
    [
      "an edge that runs backwards",
      file(atomic, { header: HEADER.replace("1.0 5.0", "5.0 1.0") }),
      /^data.x:6: the box edge "xlo xhi" runs from 5 to 1/,
    ],
    [
      "a lost edge",
      file(atomic, { header: HEADER.replace("1.0 5.0", "nan 5.0") }),
      /^data.x:6: expected xlo xhi, found "nan"/,
    ],
    ["a header nobody knows", file(atomic, { header: `${HEADER}3 wheels\n` }), /^data.x:9: "3 wheels" is not known/],
    ["too few atoms", file(atomic.split("\n")[0]!), /^data.x:15: the header promises 2 atoms, the section has 1/],
    [
      "an absurd count",
      file(atomic).replace("2 atoms", "1000000000 atoms"),
      /promises 1000000000 atoms, the section has 2/,
    ],
    [
      "a negative count",
      file(atomic).replace("2 atoms", "-2 atoms"),
      /^data.x:3: expected the number of atoms, found "-2"/,
    ],
    [
      "an id given twice",
      file(atomic.replace("2 2 3", "1 2 3")),
      /^data.x:18: the atom id 1 is not possible: it also stands in line 17/,
    ],
    ["a type that is not announced", file(atomic.replace("2 2 3", "2 3 3")), /^data.x:17: atom 2 has the type 3/],
    [
      "a coordinate that is none",
      file(atomic.replace("2.0 3.0", "2.0 inf")),
      /^data.x:17: atom 2 has a coordinate or charge that is not a number/,
    ],
    [
      "a section given twice",
      `${file(atomic)}\nAtoms\n\n${atomic}\n`,
      /the section "Atoms" comes twice, first in line 15/,
    ],
    [
      "a type without a mass",
      file(atomic, { masses: "Masses\n\n1 6.94\n\n" }),
      /^data.x:10: Masses has 1 row for 2 atom types/,
    ],
    ["no atoms at all", HEADER, /the file ends where the first section/],
  ];
  it.each(faults)("%s", (_, text, message) => expect(refusal(text)).toMatch(message));

  it("velocities, bonds and coefficients are passed over", () => {
    const more = "\nVelocities\n\n1 0 0 0\n2 0 0 0\n\nPair Coeffs # lj/cut\n\n1 0.1 2.0\n2 0.1 2.0\n";
    expect(read(file(atomic) + more).crystal.kinds.length).toBe(2);
  });
});

describe("the writer", () => {
  const cubic = makeCell([4, 0, 0, 0, 4, 0, 0, 0, 4]);

  it("gives isotopes of one element their own types", () => {
    const crystal = makeCrystal({
      cell: cubic,
      species: ["Li", "Li", "O"],
      positions: [0, 0, 0, 1, 1, 1, 2, 2, 2],
      masses: [6.015, 7.016, 15.999],
    });
    const text = writeLammpsData(crystal);
    expect(text).toContain("3 atom types");
    expect(read(text).crystal.masses).toEqual(crystal.masses);
  });

  it("brings tilts within half an edge and leaves exactly half", () => {
    const half = makeCrystal({ cell: makeCell([4, 0, 0, -2, 5, 0, 0, 0, 6]), species: ["Li"], positions: [1, 1, 1] });
    expect([...read(writeLammpsData(half)).crystal.cell.vectors]).toEqual([...half.cell.vectors]);
    const wide = makeCrystal({ cell: makeCell([4, 0, 0, 3, 5, 0, 9, -4, 6]), species: ["Li"], positions: [1, 1, 1] });
    const back = read(writeLammpsData(wide)).crystal;
    // b − a, and c + b − 3a of the new b: (9 − 1 − 8, …) — the same lattice, so the same volume
    expect(maxDifference(back.cell.vectors, [4, 0, 0, -1, 5, 0, 0, 1, 6])).toBeLessThan(1e-15);
    expect([...back.positions]).toEqual([1, 1, 1]);
  });

  it("charges by element or by atom; an element without one is refused", () => {
    const crystal = makeCrystal({ cell: cubic, species: ["Li", "O"], positions: [0, 0, 0, 2, 2, 2] });
    expect(read(writeLammpsData(crystal, { charges: { Li: 1, O: -1 } })).charges).toEqual(Float64Array.of(1, -1));
    expect(read(writeLammpsData(crystal, { charges: Float64Array.of(0.5, -0.5) })).charges).toEqual(
      Float64Array.of(0.5, -0.5),
    );
    expect(() => writeLammpsData(crystal, { charges: { Li: 1 } })).toThrow("no charge for O");
  });
});
