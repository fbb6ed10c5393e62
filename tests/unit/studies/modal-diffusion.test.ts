import { describe, expect, it } from "vitest";
import { BOLTZMANN, InputError } from "../../../src/base/index.js";
import { harmonicTrajectory, modalDiffusion, splitRuns } from "../../../src/coupling/index.js";
import type { Trajectory } from "../../../src/dynamics/index.js";
import { mdmaOperation, mdmaParameters, modalDiffusionParameters } from "../../../src/studies/index.js";
import type { MdRunResult } from "../../../src/studies/md-runs.js";
import { lagsOf } from "../../../src/studies/modal-diffusion-analysis.js";
import { stepPlan } from "../../../src/studies/modal-diffusion-runs.js";
import { arrheniusFits, withError } from "../../../src/studies/modal-diffusion-summary.js";
import { vibrationsOf } from "../../../src/studies/modal-diffusion-vibrations.js";
import type { StudyContext } from "../../../src/studies/study.js";
import { springCrystal, trajectoryOf, walkers } from "../../helpers/modal-systems.js";

const modes = springCrystal(["Li", "Li", "Li", "P", "O", "O"], 3);
const size = 18;
const stepOf = (atom: number): number => (atom < 3 ? 0.2 : 0.02);
const walk = (seed: number, frames = 1000): Trajectory =>
  trajectoryOf(modes.reference, walkers(modes, { frames, seed, stepOf, swing: 0.3 }));
const lagsPs = [0.2, 0.5];
const fill = (given: Record<string, unknown> = {}) => mdmaParameters.parse({ lagsPs: lagsPs.join(","), ...given });
const input = (...trajectories: Trajectory[]) => ({
  runs: trajectories.map((trajectory, r) => ({ name: `run ${r + 1}`, trajectory })),
  reference: modes.reference,
  source: { modes },
  seed: 1,
});

/** Slope between two lags of ⟨|Σ_Li Δr|²⟩/(6N), straight from its definition, over origins that both lags have. Å²/ps */
async function direct(trajectory: Trajectory): Promise<{ sigma: number; tracer: number }> {
  const frames: Float64Array[] = [];
  for await (const { positions } of trajectory.frames()) frames.push(positions.slice());
  const [short, long] = lagsPs.map((lag) => Math.round((lag * 1e3) / trajectory.frameSpacingFs)) as [number, number];
  const moments = (lag: number): [number, number] => {
    let [sigma, tracer] = [0, 0];
    const origins = frames.length - long;
    for (let t = 0; t < origins; t++) {
      for (let axis = 0; axis < 3; axis++) {
        let sum = 0;
        for (let i = 0; i < 3; i++) {
          const moved = frames[t + lag]![3 * i + axis]! - frames[t]![3 * i + axis]!;
          sum += moved;
          tracer += moved ** 2 / (18 * origins);
        }
        sigma += sum ** 2 / (18 * origins);
      }
    }
    return [sigma, tracer];
  };
  const [first, last] = [moments(short), moments(long)];
  const time = lagsPs[1]! - lagsPs[0]!;
  return { sigma: (last[0] - first[0]) / time, tracer: (last[1] - first[1]) / time };
}

describe("values from whole runs, errors from blocks", () => {
  it("takes the value over every origin of the run and the error of its blocks", async () => {
    const run = walk(5);
    const options = { carriers: "Li", lagsPs, seed: 1 };
    const { split, blockPs } = await splitRuns([run], modes, { ...options, blocksPerRun: 5 });
    const whole = await modalDiffusion(run, modes, { ...options, blockPs: 10 });
    const blocks = await modalDiffusion(run, modes, { ...options, blockPs: 2 });
    expect(blockPs).toBe(2);
    expect(split.total.value).toBe(whole.total.value);
    expect(split.total.standardError).toBe(blocks.total.standardError);
    expect(split.blocks).toBe(5);
    // A band is moved, not stretched: its width is that of the blocks.
    for (let n = 0; n < modes.count; n++) {
      const width = split.accumulation.high[n]! - split.accumulation.low[n]!;
      const theirs = blocks.accumulation.high[n]! - blocks.accumulation.low[n]!;
      expect(Math.abs(width - theirs)).toBeLessThan(1e-12 * Math.max(1, theirs));
    }
    expect(split.accumulation.value[modes.count - 1]).toBeCloseTo(1, 10);
  });

  it("makes no block shorter than 1.25 of the longest lag", async () => {
    const { blocksPerRun } = await splitRuns([walk(6, 200)], modes, { carriers: "Li", lagsPs: [0.2, 0.8], seed: 1 });
    expect(blocksPerRun).toBe(2); // 2 ps: two of 1 ps = 1.25 × 0.8 ps, not five
  });
});

