// All eigenvalues and eigenvectors of a real symmetric matrix, the textbook way (Golub and Van Loan, Matrix Computations,
// 4th ed., 8.3; Wilkinson and Reinsch, Handbook for Automatic Computation II, contributions II/2 and II/4):
//
//   A = Q T Qᵀ       Q a product of reflections I − β v vᵀ, T tridiagonal with diagonal d and off-diagonal e
//   T = Y Λ Yᵀ       implicit QL steps with Wilkinson's shift; each rotation is also applied to two rows of (QY)ᵀ
//
// Vectors are kept as rows, so that both halves run along memory. Only +, −, ×, ÷ and √ are used: the same bits everywhere.

import type { F64 } from "../../base/index.js";

export interface EigenPairs {
  readonly values: Float64Array<ArrayBuffer>; // [n] ascending
  readonly vectors: Float64Array<ArrayBuffer>; // [n,n], vector k is row k; empty when not asked for
}

const MAX_STEPS_PER_VALUE = 60; // two to three are usual
// Elements below 10⁻¹⁴⁵ of the largest are as good as zero, and their squares would underflow.
const NEGLIGIBLE = 1e-290; // of a squared length
const NEGLIGIBLE_COUPLING = 1e-145;

/** `matrix` [n,n] must be symmetric, finite and scaled to a largest element near 1; throws RangeError if QL stalls. */
export function symmetricEigenTwin(matrix: F64, n: number, wantVectors: boolean): EigenPairs {
  const work = matrix.slice();
  const d = new Float64Array(n);
  const e = new Float64Array(n);
  const beta = tridiagonalise(work, d, e);
  const rows = wantVectors ? gatherReflections(work, beta, n) : new Float64Array(0);
  diagonalise(d, e, rows);
  return sortAscending(d, rows);
}

/** Leaves v of step k in row k (from column k+1 on) and returns the factors β. Works on the lower right block only. */
function tridiagonalise(a: Float64Array, d: Float64Array, e: Float64Array): Float64Array {
  const n = d.length;
  const beta = new Float64Array(n);
  const p = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    const v = a.subarray(k * n, (k + 1) * n);
    d[k] = v[k]!;
    if (k >= n - 2) {
      if (k === n - 2) e[k] = v[k + 1]!;
      continue;
    }
    let tail = 0;
    for (let j = k + 2; j < n; j++) tail += v[j]! * v[j]!;
    const head = v[k + 1]!;
    if (tail < NEGLIGIBLE) {
      e[k] = head;
      continue;
    }
    const norm = Math.sqrt(head * head + tail);
    const end = head > 0 ? -norm : norm; // the sign that does not cancel in v
    e[k] = end;
    v[k + 1] = head - end;
    beta[k] = 2 / (tail + (head - end) * (head - end));
    reflectBlock(a, k, { v, p, beta: beta[k]! });
  }
  return beta;
}

/** A ← H A H on rows and columns beyond k: A − v wᵀ − w vᵀ with w = p − ½β(p·v) v, p = β A v. */
function reflectBlock(a: Float64Array, k: number, step: { v: Float64Array; p: Float64Array; beta: number }): void {
  const { v, p, beta } = step;
  const n = v.length;
  let projection = 0;
  for (let i = k + 1; i < n; i++) {
    let sum = 0;
    for (let j = k + 1; j < n; j++) sum += a[i * n + j]! * v[j]!;
    p[i] = beta * sum;
    projection += p[i]! * v[i]!;
  }
  const shift = 0.5 * beta * projection;
  for (let i = k + 1; i < n; i++) p[i]! -= shift * v[i]!;
  for (let i = k + 1; i < n; i++) {
    const vi = v[i]!;
    const wi = p[i]!;
    for (let j = k + 1; j < n; j++) a[i * n + j]! -= vi * p[j]! + wi * v[j]!;
  }
}

