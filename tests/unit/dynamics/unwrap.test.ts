import { describe, expect, it } from "vitest";
import { Notes, Rng } from "../../../src/base/index.js";
import { memoryTrajectory, nearestLattice, noteUnwrapping, Unwrapper } from "../../../src/dynamics/index.js";
import { type Cell, makeCell, makeCrystal, minimumImage, wrap } from "../../../src/structure/index.js";

const CELLS: readonly (readonly [string, Cell])[] = [
  ["cube", makeCell([6, 0, 0, 0, 6, 0, 0, 0, 6])],
  ["triclinic", makeCell([6, 0, 0, 1.7, 7, 0, -2.1, 2.4, 6.5])],
  ["very skewed", makeCell([5, 0, 0, 14, 5, 0, -11, 17, 6])],
  ["left-handed", makeCell([0, 5, 1, 6, 0, 0, 1, 2, 7])],
  ["a slab", makeCell([5, 0, 0, 12, 5, 0, 3, 4, 30], [true, true, false])],
  ["a chain", makeCell([5, 1, 0, 0, 20, 0, 0, 0, 20], [true, false, false])],
];

describe("the nearest lattice vector", () => {
  for (const [name, cell] of CELLS) {
    it(`${name}: as short as the shortest of all images, and the image says which`, () => {
      const rng = Rng.fromSeed(2);
      const lattice = nearestLattice(cell);
      const image = new Int32Array(3);
      const v = cell.vectors;
      for (let trial = 0; trial < 400; trial++) {
        const d = Float64Array.from({ length: 3 }, () => 40 * (rng.uniform() - 0.5));
        const squared = lattice.nearest(d[0]!, d[1]!, d[2]!, image);
        const left = d.map((x, k) => x - image[0]! * v[k]! - image[1]! * v[3 + k]! - image[2]! * v[6 + k]!);
        const shortest = minimumImage(cell, d);
        // rounding of sums of some 100 Å
        expect(Math.hypot(...left)).toBeCloseTo(Math.hypot(...shortest), 10);
        expect(Math.sqrt(squared)).toBeCloseTo(Math.hypot(...left), 10);
      }
    });
  }

  it("the shortest lattice vector is found also when no axis is it", () => {
    expect(nearestLattice(makeCell([5, 0, 0, 14, 5, 0, 0, 0, 30])).shortest).toBeCloseTo(5, 12);
    expect(nearestLattice(makeCell([4, 0, 0, 8, 1, 0, 0, 0, 9])).shortest).toBeCloseTo(1, 12);
  });
});

/** A walk with steps shorter than `reach`, [frames][3n]. */
function walk(frames: number, atoms: number, reach: number): Float64Array[] {
  const rng = Rng.fromSeed(9);
  const out = [Float64Array.from({ length: 3 * atoms }, () => 5 * rng.uniform())];
  while (out.length < frames) {
    const next = out.at(-1)!.slice();
    for (let a = 0; a < atoms; a++) {
      const d = [rng.normal(), rng.normal(), rng.normal()];
      const scale = (reach * rng.uniform()) / Math.hypot(...d);
      for (let k = 0; k < 3; k++) next[3 * a + k]! += d[k]! * scale;
    }
    out.push(next);
  }
  return out;
}

describe("known walks come back", () => {
  for (const [name, cell] of CELLS) {
    it(`${name}: steps below half the shortest lattice vector, exactly, with no drift over 2000 frames`, () => {
      const reach = 0.99 * (nearestLattice(cell).shortest / 2);
      const path = walk(2000, 3, reach);
      const unwrapper = new Unwrapper(3, { constantCell: true });
      const start = wrap(cell, path[0]!);
      const shift = start.map((x, i) => x - path[0]![i]!);
      let error = 0;
      for (const positions of path) {
        const got = unwrapper.next(wrap(cell, positions), cell);
        for (let i = 0; i < 9; i++) error = Math.max(error, Math.abs(got[i]! - positions[i]! - shift[i]!));
      }
      // Each frame is rounded once, when it is wrapped: 2⁻⁵² of some 1000 Å times the few operations of wrapping in a skewed cell
      expect(error).toBeLessThan(2e-11);
    });
  }

  it("image flags need no short steps, and give x + n·L in a constant cell", () => {
    const cell = CELLS[1]![1];
    const rng = Rng.fromSeed(4);
    const unwrapper = new Unwrapper(1, { constantCell: true, flags: true });
    const v = cell.vectors;
    for (let f = 0; f < 50; f++) {
      const w = wrap(
        cell,
        Float64Array.from({ length: 3 }, () => 20 * rng.uniform()),
      );
      const n = [0, 1, 2].map(() => rng.below(21) - 10);
      const got = unwrapper.next(w, cell, n);
      const want = w.map((x, k) => x + (n[0]! * v[k]! + n[1]! * v[3 + k]! + n[2]! * v[6 + k]!));
      expect([...got]).toEqual([...want]);
    }
  });
});

