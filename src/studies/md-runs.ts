// Whole trajectories out of segments: phases (equilibration, production, …) cut into pieces of bounded size, several runs side by side. The
// frames stay in the store and are read back segment by segment, so that no run is too long for memory.

import { errorFromData, InputError, type Note, Notes } from "../base/index.js";
import type { ExcitationReport, Frame, FrameOptions, SavedState, Thermo, Trajectory } from "../dynamics/index.js";
import { frameRange } from "../dynamics/index.js";
import { atomCount, type Cell, makeCell } from "../structure/index.js";
import type { FollowOutcome } from "./md-excitation.js";
import {
  type MdOrigin,
  type MdPhase,
  type MdSystem,
  type SegmentFrames,
  type SegmentInput,
  type SegmentOutput,
  segmentTask,
} from "./md-segment.js";
import { type Chain, runChains } from "./pieces.js";
import type { RunStore, StudyContext } from "./study.js";

export interface MdRunRequest {
  /** Unique within the study: "900K/replica-3". */
  readonly key: string;
  readonly system: MdSystem;
  /** Temperature of the first velocities, K; or a state to go on from. */
  readonly start: { readonly temperatureK: number } | { readonly state: SavedState };
  readonly phases: readonly MdPhase[];
}

export interface MdRunResult {
  readonly key: string;
  /** Frames of the last phase; absent when it records none. */
  readonly trajectory?: Trajectory;
  /** Of the last phase that was reached. */
  readonly thermo: Thermo;
  /** Of every phase that was reached. */
  readonly phases: readonly Thermo[];
  /** Why it ended early; what is here is good up to then. Only with `keepFailed`. */
  readonly failure?: Error;
  /** Both of the last phase. */
  readonly followed?: FollowOutcome;
  readonly excitation?: ExcitationReport;
  /** The state it ended in. */
  readonly end: SavedState;
  readonly notes: readonly Note[];
}

export interface MdRunsOptions {
  /** Largest number of steps of one segment. Default 20,000. */
  readonly segmentSteps?: number;
  /** A run that ends early is a result like the others, instead of an error that stops them all. Default false. */
  readonly keepFailed?: boolean;
}

/** Frames of one segment take at most this much memory, bytes. */
const SEGMENT_BYTES = 48e6;

/**
 * Runs all requests, resuming what is stored; results in their order. Threads that are left over share the forces of large cells.
 * @throws the error a simulation ended with, after its good part was stored, unless `keepFailed`
 */
export async function runTrajectories(
  context: StudyContext,
  stage: string,
  work: { readonly requests: readonly MdRunRequest[] } & MdRunsOptions,
): Promise<MdRunResult[]> {
  const { requests, segmentSteps = 20_000, keepFailed = false } = work;
  const threads = Math.max(1, Math.floor(context.pool.width / requests.length));
  const plans = requests.map((request) => planOf(request, { segmentSteps, threads }));
  const gathered = plans.map(() => ({ thermo: [] as Thermo[][], notes: new Notes() }));
  const progress = stepCounter(context, stage, plans);
  const { onProgress: _, ...silent } = context;
  const last = await runChains(silent, stage, {
    task: segmentTask,
    chains: plans.map(({ chain }) => chain),
    onWatch: progress.watch,
    onPiece: (output, at, k) => {
      (gathered[at]!.thermo[plans[at]!.cuts[k]!.phase] ??= []).push(output.thermo);
      gathered[at]!.notes.addAll(output.notes);
      progress.stored(output.checkpoint.state.step, at);
      if (output.failure && !keepFailed) throw errorFromData(output.failure);
    },
  });
  return plans.map(({ request, cuts }, at) => {
    const { followed, excitation, checkpoint, failure } = last[at]!;
    const phases = gathered[at]!.thermo.map(joinThermo);
    const trajectory = storedTrajectory(context.store, request, { cuts, steps: checkpoint.state.step });
    return {
      key: request.key,
      ...(trajectory ? { trajectory } : {}),
      thermo: phases.at(-1)!,
      phases,
      ...(failure ? { failure: errorFromData(failure) } : {}),
      ...(followed ? { followed } : {}),
      ...(excitation ? { excitation } : {}),
      end: checkpoint.state,
      notes: gathered[at]!.notes.list(),
    };
  });
}

/** Progress in steps of all runs together. What was stored is counted, but says nothing before the first new step: rates stay true. */
function stepCounter({ onProgress }: StudyContext, stage: string, plans: readonly Plan[]) {
  const total = plans.reduce((sum, { cuts }) => sum + cuts.reduce((steps, cut) => steps + cut.steps, 0), 0);
  const first = plans.map(({ request }) => ("state" in request.start ? request.start.state.step : 0));
  const reached = first.slice();
  let moving = false;
  const report = (watch: Readonly<Record<string, number>>): void => {
    const done = reached.reduce((sum, step, i) => sum + step - first[i]!, 0);
    onProgress?.({ stage, done, total, ...(Object.keys(watch).length > 0 ? { watch } : {}) });
  };
  const reach = (step: number, at: number): void => {
    reached[at] = Math.max(reached[at]!, step);
  };
  return {
    watch({ step, ...rest }: Readonly<Record<string, number>>, at: number): void {
      if (step !== undefined) reach(step, at);
      moving = true;
      report(rest);
    },
    stored(step: number, at: number): void {
      reach(step, at);
      if (moving) report({});
    },
  };
}

interface Cut {
  readonly phase: number;
  readonly steps: number;
  /** First segment of its phase. */
  readonly first: boolean;
}