describe("mdma", () => {
  it("gives the slope of the ions' own motion, and modes that add up to it", async () => {
    const run = walk(7);
    const { data, arrays } = await mdmaOperation.run(input(run), fill());
    const { sigma, tracer } = await direct(run);
    // The same sums in another order: rounding of some 1e4 terms.
    expect(Math.abs(data.dSigmaA2PerPs / sigma - 1)).toBeLessThan(1e-10);
    expect(Math.abs(data.dTracerA2PerPs / tracer - 1)).toBeLessThan(1e-10);
    const total = data.modeD.reduce((sum, d) => sum + d, 0);
    expect(Math.abs(total / sigma - 1)).toBeLessThan(1e-10);
    expect(data.modeD).toHaveLength(size);
    expect(data.sumRuleResidual).toBeLessThan(1e-12);
    expect(data.frame).toBe("lab");
    expect(arrays[0]!.name).toBe("pairs.npy");
  });

  it("makes classes and running sums of the same shares, each adding up to one", async () => {
    const { data } = await mdmaOperation.run(input(walk(8), walk(9)), fill());
    const classes = Object.values(data.classes).reduce((sum, { value }) => sum + value, 0);
    expect(classes).toBeCloseTo(1, 10);
    expect(data.accumulation.value.at(-1)).toBeCloseTo(1, 10);
    expect(data.nulls.static.accumulation.at(-1)).toBeCloseTo(1, 12);
    expect(data.nulls.kinematic.accumulation.at(-1)).toBeCloseTo(1, 10);
    expect(data.nulls.harmonic).toBeNull();
    expect(data.blocks).toBe(6); // two runs in three blocks each: five in all, or the next whole number
  });

  it("leaves out the beginning and takes every other frame where asked", async () => {
    const run = walk(10, 801);
    const frames: Float64Array[] = [];
    for await (const { positions } of run.frames({ from: 100, stride: 2 })) frames.push(positions.slice());
    const flat = Float64Array.from(frames.flatMap((frame) => [...frame]));
    const part = trajectoryOf(modes.reference, flat, { frameSpacingFs: 20 });
    const { data } = await mdmaOperation.run(input(run), fill({ skipPs: 1, stride: 2 }));
    const { data: expected } = await mdmaOperation.run(input(part), fill());
    expect(data.runs[0]!.frames).toBe(351);
    expect(data.dSigmaA2PerPs).toBe(expected.dSigmaA2PerPs);
  });

  it("measures the temperature from velocities and gives the harmonic null with it", async () => {
    const settings = { temperatureK: 600, frames: 1000, frameSpacingFs: 10, seed: 4, velocities: true };
    const { data } = await mdmaOperation.run(input(harmonicTrajectory(modes, settings)), fill());
    expect(data.temperatureFrom).toBe("velocities");
    // Fifteen modes of fixed random energy, each k_BT(g² + h²)/2: mean within 4 × √(1/15) of T.
    expect(Math.abs(data.temperatureK! / 600 - 1)).toBeLessThan(4 / Math.sqrt(15));
    expect(data.nulls.harmonic!.temperatureK).toBe(data.temperatureK);
  });

  it("adds up with the integral of velocities too, and refuses what cannot work", async () => {
    const { data } = await mdmaOperation.run(input(walk(11)), fill({ estimator: "green-kubo", cutPs: 0.2 }));
    expect(data.sumRuleResidual).toBeLessThan(1e-10);
    expect(data.greenKubo!.from).toBe("differences");
    const published = await mdmaOperation.run(input(walk(11)), fill({ estimator: "published" }));
    expect(published.data.published!.diagonalShare.value).toBe(published.data.diagonalShare);
    const refused = async (trajectory: Trajectory, given: Record<string, unknown>): Promise<InputError> =>
      mdmaOperation.run(input(trajectory), fill(given)).then(
        () => expect.unreachable(),
        (error: InputError) => error,
      );
    const short = await refused(walk(12, 40), {});
    expect(short).toBeInstanceOf(InputError);
    expect(short.message).toContain("too short for a lag of 0.5 ps");
    expect(short.hint).toContain("of yours 0.2 ps");
    const moving = await refused({ ...walk(12), variableCell: true }, {});
    expect(moving.message).toContain("constant pressure");
    expect((await refused(walk(12), { lagsPs: "0.2,0.503" })).message).toContain("frames of 10 fs");
    expect((await refused(walk(12), { ion: "Na" })).message).toContain("no Na");
  });

  it("says aloud that fewer than ten jumps mean nothing", async () => {
    const settings = { temperatureK: 300, frames: 1000, frameSpacingFs: 10, seed: 4 };
    const outcome = await mdmaOperation.run(input(harmonicTrajectory(modes, settings)), fill());
    expect(outcome.converged).toBe(false);
    expect(outcome.notes.map(({ code }) => code)).toContain("modal-not-converged");
    expect(outcome.lines.join("\n")).toContain("not converged");
  });
});

const study = (more: Record<string, unknown> = {}) =>
  modalDiffusionParameters.parse({ structure: { file: "x" }, forces: { field: "pedone-2006" }, ...more });

