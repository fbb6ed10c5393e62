// kernel module
// Fourier transforms of complex f64 data along one axis, by Stockham's self-sorting passes. Twin: src/kernels/twins/fft.ts, where
// the pass is derived. One complex number is one SIMD vector (re, im).

/** x · w with w given as (re, re) and (−im, im). */
function times(x: v128, re: v128, im: v128): v128 {
  return f64x2.add(f64x2.mul(x, re), f64x2.mul(v128.shuffle<f64>(x, x, 1, 0), im));
}

/** −i x */
function turn(x: v128): v128 {
  return f64x2.mul(v128.shuffle<f64>(x, x, 1, 0), f64x2(1, -1));
}

function real(table: usize, k: i32): v128 {
  return v128.load_splat<f64>(table + ((<usize>k) << 4));
}

function imaginary(table: usize, k: i32): v128 {
  return f64x2.mul(v128.load_splat<f64>(table + ((<usize>k) << 4), 8), f64x2(-1, 1));
}

/**
 * Transforms `data` [outer, n, batch, 2] along n in place. `factors` lists the `passes` radices (i32) whose product is n, `table`
 * [n,2] holds exp(−2πi k/n), `scratch` one block [n, batch, 2].
 */
export function transform(
  data: usize,
  outer: i32,
  n: i32,
  batch: i32,
  factors: usize,
  passes: i32,
  table: usize,
  scratch: usize,
): void {
  const block = (<usize>(n * batch)) << 4;
  for (let o = 0; o < outer; o++) {
    let from = data + <usize>o * block;
    let to = scratch;
    let step = 1;
    let groups = n;
    for (let f = 0; f < passes; f++) {
      const radix = load<i32>(factors + ((<usize>f) << 2));
      groups /= radix;
      if (radix === 4) pass4(from, to, table, groups, step, step * batch);
      else if (radix === 2) pass2(from, to, table, groups, step, step * batch);
      else if (radix === 3) pass3(from, to, table, groups, step, step * batch);
      else pass5(from, to, table, groups, step, step * batch);
      step *= radix;
      const other = from;
      from = to;
      to = other;
    }
    if (from === scratch) memory.copy(to, from, block);
  }
}

/** (re, im) → scale · (im, re): before and after a forward transform it makes the inverse one. */
export function swapAndScale(data: usize, count: i32, scale: f64): void {
  const factor = f64x2.splat(scale);
  for (let i = 0; i < count; i++) {
    const x = v128.load(data);
    v128.store(data, f64x2.mul(v128.shuffle<f64>(x, x, 1, 0), factor));
    data += 16;
  }
}

function pass2(from: usize, to: usize, table: usize, groups: i32, step: i32, stride: i32): void {
  const far = (<usize>(stride * groups)) << 4;
  const near = (<usize>stride) << 4;
  for (let p = 0; p < groups; p++) {
    const re = real(table, p * step);
    const im = imaginary(table, p * step);
    for (const end = from + near; from < end; from += 16) {
      const a = v128.load(from);
      const b = v128.load(from + far);
      v128.store(to, f64x2.add(a, b));
      v128.store(to + near, times(f64x2.sub(a, b), re, im));
      to += 16;
    }
    to += near;
  }
}

function pass4(from: usize, to: usize, table: usize, groups: i32, step: i32, stride: i32): void {
  const far = (<usize>(stride * groups)) << 4;
  const near = (<usize>stride) << 4;
  for (let p = 0; p < groups; p++) {
    const re1 = real(table, p * step);
    const im1 = imaginary(table, p * step);
    const re2 = real(table, 2 * p * step);
    const im2 = imaginary(table, 2 * p * step);
    const re3 = real(table, 3 * p * step);
    const im3 = imaginary(table, 3 * p * step);
    for (const end = from + near; from < end; from += 16) {
      const x0 = v128.load(from);
      const x1 = v128.load(from + far);
      const x2 = v128.load(from + 2 * far);
      const x3 = v128.load(from + 3 * far);
      const even = f64x2.add(x0, x2);
      const evenDifference = f64x2.sub(x0, x2);
      const odd = f64x2.add(x1, x3);
      const oddDifference = turn(f64x2.sub(x1, x3));
      v128.store(to, f64x2.add(even, odd));
      v128.store(to + near, times(f64x2.add(evenDifference, oddDifference), re1, im1));
      v128.store(to + 2 * near, times(f64x2.sub(even, odd), re2, im2));
      v128.store(to + 3 * near, times(f64x2.sub(evenDifference, oddDifference), re3, im3));
      to += 16;
    }
    to += 3 * near;
  }
}

