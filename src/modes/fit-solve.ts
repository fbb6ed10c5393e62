// From moments to parameters: least squares for all of them, or least squares for the low orders and LASSO for the rest.
//
// Columns stand scaled to unit mean square over all rows, so that a penalty acts on the force a parameter makes and not on its unit. The
// unpenalised columns U are taken out of the LASSO exactly: with T = G_UU⁻¹ G_UP,
//
//   G_PP − G_PU T,   g_P − Tᵀ g_U,   s − g_U·G_UU⁻¹ g_U,      then φ_U = G_UU⁻¹ g_U − T φ_P.
//
// Debiased: what LASSO keeps is fitted again without penalty. Adaptive (H. Zou, 10.1198/016214506000000735): once more with w_j = 1/|φ_j|.

import { InputError } from "../base/index.js";
import {
  alphaPath,
  type LassoSolution,
  lassoPath,
  type Moments,
  matmul,
  type NormalEquations,
  normalEquations,
  residualSquare,
  transpose,
} from "../numerics/index.js";
import { columnsOf, total } from "./fit-moments.js";

export interface LassoFitOptions {
  /** Penalties tried. Default 40. */
  readonly alphas?: number;
  /** Smallest penalty over the largest. Default 1e-5. */
  readonly depth?: number;
  /** "one-standard-error" (default): the largest α whose hold-out error is within one standard error of the least; "least". */
  readonly choice?: "one-standard-error" | "least";
  /** Fit what is kept again without penalty. Default true. */
  readonly debias?: boolean;
  /** Second round with weights 1/|φ|. Default false. */
  readonly adaptive?: boolean;
  /** Duality gap to stop at, in parts of yᵀy. Default 1e-6. */
  readonly tolerance?: number;
}

/** One penalty of the path. */
export interface AlphaPoint {
  /** α of (1/2n)|F − Aφ|² + α|φ|₁ with scaled columns, eV/Å. */
  readonly alpha: number;
  /** μ = 1/(nα), of |φ|₁ + (μ/2)|F − Aφ|². */
  readonly mu: number;
  /** Mean square hold-out error over groups and its standard error, eV²/Å². */
  readonly holdOut: number;
  readonly standardError: number;
  /** Penalised parameters that are not 0, fitted to all rows. */
  readonly kept: number;
  readonly converged: boolean;
}

export interface Solution {
  /** Scaled parameters. */
  readonly coefficients: Float64Array;
  readonly equations: NormalEquations;
  /** Columns the last unpenalised fit was over. */
  readonly support: readonly number[];
  readonly path: readonly AlphaPoint[];
  readonly alpha: number | null;
  /** Mean square hold-out error of each group, eV²/Å². */
  readonly holdOut: readonly number[];
}

/** Least squares over all columns, and for every group from the others where that is wanted. */
export function solveLeastSquares(parts: readonly Moments[], validate: boolean): Solution {
  const all = total(parts);
  const equations = normalEquations(all);
  const support = Array.from(all.projection, (_, j) => j);
  return {
    coefficients: equations.solve(all.projection),
    equations,
    support,
    path: [],
    alpha: null,
    holdOut: validate
      ? parts.map((part, k) => {
          const others = total(parts, k);
          return residualSquare(part, normalEquations(others).solve(others.projection)) / part.rows;
        })
      : [],
  };
}

/** Least squares for the first `unpenalised` columns, LASSO for the others. */
export function solveLasso(parts: readonly Moments[], unpenalised: number, options: LassoFitOptions = {}): Solution {
  const { debias = true, adaptive = false } = options;
  const all = total(parts);
  const p = all.projection.length - unpenalised;
  let weights = new Float64Array(p).fill(1);
  let round = lassoRound(parts, { unpenalised, weights, options });
  if (adaptive) {
    const first = round.solution.coefficients;
    const largest = Math.max(...Array.from(first, Math.abs));
    if (largest > 0) weights = Float64Array.from(first, (x) => largest / Math.max(Math.abs(x), 1e-6 * largest));
    round = lassoRound(parts, { unpenalised, weights, options });
  }
  const finish = (moments: Moments, reduced: Reduced, solution: LassoSolution): Float64Array =>
    debias ? refitted(moments, unpenalised, solution) : withUnpenalised(reduced, solution.coefficients);
  const kept = supportOf(unpenalised, round.solution);
  return {
    coefficients: finish(all, round.reduced, round.solution),
    equations: normalEquations(columnsOf(all, kept)),
    support: kept,
    path: round.path,
    alpha: round.solution.alpha,
    holdOut: parts.map((part, k) => {
      const { reduced, solution } = round.folds[k]!;
      return residualSquare(part, finish(total(parts, k), reduced, solution)) / part.rows;
    }),
  };
}

interface RoundInput {
  readonly unpenalised: number;
  readonly weights: Float64Array;
  readonly options: LassoFitOptions;
}

interface Round {
  readonly path: readonly AlphaPoint[];
  readonly reduced: Reduced;
  readonly solution: LassoSolution;
  /** Of each group left out, at the chosen α. */
  readonly folds: readonly { readonly reduced: Reduced; readonly solution: LassoSolution }[];
}

