// Limited-memory BFGS (Nocedal 10.1090/S0025-5718-1980-0572855-7): the last steps s and gradient changes y stand for the
// inverse Hessian, d = −H g by the two-loop recursion. A step is taken whole when the energy falls far enough,
//     H(q + t d) ≤ H(q) + 10⁻⁴ t g·d,
// or, where rounding of the energy hides that, when the slope has fallen instead (Hager and Zhang 10.1137/030601880):
//     |g(q + t d)·d| ≤ 0.8 |g·d|   and   H rises by no more than its noise.
// A step that fails is shortened by cubic interpolation. A smooth H gives in after one or two; if three tries leave an energy that rises
// although the slope fell, H and its slope do not belong together (pairs that cross an unshifted cut-off do that), and the rise
// seen is the noise from then on. Near a minimum the first trial is nearly always taken: about one evaluation per step.

import { dot, type F64, maxAbs } from "../base/index.js";
import { LbfgsMemory } from "../numerics/index.js";
import type { Descent, DescentControl, Minimiser } from "./descent.js";
import type { Landscape, Sample } from "./landscape.js";

/** Relative rounding of a lattice energy: a sum of 10⁴–10⁶ terms that cancel to some digits. */
const ENERGY_ROUNDING = 1e-11;
/** Relative rise of the energy that is still taken for noise when the slopes say so. */
const LARGEST_NOISE = 1e-6;
/** Trials along one direction before it is given up. */
const TRIES = 3;
const LAST_TRIES = 20;
/** Pairs kept. */
const MEMORY = 30;
/** Before any step is known: the stiffness of a typical bond, eV/Å². */
const FIRST_CURVATURE = 30;

export const descendLbfgs: Minimiser = async (landscape, control) => {
  const state = startState(landscape);
  while (!control.done(state.sample) && state.evaluations < control.maxEvaluations) {
    await control.pacer.tick(state.evaluations, undefined, {
      maxForce: state.sample.maxForce,
      energy: state.sample.energy,
    });
    const direction = state.memory.direction(state.gradient);
    const { noise } = state;
    if (lineSearch(landscape, control, state, direction) || state.noise > noise) continue;
    if (state.memory.size === 0) break; // steepest descent finds nothing lower: rounding is reached
    state.memory.reset();
  }
  return { ...state, energyNoise: state.noise > roundingOf(state.samples[0]!) ? state.noise : 0 };
};

interface State extends Omit<Descent, "energyNoise"> {
  q: Float64Array<ArrayBuffer>;
  sample: Sample;
  readonly samples: Sample[];
  gradient: Float64Array;
  trialGradient: Float64Array;
  evaluations: number;
  /** eV */
  noise: number;
  readonly memory: LbfgsMemory;
}

function startState(landscape: Landscape): State {
  const q = landscape.start();
  const gradient = new Float64Array(landscape.size);
  const sample = landscape.evaluate(q, gradient);
  const memory = new LbfgsMemory(landscape.size, { depth: MEMORY, initialCurvature: FIRST_CURVATURE });
  return {
    q,
    sample,
    samples: [sample],
    gradient,
    trialGradient: new Float64Array(landscape.size),
    evaluations: 1,
    noise: roundingOf(sample),
    memory,
  };
}

const roundingOf = (sample: Sample): number => ENERGY_ROUNDING * Math.max(1, Math.abs(sample.value));

/** Moves `state` along `direction`; false when no acceptable point was found, `state.noise` then telling whether to try again. */
function lineSearch(landscape: Landscape, control: DescentControl, state: State, direction: F64): boolean {
  const slope = dot(state.gradient, direction);
  if (!(slope < 0)) return false;
  let t = landscape.clip(direction, control.maxStepA);
  const largest = maxAbs(direction);
  const shortest = Number.EPSILON * maxAbs(state.q); // a step below the rounding of a position goes nowhere
  // Steepest descent is the last resort: it is followed to steps a million times smaller.
  const tries = state.memory.size > 0 ? TRIES : LAST_TRIES;
  let contradiction = Number.POSITIVE_INFINITY; // least rise of the energy where the slope had fallen
  for (let left = tries; left > 0 && t * largest >= shortest; left--) {
    if (state.evaluations >= control.maxEvaluations) return true; // the caller's loop ends
    const trial = Float64Array.from(state.q, (x, a) => x + t * direction[a]!);
    const sample = landscape.evaluate(trial, state.trialGradient);
    state.evaluations++;
    const rise = sample.value - state.sample.value;
    const trialSlope = dot(state.trialGradient, direction);
    const slopeFell = Math.abs(trialSlope) <= 0.8 * Math.abs(slope);
    if (rise <= 1e-4 * t * slope || (slopeFell && rise <= state.noise)) {
      accept(state, trial, sample);
      return true;
    }
    if (slopeFell) contradiction = Math.min(contradiction, rise);
    t *= shorter(state.sample.value, sample.value, t * slope, t * trialSlope);
  }
  if (contradiction <= LARGEST_NOISE * Math.abs(state.sample.value)) state.noise = 2 * contradiction;
  return false;
}

function accept(state: State, q: Float64Array<ArrayBuffer>, sample: Sample): void {
  const step = Float64Array.from(q, (x, a) => x - state.q[a]!);
  const change = Float64Array.from(state.trialGradient, (g, a) => g - state.gradient[a]!);
  state.memory.push(step, change);
  [state.gradient, state.trialGradient] = [state.trialGradient, state.gradient];
  state.q = q;
  state.sample = sample;
  state.samples.push(sample);
}

/** Factor in [0.1, 0.5]: where the cubic through both values and slopes has its minimum, the step being 1. */
function shorter(from: number, to: number, slopeFrom: number, slopeTo: number): number {
  const d1 = slopeFrom + slopeTo - 3 * (to - from);
  const root = d1 * d1 - slopeFrom * slopeTo;
  if (!(root >= 0)) return 0.5;
  const d2 = Math.sqrt(root);
  const at = 1 - (slopeTo + d2 - d1) / (slopeTo - slopeFrom + 2 * d2);
  return Number.isFinite(at) ? Math.min(0.5, Math.max(0.1, at)) : 0.5;
}
