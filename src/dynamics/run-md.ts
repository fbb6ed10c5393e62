// The run loop. Steps are taken in pieces that end wherever something is due: a hook, a sample, a frame, a checkpoint, a look at whether
// all is well. What is due at a step is done on arrival, in that order: check, hooks, sample, frame, checkpoint; so a checkpoint has
// nothing left to do, and a run that goes on from it repeats the uninterrupted one.
//
// When something goes wrong the piece is repeated step by step to find where, and the state is put back to the last stop that was good.

import { InputError, type Note, Notes, NumericError, Pacer, PhonionError, type RunOptions } from "../base/index.js";
import type { ForceSession } from "../forces/index.js";
import { type Checkpoint, restoreState, type SavedState, saveCheckpoint, saveState } from "./checkpoint.js";
import type { FrameSink } from "./frame-sink.js";
import { Guard, type GuardOptions, suggestTimestep } from "./guard.js";
import type { Hook } from "./hook.js";
import type { Integrator } from "./integrator.js";
import { temperatureOf } from "./kinetics.js";
import type { MdState } from "./state.js";
import { updateForces } from "./steps.js";
import { summarise, type Thermo, ThermoRecorder, type ThermoSummary } from "./thermo.js";
import type { Frame } from "./trajectory.js";

export interface MdOptions extends RunOptions, GuardOptions {
  /** How many steps to take from the state's present one. */
  readonly steps: number;
  /** Steps between samples of temperature and energies. Default 10. */
  readonly thermoEvery?: number;
  /** Sample the pressure too; costs one evaluation per sample and needs a force field that gives the stress. Default false. */
  readonly pressure?: boolean;
  /** Steps between frames, at multiples of it. Needed with `sink`. */
  readonly frameEvery?: number;
  readonly sink?: FrameSink;
  readonly hooks?: readonly Hook[];
  /** Steps between checkpoints, at multiples of it. Default: only when the run is cancelled. */
  readonly checkpointEvery?: number;
  readonly onCheckpoint?: (checkpoint: Checkpoint) => void | Promise<void>;
  /** Steps between looks at whether all is well. Default 20. */
  readonly checkEvery?: number;
  /** Whether what is due at the present step is done before the first one. Default: at step 0, since a continued run did it already. */
  readonly includeStart?: boolean;
}

export interface MdRun {
  /** False when the run ended early: `failure` says why, and the state is the last good one. */
  readonly completed: boolean;
  readonly failure?: PhonionError;
  /** Steps that stand, at most those asked for. */
  readonly steps: number;
  readonly thermo: Thermo;
  /** Left out for fewer than four samples. */
  readonly summary?: ThermoSummary;
  /** Energy the hooks brought, eV. */
  readonly hookWork: number;
  readonly notes: readonly Note[];
}

/**
 * Moves `state` by `options.steps` steps. `forces` is attached to the crystal the state began with.
 * Cancelling gives `onCheckpoint` a last checkpoint and throws the signal's reason; the state stays at a whole step.
 * A run that stops being physics does not throw: see `completed`.
 * @throws InputError for options that cannot be; what the force field or the guard has against the very first arrangement
 */
export async function runMd(
  state: MdState,
  forces: ForceSession,
  integrator: Integrator,
  options: MdOptions,
): Promise<MdRun> {
  checkOptions(options);
  forces.setCell(state.cell);
  if (!Number.isFinite(state.potentialEnergy)) updateForces(state, forces);
  return new Run(state, forces, integrator, options).go();
}

/** The run, or the error it ended with. */
export function requireCompleted(run: MdRun): MdRun {
  if (run.failure) throw run.failure;
  return run;
}

class Run {
  readonly #guard: Guard;
  readonly #recorder: ThermoRecorder;
  readonly #notes = new Notes();
  readonly #periods: readonly number[];
  readonly #hooks: readonly Hook[];
  readonly #thermoEvery: number;
  #hookWork = 0;

  constructor(
    private readonly state: MdState,
    private readonly forces: ForceSession,
    private readonly integrator: Integrator,
    private readonly options: MdOptions,
  ) {
    const { thermoEvery = 10, frameEvery, checkpointEvery, checkEvery = 20, hooks = [], pressure = false } = options;
    this.#guard = new Guard(state, integrator, options);
    this.#recorder = new ThermoRecorder(state, { pressure });
    this.#hooks = hooks;
    this.#thermoEvery = thermoEvery;
    const periods = [checkEvery, thermoEvery, frameEvery, checkpointEvery, ...hooks.map((hook) => hook.every)];
    this.#periods = periods.filter((every) => every !== undefined);
  }

  async go(): Promise<MdRun> {
    const { state, options } = this;
    const first = state.step;
    const last = first + options.steps;
    const pacer = new Pacer("molecular dynamics", options);
    let failure: PhonionError | undefined;
    this.#guard.begin(state);
    if (options.includeStart ?? first === 0) await this.#arrive();
    while (state.step < last && failure === undefined) {
      failure = this.#advance(Math.min(last, this.#nextStop()));
      if (failure === undefined) await this.#arrive();
      await this.#breathe(pacer, state.step - first);
    }
    const thermo = this.#recorder.finish();
    const summary = summarise(thermo, state, this.#notes);
    return {
      completed: failure === undefined,
      ...(failure ? { failure } : {}),
      steps: state.step - first,
      thermo,
      ...(summary ? { summary } : {}),
      hookWork: this.#hookWork,
      notes: this.#notes.list(),
    };
  }

  #nextStop(): number {
    const { step } = this.state;
    return this.#periods.reduce((least, every) => Math.min(least, (Math.floor(step / every) + 1) * every), Infinity);
  }

