// A configuration that is known, and who plays which part in it.
//
// A configuration is named by its defects: the interstitial sites that are filled and the lattice sites that are vacant. Ions of
// one element are alike, so which of them sits where is not part of it. The minimum is kept in one reference order of atoms; when
// other ions sit on its sites, row i of a mode vector is that of the reference ion on the same site (its part, or role).

import { expectShape, type F64, type I32, InputError, type Note } from "../base/index.js";
import type { SiteList } from "../dynamics/index.js";
import type { Minimum } from "../minima/index.js";
import { atomCount } from "../structure/index.js";

/** The modes of one configuration that are needed, in the order of atoms of its minimum. */
export interface ConfigurationModes {
  /** [k] number of each in the full set, ascending. */
  readonly indices: I32;
  readonly frequencies: F64; // [k] THz
  readonly vectors: F64; // [k,n,3] mass-weighted, unit length
}

export interface KnownConfiguration {
  /** As the study of hops names it: "I04". Equivalent configurations share it. */
  readonly id: string;
  /** 0 as given; 1, 2, … for those made by symmetry. */
  readonly image: number;
  readonly minimum: Minimum;
  /** [nIons] site of each ion in `minimum`. */
  readonly siteOf: I32;
  /** Interstitial sites that hold an ion, ascending. */
  readonly filled: readonly number[];
  /** Lattice sites that hold none, ascending. */
  readonly vacant: readonly number[];
  readonly modes: ConfigurationModes;
}

export interface ConfigurationLibrary {
  /** Sites of the mobile ions; the framework lists every other atom. */
  readonly sites: SiteList;
  /** [nIons] atoms of the mobile ions, ascending. */
  readonly ions: I32;
  /** [m] 1 where the perfect crystal leaves the site empty. */
  readonly interstitial: Uint8Array;
  readonly configurations: readonly KnownConfiguration[];
  readonly notes: readonly Note[];
}

/** "72|": filled interstitial sites, then vacant lattice sites. */
export const defectKey = (defects: Pick<KnownConfiguration, "filled" | "vacant">): string =>
  `${defects.filled.join(",")}|${defects.vacant.join(",")}`;

/** Filled interstitial and vacant lattice sites of an occupancy [nIons]. */
export function defectsOf(
  siteOf: ArrayLike<number>,
  interstitial: Uint8Array,
): Pick<KnownConfiguration, "filled" | "vacant"> {
  const held = new Uint8Array(interstitial.length);
  for (let ion = 0; ion < siteOf.length; ion++) if (siteOf[ion]! >= 0) held[siteOf[ion]!] = 1;
  const filled: number[] = [];
  const vacant: number[] = [];
  for (let site = 0; site < held.length; site++) {
    if (interstitial[site]! && held[site]!) filled.push(site);
    if (!interstitial[site]! && !held[site]!) vacant.push(site);
  }
  return { filled, vacant };
}

/** [n] the atom of the minimum whose part each atom plays, when the ions sit as in `siteOf` [nIons]. */
export function rolesOf(
  library: Pick<ConfigurationLibrary, "ions">,
  configuration: KnownConfiguration,
  siteOf: ArrayLike<number>,
): Int32Array {
  const { ions } = library;
  expectShape("siteOf", siteOf, [ions.length]);
  const atomOn = new Map<number, number>();
  for (let ion = 0; ion < ions.length; ion++) atomOn.set(configuration.siteOf[ion]!, ions[ion]!);
  const role = Int32Array.from({ length: atomCount(configuration.minimum.crystal) }, (_, atom) => atom);
  for (let ion = 0; ion < ions.length; ion++) {
    const part = atomOn.get(siteOf[ion]!);
    if (part === undefined) {
      throw new InputError(
        `ion ${ions[ion]! + 1} is on site ${siteOf[ion]}, which ${configuration.id} leaves empty`,
        "identify the configuration from the same occupancy",
        { site: siteOf[ion] },
      );
    }
    role[ions[ion]!] = part;
  }
  return role;
}

/** [k,n,3] the needed mode vectors of a configuration, for the ions that sit as in `siteOf` [nIons]. */
export function vectorsFor(
  library: Pick<ConfigurationLibrary, "ions">,
  configuration: KnownConfiguration,
  siteOf: ArrayLike<number>,
): Float64Array<ArrayBuffer> {
  return reordered(configuration.modes.vectors, rolesOf(library, configuration, siteOf));
}

/** [n,3] Å the configuration's minimum, for the ions that sit as in `siteOf`. Each ion stands in the image of its part. */
export function restPositionsFor(
  library: Pick<ConfigurationLibrary, "ions">,
  configuration: KnownConfiguration,
  siteOf: ArrayLike<number>,
): Float64Array<ArrayBuffer> {
  return reordered(configuration.minimum.crystal.positions, rolesOf(library, configuration, siteOf));
}

/** Rows [n,3], once or k times over, with row i taken from row role[i]. */
function reordered(vectors: F64, role: Int32Array): Float64Array<ArrayBuffer> {
  const n = role.length;
  const out = new Float64Array(vectors.length);
  for (let start = 0; start < vectors.length; start += 3 * n) {
    for (let i = 0; i < n; i++) {
      const from = start + 3 * role[i]!;
      out[start + 3 * i] = vectors[from]!;
      out[start + 3 * i + 1] = vectors[from + 1]!;
      out[start + 3 * i + 2] = vectors[from + 2]!;
    }
  }
  return out;
}

/** What the parts of a library share. */
export type LibraryFrame = Pick<ConfigurationLibrary, "sites" | "ions" | "interstitial">;
