// From the charge on the mesh to its potential: transform, influence function, transform back.
//
// A row of n_z real numbers is transformed as n_z/2 complex ones (src/numerics/fft-real.ts has the formulas); then come y and x. One
// block [x, z] for each y is copied out, transformed, multiplied and transformed back while it is in the nearest cache. The inverse
// transform is the forward one between two exchanges of real and imaginary parts.

import { transform } from "./fft";
import { both } from "./forces-simd";

/** i32 fields of `plan`: n_x n_y n_z stride, then for z/2, y, x: passes and 15 radices; then f64 roots of n_z/2, n_y, n_x, n_z. */
function factorsOf(plan: usize, axis: usize): usize {
  return plan + 16 + (axis << 6);
}

const ROOTS: usize = 16 + 192; // where the pointers to the four tables of roots are (i32)

function alongAxis(plan: usize, axis: usize, data: usize, n: i32, batch: i32, scratch: usize): void {
  const factors = factorsOf(plan, axis);
  transform(data, 1, n, batch, factors + 4, load<i32>(factors), load<u32>(plan + ROOTS + (axis << 2)), scratch);
}

/** Folds the surplus of the rows in planes [from, to) back, and transforms them along z and y. */
export function meshForward(from: i32, to: i32, mesh: usize, plan: usize, scratch: usize): void {
  const ny = load<i32>(plan, 4);
  const nz = load<i32>(plan, 8);
  const stride = load<i32>(plan, 12);
  const roots = <usize>load<u32>(plan + ROOTS, 12);
  for (let x = from; x < to; x++) {
    const plane = mesh + ((<usize>(x * ny) * <usize>stride) << 3);
    for (let y = 0; y < ny; y++) {
      const row = plane + ((<usize>(y * stride)) << 3);
      for (let z = nz; z < stride; z += 2) {
        const surplus = row + ((<usize>z) << 3);
        const target = row + ((<usize>(z - nz)) << 3);
        v128.store(target, f64x2.add(v128.load(target), v128.load(surplus)));
      }
      alongAxis(plan, 0, row, nz >> 1, 1, scratch);
      unpack(row, nz >> 1, roots);
    }
    alongAxis(plan, 1, plane, ny, stride >> 1, scratch);
  }
}

/** Z of n/2 complex numbers to X of n real ones: X_k = E + w_k O, X_{h−k} = conj(E − w_k O), E, O = ½ (Z_k ± conj Z_{h−k}), O times −i. */
function unpack(row: usize, half: i32, roots: usize): void {
  const zr = load<f64>(row);
  const zi = load<f64>(row, 8);
  const end = row + ((<usize>half) << 4);
  store<f64>(row, zr + zi);
  store<f64>(row, 0, 8);
  store<f64>(end, zr - zi);
  store<f64>(end, 0, 8);
  let low = row + 16;
  let high = end - 16;
  for (let w = roots + 16; low <= high; w += 16) {
    const ar = load<f64>(low);
    const ai = load<f64>(low, 8);
    const br = load<f64>(high);
    const bi = load<f64>(high, 8);
    const evenR = 0.5 * (ar + br);
    const evenI = 0.5 * (ai - bi);
    const oddR = 0.5 * (ai + bi);
    const oddI = 0.5 * (br - ar);
    const wr = load<f64>(w);
    const wi = load<f64>(w, 8);
    const tr = wr * oddR - wi * oddI;
    const ti = wr * oddI + wi * oddR;
    store<f64>(low, evenR + tr);
    store<f64>(low, evenI + ti, 8);
    store<f64>(high, evenR - tr);
    store<f64>(high, ti - evenI, 8);
    low += 16;
    high -= 16;
  }
}

/**
 * Rows y in [from, to): along x, times the influence function, and back along x. Leaves real and imaginary parts exchanged.
 * @param influence f64 [ny, nx, nz/2 + 1] G of E = ½ Σ G |S|²
 * @param slopes f64 of the same shape, d ln f/d(k²), or 0 when no virial is wanted
 * @param reciprocal f64 [9] 2π times the reciprocal vectors of x, y, z
 * @param sums f64 [ny, 8]: ½ Σ G|S|² and, with slopes, Σ G|S|² · slope · k⊗k as xx yy zz yz xz xy
 */
export function meshConvolve(
  from: i32,
  to: i32,
  mesh: usize,
  plan: usize,
  influence: usize,
  slopes: usize,
  reciprocal: usize,
  sums: usize,
  scratch: usize,
): void {
  const nx = load<i32>(plan);
  const ny = load<i32>(plan, 4);
  const bins = (load<i32>(plan, 8) >> 1) + 1;
  const row = (<usize>load<i32>(plan, 12)) << 3;
  const wide = (<usize>bins) << 4;
  const block = scratch;
  const work = scratch + <usize>nx * wide;
  for (let y = from; y < to; y++) {
    const first = mesh + <usize>y * row;
    const step = <usize>ny * row;
    for (let x = 0; x < nx; x++) memory.copy(block + <usize>x * wide, first + <usize>x * step, wide);
    alongAxis(plan, 2, block, nx, bins, work);
    const skip = (<usize>(y * nx) * <usize>bins) << 3;
    const sum = sums + ((<usize>y) << 6);
    if (slopes !== 0) addVirial(block, nx, ny, bins, y, influence + skip, slopes + skip, reciprocal, sum);
    store<f64>(sum, multiply(block, nx, bins, influence + skip));
    alongAxis(plan, 2, block, nx, bins, work);
    for (let x = 0; x < nx; x++) memory.copy(first + <usize>x * step, block + <usize>x * wide, wide);
  }
}

