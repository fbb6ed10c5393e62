// Tails and quantiles of the distributions that errors are judged by.
//
//   χ²        Q(χ²; ν) = Γ(ν/2, χ²/2)/Γ(ν/2)
//   Student   P(|t| > T; ν) = I_x(ν/2, ½), x = ν/(ν + T²), I the regularised incomplete beta function
//
// by series and continued fractions (Press et al., Numerical Recipes, 6.2 and 6.4); quantiles by bisection of the tails.

import { InputError } from "../base/index.js";
import { erfc } from "./error-function.js";
import { logGamma } from "./gamma.js";

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

/** The χ² whose upper tail is `tail`: chiSquareTail(chiSquareQuantile(p, ν), ν) = p. ν may be any positive number. */
export function chiSquareQuantile(tail: number, degreesOfFreedom: number): number {
  expectProbability(tail, degreesOfFreedom);
  return bisect((x) => chiSquareTail(x, degreesOfFreedom), tail);
}

/** P(|t| > `deviation`), both sides together; ν = Infinity is the normal distribution. */
export function studentTail(deviation: number, degreesOfFreedom: number): number {
  if (degreesOfFreedom === Number.POSITIVE_INFINITY) return erfc(Math.abs(deviation) * Math.SQRT1_2);
  const square = deviation * deviation;
  return incompleteBeta(degreesOfFreedom / (degreesOfFreedom + square), 0.5 * degreesOfFreedom, 0.5);
}

/** Half width, in standard errors, of the central interval that covers with probability `confidence`: 1.96 for 0.95 and ν = Infinity. */
export function studentQuantile(confidence: number, degreesOfFreedom: number): number {
  expectProbability(1 - confidence, degreesOfFreedom);
  return bisect((t) => studentTail(t, degreesOfFreedom), 1 - confidence);
}

function expectProbability(tail: number, degreesOfFreedom: number): void {
  if (!(tail > 0 && tail < 1) || !(degreesOfFreedom > 0))
    throw new InputError(
      `a tail of ${tail} for ${degreesOfFreedom} degrees of freedom`,
      "probabilities lie between 0 and 1, degrees of freedom above 0",
    );
}

/** x ≥ 0 with f(x) = target, f falling from 1 to 0. */
function bisect(f: (x: number) => number, target: number): number {
  let low = 0;
  let high = 1;
  while (f(high) > target) {
    low = high;
    high *= 2;
  }
  for (;;) {
    const middle = 0.5 * (low + high);
    if (middle <= low || middle >= high) return middle;
    if (f(middle) > target) low = middle;
    else high = middle;
  }
}

/** I_x(a, b), 0 ≤ x ≤ 1. */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  if (x < (a + 1) / (a + b + 2)) return (front * betaFraction(x, a, b)) / a;
  return 1 - (front * betaFraction(1 - x, b, a)) / b;
}

function betaFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  const guarded = (v: number) => (Math.abs(v) < tiny ? tiny : v);
  let c = 1;
  let d = 1 / guarded(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m < 1000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / guarded(1 + even * d);
    c = guarded(1 + even / c);
    fraction *= c * d;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / guarded(1 + odd * d);
    c = guarded(1 + odd / c);
    fraction *= c * d;
    if (Math.abs(c * d - 1) < 1e-15) break;
  }
  return fraction;
}
