import { describe, expect, it } from "vitest";
import { Rng } from "../../../src/base/index.js";
import { makeCell } from "../../../src/structure/index.js";
import { type NetworkEdge, networkPercolation, percolationOf } from "../../../src/transport/index.js";
import { trackOf } from "../../helpers/jumps.js";

const edge = (
  from: number,
  to: number,
  shift: readonly [number, number, number] = [0, 0, 0],
  weight = 1,
): NetworkEdge => ({
  from,
  to,
  shift,
  weight,
});
const shape = (nodes: number, edges: readonly NetworkEdge[]) => {
  const { dimension, axes } = networkPercolation(nodes, edges);
  return [dimension, axes.map(Number).join("")];
};

describe("percolation of networks made by hand", () => {
  it("a cage is 0-D however many rings it has, even across the face of the cell", () => {
    expect(shape(3, [edge(0, 1), edge(1, 2), edge(2, 0)])).toEqual([0, "000"]);
    expect(shape(3, [edge(0, 1, [1, 0, 0]), edge(1, 2, [-1, 0, 0]), edge(2, 0)])).toEqual([0, "000"]);
  });

  it("channels: along an axis, along a diagonal, and one that closes only after two cells", () => {
    expect(shape(2, [edge(0, 1), edge(1, 0, [1, 0, 0])])).toEqual([1, "100"]);
    expect(shape(2, [edge(0, 1), edge(1, 0, [0, 1, -1])])).toEqual([1, "011"]);
    expect(shape(1, [edge(0, 0, [2, 0, 0])])).toEqual([1, "100"]);
    // Two cycles along one direction are still a channel.
    expect(shape(1, [edge(0, 0, [2, 4, 0]), edge(0, 0, [-3, -6, 0])])).toEqual([1, "110"]);
  });

  it("layers and space", () => {
    expect(shape(1, [edge(0, 0, [1, 0, 0]), edge(0, 0, [0, 0, 1])])).toEqual([2, "101"]);
    expect(shape(1, [edge(0, 0, [1, 1, 0]), edge(0, 0, [1, -1, 0])])).toEqual([2, "110"]);
    expect(shape(1, [edge(0, 0, [1, 1, 0]), edge(0, 0, [1, -1, 0]), edge(0, 0, [0, 0, 3])])).toEqual([3, "111"]);
    expect(shape(1, [edge(0, 0, [1, 1, 1]), edge(0, 0, [2, 1, 1]), edge(0, 0, [3, 2, 2])])).toEqual([2, "111"]);
  });

  it("channels that do not meet are two parts of one dimension; what joins them makes a layer", () => {
    const apart = [edge(0, 0, [1, 0, 0]), edge(1, 1, [0, 1, 0])];
    const { dimension, axes, parts, isolated } = networkPercolation(3, apart);
    expect([dimension, axes, parts.length, isolated]).toEqual([1, [true, true, false], 2, 1]);
    expect(shape(3, [...apart, edge(0, 1)])).toEqual([2, "110"]);
  });

  it("the bottleneck is the least busy step of the busiest way", () => {
    // Two ways along a: over node 1 (9, then 2) and over node 2 (5 and 4); along b only through an edge of weight 1.
    const edges = [
      edge(0, 1, [0, 0, 0], 9),
      edge(1, 0, [1, 0, 0], 2),
      edge(0, 2, [0, 0, 0], 5),
      edge(2, 0, [1, 0, 0], 4),
      edge(2, 2, [0, 1, 0], 1),
    ];
    const { bottlenecks } = networkPercolation(3, edges);
    expect(bottlenecks.map((found) => found?.weight)).toEqual([4, 1, undefined]);
  });

  it("refuses nodes that are not there", () => {
    expect(() => networkPercolation(2, [edge(0, 2)])).toThrow(/among 2 nodes/);
  });
});

