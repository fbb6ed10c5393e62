// Studies of an ion in a vibrating framework: that parameters are checked where they stand in the file, that defaults are the paper's
// values, and that reports hold the numbers of independent calculations (references in the comments).

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { inlinePool } from "../../../src/base/index.js";
import {
  mediumDiffusion,
  mediumDiffusionParameters,
  mediumDissipation,
  mediumDissipationParameters,
  mediumKernel,
  mediumKernelParameters,
  mediumReflection,
  mediumReflectionParameters,
  mediumScan,
  mediumScanParameters,
  memoryStore,
  optimaOf,
  parameterDocument,
  readStudyFile,
  type ScanPoint,
  type StudyContext,
  schemaIdOf,
  studies,
} from "../../../src/studies/index.js";

const folder = new URL("../../../examples/rodin/", import.meta.url);
const context = (): StudyContext => ({
  pool: inlinePool,
  store: memoryStore(),
  seed: 3,
  readInput: () => Promise.reject(new Error("these studies read no file")),
});
const read = (text: string) => readStudyFile(parameterDocument(text, "study.yaml"), studies);

describe("study files", () => {
  it.each(readdirSync(folder).filter((name) => name.endsWith(".yaml")))("the example %s is valid", (name) => {
    const { study } = readStudyFile(parameterDocument(readFileSync(new URL(name, folder), "utf8"), name), studies);
    expect(schemaIdOf(study)).toMatch(/^phonion\/medium-/);
  });

  it.each(["kernel", "reflection", "dissipation", "diffusion", "scan"])(
    "medium-%s needs nothing but its name, and then means the paper's system",
    (name) => {
      const { parameters } = read(`$schema: phonion/medium-${name}\n`);
      expect((parameters as { lattice: unknown }).lattice).toEqual({
        latticeConstantA: 3,
        massMevPs2PerA2: 3.5,
        stiffnessNearestMevPerA2: 520,
        stiffnessNextMevPerA2: 170,
      });
    },
  );

  it("names file, line and the nearest key for a misspelt one", () => {
    const text = "$schema: phonion/medium-kernel\nlattice:\n  latticeConstantA: 3\n  stiffnesNextMevPerA2: 100\n";
    expect(() => read(text)).toThrow(/study\.yaml:4: unknown key stiffnesNextMevPerA2 in lattice/);
  });

  it("names file, line and key for a framework that falls apart", () => {
    // With k1 = 1e-9 k2 nothing but the diagonal springs is left; with k2 → 0 transverse sound has no restoring force at all.
    const text = "$schema: phonion/medium-reflection\ncells: 20\nlattice:\n  stiffnessNextMevPerA2: 1e-14\n";
    expect(() => read(text)).toThrow(/study\.yaml:3: lattice is .*without restoring force/);
  });

  it("names file, line and key for walks too short for the analysis", () => {
    const text = "$schema: phonion/medium-diffusion\nwalks:\n  count: 2\n  lengthPs: 60\n";
    expect(() => read(text)).toThrow(/study\.yaml:4: walks\.lengthPs is 60: walks must be at least 96 ps/);
  });

  it("names file, line and key for a line of atoms that meets itself", () => {
    const text = "$schema: phonion/medium-dissipation\natoms: 8\ncells: 12\n";
    expect(() => read(text)).toThrow(/study\.yaml:3: cells is 12: a line of 8 atoms needs at least 14 cells/);
  });

  it("refuses a scan of one property against itself", () => {
    const text = "$schema: phonion/medium-scan\ny:\n  key: stiffnessFactor\n  values: [1, 2]\n";
    expect(() => read(text)).toThrow(/study\.yaml:3: y\.key is "stiffnessFactor": both axes vary stiffnessFactor/);
  });
});

