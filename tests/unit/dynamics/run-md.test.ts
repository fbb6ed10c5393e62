import { describe, expect, it } from "vitest";
import {
  BOLTZMANN,
  EV_PER_A3_PER_GPA,
  FormatError,
  InputError,
  NumericError,
  PhysicsError,
  Rng,
} from "../../../src/base/index.js";
import {
  type Checkpoint,
  type EnsembleSpec,
  type Frame,
  type Hook,
  type MdOptions,
  type MdState,
  makeIntegrator,
  requireCompleted,
  restoreCheckpoint,
  runMd,
  saveCheckpoint,
  startState,
} from "../../../src/dynamics/index.js";
import type { ForceSession } from "../../../src/forces/index.js";
import { packJson, unpackJson } from "../../../src/io/index.js";
import { deformCell, withCell } from "../../../src/structure/index.js";
import { largestDifference, solidArgon, wells } from "../../helpers/dynamics.js";

const argon = solidArgon();
const NVE: EnsembleSpec = { kind: "nve" };

function begun(spec: EnsembleSpec = NVE, { timestepFs = 4, seed = 1, crystal = argon.crystal } = {}) {
  const state = startState(crystal, { temperatureK: 40, seed });
  const forces = argon.field.attach(crystal);
  const integrator = makeIntegrator(spec, state, { timestepFs, rng: Rng.fromSeed(2) });
  return { state, forces, integrator };
}

/** Kicks one component now and then by an amount that depends on how often it did so. */
function kicker(): Hook {
  let count = 0;
  return {
    name: "kicker",
    every: 7,
    apply: (state) => {
      state.velocities[4]! += 1e-4 * ++count;
      state.velocities[7]! -= 1e-4 * count;
    },
    save: () => ({ count }),
    restore: (saved) => {
      count = (saved as { count: number }).count;
    },
  };
}

describe("runMd: what is due when", () => {
  it("does hooks, samples, frames and checkpoints at multiples of their steps, at step 0 too", async () => {
    const { state, forces, integrator } = begun();
    const log: string[] = [];
    const note = (what: string) => () => {
      log.push(`${what} ${state.step}`);
    };
    const run = await runMd(state, forces, integrator, {
      steps: 12,
      thermoEvery: 5,
      frameEvery: 4,
      sink: { write: note("frame") },
      hooks: [{ every: 6, apply: note("hook") }],
      checkpointEvery: 6,
      onCheckpoint: note("checkpoint"),
    });
    expect(log).toEqual([
      ...["hook 0", "frame 0", "checkpoint 0", "frame 4", "hook 6", "checkpoint 6", "frame 8"],
      ...["hook 12", "frame 12", "checkpoint 12"],
    ]);
    expect([...run.thermo.step]).toEqual([0, 5, 10]);
    expect([run.completed, run.steps, state.step, state.timeFs]).toEqual([true, 12, 12, 48]);
  });

  it("frames carry what the state holds", async () => {
    const { state, forces, integrator } = begun();
    const frames: Frame[] = [];
    const sink = { write: (f: Frame) => void frames.push({ ...f, positions: f.positions.slice() }) };
    await runMd(state, forces, integrator, { steps: 6, frameEvery: 3, sink });
    expect(frames.map(({ step, timeFs }) => [step, timeFs])).toEqual([
      [0, 0],
      [3, 12],
      [6, 24],
    ]);
    expect(frames[2]!.positions).toEqual(state.positions);
    expect(frames[2]!.potentialEnergy).toBe(state.potentialEnergy);
    expect(frames[2]!.cell).toBeUndefined();
  });

  it("two runs in a row are one run, however often it stops to look", async () => {
    const one = begun();
    await runMd(one.state, one.forces, one.integrator, { steps: 50 });
    const two = begun();
    await runMd(two.state, two.forces, two.integrator, { steps: 23, checkEvery: 3 });
    await runMd(two.state, two.forces, two.integrator, { steps: 27, thermoEvery: 2, pressure: true });
    expect(packJson(two.state.positions)).toBe(packJson(one.state.positions));
    expect(packJson(two.state.velocities)).toBe(packJson(one.state.velocities));
  });

  it.each<[Partial<MdOptions>, RegExp]>([
    [{ steps: 0 }, /steps is 0/],
    [{ steps: 2.5 }, /steps is 2.5/],
    [{ thermoEvery: 0 }, /thermoEvery is 0/],
    [{ frameEvery: 5 }, /no sink/],
    [{ sink: { write: () => {} } }, /not how often/],
    [{ checkpointEvery: 5 }, /nobody to take it/],
    [{ hooks: [{ every: -1, apply: () => {} }] }, /every of a hook is -1/],
    [{ maxMoveA: 0 }, /maxMoveA is 0/],
  ])("refuses options that cannot be %#", async (options, message) => {
    const { state, forces, integrator } = begun();
    await expect(runMd(state, forces, integrator, { steps: 5, ...options })).rejects.toThrow(message);
  });
});