/** S → G S with real and imaginary parts exchanged; returns ½ Σ G |S|² over all waves, of which those with 0 < l < n_z/2 stand for two. */
function multiply(block: usize, nx: i32, bins: i32, influence: usize): f64 {
  let twice = f64x2.splat(0);
  let once = f64x2.splat(0);
  for (let x = 0; x < nx; x++) {
    for (let z = 0; z < bins; z++) {
      const s = v128.load(block);
      const t = f64x2.mul(s, v128.load_splat<f64>(influence));
      const energy = f64x2.mul(s, t);
      if (z === 0 || z === bins - 1) once = f64x2.add(once, energy);
      else twice = f64x2.add(twice, energy);
      v128.store(block, v128.shuffle<f64>(t, t, 1, 0));
      block += 16;
      influence += 8;
    }
  }
  return 0.5 * both(once) + both(twice);
}

function addVirial(
  block: usize,
  nx: i32,
  ny: i32,
  bins: i32,
  y: i32,
  influence: usize,
  slopes: usize,
  reciprocal: usize,
  sum: usize,
): void {
  let xx: f64 = 0;
  let yy: f64 = 0;
  let zz: f64 = 0;
  let yz: f64 = 0;
  let xz: f64 = 0;
  let xy: f64 = 0;
  const hy = <f64>(2 * y > ny ? y - ny : y);
  for (let x = 0; x < nx; x++) {
    const hx = <f64>(2 * x > nx ? x - nx : x);
    const px = hx * load<f64>(reciprocal) + hy * load<f64>(reciprocal, 24);
    const py = hx * load<f64>(reciprocal, 8) + hy * load<f64>(reciprocal, 32);
    const pz = hx * load<f64>(reciprocal, 16) + hy * load<f64>(reciprocal, 40);
    for (let z = 0; z < bins; z++) {
      const re = load<f64>(block);
      const im = load<f64>(block, 8);
      const share: f64 = z === 0 || z === bins - 1 ? 1 : 2;
      const g = share * load<f64>(influence) * load<f64>(slopes) * (re * re + im * im);
      const kx = px + <f64>z * load<f64>(reciprocal, 48);
      const ky = py + <f64>z * load<f64>(reciprocal, 56);
      const kz = pz + <f64>z * load<f64>(reciprocal, 64);
      xx += g * kx * kx;
      yy += g * ky * ky;
      zz += g * kz * kz;
      yz += g * ky * kz;
      xz += g * kx * kz;
      xy += g * kx * ky;
      block += 16;
      influence += 8;
      slopes += 8;
    }
  }
  store<f64>(sum, xx, 8);
  store<f64>(sum, yy, 16);
  store<f64>(sum, zz, 24);
  store<f64>(sum, yz, 32);
  store<f64>(sum, xz, 40);
  store<f64>(sum, xy, 48);
}

/** Planes [from, to) back along y and z, to real numbers; the rows' surplus repeats their beginning. */
export function meshBackward(from: i32, to: i32, mesh: usize, plan: usize, scratch: usize): void {
  const ny = load<i32>(plan, 4);
  const nz = load<i32>(plan, 8);
  const stride = load<i32>(plan, 12);
  const roots = <usize>load<u32>(plan + ROOTS, 12);
  for (let x = from; x < to; x++) {
    const plane = mesh + ((<usize>(x * ny) * <usize>stride) << 3);
    alongAxis(plan, 1, plane, ny, stride >> 1, scratch);
    for (let y = 0; y < ny; y++) {
      const row = plane + ((<usize>(y * stride)) << 3);
      pack(row, nz >> 1, roots);
      alongAxis(plan, 0, row, nz >> 1, 1, scratch);
      const end = row + ((<usize>nz) << 3);
      for (let at = row; at < end; at += 16) {
        const v = v128.load(at);
        v128.store(at, v128.shuffle<f64>(v, v, 1, 0));
      }
      memory.copy(end, row, (<usize>(stride - nz)) << 3);
    }
  }
}

/** X to Z_k = X_k + conj X_{h−k} + i conj(w_k) (X_k − conj X_{h−k}), both with real and imaginary parts exchanged; no 1/n. */
function pack(row: usize, half: i32, roots: usize): void {
  const end = row + ((<usize>half) << 4);
  const x0 = load<f64>(row, 8);
  const xh = load<f64>(end, 8);
  store<f64>(row, x0 - xh);
  store<f64>(row, x0 + xh, 8);
  let low = row + 16;
  let high = end - 16;
  for (let w = roots + 16; low <= high; w += 16) {
    const ai = load<f64>(low);
    const ar = load<f64>(low, 8);
    const bi = load<f64>(high);
    const br = load<f64>(high, 8);
    const evenR = ar + br;
    const evenI = ai - bi;
    const oddR = ar - br;
    const oddI = ai + bi;
    const wr = load<f64>(w);
    const wi = -load<f64>(w, 8);
    const tr = -(wr * oddI + wi * oddR); // i · conj(w) · odd
    const ti = wr * oddR - wi * oddI;
    store<f64>(low, evenI + ti);
    store<f64>(low, evenR + tr, 8);
    store<f64>(high, ti - evenI);
    store<f64>(high, evenR - tr, 8);
    low += 16;
    high -= 16;
  }
}
