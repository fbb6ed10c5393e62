// The study "molecular-dynamics": what it asks, what it runs, what it keeps of a run that goes wrong.

import { describe, expect, it } from "vitest";
import { InputError, inlinePool, NumericError, type Progress, ResourceError } from "../../../src/base/index.js";
import type { Frame, Thermo, Trajectory } from "../../../src/dynamics/index.js";
import { atomsOf } from "../../../src/structure/index.js";
import {
  chooseAtoms,
  ensembleOf,
  equilibrationOf,
  estimateText,
  joinMsd,
  type MolecularDynamicsData,
  meanEstimate,
  memoryStore,
  mobileElement,
  molecularDynamics,
  molecularDynamicsParameters,
  type RunStore,
  type StudyFiles,
  seriesOf,
  stepCounts,
  summaryLines,
} from "../../../src/studies/index.js";
import type { MsdResult } from "../../../src/transport/index.js";
import { gammaLi3PO4 } from "../../helpers/li3po4.js";
import { argonRun, contextWith } from "./md-sample.js";

const run = (rest: Readonly<Record<string, unknown>>, given: Parameters<typeof contextWith>[0] = {}) =>
  molecularDynamics.run(argonRun(rest), contextWith(given));

/** Keeps what a study writes. */
function filesInMemory() {
  const texts = new Map<string, string>();
  const frames = new Map<string, { times: number[]; positions: Float64Array[]; trajectory: Trajectory }>();
  const files: StudyFiles = {
    text: async (name, text) => void texts.set(name, text),
    async trajectory(name, trajectory) {
      const all: Frame[] = [];
      for await (const frame of trajectory.frames()) all.push(frame);
      const positions = all.map((frame) => frame.positions.slice());
      frames.set(name, { times: all.map(({ timeFs }) => timeFs), positions, trajectory });
    },
  };
  return { texts, frames, files };
}

describe("what is asked", () => {
  it("counts whole steps, and refuses samples between steps", () => {
    expect(stepCounts(argonRun({}))).toEqual({ equilibration: 100, production: 400, sample: 10 });
    expect(stepCounts(argonRun({ timestepFs: 0.1, sampleFs: 0.3, durationPs: 1 }))).toMatchObject({
      production: 10_000,
      sample: 3,
    });
    expect(() => stepCounts(argonRun({ sampleFs: 7 }))).toThrow(/sampleFs is 7 fs with a time step of 5 fs/);
    expect(() => stepCounts(argonRun({ durationPs: 0.01 }))).toThrow(/less than the 50 fs between samples/);
  });

  it("refuses what does not go together, and says with what it would", () => {
    const cases: [Record<string, unknown>, RegExp][] = [
      [{ pressureGpa: 1 }, /pressureGpa 1 with ensemble nvt/],
      [{ ensemble: "npt", freeze: "0" }, /frozen atoms with ensemble npt/],
      [{ ensemble: "nve", toTemperatureK: 50 }, /ramp with ensemble nve/],
      [{ ensemble: "langevin", innerSteps: 2 }, /2 inner steps with ensemble langevin/],
      [{ groups: [{ atoms: "0", temperatureK: 10 }] }, /groups .* with ensemble nvt/],
    ];
    for (const [rest, message] of cases) {
      expect(() => stepCounts(argonRun(rest))).toThrow(InputError);
      expect(() => stepCounts(argonRun(rest))).toThrow(message);
    }
  });

  it("answers a wrong word with the nearest, and temperatures that are none", () => {
    const wrong = (rest: object) => molecularDynamicsParameters.safeParse({ ...argonRun({}), ...rest });
    expect(wrong({ ensemble: "langevn" }).error!.issues[0]!.message).toMatch(/did you mean langevin\?/);
    for (const temperatureK of [0, -300]) expect(wrong({ temperatureK }).success).toBe(false);
  });

  it("ramps over the run alone; nve and nvt are brought to temperature by rescaling", () => {
    const ramp = argonRun({ toTemperatureK: 80 });
    const ensemble = ensembleOf(ramp, []);
    expect(ensemble).toEqual({ kind: "nose-hoover", temperatureK: { fromK: 40, toK: 80, overFs: 2000 } });
    expect(equilibrationOf(ramp, ensemble)).toEqual({ kind: "rescale", temperatureK: 40 });
    const two = argonRun({ innerSteps: 2 });
    expect(equilibrationOf(two, ensembleOf(two, [])).kind).toBe("nose-hoover");
    const npt = argonRun({ ensemble: "npt", pressureGpa: 1 });
    expect(equilibrationOf(npt, ensembleOf(npt, []))).toMatchObject({ kind: "npt", pressureGpa: 1, cell: "axes" });
  });

  it("finds atoms by number, range, element, label and class", () => {
    const crystal = gammaLi3PO4();
    const choose = (selection: string) => chooseAtoms(selection, crystal, { purpose: "to be frozen", mobile: "Li" });
    expect(mobileElement(crystal)).toBe("Li");
    expect(choose("3, 0 5-7,6")).toEqual([0, 3, 5, 6, 7]);
    expect(choose("P,0")).toEqual([0, ...atomsOf(crystal, "P")]);
    expect(choose("P1")).toEqual(atomsOf(crystal, "P"));
    // γ-Li3PO4: LiO4 and PO4 tetrahedra share corners only
    expect(choose("anions:corner")).toEqual(atomsOf(crystal, "O"));
    expect(() => choose("anions:edge")).toThrow(/no O atom of the class edge/);
    expect(() => choose("30-32")).toThrow(/30-32 \(to be frozen\) in a cell of 32 atoms/);
    expect(() => choose("7-5")).toThrow(InputError);
    expect(() => choose("Xe")).toThrow(/Xe \(to be frozen\) is no atom of this structure/);
    expect(() => mobileElement(crystal, "Na")).toThrow(InputError);
  });
});

