// The macroscopic field of long polar waves, in two schemes. Each adds to the D(q) of the bonds; k is Cartesian, rad/Å.
//
// "gonze": dipole forces were taken off the bonds and are put back at every q (dipole-forces.ts).
// "wang":  the bonds stay whole; at q ≠ 0 every force constant between i and the copies of j gets an equal part of the field's term,
//
//   ΔD_ij(q) = (4πk_e/V) (Z_iᵀk)(Z_jᵀk)ᵀ / (k·ε·k) · (m_i m_j)^{−1/2} · (1/N) Σ_J e^{iq·d_iJ},
//
// N copies in the supercell, d to the nearest images, k the image of q nearest to Γ. The sum vanishes at every other wave vector that fits
// the supercell, where the supercell's forces are exact already. Y. Wang et al., 10.1088/0953-8984/22/20/202201.

import { COULOMB_CONSTANT, type Vec3 } from "../base/index.js";
import { atomCount, type Crystal, type CrystalCells } from "../structure/index.js";
import { blochSum } from "./bloch-sum.js";
import { equalBonds } from "./bonds.js";
import type { BornCharges } from "./born-charges.js";
import type { DipoleForces } from "./dipole-forces.js";
import { isGamma, nearestToGamma } from "./reciprocal.js";

/** What is added to the D(q) of the bonds, eV/(Å² amu); `direction` is Cartesian and counts at Γ alone. */
export interface FieldTerm {
  add(q: Vec3, out: Float64Array, direction?: Vec3): void;
  /** Adds ∂/∂q along the Cartesian unit vector `along`, eV/(Å amu). At Γ the field, which has no slope there, is left out. */
  addSlope(q: Vec3, out: Float64Array, along: Vec3): void;
}

export function gonzeTerm(crystal: Crystal, dipoles: DipoleForces): FieldTerm {
  const size = 3 * atomCount(crystal);
  const far = new Float64Array(2 * size * size);
  const root = Float64Array.from({ length: size }, (_, a) => 1 / Math.sqrt(crystal.masses[Math.floor(a / 3)]!));
  const addWeighted = (out: Float64Array): void => {
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        const weight = root[i]! * root[j]!;
        const at = 2 * (i * size + j);
        out[at]! += weight * far[at]!;
        out[at + 1]! += weight * far[at + 1]!;
      }
    }
  };
  return {
    add(q, out, direction) {
      dipoles.at(q, far, direction);
      addWeighted(out);
    },
    addSlope(q, out, along) {
      dipoles.slopeAt(q, far, along);
      addWeighted(out);
    },
  };
}

export function wangTerm(
  cells: CrystalCells,
  { born, dielectric }: Pick<BornCharges, "born" | "dielectric">,
): FieldTerm {
  const crystal = cells.primitive;
  const size = 3 * atomCount(crystal);
  const factors = blochSum(equalBonds(cells), crystal);
  const shape = new Float64Array(2 * size * size);
  const slope = new Float64Array(2 * size * size);
  const strength = (4 * Math.PI * COULOMB_CONSTANT) / crystal.cell.volume;
  /** Σ_α k_α Z_{i,αa} for every (i, a). */
  const pulls = (k: Vec3): Float64Array =>
    Float64Array.from({ length: size }, (_, i) => {
      const at = 9 * Math.floor(i / 3) + (i % 3);
      return k[0] * born[at]! + k[1] * born[at + 3]! + k[2] * born[at + 6]!;
    });
  const screened = (u: Vec3, v: Vec3): number => {
    let sum = 0;
    for (let a = 0; a < 3; a++) for (let c = 0; c < 3; c++) sum += u[a]! * dielectric[3 * a + c]! * v[c]!;
    return sum;
  };
  const addProduct = (out: Float64Array, factor: Float64Array, weight: (i: number, j: number) => number): void => {
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        const w = strength * weight(i, j);
        const at = 2 * (i * size + j);
        out[at]! += w * factor[at]!;
        out[at + 1]! += w * factor[at + 1]!;
      }
    }
  };
  return {
    add(q, out, direction) {
      if (isGamma(q) && !direction) return;
      const k = isGamma(q) ? direction! : nearestToGamma(crystal.cell, q);
      const p = pulls(k);
      const square = screened(k, k);
      factors.at(q, shape);
      addProduct(out, shape, (i, j) => (p[i]! * p[j]!) / square);
    },
    addSlope(q, out, along) {
      if (isGamma(q)) return;
      const k = nearestToGamma(crystal.cell, q);
      const p = pulls(k);
      const r = pulls(along);
      const square = screened(k, k);
      const turn = (2 * screened(along, k)) / square ** 2;
      factors.at(q, shape);
      factors.slopeAt(q, slope, along);
      addProduct(out, shape, (i, j) => (r[i]! * p[j]! + p[i]! * r[j]!) / square - p[i]! * p[j]! * turn);
      addProduct(out, slope, (i, j) => (p[i]! * p[j]!) / square);
    },
  };
}