function pass3(from: usize, to: usize, table: usize, groups: i32, step: i32, stride: i32): void {
  const far = (<usize>(stride * groups)) << 4;
  const near = (<usize>stride) << 4;
  const cosine = f64x2.splat(-0.5);
  const sine = f64x2.splat(0.8660254037844386);
  for (let p = 0; p < groups; p++) {
    const re1 = real(table, p * step);
    const im1 = imaginary(table, p * step);
    const re2 = real(table, 2 * p * step);
    const im2 = imaginary(table, 2 * p * step);
    for (const end = from + near; from < end; from += 16) {
      const x0 = v128.load(from);
      const x1 = v128.load(from + far);
      const x2 = v128.load(from + 2 * far);
      const sum = f64x2.add(x1, x2);
      const side = f64x2.mul(sine, turn(f64x2.sub(x1, x2)));
      const middle = f64x2.add(x0, f64x2.mul(cosine, sum));
      v128.store(to, f64x2.add(x0, sum));
      v128.store(to + near, times(f64x2.add(middle, side), re1, im1));
      v128.store(to + 2 * near, times(f64x2.sub(middle, side), re2, im2));
      to += 16;
    }
    to += 2 * near;
  }
}

function pass5(from: usize, to: usize, table: usize, groups: i32, step: i32, stride: i32): void {
  const far = (<usize>(stride * groups)) << 4;
  const near = (<usize>stride) << 4;
  const c1 = f64x2.splat(0.30901699437494745);
  const c2 = f64x2.splat(-0.8090169943749475);
  const s1 = f64x2.splat(0.9510565162951535);
  const s2 = f64x2.splat(0.5877852522924731);
  for (let p = 0; p < groups; p++) {
    for (const end = from + near; from < end; from += 16) {
      const x0 = v128.load(from);
      const x1 = v128.load(from + far);
      const x2 = v128.load(from + 2 * far);
      const x3 = v128.load(from + 3 * far);
      const x4 = v128.load(from + 4 * far);
      const sum1 = f64x2.add(x1, x4);
      const sum2 = f64x2.add(x2, x3);
      const side1 = turn(f64x2.sub(x1, x4));
      const side2 = turn(f64x2.sub(x2, x3));
      const m1 = f64x2.add(x0, f64x2.add(f64x2.mul(c1, sum1), f64x2.mul(c2, sum2)));
      const m2 = f64x2.add(x0, f64x2.add(f64x2.mul(c2, sum1), f64x2.mul(c1, sum2)));
      const n1 = f64x2.add(f64x2.mul(s1, side1), f64x2.mul(s2, side2));
      const n2 = f64x2.sub(f64x2.mul(s2, side1), f64x2.mul(s1, side2));
      v128.store(to, f64x2.add(x0, f64x2.add(sum1, sum2)));
      v128.store(to + near, times(f64x2.add(m1, n1), real(table, p * step), imaginary(table, p * step)));
      v128.store(to + 2 * near, times(f64x2.add(m2, n2), real(table, 2 * p * step), imaginary(table, 2 * p * step)));
      v128.store(to + 3 * near, times(f64x2.sub(m2, n2), real(table, 3 * p * step), imaginary(table, 3 * p * step)));
      v128.store(to + 4 * near, times(f64x2.sub(m1, n1), real(table, 4 * p * step), imaginary(table, 4 * p * step)));
      to += 16;
    }
    to += 4 * near;
  }
}
