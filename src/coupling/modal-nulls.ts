// What a modal split looks like when there is nothing in it: three curves to draw beside every result.
//   static weight   |S_n|² / Σ |S_n|²: the vectors alone, no dynamics; without translations, which carry nothing at zero total momentum
//   kinematic       equal-time covariance of the projected velocities at zero total momentum; with s_n = Σ_{i∈P} √m_i e_{i,n},
//                   P_nn' = Σ_{i∈P} e_{i,n}·e_{i,n'} − s_n·s_n'/M,   D⁰_nn' ∝ S_n·S_n' P_nn'.
//                   Projected on carriers of mass m_c alone it is far from diagonal, and its total is 3N_c(1 − N_c m_c/M)/m_c.
//   harmonic        the same estimator on Q_n(t) = √(k_BT) (g cos ω_n t + h sin ω_n t)/ω_n, g and h normal: a crystal in which nothing diffuses.
//                   Expected: C_nn(τ) = 2k_BT(1 − cos ω_n τ)/ω_n², whose slope between distant lags vanishes.

import { type F64, Rng } from "../base/index.js";
import { type ModeGroup, type Modes, translationWeights } from "../modes/index.js";
import { matmul } from "../numerics/index.js";
import { accumulation } from "./accumulate.js";
import { type ModalCarriers, modalCarriers, projectedAtoms, weighPairs, weightProduct } from "./modal-carriers.js";
import { type ModalDiffusion, type ModalDiffusionOptions, modalDiffusion } from "./modal-diffusion.js";
import { harmonicTrajectory } from "./modal-harmonic.js";

export interface ModalNulls {
  readonly staticWeight: { readonly shares: F64; readonly accumulation: F64 };
  readonly kinematic: KinematicNull;
  /** The same estimator on harmonic crystals: its D_n, not its shares, are what to compare; nothing diffuses in it. */
  readonly harmonic: ModalDiffusion;
}

export interface ModalNullsOptions extends ModalDiffusionOptions {
  readonly temperatureK: number;
  /** Frames of each run. */
  readonly frames: number;
  readonly frameSpacingFs: number;
  /** Independent harmonic crystals: as many as there were runs. Blocks of one crystal hold one set of amplitudes. Default 1. */
  readonly runs?: number;
}

/** The three nulls for a result of the same options, runs of the same length, stride and temperature. */
export async function modalNulls(modes: Modes, options: ModalNullsOptions): Promise<ModalNulls> {
  const { temperatureK, frames, frameSpacingFs, runs = 1 } = options;
  const carriers = modalCarriers(modes, options.carriers, options.projection);
  const rng = Rng.fromSeed(options.seed).fork("modal-nulls");
  const crystals = Array.from({ length: runs }, () =>
    harmonicTrajectory(modes, { temperatureK, frames, frameSpacingFs, seed: rng.below(2 ** 32) }),
  );
  return {
    staticWeight: staticWeights(carriers),
    kinematic: kinematicNull(carriers),
    harmonic: await modalDiffusion(crystals, modes, { ...options, jumps: 0 }),
  };
}

/** A mode with more of the crystal's translations than this is one. */
const TRANSLATION = 0.5;

export interface StaticWeightsOptions {
  /** Whether the total momentum is zero: translations then carry nothing, and have no weight. Default true. */
  readonly zeroMomentum?: boolean;
}

/** [count] |S_n|² over their sum; [count] its running sum. */
export function staticWeights(
  carriers: ModalCarriers,
  { zeroMomentum = true }: StaticWeightsOptions = {},
): { readonly shares: F64; readonly accumulation: F64 } {
  const translations = translationWeights(carriers.modes);
  const squares = Float64Array.from({ length: carriers.modes.count }, (_, n) =>
    zeroMomentum && translations[n]! > TRANSLATION ? 0 : weightProduct(carriers, n, n),
  );
  const sum = squares.reduce((total, square) => total + square, 0);
  const shares = squares.map((square) => square / sum);
  return { shares, accumulation: accumulation(shares) };
}