describe("runMd: what it reports", () => {
  it("means agree with the table, energy drifts within the error, and the pressure is the virial's", async () => {
    const { state, forces, integrator } = begun();
    const run = requireCompleted(
      await runMd(state, forces, integrator, { steps: 2000, thermoEvery: 5, pressure: true }),
    );
    const { thermo, summary } = run;
    const mean = (x: ArrayLike<number>): number => Array.from(x).reduce((a, b) => a + b) / x.length;
    expect(thermo.step.length).toBe(401);
    expect(Math.abs(summary!.temperature.value / mean(thermo.temperatureK as Float64Array) - 1)).toBeLessThan(1e-12);
    // 8 ps of 32 atoms: a slope of 4e-6 of the energy's ripple; three standard errors.
    expect(Math.abs(summary!.drift.value)).toBeLessThan(3 * summary!.drift.standardError);
    // −∂(E − TS)/∂V at one instant is NkT/V − ∂E/∂V at fixed fractional positions: by differences of the energy.
    const energyAt = (scale: number): number => {
      const cell = deformCell(argon.crystal.cell, Float64Array.of(scale, 0, 0, 0, scale, 0, 0, 0, scale));
      const moved = withCell({ ...argon.crystal, positions: state.positions }, cell);
      return argon.field.attach(moved).evaluate(moved.positions, new Float64Array(96));
    };
    const volume = argon.crystal.cell.volume;
    const slope = (energyAt(1 + 1e-5) - energyAt(1 - 1e-5)) / (volume * ((1 + 1e-5) ** 3 - (1 - 1e-5) ** 3));
    const kinetic = (2 / 3) * (thermo.kineticEnergy[400]! / volume);
    // Differences: h² = 1e-10 relative of third derivatives, rounding 1e-15 eV/1e-5: 1e-9 of 1e-3 eV/Å³.
    expect(Math.abs(thermo.pressure![400]! - (kinetic - slope))).toBeLessThan(1e-8);
    expect(summary!.pressure!.unit).toBe("GPa");
    expect(summary!.pressure!.value).toBeCloseTo(mean(thermo.pressure as Float64Array) / EV_PER_A3_PER_GPA, 9);
  });

  it("the work of hooks is told apart from a loss of energy", async () => {
    const { state, forces, integrator } = begun();
    const heat: Hook = {
      every: 10,
      apply: (s) => {
        for (let k = 0; k < s.velocities.length; k++) s.velocities[k]! *= 1.02;
      },
    };
    const run = requireCompleted(await runMd(state, forces, integrator, { steps: 400, hooks: [heat], maxDrift: 0.05 }));
    const gained = run.thermo.conserved[40]! - run.thermo.conserved[0]!;
    expect(run.hookWork).toBeGreaterThan(5 * 0.05 * 32 * BOLTZMANN * 50); // far above what the guard allows to be lost
    expect(Math.abs(gained - (run.thermo.hookWork[40]! - run.thermo.hookWork[0]!))).toBeLessThan(1e-3); // ripple of Verlet
  });
});

