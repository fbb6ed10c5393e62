// The reciprocal Ewald sum: E = Σ_k W_k |S(k)|², S(k) = Σ_a q_a e^{ik·r_a}, over half of the k vectors, with forces.
//
// k = (h_x, h_y, ±l): the waves +l and −l of one column (h_x, h_y) share the products p = q e^{i h_x x} e^{i h_y y}:
//   with p = p_r + i p_i and e^{ilz} = c + is:   S± = (Σ p_r c ∓ Σ p_i s) + i (Σ p_i c ± Σ p_r s).
// The force on atom a, with T± = 2 W± S± and φ the wave at a, is Σ_k k (φ_i T_r − φ_r T_i). Collected by p_r and p_i it becomes four
// sums over l of c and s with coefficients that no longer depend on the atom.

import { both, madd } from "./forces-simd";

/** Row of a phase table: cosines, then sines, of h times the angle of every atom. */
function rowOf(phases: usize, h: i32, atoms: i32): usize {
  return phases + ((<usize>(h * atoms)) << 4);
}

/**
 * cos and sin of 2π h s for h = 0 … `most`, by recurrence in h.
 * @param fractional f64 [atoms]
 * @param phases f64 [most + 1, 2, atoms]
 */
export function fillPhases(atoms: i32, fractional: usize, phases: usize, most: i32): void {
  const row = (<usize>atoms) << 3;
  for (let at: usize = 0; at < row; at += 16) {
    v128.store(phases + at, f64x2.splat(1));
    v128.store(phases + row + at, f64x2.splat(0));
    if (most === 0) continue;
    cosineAndSine(v128.load(fractional + at), phases + 2 * row + at, row);
    const c1 = v128.load(phases + 2 * row + at);
    const s1 = v128.load(phases + 3 * row + at);
    let c = c1;
    let s = s1;
    let to = phases + 4 * row + at;
    for (let h = 2; h <= most; h++) {
      const next = f64x2.sub(f64x2.mul(c, c1), f64x2.mul(s, s1));
      s = f64x2.add(f64x2.mul(s, c1), f64x2.mul(c, s1));
      c = next;
      v128.store(to, c);
      v128.store(to + row, s);
      to += 2 * row;
    }
  }
}

/** cos and sin of 2π s: the nearest quarter turn, then Taylor series in |θ| ≤ π/4, whose next terms are below 10⁻¹⁷. */
function cosineAndSine(s: v128, to: usize, row: usize): void {
  const quarters = f64x2.nearest(f64x2.mul(s, f64x2.splat(4)));
  const theta = f64x2.mul(f64x2.sub(s, f64x2.mul(quarters, f64x2.splat(0.25))), f64x2.splat(6.283185307179586));
  const x = f64x2.mul(theta, theta);
  let c = f64x2.splat(4.779477332387385e-14); // 1/16!
  c = f64x2.add(f64x2.mul(c, x), f64x2.splat(-1.1470745597729725e-11));
  c = f64x2.add(f64x2.mul(c, x), f64x2.splat(2.08767569878681e-9));
  c = f64x2.add(f64x2.mul(c, x), f64x2.splat(-2.755731922398589e-7));
  c = f64x2.add(f64x2.mul(c, x), f64x2.splat(2.48015873015873e-5));
  c = f64x2.add(f64x2.mul(c, x), f64x2.splat(-0.001388888888888889));
  c = f64x2.add(f64x2.mul(c, x), f64x2.splat(0.041666666666666664));
  c = f64x2.add(f64x2.mul(c, x), f64x2.splat(-0.5));
  c = f64x2.add(f64x2.mul(c, x), f64x2.splat(1));
  let t = f64x2.splat(2.8114572543455206e-15); // 1/17!
  t = f64x2.add(f64x2.mul(t, x), f64x2.splat(-7.647163731819816e-13));
  t = f64x2.add(f64x2.mul(t, x), f64x2.splat(1.6059043836821613e-10));
  t = f64x2.add(f64x2.mul(t, x), f64x2.splat(-2.505210838544172e-8));
  t = f64x2.add(f64x2.mul(t, x), f64x2.splat(2.7557319223985893e-6));
  t = f64x2.add(f64x2.mul(t, x), f64x2.splat(-0.0001984126984126984));
  t = f64x2.add(f64x2.mul(t, x), f64x2.splat(0.008333333333333333));
  t = f64x2.add(f64x2.mul(t, x), f64x2.splat(-0.16666666666666666));
  t = f64x2.mul(f64x2.add(f64x2.mul(t, x), f64x2.splat(1)), theta);
  // turn by `quarters`: odd ones swap cos and sin; cos changes sign at 1, 2 (mod 4), sin at 2, 3
  const half = f64x2.mul(quarters, f64x2.splat(0.5));
  const odd = f64x2.ne(half, f64x2.floor(half));
  const turn = f64x2.sub(quarters, f64x2.mul(f64x2.floor(f64x2.mul(quarters, f64x2.splat(0.25))), f64x2.splat(4)));
  const two = f64x2.splat(2);
  const sign = f64x2.splat(-0.0);
  const flipC = v128.and(sign, v128.or(f64x2.eq(turn, f64x2.splat(1)), f64x2.eq(turn, two)));
  const flipS = v128.and(sign, f64x2.ge(turn, two));
  v128.store(to, v128.xor(v128.bitselect(t, c, odd), flipC));
  v128.store(to + row, v128.xor(v128.bitselect(c, t, odd), flipS));
}

