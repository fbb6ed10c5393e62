import { describe, expect, it } from "vitest";
import { Notes } from "../../../src/base/index.js";
import { type CifReadOptions, readCif } from "../../../src/io/index.js";
import { atomsOf, cellParameters, fractionalPositions, speciesList } from "../../../src/structure/index.js";
import { maxDifference, refusalOf } from "./samples.js";

const place = { file: "x.cif" };
const cell =
  "_cell_length_a 4\n_cell_length_b 4\n_cell_length_c 6\n_cell_angle_alpha 90\n_cell_angle_beta 90\n_cell_angle_gamma 90\n";
const columns = ["label", "type_symbol", "fract_x", "fract_y", "fract_z"];
const sites = (rows: string, names: readonly string[] = columns): string =>
  `loop_\n${names.map((name) => `_atom_site_${name}\n`).join("")}${rows}\n`;
const operations = (...list: string[]): string =>
  `loop_\n_space_group_symop_operation_xyz\n${list.map((op) => `'${op}'\n`).join("")}`;
const file = (...parts: string[]): string => `data_test\n${parts.join("")}`;
const oneAtom = sites("Li1 Li 0 0 0");
const read = (text: string, options: CifReadOptions = {}) => readCif(text, place, options);
const refusal = (text: string, options: CifReadOptions = {}): string => refusalOf(() => read(text, options)).message;
const inversion = operations("x,y,z", "-x,-y,-z");

describe("the grammar", () => {
  it("comments, quotes with quotes inside, text fields, tags in any case and with dots", () => {
    const text = `#\\#CIF_1.1
data_A # a comment
_chemical_name 'it''s a dog's life' _note "a 'quoted' word"
_long
;line one
 loop_ _not_a_tag
;
_CELL.length_a 4.0(2) _cell_length_b 4 _cell_length_c 6(1)
_cell_angle_alpha 90 _cell_angle_beta 90 _cell_angle_gamma 90
loop_ _atom_site.label _atom_site.fract_x _atom_site.fract_y _atom_site.fract_z
Li1 0.25(1) 0 0 O1 0.75 .5 0
`;
    const crystal = read(text);
    expect(speciesList(crystal)).toEqual(["Li", "O"]);
    expect([...crystal.positions]).toEqual([1, 0, 0, 3, 2, 0]);
    expect(crystal.labels).toEqual(["Li1", "O1"]);
  });

  const faults: [string, string, RegExp][] = [
    ["a value without a tag", file("_a 1 2\n"), /^x.cif:2: the value "2" belongs to no tag/],
    ["a tag without a value", file("_a\n_b 1\n"), /^x.cif:2: _a has no value/],
    ["a tag given twice", file("_a 1\n_A 2\n"), /^x.cif:3: _a is given twice, first in line 2/],
    ["a block given twice", "data_x\n_a 1\ndata_X\n", /^x.cif:3: data block "X" comes twice, first in line 1/],
    [
      "a loop with a value missing",
      file("loop_\n_a\n_b\n1 2 3\n"),
      /^x.cif:5: the loop of line 2 has 2 columns but 3 values/,
    ],
    ["a quote that is not closed", file("_a 'open\n"), /^x.cif:2: the quote that begins "'open" is not closed/],
    ["a text that is not closed", file("_a\n;open\n"), /^x.cif:3: the text that begins with ";" here has no end/],
    ["something before the first block", "_a 1\ndata_x\n", /^x.cif:1: "_a" stands before the first data block/],
    ["a dictionary", file("save_x\n"), /^x.cif:2: "save_x" is not part of a structure file/],
  ];
  it.each(faults)("%s is refused with its line", (_, text, message) => expect(refusal(text)).toMatch(message));
});

describe("data blocks", () => {
  const two = `${file(cell, oneAtom)}data_other\n${cell}${oneAtom}data_empty\n_a 1\n`;

  it("the only one with atoms is taken, several must be chosen from by name", () => {
    expect(speciesList(read(`data_global\n_journal x\n${file(cell, oneAtom)}`))).toEqual(["Li"]);
    expect(refusal(two)).toBe(
      `x.cif:${two.split("\n").indexOf("data_other") + 1}: 2 data blocks have atoms: "test", "other"`,
    );
    expect(speciesList(read(two, { block: "OTHER" }))).toEqual(["Li"]);
    expect(refusalOf(() => read(two, { block: "none" })).hint).toBe('the file has "test", "other", "empty"');
    expect(refusal(two, { block: "empty" })).toContain("has no _cell_length_a");
  });
});