describe("runMd: small print", () => {
  it("a crystal at rest in its minimum stays there, and its report has numbers", async () => {
    const state = startState(argon.crystal);
    const integrator = makeIntegrator(NVE, state, { timestepFs: 4, rng: Rng.fromSeed(2) });
    const run = requireCompleted(await runMd(state, argon.field.attach(argon.crystal), integrator, { steps: 100 }));
    // Forces cancel by symmetry to 1e-15 eV/Å.
    expect(largestDifference(state.positions, argon.crystal.positions)).toBeLessThan(1e-10);
    expect(Number.isFinite(run.summary!.drift.value)).toBe(true);
    expect(run.summary!.temperature.value).toBeLessThan(1e-10);
  });

  it("notes an energy that drifts less than the guard forbids", async () => {
    const { state, forces, integrator } = begun();
    const push: ForceSession = {
      ...forces,
      setCell: (cell) => forces.setCell(cell),
      energyParts: () => ({}),
      dispose: () => {},
      evaluate: (x, f) => {
        const energy = forces.evaluate(x, f);
        for (let k = 0; k < f.length; k++) f[k]! += 3e-4; // not the slope of any energy here
        return energy;
      },
    };
    const run = requireCompleted(await runMd(state, push, integrator, { steps: 2000, maxDrift: 100 }));
    expect(run.notes.map((note) => note.code)).toContain("md-drift");
  });
});

describe("checkpoints", () => {
  const ensembles: Readonly<Record<string, EnsembleSpec>> = {
    nve: NVE,
    langevin: { kind: "langevin", temperatureK: { fromK: 40, toK: 60, overFs: 300 }, relaxationFs: 100 },
    "nose-hoover": { kind: "nose-hoover", temperatureK: 50 },
    rescale: { kind: "rescale", temperatureK: 50, groups: [{ atoms: [1, 2, 3], temperatureK: 80 }] },
  };
  it.each(Object.entries(ensembles))(
    "a run that goes on from one repeats the uninterrupted one (%s)",
    async (_, spec) => {
      const whole = begun(spec);
      const saved: string[] = [];
      const full = await runMd(whole.state, whole.forces, whole.integrator, {
        steps: 60,
        thermoEvery: 4,
        hooks: [kicker()],
        checkpointEvery: 28, // a multiple of the hook's 7 and the sample's 4: all is due at once
        onCheckpoint: (checkpoint) => void saved.push(packJson(checkpoint)),
      });
      // A new process: everything made anew, and other chance, which the checkpoint replaces.
      const again = begun(spec);
      const hooks = [kicker()];
      restoreCheckpoint(unpackJson(saved[1]!) as Checkpoint, { ...again, hooks });
      expect(again.state.step).toBe(28);
      const rest = await runMd(again.state, again.forces, again.integrator, { steps: 32, thermoEvery: 4, hooks });
      expect(packJson(saveCheckpoint(again.state, again.integrator, hooks))).toBe(
        packJson(saveCheckpoint(whole.state, whole.integrator, [{ ...kicker(), save: () => ({ count: 9 }) }])),
      );
      expect([...rest.thermo.conserved]).toEqual([...full.thermo.conserved.slice(8)]);
    },
  );

  it("goes on with the same bits in another cell than the crystal's", async () => {
    const cell = deformCell(argon.crystal.cell, Float64Array.of(1.01, 0, 0, 0.002, 0.99, 0, 0, 0, 1));
    const run = begun();
    run.state.cell = cell;
    await runMd(run.state, run.forces, run.integrator, { steps: 20 });
    const checkpoint = saveCheckpoint(run.state, run.integrator);
    await runMd(run.state, run.forces, run.integrator, { steps: 20 });
    const again = begun();
    restoreCheckpoint(checkpoint, again);
    await runMd(again.state, again.forces, again.integrator, { steps: 20 });
    expect(packJson(again.state.positions)).toBe(packJson(run.state.positions));
    const plain = begun();
    await runMd(plain.state, plain.forces, plain.integrator, { steps: 40 });
    expect(largestDifference(plain.state.positions, run.state.positions)).toBeGreaterThan(1e-4); // the cell mattered
  });

  it("a checkpoint is not a view of the run", () => {
    const { state, integrator } = begun();
    const checkpoint = saveCheckpoint(state, integrator);
    const x = checkpoint.state.positions[0];
    state.positions[0] = 99;
    expect(checkpoint.state.positions[0]).toBe(x);
  });

  it("refuses another version, crystal, ensemble, time step or set of hooks", () => {
    const { state, integrator } = begun();
    const good = saveCheckpoint(state, integrator);
    const into = (checkpoint: Checkpoint, target: Parameters<typeof restoreCheckpoint>[1]) => () =>
      restoreCheckpoint(checkpoint, target);
    const shifted = { ...argon.crystal, masses: argon.crystal.masses.slice().map((mass) => mass + 1e-12) };
    expect(into({ ...good, version: 99 }, begun())).toThrow(FormatError);
    expect(into({ ...good, schema: "other" }, begun())).toThrow(/schema is "other"/);
    expect(into(good, begun(NVE, { crystal: shifted }))).toThrow(/other masses, positions, cell or frozen atoms/);
    expect(into(good, begun({ kind: "langevin", temperatureK: 40 }))).toThrow(/ensemble/);
    expect(into(good, begun(NVE, { timestepFs: 2 }))).toThrow(/time step of 4 fs, the run asks for 2 fs/);
    expect(into(good, { ...begun(), hooks: [kicker()] })).toThrow(/hooks/);
    expect(into(good, begun())).not.toThrow();
  });
});

