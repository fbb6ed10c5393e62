// The error of the mean of a correlated series by blocking (Flyvbjerg and Petersen, 10.1063/1.457480).
//
// Neighbours are averaged in pairs again and again: x′_i = ½(x_{2i} + x_{2i+1}). The mean stays, and the naive error
//
//   σ_k = √(c₀/(n_k − 1)),  c₀ = (1/n_k) Σ (x_i − x̄)²,  itself uncertain by σ_k/√(2(n_k − 1)),
//
// grows until blocks are longer than the correlation time and then stays. The level is taken where the series of blocks no
// longer shows correlation, by the statistical test of Jonsson (10.1103/PhysRevE.98.043304).

import { type F64, InputError } from "../base/index.js";

export interface BlockLevel {
  readonly blockLength: number; // samples per block
  readonly blocks: number;
  readonly standardError: number;
  /** How uncertain `standardError` is. */
  readonly uncertainty: number;
}

export interface BlockAverage {
  readonly mean: number;
  readonly standardError: number;
  /** Samples per block at the level taken. */
  readonly blockLength: number;
  /** Variance of the mean over that of independent samples: 1 for white noise, about 2τ for a correlation time τ. */
  readonly inefficiency: number;
  readonly levels: readonly BlockLevel[];
  /** False when even the longest blocks are correlated: the series is too short and the error too small. */
  readonly converged: boolean;
}

// The 99 % point of χ² with m degrees of freedom by Wilson and Hilferty, within 1 % of the tables from m = 1 on.
const chiSquare99 = (m: number): number => m * (1 - 2 / (9 * m) + 2.3263478740408408 * Math.sqrt(2 / (9 * m))) ** 3;

export function blockAverage(series: F64): BlockAverage {
  if (series.length < 4) throw new InputError(`block averages of ${series.length} samples`, "give at least four");
  const levels: BlockLevel[] = [];
  const tests: number[] = []; // Jonsson's M_k = n(γ₁ + (n−1)c₀/n²)²/c₀², χ² of one degree of freedom if uncorrelated
  let x: Float64Array = series.slice();
  let average = 0;
  for (let i = 0; i < x.length; i++) average += x[i]! / x.length;
  for (let blockLength = 1; x.length >= 2; blockLength *= 2) {
    const n = x.length;
    let spread = 0;
    let lagged = 0;
    let levelMean = 0;
    for (let i = 0; i < n; i++) levelMean += x[i]! / n;
    for (let i = 0; i < n; i++) {
      spread += (x[i]! - levelMean) ** 2 / n;
      if (i > 0) lagged += ((x[i]! - levelMean) * (x[i - 1]! - levelMean)) / n;
    }
    const standardError = Math.sqrt(spread / (n - 1));
    levels.push({ blockLength, blocks: n, standardError, uncertainty: standardError / Math.sqrt(2 * (n - 1)) });
    tests.push(spread === 0 ? 0 : (n * (((n - 1) * spread) / (n * n) + lagged) ** 2) / spread ** 2);
    x = pairMeans(x);
  }
  // The levels from k on are uncorrelated when their summed test is what chance gives.
  let sum = 0;
  const remaining = new Float64Array(levels.length);
  for (let k = levels.length - 1; k >= 0; k--) remaining[k] = sum += tests[k]!;
  const found = levels.findIndex((_, k) => remaining[k]! <= chiSquare99(levels.length - k));
  // Few blocks cannot show that they are correlated: even a straight ramp passes the test with eight.
  const converged = found >= 0 && levels[found]!.blocks >= 16;
  const level = levels[found >= 0 ? found : levels.length - 1]!;
  const white = levels[0]!.standardError;
  return {
    mean: average,
    standardError: level.standardError,
    blockLength: level.blockLength,
    inefficiency: white === 0 ? 1 : (level.standardError / white) ** 2,
    levels,
    converged,
  };
}

function pairMeans(x: Float64Array): Float64Array {
  const half = new Float64Array(x.length >> 1);
  for (let i = 0; i < half.length; i++) half[i] = 0.5 * (x[2 * i]! + x[2 * i + 1]!);
  return half;
}
