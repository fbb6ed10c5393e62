// One step of ẍ = a(t, x, ẋ) for a few coordinates, three ways.
//
//   runge-kutta-5   Butcher's six-stage method of fifth order (10.1017/S1446788700023387), the paper's: nodes 0, ¼, ¼, ½, ¾, 1 and weights
//                   (7, 0, 32, 12, 32, 7)/90. Six evaluations of a per step.
//   adams           Adams–Bashforth–Moulton of order 7, predict–evaluate–correct–evaluate: two evaluations per step. Starts by Runge–Kutta.
//   verlet          velocity Verlet; the velocity in a(t+δ) is first extrapolated by the old acceleration, which keeps second order
//                   for forces that depend on the velocity. One evaluation per step.
//
// runge-kutta-5 asks for times at quarters of the step, the others at whole steps (adams after its start).

import { expectFinite, InputError } from "../base/index.js";
import { gaussLegendre } from "../numerics/index.js";

/** A second-order equation of motion. */
export interface Equation {
  readonly dimension: number;
  acceleration(timeFs: number, position: Float64Array, velocity: Float64Array, out: Float64Array): void;
}

export type IntegrationMethod = "runge-kutta-5" | "adams" | "verlet";

export interface Stepper {
  readonly position: Float64Array; // [dimension] Å
  readonly velocity: Float64Array; // [dimension] Å/fs
  readonly timeFs: number;
  /** Advances by one step. */
  step(): void;
}

export interface StepperOptions {
  readonly timestepFs: number;
  /** Default "runge-kutta-5". */
  readonly method?: IntegrationMethod;
}

export interface StartingPoint {
  readonly position: ArrayLike<number>;
  readonly velocity: ArrayLike<number>;
}

type Advance = (timeFs: number) => void;

/** Prepares stepping from time 0. */
export function makeStepper(equation: Equation, start: StartingPoint, options: StepperOptions): Stepper {
  const { timestepFs, method = "runge-kutta-5" } = options;
  if (!(timestepFs > 0 && Number.isFinite(timestepFs)))
    throw new InputError(`a time step of ${timestepFs} fs`, "pass a positive step in fs");
  const position = Float64Array.from(start.position);
  const velocity = Float64Array.from(start.velocity);
  expectFinite("starting position", position);
  expectFinite("starting velocity", velocity);
  const state = { position, velocity };
  const advance = METHODS[method](equation, state, timestepFs);
  let steps = 0;
  return {
    position,
    velocity,
    get timeFs() {
      return steps * timestepFs;
    },
    step() {
      advance(steps * timestepFs);
      steps++;
    },
  };
}

interface State {
  readonly position: Float64Array;
  readonly velocity: Float64Array;
}

const METHODS: Record<IntegrationMethod, (equation: Equation, state: State, dt: number) => Advance> = {
  "runge-kutta-5": rungeKutta,
  adams,
  verlet,
};

const NODES = [0, 1 / 4, 1 / 4, 1 / 2, 3 / 4, 1];
const STAGES = [
  [],
  [1 / 4],
  [1 / 8, 1 / 8],
  [0, -1 / 2, 1],
  [3 / 16, 0, 0, 9 / 16],
  [-3 / 7, 2 / 7, 12 / 7, -12 / 7, 8 / 7],
];
const WEIGHTS = [7 / 90, 0, 32 / 90, 12 / 90, 32 / 90, 7 / 90];

