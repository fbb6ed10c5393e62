// Elastic constants from long waves. For q = εn the dynamical matrix of the optical motion is eliminated (Schur complement on P, the three
// translations P_iα,β = √(m_i/M) δ_αβ),
//
//   ρ⁻¹ ε² A(n) ≈ [Pᵀ (D + s PPᵀ)⁻¹ P]⁻¹ − s,      A_ik(n) = Σ_jl A_ik,jl n_j n_l,      A_ik,jl = ½(C_ijkl + C_ilkj)
//
// up to ε⁴, which two lengths ε and 2ε remove; s > 0 is arbitrary. Thirteen directions give the form A_ik,jl by least squares, and
//
//   C_ijkl = A_ik,jl + A_jk,il − A_ij,kl                                        (M. Born and K. Huang, 1954, § 27)
//
// provided that A_ik,jl = A_jl,ik (Huang's conditions: no stress but a pressure, and forces that do not change when the crystal turns). Under a
// pressure these are the stress–strain coefficients, as from strains. In a piezoelectric crystal with charges A(n) is no quadratic form: waves along
// piezoelectric directions are stiffer than at constant electric field. What the form misses tells.

import { EV_PER_A3_PER_GPA, InputError, maxAbs, type Note, type Vec3 } from "../base/index.js";
import { invert, solveLinear } from "../numerics/index.js";
import { voigtElastic } from "./elastic-tensor.js";
import { massDensity } from "./elastic-waves.js";
import type { LatticeDynamics } from "./lattice-dynamics.js";

export interface LongWaveOptions {
  /** ε, rad/Å. Default 0.004, waves of 1600 Å: (ε a)⁴ and rounding are both below 1e-7 of C for cells of 10 Å. */
  readonly wave?: number;
}

export interface LongWaveElastic {
  readonly constants: Float64Array<ArrayBuffer>; // [6,6] eV/Å³, Voigt order xx yy zz yz xz xy
  /** Largest |A_ik,jl − A_jl,ik|, eV/Å³: how far Huang's conditions are missed. */
  readonly huangResidual: number;
  /** Largest part of A(n) that is no quadratic form of n, eV/Å³. */
  readonly formResidual: number;
  readonly notes: readonly Note[];
}

const AXES: readonly Vec3[] = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
  [0, 1, 1],
  [0, 1, -1],
  [1, 0, 1],
  [1, 0, -1],
  [1, 1, 0],
  [1, -1, 0],
  [1, 1, 1],
  [1, 1, -1],
  [1, -1, 1],
  [1, -1, -1],
];
/** Relative to the largest constant: worth a note. */
const NOTEWORTHY = 1e-3;

/** Of the infinite crystal, with the macroscopic field where the dynamics have one. */
export function longWaveElastic(dynamics: LatticeDynamics, options: LongWaveOptions = {}): LongWaveElastic {
  const { wave = 0.004 } = options;
  if (!(wave > 0)) throw new InputError(`waves of ${wave} rad/Å`, "give a small positive number, for example 0.004");
  const directions = AXES.map((n): Vec3 => {
    const length = Math.hypot(...n);
    return [n[0] / length, n[1] / length, n[2] / length];
  });
  const density = massDensity(dynamics.crystal);
  const matrices = directions.map((n) => acousticMatrix(dynamics, n, wave).map((x) => x * density));
  const { form, residual } = quadraticForm(directions, matrices);
  let huang = 0;
  const tensor = new Float64Array(81);
  const a = (i: number, k: number, j: number, l: number): number => form[27 * i + 9 * k + 3 * j + l]!;
  for (let i = 0; i < 3; i++)
    for (let j = 0; j < 3; j++)
      for (let k = 0; k < 3; k++)
        for (let l = 0; l < 3; l++) {
          huang = Math.max(huang, Math.abs(a(i, k, j, l) - a(j, l, i, k)));
          tensor[27 * i + 9 * j + 3 * k + l] = a(i, k, j, l) + a(j, k, i, l) - a(i, j, k, l);
        }
  const raw = voigtElastic(minorSymmetric(tensor));
  const constants = raw.map((x, at) => 0.5 * (x + raw[6 * (at % 6) + Math.floor(at / 6)]!));
  return {
    constants,
    huangResidual: huang,
    formResidual: residual,
    notes: notesOf(maxAbs(constants), huang, residual),
  };
}

/** [3,3] lim ε⁻² of the acoustic part of D(εn), eV/amu. */
function acousticMatrix(dynamics: LatticeDynamics, n: Vec3, wave: number): Float64Array<ArrayBuffer> {
  const near = complement(dynamics, n, wave);
  const far = complement(dynamics, n, 2 * wave);
  const value = near.map((x, k) => (4 * x - far[k]!) / 3);
  return value.map((x, k) => 0.5 * (x + value[3 * (k % 3) + Math.floor(k / 3)]!));
}

