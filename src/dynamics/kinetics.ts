// Kinetic energy, temperature and momentum of a state.
//
//   2K = Σ m v²/a (a = ACCELERATION turns amu Å²/fs² into eV),   T = 2K/(N k_B)
//
// N counts independent velocity components. Where the total momentum is held at zero, equipartition gives the atoms of a group g
// (mass M_g of M) on average 2K_g = (3 N_g − 3 M_g/M) k_BT: the centre of mass takes its part in proportion to the mass.

import { ACCELERATION, BOLTZMANN, InputError, type Vec3 } from "../base/index.js";
import type { MdState } from "./state.js";

/** Σ m v², eV. */
export function twiceKineticEnergy(state: MdState): number {
  const { velocities } = state;
  const { masses } = state.crystal;
  let sum = 0;
  for (let i = 0, k = 0; i < masses.length; i++, k += 3) {
    const x = velocities[k]!;
    const y = velocities[k + 1]!;
    const z = velocities[k + 2]!;
    sum += masses[i]! * (x * x + y * y + z * z);
  }
  return sum / ACCELERATION;
}

/** eV. */
export const kineticEnergy = (state: MdState): number => 0.5 * twiceKineticEnergy(state);

/** K. */
export const temperatureOf = (state: MdState): number =>
  twiceKineticEnergy(state) / (state.degreesOfFreedom * BOLTZMANN);

/** Atoms that move. */
export function freeAtomCount(state: MdState): number {
  let count = 0;
  for (const held of state.frozen) if (!held) count++;
  return count;
}

/** Whether the state keeps its total momentum at zero: it then counts three degrees of freedom less. */
export const keepsCentreOfMass = (state: MdState): boolean => state.degreesOfFreedom < 3 * freeAtomCount(state);

/** Mean number of degrees of freedom of a group of atoms: 3 N_g − 3 M_g/M where the total momentum is zero, else 3 N_g. */
export function degreesOfFreedomOf(state: MdState, atoms: readonly number[]): number {
  const free = atoms.filter((i) => !state.frozen[i]);
  if (!keepsCentreOfMass(state)) return 3 * free.length;
  const { masses } = state.crystal;
  let total = 0;
  for (let i = 0; i < masses.length; i++) total += masses[i]!;
  return 3 * (free.length - free.reduce((sum, i) => sum + masses[i]!, 0) / total);
}

/** Temperature of some of the atoms, K: right on average for every group in equilibrium. */
export function temperatureOfAtoms(state: MdState, atoms: readonly number[]): number {
  const degrees = degreesOfFreedomOf(state, atoms);
  if (!(degrees > 0)) {
    throw new InputError(
      `the temperature of ${atoms.length} atoms with ${degrees} degrees of freedom`,
      "name at least one atom that is not frozen",
    );
  }
  const { velocities } = state;
  let sum = 0;
  for (const i of atoms) {
    const x = velocities[3 * i]!;
    const y = velocities[3 * i + 1]!;
    const z = velocities[3 * i + 2]!;
    sum += state.crystal.masses[i]! * (x * x + y * y + z * z);
  }
  return sum / (ACCELERATION * degrees * BOLTZMANN);
}

/** Σ m v, amu Å/fs. */
export function totalMomentum(state: MdState): Vec3 {
  const { velocities } = state;
  const { masses } = state.crystal;
  const sum: [number, number, number] = [0, 0, 0];
  for (let i = 0; i < masses.length; i++) for (let a = 0; a < 3; a++) sum[a]! += masses[i]! * velocities[3 * i + a]!;
  return sum;
}
