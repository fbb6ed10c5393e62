// Something done to a running simulation every so many steps.

import type { ForceSession } from "../forces/index.js";
import type { MdState } from "./state.js";

export interface Hook {
  /** For messages. Default "hook". */
  readonly name?: string;
  /** Steps between two applications; it is applied at multiples of it. */
  readonly every: number;
  /**
   * May change the velocities of free atoms. Energy and forces are current when it is called; a hook that moves atoms leaves them current
   * (`updateForces`). What it does to the conserved quantity is counted as its work.
   */
  apply(state: MdState, forces: ForceSession): void;
  /** What it needs to go on bit for bit, as plain data. */
  save?(): unknown;
  restore?(saved: unknown): void;
}
