import { describe, expect, it } from "vitest";
import { ACCELERATION, BOLTZMANN, Rng } from "../../../src/base/index.js";
import {
  type EnsembleSpec,
  kineticEnergy,
  type ModalBath,
  makeIntegrator,
  startState,
  temperatureOf,
  temperatureOfAtoms,
  totalMomentum,
  updateForces,
} from "../../../src/dynamics/index.js";
import { blockAverage } from "../../../src/numerics/index.js";
import { nothing, solidArgon, wells } from "../../helpers/dynamics.js";

const bath = (temperatureK: number, relaxationFs: number): EnsembleSpec => ({
  kind: "langevin",
  temperatureK,
  relaxationFs,
});

describe("Langevin, BAOAB", () => {
  it("⟨x²⟩ = k_BT/k for any time step, ⟨v²⟩ = (k_BT/m)(1 − (ωΔt)²/4)", () => {
    const [stiffness, mass, temperatureK] = [5, 40, 300];
    const { crystal, field } = wells(32, [mass], stiffness);
    const omega = Math.sqrt((stiffness * ACCELERATION) / mass);
    const timestepFs = 1 / omega; // 29 fs, six steps to a period
    const forces = field.attach(crystal);
    const state = startState(crystal, { temperatureK, seed: 1, centreOfMass: "free" });
    updateForces(state, forces);
    const integrator = makeIntegrator(bath(temperatureK, 100), state, { timestepFs, rng: Rng.fromSeed(2) });
    integrator.advance(state, forces, 50);
    const [squares, speeds] = [new Float64Array(6000), new Float64Array(6000)];
    for (let s = 0; s < 6000; s++) {
      integrator.advance(state, forces, 1);
      squares[s] = (2 * state.potentialEnergy) / stiffness / 96;
      speeds[s] = temperatureOf(state) / temperatureK;
    }
    const configuration = blockAverage(squares);
    const kinetic = blockAverage(speeds);
    // Four standard errors of the run itself, about 1.4 %: a wrong order of the pieces would be off by 25 % here.
    expect(Math.abs(configuration.mean - (BOLTZMANN * temperatureK) / stiffness)).toBeLessThan(
      4 * configuration.standardError,
    );
    expect(configuration.standardError / configuration.mean).toBeLessThan(0.005);
    expect(Math.abs(kinetic.mean - 0.75)).toBeLessThan(4 * kinetic.standardError);
  });

  it("without noise it is the damped oscillator, with an error that falls as Δt²", () => {
    const [stiffness, mass, relaxationFs] = [2, 20, 250];
    const { crystal, field } = wells(2, [mass], stiffness);
    const gamma = 1 / relaxationFs;
    const damped = Math.sqrt((stiffness * ACCELERATION) / mass - gamma ** 2 / 4);
    const errorAt = (timestepFs: number): number => {
      const forces = field.attach(crystal);
      const state = startState(crystal, { centreOfMass: "free" });
      state.positions[1] = 0.5;
      updateForces(state, forces);
      // 10⁻¹² K: noise of 1e-8 Å.
      const integrator = makeIntegrator(bath(1e-12, relaxationFs), state, { timestepFs, rng: Rng.fromSeed(2) });
      let worst = 0;
      while (state.timeFs < 600) {
        integrator.advance(state, forces, 1);
        const t = state.timeFs;
        const exact =
          0.5 * Math.exp((-gamma * t) / 2) * (Math.cos(damped * t) + (gamma / (2 * damped)) * Math.sin(damped * t));
        worst = Math.max(worst, Math.abs(state.positions[1]! - exact));
      }
      return worst;
    };
    const [coarse, fine] = [errorAt(8), errorAt(4)];
    expect(coarse).toBeLessThan(0.01); // (ωΔt)²/24 × ωt × 0.5 Å = 0.01 Å at 600 fs
    expect(Math.abs(coarse / fine - 4)).toBeLessThan(0.1); // the next order is (ωΔt)² ~ 6 %, mostly common
  });

  it("a free particle forgets its velocity as exp(−γt)", () => {
    const { crystal } = wells(200, [20], 1);
    const forces = nothing.attach(crystal);
    const state = startState(crystal, { temperatureK: 300, seed: 5, centreOfMass: "free" });
    updateForces(state, forces);
    const integrator = makeIntegrator(bath(300, 50), state, { timestepFs: 10, rng: Rng.fromSeed(7) });
    const variance = (ACCELERATION * BOLTZMANN * 300) / 20;
    let product = 0;
    const rounds = 100;
    for (let r = 0; r < rounds; r++) {
      const before = state.velocities.slice();
      integrator.advance(state, forces, 5);
      for (let k = 0; k < 600; k++) product += (before[k]! * state.velocities[k]!) / variance / (600 * rounds);
    }
    // The product of correlated normals has variance 1 + c²; samples 5 steps apart are correlated as c^2: √((1 + c²)/(1 − c²)) ~ 1.3.
    expect(Math.abs(product - Math.exp(-1))).toBeLessThan((4 * 1.3 * Math.sqrt(1 + Math.exp(-2))) / Math.sqrt(60_000));
  });

  it("groups without forces between them take the temperatures of their own baths", () => {
    const { crystal } = wells(400, [20, 60], 1);
    const forces = nothing.attach(crystal);
    const state = startState(crystal, { temperatureK: 300, seed: 5, centreOfMass: "free" });
    updateForces(state, forces);
    const hot = Array.from({ length: 200 }, (_, i) => i);
    const cold = hot.map((i) => i + 200);
    const spec: EnsembleSpec = {
      kind: "langevin",
      temperatureK: 200,
      relaxationFs: 20,
      groups: [{ atoms: hot, temperatureK: 900 }],
    };
    const integrator = makeIntegrator(spec, state, { timestepFs: 10, rng: Rng.fromSeed(7) });
    integrator.advance(state, forces, 20);
    const [hotT, coldT] = [new Float64Array(300), new Float64Array(300)];
    for (let s = 0; s < 300; s++) {
      integrator.advance(state, forces, 4);
      hotT[s] = temperatureOfAtoms(state, hot);
      coldT[s] = temperatureOfAtoms(state, cold);
    }
    const [h, c] = [blockAverage(hotT), blockAverage(coldT)];
    expect(Math.abs(h.mean - 900)).toBeLessThan(4 * h.standardError);
    expect(Math.abs(c.mean - 200)).toBeLessThan(4 * c.standardError);
    expect(h.standardError).toBeLessThan(5);
  });

  it("light and heavy atoms of a crystal share the energy equally, and the crystal stays where it is", () => {
    const argon = solidArgon();
    const masses = argon.crystal.masses.slice().map((_, i) => (i % 2 === 0 ? 20 : 60));
    const crystal = { ...argon.crystal, masses };
    const forces = argon.field.attach(crystal);
    const state = startState(crystal, { temperatureK: 50, seed: 5 });
    updateForces(state, forces);
    const integrator = makeIntegrator(bath(50, 300), state, { timestepFs: 4, rng: Rng.fromSeed(7) });
    integrator.advance(state, forces, 1000);
    const groups = [0, 1].map((parity) => Array.from(masses.keys()).filter((i) => i % 2 === parity));
    const series = groups.map(() => new Float64Array(2000));
    for (let s = 0; s < 2000; s++) {
      integrator.advance(state, forces, 5);
      groups.forEach((atoms, g) => {
        series[g]![s] = temperatureOfAtoms(state, atoms);
      });
    }
    for (const temperatures of series) {
      const { mean, standardError } = blockAverage(temperatures);
      // ⟨v²⟩ is low by (ωΔt)²/4 ~ 0.1 % at 1.5 THz: within the error of about 0.4 K.
      expect(Math.abs(mean - 50)).toBeLessThan(4 * standardError);
      expect(standardError).toBeLessThan(1);
    }
    for (const p of totalMomentum(state)) expect(Math.abs(p)).toBeLessThan(1e-10); // amu Å/fs; rounding of 11 000 steps
  });
});

