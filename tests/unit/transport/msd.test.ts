import { describe, expect, it } from "vitest";
import { Rng } from "../../../src/base/index.js";
import { makeCell, makeCrystal } from "../../../src/structure/index.js";
import {
  analyse,
  type MsdOptions,
  type MsdResult,
  msdOf,
  singleOriginDiffusion,
} from "../../../src/transport/index.js";
import { ionsInBox, randomWalks, trajectoryFrom } from "../../helpers/walks.js";

async function measure(trajectory: Parameters<typeof analyse>[0], options: MsdOptions = {}): Promise<MsdResult> {
  return (await analyse(trajectory, { msd: msdOf("Li", options) })).msd;
}

/** Positions of every frame, by value. */
async function framesOf(trajectory: Parameters<typeof analyse>[0]): Promise<Float64Array[]> {
  const frames: Float64Array[] = [];
  for await (const frame of trajectory.frames()) frames.push(frame.positions.slice());
  return frames;
}

/** ⟨Δa Δb⟩ over origins and ions by the definition; `sum` adds the ions up first. */
function direct(
  frames: readonly Float64Array[],
  ions: number,
  axes: readonly [number, number],
  sum = false,
): Float64Array {
  return Float64Array.from(frames, (_, lag) => {
    let total = 0;
    for (let k = 0; k + lag < frames.length; k++) {
      const [d, e] = axes.map((axis) =>
        Array.from({ length: ions }, (_unused, i) => frames[k + lag]![3 * i + axis]! - frames[k]![3 * i + axis]!),
      ) as [number[], number[]];
      if (sum) total += d.reduce((s, v) => s + v, 0) * e.reduce((s, v) => s + v, 0);
      else
        d.forEach((v, i) => {
          total += v * e[i]!;
        });
    }
    return total / (frames.length - lag) / ions;
  });
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < b.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  return largest;
}

