import { describe, expect, it } from "vitest";
import {
  createKernelSession,
  createTwinSession,
  type Interactions,
  MIXED_ENERGY_ERROR,
  MIXED_FORCE_ERROR,
  neighbourForce,
} from "../../../src/forces/index.js";

import { type Crystal, deformCell, makeCell, toCartesian, toFractional } from "../../../src/structure/index.js";
import { argon, lithiumPhosphate, rattled, rockSaltPrimitive, sheared } from "../../helpers/crystals.js";
import { answer, largestDifference, liquid, oxide, phosphate, rmsDifference } from "./systems.js";

const chargesOf = (interactions: Interactions): Float64Array =>
  Float64Array.from(interactions.crystal.kinds, (kind) => interactions.charges[kind]!);

describe("the kernel session equals the plain twin", () => {
  it("pairs alone, triclinic: to the tables' 1e-11 eV per pair and 1e-9 eV/Å", () => {
    const crystal = sheared(rattled(argon(), 0.2, 3), 0.15);
    const [kernel, twin] = [createKernelSession(liquid(crystal)), createTwinSession(liquid(crystal))].map((session) =>
      answer(session, crystal.positions),
    );
    // about 45 pairs per atom, errors well below their bounds and of either sign
    expect(Math.abs(kernel!.energy - twin!.energy)).toBeLessThan(1e-10);
    expect(largestDifference(kernel!.forces, twin!.forces)).toBeLessThan(1e-9);
    expect(largestDifference(kernel!.stress, twin!.stress)).toBeLessThan(1e-10);
  });

  it("cut-offs of five cell widths, two atoms", () => {
    const crystal = rattled(rockSaltPrimitive("Ar", "Ar"), 0.1, 4);
    const interactions = liquid({ ...crystal, elements: ["Ar"], kinds: new Int32Array(2) }, 15);
    const kernel = answer(createKernelSession(interactions), crystal.positions);
    const twin = answer(createTwinSession(interactions), crystal.positions);
    expect(Math.abs(kernel.energy - twin.energy)).toBeLessThan(1e-10);
    expect(largestDifference(kernel.forces, twin.forces)).toBeLessThan(1e-9);
  });

  it("a slab and a molecule: no images along directions that are not periodic", () => {
    for (const periodic of [
      [true, true, false],
      [false, false, false],
    ] as const) {
      const bulk = rattled(argon(), 0.2, 5);
      const crystal: Crystal = { ...bulk, cell: makeCell(bulk.cell.vectors as unknown as number[], periodic) };
      const kernel = answer(createKernelSession(liquid(crystal)), crystal.positions);
      const twin = answer(createTwinSession(liquid(crystal)), crystal.positions);
      expect(Math.abs(kernel.energy - twin.energy)).toBeLessThan(1e-10);
      expect(largestDifference(kernel.forces, twin.forces)).toBeLessThan(1e-9);
    }
  });

  it("atoms on which nothing acts have no energy, forces or stress", () => {
    const crystal = argon();
    const interactions: Interactions = { crystal, charges: new Float64Array(1), pairs: [], components: [] };
    const { energy, forces, stress } = answer(createKernelSession(interactions), crystal.positions);
    for (const value of [energy, ...forces, ...stress]) expect(Math.abs(value)).toBe(0);
  });

  it("Hessian and named parts, at the accuracy of the two Ewald sums", () => {
    const interactions = oxide(phosphate, 1e-11);
    const [kernel, twin] = [createKernelSession(interactions), createTwinSession(interactions)];
    // second derivatives of what is left out are about k_c ~ 5/Å times its forces, 1e-11 · 6 eV/Å
    expect(largestDifference(kernel.hessian!(phosphate.positions), twin.hessian!(phosphate.positions))).toBeLessThan(
      5e-9,
    );
    const [ours, theirs] = [kernel.energyParts(phosphate.positions), twin.energyParts(phosphate.positions)];
    expect(Object.keys(ours).sort()).toEqual(Object.keys(theirs).sort());
    for (const [name, energy] of Object.entries(ours)) expect(Math.abs(energy - theirs[name]!)).toBeLessThan(1e-9);
  });
});

