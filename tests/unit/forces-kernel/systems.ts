// Interactions that the kernel tests share, and how far two answers are apart.

import {
  type ForceFieldSpec,
  type ForceSession,
  type Interactions,
  interactionsFor,
  namedForceFieldSpec,
} from "../../../src/forces/index.js";
import type { Crystal } from "../../../src/structure/index.js";
import { lithiumPhosphate, rattled, sheared } from "../../helpers/crystals.js";

/** γ-Li3PO4, 32 atoms off their sites, in a triclinic cell. */
export const phosphate: Crystal = sheared(rattled(lithiumPhosphate(), 0.05, 11));

/** Pedone's oxides with every short-range term ended at `cutoffA`. */
export function oxide(crystal: Crystal, accuracy: number, cutoffA = 8): Interactions {
  const spec: ForceFieldSpec = {
    ...namedForceFieldSpec("pedone-2006"),
    cutoffA,
    coulomb: { method: "ewald", accuracy },
  };
  return interactionsFor(spec, crystal);
}

/** Argon with a plain Lennard-Jones tail: nothing but pairs, stepping by 2·10⁻⁴ eV at 6.1 Å. */
export function liquid(crystal: Crystal, cutoffA = 6.1): Interactions {
  const spec: ForceFieldSpec = {
    name: "argon",
    pairs: { "Ar-Ar": [{ form: "lennard-jones", depthEv: 0.0104, diameterA: 3.4 }] },
    cutoffA,
  };
  return interactionsFor(spec, crystal);
}

export interface Answer {
  readonly energy: number;
  readonly forces: Float64Array;
  readonly stress: Float64Array;
}

export function answer(session: ForceSession, positions: Crystal["positions"]): Answer {
  const forces = new Float64Array(positions.length);
  const stress = new Float64Array(9);
  return { energy: session.evaluate(positions, forces, stress), forces, stress };
}

export const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((largest, x, i) => Math.max(largest, Math.abs(x - b[i]!)), 0);

/** Root mean square over atoms of the length of a − b. */
export const rmsDifference = (a: Float64Array, b: Float64Array): number =>
  Math.sqrt(a.reduce((sum, x, i) => sum + (x - b[i]!) ** 2, 0) / (a.length / 3));
