// Langevin dynamics m dv = F dt − γ m v dt + √(2γ m k_BT) dW, split as B A O A B (Leimkuhler and Matthews, doi:10.1093/amrx/abs010):
//
//   B  v += ½Δt F/m      A  x += ½Δt v      O  v ← c v + √((1 − c²) k_BT/m) ξ,  c = exp(−γΔt)
//
// The order makes positions accurate to far higher order than velocities: for a harmonic force ⟨x²⟩ = k_BT/k exactly, whatever Δt,
// while ⟨v²⟩ is low by the factor 1 − (ωΔt)²/4 between steps.
//
// Where the state keeps its total momentum at zero, O is followed by taking off the velocity of the centre of mass: friction and noise
// then act on relative motion only, exactly so for one bath, since uniform friction and the projection commute. Otherwise the whole
// crystal would wander as a Brownian particle with D = k_BT/(γM), which every mean square displacement would contain.
// The heat of a step is the kinetic energy before and after O; total energy − heat taken has the error of A and B alone.

import { ACCELERATION, BOLTZMANN, type Rng } from "../base/index.js";
import type { ForceSession } from "../forces/index.js";
import { bathsOf, checkRelaxation, temperatureAt } from "./baths.js";
import { Clock, type SavedClock } from "./clock.js";
import type { EnsembleSpec } from "./ensemble.js";
import type { Integrator } from "./integrator.js";
import { keepsCentreOfMass, kineticEnergy } from "./kinetics.js";
import { NormalStream, type SavedNormals } from "./normal-stream.js";
import type { MdState } from "./state.js";
import { accelerations, drift, kick, updateForces } from "./steps.js";

export type LangevinSpec = Extract<EnsembleSpec, { kind: "langevin" }>;

export interface ThermostatOptions {
  readonly timestepFs: number;
  readonly rng: Rng;
}

export interface LangevinOptions extends ThermostatOptions {
  /** A second bath for chosen modes. Default none. */
  readonly modal?: ModalBath;
}

/** Modes with a bath of their own: called on both sides of O, it takes back what O did to them and does its own. */
export interface ModalBath {
  before(state: MdState): void;
  /** Returns by how much it changed the kinetic energy, eV. */
  after(state: MdState): number;
  save(): unknown;
  restore(saved: unknown): void;
}

interface SavedLangevin {
  readonly clock: SavedClock;
  readonly normals: SavedNormals;
  readonly heat: number;
  readonly beganFs: number;
  readonly modal: unknown;
}

export function makeLangevin(spec: LangevinSpec, state: MdState, options: LangevinOptions): Integrator {
  const { timestepFs, modal } = options;
  const relaxationFs = spec.relaxationFs ?? 1000;
  checkRelaxation(relaxationFs, timestepFs, 1);
  const baths = bathsOf(state, spec.temperatureK, spec.groups);
  const accelerating = accelerations(state);
  const clock = new Clock(state, timestepFs);
  const normals = new NormalStream(options.rng.fork("langevin"));
  const bathOf = new Int32Array(state.frozen.length).fill(-1);
  baths.forEach((bath, b) => {
    for (const atom of bath.atoms) bathOf[atom] = b;
  });
  const spreads = new Float64Array(baths.length); // √(a k_BT (1 − c²)) of each bath, a = ACCELERATION
  const decay = Math.exp(-timestepFs / relaxationFs);
  const spreadOf = (kelvin: number): number => Math.sqrt(ACCELERATION * BOLTZMANN * kelvin * (1 - decay * decay));
  const inverseRootMass = Float64Array.from(state.crystal.masses, (mass) => 1 / Math.sqrt(mass));
  const fixed = keepsCentreOfMass(state);
  let totalMass = 0;
  for (let i = 0; i < bathOf.length; i++) totalMass += state.crystal.masses[i]!;
  let heat = 0;
  let beganFs = state.timeFs;

  /** O, and the heat it brings. */
  function thermalise(state: MdState): void {
    const { velocities } = state;
    const { masses } = state.crystal;
    let before = 0;
    let px = 0;
    let py = 0;
    let pz = 0;
    for (let i = 0, k = 0; i < bathOf.length; i++, k += 3) {
      const bath = bathOf[i]!;
      if (bath < 0) continue;
      const mass = masses[i]!;
      const spread = spreads[bath]! * inverseRootMass[i]!;
      const x = velocities[k]!;
      const y = velocities[k + 1]!;
      const z = velocities[k + 2]!;
      before += mass * (x * x + y * y + z * z);
      px += mass * (velocities[k] = decay * x + spread * normals.next());
      py += mass * (velocities[k + 1] = decay * y + spread * normals.next());
      pz += mass * (velocities[k + 2] = decay * z + spread * normals.next());
    }
    const share = fixed ? 1 / totalMass : 0;
    let after = 0;
    for (let i = 0, k = 0; i < bathOf.length; i++, k += 3) {
      if (bathOf[i]! < 0) continue;
      const x = (velocities[k]! -= share * px);
      const y = (velocities[k + 1]! -= share * py);
      const z = (velocities[k + 2]! -= share * pz);
      after += masses[i]! * (x * x + y * y + z * z);
    }
    heat += (0.5 * (after - before)) / ACCELERATION;
  }

  return {
    name: modal ? "langevin with driven modes" : "langevin",
    timestepFs,
    ensemble: spec,
    advance(state: MdState, forces: ForceSession, steps: number): void {
      for (let s = 0; s < steps; s++) {
        const middle = state.timeFs - beganFs + 0.5 * timestepFs;
        for (let b = 0; b < baths.length; b++) spreads[b] = spreadOf(temperatureAt(baths[b]!.program, middle));
        kick(state, accelerating, 0.5 * timestepFs);
        drift(state, 0.5 * timestepFs);
        modal?.before(state);
        thermalise(state);
        if (modal) heat += modal.after(state);
        drift(state, 0.5 * timestepFs);
        updateForces(state, forces);
        kick(state, accelerating, 0.5 * timestepFs);
        clock.tick(state);
      }
    },
    conserved: (state) => state.potentialEnergy + kineticEnergy(state) - heat,
    save: (): SavedLangevin => ({
      clock: clock.save(),
      normals: normals.save(),
      heat,
      beganFs,
      modal: modal?.save() ?? null,
    }),
    restore(saved) {
      const values = saved as SavedLangevin;
      clock.restore(values.clock);
      normals.restore(values.normals);
      ({ heat, beganFs } = values);
      modal?.restore(values.modal);
    },
  };
}