interface Plan {
  readonly request: MdRunRequest;
  readonly cuts: readonly Cut[];
  readonly chain: Chain<SegmentInput, SegmentOutput>;
}

const keyOf = (request: MdRunRequest, k: number): string => `${request.key}/segment-${k}`;

interface PlanLimits {
  readonly segmentSteps: number;
  readonly threads: number;
}

function planOf(request: MdRunRequest, { segmentSteps, threads }: PlanLimits): Plan {
  const { system, phases, start } = request;
  const cuts = phases.flatMap((phase, index) =>
    cutPhase(phase, index, { segmentSteps, atoms: atomCount(system.crystal) }),
  );
  const first = cuts[0];
  if (!first)
    throw new InputError(`the run ${request.key} has no phase`, "give at least one with a positive number of steps");
  const inputOf = (k: number, from: MdOrigin): SegmentInput => {
    const cut = cuts[k]!;
    return { system, phase: phases[cut.phase]!, phaseIndex: cut.phase, from, steps: cut.steps, threads };
  };
  const origin: MdOrigin =
    "state" in start ? { kind: "state", state: start.state } : { kind: "drawn", temperatureK: start.temperatureK };
  return {
    request,
    cuts,
    chain: {
      key: (k) => keyOf(request, k),
      count: cuts.length,
      first: inputOf(0, origin),
      next: ({ checkpoint, failure }, k) =>
        failure
          ? undefined
          : inputOf(
              k,
              cuts[k]!.first ? { kind: "state", state: checkpoint.state } : { kind: "checkpoint", checkpoint },
            ),
    },
  };
}

function cutPhase(
  phase: MdPhase,
  index: number,
  limits: { readonly segmentSteps: number; readonly atoms: number },
): Cut[] {
  const { record, steps } = phase;
  const bytes = record ? 3 * limits.atoms * (record.precision === "single" ? 4 : 8) * (record.velocities ? 2 : 1) : 0;
  const most = record ? Math.max(1, Math.floor(SEGMENT_BYTES / bytes)) * record.frameEvery : limits.segmentSteps;
  const length = Math.min(limits.segmentSteps, most);
  const count = Math.ceil(steps / length);
  return Array.from({ length: count }, (_, k) => ({
    phase: index,
    steps: Math.min(length, steps - k * length),
    first: k === 0,
  }));
}

function joinThermo(parts: readonly Thermo[]): Thermo {
  const names = Object.keys(parts[0] ?? {}) as (keyof Thermo)[];
  const join = (name: keyof Thermo): Float64Array => {
    const columns = parts.map((part) => part[name]!);
    const out = new Float64Array(columns.reduce((sum, column) => sum + column.length, 0));
    let at = 0;
    for (const column of columns) {
      out.set(column as Float64Array, at);
      at += column.length;
    }
    return out;
  };
  return Object.fromEntries(names.map((name) => [name, join(name)])) as unknown as Thermo;
}

/** The frames of the last phase, read from the store when they are asked for. */
function storedTrajectory(
  store: RunStore,
  request: MdRunRequest,
  run: { readonly cuts: readonly Cut[]; readonly steps: number },
): Trajectory | undefined {
  const { cuts, steps } = run;
  const { system, phases, start } = request;
  const { record, ensemble } = phases.at(-1)!;
  if (!record) return undefined;
  const variableCell = ensemble.kind === "npt";
  const wanted = cuts.flatMap((cut, k) => (cut.phase === phases.length - 1 ? [k] : []));
  const origin = "state" in start ? start.state.step : 0;
  const before = phases.slice(0, -1).reduce((sum, phase) => sum + phase.steps, origin);
  const firstStep = Math.ceil(before / record.frameEvery) * record.frameEvery;
  if (steps < firstStep) return undefined; // it ended before
  return {
    crystal: system.crystal,
    frameSpacingFs: record.frameEvery * system.timestepFs,
    frameCount: Math.floor((steps - firstStep) / record.frameEvery) + 1,
    variableCell,
    hasVelocities: record.velocities,
    async *frames(options: FrameOptions = {}): AsyncGenerator<Frame> {
      const { from, to, stride } = frameRange(options);
      let index = 0; // of the next frame of the trajectory
      for (const k of wanted) {
        const frames = (await store.get<SegmentOutput>(keyOf(request, k)))?.frames;
        if (!frames) return;
        for (let f = 0; f < frames.count; f++, index++) {
          if (index >= to) return;
          if (index < from || (index - from) % stride !== 0) continue;
          options.signal?.throwIfAborted();
          yield frameAt(frames, f, system.crystal);
        }
      }
    },
  };
}

function frameAt(frames: SegmentFrames, f: number, crystal: MdSystem["crystal"]): Frame {
  const size = crystal.positions.length;
  const row = (values: Float64Array | Float32Array): Float64Array =>
    Float64Array.from(values.subarray(f * size, (f + 1) * size));
  const displacements = frames.displacements;
  const cell: Cell | undefined = frames.cells && makeCell(frames.cells.slice(9 * f, 9 * f + 9), crystal.cell.periodic);
  return {
    step: frames.step[f]!,
    timeFs: frames.timeFs[f]!,
    positions: Float64Array.from(crystal.positions, (x, a) => x + displacements[f * size + a]!),
    ...(frames.velocities ? { velocities: row(frames.velocities) } : {}),
    ...(cell ? { cell } : {}),
    potentialEnergy: frames.potentialEnergy[f]!,
  };
}
