import { describe, expect, it } from "vitest";
import { CapabilityError, type F64, InputError, Rng } from "../../../src/base/index.js";
import {
  correlationIntegral,
  harmonicTrajectory,
  ModalGreenKuboAnalysis,
  ModalPublishedAnalysis,
  ModalSampleAnalysis,
  ModalSwitchingAnalysis,
  type ModalSwitchingOptions,
  modalDiffusion,
  modalDiffusionOf,
  Resampling,
  referenceFrom,
  sampleModes,
} from "../../../src/coupling/index.js";
import type { Trajectory } from "../../../src/dynamics/index.js";
import type { Modes } from "../../../src/modes/index.js";
import { type Analysis, analyse } from "../../../src/transport/index.js";
import { springCrystal, trajectoryOf, walkers } from "../../helpers/modal-systems.js";

const modes = springCrystal(["Li", "Li", "Li", "P", "O", "O"], 3);
const stepOf = (atom: number): number => (atom < 3 ? 0.2 : 0.02);
const walk = (seed: number, frames = 2000) =>
  trajectoryOf(modes.reference, walkers(modes, { frames, seed, stepOf, swing: 0.3 }));
const sum = (values: F64): number => values.slice().reduce((total, value) => total + value, 0);

async function run<R>(analysis: Analysis<R>, trajectory: Trajectory): Promise<R> {
  analysis.begin(trajectory);
  for await (const frame of trajectory.frames()) analysis.add(frame);
  return analysis.finish();
}

describe("errors over blocks", () => {
  it("one standard error covers the truth as often as Student's t says", () => {
    // 20 independent blocks: the mean lies within one estimated error in P(|t₁₉| < 1) = 67.0 % of the cases. 600 cases count this to
    // √(0.67·0.33/600) = 1.9 %; three of those. Without the factor √(B/(B−1)) and with B = 5 the same count would read 59 %, not 63 %.
    for (const [blocks, expected] of [
      [20, 0.67],
      [5, 0.626],
    ] as const) {
      const rng = Rng.fromSeed(7).fork(`blocks ${blocks}`);
      const cases = 600;
      let covered = 0;
      for (let c = 0; c < cases; c++) {
        const values = Float64Array.from({ length: blocks }, () => 3 + rng.normal());
        const resampling = new Resampling(new Float64Array(blocks).fill(1), rng.fork(`case ${c}`), 300);
        const error = resampling.error(resampling.means(values));
        if (Math.abs(resampling.mean(values)[0]! - 3) < error) covered++;
      }
      expect(Math.abs(covered / cases - expected)).toBeLessThan(3 * Math.sqrt((expected * (1 - expected)) / cases));
    }
  });

  it("a share of a split covers the truth about 68 % of the time", async () => {
    // Random walks of all carriers alike: truth of the share of mode n is |S_n|²-weighted and the same in every run; taken from the mean
    // of all runs, whose own error is √80 times smaller.
    const runs = 80;
    const shares: number[] = [];
    const errors: number[] = [];
    for (let r = 0; r < runs; r++) {
      const split = await modalDiffusion(walk(100 + r, 1000), modes, {
        carriers: "Li",
        seed: r,
        lagsPs: [0.02, 0.04],
        blockPs: 0.5,
        repeats: 200,
      });
      expect(split.blocks).toBe(20);
      shares.push(split.shares[12]!);
      errors.push(split.sharesError[12]!);
    }
    const truth = shares.reduce((total, share) => total + share, 0) / runs;
    const covered = shares.filter((share, r) => Math.abs(share - truth) < errors[r]!).length / runs;
    // Counting error √(0.68·0.32/80) = 5.2 %, three of those.
    expect(Math.abs(covered - 0.68)).toBeLessThan(0.157);
  });
});