export interface KinematicNull {
  /** [count,count] D⁰_nn' over their sum; 0 for modes left out. */
  readonly pairs: F64;
  readonly shares: F64; // [count] sums over rows
  readonly accumulation: F64; // [count]
  readonly diagonalShare: number;
  /** Σ S_n·S_n' P_nn', amu⁻¹, over the modes kept. */
  readonly total: number;
}

export interface KinematicNullOptions {
  /** Whether the total momentum is zero, as in a simulation that conserves it. Default true. */
  readonly zeroMomentum?: boolean;
  /** [count] modes that take part. Default: all. */
  readonly kept?: ArrayLike<boolean>;
}

/** The split that equal temperature of all atoms alone would show, for the projection of `carriers`. */
export function kinematicNull(carriers: ModalCarriers, options: KinematicNullOptions = {}): KinematicNull {
  const { zeroMomentum = true, kept } = options;
  const { count, reference, vectors } = carriers.modes;
  const atoms = projectedAtoms(carriers);
  const n = reference.kinds.length;
  const inner = 3 * atoms.length;
  const chosen = new Float64Array(count * inner);
  const momenta = new Float64Array(3 * count); // s_n/√M
  const mass = Array.from(reference.masses).reduce((sum, m) => sum + m, 0);
  for (let mode = 0; mode < count; mode++) {
    if (kept && !kept[mode]) continue;
    for (let a = 0; a < inner; a++) {
      const atom = atoms[Math.floor(a / 3)]!;
      const component = vectors[3 * (mode * n + atom) + (a % 3)]!;
      chosen[mode * inner + a] = component;
      momenta[3 * mode + (a % 3)]! += Math.sqrt(reference.masses[atom]! / mass) * component;
    }
  }
  const covariance = matmul(chosen, chosen, { rows: count, inner, columns: count, transposeB: true });
  if (zeroMomentum) {
    const shared = matmul(momenta, momenta, { rows: count, inner: 3, columns: count, transposeB: true });
    for (let k = 0; k < covariance.length; k++) covariance[k]! -= shared[k]!;
  }
  return normalisedPairs(weighPairs(carriers, covariance, 1), count);
}

/** Pairs [count,count] over their sum, with the shares that follow. */
export function normalisedPairs(weighted: F64, count: number): KinematicNull {
  const rows = new Float64Array(count);
  let [total, diagonal] = [0, 0];
  for (let n = 0; n < count; n++) {
    for (let m = 0; m < count; m++) rows[n]! += weighted[n * count + m]!;
    total += rows[n]!;
    diagonal += weighted[n * count + n]!;
  }
  const shares = rows.map((row) => row / total);
  return {
    pairs: Float64Array.from(weighted, (pair) => pair / total),
    shares,
    accumulation: accumulation(shares),
    diagonalShare: diagonal / total,
    total,
  };
}

/** Part of `pairs` [count,count] inside degenerate groups over the whole. */
export function groupedShareOf(groups: readonly ModeGroup[], pairs: F64): number {
  const count = Math.round(Math.sqrt(pairs.length));
  let [inside, whole] = [0, 0];
  for (let k = 0; k < pairs.length; k++) whole += pairs[k]!;
  for (const { first, count: size } of groups) {
    for (let n = first; n < first + size; n++) {
      for (let m = first; m < first + size; m++) inside += pairs[n * count + m]!;
    }
  }
  return inside / whole;
}

/** [groups,groups] sums of `pairs` [count,count]: what is left when no choice of vectors inside a group may enter. */
export function sumPairsOverGroups(groups: readonly ModeGroup[], pairs: F64): Float64Array<ArrayBuffer> {
  const count = Math.round(Math.sqrt(pairs.length));
  const groupOf = groups.flatMap((group, g) => Array.from({ length: group.count }, () => g));
  const sums = new Float64Array(groups.length ** 2);
  for (let n = 0; n < count; n++) {
    for (let m = 0; m < count; m++) sums[groupOf[n]! * groups.length + groupOf[m]!]! += pairs[n * count + m]!;
  }
  return sums;
}
