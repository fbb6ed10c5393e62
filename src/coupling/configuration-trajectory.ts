// Sites and configurations of a stored trajectory in one pass.

import type { SiteTracker } from "../dynamics/index.js";
import { type SiteTrack, type TrackSitesOptions, type Trajectory, trackSites } from "../dynamics/index.js";
import type { ConfigurationLibrary } from "./configuration-known.js";
import {
  type ConfigurationHop,
  type ConfigurationTimeline,
  type LiveConfiguration,
  type LiveConfigurationOptions,
  makeLiveConfiguration,
  type UnknownOccupancy,
} from "./configuration-live.js";

export interface ConfigurationTrack extends SiteTrack {
  readonly timeline: ConfigurationTimeline;
  readonly hops: readonly ConfigurationHop[];
  readonly returns: number;
  readonly unknown: readonly UnknownOccupancy[];
  /** Part of the time in a known configuration, 0 to 1; NaN for one frame. */
  readonly knownFraction: number;
}

export interface TrackConfigurationsOptions extends Omit<TrackSitesOptions, "ions">, LiveConfigurationOptions {}

/** Follows ions and configurations; the rule is "exclusive" unless said otherwise. */
export async function trackConfigurations(
  trajectory: Trajectory,
  library: ConfigurationLibrary,
  options: TrackConfigurationsOptions = {},
): Promise<ConfigurationTrack> {
  const sessions = new Map<SiteTracker, LiveConfiguration>();
  const track = await trackSites(trajectory, library.sites, {
    rule: "exclusive",
    ...options,
    ions: [...library.ions],
    onFrame: (tracker, frame) => {
      const live = sessions.get(tracker) ?? makeLiveConfiguration(library, tracker, options);
      sessions.set(tracker, live);
      live.refresh();
      options.onFrame?.(tracker, frame);
    },
  });
  // The tracker is made inside and there is one; it had at least one frame.
  const live = [...sessions.values()][0]!;
  const timeline = live.timeline();
  let known = 0;
  for (let i = 0; i < timeline.count; i++)
    if (timeline.configuration[i]! >= 0) known += timeline.toFs[i]! - timeline.fromFs[i]!;
  return {
    ...track,
    timeline,
    hops: live.hops(),
    returns: live.returns,
    unknown: live.unknown(),
    knownFraction: known / (track.toFs - track.fromFs),
  };
}