/** Qᵀ as rows: the reflections applied to the identity, last first, so that only the filled block is touched. */
function gatherReflections(a: Float64Array, beta: Float64Array, n: number): Float64Array<ArrayBuffer> {
  const q = new Float64Array(n * n);
  for (let i = 0; i < n; i++) q[i * n + i] = 1;
  for (let k = n - 3; k >= 0; k--) {
    if (beta[k] === 0) continue;
    // Row r of Qᵀ is column r of Q = H₀H₁…; H_k acts on its components beyond k.
    for (let r = k + 1; r < n; r++) {
      let sum = 0;
      for (let j = k + 1; j < n; j++) sum += a[k * n + j]! * q[r * n + j]!;
      sum *= beta[k]!;
      for (let j = k + 1; j < n; j++) q[r * n + j]! -= sum * a[k * n + j]!;
    }
  }
  return q;
}

/** Length of (a, b) without overflow; Math.hypot may differ between engines. */
function length2(a: number, b: number): number {
  const large = Math.max(Math.abs(a), Math.abs(b));
  if (large === 0) return 0;
  const ratio = Math.min(Math.abs(a), Math.abs(b)) / large;
  return large * Math.sqrt(1 + ratio * ratio);
}

/** Implicit QL on (d, e); `rows` (empty or [n,n]) takes every rotation. */
function diagonalise(d: Float64Array, e: Float64Array, rows: Float64Array): void {
  const n = d.length;
  for (let l = 0; l < n; l++) {
    for (let step = 0; ; step++) {
      let m = l;
      while (m < n - 1 && couples(d, e, m)) m++;
      if (m === l) break;
      if (step === MAX_STEPS_PER_VALUE) throw new RangeError(`QL found no eigenvalue ${l} in ${step} steps`);
      sweep(d, e, { first: l, last: m, rows });
    }
  }
}

/** Whether the off-diagonal element still moves its neighbours by more than their rounding. */
function couples(d: Float64Array, e: Float64Array, i: number): boolean {
  return Math.abs(e[i]!) > Math.max(Number.EPSILON * (Math.abs(d[i]!) + Math.abs(d[i + 1]!)), NEGLIGIBLE_COUPLING);
}

/** One QL sweep from the bottom of the unreduced block first…last to its top, shifted by Wilkinson's estimate. */
function sweep(d: Float64Array, e: Float64Array, block: { first: number; last: number; rows: Float64Array }): void {
  const { first, last, rows } = block;
  const ratio = (d[first + 1]! - d[first]!) / (2 * e[first]!);
  const root = length2(ratio, 1);
  let g = d[last]! - d[first]! + e[first]! / (ratio + (ratio < 0 ? -root : root));
  let s = 1;
  let c = 1;
  let p = 0;
  for (let i = last - 1; i >= first; i--) {
    const f = s * e[i]!;
    const b = c * e[i]!;
    const r = length2(f, g);
    e[i + 1] = r;
    if (r === 0) {
      d[i + 1]! -= p;
      e[last] = 0;
      return;
    }
    s = f / r;
    c = g / r;
    g = d[i + 1]! - p;
    const t = (d[i]! - g) * s + 2 * c * b;
    p = s * t;
    d[i + 1] = g + p;
    g = c * t - b;
    if (rows.length > 0) rotateRows(rows, i, { c, s });
  }
  d[first]! -= p;
  e[first] = g;
  e[last] = 0;
}

function rotateRows(rows: Float64Array, i: number, turn: { c: number; s: number }): void {
  const { c, s } = turn;
  const n = Math.sqrt(rows.length);
  for (let j = i * n, k = j + n; j < (i + 1) * n; j++, k++) {
    const lower = rows[k]!;
    rows[k] = s * rows[j]! + c * lower;
    rows[j] = c * rows[j]! - s * lower;
  }
}

function sortAscending(d: Float64Array, rows: Float64Array): EigenPairs {
  const n = d.length;
  const order = Array.from(d.keys()).sort((i, j) => d[i]! - d[j]! || i - j);
  const vectors = new Float64Array(rows.length);
  if (rows.length > 0) order.forEach((from, to) => void vectors.set(rows.subarray(from * n, (from + 1) * n), to * n));
  return { values: Float64Array.from(order, (i) => d[i]!), vectors };
}
