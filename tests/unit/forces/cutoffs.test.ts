import { describe, expect, it } from "vitest";
import { BOLTZMANN, PhysicsError } from "../../../src/base/index.js";
import {
  cutoffsForAccuracy,
  type ForceFieldSpec,
  makeForceField,
  namedForceFieldSpec,
  thermalForce,
} from "../../../src/forces/index.js";
import type { Crystal } from "../../../src/structure/index.js";
import { argon, lithiumPhosphate, lithiumPhosphateWithGe, rattled, rockSalt } from "../../helpers/crystals.js";

const pedone = namedForceFieldSpec("pedone-2006");

function forcesOf(spec: ForceFieldSpec, crystal: Crystal): Float64Array {
  const session = makeForceField(spec, { engine: "twin" }).attach(crystal);
  const forces = new Float64Array(crystal.positions.length);
  session.evaluate(crystal.positions, forces);
  session.dispose();
  return forces;
}

describe("the thermal force", () => {
  it("is √(k_B · 300 K · tr Φ / N) with the trace of the full Hessian, Ewald part included", () => {
    for (const [spec, crystal] of [
      [pedone, rattled(lithiumPhosphate(), 0.05, 1)],
      [namedForceFieldSpec("tosi-fumi-nacl"), rattled(rockSalt(), 0.05, 2)],
    ] as const) {
      const exact = spec.coulomb ? { ...spec, coulomb: { ...spec.coulomb, accuracy: 1e-12 } } : spec;
      const hessian = makeForceField(exact, { engine: "twin" }).attach(crystal).hessian!(crystal.positions);
      const size = crystal.positions.length;
      let trace = 0;
      for (let k = 0; k < size; k++) trace += hessian[size * k + k]!;
      expect(thermalForce(spec, crystal)).toBeCloseTo(Math.sqrt((BOLTZMANN * 300 * trace) / (size / 3)), 8);
    }
  });

  it("is refused where there is no harmonic crystal", () => {
    expect(() => thermalForce(namedForceFieldSpec("rahman-1964"), argon(7.2))).toThrow(PhysicsError);
  });
});

describe("cut-offs chosen for an accuracy", () => {
  const crystal = lithiumPhosphateWithGe();
  const hot = rattled(crystal, 0.1, 7);
  const reference = forcesOf({ ...pedone, coulomb: { method: "ewald", accuracy: 1e-10 } }, hot);

  for (const accuracy of [1e-3, 1e-4, 1e-5, 1e-6]) {
    it(`keep ${accuracy} on the 193-atom cell, displaced by 0.1 Å`, () => {
      const { spec, thermalForce: scale } = cutoffsForAccuracy(pedone, crystal, accuracy);
      const found = forcesOf(spec, hot);
      const error = Math.sqrt(found.reduce((sum, f, i) => sum + (f - reference[i]!) ** 2, 0) / 193) / scale;
      expect(error).toBeLessThan(accuracy);
      // nor far better than asked: that would be time thrown away
      expect(error).toBeGreaterThan(accuracy / 20);
    });
  }

  it("are never longer than the source's, and longer for more accuracy", () => {
    let before = 0;
    for (const accuracy of [1e-3, 1e-5, 1e-7, 1e-12]) {
      const { cutoffsA } = cutoffsForAccuracy(pedone, crystal, accuracy);
      const sum = Object.values(cutoffsA)
        .flat()
        .reduce((total, r) => total + r, 0);
      expect(sum).toBeGreaterThan(before);
      expect(Math.max(...Object.values(cutoffsA).flat())).toBeLessThanOrEqual(15);
      before = sum;
    }
  });

  it("come with an Ewald accuracy of the same force, finer than the default when asked", () => {
    const [rough, fine] = [1e-4, 1e-9].map((accuracy) => cutoffsForAccuracy(pedone, crystal, accuracy).ewaldAccuracy!);
    expect(rough! / fine!).toBeCloseTo(1e5, 6);
    expect(fine).toBeLessThan(1e-9);
  });

  it("count the interior error of a force shift", () => {
    const shifted: ForceFieldSpec = { ...pedone, shift: "force" };
    const exact = forcesOf(shifted, hot);
    const { spec, thermalForce: scale } = cutoffsForAccuracy(shifted, crystal, 1e-4);
    const found = forcesOf(spec, hot);
    expect(Math.sqrt(found.reduce((sum, f, i) => sum + (f - exact[i]!) ** 2, 0) / 193) / scale).toBeLessThan(1e-4);
  });

  it("say nothing about pairs that are not there, and nothing about Ewald without charges", () => {
    const chosen = cutoffsForAccuracy(namedForceFieldSpec("rahman-1964"), argon(), 1e-2);
    expect(Object.keys(chosen.cutoffsA)).toEqual(["Ar-Ar"]);
    expect(chosen.ewaldAccuracy).toBeUndefined();
    expect(Object.keys(cutoffsForAccuracy(pedone, crystal, 1e-4).cutoffsA).sort()).toEqual([
      "Ge-O",
      "Li-O",
      "O-O",
      "P-O",
    ]);
  });

  it("are what the option accuracy uses", () => {
    const small = rattled(lithiumPhosphate(), 0.05, 3);
    const chosen = forcesOf(cutoffsForAccuracy(pedone, small, 1e-4).spec, small);
    const session = makeForceField(pedone, { engine: "twin", accuracy: 1e-4 }).attach(small);
    const forces = new Float64Array(small.positions.length);
    session.evaluate(small.positions, forces);
    expect(forces).toEqual(chosen);
  });
});
