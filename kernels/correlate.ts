// kernel module
// Counts of distances between points of a periodic cell, two at a time. docs/theory/correlations.md
//
// Points are fractional, x, y, z each contiguous, `stride` numbers apart. `cell` holds the six numbers t of the lower triangular cell
// (rows a, b, c) and then 1 or 0 for each axis that is periodic:
//
//   d = s_j − s_i,  d ← d − nearest(p d),  X = d_x t0 + d_y t1 + d_z t3,  Y = d_y t2 + d_z t4,  Z = d_z t5,  r = √(X² + Y² + Z²)
//
// r goes to bin ⌊r · scale⌋, everything from `bins` on to bin `bins`. Twin: src/kernels/twins/correlate.ts, bit for bit.

const ALL = 0;
const LATER = 1; // j > i

/** Counts all pairs (i of a, j of b), or those with j > i, or those with j ≠ i. */
export function countDistances(
  a: usize,
  aCount: i32,
  b: usize,
  bCount: i32,
  stride: usize,
  cell: usize,
  scale: f64,
  bins: i32,
  counts: usize,
  pairs: i32,
): void {
  const far = stride << 3;
  for (let i = 0; i < aCount; i++) {
    const at = a + ((<usize>i) << 3);
    const x = v128.load64_splat(at);
    const y = v128.load64_splat(at + far);
    const z = v128.load64_splat(at + 2 * far);
    if (pairs === ALL) row(x, y, z, b, far, 0, bCount, cell, scale, bins, counts);
    else if (pairs === LATER) row(x, y, z, b, far, i + 1, bCount, cell, scale, bins, counts);
    else {
      row(x, y, z, b, far, 0, i, cell, scale, bins, counts);
      row(x, y, z, b, far, i + 1, bCount, cell, scale, bins, counts);
    }
  }
}

function row(
  x: v128,
  y: v128,
  z: v128,
  b: usize,
  far: usize,
  from: i32,
  to: i32,
  cell: usize,
  scale: f64,
  bins: i32,
  counts: usize,
): void {
  const t0 = v128.load64_splat(cell);
  const t1 = v128.load64_splat(cell, 8);
  const t2 = v128.load64_splat(cell, 16);
  const t3 = v128.load64_splat(cell, 24);
  const t4 = v128.load64_splat(cell, 32);
  const t5 = v128.load64_splat(cell, 40);
  const p0 = v128.load64_splat(cell, 48);
  const p1 = v128.load64_splat(cell, 56);
  const p2 = v128.load64_splat(cell, 64);
  const scales = f64x2.splat(scale);
  const last = f64x2.splat(<f64>bins);
  let at = b + ((<usize>from) << 3);
  const end = b + ((<usize>to) << 3);
  while (at < end) {
    // The last odd one is read together with a neighbour that is not counted: the arrays end with room for it.
    let dx = f64x2.sub(v128.load(at), x);
    let dy = f64x2.sub(v128.load(at + far), y);
    let dz = f64x2.sub(v128.load(at + 2 * far), z);
    dx = f64x2.sub(dx, f64x2.nearest(f64x2.mul(p0, dx)));
    dy = f64x2.sub(dy, f64x2.nearest(f64x2.mul(p1, dy)));
    dz = f64x2.sub(dz, f64x2.nearest(f64x2.mul(p2, dz)));
    const X = f64x2.add(f64x2.add(f64x2.mul(dx, t0), f64x2.mul(dy, t1)), f64x2.mul(dz, t3));
    const Y = f64x2.add(f64x2.mul(dy, t2), f64x2.mul(dz, t4));
    const Z = f64x2.mul(dz, t5);
    const squared = f64x2.add(f64x2.add(f64x2.mul(X, X), f64x2.mul(Y, Y)), f64x2.mul(Z, Z));
    const bin = i32x4.trunc_sat_f64x2_s_zero(f64x2.pmin(f64x2.mul(f64x2.sqrt(squared), scales), last));
    const first = counts + ((<usize>i32x4.extract_lane(bin, 0)) << 2);
    store<i32>(first, load<i32>(first) + 1);
    if (at + 8 < end) {
      const second = counts + ((<usize>i32x4.extract_lane(bin, 1)) << 2);
      store<i32>(second, load<i32>(second) + 1);
    }
    at += 16;
  }
}
