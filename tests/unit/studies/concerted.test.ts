// The study "concerted" on trajectories that are given: walks whose rate follows one activation energy.

import { beforeAll, describe, expect, it } from "vitest";
import { BOLTZMANN, inlinePool } from "../../../src/base/index.js";
import { loadSymmetryHere } from "../../../src/host/index.js";
import type { FileTrajectory } from "../../../src/io/index.js";
import {
  checkConcerted,
  concertedParameters,
  concertedSteps,
  concertedStudy,
  memoryStore,
  reducedFormula,
  type StudyContext,
} from "../../../src/studies/index.js";
import { walk, walkCrystal } from "./measure-sample.js";

const ENERGY = 0.2; // eV
// So slow that jumps seldom share a pair: 0.05 per ion and ps at 500 K, 0.23 at 750 K, against a window of 1 ps.
const rateAt = (temperatureK: number): number => 5 * Math.exp(-ENERGY / (BOLTZMANN * temperatureK));

const context = (): StudyContext => ({
  pool: inlinePool,
  store: memoryStore(),
  seed: 7,
  readInput: async (name) => ({ name, text: "" }),
  openTrajectory: async (name) =>
    walk({ rate: rateAt(Number.parseFloat(name)), frames: 3000, frameSpacingFs: 100, seed: 11 }) as FileTrajectory,
});

const TEMPERATURES = [500, 600, 750];
const series = concertedParameters.parse({
  trajectories: TEMPERATURES.map((temperatureK) => ({ file: `${temperatureK}.h5md`, temperatureK })),
  measure: { ion: "Li" },
});

describe("the study on a series of walks", () => {
  let outcome: ReturnType<typeof concertedStudy.run>;
  // Symmetry joins the sites it finds to one type.
  beforeAll(async () => {
    await loadSymmetryHere();
    outcome = concertedStudy.run(series, context());
    await outcome;
  }, 30_000);

  it("finds the activation energy of D and of the jumps", async () => {
    const { data } = await outcome;
    const { activationEv } = data.tracer.fit!;
    expect(Math.abs(activationEv.value! - ENERGY)).toBeLessThan(4 * activationEv.standardError!);
    const jumps = data.rates[0]!.fit!.activationEv;
    expect(Math.abs(jumps.value! - ENERGY)).toBeLessThan(4 * jumps.standardError!);
  });

  it("finds twice the energy for pairs of independent jumps: their number goes as the square of the rate", async () => {
    const { data } = await outcome;
    const all = data.classes.find(({ name }) => name === "all")!;
    const { value, standardError } = all.fit!.activationEv;
    // Each jump counts in one pair at most and those taken back not at all, which takes off the top where jumps are dense: a tenth of 2E.
    expect(Math.abs(value! - 2 * ENERGY)).toBeLessThan(4 * standardError! + 0.2 * ENERGY);
  });

  it("uses one list of sites, of the hottest run, at all temperatures", async () => {
    const { data } = await outcome;
    expect(data.sitesFrom).toMatch(/at 750 K$/);
    expect(new Set(data.runs.map(({ measured }) => measured.sites!.siteCount)).size).toBe(1);
    expect(data.runs.map(({ temperatureK }) => temperatureK)).toEqual(TEMPERATURES);
  });

  it("fits nothing to two temperatures", async () => {
    const two = { ...series, trajectories: series.trajectories!.slice(0, 2) };
    const { data } = await concertedStudy.run(two, context());
    expect(data.tracer.fit).toBeNull();
    expect(data.classes.every(({ fit }) => fit === null)).toBe(true);
  });
});

describe("parameters", () => {
  it("want either runs to make or runs that are there", () => {
    expect(() => checkConcerted(concertedParameters.parse({}))).toThrow(/neither simulate nor trajectories/);
  });

  it("count frames in whole steps and refuse others", () => {
    const simulate = concertedParameters.parse({
      simulate: { structure: { file: "a.cif" }, forces: { field: "pedone-2006" }, temperaturesK: [300] },
    }).simulate!;
    expect(concertedSteps(simulate)).toEqual({ cell: 3000, equilibration: 1000, production: 20000, sample: 10 });
    expect(() => concertedSteps({ ...simulate, sampleFs: 15 })).toThrow(/sampleFs is 15 fs with a time step of 2 fs/);
    expect(() => concertedSteps({ ...simulate, durationPs: 0.1 })).toThrow(/run longer|frames of/);
  });

  it("writes a formula with the mobile ion first", () => {
    expect(reducedFormula(walkCrystal(), "Li")).toBe("Li3O8");
  });
});
