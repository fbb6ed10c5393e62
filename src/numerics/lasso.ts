// LASSO from moments: minimise over φ
//
//   (1/2n) |y − Xφ|² + α Σ_j w_j |φ_j|,        G = XᵀX, g = Xᵀy, s = yᵀy
//
// by cyclic coordinate descent, φ_j ← S(g_j − Σ_{k≠j} G_jk φ_k, nαw_j)/G_jj with S(x, t) = sgn(x) max(|x| − t, 0), along a falling list of α,
// each started from the last. Only moments enter, so rows may have been seen in any number of pieces. Stopped by the duality gap, which bounds
// how far the objective is from its least: with r = y − Xφ, ρ = max_j |X_jᵀr|/w_j, θ = min(1, nα/ρ),
//
//   gap = ½(1 + θ²)|r|² + nα Σ w_j|φ_j| − θ rᵀy ≤ tolerance · s.
//
// In the words of compressive sensing, min |φ|_1 + (μ/2)|y − Xφ|² is the same problem with α = 1/(nμ). R. Tibshirani (1996),
// 10.1111/j.2517-6161.1996.tb02080.x; J. Friedman, T. Hastie and R. Tibshirani, 10.18637/jss.v033.i01.

import { expectShape, type F64, InputError } from "../base/index.js";
import { matmul } from "./matmul.js";

/** What a least-squares problem is known by. */
export interface Moments {
  /** XᵀX, [p,p]. */
  readonly gram: F64;
  /** Xᵀy, [p]. */
  readonly projection: F64;
  /** yᵀy. */
  readonly square: number;
  /** Rows, n. */
  readonly rows: number;
}

export interface LassoOptions {
  /** w_j ≥ 0 of each coefficient; infinite: held at 0. Default 1. */
  readonly weights?: F64; // [p]
  /** Duality gap to stop at, in parts of yᵀy. Default 1e-6. */
  readonly tolerance?: number;
  /** Sweeps over all coefficients for one α. Default 10000. */
  readonly sweeps?: number;
}

export interface LassoSolution {
  readonly alpha: number;
  readonly coefficients: Float64Array<ArrayBuffer>; // [p]
  /** In parts of yᵀy. */
  readonly gap: number;
  readonly sweeps: number;
  readonly converged: boolean;
}

/** XᵀX, Xᵀy, yᵀy of a design [n,p]. */
export function momentsOf(design: F64, y: F64): Moments {
  const rows = y.length;
  const p = design.length / rows;
  expectShape("design", design, [rows, Number.isInteger(p) ? p : Math.ceil(p)]);
  let square = 0;
  for (let i = 0; i < rows; i++) square += y[i]! ** 2;
  return {
    gram: matmul(design, design, { rows: p, inner: rows, columns: p, transposeA: true }),
    projection: matmul(design, y, { rows: p, inner: rows, columns: 1, transposeA: true }),
    square,
    rows,
  };
}

/** |y − Xφ|² from moments; at the level of rounding of yᵀy it may come out slightly off, never below 0. */
export function residualSquare({ gram, projection, square }: Moments, coefficients: F64): number {
  const p = projection.length;
  let sum = square;
  for (let i = 0; i < p; i++) {
    if (coefficients[i] === 0) continue;
    let row = 0;
    for (let j = 0; j < p; j++) row += gram[i * p + j]! * coefficients[j]!;
    sum += coefficients[i]! * (row - 2 * projection[i]!);
  }
  return Math.max(0, sum);
}

/** The least α at which all coefficients are 0. */
export function largestAlpha({ projection, rows }: Moments, weights?: F64): number {
  let largest = 0;
  for (let j = 0; j < projection.length; j++) {
    const w = weights?.[j] ?? 1;
    if (w > 0) largest = Math.max(largest, Math.abs(projection[j]!) / w);
  }
  return largest / rows;
}

/** From the largest α down to `depth` times it, evenly in its logarithm. */
export function alphaPath(
  moments: Moments,
  options: { readonly count: number; readonly depth: number; readonly weights?: F64 },
): Float64Array {
  const { count, depth, weights } = options;
  if (!Number.isInteger(count) || count < 2 || !(depth > 0 && depth < 1))
    throw new InputError(
      `${count} penalties down to ${depth} of the largest`,
      "at least 2, and a depth between 0 and 1",
    );
  const top = largestAlpha(moments, weights);
  return Float64Array.from({ length: count }, (_, k) => top * depth ** (k / (count - 1)));
}

