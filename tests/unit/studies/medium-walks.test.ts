// What is read off walks, on walks whose answer is known, and the study that spreads them over threads.

import { describe, expect, it } from "vitest";
import { inlinePool, Rng, type Task, type TaskPool } from "../../../src/base/index.js";
import { evOfMev } from "../../../src/medium/index.js";
import {
  type MediumDiffusionParameters,
  mediumDiffusion,
  mediumDiffusionParameters,
  memoryStore,
  type RunStore,
  readWalks,
  type StudyContext,
  type WalkRecord,
  walkPieces,
  walkPieceTask,
} from "../../../src/studies/index.js";

const SPACING_FS = 40;
const options = {
  pieceFs: 12_000,
  fitFromFs: 1000,
  bins: 10,
  slopeFs: [4000, 12_000],
  spacing: 3,
  thermalEnergy: 0.025,
  seed: 1,
} as const;

/** Brownian motion of D (Å²/ps), with a rattling of the given mean square Å² per axis that is new in every frame. */
function brownian(seed: number, motion: { frames: number; diffusion: number; rattling?: number }): WalkRecord {
  const rng = Rng.fromSeed(seed);
  const step = Math.sqrt((2 * motion.diffusion * SPACING_FS) / 1e3);
  const rattle = Math.sqrt(motion.rattling ?? 0);
  const place = [0, 0, 0];
  const positions = new Float64Array(3 * motion.frames);
  for (let i = 0; i < motion.frames; i++) {
    for (let a = 0; a < 3; a++) {
      positions[3 * i + a] = place[a]! + rattle * rng.normal();
      place[a]! += step * rng.normal();
    }
  }
  return { label: `walk ${seed}`, positions, frameSpacingFs: SPACING_FS, kinetic: new Float64Array(20).fill(0.03) };
}

const walks = (motion: { diffusion: number; rattling?: number }): WalkRecord[] =>
  [1, 2, 3, 4].map((seed) => brownian(seed, { frames: 12_001, ...motion }));

describe("readWalks", () => {
  it("finds the D of Brownian motion by both estimates, within their errors", () => {
    const reading = readWalks(walks({ diffusion: 2 }), options);
    for (const { value, standardError } of [reading.throughOriginA2PerPs, reading.slopeA2PerPs]) {
      expect(Math.abs(value - 2)).toBeLessThan(4 * standardError);
      // 1900 ps hold about 160 lags of 12 ps: an error between 2 and 20 %.
      expect(standardError).toBeGreaterThan(0.02);
      expect(standardError).toBeLessThan(0.4);
    }
    expect(reading.walks).toBe(4);
    expect(reading.sampledPs).toBeCloseTo(4 * 480, 9);
  });

  it("shows rattling as offset of the one line and as excess of the other", () => {
    // 6σ² = 12 Å² of rattling between two frames. Through the origin ∫ t·12 dt/∫ t² dt = 12 · 1.5/12 ps = 1.5 Å²/ps is added to 6D.
    const reading = readWalks(walks({ diffusion: 0.05, rattling: 2 }), options);
    const { slopeA2PerPs: slope, offsetA2: offset, throughOriginA2PerPs: through } = reading;
    expect(Math.abs(slope.value - 0.05)).toBeLessThan(4 * slope.standardError);
    expect(Math.abs(offset.value - 12)).toBeLessThan(4 * offset.standardError);
    // The excess is 1.5/6 = 0.25 up to (1 ps/12 ps)² from the start of the fit.
    expect(through.value - 0.05).toBeGreaterThan(0.22);
    expect(through.value - 0.05).toBeLessThan(0.28);
  });

  it("never measures from one walk into the next: where a walk lies does not matter", () => {
    const here = walks({ diffusion: 2 });
    // 2²⁰ Å: added without rounding away more than 1e-10 of a position.
    const there = here.map((walk, i) => ({ ...walk, positions: walk.positions.map((x) => x + i * 2 ** 20) }));
    const [a, b] = [readWalks(here, options), readWalks(there, options)];
    expect(b.throughOriginA2PerPs.value).toBeCloseTo(a.throughOriginA2PerPs.value, 6);
    expect(b.slopeA2PerPs.value).toBeCloseTo(a.slopeA2PerPs.value, 6);
    expect(b.meanSquare.meanA2[299]).toBeCloseTo(a.meanSquare.meanA2[299]!, 4);
    expect(b.meanSquare.standardErrorA2[299]).toBeCloseTo(a.meanSquare.standardErrorA2[299]!, 4);
  });

  it("gives the kinetic energy in units of 3/2 k_BT", () => {
    // 0.03 eV over 1.5 · 0.025 eV
    expect(readWalks(walks({ diffusion: 2 }), options).kineticRatio.value).toBeCloseTo(0.8, 12);
  });

  it("has a band that says how far the curve is off", () => {
    const { lagsPs, meanA2, standardErrorA2 } = readWalks(walks({ diffusion: 2 }), options).meanSquare;
    for (const lag of [25, 100, 299])
      expect(Math.abs(meanA2[lag]! - 12 * lagsPs[lag]!)).toBeLessThan(4 * standardErrorA2[lag]!);
  });
});