describe("the accuracy that was asked for", () => {
  const exact = answer(createTwinSession(oxide(phosphate, 1e-13)), phosphate.positions);
  const atoms = phosphate.kinds.length;
  const scale = neighbourForce(phosphate.cell, chargesOf(oxide(phosphate, 1e-8)));

  for (const accuracy of [1e-3, 1e-5, 1e-7, 1e-9]) {
    it(`is kept at ${accuracy} by an independent Gaussian sum, and used`, () => {
      const ours = answer(createKernelSession(oxide(phosphate, accuracy)), phosphate.positions);
      const error = rmsDifference(ours.forces, exact.forces) / scale;
      expect(error).toBeLessThan(accuracy);
      expect(error).toBeGreaterThan(accuracy / 50); // more would be time wasted
    });
  }

  it("by default leaves 1e-8 eV per atom, 1e-6 eV/Å and 1e-6 eV/Å³", () => {
    const ours = answer(createKernelSession(oxide(phosphate, 1e-8)), phosphate.positions);
    expect(Math.abs(ours.energy - exact.energy) / atoms).toBeLessThan(1e-8);
    expect(largestDifference(ours.forces, exact.forces)).toBeLessThan(1e-6);
    expect(largestDifference(ours.stress, exact.stress)).toBeLessThan(1e-6);
  });

  it("does not depend on how the sum is split", () => {
    for (const realCutoff of [3, 4.7, 7, 11]) {
      const ours = answer(createKernelSession(oxide(phosphate, 1e-8), { ewald: { realCutoff } }), phosphate.positions);
      expect(rmsDifference(ours.forces, exact.forces) / scale).toBeLessThan(1e-8);
      expect(Math.abs(ours.energy - exact.energy) / atoms).toBeLessThan(1e-8);
    }
  });

  it("in mixed precision is the one the constants state", () => {
    const crystal = lithiumPhosphate();
    for (const seed of [1, 2, 3]) {
      const { positions } = rattled(crystal, 0.08, seed);
      const double = answer(createKernelSession(oxide(crystal, 1e-5)), positions);
      const mixed = answer(createKernelSession(oxide(crystal, 1e-5), { precision: "mixed" }), positions);
      // per component
      const error = rmsDifference(mixed.forces, double.forces) / Math.sqrt(3) / scale;
      expect(error).toBeLessThan(MIXED_FORCE_ERROR);
      expect(Math.abs(mixed.energy - double.energy) / atoms).toBeLessThan(MIXED_ENERGY_ERROR);
      expect(largestDifference(mixed.stress, double.stress)).toBeLessThan(1e-5);
    }
  });
});

describe("a session follows its cell", () => {
  it("after setCell it equals a session made in that cell, and back again to the bit", () => {
    const interactions = oxide(phosphate, 1e-8);
    const session = createKernelSession(interactions);
    const before = answer(session, phosphate.positions);
    const cell = deformCell(phosphate.cell, Float64Array.of(1.1, 0.05, 0, 0, 0.95, -0.08, 0.03, 0, 1.02));
    const positions = toCartesian(cell, toFractional(phosphate.cell, phosphate.positions));
    session.setCell(cell);
    const moved = answer(session, positions);
    const fresh = answer(createKernelSession(oxide({ ...phosphate, cell, positions }, 1e-8)), positions);
    // each keeps 1e-8 of about 6 eV/Å
    expect(rmsDifference(moved.forces, fresh.forces)).toBeLessThan(1e-7);
    expect(Math.abs(moved.energy - fresh.energy)).toBeLessThan(1e-8 * positions.length);
    session.setCell(phosphate.cell);
    expect(answer(session, phosphate.positions)).toEqual(before);
  });

  it("the energy does not jump when waves enter or leave during a strain", () => {
    const session = createKernelSession(oxide(phosphate, 1e-8, 6));
    const fractional = toFractional(phosphate.cell, phosphate.positions);
    const forces = new Float64Array(fractional.length);
    const energies = Array.from({ length: 41 }, (_, i) => {
      const cell = deformCell(phosphate.cell, Float64Array.of(1 + 1e-6 * i, 0, 0, 0, 1, 0, 0, 0, 1));
      session.setCell(cell);
      return session.evaluate(toCartesian(cell, fractional), forces);
    });
    // third differences of a smooth energy over strains of 1e-6 vanish to rounding; O–O pairs that cross 6 Å step by about 2e-3 eV and
    // none does over this range of 2e-4 Å
    for (let i = 3; i < energies.length; i++) {
      const third = energies[i]! - 3 * energies[i - 1]! + 3 * energies[i - 2]! - energies[i - 3]!;
      expect(Math.abs(third)).toBeLessThan(1e-8 * 32);
    }
  });

  it("and refuses to go on once it is disposed", () => {
    const session = createKernelSession(liquid(argon()));
    session.dispose();
    expect(() => session.evaluate(argon().positions, new Float64Array(12))).toThrow(/disposed/);
  });
});
