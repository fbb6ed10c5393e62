// Pairs in single precision, four at a time, with exact integer sums.
//
// Positions are whole numbers of 2⁻²⁶ Å modulo 2³², so that a difference is exact before it is rounded to a float, whatever the cell.
// Forces are rounded to whole numbers of 2⁻²⁰ eV/Å and added as integers, energies to 2⁻³⁰ eV and added in double precision: as in the
// double kernel the result does not depend on the order of the list. Tables hold the cubic of V = −2U in s = r².

import { both, madd4 } from "./forces-simd";

const UNIT: f32 = 1.4901161193847656e-8; // 2^-26 Å
const STEPS: f32 = 1048576; // 2^20 per eV/Å
const ROUND_ENERGY: f64 = 6291456; // 1.5 · 2^52 · 2^-30

/**
 * @param list groups: u32 [16 i, 16 shift, pairs (multiple of 4), 0], then per four pairs u32 [16 j ×4, table − 16 first ×4]
 * @param atoms i32 [n + 1, 4] wrapped positions
 * @param forces i32 [n + 1, 4] added to
 * @param shifts i32 [m, 4]
 * @param pulls i32 [m, 4] added to
 * @param grid i32 [23 − bits − 4, 23 − bits] and f32 [lowest, highest s]
 * @param out f64 [2]: Σ V, largest |dV/ds|
 */