function lassoRound(parts: readonly Moments[], { unpenalised, weights, options }: RoundInput): Round {
  const { alphas: count = 40, depth = 1e-5, choice = "one-standard-error", tolerance = 1e-6 } = options;
  if (!["one-standard-error", "least"].includes(choice))
    throw new InputError(`choice is ${choice}`, 'allowed are "one-standard-error" and "least"');
  const reduced = withoutUnpenalised(total(parts), unpenalised);
  const alphas = alphaPath(reduced.moments, { count, depth, weights });
  const whole = lassoPath(reduced.moments, alphas, { weights, tolerance });
  const left = parts.map((part, k) => {
    const others = withoutUnpenalised(total(parts, k), unpenalised);
    const path = lassoPath(others.moments, alphas, { weights, tolerance });
    const errors = path.map((s) => residualSquare(part, withUnpenalised(others, s.coefficients)) / part.rows);
    return { reduced: others, path, errors };
  });
  const path = whole.map((solution, at) => {
    const errors = left.map(({ errors: of }) => of[at]!);
    const mean = errors.reduce((sum, e) => sum + e, 0) / errors.length;
    const variance = errors.reduce((sum, e) => sum + (e - mean) ** 2, 0) / (errors.length - 1);
    return {
      alpha: solution.alpha,
      mu: 1 / (reduced.moments.rows * solution.alpha),
      holdOut: mean,
      standardError: Math.sqrt(variance / errors.length),
      kept: solution.coefficients.filter((x) => x !== 0).length,
      converged: solution.converged,
    };
  });
  const chosen = chooseAlpha(path, choice);
  return {
    path,
    reduced,
    solution: whole[chosen]!,
    folds: left.map(({ reduced: of, path: own }) => ({ reduced: of, solution: own[chosen]! })),
  };
}

function chooseAlpha(path: readonly AlphaPoint[], choice: "one-standard-error" | "least"): number {
  let least = 0;
  for (const [at, { holdOut }] of path.entries()) if (holdOut < path[least]!.holdOut) least = at;
  if (choice === "least") return least;
  const limit = path[least]!.holdOut + path[least]!.standardError;
  return path.findIndex(({ holdOut }) => holdOut <= limit);
}

/** The penalised problem with the unpenalised columns solved for. */
interface Reduced {
  readonly moments: Moments;
  readonly own: Float64Array; // [u] G_UU⁻¹ g_U
  readonly coupling: Float64Array; // [p,u] Tᵀ
}

function withoutUnpenalised(all: Moments, u: number): Reduced {
  const size = all.projection.length;
  const p = size - u;
  if (u === 0) return { moments: all, own: new Float64Array(0), coupling: new Float64Array(0) };
  const first = columnsOf(
    all,
    Array.from({ length: u }, (_, j) => j),
  );
  const equations = normalEquations(first);
  const own = equations.solve(first.projection);
  const cross = new Float64Array(p * u); // G_PU
  for (let j = 0; j < p; j++) for (let k = 0; k < u; k++) cross[j * u + k] = all.gram[(u + j) * size + k]!;
  const coupling = transpose(equations.solve(transpose(cross, p, u)), u, p);
  const taken = matmul(cross, coupling, { rows: p, inner: u, columns: p, transposeB: true });
  const gram = new Float64Array(p * p);
  const projection = new Float64Array(p);
  for (let i = 0; i < p; i++) {
    for (let j = 0; j < p; j++)
      gram[i * p + j] = all.gram[(u + i) * size + u + j]! - 0.5 * (taken[i * p + j]! + taken[j * p + i]!);
    projection[i] = all.projection[u + i]!;
    for (let k = 0; k < u; k++) projection[i]! -= cross[i * u + k]! * own[k]!;
  }
  let square = all.square;
  for (let k = 0; k < u; k++) square -= own[k]! * first.projection[k]!;
  return { moments: { gram, projection, square: Math.max(0, square), rows: all.rows }, own, coupling };
}

function withUnpenalised({ own, coupling }: Reduced, penalised: Float64Array): Float64Array {
  const u = own.length;
  const out = new Float64Array(u + penalised.length);
  out.set(own);
  out.set(penalised, u);
  for (let j = 0; j < penalised.length; j++) {
    if (penalised[j] === 0) continue;
    for (let k = 0; k < u; k++) out[k]! -= coupling[j * u + k]! * penalised[j]!;
  }
  return out;
}

const supportOf = (unpenalised: number, { coefficients }: LassoSolution): number[] => [
  ...Array.from({ length: unpenalised }, (_, j) => j),
  ...Array.from(coefficients, (x, j) => (x === 0 ? -1 : unpenalised + j)).filter((j) => j >= 0),
];

function refitted(all: Moments, unpenalised: number, solution: LassoSolution): Float64Array {
  const support = supportOf(unpenalised, solution);
  const some = columnsOf(all, support);
  const values = normalEquations(some).solve(some.projection);
  const out = new Float64Array(all.projection.length);
  for (const [k, column] of support.entries()) out[column] = values[k]!;
  return out;
}
