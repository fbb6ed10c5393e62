// Cubic spline through tabulated energies, twice continuously differentiable, with not-a-knot ends (the third derivative is
// continuous at the second and the last but one point), so a table of a cubic gives that cubic back exactly.
//   de Boor, A Practical Guide to Splines, 10.1007/978-1-4612-6333-3
// Left of the first and right of the last point the end cubics go on; a session refuses atoms nearer than the first point,
// and a term is cut at the last.

/**
 * @param x ascending, at least four points
 * @returns adds value, slope and curvature
 */
export function makeSpline(x: readonly number[], y: readonly number[]): (r: number, out: Float64Array) => void {
  const curvatures = secondDerivatives(x, y);
  const last = x.length - 2;
  return (r, out) => {
    const i = Math.min(last, Math.max(0, intervalOf(x, r)));
    const h = x[i + 1]! - x[i]!;
    const a = (x[i + 1]! - r) / h;
    const b = (r - x[i]!) / h;
    const [m0, m1] = [curvatures[i]!, curvatures[i + 1]!];
    out[0] = out[0]! + a * y[i]! + b * y[i + 1]! + ((a * a * a - a) * m0 + (b * b * b - b) * m1) * ((h * h) / 6);
    out[1] = out[1]! + (y[i + 1]! - y[i]!) / h + ((1 - 3 * a * a) * m0 + (3 * b * b - 1) * m1) * (h / 6);
    out[2] = out[2]! + a * m0 + b * m1;
  };
}

/** Largest i with x[i] ≤ r; −1 left of the table. */
function intervalOf(x: readonly number[], r: number): number {
  let [low, high] = [-1, x.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (x[middle]! <= r) low = middle;
    else high = middle;
  }
  return low;
}

/**
 * Second derivatives m at the points:  h_{i−1} m_{i−1} + 2(h_{i−1} + h_i) m_i + h_i m_{i+1} = 6(d_i − d_{i−1}), where d are the
 * divided differences. Not-a-knot expresses m_0 by m_1, m_2 (and the far end likewise), which leaves a tridiagonal system.
 */
function secondDerivatives(x: readonly number[], y: readonly number[]): Float64Array {
  const n = x.length;
  const h = Float64Array.from({ length: n - 1 }, (_, i) => x[i + 1]! - x[i]!);
  const d = h.map((step, i) => (y[i + 1]! - y[i]!) / step);
  const lower = new Float64Array(n);
  const diagonal = new Float64Array(n);
  const upper = new Float64Array(n);
  const right = new Float64Array(n);
  for (let i = 1; i < n - 1; i++) {
    lower[i] = h[i - 1]!;
    diagonal[i] = 2 * (h[i - 1]! + h[i]!);
    upper[i] = h[i]!;
    right[i] = 6 * (d[i]! - d[i - 1]!);
  }
  // m_0 = (1 + p) m_1 − p m_2 with p = h_0/h_1, and its mirror image at the end
  const p = h[0]! / h[1]!;
  const q = h[n - 2]! / h[n - 3]!;
  diagonal[1] = diagonal[1]! + h[0]! * (1 + p);
  upper[1] = upper[1]! - h[0]! * p;
  diagonal[n - 2] = diagonal[n - 2]! + h[n - 2]! * (1 + q);
  lower[n - 2] = lower[n - 2]! - h[n - 2]! * q;
  for (let i = 2; i < n - 1; i++) {
    const factor = lower[i]! / diagonal[i - 1]!;
    diagonal[i] = diagonal[i]! - factor * upper[i - 1]!;
    right[i] = right[i]! - factor * right[i - 1]!;
  }
  const m = new Float64Array(n);
  for (let i = n - 2; i >= 1; i--) m[i] = (right[i]! - (i < n - 2 ? upper[i]! * m[i + 1]! : 0)) / diagonal[i]!;
  m[0] = (1 + p) * m[1]! - p * m[2]!;
  m[n - 1] = (1 + q) * m[n - 2]! - q * m[n - 3]!;
  return m;
}
