// Which jump fills what another vacates. Jump a of one ion enters site B at t_a, jump b of another leaves B at t_b:
//
//   a: A→B,  b: B→C,  different ions,  |t_b − t_a| ≤ Δ,  A ≠ C
//
// is a candidate. Each jump fills at most one vacated site and has its own filled at most once: candidates are taken in order of |t_b − t_a|.
// The roles of a and b belong to one site, B, so sites are independent of each other, and each needs two queues, its arrivals and its
// departures in order of time, that are walked once: O(jumps + candidates) and a sort of each site's candidates.

import type { F64, I32 } from "../base/index.js";

export interface SiteEvents {
  readonly sites: number;
  readonly ion: I32; // [n]
  readonly from: I32; // [n]
  readonly to: I32; // [n]
  /** [n] fs, in any order. */
  readonly times: F64;
}

export interface EventPairs {
  readonly count: number;
  /** [count] the jump that enters B. */
  readonly filler: I32;
  /** [count] the jump that leaves B. */
  readonly vacater: I32;
}

export interface CandidatePairs extends EventPairs {
  /** [sites+1] candidates at B = j are first[j] … first[j+1]−1. */
  readonly first: I32;
  /** Pairs with A = C within the window: two ions that change places. Candidates only when exchanges are let in. */
  readonly exchanges: number;
}

/** All candidates within the window. */
export function candidatePairs(
  events: SiteEvents,
  { windowFs, exchanges = false }: { readonly windowFs: number; readonly exchanges?: boolean },
): CandidatePairs {
  const { sites, ion, from, to, times } = events;
  const arrivals = queues(to, times, sites);
  const departures = queues(from, times, sites);
  const pairs = new PairList();
  const first = new Int32Array(sites + 1);
  let swapped = 0;
  for (let site = 0; site < sites; site++) {
    const end = departures.first[site + 1]!;
    let begin = departures.first[site]!;
    for (let p = arrivals.first[site]!; p < arrivals.first[site + 1]!; p++) {
      const a = arrivals.event[p]!;
      const t = times[a]!;
      while (begin < end && times[departures.event[begin]!]! < t - windowFs) begin++;
      for (let q = begin; q < end; q++) {
        const b = departures.event[q]!;
        if (times[b]! > t + windowFs) break;
        if (ion[a] === ion[b]) continue;
        if (from[a] === to[b]) {
          swapped++;
          if (!exchanges) continue;
        }
        pairs.add(a, b);
      }
    }
    first[site + 1] = pairs.count;
  }
  return { count: pairs.count, ...pairs.columns(), first, exchanges: swapped };
}

/** The candidates that are left when each jump has each role once, nearest in time first; of equals the earlier, then the lower number. */
export function choosePairs(candidates: CandidatePairs, { sites, times }: SiteEvents): EventPairs {
  const { filler, vacater, first } = candidates;
  const filling = new Uint8Array(times.length);
  const vacating = new Uint8Array(times.length);
  const gap = Float64Array.from({ length: candidates.count }, (_, p) =>
    Math.abs(times[vacater[p]!]! - times[filler[p]!]!),
  );
  const chosen = new PairList();
  for (let site = 0; site < sites; site++) {
    const order = Int32Array.from({ length: first[site + 1]! - first[site]! }, (_, k) => first[site]! + k);
    order.sort((p, q) => gap[p]! - gap[q]! || times[filler[p]!]! - times[filler[q]!]! || p - q);
    for (const p of order) {
      const a = filler[p]!;
      const b = vacater[p]!;
      if (filling[a] || vacating[b]) continue;
      filling[a] = 1;
      vacating[b] = 1;
      chosen.add(a, b);
    }
  }
  return { count: chosen.count, ...chosen.columns() };
}

/** Events by site, each site's in order of time. */
function queues(site: I32, times: F64, sites: number): { readonly first: Int32Array; readonly event: Int32Array } {
  const first = new Int32Array(sites + 1);
  const count = site.length;
  for (let e = 0; e < count; e++) first[site[e]! + 1]!++;
  for (let j = 0; j < sites; j++) first[j + 1]! += first[j]!;
  const next = first.slice();
  const event = new Int32Array(count);
  for (let e = 0; e < count; e++) event[next[site[e]!]!++] = e;
  for (let j = 0; j < sites; j++) {
    const queue = event.subarray(first[j]!, first[j + 1]!);
    // A log comes in order of arrival, which is nearly that of the times; shifted surrogates do not.
    if (!ascending(queue, times)) queue.sort((a, b) => times[a]! - times[b]! || a - b);
  }
  return { first, event };
}

function ascending(queue: Int32Array, times: F64): boolean {
  for (let k = 1; k < queue.length; k++) if (times[queue[k]!]! < times[queue[k - 1]!]!) return false;
  return true;
}

/** Two columns that grow by doubling. */
class PairList {
  count = 0;
  #filler = new Int32Array(1024);
  #vacater = new Int32Array(1024);

  add(a: number, b: number): void {
    if (this.count === this.#filler.length) {
      this.#filler = widened(this.#filler);
      this.#vacater = widened(this.#vacater);
    }
    this.#filler[this.count] = a;
    this.#vacater[this.count++] = b;
  }

  columns(): { readonly filler: I32; readonly vacater: I32 } {
    return { filler: this.#filler.slice(0, this.count), vacater: this.#vacater.slice(0, this.count) };
  }
}

function widened(column: Int32Array): Int32Array<ArrayBuffer> {
  const wide = new Int32Array(2 * column.length);
  wide.set(column);
  return wide;
}
