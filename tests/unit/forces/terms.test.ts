import { describe, expect, it } from "vitest";
import { cutTerm, type RadialTerm, radialOf, radialPair, type Shift } from "../../../src/forces/index.js";

const distancesA = Array.from({ length: 41 }, (_, i) => 1.5 + 0.1 * i);

const TERMS: readonly RadialTerm[] = [
  { form: "morse", depthEv: 0.83, exponentPerA: 2.6, distanceA: 1.8 },
  { form: "repulsion", coefficientEvAn: 22 },
  { form: "repulsion", coefficientEvAn: 3, power: 7.5 },
  { form: "buckingham", prefactorEv: 1388.77, lengthA: 0.3623, dispersionEvA6: 175 },
  { form: "born-mayer", prefactorEv: 821.6, lengthA: 0.3242 },
  {
    form: "born-mayer-huggins",
    prefactorEv: 0.211,
    lengthA: 0.317,
    contactA: 2.755,
    dispersionEvA6: 7,
    dispersionEvA8: 8.7,
  },
  { form: "lennard-jones", depthEv: 0.0103, diameterA: 3.4 },
  { form: "yukawa", strengthEvA: -2.4, screeningA: 1.7 },
  { form: "table", distancesA, energiesEv: distancesA.map((r) => 0.83 * ((1 - Math.exp(-2.6 * (r - 1.8))) ** 2 - 1)) },
];

function at(term: RadialTerm, r: number): Float64Array {
  const out = new Float64Array(3);
  radialOf(term)(r, out);
  return out;
}

describe("radial terms", () => {
  for (const [index, term] of TERMS.entries()) {
    it(`${term.form} (${index}): U′ and U″ are the derivatives of U`, () => {
      const h = 1e-3;
      for (const r of [1.95, 2.31, 3.07, 5.03]) {
        const values = [-2, -1, 1, 2].map((k) => at(term, r + k * h));
        const slope = (k: 0 | 1): number =>
          (8 * (values[2]![k]! - values[1]![k]!) - (values[3]![k]! - values[0]![k]!)) / (12 * h);
        const [, first, second] = at(term, r);
        // truncation h⁴ U⁽⁵⁾/30 with U⁽⁵⁾ ≲ (12/r)⁵ U ~ 1e4 U gives 3e-10 U; a table's U‴ steps inside its interval only
        const scale = Math.max(...values.map((v) => Math.abs(v[0]!)), Math.abs(first!), Math.abs(second!), 1e-3);
        expect(Math.abs(first! - slope(0)) / scale).toBeLessThan(1e-8);
        expect(Math.abs(second! - slope(1)) / scale).toBeLessThan(1e-8);
      }
    });
  }

  it("a Morse well has depth −D, no slope and curvature 2a²D at r0", () => {
    const [energy, slope, curvature] = at({ form: "morse", depthEv: 0.5, exponentPerA: 1.5, distanceA: 2 }, 2);
    expect(energy).toBe(-0.5);
    expect(slope).toBe(0);
    expect(curvature).toBeCloseTo(2 * 1.5 ** 2 * 0.5, 14);
  });

  it("Lennard-Jones crosses zero at σ and has its minimum −ε at 2^{1/6} σ", () => {
    const term: RadialTerm = { form: "lennard-jones", depthEv: 0.01, diameterA: 3.4 };
    expect(Math.abs(at(term, 3.4)[0]!)).toBeLessThan(1e-16);
    const [energy, slope] = at(term, 3.4 * 2 ** (1 / 6));
    expect(energy).toBeCloseTo(-0.01, 15);
    expect(Math.abs(slope!)).toBeLessThan(1e-15);
  });

  it("Born–Mayer–Huggins with σ = 0 and D = 0 is Buckingham", () => {
    const general = at(
      {
        form: "born-mayer-huggins",
        prefactorEv: 9,
        lengthA: 0.3,
        contactA: 1e-300,
        dispersionEvA6: 4,
        dispersionEvA8: 0,
      },
      2.2,
    );
    const buckingham = at({ form: "buckingham", prefactorEv: 9, lengthA: 0.3, dispersionEvA6: 4 }, 2.2);
    for (let k = 0; k < 3; k++) expect(general[k]).toBeCloseTo(buckingham[k]!, 15);
  });

  it("a table of a cubic gives the cubic back, between uneven points too", () => {
    const cubic = (r: number): number => 2 - 3 * r + 0.7 * r ** 2 - 0.05 * r ** 3;
    const points = [1, 1.3, 1.9, 2.2, 3.5, 4, 5.5];
    const term: RadialTerm = { form: "table", distancesA: points, energiesEv: points.map(cubic) };
    for (const r of [1, 1.1, 1.6, 2.05, 3, 4.9, 5.5]) {
      const [energy, slope, curvature] = at(term, r);
      // exact on paper (not-a-knot ends): rounding of the tridiagonal solution remains
      expect(Math.abs(energy! - cubic(r))).toBeLessThan(1e-13);
      expect(Math.abs(slope! - (-3 + 1.4 * r - 0.15 * r ** 2))).toBeLessThan(1e-12);
      expect(Math.abs(curvature! - (1.4 - 0.3 * r))).toBeLessThan(1e-12);
    }
  });

  it("a table converges to its function as h⁴", () => {
    const f = (r: number): number => 4 * Math.exp(-1.5 * r);
    const error = (n: number): number => {
      const points = Array.from({ length: n + 1 }, (_, i) => 1 + (4 * i) / n);
      const term: RadialTerm = { form: "table", distancesA: points, energiesEv: points.map(f) };
      return Math.max(...Array.from({ length: 50 }, (_, i) => Math.abs(at(term, 2 + i / 50)[0]! - f(2 + i / 50))));
    };
    const ratio = error(20) / error(40); // 2⁴ = 16 in the limit; the next order is still seen at these h
    expect(ratio).toBeGreaterThan(13);
    expect(ratio).toBeLessThan(19);
  });
});

