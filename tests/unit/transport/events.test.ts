import { describe, expect, it } from "vitest";
import { Rng } from "../../../src/base/index.js";
import { type EventOptions, eventChains, eventGraph } from "../../../src/transport/index.js";
import { type Jump, trackOf } from "../../helpers/jumps.js";

const LABELS = ["A", "B", "C", "D", "E", "F"];
const graphOf = (jumps: readonly Jump[], options: EventOptions = {}) =>
  eventGraph(trackOf({ labels: LABELS, ions: 8, jumps, toFs: 100_000 }), options);
const jump = (ion: number, way: string, timeFs: number): Jump => ({
  ion,
  from: LABELS.indexOf(way[0]!),
  to: LABELS.indexOf(way[1]!),
  timeFs,
});

describe("event graph of a few jumps", () => {
  it("three ions that follow each other are one chain, in the order the vacancy goes", () => {
    const graph = graphOf([jump(0, "CD", 1000), jump(1, "BC", 1200), jump(2, "AB", 1900)]);
    expect(graph.pairs.count).toBe(2);
    const chains = eventChains(graph);
    expect([...chains.lengths]).toEqual([0, 0, 0, 1]);
    expect([...chains.events]).toEqual([0, 1, 2]);
    expect(chains.spanFs[0]).toBe(900);
    expect([...chains.loops]).toEqual([0, 0]);
  });

  it("it does not matter whether the site is filled a little before it is left", () => {
    expect(graphOf([jump(0, "BC", 1200), jump(1, "AB", 1000)]).pairs.count).toBe(1);
    expect(graphOf([jump(0, "BC", 2100), jump(1, "AB", 1000)]).pairs.count).toBe(0);
  });

  it("a ring of three is a loop and no chain; two that change places only on request", () => {
    const ring = eventChains(graphOf([jump(0, "AB", 1000), jump(1, "BC", 1010), jump(2, "CA", 1020)]));
    expect([...ring.loops]).toEqual([0, 0, 0, 1]);
    expect(ring.count).toBe(1);
    const swap = [jump(0, "AB", 1000), jump(1, "BA", 1010)];
    expect(graphOf(swap).pairs.count).toBe(0);
    expect(graphOf(swap).candidates.exchanges).toBe(2); // seen from either site
    expect([...eventChains(graphOf(swap, { exchanges: true })).loops]).toEqual([0, 0, 1]);
  });

  it("one ion after itself is no pair", () => {
    expect(graphOf([jump(0, "AB", 1000), jump(0, "BC", 1300)]).candidates.count).toBe(0);
  });

  it("the nearest in time fills the site, and a jump has each role once", () => {
    const graph = graphOf([jump(0, "BC", 1000), jump(1, "AB", 1400), jump(2, "DB", 1100)]);
    expect(graph.candidates.count).toBe(2);
    expect(graph.pairs.count).toBe(1);
    expect([...graph.fillerOf]).toEqual([1, -1, -1]); // in order of time the event at 1100 is number 1
  });

  it("a jump that is taken back within the window is no event, nor is its return", () => {
    const there = [jump(0, "AB", 1000), jump(0, "BA", 1500), jump(1, "BC", 1100)];
    const both = graphOf(there);
    expect([both.pairs.count, both.takenBack, both.events.times.length]).toEqual([0, 2, 1]);
    expect(graphOf(there, { backJumps: "first" }).takenBack).toBe(1);
    expect(graphOf(there, { backJumps: "keep" }).pairs.count).toBe(1);
    expect(graphOf(there, { backWindowFs: 400 }).pairs.count).toBe(1);
    // What is left when A→B→A is struck out may itself be taken back: X→A→B→A→X moves nothing.
    const nested = [jump(0, "EA", 900), jump(0, "AB", 1000), jump(0, "BA", 1100), jump(0, "AE", 1200)];
    expect(graphOf(nested).takenBack).toBe(4);
    // A→B→A→C leaves A→C.
    const onward = graphOf([jump(0, "AB", 1000), jump(0, "BA", 1100), jump(0, "AC", 1200)]);
    expect([...onward.jump]).toEqual([2]);
  });

  it("refuses windows that are none and jumps to sites that are not there", () => {
    expect(() => graphOf([], { windowFs: -1 })).toThrow(/windowFs is -1/);
    expect(() => graphOf([{ ion: 0, from: 0, to: 17, timeFs: 1 }])).toThrow(/site 17 of 6/);
  });
});

describe("event graph against brute force", () => {
  it("queues find the pairs that comparing every jump with every other finds", () => {
    const rng = Rng.fromSeed(11);
    let found = 0;
    for (let trial = 0; trial < 30; trial++) {
      const jumps = Array.from({ length: 120 }, (): Jump => {
        const from = rng.below(6);
        return { ion: rng.below(8), from, to: (from + 1 + rng.below(5)) % 6, timeFs: 20_000 * rng.uniform() };
      });
      const windowFs = 500;
      const graph = graphOf(jumps, { windowFs, backJumps: "keep" });
      const expected = bruteForce(jumps, windowFs);
      const { filler, vacater, count } = graph.pairs;
      const pairs = Array.from({ length: count }, (_, p) => `${filler[p]} ${vacater[p]}`);
      expect(pairs.sort()).toEqual(expected.sort());
      found += count;
    }
    expect(found).toBeGreaterThan(300); // the comparison is not of empty lists
  });

  it("chains and loops hold every paired event once", () => {
    const rng = Rng.fromSeed(12);
    const jumps = Array.from({ length: 4000 }, (): Jump => {
      const from = rng.below(6);
      return { ion: rng.below(8), from, to: (from + 1 + rng.below(5)) % 6, timeFs: 90_000 * rng.uniform() };
    });
    const graph = graphOf(jumps, { backJumps: "keep" });
    const chains = eventChains(graph);
    const members = [...chains.events];
    expect(new Set(members).size).toBe(members.length);
    const paired = new Set([...graph.pairs.filler, ...graph.pairs.vacater]);
    expect(new Set(members)).toEqual(paired);
    // An open chain of n events has n − 1 pairs, a loop n.
    const sum = (tally: readonly number[], less: number): number => tally.reduce((s, c, n) => s + c * (n - less), 0);
    const open = sum(chains.lengths.slice(2), -1);
    expect(open + sum(chains.loops, 0)).toBe(graph.pairs.count);
    expect(chains.loops.reduce((s, c) => s + c, 0)).toBeGreaterThan(0);
  });
});

/** All pairs, nearest in time first over all sites at once. */
function bruteForce(jumps: readonly Jump[], windowFs: number): string[] {
  const sorted = [...jumps].sort((a, b) => a.timeFs - b.timeFs || a.ion - b.ion);
  const all = sorted.flatMap((a, i) =>
    sorted.flatMap((b, j) =>
      a.ion !== b.ion && a.to === b.from && a.from !== b.to && Math.abs(a.timeFs - b.timeFs) <= windowFs
        ? [{ i, j, gap: Math.abs(a.timeFs - b.timeFs) }]
        : [],
    ),
  );
  all.sort((p, q) => p.gap - q.gap);
  const [filling, vacating] = [new Set<number>(), new Set<number>()];
  return all.flatMap(({ i, j }) => {
    if (filling.has(i) || vacating.has(j)) return [];
    filling.add(i);
    vacating.add(j);
    return [`${i} ${j}`];
  });
}
