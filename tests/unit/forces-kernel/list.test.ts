import { describe, expect, it } from "vitest";
import { NeighbourList } from "../../../src/forces/kernel-list.js";
import { KernelMemory } from "../../../src/forces/kernel-memory.js";
import { forEachPair } from "../../../src/forces/pairs-in-cell.js";
import { type Crystal, makeCell } from "../../../src/structure/index.js";
import { argon, rattled, repeated, rockSalt, rockSaltPrimitive, sheared } from "../../helpers/crystals.js";

/** A pair of atoms and the whole numbers of the lattice vector to the second, the smaller number first. */
function named(i: number, j: number, shift: readonly number[]): string {
  const sign = i < j || (i === j && shift.find((x) => x !== 0)! > 0) ? 1 : -1;
  const [a, b] = sign > 0 ? [i, j] : [j, i];
  return `${a} ${b} ${shift.map((x) => sign * x + 0).join(" ")}`;
}

/** What the kernel lists, in its order; entries that fill up a group left out. */
function listed(crystal: Crystal, cutoffs: readonly (readonly [number, number, number])[], lanes: 2 | 4): string[] {
  const memory = new KernelMemory(crystal.kinds.length, crystal.elements.length, "base");
  const reaches = cutoffs.map(([kindA, kindB, cutoff]) => ({ kindA, kindB, cutoff, table: 64 }));
  const list = new NeighbourList(crystal, reaches, memory, { skin: 0, lanes, nothing: 0 });
  memory.startCell();
  list.setCell(crystal.cell);
  memory.endCell();
  list.refresh(crystal.positions);
  const words = list.stretches.flatMap(([start, end]) => Array.from(memory.arena.i32(start, (end - start) / 4)));
  const bytes = lanes === 2 ? 32 : 16;
  const pairs: string[] = [];
  for (let at = 0; at < words.length; ) {
    const i = list.order[words[at]! / bytes]!;
    const m = words[at + 1]! / bytes;
    const count = words[at + 2]!;
    for (let k = 0; k < count; k++) {
      // four lanes: [j ×4, table ×4]
      const word = at + 4 + (lanes === 2 ? 2 * k : 8 * (k >> 2) + (k & 3));
      const table = words[word + (lanes === 2 ? 1 : 4)]!;
      if (table === 0) continue;
      const j = list.order[words[word]! / bytes]!;
      const shift = [0, 1, 2].map(
        (c) => list.shiftIndices[3 * m + c]! - list.wraps[3 * j + c]! + list.wraps[3 * i + c]!,
      );
      pairs.push(named(i, j, shift));
    }
    at += 4 + 2 * count;
  }
  return pairs;
}

/** Every pair in reach, from all images one by one. */
function inReach(crystal: Crystal, cutoffs: readonly (readonly [number, number, number])[]): string[] {
  const { cell, positions, kinds } = crystal;
  const n = kinds.length;
  const most = 6;
  const found: string[] = [];
  for (let i = 0; i < n; i++) {
    for (let j = i; j < n; j++) {
      const reach = cutoffs.find(
        ([a, b]) => a === Math.min(kinds[i]!, kinds[j]!) && b === Math.max(kinds[i]!, kinds[j]!),
      )?.[2];
      if (reach === undefined) continue;
      for (let a = -most; a <= most; a++) {
        for (let b = -most; b <= most; b++) {
          for (let c = -most; c <= most; c++) {
            const shift = [a, b, c].map((x, axis) => (cell.periodic[axis] ? x : 0));
            if ([a, b, c].some((x, axis) => x !== shift[axis])) continue;
            if (i === j && !(shift.find((x) => x !== 0)! > 0)) continue;
            let squared = 0;
            for (let k = 0; k < 3; k++) {
              let d = positions[3 * j + k]! - positions[3 * i + k]!;
              for (let axis = 0; axis < 3; axis++) d += shift[axis]! * cell.vectors[3 * axis + k]!;
              squared += d * d;
            }
            if (squared < reach * reach) found.push(named(i, j, shift));
          }
        }
      }
    }
  }
  return found;
}

const bulk = rattled(argon(), 0.2, 5);
/** Atoms that have wandered out of the cell. */
const wandered: Crystal = { ...bulk, positions: bulk.positions.map((x, i) => x + (i % 4 === 0 ? 13.7 : 0)) };
const salt = rattled(repeated(rockSalt(), [4, 1, 2]), 0.1, 8);
const systems: readonly (readonly [string, Crystal, readonly (readonly [number, number, number])[]])[] = [
  ["a small cell, several images", bulk, [[0, 0, 9.3]]],
  ["two atoms, five cell widths", { ...rockSaltPrimitive(), elements: ["Na"], kinds: new Int32Array(2) }, [[0, 0, 15]]],
  ["a strongly skewed cell", sheared(rattled(argon(), 0.2, 3), 0.9), [[0, 0, 8]]],
  ["atoms outside the cell", wandered, [[0, 0, 6]]],
  ["a slab", { ...wandered, cell: makeCell([...bulk.cell.vectors], [true, true, false]) }, [[0, 0, 7]]],
  ["a molecule", { ...wandered, cell: makeCell([...bulk.cell.vectors], [false, false, false]) }, [[0, 0, 30]]],
  [
    "several grid cells and kinds",
    salt,
    [
      [0, 0, 3],
      [0, 1, 7.7],
      [1, 1, 5],
    ],
  ],
  [
    "the same, skewed",
    sheared(salt, 0.4),
    [
      [0, 1, 7.7],
      [1, 1, 9],
    ],
  ],
];

describe("the neighbour list", () => {
  it.each(systems)("holds every pair in reach, once: %s", (_, crystal, cutoffs) => {
    const expected = inReach(crystal, cutoffs).sort();
    expect(new Set(expected).size).toBe(expected.length);
    expect(expected.length).toBeGreaterThan(0);
    for (const lanes of [2, 4] as const) expect(listed(crystal, cutoffs, lanes).sort()).toEqual(expected);
  });
});

describe("the plain search by cells", () => {
  it("finds the pairs of the search over all, in cells of any shape", () => {
    for (const unit of [wandered, sheared(wandered, 0.5)]) {
      const crystal = repeated(unit, [6, 6, 6]);
      const cutoff = 4.1;
      let count = 0;
      let sum = 0;
      forEachPair(crystal.cell, crystal.positions, cutoff, (_i, _j, x, y, z, squared) => {
        count++;
        sum += squared;
        expect(Math.abs(x * x + y * y + z * z - squared)).toBe(0);
      });
      // 216 copies of one cell have 216 times its pairs, within rounding of the distances
      let [few, few2] = [0, 0];
      forEachPair(unit.cell, unit.positions, cutoff, (_i, _j, _x, _y, _z, squared) => {
        few++;
        few2 += squared;
      });
      expect(count).toBe(216 * few);
      expect(Math.abs(sum / (216 * few2) - 1)).toBeLessThan(1e-11);
    }
  });
});
