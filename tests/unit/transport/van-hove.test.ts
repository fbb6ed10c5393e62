import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Rng } from "../../../src/base/index.js";
import { memoryTrajectory } from "../../../src/dynamics/index.js";
import { makeCell, makeCrystal, toCartesian } from "../../../src/structure/index.js";
import { analyse, projectField, rdfOf, refillTime, vanHove, vanHoveGrid } from "../../../src/transport/index.js";

const expected = JSON.parse(
  readFileSync(new URL("../../../fixtures/numpy/ions-in-motion/expected.json", import.meta.url), "utf8"),
);
const cell = makeCell(expected.cell);
const run = memoryTrajectory({
  crystal: makeCrystal({
    cell,
    species: expected.masses.map((_: number, i: number) => (i < expected.ions ? "Li" : "S")),
    positions: expected.positions[0],
    masses: expected.masses,
  }),
  positions: Float64Array.from(expected.positions.flat()),
  frameSpacingFs: expected.frameSpacingFs,
});
const ps = (frames: number): number => (frames * expected.frameSpacingFs) / 1000;

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  let largest = 0;
  for (let i = 0; i < b.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  return largest;
}

describe("Van Hove functions", () => {
  it("equal their definitions in numpy over all images, in a triclinic cell with a moving framework", async () => {
    const { rMax, bins, coreBins, originEvery, lags } = expected.vanHove;
    const options = { rMax, binWidth: rMax / bins, coreRadius: (coreBins * rMax) / bins, originEvery };
    const lagsPs = lags.map(({ lag }: { lag: number }) => ps(lag));
    const { vh } = await analyse(run, { vh: vanHove("Li", { ...options, lagsPs }) });
    expect(vh.lags.length).toBe(lags.length);
    vh.lags.forEach((mine, l) => {
      const theirs = lags[l];
      expect(mine.origins).toBe(theirs.origins);
      // Equal counts, then a few roundings of numbers below 20.
      expect(largestDifference(mine.self, theirs.self)).toBeLessThan(1e-12);
      for (let axis = 0; axis < 3; axis++)
        expect(largestDifference(mine.axes[axis]!, theirs.axes[axis])).toBeLessThan(1e-12);
      expect(largestDifference(mine.distinct, theirs.distinct)).toBeLessThan(1e-11);
      expect(Math.abs(mine.core - theirs.core)).toBeLessThan(1e-12);
    });
    const inside = vh.lags[3]!.self.slice().reduce((sum, g) => sum + g * vh.binWidth, 0);
    expect(inside + vh.lags[3]!.selfBeyond).toBeCloseTo(1, 12);
  });

  it("at no lag the distinct part is the radial distribution", async () => {
    const options = { rMax: 3, binWidth: 0.25 };
    const { vh, rdf } = await analyse(run, {
      vh: vanHove("Li", { ...options, lagsPs: [0], originEvery: 1 }),
      rdf: rdfOf({ ...options, pairs: [["Li", "Li"]] }),
    });
    // The drift moves all ions alike; it may only change the rounding of a distance at an edge, which none is near.
    expect(largestDifference(vh.lags[0]!.distinct, rdf.pairs[0]!.g)).toBeLessThan(1e-11);
    expect(vh.lags[0]!.distinct.slice().some((g) => g > 0)).toBe(true);
  });

  it("the twin gives the same", async () => {
    const both = (engine: "kernel" | "twin") => vanHove("Li", { lagsPs: [ps(2)], rMax: 3, engine });
    const { a, b } = await analyse(run, { a: both("kernel"), b: both("twin") });
    expect(b.lags).toEqual(a.lags); // the same bits
  });

  it("on a grid: the distinct part by transforms is the count of differences of boxes", async () => {
    const { shape, lag, distinct } = expected.grid;
    const { grid } = await analyse(run, { grid: vanHoveGrid("Li", { lagsPs: [ps(lag)], originEvery: 3, shape }) });
    const found = grid.lags[0]!;
    // Whole counts times one factor.
    expect(largestDifference(found.distinct.values, distinct)).toBeLessThan(1e-12);
    const mean = found.distinct.values.slice().reduce((sum, g) => sum + g, 0) / distinct.length;
    expect(mean).toBeCloseTo(1, 12);
    expect(found.self.values.slice().reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
  });

  it("along one axis it is the projection of that in space", async () => {
    const options = { lagsPs: [ps(4)], originEvery: 2 };
    const { space, line } = await analyse(run, {
      space: vanHoveGrid("Li", { ...options, shape: [8, 3, 3] }),
      line: vanHoveGrid("Li", { ...options, shape: [8, 1, 1] }),
    });
    const field = space.lags[0]!.distinct;
    const once = projectField(field, 2);
    const twice = projectField({ cell, shape: [8, 3, 1], values: once.values }, 1);
    expect(largestDifference(line.lags[0]!.distinct.values, twice.values)).toBeLessThan(1e-12);
  });

  it("refilling at a known rate: when places are taken anew with e^(−kt)", async () => {
    // Ions sit on lattice sites, all occupied. At every frame each site's ion is, with probability p, swapped with another site's:
    // the chance that another ion sits there is then 1 − e^(−kt)-like, and G_d(0,t) = (that)·V/((N−1) v_core).
    const rng = Rng.fromSeed(5);
    const [side, spacing, frames] = [4, 3, 400];
    const n = side ** 3;
    const box = makeCell([side * spacing, 0, 0, 0, side * spacing, 0, 0, 0, side * spacing]);
    const site = (j: number): number[] => [j % side, Math.floor(j / side) % side, Math.floor(j / side ** 2)];
    const siteOf = Array.from({ length: n }, (_, i) => i);
    const rows = Array.from({ length: frames }, () => {
      for (let swap = 0; swap < 2; swap++) {
        const [i, j] = [rng.below(n), rng.below(n)];
        [siteOf[i], siteOf[j]] = [siteOf[j]!, siteOf[i]!];
      }
      return toCartesian(box, Float64Array.from(siteOf.flatMap((j) => site(j).map((x) => x / side))));
    });
    const swapping = memoryTrajectory({
      crystal: makeCrystal({ cell: box, species: Array<string>(n).fill("Li"), positions: rows[0]! }),
      positions: Float64Array.from(rows.flatMap((row) => [...row])),
      frameSpacingFs: 100,
    });
    const lagsPs = Array.from({ length: 21 }, (_, k) => 0.1 * k);
    const options = { lagsPs, originEvery: 1, rMax: 4, binWidth: 0.1, coreRadius: 1.5, reference: "lab" as const };
    const { vh } = await analyse(swapping, { vh: vanHove("Li", options) });
    expect(vh.lags[0]!.core).toBe(0);
    // Share of ions another one has replaced after m frames: an ion stays through a swap with probability 1 − 2(n−1)/n², and returns by
    // chance to 1/n: s(m) = 1/n + (1 − 1/n) λ^2m with λ = 1 − 2/n (a random transposition, ends drawn with replacement).
    const taken = (m: number): number => 1 - (1 / n + (1 - 1 / n) * (1 - 2 / n) ** (2 * m));
    const perShare = box.volume / ((n - 1) * ((4 * Math.PI) / 3) * 1.5 ** 3);
    vh.lags.slice(1).forEach(({ core, coreError }, k) => {
      expect(Math.abs(core - taken(k + 1) * perShare)).toBeLessThan(5 * coreError); // ≥ 9 degrees of freedom
      expect(coreError).toBeLessThan(0.1 * core + 0.01);
    });
    const m = Math.log((1 - 1 / perShare - 1 / n) / (1 - 1 / n)) / (2 * Math.log(1 - 2 / n));
    const time = refillTime(vh);
    expect(Math.abs(time!.value - 0.1 * m)).toBeLessThan(5 * time!.standardError);
    expect(time!.standardError).toBeLessThan(0.1 * time!.value);
    expect(refillTime({ lags: vh.lags.slice(0, 3) })).toBeUndefined();
  });

  it("seen from other atoms: the distinct part of partners is their radial distribution at no lag", async () => {
    const options = { rMax: 3, binWidth: 0.25 };
    const { vh, grid, rdf } = await analyse(run, {
      vh: vanHove("Li", { ...options, partners: "S", lagsPs: [0], originEvery: 1 }),
      grid: vanHoveGrid("Li", { partners: "S", lagsPs: [0], originEvery: 1, shape: [4, 4, 4] }),
      rdf: rdfOf({ ...options, pairs: [["Li", "S"]] }),
    });
    expect(largestDifference(vh.lags[0]!.distinct, rdf.pairs[0]!.g)).toBeLessThan(1e-11);
    expect(vh.partners).toBe("S");
    expect(grid.lags[0]!.distinct.values.slice().reduce((sum, g) => sum + g / 64, 0)).toBeCloseTo(1, 12);
    expect(Math.max(...grid.lags[0]!.self.values)).toBe(0);
    const overlapping = analyse(run, { vh: vanHove("Li", { partners: [0, 8], lagsPs: [0] }) });
    await expect(overlapping).rejects.toThrow("some atoms are among the ions and among their partners");
  });

  it("what cannot be measured is refused or noted", async () => {
    await expect(analyse(run, { vh: vanHove("Li", { lagsPs: [0], rMax: 7 }) })).rejects.toThrow("needs a cell wider");
    await expect(analyse(run, { vh: vanHove("Li", { lagsPs: [-1] }) })).rejects.toThrow("lags of -1 ps");
    await expect(analyse(run, { vh: vanHove("Li", { lagsPs: [99] }) })).rejects.toThrow("no pair of 48 frames");
    const { vh } = await analyse(run, { vh: vanHove("Li", { lagsPs: [0.01, 99], originEvery: 2 }) });
    expect(vh.notes.map(({ code }) => code)).toEqual(["lag-between-frames", "van-hove-lags-missing"]);
    expect(vh.lags[0]!.lagPs).toBe(0.008);
  });
});