describe("mean square displacements", () => {
  it("a still ion has none, a free one (v t)²", async () => {
    const crystal = ionsInBox(1);
    const speed = [0.3, -0.2, 0.1];
    const flight = trajectoryFrom(crystal, 400, {
      positionsAt: (k) => crystal.positions.slice().map((x, i) => (i < 3 ? x + speed[i]! * k : x)),
    });
    const { tracer, lagFrames: lags } = await measure(flight, { precision: "double" });
    // S1 and 2 S2 are sums of 400 squares up to 75² Å², 1.5·10⁶ Å², rounded by some 4·10⁻¹⁰ Å² and divided by the 400 − m origins.
    Array.from(lags).forEach((lag, m) => {
      expect(Math.abs(tracer.values[m]! - 0.14 * lag * lag)).toBeLessThan(2e-9 / (400 - lag));
    });
    const still = await measure(trajectoryFrom(crystal, 50, { positionsAt: () => crystal.positions.slice() }));
    expect(largestDifference(still.tracer.values, new Float64Array(50))).toBe(0);
  });

  it("all lags, components and collective motion equal the definition", async () => {
    const walk = randomWalks({ ions: 3, frames: 90, seed: 4, rattle: 0.2 });
    const frames = await framesOf(walk);
    const result = await measure(walk, { tensor: true, precision: "double" });
    const pairs = [
      [0, 0],
      [1, 1],
      [2, 2],
      [0, 1],
      [0, 2],
      [1, 2],
    ] as const;
    // f64 sums of 90 squares below 10² Å²: 10⁻¹³ Å².
    pairs.forEach((axes, c) => {
      expect(largestDifference(result.components[c]!.values, direct(frames, 3, axes))).toBeLessThan(1e-12);
      expect(largestDifference(result.collectiveComponents[c]!.values, direct(frames, 3, axes, true))).toBeLessThan(
        1e-12,
      );
    });
    expect([...result.origins].slice(0, 3)).toEqual([90, 89, 88]);
    const single = await measure(walk);
    // Offsets of some 10 Å held to 24 bits are wrong by at most 10 Å·6·10⁻⁸, squares of 100 Å² by 20 times that.
    expect(largestDifference(single.tracer.values, result.tracer.values)).toBeLessThan(1.2e-5);
  });

  it("blocks are what the same analysis gives of that part of the run", async () => {
    const walk = randomWalks({ ions: 4, frames: 120, seed: 5 });
    const whole = await measure(walk, { blocks: 4, precision: "double" });
    for (let b = 0; b < 4; b++) {
      const part = await analyse(
        walk,
        { msd: msdOf("Li", { precision: "double" }) },
        { from: 30 * b, to: 30 * (b + 1) },
      );
      const row = whole.tracer.blocks.slice(b * whole.blockLags, (b + 1) * whole.blockLags);
      expect(whole.blockLags).toBe(16);
      expect(largestDifference(part.msd.tracer.values, row)).toBeLessThan(1e-12);
    }
  });

  it("a far origin and a moving framework change nothing", async () => {
    const walk = randomWalks({ ions: 2, frames: 60, seed: 6 });
    const frames = await framesOf(walk);
    const moved = trajectoryFrom(walk.crystal, 60, {
      positionsAt: (k) => frames[k]!.map((x, i) => x + 1e4 + 0.5 * k * ((i % 3) + 1)),
    });
    const [one, other] = [await measure(walk), await measure(moved)];
    // 10⁴ Å are held to 2·10⁻¹² Å, offsets to 24 bits as above.
    expect(largestDifference(other.tracer.values, one.tracer.values)).toBeLessThan(1e-5);
    expect(other.reference).toBe("centre of mass of 1 S atoms");
    expect(other.referenceShift[2]).toBeCloseTo(0.5 * 59 * 3, 8);
    const lab = await measure(moved, { reference: "lab" });
    // The drift alone: (0.5 k)²(1 + 4 + 9), added to a walk of some 36 Å².
    expect(lab.tracer.values[59]!).toBeGreaterThan(0.5 * 14 * (0.5 * 59) ** 2);
  });

  it("against the total centre of mass, collective motion is (1 − N m/M)² of that against the framework", async () => {
    const walk = randomWalks({ ions: 5, frames: 80, seed: 7 });
    const { masses } = walk.crystal;
    const carriers = 5 * masses[0]!;
    const share = 1 - carriers / (carriers + masses[5]!);
    const framework = await measure(walk, { precision: "double" });
    const total = await measure(walk, { reference: "total", precision: "double" });
    for (const lag of [1, 7, 40])
      expect(total.collective.values[lag]! / framework.collective.values[lag]!).toBeCloseTo(share * share, 10);
  });

  it("Onsager curves: their sum is the motion of all, as N_a, N_b weigh it", async () => {
    const species = ["Li", "Li", "Na", "Na", "Na", "S"];
    const rng = Rng.fromSeed(8);
    const at = new Float64Array(18);
    const history = Array.from({ length: 70 }, () => at.map((x, i) => (i < 15 ? (at[i] = x + rng.normal()) : x)));
    const cell = makeCell([9, 0, 0, 0, 9, 0, 0, 0, 9]);
    const walk = trajectoryFrom(makeCrystal({ cell, species, positions: new Float64Array(18) }), 70, {
      positionsAt: (k) => history[k]!,
    });
    const options = { onsager: ["Li", "Na"], precision: "double" } as const;
    const { msd } = await analyse(walk, { msd: msdOf(["Li", "Na"], options) });
    const [aa, ab, bb] = msd.onsager;
    expect([ab!.first, ab!.second, ...ab!.counts]).toEqual(["Li", "Na", 2, 3]);
    for (const lag of [1, 20, 60]) {
      const sum = 2 * aa!.curve.values[lag]! + 2 * Math.sqrt(6) * ab!.curve.values[lag]! + 3 * bb!.curve.values[lag]!;
      expect(sum / 5).toBeCloseTo(msd.collective.values[lag]!, 9);
    }
  });

  it("displacements from the first frame, and the line through zero of each ion", async () => {
    const crystal = ionsInBox(2);
    // x² of ion 1 grows as 4 t, of ion 2 as 8 t, t in ps: D_x = 3, D_y = D_z = 0.
    const walk = trajectoryFrom(crystal, 50, {
      frameSpacingFs: 500,
      positionsAt: (k) =>
        crystal.positions.slice().map((x, i) => x + (i === 0 ? Math.sqrt(2 * k) : i === 3 ? Math.sqrt(4 * k) : 0)),
    });
    const result = await measure(walk, { precision: "double" });
    expect(result.singleOrigin[3 * 10]!).toBeCloseTo(30, 10);
    const { average, maximum, axes } = singleOriginDiffusion(result);
    expect(axes.map(({ value }) => value)[0]!).toBeCloseTo(3, 10);
    expect(average.value).toBeCloseTo(1, 10);
    expect(maximum.value).toBeCloseTo(3 * average.value, 10);
    // Two ions with 2 and 4: √(variance/2) = 1.
    expect(maximum.standardError).toBeCloseTo(1, 10);
  });

  it("non-Gaussian parameter: none for Gaussian steps, 3/(5n) for n hops of one length", async () => {
    const frames = 1500;
    const gaussian = await measure(randomWalks({ ions: 40, frames, seed: 9 }));
    // The fourth moment of 60 000 samples has a relative error of √(96/15)/√60000 ≈ 1 %.
    expect(Math.abs(gaussian.moments.nonGaussian[0]!)).toBeLessThan(0.05);
    // At the rate 6D/a² a lag of t sees n = 6Dt/a² hops: ⟨r⁴⟩ = (5/3)⟨r²⟩² + n a⁴, so α₂ = 3/(5n), here n = 0.048.
    const hops = await measure(randomWalks({ ions: 40, frames, seed: 10, hop: 2.5 }));
    const expected = 3 / (5 * ((6 * 0.5 * 0.1) / 2.5 ** 2));
    // Some 2900 hops: 2 % for each power of their number, two of them.
    expect(Math.abs(hops.moments.nonGaussian[0]! / expected - 1)).toBeLessThan(0.12);
    const ofIons = hops.moments.perIon.slice(0, 40).reduce((sum, x) => sum + x, 0) / 40;
    expect(ofIons / hops.tracer.values[1]!).toBeCloseTo(1, 5);
  });

  it("logarithmic lags hold no positions and have the same curve, from fewer origins", async () => {
    const walk = randomWalks({ ions: 3, frames: 700, seed: 11, rattle: 0.3 });
    const frames = await framesOf(walk);
    const log = await measure(walk, { lags: "log", blocks: 5 });
    const strided = (lag: number, stride: number): number => {
      let [sum, count] = [0, 0];
      for (let k = 0; k + lag < frames.length; k += stride, count++)
        for (let i = 0; i < 9; i++) sum += (frames[k + lag]![i]! - frames[k]![i]!) ** 2 / 3;
      return sum / count;
    };
    expect([...log.lagFrames].slice(14, 20)).toEqual([14, 15, 16, 18, 20, 22]);
    Array.from(log.lagFrames).forEach((lag, k) => {
      const stride = lag < 16 ? 1 : 2 ** (Math.floor(Math.log2(lag)) - 3);
      // The same sums in another order: 10⁻¹⁶ of a few hundred Å², times √terms.
      if (lag > 0) expect(Math.abs(log.tracer.values[k]! - strided(lag, stride))).toBeLessThan(1e-11);
    });
    const all = await measure(walk);
    expect(log.singleOrigin[3 * 16]!).toBeCloseTo(all.singleOrigin[3 * 16]!, 4);
    expect(log.blockCount).toBeGreaterThanOrEqual(5);
    // Every block's curve is an average of the same motion: at lag 1 within 5 σ of (6D dt + 6 rattle²)(1 ± √(2/(3·3·blockFrames))).
    for (let b = 0; b < log.blockCount; b++) {
      const relative = log.tracer.blocks[b * log.blockLags + 1]! / (0.3 + 6 * 0.09) - 1;
      expect(Math.abs(relative)).toBeLessThan(5 * Math.sqrt(4 / (9 * log.blockFrames)));
    }
  });

  it("notices positions that were left wrapped, and numbers that are none", async () => {
    const walk = randomWalks({ ions: 4, frames: 300, seed: 12 });
    const frames = await framesOf(walk);
    expect((await measure(walk)).notes).toEqual([]);
    const wrapped = frames.map((frame) => frame.map((x) => x - 20 * Math.floor(x / 20)));
    const { notes } = await measure(trajectoryFrom(walk.crystal, 300, { positionsAt: (k) => wrapped[k]! }));
    expect(notes.map(({ code }) => code)).toEqual(["msd-long-step"]);
    frames[7]![2] = Number.NaN;
    const broken = trajectoryFrom(walk.crystal, 300, { positionsAt: (k) => frames[k]! });
    await expect(measure(broken)).rejects.toThrow(/a position at step 7 is not a number/);
  });

  it("says what is wrong with a request", async () => {
    const walk = randomWalks({ ions: 2, frames: 30, seed: 1 });
    await expect(measure(walk, { reference: { atoms: "Xe" } })).rejects.toThrow(/no atom is called "Xe"/);
    await expect(analyse(walk, { msd: msdOf(["Li", "S"]) })).rejects.toThrow(/no framework to measure from/);
    await expect(analyse(walk, { msd: msdOf([7]) })).rejects.toThrow(/atom index 7 of a crystal of 3/);
    await expect(analyse(walk, { msd: msdOf("Li") }, { from: 40 })).rejects.toThrow(/no frame from 40/);
    expect(() => msdOf("Li", { blocks: 1 })).toThrow(/1 blocks/);
  });
});

describe("analyse", () => {
  it("one pass serves many, a stride widens the frame spacing", async () => {
    let passes = 0;
    const walk = randomWalks({ ions: 2, frames: 60, seed: 2 });
    const counted = {
      ...walk,
      frames: (options = {}) => {
        passes++;
        return walk.frames(options);
      },
    };
    const { all, first } = await analyse(counted, { all: msdOf("Li"), first: msdOf([0]) }, { stride: 2 });
    expect(passes).toBe(1);
    expect([all.frames, all.lagsPs[1], first.atoms.length]).toEqual([30, 0.2, 1]);
  });

  it("stops when told, with the reason given", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const walk = randomWalks({ ions: 1, frames: 100_000, seed: 3 });
    const onProgress = () => controller.abort(reason);
    await expect(analyse(walk, { msd: msdOf("Li") }, { signal: controller.signal, onProgress })).rejects.toBe(reason);
  });
});