describe("symmetry", () => {
  it("a group given by name or number only is refused, P 1 is not", () => {
    const text = refusalOf(() =>
      read(file(cell, "_symmetry_space_group_name_H-M 'P n m a'\n_space_group_IT_number 62\n", oneAtom)),
    );
    expect(text.message).toBe('x.cif:8: the space group is given only as "P n m a", number 62, without its operations');
    expect(text.hint).toContain("_space_group_symop_operation_xyz");
    expect(
      speciesList(read(file(cell, "_symmetry_space_group_name_H-M 'P 1'\n_symmetry_Int_Tables_number 1\n", oneAtom))),
    ).toEqual(["Li"]);
    const notes = new Notes();
    read(file(cell, oneAtom), { notes });
    read(file(cell, "_space_group_IT_number 225\n", operations("x,y,z"), oneAtom), { notes });
    expect(notes.list().map(({ code }) => code)).toEqual(["cif-no-symmetry", "cif-symmetry-mismatch"]);
  });

  it("images of a special position are one atom, of a general one as many as operations", () => {
    const crystal = read(file(cell, inversion, sites("Li1 Li 0.5 0.5 0.5\nO1 O 0.1 0.2 0.3")));
    expect(atomsOf(crystal, "Li").length).toBe(1);
    expect(atomsOf(crystal, "O").length).toBe(2);
    expect(maxDifference(fractionalPositions(crystal).slice(6), [0.9, 0.8, 0.7])).toBeLessThan(1e-15);
    expect(crystal.labels).toEqual(["Li1", "O1", "O1"]);
  });

  it("a rounded special position comes to lie on its symmetry element", () => {
    const threefold = operations("x,y,z", "-y,x-y,z", "-x+y,-x,z");
    const hexagonal = cell.replace("_cell_angle_gamma 90", "_cell_angle_gamma 120");
    const crystal = read(file(hexagonal, threefold, sites("Li1 Li 0.3333 0.6667 0.25")));
    // the mean of the three images is (1/3, 2/3) to rounding
    expect(maxDifference(fractionalPositions(crystal), [1 / 3, 2 / 3, 0.25])).toBeLessThan(1e-15);
  });

  it("translations printed as decimals are the fractions they were rounded from", () => {
    const thirds = operations("x,y,z", "x+0.6667,y+0.33333,z+.333", "x+1/3,y+2/3,2/3+z");
    const crystal = read(file(cell, thirds, oneAtom));
    expect(
      maxDifference(fractionalPositions(crystal), [0, 0, 0, 2 / 3, 1 / 3, 1 / 3, 1 / 3, 2 / 3, 2 / 3]),
    ).toBeLessThan(1e-15);
  });

  it("magnetic operations are refused, not passed over", () => {
    const text = file(cell, "loop_\n_space_group_symop_magn_operation.xyz\nx,y,z,+1\n", oneAtom);
    expect(refusal(text)).toBe("x.cif:8: the symmetry is given by magnetic operations");
  });

  const faults: [string, string, RegExp][] = [
    ["an operation that is none", operations("x,y,z", "x,y"), /^x.cif:11: "x,y" is not a symmetry operation/],
    ["one that changes the volume", operations("x,y,z", "2x,y,z"), /^x.cif:11: "2x,y,z" changes the volume by 2/],
    [
      "one that comes twice",
      operations("x,y,z", "-x,-y,-z", "-x,-y,1-z"),
      /^x.cif:12: the operation "-x,-y,1-z" comes twice, first in line 11/,
    ],
    ["a list without the identity", operations("-x,-y,-z"), /^x.cif:10: the operations lack the identity/],
    [
      "a list that lost a line",
      operations("x,y,z", "-y,x-y,z"),
      /the operations are no group: "-y,x-y,z" after "-y,x-y,z" is not in the list/,
    ],
  ];
  it.each(faults)("%s is refused", (_, list, message) => expect(refusal(file(cell, list, oneAtom))).toMatch(message));

  it("a site that misses its special position by too much is refused with the tolerance that would do", () => {
    const text = file(cell, inversion, sites("Li1 Li 0.51 0.5 0.5"));
    // image at 0.49: 0.02 · 4 Å
    expect(refusal(text)).toBe("x.cif:18: site Li1 lies 0.080 Å from its own image");
    const crystal = read(text, { mergeTolerance: 0.1 });
    expect(maxDifference(crystal.positions, [2, 2, 3])).toBeLessThan(1e-14);
  });
});