describe("cancelling", () => {
  it("leaves a checkpoint from which the run goes on, and throws the signal's reason", async () => {
    const whole = begun();
    await runMd(whole.state, whole.forces, whole.integrator, { steps: 60 });
    const stop = new AbortController();
    const { state, forces, integrator } = begun();
    let last: Checkpoint | undefined;
    const reason = new Error("enough");
    const cancelled = runMd(state, forces, integrator, {
      steps: 60,
      signal: stop.signal,
      hooks: [{ every: 30, apply: (s) => void (s.step === 30 && stop.abort(reason)) }],
      onCheckpoint: (checkpoint) => void (last = checkpoint),
    });
    await expect(cancelled).rejects.toBe(reason);
    expect(last!.state.step).toBe(30);
    const again = begun();
    restoreCheckpoint(last!, { ...again, hooks: [{ every: 30, apply: () => {} }] });
    await runMd(again.state, again.forces, again.integrator, { steps: 30 });
    expect(packJson(again.state.positions)).toBe(packJson(whole.state.positions));
  });
});

/** Gives the first atom the speed to reach its nearest neighbour in one step of 4 fs. */
function throwAtNeighbour(state: MdState): void {
  const x = state.positions;
  const distance2 = (i: number): number =>
    (x[3 * i]! - x[0]!) ** 2 + (x[3 * i + 1]! - x[1]!) ** 2 + (x[3 * i + 2]! - x[2]!) ** 2;
  const others = Array.from({ length: 31 }, (_, i) => i + 1).sort((a, b) => distance2(a) - distance2(b));
  for (let a = 0; a < 3; a++) {
    state.velocities[3 * others[0]! + a] = 0;
    state.velocities[a] = (x[3 * others[0]! + a]! - x[a]!) / 4;
  }
}

