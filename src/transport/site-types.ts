// Sites by type: the labels of a site list as numbers, and what an analysis of sites needs to know of a track.

import { type I32, InputError } from "../base/index.js";
import type { JumpLog, SiteList, Visits } from "../dynamics/index.js";

/** What became of the ions, as far as jumps tell; a `SiteTrack` is one. */
export interface TrackedJumps {
  readonly sites: Pick<SiteList, "labels">;
  /** One entry per ion. */
  readonly ions: { readonly length: number };
  readonly jumps: JumpLog;
  readonly fromFs: number;
  readonly toFs: number;
}

/** The same with the stays; a `SiteTrack` is one. */
export interface TrackedVisits extends TrackedJumps {
  readonly visits: Visits;
}

export interface SiteTypes {
  /** In order of first appearance among the sites. */
  readonly names: readonly string[];
  /** [m] index into `names`. */
  readonly ofSite: I32;
  /** Sites of each type. */
  readonly counts: readonly number[];
}

export function siteTypes(labels: readonly string[]): SiteTypes {
  const names = [...new Set(labels)];
  const index = new Map(names.map((name, k) => [name, k]));
  const ofSite = Int32Array.from(labels, (label) => index.get(label)!);
  const counts = new Array<number>(names.length).fill(0);
  for (const type of ofSite) counts[type]!++;
  return { names, ofSite, counts };
}

/** Length of the track, fs. @throws InputError when it has none. */
export function trackedFs({ fromFs, toFs }: Pick<TrackedJumps, "fromFs" | "toFs">): number {
  const length = toFs - fromFs;
  if (!(length > 0))
    throw new InputError(
      `the ions were followed from ${fromFs} to ${toFs} fs`,
      "rates need two frames at least, at different times",
    );
  return length;
}

/** Time of each jump, fs: half way between the last sign of the old site and the first of the new. */
export function jumpTimes({ count, departureFs, arrivalFs }: JumpLog): Float64Array {
  const times = new Float64Array(count);
  for (let e = 0; e < count; e++) times[e] = 0.5 * (departureFs[e]! + arrivalFs[e]!);
  return times;
}
