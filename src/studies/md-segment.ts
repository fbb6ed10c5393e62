// A stretch of a simulation as a piece of work: from a state or a checkpoint, so many steps, to a checkpoint and the frames in between. Segments
// one after the other are one trajectory that survives being killed; replicas are chains side by side (md-runs.ts).

import { type ErrorData, errorToData, type Note, Rng, type RunOptions, type Task } from "../base/index.js";
import {
  type Checkpoint,
  type EnsembleSpec,
  type ExcitationReport,
  type Frame,
  type FrameSink,
  type MdState,
  makeIntegrator,
  restoreCheckpoint,
  restoreState,
  runMd,
  type SavedState,
  saveCheckpoint,
  startState,
  type Thermo,
} from "../dynamics/index.js";
import { forceFieldFromJSON } from "../forces/index.js";
import type { Crystal } from "../structure/index.js";
import { type ExcitationRequest, type FollowOutcome, type FollowRequest, followAndDrive } from "./md-excitation.js";

/** What stays the same over all segments of a trajectory. */
export interface MdSystem {
  /** Where it starts; also what the forces are attached to. */
  readonly crystal: Crystal;
  readonly forces: unknown; // a force field's JSON
  readonly timestepFs: number;
  /** Indices of atoms held in place. */
  readonly frozen?: readonly number[];
  /** Steps of the fast forces in one step of the slow ones (r-RESPA), for constant energy and Nosé–Hoover. Default 1. */
  readonly innerSteps?: number;
  readonly seed: number;
  /** Makes the trajectory's chance its own: "900 K/replica 3". */
  readonly label: string;
}

/** What is written down on the way. */
export interface MdRecord {
  /** Steps between frames. */
  readonly frameEvery: number;
  /** "single": displacements from the start in 32 bits, good to 1e-6 Å. */
  readonly precision: "single" | "double";
  readonly velocities: boolean;
}

/** A part of the run under one set of conditions. */
export interface MdPhase {
  readonly ensemble: EnsembleSpec;
  readonly steps: number;
  readonly thermoEvery: number;
  readonly pressure?: boolean;
  /** Left out: no frames, as during equilibration. */
  readonly record?: MdRecord;
  /** Sites and configurations of the ions, watched on the way. */
  readonly follow?: FollowRequest;
  readonly excitation?: ExcitationRequest;
}

export type MdOrigin =
  | { readonly kind: "drawn"; readonly temperatureK: number }
  | { readonly kind: "state"; readonly state: SavedState }
  | { readonly kind: "checkpoint"; readonly checkpoint: Checkpoint };

export interface SegmentInput {
  readonly system: MdSystem;
  readonly phase: MdPhase;
  /** Number of the phase, from 0: its chance is its own. */
  readonly phaseIndex: number;
  readonly from: MdOrigin;
  readonly steps: number;
  /** Threads for one evaluation of the forces, where the cell is large enough; the numbers are the same. Default 1. */
  readonly threads?: number;
}

export interface SegmentFrames {
  readonly count: number;
  readonly step: Float64Array; // [count]
  readonly timeFs: Float64Array; // [count]
  readonly displacements: Float64Array | Float32Array; // [count,n,3] Å from the start of the trajectory
  readonly velocities?: Float64Array | Float32Array; // [count,n,3] Å/fs
  readonly cells?: Float64Array; // [count,3,3] Å, where the cell changes
  readonly potentialEnergy: Float64Array; // [count] eV
}

export interface SegmentOutput {
  readonly checkpoint: Checkpoint;
  readonly frames?: SegmentFrames;
  readonly thermo: Thermo;
  /** Both of this phase up to here. */
  readonly followed?: FollowOutcome;
  readonly excitation?: ExcitationReport;
  readonly notes: readonly Note[];
  /** Why it ended early; the checkpoint is the last good state. */
  readonly failure?: ErrorData;
}

