// Constant temperature by a Nosé–Hoover chain on the kinetic energy of all free atoms: half a step of the chain, velocity Verlet, half
// a step of the chain (src/dynamics/nose-hoover-chain.ts). Deterministic and reversible in time.
//
//   conserved: E + Σ ½ Q_j η̇_j² + ∫ k_BT (N η̇₁ + Σ_{j>1} η̇_j) dt
//
// It scales velocities, so it samples the canonical distribution only where the forces mix all motions: not for a harmonic crystal,
// whose modes keep their energies, and not at rest, where there is nothing to scale.

import { InputError } from "../base/index.js";
import type { ForceSession } from "../forces/index.js";
import { checkRelaxation, checkTemperature, temperatureAt } from "./baths.js";
import { Clock, type SavedClock } from "./clock.js";
import type { EnsembleSpec } from "./ensemble.js";
import type { Integrator } from "./integrator.js";
import { kineticEnergy, twiceKineticEnergy } from "./kinetics.js";
import { advanceChain, chainEnergy, makeChain, restoreChain, type SavedChain, saveChain } from "./nose-hoover-chain.js";
import type { MdState } from "./state.js";
import { accelerations, drift, kick, scaleVelocities, updateForces } from "./steps.js";

export type NoseHooverSpec = Extract<EnsembleSpec, { kind: "nose-hoover" }>;

interface SavedNoseHoover {
  readonly clock: SavedClock;
  readonly chain: SavedChain;
  readonly beganFs: number;
}

/** Shortest period of the bath in steps: below it the motion of the chain is not resolved. */
export const LEAST_BATH_PERIOD = 10;

export function makeNoseHoover(
  spec: NoseHooverSpec,
  state: MdState,
  options: { readonly timestepFs: number },
): Integrator {
  const { timestepFs } = options;
  const { temperatureK: program, relaxationFs = 100 } = spec;
  checkTemperature(program);
  checkRelaxation(relaxationFs, timestepFs, LEAST_BATH_PERIOD);
  if (!(twiceKineticEnergy(state) > 0)) {
    throw new InputError(
      "a Nosé–Hoover thermostat scales velocities, and all of them are zero",
      "start with velocities: startState(crystal, { temperatureK, seed })",
    );
  }
  const accelerating = accelerations(state);
  const clock = new Clock(state, timestepFs);
  const chain = makeChain({
    degreesOfFreedom: state.degreesOfFreedom,
    temperatureK: temperatureAt(program, 0),
    periodFs: relaxationFs,
    ...(spec.chain === undefined ? {} : { length: spec.chain }),
  });
  let beganFs = state.timeFs;
  const half = 0.5 * timestepFs;
  return {
    name: "nose-hoover",
    timestepFs,
    ensemble: spec,
    advance(state: MdState, forces: ForceSession, steps: number): void {
      for (let s = 0; s < steps; s++) {
        chain.temperatureK = temperatureAt(program, state.timeFs - beganFs + half);
        scaleVelocities(state, advanceChain(chain, twiceKineticEnergy(state), half));
        kick(state, accelerating, half);
        drift(state, timestepFs);
        updateForces(state, forces);
        kick(state, accelerating, half);
        scaleVelocities(state, advanceChain(chain, twiceKineticEnergy(state), half));
        clock.tick(state);
      }
    },
    conserved: (state) => state.potentialEnergy + kineticEnergy(state) + chainEnergy(chain),
    save: (): SavedNoseHoover => ({ clock: clock.save(), chain: saveChain(chain), beganFs }),
    restore(saved) {
      const values = saved as SavedNoseHoover;
      clock.restore(values.clock);
      restoreChain(chain, values.chain);
      beganFs = values.beganFs;
    },
  };
}