describe("cut-off and shift", () => {
  const term: RadialTerm = { form: "yukawa", strengthEvA: 3, screeningA: 2 };
  const cut = (shift: Shift) => radialPair(0, 0, [cutTerm(term, 5, shift)]);
  const below = (shift: Shift): Float64Array => {
    const out = new Float64Array(3);
    cut(shift).radial(5 * (1 - 1e-15), out);
    return out;
  };
  const bare = at(term, 5);

  it("none: energy and slope step by their value at the cut-off", () => {
    expect(below("none")[0]).toBeCloseTo(bare[0]!, 12);
    expect(below("none")[1]).toBeCloseTo(bare[1]!, 12);
  });

  it("energy: the energy is continuous, the slope is untouched", () => {
    expect(Math.abs(below("energy")[0]!)).toBeLessThan(1e-14);
    expect(below("energy")[1]).toBeCloseTo(bare[1]!, 12);
  });

  it("force: energy and slope are continuous, the curvature is untouched", () => {
    expect(Math.abs(below("force")[0]!)).toBeLessThan(1e-14);
    expect(Math.abs(below("force")[1]!)).toBeLessThan(1e-14);
    expect(below("force")[2]).toBeCloseTo(bare[2]!, 12);
  });

  it("a sum keeps each term's own end and names the inner ones", () => {
    const pair = radialPair(0, 1, [
      cutTerm(term, 5, "none"),
      cutTerm({ form: "repulsion", coefficientEvAn: 1 }, 3, "none"),
    ]);
    expect(pair.cutoff).toBe(5);
    expect(pair.breaks).toEqual([3]);
    const out = new Float64Array(3);
    pair.radial(4, out);
    expect(out[0]).toBe(at(term, 4)[0]);
    pair.radial(2, out);
    expect(out[0]).toBeCloseTo(at(term, 2)[0]! + 1 / 2 ** 12, 15);
  });
});
