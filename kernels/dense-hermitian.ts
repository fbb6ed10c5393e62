// A = Q T Qᴴ for a Hermitian A by Householder reflections with a real tridiagonal T, and the way back, z = Q y
// (Golub and Van Loan, Matrix Computations, 4th ed., 8.3; Lehoucq, 10.1145/225545.225547, for reflections with a real end):
//
//   H = 1 − τ v vᴴ, v₀ = 1         Hᴴ c = β e₀ with β real, τ = ((β − Re c₀) − i Im c₀)/β, v = c/(c₀ − β)
//   A ← Hᴴ A H = A − v wᴴ − w vᴴ   x = τ A v, w = x − ½ τ (xᴴ v) v
//
// Real and imaginary parts are separate planes [n,n]; both triangles are kept, so that every sweep runs along rows. v of step k
// stays in row k of both planes from column k+1 on.

import { at } from "./dense-vector";

// A squared length below this is zero: elements 10⁻¹⁴⁵ of the largest, whose squares would underflow.
const NEGLIGIBLE: f64 = 1e-290;

let productRe: f64 = 0;
let productIm: f64 = 0;

/** Diagonal to `d`, real off-diagonal to `e`, factors to `tauRe` and `tauIm`, each [n]; `work` holds 2n. */
export function tridiagonaliseHermitian(
  n: i32,
  re: usize,
  im: usize,
  d: usize,
  e: usize,
  tauRe: usize,
  tauIm: usize,
  work: usize,
): void {
  const wRe = work;
  const wIm = at(work, n);
  for (let k = 0; k < n; k++) {
    store<f64>(at(d, k), load<f64>(at(re, k * n + k)));
    const count = n - k - 1;
    if (count === 0) {
      store<f64>(at(e, k), 0);
      break;
    }
    const vRe = at(re, k * n + k + 1);
    const vIm = at(im, k * n + k + 1);
    reflector(vRe, vIm, count, at(e, k), at(tauRe, k), at(tauIm, k));
    const tr = load<f64>(at(tauRe, k));
    const ti = load<f64>(at(tauIm, k));
    if (tr === 0 && ti === 0) continue;
    const corner = (k + 1) * n + k + 1;
    for (let i = 0; i < count; i++) {
      product(at(re, corner + i * n), at(im, corner + i * n), vRe, vIm, count, 1);
      store<f64>(at(wRe, i), tr * productRe - ti * productIm);
      store<f64>(at(wIm, i), tr * productIm + ti * productRe);
    }
    product(wRe, wIm, vRe, vIm, count, -1); // xᴴ v
    const hr = -0.5 * (tr * productRe - ti * productIm);
    const hi = -0.5 * (tr * productIm + ti * productRe);
    addComplex(hr, hi, vRe, vIm, wRe, wIm, count);
    for (let i = 0; i < count; i++)
      rankTwo(at(re, corner + i * n), at(im, corner + i * n), vRe, vIm, wRe, wIm, i, count);
  }
}

/**
 * The row c̄ = (conj c₀, conj c₁, …) becomes v; β goes to `end`. A row of the upper triangle holds the conjugate of the column
 * that is annihilated.
 */
function reflector(xRe: usize, xIm: usize, count: i32, end: usize, tauRe: usize, tauIm: usize): void {
  for (let i = 0; i < count; i++) store<f64>(at(xIm, i), -load<f64>(at(xIm, i)));
  const headRe = load<f64>(xRe);
  const headIm = load<f64>(xIm);
  let tail = headIm * headIm;
  for (let i = 1; i < count; i++) {
    const a = load<f64>(at(xRe, i));
    const b = load<f64>(at(xIm, i));
    tail += a * a + b * b;
  }
  if (tail < NEGLIGIBLE) {
    store<f64>(end, headRe);
    store<f64>(tauRe, 0);
    store<f64>(tauIm, 0);
    return;
  }
  const norm = sqrt<f64>(headRe * headRe + tail);
  const beta = headRe > 0 ? -norm : norm; // the sign that does not cancel in c₀ − β
  store<f64>(end, beta);
  store<f64>(tauRe, (beta - headRe) / beta);
  store<f64>(tauIm, -headIm / beta);
  const gapRe = headRe - beta;
  const square = gapRe * gapRe + headIm * headIm;
  const fr = gapRe / square;
  const fi = -headIm / square;
  store<f64>(xRe, 1);
  store<f64>(xIm, 0);
  for (let i = 1; i < count; i++) {
    const a = load<f64>(at(xRe, i));
    const b = load<f64>(at(xIm, i));
    store<f64>(at(xRe, i), a * fr - b * fi);
    store<f64>(at(xIm, i), a * fi + b * fr);
  }
}

