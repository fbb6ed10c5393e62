// Two time steps (r-RESPA; Tuckerman, Berne, Martyna, doi:10.1063/1.463137). The force is F = F_fast + F_slow; with Δt = k δt one step is
//
//   v += ½Δt F_slow/m,   k × (v += ½δt F_fast/m;  x += δt v;  v += ½δt F_fast/m),   v += ½Δt F_slow/m
//
// reversible and symplectic. The energy swings by O(δt²) through the fast force and by O(Δt²) through the slow one. The slow kicks are
// a periodic push that pumps motions in resonance: Δt must stay below a third of the shortest period of vibration (Ma, Izaguirre,
// Skeel, doi:10.1137/S1064827501399833), 11 fs at 30 THz; 5 fs is a safe choice.  docs/theory/dynamics-respa.md
// A Nosé–Hoover chain may act at both ends of the outer step (the XO form of doi:10.1080/00268979600100761).

import { CapabilityError, InputError } from "../base/index.js";
import type { ForceSession, ForceSplit } from "../forces/index.js";
import { checkRelaxation, checkTemperature, temperatureAt } from "./baths.js";
import { Clock, type SavedClock } from "./clock.js";
import type { EnsembleSpec } from "./ensemble.js";
import type { Integrator } from "./integrator.js";
import { kineticEnergy, twiceKineticEnergy } from "./kinetics.js";
import { LEAST_BATH_PERIOD } from "./nose-hoover.js";
import {
  advanceChain,
  chainEnergy,
  makeChain,
  type NoseHooverChain,
  restoreChain,
  type SavedChain,
  saveChain,
} from "./nose-hoover-chain.js";
import type { MdState } from "./state.js";
import { accelerations, drift, scaleVelocities } from "./steps.js";

/** The ensembles it can sample: constant energy, or a Nosé–Hoover chain. */
export type RespaSpec = Extract<EnsembleSpec, { kind: "nve" | "nose-hoover" }>;

export interface RespaOptions {
  /** Outer step Δt, fs: what a step of the run is. */
  readonly timestepFs: number;
  /** Inner steps k in one outer step. */
  readonly innerSteps: number;
}

interface SavedRespa {
  readonly beganFs: number;
  readonly clock: SavedClock;
  readonly chain?: SavedChain;
}

/**
 * @throws InputError for a step, a number of inner steps or a bath that cannot be; CapabilityError at the first step when the forces
 * do not come in two parts.
 */
export function makeRespa(spec: RespaSpec, state: MdState, options: RespaOptions): Integrator {
  const { timestepFs, innerSteps } = options;
  if (!(timestepFs > 0 && Number.isFinite(timestepFs))) {
    throw new InputError(`timestepFs is ${timestepFs} fs`, "give a positive time; 2 fs with two inner steps is usual");
  }
  if (!Number.isInteger(innerSteps) || innerSteps < 1) {
    throw new InputError(
      `innerSteps is ${innerSteps}`,
      "one outer step holds a whole number of inner steps; 2 is usual",
    );
  }
  if (spec.kind !== "nve" && spec.kind !== "nose-hoover") {
    const { kind } = spec as EnsembleSpec;
    throw new CapabilityError(
      `two time steps with the ensemble "${kind}"`,
      'use "nve" or "nose-hoover", or one time step',
    );
  }
  return new Respa(spec, state, options);
}

function makeBath(spec: RespaSpec, state: MdState, timestepFs: number): NoseHooverChain | undefined {
  if (spec.kind === "nve") return undefined;
  const { temperatureK, relaxationFs = 100, chain = 3 } = spec;
  checkTemperature(temperatureK);
  checkRelaxation(relaxationFs, timestepFs, LEAST_BATH_PERIOD);
  return makeChain({
    degreesOfFreedom: state.degreesOfFreedom,
    temperatureK: temperatureAt(temperatureK, 0),
    periodFs: relaxationFs,
    length: chain,
  });
}

