// y = y0 e^{−E/k_BT}: ln y against 1/k_BT, weighted by (y/σ_y)², the inverse variance of ln y. Whether the data follow it is judged by
// χ² of the line and by a quadratic term c (1/k_BT − mean)²: its size over its error is the departure from Arrhenius in σ.

import { type Estimate, InputError } from "../base/index.js";
import { chiSquareTail } from "./distributions.js";
import { fitLine, fitPolynomial } from "./least-squares.js";

/** A diffusivity, a rate or a conductivity at one temperature. */
export interface ArrheniusPoint {
  readonly thermalEnergy: number; // eV, k_BT
  readonly value: Estimate;
}

export interface Arrhenius {
  readonly activationEnergy: Estimate; // eV
  /** 95 % limits, eV. */
  readonly activationLimits: readonly [number, number];
  /** In the unit of the points, with its 95 % limits. */
  readonly prefactor: number;
  readonly prefactorLimits: readonly [number, number];
  /** Of ln y0. */
  readonly logPrefactor: Estimate;
  /** Covariance of ln y0 and E, eV: what the error of a prediction needs. */
  readonly covariance: number;
  readonly chiSquare: number;
  readonly degreesOfFreedom: number;
  /** Probability of a larger χ² if the line and the errors were right. */
  readonly probability: number;
  /** Quadratic term, eV², and its size in σ; absent with fewer than four points. */
  readonly curvature?: Estimate;
  readonly curvatureSigma?: number;
  /** Activation energy between neighbouring temperatures, eV. */
  readonly local: readonly { readonly betweenEv: readonly [number, number]; readonly energy: Estimate }[];
  /** The k_BT range the fit covers, eV. */
  readonly rangeEv: readonly [number, number];
}

/** Two-sided 95 % of a normal distribution. */
const NORMAL_95 = 1.959963984540054;

/** Errors are those of the points alone: they do not grow with the misfit, which `probability` tells. */
export function fitArrhenius(points: readonly ArrheniusPoint[]): Arrhenius {
  if (points.length < 3)
    throw new InputError(`an activation energy from ${points.length} temperatures`, "give at least three");
  const sorted = [...points].sort((a, b) => a.thermalEnergy - b.thermalEnergy);
  for (const { thermalEnergy, value } of sorted) {
    if (!(thermalEnergy > 0) || !(value.value > 0) || !(value.standardError > 0))
      throw new InputError(
        `${value.value} ± ${value.standardError} ${value.unit} at k_BT = ${thermalEnergy} eV`,
        "every point needs a positive value with a positive error; a bound has no place in a fit",
      );
  }
  const inverse = Float64Array.from(sorted, (p) => 1 / p.thermalEnergy);
  const logs = Float64Array.from(sorted, (p) => Math.log(p.value.value));
  const errors = Float64Array.from(sorted, (p) => p.value.standardError / p.value.value);
  const weights = errors.map((e) => 1 / (e * e));
  const line = fitLine(inverse, logs, { weights });
  const limits = (value: number, error: number): readonly [number, number] => [
    value - NORMAL_95 * error,
    value + NORMAL_95 * error,
  ];
  const [low, high] = limits(line.intercept, line.interceptError);
  const { chiSquare, degreesOfFreedom } = line.fit;
  return {
    activationEnergy: { value: -line.slope, standardError: line.slopeError, unit: "eV" },
    activationLimits: limits(-line.slope, line.slopeError),
    prefactor: Math.exp(line.intercept),
    prefactorLimits: [Math.exp(low), Math.exp(high)],
    logPrefactor: { value: line.intercept, standardError: line.interceptError, unit: `ln(${sorted[0]!.value.unit})` },
    covariance: -line.fit.covariance[1]!,
    chiSquare,
    degreesOfFreedom,
    probability: chiSquareTail(chiSquare, degreesOfFreedom),
    ...(sorted.length >= 4 ? curvatureOf(inverse, logs, weights) : {}),
    local: sorted.slice(1).map((_, i) => ({
      betweenEv: [sorted[i]!.thermalEnergy, sorted[i + 1]!.thermalEnergy] as const,
      energy: {
        value: (logs[i + 1]! - logs[i]!) / (inverse[i]! - inverse[i + 1]!),
        standardError: Math.hypot(errors[i]!, errors[i + 1]!) / (inverse[i]! - inverse[i + 1]!),
        unit: "eV",
      },
    })),
    rangeEv: [sorted[0]!.thermalEnergy, sorted.at(-1)!.thermalEnergy],
  };
}

function curvatureOf(inverse: Float64Array, logs: Float64Array, weights: Float64Array) {
  const centre = inverse.reduce((sum, x) => sum + x, 0) / inverse.length;
  const fit = fitPolynomial(
    inverse.map((x) => x - centre),
    logs,
    { weights, degree: 2 },
  );
  const value = fit.coefficients[2]!;
  const error = fit.standardErrors[2]!;
  return { curvature: { value, standardError: error, unit: "eV2" }, curvatureSigma: value / error };
}