describe("sites", () => {
  it("charges and uncertainties are dropped, elements come from the type symbol, else from the label", () => {
    const rows = "a Li1+ 0 0 0\nb O2- 0.5 0 0\nc FE 0 0.5 0\nd Cl 0 0 0.5";
    expect(speciesList(read(file(cell, sites(rows))))).toEqual(["Li", "O", "Fe", "Cl"]);
    const labels = ["label", "fract_x", "fract_y", "fract_z"];
    expect(speciesList(read(file(cell, sites("Li2 0 0 0\nO1A 0.5 0 0\nCl- 0 0.5 0", labels))))).toEqual([
      "Li",
      "O",
      "Cl",
    ]);
    expect(refusal(file(cell, sites("CL1 0 0 0", labels)))).toBe('x.cif:13: the label "CL1" may mean C or Cl');
    expect(refusal(file(cell, sites("Va Va 0 0 0")))).toBe('x.cif:14: the type symbol "Va" of site Va is no element');
  });

  it("two sites at one place are refused", () => {
    expect(refusal(file(cell, sites("Li1 Li 0 0 0\nNa1 Na 0.999 0 0")))).toBe(
      "x.cif:15: sites Li1 and Na1 are at the same place",
    );
    expect(refusal(file(cell, inversion, sites("Li1 Li 0.1 0.2 0.3\nLi2 Li 0.9 0.8 0.7")))).toContain("Li1 and Li2");
  });

  it("an unknown coordinate names its site", () => {
    expect(refusal(file(cell, sites("Li1 Li 0 ? 0")))).toBe('x.cif:14: expected y of site Li1, found "?"');
  });

  it("Cartesian coordinates, with and without their matrix", () => {
    const names = ["label", "cartn_x", "cartn_y", "cartn_z"];
    expect(maxDifference(read(file(cell, sites("Li1 1 2 3", names))).positions, [1, 2, 3])).toBeLessThan(1e-14);
    // axes turned by 90° about c: x_cart = −4 s_y, y_cart = 4 s_x
    const matrix = ["0 -4 0", "4 0 0", "0 0 6"]
      .flatMap((row, i) => row.split(" ").map((x, j) => `_atom_sites_Cartn_tran_matrix_${i + 1}${j + 1} ${x}\n`))
      .join("");
    const turned = read(file(cell, matrix, sites("Li1 -2 1 3", names)));
    expect(maxDifference(fractionalPositions(turned), [0.25, 0.5, 0.5])).toBeLessThan(1e-15);
  });

  it("angles left out are 90°, with a note", () => {
    const notes = new Notes();
    const crystal = read(file(cell.replace(/_cell_angle.*\n/g, ""), oneAtom), { notes });
    expect(cellParameters(crystal.cell)).toEqual([4, 4, 6, 90, 90, 90]);
    expect(notes.list().filter(({ code }) => code === "cif-angle-default").length).toBe(3);
  });
});

describe("partial occupancies", () => {
  const names = [...columns, "occupancy"];
  const mixed = file(
    cell,
    sites("Li1 Li 0 0 0 0.7(1)\nNa1 Na 0 0 0 0.3\nO1 O 0.5 0 0 1.000(2)\nO2 O 0 0.5 0 .\nLi2 Li 0 0 0.5 0.2", names),
  );

  it("are refused with the sites' names", () => {
    expect(refusal(mixed)).toBe("x.cif:15: 3 sites partly occupied: Li1 (Li 0.7), Na1 (Na 0.3), Li2 (Li 0.2)");
  });

  it("keep-majority keeps the most occupied, drops what is mostly vacant, and notes both", () => {
    const notes = new Notes();
    const crystal = read(mixed, { occupancy: "keep-majority", notes });
    expect(speciesList(crystal)).toEqual(["Li", "O", "O"]);
    expect(notes.list().filter(({ code }) => code === "cif-occupancy").length).toBe(2);
  });

  it("keep-places keeps every place with its most occupied element", () => {
    const crystal = read(mixed, { occupancy: "keep-places" });
    expect(speciesList(crystal)).toEqual(["Li", "O", "O", "Li"]);
    expect(crystal.labels).toEqual(["Li1", "O1", "O2", "Li2"]);
    expect(speciesList(read(file(cell, sites("Li1 Li 0 0 0 0.5", names)), { occupancy: "keep-places" }))).toEqual([
      "Li",
    ]);
  });

  it("a tie has no majority", () => {
    const tie = file(cell, sites("Li1 Li 0 0 0 0.5", names));
    expect(refusal(tie, { occupancy: "keep-majority" })).toBe("x.cif:15: no majority at one place: Li1 Li 0.5");
    expect(refusal(file(cell, sites("Li1 Li 0 0 0 1.5", names)))).toBe("x.cif:15: site Li1 has the occupancy 1.5");
  });
});

it("an absurd number of atoms is refused before they are made", () => {
  const many = Array.from({ length: 100_001 }, (_, i) => `Li${i} Li 0 0 0`).join("\n");
  expect(refusal(file(cell, inversion, sites(many)))).toContain(
    "100001 sites with 2 operations make up to 200002 atoms",
  );
});
