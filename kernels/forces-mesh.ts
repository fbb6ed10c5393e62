// Charges onto a mesh and forces from its potential (smooth particle-mesh Ewald; Essmann et al., 10.1063/1.470117).
//
// The window of an atom at u (in mesh steps) along one axis has P weights, polynomials in t = u − ⌊u⌋ − ½. Every mesh point adds its atoms
// in one order, by plane, row and number of the atom, whatever planes a call works on: the sums do not depend on how work is shared out.
// Rows are longer than the mesh by P points, so that atoms near the end need no wrapping along z; the surplus is folded back later.

import { both, madd } from "./forces-simd";

/**
 * Weights and their derivatives of atoms [from, to).
 * @param positions f64 [n, 3] Å
 * @param frame f64 [12]: for each axis the reciprocal vector (1/Å) and the number of mesh points
 * @param width P, even
 * @param terms coefficients of each polynomial
 * @param polynomials f64 [3, terms, P], highest power first
 * @param bases i32 [n, 4] first mesh point along each axis
 * @param weights f64 [n, 6, P]: along x y z, then their derivatives
 */
export function meshWeights(
  from: i32,
  to: i32,
  positions: usize,
  frame: usize,
  width: i32,
  terms: i32,
  polynomials: usize,
  bases: usize,
  weights: usize,
): void {
  const row = (<usize>width) << 3;
  for (let i = from; i < to; i++) {
    const place = positions + <usize>i * 24;
    const out = weights + <usize>i * 6 * row;
    for (let axis: usize = 0; axis < 3; axis++) {
      const b = frame + (axis << 5);
      const count = load<f64>(b, 24);
      const s =
        load<f64>(place) * load<f64>(b) +
        load<f64>(place, 8) * load<f64>(b, 8) +
        load<f64>(place, 16) * load<f64>(b, 16);
      const u = (s - floor(s)) * count;
      const step = min(floor(u), count - 1); // 1 − tiny can round to 1
      let base = <i32>step - (width >> 1) + 1;
      if (base < 0) base += <i32>count;
      store<i32>(bases + ((<usize>i) << 4) + (axis << 2), base);
      const t = f64x2.splat(u - step - 0.5);
      const table = polynomials + axis * <usize>terms * row;
      for (let at: usize = 0; at < row; at += 16) {
        let p = table + at;
        let value = v128.load(p);
        let slope = f64x2.splat(0);
        for (let k = 1; k < terms; k++) {
          p += row;
          slope = madd(slope, t, value);
          value = madd(value, t, v128.load(p));
        }
        v128.store(out + axis * row + at, value);
        v128.store(out + (axis + 3) * row + at, slope);
      }
    }
  }
}

/**
 * Sorts atoms by their first mesh plane and row.
 * @param starts i32 [nx ny + 1]
 * @param order i32 [n]
 */
export function meshSort(n: i32, bases: usize, nx: i32, ny: i32, starts: usize, order: usize): void {
  const bins = nx * ny;
  memory.fill(starts, 0, (<usize>(bins + 1)) << 2);
  for (let i = 0; i < n; i++) {
    const base = bases + ((<usize>i) << 4);
    const bin = starts + ((<usize>(load<i32>(base) * ny + load<i32>(base, 4))) << 2);
    store<i32>(bin, load<i32>(bin, 4) + 1, 4);
  }
  for (let b = 1; b <= bins; b++) {
    const bin = starts + ((<usize>b) << 2);
    store<i32>(bin, load<i32>(bin) + load<i32>(bin - 4));
  }
  // backwards, each bin's start moving down from its end, so that atoms of a bin stay in the order of their numbers
  for (let i = n - 1; i >= 0; i--) {
    const base = bases + ((<usize>i) << 4);
    const bin = starts + ((<usize>(load<i32>(base) * ny + load<i32>(base, 4))) << 2);
    const place = load<i32>(bin, 4) - 1;
    store<i32>(bin, place, 4);
    store<i32>(order + ((<usize>place) << 2), i);
  }
  // now entry b + 1 holds the start of bin b
  memory.copy(starts, starts + 4, (<usize>bins) << 2);
  store<i32>(starts + ((<usize>bins) << 2), n);
}

