// How the crystal trembles about a rest position. D = M^{-1/2} Φ M^{-1/2}, D e_n = λ_n e_n,
//     f_n = sign(λ_n) √|λ_n| / 2π  (THz; an unstable direction is a negative frequency).
// Solved for all atoms of the cell at once, at Γ of that cell: with a supercell every wave vector that fits into it is there.

import { expectFinite, expectShape, maxAbs, type Note, Notes, THZ_PER_ROOT_CURVATURE } from "../base/index.js";
import type { ForceField } from "../forces/index.js";
import type { Minimum } from "../minima/index.js";
import { symmetricEigen } from "../numerics/index.js";
import { atomCount, type Crystal } from "../structure/index.js";
import { type ForceConstantsOptions, forceConstants } from "./force-constants.js";
import type { ForceConstants, Modes } from "./modes.js";
import { asymmetry } from "./sum-rule.js";

/** Asymmetry relative to the largest force constant above which it is worth a note: rounding in a text file stays below. */
const NOTEWORTHY_ASYMMETRY = 1e-6;

/**
 * Frequencies and vectors of `constants` at Γ, ascending, the vectors real, orthonormal and mass-weighted; of each vector
 * the first component larger than half the largest is positive. The antisymmetric part of the constants is left out.
 * @throws InputError when the table does not fit the structure; NumericError when it holds a number that is not finite.
 */
export function solveModes(constants: ForceConstants): Modes {
  const { reference, values } = constants;
  const n = atomCount(reference);
  const count = 3 * n;
  expectShape("force constants", values, [n, 3, n, 3]);
  expectFinite("force constant", values, 9 * n);
  const notes = new Notes();
  notes.addAll(constants.notes ?? []);
  notes.addAll(asymmetryNotes(constants));
  const { values: curvatures, vectors } = symmetricEigen(dynamicalMatrix(constants), count, { vectors: true });
  const signed = Float64Array.from(vectors!);
  for (let mode = 0; mode < count; mode++) fixSign(signed.subarray(mode * count, (mode + 1) * count));
  return {
    reference,
    q: [0, 0, 0],
    count,
    frequencies: Float64Array.from(curvatures, frequencyOfCurvature),
    vectors: signed,
    complex: false,
    notes: notes.list(),
  };
}

/** The modes of a structure at rest: force constants, then their solution. */
export async function findModes(
  at: Minimum | Crystal,
  forces: ForceField,
  options: ForceConstantsOptions = {},
): Promise<Modes> {
  const minimum = "crystal" in at ? at : undefined;
  const modes = solveModes(await forceConstants(minimum ? minimum.crystal : (at as Crystal), forces, options));
  if (!minimum || minimum.converged) return modes;
  const note: Note = {
    code: "modes-of-unconverged-minimum",
    message: `the structure was not relaxed to its tolerance: the largest force is ${minimum.maxForce.toPrecision(3)} eV/Å`,
    hint: "relax it further before trusting low or imaginary frequencies",
  };
  return { ...modes, notes: [...(modes.notes ?? []), note] };
}

/** D = M^{-1/2} ½(Φ + Φᵀ) M^{-1/2}, [3n,3n] eV/(Å² amu). */
export function dynamicalMatrix(constants: ForceConstants): Float64Array<ArrayBuffer> {
  const { reference, values } = constants;
  const size = 3 * atomCount(reference);
  const weights = Float64Array.from({ length: size }, (_, a) => 1 / Math.sqrt(reference.masses[Math.floor(a / 3)]!));
  const matrix = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      const mean = 0.5 * (values[row * size + column]! + values[column * size + row]!);
      matrix[row * size + column] = matrix[column * size + row] = weights[row]! * mean * weights[column]!;
    }
  }
  return matrix;
}

/** THz of a curvature in eV/(Å² amu), sign kept. */
export function frequencyOfCurvature(curvature: number): number {
  return Math.sign(curvature) * Math.sqrt(Math.abs(curvature)) * THZ_PER_ROOT_CURVATURE;
}

/** eV/(Å² amu) of a signed frequency in THz: λ with E_n = ½ λ Q². */
export function curvatureOfFrequency(frequencyThz: number): number {
  return Math.sign(frequencyThz) * (frequencyThz / THZ_PER_ROOT_CURVATURE) ** 2;
}

function fixSign(vector: Float64Array): void {
  const half = 0.5 * maxAbs(vector);
  const leading = vector.find((component) => Math.abs(component) > half) ?? 0;
  if (leading < 0) for (let a = 0; a < vector.length; a++) vector[a] = -vector[a]!;
}

function asymmetryNotes(constants: ForceConstants): readonly Note[] {
  const skew = asymmetry(constants.values);
  const scale = maxAbs(constants.values);
  if (skew <= NOTEWORTHY_ASYMMETRY * scale) return [];
  return [
    {
      code: "force-constants-asymmetric",
      message: `Φ and its transpose differ by up to ${skew.toPrecision(3)} eV/Å² (largest constant ${scale.toPrecision(4)} eV/Å²); their mean is solved`,
      hint: "imposeAcousticSumRule makes them symmetric and obey the sum rule together",
    },
  ];
}
