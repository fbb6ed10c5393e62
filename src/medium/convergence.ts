// How the end of a trajectory depends on integrator and step: the data behind the choice of both. The end point is compared with
// that of runge-kutta-5 at a quarter of the shortest step.

import { InputError } from "../base/index.js";
import type { IntegrationMethod } from "./integrators.js";
import type { IonState, Medium } from "./model.js";
import type { IonEquation } from "./time-local.js";
import { walkIon } from "./walk.js";

export interface StepError {
  readonly method: IntegrationMethod;
  readonly timestepFs: number;
  /** Evaluations of the ion's acceleration. */
  readonly evaluations: number;
  /** Å, distance of the end point from the reference. */
  readonly error: number;
}

export interface StepConvergenceOptions {
  /** A multiple of every step. Default 1000. */
  readonly durationFs?: number;
  /** Default 20, 10, 5, 2.5. */
  readonly timesteps?: readonly number[];
  /** Default all three. */
  readonly methods?: readonly IntegrationMethod[];
}

/** End-point errors of one start. `equation` is called for each run, so that every run has a thermal field at time 0. */
export async function stepConvergence(
  medium: Medium,
  motion: { readonly equation: () => IonEquation; readonly start: IonState },
  options: StepConvergenceOptions = {},
): Promise<StepError[]> {
  const { durationFs = 1000, timesteps = [20, 10, 5, 2.5], methods = ["runge-kutta-5", "adams", "verlet"] } = options;
  const run = async (method: IntegrationMethod, timestepFs: number) => {
    const steps = Math.round(durationFs / timestepFs);
    if (steps < 1 || Math.abs(steps * timestepFs - durationFs) > 1e-9 * durationFs)
      throw new InputError(
        `steps of ${timestepFs} fs do not fill ${durationFs} fs`,
        "pass a duration that is a multiple of every step",
      );
    const equation = motion.equation();
    let evaluations = 0;
    const counted: IonEquation = {
      ...equation,
      acceleration(...args) {
        evaluations++;
        equation.acceleration(...args);
      },
    };
    const walk = await walkIon(
      medium,
      { equation: counted, start: motion.start },
      { timestepFs, steps, method, recordEvery: steps },
    );
    return { end: walk.positions.slice(3), evaluations: evaluations - 1 }; // one looks at the start
  };
  const { end: exact } = await run("runge-kutta-5", Math.min(...timesteps) / 4);
  const errors: StepError[] = [];
  for (const method of methods) {
    for (const timestepFs of timesteps) {
      const { end, evaluations } = await run(method, timestepFs);
      const error = Math.hypot(end[0]! - exact[0]!, end[1]! - exact[1]!, end[2]! - exact[2]!);
      errors.push({ method, timestepFs, evaluations, error });
    }
  }
  return errors;
}
