import type { F64, I32, Note } from "../base/index.js";
import type { Minimum } from "../minima/index.js";

/** A minimum-energy path between two minima whose atoms are matched one to one. */
export interface Path {
  readonly endpoints: readonly [Minimum, Minimum];
  readonly nImages: number;
  /** [nImages,n,3] Å, continuous (never wrapped between images); both end points included. */
  readonly images: F64;
  /** [nImages] eV above the first. */
  readonly energies: F64;
  /** [nImages] Å, arc length from the first image. */
  readonly coordinate: F64;
  /** Index of the climbing image. */
  readonly saddle: number;
  readonly barrierForward: number; // eV
  readonly barrierBackward: number; // eV
  /** Atoms that change site. */
  readonly movers: I32;
  readonly converged: boolean;
  /** Largest perpendicular force of any moving image after each iteration, eV/Å. */
  readonly history: readonly { readonly maxForce: number; readonly barrier: number }[];
  readonly notes: readonly Note[];
}

/** A band's highest point polished to a stationary point with one unstable direction. */
export interface Saddle {
  /** [n,3] Å, continuous with the path's images. */
  readonly positions: F64;
  readonly energy: number; // eV above the path's first end point
  readonly maxForce: number; // eV/Å
  /** Imaginary frequencies found, THz (negative); exactly one for a true saddle. */
  readonly unstable: F64;
  /** All frequencies, THz, ascending. */
  readonly frequencies: F64;
  readonly verified: boolean;
}
