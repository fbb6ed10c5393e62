// The site tracker on a stored trajectory: one pass, the same state machine as in a running simulation.

import { type F64, type I32, InputError, type Note, Notes, Pacer, type RunOptions } from "../base/index.js";
import { atomCount } from "../structure/index.js";
import type { SiteList } from "./site-list.js";
import { type JumpLog, jumpLog, Rows, type Visits, visitTable } from "./site-log.js";
import type { SiteTrackerOptions } from "./site-options.js";
import type { SiteTracker } from "./site-session.js";
import { makeSiteTracker } from "./site-tracker.js";
import type { Frame, FrameRange, Trajectory } from "./trajectory.js";

/** What became of the ions. */
export interface SiteTrack {
  readonly sites: SiteList;
  /** [nIons] atom of each ion. */
  readonly ions: I32;
  readonly frames: number;
  readonly fromFs: number;
  readonly toFs: number;
  /** Empty when a sink took them. */
  readonly jumps: JumpLog;
  /** Empty when a sink took them. */
  readonly visits: Visits;
  /** [m] fs, all ions together. */
  readonly occupancyFs: F64;
  readonly recrossings: number;
  readonly crowdedFrames: number;
  readonly notes: readonly Note[];
}

export interface TrackSitesOptions extends SiteTrackerOptions, FrameRange, RunOptions {
  /** Called after each frame, with the tracker as it stands: for what is derived from it live. */
  readonly onFrame?: (tracker: SiteTracker, frame: Frame) => void;
}

/** @throws InputError when the trajectory has no frame or fewer atoms than the ions need. */
export async function trackSites(
  trajectory: Trajectory,
  sites: SiteList,
  options: TrackSitesOptions,
): Promise<SiteTrack> {
  const tracker = makeSiteTracker(sites, options);
  const most = options.ions.reduce((largest, atom) => Math.max(largest, atom), 0);
  if (most >= atomCount(trajectory.crystal)) {
    throw new InputError(
      `ion ${most + 1} is not among the ${atomCount(trajectory.crystal)} atoms of the trajectory`,
      "atoms are counted from 0",
    );
  }
  const pacer = new Pacer("following the ions", options);
  const { from, to, stride, signal } = options;
  const range = {
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(stride === undefined ? {} : { stride }),
    ...(signal === undefined ? {} : { signal }),
  };
  let fromFs = Number.NaN;
  for await (const frame of trajectory.frames(range)) {
    tracker.update(frame.wrapped ?? frame.positions, frame.timeFs, frame.cell ?? trajectory.crystal.cell);
    if (tracker.frames === 1) fromFs = frame.timeFs;
    options.onFrame?.(tracker, frame);
    await pacer.tick(tracker.frames, trajectory.frameCount);
  }
  if (tracker.frames === 0) throw new InputError("the trajectory has no frame in this range", "widen from, to, stride");
  const kept = options.sink ? nothingKept : { jumps: tracker.jumps(), visits: tracker.visits() };
  if (options.sink) tracker.flush();
  return {
    sites,
    ions: tracker.ions.slice(),
    frames: tracker.frames,
    fromFs,
    toFs: tracker.timeFs,
    ...kept,
    occupancyFs: tracker.occupancyFs(),
    recrossings: tracker.recrossings,
    crowdedFrames: tracker.crowdedFrames,
    notes: trackNotes(tracker),
  };
}

const nothingKept = { jumps: jumpLog(new Rows(3, 2)), visits: visitTable(new Rows(3, 2)) };

function trackNotes(tracker: SiteTracker): readonly Note[] {
  const notes = new Notes();
  const { frames, crowdedFrames } = tracker;
  const lost = Array.from(tracker.siteOf).filter((site) => site < 0).length;
  if (crowdedFrames > 0.1 * frames) {
    notes.add(
      "sites-crowded",
      `in ${crowdedFrames} of ${frames} frames some site held more than one ion`,
      "sites may be missing from the list, or lie too near together; the rule exclusive keeps ions apart",
    );
  }
  if (lost > 0) {
    notes.add(
      "ions-without-site",
      `${lost} of ${tracker.ions.length} ions were never on any site`,
      "widen the spheres, or add the missing sites",
    );
  }
  return notes.list();
}