describe("Green–Kubo by transform", () => {
  it("is the trapezoid of the unbiased correlation, pair by pair", () => {
    const rng = Rng.fromSeed(3);
    const [frames, width, cut, spacing] = [97, 4, 23, 2.5];
    const series = Float64Array.from({ length: frames * width }, () => rng.normal());
    const { symmetric, antisymmetric } = correlationIntegral(series, { width, spacing, cut });
    for (let n = 0; n < width; n++) {
      for (let m = 0; m < width; m++) {
        let integral = 0;
        for (let k = 0; k <= cut; k++) {
          let c = 0;
          for (let t = 0; t + k < frames; t++) c += series[(t + k) * width + n]! * series[t * width + m]!;
          integral += (spacing * (k === 0 || k === cut ? 0.5 : 1) * c) / (frames - k);
        }
        // Sums of a hundred terms of order one.
        expect(Math.abs(symmetric[n * width + m]! + antisymmetric[n * width + m]! - integral)).toBeLessThan(1e-12);
        expect(Math.abs(symmetric[n * width + m]! - symmetric[m * width + n]!)).toBeLessThan(1e-13);
        expect(antisymmetric[n * width + m]! + antisymmetric[m * width + n]!).toBe(0);
      }
    }
  });

  it("agrees with the increments on one trajectory within their error", async () => {
    // Walks have no memory beyond a frame; swings of the modes stay and are what the slope and the integral both average out.
    const trajectory = trajectoryOf(modes.reference, walkers(modes, { frames: 20000, seed: 21, stepOf }));
    const slope = await modalDiffusion(trajectory, modes, {
      carriers: "Li",
      seed: 1,
      lagsPs: [0.05, 0.15],
      blockPs: 10,
      maxOrigins: 1e6,
    });
    const integral = await run(
      new ModalGreenKuboAnalysis(modes, { carriers: "Li", seed: 1, cutPs: 0.1, blockPs: 10 }),
      trajectory,
    );
    expect(integral.from).toBe("differences");
    // ½[C(15) − C(5)]/10 is the mean of the running integral from 5 to 15 frames: the same data, so they differ by less than their errors.
    expect(Math.abs(integral.total.value - slope.total.value)).toBeLessThan(slope.total.standardError);
    expect(Math.abs(integral.total.value / slope.total.value - 1)).toBeLessThan(0.1);
    for (let n = 0; n < modes.count; n++)
      expect(Math.abs(integral.perMode[n]! - slope.perMode[n]!)).toBeLessThan(
        2 * slope.perModeError[n]! + 1e-9 * slope.total.value,
      );
    expect(Math.abs(integral.diagonalShare - slope.diagonalShare.value)).toBeLessThan(
      2 * slope.diagonalShare.standardError,
    );
    // Noise of 20 000 frames; no pair has a direction in time.
    expect(integral.antisymmetry).toBeLessThan(0.3);
    expect(integral.antisymmetry).toBeGreaterThan(0);
  });

  it("½dC/dτ is the running integral: exact when the origins see the same data", async () => {
    // A motion that is zero at both ends of its block has no edges: every origin that sees it counts alike in both forms, up to the
    // divisors T − k and the number of origins, which differ by k/T.
    const frames = 4000;
    const positions = new Float64Array(frames * 18);
    const rng = Rng.fromSeed(5);
    for (let t = 0; t < frames; t++) {
      positions.set(t === 0 ? modes.reference.positions.slice() : positions.slice((t - 1) * 18, t * 18), t * 18);
      if (t > 1900 && t < 2100) for (let a = 0; a < 18; a++) positions[t * 18 + a]! += 0.1 * rng.normal();
    }
    const trajectory = trajectoryOf(modes.reference, positions);
    const slope = await modalDiffusion(trajectory, modes, {
      carriers: "Li",
      seed: 1,
      lagsPs: [0.19, 0.21],
      blockPs: 40,
      maxOrigins: 1e6,
    });
    const integral = await run(
      new ModalGreenKuboAnalysis(modes, { carriers: "Li", seed: 1, cutPs: 0.2, blockPs: 40 }),
      trajectory,
    );
    // Divisors: 3979 origins against 3999 − k: relative differences up to 20/4000.
    for (let k = 0; k < modes.count ** 2; k++)
      expect(Math.abs(integral.pairs[k]! - slope.pairs[k]!)).toBeLessThan(0.01 * slope.total.value);
    expect(Math.abs(integral.total.value / slope.total.value - 1)).toBeLessThan(0.01);
  });

  it("ends its running integral at the sum over pairs", async () => {
    const trajectory = walk(5);
    const options = { carriers: "Li", seed: 1, blockPs: 5 };
    const long = await run(new ModalGreenKuboAnalysis(modes, { ...options, cutPs: 0.4 }), trajectory);
    const short = await run(new ModalGreenKuboAnalysis(modes, { ...options, cutPs: 0.15 }), trajectory);
    expect(long.running.lagsPs[40]).toBeCloseTo(0.4, 12);
    expect(long.running.total[0]).toBe(0);
    // The same correlation by two roads, the sum of all pairs and the current itself.
    expect(Math.abs(long.running.total[40]! / long.total.value - 1)).toBeLessThan(1e-10);
    expect(Math.abs(long.running.total[15]! / short.total.value - 1)).toBeLessThan(1e-10);
    expect(Math.abs(sum(long.perMode) / long.total.value - 1)).toBeLessThan(1e-10);
  });

  it("takes velocities where there are any, and says so when there are none", async () => {
    const swing = { temperatureK: 300, frames: 3000, frameSpacingFs: 2, seed: 3 };
    const options = { carriers: "Li", seed: 1, cutPs: 1, blockPs: 6 };
    const exact = await run(
      new ModalGreenKuboAnalysis(modes, options),
      harmonicTrajectory(modes, { ...swing, velocities: true }),
    );
    expect(exact.from).toBe("velocities");
    const differences = await run(
      new ModalGreenKuboAnalysis(modes, { ...options, from: "differences" }),
      harmonicTrajectory(modes, swing),
    );
    // The first element of the integral would be k_BT Σ|S|²/… ; at 1 ps a swing integrates to sin(ωτ)/ω. Differences over 2 fs damp a mode of
    // frequency f by (sin πfΔ/πfΔ)², 0.3 % at 30 THz, and their trapezoid is exact where that of the velocities is not, by (ωΔ)²/12.
    const size = Math.max(...Array.from(exact.perMode, Math.abs));
    for (let n = 0; n < modes.count; n++)
      expect(Math.abs(exact.perMode[n]! - differences.perMode[n]!)).toBeLessThan(0.1 * size);
    const none = new ModalGreenKuboAnalysis(modes, { ...options, from: "velocities" });
    expect(() => none.begin(harmonicTrajectory(modes, swing))).toThrow(CapabilityError);
  });
});

