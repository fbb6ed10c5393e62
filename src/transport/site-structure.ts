// Sites from a structure file: the atoms of the mobile element, or any atoms that stand for sites, laid over the trajectory by the framework
// (site-cell-match.ts). Types are the file's site labels or its elements. A polyhedral site is given the nearest framework atoms around
// it in the file, which are then followed atom by atom.

import { InputError, type Note, Notes } from "../base/index.js";
import { makeSiteList, type SiteFollow, type SiteList, type SiteVertex } from "../dynamics/index.js";
import { type Crystal, neighborsOfPoints, speciesList } from "../structure/index.js";
import { matchSiteCell, type SiteCellMatch, type SiteMatchOptions } from "./site-cell-match.js";

export interface SitesFromStructureOptions extends Omit<SiteMatchOptions, "sites"> {
  /** Elements of the file that are sites: the mobile element, or dummies. */
  readonly sites: readonly string[];
  /** Elements of the trajectory that move. Default: those of `sites` it has. */
  readonly mobile?: readonly string[];
  /** "label": the file's site labels; "element"; or names by either. Default: labels when they repeat, else elements. */
  readonly types?: "label" | "element" | Readonly<Record<string, string>>;
  /** Gives every site a polyhedron: its `count` nearest atoms (default 4) of these elements of the file. */
  readonly vertices?: { readonly elements: readonly string[]; readonly count?: number };
  /** What the sites move with. Default "framework". */
  readonly follow?: SiteFollow;
}

export interface StructureSites {
  readonly sites: SiteList;
  readonly match: SiteCellMatch;
  readonly notes: readonly Note[];
}

/** Two distances of vertices nearer to each other than this do not say which atom belongs to the polyhedron, Å. */
const UNDECIDED = 0.05;

/**
 * Sites for `trajectory` (the crystal at the head of a trajectory) from `file`.
 * @throws InputError when the file has no such sites or does not lie on the trajectory's framework.
 */
export function sitesFromStructure(
  trajectory: Crystal,
  file: Crystal,
  options: SitesFromStructureOptions,
): StructureSites {
  const mobile = options.mobile ?? options.sites.filter((element) => trajectory.elements.includes(element));
  const unknown = options.sites.find((element) => !file.elements.includes(element));
  if (unknown || options.sites.length === 0)
    throw new InputError(
      `the file has no ${unknown ?? "sites"}`,
      `name the elements that are sites: the file has ${file.elements.join(", ")}`,
    );
  const match = matchSiteCell(file, trajectory, { ...options, sites: [...options.sites, ...mobile] });
  const { placed } = match;
  const species = speciesList(placed);
  const sites = species.flatMap((element, i) => (options.sites.includes(element) ? [i] : []));
  const notes = new Notes();
  const reference = withFrameworkOf(trajectory, match);
  const list = makeSiteList(reference, {
    positions: sites.flatMap((i) => [...placed.positions.slice(3 * i, 3 * i + 3)]),
    labels: typeNames(file, placed, options).filter((_, i) => options.sites.includes(species[i]!)),
    framework: [...match.atomOf.slice()].filter((atom) => atom >= 0).sort((a, b) => a - b),
    ...(options.vertices ? { polyhedra: polyhedraOf(match, { sites, reference, notes }, options.vertices) } : {}),
    ...(options.follow ? { follow: options.follow } : {}),
  });
  return { sites: list, match, notes: notes.list() };
}

/** The trajectory's atoms in their order, those of the framework at their places in the file. */
function withFrameworkOf(trajectory: Crystal, { placed, atomOf }: SiteCellMatch): Crystal {
  const positions = trajectory.positions.slice();
  for (const [i, atom] of [...atomOf].entries())
    if (atom >= 0) positions.set(placed.positions.slice(3 * i, 3 * i + 3), 3 * atom);
  return { ...trajectory, positions };
}

function typeNames(file: Crystal, placed: Crystal, { types, sites }: SitesFromStructureOptions): string[] {
  const elements = speciesList(placed);
  const labels = placed.labels ?? elements;
  if (types === "element") return elements;
  if (types === "label") {
    if (!placed.labels) throw new InputError("the file has no site labels", 'use types: "element"');
    return [...labels];
  }
  if (types === undefined) {
    const own = (file.labels ?? []).filter((_, i) => sites.includes(speciesList(file)[i]!));
    const repeat = own.length > 0 && new Set(own).size < own.length;
    return repeat ? [...labels] : elements;
  }
  return elements.map((element, i) => {
    const name = types[labels[i]!] ?? types[element];
    if (name === undefined && sites.includes(element))
      throw new InputError(`no type is given for the site ${labels[i]} (${element})`, "name it by label or by element");
    return name ?? element;
  });
}

function polyhedraOf(
  { placed, atomOf }: SiteCellMatch,
  around: { readonly sites: readonly number[]; readonly reference: Crystal; readonly notes: Notes },
  { elements, count = 4 }: { readonly elements: readonly string[]; readonly count?: number },
): SiteVertex[][] {
  const { sites, reference, notes } = around;
  const species = speciesList(placed);
  const corners = species.flatMap((element, i) => (elements.includes(element) && atomOf[i]! >= 0 ? [i] : []));
  if (corners.length < count || count < 4)
    throw new InputError(
      `polyhedra of ${count} corners among ${corners.length} atoms ${elements.join("/")}`,
      "four corners at least, of elements that belong to the framework",
    );
  const m = sites.length;
  const points = Float64Array.from([
    ...sites.flatMap((i) => [...placed.positions.slice(3 * i, 3 * i + 3)]),
    ...corners.flatMap((i) => {
      const at = 3 * atomOf[i]!;
      return [...reference.positions.slice(at, at + 3)];
    }),
  ]);
  const { cell } = placed;
  for (let reach = 1.2 * Math.cbrt(cell.volume / corners.length); ; reach *= 1.3) {
    const list = neighborsOfPoints(cell, points, reach);
    const found = sites.map((_, j) => {
      const near: { vertex: SiteVertex; distance: number }[] = [];
      for (let p = list.first[j]!; p < list.first[j + 1]! && near.length <= count; p++) {
        if (list.atom[p]! < m) continue;
        const shift = [list.shift[3 * p]!, list.shift[3 * p + 1]!, list.shift[3 * p + 2]!] as const;
        near.push({
          vertex: { atom: atomOf[corners[list.atom[p]! - m]!]!, shift },
          distance: list.distance[p]!,
        });
      }
      return near;
    });
    // One more than the corners is wanted, to see that they are set apart.
    if (!found.every((near) => near.length > count)) continue;
    const close = found.filter((near) => near[count]!.distance - near[count - 1]!.distance < UNDECIDED).length;
    if (close > 0)
      notes.add(
        "site-corners-undecided",
        `${close} of ${m} sites have a corner ${count + 1} as near as their corner ${count}, within ${UNDECIDED} Å`,
        "another number of corners may describe them better",
      );
    return found.map((near) => near.slice(0, count).map(({ vertex }) => vertex));
  }
}
