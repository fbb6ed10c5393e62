// A chain of thermostats on one kinetic energy (Martyna, Klein, Tuckerman, doi:10.1063/1.463940; the splitting of Martyna,
// Tuckerman, Tobias, Klein, doi:10.1080/00268979600100761). With 2K = Σ m v² over N degrees of freedom:
//
//   v̇ = −η̇₁ v (beside the forces)
//   Q₁ η̈₁ = 2K − N k_BT − Q₁ η̇₁ η̇₂,   Q_j η̈_j = Q_{j−1} η̇²_{j−1} − k_BT − Q_j η̇_j η̇_{j+1},   η̇_{M+1} = 0
//   Q₁ = N k_BT (P/2π)²,   Q_j = k_BT (P/2π)²,   P the period of the bath
//
// exp(iL t) is split into a half of the chain downwards, the scaling of v, and the other half upwards, composed three times with the
// weights of Suzuki and Yoshida 1/(2 − ∛2), −∛2/(2 − ∛2), 1/(2 − ∛2): error of order t⁵ of one call, and reversible in time.
// The bath holds Σ ½ Q_j η̇_j² + ∫ k_B T (N η̇₁ + Σ_{j>1} η̇_j) dt. The integral is added up as it goes, so that it stays right
// when T changes during a ramp; the masses keep the temperature the chain was made with.

import { BOLTZMANN, InputError } from "../base/index.js";

export interface NoseHooverChain {
  readonly degreesOfFreedom: number;
  /** May be changed between two advances. */
  temperatureK: number;
  readonly masses: Float64Array; // [M] eV fs²
  readonly rates: Float64Array; // [M] 1/fs, η̇
  /** ∫ k_B T (N η̇₁ + Σ η̇_j) dt, eV. */
  heat: number;
}

export interface ChainOptions {
  readonly degreesOfFreedom: number;
  readonly temperatureK: number;
  /** P, fs. A temperature out of balance swings with the period P/√2. */
  readonly periodFs: number;
  /** Number of thermostats M. Default 3. */
  readonly length?: number;
}

export function makeChain(options: ChainOptions): NoseHooverChain {
  const { degreesOfFreedom, temperatureK, periodFs, length = 3 } = options;
  if (!Number.isInteger(length) || length < 1) {
    throw new InputError(`a chain of ${length} thermostats`, "give a whole number of at least 1; 3 is usual");
  }
  if (!(temperatureK > 0 && periodFs > 0 && degreesOfFreedom > 0)) {
    throw new InputError(
      `a thermostat of ${temperatureK} K and period ${periodFs} fs for ${degreesOfFreedom} degrees of freedom`,
      "all three must be positive",
    );
  }
  const mass = BOLTZMANN * temperatureK * (periodFs / (2 * Math.PI)) ** 2;
  const masses = new Float64Array(length).fill(mass);
  masses[0] = degreesOfFreedom * mass;
  return { degreesOfFreedom, temperatureK, masses, rates: new Float64Array(length), heat: 0 };
}

const OUTER = 1 / (2 - Math.cbrt(2));
const WEIGHTS = [OUTER, 1 - 2 * OUTER, OUTER] as const;

/**
 * Moves the chain by `time` (fs, usually half a step) beside a twice kinetic energy of `twiceKinetic` eV.
 * Returns the factor the velocities are to be multiplied with; 2K becomes factor² × 2K.
 *
 * In parts of at most a hundredth of the bath's period: a thermostat that holds a single degree of freedom now and then turns much
 * faster than its period, and runs away when that is not resolved.
 */
export function advanceChain(chain: NoseHooverChain, twiceKinetic: number, time: number): number {
  const period = 2 * Math.PI * Math.sqrt(chain.masses[0]! / (chain.degreesOfFreedom * BOLTZMANN * chain.temperatureK));
  const parts = Math.max(1, Math.ceil((100 * time) / period));
  let factor = 1;
  for (let p = 0; p < parts; p++) factor *= advancePart(chain, twiceKinetic * factor * factor, time / parts);
  return factor;
}

function advancePart(chain: NoseHooverChain, twiceKinetic: number, time: number): number {
  const { masses, rates, degreesOfFreedom } = chain;
  const last = rates.length - 1;
  const thermal = BOLTZMANN * chain.temperatureK;
  const balance = degreesOfFreedom * thermal;
  let scale = 1;
  let twice = twiceKinetic;
  for (let w = 0; w < 3; w++) {
    const t = WEIGHTS[w]! * time;
    for (let j = last; j >= 0; j--) kick(chain, j, j === 0 ? twice - balance : push(masses, rates, j) - thermal, t);
    const factor = Math.exp(-rates[0]! * t);
    scale *= factor;
    twice *= factor * factor;
    let turned = degreesOfFreedom * rates[0]!;
    for (let j = 1; j <= last; j++) turned += rates[j]!;
    chain.heat += thermal * turned * t;
    for (let j = 0; j <= last; j++) kick(chain, j, j === 0 ? twice - balance : push(masses, rates, j) - thermal, t);
  }
  return scale;
}

/** Twice the kinetic energy of the thermostat before `j`: what drives `j`. */
const push = (masses: Float64Array, rates: Float64Array, j: number): number =>
  masses[j - 1]! * rates[j - 1]! * rates[j - 1]!;

/** Half of t for one thermostat: a quarter of the drag of the next one, the force, another quarter. */
function kick(chain: NoseHooverChain, j: number, force: number, t: number): void {
  const { masses, rates } = chain;
  const drag = j + 1 < rates.length ? Math.exp(-0.25 * t * rates[j + 1]!) : 1;
  rates[j] = (rates[j]! * drag + (0.5 * t * force) / masses[j]!) * drag;
}

/** What the chain holds, eV: added to the energy of what it acts on, it gives the conserved quantity. */
export function chainEnergy(chain: NoseHooverChain): number {
  let energy = chain.heat;
  for (let j = 0; j < chain.rates.length; j++) energy += 0.5 * chain.masses[j]! * chain.rates[j]! ** 2;
  return energy;
}

/** A chain as plain data. */
export interface SavedChain {
  readonly rates: readonly number[];
  readonly masses: readonly number[];
  readonly temperatureK: number;
  readonly heat: number;
}

export function saveChain(chain: NoseHooverChain): SavedChain {
  return { rates: [...chain.rates], masses: [...chain.masses], temperatureK: chain.temperatureK, heat: chain.heat };
}

export function restoreChain(chain: NoseHooverChain, saved: SavedChain): void {
  if (saved.rates.length !== chain.rates.length) {
    throw new InputError(
      `a saved chain of ${saved.rates.length} thermostats for one of ${chain.rates.length}`,
      "restore into the ensemble that was saved",
    );
  }
  chain.rates.set(saved.rates);
  chain.masses.set(saved.masses);
  chain.temperatureK = saved.temperatureK;
  chain.heat = saved.heat;
}
