import { describe, expect, it } from "vitest";
import { type F64, InputError, NumericError } from "../../../src/base/index.js";
import {
  type ModalDiffusionOptions,
  modalDiffusion,
  modalDiffusionOf,
  sampleModes,
} from "../../../src/coupling/index.js";
import { degenerateGroups, displacementsFromModes, type Modes } from "../../../src/modes/index.js";
import { makeCell, makeCrystal } from "../../../src/structure/index.js";
import { springCrystal, trajectoryOf, walkers } from "../../helpers/modal-systems.js";

const modes = springCrystal(["Li", "Li", "Li", "P", "O", "O"], 3);
const size = 18;
const lags = { lagsPs: [0.1, 0.2, 0.3, 0.4, 0.5], blockPs: 4, maxOrigins: 100 };
const options: ModalDiffusionOptions = { carriers: "Li", seed: 1, ...lags };
const stepOf = (atom: number): number => (atom < 3 ? 0.2 : 0.02);
const walk = (seed: number, more: { zeroMomentum?: boolean; swing?: number; frames?: number } = {}) =>
  trajectoryOf(modes.reference, walkers(modes, { frames: 2000, seed, stepOf, swing: 0.3, ...more }));

const sum = (values: F64): number => values.slice().reduce((total, value) => total + value, 0);

/** Q_n(t) given, all others at rest. */
function oneMode(mode: number, coordinate: (frame: number) => number, frames = 1000) {
  const positions = new Float64Array(frames * size);
  for (let t = 0; t < frames; t++) {
    const q = new Float64Array(modes.count);
    q[mode] = coordinate(t);
    const u = displacementsFromModes(modes, q);
    for (let a = 0; a < size; a++) positions[t * size + a] = modes.reference.positions[a]! + u[a]!;
  }
  return trajectoryOf(modes.reference, positions);
}

describe("the sum rule", () => {
  it("holds at every lag for walks with vibrations on top, for both projections", async () => {
    for (const projection of ["full", "carriers"] as const) {
      const split = await modalDiffusion(walk(5), modes, { ...options, projection });
      // Completeness is an identity; f64 leaves about 1e-15 per term, far below a lost factor or a wrong sign.
      for (const closure of split.byLag.closure) expect(closure).toBeLessThan(1e-12);
      expect(Math.abs(sum(split.pairs) / split.total.value - 1)).toBeLessThan(1e-11);
      expect(Math.abs(sum(split.perMode) / split.total.value - 1)).toBeLessThan(1e-11);
      expect(Math.abs(sum(split.shares) - 1)).toBeLessThan(1e-11);
      for (let n = 0; n < modes.count; n++) {
        const row = sum(split.pairs.slice(n * modes.count, (n + 1) * modes.count));
        expect(Math.abs(row - split.perMode[n]!)).toBeLessThan(1e-11 * split.total.value);
      }
    }
  });

  it("refuses vectors that are not complete", async () => {
    const vectors = modes.vectors.slice();
    vectors.fill(0, 7 * size, 8 * size);
    await expect(modalDiffusion(walk(5), { ...modes, vectors }, options)).rejects.toThrow(NumericError);
  });

  it("does not depend on how frames fall into batches: the same numbers from one long product", async () => {
    // 400 frames per block against 2000: batches of 256 frames end inside blocks in different places.
    const short = await modalDiffusion(walk(5), modes, { ...options, blockPs: 20, maxOrigins: 1e6 });
    const positions = walkers(modes, { frames: 2000, seed: 5, stepOf, swing: 0.3 });
    // ⟨|ΣΔr|²⟩ by hand at the first and the last lag.
    for (const [k, lag] of [10, 20, 30, 40, 50].entries()) {
      let moment = 0;
      for (let t = 0; t + 50 < 2000; t++) {
        for (let axis = 0; axis < 3; axis++) {
          let moved = 0;
          for (let i = 0; i < 3; i++)
            moved += positions[(t + lag) * size + 3 * i + axis]! - positions[t * size + 3 * i + axis]!;
          moment += moved * moved;
        }
      }
      expect(Math.abs(short.byLag.collective[k]! / (moment / (18 * 1950)) - 1)).toBeLessThan(1e-12);
    }
  });
});