/** Four atoms, 22,100 steps: three segments. */
const ONE_CELL_LONG = { structure: { file: "argon.vasp" }, durationPs: 110, sampleFs: 500 };

describe("a run", () => {
  it("writes frames and samples at the same times, counted from the start of the run", async () => {
    const { texts, frames, files } = filesInMemory();
    const { data, converged } = await run({ replicas: 2, velocities: true }, { files });
    expect(converged).toBe(true);
    const [first, second] = [frames.get("replica-1.h5md")!, frames.get("replica-2.h5md")!];
    // 2 ps every 50 fs, both ends
    expect(first.times).toEqual(Array.from({ length: 41 }, (_, k) => 500 + 50 * k));
    expect(data.replicas.map(({ frames: count }) => count)).toEqual([41, 41]);
    expect(first.trajectory.frameCount).toBe(41);
    expect(first.positions[40]).not.toEqual(second.positions[40]); // chance of their own
    const rows = texts.get("thermo.csv")!.trimEnd().split("\r\n").slice(1);
    const times = rows.filter((row) => row.startsWith("1,run,")).map((row) => Number(row.split(",")[3]));
    expect(times).toEqual(first.times);
    expect(rows.filter((row) => row.startsWith("2,equilibration,"))).toHaveLength(11);
  });

  it("holds frozen atoms where they are, exactly", async () => {
    const { frames, files } = filesInMemory();
    const { data } = await run({ freeze: "0-3,31", ensemble: "langevin" }, { files });
    expect(data.frozen).toEqual([0, 1, 2, 3, 31]);
    expect(data.degreesOfFreedom).toBe(3 * 27);
    const { positions, trajectory } = frames.get("replica-1.h5md")!;
    for (const atom of data.frozen)
      expect(positions[40]!.slice(3 * atom, 3 * atom + 3)).toEqual(
        trajectory.crystal.positions.slice(3 * atom, 3 * atom + 3),
      );
    expect(data.means!.pressure).toBeUndefined(); // walls have no stress of their own
    expect(data.msd[0]!.atoms).toBe(27);
  });

  it("groups with a bath of their own: the mean temperature is between the two", async () => {
    const groups = [{ atoms: "0-15", temperatureK: 90 }];
    const { data } = await run({ ensemble: "langevin", relaxationFs: 50, groups, durationPs: 10 });
    const { value, standardError } = data.means!.temperature;
    // equal halves at 40 and 90 K; strong friction keeps them from mixing much
    expect(Math.abs(value - 65)).toBeLessThan(5 * standardError + 3);
  });

  it("goes on after a full disk to the very same numbers", async () => {
    const { frames, files } = filesInMemory();
    const parameters = ONE_CELL_LONG;
    const whole = await run(parameters, { files });
    const kept = memoryStore();
    let room = 2;
    const full: RunStore = {
      get: (key) => kept.get(key),
      async put(key, value) {
        if (room-- === 0) throw new ResourceError("no space left", "free some");
        await kept.put(key, value);
      },
    };
    await expect(run(parameters, { store: full })).rejects.toThrow("no space left");
    const again = filesInMemory();
    const rest = await run(parameters, { store: kept, files: again.files });
    expect(rest.data).toEqual(whole.data);
    expect(again.frames.get("replica-1.h5md")!.positions).toEqual(frames.get("replica-1.h5md")!.positions);
  });

  it("npt goes on from its checkpoints too", async () => {
    const { data } = await run({ ...ONE_CELL_LONG, ensemble: "npt" });
    expect(data.replicas[0]!.steps).toBe(22_000);
    expect(data.cell!.latticeConstants[0].value).toBe(data.cell!.lengths[0].value);
    const { value, standardError } = data.means!.pressure!;
    expect(Math.abs(value)).toBeLessThan(5 * standardError); // asked for: 0 GPa
  });

  it("reports its steps, all replicas together, and ends at the total", async () => {
    const seen: Progress[] = [];
    const pool = {
      ...inlinePool,
      run: ((task, inputs, onResult, options) =>
        Promise.all(
          inputs.map(async (input, i) => {
            const onProgress = options?.onProgress;
            await onResult(await task.run(input, onProgress ? { onProgress } : {}), i);
          }),
        ).then(() => undefined)) as typeof inlinePool.run,
    };
    const context = { ...contextWith({ onProgress: (now) => seen.push(now) }), pool };
    await molecularDynamics.run(argonRun({ replicas: 2 }), context);
    const steps = seen.filter(({ stage }) => stage === "molecular dynamics");
    expect(steps.every(({ total }) => total === 1000)).toBe(true);
    expect(steps.at(-1)!.done).toBe(1000);
    for (let k = 1; k < steps.length; k++) expect(steps[k]!.done).toBeGreaterThanOrEqual(steps[k - 1]!.done);
  });
});

