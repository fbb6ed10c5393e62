// One ion's walk as a task: plain numbers in, plain numbers out, so that many walks can be spread over threads. Every random number
// comes from the seed and the walk's own label, never from the order of the work.

import { InputError, NumericError, Pacer, Rng, type RunOptions, type Task } from "../base/index.js";
import type { RadialTerm } from "../forces/index.js";
import { cubicFramework } from "./cubic.js";
import { cubicModes } from "./dispersion.js";
import { type IntegrationMethod, makeStepper } from "./integrators.js";
import { strideField } from "./lattice-field.js";
import { ionFlight } from "./lattice-ions.js";
import { cubicMedium } from "./medium.js";
import { type CubicLattice, inertiaOf, type Statistics, type Window } from "./model.js";
import { centralPotential } from "./potentials.js";
import { type FrameworkMotion, frameworkMotion, sampleModes } from "./thermal-modes.js";
import { type Approximation, ionEquation } from "./time-local.js";
import { cornerWindow, reachWindow } from "./window.js";

/** "full": every atom of the periodic lattice moves; the others: that approximation under the free lattice's thermal motion. */
export type WalkerDynamics = "full" | Approximation;

export interface WalkerInput {
  readonly lattice: CubicLattice;
  readonly ionMass: number; // amu
  readonly potential: RadialTerm;
  /** Å; the potential falls smoothly to zero here and the window holds every atom within it. Default: the 8 corners, not cut. */
  readonly cutoff?: number;
  /** Cells per side of the periodic lattice. Default 20. */
  readonly cells?: number;
  /** k_BT, eV. */
  readonly thermalEnergy: number;
  /** Default "quantum". */
  readonly statistics?: Statistics;
  readonly dynamics: WalkerDynamics;
  readonly seed: number;
  /** Sets this walk's random numbers apart from the others': "25 meV/walk 3". */
  readonly label: string;
  /** Length of the walk, fs. */
  readonly lengthFs: number;
  /** Steps of the ion, fs. Default 2.5 for "full", else 5. */
  readonly timestepFs?: number;
  /**
   * Of the approximations. Default "runge-kutta-5", the paper's. Not "adams" for long hot walks: near an atom the drag, H L H over the ion's
   * mass, is stiff, and high-order multistep methods turn unstable there.
   */
  readonly method?: IntegrationMethod;
  /** Fs between recorded frames, a whole number of steps. Default 20. */
  readonly frameSpacingFs?: number;
  /** Fs per block of the kinetic energy. Default 10 000. */
  readonly kineticBlockFs?: number;
  /** Kinetic energy (in k_BT) at which the walk is given up as running away. Default 100. */
  readonly runawayThermal?: number;
}

export interface WalkerOutput {
  readonly label: string;
  readonly dynamics: WalkerDynamics;
  readonly thermalEnergy: number; // eV
  readonly frames: number;
  readonly frameSpacingFs: number;
  /** [frames,3] Å, continuous, the first at time 0. */
  readonly positions: Float64Array<ArrayBuffer>;
  /** [blocks] eV: mean kinetic energy of the ion in consecutive blocks. */
  readonly kinetic: Float64Array<ArrayBuffer>;
  readonly kineticBlockFs: number;
}

const FULL_STEP_FS = 2.5;
const LOCAL_STEP_FS = 5;
const STEPS_PER_BREATH = 200;

/** Follows one ion that starts at rest in the middle of a cell. */
export const walkTask: Task<WalkerInput, WalkerOutput> = {
  name: "medium/walk",
  run: walk,
};

/** @throws InputError for numbers that cannot be; NumericError when the ion runs away or moves too far in a step. */
export async function walk(input: WalkerInput, options: RunOptions = {}): Promise<WalkerOutput> {
  const plan = planWalk(input);
  const recorder = makeRecorder(input, plan);
  const walker = input.dynamics === "full" ? fullWalker(input, plan) : localWalker(input, plan, input.dynamics);
  const pacer = new Pacer(`walking at k_BT = ${(1e3 * input.thermalEnergy).toFixed(1)} meV`, options);
  while (recorder.steps < plan.steps) {
    const until = Math.min(plan.steps, recorder.steps + STEPS_PER_BREATH);
    while (recorder.steps < until) walker.advance(recorder.record);
    await pacer.tick(recorder.steps, plan.steps);
  }
  return recorder.finish();
}

interface WalkPlan {
  readonly cells: number;
  readonly timestepFs: number;
  readonly steps: number;
  readonly recordEvery: number;
  readonly frameSpacingFs: number;
  readonly blockSteps: number;
  readonly motion: FrameworkMotion;
  readonly window: Window;
  readonly start: readonly [number, number, number];
}

