// Follows one ion through its equation of motion and keeps positions and velocities.

import { InputError, NumericError, Pacer, type RunOptions } from "../base/index.js";
import { type IntegrationMethod, makeStepper } from "./integrators.js";
import { type IonState, inertiaOf, type Medium, type Walk } from "./model.js";
import { checkStart } from "./potentials.js";
import type { IonEquation } from "./time-local.js";

export interface WalkOptions extends RunOptions {
  readonly timestepFs: number;
  readonly steps: number;
  /** Steps between recorded frames; the start is the first frame. Default 1. */
  readonly recordEvery?: number;
  /** Default "runge-kutta-5". */
  readonly method?: IntegrationMethod;
}

/** Largest move in one step, as a fraction of the shortest cell vector. */
const LARGEST_MOVE = 0.1;
const STEPS_PER_BREATH = 64;

/** Integrates the ion's equation from `start`. */
export async function walkIon(
  medium: Medium,
  motion: { readonly equation: IonEquation; readonly start: IonState },
  options: WalkOptions,
): Promise<Walk> {
  const { timestepFs, steps, recordEvery = 1, method = "runge-kutta-5" } = options;
  if (!Number.isInteger(steps) || steps < 0 || !Number.isInteger(recordEvery) || recordEvery < 1)
    throw new InputError(
      `${steps} steps recorded every ${recordEvery}`,
      "pass whole numbers, steps ≥ 0 and recordEvery ≥ 1",
    );
  const { equation, start } = motion;
  const stepper = makeStepper(equation, start, { timestepFs, method });
  equation.acceleration(0, stepper.position, stepper.velocity, new Float64Array(3)); // finds the atoms around the start
  checkStart(start.position, equation.unpushed);
  const frames = Math.floor(steps / recordEvery) + 1;
  const positions = new Float64Array(3 * frames);
  const velocities = new Float64Array(3 * frames);
  const limit = LARGEST_MOVE * shortestVector(medium);
  const pacer = new Pacer("following the ion", options);
  const before = Float64Array.from(stepper.position);
  positions.set(stepper.position);
  velocities.set(stepper.velocity);
  for (let step = 1; step <= steps; step++) {
    stepper.step();
    checkMove(before, stepper.position, { step, limit, timestepFs, medium });
    before.set(stepper.position);
    if (step % recordEvery === 0) {
      positions.set(stepper.position, (3 * step) / recordEvery);
      velocities.set(stepper.velocity, (3 * step) / recordEvery);
    }
    if (step % STEPS_PER_BREATH === 0) await pacer.tick(step, steps);
  }
  return { frames, frameSpacingFs: recordEvery * timestepFs, positions, velocities };
}

/** Mean kinetic energy of a walk in units of (3/2) k_BT: 1 for an ion in equilibrium with a classical framework. */
export function kineticRatio(walk: Walk, medium: Medium, thermalEnergy: number): number {
  let sum = 0;
  for (const v of walk.velocities) sum += v * v;
  return (inertiaOf(medium.ionMass) * sum) / (3 * walk.frames * thermalEnergy);
}

function checkMove(
  from: Float64Array,
  to: Float64Array,
  run: { step: number; limit: number; timestepFs: number; medium: Medium },
): void {
  const move = Math.hypot(to[0]! - from[0]!, to[1]! - from[1]!, to[2]! - from[2]!);
  if (move <= run.limit) return;
  throw new NumericError(
    `the ion moved ${move.toPrecision(3)} Å in step ${run.step} of ${run.timestepFs} fs; the most is ${run.limit.toFixed(2)} Å`,
    "take a shorter step, or look whether the drag is missing: recoil without loss heats the ion without end",
    { step: run.step, move, position: [...to] },
  );
}

function shortestVector(medium: Medium): number {
  const v = medium.framework.cell.vectors;
  return Math.min(...[0, 3, 6].map((i) => Math.hypot(v[i]!, v[i + 1]!, v[i + 2]!)));
}
