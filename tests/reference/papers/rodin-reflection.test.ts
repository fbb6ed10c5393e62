// Fig. 3 of Rodin et al. (arXiv:2504.06595). The paper shows curves; the numbers are those of fixtures/scipy/rodin, which turns the
// 50³ lattice in its own modes, with kicks by the ion.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  evOfMev,
  mevOfEv,
  RODIN_ION_MASS,
  reflect,
  rodinLattice,
  VELOCITY_PER_PAPER,
} from "../../../src/medium/index.js";

interface Case {
  readonly screeningA: number;
  readonly speedAPerPs: number;
  readonly maxDisplacementA: number;
  readonly minForceMevPerA: number;
  readonly timeLocalMaxA: number;
  readonly homogeneousMaxA: number;
  readonly energyLoss: number;
}
const { reflection } = JSON.parse(
  readFileSync(new URL("../../../fixtures/scipy/rodin/expected.json", import.meta.url), "utf8"),
) as { reflection: Case[] };

const run = (screening: number, speedAPerPs: number) =>
  reflect(rodinLattice, {
    ionMass: RODIN_ION_MASS,
    strength: evOfMev(14000),
    screening,
    speed: speedAPerPs * VELOCITY_PER_PAPER,
  });

describe("Rodin et al., Fig. 3: an ion thrown at one atom of a 50³ lattice", () => {
  const results = new Map(reflection.map((c) => [c, run(c.screeningA, c.speedAPerPs)]));

  it("deflection, force and energy loss agree with the lattice turned in its modes", () => {
    expect(reflection).toHaveLength(4);
    for (const [reference, found] of results) {
      const close = (a: number, b: number) => expect(Math.abs(a / b - 1)).toBeLessThan(2e-4);
      // both are of second order, with steps of λ/200v there and λ/100v here: measured 1e-6 to 1.2e-4
      close(found.full.maxDisplacement, reference.maxDisplacementA);
      close(mevOfEv(found.full.minForce), reference.minForceMevPerA);
      close(found.timeLocal.maxDisplacement, reference.timeLocalMaxA);
      close(found.homogeneous.maxDisplacement, reference.homogeneousMaxA);
      close(found.energyLoss, reference.energyLoss);
    }
  });

  it("faster ions and narrower potentials push the atom further", () => {
    const peak = (screening: number, speed: number) =>
      [...results].find(([c]) => c.screeningA === screening && c.speedAPerPs === speed)![1].full.maxDisplacement;
    for (const screening of [0.2, 0.5]) expect(peak(screening, 10)).toBeGreaterThan(5 * peak(screening, 2));
    for (const speed of [2, 10]) expect(peak(0.2, speed)).toBeGreaterThan(1.5 * peak(0.5, speed));
  });

  it("the time-local deflection is similar to the full one except in the pathological case λ = 0.2 Å, 10 Å/ps", () => {
    for (const [{ screeningA, speedAPerPs }, found] of results) {
      const error = Math.abs(found.timeLocal.maxDisplacement / found.full.maxDisplacement - 1);
      if (screeningA === 0.2 && speedAPerPs === 10) expect(error).toBeGreaterThan(0.5);
      else expect(error).toBeLessThan(0.07);
    }
  });

  it("the force differs much less than the deflection: by at most 7 % outside that case", () => {
    for (const [{ screeningA, speedAPerPs }, found] of results) {
      if (screeningA === 0.2 && speedAPerPs === 10) continue;
      for (const curve of [found.timeLocal, found.quasistatic, found.homogeneous]) {
        expect(Math.abs(curve.minForce / found.full.minForce - 1)).toBeLessThan(0.07);
      }
    }
  });

  it("the local answers meet the full one as the ion slows down", () => {
    const errors = [4, 2, 1].map((speed) => {
      const found = reflect(rodinLattice, {
        ionMass: RODIN_ION_MASS,
        strength: evOfMev(14000),
        screening: 0.5,
        speed: speed * VELOCITY_PER_PAPER,
        timestepFs: 500 / (40 * speed),
      });
      return Math.abs(found.timeLocal.maxDisplacement / found.full.maxDisplacement - 1);
    });
    expect(errors[0]!).toBeGreaterThan(1.5 * errors[1]!);
    expect(errors[1]!).toBeGreaterThan(1.5 * errors[2]!);
    expect(errors[2]!).toBeLessThan(0.01);
  });
});
