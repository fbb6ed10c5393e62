import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/base/index.js";
import {
  atomicNumber,
  commonOxidationState,
  elementNamed,
  elementNumbered,
  elementOfLabel,
  isElement,
  standardMass,
} from "../../../src/structure/index.js";

describe("elements", () => {
  it("are 118, and number and symbol are inverse to each other", () => {
    for (let z = 1; z <= 118; z++) expect(atomicNumber(elementNumbered(z).symbol)).toBe(z);
    expect(() => elementNumbered(119)).toThrow(InputError);
    expect(() => elementNumbered(0)).toThrow(InputError);
  });

  it("have the conventional standard weights of 2021 where IUPAC gives an interval", () => {
    const conventional = {
      H: 1.008,
      Li: 6.94,
      B: 10.81,
      C: 12.011,
      N: 14.007,
      O: 15.999,
      Mg: 24.305,
      Si: 28.085,
      S: 32.06,
      Cl: 35.45,
    };
    for (const [symbol, mass] of Object.entries(conventional)) expect(standardMass(symbol)).toBe(mass);
  });

  it("get heavier with atomic number but for the known pairs", () => {
    // Ar–K, Co–Ni, Te–I; Th–Pa, U–Np, Pu–Am by their longest-lived nuclides
    const inverted = [18, 27, 52, 90, 92, 94];
    for (let z = 1; z < 96; z++) {
      const heavier = elementNumbered(z + 1).mass > elementNumbered(z).mass;
      expect(heavier).toBe(!inverted.includes(z));
    }
  });

  it("D and T are hydrogen with their own mass", () => {
    expect(elementNamed("D").number).toBe(1);
    expect(standardMass("D") / standardMass("H")).toBeCloseTo(1.998, 3);
    expect(standardMass("T")).toBeCloseTo(3.01605, 5);
  });

  it.each([
    ["LI", "Li"],
    ["li", "Li"],
    ["Lii", "Li"],
    ["na", "Na"],
    ["Gee", "Ge"],
    ["CL", "Cl"],
  ])("an unknown symbol %s is refused with its nearest, %s", (wrong, nearest) => {
    expect(isElement(wrong)).toBe(false);
    expect(() => elementNamed(wrong)).toThrow(InputError);
    try {
      elementNamed(wrong);
    } catch (error) {
      expect((error as InputError).hint).toContain(`"${nearest}"`);
    }
  });

  it("are read off the front of labels", () => {
    expect(["Li2", "O1A", "CL3", "P", "C12", "Cs+", "Na1+"].map(elementOfLabel)).toEqual([
      "Li",
      "O",
      "Cl",
      "P",
      "C",
      "Cs",
      "Na",
    ]);
    expect(() => elementOfLabel("?1")).toThrow(InputError);
  });

  it("have charges that make the common compounds neutral", () => {
    const charge = (formula: Record<string, number>): number =>
      Object.entries(formula).reduce((sum, [element, count]) => sum + count * commonOxidationState(element), 0);
    expect(charge({ Li: 3, P: 1, O: 4 })).toBe(0);
    expect(charge({ Li: 4, Ge: 1, O: 4 })).toBe(0);
    expect(charge({ Li: 10, Ge: 1, P: 2, S: 12 })).toBe(0);
    expect(charge({ Li: 7, La: 3, Zr: 2, O: 12 })).toBe(0);
    expect(charge({ Na: 1, Cl: 1 })).toBe(0);
  });

  it("are suggested only where a letter agrees", () => {
    const hintOf = (symbol: string): string => {
      try {
        elementNamed(symbol);
      } catch (error) {
        if (error instanceof InputError) return error.hint;
      }
      return "";
    };
    expect(hintOf("LI")).toBe('did you mean "Li"?');
    expect(hintOf("Qq")).not.toContain("did you mean");
  });

  it("have a colour each", () => {
    for (let z = 1; z <= 118; z++) expect(elementNumbered(z).colour).toMatch(/^#[0-9a-f]{6}$/);
  });
});
