// The long-wave limit of a D(q) that has no expansion in bonds, as with charges. For one short wave vector q = εn the Schur complement of the optical
// block,
//
//   ε²C(n) ≈ D_PP − D_PQ D_QQ⁻¹ D_QP = [Pᵀ(D + sPPᵀ)⁻¹P]⁻¹ − s,
//
// P the three translations, holds up to ε⁴; two lengths ε and 2ε remove that. The stiffness s given to the translations makes D + sPPᵀ positive
// even where the acoustic part is not, so an unstable crystal shows as v² < 0. Its imaginary part is odd in ε and left out.

import { PhysicsError, type Vec3 } from "../base/index.js";
import { invert } from "../numerics/index.js";
import type { Crystal } from "../structure/index.js";
import { invertHermitian } from "./crystal-hermitian.js";
import type { HarmonicFramework } from "./model.js";

/** 1/Å: waves of 1600 Å. (ε a)⁴ is 1e-6 of C/24 for cells of 10 Å; rounding of D is 1e-16 of Ω_max²/(vε)² ~ 1e6. */
const WAVE = 0.004;

export function longWaves(
  dynamicalMatrix: HarmonicFramework["dynamicalMatrix"],
  crystal: Crystal,
): HarmonicFramework["acousticMatrix"] {
  const b = crystal.masses.length;
  const n = 3 * b;
  const total = Array.from(crystal.masses).reduce((sum, mass) => sum + mass, 0);
  const rigid = Float64Array.from(crystal.masses, (mass) => Math.sqrt(mass / total)); // P_iα,β = rigid_i δ_αβ
  const matrix = new Float64Array(2 * n * n);
  const inverse = new Float64Array(2 * n * n);
  const complement = (direction: Vec3, wave: number): Float64Array => {
    const v = crystal.cell.vectors;
    const q = [0, 1, 2].map(
      (i) =>
        (wave * (direction[0] * v[3 * i]! + direction[1] * v[3 * i + 1]! + direction[2] * v[3 * i + 2]!)) /
        (2 * Math.PI),
    ) as unknown as Vec3;
    dynamicalMatrix(q, matrix);
    let stiffness = 0;
    for (let a = 0; a < n; a++) stiffness = Math.max(stiffness, 1e-2 * matrix[2 * a * (n + 1)]!);
    for (let i = 0; i < b; i++)
      for (let j = 0; j < b; j++)
        for (let a = 0; a < 3; a++) matrix[2 * ((3 * i + a) * n + 3 * j + a)]! += stiffness * rigid[i]! * rigid[j]!;
    if (invertHermitian(matrix, n, inverse) >= 0)
      throw new PhysicsError(
        "the crystal is unstable: an optical vibration near q = (0, 0, 0) is imaginary",
        "relax the structure along that mode, or fit force constants about a minimum",
        { q },
      );
    const projected = new Float64Array(9);
    for (let i = 0; i < b; i++)
      for (let j = 0; j < b; j++)
        for (let a = 0; a < 3; a++)
          for (let c = 0; c < 3; c++)
            projected[3 * a + c]! += rigid[i]! * rigid[j]! * inverse[2 * ((3 * i + a) * n + 3 * j + c)]!;
    return invert(projected, 3).map((x, k) => (x - (k % 4 === 0 ? stiffness : 0)) / wave ** 2);
  };
  // One direction is two inversions, and averages over directions ask for the same ones: C(−n) = C(n) is kept.
  const known = new Map<string, Float64Array>();
  return (direction, out) => {
    const sign = Math.sign(direction[2] || direction[1] || direction[0]);
    const key = direction.map((x) => (sign * x).toFixed(12)).join(" ");
    const found = known.get(key) ?? limit(complement(direction, WAVE), complement(direction, 2 * WAVE));
    known.set(key, found);
    out.set(found);
  };
}

/** What a quantity with an error in ε² tends to, made symmetric. */
function limit(near: Float64Array, far: Float64Array): Float64Array {
  const value = near.map((x, k) => (4 * x - far[k]!) / 3);
  return value.map((x, k) => 0.5 * (x + value[3 * (k % 3) + Math.floor(k / 3)]!));
}
