import type { F64, Note, Vec3 } from "../base/index.js";
import type { Crystal } from "../structure/index.js";

export interface ForceConstants {
  readonly reference: Crystal;
  /** [n,3,n,3] eV/Å², ∂²E/∂u∂u; row-major as a [3n,3n] matrix. */
  readonly values: F64;
  /** Largest |Σ_j Φ_ij| before the sum rule was imposed, eV/Å². */
  readonly acousticSumResidual: number;
  /** What was found while they were made: asymmetry removed, a large sum-rule violation. */
  readonly notes?: readonly Note[];
}

export interface Modes {
  readonly reference: Crystal;
  /** Fractional wave vector, no 2π; [0,0,0] for the supercell problem. */
  readonly q: Vec3;
  /** 3n. */
  readonly count: number;
  /** [count] THz, ascending, imaginary ones negative. */
  readonly frequencies: F64;
  /** [count,n,3], or [count,n,3,2] if complex; mass-weighted, orthonormal, first large component positive. */
  readonly vectors: F64;
  readonly complex: boolean;
  /**
   * Phase of complex vectors. "position": the motion of atom j in cell T goes with e^{2πi q·(T + τ_j)}; "cell": with e^{2πi q·T}.
   * Left out where q = 0 makes them the same. Frequencies and |e_j|² do not depend on it; sums over different atoms do.
   */
  readonly gauge?: "position" | "cell";
  /** Notes of the force constants these modes come from, and those of the solution. */
  readonly notes?: readonly Note[];
}