describe("guards", () => {
  const stepsOf = (failure: unknown): Record<string, unknown> => ({ ...(failure as NumericError).context });

  it("too large a step: names atom and step, suggests a time step, keeps the last good state", async () => {
    // ωΔt = 2.2 > 2: velocity Verlet's oscillator grows without bound.
    const { crystal, field } = wells(2, [10, 40], 4);
    const omega = 2 * Math.PI * 1e-3 * 15.633304 * Math.sqrt(4 / 10);
    const state = startState(crystal, { temperatureK: 300, seed: 1, centreOfMass: "free" });
    const integrator = makeIntegrator(NVE, state, { timestepFs: 2.2 / omega, rng: Rng.fromSeed(2) });
    const forces = field.attach(crystal);
    const withHessian: ForceSession = {
      ...forces,
      evaluate: (x, f) => forces.evaluate(x, f),
      hessian: () => {
        const values = new Float64Array(36);
        for (let k = 0; k < 6; k++) values[7 * k] = 4;
        return values;
      },
    };
    const frames: number[] = [];
    const run = await runMd(state, withHessian, integrator, {
      steps: 200,
      checkEvery: 20,
      frameEvery: 2,
      sink: { write: (f) => void frames.push(f.step) },
      maxDrift: 1e9,
      maxMoveA: 2,
    });
    expect(run.completed).toBe(false);
    expect(run.failure).toBeInstanceOf(NumericError);
    expect(run.failure!.message).toMatch(/atom 1 \(Ar\) moves .* Å/);
    expect(run.failure!.hint).toMatch(/take a time step of about 5.1 fs: the highest frequency .* is 9.9 THz/);
    const { step, lastGoodStep, suggestedTimestepFs } = stepsOf(run.failure);
    expect(suggestedTimestepFs).toBeCloseTo((2 * Math.PI) / omega / 20, 0);
    expect(state.step).toBe(lastGoodStep);
    expect(state.step).toBe(run.steps);
    expect([1, 2]).toContain((step as number) - state.step); // found to the step between two stops
    expect(frames[frames.length - 1]).toBe(state.step);
    expect(Array.from(state.positions).every(Number.isFinite)).toBe(true);
    expect(() => requireCompleted(run)).toThrow(run.failure!);
  });

  const faulty = (at: number, spoil: (f: Float64Array) => number | undefined): ReturnType<typeof begun> => {
    const run = begun();
    const { forces } = run;
    const evaluate: ForceSession["evaluate"] = (x, f) => {
      const energy = forces.evaluate(x, f);
      return run.state.step >= at ? (spoil(f) ?? energy) : energy;
    };
    return {
      ...run,
      forces: { evaluate, setCell: (c) => forces.setCell(c), energyParts: () => ({}), dispose: () => {} },
    };
  };

  it("a force that is not a number: names the atom and the step", async () => {
    const { state, forces, integrator } = faulty(33, (f) => void (f[3 * 5 + 1] = Number.NaN));
    const run = await runMd(state, forces, integrator, { steps: 100 });
    expect(run.failure!.message).toMatch(/step 34: velocity of atom 6 \(Ar\) is not a finite number at step 34/);
    expect(run.failure!.hint).toMatch(/the time step of 4 fs is not the cause|take a time step/);
    expect(state.step).toBe(30); // the last stop, a sample's
    expect(run.thermo.step.length).toBe(4);
  });

  it("an energy that is not a number", async () => {
    const { state, forces, integrator } = faulty(33, () => Number.POSITIVE_INFINITY);
    const run = await runMd(state, forces, integrator, { steps: 100 });
    expect(run.failure!.message).toMatch(/the energy is Infinity at step 34/);
  });

  it("a conserved quantity that leaves its place", async () => {
    // A force that is not the slope of the energy: 1 % too large.
    const { state, forces, integrator } = faulty(0, (f) => {
      for (let k = 0; k < f.length; k++) f[k]! += 0.002;
      return undefined;
    });
    const run = await runMd(state, forces, integrator, { steps: 2000, maxDrift: 0.1 });
    expect(run.completed).toBe(false);
    expect(run.failure!.message).toMatch(
      /the conserved quantity moved by .* k_BT per atom by step \d+, allowed are 0.1/,
    );
    expect(run.summary).toBeDefined(); // what was good is reported
  });

  it("atoms that overlap: what the force field says, with the step", async () => {
    const { state, forces, integrator } = begun();
    const run = await runMd(state, forces, integrator, {
      steps: 100,
      maxMoveA: 100,
      hooks: [{ every: 35, apply: (s) => void (s.step === 35 && throwAtNeighbour(s)) }],
    });
    expect(run.completed).toBe(false);
    expect(run.failure!.message).toMatch(/the run ended in step 36: .*(Å apart|overlap)/);
    expect((run.failure as { cause?: unknown }).cause).toBeInstanceOf(PhysicsError);
    expect(state.step).toBe(35);
  });

  it("errors that are not of the run pass through", async () => {
    const { state, forces, integrator } = begun();
    const broken = { write: () => Promise.reject(new Error("disk full")) };
    await expect(runMd(state, forces, integrator, { steps: 5, frameEvery: 1, sink: broken })).rejects.toThrow(
      "disk full",
    );
    expect(() => startState(argon.crystal, { temperatureK: -1, seed: 1 })).toThrow(InputError);
  });
});
