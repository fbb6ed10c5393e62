// The state of a simulation: what one integrator moves and nobody else. A session: it owns its buffers and never appears in a result.

import type { Cell, Crystal } from "../structure/index.js";

export interface MdState {
  /** Elements and masses; its cell and positions are those the run began with. */
  readonly crystal: Crystal;
  /** 1 where the atom is held in place, [n]. Frozen atoms have zero velocity and count no degrees of freedom. */
  readonly frozen: Uint8Array;
  /** Independent velocity components: 3 × free atoms, less 3 where the total momentum is conserved and zero. */
  degreesOfFreedom: number;
  step: number;
  timeFs: number;
  cell: Cell;
  readonly positions: Float64Array; // [n,3] Å, never wrapped
  readonly velocities: Float64Array; // [n,3] Å/fs
  readonly forces: Float64Array; // [n,3] eV/Å, at `positions`; frozen atoms keep theirs
  potentialEnergy: number; // eV
  /** Potential part of the stress, eV/Å³, tension positive; filled by integrators that need it and on frames that ask for it. */
  readonly stress: Float64Array; // [3,3]
}
