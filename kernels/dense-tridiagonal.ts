// A = Q T Qᵀ by Householder reflections, in panels (Dongarra, Sorensen and Hammarling, 10.1016/0377-0427(89)90367-1), and the
// way back, Z ← Z Qᵀ for vectors kept as rows, in blocks (compact WY form: Schreiber and Van Loan, 10.1137/0910005).
//
//   H = 1 − τ v vᵀ, v_{j+1} = 1                          annihilates row j beyond column j+1
//   A ← A − V ᵀW − WᵀV after each panel                   w = τ(A v − …) − ½τ(w·v) v, V and W hold one vector per row
//   H₀H₁…H_{b−1} = 1 − Vᵀ T V                             T upper triangular
//
// Only the upper triangle of A (row-major) is used; v of step j stays in row j from column j+1 on.

import { ADD, ADD_UPPER, gemm, left, OVERWRITE, right } from "./dense-gemm";
import { addScaled, addTwoScaled, at, dot, scale, symmetricTimes } from "./dense-vector";

const PANEL: i32 = 32;
const BLOCK: i32 = 64; // reflections applied at once on the way back
// A squared length below this is zero: elements 10⁻¹⁴⁵ of the largest, whose squares would underflow.
const NEGLIGIBLE: f64 = 1e-290;

/** Bytes of scratch for both directions. */
export function reflectionBytes(n: i32): usize {
  const back = BLOCK * (2 * n + BLOCK) + BLOCK * n;
  return (<usize>max(3 * PANEL * n, back)) << 3;
}

/** Diagonal to `d`, off-diagonal to `e`, factors τ to `tau`, each [n]. */
export function tridiagonalise(a: usize, n: i32, d: usize, e: usize, tau: usize, work: usize, scratch: usize): void {
  const v = work;
  const w = at(v, PANEL * n);
  const vAgain = at(w, PANEL * n);
  for (let j0 = 0; j0 < n; j0 += PANEL) {
    const width = min(PANEL, n - j0);
    reducePanel(a, n, j0, width, d, e, tau, v, w);
    const first = j0 + width;
    const rest = n - first;
    if (rest === 0) break;
    // Vᵀ W + Wᵀ V = (V; W)ᵀ (W; V): with V behind W once more, both factors lie in one piece.
    memory.copy(vAgain, v, (<usize>(PANEL * n)) << 3);
    left(at(v, first), 1, n);
    right(at(w, first), n, 1);
    gemm(rest, rest, 2 * PANEL, -1, at(a, first * n + first), n, ADD_UPPER, scratch);
  }
}

function reducePanel(a: usize, n: i32, j0: i32, width: i32, d: usize, e: usize, tau: usize, v: usize, w: usize): void {
  for (let i = 0; i < width; i++) {
    const j = j0 + i;
    const row = at(a, j * n);
    for (let p = 0; p < i; p++) {
      const vp = at(v, p * n);
      const wp = at(w, p * n);
      addTwoScaled(-load<f64>(at(vp, j)), at(wp, j), -load<f64>(at(wp, j)), at(vp, j), at(row, j), n - j);
    }
    store<f64>(at(d, j), load<f64>(at(row, j)));
    const count = n - j - 1;
    if (count === 0) {
      store<f64>(at(e, j), 0);
      store<f64>(at(tau, j), 0);
      return;
    }
    const factor = reflector(at(row, j + 1), count, at(e, j));
    store<f64>(at(tau, j), factor);
    const vi = at(v, i * n + j + 1);
    const wi = at(w, i * n + j + 1);
    memory.copy(vi, at(row, j + 1), (<usize>count) << 3);
    if (factor === 0) {
      memory.fill(vi, 0, (<usize>count) << 3);
      memory.fill(wi, 0, (<usize>count) << 3);
      continue;
    }
    symmetricTimes(at(a, (j + 1) * n + j + 1), n, count, vi, wi);
    for (let p = 0; p < i; p++) {
      const vp = at(v, p * n + j + 1);
      const wp = at(w, p * n + j + 1);
      addTwoScaled(-dot(wp, vi, count), vp, -dot(vp, vi, count), wp, wi, count);
    }
    scale(factor, wi, count);
    addScaled(-0.5 * factor * dot(wi, vi, count), vi, wi, count);
  }
}

/** Turns x into v (v₀ = 1), stores the new first component at `end` and returns τ; 0 when x is already along its first axis. */
function reflector(x: usize, count: i32, end: usize): f64 {
  const head = load<f64>(x);
  const tail = dot(x + 8, x + 8, count - 1);
  if (tail < NEGLIGIBLE) {
    store<f64>(end, head);
    return 0;
  }
  const norm = sqrt<f64>(head * head + tail);
  const beta = head > 0 ? -norm : norm; // the sign that does not cancel in head − beta
  store<f64>(end, beta);
  scale(1 / (head - beta), x + 8, count - 1);
  store<f64>(x, 1);
  return (beta - head) / beta;
}

/** Rows of `z` [rows, n] ← rows · Qᵀ: turns eigenvectors of T into eigenvectors of A. */
export function applyReflections(a: usize, n: i32, tau: usize, z: usize, rows: i32, work: usize, scratch: usize): void {
  const steps = n - 2;
  if (steps <= 0) return;
  for (let j0 = ((steps - 1) / BLOCK) * BLOCK; j0 >= 0; j0 -= BLOCK) {
    const width = min(BLOCK, steps - j0);
    const first = j0 + 1;
    const count = n - first;
    const v = work;
    const u = at(v, BLOCK * n);
    const t = at(u, BLOCK * n);
    const x = at(t, BLOCK * BLOCK);
    for (let i = 0; i < width; i++) {
      const row = at(v, i * count);
      memory.fill(row, 0, (<usize>i) << 3);
      const used = load<f64>(at(tau, j0 + i)) !== 0;
      if (used) memory.copy(at(row, i), at(a, (j0 + i) * n + first + i), (<usize>(count - i)) << 3);
      else memory.fill(at(row, i), 0, (<usize>(count - i)) << 3);
    }
    blockFactor(v, count, width, at(tau, j0), t);
    // z ← z − (z Vᵀ) (Tᵀ V): every row at once.
    left(t, 1, BLOCK);
    right(v, count, 1);
    gemm(width, count, width, 1, u, count, OVERWRITE, scratch);
    left(at(z, first), n, 1);
    right(v, 1, count);
    gemm(rows, width, count, 1, x, width, OVERWRITE, scratch);
    left(x, width, 1);
    right(u, count, 1);
    gemm(rows, count, width, -1, at(z, first), n, ADD, scratch);
  }
}

/** T [BLOCK,BLOCK] of 1 − Vᵀ T V: column i is −τ_i T (V v_i), its diagonal τ_i. */
function blockFactor(v: usize, count: i32, width: i32, tau: usize, t: usize): void {
  memory.fill(t, 0, (<usize>(BLOCK * BLOCK)) << 3);
  for (let i = 0; i < width; i++) {
    const factor = load<f64>(at(tau, i));
    store<f64>(at(t, i * BLOCK + i), factor);
    // The lower triangle of column i is unused: it takes V v_i for a moment.
    for (let p = 0; p < i; p++)
      store<f64>(at(t, i * BLOCK + p), dot(at(v, p * count + i), at(v, i * count + i), count - i));
    for (let p = 0; p < i; p++) {
      const sum = dot(at(t, p * BLOCK + p), at(t, i * BLOCK + p), i - p);
      store<f64>(at(t, p * BLOCK + i), -factor * sum);
    }
    memory.fill(at(t, i * BLOCK), 0, (<usize>i) << 3);
  }
}
