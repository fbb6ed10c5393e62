import { describe, expect, it } from "vitest";
import { ACCELERATION } from "../../../src/base/index.js";
import { type MdState, makeVelocityVerlet, startState, updateForces } from "../../../src/dynamics/index.js";
import type { ForceField } from "../../../src/forces/index.js";
import type { Crystal } from "../../../src/structure/index.js";
import { largestDifference, smallSalt, solidArgon, wells } from "../../helpers/dynamics.js";

function begun({ crystal, field }: { crystal: Crystal; field: ForceField }, temperatureK: number) {
  const forces = field.attach(crystal);
  const state = startState(crystal, { temperatureK, seed: 11 });
  updateForces(state, forces);
  return { state, forces };
}

/** Root mean square of the energy about its mean over 400 fs. */
function energyRipple(system: { crystal: Crystal; field: ForceField }, timestepFs: number): number {
  const { state, forces } = begun(system, 100);
  const integrator = makeVelocityVerlet(state, { timestepFs });
  const energies: number[] = [];
  for (let s = 0; s < 400 / timestepFs; s++) {
    integrator.advance(state, forces, 1);
    energies.push(integrator.conserved(state));
  }
  const mean = energies.reduce((a, b) => a + b) / energies.length;
  return Math.sqrt(energies.reduce((sum, energy) => sum + (energy - mean) ** 2, 0) / energies.length);
}

describe("velocity Verlet", () => {
  it("the error of the energy falls as Δt²", () => {
    const ratio = energyRipple(smallSalt(), 2) / energyRipple(smallSalt(), 1);
    // 4 but for the next order, (ωΔt)² ~ 1 % at 2 fs, and for sampling the same 400 fs at half as many points (~1 %).
    expect(ratio).toBeGreaterThan(3.8);
    expect(ratio).toBeLessThan(4.2);
  });

  it("turned round in time it comes back", () => {
    const { state, forces } = begun(solidArgon(), 60);
    const start = state.positions.slice();
    const integrator = makeVelocityVerlet(state, { timestepFs: 4 });
    integrator.advance(state, forces, 250);
    expect(largestDifference(state.positions, start)).toBeGreaterThan(0.1); // it had gone somewhere
    for (let k = 0; k < state.velocities.length; k++) state.velocities[k]! *= -1;
    integrator.advance(state, forces, 250);
    // Rounding of 1e-15 Å a step, grown over 2 ps by a Lyapunov exponent of ~1/ps: far below 1e-10.
    expect(largestDifference(state.positions, start)).toBeLessThan(1e-10);
  });

  it("an oscillator turns at the frequency of the scheme, cos ΩΔt = 1 − (ωΔt)²/2", () => {
    const { crystal, field } = wells(2, [30], 4);
    const forces = field.attach(crystal);
    const state = startState(crystal, { centreOfMass: "free" });
    state.positions[1] = 0.3;
    updateForces(state, forces);
    const timestepFs = 15;
    const omega = Math.sqrt((4 * ACCELERATION) / 30);
    const turn = Math.acos(1 - (omega * timestepFs) ** 2 / 2);
    const integrator = makeVelocityVerlet(state, { timestepFs });
    let worst = 0;
    for (let s = 1; s <= 300; s++) {
      integrator.advance(state, forces, 1);
      worst = Math.max(worst, Math.abs(state.positions[1]! - 0.3 * Math.cos(s * turn)));
    }
    // Exact on paper; rounding of the phase, 300 × 1e-16 × (steps' growth) stays below 1e-12.
    expect(worst).toBeLessThan(1e-12);
  });

  it("moves free atoms in straight lines beside frozen ones", () => {
    const { crystal } = wells(3, [30], 4);
    const state: MdState = startState(crystal, { velocities: new Float64Array(9).fill(0.01), frozen: [1] });
    const silent = { evaluate: () => 0, energyParts: () => ({}), setCell: () => {}, dispose: () => {} };
    updateForces(state, silent);
    makeVelocityVerlet(state, { timestepFs: 2 }).advance(state, silent, 50);
    expect(state.positions[0]).toBeCloseTo(1, 13);
    expect([...state.positions.slice(3, 6)]).toEqual([20, 0, 0]);
  });
});
