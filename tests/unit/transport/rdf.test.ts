import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Rng } from "../../../src/base/index.js";
import { memoryTrajectory } from "../../../src/dynamics/index.js";
import { makeDistanceCounter } from "../../../src/kernels/index.js";
import { type Cell, deformCell, makeCell, makeCrystal, toCartesian } from "../../../src/structure/index.js";
import { analyse, coordinationWithin, type RdfOptions, type RdfResult, rdfOf } from "../../../src/transport/index.js";

const fixture = (path: string) =>
  JSON.parse(readFileSync(new URL(`../../../fixtures/${path}/expected.json`, import.meta.url), "utf8"));

async function measure(
  frames: { cell: Cell; species: readonly string[]; positions: readonly ArrayLike<number>[]; cells?: readonly Cell[] },
  options: RdfOptions = {},
): Promise<RdfResult> {
  const positions = Float64Array.from(frames.positions.flatMap((x) => Array.from(x)));
  const crystal = makeCrystal({ cell: frames.cell, species: frames.species, positions: frames.positions[0]! });
  const { cells } = frames;
  const run = memoryTrajectory({ crystal, positions, frameSpacingFs: 1, ...(cells ? { cells } : {}) });
  return (await analyse(run, { rdf: rdfOf(options) })).rdf;
}

const pairOf = (rdf: RdfResult, name: string) => {
  const found = rdf.pairs.find(({ first, second }) => `${first}-${second}` === name);
  if (!found) throw new Error(name);
  return found;
};

