import { describe, expect, it } from "vitest";
import { ACCELERATION, BOLTZMANN, type F64 } from "../../../src/base/index.js";
import {
  harmonicExpectation,
  harmonicTrajectory,
  kinematicNull,
  modalCarriers,
  modalDiffusion,
  modalNulls,
  planLags,
  staticWeights,
  sumPairsOverGroups,
} from "../../../src/coupling/index.js";
import { degenerateGroups } from "../../../src/modes/index.js";
import { springCrystal } from "../../helpers/modal-systems.js";

const modes = springCrystal(["Li", "Li", "Li", "P", "O", "O"], 3);
const { masses } = modes.reference;
const mass = masses.slice().reduce((sum, m) => sum + m, 0);
const sum = (values: F64): number => values.slice().reduce((total, value) => total + value, 0);

describe("static weight", () => {
  it("Σ|S_n|² = 3 Σ_c 1/m_i: the rows of a complete basis are orthonormal too", () => {
    const carriers = modalCarriers(modes, "Li");
    const { weights } = carriers;
    const total = weights.slice().reduce((s, w) => s + w * w, 0);
    expect(Math.abs(total / (9 / masses[0]!) - 1)).toBeLessThan(1e-12);
    const nothing = staticWeights(carriers, { zeroMomentum: false });
    expect(nothing.accumulation[modes.count - 1]).toBeCloseTo(1, 12);
    expect(nothing.shares[4]).toBeCloseTo((weights[12]! ** 2 + weights[13]! ** 2 + weights[14]! ** 2) / total, 12);
  });

  it("leaves out translations, whose Σ|S_n|² is 3 N_c²/M, where the momentum is zero", () => {
    const carriers = modalCarriers(modes, "Li");
    const free = staticWeights(carriers, { zeroMomentum: false });
    const still = staticWeights(carriers);
    // Three translations e = √(m/M): S = N_c/√M each, of 3 N_c/m_c in all.
    const part = (3 * masses[0]!) / mass;
    expect(Math.abs(sum(free.shares.slice(0, 3)) / part - 1)).toBeLessThan(1e-9);
    expect(sum(still.shares.slice(0, 3))).toBe(0);
    expect(Math.abs((still.shares[4]! * (1 - part)) / free.shares[4]! - 1)).toBeLessThan(1e-9);
  });
});