  /** What is due at the state's step. */
  async #arrive(): Promise<void> {
    const { state, forces, integrator, options } = this;
    const due = (every: number | undefined): boolean => every !== undefined && state.step % every === 0;
    for (const hook of this.#hooks) {
      if (!due(hook.every)) continue;
      const before = integrator.conserved(state);
      hook.apply(state, forces);
      this.#hookWork += integrator.conserved(state) - before;
    }
    if (due(this.#thermoEvery)) this.#recorder.sample(state, integrator, this.#hookWork, forces);
    if (options.sink && due(options.frameEvery)) await options.sink.write(frameOf(state, integrator));
    if (due(options.checkpointEvery)) await this.#checkpoint();
  }

  async #checkpoint(): Promise<void> {
    const { state, integrator, options } = this;
    await options.onCheckpoint?.(saveCheckpoint(state, integrator, this.#hooks));
  }

  async #breathe(pacer: Pacer, done: number): Promise<void> {
    try {
      await pacer.tick(done, this.options.steps, { temperatureK: temperatureOf(this.state) });
    } catch (reason) {
      await this.#checkpoint();
      throw reason;
    }
  }

  /** Steps up to `stop`; on failure the state is back where it was and the error says where it happened. */
  #advance(stop: number): PhonionError | undefined {
    const { state, forces, integrator } = this;
    const good = { state: saveState(state), integrator: integrator.save() };
    try {
      integrator.advance(state, forces, stop - state.step);
      this.#guard.check(state, this.#hookWork);
      return undefined;
    } catch (error) {
      if (!(error instanceof PhonionError)) throw error;
      this.#putBack(good);
      const located = this.#locate(stop, error);
      this.#putBack(good);
      return this.#explained(located.error, located.step);
    }
  }

  #putBack(good: { readonly state: SavedState; readonly integrator: unknown }): void {
    restoreState(this.state, good.state);
    this.integrator.restore(good.integrator);
    this.forces.setCell(this.state.cell);
  }

  #locate(stop: number, error: PhonionError): { readonly error: PhonionError; readonly step: number } {
    const { state, forces, integrator } = this;
    while (state.step < stop) {
      const step = state.step + 1;
      try {
        integrator.advance(state, forces, 1);
        this.#guard.check(state, this.#hookWork);
      } catch (found) {
        if (found instanceof PhonionError) return { error: found, step };
        throw found;
      }
    }
    return { error, step: stop };
  }

  #explained(error: PhonionError, step: number): PhonionError {
    const { state, forces, integrator } = this;
    const { timestepFs, why } = suggestTimestep(state, forces);
    const advice =
      timestepFs < integrator.timestepFs
        ? `take a time step of about ${timestepFs} fs: ${why}`
        : `the time step of ${integrator.timestepFs} fs is not the cause (${why}, for which ${timestepFs} fs would do): ` +
          "look at the structure and the force field there";
    return new NumericError(
      `the run ended in step ${step}: ${error.message}`,
      `${advice}; the state is back at step ${state.step}`,
      { ...error.context, step, lastGoodStep: state.step, suggestedTimestepFs: timestepFs },
      error,
    );
  }
}

function frameOf(state: MdState, integrator: Integrator): Frame {
  const { vectors } = state.crystal.cell;
  const moved = integrator.ensemble?.kind === "npt" || state.cell.vectors.slice().some((x, i) => x !== vectors[i]);
  return {
    step: state.step,
    timeFs: state.timeFs,
    positions: state.positions,
    velocities: state.velocities,
    ...(moved ? { cell: state.cell } : {}),
    potentialEnergy: state.potentialEnergy,
  };
}

function checkOptions(options: MdOptions): void {
  const { steps, thermoEvery = 1, frameEvery, sink, checkpointEvery = 1, checkEvery = 1, hooks = [] } = options;
  const counts: Record<string, number> = {
    steps,
    thermoEvery,
    frameEvery: frameEvery ?? 1,
    checkpointEvery,
    checkEvery,
  };
  for (const hook of hooks) counts[`every of ${hook.name ?? "a hook"}`] = hook.every;
  for (const [name, value] of Object.entries(counts)) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new InputError(`${name} is ${value}`, "give a whole number of steps of at least 1");
    }
  }
  if ((sink === undefined) !== (frameEvery === undefined)) {
    throw new InputError(
      sink
        ? "a sink for frames is given, but not how often"
        : `frames are asked for every ${frameEvery} steps, but no sink`,
      "give frameEvery and sink together",
    );
  }
  if (options.checkpointEvery !== undefined && !options.onCheckpoint) {
    throw new InputError(`a checkpoint every ${checkpointEvery} steps, but nobody to take it`, "give onCheckpoint");
  }
}
