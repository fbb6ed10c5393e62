// Small systems for tests of the modal diffusivity: complete sets of modes, and trajectories made of positions in memory.

import { type F64, Rng } from "../../src/base/index.js";
import type { Frame, Trajectory } from "../../src/dynamics/index.js";
import { forceConstantsFrom, imposeAcousticSumRule, type Modes, solveModes } from "../../src/modes/index.js";
import { type Crystal, makeCell, makeCrystal } from "../../src/structure/index.js";

/** Atoms joined by random springs that obey the sum rule: three translations, the rest stable and not degenerate. */
export function springCrystal(species: readonly string[], seed: number): Modes {
  const rng = Rng.fromSeed(seed);
  const n = species.length;
  const crystal = makeCrystal({
    cell: makeCell([9, 0, 0, 0, 8, 0, 0, 0, 7]),
    species,
    positions: Float64Array.from({ length: 3 * n }, () => 7 * rng.uniform()),
  });
  const size = 3 * n;
  const g = Float64Array.from({ length: size * (size + 3) }, () => rng.normal());
  const values = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      for (let k = 0; k < size + 3; k++) values[i * size + j]! += 0.5 * g[i * (size + 3) + k]! * g[j * (size + 3) + k]!;
    }
  }
  return solveModes(imposeAcousticSumRule(forceConstantsFrom(crystal, values)));
}

/** A trajectory held in memory: `positions` [frames,n,3] Å. */
export function trajectoryOf(
  crystal: Crystal,
  positions: F64,
  { frameSpacingFs = 10, velocities }: { readonly frameSpacingFs?: number; readonly velocities?: F64 } = {},
): Trajectory {
  const size = 3 * crystal.kinds.length;
  const frameCount = positions.length / size;
  return {
    crystal,
    frameSpacingFs,
    variableCell: false,
    hasVelocities: velocities !== undefined,
    frameCount,
    async *frames({ from = 0, to = frameCount, stride = 1 } = {}): AsyncGenerator<Frame> {
      for (let step = from; step < Math.min(to, frameCount); step += stride) {
        yield {
          step,
          timeFs: step * frameSpacingFs,
          positions: positions.subarray(step * size, (step + 1) * size),
          ...(velocities ? { velocities: velocities.subarray(step * size, (step + 1) * size) } : {}),
        };
      }
    },
  };
}

export interface WalkOptions {
  readonly frames: number;
  readonly seed: number;
  /** Root mean square step of every atom, Å per axis. */
  readonly stepOf: (atom: number) => number;
  /** Takes the motion of the centre of mass off every step. Default false. */
  readonly zeroMomentum?: boolean;
  /** Amplitude of a swing of every mode, Å of the lightest atom or so. Default 0. */
  readonly swing?: number;
}

/** [frames,n,3] Å: random walks from the reference, with vibrations on top. */
export function walkers(modes: Modes, options: WalkOptions): Float64Array<ArrayBuffer> {
  const { masses, positions } = modes.reference;
  const n = masses.length;
  const size = 3 * n;
  const rng = Rng.fromSeed(options.seed);
  const place = Float64Array.from(positions);
  const out = new Float64Array(options.frames * size);
  const mass = masses.slice().reduce((sum, m) => sum + m, 0);
  for (let frame = 0; frame < options.frames; frame++) {
    out.set(place, frame * size);
    const step = Float64Array.from({ length: size }, (_, a) => options.stepOf(Math.floor(a / 3)) * rng.normal());
    for (let axis = 0; axis < 3 && options.zeroMomentum; axis++) {
      let drift = 0;
      for (let i = 0; i < n; i++) drift += (masses[i]! * step[3 * i + axis]!) / mass;
      for (let i = 0; i < n; i++) step[3 * i + axis]! -= drift;
    }
    for (let a = 0; a < size; a++) place[a]! += step[a]!;
  }
  for (let mode = 3; mode < modes.count && options.swing; mode++) {
    const [amplitude, phase] = [options.swing * rng.normal(), 2 * Math.PI * rng.uniform()];
    for (let frame = 0; frame < options.frames; frame++) {
      const q = amplitude * Math.cos(phase + 0.06 * mode * frame);
      for (let a = 0; a < size; a++)
        out[frame * size + a]! += (q * modes.vectors[mode * size + a]!) / Math.sqrt(masses[Math.floor(a / 3)]!);
    }
  }
  return out;
}
