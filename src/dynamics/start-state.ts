// The first state of a run. Velocities of the Maxwell–Boltzmann distribution: every component normal with variance a k_BT/m
// (a = ACCELERATION), then the velocity of the centre of mass taken off, which is what is left of the canonical distribution when the
// total momentum is held at zero.

import { ACCELERATION, BOLTZMANN, expectFinite, expectShape, type F64, InputError, Rng } from "../base/index.js";
import { atomCount, type Crystal } from "../structure/index.js";
import { freeAtomCount, temperatureOf } from "./kinetics.js";
import type { MdState } from "./state.js";
import { scaleVelocities } from "./steps.js";

export interface StartOptions {
  /** Temperature of the velocities, K. Default: at rest, or as `velocities` says. */
  readonly temperatureK?: number;
  /** Scale the drawn velocities to exactly `temperatureK` instead of leaving its natural scatter T√(2/N). Default false. */
  readonly exactTemperature?: boolean;
  /** [n,3] Å/fs, instead of drawing them. Those of frozen atoms are not used. */
  readonly velocities?: F64;
  /** Indices (from 0) of atoms held in place. Default none. */
  readonly frozen?: readonly number[];
  /**
   * "fixed": the total momentum is zero and stays so; three degrees of freedom less. Right wherever the forces depend on
   * differences of positions only. "free": all 3 × free atoms count, for atoms beside frozen ones or in an outer field.
   * Default: "fixed" when no atom is frozen, else "free".
   */
  readonly centreOfMass?: "fixed" | "free";
  /** Needed when velocities are drawn. */
  readonly seed?: number;
}

/**
 * A state at step 0 with the crystal's cell and positions. Its energy is NaN until the forces were evaluated (`runMd` does so, or
 * `updateForces`).
 */
export function startState(crystal: Crystal, options: StartOptions = {}): MdState {
  const n = atomCount(crystal);
  expectShape("positions", crystal.positions, [n, 3]);
  expectFinite("position", crystal.positions);
  const light = Array.from(crystal.masses).findIndex((mass) => !(mass > 0 && Number.isFinite(mass)));
  if (light >= 0) {
    throw new InputError(`atom ${light + 1} has the mass ${crystal.masses[light]} amu`, "masses must be positive");
  }
  const frozen = frozenMask(n, options.frozen ?? []);
  const held = frozen.some((flag) => flag === 1);
  const fixed = (options.centreOfMass ?? (held ? "free" : "fixed")) === "fixed";
  if (fixed && held) {
    throw new InputError(
      "the centre of mass cannot be fixed while atoms are frozen: they take up momentum",
      'leave centreOfMass out, or set it to "free"',
    );
  }
  const state: MdState = {
    crystal,
    frozen,
    degreesOfFreedom: 0,
    step: 0,
    timeFs: 0,
    cell: crystal.cell,
    positions: crystal.positions.slice(),
    velocities: new Float64Array(3 * n),
    forces: new Float64Array(3 * n),
    potentialEnergy: Number.NaN,
    stress: new Float64Array(9),
  };
  state.degreesOfFreedom = 3 * freeAtomCount(state) - (fixed ? 3 : 0);
  if (state.degreesOfFreedom <= 0) {
    throw new InputError(
      `${freeAtomCount(state)} free atoms leave ${state.degreesOfFreedom} degrees of freedom`,
      held ? "freeze fewer atoms" : 'a single atom in an outer field moves with centreOfMass: "free"',
    );
  }
  setVelocities(state, options, fixed);
  return state;
}

function frozenMask(n: number, frozen: readonly number[]): Uint8Array {
  const mask = new Uint8Array(n);
  for (const i of frozen) {
    if (!Number.isInteger(i) || i < 0 || i >= n) {
      throw new InputError(`frozen atom ${i} of ${n} atoms`, `indices are whole numbers from 0 to ${n - 1}`);
    }
    mask[i] = 1;
  }
  return mask;
}

function setVelocities(state: MdState, options: StartOptions, fixed: boolean): void {
  const { temperatureK, velocities, seed } = options;
  if (velocities) {
    if (temperatureK !== undefined) {
      throw new InputError(`velocities and a temperature of ${temperatureK} K are given`, "give one of the two");
    }
    expectShape("velocities", velocities, [state.frozen.length, 3]);
    expectFinite("velocity", velocities);
    for (let k = 0; k < velocities.length; k++)
      if (!state.frozen[Math.floor(k / 3)]) state.velocities[k] = velocities[k]!;
    if (fixed) stopCentreOfMass(state);
    return;
  }
  if (temperatureK === undefined) return;
  if (!(temperatureK > 0 && Number.isFinite(temperatureK))) {
    throw new InputError(`a temperature of ${temperatureK} K`, "give a positive one, or leave it out to start at rest");
  }
  if (seed === undefined)
    throw new InputError("velocities are drawn but no seed is given", "pass seed: 1, for example");
  const rng = Rng.fromSeed(seed).fork("velocities");
  const { masses } = state.crystal;
  for (let i = 0; i < masses.length; i++) {
    if (state.frozen[i]) continue;
    const spread = Math.sqrt((ACCELERATION * BOLTZMANN * temperatureK) / masses[i]!);
    for (let a = 0; a < 3; a++) state.velocities[3 * i + a] = spread * rng.normal();
  }
  if (fixed) stopCentreOfMass(state);
  if (options.exactTemperature) scaleVelocities(state, Math.sqrt(temperatureK / temperatureOf(state)));
}

/** Takes the velocity of the centre of mass off all atoms. */
export function stopCentreOfMass(state: MdState): void {
  const { velocities } = state;
  const { masses } = state.crystal;
  let total = 0;
  for (let i = 0; i < masses.length; i++) total += masses[i]!;
  for (let a = 0; a < 3; a++) {
    let momentum = 0;
    for (let i = 0; i < masses.length; i++) momentum += masses[i]! * velocities[3 * i + a]!;
    const common = momentum / total;
    for (let i = 0; i < masses.length; i++) velocities[3 * i + a]! -= common;
  }
}