describe("two atoms by hand", () => {
  // A carrier of mass 1 moves at v along x, a framework of mass 3 stays. Mode "together" e = (1, √3)/2 carries m/M = 1/4 of the motion,
  // mode "apart" e = (√3, −1)/2 carries 3/4; the mean square is v²τ², its slope between two lags v²(τ₁ + τ₂).
  const crystal = makeCrystal({
    cell: makeCell([9, 0, 0, 0, 9, 0, 0, 0, 9]),
    species: ["Li", "O"],
    masses: [1, 3],
    positions: [0, 0, 0, 4, 4, 4],
  });
  const vectors = new Float64Array(36);
  for (let axis = 0; axis < 3; axis++) {
    vectors[6 * axis + axis] = 0.5;
    vectors[6 * axis + 3 + axis] = Math.sqrt(3) / 2;
    vectors[6 * (3 + axis) + axis] = Math.sqrt(3) / 2;
    vectors[6 * (3 + axis) + 3 + axis] = -0.5;
  }
  const pair: Modes = {
    reference: crystal,
    q: [0, 0, 0],
    count: 6,
    frequencies: Float64Array.of(0, 0, 0, 8, 9, 10),
    vectors,
    complex: false,
  };
  const positions = Float64Array.from({ length: 6 * 400 }, (_, k) =>
    k % 6 === 0 ? 0.01 * Math.floor(k / 6) : crystal.positions[k % 6]!,
  );

  it("gives 1/16, 3/16, 3/16, 9/16 of v²(τ₁+τ₂)/6, and the framework sees the same", async () => {
    const split = await modalDiffusion(trajectoryOf(crystal, positions), pair, {
      carriers: [0],
      seed: 1,
      lagsPs: [0.2, 0.5],
      blockPs: 1,
    });
    // v = 1e-3 Å/fs, τ₁ + τ₂ = 700 fs: D = 1e-6 · 700/6 Å²/fs = that times 0.1 cm²/s. Rounding of positions of size 4 Å leaves 1e-13.
    const d = ((1e-6 * 700) / 6) * 0.1;
    expect(Math.abs(split.total.value / d - 1)).toBeLessThan(1e-11);
    expect(Math.abs(split.totalFramework.value / d - 1)).toBeLessThan(1e-11);
    for (const [n, m, part] of [
      [0, 0, 1],
      [0, 3, 3],
      [3, 0, 3],
      [3, 3, 9],
      [1, 1, 0],
      [3, 4, 0],
    ] as const) {
      expect(Math.abs(split.pairs[6 * n + m]! / d - part / 16)).toBeLessThan(1e-11);
    }
    expect(Math.abs(split.diagonalShare.value - 10 / 16)).toBeLessThan(1e-11);
    expect(Math.abs(split.shares[3]! - 0.75)).toBeLessThan(1e-11);
    expect(split.topModes.slice(0, 2)).toEqual([3, 0]);
    expect(split.haven.value).toBeCloseTo(1, 10); // one carrier
    expect(split.frameFactor).toBeCloseTo(0.75 ** 2, 12);
  });

  it("turns D into a conductivity: σ = N_c (Ze)² D/(V k_BT)", async () => {
    const split = await modalDiffusion(trajectoryOf(crystal, positions), pair, {
      carriers: [0],
      seed: 1,
      lagsPs: [0.2, 0.5],
      blockPs: 1,
      conductivity: { charge: 2, temperatureK: 300 },
    });
    // In SI by hand: 4 · (1.602176634e-19)² · D · 1e-4 / (729e-30 · 1.380649e-23 · 300) S/m, times 10 for mS/cm.
    const siemens = (4 * 1.602176634e-19 ** 2 * split.totalFramework.value * 1e-4) / (729e-30 * 1.380649e-23 * 300);
    expect(Math.abs(split.conductivity!.total.value / (10 * siemens) - 1)).toBeLessThan(1e-12);
    expect(Math.abs(sum(split.conductivity!.perMode) / (10 * siemens) - 1)).toBeLessThan(1e-11);
  });
});

