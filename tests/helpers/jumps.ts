// Tracks of ions on sites whose story is known: jump by jump, or drawn from known rates.

import type { Rng } from "../../src/base/index.js";
import { BEGUN_BEFORE, type JumpLog, NOT_ENDED, type Visits } from "../../src/dynamics/index.js";
import type { TrackedVisits } from "../../src/transport/index.js";

export interface Jump {
  readonly ion: number;
  readonly from: number;
  readonly to: number;
  readonly timeFs: number;
}

export interface TrackParts {
  readonly labels: readonly string[];
  readonly ions: number;
  readonly jumps: readonly Jump[];
  readonly toFs: number;
  /** Where ions are that never jump. */
  readonly start?: readonly number[];
}

/** A track from 0 to `toFs`; jumps take no time. */
export function trackOf({ labels, ions, jumps, toFs, start }: TrackParts): TrackedVisits {
  const sorted = [...jumps].sort((a, b) => a.timeFs - b.timeFs || a.ion - b.ion);
  const column = (pick: (jump: Jump) => number): Int32Array<ArrayBuffer> => Int32Array.from(sorted, pick);
  const times = Float64Array.from(sorted, ({ timeFs }) => timeFs);
  const log: JumpLog = {
    count: sorted.length,
    ion: column(({ ion }) => ion),
    from: column(({ from }) => from),
    to: column(({ to }) => to),
    departureFs: times,
    arrivalFs: times,
  };
  return {
    sites: { labels },
    ions: { length: ions },
    jumps: log,
    visits: visitsOf(sorted, { ions, toFs, start }),
    fromFs: 0,
    toFs,
  };
}

function visitsOf(
  sorted: readonly Jump[],
  {
    ions,
    toFs,
    start,
  }: { readonly ions: number; readonly toFs: number; readonly start: readonly number[] | undefined },
): Visits {
  const own = Array.from({ length: ions }, (): Jump[] => []);
  for (const jump of sorted) own[jump.ion]!.push(jump);
  const rows = own.flatMap((jumps, ion) => {
    const sites = [jumps[0]?.from ?? start?.[ion] ?? 0, ...jumps.map(({ to }) => to)];
    return sites.map((site, v) => ({
      ion,
      site,
      entry: v === 0 ? 0 : jumps[v - 1]!.timeFs,
      exit: jumps[v]?.timeFs ?? toFs,
      censored: (v === 0 ? BEGUN_BEFORE : 0) + (v === jumps.length ? NOT_ENDED : 0),
    }));
  });
  return {
    count: rows.length,
    ion: Int32Array.from(rows, ({ ion }) => ion),
    site: Int32Array.from(rows, ({ site }) => site),
    entryFs: Float64Array.from(rows, ({ entry }) => entry),
    exitFs: Float64Array.from(rows, ({ exit }) => exit),
    censored: Int32Array.from(rows, ({ censored }) => censored),
  };
}

/** Independent walks: an ion leaves site j after an exponential time for one of `goals(j)`, each at its own rate per ps. */
export function markovWalks(options: {
  readonly rng: Rng;
  readonly ions: number;
  readonly toFs: number;
  /** Where each ion begins. */
  readonly start: (ion: number) => number;
  readonly goals: (site: number) => readonly { readonly to: number; readonly ratePs: number }[];
}): Jump[] {
  const { rng, ions, toFs, start, goals } = options;
  const jumps: Jump[] = [];
  for (let ion = 0; ion < ions; ion++) {
    let from = start(ion);
    let timeFs = 0;
    for (;;) {
      const ways = goals(from);
      const total = ways.reduce((sum, { ratePs }) => sum + ratePs, 0);
      timeFs += (-1000 * Math.log(1 - rng.uniform())) / total;
      if (timeFs > toFs) break;
      let left = rng.uniform() * total;
      const way = ways.find(({ ratePs }) => (left -= ratePs) < 0) ?? ways.at(-1)!;
      jumps.push({ ion, from, to: way.to, timeFs });
      from = way.to;
    }
  }
  return jumps;
}
