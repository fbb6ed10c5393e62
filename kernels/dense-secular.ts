// The secular equation of a rank-one update: eigenvalues of diag(d) + ρ z zᵀ, ρ > 0, d ascending and distinct, no z_j = 0, are
// the roots of
//
//   f(λ) = 1 + ρ Σ_j z_j²/(d_j − λ),      d_0 < λ_0 < d_1 < λ_1 < … < d_{K−1} < λ_{K−1} < d_{K−1} + ρ z·z
//
// Every root is found as a distance τ from the nearer pole d_o, and the differences δ_j = (d_j − d_o) − τ are what is returned:
// they keep their full relative precision where λ itself would lose it (Gu and Eisenstat, 10.1137/S0895479892241287). Steps come
// from R.-C. Li's "middle way" (LAPACK working note 89): the poles left and right of the root are replaced by one pole each
// with the same value and slope; a bracket guards them. In this file the order of operations is the algorithm.

import { at } from "./dense-vector";

const EPSILON: f64 = 1.1102230246251565e-16; // unit roundoff
const MAX_STEPS: i32 = 100; // bisection alone needs fewer than 100 to exhaust a double

// What the last `sumPoles` found: Σ z_j²/δ_j and Σ (z_j/δ_j)².
let poleSum: f64 = 0;
let poleSlope: f64 = 0;

/** δ_j = (d_j − origin) − τ for from ≤ j < to, and the two sums over them. */
function sumPoles(d: usize, z: usize, delta: usize, from: i32, to: i32, origin: f64, tau: f64): void {
  const o = f64x2.splat(origin);
  const t = f64x2.splat(tau);
  let s0 = f64x2.splat(0);
  let s1 = s0;
  let j = from;
  for (; j + 1 < to; j += 2) {
    const difference = f64x2.sub(f64x2.sub(v128.load(at(d, j)), o), t);
    v128.store(at(delta, j), difference);
    const zj = v128.load(at(z, j));
    const quotient = f64x2.div(zj, difference);
    s0 = f64x2.add(s0, f64x2.mul(zj, quotient));
    s1 = f64x2.add(s1, f64x2.mul(quotient, quotient));
  }
  let sum = f64x2.extract_lane(s0, 0) + f64x2.extract_lane(s0, 1);
  let slope = f64x2.extract_lane(s1, 0) + f64x2.extract_lane(s1, 1);
  if (j < to) {
    const difference = load<f64>(at(d, j)) - origin - tau;
    store<f64>(at(delta, j), difference);
    const zj = load<f64>(at(z, j));
    const quotient = zj / difference;
    sum += zj * quotient;
    slope += quotient * quotient;
  }
  poleSum = sum;
  poleSlope = slope;
}

/** Root i of f: returns λ_i and leaves d_j − λ_i in `delta` [k]. */
export function secularRoot(d: usize, z: usize, k: i32, rho: f64, i: i32, delta: usize): f64 {
  const last = i === k - 1;
  const split = last ? k - 1 : i + 1; // ψ sums the poles below `split`, φ the others
  const di = load<f64>(at(d, i));
  let width: f64;
  if (last) {
    let norm: f64 = 0;
    for (let j = 0; j < k; j++) norm += load<f64>(at(z, j)) * load<f64>(at(z, j));
    width = rho * norm;
  } else width = load<f64>(at(d, i + 1)) - di;

  // The sign of f half way decides which pole is nearer and becomes the origin.
  let tau = 0.5 * width;
  let origin = di;
  let low: f64 = 0;
  let high = width;
  let previous: f64 = Infinity;
  for (let step = 0; step < MAX_STEPS; step++) {
    sumPoles(d, z, delta, 0, split, origin, tau);
    const psi = rho * poleSum;
    const psiSlope = rho * poleSlope;
    sumPoles(d, z, delta, split, k, origin, tau);
    const phi = rho * poleSum;
    const phiSlope = rho * poleSlope;
    const f = 1 + (psi + phi);
    // Rounding of the sums and of δ, and what one rounding of τ does to f.
    const noise = EPSILON * (8 * (abs(phi) + abs(psi) + 1) + abs(tau) * (psiSlope + phiSlope));
    if (abs(f) <= noise) break;
    if (f < 0) low = tau;
    else high = tau;
    if (step === 0 && !last && f < 0) {
      // Nearer to d_{i+1}: the same point, seen from there.
      origin = load<f64>(at(d, i + 1));
      tau -= width;
      low = tau;
      high = 0;
    }
    const a0 = load<f64>(at(delta, split - 1));
    const a1 = load<f64>(at(delta, split));
    let s0 = a0 * a0 * psiSlope;
    let s1 = a1 * a1 * phiSlope;
    if (step === 0) {
      // Far from the root, the two nearest poles themselves are the better model.
      s0 = rho * load<f64>(at(z, split - 1)) * load<f64>(at(z, split - 1));
      s1 = rho * load<f64>(at(z, split)) * load<f64>(at(z, split));
    }
    let next = tau + twoPoleZero(f, s0, s1, a0, a1, 0, last);
    // A root much closer to its pole than this point is: its distance would be lost in the sum, so solve for it directly.
    if (!(next > low && next < high)) next = twoPoleZero(f, s0, s1, a0, a1, tau, last);
    if (!(next > low && next < high) || (step > 2 && abs(f) > 0.25 * previous)) {
      next = between(low, high);
      previous = Infinity;
    } else previous = abs(f);
    if (next === tau || next <= low || next >= high) break;
    tau = next;
  }
  return origin + tau;
}

/** Halves the bracket: in the logarithm as long as its ends differ by decades, since roots may lie anywhere beside a pole. */
function between(low: f64, high: f64): f64 {
  const inner = min(abs(low), abs(high));
  const outer = max(abs(low), abs(high));
  if (inner > 0.25 * outer) return 0.5 * (low + high);
  const middle = inner === 0 ? outer * 1e-5 : sqrt<f64>(inner) * sqrt<f64>(outer);
  return high > 0 ? middle : -middle;
}

/**
 * The zero on the root's interval of c + s0/(a0 − η) + s1/(a1 − η), c such that the value at η = 0 is f; `shift` moves the
 * variable: the result is η + shift.
 */
function twoPoleZero(f: f64, s0: f64, s1: f64, a0: f64, a1: f64, shift: f64, last: bool): f64 {
  // c t² − a t + b = 0 with poles at p0, p1
  const c = f - s0 / a0 - s1 / a1;
  const p0 = a0 + shift;
  const p1 = a1 + shift;
  const a = c * (p0 + p1) + s0 + s1;
  const b = shift === 0 ? a0 * a1 * f : c * p0 * p1 + s0 * p1 + s1 * p0;
  if (c === 0) return b / a;
  const root = sqrt<f64>(abs(a * a - 4 * b * c));
  // Both poles lie below the last root, which is the larger zero; of the others the root is the smaller one.
  if (last) return a >= 0 ? (a + root) / (2 * c) : (2 * b) / (a - root);
  return a <= 0 ? (a - root) / (2 * c) : (2 * b) / (a + root);
}
