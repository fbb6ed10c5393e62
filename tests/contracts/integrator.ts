// What every integrator owes, whatever ensemble it is. Run for each of them.

import { describe, expect, it } from "vitest";
import type { Integrator, MdState } from "../../src/dynamics/index.js";
import type { ForceField, ForceSession } from "../../src/forces/index.js";
import { packJson, unpackJson } from "../../src/io/index.js";

export type IntegratorLaw =
  | "current"
  | "split"
  | "restore"
  | "repeat"
  | "frozen"
  | "momentum"
  | "conserved"
  | "clock"
  | "inputs";

export interface IntegratorCase {
  readonly field: ForceField;
  /** A fresh state, the same bits every time; `frozen` are atoms to hold. */
  readonly start: (frozen?: readonly number[]) => MdState;
  /** A fresh integrator for it, the same every time. */
  readonly make: (state: MdState) => Integrator;
  /** Largest swing of the conserved quantity over 200 steps, eV, with its reason at the call. */
  readonly swing: number;
  /** Laws that do not apply, each with its reason. */
  readonly skip?: Partial<Record<IntegratorLaw, string>>;
}

const STEPS = 40;

interface Running {
  readonly state: MdState;
  readonly forces: ForceSession;
  readonly integrator: Integrator;
}

/** Everything of a state that must agree to the last bit. */
const bitsOf = ({ step, timeFs, cell, positions, velocities, forces, potentialEnergy }: MdState): string =>
  packJson({ step, timeFs, cell: cell.vectors.slice(), positions, velocities, forces, potentialEnergy });

export function integratorContract(name: string, { field, start, make, swing, skip = {} }: IntegratorCase): void {
  const law = (key: IntegratorLaw, title: string, test: () => void): void => {
    if (skip[key]) it.skip(`${title} (${skip[key]})`, test);
    else it(title, test);
  };

  const running = (frozen?: readonly number[]): Running => {
    const state = start(frozen);
    const forces = field.attach(state.crystal);
    state.potentialEnergy = forces.evaluate(state.positions, state.forces, field.can.stress ? state.stress : undefined);
    return { state, forces, integrator: make(state) };
  };
  const advanced = (steps: number): Running => {
    const run = running();
    run.integrator.advance(run.state, run.forces, steps);
    return run;
  };

  describe(`integrator ${name}`, () => {
    law("current", "forces and energy belong to the positions after a step", () => {
      const { state } = advanced(7);
      const fresh = field.attach(state.crystal);
      fresh.setCell(state.cell);
      const forces = new Float64Array(state.forces.length);
      const energy = fresh.evaluate(state.positions, forces);
      // A force session is a function of positions and cell alone, so a new one gives the same bits.
      expect(energy).toBe(state.potentialEnergy);
      expect(forces).toEqual(state.forces);
      fresh.dispose();
    });

    law("split", "a + b steps and a steps, then b steps, give the same bits", () => {
      const whole = advanced(STEPS);
      const parts = advanced(13);
      parts.integrator.advance(parts.state, parts.forces, STEPS - 13);
      expect(bitsOf(parts.state)).toBe(bitsOf(whole.state));
      expect(parts.integrator.conserved(parts.state)).toBe(whole.integrator.conserved(whole.state));
    });

    law("restore", "saved as text and restored into a new integrator, it goes on with the same bits", () => {
      const whole = advanced(STEPS);
      const first = advanced(13);
      const saved = packJson(first.integrator.save());
      first.integrator.advance(first.state, first.forces, 5); // what it saved must not be a view of what it goes on changing
      const again = advanced(13);
      const other = make(again.state);
      other.restore(unpackJson(saved));
      other.advance(again.state, again.forces, STEPS - 13);
      expect(bitsOf(again.state)).toBe(bitsOf(whole.state));
      expect(other.conserved(again.state)).toBe(whole.integrator.conserved(whole.state));
    });

    law("repeat", "the same start gives the same bits", () => {
      expect(bitsOf(advanced(STEPS).state)).toBe(bitsOf(advanced(STEPS).state));
    });

    law("frozen", "frozen atoms do not move and keep zero velocity", () => {
      const { state, forces, integrator } = running([0, 3]);
      const before = state.positions.slice();
      integrator.advance(state, forces, STEPS);
      for (const atom of [0, 3]) {
        for (let k = 3 * atom; k < 3 * atom + 3; k++) {
          expect(state.positions[k]).toBe(before[k]);
          expect(state.velocities[k]).toBe(0);
        }
      }
      expect(state.positions[3]).not.toBe(before[3]); // the others do
    });

    law("momentum", "the total momentum stays zero", () => {
      const { state } = advanced(STEPS);
      const { masses } = state.crystal;
      for (let a = 0; a < 3; a++) {
        let [total, size] = [0, 0];
        for (let i = 0; i < masses.length; i++) {
          total += masses[i]! * state.velocities[3 * i + a]!;
          size += masses[i]! * Math.abs(state.velocities[3 * i + a]!);
        }
        // Rounding of each step and atom, 40 × 32 × 1e-16, and forces that cancel to about 1e-12 of their size.
        expect(Math.abs(total) / size).toBeLessThan(1e-10);
      }
    });

    law("conserved", "the conserved quantity swings only by the error of the time step", () => {
      const { state, forces, integrator } = running();
      const start = integrator.conserved(state);
      let largest = 0;
      for (let s = 0; s < 200; s++) {
        integrator.advance(state, forces, 1);
        largest = Math.max(largest, Math.abs(integrator.conserved(state) - start));
      }
      expect(largest).toBeLessThan(swing);
    });

    law("clock", "steps and time are counted", () => {
      const { state, integrator } = advanced(STEPS);
      expect(state.step).toBe(STEPS);
      expect(state.timeFs).toBe(STEPS * integrator.timestepFs);
    });

    law("inputs", "the crystal is not changed, nor the state by save and conserved", () => {
      const { state, forces, integrator } = running();
      const crystal = packJson({ x: state.crystal.positions.slice(), cell: state.crystal.cell.vectors.slice() });
      integrator.advance(state, forces, 5);
      const bits = bitsOf(state);
      integrator.save();
      integrator.conserved(state);
      expect(bitsOf(state)).toBe(bits);
      expect(packJson({ x: state.crystal.positions.slice(), cell: state.crystal.cell.vectors.slice() })).toBe(crystal);
    });
  });
}
