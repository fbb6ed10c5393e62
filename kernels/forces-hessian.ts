// Reciprocal part of the second derivatives between different atoms, by waves:
//   H_ab = Σ_k w(k) cos k·(r_a − r_b),   w = 2 W k⊗k,   cos k·(r_a − r_b) = c_a c_b + s_a s_b, charges in c and s.
// The six components of w share one cosine, which makes this cheaper than a rank update with k inside the factors.

import { both, madd } from "./forces-simd";

/**
 * @param waves in this batch, even
 * @param rows f64 [atoms, 2, waves] q cos k·r, q sin k·r
 * @param weights f64 [6, waves] xx yy zz yz xz xy
 * @param blocks f64 [atoms, atoms, 6], added to where a < b; may be written past the diagonal
 */
export function hessianWaves(atoms: i32, waves: i32, rows: usize, weights: usize, blocks: usize): void {
  const row = (<usize>waves) << 3;
  for (let a = 0; a < atoms; a++) {
    const ra = rows + <usize>a * 2 * row;
    let b = a + 1;
    for (; b + 1 < atoms; b += 2) {
      twoBlocks(
        row,
        ra,
        rows + <usize>b * 2 * row,
        rows + <usize>(b + 1) * 2 * row,
        weights,
        blocks + <usize>(a * atoms + b) * 48,
      );
    }
    if (b < atoms) {
      const rb = rows + <usize>b * 2 * row;
      oneBlock(row, ra, rb, weights, blocks + <usize>(a * atoms + b) * 48);
    }
  }
}

function twoBlocks(row: usize, ra: usize, rb: usize, rc: usize, weights: usize, to: usize): void {
  let xx = f64x2.splat(0);
  let yy = f64x2.splat(0);
  let zz = f64x2.splat(0);
  let yz = f64x2.splat(0);
  let xz = f64x2.splat(0);
  let xy = f64x2.splat(0);
  let xx2 = f64x2.splat(0);
  let yy2 = f64x2.splat(0);
  let zz2 = f64x2.splat(0);
  let yz2 = f64x2.splat(0);
  let xz2 = f64x2.splat(0);
  let xy2 = f64x2.splat(0);
  for (let at: usize = 0; at < row; at += 16) {
    const ca = v128.load(ra + at);
    const sa = v128.load(ra + row + at);
    const g = madd(sa, v128.load(rb + row + at), f64x2.mul(ca, v128.load(rb + at)));
    const h = madd(sa, v128.load(rc + row + at), f64x2.mul(ca, v128.load(rc + at)));
    let w = weights + at;
    let v = v128.load(w);
    xx = madd(v, g, xx);
    xx2 = madd(v, h, xx2);
    v = v128.load((w += row));
    yy = madd(v, g, yy);
    yy2 = madd(v, h, yy2);
    v = v128.load((w += row));
    zz = madd(v, g, zz);
    zz2 = madd(v, h, zz2);
    v = v128.load((w += row));
    yz = madd(v, g, yz);
    yz2 = madd(v, h, yz2);
    v = v128.load((w += row));
    xz = madd(v, g, xz);
    xz2 = madd(v, h, xz2);
    v = v128.load((w += row));
    xy = madd(v, g, xy);
    xy2 = madd(v, h, xy2);
  }
  addBlock(to, xx, yy, zz, yz, xz, xy);
  addBlock(to + 48, xx2, yy2, zz2, yz2, xz2, xy2);
}

function oneBlock(row: usize, ra: usize, rb: usize, weights: usize, to: usize): void {
  let xx = f64x2.splat(0);
  let yy = f64x2.splat(0);
  let zz = f64x2.splat(0);
  let yz = f64x2.splat(0);
  let xz = f64x2.splat(0);
  let xy = f64x2.splat(0);
  for (let at: usize = 0; at < row; at += 16) {
    const g = madd(
      v128.load(ra + row + at),
      v128.load(rb + row + at),
      f64x2.mul(v128.load(ra + at), v128.load(rb + at)),
    );
    const w = weights + at;
    xx = madd(v128.load(w), g, xx);
    yy = madd(v128.load(w + row), g, yy);
    zz = madd(v128.load(w + 2 * row), g, zz);
    yz = madd(v128.load(w + 3 * row), g, yz);
    xz = madd(v128.load(w + 4 * row), g, xz);
    xy = madd(v128.load(w + 5 * row), g, xy);
  }
  addBlock(to, xx, yy, zz, yz, xz, xy);
}

function addBlock(to: usize, xx: v128, yy: v128, zz: v128, yz: v128, xz: v128, xy: v128): void {
  store<f64>(to, load<f64>(to) + both(xx));
  store<f64>(to, load<f64>(to, 8) + both(yy), 8);
  store<f64>(to, load<f64>(to, 16) + both(zz), 16);
  store<f64>(to, load<f64>(to, 24) + both(yz), 24);
  store<f64>(to, load<f64>(to, 32) + both(xz), 32);
  store<f64>(to, load<f64>(to, 40) + both(xy), 40);
}
