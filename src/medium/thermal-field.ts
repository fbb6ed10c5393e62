// Thermal fields for the equation of motion: none, and one propagated lattice. The sum over modes is in thermal-modes.ts.
//
// The free framework is harmonic, so its motion from one random initial state is the mode sum itself. Propagating all N³ atoms by
// velocity Verlet costs 18 neighbours per atom and step, far less than summing 3N³ modes for every atom of the window.

import { InputError } from "../base/index.js";
import type { ThermalField, Window } from "./model.js";
import { advanceSprings, checkSpringStep, type SpringState } from "./springs.js";
import { wrap } from "./thermal-modes.js";
import { checkWindowFits } from "./window.js";

/** A framework at rest. */
export const stillField: ThermalField = {
  sample(_timeFs, _cell, displacements, velocities) {
    displacements.fill(0);
    velocities.fill(0);
  },
};

/**
 * The field of a lattice that is moved along as times are asked for. It starts at time 0 with the given state, which it owns from
 * then on. Times must be whole multiples of `timestepFs` (a quarter of the ion's step serves the six-stage integrator).
 */
export function propagatedField(state: SpringState, window: Window, timestepFs: number): ThermalField {
  checkWindowFits(window, state.cells);
  checkSpringStep(state.lattice, timestepFs);
  const { cells } = state;
  let done = 0;
  return {
    sample(timeFs, cell, displacements, velocities) {
      const steps = Math.round(timeFs / timestepFs);
      if (Math.abs(steps * timestepFs - timeFs) > 1e-6 * timestepFs + 1e-9 * timeFs)
        throw new InputError(
          `the framework moves in steps of ${timestepFs} fs, asked for ${timeFs} fs`,
          "make the ion's step a whole multiple: 4 for runge-kutta-5, 1 for adams and verlet",
        );
      if (steps < done)
        throw new InputError(
          `the framework is at ${done * timestepFs} fs already, asked for ${timeFs} fs`,
          "a propagated field cannot go back: start a new one from the same state",
        );
      if (steps > done) advanceSprings(state, timestepFs, steps - done);
      done = steps;
      for (let j = 0; j < window.count; j++) {
        const site = siteIndex(cells, cell, window, j);
        for (let a = 0; a < 3; a++) {
          displacements[3 * j + a] = state.displacements[3 * site + a]!;
          velocities[3 * j + a] = state.velocities[3 * site + a]!;
        }
      }
    },
  };
}

/** Index of a window atom in the periodic lattice when the ion is in `cell`. */
export function siteIndex(cells: number, cell: ArrayLike<number>, window: Window, atom: number): number {
  const n1 = wrap(cell[0]! + window.sites[4 * atom]!, cells);
  const n2 = wrap(cell[1]! + window.sites[4 * atom + 1]!, cells);
  const n3 = wrap(cell[2]! + window.sites[4 * atom + 2]!, cells);
  return (n1 * cells + n2) * cells + n3;
}
