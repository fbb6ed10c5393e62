// An ion in a crystal: its potentials, its landscape, and the walker that runs in it.

import { describe, expect, it } from "vitest";
import { COULOMB_CONSTANT, maxAbs, type Vec3 } from "../../../src/base/index.js";
import type { ForceFieldSpec } from "../../../src/forces/index.js";
import {
  cornerWindow,
  crystalMedium,
  cubicFramework,
  cubicMedium,
  evOfMev,
  frameworkMedium,
  hopEnergies,
  inertiaOf,
  ionEquation,
  ionPotentials,
  mevOfEv,
  pathEnergies,
  placeEnergy,
  RODIN_ION_MASS,
  rodinLattice,
  settledEnergy,
  stillField,
  walkIon,
  yukawa,
} from "../../../src/medium/index.js";
import { toCartesian } from "../../../src/structure/index.js";
import { saltFramework } from "./crystals.js";

const forces: ForceFieldSpec = {
  name: "lithium in the salt",
  charges: { Li: 0.5, Na: 0.5, Cl: -0.5 },
  coulomb: { method: "ewald" },
  pairs: {
    "Li-Cl": [{ form: "born-mayer", prefactorEv: 120, lengthA: 0.35 }],
    "Na-Cl": [{ form: "born-mayer", prefactorEv: 300, lengthA: 0.35 }],
  },
  cutoffA: 9,
};

describe("the cubic model through the general path", () => {
  const ion = { ionMass: RODIN_ION_MASS, potential: yukawa(evOfMev(4000), 0.5) };

  it("gives the same medium, and the paper's barrier with 8 corner atoms", async () => {
    const framework = cubicFramework(rodinLattice);
    const window = cornerWindow(framework);
    const general = await frameworkMedium(framework, {
      ...ion,
      potentials: [ion.potential],
      window,
      coarseGrid: [12, 12, 12],
    });
    const own = cubicMedium(rodinLattice, { ...ion, window });
    // grids of 48 and 96 points, 1/N⁵: 8e-6 of W(0) at a distance of one cell diagonal
    expect(maxAbs(Float64Array.from(general.staticResponse, (x, i) => x - own.staticResponse[i]!))).toBeLessThan(
      1e-5 * own.staticResponse[0]!,
    );
    expect(maxAbs(Float64Array.from(general.drag, (x, i) => x - own.drag[i]!))).toBeLessThan(1e-12 * own.drag[0]!);
    const barrier = hopEnergies(general, { points: 3 });
    expect(mevOfEv(barrier.barrierUnrelaxed)).toBeCloseTo(42.98, 2);
    expect(mevOfEv(barrier.barrierRelaxed)).toBeCloseTo(39.78, 2);
  });
});

describe("potentials from a force field", () => {
  const { crystal } = saltFramework("salt");
  const at = (r: number, options: Partial<Parameters<typeof ionPotentials>[1]> = {}, atom = 1): Float64Array => {
    const out = new Float64Array(3);
    ionPotentials(crystal, { ion: "Li", forces, cutoffA: 5, ...options }).potentials[atom]!.evaluate(r, out);
    return out;
  };

  it("inside the edge: the terms plus the charges", () => {
    const r = 2.3;
    const repulsion = 120 * Math.exp(-r / 0.35);
    expect(at(r)[0]).toBeCloseTo(repulsion - (0.25 * COULOMB_CONSTANT) / r, 12);
    expect(at(r, { coulomb: "none", forces: { ...forces, pairs: { ...forces.pairs, "Li-Na": [] } } })[0]).toBeCloseTo(
      repulsion,
      12,
    );
    expect(at(r, { coulomb: { screeningA: 2 } })[0]).toBeCloseTo(
      repulsion - (0.25 * COULOMB_CONSTANT * Math.exp(-r / 2)) / r,
      12,
    );
    expect(at(r, {}, 0)[0]).toBeCloseTo((0.25 * COULOMB_CONSTANT) / r, 12); // like charges need no term
  });

  it("fades with continuous slope and curvature: derivatives match differences, nothing is left at the edge", () => {
    const h = 1e-4;
    for (const r of [2.5, 3.9999, 4.3, 4.9]) {
      const [below, here, above] = [at(r - h), at(r), at(r + h)];
      // central differences: h² U'''/6 ~ 1e-8 at most (U''' up to 5 eV/Å³ in the fade)
      expect(Math.abs((above[0]! - below[0]!) / (2 * h) - here[1]!)).toBeLessThan(1e-7);
      expect(Math.abs((above[1]! - below[1]!) / (2 * h) - here[2]!)).toBeLessThan(1e-6);
    }
    expect([...at(5)]).toEqual([0, 0, 0]);
    expect(maxAbs(at(5 - 1e-6))).toBeLessThan(1e-4);
  });

  it("says what it lacks and what it leaves out", () => {
    expect(() => ionPotentials(crystal, { ion: "Li", forces, cutoffA: 5, coulomb: "none" })).toThrow(
      /no term for Li-Na/,
    );
    expect(() => ionPotentials(crystal, { ion: "K", forces, cutoffA: 5 })).toThrow(/no charge for K/);
    expect(() => ionPotentials(crystal, { ion: "Li", forces, cutoffA: 0.5 })).toThrow(/fades between -0.5 and 0.5/);
    expect(ionPotentials(crystal, { ion: "Li", forces, cutoffA: 5 }).notes.map(({ code }) => code)).toEqual([
      "coulomb-cut",
    ]);
    expect(ionPotentials(crystal, { ion: "Li", forces, cutoffA: 5, coulomb: { screeningA: 1 } }).notes).toEqual([]);
  });
});

