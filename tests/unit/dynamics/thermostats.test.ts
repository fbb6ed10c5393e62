import { describe, expect, it } from "vitest";
import { BOLTZMANN, Rng } from "../../../src/base/index.js";
import {
  advanceChain,
  chainEnergy,
  type EnsembleSpec,
  kineticEnergy,
  makeChain,
  makeIntegrator,
  startState,
  temperatureOf,
  temperatureOfAtoms,
  twiceKineticEnergy,
  updateForces,
} from "../../../src/dynamics/index.js";
import { blockAverage } from "../../../src/numerics/index.js";
import { largestDifference, nothing, solidArgon, wells } from "../../helpers/dynamics.js";

function begun(spec: EnsembleSpec, options: { readonly temperatureK: number; readonly timestepFs: number }) {
  const { crystal, field } = solidArgon();
  const forces = field.attach(crystal);
  const state = startState(crystal, { temperatureK: options.temperatureK, seed: 21 });
  updateForces(state, forces);
  const integrator = makeIntegrator(spec, state, { timestepFs: options.timestepFs, rng: Rng.fromSeed(22) });
  return { state, forces, integrator };
}

describe.each<[string, EnsembleSpec]>([
  ["Nosé–Hoover chains", { kind: "nose-hoover", temperatureK: 60, relaxationFs: 500 }],
  ["stochastic rescaling", { kind: "rescale", temperatureK: 60, relaxationFs: 200 }],
])("%s", (_name, spec) => {
  it("⟨T⟩ is the bath's and its variance 2T²/N", () => {
    const { state, forces, integrator } = begun(spec, { temperatureK: 60, timestepFs: 5 });
    integrator.advance(state, forces, 2000);
    const temperatures = new Float64Array(4000);
    for (let s = 0; s < temperatures.length; s++) {
      integrator.advance(state, forces, 4);
      temperatures[s] = temperatureOf(state);
    }
    const average = blockAverage(temperatures);
    const spread = blockAverage(temperatures.map((value) => (value - 60) ** 2));
    // Four standard errors, taken from the run and its correlation time. Verlet's own bias, (ωΔt)²/12 ~ 0.1 %, is below them.
    expect(Math.abs(average.mean - 60)).toBeLessThan(4 * average.standardError);
    expect(average.standardError).toBeLessThan(0.6);
    const expected = (2 * 60 ** 2) / state.degreesOfFreedom;
    expect(Math.abs(spread.mean - expected)).toBeLessThan(4 * spread.standardError);
    expect(spread.standardError).toBeLessThan(0.12 * expected); // constant energy would have about half
  });

  it("a ramp takes the crystal from one temperature to the other", () => {
    const ramp: EnsembleSpec = { ...spec, temperatureK: { fromK: 20, toK: 60, overFs: 10_000 } } as EnsembleSpec;
    const { state, forces, integrator } = begun(ramp, { temperatureK: 20, timestepFs: 5 });
    const start = integrator.conserved(state);
    let [half, end] = [0, 0];
    for (let s = 0; s < 3000; s++) {
      integrator.advance(state, forces, 1);
      if (s >= 900 && s < 1100) half += temperatureOf(state) / 200;
      if (s >= 2000) end += temperatureOf(state) / 1000;
    }
    // Scatter T√(2/93) = 15 % with a correlation time of ~0.2 ps: averages of 1 and 5 ps are good to ~7 and ~3 %, at three times that.
    expect(Math.abs(half - 40)).toBeLessThan(8);
    expect(Math.abs(end - 60)).toBeLessThan(6);
    // The energy rose by N k_B 40 K = 0.32 eV; the bath's account closes to Verlet's error of ~1e-4 eV.
    expect(Math.abs(integrator.conserved(state) - start)).toBeLessThan(1e-3);
  });
});