describe("a cell that changes", () => {
  const cellAt = (f: number): Cell =>
    makeCell([6, 0, 0, 1.7, 7, 0, -2.1, 2.4, 6.5].map((x) => x * (1 + 0.01 * Math.sin(1.3 * f))));

  for (const flags of [false, true]) {
    it(`sums the steps (toroidal view)${flags ? ", by image flags" : ""}: no step grows with the distance from home`, () => {
      const path = walk(400, 2, 1.5);
      const unwrapper = new Unwrapper(2, { constantCell: false, flags });
      let before: Float64Array | undefined;
      let wrappedBefore: Float64Array | undefined;
      for (const [f, positions] of path.entries()) {
        const cell = cellAt(f);
        const w = wrap(cell, positions);
        const s = positions.map((_, i) => {
          const a = 3 * Math.floor(i / 3);
          const m = cell.inverse;
          return Math.round(
            [0, 1, 2].reduce((sum, k) => sum + (positions[a + k]! - w[a + k]!) * m[3 * k + (i % 3)]!, 0),
          );
        });
        const got = unwrapper.next(w, cell, flags ? s : undefined).slice();
        if (before && wrappedBefore) {
          // Equation (1) of unwrap.ts with the shortest image found independently
          const want = minimumImage(
            cell,
            w.map((x, i) => x - wrappedBefore![i]!),
          );
          for (let i = 0; i < 6; i++) expect(got[i]! - before[i]!).toBeCloseTo(want[i]!, 9);
        }
        [before, wrappedBefore] = [got, w];
      }
    });
  }
});

describe("sampling that is too coarse", () => {
  it("is told by steps that come near half the shortest lattice vector", () => {
    const cell = CELLS[0]![1];
    const check = (reach: number) => {
      const unwrapper = new Unwrapper(3, { constantCell: true });
      for (const positions of walk(300, 3, reach)) unwrapper.next(wrap(cell, positions), cell);
      const notes = new Notes();
      noteUnwrapping(unwrapper.check, notes);
      return { ...unwrapper.check, codes: notes.list().map(({ code }) => code) };
    };
    const fine = check(2.3); // below 0.8 of 3 Å
    expect([fine.suspicious, fine.limit, fine.steps, fine.codes]).toEqual([0, 3, 897, []]);
    expect(fine.largestStep).toBeLessThan(2.3);
    const coarse = check(6);
    expect(coarse.suspicious).toBeGreaterThan(100); // uniform up to 6 Å: most folded steps of 2.4 to 3.6 Å are seen
    expect(coarse.codes).toEqual(["unwrapping-uncertain"]);
  });
});

describe("a trajectory in memory", () => {
  const crystal = makeCrystal({ cell: CELLS[0]![1], species: ["Li"], positions: [9, 9, 9] });

  it("gives its frames, times and ranges; f32 rows become f64", async () => {
    const positions = Float32Array.from({ length: 15 }, (_, i) => i / 2);
    const trajectory = memoryTrajectory({ crystal, positions, frameSpacingFs: 4, startFs: 100, stepSpacing: 2 });
    const seen: unknown[] = [];
    for await (const f of trajectory.frames({ from: 1, stride: 2 })) seen.push([f.step, f.timeFs, [...f.positions]]);
    expect(seen).toEqual([
      [2, 104, [1.5, 2, 2.5]],
      [6, 112, [4.5, 5, 5.5]],
    ]);
    expect([...trajectory.crystal.positions]).toEqual([0, 0.5, 1]);
    expect(trajectory.frameCount).toBe(5);
  });

  it("refuses arrays that do not fit", () => {
    const positions = new Float64Array(15);
    expect(() => memoryTrajectory({ crystal, positions: new Float64Array(14), frameSpacingFs: 1 })).toThrow(
      /positions has 14/,
    );
    expect(() => memoryTrajectory({ crystal, positions, velocities: new Float64Array(12), frameSpacingFs: 1 })).toThrow(
      /velocities has 12/,
    );
    expect(() => memoryTrajectory({ crystal, positions, frameSpacingFs: 0 })).toThrow(/0 fs apart/);
  });
});
