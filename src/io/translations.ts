// Translations that map a crystal onto itself, as permutations of its atoms.

import { type F64, type I32, PhysicsError } from "../base/index.js";
import {
  atomPermutation,
  atomsOf,
  type Cell,
  type Crystal,
  fractionalPositions,
  toCartesian,
  toFractional,
} from "../structure/index.js";

export interface TranslationOptions {
  /** Largest distance between a moved atom and the one found there, Å. */
  readonly tolerance: number;
  /** Only translations by lattice vectors of this cell. */
  readonly lattice?: Cell;
}

/**
 * [translations][n] atom that each atom is moved onto; the identity is first. A translation is fixed by where it takes the
 * first atom of the rarest element, so there are at most as many as atoms of that element.
 */
export function translationsOf(crystal: Crystal, { tolerance, lattice }: TranslationOptions): readonly I32[] {
  const fractional = fractionalPositions(crystal);
  const atomsByElement = crystal.elements
    .map((element) => atomsOf(crystal, element))
    .filter((atoms) => atoms.length > 0);
  const rarest = atomsByElement.reduce((least, atoms) => (atoms.length < least.length ? atoms : least));
  const found: I32[] = [];
  for (const target of rarest) {
    const shift = Float64Array.from([0, 1, 2], (k) => fractional[3 * target + k]! - fractional[3 * rarest[0]! + k]!);
    if (lattice && !isLatticeVector(lattice, toCartesian(crystal.cell, shift), tolerance)) continue;
    const image = permutationBy(crystal, shift, tolerance);
    if (image) found.push(image);
  }
  return found;
}

function isLatticeVector(lattice: Cell, vector: F64, tolerance: number): boolean {
  const rest = toFractional(lattice, vector).map((s) => s - Math.round(s));
  return Math.hypot(...toCartesian(lattice, rest)) <= tolerance;
}

function permutationBy(crystal: Crystal, translation: F64, tolerance: number): I32 | undefined {
  try {
    return atomPermutation(crystal, { rotation: Int32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1), translation }, { tolerance });
  } catch (error) {
    if (error instanceof PhysicsError) return undefined;
    throw error;
  }
}
