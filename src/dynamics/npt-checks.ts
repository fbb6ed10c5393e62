// What constant pressure asks of a state, and the pressure of one instant.

import { ACCELERATION, EV_PER_A3_PER_GPA, InputError } from "../base/index.js";
import type { EnsembleSpec } from "./ensemble.js";
import { totalMomentum, twiceKineticEnergy } from "./kinetics.js";
import type { MdState } from "./state.js";

/** Shortest period of the cell in steps: its chain has few degrees of freedom and now and then is several times faster. */
const LEAST_CELL_TIME = 40;

/**
 * Instantaneous pressure in GPa, P = 2K/(3V) − tr σ/3, from the stress held by the state (current after a step of constant-pressure
 * dynamics). Its mean is the pressure asked for.
 */
export function pressureOf(state: MdState): number {
  const { stress, cell } = state;
  const potential = (stress[0]! + stress[4]! + stress[8]!) / 3;
  return (twiceKineticEnergy(state) / (3 * cell.volume) - potential) / EV_PER_A3_PER_GPA;
}

/** @throws InputError for a state or a description that constant pressure cannot take. */
export function checkNptState(state: MdState, spec: Extract<EnsembleSpec, { kind: "npt" }>, timestepFs: number): void {
  if (!["isotropic", "axes", "full"].includes(spec.cell)) {
    throw new InputError(`cell is ${JSON.stringify(spec.cell)}`, 'allowed are "isotropic", "axes" and "full"');
  }
  if (!Number.isFinite(spec.pressureGpa)) {
    throw new InputError(`pressureGpa is ${spec.pressureGpa}`, "give a finite pressure in GPa; 0 is usual");
  }
  const { cellRelaxationFs = 1000 } = spec;
  if (!(cellRelaxationFs >= LEAST_CELL_TIME * timestepFs && Number.isFinite(cellRelaxationFs))) {
    throw new InputError(
      `cellRelaxationFs is ${cellRelaxationFs} fs with a time step of ${timestepFs} fs`,
      `give at least ${LEAST_CELL_TIME} steps; 1000 fs is usual`,
    );
  }
  if (!(twiceKineticEnergy(state) > 0)) {
    throw new InputError(
      "a Nosé–Hoover thermostat scales velocities, and all of them are zero",
      "start with velocities: startState(crystal, { temperatureK, seed })",
    );
  }
  if (!state.cell.periodic.every(Boolean)) {
    throw new InputError("constant pressure in a cell that is not periodic", "run this structure at constant volume");
  }
  const frozen = state.frozen.reduce((sum, flag) => sum + flag, 0);
  if (frozen > 0) {
    throw new InputError(
      `${frozen} frozen atoms in a cell that changes`,
      "free them, or run at constant volume: an atom cannot stay in place while the cell moves around it",
    );
  }
  const needed = 3 * state.frozen.length - 3;
  if (state.degreesOfFreedom !== needed) {
    throw new InputError(
      `${state.degreesOfFreedom} degrees of freedom for ${state.frozen.length} atoms`,
      `constant pressure needs a centre of mass at rest and counts ${needed}: start with centreOfMass "fixed"`,
    );
  }
  checkMomentum(state);
}

/** The centre of mass may hold at most 10⁻¹² of the kinetic energy: rounding leaves 10⁻³⁰, a forgotten drift 1/N. */
function checkMomentum(state: MdState): void {
  const total = state.crystal.masses.slice().reduce((sum, mass) => sum + mass, 0);
  const momentum = Math.hypot(...totalMomentum(state));
  const drifting = momentum ** 2 / total / ACCELERATION;
  if (drifting > 1e-12 * twiceKineticEnergy(state)) {
    throw new InputError(
      `the total momentum is ${momentum} amu Å/fs, a drift of ${momentum / total} Å/fs`,
      "constant pressure needs a centre of mass at rest: take its velocity off all atoms",
      { momentum },
    );
  }
}
