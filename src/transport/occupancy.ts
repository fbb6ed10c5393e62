// How full the sites are.
//
//   θ_j = time ions spent on site j/time of the run        θ_type = mean over its sites        share = time on a type/time on any site
//
// θ of a site is above 1 when two ions share it. Errors are from the run in slices, joined until they are independent (block averages):
// ions of one type empty and fill their sites together, so the number of sites says nothing about the error.

import { type Estimate, type F64, InputError, type Note, Notes } from "../base/index.js";
import { blockAverage } from "../numerics/index.js";
import { siteTypes, type TrackedVisits, trackedFs } from "./site-types.js";

export interface TypeOccupancy {
  readonly name: string;
  readonly sites: number;
  /** Mean θ of its sites. */
  readonly occupancy: Estimate;
  /** Fraction of the ions that are on it. */
  readonly share: Estimate;
  /** Smallest and largest θ of its sites. */
  readonly range: readonly [number, number];
}

export interface Occupancy {
  /** [m] θ of each site. */
  readonly ofSite: F64;
  readonly types: readonly TypeOccupancy[];
  readonly notes: readonly Note[];
}

export interface OccupancyOptions {
  /** Slices of the run for errors, at least 16. Default 256. */
  readonly slices?: number;
}

export function occupancyOf(track: TrackedVisits, { slices = 256 }: OccupancyOptions = {}): Occupancy {
  if (!Number.isInteger(slices) || slices < 16)
    throw new InputError(`${slices} slices`, "a block error needs 16 at least");
  const lengthFs = trackedFs(track);
  const types = siteTypes(track.sites.labels);
  const kinds = types.names.length;
  const m = track.sites.labels.length;
  const ofSite = new Float64Array(m);
  const inSlices = Array.from({ length: kinds }, () => new Float64Array(slices));
  eachSlice(track, slices, (site, slice, fs) => {
    ofSite[site]! += fs / lengthFs;
    const series = inSlices[types.ofSite[site]!]!;
    series[slice]! += (fs * slices) / lengthFs;
  });
  const onAny = Float64Array.from({ length: slices }, (_, s) => inSlices.reduce((sum, series) => sum + series[s]!, 0));
  const all = onAny.reduce((sum, n) => sum + n, 0);
  const notes = new Notes();
  const named = types.names.map((name, k): TypeOccupancy => {
    const series = inSlices[k]!;
    const sites = types.counts[k]!;
    const ions = blockAverage(series);
    if (!ions.converged)
      notes.add(
        "occupancy-correlated",
        `${name}: its occupancy changes slowly, the error ${(ions.standardError / sites).toPrecision(2)} is a lower limit`,
        "run longer",
      );
    // Ratio of two sums: its error is that of series − share · total over the mean of the total.
    const share = series.reduce((sum, n) => sum + n, 0) / all;
    const residual = blockAverage(series.map((n, s) => n - share * onAny[s]!));
    const own = Array.from(types.ofSite).flatMap((type, j) => (type === k ? [ofSite[j]!] : []));
    return {
      name,
      sites,
      occupancy: { value: ions.mean / sites, standardError: ions.standardError / sites, unit: "" },
      share: { value: share, standardError: (residual.standardError * slices) / all, unit: "" },
      range: [Math.min(...own), Math.max(...own)],
    };
  });
  return { ofSite, types: named, notes: notes.list() };
}

export interface SiteTimeMap {
  readonly sites: number;
  readonly slices: number;
  /** [slices] middle of each slice, ps from the start of time. */
  readonly timesPs: F64;
  /** [sites,slices] mean number of ions on the site in the slice. */
  readonly occupancy: Float32Array;
}

/** Which site is full when, in `slices` of equal length (default 500). */
export function siteTimeMap(track: TrackedVisits, { slices = 500 }: OccupancyOptions = {}): SiteTimeMap {
  if (!Number.isInteger(slices) || slices < 1) throw new InputError(`${slices} slices`, "one slice at least");
  const lengthFs = trackedFs(track);
  const sites = track.sites.labels.length;
  const occupancy = new Float32Array(sites * slices);
  eachSlice(track, slices, (site, slice, fs) => {
    occupancy[site * slices + slice]! += (fs * slices) / lengthFs;
  });
  const timesPs = Float64Array.from(
    { length: slices },
    (_, s) => (track.fromFs + ((s + 0.5) * lengthFs) / slices) / 1000,
  );
  return { sites, slices, timesPs, occupancy };
}

/** Calls `take` with the time, fs, of every visit in every slice it touches. */
function eachSlice(
  track: TrackedVisits,
  slices: number,
  take: (site: number, slice: number, fs: number) => void,
): void {
  const { count, site, entryFs, exitFs } = track.visits;
  if (count === 0)
    throw new InputError("no stay of any ion", "keep the visits: a track whose sink took them has none left");
  const width = trackedFs(track) / slices;
  for (let v = 0; v < count; v++) {
    const begin = (entryFs[v]! - track.fromFs) / width;
    const end = (exitFs[v]! - track.fromFs) / width;
    const last = Math.min(slices - 1, Math.floor(end));
    for (let s = Math.min(last, Math.floor(begin)); s <= last; s++) {
      const inside = Math.min(end, s === slices - 1 ? end : s + 1) - Math.max(begin, s);
      if (inside > 0) take(site[v]!, s, inside * width);
    }
  }
}