describe("the plan of a study", () => {
  it("counts whole frames, and lags that are whole frames", () => {
    const parameters = study({ durationPs: 100, equilibrationPs: 1, sampleEveryFs: 40, timestepFs: 2 });
    expect(stepPlan(parameters)).toEqual({
      equilibration: 500,
      production: 50_000,
      frameEvery: 20,
      followEvery: 10,
      frames: 2501,
    });
    for (const lag of lagsOf(parameters)) expect(Math.abs(lag / 0.04 - Math.round(lag / 0.04))).toBeLessThan(1e-9);
    expect(() => lagsOf(study({ lagsPs: [5.01, 7] }))).toThrow(InputError);
  });
});

describe("a densely sampled stretch", () => {
  const context = { seed: 1 } as StudyContext;
  const frameSpacingFs = 8;
  const stretch = async (temperatureK: number) => {
    const trajectory = harmonicTrajectory(modes, {
      temperatureK,
      frames: 2000,
      frameSpacingFs,
      seed: 9,
      velocities: true,
    });
    const thermo = { temperatureK: new Float64Array(100).fill(temperatureK) };
    const run = { trajectory, thermo } as unknown as MdRunResult;
    return { trajectory, found: await vibrationsOf(run, modes, { temperatureK, carriers: "Li", context }) };
  };

  it("finds the energy-weighted mean frequency of a harmonic crystal as the centre of its spectra", async () => {
    const { trajectory, found } = await stretch(500);
    // Of an element: Σ f |e|²Q̇²/Σ |e|²Q̇², the weights from the velocities of the whole stretch.
    let [above, below] = [0, 0];
    const weights = new Float64Array(modes.count);
    for await (const { velocities } of trajectory.frames()) {
      for (let n = 0; n < modes.count; n++) {
        let rate = 0;
        for (let a = 0; a < size; a++)
          rate +=
            Math.sqrt(modes.reference.masses[Math.floor(a / 3)]!) * modes.vectors[n * size + a]! * velocities![a]!;
        weights[n]! += rate * rate;
      }
    }
    for (let n = 0; n < modes.count; n++) {
      let part = 0;
      for (let a = 0; a < 9; a++) part += modes.vectors[n * size + a]! ** 2;
      above += modes.frequencies[n]! * part * weights[n]!;
      below += part * weights[n]!;
    }
    // The leakage of a Hann window is symmetric about a line, except near zero: a third of a bin of 0.24 THz.
    expect(Math.abs(found.centres["Li"]!.value - above / below)).toBeLessThan(0.08);
    for (const spectrum of Object.values(found.spectra)) {
      const area = spectrum.slice().reduce((sum, g) => sum + g, 0) * found.frequenciesThz[1]!;
      expect(area).toBeCloseTo(1, 10);
    }
  });

  it("finds equal kinetic and potential temperatures of harmonic modes, and the quantum one above them", async () => {
    const { found } = await stretch(500);
    const { kineticK, displacementK, quantumK } = found.modalTemperatures;
    for (const [k, kinetic] of kineticK.entries()) {
      // Over T periods the mean of sin² differs from 1/2 by at most 1/(4πfT) of itself: below 1 % at 1 THz and 16 ps.
      expect(Math.abs(displacementK[k]! / kinetic - 1)).toBeLessThan(0.05);
      // ħω/ln(1 + ħω/E) > E for all ħω > 0.
      expect(quantumK[k]!).toBeGreaterThan(kinetic);
    }
  });
});

describe("over temperatures", () => {
  it("recovers an activation energy that was put in and leaves out what is not resolved", () => {
    const at = (temperatureK: number, collectiveError: number) => {
      const of = (prefactor: number, error: number, unit: string) => {
        const value = prefactor * Math.exp(-0.6 / (BOLTZMANN * temperatureK));
        return { value, standardError: error * value, unit };
      };
      return {
        temperatureK,
        tracer: of(1e-3, 0.1, "cm²/s"),
        collective: of(2e-3, collectiveError, "cm²/s"),
        jumps: { perPs: of(1e3, 0.05, "1/ps") },
      };
    };
    const added: string[] = [];
    const notes = { add: (code: string) => added.push(code), addAll: () => undefined };
    const rows = [at(800, 3), at(900, 0.3), at(1000, 0.3)] as unknown as Parameters<typeof arrheniusFits>[0];
    const fits = arrheniusFits(rows, notes as unknown as Parameters<typeof arrheniusFits>[1]);
    expect(fits.map(({ of }) => of)).toEqual(["tracer", "jump rate"]);
    // Points on the line: the fit is exact.
    for (const { activationEv } of fits) expect(activationEv.value).toBeCloseTo(0.6, 8);
    expect(added).toEqual(["activation-unresolved"]);
  });

  it("shows a number with as many digits as its error deserves", () => {
    expect(withError({ value: 1.4712e-8, standardError: 2.1e-9, unit: "cm²/s" }, -8)).toBe("(1.47 ± 0.21)·10⁻⁸");
    expect(withError({ value: -0.5, standardError: 0.3, unit: "1" })).toBe("−0.50 ± 0.30");
  });
});
