// Following and driving the ions of one run, from a plain description: what a segment of a simulation needs to make its hooks and baths,
// and what it tells of them afterwards.

import { InputError, type Rng } from "../base/index.js";
import {
  type ConfigurationHop,
  type ConfigurationLibrary,
  type ConfigurationTimeline,
  configurationModes,
  type FollowedIons,
  followIons,
  makeLiveConfiguration,
  type UnknownOccupancy,
} from "../coupling/index.js";
import {
  type DrivenModeSource,
  type DrivenModes,
  drivenBath,
  type ExcitationReport,
  fixedModes,
  type Hook,
  type JumpLog,
  type KickVariant,
  kickModes,
  type MdState,
  type ModalBath,
  makeSiteTracker,
  type SiteTrackerOptions,
} from "../dynamics/index.js";

/** Ions followed while the run goes on. */
export interface FollowRequest {
  readonly library: ConfigurationLibrary;
  /** Steps between looks. */
  readonly every: number;
  readonly dwellFs: number;
  readonly rule?: NonNullable<SiteTrackerOptions["rule"]>;
  readonly coreFraction?: number;
}

export interface ExcitationRequest {
  readonly variant: KickVariant | "two-temperature";
  /** Of the driven modes, K. */
  readonly temperatureK: number;
  /** Steps between kicks; for the bath, between looks at which modes are driven. */
  readonly every: number;
  /** Kicks only: who pays. */
  readonly bulk?: "rescale" | "bath";
  /** Bath only: how fast the driven modes are brought to their temperature. */
  readonly relaxationFs?: number;
  /** The same modes all the time. Left out: those of the configuration the followed ions are in. */
  readonly fixed?: DrivenModes;
}

export interface FollowOutcome {
  readonly jumps: JumpLog;
  readonly timeline: ConfigurationTimeline;
  readonly hops: readonly ConfigurationHop[];
  readonly returns: number;
  readonly unknown: readonly UnknownOccupancy[];
  /** [m] fs */
  readonly occupancyFs: Float64Array;
  readonly fromFs: number;
  readonly toFs: number;
}

export interface FollowAndDrive {
  readonly hooks: readonly Hook[];
  readonly modal?: ModalBath;
  readonly followed: () => FollowOutcome | undefined;
  readonly excitation: () => ExcitationReport | undefined;
}

export interface FollowAndDriveOptions {
  readonly follow?: FollowRequest;
  readonly excitation?: ExcitationRequest;
  readonly timestepFs: number;
  readonly rng: Rng;
}

export function followAndDrive(state: MdState, options: FollowAndDriveOptions): FollowAndDrive {
  const { follow, excitation, timestepFs, rng } = options;
  const following = follow && startFollowing(follow);
  const driver = excitation && startDriving(state, { excitation, following, timestepFs, rng });
  const hooks = [...(following ? [following.hook] : []), ...(driver?.hook ? [driver.hook] : [])];
  return {
    hooks,
    ...(driver?.modal ? { modal: driver.modal } : {}),
    followed: () => following?.outcome(),
    excitation: () => driver?.report(),
  };
}

interface Following {
  readonly ions: FollowedIons;
  readonly hook: Hook;
  readonly outcome: () => FollowOutcome;
}

function startFollowing(request: FollowRequest): Following {
  const { library, every, dwellFs, rule = "exclusive", coreFraction } = request;
  const tracker = makeSiteTracker(library.sites, {
    ions: [...library.ions],
    rule,
    dwellFs,
    ...(coreFraction === undefined ? {} : { coreFraction }),
  });
  const live = makeLiveConfiguration(library, tracker);
  const ions: FollowedIons = { library, tracker, live };
  let fromFs = Number.NaN;
  return {
    ions,
    hook: {
      name: "following the ions",
      every,
      apply(state) {
        followIons(ions, state);
        if (Number.isNaN(fromFs)) fromFs = state.timeFs;
      },
      save: () => ({ tracker: tracker.save(), live: live.save(), fromFs }),
      restore(saved) {
        const values = saved as { readonly tracker: unknown; readonly live: unknown; readonly fromFs: number };
        tracker.restore(values.tracker);
        live.restore(values.live);
        fromFs = values.fromFs;
      },
    },
    outcome: () => ({
      jumps: tracker.jumps(),
      timeline: live.timeline(),
      hops: live.hops(),
      returns: live.returns,
      unknown: live.unknown(),
      occupancyFs: tracker.occupancyFs(),
      fromFs,
      toFs: tracker.timeFs,
    }),
  };
}

interface Driving {
  readonly excitation: ExcitationRequest;
  readonly following: Following | undefined;
  readonly timestepFs: number;
  readonly rng: Rng;
}

function startDriving(
  state: MdState,
  { excitation, following, timestepFs, rng }: Driving,
): { readonly hook?: Hook; readonly modal?: ModalBath; report(): ExcitationReport } {
  const { variant, temperatureK, every, bulk, relaxationFs } = excitation;
  const source = sourceOf(state, excitation, following);
  if (variant === "two-temperature") {
    const bath = drivenBath(state, source, {
      timestepFs,
      rng,
      temperatureK,
      every,
      ...(relaxationFs === undefined ? {} : { relaxationFs }),
    });
    return { modal: bath, report: bath.report };
  }
  const hook = kickModes(state, source, { variant, temperatureK, every, ...(bulk ? { bulk } : {}) });
  return { hook, report: hook.report };
}

function sourceOf(state: MdState, { fixed }: ExcitationRequest, following: Following | undefined): DrivenModeSource {
  if (fixed) return fixedModes(state.crystal, fixed);
  if (!following)
    throw new InputError("modes are to be driven but no ions are followed", "name fixed modes, or follow the ions");
  return configurationModes(state.crystal, following.ions);
}
