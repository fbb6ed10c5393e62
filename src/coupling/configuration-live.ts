// Which configuration the crystal is in, followed live: the session that a simulation which drives modes asks before each kick.
//
// After every frame of the site tracker, `refresh` looks up the defects of the occupancy in the library. While they are not there (two
// octahedra filled, an ion half way), the state is unknown: consumers pause, the time is logged by what was seen, and the
// run goes on. From one known configuration to the next, whatever lay between, is one hop "I04>I09" with the ions that moved.

import { type F64, InputError } from "../base/index.js";
import type { SiteTracker } from "../dynamics/index.js";
import { siteCount } from "../dynamics/index.js";
import {
  type ConfigurationLibrary,
  defectKey,
  defectsOf,
  type KnownConfiguration,
  restPositionsFor,
  vectorsFor,
} from "./configuration-known.js";
import { chainsBetween, type MoveChain, type MoveMechanism, mechanismOf } from "./configuration-moves.js";

export interface ConfigurationHop {
  /** "I04>I09". */
  readonly id: string;
  /** Indices in the library. */
  readonly from: number;
  readonly to: number;
  readonly mechanism: MoveMechanism;
  readonly chains: readonly MoveChain[];
  /** Last frame in `from` and first in `to`, fs. */
  readonly leftFs: number;
  readonly arrivedFs: number;
  /** First and last ion crossing, fs: half way between departure and arrival of its jump. */
  readonly firstFs: number;
  readonly lastFs: number;
  /** All crossings within the window. */
  readonly concerted: boolean;
}

/** Intervals of time in one configuration each; one ends where the next begins. */
export interface ConfigurationTimeline {
  readonly count: number;
  /** [count] index in the library, −1 while unknown. */
  readonly configuration: Int32Array;
  readonly fromFs: Float64Array; // [count]
  readonly toFs: Float64Array; // [count]
}

export interface UnknownOccupancy {
  /** "filled 72 81, vacant 3" with site indices, or "other" when too many kinds were seen. */
  readonly defects: string;
  readonly timeFs: number;
  readonly visits: number;
}

export interface LiveConfigurationOptions {
  /** Ions of one hop whose crossings lie within this time move in concert, fs. Default 1000. */
  readonly windowFs?: number;
}

/** A session beside a site tracker. */
export interface LiveConfiguration {
  /** Index in the library, −1 while unknown. */
  readonly index: number;
  readonly configuration: KnownConfiguration | undefined;
  /** Since when, fs. */
  readonly sinceFs: number;
  /** Grows whenever configuration or ions changed: vectors and rest positions are other ones then. */
  readonly version: number;
  /** Call after each `tracker.update`; returns whether the configuration is known. */
  refresh(): boolean;
  /** [k,n,3] mode vectors of the present configuration for the ions as they sit; the same array until `version` changes. */
  vectors(): F64;
  /** [n,3] Å where the present configuration rests, for the ions as they sit, in the frame of the library (see `tracker.drift`). */
  restPositions(): F64;
  timeline(): ConfigurationTimeline;
  hops(): readonly ConfigurationHop[];
  /** Times the crystal left a configuration and came back with every ion on its site. */
  readonly returns: number;
  /** What was seen while unknown, longest first. */
  unknown(): readonly UnknownOccupancy[];
  save(): unknown;
  restore(saved: unknown): void;
}

/** @throws InputError when tracker and library follow other ions or sites. */
export function makeLiveConfiguration(
  library: ConfigurationLibrary,
  tracker: SiteTracker,
  options: LiveConfigurationOptions = {},
): LiveConfiguration {
  const { ions, sites } = library;
  if (tracker.ions.length !== ions.length || ions.slice().some((atom, i) => atom !== tracker.ions[i])) {
    throw new InputError(
      `the tracker follows ${tracker.ions.length} ions, the library's ${ions.length} are others or in another order`,
      "make the tracker with `ions: [...library.ions]`",
    );
  }
  if (siteCount(tracker.sites) !== siteCount(sites))
    throw new InputError(
      `the tracker has ${siteCount(tracker.sites)} sites, the library ${siteCount(sites)}`,
      "make both with the same list of sites",
    );
  const window = options.windowFs ?? 1000;
  if (!(window >= 0)) throw new InputError(`windowFs is ${window}`, "give a time of at least 0 fs");
  return new Live(library, tracker, window);
}