describe("percolation against walking the network", () => {
  it("random networks: dimension and axes are those of the cycles of a spanning tree", () => {
    const rng = Rng.fromSeed(21);
    const seen = new Set<number>();
    for (let trial = 0; trial < 300; trial++) {
      const nodes = 4 + rng.below(5);
      const edges = Array.from({ length: 2 + rng.below(8) }, () => {
        const shift = [0, 1, 2].map(() => (rng.uniform() < 0.25 ? rng.below(3) - 1 : 0)) as [number, number, number];
        return edge(rng.below(nodes), rng.below(nodes), shift, rng.uniform());
      });
      const { dimension, axes } = networkPercolation(nodes, edges);
      const expected = byCycles(nodes, edges);
      expect([dimension, axes]).toEqual([expected.dimension, expected.axes]);
      seen.add(dimension);
    }
    expect(seen).toEqual(new Set([0, 1, 2, 3]));
  });
});

/** Cells of all nodes by walking a tree from each part's first node; every edge closes a cycle, whose rank is by elimination. */
function byCycles(nodes: number, edges: readonly NetworkEdge[]) {
  const cells = new Map<number, number[]>();
  const axes = [false, false, false];
  let dimension = 0;
  for (let home = 0; home < nodes; home++) {
    if (cells.has(home)) continue;
    cells.set(home, [0, 0, 0]);
    const part = new Set([home]);
    for (const node of part) {
      for (const { from, to, shift } of edges) {
        for (const [a, b, sign] of [
          [from, to, 1],
          [to, from, -1],
        ] as const) {
          if (a !== node || cells.has(b)) continue;
          cells.set(
            b,
            cells.get(a)!.map((c, k) => c + sign * shift[k]!),
          );
          part.add(b);
        }
      }
    }
    const cycles = edges
      .filter(({ from }) => part.has(from))
      .map(({ from, to, shift }) => shift.map((s, k) => cells.get(from)![k]! + s - cells.get(to)![k]!));
    for (const cycle of cycles) for (let k = 0; k < 3; k++) if (cycle[k] !== 0) axes[k] = true;
    dimension = Math.max(dimension, rankOf(cycles));
  }
  return { dimension, axes };
}

function rankOf(rows: readonly (readonly number[])[]): number {
  const left = rows.map((row) => [...row]);
  let rank = 0;
  for (let k = 0; k < 3; k++) {
    const pivot = left.findIndex((row, i) => i >= rank && Math.abs(row[k]!) > 1e-9);
    if (pivot < 0) continue;
    [left[rank], left[pivot]] = [left[pivot]!, left[rank]!];
    for (let i = rank + 1; i < left.length; i++) {
      const factor = left[i]![k]! / left[rank]![k]!;
      for (let c = 0; c < 3; c++) left[i]![c]! -= factor * left[rank]![c]!;
    }
    rank++;
  }
  return rank;
}

describe("the network of a track", () => {
  it("jumps around a ring through the face of the cell percolate along it; too few jumps do not count", () => {
    const cell = makeCell([12, 0, 0, 0, 9, 0, 0, 0, 9]);
    const fractional = Float64Array.from([0, 0.25, 0.5, 0.75].flatMap((x) => [x, 0, 0]));
    const jumps = [0, 1, 2, 3, 0, 1, 2].map((from, k) => ({ ion: 0, from, to: (from + 1) % 4, timeFs: 10 * k + 5 }));
    const track = trackOf({ labels: ["x", "x", "x", "x"], ions: 1, jumps, toFs: 100 });
    const full = { ...track, sites: { ...track.sites, cell, fractional } };
    const found = percolationOf(full);
    expect([found.dimension, found.axes]).toEqual([1, [true, false, false]]);
    expect(found.bottlenecks[0]).toEqual({ from: 0, to: 3, shift: [-1, 0, 0], weight: 1 });
    expect(percolationOf(full, { fewestJumps: 2 }).dimension).toBe(0);
  });
});