function complement({ crystal, dynamicalMatrix }: LatticeDynamics, n: Vec3, wave: number): Float64Array<ArrayBuffer> {
  const v = crystal.cell.vectors;
  const q = [0, 1, 2].map(
    (i) => (wave * (n[0] * v[3 * i]! + n[1] * v[3 * i + 1]! + n[2] * v[3 * i + 2]!)) / (2 * Math.PI),
  ) as unknown as Vec3;
  const d = dynamicalMatrix(q);
  const size = 3 * crystal.masses.length;
  const total = crystal.masses.slice().reduce((sum, mass) => sum + mass, 0);
  const rigid = Array.from(crystal.masses, (mass) => Math.sqrt(mass / total));
  let stiffness = 0;
  for (let a = 0; a < size; a++) stiffness = Math.max(stiffness, 1e-2 * d[2 * a * (size + 1)]!);
  // A complex Hermitian H = X + iY as the real symmetric [[X, −Y], [Y, X]]
  const wide = new Float64Array(4 * size * size);
  const rhs = new Float64Array(2 * size * 3);
  for (let i = 0; i < size; i++) {
    rhs[3 * i + (i % 3)] = rigid[Math.floor(i / 3)]!;
    for (let j = 0; j < size; j++) {
      const own = i % 3 === j % 3 ? stiffness * rigid[Math.floor(i / 3)]! * rigid[Math.floor(j / 3)]! : 0;
      const [x, y] = [d[2 * (i * size + j)]! + own, d[2 * (i * size + j) + 1]!];
      wide[2 * size * i + j] = wide[2 * size * (size + i) + size + j] = x;
      wide[2 * size * i + size + j] = -y;
      wide[2 * size * (size + i) + j] = y;
    }
  }
  const answer = solveLinear(wide, 2 * size, rhs);
  const projected = new Float64Array(9);
  for (let i = 0; i < size; i++)
    for (let c = 0; c < 3; c++) projected[3 * (i % 3) + c]! += rigid[Math.floor(i / 3)]! * answer[3 * i + c]!;
  return invert(projected, 3).map((x, k) => (x - (k % 4 === 0 ? stiffness : 0)) / wave ** 2);
}

/** [3,3,3,3] A_ik,jl, symmetric in jl, that fits A_ik(n) best, and the largest misfit. */
function quadraticForm(
  directions: readonly Vec3[],
  matrices: readonly Float64Array[],
): { readonly form: Float64Array; readonly residual: number } {
  const terms = directions.map(([x, y, z]) => [x * x, y * y, z * z, 2 * y * z, 2 * x * z, 2 * x * y]);
  const normal = new Float64Array(36);
  const rhs = new Float64Array(6 * 9);
  for (const [at, row] of terms.entries())
    for (let p = 0; p < 6; p++) {
      for (let s = 0; s < 6; s++) normal[6 * p + s]! += row[p]! * row[s]!;
      for (let k = 0; k < 9; k++) rhs[9 * p + k]! += row[p]! * matrices[at]![k]!;
    }
  const fitted = solveLinear(normal, 6, rhs);
  let residual = 0;
  for (const [at, row] of terms.entries())
    for (let k = 0; k < 9; k++) {
      const value = row.reduce((sum, term, p) => sum + term * fitted[9 * p + k]!, 0);
      residual = Math.max(residual, Math.abs(value - matrices[at]![k]!));
    }
  const place = [0, 5, 4, 5, 1, 3, 4, 3, 2];
  const form = Float64Array.from({ length: 81 }, (_, at) => fitted[9 * place[at % 9]! + Math.floor(at / 9)]!);
  return { form, residual };
}

/** Mean over i↔j and k↔l. */
function minorSymmetric(t: Float64Array): Float64Array<ArrayBuffer> {
  return Float64Array.from({ length: 81 }, (_, at) => {
    const [i, j, k, l] = [Math.floor(at / 27), Math.floor(at / 9) % 3, Math.floor(at / 3) % 3, at % 3];
    const swapped = [27 * j + 9 * i + 3 * k + l, 27 * i + 9 * j + 3 * l + k, 27 * j + 9 * i + 3 * l + k];
    return 0.25 * (t[at]! + t[swapped[0]!]! + t[swapped[1]!]! + t[swapped[2]!]!);
  });
}

function notesOf(scale: number, huang: number, form: number): readonly Note[] {
  const notes: Note[] = [];
  const gpa = (x: number): string => (x / EV_PER_A3_PER_GPA).toPrecision(3);
  if (huang > NOTEWORTHY * scale)
    notes.push({
      code: "huang-conditions-missed",
      message: `long waves break Huang's conditions by up to ${gpa(huang)} GPa: the crystal is under stress, or its force constants change when it turns`,
      hint: "relax the cell, use a larger supercell, or fit the force constants with rotational sum rules",
    });
  if (form > NOTEWORTHY * scale)
    notes.push({
      code: "long-waves-not-elastic",
      message: `sound squared departs from an elastic crystal's by up to ${gpa(form)} GPa over the directions (piezoelectric stiffening); the constants are a mean`,
      hint: "strains give the constants at constant electric field",
    });
  return notes;
}
