// Atoms over time, from memory, from a file or from a run: frames come one by one, so that no length is too long.

import type { F64 } from "../base/index.js";
import type { Cell, Crystal } from "../structure/index.js";

/** A view of one instant: valid until the next frame is asked for; `slice()` what must be kept. */
export interface Frame {
  readonly step: number;
  readonly timeFs: number;
  readonly positions: F64; // [n,3] Å, unwrapped: continuous in time
  /**
   * [n,3] Å, congruent with the atoms modulo this frame's cell. Present where `positions` are a sum of steps through a changing cell
   * and therefore are not: what depends on where atoms are to each other takes these, what depends on how far they went `positions`.
   */
  readonly wrapped?: F64;
  readonly velocities?: F64; // [n,3] Å/fs
  /** Present when the cell changes from frame to frame; else it is the trajectory's. */
  readonly cell?: Cell;
  readonly potentialEnergy?: number; // eV
}

export interface FrameRange {
  /** First frame, counted from 0. Default 0. */
  readonly from?: number;
  /** One past the last frame. Default: all. */
  readonly to?: number;
  /** Every how many frames. Default 1. */
  readonly stride?: number;
}

export interface FrameOptions extends FrameRange {
  readonly signal?: AbortSignal;
}

/** What is known before the first frame is read. */
export interface TrajectoryHeading {
  /** Elements, masses and order of the atoms; cell and positions of the first frame. */
  readonly crystal: Crystal;
  /** Time between frames, fs. */
  readonly frameSpacingFs: number;
  /** Whether frames carry their own cell. */
  readonly variableCell: boolean;
  readonly hasVelocities: boolean;
}

export interface Trajectory extends TrajectoryHeading {
  /** Unknown while a file has not been read through. */
  readonly frameCount?: number;
  /** Every call starts anew. The time of a frame does not depend on the range. */
  frames(options?: FrameOptions): AsyncIterable<Frame>;
}
