import { describe, expect, it } from "vitest";
import { PhysicsError } from "../../../src/base/index.js";
import {
  type Crystal,
  checkDistances,
  cscl,
  deformCell,
  diamond,
  fcc,
  hcp,
  nacl,
  perovskite,
  rutile,
  withCell,
  withPositions,
  zincblende,
} from "../../../src/structure/index.js";
import { gammaLi3PO4 } from "../../helpers/li3po4.js";

const scaled = (crystal: Crystal, factor: number): Crystal =>
  withCell(crystal, deformCell(crystal.cell, Float64Array.of(factor, 0, 0, 0, factor, 0, 0, 0, factor)));

describe("a check of distances", () => {
  it("passes real crystals in silence", () => {
    for (const crystal of [
      fcc(),
      diamond(),
      hcp(),
      nacl(),
      zincblende(),
      cscl(),
      perovskite(),
      rutile(),
      gammaLi3PO4(),
    ]) {
      const { notes, medianRatio } = checkDistances(crystal);
      expect(notes).toEqual([]);
      // bonds follow the sum of covalent radii within a quarter in all of these
      expect(Math.abs(medianRatio - 1)).toBeLessThan(0.25);
    }
    expect(checkDistances(gammaLi3PO4()).shortest).toBeCloseTo(1.534, 3);
  });

  it("names the unit when everything is too short", () => {
    expect(() => checkDistances(scaled(gammaLi3PO4(), 0.1))).toThrow(PhysicsError);
    try {
      checkDistances(scaled(gammaLi3PO4(), 0.1));
    } catch (error) {
      expect((error as PhysicsError).hint).toContain("nm read as Å");
    }
  });

  it("notes when everything is too far, and names bohr", () => {
    const { notes } = checkDistances(scaled(gammaLi3PO4(), 1 / 0.529177));
    expect(notes.map(({ code }) => code)).toEqual(["distances-long"]);
    expect(notes[0]!.hint).toContain("bohr read as Å");
    expect(checkDistances(scaled(nacl(), 5)).notes[0]!.code).toBe("distances-long");
  });

  it("leaves solid argon alone", () => {
    expect(checkDistances(fcc({ a: 5.31, elements: ["Ar"] })).notes).toEqual([]);
  });

  it("names the two atoms on one place", () => {
    const crystal = gammaLi3PO4();
    const positions = crystal.positions.slice();
    for (let k = 0; k < 3; k++) positions[3 * 20 + k] = positions[3 * 12 + k]! + 0.2;
    expect(() => checkDistances(withPositions(crystal, positions))).toThrow(
      /P1 \(atom 13\) and O1 \(atom 21\) are 0\.3464 Å apart/,
    );
  });
});
