// An ion that comes to rest between two atoms of a cold framework (Rodin et al., section V, Fig. 4). It moves along a cell edge and
// feels the 8 atoms of that line nearest to its start; time-local equations beside the full ones of a large periodic lattice.
//
// The full solution may be asked for in steps of its own: the ion moves slowly against 5 THz, and the sum over past forces grows as steps².

import { InputError, type RunOptions } from "../base/index.js";
import { cubicFramework } from "./cubic.js";
import type { IntegrationMethod } from "./integrators.js";
import { lineMotion } from "./line-motion.js";
import { lineResponse } from "./line-response.js";
import { cubicMedium } from "./medium.js";
import type { CubicLattice } from "./model.js";
import { yukawa } from "./potentials.js";
import { stillField } from "./thermal-field.js";
import { type Approximation, ionEquation } from "./time-local.js";
import { walkIon } from "./walk.js";
import { lineWindow } from "./window.js";

export interface DissipationOptions extends RunOptions {
  readonly ionMass: number; // amu
  readonly strength: number; // eV Å, U0
  readonly screening: number; // Å, λ
  readonly speed: number; // Å/fs, v0
  readonly durationFs: number;
  /** Atoms on the line, half of them ahead. Default 8. */
  readonly atoms?: number;
  /** Default 5. */
  readonly timestepFs?: number;
  /** Default "homogeneous". */
  readonly approximation?: Approximation;
  /** Default "runge-kutta-5". */
  readonly method?: IntegrationMethod;
}

export interface LineTrack {
  readonly times: Float64Array<ArrayBuffer>; // [points] fs
  readonly position: Float64Array<ArrayBuffer>; // [points] Å from the first atom
  readonly velocity: Float64Array<ArrayBuffer>; // [points] Å/fs
}

/** The time-local trajectory; it starts midway between the two middle atoms. */
export async function dissipate(lattice: CubicLattice, options: DissipationOptions): Promise<LineTrack> {
  const { speed, durationFs, timestepFs = 5, atoms = 8 } = options;
  const { ionMass, strength, screening, approximation = "homogeneous", method = "runge-kutta-5" } = options;
  checkLine(atoms);
  const window = lineWindow(cubicFramework(lattice), { from: 0, count: atoms });
  const medium = cubicMedium(lattice, { ionMass, potential: yukawa(strength, screening), window });
  const equation = ionEquation(medium, stillField, { approximation, heldCell: [0, 0, 0] });
  const start = { position: [0, 0, middleOf(lattice, atoms)], velocity: [0, 0, speed] } as const;
  const steps = Math.round(durationFs / timestepFs);
  const walk = await walkIon(medium, { equation, start }, { ...options, timestepFs, steps, method });
  const along = (values: Iterable<number>): Float64Array<ArrayBuffer> =>
    Float64Array.from(values).filter((_, i) => i % 3 === 2);
  return {
    times: Float64Array.from({ length: walk.frames }, (_, n) => n * timestepFs),
    position: along(walk.positions),
    velocity: along(walk.velocities),
  };
}

export interface FullDissipationOptions extends Omit<DissipationOptions, "approximation" | "method"> {
  /** Cells per side of the periodic lattice. Default 100. */
  readonly cells?: number;
}

/** The full solution of the same problem. */
export function dissipateFully(lattice: CubicLattice, options: FullDissipationOptions): LineTrack {
  const { speed, durationFs, timestepFs = 5, atoms = 8, cells = 100, ionMass } = options;
  checkLine(atoms);
  const times = Math.round(durationFs / timestepFs) + 1;
  const response = lineResponse(lattice, { cells, timestepFs, times, separations: atoms });
  const { position, velocity } = lineMotion(
    {
      ionMass,
      potential: yukawa(options.strength, options.screening),
      spacing: lattice.spacing,
      atoms,
      position: middleOf(lattice, atoms),
      velocity: speed,
    },
    response,
  );
  return { times: Float64Array.from(position, (_, n) => n * timestepFs), position, velocity };
}

const middleOf = (lattice: CubicLattice, atoms: number): number => 0.5 * (atoms - 1) * lattice.spacing;

function checkLine(atoms: number): void {
  if (!Number.isInteger(atoms) || atoms < 2 || atoms % 2 === 1)
    throw new InputError(`a line of ${atoms} atoms`, "pass an even number, so that the ion starts between two");
}
