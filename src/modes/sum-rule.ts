// The two rules every table of second derivatives obeys: Φ = Φᵀ (the order of derivation is free) and, where nothing but
// the crystal itself acts on the atoms, Σ_j Φ_ij = 0 (moving everything together costs nothing).
//
// Alternating "make symmetric" and "take Σ_j Φ_ij / N off every block of row i" converges to the nearest table, in the
// sum of squares, that obeys both (von Neumann's alternating projections). That limit has a closed form, used here:
//     Φ' = P ½(Φ + Φᵀ) P,    P = 1 − Σ_α t_α t_αᵀ,   (t_α)_{jβ} = δ_αβ / √N.

import { type F64, maxAbs, type Note, Notes } from "../base/index.js";
import type { ForceConstants } from "./modes.js";

/** Above this part of the largest force constant, what the sum rule removes is worth a note. */
const NOTEWORTHY = 1e-3;

/** Largest |Σ_j Φ_{iα,jβ}|, eV/Å². `values` is [3n,3n]. */
export function acousticSumResidual(values: F64): number {
  const size = Math.round(Math.sqrt(values.length));
  let largest = 0;
  for (let row = 0; row < size; row++) {
    const sums = [0, 0, 0];
    for (let column = 0; column < size; column++) sums[column % 3]! += values[row * size + column]!;
    largest = Math.max(largest, Math.abs(sums[0]!), Math.abs(sums[1]!), Math.abs(sums[2]!));
  }
  return largest;
}

/** Largest |Φ_ab − Φ_ba|, eV/Å². `values` is [3n,3n]. */
export function asymmetry(values: F64): number {
  const size = Math.round(Math.sqrt(values.length));
  let largest = 0;
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < row; column++) {
      largest = Math.max(largest, Math.abs(values[row * size + column]! - values[column * size + row]!));
    }
  }
  return largest;
}

/** ½(Φ + Φᵀ) of a square matrix. */
export function symmetrised(values: F64): Float64Array<ArrayBuffer> {
  const size = Math.round(Math.sqrt(values.length));
  const out = new Float64Array(values.length);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      const mean = 0.5 * (values[row * size + column]! + values[column * size + row]!);
      out[row * size + column] = mean;
      out[column * size + row] = mean;
    }
  }
  return out;
}

/**
 * The nearest force constants that are symmetric and whose rows sum to zero. `acousticSumResidual` keeps the violation
 * that was there before; a large one is also noted.
 */
export function imposeAcousticSumRule(constants: ForceConstants): ForceConstants {
  const residual = acousticSumResidual(constants.values);
  const notes = new Notes();
  notes.addAll(constants.notes ?? []);
  const scale = maxAbs(constants.values);
  if (residual > NOTEWORTHY * scale) notes.addAll([largeViolation(residual, scale)]);
  const values = symmetrised(constants.values);
  removeTranslations(values);
  return { reference: constants.reference, values, acousticSumResidual: residual, notes: notes.list() };
}

/** P Φ P in place, Φ symmetric: the mean of every row's blocks comes off, then the mean of every column's. */
function removeTranslations(values: Float64Array): void {
  const size = Math.round(Math.sqrt(values.length));
  const atoms = size / 3;
  for (let row = 0; row < size; row++) {
    const mean = [0, 0, 0];
    for (let column = 0; column < size; column++) mean[column % 3]! += values[row * size + column]! / atoms;
    for (let column = 0; column < size; column++) values[row * size + column]! -= mean[column % 3]!;
  }
  const means = new Float64Array(3 * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      means[(row % 3) * size + column]! += values[row * size + column]! / atoms;
    }
  }
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) values[row * size + column]! -= means[(row % 3) * size + column]!;
  }
}

function largeViolation(residual: number, scale: number): Note {
  return {
    code: "acoustic-sum-large",
    message: `rows of the force constants summed to up to ${residual.toPrecision(4)} eV/Å² (largest constant ${scale.toPrecision(4)} eV/Å²) before the sum rule was imposed`,
    hint: 'compare with the raw constants (sumRule: "keep"); if the atoms sit in an outer potential, the rule does not apply',
  };
}