describe("kinematic null", () => {
  const total = (9 / masses[0]!) * (1 - (3 * masses[0]!) / mass);

  it("adds up to 3N_c(1 − N_c m_c/M)/m_c for both projections, to 3N_c/m_c where momentum is free", () => {
    for (const projection of ["full", "carriers"] as const) {
      const carriers = modalCarriers(modes, "Li", projection);
      expect(Math.abs(kinematicNull(carriers).total / total - 1)).toBeLessThan(1e-11);
      const free = kinematicNull(carriers, { zeroMomentum: false });
      expect(Math.abs(free.total / (9 / masses[0]!) - 1)).toBeLessThan(1e-11);
      // In full the velocities of modes at one temperature are independent; of carriers alone they are not.
      if (projection === "full") expect(Math.abs(free.diagonalShare - 1)).toBeLessThan(1e-11);
      else expect(free.diagonalShare).toBeLessThan(0.8);
    }
  });

  it("is what velocities of equal temperature give: the equal-time split of a harmonic crystal", async () => {
    const carriers = modalCarriers(modes, "Li", "carriers");
    const run = harmonicTrajectory(modes, {
      temperatureK: 300,
      frames: 20000,
      frameSpacingFs: 37,
      seed: 2,
      velocities: true,
    });
    const n = modes.count;
    const covariance = new Float64Array(n * n);
    for await (const { velocities } of run.frames()) {
      const q = new Float64Array(n);
      for (let mode = 0; mode < n; mode++) {
        for (let a = 0; a < 9; a++) q[mode]! += Math.sqrt(masses[0]!) * modes.vectors[18 * mode + a]! * velocities![a]!;
      }
      for (let k = 0; k < n * n; k++) covariance[k]! += q[Math.floor(k / n)]! * q[k % n]!;
    }
    // One trajectory keeps its amplitudes: kinetic energies of the 15 modes are (g² + h²)/2, spread by 100 % each. So the diagonal share
    // varies by some 1/√15 of itself; the null must lie within 3 of those.
    const { weights } = carriers;
    let [all, diagonal] = [0, 0];
    for (let k = 0; k < n * n; k++) {
      const [i, j] = [Math.floor(k / n), k % n];
      const s =
        weights[3 * i]! * weights[3 * j]! +
        weights[3 * i + 1]! * weights[3 * j + 1]! +
        weights[3 * i + 2]! * weights[3 * j + 2]!;
      all += s * covariance[k]!;
      if (i === j) diagonal += s * covariance[k]!;
    }
    const expected = kinematicNull(carriers).diagonalShare;
    expect(expected).toBeLessThan(0.8);
    expect(Math.abs(diagonal / all / expected - 1)).toBeLessThan(3 / Math.sqrt(15));
    // And the scale: ⟨ΣΣ⟩ = k_BT × total.
    const thermal = BOLTZMANN * 300 * ACCELERATION;
    expect(Math.abs(all / 20000 / thermal / kinematicNull(carriers).total - 1)).toBeLessThan(3 / Math.sqrt(15));
  });

  it("modes left out are zero, the rest still adds up to 1; groups collect pairs", () => {
    const carriers = modalCarriers(modes, "Li", "carriers");
    const kept = Array.from(modes.frequencies, (_, n) => n > 2);
    const nothing = kinematicNull(carriers, { kept });
    expect(Math.abs(sum(nothing.pairs) - 1)).toBeLessThan(1e-12);
    expect(nothing.shares[1]).toBe(0);
    const groups = degenerateGroups(modes);
    const grouped = sumPairsOverGroups(groups, nothing.pairs);
    expect(grouped.length).toBe(groups.length ** 2);
    expect(Math.abs(sum(grouped) - 1)).toBeLessThan(1e-12);
  });
});