describe("a second bath for chosen modes", () => {
  it("is called on both sides of O, its heat is on the account, and it is saved with the rest", () => {
    const { crystal, field } = solidArgon();
    const begin = () => {
      const forces = field.attach(crystal);
      const state = startState(crystal, { temperatureK: 50, seed: 5 });
      updateForces(state, forces);
      let [calls, old] = [0, 0];
      const modal: ModalBath = {
        before: (s) => {
          old = s.velocities[0]!;
        },
        // Atom 1 keeps its velocity along x through O, and its neighbour takes the momentum; every third time both turn round.
        after: (s) => {
          const before = kineticEnergy(s);
          const gain = old * (++calls % 3 === 0 ? -1 : 1) - s.velocities[0]!;
          s.velocities[0]! += gain;
          s.velocities[3]! -= gain;
          return kineticEnergy(s) - before;
        },
        save: () => ({ calls }),
        restore: (saved) => {
          calls = (saved as { calls: number }).calls;
        },
      };
      const rng = Rng.fromSeed(7);
      return { state, forces, integrator: makeIntegrator(bath(50, 300), state, { timestepFs: 4, rng, modal }) };
    };
    const whole = begin();
    const start = whole.integrator.conserved(whole.state);
    whole.integrator.advance(whole.state, whole.forces, 100);
    // The ripple of Verlet at 4 fs, (ωΔt)²/8 of 0.2 eV ~ 4e-5 eV; the bath moves tenths of an eV.
    expect(Math.abs(whole.integrator.conserved(whole.state) - start)).toBeLessThan(2e-4);
    const first = begin();
    first.integrator.advance(first.state, first.forces, 40);
    const again = begin(); // its integrator and its bath of modes know nothing of those 40 steps
    again.integrator.restore(first.integrator.save());
    again.integrator.advance(first.state, first.forces, 60);
    expect(first.state.velocities).toEqual(whole.state.velocities);
    expect(() =>
      makeIntegrator({ kind: "nve" }, first.state, { timestepFs: 4, rng: Rng.fromSeed(1), modal: modalOf() }),
    ).toThrow(/ensemble "nve"/);
  });
});

const modalOf = (): ModalBath => ({ before: () => {}, after: () => 0, save: () => null, restore: () => {} });
