// D = D0 e^{−E/k_BT}: ln D against 1/k_BT, weighted by (D/σ_D)², the inverse variance of ln D. Whether the data follow it is judged by
// χ² of the line and by a quadratic term c (1/k_BT − mean)²: its size over its error is the departure from Arrhenius in σ.

import { type Estimate, InputError } from "../base/index.js";
import { fitLine, fitPolynomial, logGamma } from "../numerics/index.js";

export interface DiffusionPoint {
  readonly thermalEnergy: number; // eV, k_BT
  readonly diffusion: Estimate; // Å²/ps
}

export interface Arrhenius {
  readonly activationEnergy: Estimate; // eV
  /** 95 % limits, eV. */
  readonly activationLimits: readonly [number, number];
  /** Å²/ps with its 95 % limits. */
  readonly prefactor: number;
  readonly prefactorLimits: readonly [number, number];
  /** Of ln D0. */
  readonly logPrefactor: Estimate;
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
export function fitArrhenius(points: readonly DiffusionPoint[]): Arrhenius {
  if (points.length < 3)
    throw new InputError(`an activation energy from ${points.length} temperatures`, "give at least three");
  const sorted = [...points].sort((a, b) => a.thermalEnergy - b.thermalEnergy);
  for (const { thermalEnergy, diffusion } of sorted) {
    if (!(thermalEnergy > 0) || !(diffusion.value > 0) || !(diffusion.standardError > 0))
      throw new InputError(
        `D = ${diffusion.value} ± ${diffusion.standardError} Å²/ps at k_BT = ${thermalEnergy} eV`,
        "every point needs a positive D with a positive error",
      );
  }
  const inverse = Float64Array.from(sorted, (p) => 1 / p.thermalEnergy);
  const logs = Float64Array.from(sorted, (p) => Math.log(p.diffusion.value));
  const errors = Float64Array.from(sorted, (p) => p.diffusion.standardError / p.diffusion.value);
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
    logPrefactor: { value: line.intercept, standardError: line.interceptError, unit: "ln(A2/ps)" },
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

/**
 * Q(χ²; ν) = Γ(ν/2, χ²/2)/Γ(ν/2), by its series below the peak and its continued fraction above (Press et al., Numerical Recipes, 6.2).
 */
export function chiSquareTail(chiSquare: number, degreesOfFreedom: number): number {
  const a = 0.5 * degreesOfFreedom;
  const x = 0.5 * chiSquare;
  if (x <= 0) return 1;
  const front = Math.exp(a * Math.log(x) - x - logGamma(a));
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let k = 1; k < 1000 && term > 1e-17 * sum; k++) sum += term *= x / (a + k);
    return 1 - front * sum;
  }
  let b = x + 1 - a;
  let c = 1e300;
  let d = 1 / b;
  let fraction = d;
  for (let k = 1; k < 1000; k++) {
    const factor = k * (a - k);
    b += 2;
    d = 1 / (factor * d + b);
    c = b + factor / c;
    fraction *= c * d;
    if (Math.abs(c * d - 1) < 1e-15) break;
  }
  return front * fraction;
}

export interface DynamicsRatio {
  readonly thermalEnergy: number; // eV
  /** D of the full equations over D of the approximation. */
  readonly ratio: Estimate;
}

/** How far an approximation is off, temperature by temperature; temperatures that only one of them has are left out. */
export function compareDynamics(
  full: readonly DiffusionPoint[],
  approximation: readonly DiffusionPoint[],
): readonly DynamicsRatio[] {
  return full.flatMap((point) => {
    const other = approximation.find((p) => Math.abs(p.thermalEnergy - point.thermalEnergy) < 1e-9);
    if (!other) return [];
    const value = point.diffusion.value / other.diffusion.value;
    const relative = Math.hypot(
      point.diffusion.standardError / point.diffusion.value,
      other.diffusion.standardError / other.diffusion.value,
    );
    return [{ thermalEnergy: point.thermalEnergy, ratio: { value, standardError: value * relative, unit: "" } }];
  });
}
