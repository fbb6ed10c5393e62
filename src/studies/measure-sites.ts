// Sites of a measurement: where they come from, the ions followed on them, and what that says.

import type { Notes } from "../base/index.js";
import {
  makeSiteTracker,
  type SiteList,
  type SiteTrack,
  type SiteTrackerOptions,
  siteCount,
} from "../dynamics/index.js";
import type { Crystal } from "../structure/index.js";
import {
  type Analysis,
  correlationFactor,
  type DensityResult,
  type Diffusivity,
  jumpDiffusion,
  jumpLengths,
  occupancyOf,
  percolationOf,
  poissonRate,
  residenceTimes,
  type SitesFromStructureOptions,
  sitesFromDensity,
  sitesFromStructure,
  type Transitions,
  transitionsOf,
} from "../transport/index.js";
import type { SitesData, SiteTypeData } from "./measure-data.js";
import type { MeasureSettings } from "./measure-parameters.js";
import { finite, listOf, sampled, thinned } from "./measure-values.js";

/** Where sites come from. */
export type SiteSource =
  | {
      readonly kind: "file";
      readonly name: string;
      readonly crystal: Crystal;
      readonly options: SitesFromStructureOptions;
    }
  | { readonly kind: "list"; readonly sites: SiteList; readonly from: string }
  | { readonly kind: "density"; readonly density: DensityResult };

export interface SettledSites {
  readonly sites: SiteList;
  /** In words. */
  readonly from: string;
  readonly spaceGroup: string | null;
}

export function settleSites(
  source: SiteSource,
  { crystal, ion, notes }: { readonly crystal: Crystal; readonly ion: string; readonly notes: Notes },
): SettledSites {
  if (source.kind === "file") {
    const { sites, match, notes: found } = sitesFromStructure(crystal, source.crystal, source.options);
    notes.addAll(found);
    const repeats = [0, 4, 8].map((k) => match.repeats[k]).join(" × ");
    const from = `${source.name}, repeated ${repeats}; its framework lies ${match.rms.toFixed(2)} Å (rms) off that of the first frame`;
    return { sites, from, spaceGroup: null };
  }
  if (source.kind === "list") return { sites: source.sites, from: source.from, spaceGroup: null };
  const { sites, spaceGroup, outside, notes: found } = sitesFromDensity(source.density, { mobile: [ion] });
  notes.addAll(found);
  const from = `peaks of the density of ${ion}${outside > 0.01 ? `; ${outside.toPrecision(2)} ions on average are in no basin` : ""}`;
  return { sites, from, spaceGroup: spaceGroup ?? null };
}

/** More notes of one kind are said as one. */
const MOST_NOTES = 4;

/** Dwell times that jumps are counted with besides the one asked for, fs. */
const DWELLS = [0, 100, 200, 500];

/** One tracker for every dwell time: "track" is the one asked for. */
export function siteTracks(
  sites: SiteList,
  ions: readonly number[],
  settings: MeasureSettings,
): Record<string, Analysis<SiteTrack>> {
  const rule = settings.siteRule ?? (sites.polyhedra ? "polyhedron" : "voronoi");
  const options = {
    ions,
    rule,
    ...(settings.siteRadiusA === undefined ? {} : { radiusA: settings.siteRadiusA }),
    ...(settings.coreFraction === undefined ? {} : { coreFraction: settings.coreFraction }),
  };
  const one = (dwellFs: number): Analysis<SiteTrack> => trackAnalysis(sites, { ...options, dwellFs });
  return {
    track: one(settings.dwellFs),
    ...Object.fromEntries(
      DWELLS.filter((dwell) => dwell !== settings.dwellFs).map((dwell) => [`dwell ${dwell}`, one(dwell)]),
    ),
  };
}

/** The site tracker as an analysis, so that one pass serves it and others. */
export function trackAnalysis(sites: SiteList, options: SiteTrackerOptions): Analysis<SiteTrack> {
  const tracker = makeSiteTracker(sites, options);
  let cell: Crystal["cell"];
  let fromFs = Number.NaN;
  return {
    name: "sites",
    begin(heading) {
      cell = heading.crystal.cell;
    },
    add(frame) {
      tracker.update(frame.positions, frame.timeFs, frame.cell ?? cell);
      if (tracker.frames === 1) fromFs = frame.timeFs;
    },
    finish: () => ({
      sites,
      ions: tracker.ions.slice(),
      frames: tracker.frames,
      fromFs,
      toFs: tracker.timeFs,
      jumps: tracker.jumps(),
      visits: tracker.visits(),
      occupancyFs: tracker.occupancyFs(),
      recrossings: tracker.recrossings,
      crowdedFrames: tracker.crowdedFrames,
      notes: [],
    }),
  };
}

export interface SitesFound {
  readonly data: SitesData;
  readonly track: SiteTrack;
  readonly transitions: Transitions;
}

interface SitesContext {
  readonly results: Readonly<Record<string, unknown>>;
  readonly settings: MeasureSettings;
  readonly tracer: Diffusivity | undefined;
  readonly notes: Notes;
}

