// All eigenvalues and eigenvectors of a complex Hermitian matrix by Jacobi's rotations (Golub and Van Loan, Matrix Computations,
// 4th ed., 8.5; for complex matrices Forsythe and Henrici, 10.1090/S0002-9947-1960-0109825-2). For the pair (p, q):
//
//   A_pq = |A_pq| e^{iφ},  θ = (A_qq − A_pp)/(2|A_pq|),  t = sgn θ/(|θ| + √(θ² + 1)),  c = 1/√(t² + 1),  s = t c
//   x_p ← c x_p − s e^{−iφ} x_q,    x_q ← s e^{iφ} x_p + c x_q     for the columns of A and of the vectors
//
// Sweeps over all pairs until the off-diagonal part is rounding. Real and imaginary parts are separate planes.

import type { F64 } from "../../base/index.js";

export interface HermitianEigenPairs {
  readonly values: Float64Array<ArrayBuffer>; // [n] ascending
  /** Real and imaginary parts of the vectors, [n,n], vector k is row k; empty when not asked for. */
  readonly re: Float64Array<ArrayBuffer>;
  readonly im: Float64Array<ArrayBuffer>;
}

const MAX_SWEEPS = 60; // six to ten are usual

/** Planes [n,n] of a Hermitian, finite matrix scaled to a largest element near 1; throws RangeError if it does not converge. */
export function hermitianEigenTwin(re: F64, im: F64, n: number, wantVectors: boolean): HermitianEigenPairs {
  const a: Planes = { re: re.slice(), im: im.slice() };
  const v: Planes = { re: new Float64Array(n * n), im: new Float64Array(n * n) };
  for (let i = 0; i < n; i++) v.re[i * n + i] = 1;
  for (let sweep = 0; offDiagonal(a, n) > n * Number.EPSILON; sweep++) {
    if (sweep === MAX_SWEEPS) throw new RangeError("Jacobi's sweeps did not converge");
    for (let p = 0; p < n - 1; p++) for (let q = p + 1; q < n; q++) rotatePair(a, v, { p, q, n });
  }
  const order = Array.from({ length: n }, (_, k) => k).sort((x, y) => a.re[x * n + x]! - a.re[y * n + y]!);
  const size = wantVectors ? n * n : 0;
  const out = { re: new Float64Array(size), im: new Float64Array(size) };
  for (let k = 0; wantVectors && k < n; k++) {
    for (let i = 0; i < n; i++) {
      out.re[k * n + i] = v.re[i * n + order[k]!]!;
      out.im[k * n + i] = v.im[i * n + order[k]!]!;
    }
  }
  return { values: Float64Array.from(order, (k) => a.re[k * n + k]!), ...out };
}

interface Planes {
  readonly re: Float64Array<ArrayBuffer>;
  readonly im: Float64Array<ArrayBuffer>;
}

interface Pair {
  readonly p: number;
  readonly q: number;
  readonly n: number;
}

function offDiagonal(a: Planes, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) sum += a.re[i * n + j]! ** 2 + a.im[i * n + j]! ** 2;
  return Math.sqrt(sum);
}

function rotatePair(a: Planes, v: Planes, pair: Pair): void {
  const { p, q, n } = pair;
  const [x, y] = [a.re[p * n + q]!, a.im[p * n + q]!];
  const size = Math.sqrt(x * x + y * y);
  if (size < 1e-300) return;
  const theta = (a.re[q * n + q]! - a.re[p * n + p]!) / (2 * size);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const turn = { ...pair, c, sr: (t * c * x) / size, si: (t * c * y) / size };
  rotateColumns(a, turn);
  rotateRows(a, turn);
  rotateColumns(v, turn);
}

type Turn = Pair & { readonly c: number; readonly sr: number; readonly si: number };

/** x_p ← c x_p − s̄ x_q, x_q ← s x_p + c x_q with s = sr + i si. */
function rotateColumns(x: Planes, { p, q, n, c, sr, si }: Turn): void {
  for (let i = 0; i < n; i++) {
    const [ip, iq] = [i * n + p, i * n + q];
    const [pr, pi, qr, qi] = [x.re[ip]!, x.im[ip]!, x.re[iq]!, x.im[iq]!];
    x.re[ip] = c * pr - (sr * qr + si * qi);
    x.im[ip] = c * pi - (sr * qi - si * qr);
    x.re[iq] = sr * pr - si * pi + c * qr;
    x.im[iq] = sr * pi + si * pr + c * qi;
  }
}

/** The conjugate rotation from the left, which makes A_pq vanish. */
function rotateRows(x: Planes, { p, q, n, c, sr, si }: Turn): void {
  for (let i = 0; i < n; i++) {
    const [ip, iq] = [p * n + i, q * n + i];
    const [pr, pi, qr, qi] = [x.re[ip]!, x.im[ip]!, x.re[iq]!, x.im[iq]!];
    x.re[ip] = c * pr - (sr * qr - si * qi);
    x.im[ip] = c * pi - (sr * qi + si * qr);
    x.re[iq] = sr * pr + si * pi + c * qr;
    x.im[iq] = sr * pi - si * pr + c * qi;
  }
}
