// phonopy 2.17.1 on the same force constants and on the same force field.
// Its constant √(eV/Å²/amu)/2π = 15.6333023 THz comes from CODATA 2002 values, ours from CODATA 2018: frequencies are compared
// after scaling by the ratio, 1 + 1.2·10⁻⁷.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { dot, THZ_PER_ROOT_CURVATURE } from "../../src/base/index.js";
import { findModes, forceConstantsFrom, partialDos, solveModes } from "../../src/modes/index.js";
import { makeCell, makeCrystal, supercell } from "../../src/structure/index.js";
import { lennardJones, pairField } from "../helpers/analytic-fields.js";
import { roundingOfFrequency } from "../helpers/spectra.js";

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../fixtures/phonopy/${name}/expected.json`, import.meta.url), "utf8"));

describe("random springs in a triclinic cell, force constants from phonopy's file", () => {
  const expected = read("modes-random-springs") as {
    symbols: string[];
    lattice: number[];
    fractional: number[];
    masses: number[];
    forceConstants: number[];
    thzPerRootCurvature: number;
    frequencies: number[];
    vectors: number[];
    dos: { width: number; frequencies: number[]; total: number[]; byAtom: number[] };
  };
  const { symbols, lattice, fractional, masses } = expected;
  const crystal = makeCrystal({ cell: makeCell(lattice), species: symbols, fractional, masses });
  const modes = solveModes(forceConstantsFrom(crystal, expected.forceConstants));
  const ratio = expected.thzPerRootCurvature / THZ_PER_ROOT_CURVATURE;

  it("frequencies agree to 1e-10 THz, the three zeros to what rounding allows", () => {
    const { count } = modes;
    const zero = roundingOfFrequency(0, { count, largest: modes.frequencies[count - 1]! }); // 3e-6 THz
    for (const [m, f] of expected.frequencies.entries()) {
      const allowed = m < 3 ? 2 * zero : 1e-10; // both codes round
      expect(Math.abs(modes.frequencies[m]! * ratio - f)).toBeLessThan(allowed);
    }
  });

  it("vectors agree up to their sign", () => {
    const size = modes.count;
    for (let m = 3; m < size; m++) {
      const overlap = dot(
        modes.vectors.subarray(m * size, (m + 1) * size),
        Float64Array.from(expected.vectors.slice(m * size, (m + 1) * size)),
      );
      expect(Math.abs(Math.abs(overlap) - 1)).toBeLessThan(1e-10); // no two frequencies are closer than 0.1 THz
    }
  });

  it("densities of states agree, total and by element", () => {
    const { width, frequencies, total, byAtom } = expected.dos;
    const ours = partialDos(modes, { width, grid: frequencies });
    const points = frequencies.length;
    for (let p = 0; p < points; p++) {
      // The slope of a Gaussian of 0.5 THz is below 1 per THz², and frequencies differ by 1e-6 THz at most.
      expect(Math.abs(ours.total[p]! - total[p]!)).toBeLessThan(2e-5);
      for (const [k, element] of ours.elements.entries()) {
        const sum = symbols.reduce((s, symbol, i) => s + (symbol === element ? byAtom[i * points + p]! : 0), 0);
        expect(Math.abs(ours.byElement[k * points + p]! - sum)).toBeLessThan(2e-5);
      }
    }
  });
});

describe("Lennard-Jones hcp, 36 atoms", () => {
  const expected = read("modes-lj-hcp") as {
    epsilon: number;
    rMin: number;
    cutoff: number;
    lattice: number[];
    fractional: number[];
    mass: number;
    repeats: [number, number, number];
    thzPerRootCurvature: number;
    frequencies: number[];
  };
  const { lattice, fractional, mass, repeats, epsilon, rMin, cutoff } = expected;
  const primitive = makeCrystal({ cell: makeCell(lattice), species: ["Mg", "Mg"], fractional, masses: [mass, mass] });
  const crystal = supercell(primitive, repeats).crystal;
  const ratio = expected.thzPerRootCurvature / THZ_PER_ROOT_CURVATURE;

  it("Γ of our supercell holds phonopy's primitive-cell modes at all 18 wave vectors that fit", async () => {
    const field = pairField(lennardJones(epsilon, rMin), { cutoff });
    const { frequencies } = await findModes(crystal, field, { method: "analytic" });
    const error = Math.max(...expected.frequencies.map((f, m) => Math.abs(frequencies[m]! * ratio - f)));
    // phonopy's differences: h² U''''/6U'' = h² 371/6r² = 8e-6 of Φ at h = 0.001 Å, half of that in f of up to 10 THz.
    expect(error).toBeLessThan(4e-5);
  });
});