/**
 * Fills the planes [from, to) of the mesh with charge.
 * @param mesh f64 [nx, ny, stride]
 * @param shape i32 [4]: nx ny stride P
 */
export function meshSpread(
  from: i32,
  to: i32,
  mesh: usize,
  shape: usize,
  charges: usize,
  bases: usize,
  weights: usize,
  starts: usize,
  order: usize,
): void {
  const nx = load<i32>(shape);
  const ny = load<i32>(shape, 4);
  const stride = (<usize>load<i32>(shape, 8)) << 3;
  const width = load<i32>(shape, 12);
  const plane = <usize>ny * stride;
  memory.fill(mesh + <usize>from * plane, 0, <usize>(to - from) * plane);
  for (let first = from - width + 1; first < to; first++) {
    const bin = starts + ((<usize>((first < 0 ? first + nx : first) * ny)) << 2);
    const stop = load<i32>(bin + ((<usize>ny) << 2));
    const low = max(from - first, 0);
    const high = min(to - first, width);
    for (let p = load<i32>(bin); p < stop; p++) {
      const i = <usize>load<i32>(order + ((<usize>p) << 2));
      const w = weights + i * <usize>width * 48;
      const y = load<i32>(bases + (i << 4), 4);
      const z = (<usize>load<i32>(bases + (i << 4), 8)) << 3;
      const q = load<f64>(charges + (i << 3));
      for (let a = low; a < high; a++) {
        const to = mesh + <usize>(first + a) * plane + z;
        spreadPlane(to, stride, ny, y, width, q * load<f64>(w + ((<usize>a) << 3)), w + ((<usize>width) << 3));
      }
    }
  }
}

function spreadPlane(plane: usize, stride: usize, ny: i32, y: i32, width: i32, q: f64, w: usize): void {
  const row = (<usize>width) << 3;
  const z = w + row;
  const pairs = width >> 1;
  const z0 = v128.load(z);
  const z1 = v128.load(z, 16);
  const z2 = pairs > 2 ? v128.load(z, 32) : z0;
  const z3 = pairs > 3 ? v128.load(z, 48) : z0;
  const z4 = pairs > 4 ? v128.load(z, 64) : z0;
  const z5 = pairs > 5 ? v128.load(z, 80) : z0;
  for (let b: usize = 0; b < row; b += 8) {
    const to = plane + <usize>y * stride;
    const c = f64x2.splat(q * load<f64>(w + b));
    v128.store(to, madd(c, z0, v128.load(to)));
    v128.store(to, madd(c, z1, v128.load(to, 16)), 16);
    if (pairs > 2) v128.store(to, madd(c, z2, v128.load(to, 32)), 32);
    if (pairs > 3) v128.store(to, madd(c, z3, v128.load(to, 48)), 48);
    if (pairs > 4) v128.store(to, madd(c, z4, v128.load(to, 64)), 64);
    if (pairs > 5) v128.store(to, madd(c, z5, v128.load(to, 80)), 80);
    if (++y === ny) y = 0;
  }
}

/**
 * Forces of the atoms order[from, to): −q ∂φ/∂u along the three axes of the mesh.
 * @param forces f64 [n, 4]
 */
