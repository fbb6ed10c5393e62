// FIRE, fast inertial relaxation (Bitzek et al. 10.1103/PhysRevLett.97.170201): unit masses slide downhill, their velocity
// is turned towards the force, v ← (1−α) v + α |v| F/|F|, and the time step grows while F·v > 0. Once F·v ≤ 0 the system
// has gone uphill: it stops, steps back by half a step and starts again with a shorter time step. Semi-implicit Euler and
// the step back are those of FIRE 2.0 (Guénolé et al. 10.1016/j.commatsci.2020.109584). It needs no line search and no
// smooth curvature, at two to three times the evaluations of L-BFGS.

import { dot } from "../base/index.js";
import type { Minimiser } from "./descent.js";
import type { Sample } from "./landscape.js";

// Bitzek's parameters; times in Å (eV)^{-1/2}, masses 1. The first step is a tenth of the period of a bond of 40 eV/Å².
const FIRST_STEP = 0.1;
const LARGEST_STEP = 10 * FIRST_STEP;
const SMALLEST_STEP = 0.02 * FIRST_STEP;
const GROWTH = 1.1;
const SHRINK = 0.5;
const MIXING = 0.1;
const MIXING_DECAY = 0.99;
const DELAY = 5;

export const descendFire: Minimiser = async (landscape, control) => {
  const q = landscape.start();
  const gradient = new Float64Array(landscape.size);
  const velocity = new Float64Array(landscape.size);
  const step = new Float64Array(landscape.size);
  let sample = landscape.evaluate(q, gradient);
  const samples: Sample[] = [sample];
  let [dt, mixing, downhill] = [FIRST_STEP, MIXING, 0];
  while (!control.done(sample) && samples.length < control.maxEvaluations) {
    await control.pacer.tick(samples.length, undefined, { maxForce: sample.maxForce, energy: sample.energy });
    if (dot(gradient, velocity) < 0) {
      if (++downhill > DELAY) {
        dt = Math.min(dt * GROWTH, LARGEST_STEP);
        mixing *= MIXING_DECAY;
      }
    } else if (samples.length > 1) {
      dt = Math.max(dt * SHRINK, SMALLEST_STEP);
      [mixing, downhill] = [MIXING, 0];
      for (let a = 0; a < q.length; a++) q[a]! -= 0.5 * step[a]!;
      velocity.fill(0);
    }
    for (let a = 0; a < q.length; a++) velocity[a]! -= dt * gradient[a]!;
    turn(velocity, gradient, mixing);
    for (let a = 0; a < q.length; a++) step[a] = dt * velocity[a]!;
    const scale = landscape.clip(step, control.maxStepA);
    for (let a = 0; a < q.length; a++) q[a]! += step[a]! *= scale;
    sample = landscape.evaluate(q, gradient);
    samples.push(sample);
  }
  return { q, sample, samples, energyNoise: 0 };
};

function turn(velocity: Float64Array, gradient: Float64Array, mixing: number): void {
  const ratio = Math.sqrt(dot(velocity, velocity) / Math.max(dot(gradient, gradient), 1e-300));
  for (let a = 0; a < velocity.length; a++) velocity[a] = (1 - mixing) * velocity[a]! - mixing * ratio * gradient[a]!;
}
