import { describe, expect, it } from "vitest";
import { ACCELERATION, BOLTZMANN, InputError } from "../../../src/base/index.js";
import {
  degreesOfFreedomOf,
  kineticEnergy,
  startState,
  temperatureOf,
  temperatureOfAtoms,
  totalMomentum,
} from "../../../src/dynamics/index.js";
import { wells } from "../../helpers/dynamics.js";

const { crystal } = wells(400, [7, 16, 72], 1);

describe("startState", () => {
  it("velocities are Maxwell–Boltzmann: ⟨v²⟩ = a k_BT/m and ⟨v⁴⟩ = 3⟨v²⟩² for each mass", () => {
    const state = startState(crystal, { temperatureK: 500, seed: 4, centreOfMass: "free" });
    for (const kind of [0, 1, 2]) {
      const reduced: number[] = [];
      for (let i = kind; i < 400; i += 3) {
        const variance = (ACCELERATION * BOLTZMANN * 500) / crystal.masses[i]!;
        for (let a = 0; a < 3; a++) reduced.push(state.velocities[3 * i + a]! / Math.sqrt(variance));
      }
      const moment = (p: number): number => reduced.reduce((sum, x) => sum + x ** p, 0) / reduced.length;
      const root = Math.sqrt(reduced.length);
      // Variances of z, z², z⁴ are 1, 2, 96; four standard errors.
      expect(Math.abs(moment(1))).toBeLessThan(4 / root);
      expect(Math.abs(moment(2) - 1)).toBeLessThan((4 * Math.sqrt(2)) / root);
      expect(Math.abs(moment(4) - 3)).toBeLessThan((4 * Math.sqrt(96)) / root);
    }
  });

  it("the total momentum is zero and three degrees of freedom are gone", () => {
    const state = startState(crystal, { temperatureK: 500, seed: 4 });
    expect(state.degreesOfFreedom).toBe(1197);
    // Rounding of 400 terms of size 0.1 amu Å/fs.
    for (const p of totalMomentum(state)) expect(Math.abs(p)).toBeLessThan(1e-13);
  });

  it("exactTemperature gives the temperature to rounding", () => {
    const state = startState(crystal, { temperatureK: 500, seed: 4, exactTemperature: true });
    expect(Math.abs(temperatureOf(state) / 500 - 1)).toBeLessThan(1e-14);
    expect(kineticEnergy(state) / (0.5 * 1197 * BOLTZMANN * 500)).toBeCloseTo(1, 13);
  });

  it("frozen atoms rest; the others count three degrees each", () => {
    const state = startState(crystal, { temperatureK: 500, seed: 4, frozen: [0, 399] });
    expect(state.degreesOfFreedom).toBe(3 * 398);
    expect([...state.velocities.slice(0, 3), ...state.velocities.slice(1197)]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it("degrees of freedom of groups add up to those of the whole", () => {
    const state = startState(crystal, { temperatureK: 500, seed: 4 });
    const groups = [0, 1, 2].map((kind) => Array.from(crystal.masses.slice().keys()).filter((i) => i % 3 === kind));
    const sum = groups.reduce((total, atoms) => total + degreesOfFreedomOf(state, atoms), 0);
    expect(Math.abs(sum - 1197)).toBeLessThan(1e-9); // rounding
  });

  it("a group's temperature is unbiased when the total momentum is taken off", () => {
    // A heavy atom among few: counting 3 degrees instead of 3 − 3 M_g/M would read 40 % too cold.
    const few = wells(4, [50, 10, 10, 55], 1).crystal;
    let sum = 0;
    const draws = 4000;
    for (let seed = 0; seed < draws; seed++)
      sum += temperatureOfAtoms(startState(few, { temperatureK: 300, seed }), [0]);
    // T of three components: standard deviation 300 √(2/3); four standard errors.
    expect(Math.abs(sum / draws - 300)).toBeLessThan(4 * 300 * Math.sqrt(2 / 3 / draws));
  });

  it("given velocities are kept but for the motion of the whole", () => {
    const velocities = new Float64Array(1200).fill(0.01);
    velocities[0] = 0.02;
    const state = startState(crystal, { velocities });
    expect(state.velocities[0]! - state.velocities[3]!).toBeCloseTo(0.01, 15);
    // 127 amu Å/fs were taken off: rounding of 400 such terms.
    expect(Math.abs(totalMomentum(state)[0])).toBeLessThan(1e-11);
    expect(startState(crystal, { velocities, centreOfMass: "free" }).velocities).toEqual(velocities);
  });

  it.each([
    [{ temperatureK: 0, seed: 1 }, /0 K/],
    [{ temperatureK: -5, seed: 1 }, /-5 K/],
    [{ temperatureK: 300 }, /no seed/],
    [{ temperatureK: 300, seed: 1, frozen: [400] }, /frozen atom 400/],
    [{ frozen: [1], centreOfMass: "fixed" as const }, /cannot be fixed/],
    [{ velocities: new Float64Array(3) }, /velocities has 3/],
    [{ velocities: new Float64Array(1200), temperatureK: 300, seed: 1 }, /velocities and a temperature/],
    [{ frozen: Array.from({ length: 400 }, (_, i) => i) }, /0 degrees of freedom/],
  ])("refuses nonsense %#", (options, message) => {
    expect(() => startState(crystal, options)).toThrow(InputError);
    expect(() => startState(crystal, options)).toThrow(message);
  });

  it("refuses a negative mass", () => {
    const masses = crystal.masses.slice();
    masses[7] = -1;
    expect(() => startState({ ...crystal, masses })).toThrow(/atom 8 has the mass -1/);
  });
});