describe("radial distributions", () => {
  const expected = fixture("mdanalysis/rdf-triclinic");
  const system = { cell: makeCell(expected.cell), species: expected.species, positions: expected.positions };

  it("equal MDAnalysis within half the cell, for every pair of elements", async () => {
    const { rMax, bins, pairs } = expected.near;
    const rdf = await measure(system, { rMax, binWidth: rMax / bins });
    for (const [name, { g }] of Object.entries(pairs as Record<string, { g: number[] }>)) {
      const mine = pairOf(rdf, name).g;
      // No distance lies within 1e-5 Å of an edge, so counts are equal; MDAnalysis has the volume from a box in single precision (1e-6).
      g.forEach((value, k) => {
        expect(Math.abs(mine[k]! - value)).toBeLessThanOrEqual(3e-6 * value);
      });
      expect(g.some((value) => value > 0.5)).toBe(true);
    }
  });

  it("equal ASE's neighbour list beyond half the cell, own images included", async () => {
    const { rMax, bins, orderedPairs } = expected.far;
    const rdf = await measure(system, { rMax, binWidth: rMax / bins });
    for (const [name, counts] of Object.entries(orderedPairs as Record<string, number[]>)) {
      const pair = pairOf(rdf, name);
      let sum = 0;
      counts.forEach((count, k) => {
        sum += count;
        // Whole numbers over 3 frames of N_a atoms: rounding only.
        expect(Math.abs(pair.coordination[k]! * 3 * pair.atoms[0] - sum)).toBeLessThan(1e-9);
      });
    }
    expect(rdf.notes.map(({ code }) => code)).toEqual(["rdf-beyond-half-cell"]);
  });

  it("the three ways of counting agree", async () => {
    // A cell some 12 Å wide: 2.9 Å goes over boxes, 5.8 Å over nearest images, 8.7 Å over all images; the first 29 shells are the same.
    const rng = Rng.fromSeed(3);
    const cell = makeCell([12.2, 0, 0, 1.5, 12.1, 0, -1, 0.8, 12.3]);
    const species = Array.from({ length: 300 }, (_, i) => (i % 3 === 0 ? "Li" : "S"));
    const positions = [
      toCartesian(
        cell,
        Float64Array.from({ length: 900 }, () => 3 * rng.uniform() - 1),
      ),
    ];
    const boxes = await measure({ cell, species, positions }, { rMax: 2.9, binWidth: 0.1 });
    const direct = await measure({ cell, species, positions }, { rMax: 5.8, binWidth: 0.1 });
    const images = await measure({ cell, species, positions }, { rMax: 8.7, binWidth: 0.1 });
    boxes.pairs.forEach((pair, p) => {
      pair.coordination.slice().forEach((n, k) => {
        // Differences formed before or after wrapping round differently, by 1e-15: a distance would have to lie that near an edge.
        expect(direct.pairs[p]!.coordination[k]).toBeCloseTo(n, 12);
        expect(images.pairs[p]!.coordination[k]).toBeCloseTo(n, 12);
      });
    });
  });

  it("kernel and twin count the same, pair by pair", () => {
    const rng = Rng.fromSeed(8);
    const points = Array.from({ length: 3 * 41 }, () => rng.uniform());
    const cell = [7.3, 1.1, 6.9, -0.7, 1.3, 8.2, 1, 1, 0];
    const counts = (["kernel", "twin"] as const).map((engine) => {
      const counter = makeDistanceCounter({ points: 41, bins: 30, histograms: 3, scale: 7.5, engine });
      for (let k = 0; k < 3; k++) counter.points.set(points.slice(41 * k, 41 * k + 41), k * counter.stride);
      counter.setCell(cell);
      for (const pairs of [0, 1, 2] as const)
        counter.count({ aFrom: 3, aCount: 19, bFrom: pairs === 0 ? 22 : 3, bCount: 19, pairs }, pairs);
      return [...counter.counts];
    });
    // The same operations in the same order: every bit equal.
    expect(counts[0]).toEqual(counts[1]);
    expect(counts[0]!.slice(0, 31).reduce((a, b) => a + b)).toBe(19 * 19);
    expect(counts[0]!.slice(31, 62).reduce((a, b) => a + b)).toBe((19 * 18) / 2);
    expect(counts[0]!.slice(62).reduce((a, b) => a + b)).toBe(19 * 18);
  });

  it("an ideal gas has g = 1 within its errors, at every volume", async () => {
    const rng = Rng.fromSeed(12);
    const cell = makeCell([9, 0, 0, 2, 9, 0, 1, -1, 9]);
    const frames = 160;
    const cells = Array.from({ length: frames }, (_, k) => {
      const s = 1 + 0.2 * Math.sin(k);
      return deformCell(cell, Float64Array.of(s, 0, 0, 0, s, 0, 0, 0, s));
    });
    const positions = cells.map((now) =>
      toCartesian(
        now,
        Float64Array.from({ length: 60 }, () => rng.uniform()),
      ),
    );
    const gas = { cell, species: Array<string>(20).fill("Li"), positions, cells };
    const rdf = await measure(gas, { rMax: 3.3, binWidth: 0.3 });
    const { g, standardError } = rdf.pairs[0]!;
    // 190 pairs × 160 frames: the outer shells hold hundreds of counts. Eight shells beyond 0.9 Å: 4.5σ of a t distribution with ≥ 9 degrees.
    for (let k = 3; k < g.length; k++) {
      expect(Math.abs(g[k]! - 1)).toBeLessThan(4.5 * standardError[k]!);
      expect(standardError[k]).toBeLessThan(0.15);
    }
    // Counts per volume: dividing by the mean volume instead would be wrong by ⟨V⟩⟨1/V⟩ − 1 = 18 %.
    const mean = g.slice(3).reduce((sum, value) => sum + value, 0) / (g.length - 3);
    expect(Math.abs(mean - 1)).toBeLessThan(0.05);
    const density = await measure(gas, { rMax: 3.3, binWidth: 0.3, normalisation: "density" });
    expect(density.pairs[0]!.g[8]! / g[8]!).toBeCloseTo(19 / 20, 12);
  });

  it("rock salt has 6 unlike and 12 like neighbours, also from one primitive cell", async () => {
    const cell = makeCell([0, 2.83, 2.83, 2.83, 0, 2.83, 2.83, 2.83, 0]);
    const salt = { cell, species: ["Na", "Cl"], positions: [[0, 0, 0, 2.83, 2.83, 2.83]] };
    const rdf = await measure(salt, { rMax: 4.5, binWidth: 0.1 });
    expect(coordinationWithin(rdf, pairOf(rdf, "Na-Cl"), 3.2).value).toBe(6);
    expect(coordinationWithin(rdf, pairOf(rdf, "Na-Na"), 4.2).value).toBe(12);
    expect(coordinationWithin(rdf, pairOf(rdf, "Cl-Cl"), 3.5).value).toBe(0);
    // Half of the shell [2.8, 2.9) that holds all six.
    expect(coordinationWithin(rdf, pairOf(rdf, "Na-Cl"), 2.85).value).toBeCloseTo(3, 9);
  });

  it("what cannot be counted is refused with the numbers", async () => {
    const gas = { cell: makeCell([9, 0, 0, 0, 9, 0, 0, 0, 9]), species: ["Li", "S"], positions: [[0, 0, 0, 1, 1, 1]] };
    await expect(measure(gas, { pairs: [["Na", "S"]] })).rejects.toThrow('no atom is called "Na"');
    const two = { name: "both", atoms: [0, 1] };
    await expect(measure(gas, { pairs: [["Li", two]] })).rejects.toThrow("atom 1 is in Li and in both");
    expect(() => rdfOf({ binWidth: -1 })).toThrow("shells of -1 Å");
    const lost = { ...gas, positions: [gas.positions[0]!, [0, 0, 0, Number.NaN, 1, 1]] };
    await expect(measure(lost)).rejects.toThrow("the position of atom 2 at step 1");
  });
});