/** Σ x_i y_i, or Σ conj(x_i) y_i when `sign` is −1, to `productRe`, `productIm`. */
function product(xRe: usize, xIm: usize, yRe: usize, yIm: usize, count: i32, sign: f64): void {
  let rr = f64x2.splat(0);
  let ii = rr;
  let ri = rr;
  let ir = rr;
  let i = 0;
  for (; i + 1 < count; i += 2) {
    const a = v128.load(at(xRe, i));
    const b = v128.load(at(xIm, i));
    const c = v128.load(at(yRe, i));
    const d = v128.load(at(yIm, i));
    rr = f64x2.add(rr, f64x2.mul(a, c));
    ii = f64x2.add(ii, f64x2.mul(b, d));
    ri = f64x2.add(ri, f64x2.mul(a, d));
    ir = f64x2.add(ir, f64x2.mul(b, c));
  }
  let rest = f64x2.extract_lane(rr, 0) + f64x2.extract_lane(rr, 1);
  let restI = f64x2.extract_lane(ii, 0) + f64x2.extract_lane(ii, 1);
  let cross = f64x2.extract_lane(ri, 0) + f64x2.extract_lane(ri, 1);
  let crossI = f64x2.extract_lane(ir, 0) + f64x2.extract_lane(ir, 1);
  if (i < count) {
    const a = load<f64>(at(xRe, i));
    const b = load<f64>(at(xIm, i));
    const c = load<f64>(at(yRe, i));
    const d = load<f64>(at(yIm, i));
    rest += a * c;
    restI += b * d;
    cross += a * d;
    crossI += b * c;
  }
  productRe = rest - sign * restI;
  productIm = cross + sign * crossI;
}

/** y += f x */
function addComplex(fr: f64, fi: f64, xRe: usize, xIm: usize, yRe: usize, yIm: usize, count: i32): void {
  const r = f64x2.splat(fr);
  const m = f64x2.splat(fi);
  let i = 0;
  for (; i + 1 < count; i += 2) {
    const a = v128.load(at(xRe, i));
    const b = v128.load(at(xIm, i));
    v128.store(at(yRe, i), f64x2.add(v128.load(at(yRe, i)), f64x2.sub(f64x2.mul(r, a), f64x2.mul(m, b))));
    v128.store(at(yIm, i), f64x2.add(v128.load(at(yIm, i)), f64x2.add(f64x2.mul(r, b), f64x2.mul(m, a))));
  }
  if (i < count) {
    const a = load<f64>(at(xRe, i));
    const b = load<f64>(at(xIm, i));
    store<f64>(at(yRe, i), load<f64>(at(yRe, i)) + (fr * a - fi * b));
    store<f64>(at(yIm, i), load<f64>(at(yIm, i)) + (fr * b + fi * a));
  }
}

/** Row i of A − v wᴴ − w vᴴ. */
function rankTwo(re: usize, im: usize, vRe: usize, vIm: usize, wRe: usize, wIm: usize, i: i32, count: i32): void {
  const vr = load<f64>(at(vRe, i));
  const vi = load<f64>(at(vIm, i));
  const wr = load<f64>(at(wRe, i));
  const wi = load<f64>(at(wIm, i));
  const vr2 = f64x2.splat(vr);
  const vi2 = f64x2.splat(vi);
  const wr2 = f64x2.splat(wr);
  const wi2 = f64x2.splat(wi);
  let j = 0;
  for (; j + 1 < count; j += 2) {
    const a = v128.load(at(wRe, j));
    const b = v128.load(at(wIm, j));
    const c = v128.load(at(vRe, j));
    const d = v128.load(at(vIm, j));
    const real = f64x2.add(
      f64x2.add(f64x2.mul(vr2, a), f64x2.mul(vi2, b)),
      f64x2.add(f64x2.mul(wr2, c), f64x2.mul(wi2, d)),
    );
    const imaginary = f64x2.add(
      f64x2.sub(f64x2.mul(vi2, a), f64x2.mul(vr2, b)),
      f64x2.sub(f64x2.mul(wi2, c), f64x2.mul(wr2, d)),
    );
    v128.store(at(re, j), f64x2.sub(v128.load(at(re, j)), real));
    v128.store(at(im, j), f64x2.sub(v128.load(at(im, j)), imaginary));
  }
  if (j < count) {
    const a = load<f64>(at(wRe, j));
    const b = load<f64>(at(wIm, j));
    const c = load<f64>(at(vRe, j));
    const d = load<f64>(at(vIm, j));
    store<f64>(at(re, j), load<f64>(at(re, j)) - (vr * a + vi * b + (wr * c + wi * d)));
    store<f64>(at(im, j), load<f64>(at(im, j)) - (vi * a - vr * b + (wi * c - wr * d)));
  }
}

/** Rows of `z` [rows, n] (vectors of T) ← Q times each. */
export function applyHermitianReflections(
  n: i32,
  re: usize,
  im: usize,
  tauRe: usize,
  tauIm: usize,
  zRe: usize,
  zIm: usize,
  rows: i32,
): void {
  for (let k = n - 2; k >= 0; k--) {
    const tr = load<f64>(at(tauRe, k));
    const ti = load<f64>(at(tauIm, k));
    if (tr === 0 && ti === 0) continue;
    const count = n - k - 1;
    const vRe = at(re, k * n + k + 1);
    const vIm = at(im, k * n + k + 1);
    for (let row = 0; row < rows; row++) {
      const yRe = at(zRe, row * n + k + 1);
      const yIm = at(zIm, row * n + k + 1);
      product(vRe, vIm, yRe, yIm, count, -1); // vᴴ y
      const fr = -(tr * productRe - ti * productIm);
      const fi = -(tr * productIm + ti * productRe);
      addComplex(fr, fi, vRe, vIm, yRe, yIm, count);
    }
  }
}
