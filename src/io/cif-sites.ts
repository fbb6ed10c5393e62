// Sites that share a place: atoms listed twice, and disorder.

import { type FilePlace, FormatError, type Notes, type Vec3 } from "../base/index.js";
import { type Cell, cellWidths } from "../structure/index.js";
import { nearDistance } from "./cif-symmetry.js";

/** One row of the atom list. */
export interface CifSite {
  readonly label: string;
  readonly element: string;
  readonly fractional: Vec3;
  readonly occupancy: number;
  readonly line: number;
}

/** Rounding of printed occupancies such as 0.9999. */
export const FULL_OCCUPANCY = 1 - 2e-4;
/** Shares that differ by less are equal. */
const SAME_SHARE = 1e-6;

interface Majority {
  readonly cell: Cell;
  /** Å */
  readonly tolerance: number;
  readonly notes: Notes;
  readonly place: FilePlace;
}

/**
 * Keeps the most occupied of the sites at one place, the vacancy counted as one of them: a site alone stays above 0.5.
 * @throws FormatError when two shares are equal, or nothing is left.
 */
export function keepMajority(sites: readonly CifSite[], { cell, tolerance, notes, place }: Majority): CifSite[] {
  const kept: CifSite[] = [];
  const done = new Set<CifSite>();
  for (const site of sites) {
    if (done.has(site)) continue;
    const here = sites.filter(
      (other) => !done.has(other) && nearDistance(cell, site.fractional, other.fractional) <= tolerance,
    );
    for (const other of here) done.add(other);
    if (here.length === 1 && site.occupancy >= FULL_OCCUPANCY) {
      kept.push(site);
      continue;
    }
    const [most, second] = here.toSorted((a, b) => b.occupancy - a.occupancy) as [CifSite, CifSite | undefined];
    const vacant = 1 - here.reduce((sum, { occupancy }) => sum + occupancy, 0);
    const list = here.map(({ label, element, occupancy }) => `${label} ${element} ${occupancy}`).join(", ");
    const lead = most.occupancy - Math.max(vacant, second?.occupancy ?? 0);
    if (Math.abs(lead) < SAME_SHARE) {
      throw new FormatError(
        { ...place, line: site.line },
        `no majority at one place: ${list}`,
        "make an ordered model of this structure first",
      );
    }
    const stays = lead > 0;
    if (stays) kept.push({ ...most, occupancy: 1 });
    notes.add(
      "cif-occupancy",
      `${place.file}:${site.line}: ${list}: ${stays ? `kept ${most.label} as a whole atom` : "left out"}`,
      "the stoichiometry and the charge may have changed",
    );
  }
  if (kept.length === 0) {
    throw new FormatError(
      { ...place, line: sites[0]!.line },
      "no site is more often occupied than vacant",
      "make an ordered model of this structure first",
    );
  }
  return kept;
}

/** One site for every place: the most occupied there, of equally occupied ones the first listed; its occupancy stays. */
export function keepPlaces(
  sites: readonly CifSite[],
  { cell, tolerance }: Pick<Majority, "cell" | "tolerance">,
): CifSite[] {
  const kept: CifSite[] = [];
  for (const site of sites) {
    const at = kept.findIndex((other) => nearDistance(cell, site.fractional, other.fractional) <= tolerance);
    if (at < 0) kept.push(site);
    else if (site.occupancy > kept[at]!.occupancy + SAME_SHARE) kept[at] = site;
  }
  return kept;
}

/** Indices of two points closer than `tolerance` Å, found through bins of at least that width; undefined when there are none. */
export function findClosePair(
  cell: Cell,
  fractional: readonly number[],
  tolerance: number,
): readonly [number, number] | undefined {
  const counts = cellWidths(cell).map((width) =>
    Math.max(1, Math.min(1000, Math.floor(width / tolerance))),
  ) as unknown as Vec3;
  const bins = new Map<number, number[]>();
  const n = fractional.length / 3;
  const point = (i: number): Vec3 => [fractional[3 * i]!, fractional[3 * i + 1]!, fractional[3 * i + 2]!];
  const binOf = (s: number, k: number): number =>
    Math.min(counts[k]! - 1, Math.floor((s - Math.floor(s)) * counts[k]!));
  const keyOf = (u: number, v: number, w: number): number => (u * counts[1] + v) * counts[2] + w;
  for (let i = 0; i < n; i++) {
    const p = point(i);
    const [u, v, w] = [binOf(p[0], 0), binOf(p[1], 1), binOf(p[2], 2)];
    for (const a of around(u, counts[0])) {
      for (const b of around(v, counts[1])) {
        for (const c of around(w, counts[2])) {
          const twin = bins.get(keyOf(a, b, c))?.find((j) => nearDistance(cell, p, point(j)) <= tolerance);
          if (twin !== undefined) return [twin, i];
        }
      }
    }
    const key = keyOf(u, v, w);
    const bin = bins.get(key);
    if (bin) bin.push(i);
    else bins.set(key, [i]);
  }
  return undefined;
}

const around = (bin: number, count: number): number[] => [
  ...new Set([(bin + count - 1) % count, bin, (bin + 1) % count]),
];