describe("limits", () => {
  it("one excited mode carries everything, on the diagonal", async () => {
    const k = 9;
    const split = await modalDiffusion(
      oneMode(k, (t) => 0.01 * t),
      modes,
      options,
    );
    for (let n = 0; n < modes.count; n++) expect(Math.abs(split.shares[n]! - (n === k ? 1 : 0))).toBeLessThan(1e-9);
    expect(Math.abs(split.diagonalShare.value - 1)).toBeLessThan(1e-9);
    expect(split.topModes[0]).toBe(k);
  });

  it("a mode that swings has C = A²(1 − cos ωτ): the offset that a slope forgets and C/τ keeps", async () => {
    // Period 40 frames; 400 − 40 = 360 origins are nine whole periods, so the mean over origins is exact.
    const k = 11;
    const amplitude = 0.7;
    const [sample] = await sampleModes(
      oneMode(k, (t) => amplitude * Math.cos((2 * Math.PI * t) / 40 + 0.3)),
      modes,
      { carriers: "Li", lagsPs: [0.1, 0.2, 0.3, 0.4], blockPs: 4, maxOrigins: 1e6 },
    );
    const weights = sample!.carriers.weights;
    const s2 = weights[3 * k]! ** 2 + weights[3 * k + 1]! ** 2 + weights[3 * k + 2]! ** 2;
    for (const [index, lag] of [10, 20, 30, 40].entries()) {
      const expected = (s2 * amplitude ** 2 * (1 - Math.cos((2 * Math.PI * lag) / 40))) / 18;
      const found = sample!.blocks[0]!.diagonal[index * modes.count + k]!;
      // Positions near 7 Å carry 1e-15 each; squares of 0.3 Å increments then hold to 1e-13.
      expect(Math.abs(found - expected)).toBeLessThan(1e-13);
    }
  });

  it("rotating vectors inside a degenerate group moves the diagonal share, not the grouped ones", async () => {
    const frequencies = modes.frequencies.slice();
    frequencies[8] = frequencies[7]!;
    frequencies[9] = frequencies[7]!;
    const degenerate: Modes = { ...modes, frequencies };
    expect(degenerateGroups(degenerate).some((group) => group.count === 3 && group.first === 7)).toBe(true);
    const vectors = modes.vectors.slice();
    const turn = (n: number, m: number, angle: number): void => {
      for (let a = 0; a < size; a++) {
        const [x, y] = [vectors[n * size + a]!, vectors[m * size + a]!];
        vectors[n * size + a] = Math.cos(angle) * x - Math.sin(angle) * y;
        vectors[m * size + a] = Math.sin(angle) * x + Math.cos(angle) * y;
      }
    };
    turn(7, 8, 0.7);
    turn(8, 9, -1.1);
    const before = await modalDiffusion(walk(6), degenerate, options);
    const after = await modalDiffusion(walk(6), { ...degenerate, vectors }, options);
    expect(Math.abs(after.groupedShare.value - before.groupedShare.value)).toBeLessThan(1e-11);
    for (let g = 0; g < before.groups.length; g++)
      expect(Math.abs(after.groupShares[g]! - before.groupShares[g]!)).toBeLessThan(1e-11);
    expect(Math.abs(after.diagonalShare.value - before.diagonalShare.value)).toBeGreaterThan(1e-4);
    expect(Math.abs(before.groupedShare.value + before.offDiagonalShare.value - 1)).toBeLessThan(1e-12);
  });

  it("with zero total momentum the laboratory sees (1 − N_c m_c/M)² of what the framework sees", async () => {
    const split = await modalDiffusion(walk(7, { zeroMomentum: true }), modes, options);
    const { masses } = modes.reference;
    const factor = (1 - (3 * masses[0]!) / sum(masses)) ** 2;
    expect(split.frameFactor).toBeCloseTo(factor, 12);
    // Swings keep the momentum at zero too: the relation holds origin by origin.
    expect(Math.abs(split.total.value / split.totalFramework.value / factor - 1)).toBeLessThan(1e-10);
  });

  it("independent walkers on a heavy framework have a Haven ratio of 1 within its error, D = step²/(2Δ)", async () => {
    const runs = [11, 12, 13].map((seed) =>
      trajectoryOf(modes.reference, walkers(modes, { frames: 4000, seed, stepOf: (i) => (i < 3 ? 0.2 : 0) })),
    );
    const split = await modalDiffusion(runs, modes, { ...options, jumps: 1000 });
    // 30 blocks; 3.5σ of a normal is passed once in 2000 runs, and the seed is fixed.
    expect(Math.abs(split.haven.value - 1)).toBeLessThan(3.5 * split.haven.standardError);
    expect(split.haven.standardError).toBeLessThan(0.2);
    // 0.04 Å² per axis and frame: D = 0.04/(2 · 10 fs) Å²/fs = 2e-4 cm²/s.
    expect(Math.abs(split.tracer.value - 2e-4)).toBeLessThan(3.5 * split.tracer.standardError);
    expect(split.tracer.standardError).toBeLessThan(2e-5);
    expect(split.blocks).toBe(30);
    expect(split.converged).toBe(true);
    expect(split.durationPs).toBeCloseTo(120, 9);
  });
});

