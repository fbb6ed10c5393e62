// The modal split against numpy, which follows the definition atom by atom and pair by pair (fixtures/numpy/mdma-random-springs).

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { F64 } from "../../src/base/index.js";
import { ModalGreenKuboAnalysis, ModalPublishedAnalysis, modalDiffusion } from "../../src/coupling/index.js";
import type { Trajectory } from "../../src/dynamics/index.js";
import type { Modes } from "../../src/modes/index.js";
import { makeCell, makeCrystal } from "../../src/structure/index.js";
import type { Analysis } from "../../src/transport/index.js";
import { trajectoryOf } from "../helpers/modal-systems.js";

const fixture = JSON.parse(
  readFileSync(new URL("../../fixtures/numpy/mdma-random-springs/expected.json", import.meta.url), "utf8"),
);
const crystal = makeCrystal({
  cell: makeCell([50, 0, 0, 0, 50, 0, 0, 0, 50]),
  species: fixture.species,
  masses: fixture.masses,
  positions: fixture.rest,
});
const modes: Modes = {
  reference: crystal,
  q: [0, 0, 0],
  count: fixture.frequencies.length,
  frequencies: Float64Array.from(fixture.frequencies),
  vectors: Float64Array.from(fixture.vectors),
  complex: false,
};
const trajectory = trajectoryOf(crystal, Float64Array.from(fixture.positions), { frameSpacingFs: fixture.spacingFs });
const ps = (frames: number): number => (frames * fixture.spacingFs) / 1e3;

/** Largest difference over the largest number: cm²/s or shares of order one, ten thousand additions of rounding 1e-16. */
function difference(found: F64, expected: readonly number[]): number {
  const scale = Math.max(...expected.map(Math.abs));
  return Math.max(...Array.from(found, (value, k) => Math.abs(value - expected[k]!))) / scale;
}

async function run<R>(analysis: Analysis<R>, from: Trajectory): Promise<R> {
  analysis.begin(from);
  for await (const frame of from.frames()) analysis.add(frame);
  return analysis.finish();
}

describe("modal diffusivity against numpy", () => {
  const options = {
    carriers: fixture.carriers,
    seed: 1,
    lagsPs: fixture.lags.map(ps),
    blockPs: ps(fixture.blockFrames),
    maxOrigins: 15, // every third frame
  };

  it("D_nn' by increments, all atoms projected", async () => {
    const split = await modalDiffusion(trajectory, modes, options);
    expect(split.blocks).toBe(2);
    expect(difference(split.pairs, fixture.pairs)).toBeLessThan(1e-10);
    expect(difference(split.byLag.collective, fixture.moments)).toBeLessThan(1e-12);
  });

  it("D_nn' by increments, carriers projected", async () => {
    const split = await modalDiffusion(trajectory, modes, { ...options, projection: "carriers" });
    expect(difference(split.pairs, fixture.carrierPairs)).toBeLessThan(1e-10);
  });

  it("D_nn' and its antisymmetric part by Green–Kubo", async () => {
    const split = await run(
      new ModalGreenKuboAnalysis(modes, {
        carriers: fixture.carriers,
        seed: 1,
        cutPs: ps(fixture.greenKuboCut),
        blockPs: ps(120),
      }),
      trajectory,
    );
    expect(difference(split.pairs, fixture.greenKuboSymmetric)).toBeLessThan(1e-10);
    expect(Math.abs(split.antisymmetry - fixture.greenKuboAntisymmetry)).toBeLessThan(1e-10);
  });

  it("the estimator as published", async () => {
    const split = await run(
      new ModalPublishedAnalysis(modes, {
        carriers: fixture.carriers,
        seed: 1,
        everyFrames: fixture.publishedEvery,
        blockIncrements: fixture.publishedSteps,
      }),
      trajectory,
    );
    expect(split.kept.filter((kept) => !kept).length).toBe(1);
    expect(difference(split.pairs, fixture.published)).toBeLessThan(1e-10);
    expect(Math.abs(split.sum / fixture.publishedSum - 1)).toBeLessThan(1e-10);
  });
});
