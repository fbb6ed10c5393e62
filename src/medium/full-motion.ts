// The full equations (2), (3) of Rodin et al.: the ion and every atom of the periodic lattice, by velocity Verlet with one step for both.
//
//   μ_ion R̈ = −Σ_j ∇_R U(R − r_j),   μ r̈_j = springs − ∇_j U      j over the window of the ion's cell, continued periodically
//
// The plain reference for faster versions. Energy is conserved but for the steps of U when the window changes.

import { InputError, NumericError, type Vec3 } from "../base/index.js";
import { type CentralPotential, inertiaOf, type Medium } from "./model.js";
import { checkStart } from "./potentials.js";
import { advanceSprings, type SpringState, springEnergy, springForces } from "./springs.js";
import { siteIndex } from "./thermal-field.js";
import { cellOf } from "./time-local.js";
import { checkWindowFits } from "./window.js";

export interface FullMotion {
  readonly position: Float64Array<ArrayBuffer>; // [3] Å, continuous
  readonly velocity: Float64Array<ArrayBuffer>; // [3] Å/fs
  readonly springs: SpringState;
  /** Moves ion and lattice by `steps` steps. */
  advance(timestepFs: number, steps: number): void;
  /** Total energy, eV. */
  energy(): number;
}

export interface FullMotionOptions {
  /** The window stays at this cell wherever the ion goes. Default: it follows the ion. */
  readonly heldCell?: Vec3;
}

/** Largest move of the ion in one step, as a fraction of the lattice spacing. */
const LARGEST_MOVE = 0.1;

/** The framework starts as `springs` says and is moved in place. */
export function fullMotion(
  medium: Pick<Medium, "ionMass" | "potentials" | "window" | "framework">,
  start: { readonly springs: SpringState; readonly position: Vec3; readonly velocity: Vec3 },
  options: FullMotionOptions = {},
): FullMotion {
  const { window, framework } = medium;
  const { springs } = start;
  const { cells, displacements, velocities, forces } = springs;
  checkWindowFits(window, cells);
  const potential = medium.potentials[0] as CentralPotential;
  const { vectors, inverse } = framework.cell;
  const position = Float64Array.from(start.position);
  const velocity = Float64Array.from(start.velocity);
  const ionForce = new Float64Array(3);
  const cell = Int32Array.from(options.heldCell ?? [0, 0, 0]);
  const u = new Float64Array(3);
  const ionInertia = inertiaOf(medium.ionMass);
  const atomInertia = inertiaOf(springs.lattice.mass);
  let interaction = 0;

  /** Adds the ion's pull to `forces`, which hold the springs' already, and finds the force on the ion. */
  const couple = (): void => {
    if (!options.heldCell) cellOf(position, inverse, cell);
    ionForce.fill(0);
    interaction = 0;
    for (let j = 0; j < window.count; j++) {
      const site = 3 * siteIndex(cells, cell, window, j);
      let squared = 0;
      for (let a = 0; a < 3; a++) {
        d[a] = position[a]! - window.positions[3 * j + a]! - displacements[site + a]!;
        for (let i = 0; i < 3; i++) d[a]! -= cell[i]! * vectors[3 * i + a]!;
        squared += d[a]! * d[a]!;
      }
      const r = Math.sqrt(squared);
      potential.evaluate(r, u);
      interaction += u[0]!;
      for (let a = 0; a < 3; a++) {
        const pull = (u[1]! / r) * d[a]!;
        ionForce[a]! -= pull;
        forces[site + a]! += pull;
      }
    }
  };
  const d = new Float64Array(3);
  const refresh = (): void => {
    springForces(springs.lattice, cells, { displacements, forces });
    couple();
  };
  refresh();
  checkStart(position, absoluteAtoms(medium, springs, cell));

  return {
    position,
    velocity,
    springs,
    advance(timestepFs, steps) {
      if (!(timestepFs > 0)) throw new InputError(`a time step of ${timestepFs} fs`, "pass a positive step in fs");
      advanceSprings(springs, timestepFs, 0); // checks the step against the fastest mode
      const ionKick = (0.5 * timestepFs) / ionInertia;
      const atomKick = (0.5 * timestepFs) / atomInertia;
      for (let step = 0; step < steps; step++) {
        for (let i = 0; i < forces.length; i++) {
          velocities[i]! += atomKick * forces[i]!;
          displacements[i]! += timestepFs * velocities[i]!;
        }
        for (let a = 0; a < 3; a++) {
          velocity[a]! += ionKick * ionForce[a]!;
          position[a]! += timestepFs * velocity[a]!;
        }
        const move = timestepFs * Math.hypot(velocity[0]!, velocity[1]!, velocity[2]!);
        if (!(move <= LARGEST_MOVE * springs.lattice.spacing))
          throw new NumericError(
            `the ion moves ${move.toPrecision(3)} Å in one step of ${timestepFs} fs; the most is ${(LARGEST_MOVE * springs.lattice.spacing).toFixed(2)} Å`,
            "take a shorter step",
            { move, timestepFs, position: [...position] },
          );
        refresh();
        for (let i = 0; i < forces.length; i++) velocities[i]! += atomKick * forces[i]!;
        for (let a = 0; a < 3; a++) velocity[a]! += ionKick * ionForce[a]!;
      }
    },
    energy() {
      springForces(springs.lattice, cells, { displacements, forces });
      const { kinetic, potential: elastic } = springEnergy(springs);
      couple();
      const own = 0.5 * ionInertia * (velocity[0]! ** 2 + velocity[1]! ** 2 + velocity[2]! ** 2);
      return own + kinetic + elastic + interaction;
    },
  };
}

function absoluteAtoms(
  medium: Pick<Medium, "window" | "framework">,
  springs: SpringState,
  cell: Int32Array,
): Float64Array {
  const { window, framework } = medium;
  const { vectors } = framework.cell;
  const atoms = new Float64Array(3 * window.count);
  for (let j = 0; j < window.count; j++) {
    const site = 3 * siteIndex(springs.cells, cell, window, j);
    for (let a = 0; a < 3; a++) {
      atoms[3 * j + a] = window.positions[3 * j + a]! + springs.displacements[site + a]!;
      for (let i = 0; i < 3; i++) atoms[3 * j + a]! += cell[i]! * vectors[3 * i + a]!;
    }
  }
  return atoms;
}