describe("as published", () => {
  it("at short intervals shows the kinematic null of its projection and nothing else", async () => {
    const few = Array.from({ length: 60 }, (_, seed) =>
      harmonicTrajectory(modes, { temperatureK: 300, frames: 101, frameSpacingFs: 1, seed }),
    );
    const offDiagonal: number[] = [];
    let expected = 0;
    for (const trajectory of few) {
      const split = await run(
        new ModalPublishedAnalysis(modes, { carriers: "Li", seed: 1, everyFrames: 1, blockIncrements: 50 }),
        trajectory,
      );
      expect(split.blocks).toBe(2);
      expect(split.intervalFs).toBe(1);
      expect(Math.abs(sum(split.pairs) - 1)).toBeLessThan(1e-12);
      offDiagonal.push(split.offDiagonalShare.value);
      expected = 1 - split.kinematic.diagonalShare;
    }
    const mean = offDiagonal.reduce((total, share) => total + share, 0) / few.length;
    const error = Math.sqrt(offDiagonal.reduce((total, share) => total + (share - mean) ** 2, 0) / 59 / 60);
    // Sixty harmonic crystals without any anharmonicity: a large "anharmonic" share, that of geometry. The mean of a ratio is biased by its
    // relative variance, about one error here; hence four.
    expect(expected).toBeGreaterThan(0.3);
    expect(Math.abs(mean - expected)).toBeLessThan(4 * error);
    expect(error).toBeLessThan(0.1);
  });
});