export function sitesData(settled: SettledSites, { results, settings, tracer, notes }: SitesContext): SitesFound {
  const track = results["track"] as SiteTrack;
  const { sites } = settled;
  const transitions = transitionsOf(track);
  const jump = jumpDiffusion(track);
  const exposure = ((track.toFs - track.fromFs) / 1000) * track.ions.length;
  const rate = poissonRate(track.jumps.count, exposure, { unit: "1/ps" }).rate;
  const network = percolationOf(track);
  noteCrowding(track, notes);
  if (track.jumps.count === 0)
    notes.add("measure-no-jumps", "no ion changed its site: rates and transitions are bounds", "run longer or hotter");
  const sweep = [settings.dwellFs, ...DWELLS.filter((dwell) => dwell !== settings.dwellFs)]
    .map((dwellFs) => ({
      dwellFs,
      jumps: (results[dwellFs === settings.dwellFs ? "track" : `dwell ${dwellFs}`] as SiteTrack).jumps.count,
    }))
    .sort((a, b) => a.dwellFs - b.dwellFs);
  const data: SitesData = {
    from: settled.from,
    spaceGroup: settled.spaceGroup,
    rule: settings.siteRule ?? (sites.polyhedra ? "polyhedron" : "voronoi"),
    dwellFs: settings.dwellFs,
    coreFraction: settings.coreFraction ?? null,
    siteCount: siteCount(sites),
    types: typesOf(track, { all: results[settings.dwellFs === 0 ? "track" : "dwell 0"] as SiteTrack, notes }),
    jumps: track.jumps.count,
    dwellSweep: sweep,
    crowdedShare: track.crowdedFrames / track.frames,
    transitions: transitions.byType.map(({ from, to, count, probability, rate: known }) => ({
      from,
      to,
      count,
      probability: sampled(probability),
      ratePerPs: known ? sampled(known.rate) : { value: null, standardError: null },
      rateLimitsPerPs: known ? [finite(known.limits[0]), finite(known.limits[1])] : [null, null],
    })),
    jumpRatePerIonPs: sampled(rate),
    jumpDiffusionA2PerPs: sampled(jump.diffusion),
    correlationFactor:
      tracer && !tracer.bound && jump.diffusion.value > 0
        ? sampled(correlationFactor(tracer.diffusion, jump.diffusion))
        : null,
    jumpLengths: track.jumps.count > 0 ? lengthsOf(track) : null,
    percolation: {
      dimension: network.dimension,
      axes: [...network.axes],
      bottlenecks: network.bottlenecks.map((edge) =>
        edge ? `${sites.labels[edge.from]}–${sites.labels[edge.to]}, ${edge.weight} jumps` : null,
      ),
    },
  };
  return { data, track, transitions };
}

function lengthsOf(track: SiteTrack) {
  const { centres, counts } = jumpLengths(track);
  return { centresA: listOf(centres), counts: listOf(counts) };
}

/** Occupancies are of `all`, in which every frame counts for the site it was on; stays and departures leave out rattling over a face. */
function typesOf(track: SiteTrack, { all, notes }: { readonly all: SiteTrack; readonly notes: Notes }): SiteTypeData[] {
  const occupancy = occupancyOf(all);
  const residence = residenceTimes(track);
  notes.addAll(occupancy.notes);
  if (residence.notes.length <= MOST_NOTES) notes.addAll(residence.notes);
  else
    notes.add(
      "residence-few-departures",
      `${residence.notes.length} of ${residence.times.length} types of sites have fewer than 20 departures: their residence times are rough or bounds`,
      "run longer or hotter; many types mean that no symmetry joins the sites",
    );
  return occupancy.types.map((type, k): SiteTypeData => {
    const stay = residence.times[k]!;
    const { curve } = stay;
    const places = curve ? thinned(curve.times.length, 160) : [];
    return {
      name: type.name,
      sites: type.sites,
      occupancy: sampled(type.occupancy),
      share: sampled(type.share),
      residencePs: sampled(stay.residencePs),
      residenceLimitsPs: [finite(stay.limitsPs[0]), finite(stay.limitsPs[1])],
      naiveResidencePs: sampled(stay.naivePs),
      medianStayPs: finite(curve?.median),
      departures: stay.departures,
      survival: {
        timesPs: curve ? listOf(places.map((p) => curve.times[p]!)) : [],
        survival: curve ? listOf(places.map((p) => curve.survival[p]!)) : [],
      },
    };
  });
}

function noteCrowding({ frames, crowdedFrames, sites }: SiteTrack, notes: Notes): void {
  if (crowdedFrames > 0.1 * frames)
    notes.add(
      "sites-crowded",
      `in ${crowdedFrames} of ${frames} frames some of the ${siteCount(sites)} sites held more than one ion`,
      "in passing this is no fault; in most frames sites are missing from the list, or ions hop into interstitials between them",
    );
}
