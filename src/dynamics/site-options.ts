// Options of a site tracker, and their checks.

import { CapabilityError, type F64, InputError } from "../base/index.js";
import type { SiteRule } from "./site-finder.js";
import { type SiteList, siteCount } from "./site-list.js";
import type { JumpLog, Visits } from "./site-log.js";

export interface SiteTrackerOptions {
  /** Atoms that are followed, indices from 0. */
  readonly ions: readonly number[];
  /**
   * "voronoi" (default): nearest site. "sphere": inside a radius. "polyhedron": inside the polyhedron of moving vertices. In the last two an ion
   * that is in none keeps its last site. "exclusive": no two ions on one site, least sum of squared distances.
   */
  readonly rule?: SiteRule | "exclusive";
  /** Radius of the spheres, Å, for all sites or by label. Needed for "sphere". */
  readonly radiusA?: number | Readonly<Record<string, number>>;
  /**
   * An ion leaves its site A for B only once |x − B| ≤ coreFraction · |x − A|, in (0, 1]. 1/2: when it is on the last third of the way.
   * Default: the rule alone decides. Not for "exclusive".
   */
  readonly coreFraction?: number;
  /** A stay shorter than this is no site change: it and the way back are left out of the log, fs. Default 0. */
  readonly dwellFs?: number;
  /** Takes the closed jumps and visits in blocks and lets the tracker forget them, so that a run of any length needs no more memory. */
  readonly sink?: (block: { readonly jumps: JumpLog; readonly visits: Visits }) => void;
  /** Jumps per block handed to `sink`. Default 4096. */
  readonly sinkBlock?: number;
}

/** @throws InputError or CapabilityError; returns the radius of every site for "sphere". */
export function checkTrackerOptions(sites: SiteList, options: SiteTrackerOptions): F64 | undefined {
  const { ions, rule = "voronoi", coreFraction, dwellFs = 0, sinkBlock = 4096 } = options;
  if (!sites.cell.periodic.every(Boolean)) {
    throw new CapabilityError(
      "site assignment needs three periodic directions",
      "make the cell periodic with vacuum around the atoms",
    );
  }
  const wrong = ions.find((ion, at) => !Number.isInteger(ion) || ion < 0 || ions.indexOf(ion) < at);
  if (ions.length === 0 || wrong !== undefined) {
    throw new InputError(
      ions.length === 0 ? "the tracker was given no ions" : `atom ${wrong} cannot be an ion, or is named twice`,
      "name at least one atom, each once, counted from 0",
    );
  }
  const framework = new Set([...(sites.framework?.atoms ?? []), ...(sites.polyhedra?.atoms ?? [])]);
  const both = ions.find((ion) => framework.has(ion));
  if (both !== undefined)
    throw new InputError(`atom ${both + 1} is both a mobile ion and part of the framework`, "it can be one of the two");
  if (coreFraction !== undefined && !(coreFraction > 0 && coreFraction <= 1))
    throw new InputError(`coreFraction is ${coreFraction}`, "give a number above 0 and at most 1");
  if (coreFraction !== undefined && rule === "exclusive") {
    throw new InputError(
      "coreFraction and the rule exclusive contradict each other: one of two exchanging ions may be let through and the other not",
      "use dwellFs, or another rule",
    );
  }
  if (!(dwellFs >= 0) || !Number.isFinite(dwellFs))
    throw new InputError(`dwellFs is ${dwellFs}`, "give a time of at least 0 fs");
  if (!Number.isInteger(sinkBlock) || sinkBlock < 1)
    throw new InputError(`sinkBlock is ${sinkBlock}`, "give a whole number of at least 1");
  if (rule === "exclusive" && ions.length > siteCount(sites)) {
    throw new InputError(
      `${ions.length} ions cannot each have one of ${siteCount(sites)} sites`,
      "add the missing sites to the list",
    );
  }
  if (rule === "polyhedron") expectPolyhedra(sites);
  return rule === "sphere" ? radiiOf(sites, options.radiusA) : undefined;
}

function expectPolyhedra({ polyhedra, labels }: SiteList): void {
  const without = labels.findIndex((_, j) => !polyhedra || polyhedra.first[j] === polyhedra.first[j + 1]);
  if (without < 0) return;
  throw new InputError(`site ${without} (${labels[without]}) has no polyhedron`, "pass the vertices of every site", {
    site: without,
  });
}

function radiiOf({ labels }: SiteList, given: SiteTrackerOptions["radiusA"]): F64 {
  return Float64Array.from(labels, (label) => {
    const radius = typeof given === "number" ? given : given?.[label];
    if (radius !== undefined && radius > 0 && Number.isFinite(radius)) return radius;
    throw new InputError(
      `the sites ${label} have the radius ${radius} Å`,
      "set radiusA to a positive length, for all sites or for every label",
      { label },
    );
  });
}
