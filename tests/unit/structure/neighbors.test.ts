import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/base/index.js";
import {
  cscl,
  fcc,
  findNeighbors,
  findNeighborsBruteForce,
  isStale,
  makeCell,
  makeCrystal,
  type NeighborList,
  toCartesian,
  withPositions,
} from "../../../src/structure/index.js";
import { cells, points } from "./arbitrary.js";

function countsByDistance(list: NeighborList, i: number): [distance: number, count: number][] {
  const shells: [number, number][] = [];
  for (let p = list.first[i]!; p < list.first[i + 1]!; p++) {
    const last = shells.at(-1);
    if (last && Math.abs(last[0] - list.distance[p]!) < 1e-6) last[1]++;
    else shells.push([list.distance[p]!, 1]);
  }
  return shells;
}

describe("the neighbour list", () => {
  const flags = fc.constantFrom<readonly [boolean, boolean, boolean]>(
    [true, true, true],
    [true, false, true],
    [false, false, true],
    [false, false, false],
  );

  it("is what trying every pair and image gives, skewed cells and open directions too", () => {
    fc.assert(
      fc.property(
        flags.chain((periodic) => cells(periodic)),
        points(7, 2),
        fc.double({ min: 0.5, max: 9, noNaN: true }),
        (cell, s, cutoff) => {
          const crystal = makeCrystal({
            cell,
            species: Array.from({ length: 7 }, () => "Li"),
            positions: toCartesian(cell, s),
          });
          // both sides apply one formula to each pair, so even pairs at the cut-off to the last bit agree
          expect(findNeighbors(crystal, cutoff)).toEqual(findNeighborsBruteForce(crystal, cutoff));
        },
      ),
      { numRuns: 60 },
    );
  });

  it("holds with many bins as well as with one", () => {
    const cell = makeCell([14, 0, 0, -5, 13, 0, 3, -4, 15]);
    const s = Float64Array.from({ length: 3 * 200 }, (_, i) => ((i * 0.7548776662) % 1) * 3 - 1);
    const crystal = makeCrystal({ cell, species: Array.from({ length: 200 }, () => "Li"), fractional: s });
    for (const cutoff of [1.5, 3, 6])
      expect(findNeighbors(crystal, cutoff)).toEqual(findNeighborsBruteForce(crystal, cutoff));
  });

  it("has every pair twice, once from each end, with opposite vectors", () => {
    fc.assert(
      fc.property(cells(), points(4, 2), (cell, s) => {
        const crystal = makeCrystal({ cell, species: ["Li", "O", "P", "O"], positions: toCartesian(cell, s) });
        const list = findNeighbors(crystal, 6);
        const seen = new Map<string, number>();
        for (let i = 0; i < 4; i++) {
          for (let p = list.first[i]!; p < list.first[i + 1]!; p++) {
            const shift = [list.shift[3 * p]!, list.shift[3 * p + 1]!, list.shift[3 * p + 2]!];
            seen.set(`${i} ${list.atom[p]} ${shift.join(" ")}`, p);
          }
        }
        for (const [key, p] of seen) {
          const [i, j, a, b, c] = key.split(" ").map(Number) as [number, number, number, number, number];
          const back = seen.get(`${j} ${i} ${0 - a} ${0 - b} ${0 - c}`)!;
          expect(back).toBeDefined();
          // to the last bit: otherwise a pair at the cut-off could be seen from one end only
          for (let k = 0; k < 3; k++) expect(list.vector[3 * p + k]! + list.vector[3 * back + k]!).toBe(0);
        }
      }),
      { numRuns: 40 },
    );
  });

  it("sees the shells of fcc from one atom: 12, 6, 24, 12 at √(k/2) a", () => {
    const list = findNeighbors(fcc({ a: 4, primitive: true }), 5.7);
    const shells = countsByDistance(list, 0);
    expect(shells.map(([, count]) => count)).toEqual([12, 6, 24, 12]);
    for (const [k, [distance]] of shells.entries()) expect(distance).toBeCloseTo(4 * Math.sqrt((k + 1) / 2), 12);
  });

  it("sees 8 unlike and 6 like neighbours in caesium chloride", () => {
    expect(countsByDistance(findNeighbors(cscl({ a: 4 }), 4.01), 0).map(([, count]) => count)).toEqual([8, 6]);
  });

  it("goes nearest first, ties by atom and shift", () => {
    const list = findNeighbors(cscl({ a: 4 }), 8);
    for (let i = 0; i < 2; i++) {
      for (let p = list.first[i]! + 1; p < list.first[i + 1]!; p++) {
        const key = (q: number): number[] => [
          Math.round(list.distance[q]! * 1e9),
          list.atom[q]!,
          ...list.shift.slice(3 * q, 3 * q + 3),
        ];
        const [before, now] = [key(p - 1), key(p)];
        const first = before.findIndex((x, k) => x !== now[k]);
        expect(before[first]!).toBeLessThan(now[first]!);
      }
    }
  });

  it("with a skin lists the pairs that could come in, and knows when it is stale", () => {
    const crystal = cscl({ a: 4 });
    const list = findNeighbors(crystal, 3.5, { skin: 0.6 });
    expect(countsByDistance(list, 0).map(([, count]) => count)).toEqual([8, 6]);
    const moved = (by: number): Float64Array => Float64Array.from(crystal.positions, (x, i) => (i === 1 ? x + by : x));
    expect(isStale(list, crystal.positions, moved(0.29))).toBe(false);
    expect(isStale(list, crystal.positions, moved(0.31))).toBe(true);
  });

  it("finds two atoms on one place", () => {
    const crystal = withPositions(cscl(), new Float64Array(6));
    expect(findNeighbors(crystal, 1).distance[0]).toBe(0);
  });

  it("refuses a cut-off that is no length", () => {
    for (const cutoff of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => findNeighbors(cscl(), cutoff)).toThrow(InputError);
    expect(() => findNeighbors(cscl(), 3, { skin: -1 })).toThrow(InputError);
  });
});