describe("the chain by itself", () => {
  /** The same equations by fourth-order Runge–Kutta with tiny steps: [2K, η̇…] after `time`. */
  function reference(twice: number, degreesOfFreedom: number, masses: Float64Array, time: number): number[] {
    const thermal = BOLTZMANN * 300;
    const rate = (y: readonly number[]): number[] => {
      const eta = (j: number): number => y[j + 1] ?? 0;
      const pushed = (j: number): number =>
        j === 0 ? y[0]! - degreesOfFreedom * thermal : masses[j - 1]! * eta(j - 1) ** 2 - thermal;
      return [
        -2 * eta(0) * y[0]!,
        ...Array.from(masses, (mass, j) => pushed(j) / mass - (j + 1 < masses.length ? eta(j) * eta(j + 1) : 0)),
      ];
    };
    let y: number[] = [twice, ...Array.from(masses, () => 0)];
    const steps = 4000;
    const h = time / steps;
    const plus = (a: readonly number[], b: readonly number[], f: number): number[] => a.map((x, i) => x + f * b[i]!);
    for (let s = 0; s < steps; s++) {
      const k1 = rate(y);
      const k2 = rate(plus(y, k1, h / 2));
      const k3 = rate(plus(y, k2, h / 2));
      const k4 = rate(plus(y, k3, h));
      y = y.map((x, i) => x + (h / 6) * (k1[i]! + 2 * k2[i]! + 2 * k3[i]! + k4[i]!));
    }
    return y;
  }

  it("solves its equations of motion to fourth order", () => {
    const errorOf = (steps: number): number => {
      const chain = makeChain({ degreesOfFreedom: 30, temperatureK: 300, periodFs: 100 });
      const begin = 30 * BOLTZMANN * 420; // 40 % too hot
      let twice = begin;
      for (let s = 0; s < steps; s++) twice *= advanceChain(chain, twice, 60 / steps) ** 2;
      const exact = reference(begin, 30, chain.masses, 60);
      return Math.max(
        Math.abs(twice / exact[0]! - 1),
        ...Array.from(chain.rates, (rate, j) => Math.abs(rate - exact[j + 1]!) * 100),
      );
    };
    // Steps below a hundredth of the period are taken in one part.
    const [coarse, fine] = [errorOf(64), errorOf(128)];
    expect(coarse).toBeLessThan(0.01); // rates in units of 0.01/fs
    // 16 with the next (even) order at a few per cent.
    expect(coarse / fine).toBeGreaterThan(13);
    expect(coarse / fine).toBeLessThan(19);
  });

  it("exchanges energy with what it acts on and loses none", () => {
    const lossAt = (time: number): number => {
      const chain = makeChain({ degreesOfFreedom: 30, temperatureK: 300, periodFs: 100, length: 4 });
      let twice = 30 * BOLTZMANN * 420;
      const start = 0.5 * twice;
      let [worst, exchanged] = [0, 0];
      for (let s = 0; s < 100 / time; s++) {
        twice *= advanceChain(chain, twice, time) ** 2;
        worst = Math.max(worst, Math.abs(0.5 * twice + chainEnergy(chain) - start));
        exchanged = Math.max(exchanged, Math.abs(0.5 * twice - start));
      }
      return worst / exchanged;
    };
    const [coarse, fine] = [lossAt(1), lossAt(0.5)];
    expect(coarse).toBeLessThan(1e-4);
    expect(coarse / fine).toBeGreaterThan(13); // 16 and the next even order
    expect(coarse / fine).toBeLessThan(19);
  });
});

describe("Nosé–Hoover chains", () => {
  it("turned round in time, bath included, it comes back", () => {
    const { state, forces, integrator } = begun(
      { kind: "nose-hoover", temperatureK: 60, relaxationFs: 500 },
      { temperatureK: 60, timestepFs: 4 },
    );
    const start = state.positions.slice();
    integrator.advance(state, forces, 200);
    for (let k = 0; k < state.velocities.length; k++) state.velocities[k]! *= -1;
    const saved = integrator.save() as { chain: { rates: number[] } };
    integrator.restore({ ...saved, chain: { ...saved.chain, rates: saved.chain.rates.map((rate) => -rate) } });
    integrator.advance(state, forces, 200);
    // Rounding, grown by the crystal's instability and by the chain's: its drag on itself, exp(−η̇t), becomes growth backwards.
    expect(largestDifference(state.positions, start)).toBeLessThan(1e-7);
  });

  it("the conserved quantity's error falls as Δt²", () => {
    const rippleAt = (timestepFs: number): number => {
      const { state, forces, integrator } = begun(
        { kind: "nose-hoover", temperatureK: 60, relaxationFs: 500 },
        { temperatureK: 60, timestepFs },
      );
      const values: number[] = [];
      while (state.timeFs < 1600) {
        integrator.advance(state, forces, 8 / timestepFs);
        values.push(integrator.conserved(state));
      }
      const mean = values.reduce((a, b) => a + b) / values.length;
      return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    };
    // Sampled at the same times, so that the ratio is 4 but for the next order, (ωΔt)² ~ 1 %.
    expect(Math.abs(rippleAt(8) / rippleAt(4) - 4)).toBeLessThan(0.2);
  });
});

