// A measurement against walks whose diffusivity, jump rate, occupancy and number of coincidences are known beforehand.

import { describe, expect, it } from "vitest";
import { z } from "zod";
import { InputError } from "../../../src/base/index.js";
import {
  MEASURE_PARTS,
  type MeasureInput,
  measureLines,
  measureSettings,
  measureTrajectory,
  parseParts,
  presetClasses,
  siteFileOptions,
} from "../../../src/studies/index.js";
import { IONS, SPACING, walk, walkCrystal, walkSites } from "./measure-sample.js";

const settings = (given: Record<string, unknown> = {}) =>
  z.strictObject(measureSettings).parse({ ion: "Li", ...given });

const input = (trajectory: MeasureInput["trajectory"], rest: Partial<MeasureInput> = {}): MeasureInput => ({
  name: "walk",
  trajectory,
  parts: ["msd", "framework", "sites", "concerted"],
  seed: 1,
  sites: { kind: "list", sites: walkSites(walkCrystal()), from: "the lattice" },
  ...rest,
});

const RATE = 0.5; // jumps per ion and ps

describe("measureTrajectory on independent walkers", () => {
  const trajectory = walk({ rate: RATE, frames: 3000, frameSpacingFs: 50, seed: 3 });
  const measured = measureTrajectory(input(trajectory), settings({ temperatureK: 300 }));

  it("finds D = Γa²/6", async () => {
    const { motion } = (await measured).data;
    const { value, standardError } = motion!.tracer.diffusionA2PerPs;
    // 24 ions × 150 ps × 0.5/ps = 1800 jumps: 1/√1800 of counting times √2 and more of the fit; five stated errors leave 1 in 10⁴ (t, 9 blocks)
    expect(Math.abs(value! - (RATE * SPACING ** 2) / 6)).toBeLessThan(5 * standardError!);
    expect(standardError!).toBeLessThan(0.15 * value!);
  });

  it("counts every jump once, though ions rattle", async () => {
    const { sites } = (await measured).data;
    const exposure = 2999 * 0.05 * IONS;
    // A frame holds at most one jump of an ion and rattling by 0.1 Å never crosses a face 1.5 Å away; a stay of one frame (50 fs, chance 0.025) is
    // below the dwell of 100 fs and leaves out jumps: 5 % of them at most, beside Poisson's √n.
    const expected = RATE * exposure;
    expect(sites!.dwellSweep[0]!.dwellFs).toBe(0);
    expect(Math.abs(sites!.dwellSweep[0]!.jumps - expected)).toBeLessThan(4 * Math.sqrt(expected));
    expect(sites!.jumps).toBeGreaterThan(0.9 * sites!.dwellSweep[0]!.jumps);
  });

  it("gives occupancies that add up to the ions, percolation in space and a correlation factor of 1", async () => {
    const { sites } = (await measured).data;
    const ions = sites!.types.reduce((sum, { occupancy, sites: count }) => sum + occupancy.value! * count, 0);
    expect(ions).toBeCloseTo(IONS, 9);
    expect(sites!.percolation.dimension).toBe(3);
    const { value, standardError } = sites!.correlationFactor!;
    expect(Math.abs(value! - 1)).toBeLessThan(5 * standardError!);
  });

  it("sees no more concerted pairs than chance makes", async () => {
    const { total } = (await measured).data.concerted!;
    // Without back-jump removal the formula is exact; with it both sides lose a little. Four standard deviations of Poisson plus a tenth.
    expect(total.expected).toBeGreaterThan(20);
    expect(Math.abs(total.candidates - total.expected)).toBeLessThan(
      4 * Math.sqrt(total.expected) + 0.1 * total.expected,
    );
  });

  it("finds the framework still", async () => {
    const { framework } = (await measured).data;
    expect(framework!.stable).toBe(true);
  });

  it("is summarised in lines without a number that is none", async () => {
    const text = measureLines((await measured).data).join("\n");
    expect(text).toMatch(/D tracer +0\.\d+ ± 0\.\d+ Å²\/ps/);
    expect(text).not.toMatch(/NaN|undefined|Infinity/);
  });
});