/** One solution per α, each started from the one before. */
export function lassoPath(moments: Moments, alphas: ArrayLike<number>, options: LassoOptions = {}): LassoSolution[] {
  const { projection, rows } = moments;
  const p = projection.length;
  expectShape("gram", moments.gram, [p, p]);
  const { weights = new Float64Array(p).fill(1), tolerance = 1e-6, sweeps = 10_000 } = options;
  expectShape("weights", weights, [p]);
  if (!(tolerance > 0) || !(rows > 0))
    throw new InputError(`a tolerance of ${tolerance} with ${rows} rows`, "both must be positive");
  const descent = new Descent(moments, weights);
  return Array.from(alphas, (alpha) => descent.solve(alpha, tolerance, sweeps));
}

class Descent {
  readonly #phi: Float64Array<ArrayBuffer>;
  /** Xᵀr, kept up to date. */
  readonly #slope: Float64Array;

  constructor(
    private readonly moments: Moments,
    private readonly weights: F64,
  ) {
    this.#phi = new Float64Array(moments.projection.length);
    this.#slope = moments.projection.slice();
  }

  solve(alpha: number, tolerance: number, most: number): LassoSolution {
    if (!(alpha >= 0)) throw new InputError(`a penalty of ${alpha}`, "α is 0 or positive");
    let sweeps = 0;
    let gap = Number.POSITIVE_INFINITY;
    while (sweeps < most) {
      this.#sweep(alpha, false);
      sweeps++;
      // Sweeps over what is not 0 cost little; when they have settled, all coefficients are asked again.
      for (let inner = 0; inner < 1000 && sweeps < most; inner++, sweeps++)
        if (this.#sweep(alpha, true) <= 1e-3 * tolerance * this.moments.square) break;
      gap = this.#gap(alpha);
      if (gap <= tolerance) break;
    }
    return { alpha, coefficients: this.#phi.slice(), gap, sweeps, converged: gap <= tolerance };
  }

  /** One pass; the largest fall of the objective (times n) by one coefficient. */
  #sweep(alpha: number, activeOnly: boolean): number {
    const { gram, rows } = this.moments;
    const p = this.#phi.length;
    let largest = 0;
    for (let j = 0; j < p; j++) {
      const old = this.#phi[j]!;
      if (activeOnly && old === 0) continue;
      const stiffness = gram[j * p + j]!;
      if (!(stiffness > 0)) continue;
      const pull = this.#slope[j]! + stiffness * old;
      const threshold = rows * alpha * this.weights[j]!;
      const next = Math.abs(pull) > threshold ? (pull - Math.sign(pull) * threshold) / stiffness : 0;
      const step = next - old;
      if (step === 0) continue;
      this.#phi[j] = next;
      const row = j * p;
      for (let k = 0; k < p; k++) this.#slope[k]! -= gram[row + k]! * step;
      largest = Math.max(largest, stiffness * step * step);
    }
    return largest;
  }

  #gap(alpha: number): number {
    const { projection, square, rows } = this.moments;
    const l1 = rows * alpha;
    // |r|² = s − φ·(g + Xᵀr) and r·y = s − φ·g
    let [residual, along, penalty, steepest] = [square, square, 0, 0];
    for (let j = 0; j < this.#phi.length; j++) {
      const phi = this.#phi[j]!;
      residual -= phi * (projection[j]! + this.#slope[j]!);
      along -= phi * projection[j]!;
      if (phi !== 0) penalty += this.weights[j]! * Math.abs(phi);
      const w = this.weights[j]!;
      const slope = Math.abs(this.#slope[j]!);
      if (w > 0) steepest = Math.max(steepest, slope / w);
      else if (slope > 1e-9 * Math.sqrt(square * this.moments.gram[j * (this.#phi.length + 1)]!))
        steepest = Number.POSITIVE_INFINITY;
    }
    if (square === 0) return 0;
    const theta = steepest > l1 ? l1 / steepest : 1;
    return (0.5 * (1 + theta * theta) * residual + l1 * penalty - theta * along) / square;
  }
}