export const segmentTask: Task<SegmentInput, SegmentOutput> = {
  name: "md/segment",
  async run({ system, phase, phaseIndex, from, steps, threads = 1 }, options) {
    const { crystal, frozen, timestepFs, innerSteps } = system;
    const chance = Rng.fromSeed(system.seed).fork(system.label);
    const state = startState(crystal, {
      ...(frozen ? { frozen } : {}),
      ...(from.kind === "drawn" ? { temperatureK: from.temperatureK, seed: chance.fork("start").below(2 ** 32) } : {}),
    });
    // of a checkpoint too, before there is an integrator: some refuse a state without motion
    if (from.kind !== "drawn") restoreState(state, from.kind === "state" ? from.state : from.checkpoint.state);
    const rng = chance.fork(`phase ${phaseIndex}`);
    const { ensemble, record, follow, excitation } = phase;
    const { hooks, modal, ...told } = followAndDrive(state, {
      ...(follow ? { follow } : {}),
      ...(excitation ? { excitation } : {}),
      timestepFs,
      rng,
    });
    const integrator = makeIntegrator(ensemble, state, {
      timestepFs,
      rng,
      ...(modal ? { modal } : {}),
      ...(innerSteps === undefined ? {} : { innerSteps }),
    });
    if (from.kind === "checkpoint") restoreCheckpoint(from.checkpoint, { state, integrator, hooks });
    const keeper = record && new FrameKeeper(state, record);
    const crew = threads > 1 ? options.crew?.(threads) : undefined;
    const session = forceFieldFromJSON(system.forces).attach(crystal, crew ? { crew } : {});
    try {
      const run = await runMd(state, session, integrator, {
        ...withStep(options, state.step),
        steps,
        hooks,
        thermoEvery: phase.thermoEvery,
        pressure: phase.pressure ?? false,
        includeStart: from.kind !== "checkpoint",
        ...(record && keeper ? { frameEvery: record.frameEvery, sink: keeper } : {}),
      });
      const [followed, driven] = [told.followed(), told.excitation()];
      return {
        checkpoint: saveCheckpoint(state, integrator, hooks),
        ...(keeper ? { frames: keeper.frames() } : {}),
        thermo: run.thermo,
        ...(followed ? { followed } : {}),
        ...(driven ? { excitation: driven } : {}),
        notes: run.notes,
        ...(run.failure ? { failure: errorToData(run.failure) } : {}),
      };
    } finally {
      session.dispose();
    }
  },
};

/** The run's own progress, with the step reached among the live numbers: those pass from thread to thread. */
function withStep({ signal, onProgress }: RunOptions, first: number): RunOptions {
  return {
    ...(signal ? { signal } : {}),
    ...(onProgress
      ? { onProgress: (now) => onProgress({ ...now, watch: { step: first + now.done, ...now.watch } }) }
      : {}),
  };
}

/** Frames of a segment in memory. */
class FrameKeeper implements FrameSink {
  readonly #record: MdRecord;
  readonly #origin: Float64Array;
  readonly #steps: number[] = [];
  readonly #times: number[] = [];
  readonly #energies: number[] = [];
  readonly #displacements: (Float64Array | Float32Array)[] = [];
  readonly #velocities: (Float64Array | Float32Array)[] = [];
  readonly #cells: Float64Array[] = [];

  constructor(state: MdState, record: MdRecord) {
    this.#record = record;
    this.#origin = state.crystal.positions.slice();
  }

  write(frame: Frame): void {
    const { precision, velocities } = this.#record;
    const Kept = precision === "single" ? Float32Array : Float64Array;
    this.#steps.push(frame.step);
    this.#times.push(frame.timeFs);
    this.#energies.push(frame.potentialEnergy ?? Number.NaN);
    const moved = frame.positions.slice();
    for (let a = 0; a < moved.length; a++) moved[a]! -= this.#origin[a]!;
    this.#displacements.push(new Kept(moved));
    if (velocities && frame.velocities) this.#velocities.push(new Kept(frame.velocities.slice()));
    if (frame.cell) this.#cells.push(frame.cell.vectors.slice());
  }

  frames(): SegmentFrames {
    const { velocities, precision } = this.#record;
    const joined = (rows: readonly (Float64Array | Float32Array)[]): Float64Array | Float32Array => {
      const size = this.#origin.length;
      const out = precision === "single" ? new Float32Array(size * rows.length) : new Float64Array(size * rows.length);
      for (const [i, row] of rows.entries()) out.set(row, i * size);
      return out;
    };
    const cells = new Float64Array(9 * this.#cells.length);
    for (const [i, cell] of this.#cells.entries()) cells.set(cell, 9 * i);
    return {
      count: this.#steps.length,
      step: Float64Array.from(this.#steps),
      timeFs: Float64Array.from(this.#times),
      displacements: joined(this.#displacements),
      ...(velocities ? { velocities: joined(this.#velocities) } : {}),
      ...(this.#cells.length > 0 ? { cells } : {}),
      potentialEnergy: Float64Array.from(this.#energies),
    };
  }
}