describe("a run that stops being physics", () => {
  // hotter and hotter, until atoms move more than 0.3 Å in a step of 5 fs
  const ever = { ensemble: "rescale", toTemperatureK: 99_000, durationPs: 20, relaxationFs: 50 };

  it("keeps what was good, says where it ended, and ends there again", async () => {
    const store = memoryStore();
    const { files, frames, texts } = filesInMemory();
    const { data, converged, failure, notes } = await run({ ...ever, replicas: 2 }, { store, files });
    expect(converged).toBe(false);
    expect(failure).toBeInstanceOf(NumericError);
    expect(failure!.message).toMatch(/^the run ended in step \d+: atom \d+ \(Ar\) moves/);
    for (const { failure: why, frames: count, steps, name } of data.replicas) {
      expect(why!.goodSteps).toBe(steps + 100);
      // every frame up to the last good step, none beyond
      expect(count).toBe(Math.floor(steps / 10) + 1);
      expect(frames.get(`${name}.h5md`)!.times).toHaveLength(count);
    }
    expect(notes.filter(({ code }) => code === "md-failed")).toHaveLength(2);
    expect(data.means).toBeNull(); // no run came to its end
    expect(texts.get("thermo.csv")).not.toMatch(/NaN|Infinity/);
    const again = await run({ ...ever, replicas: 2 }, { store });
    expect(again.data).toEqual({ ...data, replicas: data.replicas.map(({ trajectory: _, ...rest }) => rest) });
  });
});

describe("from runs to numbers", () => {
  it("replicas: mean of the means, error √Σσ²/R", () => {
    const mean = meanEstimate([
      { value: 1, standardError: 0.3, unit: "K" },
      { value: 3, standardError: 0.4, unit: "K" },
    ]);
    expect(mean).toEqual({ value: 2, standardError: 0.25, unit: "K" });
  });

  it("mean square displacements: mean over runs, standard error over all their blocks", () => {
    const of = (values: number[], blocks: number[]) =>
      ({
        atoms: Int32Array.of(0, 1),
        reference: "the laboratory",
        lagsPs: Float64Array.of(0, 1, 2),
        blockCount: 2,
        blockLags: 2,
        tracer: { values: Float64Array.from(values), blocks: Float64Array.from(blocks) },
      }) as unknown as MsdResult;
    const joined = joinMsd("Li", [of([0, 2, 4], [0, 1, 0, 3]), of([0, 4, 8], [0, 3, 0, 5])]);
    expect(joined.meanA2).toEqual([0, 3, 6]);
    // blocks 1, 3, 3, 5: variance 8/3 over 4 of them
    expect(joined.standardErrorA2).toEqual([0, Math.sqrt(8 / 3 / 4)]);
  });

  it("series for pictures: a thousand points at most, the last one among them", () => {
    const column = Float64Array.from({ length: 2500 }, (_, i) => i);
    const names = ["step", "timeFs", "temperatureK", "potentialEnergy", "kineticEnergy", "conserved", "hookWork"];
    const thin = seriesOf(Object.fromEntries(names.map((name) => [name, column])) as unknown as Thermo);
    expect(thin.temperatureK.length).toBeLessThanOrEqual(1000);
    expect(thin.temperatureK.at(-1)).toBe(2499);
    expect(thin.timePs.at(-1)).toBe(2.499);
    expect(thin.pressureGpa).toBeUndefined();
  });

  it("numbers to two digits of their error", () => {
    expect(estimateText({ value: 10.62983, standardError: 0.00591 })).toBe("10.6298 ± 0.0059");
    expect(estimateText({ value: -2403.54, standardError: 0.012 })).toBe("−2403.540 ± 0.012");
    expect(estimateText({ value: 90.00000000000001, standardError: 1e-14 })).toBe("90");
    expect(estimateText({ value: 0, standardError: 0 })).toBe("0");
  });

  it("a summary that has every mean with its unit", async () => {
    const { data } = await run({ ensemble: "nve" });
    const lines = summaryLines(data as MolecularDynamicsData).join("\n");
    for (const part of ["Ar32 (32 atoms)", "constant energy", "2 ps in 1 run", " K", " GPa", " eV", "k_BT per atom"])
      expect(lines).toContain(part);
    // velocity Verlet with a step of 1/80 of the shortest period: nothing to see in 2 ps
    expect(Math.abs(data.means!.drift.value) * 0.002).toBeLessThan(1e-3);
  });
});