function rungeKutta(equation: Equation, state: State, dt: number): Advance {
  const n = equation.dimension;
  const { position, velocity } = state;
  const speeds = NODES.map(() => new Float64Array(n));
  const accelerations = NODES.map(() => new Float64Array(n));
  const x = new Float64Array(n);
  return (timeFs) => {
    for (let s = 0; s < 6; s++) {
      const row = STAGES[s]!;
      const v = speeds[s]!;
      for (let i = 0; i < n; i++) {
        let dx = 0;
        let dv = 0;
        for (let r = 0; r < row.length; r++) {
          dx += row[r]! * speeds[r]![i]!;
          dv += row[r]! * accelerations[r]![i]!;
        }
        x[i] = position[i]! + dt * dx;
        v[i] = velocity[i]! + dt * dv;
      }
      equation.acceleration(timeFs + NODES[s]! * dt, x, v, accelerations[s]!);
    }
    for (let i = 0; i < n; i++) {
      let dx = 0;
      let dv = 0;
      for (let s = 0; s < 6; s++) {
        dx += WEIGHTS[s]! * speeds[s]![i]!;
        dv += WEIGHTS[s]! * accelerations[s]![i]!;
      }
      position[i]! += dt * dx;
      velocity[i]! += dt * dv;
    }
  };
}

function verlet(equation: Equation, state: State, dt: number): Advance {
  const n = equation.dimension;
  const { position, velocity } = state;
  const a = new Float64Array(n);
  const next = new Float64Array(n);
  let started = false;
  return (timeFs) => {
    if (!started) equation.acceleration(timeFs, position, velocity, a);
    started = true;
    for (let i = 0; i < n; i++) {
      position[i]! += dt * (velocity[i]! + 0.5 * dt * a[i]!);
      velocity[i]! += dt * a[i]!;
    }
    equation.acceleration(timeFs + dt, position, velocity, next);
    for (let i = 0; i < n; i++) {
      velocity[i]! += 0.5 * dt * (next[i]! - a[i]!);
      a[i] = next[i]!;
    }
  };
}

const ORDER = 7;

function adams(equation: Equation, state: State, dt: number): Advance {
  const n = equation.dimension;
  const { position, velocity } = state;
  const start = rungeKutta(equation, state, dt);
  // Newest first: derivatives at t, t−δ, … for the predictor, and t+δ, t, … for the corrector.
  const predictor = adamsWeights(0);
  const corrector = adamsWeights(1);
  const speeds = predictor.map(() => new Float64Array(n));
  const accelerations = predictor.map(() => new Float64Array(n));
  const x0 = new Float64Array(n);
  const v0 = new Float64Array(n);
  let known = 0;
  const record = (timeFs: number): void => {
    const speed = speeds.pop()!;
    const acceleration = accelerations.pop()!;
    speed.set(velocity);
    equation.acceleration(timeFs, position, velocity, acceleration);
    speeds.unshift(speed);
    accelerations.unshift(acceleration);
  };
  return (timeFs) => {
    if (known < ORDER) {
      record(timeFs);
      known++;
    }
    if (known < ORDER) {
      start(timeFs);
      return;
    }
    x0.set(position);
    v0.set(velocity);
    for (let i = 0; i < n; i++) {
      for (let k = 0; k < ORDER; k++) {
        position[i]! += dt * predictor[k]! * speeds[k]![i]!;
        velocity[i]! += dt * predictor[k]! * accelerations[k]![i]!;
      }
    }
    record(timeFs + dt);
    for (let i = 0; i < n; i++) {
      let dx = 0;
      let dv = 0;
      for (let k = 0; k < ORDER; k++) {
        dx += corrector[k]! * speeds[k]![i]!;
        dv += corrector[k]! * accelerations[k]![i]!;
      }
      position[i] = x0[i]! + dt * dx;
      velocity[i] = v0[i]! + dt * dv;
    }
    speeds[0]!.set(velocity);
    equation.acceleration(timeFs + dt, position, velocity, accelerations[0]!);
  };
}

/** ∫₀¹ of the Lagrange polynomials on the nodes first, first−1, …, first−ORDER+1 (in steps). */
function adamsWeights(first: number): number[] {
  const nodes = Array.from({ length: ORDER }, (_, k) => first - k);
  const rule = gaussLegendre(ORDER, 0, 1);
  return nodes.map((node) => {
    let sum = 0;
    for (let p = 0; p < ORDER; p++) {
      let value = rule.weights[p]!;
      for (const other of nodes) if (other !== node) value *= (rule.nodes[p]! - other) / (node - other);
      sum += value;
    }
    return sum;
  });
}
