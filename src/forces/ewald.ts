// Coulomb energy of point charges in a periodic neutral cell by Ewald's method, conducting surroundings (no dipole term):
//
//   E_real = k_e Σ_{pairs, images} q_i q_j erfc(αr)/r
//   E_rec  = k_e (2π/V) Σ_{k≠0} e^{−k²/4α²}/k² |S(k)|²,   S(k) = Σ_i q_i e^{ik·x_i}
//   E_self = −k_e (α/√π) Σ_i q_i²
//
// The sum does not depend on α. Stress and second derivatives are the exact derivatives of these sums.
// The real-space part is a radial function of each pair (`screenedCoulomb`); this file holds that function and the other two parts.
//   P. P. Ewald, 10.1002/andp.19213690304

import { COULOMB_CONSTANT, type F64, PhysicsError } from "../base/index.js";
import { atomCount, type Cell, type Crystal, formulaOf } from "../structure/index.js";
import { erfc } from "./erfc.js";
import type { EwaldPlan } from "./ewald-plan.js";

/** Adds U, U′, U″ of unit charges, k_e erfc(αr)/r. With g = (2α/√π) e^{−α²r²}: U′ ∝ −erfc/r² − g/r, U″ ∝ 2erfc/r³ + 2g/r² + 2α²g. */
export function screenedCoulomb(splitting: number): (r: number, charge: number, out: Float64Array) => void {
  const norm = (2 * splitting) / Math.sqrt(Math.PI);
  return (r, charge, out) => {
    const strength = COULOMB_CONSTANT * charge;
    const tail = erfc(splitting * r) / r;
    const gauss = norm * Math.exp(-((splitting * r) ** 2));
    out[0] = out[0]! + strength * tail;
    out[1] = out[1]! - (strength * (tail + gauss)) / r;
    out[2] = out[2]! + strength * ((2 * (tail + gauss)) / (r * r) + 2 * splitting * splitting * gauss);
  };
}

/** E_self, eV. */
export function selfEnergy(plan: EwaldPlan, charges: F64): number {
  let squares = 0;
  for (let i = 0; i < charges.length; i++) squares += charges[i]! * charges[i]!;
  return (-COULOMB_CONSTANT * plan.splitting * squares) / Math.sqrt(Math.PI);
}

/** One wave of the reciprocal sum: k and 2 k_e (2π/V) e^{−k²/4α²}/k², the 2 for −k. */
interface Wave {
  readonly k: readonly [number, number, number];
  readonly squared: number;
  readonly weight: number;
}

function waveAt(plan: EwaldPlan, cell: Cell, w: number): Wave {
  const [h, l, m] = [plan.waves[3 * w]!, plan.waves[3 * w + 1]!, plan.waves[3 * w + 2]!];
  const a = cell.inverse;
  const component = (row: number): number =>
    2 * Math.PI * (h * a[3 * row]! + l * a[3 * row + 1]! + m * a[3 * row + 2]!);
  const k = [component(0), component(1), component(2)] as const;
  const squared = k[0] ** 2 + k[1] ** 2 + k[2] ** 2;
  const gauss = Math.exp(-squared / (4 * plan.splitting ** 2));
  return { k, squared, weight: (4 * Math.PI * COULOMB_CONSTANT * gauss) / (cell.volume * squared) };
}

export interface EwaldTarget {
  /** [n,3] eV/Å, added to. */
  readonly forces?: Float64Array;
  /** [3,3] V·σ in eV, added to. */
  readonly virial?: Float64Array;
  /** [3n,3n] eV/Å², blocks i < j only, added to; the caller mirrors them. */
  readonly hessian?: Float64Array;
}

/**
 * E_rec in eV, with its derivatives added to what `target` holds.
 * @param charges [n] e, one per atom
 */
