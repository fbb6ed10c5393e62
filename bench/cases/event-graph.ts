// The event graph of a long run: a million jumps of 1,000 ions on 4,096 sites of a simple cubic lattice in 2 ns.

import { Rng } from "../../src/base/index.js";
import type { JumpLog } from "../../src/dynamics/index.js";
import { concertedMotion, eventChains, eventGraph, type TrackedJumps } from "../../src/transport/index.js";

export const name = "event-graph";
export const why =
  "Joining jumps pair by pair is quadratic, which is why concerted motion is usually sought in short runs only. With a queue per site a million jumps, " +
  "with back-jumps struck out, pairs chosen and chains followed, should take at most 2 s.";

export interface Row {
  readonly label: string;
  readonly value: number;
  readonly unit: string;
}

export const targets = [{ row: "graph and chains", atMost: 2000 }];

export async function run({ smallest }: { readonly smallest: boolean }): Promise<Row[]> {
  const track = latticeWalks(smallest ? 10_000 : 1_000_000);
  let best = Number.POSITIVE_INFINITY;
  let candidates = 0;
  for (let pass = 0; pass < (smallest ? 1 : 3); pass++) {
    const start = performance.now();
    const graph = eventGraph(track);
    eventChains(graph);
    best = Math.min(best, performance.now() - start);
    candidates = graph.candidates.count;
  }
  const start = performance.now();
  await concertedMotion(track, { sweepFs: [] });
  return [
    { label: "graph and chains", value: best, unit: "ms" },
    { label: "classes and null as well", value: performance.now() - start, unit: "ms" },
    { label: "candidates", value: candidates, unit: "pairs" },
  ];
}

const EDGE = 16;
const IONS = 1000;

/** Independent walks of one jump per ion and 2 ps on average; ions may share a site. */
function latticeWalks(count: number): TrackedJumps {
  const rng = Rng.fromSeed(4096);
  const sites = EDGE ** 3;
  const at = Int32Array.from({ length: IONS }, () => rng.below(sites));
  const columns = { ion: new Int32Array(count), from: new Int32Array(count), to: new Int32Array(count) };
  const departureFs = new Float64Array(count);
  let now = 0;
  for (let e = 0; e < count; e++) {
    now -= 2 * Math.log(1 - rng.uniform());
    const ion = rng.below(IONS);
    const from = at[ion]!;
    const step = rng.below(6);
    const width = EDGE ** (step >> 1);
    const place = Math.floor(from / width) % EDGE;
    const moved = (place + (step & 1 ? 1 : EDGE - 1)) % EDGE;
    const to = from + (moved - place) * width;
    at[ion] = to;
    columns.ion[e] = ion;
    columns.from[e] = from;
    columns.to[e] = to;
    departureFs[e] = now;
  }
  const jumps: JumpLog = { count, ...columns, departureFs, arrivalFs: departureFs.map((t) => t + 20) };
  const labels = Array.from({ length: sites }, (_, j) => `Li${(j % 4) + 1}`);
  return { sites: { labels }, ions: { length: IONS }, jumps, fromFs: 0, toFs: now + 20 };
}
