// Barriers of Rodin et al. (arXiv:2504.06595), sections IV and VI, and of fixtures/scipy/rodin (BFGS over all coordinates).

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  cornerWindow,
  cubicFramework,
  cubicMedium,
  energyLandscape,
  evOfMev,
  hopEnergies,
  mevOfEv,
  RODIN_ION_MASS,
  reachWindow,
  rodinLattice,
  yukawa,
} from "../../../src/medium/index.js";

interface Barrier {
  readonly strengthMev: number;
  readonly screeningA: number;
  readonly atoms: number;
  readonly centreMev: number;
  readonly faceMev: number;
  readonly barrierMev: number;
  readonly relaxedBarrierMev: number;
}
const expected = JSON.parse(
  readFileSync(new URL("../../../fixtures/scipy/rodin/expected.json", import.meta.url), "utf8"),
) as { corners: Barrier[]; window: Barrier[] };

const framework = cubicFramework(rodinLattice);
const mediumOf = (strengthMev: number, screeningA: number, wide: boolean) =>
  cubicMedium(rodinLattice, {
    ionMass: RODIN_ION_MASS,
    potential: yukawa(evOfMev(strengthMev), screeningA),
    window: wide ? reachWindow(framework, 9) : cornerWindow(framework),
  });

describe("Rodin et al., barriers between cell centre and face centre", () => {
  it("of all atoms, unrelaxed: 0.654 − 0.098 meV and 401.4 − 242.1 meV at 14 eV; 45.5 and 91 meV at 4 and 8 eV", () => {
    const narrow = hopEnergies(mediumOf(14000, 0.2, true), { points: 3 });
    expect(mevOfEv(narrow.unrelaxed[0]!)).toBeCloseTo(0.098, 3);
    expect(mevOfEv(narrow.unrelaxed[1]!)).toBeCloseTo(0.654, 3);
    const typical = hopEnergies(mediumOf(14000, 0.5, true), { points: 3 });
    expect(mevOfEv(typical.unrelaxed[0]!)).toBeCloseTo(242.1, 1);
    expect(mevOfEv(typical.unrelaxed[1]!)).toBeCloseTo(401.4, 1);
    expect(mevOfEv(typical.barrierUnrelaxed)).toBeCloseTo(159.3, 1);
  });

  it("relaxed at 4 eV: 42.3 meV, of which 39.4 interaction and 2.9 strain; at 8 eV 79.3 meV", () => {
    const four = hopEnergies(mediumOf(4000, 0.5, true), { points: 3 });
    expect(mevOfEv(four.barrierUnrelaxed)).toBeCloseTo(45.5, 1);
    expect(mevOfEv(four.barrierRelaxed)).toBeCloseTo(42.3, 1);
    expect(mevOfEv(four.barrierInteraction)).toBeCloseTo(39.4, 1);
    expect(mevOfEv(four.barrierElastic)).toBeCloseTo(2.9, 1);
    const eight = hopEnergies(mediumOf(8000, 0.5, true), { points: 3 });
    expect(mevOfEv(eight.barrierUnrelaxed)).toBeCloseTo(91.0, 1);
    expect(mevOfEv(eight.barrierRelaxed)).toBeCloseTo(79.3, 1);
  });

  it("agree with a minimisation over all coordinates, for 8 corners and for a wide window", () => {
    for (const [list, wide] of [
      [expected.corners, false],
      [expected.window, true],
    ] as const) {
      for (const reference of list) {
        const { strengthMev, screeningA } = reference;
        const found = hopEnergies(mediumOf(strengthMev, screeningA, wide), { points: 3 });
        // numpy's window is the 216 atoms of six cells a side, whose nearest missing atom is 7.5 Å from the path: at λ = 0.5 that
        // is 14 000 e^{−15}/7.5 = 6e-4 meV for a few dozen atoms, nearly the same at both places
        const cut = wide && screeningA === 0.5 ? (2e-4 * strengthMev) / 14000 : 1e-9;
        expect(Math.abs(mevOfEv(found.barrierUnrelaxed) - reference.barrierMev)).toBeLessThan(cut);
        // W(0) of numpy is good to 1e-5 of its largest at wide separations, and relaxing gains 32 meV at most
        expect(Math.abs(mevOfEv(found.barrierRelaxed) - reference.relaxedBarrierMev)).toBeLessThan(cut + 3e-5);
      }
    }
  });

  it("the simulations see the 8 corners only: 39.8 and 74.1 meV relaxed", () => {
    expect(mevOfEv(hopEnergies(mediumOf(4000, 0.5, false), { points: 3 }).barrierRelaxed)).toBeCloseTo(39.78, 2);
    expect(mevOfEv(hopEnergies(mediumOf(8000, 0.5, false), { points: 3 }).barrierRelaxed)).toBeCloseTo(74.12, 2);
  });

  it("the landscape's saddle in the middle plane is the face centre", () => {
    const { energies, points } = energyLandscape(mediumOf(4000, 0.5, true), { points: 21 });
    const at = (i: number, j: number) => energies[i * points + j]!;
    // along x through the centre: minimum at the middle, maxima at the faces; across the face: minimum
    expect(at(10, 10)).toBeLessThan(at(9, 10));
    expect(at(0, 10)).toBeGreaterThan(at(1, 10));
    expect(at(0, 10)).toBeLessThan(at(0, 9));
    expect(mevOfEv(at(0, 10) - at(10, 10))).toBeCloseTo(45.5, 1);
  });
});
