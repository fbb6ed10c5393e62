// The event graph: nodes are jumps, an arrow goes from a jump to the one that vacates the site it fills (events-pairs.ts). Every jump has at
// most one arrow out and one in, so the graph is chains and loops: in a chain of n jumps n ions move one after another into the site the
// next one leaves, and a vacancy goes the other way; in a loop the first fills what the last vacates.

import { type F64, type I32, InputError } from "../base/index.js";
import { type BackJumpRule, backJumps } from "./events-back-jumps.js";
import { type CandidatePairs, candidatePairs, choosePairs, type EventPairs, type SiteEvents } from "./events-pairs.js";
import { jumpTimes, type TrackedJumps } from "./site-types.js";

export interface EventOptions {
  /** Longest time between a jump and the one that fills, or vacates, its site, fs. Default 1000. */
  readonly windowFs?: number;
  /** What becomes of jumps that are taken back within `backWindowFs`. Default "both": neither way counts. */
  readonly backJumps?: BackJumpRule;
  /** Default: windowFs. */
  readonly backWindowFs?: number;
  /** Let in pairs with A = C, two ions that change places: they are loops of two. Default false. */
  readonly exchanges?: boolean;
}

export interface EventGraph {
  readonly windowFs: number;
  /** Jumps that are events, those taken back left out, in the order of the log. */
  readonly events: SiteEvents;
  /** [events] index of each event in the log of jumps. */
  readonly jump: I32;
  /** Jumps left out because they were taken back. */
  readonly takenBack: number;
  /** All pairs within the window. */
  readonly candidates: CandidatePairs;
  /** Those that are left when every event fills once and is filled once at most. */
  readonly pairs: EventPairs;
  /** [events] the event that vacates the site this one fills, or −1. */
  readonly vacaterOf: I32;
  /** [events] the event that fills the site this one vacates, or −1. */
  readonly fillerOf: I32;
}

/** @throws InputError when the window is no time or the jumps name sites that are not in the list. */
export function eventGraph(track: TrackedJumps, options: EventOptions = {}): EventGraph {
  const { windowFs = 1000 } = options;
  const { events, jump } = standingEvents(track, options);
  return { ...linkEvents(events, { ...options, windowFs }), jump, takenBack: track.jumps.count - jump.length };
}

/** The jumps that count as events. */
export function standingEvents(
  { jumps, sites }: TrackedJumps,
  options: EventOptions,
): { readonly events: SiteEvents; readonly jump: Int32Array } {
  const { windowFs = 1000, backJumps: rule = "both", backWindowFs = windowFs } = options;
  for (const [name, value] of Object.entries({ windowFs, backWindowFs }))
    if (!(value >= 0) || !Number.isFinite(value))
      throw new InputError(`${name} is ${value}`, "give a time of at least 0 fs");
  const most = sites.labels.length;
  for (let e = 0; e < jumps.count; e++) {
    if (jumps.from[e]! < 0 || jumps.from[e]! >= most || jumps.to[e]! < 0 || jumps.to[e]! >= most)
      throw new InputError(
        `jump ${e} goes from site ${jumps.from[e]} to site ${jumps.to[e]} of ${most}`,
        "jumps and sites belong to different lists",
      );
  }
  const times = jumpTimes(jumps);
  const out = backJumps(jumps, times, { rule, windowFs: backWindowFs });
  const jump = Int32Array.from({ length: jumps.count }, (_, e) => e).filter((e) => out[e] === 0);
  const column = (values: I32): Int32Array => jump.map((e) => values[e]!);
  return {
    events: {
      sites: most,
      ion: column(jumps.ion),
      from: column(jumps.from),
      to: column(jumps.to),
      times: Float64Array.from(jump, (e) => times[e]!),
    },
    jump,
  };
}

/** Joins events whose jumps fill and vacate one site. */
export function linkEvents(
  events: SiteEvents,
  { windowFs, exchanges = false }: { readonly windowFs: number; readonly exchanges?: boolean },
): Omit<EventGraph, "jump" | "takenBack"> {
  const candidates = candidatePairs(events, { windowFs, exchanges });
  const pairs = choosePairs(candidates, events);
  const vacaterOf = new Int32Array(events.times.length).fill(-1);
  const fillerOf = new Int32Array(events.times.length).fill(-1);
  for (let p = 0; p < pairs.count; p++) {
    vacaterOf[pairs.filler[p]!] = pairs.vacater[p]!;
    fillerOf[pairs.vacater[p]!] = pairs.filler[p]!;
  }
  return { windowFs, events, candidates, pairs, vacaterOf, fillerOf };
}

export interface EventChains {
  readonly count: number;
  /** [count+1] events of chain c are first[c] … first[c+1]−1. */
  readonly first: I32;
  /** In the order the vacancy goes: each event fills the site the one before it has left. */
  readonly events: I32;
  /** [count] 1 where the first event fills the site the last one vacates. */
  readonly closed: I32;
  /** lengths[n]: open chains of n jumps, n ≥ 2. */
  readonly lengths: readonly number[];
  /** loops[n]: loops of n jumps. */
  readonly loops: readonly number[];
  /** [count] fs between the first and the last jump of each. */
  readonly spanFs: F64;
}

/** Chains of two or more jumps, those that begin first in the log first, then loops. */
export function eventChains({
  vacaterOf,
  fillerOf,
  events,
}: Pick<EventGraph, "vacaterOf" | "fillerOf" | "events">): EventChains {
  const n = events.times.length;
  const seen = new Uint8Array(n);
  const members: number[] = [];
  const first = [0];
  const closed: number[] = [];
  const spans: number[] = [];
  const [lengths, loops]: [number[], number[]] = [
    [0, 0],
    [0, 0],
  ];
  const follow = (start: number, isLoop: boolean): void => {
    const begin = members.length;
    let [earliest, latest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let e = start; e >= 0 && !seen[e]; e = fillerOf[e]!) {
      seen[e] = 1;
      members.push(e);
      earliest = Math.min(earliest, events.times[e]!);
      latest = Math.max(latest, events.times[e]!);
    }
    const length = members.length - begin;
    const tally = isLoop ? loops : lengths;
    while (tally.length <= length) tally.push(0);
    tally[length]!++;
    first.push(members.length);
    closed.push(isLoop ? 1 : 0);
    spans.push(latest - earliest);
  };
  for (let e = 0; e < n; e++) if (vacaterOf[e]! < 0 && fillerOf[e]! >= 0) follow(e, false);
  // What has an arrow in and is in no chain is in a loop.
  for (let e = 0; e < n; e++) if (!seen[e] && vacaterOf[e]! >= 0) follow(e, true);
  return {
    count: closed.length,
    first: Int32Array.from(first),
    events: Int32Array.from(members),
    closed: Int32Array.from(closed),
    lengths,
    loops,
    spanFs: Float64Array.from(spans),
  };
}