export function pairForcesMixed(
  list: usize,
  end: usize,
  atoms: usize,
  forces: usize,
  shifts: usize,
  pulls: usize,
  grid: usize,
  out: usize,
): void {
  const digits: i32 = load<i32>(grid);
  const wholeRows = i32x4.splat(~15);
  const borders = i32x4.splat(~((1 << load<i32>(grid, 4)) - 1));
  const lowest = v128.load_splat<f32>(grid, 8);
  const highest = v128.load_splat<f32>(grid, 12);
  const square = f32x4.splat(UNIT * UNIT);
  const toSteps = f32x4.splat(UNIT * STEPS);
  const round = f64x2.splat(ROUND_ENERGY);
  const none = i32x4.splat(0);
  let steepest = f32x4.splat(0);
  let energy = f64x2.splat(0);
  while (list < end) {
    const i: usize = load<u32>(list);
    const shift: usize = load<u32>(list, 4);
    const stop: usize = list + 16 + ((<usize>load<u32>(list, 8)) << 3);
    const from = i32x4.sub(v128.load(atoms + i), v128.load(shifts + shift));
    const xi = v128.shuffle<i32>(from, from, 0, 0, 0, 0);
    const yi = v128.shuffle<i32>(from, from, 1, 1, 1, 1);
    const zi = v128.shuffle<i32>(from, from, 2, 2, 2, 2);
    let sum = none;
    for (list += 16; list < stop; list += 32) {
      const j0: usize = load<u32>(list);
      const j1: usize = load<u32>(list, 4);
      const j2: usize = load<u32>(list, 8);
      const j3: usize = load<u32>(list, 12);
      const a0 = v128.load(atoms + j0);
      const a1 = v128.load(atoms + j1);
      const a2 = v128.load(atoms + j2);
      const a3 = v128.load(atoms + j3);
      const low = v128.shuffle<i32>(a0, a1, 0, 4, 1, 5);
      const high = v128.shuffle<i32>(a2, a3, 0, 4, 1, 5);
      const zLow = v128.shuffle<i32>(a0, a1, 2, 6, 3, 7);
      const zHigh = v128.shuffle<i32>(a2, a3, 2, 6, 3, 7);
      const dx = f32x4.convert_i32x4_s(i32x4.sub(v128.shuffle<i64>(low, high, 0, 2), xi));
      const dy = f32x4.convert_i32x4_s(i32x4.sub(v128.shuffle<i64>(low, high, 1, 3), yi));
      const dz = f32x4.convert_i32x4_s(i32x4.sub(v128.shuffle<i64>(zLow, zHigh, 0, 2), zi));
      const squared = f32x4.mul(madd4(dz, dz, madd4(dy, dy, f32x4.mul(dx, dx))), square);
      const s = f32x4.pmax(lowest, f32x4.pmin(highest, squared));
      const x = f32x4.sub(s, v128.and(s, borders));
      const rows = i32x4.add(v128.and(i32x4.shr_u(s, digits), wholeRows), v128.load(list, 16));
      const c0 = v128.load(<usize>i32x4.extract_lane(rows, 0));
      const c1 = v128.load(<usize>i32x4.extract_lane(rows, 1));
      const c2 = v128.load(<usize>i32x4.extract_lane(rows, 2));
      const c3 = v128.load(<usize>i32x4.extract_lane(rows, 3));
      const p0 = v128.shuffle<i32>(c0, c1, 0, 4, 1, 5);
      const p1 = v128.shuffle<i32>(c2, c3, 0, 4, 1, 5);
      const p2 = v128.shuffle<i32>(c0, c1, 2, 6, 3, 7);
      const p3 = v128.shuffle<i32>(c2, c3, 2, 6, 3, 7);
      const cubic = v128.shuffle<i64>(p2, p3, 1, 3);
      let value = madd4(cubic, x, v128.shuffle<i64>(p2, p3, 0, 2));
      let slope = madd4(cubic, x, value);
      value = madd4(value, x, v128.shuffle<i64>(p0, p1, 1, 3));
      slope = madd4(slope, x, value);
      value = madd4(value, x, v128.shuffle<i64>(p0, p1, 0, 2));
      steepest = f32x4.pmax(steepest, f32x4.abs(slope));
      slope = f32x4.mul(slope, toSteps);
      energy = f64x2.add(energy, f64x2.sub(f64x2.add(f64x2.promote_low_f32x4(value), round), round));
      value = v128.shuffle<i64>(value, value, 1, 1);
      energy = f64x2.add(energy, f64x2.sub(f64x2.add(f64x2.promote_low_f32x4(value), round), round));
      const px = i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(dx, slope)));
      const py = i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(dy, slope)));
      const pz = i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(dz, slope)));
      const xyLow = v128.shuffle<i32>(px, py, 0, 4, 1, 5);
      const xyHigh = v128.shuffle<i32>(px, py, 2, 6, 3, 7);
      const z0Low = v128.shuffle<i32>(pz, none, 0, 4, 1, 5);
      const z0High = v128.shuffle<i32>(pz, none, 2, 6, 3, 7);
      const f0 = v128.shuffle<i64>(xyLow, z0Low, 0, 2);
      const f1 = v128.shuffle<i64>(xyLow, z0Low, 1, 3);
      const f2 = v128.shuffle<i64>(xyHigh, z0High, 0, 2);
      const f3 = v128.shuffle<i64>(xyHigh, z0High, 1, 3);
      sum = i32x4.add(sum, i32x4.add(i32x4.add(f0, f1), i32x4.add(f2, f3)));
      v128.store(forces + j0, i32x4.add(v128.load(forces + j0), f0));
      v128.store(forces + j1, i32x4.add(v128.load(forces + j1), f1));
      v128.store(forces + j2, i32x4.add(v128.load(forces + j2), f2));
      v128.store(forces + j3, i32x4.add(v128.load(forces + j3), f3));
    }
    v128.store(forces + i, i32x4.sub(v128.load(forces + i), sum));
    v128.store(pulls + shift, i32x4.add(v128.load(pulls + shift), sum));
  }
  store<f64>(out, both(energy));
  const a = max(f32x4.extract_lane(steepest, 0), f32x4.extract_lane(steepest, 1));
  const b = max(f32x4.extract_lane(steepest, 2), f32x4.extract_lane(steepest, 3));
  store<f64>(out, <f64>max(a, b), 8);
}