describe("as published, over many batches", () => {
  it("drops what it is told to: three translations below 1e-3 THz", async () => {
    const options = { carriers: "Li", seed: 1, everyFrames: 1, blockIncrements: 100, dropUpToThz: 1e-3 };
    const split = await run(new ModalPublishedAnalysis(modes, options), walk(5, 300));
    expect(split.kept.filter((kept) => !kept).length).toBe(3);
    for (let n = 0; n < 3; n++) expect(split.shares[n]).toBe(0);
    expect(split.kinematic.shares[0]).toBe(0);
  });

  it("its sum is ½Δ[c(0) + c(Δ)] of the carriers' own current: no increment is lost or counted twice", async () => {
    // With no mode dropped the vectors are complete and the sum over pairs is that of Σ_c Δr; 650 increments are three batches.
    const kept: Modes = { ...modes, frequencies: modes.frequencies.slice().map((f, n) => Math.max(f, 1e-3 * (n + 1))) };
    const positions = walkers(modes, { frames: 1303, seed: 31, stepOf, swing: 0.3 });
    const split = await run(
      new ModalPublishedAnalysis(kept, { carriers: "Li", seed: 1, everyFrames: 2, blockIncrements: 650 }),
      trajectoryOf(modes.reference, positions),
    );
    expect(split.kept.every((mode) => mode)).toBe(true);
    const step = (t: number, axis: number): number => {
      let moved = 0;
      for (let i = 0; i < 3; i++)
        moved += positions[(2 * t + 2) * 18 + 3 * i + axis]! - positions[2 * t * 18 + 3 * i + axis]!;
      return moved;
    };
    let [same, next] = [0, 0];
    for (let t = 0; t < 650; t++) {
      for (let axis = 0; axis < 3; axis++) {
        same += step(t, axis) ** 2 / 650;
        if (t < 649) next += (step(t + 1, axis) * step(t, axis)) / 649;
      }
    }
    // 1/(6 N_c Δ), N_c = 3, Δ = 20 fs; 0.1 turns Å²/fs into cm²/s.
    expect(Math.abs(split.sum / ((0.1 * (same + next)) / 360) - 1)).toBeLessThan(1e-11);
  });
});

