// Which strain rates of the cell are free, and what a constant strain rate does in a finite time.
//
// Rows are vectors: a point moves as ẋ = x G with the strain rate G = Σ_k ν_k B_k, and the cell as ḣ = h G. The directions B_k are
//
//   isotropic   B = 1
//   axes        B_k = h⁻¹ e_k⊗e_k h: the length of cell vector k alone, ν_k = d ln|h_k|/dt. Lengths that change leave B_k as it is.
//   full        B_ij = ê_i⊗ê_j, i ≥ j, with ê₁ along a, ê₂ in the plane of a and b, ê₃ normal to it: all six shapes and no
//               rotation, since a keeps its direction and b its plane. In this frame h and G are lower triangular.
//
// For constant G:   x(t) = x(0) e^{Gt} + u ∫₀ᵗ e^{Gs} ds   solves   ẋ = x G + u.

import type { F64 } from "../base/index.js";
import { type Cell, multiply3 } from "../structure/index.js";

export type CellMotion = "isotropic" | "axes" | "full";

/** [directions][3,3]: the strain rates that are free, for the cell the motion began with. */
export function strainDirections(motion: CellMotion, cell: Cell): readonly Float64Array[] {
  if (motion === "isotropic") return [Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1)];
  if (motion === "axes") return [0, 1, 2].map((k) => stretchOf(cell, k));
  const frame = cellFrame(cell);
  const directions: Float64Array[] = [];
  // the three stretches first
  for (let i = 0; i < 3; i++) directions.push(outer(frame[i]!, frame[i]!));
  for (let i = 1; i < 3; i++) for (let j = 0; j < i; j++) directions.push(outer(frame[i]!, frame[j]!));
  return directions;
}

/** h⁻¹ e_k⊗e_k h: column k of the inverse times row k of the cell. */
function stretchOf(cell: Cell, k: number): Float64Array {
  const rate = new Float64Array(9);
  for (let a = 0; a < 3; a++) {
    for (let b = 0; b < 3; b++) rate[3 * a + b] = cell.inverse[3 * a + k]! * cell.vectors[3 * k + b]!;
  }
  return rate;
}

/** ê₁, ê₂, ê₃ by Gram and Schmidt from a, b, c. */
function cellFrame(cell: Cell): readonly Float64Array[] {
  const frame: Float64Array[] = [];
  for (let i = 0; i < 3; i++) {
    const v = cell.vectors.slice(3 * i, 3 * i + 3);
    for (const e of frame) {
      const along = v[0]! * e[0]! + v[1]! * e[1]! + v[2]! * e[2]!;
      for (let a = 0; a < 3; a++) v[a] = v[a]! - along * e[a]!;
    }
    const length = Math.hypot(v[0]!, v[1]!, v[2]!);
    frame.push(v.map((x) => x / length));
  }
  return frame;
}

function outer(u: F64, v: F64): Float64Array {
  const product = new Float64Array(9);
  for (let a = 0; a < 3; a++) for (let b = 0; b < 3; b++) product[3 * a + b] = u[a]! * v[b]!;
  return product;
}

/** e^{Gt} and ∫₀ᵗ e^{Gs} ds, both [3,3]. */
export interface Flow {
  readonly growth: Float64Array;
  /** fs */
  readonly path: Float64Array;
}

/**
 * The flow of the strain rate `rate` [3,3] 1/fs for `time` fs, to rounding: as many terms of Taylor's series as it takes for a small
 * time, then doubled.
 */
export function flowOf(rate: F64, time: number): Flow {
  let norm = 0; // of Gt: largest sum of a row
  for (let a = 0; a < 9; a += 3) {
    norm = Math.max(norm, (Math.abs(rate[a]!) + Math.abs(rate[a + 1]!) + Math.abs(rate[a + 2]!)) * Math.abs(time));
  }
  const doublings = norm > 0.25 ? Math.ceil(Math.log2(norm / 0.25)) : 0;
  const part = time / 2 ** doublings;
  const step = new Float64Array(9);
  for (let i = 0; i < 9; i++) step[i] = rate[i]! * part;
  // φ₁(X) = 1 + X/2 (1 + X/3 (1 + X/4 (…))) and e^X = 1 + X φ₁(X)
  let phi: Float64Array = identity();
  for (let n = termsFor(norm / 2 ** doublings); n >= 2; n--) phi = onePlus(multiply3(step, phi), 1 / n);
  let growth: Float64Array = onePlus(multiply3(step, phi), 1);
  for (let d = 0; d < doublings; d++) {
    // φ₁(2X) = ½ (e^X + 1) φ₁(X)
    phi = multiply3(onePlus(growth.slice(), 1), phi);
    for (let i = 0; i < 9; i++) phi[i] = 0.5 * phi[i]!;
    growth = multiply3(growth, growth);
  }
  for (let i = 0; i < 9; i++) phi[i] = phi[i]! * time;
  return { growth, path: phi };
}

/** Order after which the terms of φ₁, norm^n/(n+1)!, are below a tenth of the rounding of 1. */
function termsFor(norm: number): number {
  let term = 1;
  let n = 1;
  while (term > 1e-17) term *= norm / ++n;
  return n;
}

const identity = (): Float64Array => Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);

/** matrix ← 1 + factor · matrix */
function onePlus(matrix: Float64Array, factor: number): Float64Array {
  for (let i = 0; i < 9; i++) matrix[i] = factor * matrix[i]! + (i % 4 === 0 ? 1 : 0);
  return matrix;
}

/** Σ_k rates_k directions_k, [3,3]. */
export function strainRate(directions: readonly F64[], rates: F64): Float64Array {
  const sum = new Float64Array(9);
  for (let k = 0; k < directions.length; k++) {
    for (let i = 0; i < 9; i++) sum[i] = sum[i]! + rates[k]! * directions[k]![i]!;
  }
  return sum;
}

export const trace3 = (matrix: F64): number => matrix[0]! + matrix[4]! + matrix[8]!;
