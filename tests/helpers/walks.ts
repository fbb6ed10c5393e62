// Trajectories whose diffusivity is known: walks in the continuum and on a lattice, with rattling, alone or in step with each other.

import { Rng } from "../../src/base/index.js";
import type { Trajectory } from "../../src/dynamics/index.js";
import { type Crystal, makeCell, makeCrystal } from "../../src/structure/index.js";

/** `count` Li, and `framework` S that do not move, in a cubic cell of 20 Å. */
export function ionsInBox(count: number, framework = 1): Crystal {
  const n = count + framework;
  return makeCrystal({
    cell: makeCell([20, 0, 0, 0, 20, 0, 0, 0, 20]),
    species: Array.from({ length: n }, (_, i) => (i < count ? "Li" : "S")),
    positions: Float64Array.from({ length: 3 * n }, (_, i) => (7 * i) % 20),
  });
}

/** A trajectory whose frames are `positionsAt(frame)`, [n,3] Å. */
export function trajectoryFrom(
  crystal: Crystal,
  frames: number,
  options: { readonly frameSpacingFs?: number; readonly positionsAt: (frame: number) => Float64Array },
): Trajectory {
  const { frameSpacingFs = 100, positionsAt } = options;
  return {
    crystal,
    frameSpacingFs,
    variableCell: false,
    hasVelocities: false,
    frameCount: frames,
    async *frames({ from = 0, to = frames, stride = 1 } = {}) {
      for (let k = 0; k < Math.min(to, frames); k++) {
        const positions = positionsAt(k);
        if (k >= from && (k - from) % stride === 0) yield { step: k, timeFs: k * frameSpacingFs, positions };
      }
    },
  };
}

export interface WalkOptions {
  readonly ions: number;
  readonly frames: number;
  readonly seed: number;
  /** Å²/ps. Default 0.5. */
  readonly diffusion?: number;
  /** Standard deviation of rattling per axis, Å. Default 0. */
  readonly rattle?: number;
  /** Hop length for a lattice walk along random axes; absent: Gaussian steps. */
  readonly hop?: number;
  /** Ions that take every step together. Default 1. */
  readonly cluster?: number;
  readonly frameSpacingFs?: number;
}

/** Continuous-time walks: Gaussian steps, or hops of length `hop` along ± x, y, z at the rate 6D/hop². */
export function randomWalks(options: WalkOptions): Trajectory {
  const { ions, frames, seed, diffusion = 0.5, rattle = 0, hop, cluster = 1, frameSpacingFs = 100 } = options;
  const rng = Rng.fromSeed(seed);
  const crystal = ionsInBox(ions);
  const at = crystal.positions.slice();
  const dt = frameSpacingFs / 1000;
  const step = new Float64Array(3);
  const history = Array.from({ length: frames }, (_, frame) => {
    for (let i = 0; frame > 0 && i < ions; i++) {
      if (i % cluster === 0) drawStep(rng, step, { variance: 2 * diffusion * dt, ...(hop ? { hop } : {}) });
      for (let axis = 0; axis < 3; axis++) at[3 * i + axis]! += step[axis]!;
    }
    return rattle === 0 ? at.slice() : at.map((x, k) => (k < 3 * ions ? x + rattle * rng.normal() : x));
  });
  return trajectoryFrom(crystal, frames, { frameSpacingFs, positionsAt: (frame) => history[frame]! });
}

function drawStep(rng: Rng, step: Float64Array, kind: { readonly variance: number; readonly hop?: number }): void {
  const { variance, hop } = kind;
  if (hop === undefined) {
    for (let axis = 0; axis < 3; axis++) step[axis] = Math.sqrt(variance) * rng.normal();
    return;
  }
  step.fill(0);
  // Poisson number of hops by multiplying uniforms: the mean is below ten.
  const limit = Math.exp((-3 * variance) / hop ** 2);
  for (let product = rng.uniform(); product > limit; product *= rng.uniform())
    step[rng.below(3)]! += rng.uniform() < 0.5 ? hop : -hop;
}
