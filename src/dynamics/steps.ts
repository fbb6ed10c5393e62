// The pieces every integrator is put together from. Masses enter as accelerations per force, ACCELERATION/m for each component and
// zero for a frozen atom, so that no loop asks which atoms are frozen.

import { ACCELERATION } from "../base/index.js";
import type { ForceSession } from "../forces/index.js";
import type { MdState } from "./state.js";

/** [3n] (Å/fs²)/(eV/Å); zero where the atom is frozen. */
export function accelerations(state: MdState): Float64Array {
  const { masses } = state.crystal;
  return Float64Array.from({ length: 3 * masses.length }, (_, k) => {
    const atom = Math.floor(k / 3);
    return state.frozen[atom] ? 0 : ACCELERATION / masses[atom]!;
  });
}

/** v += (F/m) t. */
export function kick(state: MdState, accelerating: Float64Array, time: number): void {
  const { velocities, forces } = state;
  for (let k = 0; k < velocities.length; k++) velocities[k]! += accelerating[k]! * forces[k]! * time;
}

/** x += v t. */
export function drift(state: MdState, time: number): void {
  const { positions, velocities } = state;
  for (let k = 0; k < positions.length; k++) positions[k]! += velocities[k]! * time;
}

/** Energy and forces at the present positions; the stress too when asked for. */
export function updateForces(state: MdState, forces: ForceSession, withStress = false): void {
  state.potentialEnergy = withStress
    ? forces.evaluate(state.positions, state.forces, state.stress)
    : forces.evaluate(state.positions, state.forces);
}

/** v *= factor. */
export function scaleVelocities(state: MdState, factor: number): void {
  const { velocities } = state;
  for (let k = 0; k < velocities.length; k++) velocities[k]! *= factor;
}