describe("switching reference", () => {
  const options: ModalSwitchingOptions = {
    carriers: "Li",
    seed: 1,
    lagsPs: [0.1, 0.2, 0.3],
    blockPs: 4,
    maxOrigins: 100,
    binThz: 3,
  };
  const other = springCrystal(["Li", "Li", "Li", "P", "O", "O"], 8);

  it("with one reference gives the fixed split, bin by bin", async () => {
    const moving = await run(new ModalSwitchingAnalysis({ modesFor: () => modes }, options), walk(5));
    const fixed = await modalDiffusion(walk(5), modes, {
      carriers: "Li",
      seed: 1,
      lagsPs: options.lagsPs!,
      blockPs: 4,
      maxOrigins: 100,
    });
    const bins = moving.shares.length;
    const expected = new Float64Array(bins);
    for (let n = 0; n < modes.count; n++) {
      const bin = moving.edges
        .slice()
        .findIndex((edge, b) => edge <= modes.frequencies[n]! && modes.frequencies[n]! < moving.edges[b + 1]!);
      expected[bin]! += fixed.shares[n]!;
    }
    for (let b = 0; b < bins; b++) expect(Math.abs(moving.shares[b]! - expected[b]!)).toBeLessThan(1e-9);
    expect(Math.abs(moving.total.value / fixed.total.value - 1)).toBeLessThan(1e-10);
    expect(moving.switches).toBe(0);
  });

  it("keeps the sum rule through every switch, wherever a batch ends", async () => {
    // Switches at every 3rd, 7th and 256th step: inside batches, at their edges, and at every frame.
    for (const period of [1, 3, 7, 256]) {
      const reference = { modesFor: (frame: number): Modes => (Math.floor(frame / period) % 2 === 0 ? modes : other) };
      const split = await run(new ModalSwitchingAnalysis(reference, options), walk(5));
      expect(split.closure).toBeLessThan(1e-12);
      expect(Math.abs(sum(split.shares) - 1)).toBeLessThan(1e-11);
      expect(split.configurations).toBe(2);
      expect(split.switches).toBe(Math.floor(1998 / period));
      expect(split.accumulation.value[split.shares.length - 1]).toBeCloseTo(1, 10);
    }
  });

  it("takes its segments from a list", () => {
    const list = referenceFrom([
      { fromFrame: 0, modes },
      { fromFrame: 7, modes: other },
      { fromFrame: 30, modes },
    ]);
    expect([0, 6, 7, 29, 30, 1e6].map((frame) => list.modesFor(frame) === other)).toEqual([
      false,
      false,
      true,
      true,
      false,
      false,
    ]);
    expect(() => referenceFrom([{ fromFrame: 1, modes }])).toThrow(InputError);
    expect(() => referenceFrom([])).toThrow(InputError);
  });

  it("puts a step where the modes of that moment have it", async () => {
    // The motion of one mode of `other` while `other` applies, at rest while `modes` does: all of it falls in that mode's bin.
    const k = 10;
    const positions = new Float64Array(2000 * 18);
    let q = 0;
    for (let t = 0; t < 2000; t++) {
      for (let a = 0; a < 18; a++) {
        positions[t * 18 + a] =
          modes.reference.positions[a]! +
          (q * other.vectors[k * 18 + a]!) / Math.sqrt(modes.reference.masses[Math.floor(a / 3)]!);
      }
      if (Math.floor(t / 10) % 2 === 1) q += 0.01;
    }
    const reference = { modesFor: (frame: number): Modes => (Math.floor(frame / 10) % 2 === 0 ? modes : other) };
    const split = await run(new ModalSwitchingAnalysis(reference, options), trajectoryOf(modes.reference, positions));
    const bin = split.edges
      .slice()
      .findIndex((edge, b) => edge <= other.frequencies[k]! && other.frequencies[k]! < split.edges[b + 1]!);
    for (let b = 0; b < split.shares.length; b++)
      expect(Math.abs(split.shares[b]! - (b === bin ? 1 : 0))).toBeLessThan(1e-9);
  });
});

describe("one pass", () => {
  it("serves several analyses, each with the numbers it has alone", async () => {
    const lags = { lagsPs: [0.1, 0.2, 0.3], blockPs: 4 };
    const { full, carriers } = await analyse(walk(5), {
      full: new ModalSampleAnalysis(modes, { carriers: "Li", ...lags }),
      carriers: new ModalSampleAnalysis(modes, { carriers: "Li", projection: "carriers", ...lags }),
    });
    const alone = await sampleModes(walk(5), modes, { carriers: "Li", ...lags });
    expect(full.blocks[2]!.pairs).toEqual(alone[0]!.blocks[2]!.pairs);
    const [a, b] = [full, carriers].map((sample) => modalDiffusionOf([sample], { seed: 1 }));
    // Both projections split the same D_σ, each in its own way: the framework hardly walks here, so the shares are near each other, yet far
    // beyond rounding, 1e-11.
    expect(a!.total.value).toBe(b!.total.value);
    expect(Math.abs(a!.diagonalShare.value - b!.diagonalShare.value)).toBeGreaterThan(1e-6);
  });
});

describe("cost", () => {
  it("is linear in the number of frames", async () => {
    const time = async (frames: number): Promise<number> => {
      const trajectory = walk(5, frames);
      let best = Number.POSITIVE_INFINITY;
      for (let r = 0; r < 3; r++) {
        const start = performance.now();
        await modalDiffusion(trajectory, modes, {
          carriers: "Li",
          seed: 1,
          lagsPs: [0.1, 0.2],
          blockPs: 10,
          maxOrigins: 1e6,
          repeats: 2,
        });
        best = Math.min(best, performance.now() - start);
      }
      return best;
    };
    await time(2000);
    const [few, many] = [await time(4000), await time(16000)];
    // Four times the frames; quadratic cost would be sixteen. Ten leaves room for a busy machine.
    expect(many / few).toBeLessThan(10);
  });
});