function planWalk(input: WalkerInput): WalkPlan {
  const { lattice, thermalEnergy, lengthFs, cells = 20 } = input;
  const timestepFs = input.timestepFs ?? (input.dynamics === "full" ? FULL_STEP_FS : LOCAL_STEP_FS);
  const frameSpacingFs = input.frameSpacingFs ?? 20;
  const blockFs = input.kineticBlockFs ?? 10_000;
  if (!(timestepFs > 0) || !(lengthFs >= timestepFs))
    throw new InputError(`a walk of ${lengthFs} fs in steps of ${timestepFs} fs`, "pass a length of at least one step");
  const recordEvery = Math.round(frameSpacingFs / timestepFs);
  if (recordEvery < 1 || Math.abs(recordEvery * timestepFs - frameSpacingFs) > 1e-9 * frameSpacingFs)
    throw new InputError(
      `frames every ${frameSpacingFs} fs with steps of ${timestepFs} fs`,
      `use a multiple of the step, e.g. ${Math.max(1, recordEvery) * timestepFs} fs`,
    );
  const rng = Rng.fromSeed(input.seed).fork(input.label);
  const sample = sampleModes(cubicModes(lattice, cells), rng.fork("framework"), {
    thermalEnergy,
    ...(input.statistics ? { statistics: input.statistics } : {}),
  });
  const framework = cubicFramework(lattice);
  const half = 0.5 * lattice.spacing;
  return {
    cells,
    timestepFs,
    steps: Math.round(lengthFs / timestepFs),
    recordEvery,
    frameSpacingFs,
    blockSteps: Math.max(1, Math.round(blockFs / timestepFs)),
    motion: frameworkMotion(sample, 0),
    window: input.cutoff === undefined ? cornerWindow(framework) : reachWindow(framework, input.cutoff),
    start: [half, half, half],
  };
}

const potentialOf = (input: WalkerInput) =>
  centralPotential(input.potential, input.cutoff === undefined ? {} : { cutoff: input.cutoff });

type Record = (position: Float64Array, velocity: Float64Array) => void;

interface Walker {
  /** One or a few steps, each of them recorded. */
  advance(record: Record): void;
}

function fullWalker(input: WalkerInput, plan: WalkPlan): Walker {
  const { lattice, ionMass } = input;
  const { cells, motion, window, timestepFs } = plan;
  const ions = ionFlight(
    { ionMass, potentials: [potentialOf(input)], window },
    { lattice, cells, motion, ions: [{ position: plan.start, velocity: [0, 0, 0] }] },
    { timestepFs },
  );
  return { advance: (record) => ions.stride(() => record(ions.positions, ions.velocities)) };
}

function localWalker(input: WalkerInput, plan: WalkPlan, approximation: Approximation): Walker {
  const { lattice, ionMass, method = "runge-kutta-5" } = input;
  const { cells, motion, window, timestepFs } = plan;
  const medium = cubicMedium(lattice, { ionMass, potential: potentialOf(input), window });
  const field = strideField(lattice, { cells, motion, window });
  const equation = ionEquation(medium, field, { approximation });
  const stepper = makeStepper(equation, { position: plan.start, velocity: [0, 0, 0] }, { timestepFs, method });
  return {
    advance(record) {
      stepper.step();
      record(stepper.position, stepper.velocity);
    },
  };
}

function makeRecorder(input: WalkerInput, plan: WalkPlan) {
  const { recordEvery, blockSteps, timestepFs, frameSpacingFs } = plan;
  const frames = Math.floor(plan.steps / recordEvery) + 1;
  const positions = new Float64Array(3 * frames);
  positions.set(plan.start);
  const kinetic = new Float64Array(Math.floor(plan.steps / blockSteps));
  const half = 0.5 * inertiaOf(input.ionMass);
  const most = (input.runawayThermal ?? 100) * Math.max(input.thermalEnergy, 1e-3);
  let steps = 0;
  let sum = 0;
  return {
    get steps() {
      return steps;
    },
    record(position: Float64Array, velocity: Float64Array): void {
      if (steps >= plan.steps) return; // the last stride may end later
      steps++;
      const energy = half * (velocity[0]! ** 2 + velocity[1]! ** 2 + velocity[2]! ** 2);
      if (!(energy < most))
        throw new NumericError(
          `the kinetic energy of the ion is ${energy.toPrecision(3)} eV at ${((steps * timestepFs) / 1e3).toFixed(2)} ps; the most is ${most.toPrecision(3)} eV`,
          "take a shorter step, or look whether the drag is missing: recoil without loss heats the ion without end",
          { label: input.label, step: steps, position: [position[0], position[1], position[2]] },
        );
      sum += energy;
      if (steps % blockSteps === 0) {
        kinetic[steps / blockSteps - 1] = sum / blockSteps;
        sum = 0;
      }
      if (steps % recordEvery === 0) positions.set(position.subarray(0, 3), (3 * steps) / recordEvery);
    },
    finish: (): WalkerOutput => ({
      label: input.label,
      dynamics: input.dynamics,
      thermalEnergy: input.thermalEnergy,
      frames,
      frameSpacingFs,
      positions,
      kinetic,
      kineticBlockFs: blockSteps * timestepFs,
    }),
  };
}
