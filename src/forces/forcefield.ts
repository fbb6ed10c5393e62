// Energy of an arrangement and its slope. A ForceField is a description: cheap, serialisable, without buffers.
// Attached to a crystal it becomes a ForceSession, which owns buffers and is driven by exactly one loop.

import type { Crew, F64, RunOptions } from "../base/index.js";
import type { Cell, Crystal } from "../structure/index.js";

export interface Capabilities {
  readonly stress: boolean;
  readonly hessian: boolean;
  /** Elements it has parameters for. */
  readonly elements: readonly string[];
}

export interface AttachOptions {
  /**
   * Threads that share each evaluation where the cell is large enough to gain by it. Default: this thread alone. The numbers are the
   * same, to the last bit. The session must be disposed before the crew is.
   */
  readonly crew?: Crew;
}

export interface ForceField {
  readonly name: string;
  readonly can: Capabilities;
  /**
   * Checks elements, charges and cut-offs against the crystal and prepares buffers.
   * @throws CapabilityError for an element or pair without parameters; PhysicsError for a charged cell.
   */
  attach(crystal: Crystal, options?: AttachOptions): ForceSession;
  /** Everything needed to make the same force field on another thread; read back by `forceFieldFromJSON`. */
  toJSON(): unknown;
}

export interface ForceSession {
  /**
   * Energy (eV) at `positions` [n,3] Å. Writes forces [n,3] eV/Å and, if given, stress [3,3] eV/Å³ = (1/V) ∂E/∂ε
   * (tension positive). Inputs are not changed.
   * @throws PhysicsError when two atoms overlap (names them); NumericError when a position is not finite.
   */
  evaluate(positions: F64, forces: Float64Array, stress?: Float64Array): number;
  /** Energy by named component, eV; the parts add up to `evaluate`'s energy. */
  energyParts(positions: F64): Readonly<Record<string, number>>;
  /** ∂²E/∂u∂u at `positions`, [3n,3n] eV/Å² row-major, symmetric to rounding. Present when `can.hessian`. */
  hessian?(positions: F64): Float64Array;
  /** Changes the cell the next evaluations refer to. */
  setCell(cell: Cell): void;
  /** `evaluate` in two parts, for motion with two time steps. Present when the two differ in speed. */
  readonly split?: ForceSplit;
  dispose(): void;
}

/**
 * Two parts whose energies, forces and stresses add up to those of `evaluate`; each has its signature and errors. `fast` holds what is steep
 * and cheap (short range), `slow` what is smooth and dear (the waves of the Coulomb sum).
 */
export interface ForceSplit {
  fast(positions: F64, forces: Float64Array, stress?: Float64Array): number;
  slow(positions: F64, forces: Float64Array, stress?: Float64Array): number;
}

export interface Evaluation {
  readonly energy: number; // eV
  readonly forces: F64; // [n,3] eV/Å
  readonly stress?: F64; // [3,3] eV/Å³
}

/** A force field that prefers many structures at once (a network, a remote code). */
export interface BatchForceField extends ForceField {
  evaluateMany(images: readonly Crystal[], options?: RunOptions): Promise<readonly Evaluation[]>;
}
