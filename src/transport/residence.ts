// How long ions stay on a site, with the stays that the ends of the run cut off.
//
//   τ = total time on the type/departures from it                      exponential stays, right censoring, maximum likelihood
//
// It needs no stay to be seen whole: an exponential stay has no age, so the time before the first departure and after the last arrival
// counts like any other. The error is τ/√n, limits are Garwood's of the n departures. The mean of the stays that were seen whole is
// given beside it to show its bias: long stays are cut off more often than short ones, and an ion that never leaves is not in it at all.
// The survival curve (residence-curve.ts) assumes no law. Stays that had begun before the run are not in it, for their age is unknown.

import { type Estimate, InputError, type Note, Notes } from "../base/index.js";
import { BEGUN_BEFORE, NOT_ENDED } from "../dynamics/index.js";
import { poissonRate } from "./jump-count.js";
import { kaplanMeier, type SurvivalCurve } from "./residence-curve.js";
import { siteTypes, type TrackedVisits, trackedFs } from "./site-types.js";

export interface ResidenceTime {
  /** Label of the type, or of the site and its index, "Li2 17". */
  readonly name: string;
  readonly sites: number;
  /** ps, of all ions on these sites together. */
  readonly occupiedPs: number;
  readonly departures: number;
  /** ps; Infinity without a departure. */
  readonly residencePs: Estimate;
  /** Of 95 %, ps; the upper one is Infinity without a departure. */
  readonly limitsPs: readonly [low: number, high: number];
  /** Mean of the stays seen whole, ps: biased short. NaN when there are none. */
  readonly naivePs: Estimate;
  /** Stays seen whole, those that had begun before, those not ended (one may be both of the latter). */
  readonly stays: { readonly whole: number; readonly begunBefore: number; readonly notEnded: number };
  /** ps; absent when no stay was seen to begin. */
  readonly curve?: SurvivalCurve;
}

export interface ResidenceOptions {
  /** "type" (default): sites of one label together. "site": each by itself. */
  readonly by?: "type" | "site";
  /** Fewer departures than this are noted. Default 20. */
  readonly fewestDepartures?: number;
}

export interface ResidenceTimes {
  readonly times: readonly ResidenceTime[];
  readonly notes: readonly Note[];
}

export function residenceTimes(track: TrackedVisits, options: ResidenceOptions = {}): ResidenceTimes {
  const { by = "type", fewestDepartures = 20 } = options;
  const lengthFs = trackedFs(track);
  const { labels } = track.sites;
  const types = siteTypes(labels);
  const groups = by === "type" ? types.names.length : labels.length;
  const stays: Stays[] = Array.from({ length: groups }, () => ({ durations: [], flags: [] }));
  const { count, site, entryFs, exitFs, censored } = track.visits;
  if (count === 0)
    throw new InputError("no stay of any ion", "keep the visits: a track whose sink took them has none left");
  for (let v = 0; v < count; v++) {
    const group = stays[by === "type" ? types.ofSite[site[v]!]! : site[v]!]!;
    group.durations.push((exitFs[v]! - entryFs[v]!) / 1000);
    group.flags.push(censored[v]!);
  }
  const notes = new Notes();
  const times = stays.map((group, k) => {
    const name = by === "type" ? types.names[k]! : `${labels[k]} ${k}`;
    const found = residenceOf(name, by === "type" ? types.counts[k]! : 1, group);
    if (found.departures < fewestDepartures && found.occupiedPs > 0)
      notes.add(
        "residence-few-departures",
        `${name}: ${found.departures} departures in ${(lengthFs / 1000).toPrecision(4)} ps, residence time between ${shown(found.limitsPs[0])} and ${shown(found.limitsPs[1])} ps`,
        "run longer or hotter",
      );
    return found;
  });
  return { times, notes: notes.list() };
}

interface Stays {
  readonly durations: number[];
  readonly flags: number[];
}

const shown = (value: number): string => (Number.isFinite(value) ? value.toPrecision(3) : "∞");

function residenceOf(name: string, sites: number, { durations, flags }: Stays): ResidenceTime {
  const occupiedPs = durations.reduce((sum, t) => sum + t, 0);
  const departures = flags.filter((flag) => !(flag & NOT_ENDED)).length;
  const whole = durations.filter((_, v) => flags[v] === 0);
  const begun = flags.flatMap((flag, v) => (flag & BEGUN_BEFORE ? [] : [v]));
  return {
    name,
    sites,
    occupiedPs,
    departures,
    ...exponential(occupiedPs, departures),
    naivePs: meanOf(whole),
    stays: {
      whole: whole.length,
      begunBefore: durations.length - begun.length,
      notEnded: durations.length - departures,
    },
    ...(begun.length > 0
      ? {
          curve: kaplanMeier(
            Float64Array.from(begun, (v) => durations[v]!),
            begun.map((v) => (flags[v]! & NOT_ENDED ? 0 : 1)),
          ),
        }
      : {}),
  };
}

function exponential(occupiedPs: number, departures: number): Pick<ResidenceTime, "residencePs" | "limitsPs"> {
  if (!(occupiedPs > 0))
    return {
      residencePs: { value: Number.NaN, standardError: Number.NaN, unit: "ps" },
      limitsPs: [0, Number.POSITIVE_INFINITY],
    };
  const [low, high] = poissonRate(departures, occupiedPs, { unit: "1/ps" }).limits;
  const value = occupiedPs / departures;
  return {
    residencePs: { value, standardError: value / Math.sqrt(departures), unit: "ps" },
    limitsPs: [1 / high, 1 / low],
  };
}

function meanOf(values: readonly number[]): Estimate {
  const n = values.length;
  const mean = values.reduce((sum, t) => sum + t, 0) / n;
  const variance = values.reduce((sum, t) => sum + (t - mean) ** 2, 0) / (n - 1);
  return { value: mean, standardError: Math.sqrt(variance / n), unit: "ps" };
}

/** Mean of stays seen whole in a window T when they are exponential with mean τ and begin anywhere in it: what `naivePs` tends to. */
export function naiveResidence(residence: number, window: number): number {
  // ∫(T−t) t e^{−t/τ} dt / ∫(T−t) e^{−t/τ} dt over [0, T], in units of τ: x = T/τ.
  const x = window / residence;
  const decay = Math.exp(-x);
  const zeroth = x - 1 + decay;
  const first = x - 2 + (x + 2) * decay;
  return (residence * first) / zeroth;
}