/**
 * @param atoms rounded up to a multiple of 4; padding has no charge
 * @param columns i32 [count, 4] h_x, h_y (either sign), waves l = 0 …, –
 * @param weights f64 [waves, 2] W+, W− in the order of the columns; 0 leaves a wave out
 * @param energies f64 [waves, 2] W |S|² of each, written
 * @param scratch f64 [2 atoms + 16 · (waves of a column)]
 * @param forces f64 [3, atoms] along the reciprocal vectors: Σ h (φ_i T_r − φ_r T_i), added to
 */
export function reciprocalForces(
  atoms: i32,
  charges: usize,
  phasesX: usize,
  phasesY: usize,
  phasesZ: usize,
  columns: usize,
  count: i32,
  weights: usize,
  energies: usize,
  scratch: usize,
  forces: usize,
): f64 {
  const row = (<usize>atoms) << 3;
  const coefficients = scratch + 2 * row;
  let energy: f64 = 0;
  for (let m = 0; m < count; m++) {
    const hx = load<i32>(columns);
    const hy = load<i32>(columns, 4);
    const waves = load<i32>(columns, 8);
    columns += 16;
    columnProducts(row, charges, rowOf(phasesX, hx, atoms), rowOf(phasesY, abs(hy), atoms), hy < 0, scratch);
    for (let l = 0; l < waves; l++) {
      energy += structureFactor(
        row,
        scratch,
        rowOf(phasesZ, l, atoms),
        l,
        weights,
        energies,
        coefficients + ((<usize>l) << 7),
      );
      weights += 16;
      energies += 16;
    }
    columnForces(row, scratch, phasesZ, waves, coefficients, <f64>hx, <f64>hy, forces);
  }
  return energy;
}

/** p = q e^{i h_x x} e^{± i h_y y} of every atom. */
function columnProducts(row: usize, charges: usize, x: usize, y: usize, backwards: bool, p: usize): void {
  const sign = f64x2.splat(backwards ? -1 : 1);
  for (let at: usize = 0; at < row; at += 16) {
    const q = v128.load(charges + at);
    const cx = f64x2.mul(v128.load(x + at), q);
    const sx = f64x2.mul(v128.load(x + row + at), q);
    const cy = v128.load(y + at);
    const sy = f64x2.mul(v128.load(y + row + at), sign);
    v128.store(p + at, f64x2.sub(f64x2.mul(cx, cy), f64x2.mul(sx, sy)));
    v128.store(p + row + at, f64x2.add(f64x2.mul(cx, sy), f64x2.mul(sx, cy)));
  }
}

/** S+ and S− of one l; returns their energy and leaves the eight coefficients of the force sums. */
function structureFactor(row: usize, p: usize, z: usize, l: i32, weights: usize, energies: usize, to: usize): f64 {
  let rc = f64x2.splat(0);
  let rs = f64x2.splat(0);
  let ic = f64x2.splat(0);
  let is = f64x2.splat(0);
  let rc2 = f64x2.splat(0);
  let rs2 = f64x2.splat(0);
  let ic2 = f64x2.splat(0);
  let is2 = f64x2.splat(0);
  for (let at: usize = 0; at < row; at += 32) {
    let pr = v128.load(p + at);
    let pi = v128.load(p + row + at);
    let c = v128.load(z + at);
    let s = v128.load(z + row + at);
    rc = madd(pr, c, rc);
    rs = madd(pr, s, rs);
    ic = madd(pi, c, ic);
    is = madd(pi, s, is);
    pr = v128.load(p + at, 16);
    pi = v128.load(p + row + at, 16);
    c = v128.load(z + at, 16);
    s = v128.load(z + row + at, 16);
    rc2 = madd(pr, c, rc2);
    rs2 = madd(pr, s, rs2);
    ic2 = madd(pi, c, ic2);
    is2 = madd(pi, s, is2);
  }
  return finishWave(
    both(f64x2.add(rc, rc2)),
    both(f64x2.add(rs, rs2)),
    both(f64x2.add(ic, ic2)),
    both(f64x2.add(is, is2)),
    l,
    weights,
    energies,
    to,
  );
}

