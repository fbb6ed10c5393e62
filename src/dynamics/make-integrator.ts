// An ensemble by its description.

import { InputError, type Rng } from "../base/index.js";
import type { EnsembleSpec } from "./ensemble.js";
import type { Integrator } from "./integrator.js";
import { type ModalBath, makeLangevin } from "./langevin.js";
import { makeNoseHoover } from "./nose-hoover.js";
import { makeNpt } from "./npt.js";
import { makeRescale } from "./rescale.js";
import { makeRespa, type RespaSpec } from "./respa.js";
import type { MdState } from "./state.js";
import { makeVelocityVerlet } from "./velocity-verlet.js";

export interface IntegratorOptions {
  /** Time step, fs. A twentieth of the shortest period of vibration is a good one: 1 to 2 fs in an oxide. */
  readonly timestepFs: number;
  /** Chance for the ensembles that need it; a stream of its own is forked from it. */
  readonly rng: Rng;
  /**
   * Two time steps, for "nve" and "nose-hoover" with forces that come in two parts: steps of the fast forces in one step of the slow
   * ones, which is `timestepFs`. Default 1.
   */
  readonly innerSteps?: number;
  /** A second bath for chosen modes, for the ensemble "langevin" only. Default none. */
  readonly modal?: ModalBath;
}

/** A longer step than this resolves no vibration of any solid. */
const LONGEST_STEP_FS = 50;

/**
 * The integrator of an ensemble, for `state` and its degrees of freedom. Ramps begin at the state's present time.
 * @throws InputError for a time step, temperature, relaxation time or group that cannot be
 */
export function makeIntegrator(spec: EnsembleSpec, state: MdState, options: IntegratorOptions): Integrator {
  const { timestepFs } = options;
  if (!(timestepFs > 0 && timestepFs <= LONGEST_STEP_FS)) {
    throw new InputError(
      `the time step is ${timestepFs} fs`,
      `give a positive one of at most ${LONGEST_STEP_FS} fs; 1 fs is usual, 0.5 fs with hydrogen`,
    );
  }
  if (options.modal && spec.kind !== "langevin") {
    throw new InputError(
      `modes with a bath of their own in the ensemble "${spec.kind}"`,
      'use the ensemble "langevin"',
    );
  }
  const { innerSteps = 1 } = options;
  if (innerSteps !== 1) return makeRespa(spec as RespaSpec, state, { timestepFs, innerSteps });
  switch (spec.kind) {
    case "nve":
      return makeVelocityVerlet(state, options);
    case "langevin":
      return makeLangevin(spec, state, options);
    case "nose-hoover":
      return makeNoseHoover(spec, state, options);
    case "rescale":
      return makeRescale(spec, state, options);
    case "npt":
      return makeNpt(spec, state, options);
    default:
      throw new InputError(
        `the ensemble "${(spec as { kind: string }).kind}" is not known`,
        'known ensembles: "nve", "langevin", "nose-hoover", "rescale", "npt"',
      );
  }
}