/** Kinds of unknown occupancy that are told apart. */
const MOST_UNKNOWN = 1000;

class Live implements LiveConfiguration {
  index = -1;
  sinceFs = Number.NaN;
  version = 0;
  returns = 0;
  readonly #byDefects: ReadonlyMap<string, number>;
  readonly #intervals: { configuration: number[]; fromFs: number[] } = { configuration: [], fromFs: [] };
  readonly #hops: ConfigurationHop[] = [];
  readonly #unknown = new Map<string, { timeFs: number; visits: number }>();
  #seen = -1; // tracker.version that was looked at
  #lastFs = Number.NaN;
  #strange = ""; // what is there while unknown
  /** The last known configuration: which, its ions' sites, and when it was last seen. */
  #known: { index: number; siteOf: Int32Array; timeFs: number } | undefined;
  #vectors: { version: number; values: Float64Array } | undefined;
  #rest: { version: number; values: Float64Array } | undefined;

  constructor(
    private readonly library: ConfigurationLibrary,
    private readonly tracker: SiteTracker,
    private readonly windowFs: number,
  ) {
    this.#byDefects = new Map(library.configurations.map((configuration, index) => [defectKey(configuration), index]));
  }

  get configuration(): KnownConfiguration | undefined {
    return this.library.configurations[this.index];
  }

