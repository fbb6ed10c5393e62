// One rule of motion: a session that advances a state. All ensembles have this shape, so the run loop, the checkpoints and
// the contract suite (tests/contracts/integrator.ts) know nothing of which one it is.

import type { ForceSession } from "../forces/index.js";
import type { EnsembleSpec } from "./ensemble.js";
import type { MdState } from "./state.js";

export interface Integrator {
  readonly name: string;
  readonly timestepFs: number;
  /** What it was made from, defaults left out; a checkpoint is only restored into an integrator with the same. */
  readonly ensemble?: EnsembleSpec;
  /**
   * Moves `state` by `steps` steps; forces and energy of the state are current before and after.
   * advance(a+b) and advance(a); advance(b) give the same bits.
   */
  advance(state: MdState, forces: ForceSession, steps: number): void;
  /** What stays constant but for the error of the time step, eV: the total energy plus what baths and pistons hold or took. */
  conserved(state: MdState): number;
  /** Whatever is needed to go on bit for bit, as plain data (numbers, strings, arrays, typed arrays). */
  save(): unknown;
  restore(saved: unknown): void;
}
