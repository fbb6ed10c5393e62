// What is measured of a trajectory. Analyses take frames as they come, so one pass over a long file serves many of them.

import type { Frame, TrajectoryHeading } from "../dynamics/index.js";

/** A session: `begin` once, `add` for every frame in order, `finish` once. Keeps no reference to a frame. */
export interface Analysis<R> {
  readonly name: string;
  /** @throws InputError or CapabilityError when this trajectory cannot be measured so (no such element, no velocities). */
  begin(heading: TrajectoryHeading): void;
  add(frame: Frame): void;
  finish(): R;
}