class Respa implements Integrator {
  readonly name: string;
  readonly timestepFs: number;
  readonly ensemble: RespaSpec;
  readonly #innerSteps: number;
  readonly #accelerating: Float64Array; // [3n]
  readonly #clock: Clock;
  readonly #chain: NoseHooverChain | undefined;
  readonly #fast: Float64Array; // [n,3] eV/Å
  readonly #slow: Float64Array; // [n,3] eV/Å
  #beganFs: number; // when the temperature program started
  #fastEnergy = Number.NaN;
  #evaluated = Number.NaN; // energy for which the two forces were computed

  constructor(spec: RespaSpec, state: MdState, options: RespaOptions) {
    this.name = `${spec.kind}, ${options.innerSteps} inner steps`;
    this.timestepFs = options.timestepFs;
    this.ensemble = spec;
    this.#innerSteps = options.innerSteps;
    this.#accelerating = accelerations(state);
    this.#clock = new Clock(state, options.timestepFs);
    this.#chain = makeBath(spec, state, options.timestepFs);
    this.#fast = new Float64Array(state.forces.length);
    this.#slow = new Float64Array(state.forces.length);
    this.#beganFs = state.timeFs;
  }

  advance(state: MdState, forces: ForceSession, steps: number): void {
    const split = splitOf(forces);
    if (steps > 0 && this.#evaluated !== state.potentialEnergy) {
      this.#fastEnergy = split.fast(state.positions, this.#fast);
      this.#finish(state, split);
    }
    const half = this.timestepFs / 2;
    const step = this.timestepFs / this.#innerSteps;
    for (let s = 0; s < steps; s++) {
      this.#thermostat(state, half);
      this.#push(state, this.#slow, half);
      for (let i = 0; i < this.#innerSteps; i++) {
        this.#push(state, this.#fast, step / 2);
        drift(state, step);
        this.#fastEnergy = split.fast(state.positions, this.#fast);
        this.#push(state, this.#fast, step / 2);
      }
      this.#finish(state, split);
      this.#push(state, this.#slow, half);
      this.#thermostat(state, half);
      this.#clock.tick(state);
    }
  }

  /** Slow forces at the present positions, and their sum with the fast ones. */
  #finish(state: MdState, split: ForceSplit): void {
    state.potentialEnergy = this.#fastEnergy + split.slow(state.positions, this.#slow);
    for (let k = 0; k < state.forces.length; k++) state.forces[k] = this.#fast[k]! + this.#slow[k]!;
    this.#evaluated = state.potentialEnergy;
  }

  /** v += (F/m) t. */
  #push({ velocities }: MdState, force: Float64Array, time: number): void {
    const accelerating = this.#accelerating;
    for (let k = 0; k < velocities.length; k++) {
      velocities[k] = velocities[k]! + accelerating[k]! * force[k]! * time;
    }
  }

  #thermostat(state: MdState, half: number): void {
    if (!this.#chain || this.ensemble.kind === "nve") return;
    this.#chain.temperatureK = temperatureAt(this.ensemble.temperatureK, state.timeFs - this.#beganFs + half);
    scaleVelocities(state, advanceChain(this.#chain, twiceKineticEnergy(state), half));
  }

  conserved(state: MdState): number {
    return state.potentialEnergy + kineticEnergy(state) + (this.#chain ? chainEnergy(this.#chain) : 0);
  }

  save(): SavedRespa {
    return {
      beganFs: this.#beganFs,
      clock: this.#clock.save(),
      ...(this.#chain ? { chain: saveChain(this.#chain) } : {}),
    };
  }

  restore(saved: unknown): void {
    const from = saved as SavedRespa;
    if ((from.chain === undefined) !== (this.#chain === undefined)) {
      throw new InputError(
        `a run ${from.chain ? "with" : "without"} a bath was saved`,
        "restore into an integrator made with the same options",
      );
    }
    this.#beganFs = from.beganFs;
    this.#clock.restore(from.clock);
    if (this.#chain && from.chain) restoreChain(this.#chain, from.chain);
    this.#evaluated = Number.NaN; // the forces are a function of the positions
  }
}

function splitOf(forces: ForceSession): ForceSplit {
  if (forces.split) return forces.split;
  throw new CapabilityError(
    "these forces do not come in a fast and a slow part",
    "two time steps need charges with an Ewald sum on the kernel engine; use one time step here",
  );
}
