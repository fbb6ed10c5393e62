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

/**
 * `siteOf` of the same assignment when the nearest site of every ion is known, [nIons]. Ions that have theirs for themselves keep it, with prices that
 * make this partial assignment optimal; each of the others is added by a shortest augmenting path (numerics/assignment.ts), and
 * only the ions on these paths need their distances to all sites. Equal to `assignToSites` but for ties.
 */
export function assignFromNearest(
  cell: Cell,
  { ions, sites }: { readonly ions: F64; readonly sites: F64 },
  nearest: ArrayLike<number>,
): Int32Array {
  const nSites = sites.length / 3;
  if (nearest.length > nSites)
    throw new InputError(
      `${nearest.length} ions cannot each have one of ${nSites} sites`,
      "add the missing sites to the list",
    );
  const siteOf = new Int32Array(nearest.length).fill(-1);
  const ionOn = new Int32Array(nSites).fill(-1);
  const others: number[] = [];
  for (let i = 0; i < nearest.length; i++) {
    const site = nearest[i]!;
    if (ionOn[site]! < 0) {
      ionOn[site] = i;
      siteOf[i] = site;
    } else others.push(i);
  }
  const rows = new Map<number, Row>();
  const rowOf = (ion: number): Row => {
    const known = rows.get(ion);
    if (known) return known;
    const cost = squaredDistances(cell, ions.subarray(3 * ion, 3 * ion + 3), sites);
    const row = { cost, price: cost[nearest[ion]!]! };
    rows.set(ion, row);
    return row;
  };
  const sitePrice = new Float64Array(nSites);
  for (const ion of others) augment(ion, { siteOf, ionOn, sitePrice, rowOf });
  return siteOf;
}

interface Row {
  readonly cost: Float64Array; // [nSites] Å²
  price: number;
}

interface PartialAssignment {
  readonly siteOf: Int32Array;
  readonly ionOn: Int32Array;
  readonly sitePrice: Float64Array;
  readonly rowOf: (ion: number) => Row;
}

function augment(ion: number, { siteOf, ionOn, sitePrice, rowOf }: PartialAssignment): void {
  const nSites = ionOn.length;
  const distance = new Float64Array(nSites).fill(Number.POSITIVE_INFINITY);
  const cameFrom = new Int32Array(nSites);
  const done = new Uint8Array(nSites);
  let reached = 0;
  let current = ion;
  let end = -1;
  while (end < 0) {
    const { cost, price } = rowOf(current);
    let nearest = -1;
    for (let j = 0; j < nSites; j++) {
      if (done[j]) continue;
      const through = reached + cost[j]! - price - sitePrice[j]!;
      if (through < distance[j]!) {
        distance[j] = through;
        cameFrom[j] = current;
      }
      if (nearest < 0 || distance[j]! < distance[nearest]!) nearest = j;
    }
    reached = distance[nearest]!;
    done[nearest] = 1;
    if (ionOn[nearest]! < 0) end = nearest;
    else current = ionOn[nearest]!;
  }
  rowOf(ion).price += reached;
  for (let j = 0; j < nSites; j++) {
    if (!done[j] || j === end) continue;
    const slack = reached - distance[j]!;
    rowOf(ionOn[j]!).price += slack;
    sitePrice[j]! -= slack;
  }
  for (let j = end; ; ) {
    const i = cameFrom[j]!;
    ionOn[j] = i;
    const next = siteOf[i]!;
    siteOf[i] = j;
    if (i === ion) return;
    j = next;
  }
}

/** [nSites] Å² from one point, nearest images. */
function squaredDistances(cell: Cell, point: F64, sites: F64): Float64Array {
  const apart = minimumImage(
    cell,
    Float64Array.from(sites, (x, i) => x - point[i % 3]!),
  );
  return Float64Array.from(
    { length: sites.length / 3 },
    (_, s) => apart[3 * s]! ** 2 + apart[3 * s + 1]! ** 2 + apart[3 * s + 2]! ** 2,
  );
}
