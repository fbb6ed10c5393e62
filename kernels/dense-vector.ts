// Dot products, sums and the symmetric matrix–vector product: the memory-bound half of the dense kernels. Two lanes and a
// fixed number of partial sums, so the order of every sum is fixed too.

export function at(base: usize, i: i32): usize {
  return base + ((<usize>i) << 3);
}

/** Σ x_i y_i */
export function dot(x: usize, y: usize, n: i32): f64 {
  let s0 = f64x2.splat(0);
  let s1 = s0;
  let i = 0;
  for (; i + 3 < n; i += 4) {
    s0 = f64x2.add(s0, f64x2.mul(v128.load(x), v128.load(y)));
    s1 = f64x2.add(s1, f64x2.mul(v128.load(x, 16), v128.load(y, 16)));
    x += 32;
    y += 32;
  }
  s0 = f64x2.add(s0, s1);
  let sum = f64x2.extract_lane(s0, 0) + f64x2.extract_lane(s0, 1);
  for (; i < n; i++) {
    sum += load<f64>(x) * load<f64>(y);
    x += 8;
    y += 8;
  }
  return sum;
}

/** y += α x */
export function addScaled(alpha: f64, x: usize, y: usize, n: i32): void {
  const factor = f64x2.splat(alpha);
  let i = 0;
  for (; i + 3 < n; i += 4) {
    v128.store(y, f64x2.add(v128.load(y), f64x2.mul(factor, v128.load(x))));
    v128.store(y, f64x2.add(v128.load(y, 16), f64x2.mul(factor, v128.load(x, 16))), 16);
    x += 32;
    y += 32;
  }
  for (; i < n; i++) {
    store<f64>(y, load<f64>(y) + alpha * load<f64>(x));
    x += 8;
    y += 8;
  }
}

/** y += α x + β z */
export function addTwoScaled(alpha: f64, x: usize, beta: f64, z: usize, y: usize, n: i32): void {
  const a = f64x2.splat(alpha);
  const b = f64x2.splat(beta);
  let i = 0;
  for (; i + 1 < n; i += 2) {
    const sum = f64x2.add(f64x2.mul(a, v128.load(x)), f64x2.mul(b, v128.load(z)));
    v128.store(y, f64x2.add(v128.load(y), sum));
    x += 16;
    z += 16;
    y += 16;
  }
  if (i < n) store<f64>(y, load<f64>(y) + (alpha * load<f64>(x) + beta * load<f64>(z)));
}

/** x ← α x */
export function scale(alpha: f64, x: usize, n: i32): void {
  for (let i = 0; i < n; i++) store<f64>(at(x, i), alpha * load<f64>(at(x, i)));
}

function sumOf(x: v128): f64 {
  return f64x2.extract_lane(x, 0) + f64x2.extract_lane(x, 1);
}

/**
 * y = A x for a symmetric A [n,n] of which only the upper triangle (row distance `ld`) is read, each element once: it serves
 * its row and, mirrored, its column. Four rows at a time share the loads of x and y.
 */
export function symmetricTimes(a: usize, ld: i32, n: i32, x: usize, y: usize): void {
  memory.fill(y, 0, (<usize>n) << 3);
  let r = 0;
  for (; r + 3 < n; r += 4) {
    const row0 = at(a, r * ld + r);
    fourDiagonal(row0, ld, at(x, r), at(y, r));
    const first = r + 4;
    const count = n - first;
    if (count <= 0) continue;
    fourRows(row0 + 32, (<usize>ld) << 3, count, at(x, r), at(y, r));
  }
  for (; r < n; r++) {
    let sum = load<f64>(at(a, r * ld + r)) * load<f64>(at(x, r));
    const xr = load<f64>(at(x, r));
    for (let j = r + 1; j < n; j++) {
      const element = load<f64>(at(a, r * ld + j));
      sum += element * load<f64>(at(x, j));
      store<f64>(at(y, j), load<f64>(at(y, j)) + element * xr);
    }
    store<f64>(at(y, r), load<f64>(at(y, r)) + sum);
  }
}

/** The 4 × 4 block on the diagonal. */
function fourDiagonal(a: usize, ld: i32, x: usize, y: usize): void {
  for (let i = 0; i < 4; i++) {
    const xi = load<f64>(at(x, i));
    let sum = load<f64>(at(a, i * ld + i)) * xi;
    for (let j = i + 1; j < 4; j++) {
      const element = load<f64>(at(a, i * ld + j));
      sum += element * load<f64>(at(x, j));
      store<f64>(at(y, j), load<f64>(at(y, j)) + element * xi);
    }
    store<f64>(at(y, i), load<f64>(at(y, i)) + sum);
  }
}

/** Four rows of `count` elements that begin four columns right of the diagonal block whose x and y are given. */
function fourRows(a0: usize, row: usize, count: i32, x: usize, y: usize): void {
  let a1 = a0 + row;
  let a2 = a1 + row;
  let a3 = a2 + row;
  const x0 = v128.load_splat<f64>(x);
  const x1 = v128.load_splat<f64>(x, 8);
  const x2 = v128.load_splat<f64>(x, 16);
  const x3 = v128.load_splat<f64>(x, 24);
  let s0 = f64x2.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let xs = x + 32;
  let ys = y + 32;
  let i = 0;
  for (; i + 1 < count; i += 2) {
    const xv = v128.load(xs);
    const e0 = v128.load(a0);
    const e1 = v128.load(a1);
    const e2 = v128.load(a2);
    const e3 = v128.load(a3);
    s0 = f64x2.add(s0, f64x2.mul(e0, xv));
    s1 = f64x2.add(s1, f64x2.mul(e1, xv));
    s2 = f64x2.add(s2, f64x2.mul(e2, xv));
    s3 = f64x2.add(s3, f64x2.mul(e3, xv));
    const low = f64x2.add(f64x2.mul(e0, x0), f64x2.mul(e1, x1));
    const high = f64x2.add(f64x2.mul(e2, x2), f64x2.mul(e3, x3));
    v128.store(ys, f64x2.add(v128.load(ys), f64x2.add(low, high)));
    xs += 16;
    ys += 16;
    a0 += 16;
    a1 += 16;
    a2 += 16;
    a3 += 16;
  }
  let t0 = sumOf(s0);
  let t1 = sumOf(s1);
  let t2 = sumOf(s2);
  let t3 = sumOf(s3);
  if (i < count) {
    const xv = load<f64>(xs);
    const e0 = load<f64>(a0);
    const e1 = load<f64>(a1);
    const e2 = load<f64>(a2);
    const e3 = load<f64>(a3);
    t0 += e0 * xv;
    t1 += e1 * xv;
    t2 += e2 * xv;
    t3 += e3 * xv;
    const low = e0 * load<f64>(x) + e1 * load<f64>(x, 8);
    const high = e2 * load<f64>(x, 16) + e3 * load<f64>(x, 24);
    store<f64>(ys, load<f64>(ys) + (low + high));
  }
  store<f64>(y, load<f64>(y) + t0);
  store<f64>(y, load<f64>(y, 8) + t1, 8);
  store<f64>(y, load<f64>(y, 16) + t2, 16);
  store<f64>(y, load<f64>(y, 24) + t3, 24);
}
