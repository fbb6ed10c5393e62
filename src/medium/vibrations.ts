// The framework's own vibrations (Rodin et al., Fig. 1b–e): dispersion, recoil kernel of one atom, and how far and how fast its atoms
// move at a temperature, sampled beside the closed form
//
//   p(x) = 4πx² e^{−x²/2σ²} / (2πσ²)^{3/2},  σ² = one diagonal element of the covariance.
//
// (The paper prints (2πσ)^{3/2}; that is not normalised.)

import { InputError, Rng, type StochasticOptions } from "../base/index.js";
import { type CubicModes, cubicModes } from "./dispersion.js";
import type { CubicLattice, Statistics } from "./model.js";
import { recoilKernel, thermalCovariance } from "./recoil.js";
import { frameworkMotion, sampleModes } from "./thermal-modes.js";

export interface KernelCurve {
  readonly times: Float64Array<ArrayBuffer>; // [times] fs
  /** [times] Å²/eV, W_d(t): a diagonal element of one atom's own recoil. */
  readonly kernel: Float64Array<ArrayBuffer>;
  /** Largest error of the extrapolation to the infinite lattice, Å²/eV. */
  readonly error: number;
}

/** W_d(t) of the infinite lattice up to `durationFs`. */
export function kernelCurve(
  lattice: CubicLattice,
  options: { readonly durationFs: number; readonly points?: number; readonly cells?: number },
): KernelCurve {
  const { durationFs, points = 201, cells = 96 } = options;
  if (!(durationFs > 0) || points < 2) throw new InputError(`${points} times over ${durationFs} fs`, "pass at least 2");
  const timestepFs = durationFs / (points - 1);
  const table = recoilKernel(lattice, { timestepFs, times: points }, { reach: 0, cells });
  const block = new Float64Array(9);
  const kernel = new Float64Array(points);
  for (let t = 0; t < points; t++) {
    table.block(t, [0, 0, 0], block);
    kernel[t] = block[0]!;
  }
  return { times: Float64Array.from(kernel, (_, t) => t * timestepFs), kernel, error: table.error };
}

export interface Distribution {
  /** [bins] middle of each bin, Å or Å/fs. */
  readonly centres: Float64Array<ArrayBuffer>;
  /** [bins] sampled density, 1/Å or fs/Å. */
  readonly sampled: Float64Array<ArrayBuffer>;
  /** [bins] closed form, averaged over the bin. */
  readonly exact: Float64Array<ArrayBuffer>;
  /** σ of one Cartesian component, Å or Å/fs, in closed form and of the sample. */
  readonly sigma: number;
  readonly sampledSigma: number;
}

export interface VibrationOptions extends StochasticOptions {
  readonly thermalEnergy: number; // eV, k_BT
  /** Default "quantum". */
  readonly statistics?: Statistics;
  /** Cells per side. Default 60. */
  readonly cells?: number;
  /** Default 60, up to 4.5σ. */
  readonly bins?: number;
}

export interface Vibrations {
  readonly displacement: Distribution;
  readonly speed: Distribution;
}

/** Distances from rest and speeds of all atoms of one sampled framework, with the closed form of the same finite lattice. */
export function vibrations(lattice: CubicLattice, options: VibrationOptions, modes?: CubicModes): Vibrations {
  const { thermalEnergy, statistics = "quantum", cells = modes?.cells ?? 60, bins = 60, seed } = options;
  const grid = modes ?? cubicModes(lattice, cells);
  const sample = sampleModes(grid, Rng.fromSeed(seed).fork("framework"), { thermalEnergy, statistics });
  const motion = frameworkMotion(sample, 0);
  const block = new Float64Array(9);
  const sigmaOf = (moment: "displacement" | "velocity"): number => {
    const table = thermalCovariance(lattice, { thermalEnergy, statistics, moment }, { reach: 0, periodicCells: cells });
    table.block(0, [0, 0, 0], block);
    return Math.sqrt(block[0]!);
  };
  return {
    displacement: distribution(motion.displacements, sigmaOf("displacement"), bins),
    speed: distribution(motion.velocities, sigmaOf("velocity"), bins),
  };
}

const SPAN = 4.5;

function distribution(vectors: Float64Array, sigma: number, bins: number): Distribution {
  const width = (SPAN * sigma) / bins;
  const sampled = new Float64Array(bins);
  const count = vectors.length / 3;
  let squares = 0;
  for (let i = 0; i < vectors.length; i += 3) {
    const squared = vectors[i]! ** 2 + vectors[i + 1]! ** 2 + vectors[i + 2]! ** 2;
    squares += squared;
    const bin = Math.floor(Math.sqrt(squared) / width);
    if (bin < bins) sampled[bin]! += 1 / (count * width);
  }
  const centres = Float64Array.from({ length: bins }, (_, b) => (b + 0.5) * width);
  // Simpson's rule over each bin: exact to 1e-6 at 60 bins, while the value at the middle is 0.2 % off at the top.
  const exact = Float64Array.from(centres, (x) => {
    const [low, middle, high] = [x - width / 2, x, x + width / 2].map((y) => maxwell(y, sigma));
    return (low! + 4 * middle! + high!) / 6;
  });
  return { centres, sampled, exact, sigma, sampledSigma: Math.sqrt(squares / vectors.length) };
}

const maxwell = (x: number, sigma: number): number =>
  (4 * Math.PI * x * x * Math.exp((-x * x) / (2 * sigma * sigma))) / (2 * Math.PI * sigma * sigma) ** 1.5;
