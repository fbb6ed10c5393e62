// A curve made of cubics between knots, as plain data: on x_i ≤ x ≤ x_{i+1}, with t = x − x_i,
//
//   y = c0 + c1 t + c2 t² + c3 t³
//
// Beyond the first and last knot the outer cubics go on.

import { type F64, InputError } from "../base/index.js";

export interface PiecewiseCubic {
  readonly knots: F64; // [m] strictly ascending
  readonly coefficients: F64; // [m−1,4] c0 c1 c2 c3
}

export interface Extremum {
  readonly x: number;
  readonly y: number;
  readonly kind: "maximum" | "minimum";
}

/** The interval that holds `x`: i with x_i ≤ x < x_{i+1}, the outer ones beyond the ends. */
export function intervalOf(knots: F64, x: number): number {
  let low = 0;
  let high = knots.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (knots[middle]! <= x) low = middle;
    else high = middle;
  }
  return low;
}

export function cubicValue(curve: PiecewiseCubic, x: number): number {
  const i = intervalOf(curve.knots, x);
  const t = x - curve.knots[i]!;
  const c = curve.coefficients;
  return c[4 * i]! + t * (c[4 * i + 1]! + t * (c[4 * i + 2]! + t * c[4 * i + 3]!));
}

/** dy/dx. */
export function cubicSlope(curve: PiecewiseCubic, x: number): number {
  const i = intervalOf(curve.knots, x);
  const t = x - curve.knots[i]!;
  const c = curve.coefficients;
  return c[4 * i + 1]! + t * (2 * c[4 * i + 2]! + t * 3 * c[4 * i + 3]!);
}

/** d²y/dx². */
export function cubicCurvature(curve: PiecewiseCubic, x: number): number {
  const i = intervalOf(curve.knots, x);
  const c = curve.coefficients;
  return 2 * c[4 * i + 2]! + 6 * c[4 * i + 3]! * (x - curve.knots[i]!);
}

/** ∫ y dx from `from` to `to`. */
export function cubicIntegral(curve: PiecewiseCubic, from: number, to: number): number {
  if (to < from) return -cubicIntegral(curve, to, from);
  const { knots, coefficients: c } = curve;
  const last = intervalOf(knots, to);
  let sum = 0;
  for (let i = intervalOf(knots, from); i <= last; i++) {
    const primitive = (t: number) =>
      t * (c[4 * i]! + t * (c[4 * i + 1]! / 2 + t * (c[4 * i + 2]! / 3 + (t * c[4 * i + 3]!) / 4)));
    const left = i === 0 ? from : Math.max(from, knots[i]!);
    const right = i === knots.length - 2 ? to : Math.min(to, knots[i + 1]!);
    sum += primitive(right - knots[i]!) - primitive(left - knots[i]!);
  }
  return sum;
}

/**
 * Where the slope changes sign between the first and the last knot, ascending in x. The ends themselves are not extrema:
 * nothing is known about their other side.
 */
export function cubicExtrema(curve: PiecewiseCubic): readonly Extremum[] {
  const { knots } = curve;
  const flat = flatPoints(curve);
  const marks = [knots[0]!, ...flat, knots[knots.length - 1]!];
  const extrema: Extremum[] = [];
  for (let k = 1; k < marks.length - 1; k++) {
    const x = marks[k]!;
    // Between two neighbouring flat points the slope keeps its sign, so the midpoints decide.
    const before = cubicSlope(curve, 0.5 * (marks[k - 1]! + x));
    const after = cubicSlope(curve, 0.5 * (x + marks[k + 1]!));
    if (before > 0 && after < 0) extrema.push({ x, y: cubicValue(curve, x), kind: "maximum" });
    if (before < 0 && after > 0) extrema.push({ x, y: cubicValue(curve, x), kind: "minimum" });
  }
  return extrema;
}

/** Roots of dy/dx strictly inside the range. A root at a knot shows in both neighbours, so near-equal ones are merged. */
function flatPoints(curve: PiecewiseCubic): number[] {
  const { knots, coefficients: c } = curve;
  const first = knots[0]!;
  const last = knots[knots.length - 1]!;
  const points: number[] = [];
  for (let i = 0; i < knots.length - 1; i++) {
    const h = knots[i + 1]! - knots[i]!;
    const edge = 1e-10 * h; // rounding may push a root at a knot just outside both neighbours
    for (const t of quadraticRoots(3 * c[4 * i + 3]!, 2 * c[4 * i + 2]!, c[4 * i + 1]!)) {
      if (t < -edge || t > h + edge) continue;
      const x = knots[i]! + Math.min(Math.max(t, 0), h);
      const known = points.length > 0 && x - points[points.length - 1]! <= 4 * edge;
      if (!known && x > first + edge && x < last - edge) points.push(x);
    }
  }
  return points;
}

/** Real roots of a t² + b t + c, ascending, without cancellation; none for a constant. */
function quadraticRoots(a: number, b: number, c: number): readonly number[] {
  if (a === 0) return b === 0 ? [] : [-c / b];
  const discriminant = b * b - 4 * a * c;
  if (discriminant < 0) return [];
  const q = -0.5 * (b + (b < 0 ? -1 : 1) * Math.sqrt(discriminant));
  if (q === 0) return [0];
  const roots = [q / a, c / q];
  return roots.sort((x, y) => x - y);
}

/** Checks that x is strictly ascending and finite and that y has as many finite values. */
export function expectKnots(x: F64, y: F64, fewest: number): void {
  if (x.length < fewest || y.length !== x.length) {
    throw new InputError(
      `${x.length} knots and ${y.length} values`,
      `give at least ${fewest} knots and as many values`,
    );
  }
  for (let i = 0; i < x.length; i++) {
    if (!Number.isFinite(x[i]!) || !Number.isFinite(y[i]!))
      throw new InputError(`knot ${i + 1} is (${x[i]}, ${y[i]})`, "knots must be finite");
    if (i > 0 && !(x[i]! > x[i - 1]!)) {
      throw new InputError(
        `knot ${i + 1} at ${x[i]} does not lie beyond knot ${i} at ${x[i - 1]}`,
        "sort the knots and drop repeated ones",
      );
    }
  }
}
