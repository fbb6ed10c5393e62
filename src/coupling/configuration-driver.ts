// Driving that follows the ions: whenever the run asks, the site tracker looks where they are, the library names the configuration, and its
// modes are written for the atoms that sit there now. In a configuration that is not known nothing is driven until one is again.

import type { F64 } from "../base/index.js";
import type { SiteTracker } from "../dynamics/index.js";
import { checkDrivenModes, type DrivenModeSource, type DrivenModes, type MdState } from "../dynamics/index.js";
import type { Crystal } from "../structure/index.js";
import type { ConfigurationLibrary } from "./configuration-known.js";
import type { LiveConfiguration } from "./configuration-live.js";

/** What is followed: made together, fed together. */
export interface FollowedIons {
  readonly library: ConfigurationLibrary;
  readonly tracker: SiteTracker;
  readonly live: LiveConfiguration;
}

/** Looks at the present positions; does nothing when this instant was seen already. Returns whether the configuration is known. */
export function followIons(
  { tracker, live }: FollowedIons,
  state: Pick<MdState, "positions" | "timeFs" | "cell">,
): boolean {
  if (tracker.timeFs !== state.timeFs) {
    tracker.update(state.positions, state.timeFs, state.cell);
    live.refresh();
  }
  return live.index >= 0;
}

/**
 * The modes of the library's configurations for `crystal`; in one without modes nothing is driven. Saves and restores nothing: tracker and live configuration have checkpoints of their own.
 * @throws InputError when the modes of a configuration do not fit the crystal
 */
export function configurationModes(crystal: Crystal, followed: FollowedIons): DrivenModeSource {
  const { library, tracker, live } = followed;
  for (const { id, image, modes, minimum } of library.configurations) {
    if (image > 0 || modes.indices.length === 0) continue; // carried over by symmetry from one that was checked; or nothing to drive
    const { frequencies, vectors } = modes;
    checkDrivenModes(crystal, { configuration: id, frequencies, vectors, rest: minimum.crystal.positions });
  }
  let known: { readonly version: number; readonly modes: DrivenModes } | undefined;

  function current(): DrivenModes | undefined {
    const { configuration } = live;
    if (!configuration || configuration.modes.indices.length === 0) return undefined;
    if (known?.version !== live.version) {
      const rest = shifted(live.restPositions(), tracker.drift());
      const modes = {
        configuration: configuration.id,
        frequencies: configuration.modes.frequencies,
        vectors: live.vectors(),
        rest,
      };
      known = { version: live.version, modes };
    }
    return known.modes;
  }

  return {
    at(state) {
      followIons(followed, state);
      return current();
    },
    current,
  };
}

function shifted(positions: F64, by: F64): Float64Array {
  return Float64Array.from(positions, (x, a) => x + by[a % 3]!);
}