describe("medium-kernel", () => {
  it("reports the numbers of the model system in the paper's units", async () => {
    const parameters = mediumKernelParameters.parse({
      recoil: { durationPs: 1.2, points: 121 },
      vibrations: { temperaturesMev: [25], cells: 12, bins: 20 },
    });
    const { data } = await mediumKernel.run(parameters, context());
    const { framework, dispersion, recoil } = data;
    // Ω_max = √((4k1 + 8k2)/m) = 31.350 rad/ps; sound √((k1 + 2k2)/m)a and √(k2/m)a, by hand.
    expect(framework.highestThz).toBeCloseTo(Math.sqrt((4 * 520 + 8 * 170) / 3.5) / (2 * Math.PI), 9);
    expect(framework.highestMev).toBeCloseTo(0.6582119569 * Math.sqrt((4 * 520 + 8 * 170) / 3.5), 6);
    expect(framework.sound[0]!.longitudinalAPerPs).toBeCloseTo(3 * Math.sqrt((520 + 340) / 3.5), 9);
    expect(framework.sound[0]!.transverseAPerPs[0]).toBeCloseTo(3 * Math.sqrt(170 / 3.5), 9);
    // An independent numpy calculation: w = 9.4825e-4 (grid extrapolated), L = 3.29077e-5 (200 × 400 Gauss–Legendre).
    expect(Math.abs(framework.staticRecoilA2PerMev / 9.4825e-4 - 1)).toBeLessThan(1e-4);
    expect(Math.abs(framework.dragA2PsPerMev / 3.29077e-5 - 1)).toBeLessThan(1e-5);
    // The line of wave vectors ends where it began, in sound of frequency zero, and reaches the highest frequency at X.
    const { frequenciesThz, corners, distancePerA } = dispersion;
    expect(corners.map(({ name }) => name).join("")).toBe("ΓXMRΓ");
    expect(Math.max(...frequenciesThz.slice(-3))).toBeLessThan(1e-6);
    const atX = distancePerA.indexOf(corners[1]!.distance);
    expect(frequenciesThz[3 * atX + 2]).toBeCloseTo(framework.highestThz, 6);
    // W(0) = w, and ∫W dt → L: after 1.2 ps it rings around L by less than a tenth.
    expect(recoil.kernelA2PerMev[0]! / framework.staticRecoilA2PerMev).toBeCloseTo(1, 3);
    expect(Math.abs(recoil.integralA2PsPerMev[120]! / framework.dragA2PsPerMev - 1)).toBeLessThan(0.1);
    // The damped integral's error falls as 1/τ²: from 2 to 4 ps by 4.
    const [at2, at4] = recoil.dampedIntegrals.slice(-2).map((d) => d.valueA2PsPerMev / framework.dragA2PsPerMev - 1);
    expect(at2! / at4!).toBeGreaterThan(3.5);
    expect(at2! / at4!).toBeLessThan(4.5);
    expect(data.vibrations.map(({ statistics }) => statistics)).toEqual(["quantum", "classical"]);
  });

  it("warns when waves come around the grid before the recoil has been followed to its end", async () => {
    // The coarsest of three grids has 48/4 = 12 cells, and sound at 47 Å/ps crosses 36 Å in 0.8 ps.
    const parameters = mediumKernelParameters.parse({
      recoil: { durationPs: 2, points: 41, gridCells: 48 },
      vibrations: { temperaturesMev: [25], cells: 6, statistics: ["classical"] },
    });
    const { notes } = await mediumKernel.run(parameters, context());
    expect(notes.map(({ code }) => code)).toContain("recoil-grid");
  });
});

describe("medium-reflection", () => {
  it("reports the recoil of an independent calculation for λ = 0.2 Å, v0 = 10 Å/ps", async () => {
    // The impact is over after 0.3 ps, before sound comes around even 24 cells (1.5 ps), so the size does not matter.
    const parameters = mediumReflectionParameters.parse({ screeningsA: [0.2], speedsAPerPs: [10], cells: 24 });
    const { data, notes } = await mediumReflection.run(parameters, context());
    const [one] = data.throws;
    // numpy, 50³ lattice: max r 0.1318 Å, strongest force −175.3 meV/Å, 38.6 % of the energy lost; homogeneous max r 0.3005 Å.
    // Printed digits, and 1e-3 for the lattice's size.
    expect(Math.abs(one!.levels.full.maxDisplacementA / 0.1318 - 1)).toBeLessThan(1.5e-3);
    expect(Math.abs(one!.levels.full.minForceMevPerA / -175.3 - 1)).toBeLessThan(1.5e-3);
    expect(one!.energyLoss).toBeCloseTo(0.386, 3);
    expect(Math.abs(one!.levels.homogeneous.maxDisplacementA / 0.3005 - 1)).toBeLessThan(1.5e-3);
    expect(notes).toEqual([]);
    // Drawn: a part of the run that holds the turning point, where the distance is largest.
    const turn = one!.timesPs.indexOf(0);
    expect(one!.distanceA[turn]).toBe(Math.max(...one!.distanceA));
    expect(one!.timesPs.length).toBeLessThanOrEqual(650);
  });
});

describe("medium-dissipation", () => {
  it("reports the time-local trajectory of an independent calculation, and energies that fall", async () => {
    const parameters = mediumDissipationParameters.parse({
      durationPs: 10,
      cells: 16,
      approximations: ["homogeneous"],
    });
    const { data } = await mediumDissipation.run(parameters, context());
    const [full, local] = data.tracks;
    expect(data.tracks.map(({ equation }) => equation)).toEqual(["full", "homogeneous"]);
    // numpy, Butcher's method at 5 fs: z(5 ps) = 10.3755 Å, z(10 ps) = 10.3946 Å.
    const at = (time: number): number => local!.positionA[local!.timesPs.findIndex((t) => Math.abs(t - time) < 1e-9)]!;
    expect(at(5)).toBeCloseTo(10.3755, 4);
    expect(at(10)).toBeCloseTo(10.3946, 4);
    // ½ · 0.7 · 7.5² = 19.6875 meV
    for (const track of [full!, local!]) {
      expect(track.startMev).toBeCloseTo(19.6875, 6);
      expect(track.endMev).toBeLessThan(0.2 * track.startMev);
      expect(track.turns.length).toBeGreaterThan(20);
    }
    // "The full solution decays slightly faster" (the paper): by the fourth turning point, 1.3 ps, a few per cent.
    const ratio = full!.turns[3]!.amplitudeA / local!.turns[3]!.amplitudeA;
    expect(ratio).toBeGreaterThan(0.9);
    expect(ratio).toBeLessThan(1);
  });
});