describe("what is said aloud", () => {
  it("fewer than ten jumps: not converged", async () => {
    const counted = await modalDiffusion(walk(5), modes, { ...options, jumps: 9 });
    expect(counted.converged).toBe(false);
    expect(counted.notes.find(({ code }) => code === "modal-not-converged")?.message).toContain(
      "not converged: 9 jumps",
    );
    const enough = await modalDiffusion(walk(5), modes, { ...options, jumps: 10 });
    expect(enough.converged).toBe(true);
    expect(enough.notes.some(({ code }) => code === "modal-not-converged")).toBe(false);
    // A swing goes nowhere: the effective number of jumps is far below ten.
    const still = await modalDiffusion(
      oneMode(9, (t) => 0.1 * Math.cos(t)),
      modes,
      { ...options, jumpLengthA: 3 },
    );
    expect(still.jumps.counted).toBe(false);
    expect(still.converged).toBe(false);
  });

  it("what fills no block", async () => {
    const split = await modalDiffusion(walk(5), modes, { ...options, blockPs: 7 });
    expect(split.durationPs).toBeCloseTo(14, 9);
    expect(split.notes.find(({ code }) => code === "modal-frames-left")?.message).toContain("6.000 ps");
    const whole = await modalDiffusion(walk(5), modes, options);
    expect(whole.notes.some(({ code }) => code === "modal-frames-left")).toBe(false);
  });

  it("one block has no error", async () => {
    const split = await modalDiffusion(walk(5), modes, { ...options, blockPs: 20 });
    expect(split.total.standardError).toBeNaN();
    expect(split.pairsError[0]).toBeNaN();
    expect(split.converged).toBe(false);
    expect(split.notes.some(({ code }) => code === "modal-few-blocks")).toBe(true);
  });

  it("the same seed gives the same errors, another seed others, and the values are the same", async () => {
    const samples = await sampleModes(walk(5), modes, options);
    const [a, b, c] = [1, 1, 2].map((seed) => modalDiffusionOf(samples, { seed }));
    expect(a!.total).toEqual(b!.total);
    expect(c!.total.value).toBe(a!.total.value);
    expect(c!.total.standardError).not.toBe(a!.total.standardError);
    // Both are estimates of one error from 1000 resamplings: within about 5 % of each other.
    expect(Math.abs(c!.total.standardError / a!.total.standardError - 1)).toBeLessThan(0.2);
  });

  it("refuses what would give wrong numbers", async () => {
    const run = walk(5);
    const with_ = (more: Partial<ModalDiffusionOptions>) => modalDiffusion(run, modes, { ...options, ...more });
    await expect(with_({ lagsPs: [0.1, 0.205] })).rejects.toThrow(/20.5 frames/);
    await expect(with_({ lagsPs: [0.1, 4] })).rejects.toThrow(/longest lag is 400 frames, a block has 400/);
    await expect(with_({ fitFromPs: 0.5 })).rejects.toThrow(InputError);
    await expect(with_({ carriers: "Na" })).rejects.toThrow(/no Na/);
    await expect(with_({ carriers: [0, 1, 2, 3, 4, 5] })).rejects.toThrow(/all 6 atoms/);
    await expect(with_({ blockPs: 100 })).rejects.toThrow(/do not fill one block/);
    const gap = {
      ...run,
      async *frames() {
        for await (const frame of run.frames()) if (frame.step !== 77) yield frame;
      },
    };
    await expect(modalDiffusion(gap, modes, options)).rejects.toThrow(/frame 77 is at 780 fs, not at 770 fs/);
    const broken = walkers(modes, { frames: 2000, seed: 5, stepOf });
    broken[18 * 300 + 7] = Number.NaN;
    await expect(modalDiffusion(trajectoryOf(modes.reference, broken), modes, options)).rejects.toThrow(
      /atom 3 has the position NaN in frame 300/,
    );
    const other = springCrystal(["Li", "Li", "P", "Li", "O", "O"], 3);
    await expect(modalDiffusion(run, other, options)).rejects.toThrow(/atom 3 is P/);
    await expect(modalDiffusion({ ...run, variableCell: true }, modes, options)).rejects.toThrow(
      /cell of the trajectory changes/,
    );
  });
});
