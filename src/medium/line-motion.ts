// The ion on a line of framework atoms, all moving along z: the full equations by convolution with the lattice's response.
//
// Positions by Verlet, the convolution by the trapezoidal rule. G(0) = 0, so r at the new time needs only older forces: the scheme is
// explicit and of second order. The ion's force on atom k is U′(x), x = R − z_k − r_k, with U even in x.

import { InputError } from "../base/index.js";
import type { LineResponse } from "./line-response.js";
import { type CentralPotential, inertiaOf } from "./model.js";
import { checkStart } from "./potentials.js";

export interface LineMotion {
  readonly timestepFs: number;
  readonly steps: number;
  readonly position: Float64Array<ArrayBuffer>; // [steps+1] Å, the ion
  readonly velocity: Float64Array<ArrayBuffer>; // [steps+1] Å/fs
  /** [atoms,steps+1] Å, displacements of the atoms. */
  readonly displacements: Float64Array<ArrayBuffer>;
}

export interface LineProblem {
  readonly ionMass: number; // amu
  readonly potential: CentralPotential;
  /** Å between atoms. */
  readonly spacing: number;
  /** Atoms at 0, a, 2a, … */
  readonly atoms: number;
  readonly position: number; // Å, of the ion at the start
  readonly velocity: number; // Å/fs
}

/** Slope U′ and curvature U″ at a signed distance, U being even. */
export function signedDerivatives(potential: CentralPotential, x: number, out: Float64Array): void {
  potential.evaluate(Math.abs(x), out);
  if (x < 0) out[1] = -out[1]!;
}

/** Runs as long as the response reaches: `response.times` − 1 steps. */
export function lineMotion(problem: LineProblem, response: LineResponse): LineMotion {
  const { potential, spacing, atoms } = problem;
  const { timestepFs: dt, times, values } = response;
  if (atoms < 1 || atoms > response.separations)
    throw new InputError(
      `${atoms} atoms with a response of ${response.separations} separations`,
      "ask lineResponse for as many separations as atoms",
    );
  checkStart(
    [0, 0, problem.position],
    Array.from({ length: 3 * atoms }, (_, i) => (i % 3 === 2 ? ((i - 2) / 3) * spacing : 0)),
  );
  const inertia = inertiaOf(problem.ionMass);
  const position = new Float64Array(times);
  const velocity = new Float64Array(times);
  const displacements = new Float64Array(atoms * times);
  const pushes = new Float64Array(atoms * times);
  const u = new Float64Array(3);
  let force = 0;
  const feel = (step: number): void => {
    force = 0;
    for (let k = 0; k < atoms; k++) {
      signedDerivatives(potential, position[step]! - k * spacing - displacements[k * times + step]!, u);
      pushes[k * times + step] = u[1]!;
      force -= u[1]!;
    }
  };
  position[0] = problem.position;
  velocity[0] = problem.velocity;
  feel(0);
  for (let n = 1; n < times; n++) {
    const kicked = velocity[n - 1]! + ((0.5 * dt) / inertia) * force;
    position[n] = position[n - 1]! + dt * kicked;
    for (let j = 0; j < atoms; j++) {
      let sum = 0;
      for (let k = 0; k < atoms; k++) {
        const row = Math.abs(j - k) * times;
        sum += 0.5 * values[row + n]! * pushes[k * times]!;
        for (let m = 1; m < n; m++) sum += values[row + n - m]! * pushes[k * times + m]!;
      }
      displacements[j * times + n] = dt * sum;
    }
    feel(n);
    velocity[n] = kicked + ((0.5 * dt) / inertia) * force;
  }
  return { timestepFs: dt, steps: times - 1, position, velocity, displacements };
}