  refresh(): boolean {
    const { tracker } = this;
    const now = tracker.timeFs;
    if (this.#strange !== "" && now > this.#lastFs) this.#addUnknown(this.#strange, now - this.#lastFs, 0);
    this.#lastFs = now;
    if (tracker.version !== this.#seen) {
      this.#seen = tracker.version;
      this.version++;
      this.#look(now);
    }
    if (this.index >= 0) this.#known!.timeFs = now;
    return this.index >= 0;
  }

  vectors(): F64 {
    if (this.#vectors?.version !== this.version) {
      const values = vectorsFor(this.library, this.#expectKnown(), this.tracker.siteOf);
      this.#vectors = { version: this.version, values };
    }
    return this.#vectors.values;
  }

  restPositions(): F64 {
    if (this.#rest?.version !== this.version) {
      const values = restPositionsFor(this.library, this.#expectKnown(), this.tracker.siteOf);
      this.#rest = { version: this.version, values };
    }
    return this.#rest.values;
  }

  timeline(): ConfigurationTimeline {
    const { configuration, fromFs } = this.#intervals;
    return {
      count: fromFs.length,
      configuration: Int32Array.from(configuration),
      fromFs: Float64Array.from(fromFs),
      toFs: Float64Array.from(fromFs, (_, i) => fromFs[i + 1] ?? this.#lastFs),
    };
  }

  hops(): readonly ConfigurationHop[] {
    return [...this.#hops];
  }

  unknown(): readonly UnknownOccupancy[] {
    return [...this.#unknown]
      .map(([defects, { timeFs, visits }]) => ({ defects, timeFs, visits }))
      .sort((a, b) => b.timeFs - a.timeFs || (a.defects < b.defects ? -1 : 1));
  }

  save(): unknown {
    const known = this.#known;
    return {
      numbers: [this.index, this.sinceFs, this.version, this.returns, this.#seen, this.#lastFs],
      strange: this.#strange,
      ...(known ? { known: { ...known, siteOf: known.siteOf.slice() } } : {}),
      configuration: Int32Array.from(this.#intervals.configuration),
      fromFs: Float64Array.from(this.#intervals.fromFs),
      hops: [...this.#hops],
      unknown: [...this.#unknown].map(([defects, { timeFs, visits }]) => ({ defects, timeFs, visits })),
    };
  }

  restore(saved: unknown): void {
    const from = saved as Saved;
    [this.index, this.sinceFs, this.version, this.returns, this.#seen, this.#lastFs] = from.numbers as SavedNumbers;
    this.#strange = from.strange;
    this.#known = from.known ? { ...from.known, siteOf: Int32Array.from(from.known.siteOf) } : undefined;
    this.#intervals.configuration = [...from.configuration];
    this.#intervals.fromFs = [...from.fromFs];
    this.#hops.splice(0, this.#hops.length, ...from.hops);
    this.#unknown.clear();
    for (const { defects, timeFs, visits } of from.unknown) this.#unknown.set(defects, { timeFs, visits });
    this.#vectors = undefined;
    this.#rest = undefined;
  }

  /** The occupancy changed: which configuration is it? */
  #look(now: number): void {
    const { tracker, library } = this;
    const defects = defectsOf(tracker.siteOf, library.interstitial);
    const crowded = tracker.crowded();
    const lost = tracker.siteOf.slice().some((site) => site < 0);
    const index = lost || crowded.length > 0 ? -1 : (this.#byDefects.get(defectKey(defects)) ?? -1);
    if (index !== this.index || this.#intervals.fromFs.length === 0) {
      this.#intervals.configuration.push(index);
      this.#intervals.fromFs.push(now);
      this.index = index;
      this.sinceFs = now;
    }
    this.#strange = index >= 0 ? "" : describe({ ...defects, crowded, lost });
    if (index < 0) this.#addUnknown(this.#strange, 0, 1);
    else this.#arrive(index, now);
  }

  #arrive(index: number, now: number): void {
    const siteOf = this.tracker.siteOf.slice();
    const before = this.#known;
    this.#known = { index, siteOf, timeFs: now };
    if (!before) return;
    const chains = chainsBetween(before.siteOf, siteOf);
    if (chains.length === 0) {
      this.returns++;
      return;
    }
    const { configurations, interstitial } = this.library;
    const crossings = chains.flatMap(({ ions }) => ions.map((ion) => this.tracker.enteredFs[ion]!));
    const [firstFs, lastFs] = [Math.min(...crossings), Math.max(...crossings)];
    this.#hops.push({
      id: `${configurations[before.index]!.id}>${configurations[index]!.id}`,
      from: before.index,
      to: index,
      mechanism: mechanismOf(chains, interstitial),
      chains,
      leftFs: before.timeFs,
      arrivedFs: now,
      firstFs,
      lastFs,
      concerted: chains.some(({ ions }) => ions.length > 1) && lastFs - firstFs <= this.windowFs,
    });
  }

  #addUnknown(defects: string, timeFs: number, visits: number): void {
    const key = this.#unknown.has(defects) || this.#unknown.size < MOST_UNKNOWN ? defects : "other";
    const sums = this.#unknown.get(key) ?? { timeFs: 0, visits: 0 };
    this.#unknown.set(key, { timeFs: sums.timeFs + timeFs, visits: sums.visits + visits });
  }

  #expectKnown(): KnownConfiguration {
    const { configuration } = this;
    if (configuration) return configuration;
    throw new InputError(
      `the crystal is in no known configuration (${this.#strange || "no frame yet"})`,
      "ask `refresh()` first and pause while it says no",
    );
  }
}

function describe(seen: {
  readonly filled: readonly number[];
  readonly vacant: readonly number[];
  readonly crowded: readonly number[];
  readonly lost: boolean;
}): string {
  const part = (name: string, sites: readonly number[]): string[] =>
    sites.length === 0 ? [] : [`${name} ${sites.join(" ")}`];
  const parts = [...part("filled", seen.filled), ...part("vacant", seen.vacant), ...part("crowded", seen.crowded)];
  if (seen.lost) parts.push("an ion on no site");
  return parts.join(", ") || "no defect";
}

type SavedNumbers = [number, number, number, number, number, number];

interface Saved {
  readonly numbers: readonly number[];
  readonly strange: string;
  readonly known?: { readonly index: number; readonly siteOf: Int32Array; readonly timeFs: number };
  readonly configuration: Int32Array;
  readonly fromFs: Float64Array;
  readonly hops: readonly ConfigurationHop[];
  readonly unknown: readonly UnknownOccupancy[];
}
