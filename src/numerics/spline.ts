// Cubics through given points. With h_i = x_{i+1} − x_i, s_i = (y_{i+1} − y_i)/h_i and slopes m_i at the knots, the Hermite
// cubic of an interval is
//
//   c0 = y_i,  c1 = m_i,  c2 = (3 s_i − 2 m_i − m_{i+1})/h_i,  c3 = (m_i + m_{i+1} − 2 s_i)/h_i²
//
// and the cubic spline is the choice of slopes that makes y″ continuous (de Boor, A Practical Guide to Splines, ch. IV):
//
//   h_i m_{i−1} + 2 (h_{i−1} + h_i) m_i + h_{i−1} m_{i+1} = 3 (h_i s_{i−1} + h_{i−1} s_i)

import { type F64, InputError } from "../base/index.js";
import { expectKnots, type PiecewiseCubic } from "./piecewise-cubic.js";

export interface SplineOptions {
  /** "natural": y″ = 0 at both ends; "clamped": y′ = 0; or the two end slopes themselves. Default "natural". */
  readonly ends?: "natural" | "clamped" | { readonly first: number; readonly last: number };
}

/** The cubic spline through (x, y): continuous in value, slope and curvature. */
export function cubicSpline(x: F64, y: F64, options: SplineOptions = {}): PiecewiseCubic {
  expectKnots(x, y, 2);
  return assemble(x, y, splineSlopes(x, y, options.ends ?? "natural"));
}

/** The piecewise cubic with the given value and slope at every knot: continuous in value and slope. */
export function hermite(x: F64, y: F64, slopes: F64): PiecewiseCubic {
  expectKnots(x, y, 2);
  if (slopes.length !== x.length)
    throw new InputError(`${slopes.length} slopes for ${x.length} knots`, "give one slope per knot");
  return assemble(x, y, slopes);
}

function assemble(x: F64, y: F64, slopes: F64): PiecewiseCubic {
  const m = x.length;
  const coefficients = new Float64Array(4 * (m - 1));
  for (let i = 0; i < m - 1; i++) {
    const h = x[i + 1]! - x[i]!;
    const chord = (y[i + 1]! - y[i]!) / h;
    coefficients[4 * i] = y[i]!;
    coefficients[4 * i + 1] = slopes[i]!;
    coefficients[4 * i + 2] = (3 * chord - 2 * slopes[i]! - slopes[i + 1]!) / h;
    coefficients[4 * i + 3] = (slopes[i]! + slopes[i + 1]! - 2 * chord) / (h * h);
  }
  return { knots: x.slice(), coefficients };
}

/** Solves the tridiagonal system for the slopes by elimination; it is diagonally dominant, so no pivoting is needed. */
function splineSlopes(x: F64, y: F64, ends: NonNullable<SplineOptions["ends"]>): Float64Array {
  const m = x.length;
  const diagonal = new Float64Array(m);
  const below = new Float64Array(m); // coefficient of m_{i−1} in row i
  const above = new Float64Array(m); // coefficient of m_{i+1} in row i
  const rhs = new Float64Array(m);
  const h = (i: number) => x[i + 1]! - x[i]!;
  const chord = (i: number) => (y[i + 1]! - y[i]!) / h(i);
  for (let i = 1; i < m - 1; i++) {
    below[i] = h(i);
    diagonal[i] = 2 * (h(i - 1) + h(i));
    above[i] = h(i - 1);
    rhs[i] = 3 * (h(i) * chord(i - 1) + h(i - 1) * chord(i));
  }
  if (ends === "natural") {
    // y″ = 0 is 2 m_0 + m_1 = 3 s_0, and its mirror image.
    diagonal[0] = diagonal[m - 1] = 2;
    above[0] = below[m - 1] = 1;
    rhs[0] = 3 * chord(0);
    rhs[m - 1] = 3 * chord(m - 2);
  } else {
    diagonal[0] = diagonal[m - 1] = 1;
    rhs[0] = ends === "clamped" ? 0 : ends.first;
    rhs[m - 1] = ends === "clamped" ? 0 : ends.last;
  }
  for (let i = 1; i < m; i++) {
    const factor = below[i]! / diagonal[i - 1]!;
    diagonal[i]! -= factor * above[i - 1]!;
    rhs[i]! -= factor * rhs[i - 1]!;
  }
  rhs[m - 1]! /= diagonal[m - 1]!;
  for (let i = m - 2; i >= 0; i--) rhs[i] = (rhs[i]! - above[i]! * rhs[i + 1]!) / diagonal[i]!;
  return rhs;
}
