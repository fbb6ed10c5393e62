// Whether a run is still physics. Looked at wherever the run loop stops, not in the steps themselves.

import { BOLTZMANN, InputError, NumericError, THZ_PER_ROOT_CURVATURE } from "../base/index.js";
import type { ForceSession } from "../forces/index.js";
import { symmetricEigenvalues } from "../numerics/index.js";
import { speciesOf } from "../structure/index.js";
import type { Integrator } from "./integrator.js";
import { freeAtomCount, temperatureOf } from "./kinetics.js";
import type { MdState } from "./state.js";

export interface GuardOptions {
  /** Farthest an atom may move in one step, Å. Default 0.3: a tenth of a bond and 10 times what 2 fs at 1000 K come to. */
  readonly maxMoveA?: number;
  /** Farthest the conserved quantity may get from where the run began, k_BT per atom. Default 0.5. */
  readonly maxDrift?: number;
}

/** Below this the drift is judged as if it were this warm: a run from rest has no k_BT of its own. */
const COLDEST_K = 50;

export class Guard {
  readonly #maxMove: number;
  readonly #maxDrift: number;
  readonly #atoms: number;
  #start: number | undefined;
  #warmest = COLDEST_K;

  constructor(
    state: MdState,
    private readonly integrator: Integrator,
    options: GuardOptions,
  ) {
    const { maxMoveA = 0.3, maxDrift = 0.5 } = options;
    if (!(maxMoveA > 0 && maxDrift > 0)) {
      throw new InputError(`maxMoveA is ${maxMoveA} Å and maxDrift ${maxDrift} k_BT per atom`, "both are positive");
    }
    this.#maxMove = maxMoveA;
    this.#maxDrift = maxDrift;
    this.#atoms = freeAtomCount(state);
  }

  /** Sets where the conserved quantity is measured from. */
  begin(state: MdState): void {
    this.check(state);
    this.#start = this.integrator.conserved(state);
    this.#warmest = Math.max(COLDEST_K, temperatureOf(state));
  }

  /** @throws NumericError that names the atom and the step. `hookWork` in eV is not held against the integrator. */
  check(state: MdState, hookWork = 0): void {
    const fastest = this.#fastest(state);
    const move = Math.sqrt(fastest.speed2) * this.integrator.timestepFs;
    if (move > this.#maxMove) throw tooFast(state, fastest.atom, move, this.#maxMove, this.integrator.timestepFs);
    const conserved = this.integrator.conserved(state) - hookWork;
    if (!Number.isFinite(conserved)) {
      throw new NumericError(
        `the energy is ${conserved} at step ${state.step}`,
        "shorten the time step; if it happens at once, relax the structure first",
        { step: state.step },
      );
    }
    if (this.#start === undefined) return;
    const thermal = BOLTZMANN * this.#warmest;
    const gone = (conserved - this.#start) / (this.#atoms * thermal);
    if (Math.abs(gone) > this.#maxDrift) {
      throw new NumericError(
        `the conserved quantity moved by ${gone.toPrecision(3)} k_BT per atom by step ${state.step}, ` +
          `allowed are ${this.#maxDrift} (at ${this.#warmest.toFixed(0)} K)`,
        `shorten the time step of ${this.integrator.timestepFs} fs, ask for more accurate forces, or set maxDrift`,
        { step: state.step, drift: gone, maxDrift: this.#maxDrift },
      );
    }
    this.#warmest = Math.max(this.#warmest, temperatureOf(state));
  }

  #fastest(state: MdState): { readonly atom: number; readonly speed2: number } {
    const { velocities, forces, positions } = state;
    let largest = -1;
    let at = 0;
    for (let i = 0; i < positions.length; i += 3) {
      const speed2 = velocities[i]! ** 2 + velocities[i + 1]! ** 2 + velocities[i + 2]! ** 2;
      const sum =
        speed2 + forces[i]! + forces[i + 1]! + forces[i + 2]! + positions[i]! + positions[i + 1]! + positions[i + 2]!;
      if (!Number.isFinite(sum)) throw notANumber(state, i / 3);
      if (speed2 > largest) {
        largest = speed2;
        at = i / 3;
      }
    }
    return { atom: at, speed2: largest };
  }
}

const nameOf = (state: MdState, atom: number): string => `atom ${atom + 1} (${speciesOf(state.crystal, atom)})`;

function notANumber(state: MdState, atom: number): NumericError {
  const [name] = (["position", "velocity", "force"] as const).filter((what) => {
    const array = { position: state.positions, velocity: state.velocities, force: state.forces }[what];
    return ![0, 1, 2].every((a) => Number.isFinite(array[3 * atom + a]!));
  });
  return new NumericError(
    `${name ?? "velocity"} of ${nameOf(state, atom)} is not a finite number at step ${state.step}`,
    "shorten the time step; if it happens at once, look at the force field there",
    { array: name, atom, step: state.step },
  );
}

function tooFast(state: MdState, atom: number, move: number, limit: number, timestepFs: number): NumericError {
  return new NumericError(
    `${nameOf(state, atom)} moves ${move.toPrecision(3)} Å in the step after ${state.step}, allowed are ${limit} Å ` +
      `(speed ${(move / timestepFs).toPrecision(3)} Å/fs, time step ${timestepFs} fs)`,
    "shorten the time step; if it happens at once, relax the structure first",
    { atom, step: state.step, speed: move / timestepFs, move, timestepFs },
  );
}

const STEPS_PER_PERIOD = 20;
const STIFFEST_BOND = 30; // eV/Å²: P–O, C–O and other short bonds
const LARGEST_PROBLEM = 300; // atoms; the highest frequency then takes a tenth of a second

/** A time step with 20 steps to the shortest period, fs, and where it comes from. */
export function suggestTimestep(
  state: MdState,
  forces: ForceSession,
): { readonly timestepFs: number; readonly why: string } {
  const { masses } = state.crystal;
  const lightest = masses.slice().sort()[0]!;
  const byMass = THZ_PER_ROOT_CURVATURE * Math.sqrt(STIFFEST_BOND / lightest);
  const found = masses.length <= LARGEST_PROBLEM ? highestFrequency(state, forces) : undefined;
  const frequency = found ?? byMass;
  const timestepFs = Number((1000 / (STEPS_PER_PERIOD * frequency)).toPrecision(2));
  return {
    timestepFs,
    why:
      found === undefined
        ? `a bond of ${STIFFEST_BOND} eV/Å² on the lightest atom, ${lightest} amu, would vibrate at ${frequency.toFixed(0)} THz`
        : `the highest frequency at the last good step is ${frequency.toFixed(1)} THz`,
  };
}

function highestFrequency(state: MdState, forces: ForceSession): number | undefined {
  if (!forces.hessian) return undefined;
  const { masses } = state.crystal;
  const size = 3 * masses.length;
  try {
    const values = forces.hessian(state.positions).slice();
    for (let r = 0; r < size; r++) {
      for (let c = 0; c < size; c++)
        values[r * size + c]! /= Math.sqrt(masses[Math.floor(r / 3)]! * masses[Math.floor(c / 3)]!);
    }
    const largest = symmetricEigenvalues(values, size)[size - 1]!;
    return largest > 0 ? THZ_PER_ROOT_CURVATURE * Math.sqrt(largest) : undefined;
  } catch {
    return undefined; // an arrangement without second derivatives: the mass decides
  }
}
