// What a site tracker tells while it is fed: the session that simulations and analyses read.

import type { F64, I32 } from "../base/index.js";
import type { Cell } from "../structure/index.js";
import type { SiteList } from "./site-list.js";
import type { JumpLog, Visits } from "./site-log.js";

/** A session: fed frame by frame, read at any time. */
export interface SiteTracker {
  readonly sites: SiteList;
  /** [nIons] atom of each ion; ions are named by their index here. */
  readonly ions: I32;
  /** [nIons] site of each ion, −1 before it was on any. A live view. */
  readonly siteOf: I32;
  /** [m] ions on each site. A live view. */
  readonly occupants: I32;
  /** [nIons] fs, when the visit of `siteOf` began: half way between departure and arrival. A live view. */
  readonly enteredFs: F64;
  /** Grows by one whenever `siteOf` changes: what was derived from it is stale then. */
  readonly version: number;
  readonly frames: number;
  /** Time of the last frame, fs; NaN before the first. */
  readonly timeFs: number;
  /** Stays shorter than dwellFs that were left out. */
  readonly recrossings: number;
  /** Frames in which some site held more than one ion. */
  readonly crowdedFrames: number;
  /**
   * Takes the next frame: `positions` [n,3] Å of all atoms, its time, and its cell when it is not the reference's.
   * @throws InputError when time does not advance or atoms are missing; NumericError for a position that is no number.
   */
  update(positions: F64, timeFs: number, cell?: Cell): void;
  /** [3] Å of the framework since the reference, up to a lattice vector; in the last frame's cell. */
  drift(): Float64Array;
  /** [m,3] Å where the sites are in the last frame, up to lattice vectors. */
  sitePositions(): Float64Array;
  /** Sites with more than one ion, ascending. */
  crowded(): number[];
  /** Jumps that were confirmed so far and not handed to the sink. */
  jumps(): JumpLog;
  /** Visits that were not handed to the sink, ion by ion; those still going on have NOT_ENDED and end now. */
  visits(): Visits;
  /** [m] fs that ions spent on each site, all together; visits still going on included. */
  occupancyFs(): Float64Array;
  /** Hands what is left to the sink, open visits too. */
  flush(): void;
  /** All of it as plain data (numbers and typed arrays): a tracker restored from it goes on bit for bit. */
  save(): unknown;
  restore(saved: unknown): void;
}
