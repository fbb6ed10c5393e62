import type { F64, Note } from "../base/index.js";
import type { Crystal } from "../structure/index.js";

/** Where the atoms rest, and how well that is known. */
export interface Minimum {
  readonly crystal: Crystal;
  readonly energy: number; // eV
  readonly maxForce: number; // eV/Å, largest length of a force
  readonly stress?: F64; // [3,3] eV/Å³ at the end, when the force field gives it
  readonly converged: boolean;
  /** One entry per force evaluation that was accepted. */
  readonly history: readonly { readonly energy: number; readonly maxForce: number }[];
  readonly notes: readonly Note[];
}
