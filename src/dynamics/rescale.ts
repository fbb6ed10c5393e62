// Stochastic velocity rescaling (Bussi, Donadio, Parrinello, doi:10.1063/1.2408420): after each step of velocity Verlet the kinetic
// energy K of N degrees of freedom is moved along its own relaxation, solved exactly over Δt (eq. A7 there). With K̄ = ½N k_BT,
// c = exp(−Δt/τ), R a normal deviate and S a sum of N − 1 squares of such:
//
//   K′ = c K + (K̄/N)(1 − c)(R² + S) + 2R √(c (1 − c) K K̄/N),   v ← α v,   α² = K′/K,
//   sign of α = sign of R + √(c N K/((1 − c) K̄))
//
//   conserved: E − Σ (K′ − K), the heat taken
//
// A group is scaled about the velocity of its own centre of mass where the total momentum is zero (N = 3 N_g − 3), so that the total
// stays zero; else about rest (N = 3 N_g).

import { ACCELERATION, BOLTZMANN, InputError } from "../base/index.js";
import type { ForceSession } from "../forces/index.js";
import { type Bath, bathsOf, checkRelaxation, temperatureAt } from "./baths.js";
import { Clock, type SavedClock } from "./clock.js";
import type { EnsembleSpec } from "./ensemble.js";
import type { Integrator } from "./integrator.js";
import { keepsCentreOfMass, kineticEnergy } from "./kinetics.js";
import type { ThermostatOptions } from "./langevin.js";
import { NormalStream, type SavedNormals } from "./normal-stream.js";
import type { MdState } from "./state.js";
import { accelerations, drift, kick, updateForces } from "./steps.js";

export type RescaleSpec = Extract<EnsembleSpec, { kind: "rescale" }>;

interface SavedRescale {
  readonly clock: SavedClock;
  readonly normals: SavedNormals;
  readonly heat: number;
  readonly beganFs: number;
}

export function makeRescale(spec: RescaleSpec, state: MdState, options: ThermostatOptions): Integrator {
  const { timestepFs } = options;
  const relaxationFs = spec.relaxationFs ?? 100;
  checkRelaxation(relaxationFs, timestepFs, 1);
  const baths = bathsOf(state, spec.temperatureK, spec.groups);
  const fixed = keepsCentreOfMass(state);
  const lonely = baths.findIndex((bath) => degrees(bath, fixed) <= 0);
  if (lonely >= 0) {
    throw new InputError(
      `atom ${baths[lonely]!.atoms[0]! + 1} is alone in its bath: it has no velocity relative to its own centre of mass`,
      'put more atoms into the group, or use the ensemble "langevin"',
    );
  }
  if (!(kineticEnergy(state) > 0)) {
    throw new InputError(
      "rescaling multiplies velocities, and all of them are zero",
      "start with velocities: startState(crystal, { temperatureK, seed })",
    );
  }
  const accelerating = accelerations(state);
  const clock = new Clock(state, timestepFs);
  const normals = new NormalStream(options.rng.fork("rescale"));
  const decay = Math.exp(-timestepFs / relaxationFs);
  const centre = new Float64Array(3);
  let heat = 0;
  let beganFs = state.timeFs;

  function thermalise(state: MdState, bath: Bath, kelvin: number): void {
    const { velocities } = state;
    const { masses } = state.crystal;
    const { atoms } = bath;
    if (fixed) centreVelocity(state, atoms, centre);
    const cx = centre[0]!;
    const cy = centre[1]!;
    const cz = centre[2]!;
    let twice = 0;
    for (let a = 0; a < atoms.length; a++) {
      const k = 3 * atoms[a]!;
      const x = velocities[k]! - cx;
      const y = velocities[k + 1]! - cy;
      const z = velocities[k + 2]! - cz;
      twice += masses[atoms[a]!]! * (x * x + y * y + z * z);
    }
    const kinetic = (0.5 * twice) / ACCELERATION;
    if (!(kinetic > 0)) return;
    const degreesOfFreedom = degrees(bath, fixed);
    const quantum = 0.5 * BOLTZMANN * kelvin * (1 - decay); // (K̄/N)(1 − c)
    const r = normals.next();
    const cross = Math.sqrt(decay * kinetic * quantum);
    const next = decay * kinetic + quantum * (r * r + normals.chiSquare(degreesOfFreedom - 1)) + 2 * r * cross;
    const sign = r + Math.sqrt((decay * kinetic) / quantum) < 0 ? -1 : 1;
    const factor = sign * Math.sqrt(Math.max(0, next) / kinetic);
    for (let a = 0; a < atoms.length; a++) {
      const k = 3 * atoms[a]!;
      velocities[k] = cx + factor * (velocities[k]! - cx);
      velocities[k + 1] = cy + factor * (velocities[k + 1]! - cy);
      velocities[k + 2] = cz + factor * (velocities[k + 2]! - cz);
    }
    heat += (factor * factor - 1) * kinetic;
  }

  return {
    name: "rescale",
    timestepFs,
    ensemble: spec,
    advance(state: MdState, forces: ForceSession, steps: number): void {
      for (let s = 0; s < steps; s++) {
        const middle = state.timeFs - beganFs + 0.5 * timestepFs;
        kick(state, accelerating, 0.5 * timestepFs);
        drift(state, timestepFs);
        updateForces(state, forces);
        kick(state, accelerating, 0.5 * timestepFs);
        for (let b = 0; b < baths.length; b++) {
          thermalise(state, baths[b]!, temperatureAt(baths[b]!.program, middle));
        }
        clock.tick(state);
      }
    },
    conserved: (state) => state.potentialEnergy + kineticEnergy(state) - heat,
    save: (): SavedRescale => ({ clock: clock.save(), normals: normals.save(), heat, beganFs }),
    restore(saved) {
      const values = saved as SavedRescale;
      clock.restore(values.clock);
      normals.restore(values.normals);
      ({ heat, beganFs } = values);
    },
  };
}

const degrees = (bath: Bath, fixed: boolean): number => 3 * bath.atoms.length - (fixed ? 3 : 0);

function centreVelocity(state: MdState, atoms: Int32Array, out: Float64Array): void {
  const { velocities } = state;
  const { masses } = state.crystal;
  out.fill(0);
  let total = 0;
  for (let a = 0; a < atoms.length; a++) {
    const i = atoms[a]!;
    total += masses[i]!;
    for (let k = 0; k < 3; k++) out[k]! += masses[i]! * velocities[3 * i + k]!;
  }
  for (let k = 0; k < 3; k++) out[k]! /= total;
}
