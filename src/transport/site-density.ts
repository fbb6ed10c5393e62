// Sites found where the ions were: peaks of their density and the basins around them (site-basins.ts). Sites that a symmetry operation of the
// framework's mean structure takes onto each other are of one type: the ions' own arrangement, frozen or moving, has no say in it. The density is
// first averaged over these operations, so that a short run shows every site of a type as well as the average of them.
// Types are named after the ion, the fullest first: Li1, Li2, …

import { InputError, type Note, Notes, type Vec3 } from "../base/index.js";
import { makeSiteList, type SiteFollow, type SiteList } from "../dynamics/index.js";
import {
  type Crystal,
  findSymmetry,
  makeCrystal,
  minimumImage,
  type Symmetry,
  siteOrbit,
  speciesList,
  symmetryReady,
  toCartesian,
} from "../structure/index.js";
import type { DensityResult } from "./density.js";
import { type Basin, type BasinOptions, densityBasins } from "./site-basins.js";
import { symmetrisedField } from "./site-symmetry.js";

export interface SitesFromDensityOptions extends BasinOptions {
  /** Elements that move. Default: those the density is of. */
  readonly mobile?: readonly string[];
  /** Symmetry of the framework (`frameworkCrystal`). Default: found with `symmetryToleranceA` when the symmetry engine is loaded. */
  readonly symmetry?: Symmetry;
  /** Elements that count as one when the symmetry is found, e.g. [["S", "Cl"]] where they share their places. Default: none. */
  readonly alike?: readonly (readonly string[])[];
  /** Average the density over the symmetry operations before peaks are sought; `mergeRatio` is then 0.8 by default. Default true. */
  readonly symmetrise?: boolean;
  /** How far the framework's mean places may be from ideal ones, Å. Default 0.25. */
  readonly symmetryToleranceA?: number;
  /** Sites an operation brings this near to each other are of one type, Å. Default 0.7. */
  readonly typeToleranceA?: number;
  /** Basins with fewer ions than this on average are no sites. Default 0.02. */
  readonly fewestIons?: number;
  /** What the sites move with. Default "framework". */
  readonly follow?: SiteFollow;
}

export interface DensitySites {
  readonly sites: SiteList;
  /** [m] the basin of each site. */
  readonly basins: readonly Basin[];
  /** Mean number of ions on a site of each type. */
  readonly types: readonly { readonly name: string; readonly sites: number; readonly ions: number }[];
  /** Short symbol of the framework's space group, absent when none was used. */
  readonly spaceGroup?: string;
  /** Mean number of ions in no site's basin. */
  readonly outside: number;
  readonly notes: readonly Note[];
}

/** The mean structure without the elements that move; of elements that are alike the first stands for all. */
export function frameworkCrystal(
  mean: Crystal,
  mobile: readonly string[],
  alike: readonly (readonly string[])[] = [],
): Crystal {
  const species = speciesList(mean);
  const kept = species.flatMap((element, i) => (mobile.includes(element) ? [] : [i]));
  if (kept.length === 0)
    throw new InputError(`nothing is left without ${mobile.join(", ")}`, "sites need a framework that stays");
  return makeCrystal({
    cell: mean.cell,
    species: kept.map((i) => alike.find((names) => names.includes(species[i]!))?.[0] ?? species[i]!),
    positions: kept.flatMap((i) => [...mean.positions.slice(3 * i, 3 * i + 3)]),
  });
}

/** @throws InputError when the density has no peak that holds enough ions. */
export function sitesFromDensity(density: DensityResult, options: SitesFromDensityOptions = {}): DensitySites {
  const { fewestIons = 0.02, typeToleranceA = 0.7 } = options;
  const mean = density.meanCrystal;
  const mobile = options.mobile ?? density.species.split(/[,\s]+/).filter((name) => mean.elements.includes(name));
  const notes = new Notes();
  const framework = frameworkCrystal(mean, mobile, options.alike);
  const symmetry = symmetryFor(framework, options, notes);
  const average = symmetry !== undefined && (options.symmetrise ?? true);
  const found = average
    ? densityBasins(symmetrisedField(density, symmetry.operations), { mergeRatio: 0.8, ...options })
    : densityBasins(density, options);
  const basins = found.basins.filter(({ ions }) => ions >= fewestIons);
  if (basins.length === 0)
    throw new InputError(
      `none of ${found.basins.length} peaks of the density holds ${fewestIons} ions`,
      "lower fewestIons, or use a finer grid",
    );
  const dropped = found.basins.slice(basins.length).reduce((sum, { ions }) => sum + ions, 0);
  const positions = toCartesian(density.cell, Float64Array.from(basins.flatMap(({ place }) => [...place])));
  const typeOf = symmetry ? mergedTypes(framework, symmetry, { positions, typeToleranceA, notes }) : [...basins.keys()];
  const { names, types } = namedTypes(mobile[0] ?? "site", typeOf, basins);
  const species = speciesList(mean);
  const sites = makeSiteList(mean, {
    positions,
    labels: names,
    framework: species.flatMap((element, i) => (mobile.includes(element) ? [] : [i])),
    ...(options.follow ? { follow: options.follow } : {}),
  });
  return {
    sites,
    basins,
    types,
    ...(symmetry ? { spaceGroup: symmetry.symbol } : {}),
    outside: found.outside + dropped,
    notes: notes.list(),
  };
}

