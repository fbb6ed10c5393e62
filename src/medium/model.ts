// What a mobile ion sees of a vibrating framework: the values every file of this folder passes on.
//
// Units inside src/medium are the core's: eV, Å, fs, K, masses in amu. Equations are written with the *inertia* μ of a mass,
//
//   μ = m / ACCELERATION   (eV fs²/Å²; 1 amu = 103.64 eV fs²/Å²),
//
// so that a = F/μ, kinetic energy ½μv² and Ω² = k/μ carry no factor. Ω is in rad/fs, shown as THz; W(0) in Å²/eV; L in Å² fs/eV;
// k_BT in eV. Studies accept Rodin's meV, ps and meV ps²/Å² and convert at the border (paper-units.ts).
// Source of the method: Rodin, Olsen, Ustyuzhanin, Maevskiy, arXiv:2504.06595.

import { ACCELERATION, type F64, type I32, type Vec3 } from "../base/index.js";
import type { RadialTerm } from "../forces/index.js";
import type { Cell } from "../structure/index.js";

/** Inertia of a mass, eV fs²/Å², from amu. */
export const inertiaOf = (massAmu: number): number => massAmu / ACCELERATION;

/** Ordinary frequency in THz of Ω in rad/fs. */
export const thzOf = (omega: number): number => (omega / (2 * Math.PI)) * 1e3;

/** Simple cubic lattice of one kind of atom, springs to 6 nearest and 12 next-nearest neighbours. */
export interface CubicLattice {
  readonly mass: number; // amu, one atom
  readonly spacing: number; // Å, a
  /** k1, eV/Å²: to the 6 neighbours at a. */
  readonly nearSpring: number;
  /** k2, eV/Å²: to the 12 neighbours at a√2. */
  readonly nextSpring: number;
}

/** Atoms of a periodic framework at rest. */
export interface Framework {
  readonly cell: Cell;
  /** [b,3] Å, equilibrium positions in the home cell. */
  readonly positions: F64;
  readonly masses: F64; // [b] amu
}

/** A framework with its harmonic forces. Every crystal that can write D(q) works with the rest of this folder. */
export interface HarmonicFramework extends Framework {
  /** D(q) into out [3b,3b,2] rad²/fs², phase over atom positions; q [3] fractional, no 2π. */
  dynamicalMatrix(q: Vec3, out: Float64Array): void;
  /** Long-wave limit along a Cartesian unit direction into out [3,3] (Å/fs)²: eigenvalues are v_u². */
  acousticMatrix(direction: Vec3, out: Float64Array): void;
}

/** Energy of the ion and one framework atom as a function of their distance. */
export interface CentralPotential {
  readonly name: string;
  /** Writes U (eV), U′ (eV/Å), U″ (eV/Å²) at r (Å) to out[0..2]. Beyond `cutoff` all three are zero. */
  evaluate(r: number, out: Float64Array): void;
  /** Å; Infinity when the potential is not cut. */
  readonly cutoff: number;
  /** Å, where the smooth fall to zero begins; equal to `cutoff` when there is none. */
  readonly smoothFrom: number;
  /** The bare potential as data, for kernels that compute it themselves. */
  readonly term?: RadialTerm;
}

/**
 * The framework atoms the ion interacts with while it is in one cell: the same pattern in every cell.
 * The ion's cell is floor(fractional position).
 */
export interface Window {
  readonly count: number;
  /** [n,4] cell offsets (n1,n2,n3) from the ion's cell, and the atom's index in the home cell. */
  readonly sites: I32;
  /** [n,3] Å, equilibrium positions from the origin of the ion's cell. */
  readonly positions: F64;
}

/** All that the equation of motion of one ion needs, besides the thermal motion. */
export interface Medium {
  readonly framework: Framework;
  readonly ionMass: number; // amu
  /** [b] by index of the framework atom in the home cell. */
  readonly potentials: readonly CentralPotential[];
  readonly window: Window;
  /** [3n,3n] Å²/eV, W(0) between the atoms of the window, infinite lattice. */
  readonly staticResponse: F64;
  /** [3,3] Å² fs/eV, L = ∫₀^∞ W dt, the same for every pair of atoms. */
  readonly drag: F64;
}

/** Thermal motion of the framework without the ion, at the atoms of one window. */
export interface ThermalField {
  /**
   * Displacements (Å) and velocities (Å/fs), both [n,3], of the window's atoms at `timeFs` when the ion is in the cell `cell` [3].
   * Times must not decrease from call to call (a field may be propagated).
   */
  sample(timeFs: number, cell: Int32Array, displacements: Float64Array, velocities: Float64Array): void;
}

/** How occupied a mode is: with the zero point and whole quanta, or by equipartition. */
export type Statistics = "quantum" | "classical";

/** Position Å, velocity Å/fs. */
export interface IonState {
  readonly position: Vec3;
  readonly velocity: Vec3;
}

/** A walk of one ion, continuous (never wrapped). */
export interface Walk {
  readonly frames: number;
  readonly frameSpacingFs: number;
  readonly positions: F64; // [frames,3] Å
  readonly velocities: F64; // [frames,3] Å/fs
}