describe("a walk that runs away", () => {
  it("is an answer with its reason, not the end of the study", async () => {
    const { lattice, ion, statistics, walks: sampling } = mediumDiffusionParameters.parse({ walks: { cells: 4 } });
    const state = { lattice, ion, statistics, strengthMevA: 4000, screeningA: 0.5, temperatureMev: 25 };
    const [piece] = walkPieces({ ...state, equation: "homogeneous" }, sampling, { name: "x", seed: 1 });
    // An ion is called away at a thousandth of k_BT: at the latest after its first fall.
    const walker = { ...piece!.input.walker, cells: 4, runawayThermal: 1e-3 };
    const output = await walkPieceTask.run({ ...piece!.input, walker }, {});
    expect(output).toMatchObject({ label: "x, walk 1", reason: expect.stringMatching(/kinetic energy of the ion is/) });
  });
});

describe("medium-diffusion", () => {
  // Small in every way: the physics is tested in tests/unit/medium*, here it is the bookkeeping.
  const parameters: MediumDiffusionParameters = mediumDiffusionParameters.parse({
    series: [{ temperaturesMev: [30, 50] }],
    equations: ["homogeneous"],
    walks: { count: 2, lengthPs: 16, equilibrationPs: 1, cells: 4 },
    analysis: { piecePs: 2, fitFromPs: 0.4, bins: 4, slopeFromPs: 0.4, slopeToPs: 2 },
  });
  const context = (pool: TaskPool, store: RunStore): StudyContext => ({
    pool,
    store,
    seed: 3,
    readInput: () => Promise.reject(new Error("not read")),
  });
  /** Takes the pieces in reverse, as another number of threads might. */
  const backwards: TaskPool = {
    width: 3,
    async run(task, inputs, onResult) {
      for (const index of [...inputs.keys()].reverse()) await onResult(await task.run(inputs[index]!, {}), index);
    },
  };

  it("depends neither on the order of the walks nor on where a run was interrupted", async () => {
    const store = memoryStore();
    const first = await mediumDiffusion.run(parameters, context(inlinePool, store));
    expect(await mediumDiffusion.run(parameters, context(backwards, memoryStore()))).toEqual(first);
    // What is stored is not walked again.
    const idle: TaskPool = {
      width: 1,
      run: async <I, O>(task: Task<I, O>, inputs: readonly I[]) => {
        if (inputs.length > 0) throw new Error(`${task.name} was asked for again`);
      },
    };
    expect(await mediumDiffusion.run(parameters, context(idle, store))).toEqual(first);
    const { data, notes, converged } = first;
    expect(converged).toBe(true);
    expect(notes.map(({ code }) => code)).toContain("sampling");
    const [series] = data.series;
    expect(series!.states.map(({ temperatureMev }) => temperatureMev)).toEqual([30, 50]);
    for (const { reading } of series!.states) {
      expect(reading!.walks).toBe(2);
      expect(reading!.sampledPs).toBeCloseTo(32, 9);
    }
    // Two temperatures make no Arrhenius fit, one equation no ratio.
    expect(series!.arrhenius).toEqual([]);
    expect(series!.ratios).toEqual([]);
    expect(data.trajectories.length).toBe(2);
    // Relaxed with 8 corners: 39.78 meV by an independent calculation.
    expect(series!.barrier.barrierRelaxedMev).toBeCloseTo(39.78, 2);
    expect(evOfMev(series!.barrier.barrierUnrelaxedMev)).toBeCloseTo(0.04298, 5);
  });
});
