import { describe, expect, it } from "vitest";
import { InputError, PhysicsError } from "../../../src/base/index.js";
import {
  compositionOf,
  formulaOf,
  insertAtom,
  nacl,
  netCharge,
  parseFormula,
  reducedFormula,
  removeAtom,
  requireNeutral,
  speciesList,
  standardMass,
  substitute,
  supercell,
} from "../../../src/structure/index.js";
import { gammaLi3PO4 } from "../../helpers/li3po4.js";

// Charges of Pedone et al. (10.1021/jp0611018): lithium 0.6, phosphorus 3, oxygen −1.2, germanium 2.4.
const CHARGES = { Li: 0.6, P: 3, O: -1.2, Ge: 2.4 };

describe("a substitution", () => {
  it("changes one atom's element, mass and label, and nothing it was given", () => {
    const crystal = gammaLi3PO4();
    const before = speciesList(crystal);
    const doped = substitute(crystal, 12, "Ge");
    expect(speciesList(crystal)).toEqual(before);
    expect(speciesList(doped)).toEqual(before.map((element, i) => (i === 12 ? "Ge" : element)));
    expect(doped.masses[12]).toBe(standardMass("Ge"));
    expect(doped.labels![12]).toBe("Ge1");
    expect([...doped.positions]).toEqual([...crystal.positions]);
  });

  it("keeps kinds consistent when an element appears or vanishes", () => {
    const salt = nacl({ primitive: true });
    const other = substitute(salt, 0, "Cl");
    expect(other.elements).toEqual(["Cl"]);
    expect([...other.kinds]).toEqual([0, 0]);
    expect(substitute(salt, 0, "K").elements).toEqual(["K", "Cl"]);
  });

  it("keeps masses that are not standard on the other atoms", () => {
    const heavy = { ...nacl(), masses: Float64Array.from({ length: 8 }, (_, i) => 100 + i) };
    expect([...substitute(heavy, 3, "K").masses]).toEqual([100, 101, 102, standardMass("K"), 104, 105, 106, 107]);
  });
});

describe("a vacancy and an interstitial", () => {
  it("undo each other up to the order of atoms", () => {
    const crystal = gammaLi3PO4();
    const last = crystal.kinds.length - 1;
    const [x, y, z] = crystal.positions.slice(3 * last) as unknown as [number, number, number];
    const back = insertAtom(removeAtom(crystal, last), "O", [x, y, z], "O3");
    expect(speciesList(back)).toEqual(speciesList(crystal));
    expect([...back.positions]).toEqual([...crystal.positions]);
    expect(back.labels).toEqual(crystal.labels);
    expect([...back.masses]).toEqual([...crystal.masses]);
  });

  it("give a new label that is free", () => {
    expect(insertAtom(gammaLi3PO4(), "Li", [0, 0, 0]).labels!.at(-1)).toBe("Li3");
    expect(insertAtom(nacl(), "Li", [1, 1, 1]).labels).toBeUndefined();
  });

  it("need an atom that exists and an element that exists", () => {
    expect(() => removeAtom(nacl(), 8)).toThrow(InputError);
    expect(() => substitute(nacl(), -1, "K")).toThrow(InputError);
    expect(() => insertAtom(nacl(), "Xx", [0, 0, 0])).toThrow(InputError);
  });
});

describe("the charge of a cell", () => {
  const base = supercell(gammaLi3PO4(), [1, 2, 3]).crystal;

  it("is zero for the perfect crystal and for Ge with one more Li", () => {
    // 192 products of one decimal each: counts times charges leave single roundings of a few hundred e
    expect(Math.abs(netCharge(base, CHARGES))).toBeLessThan(1e-12);
    const doped = insertAtom(substitute(base, 12, "Ge"), "Li", [1, 1, 1]);
    expect(formulaOf(doped)).toBe("Li73 Ge1 P23 O96");
    expect(Math.abs(netCharge(doped, CHARGES))).toBeLessThan(1e-12);
    expect(() => requireNeutral(doped, CHARGES)).not.toThrow();
  });

  it("that is not zero is refused with the composition and a way out", () => {
    const charged = substitute(base, 12, "Ge");
    expect(netCharge(charged, CHARGES)).toBeCloseTo(-0.6, 12);
    expect(() => requireNeutral(charged, CHARGES)).toThrow(PhysicsError);
    expect(() => requireNeutral(charged, CHARGES)).toThrow(/-0\.600000 e: Li72 Ge1 P23 O96/);
  });

  it("needs a charge for every element", () => {
    expect(() => netCharge(base, { Li: 1, O: -2 })).toThrow(/P/);
  });
});

describe("formulas", () => {
  it("are reduced by the greatest common divisor", () => {
    expect(reducedFormula(gammaLi3PO4())).toBe("Li3PO4");
    expect(reducedFormula(nacl())).toBe("NaCl");
    expect(compositionOf(gammaLi3PO4())).toEqual({ Li: 12, P: 4, O: 16 });
  });

  it("are read with brackets, fractions and spaces", () => {
    expect(parseFormula("Li10Ge(PS6)2")).toEqual({ Li: 10, Ge: 1, P: 2, S: 12 });
    expect(parseFormula("Li0.5 La0.5 TiO3")).toEqual({ Li: 0.5, La: 0.5, Ti: 1, O: 3 });
    expect(parseFormula("Ca(Al(OH)4)2")).toEqual({ Ca: 1, Al: 2, O: 8, H: 8 });
    expect(parseFormula("CO")).toEqual({ C: 1, O: 1 });
  });

  it.each(["", "Li3PO4)", "(Li", "3Li", "Qq2", "Li-3"])("that are none are refused: %j", (text) => {
    expect(() => parseFormula(text)).toThrow(InputError);
  });
});
