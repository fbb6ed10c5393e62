import { describe, expect, it } from "vitest";
import { InputError, NumericError } from "../../../src/base/index.js";
import {
  atomCount,
  atomsOf,
  cellFromParameters,
  formulaOf,
  fractionalPositions,
  ionicRadius,
  makeCrystal,
  nacl,
  rutile,
  speciesList,
  speciesOf,
  standardMass,
  withCell,
  withPositions,
} from "../../../src/structure/index.js";

const cell = cellFromParameters(4, 5, 6, 80, 95, 110);

describe("a crystal", () => {
  it("numbers its kinds in order of appearance and takes standard masses", () => {
    const crystal = makeCrystal({
      cell,
      species: ["O", "Li", "O"],
      fractional: [0, 0, 0, 0.5, 0.5, 0.5, 0.1, 0.2, 0.3],
    });
    expect(crystal.elements).toEqual(["O", "Li"]);
    expect([...crystal.kinds]).toEqual([0, 1, 0]);
    expect([...crystal.masses]).toEqual(["O", "Li", "O"].map(standardMass));
    expect([atomCount(crystal), speciesOf(crystal, 1), formulaOf(crystal)]).toEqual([3, "Li", "O2 Li1"]);
    expect(speciesList(crystal)).toEqual(["O", "Li", "O"]);
    expect(atomsOf(crystal, "O")).toEqual([0, 2]);
    expect(atomsOf(crystal, "P")).toEqual([]);
  });

  it("is not changed by what it was made from, nor by what is made from it", () => {
    const positions = [0, 0, 0];
    const crystal = makeCrystal({ cell, species: ["Li"], positions });
    positions[0] = 9;
    expect(crystal.positions[0]).toBe(0);
    const moved = withPositions(crystal, [1, 1, 1]);
    expect([crystal.positions[0], moved.positions[0]]).toEqual([0, 1]);
  });

  it("keeps its fractional arrangement in another cell", () => {
    const other = withCell(rutile(), cell);
    const [before, after] = [fractionalPositions(rutile()), fractionalPositions(other)];
    for (const [i, s] of before.entries()) expect(Math.abs(s - after[i]!)).toBeLessThan(1e-14);
  });

  it.each([
    ["no atoms", { cell, species: [], positions: [] }, InputError],
    ["no positions", { cell, species: ["Li"] }, InputError],
    ["too few positions", { cell, species: ["Li"], positions: [0, 0] }, InputError],
    ["an unknown element", { cell, species: ["Xx"], positions: [0, 0, 0] }, InputError],
    ["a mass of zero", { cell, species: ["Li"], positions: [0, 0, 0], masses: [0] }, InputError],
    ["too many masses", { cell, species: ["Li"], positions: [0, 0, 0], masses: [6, 7] }, InputError],
    ["too few labels", { cell, species: ["Li"], positions: [0, 0, 0], labels: [] }, InputError],
    ["a position that is no number", { cell, species: ["Li"], positions: [0, Number.NaN, 0] }, NumericError],
  ])("with %s is refused", (_what, parts, error) => {
    expect(() => makeCrystal(parts)).toThrow(error);
  });
});

describe("ionic radii", () => {
  it("add up to bond lengths", () => {
    const sum = (a: [string, number, number], b: [string, number, number]): number =>
      ionicRadius(...a)! + ionicRadius(...b)!;
    // Shannon's radii reproduce mean bond lengths to some 0.02 Å: rock salt, Ti–O in rutile, P–O and Li–O in γ-Li3PO4
    expect(Math.abs(sum(["Na", 1, 6], ["Cl", -1, 6]) - nacl().cell.vectors[0]! / 2)).toBeLessThan(0.02);
    expect(Math.abs(sum(["Ti", 4, 6], ["O", -2, 3]) - (4 * 1.949 + 2 * 1.98) / 6)).toBeLessThan(0.02);
    expect(Math.abs(sum(["P", 5, 4], ["O", -2, 4]) - 1.54)).toBeLessThan(0.02);
    expect(Math.abs(sum(["Li", 1, 4], ["O", -2, 4]) - 1.97)).toBeLessThan(0.02);
  });

  it("grow with the number of neighbours and shrink with charge", () => {
    for (const [element, charge] of [
      ["Li", 1],
      ["Na", 1],
      ["Mg", 2],
      ["Al", 3],
      ["Ge", 4],
      ["P", 5],
      ["O", -2],
    ] as const) {
      expect(ionicRadius(element, charge, 4)!).toBeLessThan(ionicRadius(element, charge)!);
    }
    expect(ionicRadius("Mn", 4)!).toBeLessThan(ionicRadius("Mn", 2)!);
    expect(ionicRadius("Li", 2)).toBeUndefined();
    expect(() => ionicRadius("Xx", 1)).toThrow(InputError);
  });
});