describe("harmonic null", () => {
  // 72 lags from 5 to 29.85 ps, 0.35 ps apart.
  const lags = { lagsPs: Array.from({ length: 72 }, (_, k) => (100 + 7 * k) / 20), blockPs: 60, maxOrigins: 200 };

  it("has equipartition: λ⟨Q²⟩ = k_BT over many seeds, and its centre of mass rests", async () => {
    const thermal = BOLTZMANN * 500 * ACCELERATION;
    let [kinetic, draws] = [0, 0];
    for (let seed = 0; seed < 40; seed++) {
      const run = harmonicTrajectory(modes, {
        temperatureK: 500,
        frames: 1,
        frameSpacingFs: 10,
        seed,
        velocities: true,
      });
      for await (const { positions, velocities } of run.frames()) {
        for (let a = 0; a < 18; a++) kinetic += (masses[Math.floor(a / 3)]! * velocities![a]! ** 2) / thermal;
        for (let axis = 0; axis < 3; axis++) {
          let shift = 0;
          for (let i = 0; i < 6; i++)
            shift += masses[i]! * (positions[3 * i + axis]! - modes.reference.positions[3 * i + axis]!);
          expect(Math.abs(shift / mass)).toBeLessThan(1e-8);
        }
        draws += 15;
      }
    }
    // Each of 600 squares of a normal has variance 2: the mean is 1 ± √(2/600) = 0.058; three of those.
    expect(Math.abs(kinetic / draws - 1)).toBeLessThan(0.175);
  });

  it("nothing diffuses: D_n vanishes as lags are added, while C/2τ does not", async () => {
    const run = harmonicTrajectory(modes, { temperatureK: 500, frames: 6001, frameSpacingFs: 50, seed: 4 });
    const split = await modalDiffusion(run, modes, { carriers: "Li", seed: 1, repeats: 50, ...lags });
    expect(split.blocks).toBe(5);
    // What dividing by the lag instead of fitting a slope would show: ⟨|ΣΔr|²⟩/(6N_cτ) at 5 ps.
    const byLag = (split.byLag.collective[0]! / 5e3) * 0.1;
    // A cosine sampled at 72 lags over L = 25 ps has a fitted slope of about A²√(12/72)/(L√2) = 0.012 A²/ps against A²/τ = 0.2 A²/ps: 6 % of
    // it for one mode (blocks do not see this error: all of them hold the same swing), less for the sum of modes that differ in phase.
    expect(Math.abs(split.total.value)).toBeLessThan(0.06 * byLag);
    for (let n = 3; n < modes.count; n++) expect(Math.abs(split.perMode[n]!)).toBeLessThan(0.06 * byLag);
    for (let n = 0; n < 3; n++) expect(Math.abs(split.perMode[n]!)).toBeLessThan(1e-9 * byLag);
    expect(split.converged).toBe(false);
  });

  it("the expectation is the slope of 2k_BT(1 − cos ωτ)/ω², met by the mean over seeds", async () => {
    const short = { lagsPs: [0.01, 0.02, 0.03], blockPs: 1, maxOrigins: 1e6 };
    const carriers = modalCarriers(modes, "Li");
    const expected = harmonicExpectation(carriers, planLags(10, 0, short), 300);
    const seeds = 60;
    const values = new Float64Array(modes.count * seeds);
    for (let seed = 0; seed < seeds; seed++) {
      const run = harmonicTrajectory(modes, { temperatureK: 300, frames: 100, frameSpacingFs: 10, seed });
      const split = await modalDiffusion(run, modes, { carriers: "Li", seed: 1, repeats: 2, ...short });
      for (let n = 0; n < modes.count; n++) values[n * seeds + seed] = split.pairs[n * modes.count + n]!;
    }
    for (let n = 3; n < modes.count; n++) {
      const row = values.slice(n * seeds, (n + 1) * seeds);
      const mean = sum(row) / seeds;
      const error = Math.sqrt(row.reduce((s, x) => s + (x - mean) ** 2, 0) / (seeds - 1) / seeds);
      // 15 modes, 4σ: a wrong factor 2 would stand at 60 % / 13 % ≈ 8σ (amplitudes are spread by 100 %, 60 seeds).
      expect(Math.abs(mean - expected[n]!)).toBeLessThan(4 * error);
    }
  });

  it("comes with the other two, one crystal for each run", async () => {
    const options = { carriers: "Li", seed: 1, lagsPs: [0.1, 0.2, 0.3], blockPs: 1, repeats: 10 };
    const nulls = await modalNulls(modes, { ...options, temperatureK: 400, frames: 300, frameSpacingFs: 10, runs: 3 });
    expect(nulls.harmonic.blocks).toBe(9);
    expect(nulls.harmonic.converged).toBe(false);
    expect(nulls.kinematic.diagonalShare).toBe(kinematicNull(modalCarriers(modes, "Li")).diagonalShare);
    expect(nulls.staticWeight.shares).toEqual(staticWeights(modalCarriers(modes, "Li")).shares);
  });

  it("frames do not depend on the range they are asked in", async () => {
    const run = harmonicTrajectory(modes, { temperatureK: 300, frames: 300, frameSpacingFs: 10, seed: 1 });
    const whole: F64[] = [];
    for await (const frame of run.frames()) whole.push(frame.positions.slice());
    let k = 0;
    for await (const frame of run.frames({ from: 5, to: 290, stride: 7 })) {
      const same = whole[5 + 7 * k++]!;
      expect(frame.step).toBe(5 + 7 * (k - 1));
      // Another order of summation in the product: rounding of 7 Å.
      for (let a = 0; a < 18; a++) expect(Math.abs(frame.positions[a]! - same[a]!)).toBeLessThan(1e-13);
    }
    expect(k).toBe(41);
  });
});
