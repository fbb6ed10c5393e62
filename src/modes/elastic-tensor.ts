// Elastic constants as a tensor: σ_ij = C_ijkl ε_kl, C_ijkl = C_jikl = C_ijlk = C_klij; Voigt's [6,6] in the order xx yy zz yz xz xy. In Kelvin's
// form, where rows and columns of shears carry √2, the matrix is a tensor of second rank in six dimensions: its eigenvalues do not depend on the
// axes, and all of them are positive exactly when every small strain costs energy. That is Born's criterion for all crystal classes at once
// (F. Mouhat and F.-X. Coudert, 10.1103/PhysRevB.90.224104).

import { expectFinite, expectShape, type F64, InputError } from "../base/index.js";
import { VOIGT_AXES } from "../minima/index.js";
import { symmetricEigen } from "../numerics/index.js";

/** [3,3] Voigt index of a pair of axes. */
const VOIGT_INDEX = [0, 5, 4, 5, 1, 3, 4, 3, 2] as const;

/** @throws InputError for a matrix that is not [6,6], finite and symmetric. */
export function expectElastic(constants: F64): void {
  expectShape("elastic constants", constants, [6, 6]);
  expectFinite("elastic constant", constants, 6);
  let scale = 0;
  for (const x of constants) scale = Math.max(scale, Math.abs(x));
  for (let p = 0; p < 6; p++)
    for (let s = 0; s < p; s++) {
      const [here, there] = [constants[6 * p + s]!, constants[6 * s + p]!];
      if (Math.abs(here - there) > 1e-6 * scale)
        throw new InputError(
          `C${s + 1}${p + 1} is ${there} and C${p + 1}${s + 1} is ${here}`,
          "elastic constants are symmetric: pass ½(C + Cᵀ)",
        );
    }
}

/** [6,6] of a cubic crystal along its axes. */
export function cubicElastic(c11: number, c12: number, c44: number): Float64Array<ArrayBuffer> {
  const out = new Float64Array(36);
  for (let p = 0; p < 3; p++) {
    for (let s = 0; s < 3; s++) out[6 * p + s] = p === s ? c11 : c12;
    out[7 * (p + 3)] = c44;
  }
  return out;
}

/** [3,3,3,3] C_ijkl. */
export function elasticTensor(constants: F64): Float64Array<ArrayBuffer> {
  const out = new Float64Array(81);
  for (let ij = 0; ij < 9; ij++)
    for (let kl = 0; kl < 9; kl++) out[9 * ij + kl] = constants[6 * VOIGT_INDEX[ij]! + VOIGT_INDEX[kl]!]!;
  return out;
}

/** [6,6] of C_ijkl with both minor symmetries. */
export function voigtElastic(tensor: F64): Float64Array<ArrayBuffer> {
  const out = new Float64Array(36);
  for (const [p, [i, j]] of VOIGT_AXES.entries())
    for (const [s, [k, l]] of VOIGT_AXES.entries()) out[6 * p + s] = tensor[27 * i + 9 * j + 3 * k + l]!;
  return out;
}

/** C'_ijkl = R_ia R_jb R_kc R_ld C_abcd, with R [3,3] for columns. */
export function rotateElastic(constants: F64, rotation: F64): Float64Array<ArrayBuffer> {
  // One index at a time: the last one is turned and moves to the front, four times.
  let tensor: Float64Array = elasticTensor(constants);
  for (let turn = 0; turn < 4; turn++) {
    const next = new Float64Array(81);
    for (let rest = 0; rest < 27; rest++)
      for (let i = 0; i < 3; i++)
        for (let a = 0; a < 3; a++) next[27 * i + rest]! += rotation[3 * i + a]! * tensor[3 * rest + a]!;
    tensor = next;
  }
  return voigtElastic(tensor);
}

export interface SymmetrisedElastic {
  readonly constants: Float64Array<ArrayBuffer>; // [6,6], the mean over the rotations
  /** Largest change of a constant. */
  readonly removed: number;
}

/** The part of `constants` that all `rotations` (a group, [3,3] each) leave as it is. */
export function symmetriseElastic(constants: F64, rotations: readonly F64[]): SymmetrisedElastic {
  const mean = new Float64Array(36);
  for (const rotation of rotations)
    for (const [at, x] of rotateElastic(constants, rotation).entries()) mean[at]! += x / rotations.length;
  let removed = 0;
  for (let at = 0; at < 36; at++) removed = Math.max(removed, Math.abs(mean[at]! - constants[at]!));
  return { constants: mean, removed };
}

/** How many constants a crystal with these rotations has: 21 in general, 3 for cubic ones. It is the trace of the mean over the group. */
export function independentElastic(rotations: readonly F64[]): number {
  let trace = 0;
  for (let p = 0; p < 6; p++)
    for (let s = p; s < 6; s++) {
      const unit = new Float64Array(36);
      unit[6 * p + s] = unit[6 * s + p] = 1;
      trace += symmetriseElastic(unit, rotations).constants[6 * p + s]!;
    }
  return Math.round(trace);
}

/** [6,6] Kelvin's form. */
export function kelvinForm(constants: F64): Float64Array<ArrayBuffer> {
  return Float64Array.from(
    constants,
    (x, at) => x * (at % 6 > 2 ? Math.SQRT2 : 1) * (Math.floor(at / 6) > 2 ? Math.SQRT2 : 1),
  );
}

export interface BornStability {
  readonly stable: boolean;
  /** [6] Kelvin moduli in the unit of the constants, ascending: stiffness against each of six independent strains. */
  readonly eigenvalues: F64;
  /** [3,3] the softest strain, Σ ε_ij² = 1. */
  readonly softest: F64;
}

/** Stability of the unstressed crystal against every small strain. */
export function bornStability(constants: F64): BornStability {
  expectElastic(constants);
  const { values, vectors } = symmetricEigen(kelvinForm(constants), 6, { vectors: true });
  const softest = new Float64Array(9);
  for (const [p, [a, b]] of VOIGT_AXES.entries())
    softest[3 * a + b] = softest[3 * b + a] = vectors![p]! * (a === b ? 1 : Math.SQRT1_2);
  return { stable: values[0]! > 0, eigenvalues: values, softest };
}
