// What chance alone makes of independent jumps. Keep the jumps of every ion and let the ions know nothing of each other's clock: the jumps
// of two ions are then spread over the time T independently of each other, and two of them fall within Δ with the probability
//
//   p = (2ΔT − Δ²)/T²        (2Δ/T in a long run; Δ² is what the ends of the run cut off)
//
// so that among candidates (A→B by i, B→C by j ≠ i, A ≠ C) there are expected
//
//   E = p [N_AB N_BC − Σ_i n_i,AB n_i,BC]        n_i jumps of ion i, N = Σ_i n_i
//
// which is ν_AB ν_BC · 2Δ per time for rates ν = N/T. Pairs of such indicators that share a jump are uncorrelated but for the ends of the run,
// so the variance is E(1 − p). Greedy pairs have no such formula: they are counted again in surrogates, in which all jumps of an ion are
// shifted by one random time, the end of the run joined to its begin: each ion keeps its own rhythm, only what ions do together is lost.

import type { I32, Rng } from "../base/index.js";
import type { Classifier } from "./concerted-classes.js";
import { linkEvents } from "./events.js";
import type { SiteEvents } from "./events-pairs.js";

export interface NullOptions {
  readonly windowFs: number;
  readonly exchanges?: boolean;
}

/** p of the equations above. */
export function coincidence(windowFs: number, lengthFs: number): number {
  const reach = Math.min(windowFs, lengthFs);
  return (2 * reach * lengthFs - reach * reach) / (lengthFs * lengthFs);
}

/** [classes] candidates expected of independent jumps. */
export function expectedCandidates(
  events: SiteEvents,
  classifier: Classifier,
  { windowFs, exchanges = false, lengthFs }: NullOptions & { readonly lengthFs: number },
): Float64Array {
  const p = coincidence(windowFs, lengthFs);
  const { classOf } = classifier;
  const totals: number[] = [];
  const add = (a: number, b: number, c: number, weight: number): void => {
    if (a === c && !exchanges) return;
    const index = classOf(a, b, c);
    totals[index] = (totals[index] ?? 0) + weight;
  };
  const arriving = flowsOf(events.to, events.from, events);
  const leaving = flowsOf(events.from, events.to, events);
  for (let site = 0; site < events.sites; site++) {
    const sources = ionsTogether(arriving, site);
    const goals = ionsTogether(leaving, site);
    for (const [a, n] of sources) for (const [c, k] of goals) add(a, site, c, p * n * k);
    // What one ion does after the other is no concert.
    let q = leaving.first[site]!;
    for (let r = arriving.first[site]!; r < arriving.first[site + 1]!; r++) {
      while (q < leaving.first[site + 1]! && leaving.ion[q]! < arriving.ion[r]!) q++;
      for (let own = q; own < leaving.first[site + 1]! && leaving.ion[own] === arriving.ion[r]; own++)
        add(arriving.other[r]!, site, leaving.other[own]!, -p * arriving.count[r]! * leaving.count[own]!);
    }
  }
  return Float64Array.from({ length: classifier.classes.length }, (_, k) => totals[k] ?? 0);
}

/** How many jumps of which ion a site has with which other site: by site, then ion, then other site. */
interface Flows {
  readonly first: Int32Array; // [sites+1]
  readonly ion: readonly number[];
  readonly other: readonly number[];
  readonly count: readonly number[];
}

function flowsOf(site: I32, other: I32, { sites, ion }: SiteEvents): Flows {
  const starts = new Int32Array(sites + 1);
  for (let e = 0; e < site.length; e++) starts[site[e]! + 1]!++;
  for (let j = 0; j < sites; j++) starts[j + 1]! += starts[j]!;
  const next = starts.slice();
  const keys = new Float64Array(site.length);
  for (let e = 0; e < site.length; e++) keys[next[site[e]!]!++] = ion[e]! * sites + other[e]!;
  const first = new Int32Array(sites + 1);
  const [ions, others, counts]: [number[], number[], number[]] = [[], [], []];
  for (let j = 0; j < sites; j++) {
    const own = keys.subarray(starts[j]!, starts[j + 1]!).sort();
    for (let k = 0; k < own.length; k++) {
      if (k > 0 && own[k] === own[k - 1]) counts[counts.length - 1]!++;
      else {
        ions.push(Math.floor(own[k]! / sites));
        others.push(own[k]! % sites);
        counts.push(1);
      }
    }
    first[j + 1] = counts.length;
  }
  return { first, ion: ions, other: others, count: counts };
}

function ionsTogether({ first, other, count }: Flows, site: number): Map<number, number> {
  const sums = new Map<number, number>();
  for (let r = first[site]!; r < first[site + 1]!; r++) sums.set(other[r]!, (sums.get(other[r]!) ?? 0) + count[r]!);
  return sums;
}

/** Every ion's jumps moved by a time of its own, around the run from `fromFs` on. */
export function shiftedEvents(
  events: SiteEvents,
  { fromFs, lengthFs, rng }: { readonly fromFs: number; readonly lengthFs: number; readonly rng: Rng },
): SiteEvents {
  const most = events.ion.slice().reduce((largest, i) => Math.max(largest, i), -1);
  const shift = Float64Array.from({ length: most + 1 }, () => rng.uniform() * lengthFs);
  const times = Float64Array.from(events.times, (t, e) => {
    const moved = t - fromFs + shift[events.ion[e]!]!;
    return fromFs + (moved >= lengthFs ? moved - lengthFs : moved);
  });
  return { ...events, times };
}

/** [classes] greedy pairs of one surrogate. */
export function surrogatePairs(
  events: SiteEvents,
  classifier: Classifier,
  options: NullOptions & { readonly fromFs: number; readonly lengthFs: number; readonly rng: Rng },
): number[] {
  const shifted = shiftedEvents(events, options);
  const { pairs } = linkEvents(shifted, options);
  return countByClass(shifted, pairs, classifier);
}

/** [classes] pairs of each class; grows with the classifier. */
export function countByClass(
  { from, to }: SiteEvents,
  pairs: { readonly count: number; readonly filler: ArrayLike<number>; readonly vacater: ArrayLike<number> },
  classifier: Classifier,
): number[] {
  const counts: number[] = new Array<number>(classifier.classes.length).fill(0);
  for (let p = 0; p < pairs.count; p++) {
    const a = pairs.filler[p]!;
    const index = classifier.classOf(from[a]!, to[a]!, to[pairs.vacater[p]!]!);
    counts[index] = (counts[index] ?? 0) + 1;
  }
  return counts;
}