describe("measureTrajectory where little is to be seen", () => {
  it("gives an upper limit, and no Haven ratio, where nothing diffuses", async () => {
    const still = walk({ rate: 0, frames: 400, frameSpacingFs: 50, seed: 4 });
    const { data } = await measureTrajectory(input(still), settings({ temperatureK: 300 }));
    expect(data.motion!.tracer.bound).not.toBeNull();
    expect(data.motion!.havenRatio).toBeNull();
    expect(data.motion!.conductivityMsPerCm).toBeNull();
    expect(data.sites!.jumps).toBe(0);
    // 2σ² of rattling by σ = 0.1 Å, half of it the first frame's own: that of 64 atoms, 0.01 √(2/64) = 0.0018 apart from 0.01; four of these
    expect(Math.abs(data.framework!.elements[0]!.lateDisplacementA2[0]! - 0.02)).toBeLessThan(0.0072);
    expect(data.sites!.types[0]!.residencePs.value).toBeNull();
    // One hop of any ion is what the run could just not have missed: a²/(6 T N) per hop, three hops at 95 %
    const hop = SPACING ** 2 / (6 * 20 * IONS);
    expect(data.motion!.tracer.bound!.belowA2PerPs).toBeLessThan(5 * hop);
  });

  it("refuses a single frame, a missing ion, a skip beyond the end, with both numbers or names", async () => {
    const one = walk({ rate: 0, frames: 1, frameSpacingFs: 50, seed: 5 });
    await expect(measureTrajectory(input(one), settings())).rejects.toThrow(/walk has 1 frame/);
    const some = walk({ rate: 0, frames: 40, frameSpacingFs: 50, seed: 5 });
    await expect(measureTrajectory(input(some), settings({ ion: "Na" }))).rejects.toThrow(/Na is not in/);
    await expect(measureTrajectory(input(some), settings({ skipPs: 100 }))).rejects.toThrow(/after skipping 100 ps/);
    await expect(measureTrajectory(input(some), settings({ fitFromPs: 0.1 }))).rejects.toThrow(InputError);
  });

  it("measures everything it is not asked to leave out, and says why there is no spectrum", async () => {
    const short = walk({ rate: RATE, frames: 200, frameSpacingFs: 50, seed: 6 });
    const { data, notes } = await measureTrajectory(input(short, { parts: MEASURE_PARTS }), settings());
    expect(data.rdf!.pairs.map(({ name }) => name)).toEqual(["Li–Li", "Li–O", "O–O"]);
    // every ion has eight O at √3/2 of the spacing
    const pair = data.rdf!.pairs.find(({ name }) => name === "Li–O")!;
    expect(pair.firstPeakA!).toBeCloseTo((SPACING * Math.sqrt(3)) / 2, 0);
    expect(pair.neighbours!.value!).toBeCloseTo(8, 1);
    expect(data.density!.maps).toHaveLength(3);
    expect(data.spectrum).toBeNull();
    expect(notes.map(({ code }) => code)).toContain("measure-no-spectrum");
    expect(notes.map(({ code }) => code)).toContain("measure-no-temperature");
  });
});

describe("what the words mean", () => {
  it("takes parts in any order and names the nearest for a wrong one", () => {
    expect(parseParts("rdf, msd")).toEqual(["msd", "rdf"]);
    expect(() => parseParts("mds")).toThrow(/there is no analysis mds/);
  });

  it("uses the classes of Fu et al. only for sites of their four names", () => {
    expect(presetClasses(["Li1", "Li2", "Li3", "Li4", "Li1"])).toHaveLength(5);
    expect(presetClasses(["Li1", "Li2", "Li3"])).toBeUndefined();
    expect(presetClasses(["tet", "oct"])).toBeUndefined();
  });

  it("reads how a file of sites is meant", () => {
    expect(siteFileOptions({ siteElements: "Li,Na", siteAlike: "S=Cl,P", siteNames: "Li=tet,Na=oct" }, "Li")).toEqual({
      sites: ["Li", "Na"],
      mobile: ["Li"],
      alike: [["S", "Cl"], ["P"]],
      types: { Li: "tet", Na: "oct" },
    });
    expect(() => siteFileOptions({ siteNames: "tet" }, "Li")).toThrow(/names no site type/);
  });
});
