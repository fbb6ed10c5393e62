// Energy and forces of listed pairs from tables, two pairs at a time.
//
// Every number that is summed is first rounded to a fixed grid (forces 2⁻⁴² eV/Å, energies 2⁻⁴¹ eV): sums on the grid are exact, so
// the result does not depend on the order of the list, on what else is listed, or on when the list was made; and the forces of a pair
// cancel exactly. Rounding is one addition and one subtraction of 1.5·2⁵² grid steps.

import { both, madd } from "./forces-simd";

const ROUND_FORCE: f64 = 1536; // 1.5 · 2^52 · 2^-42
const ROUND_ENERGY: f64 = 3072; // 1.5 · 2^52 · 2^-41
const ROUND_TOTAL: f64 = 6442450944; // 1.5 · 2^52 · 2^-20: the total is kept as a coarse and a fine part

/**
 * @param list groups of one atom i and one lattice shift: u32 [32 i, 32 shift, pairs (even), 0], then per pair u32 [32 j, table]
 * @param atoms [n + 1] x y z 0, wrapped; the last one is far away and fills up odd groups
 * @param forces [n + 1] fx fy fz 0, added to
 * @param shifts [m] x y z 0: lattice vectors to add to j
 * @param pulls [m] sum of the forces on the j side of each shift, added to
 * @param grid i32 [20 − bits, first row, –, –] and f64 [lowest, highest u]
 * @param out f64 [2] coarse and fine part of Σ V, V = −2U
 */
export function pairForces(
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
  const first: i32 = load<i32>(grid, 4) * 48;
  const lowest = v128.load_splat<f64>(grid, 16);
  const highest = v128.load_splat<f64>(grid, 24);
  const borders = i64x2.splat(~(((<i64>1) << (<i64>digits + 32)) - 1));
  const roundForce = f64x2.splat(ROUND_FORCE);
  const roundEnergy = f64x2.splat(ROUND_ENERGY);
  let coarse: f64 = 0;
  let fine: f64 = 0;
  while (list < end) {
    const i: usize = load<u32>(list);
    const shift: usize = load<u32>(list, 4);
    const stop: usize = list + 16 + ((<usize>load<u32>(list, 8)) << 3);
    const xi = f64x2.splat(load<f64>(atoms + i) - load<f64>(shifts + shift));
    const yi = f64x2.splat(load<f64>(atoms + i, 8) - load<f64>(shifts + shift, 8));
    const zi = f64x2.splat(load<f64>(atoms + i, 16) - load<f64>(shifts + shift, 16));
    let fx = f64x2.splat(0);
    let fy = f64x2.splat(0);
    let fz = f64x2.splat(0);
    let energy = f64x2.splat(0);
    for (list += 16; list < stop; list += 16) {
      const j0: usize = load<u32>(list);
      const t0: usize = load<u32>(list, 4);
      const j1: usize = load<u32>(list, 8);
      const t1: usize = load<u32>(list, 12);
      const a0 = v128.load(atoms + j0);
      const a1 = v128.load(atoms + j1);
      const dx = f64x2.sub(v128.shuffle<f64>(a0, a1, 0, 2), xi);
      const dy = f64x2.sub(v128.shuffle<f64>(a0, a1, 1, 3), yi);
      const dz = f64x2.sub(v128.load_lane<u64>(atoms + j1, v128.load64_zero(atoms + j0, 16), 1, 16), zi);
      const squared = madd(dz, dz, madd(dy, dy, f64x2.mul(dx, dx)));
      const h0 = v128.load(t0);
      const h1 = v128.load(t1);
      const scale = v128.shuffle<f64>(h0, h1, 0, 2);
      const u = f64x2.pmax(lowest, f64x2.pmin(highest, madd(squared, scale, v128.shuffle<f64>(h0, h1, 1, 3))));
      const r0: usize = t0 + <usize>((i32x4.extract_lane(u, 1) >> digits) * 48 - first);
      const r1: usize = t1 + <usize>((i32x4.extract_lane(u, 3) >> digits) * 48 - first);
      const x = f64x2.sub(u, v128.and(u, borders));
      // Horner's scheme for V and, one step behind, for dV/du
      let c0 = v128.load(r0, 64);
      let c1 = v128.load(r1, 64);
      let slope = v128.shuffle<f64>(c0, c1, 1, 3);
      let value = madd(slope, x, v128.shuffle<f64>(c0, c1, 0, 2));
      c0 = v128.load(r0, 48);
      c1 = v128.load(r1, 48);
      slope = madd(slope, x, value);
      value = madd(value, x, v128.shuffle<f64>(c0, c1, 1, 3));
      slope = madd(slope, x, value);
      value = madd(value, x, v128.shuffle<f64>(c0, c1, 0, 2));
      c0 = v128.load(r0, 32);
      c1 = v128.load(r1, 32);
      slope = madd(slope, x, value);
      value = madd(value, x, v128.shuffle<f64>(c0, c1, 1, 3));
      slope = f64x2.mul(madd(slope, x, value), scale);
      value = madd(value, x, v128.shuffle<f64>(c0, c1, 0, 2));
      energy = f64x2.add(energy, f64x2.sub(f64x2.add(value, roundEnergy), roundEnergy));
      const px = f64x2.sub(f64x2.add(f64x2.mul(dx, slope), roundForce), roundForce);
      const py = f64x2.sub(f64x2.add(f64x2.mul(dy, slope), roundForce), roundForce);
      const pz = f64x2.sub(f64x2.add(f64x2.mul(dz, slope), roundForce), roundForce);
      fx = f64x2.add(fx, px);
      fy = f64x2.add(fy, py);
      fz = f64x2.add(fz, pz);
      v128.store(forces + j0, f64x2.add(v128.load(forces + j0), v128.shuffle<f64>(px, py, 0, 2)));
      store<f64>(forces + j0, load<f64>(forces + j0, 16) + f64x2.extract_lane(pz, 0), 16);
      v128.store(forces + j1, f64x2.add(v128.load(forces + j1), v128.shuffle<f64>(px, py, 1, 3)));
      store<f64>(forces + j1, load<f64>(forces + j1, 16) + f64x2.extract_lane(pz, 1), 16);
    }
    addPull(forces + i, pulls + shift, both(fx), both(fy), both(fz));
    const sum = both(energy);
    const head = sum + ROUND_TOTAL - ROUND_TOTAL;
    coarse += head;
    fine += sum - head;
  }
  store<f64>(out, coarse);
  store<f64>(out, fine, 8);
}

/** Closes a group: −f on atom i, +f on the pull of its shift. */
function addPull(force: usize, pull: usize, x: f64, y: f64, z: f64): void {
  store<f64>(force, load<f64>(force) - x);
  store<f64>(force, load<f64>(force, 8) - y, 8);
  store<f64>(force, load<f64>(force, 16) - z, 16);
  store<f64>(pull, load<f64>(pull) + x);
  store<f64>(pull, load<f64>(pull, 8) + y, 8);
  store<f64>(pull, load<f64>(pull, 16) + z, 16);
}