describe("medium-scan without walks", () => {
  it("has L ∝ k^(−3/2) and barriers that rise to the one of a rigid framework", async () => {
    const parameters = mediumScanParameters.parse({
      x: { key: "stiffnessFactor", values: [1, 4, 100] },
      y: { key: "massFactor", values: [1, 4] },
      equation: "none",
    });
    const { data } = await mediumScan.run(parameters, context());
    const point = (x: number, y: number) => data.points.find((p) => p.x === x && p.y === y)!;
    const drag = (x: number, y: number) => point(x, y).framework.dragA2PsPerMev;
    // L ∝ 1/(ρv³), v = √(k/m)·const: exact up to rounding.
    expect(drag(4, 1) / drag(1, 1)).toBeCloseTo(1 / 8, 10);
    expect(drag(1, 4) / drag(1, 1)).toBeCloseTo(2, 10);
    // An independent calculation with 8 corners: 42.98 meV at rest, 39.78 relaxed (U0 = 4000, λ = 0.5); masses do not matter.
    expect(point(1, 1).barrierUnrelaxedMev).toBeCloseTo(42.98, 2);
    expect(point(1, 1).barrierRelaxedMev).toBeCloseTo(39.78, 2);
    expect(point(1, 4).barrierRelaxedMev).toBeCloseTo(point(1, 1).barrierRelaxedMev!, 9);
    // First order in 1/k: a hundred times stiffer gives way a hundred times less, to the second order 1/k of a few per cent.
    const missing = (x: number): number => point(x, 1).barrierUnrelaxedMev! - point(x, 1).barrierRelaxedMev!;
    expect((100 * missing(100)) / missing(1)).toBeGreaterThan(0.9);
    expect((100 * missing(100)) / missing(1)).toBeLessThan(1.1);
    expect(data.optima).toEqual([]);
  });
});

describe("the optimum of a row", () => {
  const point = (x: number, diffusion: number, kinetic = 1): ScanPoint => ({
    x,
    y: 25,
    framework: {} as ScanPoint["framework"],
    diffusionA2PerPs: { value: diffusion, standardError: 0.1 },
    kineticRatio: { value: kinetic, standardError: 0.02 },
    failed: [],
  });

  it("is bracketed when both neighbours are lower by more than their errors", () => {
    expect(optimaOf([point(1, 2), point(2, 5), point(3, 4.9), point(4, 1)], "full")).toEqual([
      { y: 25, x: 2, diffusionA2PerPs: { value: 5, standardError: 0.1 }, isAtEdge: false, range: [2, 3] },
    ]);
  });

  it("is open when an end is within two errors of it", () => {
    // 5.0 − 4.8 = 0.2 against 2·√2·0.1 = 0.28
    expect(optimaOf([point(1, 4.8), point(2, 5), point(3, 2)], "full")[0]).toMatchObject({
      isAtEdge: true,
      range: [1, 2],
    });
  });

  it("leaves out places where an ion of the full equations has not warmed up, however large their D", () => {
    const row = [point(1, 2), point(2, 5), point(3, 1), point(4, 9, 0.4)];
    expect(optimaOf(row, "full")[0]).toMatchObject({ x: 2 });
    // Of the time-local equations cold is what they are: nothing is left out.
    expect(optimaOf(row, "homogeneous")[0]).toMatchObject({ x: 4 });
  });

  it("does not exist with fewer than three values that stand out of their errors", () => {
    expect(optimaOf([point(1, 2), point(2, 5), point(3, 0.1)], "full")).toEqual([]);
  });
});

describe("estimates", () => {
  it("grow with the work and shrink with the threads", async () => {
    const parameters = (lengthPs: number) => mediumDiffusionParameters.parse({ walks: { lengthPs } });
    const wide = { ...context(), pool: { ...inlinePool, width: 4 } };
    const [short, long, shared] = await Promise.all([
      mediumDiffusion.estimate(parameters(240), context()),
      mediumDiffusion.estimate(parameters(480), context()),
      mediumDiffusion.estimate(parameters(480), wide),
    ]);
    expect(long.seconds / short.seconds).toBeGreaterThan(1.7);
    expect(long.seconds / shared.seconds).toBeGreaterThan(3.5);
  });
});
