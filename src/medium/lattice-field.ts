// The thermal motion at the ion's window from a lattice that flies in strides: any time, in rising order, for about a fiftieth of the
// cost of velocity Verlet at a quarter of a 5 fs step, and more exact (lattice-polynomials.ts).

import { InputError } from "../base/index.js";
import { type FlightOptions, latticeFlight } from "./lattice-flight.js";
import type { CubicLattice, ThermalField, Window } from "./model.js";
import type { FrameworkMotion } from "./thermal-modes.js";

/** Rounding of times that should be whole multiples of a step, in fs. */
const SLACK = 1e-6;

/** The free lattice that starts from `motion` at time 0. */
export function strideField(
  lattice: CubicLattice,
  start: { readonly cells: number; readonly motion: FrameworkMotion; readonly window: Window },
  options: FlightOptions = {},
): ThermalField {
  const flight = latticeFlight(lattice, start, options);
  const view = flight.makeView();
  const { strideFs } = flight;
  const looked = new Int32Array(3);
  let lookedStride = -1;
  return {
    sample(timeFs, cell, displacements, velocities) {
      while (timeFs > (flight.strides + 1) * strideFs + SLACK) flight.advance();
      const inStride = timeFs - flight.strides * strideFs;
      if (inStride < -SLACK)
        throw new InputError(
          `the framework is at ${(flight.strides * strideFs).toFixed(2)} fs already, asked for ${timeFs} fs`,
          "a propagated field cannot go back: start a new one from the same state",
        );
      if (lookedStride !== flight.strides || cell[0] !== looked[0] || cell[1] !== looked[1] || cell[2] !== looked[2]) {
        view.look(cell);
        looked.set(cell);
        lookedStride = flight.strides;
      }
      view.sample(inStride, displacements, velocities);
    },
  };
}