describe("lithium in a salt", async () => {
  const framework = saltFramework("salt");
  const medium = await crystalMedium(framework, {
    ion: "Li",
    forces,
    cutoffA: 4,
    coulomb: { screeningA: 1.5 },
    coarseGrid: [6, 6, 6],
  });
  const place = (s: Vec3): Vec3 => toCartesian(framework.cell, Float64Array.from(s)) as unknown as Vec3;
  const [start, end] = [place([0.25, 0.25, 0.25]), place([0.75, 0.75, 0.75])]; // the two cube centres of the cell
  const line = (n: number): Vec3[] =>
    Array.from({ length: n }, (_, k) => start.map((x, a) => x + (k / (n - 1)) * (end[a]! - x)) as unknown as Vec3);

  it("giving way lowers the energy, by at least the strain it costs", () => {
    for (const p of [start, place([0.3, 0.2, 0.35]), place([0.5, 0.25, 0.25])]) {
      const { unrelaxed, relaxed, elastic } = settledEnergy(medium, p);
      expect(relaxed).toBeLessThan(unrelaxed);
      expect(elastic).toBeGreaterThan(0);
    }
  });

  it("Newton's way to rest ends where the plain iteration ends, and also where that does not", () => {
    for (const p of [start, place([0.3, 0.2, 0.35])]) {
      const [newton, plain] = [settledEnergy(medium, p), placeEnergy(medium, p)];
      // both stop at 1e-11 Å; the energy at rest is second order in that
      expect(Math.abs(newton.relaxed - plain.relaxed)).toBeLessThan(1e-12);
      expect(Math.abs(newton.elastic - plain.elastic)).toBeLessThan(1e-9);
    }
    const tight = place([0.55, 0.3, 0.3]); // atoms go 0.35 Å out of the way: W U″ is above one
    expect(() => placeEnergy(medium, tight)).toThrow(/still moves/);
    const rest = settledEnergy(medium, tight);
    expect(rest.relaxed).toBeLessThan(rest.unrelaxed);
    // a smooth surface: second differences are h² × curvature, below 100 eV/Å²
    const h = 1e-4;
    const [before, after] = [-h, h].map((s) => settledEnergy(medium, [tight[0] + s, tight[1], tight[2]]));
    expect(Math.abs(before!.relaxed + after!.relaxed - 2 * rest.relaxed)).toBeLessThan(100 * h * h);
  });

  it("a path is the same taken as a list of places or as a straight way", () => {
    const listed = pathEnergies(medium, [
      place([0.25, 0.25, 0.25]),
      place([0.3, 0.25, 0.25]),
      place([0.35, 0.25, 0.25]),
    ]);
    const straight = hopEnergies(medium, { from: [0.25, 0.25, 0.25], to: [0.35, 0.25, 0.25], points: 3 });
    expect(maxAbs(Float64Array.from(listed.relaxed, (x, n) => x - straight.relaxed[n]!))).toBeLessThan(1e-9);
    expect(listed.coordinate[2]).toBeCloseTo(straight.coordinate[2]!, 12);
    expect(() => pathEnergies(medium, [start])).toThrow(/a path of 1 places/);
  });

  it("the cube centres of rock salt are equal, and the landscape is smooth across the cell's face", () => {
    const off = 0.02; // keeps clear of the ions on the diagonal
    const places = line(2);
    const { relaxed } = pathEnergies(medium, places);
    expect(Math.abs(relaxed[0]! - relaxed[1]!)).toBeLessThan(1e-5); // symmetry to the accuracy of W
    const [inside, beyond] = [1 - 1e-7, 1 + 1e-7].map((s) => placeEnergy(medium, place([s, 0.25 + off, 0.25])));
    // 4e-7 Å apart under forces of 1 eV/Å: nothing but that is left of a change of window
    expect(Math.abs(inside!.relaxed - beyond!.relaxed)).toBeLessThan(5e-6);
    expect(Math.abs(inside!.unrelaxed - beyond!.unrelaxed)).toBeLessThan(5e-6);
  });

  it("the walker runs in it: a still crystal takes energy from a moving ion and gives none", async () => {
    const speed = 0.01; // Å/fs, 0.36 eV for Li
    const velocity: Vec3 = [speed, 0.3 * speed, -0.2 * speed];
    const equation = ionEquation(medium, stillField);
    const walk = await walkIon(
      medium,
      { equation, start: { position: start, velocity } },
      { timestepFs: 1, steps: 400, recordEvery: 400 },
    );
    const energyAt = (frame: number): number => {
      const p = [...walk.positions.slice(3 * frame, 3 * frame + 3)] as unknown as Vec3;
      const v = walk.velocities.slice(3 * frame, 3 * frame + 3);
      return placeEnergy(medium, p).relaxed + 0.5 * inertiaOf(medium.ionMass) * (v[0]! ** 2 + v[1]! ** 2 + v[2]! ** 2);
    };
    expect(walk.frames).toBe(2);
    expect(energyAt(1)).toBeLessThan(energyAt(0));
    expect(energyAt(1)).toBeGreaterThan(placeEnergy(medium, start).relaxed - 0.5); // stays in its cage
  });
});
