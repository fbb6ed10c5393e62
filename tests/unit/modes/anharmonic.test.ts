import { describe, expect, it } from "vitest";
import { anharmonicity, forceConstants, spectrumChange, splitSpectrum } from "../../../src/modes/index.js";
import { displacementsBetween } from "../../../src/structure/index.js";
import { lennardJonesFcc, shaken, springSalt } from "../../helpers/small-crystals.js";

describe("anharmonicity", () => {
  it("is 0 for forces of the force constants themselves and 1 for constants of none", async () => {
    const { crystal, field } = springSalt();
    const constants = await forceConstants(crystal, field);
    const displacements = Float64Array.from({ length: 24 }, (_, k) => 0.02 * Math.sin(3 * k));
    const forces = displacements.map(
      (_, row) => -displacements.reduce((sum, u, k) => sum + constants.values[24 * row + k]! * u, 0),
    );
    const exact = anharmonicity(constants, [{ displacements, forces }]);
    expect(exact.overall).toBeLessThan(1e-14);
    const nothing = { ...constants, values: new Float64Array(24 ** 2) };
    const none = anharmonicity(nothing, [{ displacements, forces }]);
    expect(none.overall).toBe(1);
    expect(none.byElement).toEqual({ Na: 1, Cl: 1 });
  });

  it("of Lennard-Jones grows in proportion to the displacements: cubic forces go with u², harmonic ones with u", async () => {
    // in the cubic cell itself every pair is seen from both sides and the cubic part cancels: ratio 4
    const { crystal, field } = lennardJonesFcc(2);
    const constants = await forceConstants(crystal, field);
    const session = field.attach(crystal);
    const at = (size: number): number => {
      const moved = shaken(crystal, size, 3);
      const forces = new Float64Array(moved.positions.length);
      session.evaluate(moved.positions, forces);
      const displacements = displacementsBetween(crystal.cell, crystal.positions, moved.positions);
      return anharmonicity(constants, [{ displacements, forces }]).overall;
    };
    // the quartic part adds (20 × 0.002)² to it
    expect(Math.abs(at(0.002) / at(0.001) - 2)).toBeLessThan(0.05);
  });
});

describe("the change of a spectrum", () => {
  const frequencies = Float64Array.from({ length: 11 }, (_, k) => k);

  it("splits the area where asked, between points too", () => {
    const flat = { frequencies, density: new Float64Array(11).fill(2) };
    expect(splitSpectrum(flat, 2.5)).toEqual({ low: 0.25, high: 0.75, ratio: 5 / 15 });
    const ramp = { frequencies, density: frequencies };
    // ∫f df: (4.5/10)²
    expect(splitSpectrum(ramp, 4.5).low).toBeCloseTo(0.2025, 12);
    expect(splitSpectrum(ramp, 20).high).toBe(0);
  });

  it("is 1 for a spectrum that stays, above 1 when holding the anions takes the low part away", () => {
    const free = { frequencies, density: frequencies.map((f) => Math.exp(-f / 3)) };
    const frozen = { frequencies, density: frequencies.map((f) => f * Math.exp(-f / 3)) };
    expect(spectrumChange(free, free, 4).change).toBe(1);
    expect(spectrumChange(free, frozen, 4).change).toBeGreaterThan(1.5);
  });
});
