// What a pair force field comes down to for one crystal: one radial function per pair of kinds, and point charges.
// Sessions (the kernel and its plain twin) are built from this and know nothing of Morse or Buckingham.

import type { F64 } from "../base/index.js";
import type { Crystal } from "../structure/index.js";

/** The short-range part between two kinds, shifting and cut-off already applied. */
export interface RadialPair {
  readonly kindA: number;
  readonly kindB: number;
  /** Å; the function is zero from here on. */
  readonly cutoff: number;
  /** Å, ascending: distances below `cutoff` where a single term ends, so that the function may step. Empty when left out. */
  readonly breaks?: readonly number[];
  /** Writes U (eV), dU/dr (eV/Å), d²U/dr² (eV/Å²) at r < cutoff into out[0..2]. */
  radial(r: number, out: Float64Array): void;
}

export interface Interactions {
  readonly crystal: Crystal;
  /** [nKinds] e. All zero when the force field has no Coulomb part. */
  readonly charges: F64;
  /** Present when the charges interact by an Ewald sum. */
  readonly ewald?: EwaldRequest;
  readonly pairs: readonly RadialPair[];
  /** Names of the components and their share, for energyParts: each is a sum of radial functions of the same form. */
  readonly components: readonly { readonly name: string; readonly pairs: readonly RadialPair[] }[];
  /** [nKinds,nKinds] Å: two atoms nearer than this are an overlap (`overlapError`). 0.4 Å when left out. */
  readonly minimumDistances?: F64;
}

export interface EwaldRequest {
  /** Root-mean-square force error relative to the rms force between nearest charges, e.g. 1e-6. */
  readonly accuracy: number;
}
