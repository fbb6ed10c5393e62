import { describe, expect, it } from "vitest";
import { CapabilityError, HBAR_EV_FS, InputError, Rng } from "../../../src/base/index.js";
import {
  advanceSprings,
  cornerWindow,
  cubicFramework,
  cubicModes,
  frameworkMotion,
  highestFrequency,
  lineWindow,
  modeSumField,
  propagatedField,
  rodinLattice,
  type Statistics,
  sampleModes,
  siteIndex,
  springEnergy,
  springState,
  thermalCovariance,
} from "../../../src/medium/index.js";
import { mean, standardError } from "../../../src/numerics/index.js";
import { relativeError, THERMAL } from "./cases.js";

const cells = 6;
const modes = cubicModes(rodinLattice, cells);
const window = cornerWindow(cubicFramework(rodinLattice));
const draw = (seed: number, statistics: Statistics = "quantum") =>
  sampleModes(modes, Rng.fromSeed(seed).fork("framework"), { thermalEnergy: THERMAL, statistics });

describe("three ways to the same thermal motion", () => {
  const sample = draw(1);
  const timeFs = 500;
  const later = frameworkMotion(sample, timeFs);
  const displacements = new Float64Array(24);
  const velocities = new Float64Array(24);
  const expected = (cell: Int32Array, of: Float64Array) =>
    Float64Array.from({ length: 24 }, (_, i) => of[3 * siteIndex(cells, cell, window, Math.floor(i / 3)) + (i % 3)]!);

  it("the sum over modes at a window is the Fourier transform there, in any periodic image", () => {
    const cell = Int32Array.of(-3, 5, 14);
    modeSumField(sample, window).sample(timeFs, cell, displacements, velocities);
    expect(relativeError(displacements, expected(cell, later.displacements))).toBeLessThan(1e-13);
    expect(relativeError(velocities, expected(cell, later.velocities))).toBeLessThan(1e-13);
  });

  it("velocities are the time derivative", () => {
    const dt = 0.01;
    const [before, after] = [frameworkMotion(sample, timeFs - dt), frameworkMotion(sample, timeFs + dt)];
    const slope = later.velocities.map((_, i) => (after.displacements[i]! - before.displacements[i]!) / (2 * dt));
    // (Ω dt)²/6 = 2e-8, and rounding 1e-16 · u / dt v ~ 1e-12
    expect(relativeError(slope, later.velocities)).toBeLessThan(1e-7);
  });

  it("propagation follows the modes to (Ωδ)²/24 in their phase", () => {
    const timestepFs = 1;
    const field = propagatedField(springState(rodinLattice, cells, frameworkMotion(sample, 0)), window, timestepFs);
    const cell = Int32Array.of(1, 0, -2);
    field.sample(timeFs, cell, displacements, velocities);
    const top = highestFrequency(rodinLattice);
    // phase error of the fastest mode after t
    const bound = ((top * timestepFs) ** 2 / 24) * top * timeFs;
    const error = relativeError(displacements, expected(cell, later.displacements));
    expect(error).toBeLessThan(bound);
    expect(error).toBeGreaterThan(bound / 1000); // it is an approximation, not the same sum
  });

  it("a propagated lattice keeps its energy and stays where it is", () => {
    const state = springState(rodinLattice, cells, frameworkMotion(sample, 0));
    const total = () => springEnergy(state).kinetic + springEnergy(state).potential;
    const start = total();
    let worst = 0;
    for (let n = 0; n < 100; n++) {
      advanceSprings(state, 1.25, 4);
      worst = Math.max(worst, Math.abs(total() / start - 1));
    }
    // Verlet's energy oscillates by (Ωδ)²/8 per mode, at most 2e-4
    expect(worst).toBeLessThan(2e-4);
    for (let a = 0; a < 3; a++) {
      const drift = mean(state.displacements.filter((_, i) => i % 3 === a));
      expect(Math.abs(drift)).toBeLessThan(1e-14); // springs cancel in pairs
    }
  });

  it("is the same for the same seed and another for another", () => {
    expect(draw(1).amplitudes).toEqual(sample.amplitudes);
    expect(draw(2).amplitudes).not.toEqual(sample.amplitudes);
  });
});

