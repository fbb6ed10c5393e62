import { describe, expect, it } from "vitest";
import { makeProlate } from "../../../src/forces/kernel-prolate.js";
import { makeSplitting } from "../../../src/forces/kernel-splitting.js";

/** Composite Simpson rule; the integrands are analytic and turn less than 60 times, 2000 intervals leave below 1e-12. */
function integral(f: (x: number) => number, from: number, to: number): number {
  const n = 2000;
  const h = (to - from) / n;
  let sum = f(from) + f(to);
  for (let i = 1; i < n; i++) sum += (i % 2 ? 4 : 2) * f(from + i * h);
  return (sum * h) / 3;
}

describe("the prolate function", () => {
  for (const c of [4, 12, 24, 40]) {
    const prolate = makeProlate(c);
    const out = new Float64Array(3);
    const psi = (x: number): number => {
      prolate.at(Math.abs(x), out);
      return out[1]!;
    };

    it(`is its own Fourier transform within the band, c = ${c}`, () => {
      const transform = (y: number): number => 2 * integral((x) => psi(x) * Math.cos(c * x * y), 0, 1);
      const lambda = transform(0) / psi(0);
      // Absolute, against ψ(0) of order √c: the function itself falls to e^{−c}.
      for (const y of [0.1, 0.37, 0.6, 0.85, 1]) expect(Math.abs(transform(y) - lambda * psi(y))).toBeLessThan(1e-11);
    });

    it(`has the integral and the derivative it claims, c = ${c}`, () => {
      for (const x of [0.05, 0.3, 0.7, 1]) {
        prolate.at(x, out);
        expect(Math.abs(out[0]! - integral(psi, 0, x))).toBeLessThan(1e-12);
        if (x === 1) continue;
        prolate.at(x, out);
        const slope = out[2]!;
        // fourth-order difference: h⁴ψ⁽⁵⁾/30 ~ (1e-3)⁴ c^{5/2}·5 ~ 5e-8 at c = 40
        const h = 1e-3;
        const numerical = (8 * (psi(x + h) - psi(x - h)) - (psi(x + 2 * h) - psi(x - 2 * h))) / (12 * h);
        expect(Math.abs(slope - numerical)).toBeLessThan(1e-6);
      }
      prolate.at(1, out);
      expect(Math.abs(out[0]! - 1)).toBeLessThan(1e-13); // scaled to ∫₀¹ ψ = 1
    });
  }

  it("splits 1/r: both parts together are 1/r, the waves seen from r = 0 give the self term", () => {
    const splitting = makeSplitting(6, 16);
    const out = new Float64Array(3);
    // (2/π) ∫₀^{k_c} k² f(k) sin(kr)/(kr) dk is the part of 1/r left to the waves; what lies beyond k_c is about e^{−16} = 1e-7
    const longRange = (r: number): number =>
      (2 / Math.PI) *
      integral(
        (k) => {
          if (k === 0) return 1;
          splitting.transform(k * k, out);
          return (k * k * out[0]! * Math.sin(k * r)) / (k * r);
        },
        0,
        splitting.reciprocalCutoff,
      );
    for (const r of [0.8, 2, 4, 5.9]) {
      splitting.screened(r, out);
      const short = out[0]!;
      expect(Math.abs(short + longRange(r) - 1 / r)).toBeLessThan(2e-7);
    }
    expect(Math.abs(longRange(1e-6) / 2 - splitting.selfTerm)).toBeLessThan(1e-7);
  });
});
