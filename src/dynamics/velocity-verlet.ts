// Constant energy: velocity Verlet (Swope et al., doi:10.1063/1.442716),
//
//   v += ½Δt F/m,   x += Δt v,   F = F(x),   v += ½Δt F/m
//
// reversible and symplectic: the energy swings by O(Δt²) about a value that does not drift.

import type { ForceSession } from "../forces/index.js";
import { Clock } from "./clock.js";
import type { Integrator } from "./integrator.js";
import { kineticEnergy } from "./kinetics.js";
import type { MdState } from "./state.js";
import { accelerations, drift, kick, updateForces } from "./steps.js";

export function makeVelocityVerlet(state: MdState, options: { readonly timestepFs: number }): Integrator {
  const { timestepFs } = options;
  const accelerating = accelerations(state);
  const clock = new Clock(state, timestepFs);
  return {
    name: "nve",
    timestepFs,
    ensemble: { kind: "nve" },
    advance(state: MdState, forces: ForceSession, steps: number): void {
      for (let s = 0; s < steps; s++) {
        kick(state, accelerating, 0.5 * timestepFs);
        drift(state, timestepFs);
        updateForces(state, forces);
        kick(state, accelerating, 0.5 * timestepFs);
        clock.tick(state);
      }
    },
    conserved: (state) => state.potentialEnergy + kineticEnergy(state),
    save: () => ({ clock: clock.save() }),
    restore(saved) {
      clock.restore((saved as SavedVerlet).clock);
    },
  };
}

interface SavedVerlet {
  readonly clock: ReturnType<Clock["save"]>;
}