function finishWave(rc: f64, rs: f64, ic: f64, is: f64, l: i32, weights: usize, energies: usize, to: usize): f64 {
  const plus = load<f64>(weights);
  const minus = load<f64>(weights, 8);
  const plusR = rc - is;
  const plusI = ic + rs;
  const minusR = rc + is;
  const minusI = ic - rs;
  const ePlus = plus * (plusR * plusR + plusI * plusI);
  const eMinus = minus * (minusR * minusR + minusI * minusI);
  store<f64>(energies, ePlus);
  store<f64>(energies, eMinus, 8);
  const tpr = 2 * plus * plusR;
  const tpi = 2 * plus * plusI;
  const tmr = 2 * minus * minusR;
  const tmi = 2 * minus * minusI;
  const h = <f64>l;
  // Σ over ±: p_r (s a − c b) + p_i (c d + s e);  difference ±, times l: p_r (s d' − c e') + p_i (c a' + s b')
  v128.store(to, f64x2.splat(tpr - tmr));
  v128.store(to, f64x2.splat(-(tpi + tmi)), 16);
  v128.store(to, f64x2.splat(tpr + tmr), 32);
  v128.store(to, f64x2.splat(tpi - tmi), 48);
  v128.store(to, f64x2.splat(h * (tpr + tmr)), 64);
  v128.store(to, f64x2.splat(-h * (tpi - tmi)), 80);
  v128.store(to, f64x2.splat(h * (tpr - tmr)), 96);
  v128.store(to, f64x2.splat(h * (tpi + tmi)), 112);
  return ePlus + eMinus;
}

/** Adds the forces of one column, two atoms at a time. */
function columnForces(
  row: usize,
  p: usize,
  phasesZ: usize,
  waves: i32,
  coefficients: usize,
  hx: f64,
  hy: f64,
  forces: usize,
): void {
  const x = f64x2.splat(hx);
  const y = f64x2.splat(hy);
  const stop = coefficients + ((<usize>waves) << 7);
  for (let at: usize = 0; at < row; at += 32) {
    let z = phasesZ + at;
    let ar = f64x2.splat(0);
    let ai = f64x2.splat(0);
    let br = f64x2.splat(0);
    let bi = f64x2.splat(0);
    let ar2 = f64x2.splat(0);
    let ai2 = f64x2.splat(0);
    let br2 = f64x2.splat(0);
    let bi2 = f64x2.splat(0);
    for (let k = coefficients; k < stop; k += 128) {
      const c = v128.load(z);
      const s = v128.load(z + row);
      const c2 = v128.load(z, 16);
      const s2 = v128.load(z + row, 16);
      z += 2 * row;
      let w = v128.load(k);
      ar = madd(s, w, ar);
      ar2 = madd(s2, w, ar2);
      w = v128.load(k, 16);
      ar = madd(c, w, ar);
      ar2 = madd(c2, w, ar2);
      w = v128.load(k, 32);
      ai = madd(c, w, ai);
      ai2 = madd(c2, w, ai2);
      w = v128.load(k, 48);
      ai = madd(s, w, ai);
      ai2 = madd(s2, w, ai2);
      w = v128.load(k, 64);
      br = madd(s, w, br);
      br2 = madd(s2, w, br2);
      w = v128.load(k, 80);
      br = madd(c, w, br);
      br2 = madd(c2, w, br2);
      w = v128.load(k, 96);
      bi = madd(c, w, bi);
      bi2 = madd(c2, w, bi2);
      w = v128.load(k, 112);
      bi = madd(s, w, bi);
      bi2 = madd(s2, w, bi2);
    }
    addForces(row, p + at, forces + at, x, y, ar, ai, br, bi);
    addForces(row, p + at + 16, forces + at + 16, x, y, ar2, ai2, br2, bi2);
  }
}

function addForces(
  row: usize,
  p: usize,
  forces: usize,
  x: v128,
  y: v128,
  ar: v128,
  ai: v128,
  br: v128,
  bi: v128,
): void {
  const pr = v128.load(p);
  const pi = v128.load(p + row);
  const across = f64x2.add(f64x2.mul(pr, ar), f64x2.mul(pi, ai));
  const along = f64x2.add(f64x2.mul(pr, br), f64x2.mul(pi, bi));
  v128.store(forces, madd(across, x, v128.load(forces)));
  v128.store(forces + row, madd(across, y, v128.load(forces + row)));
  v128.store(forces + 2 * row, f64x2.add(v128.load(forces + 2 * row), along));
}
