// Which site each mobile ion sits on: the assignment of ions to sites with the smallest sum of squared distances, no site
// used twice. With one site list for lattice and interstitial sites alike, the filled interstitial sites follow.

import { type F64, InputError } from "../base/index.js";
import { assignment } from "../numerics/index.js";
import { type Cell, minimumImage } from "../structure/index.js";

export interface Occupancy {
  /** [nIons] index of the site of each ion. */
  readonly siteOf: Int32Array;
  /** [nIons] Å, distance of each ion from its site. */
  readonly distances: F64;
}

/** @param ions [nIons,3] Å; @param sites [nSites,3] Å, at least as many as ions. */
export function assignToSites(cell: Cell, ions: F64, sites: F64): Occupancy {
  const [nIons, nSites] = [ions.length / 3, sites.length / 3];
  if (nIons > nSites)
    throw new InputError(`${nIons} ions cannot each have one of ${nSites} sites`, "add the missing sites to the list");
  const differences = new Float64Array(3 * nIons * nSites);
  for (let i = 0; i < nIons; i++) {
    for (let s = 0; s < nSites; s++) {
      for (let k = 0; k < 3; k++) differences[3 * (i * nSites + s) + k] = ions[3 * i + k]! - sites[3 * s + k]!;
    }
  }
  const nearest = minimumImage(cell, differences);
  const cost = new Float64Array(nIons * nSites);
  for (let p = 0; p < cost.length; p++)
    cost[p] = nearest[3 * p]! ** 2 + nearest[3 * p + 1]! ** 2 + nearest[3 * p + 2]! ** 2;
  const { columnOf } = assignment(cost, nIons, nSites);
  return { siteOf: columnOf, distances: Float64Array.from(columnOf, (s, i) => Math.sqrt(cost[i * nSites + s]!)) };
}