describe("stochastic rescaling", () => {
  it("K has the canonical mean, variance and skewness and forgets as exp(−t/τ), whatever the step", () => {
    const { crystal } = wells(6, [20, 60], 1);
    const forces = nothing.attach(crystal);
    const state = startState(crystal, { temperatureK: 300, seed: 5 });
    updateForces(state, forces);
    const spec: EnsembleSpec = { kind: "rescale", temperatureK: 300, relaxationFs: 40 };
    const integrator = makeIntegrator(spec, state, { timestepFs: 20, rng: Rng.fromSeed(7) });
    const n = 40_000;
    const x = new Float64Array(n); // K/k_BT, a gamma deviate of shape N/2 = 7.5
    for (let s = 0; s < n; s++) {
      integrator.advance(state, forces, 1);
      x[s] = kineticEnergy(state) / (BOLTZMANN * 300);
    }
    const check = (series: Float64Array, expected: number): void => {
      const { mean, standardError } = blockAverage(series);
      expect(Math.abs(mean - expected)).toBeLessThan(4 * standardError);
    };
    check(x, 7.5);
    check(
      x.map((value) => (value - 7.5) ** 2),
      7.5,
    );
    check(
      x.map((value) => (value - 7.5) ** 3),
      15,
    );
    check(
      x.slice(2).map((value, s) => ((value - 7.5) * (x[s]! - 7.5)) / 7.5),
      Math.exp(-1), // two steps of half a relaxation time
    );
  });

  it("scales each group about its own centre of mass to its own temperature", () => {
    const { crystal } = wells(60, [20, 60], 1);
    const forces = nothing.attach(crystal);
    const state = startState(crystal, { temperatureK: 300, seed: 5, centreOfMass: "free" });
    updateForces(state, forces);
    const hot = Array.from({ length: 30 }, (_, i) => i);
    const spec: EnsembleSpec = {
      kind: "rescale",
      temperatureK: 200,
      relaxationFs: 20,
      groups: [{ atoms: hot, temperatureK: 900 }],
    };
    const integrator = makeIntegrator(spec, state, { timestepFs: 10, rng: Rng.fromSeed(7) });
    integrator.advance(state, forces, 50);
    const [hotT, coldT] = [new Float64Array(2000), new Float64Array(2000)];
    for (let s = 0; s < 2000; s++) {
      integrator.advance(state, forces, 4);
      hotT[s] = temperatureOfAtoms(state, hot);
      coldT[s] = temperatureOfAtoms(
        state,
        hot.map((i) => i + 30),
      );
    }
    for (const [series, kelvin] of [
      [hotT, 900],
      [coldT, 200],
    ] as const) {
      const { mean, standardError } = blockAverage(series);
      expect(Math.abs(mean - kelvin)).toBeLessThan(4 * standardError);
      expect(standardError).toBeLessThan(0.01 * kelvin);
    }
  });

  it("does nothing to the potential and everything it adds is on the account", () => {
    const { crystal } = wells(6, [20], 1);
    const forces = nothing.attach(crystal);
    const state = startState(crystal, { temperatureK: 300, seed: 5 });
    updateForces(state, forces);
    const spec: EnsembleSpec = { kind: "rescale", temperatureK: 3000, relaxationFs: 40 };
    const integrator = makeIntegrator(spec, state, { timestepFs: 5, rng: Rng.fromSeed(7) });
    const start = integrator.conserved(state);
    integrator.advance(state, forces, 200);
    expect(Math.abs(twiceKineticEnergy(state) / 2 - start)).toBeGreaterThan(0.1);
    expect(Math.abs(integrator.conserved(state) - start)).toBeLessThan(1e-12); // sums of 200 numbers of 0.1 eV
  });
});
