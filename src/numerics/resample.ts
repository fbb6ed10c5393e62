// The error of a number computed from samples, by computing it again from altered samples.
//
//   jackknife   leave each sample out once: σ² = (n−1)/n Σ (θ_i − θ̄)²
//   bootstrap   draw n samples with replacement, many times: σ² is the variance of what comes out (Efron, 10.1214/aos/1176344552)
//
// Samples must be independent: for a time series, pass indices of blocks longer than its correlation time.

import { type F64, InputError, type Rng } from "../base/index.js";
import { mean, quantile, variance } from "./stats.js";

/** Computes the quantity from the samples whose indices are given (repeats count repeatedly). */
export type IndexedEstimator = (indices: Int32Array) => number;

export interface Jackknife {
  readonly value: number; // from all samples
  readonly standardError: number;
  /** (n−1)(θ̄ − θ): subtract it from `value` for a less biased number. */
  readonly bias: number;
}

export function jackknife(count: number, estimate: IndexedEstimator): Jackknife {
  if (!Number.isInteger(count) || count < 2)
    throw new InputError(`a jackknife over ${count} samples`, "give at least two");
  const all = Int32Array.from({ length: count }, (_, i) => i);
  const value = estimate(all);
  const partial = new Float64Array(count);
  const kept = new Int32Array(count - 1);
  for (let left = 0; left < count; left++) {
    for (let i = 0; i < count - 1; i++) kept[i] = i < left ? i : i + 1;
    partial[left] = estimate(kept);
  }
  const centre = mean(partial);
  return {
    value,
    standardError: Math.sqrt((variance(partial) * (count - 1) ** 2) / count),
    bias: (count - 1) * (centre - value),
  };
}

export interface BootstrapOptions {
  /** Where the chance comes from. */
  readonly rng: Rng;
  /** Resamplings. Default 1000. */
  readonly repeats?: number;
}

export interface Bootstrap {
  readonly value: number; // from all samples
  readonly standardError: number;
  readonly replicas: F64; // [repeats] in the order drawn
  /** The central interval that holds a share `confidence` of the replicas (percentile method). */
  interval(confidence: number): readonly [low: number, high: number];
}

export function bootstrap(count: number, estimate: IndexedEstimator, options: BootstrapOptions): Bootstrap {
  const { rng, repeats = 1000 } = options;
  if (!Number.isInteger(count) || count < 2 || !(repeats >= 2)) {
    throw new InputError(
      `a bootstrap over ${count} samples, ${repeats} times`,
      "give at least two samples and two repeats",
    );
  }
  const value = estimate(Int32Array.from({ length: count }, (_, i) => i));
  const drawn = new Int32Array(count);
  const replicas = new Float64Array(repeats);
  for (let r = 0; r < repeats; r++) {
    for (let i = 0; i < count; i++) drawn[i] = rng.below(count);
    replicas[r] = estimate(drawn);
  }
  return {
    value,
    standardError: Math.sqrt(variance(replicas)),
    replicas,
    interval: (confidence) => [quantile(replicas, 0.5 - 0.5 * confidence), quantile(replicas, 0.5 + 0.5 * confidence)],
  };
}
