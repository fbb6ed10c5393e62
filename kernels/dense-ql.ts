// Eigenpairs of a small symmetric tridiagonal matrix by implicit QL steps with Wilkinson's shift; every rotation is also
// applied to two rows of vectors. The same steps as src/kernels/twins/symmetric-eigen.ts.

import { at } from "./dense-vector";

const MAX_STEPS: i32 = 60;
const EPSILON: f64 = 2.220446049250313e-16;
const NEGLIGIBLE: f64 = 1e-145;

function length2(a: f64, b: f64): f64 {
  const large = max(abs(a), abs(b));
  if (large === 0) return 0;
  const ratio = min(abs(a), abs(b)) / large;
  return large * sqrt<f64>(1 + ratio * ratio);
}

/** Values to `d` [n], unsorted; `z` (0 for none) holds n rows of `count` numbers, `ld` apart. False when QL stalls. */
export function diagonalise(d: usize, e: usize, n: i32, z: usize, ld: i32, count: i32): bool {
  for (let l = 0; l < n; l++) {
    for (let step = 0; ; step++) {
      let m = l;
      for (; m < n - 1; m++) {
        const near = EPSILON * (abs(load<f64>(at(d, m))) + abs(load<f64>(at(d, m + 1))));
        if (abs(load<f64>(at(e, m))) <= max(near, NEGLIGIBLE)) break;
      }
      if (m === l) break;
      if (step === MAX_STEPS) return false;
      sweep(d, e, l, m, z, ld, count);
    }
  }
  return true;
}

function sweep(d: usize, e: usize, first: i32, last: i32, z: usize, ld: i32, count: i32): void {
  const d0 = load<f64>(at(d, first));
  const e0 = load<f64>(at(e, first));
  const ratio = (load<f64>(at(d, first + 1)) - d0) / (2 * e0);
  const root = length2(ratio, 1);
  let g = load<f64>(at(d, last)) - d0 + e0 / (ratio + (ratio < 0 ? -root : root));
  let s: f64 = 1;
  let c: f64 = 1;
  let p: f64 = 0;
  for (let i = last - 1; i >= first; i--) {
    const ei = load<f64>(at(e, i));
    const f = s * ei;
    const b = c * ei;
    const r = length2(f, g);
    store<f64>(at(e, i + 1), r);
    if (r === 0) {
      store<f64>(at(d, i + 1), load<f64>(at(d, i + 1)) - p);
      store<f64>(at(e, last), 0);
      return;
    }
    s = f / r;
    c = g / r;
    g = load<f64>(at(d, i + 1)) - p;
    const t = (load<f64>(at(d, i)) - g) * s + 2 * c * b;
    p = s * t;
    store<f64>(at(d, i + 1), g + p);
    g = c * t - b;
    // new lower row = s·upper + c·lower, new upper row = c·upper − s·lower
    if (z !== 0) rotate(at(z, (i + 1) * ld), at(z, i * ld), c, s, count);
  }
  store<f64>(at(d, first), load<f64>(at(d, first)) - p);
  store<f64>(at(e, first), g);
  store<f64>(at(e, last), 0);
}

/** x ← c x + s y, y ← c y − s x. */
export function rotate(x: usize, y: usize, c: f64, s: f64, count: i32): void {
  const cc = f64x2.splat(c);
  const ss = f64x2.splat(s);
  let i = 0;
  for (; i + 1 < count; i += 2) {
    const xv = v128.load(x);
    const yv = v128.load(y);
    v128.store(x, f64x2.add(f64x2.mul(cc, xv), f64x2.mul(ss, yv)));
    v128.store(y, f64x2.sub(f64x2.mul(cc, yv), f64x2.mul(ss, xv)));
    x += 16;
    y += 16;
  }
  if (i < count) {
    const xv = load<f64>(x);
    const yv = load<f64>(y);
    store<f64>(x, c * xv + s * yv);
    store<f64>(y, c * yv - s * xv);
  }
}