function symmetryFor(
  framework: Crystal,
  { symmetry, symmetryToleranceA = 0.25 }: SitesFromDensityOptions,
  notes: Notes,
): Symmetry | undefined {
  if (symmetry) return symmetry;
  if (symmetryReady()) return findSymmetry(framework, { tolerance: symmetryToleranceA });
  notes.add(
    "site-types-unmerged",
    "the symmetry engine is not loaded: every site is a type of its own",
    "load it, or pass the framework's symmetry",
  );
  return undefined;
}

/** [m] a number for each site, the same for sites that symmetry takes onto each other. */
function mergedTypes(
  framework: Crystal,
  symmetry: Symmetry,
  {
    positions,
    typeToleranceA,
    notes,
  }: { readonly positions: Float64Array; readonly typeToleranceA: number; readonly notes: Notes },
): number[] {
  const m = positions.length / 3;
  const parent = Array.from({ length: m }, (_, i) => i);
  const root = (i: number): number => {
    while (parent[i] !== i) i = parent[i] = parent[parent[i]!]!;
    return i;
  };
  let [images, lost] = [0, 0];
  for (let i = 0; i < m; i++) {
    // What has been reached from another site has the same orbit.
    if (root(i) !== i) continue;
    const place: Vec3 = [positions[3 * i]!, positions[3 * i + 1]!, positions[3 * i + 2]!];
    const orbit = siteOrbit(framework, symmetry, place, { tolerance: 0.5 * typeToleranceA }).positions;
    for (let image = 0; image < orbit.length; image += 3) {
      images++;
      const { nearest, distance } = nearestSite(framework, positions, orbit.subarray(image, image + 3));
      if (distance > typeToleranceA) lost++;
      else if (root(nearest) !== root(i)) parent[root(nearest)] = root(i);
    }
  }
  if (lost > 0)
    notes.add(
      "site-images-missing",
      `${lost} of ${images} places that symmetry makes of the sites hold no site`,
      "the run is too short to fill them all, or ions order within the cell",
    );
  return Array.from({ length: m }, (_, i) => root(i));
}

function nearestSite(
  { cell }: Crystal,
  positions: Float64Array,
  place: ArrayLike<number>,
): { readonly nearest: number; readonly distance: number } {
  const apart = minimumImage(
    cell,
    positions.map((x, i) => x - place[i % 3]!),
  );
  let [nearest, distance] = [-1, Number.POSITIVE_INFINITY];
  for (let j = 0; j < apart.length / 3; j++) {
    const d = Math.hypot(apart[3 * j]!, apart[3 * j + 1]!, apart[3 * j + 2]!);
    if (d < distance) [nearest, distance] = [j, d];
  }
  return { nearest, distance };
}

function namedTypes(
  element: string,
  typeOf: readonly number[],
  basins: readonly Basin[],
): { readonly names: string[]; readonly types: DensitySites["types"] } {
  const members = new Map<number, number[]>();
  for (const [site, type] of typeOf.entries()) members.set(type, [...(members.get(type) ?? []), site]);
  const ranked = [...members.values()]
    .map((sites) => ({ sites, ions: sites.reduce((sum, j) => sum + basins[j]!.ions, 0) / sites.length }))
    .sort((a, b) => b.ions - a.ions || a.sites[0]! - b.sites[0]!);
  const names = new Array<string>(typeOf.length);
  const types = ranked.map(({ sites, ions }, rank) => {
    const name = `${element}${rank + 1}`;
    for (const j of sites) names[j] = name;
    return { name, sites: sites.length, ions };
  });
  return { names, types };
}