export function reciprocalSum(
  plan: EwaldPlan,
  cell: Cell,
  charged: { positions: F64; charges: F64 },
  target: EwaldTarget = {},
): number {
  const { positions, charges } = charged;
  const n = charges.length;
  const cosines = new Float64Array(n);
  const sines = new Float64Array(n);
  let energy = 0;
  for (let w = 0; w < plan.waves.length / 3; w++) {
    const wave = waveAt(plan, cell, w);
    const [kx, ky, kz] = wave.k;
    let [real, imaginary] = [0, 0];
    for (let i = 0; i < n; i++) {
      const phase = kx * positions[3 * i]! + ky * positions[3 * i + 1]! + kz * positions[3 * i + 2]!;
      cosines[i] = charges[i]! * Math.cos(phase);
      sines[i] = charges[i]! * Math.sin(phase);
      real += cosines[i]!;
      imaginary += sines[i]!;
    }
    const part = wave.weight * (real * real + imaginary * imaginary);
    energy += part;
    if (target.forces) {
      for (let i = 0; i < n; i++) {
        const f = 2 * wave.weight * (sines[i]! * real - cosines[i]! * imaginary);
        target.forces[3 * i] = target.forces[3 * i]! + f * kx;
        target.forces[3 * i + 1] = target.forces[3 * i + 1]! + f * ky;
        target.forces[3 * i + 2] = target.forces[3 * i + 2]! + f * kz;
      }
    }
    if (target.virial) addWaveVirial(target.virial, wave, part, plan.splitting);
    if (target.hessian) addWaveHessian(target.hessian, wave, cosines, sines);
  }
  return energy;
}

/** ∂E/∂ε of one wave: k shrinks as the cell grows, V grows. */
function addWaveVirial(virial: Float64Array, wave: Wave, energy: number, splitting: number): void {
  const factor = 2 * (1 / wave.squared + 1 / (4 * splitting ** 2));
  for (let a = 0; a < 3; a++) {
    for (let b = 0; b < 3; b++) {
      virial[3 * a + b] = virial[3 * a + b]! + energy * (factor * wave.k[a]! * wave.k[b]! - (a === b ? 1 : 0));
    }
  }
}

/** ∂²E/∂u_i∂u_j = 2 w q_i q_j k k cos k·(x_i − x_j) for i < j. */
function addWaveHessian(hessian: Float64Array, wave: Wave, cosines: Float64Array, sines: Float64Array): void {
  const n = cosines.length;
  const [kx, ky, kz] = wave.k;
  for (let i = 0; i < n; i++) {
    const [ci, si] = [2 * wave.weight * cosines[i]!, 2 * wave.weight * sines[i]!];
    for (let j = i + 1; j < n; j++) {
      const h = ci * cosines[j]! + si * sines[j]!;
      let at = 9 * n * i + 3 * j;
      for (const ka of [kx, ky, kz]) {
        hessian[at] = hessian[at]! + h * ka * kx;
        hessian[at + 1] = hessian[at + 1]! + h * ka * ky;
        hessian[at + 2] = hessian[at + 2]! + h * ka * kz;
        at += 3 * n;
      }
    }
  }
}

/** Largest net charge of a cell that counts as neutral, e: rounding of a few hundred charges, far below any real defect. */
const NEUTRAL = 1e-8;

/**
 * @param charges [nKinds] e
 * @throws PhysicsError for a cell whose charges do not add up to zero
 */
export function expectNeutral(crystal: Crystal, charges: F64): void {
  let net = 0;
  for (let i = 0; i < atomCount(crystal); i++) net += charges[crystal.kinds[i]!]!;
  if (Math.abs(net) <= NEUTRAL) return;
  const shares = crystal.elements.map((element, kind) => {
    const count = Array.from(crystal.kinds).filter((k) => k === kind).length;
    return `${count} ${element} × ${charges[kind]} e`;
  });
  throw new PhysicsError(
    `the cell is charged: ${formulaOf(crystal)} adds up to ${net.toFixed(6)} e, expected 0 (${shares.join(", ")})`,
    "a periodic Coulomb sum needs a neutral cell: complete the structure (an ion for each vacancy or substitution) or correct the charges",
    { net },
  );
}
