// The framework of Rodin et al. (arXiv:2504.06595), sections II and III, Fig. 1. Numbers of the paper, and of fixtures/scipy/rodin.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  AMU_PER_PAPER_MASS,
  cubicDispersion,
  cubicModes,
  DRAG_PER_PAPER,
  dragTensor,
  evOfMev,
  highestFrequency,
  kernelCurve,
  modeVariance,
  RESPONSE_PER_PAPER,
  recoilKernel,
  rodinLattice,
  soundVelocities,
  staticRecoil,
  thermalCovariance,
  thzOf,
  VELOCITY_PER_PAPER,
  vibrations,
} from "../../../src/medium/index.js";

const expected = JSON.parse(
  readFileSync(new URL("../../../fixtures/scipy/rodin/expected.json", import.meta.url), "utf8"),
) as { staticResponseA2PerMev: number; dragA2PsPerMev: number };

describe("Rodin et al., section III", () => {
  it("the mass unit meV ps²/Å² is 9.6485 amu (the paper prints 9.66 Da, 0.1 % more)", () => {
    expect(AMU_PER_PAPER_MASS).toBeCloseTo(9.64853, 5);
    expect(9.66 / AMU_PER_PAPER_MASS - 1).toBeGreaterThan(1e-3);
  });

  it("the lattice reaches 5 THz, or 10π rad/ps, at X", () => {
    const top = highestFrequency(rodinLattice);
    expect(thzOf(top)).toBeCloseTo(4.99, 3); // 31.350 rad/ps; the paper rounds k2 = 5π²m = 172.7 to 170
    expect(Math.abs(thzOf(top) - 5)).toBeLessThan(0.02);
    const { frequencies } = cubicDispersion(rodinLattice);
    expect(Math.max(...frequencies)).toBeCloseTo(thzOf(top), 12);
  });

  it("longitudinal sound along an axis travels at 15π Å/ps, 4700 m/s", () => {
    const { velocities } = soundVelocities(rodinLattice, [0, 0, 1]);
    const [transverse, , longitudinal] = velocities.map((v) => v / VELOCITY_PER_PAPER) as [number, number, number];
    expect(Math.abs(longitudinal - 15 * Math.PI)).toBeLessThan(0.1);
    expect(longitudinal).toBeCloseTo(47.026, 3);
    expect(transverse).toBeCloseTo(20.908, 3);
  });
});

describe("Rodin et al., the recoil", () => {
  it("W(0) and L agree with an independent evaluation", () => {
    const block = new Float64Array(9);
    staticRecoil(rodinLattice).block(0, [0, 0, 0], block);
    // numpy's grids stop at 96 without the 1/N⁵ correction: 3e-8
    expect(Math.abs(block[0]! / RESPONSE_PER_PAPER / expected.staticResponseA2PerMev - 1)).toBeLessThan(1e-7);
    // adaptive quadrature to 1e-9
    expect(Math.abs(dragTensor(rodinLattice)[0]! / DRAG_PER_PAPER / expected.dragA2PsPerMev - 1)).toBeLessThan(1e-9);
  });

  it("Fig. 1c: W_d swings through once and has decayed soon after 0.2 ps, one period of the fastest mode", () => {
    const { times, kernel, error } = kernelCurve(rodinLattice, { durationFs: 1000, points: 201 });
    const at = (fs: number) => kernel[Math.round(fs / 5)]! / kernel[0]!;
    expect(times[200]).toBeCloseTo(1000, 9);
    expect(error).toBeLessThan(0.002 * kernel[0]!);
    for (let t = 0; t <= 95; t += 5) expect(at(t)).toBeGreaterThan(0);
    expect(Math.min(...kernel) / kernel[0]!).toBeCloseTo(-0.36, 1);
    expect(Math.abs(at(200))).toBeLessThan(0.25);
    for (let t = 240; t <= 1000; t += 5) expect(Math.abs(at(t))).toBeLessThan(0.12);
    // the periodic lattice of 60³ atoms has the same kernel but for the missing q = 0: a grid error of order 1/60
    const periodic = recoilKernel(rodinLattice, { timestepFs: 5, times: 201 }, { reach: 0, periodicCells: 60 });
    const block = new Float64Array(9);
    for (let t = 0; t <= 1000; t += 50) {
      periodic.block(t / 5, [0, 0, 0], block);
      expect(Math.abs(block[0]! / kernel[0]! - at(t))).toBeLessThan(1 / 60);
    }
  });
});

describe("Rodin et al., Fig. 1d and 1e", () => {
  const cells = 40;
  const modes = cubicModes(rodinLattice, cells);
  for (const thermalMev of [10, 50]) {
    it(`displacements and speeds at k_BT = ${thermalMev} meV follow the closed form`, () => {
      const thermalEnergy = evOfMev(thermalMev);
      const found = vibrations(rodinLattice, { thermalEnergy, seed: 7 }, modes);
      for (const [key, power] of [
        ["displacement", 0],
        ["speed", 2],
      ] as const) {
        const { sigma, sampledSigma, sampled, exact, centres } = found[key];
        // σ² of one sample is a sum over modes of independent energies; waves q and −q make one real wave, which doubles the variance.
        let sum = 0;
        let squares = 0;
        for (const omega of modes.omegas) {
          if (omega === 0) continue;
          const s = modeVariance(omega, thermalEnergy, "quantum") * omega ** power;
          sum += s;
          squares += s * s;
        }
        const scatter = Math.sqrt(2 * squares) / sum / 2; // of σ, hence the half
        expect(Math.abs(sampledSigma / sigma - 1)).toBeLessThan(4 * scatter);
        // counts per bin are Poisson to leading order (neighbours are weakly correlated): 5 standard deviations over 60 bins,
        // and the shift of the curve that σ's own scatter brings
        const width = centres[1]! - centres[0]!;
        for (const [b, density] of sampled.entries()) {
          const noise = Math.sqrt(exact[b]! / (cells ** 3 * width)) + 1 / (cells ** 3 * width);
          const shift = 4 * scatter * exact[b]! * Math.abs((centres[b]! / sigma) ** 2 - 3);
          expect(Math.abs(density - exact[b]!)).toBeLessThan(5 * noise + shift);
        }
      }
    });
  }

  it("the zero point adds 17 % to the mean square velocity at 10 meV and 3 % at 25 meV", () => {
    const block = new Float64Array(9);
    const ratio = (thermalMev: number) => {
      const of = (statistics: "quantum" | "classical") => {
        const thermal = { thermalEnergy: evOfMev(thermalMev), statistics, moment: "velocity" } as const;
        thermalCovariance(rodinLattice, thermal, { reach: 0, periodicCells: 20 }).block(0, [0, 0, 0], block);
        return block[0]!;
      };
      return of("quantum") / of("classical");
    };
    expect(ratio(10)).toBeCloseTo(1.17, 2);
    expect(ratio(25)).toBeCloseTo(1.03, 2);
  });
});
