// A straight line through points with a given covariance Σ, y = c + p t: (c, p) = W y with W = (XᵀΣ⁻¹X)⁻¹XᵀΣ⁻¹, X = [1, t].
// Written as weights, because the same weights applied to the curve of every block give the error of p without any model.

import type { F64 } from "../base/index.js";
import { choleskyFactor, choleskySolve } from "../numerics/index.js";

export interface LineWeights {
  readonly offset: Float64Array; // [n]
  readonly slope: Float64Array; // [n]
  /** (XᵀΣ⁻¹X)⁻¹ [2,2], offset first: true when Σ is. */
  readonly covariance: Float64Array;
}

/** Weights of the generalised least-squares line. `covariance` [n,n]. */
export function generalisedWeights(times: F64, covariance: Float64Array): LineWeights {
  const n = times.length;
  const design = new Float64Array(2 * n);
  for (let i = 0; i < n; i++) {
    design[2 * i] = 1;
    design[2 * i + 1] = times[i]!;
  }
  const factor = choleskyFactor(covariance, n);
  return fromSolved(design, choleskySolve(factor, n, design));
}

/** Weights of the ordinary line: all points alike. Its `covariance` is meaningless for correlated points and left at (XᵀX)⁻¹. */
export function ordinaryWeights(times: F64): LineWeights {
  const design = Float64Array.from({ length: 2 * times.length }, (_, i) => (i % 2 === 0 ? 1 : times[i >> 1]!));
  return fromSolved(design, design);
}

/** From X and Σ⁻¹X, both [n,2]. */
function fromSolved(design: Float64Array, solved: Float64Array): LineWeights {
  const n = design.length / 2;
  let [a, b, d] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    a += design[2 * i]! * solved[2 * i]!;
    b += design[2 * i]! * solved[2 * i + 1]!;
    d += design[2 * i + 1]! * solved[2 * i + 1]!;
  }
  const det = a * d - b * b;
  const covariance = Float64Array.of(d / det, -b / det, -b / det, a / det);
  const row = (r: number) =>
    Float64Array.from(
      { length: n },
      (_, i) => covariance[2 * r]! * solved[2 * i]! + covariance[2 * r + 1]! * solved[2 * i + 1]!,
    );
  return { offset: row(0), slope: row(1), covariance };
}

/** (y − c − pt)ᵀ Σ⁻¹ (y − c − pt). */
export function residualChiSquare(
  line: { readonly offset: number; readonly slope: number },
  points: { readonly times: F64; readonly values: F64; readonly covariance: Float64Array },
): number {
  const { times, values, covariance } = points;
  const n = times.length;
  const residual = Float64Array.from({ length: n }, (_, i) => values[i]! - line.offset - line.slope * times[i]!);
  const solved = choleskySolve(choleskyFactor(covariance, n), n, residual);
  let sum = 0;
  for (let i = 0; i < n; i++) sum += residual[i]! * solved[i]!;
  return sum;
}

export function weighted(weights: F64, values: F64): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) sum += weights[i]! * values[i]!;
  return sum;
}