export function meshGather(
  from: i32,
  to: i32,
  mesh: usize,
  shape: usize,
  charges: usize,
  bases: usize,
  weights: usize,
  order: usize,
  forces: usize,
): void {
  const nx = load<i32>(shape);
  const ny = load<i32>(shape, 4);
  const stride = (<usize>load<i32>(shape, 8)) << 3;
  const width = load<i32>(shape, 12);
  const row = (<usize>width) << 3;
  const pairs = width >> 1;
  const slab = <usize>ny * stride;
  for (let p = from; p < to; p++) {
    const i = <usize>load<i32>(order + ((<usize>p) << 2));
    const w = weights + i * row * 6;
    const wz = w + 2 * row;
    const dz = w + 5 * row;
    const base = bases + (i << 4);
    const y0 = load<i32>(base, 4);
    const z = mesh + ((<usize>load<i32>(base, 8)) << 3);
    let x = load<i32>(base);
    let fx: f64 = 0;
    let fy: f64 = 0;
    let fz: f64 = 0;
    for (let a: usize = 0; a < row; a += 8) {
      let y = y0;
      const plane = z + <usize>x * slab;
      // sums over y for each z: g with the weights, h with their derivatives
      let g0 = f64x2.splat(0);
      let g1 = g0;
      let g2 = g0;
      let g3 = g0;
      let g4 = g0;
      let g5 = g0;
      let h0 = g0;
      let h1 = g0;
      let h2 = g0;
      let h3 = g0;
      let h4 = g0;
      let h5 = g0;
      for (let b: usize = 0; b < row; b += 8) {
        const at = plane + <usize>y * stride;
        const wy = v128.load_splat<f64>(w + row + b);
        const dy = v128.load_splat<f64>(w + 4 * row + b);
        let m = v128.load(at);
        g0 = madd(m, wy, g0);
        h0 = madd(m, dy, h0);
        m = v128.load(at, 16);
        g1 = madd(m, wy, g1);
        h1 = madd(m, dy, h1);
        if (pairs > 2) {
          m = v128.load(at, 32);
          g2 = madd(m, wy, g2);
          h2 = madd(m, dy, h2);
        }
        if (pairs > 3) {
          m = v128.load(at, 48);
          g3 = madd(m, wy, g3);
          h3 = madd(m, dy, h3);
        }
        if (pairs > 4) {
          m = v128.load(at, 64);
          g4 = madd(m, wy, g4);
          h4 = madd(m, dy, h4);
        }
        if (pairs > 5) {
          m = v128.load(at, 80);
          g5 = madd(m, wy, g5);
          h5 = madd(m, dy, h5);
        }
        if (++y === ny) y = 0;
      }
      let c = v128.load(wz);
      let d = v128.load(dz);
      let value = f64x2.mul(g0, c);
      let across = f64x2.mul(h0, c);
      let along = f64x2.mul(g0, d);
      c = v128.load(wz, 16);
      d = v128.load(dz, 16);
      value = madd(g1, c, value);
      across = madd(h1, c, across);
      along = madd(g1, d, along);
      if (pairs > 2) {
        c = v128.load(wz, 32);
        value = madd(g2, c, value);
        across = madd(h2, c, across);
        along = madd(g2, v128.load(dz, 32), along);
      }
      if (pairs > 3) {
        c = v128.load(wz, 48);
        value = madd(g3, c, value);
        across = madd(h3, c, across);
        along = madd(g3, v128.load(dz, 48), along);
      }
      if (pairs > 4) {
        c = v128.load(wz, 64);
        value = madd(g4, c, value);
        across = madd(h4, c, across);
        along = madd(g4, v128.load(dz, 64), along);
      }
      if (pairs > 5) {
        c = v128.load(wz, 80);
        value = madd(g5, c, value);
        across = madd(h5, c, across);
        along = madd(g5, v128.load(dz, 80), along);
      }
      fx += load<f64>(w + 3 * row + a) * both(value);
      fy += load<f64>(w + a) * both(across);
      fz += load<f64>(w + a) * both(along);
      if (++x === nx) x = 0;
    }
    const q = -load<f64>(charges + (i << 3));
    const to = forces + (i << 5);
    store<f64>(to, q * fx);
    store<f64>(to, q * fy, 8);
    store<f64>(to, q * fz, 16);
  }
}