describe("statistics of the sampled motion", () => {
  // Site averages of independent samples: their mean must be the closed form within 4 standard errors of the mean (1 in 16 000 for
  // each of the 14 comparisons if the law is right).
  const seeds = 150;
  const lagFs = 60;
  const flat = (site: number[]) => ((site[0]! * cells + site[1]!) * cells + site[2]!) * 3;
  const pairs = [
    { name: "one atom", separation: [0, 0, 0], a: 0, b: 0 },
    { name: "neighbours along x", separation: [1, 0, 0], a: 0, b: 0 },
    { name: "neighbours across", separation: [0, 1, 0], a: 0, b: 0 },
    { name: "diagonal, x with y", separation: [1, 1, 0], a: 0, b: 1 },
  ];
  const correlate = (left: Float64Array, right: Float64Array, pair: (typeof pairs)[number]): number => {
    let sum = 0;
    for (let i = 0; i < cells; i++)
      for (let j = 0; j < cells; j++)
        for (let k = 0; k < cells; k++) {
          const other = [i, j, k].map((n, axis) => (n + cells - pair.separation[axis]!) % cells);
          sum += left[flat([i, j, k]) + pair.a]! * right[flat(other) + pair.b]!;
        }
    return sum / cells ** 3;
  };

  for (const statistics of ["quantum", "classical"] as const) {
    it(`${statistics}: covariances in space and time are the closed form within sampling error`, () => {
      const motions = Array.from({ length: seeds }, (_, seed) => {
        const sample = draw(1000 + seed, statistics);
        return { now: frameworkMotion(sample, 0), later: frameworkMotion(sample, lagFs) };
      });
      const grid = { reach: 1, periodicCells: cells, timestepFs: lagFs, times: 2 };
      const block = new Float64Array(9);
      for (const moment of ["displacement", "velocity"] as const) {
        const exact = thermalCovariance(rodinLattice, { thermalEnergy: THERMAL, statistics, moment }, grid);
        const key = moment === "displacement" ? "displacements" : "velocities";
        const compare = (values: number[], expected: number) => {
          const found = Float64Array.from(values);
          expect(Math.abs(mean(found) - expected)).toBeLessThan(4 * standardError(found));
          // and the test can see a 10 % error of the one-atom variance
          return standardError(found);
        };
        for (const pair of pairs) {
          exact.block(0, pair.separation, block);
          const error = compare(
            motions.map(({ now }) => correlate(now[key], now[key], pair)),
            block[3 * pair.a + pair.b]!,
          );
          if (pair.name === "one atom") expect(error).toBeLessThan(0.025 * block[0]!);
        }
        exact.block(1, [0, 0, 0], block);
        compare(
          motions.map(({ now, later }) => correlate(later[key], now[key], pairs[0]!)),
          block[0]!,
        );
      }
    });
  }

  it("at T = 0 every mode has its zero point, A² = ħ/Ω, in every sample", () => {
    const sample = sampleModes(modes, Rng.fromSeed(5).fork("framework"), { thermalEnergy: 0 });
    for (let l = 3; l < modes.omegas.length; l++) {
      const squared = sample.amplitudes[2 * l]! ** 2 + sample.amplitudes[2 * l + 1]! ** 2;
      expect((squared * modes.omegas[l]!) / HBAR_EV_FS).toBeCloseTo(1, 12);
    }
  });
});

describe("a field refuses", () => {
  it("times between its steps, and times that are past", () => {
    const field = propagatedField(springState(rodinLattice, 4), window, 2);
    const [u, v] = [new Float64Array(24), new Float64Array(24)];
    expect(() => field.sample(3, Int32Array.of(0, 0, 0), u, v)).toThrow(/steps of 2 fs, asked for 3 fs/);
    field.sample(8, Int32Array.of(0, 0, 0), u, v);
    expect(() => field.sample(4, Int32Array.of(0, 0, 0), u, v)).toThrow(InputError);
  });

  it("a window wider than the lattice, and a step the fastest mode cannot follow", () => {
    const long = lineWindow(cubicFramework(rodinLattice), { from: -3, count: 8 });
    expect(() => modeSumField(draw(1), long)).toThrow(CapabilityError);
    expect(() => modeSumField(draw(1), long)).toThrow(/spans 8 cells, the periodic lattice has 6/);
    expect(() => propagatedField(springState(rodinLattice, 4), window, 50)).toThrow(/turns the fastest framework mode/);
  });
});
