// Driving by a second bath: chosen modes at T_d, everything else at T_b, a proper stationary state of two temperatures. Langevin's O step
//
//   v ← c v + √(1 − c²) √(a k_B T_b/m) ξ          for all atoms: the same step for every mode, since noise and friction are isotropic
//   Q̇_n ← c_d Q̇_n(old) + √(1 − c_d²) √(a k_B T_d) ξ_n     then for the driven modes instead of what the bath did to them
//
// with c = exp(−Δt/τ_b), c_d = exp(−Δt/τ_d). Mode vectors are orthonormal, so no other mode notices.

import { ACCELERATION, BOLTZMANN, InputError, type Rng } from "../base/index.js";
import type { ExcitationDriver } from "./excite-kicks.js";
import { type DrivenModeSource, type DrivenModes, ModalVelocities, modalKineticEnergy } from "./excite-modes.js";
import { ExcitationMonitor, type SavedMonitor } from "./excite-monitor.js";
import type { ModalBath } from "./langevin.js";
import { NormalStream, type SavedNormals } from "./normal-stream.js";
import type { MdState } from "./state.js";

export interface DrivenBathOptions {
  readonly timestepFs: number;
  readonly rng: Rng;
  /** T_d, K. */
  readonly temperatureK: number;
  /** τ_d: how fast the driven modes are brought to T_d. Default 100. */
  readonly relaxationFs?: number;
  /** Steps between looks at which modes are driven now. Default 5. */
  readonly every?: number;
}

interface SavedBath {
  readonly monitor: SavedMonitor;
  readonly normals: SavedNormals;
  readonly source: unknown;
}

/** The bath of the driven modes inside a Langevin integrator (`makeIntegrator` with ensemble "langevin" and `modal`). */
export function drivenBath(
  state: MdState,
  source: DrivenModeSource,
  options: DrivenBathOptions,
): ModalBath & ExcitationDriver {
  const { timestepFs, temperatureK, relaxationFs = 100, every = 5 } = options;
  if (!(temperatureK > 0 && Number.isFinite(temperatureK)))
    throw new InputError(`modes driven at ${temperatureK} K`, "give a positive temperature");
  if (!(relaxationFs >= timestepFs && Number.isFinite(relaxationFs)))
    throw new InputError(
      `driven modes relax in ${relaxationFs} fs, with a time step of ${timestepFs} fs`,
      "give at least one step; 20 to 200 fs is usual",
    );
  if (!Number.isSafeInteger(every) || every < 1)
    throw new InputError(`modes are looked up every ${every} steps`, "give a whole number of steps of at least 1");
  const velocities = new ModalVelocities(state.crystal);
  const monitor = new ExcitationMonitor();
  const normals = new NormalStream(options.rng.fork("driven modes"));
  const decay = Math.exp(-timestepFs / relaxationFs);
  const spread = Math.sqrt(ACCELERATION * BOLTZMANN * temperatureK * (1 - decay * decay));
  let modes: DrivenModes | undefined;
  let restored = false; // the source may be restored after the bath: it is asked at the next step
  let old = new Float64Array(0);
  let now = new Float64Array(0);

  function take(found: DrivenModes | undefined): void {
    modes = found;
    const count = modes?.frequencies.length ?? 0;
    if (old.length !== count) {
      old = new Float64Array(count);
      now = new Float64Array(count);
    }
  }

  return {
    before(state) {
      const due = state.step % every === 0;
      if (due) take(source.at(state));
      else if (restored) take(source.current());
      restored = false;
      if (!modes) {
        if (due) monitor.sawUnknown(state);
        return;
      }
      velocities.read(state, modes, old);
      if (!due) return;
      const twiceEnergy = 2 * modalKineticEnergy(old, old.length);
      monitor.saw(state, modes.configuration, { modes: old.length, twiceEnergy });
    },
    after(state) {
      if (!modes) return 0;
      velocities.read(state, modes, now);
      const bathDid = modalKineticEnergy(now, now.length);
      const before = modalKineticEnergy(old, old.length);
      for (let n = 0; n < old.length; n++) {
        const wanted = decay * old[n]! + spread * normals.next();
        old[n] = wanted;
        now[n] = wanted - now[n]!;
      }
      velocities.add(state, modes, now);
      const driven = modalKineticEnergy(old, old.length);
      monitor.gave(driven - before);
      return driven - bathDid;
    },
    report: () => monitor.report(),
    save: (): SavedBath => ({ monitor: monitor.save(), normals: normals.save(), source: source.save?.() ?? null }),
    restore(saved) {
      const values = saved as SavedBath;
      monitor.restore(values.monitor);
      normals.restore(values.normals);
      if (values.source !== null) source.restore?.(values.source);
      restored = true;
    },
  };
}
