// An ion thrown at one framework atom (Rodin et al., section IV, Fig. 3). It comes along the atom's axis from −24λ and feels that
// atom alone. Four answers for the atom's displacement r and the force on the ion −U′(R − r):
//
//   full          r from the equations of motion of the N³ lattice
//   timeLocal     r = w U′(x) − l U″(x)(Ṙ − ṙ), x = R − r, with r, ṙ, R, Ṙ of the full solution                              (25)
//   quasistatic   the same with ṙ = 0
//   homogeneous   the same with r = ṙ = 0

import { InputError } from "../base/index.js";
import { lineMotion, signedDerivatives } from "./line-motion.js";
import { lineResponse } from "./line-response.js";
import type { CentralPotential, CubicLattice } from "./model.js";
import { yukawa } from "./potentials.js";
import { dragTensor, staticRecoil } from "./recoil.js";

export interface ReflectionOptions {
  readonly ionMass: number; // amu
  /** U0, eV Å. */
  readonly strength: number;
  /** λ, Å. */
  readonly screening: number;
  /** v0, Å/fs. */
  readonly speed: number;
  /** Cells per side of the periodic lattice. Default 50. */
  readonly cells?: number;
  /** Start at −startLengths·λ; the run lasts 1.5 times the way to the atom. Default 24. */
  readonly startLengths?: number;
  /** Default λ/(100 v0). */
  readonly timestepFs?: number;
}

export interface RecoilCurve {
  readonly displacement: Float64Array<ArrayBuffer>; // [points] Å
  readonly force: Float64Array<ArrayBuffer>; // [points] eV/Å, on the ion
  readonly maxDisplacement: number;
  readonly minForce: number;
}

export interface Reflection {
  readonly times: Float64Array<ArrayBuffer>; // [points] fs
  readonly position: Float64Array<ArrayBuffer>; // [points] Å, ion from the atom's place
  readonly velocity: Float64Array<ArrayBuffer>; // [points] Å/fs
  readonly full: RecoilCurve;
  readonly timeLocal: RecoilCurve;
  readonly quasistatic: RecoilCurve;
  readonly homogeneous: RecoilCurve;
  /** Fraction of the ion's kinetic energy that the lattice keeps. */
  readonly energyLoss: number;
  /** w = W(0)_xx, Å²/eV, and l = L_xx, Å² fs/eV. */
  readonly staticResponse: number;
  readonly drag: number;
}

export function reflect(lattice: CubicLattice, options: ReflectionOptions): Reflection {
  const { ionMass, screening, speed, cells = 50, startLengths = 24 } = options;
  if (!(speed > 0)) throw new InputError(`an ion thrown at ${speed} Å/fs`, "pass a positive speed in Å/fs");
  const { timestepFs = screening / (100 * speed) } = options;
  const potential = yukawa(options.strength, screening);
  const distance = startLengths * screening;
  const steps = Math.round((1.5 * distance) / speed / timestepFs);
  const response = lineResponse(lattice, { cells, timestepFs, times: steps + 1 });
  const problem = { ionMass, potential, spacing: lattice.spacing, atoms: 1, position: -distance, velocity: speed };
  const motion = lineMotion(problem, response);
  const block = new Float64Array(9);
  staticRecoil(lattice, { reach: 0 }).block(0, [0, 0, 0], block);
  const w = block[0]!;
  const l = dragTensor(lattice)[0]!;
  const { position, velocity } = motion;
  const atom = motion.displacements;
  const atomVelocity = slopes(atom, timestepFs);
  const still = new Float64Array(steps + 1);
  const local = (r: Float64Array, rate: Float64Array): RecoilCurve =>
    curve(potential, position, localDisplacement(potential, { w, l }, { position, velocity, r, rate }));
  return {
    times: Float64Array.from(position, (_, n) => n * timestepFs),
    position,
    velocity,
    full: curve(potential, position, atom),
    timeLocal: local(atom, atomVelocity),
    quasistatic: local(atom, still),
    homogeneous: local(still, still),
    energyLoss: 1 - (velocity[steps]! / speed) ** 2,
    staticResponse: w,
    drag: l,
  };
}

function localDisplacement(
  potential: CentralPotential,
  medium: { readonly w: number; readonly l: number },
  motion: { position: Float64Array; velocity: Float64Array; r: Float64Array; rate: Float64Array },
): Float64Array<ArrayBuffer> {
  const u = new Float64Array(3);
  return Float64Array.from(motion.position, (place, n) => {
    signedDerivatives(potential, place - motion.r[n]!, u);
    return medium.w * u[1]! - medium.l * u[2]! * (motion.velocity[n]! - motion.rate[n]!);
  });
}

function curve(
  potential: CentralPotential,
  position: Float64Array,
  displacement: Float64Array<ArrayBuffer>,
): RecoilCurve {
  const u = new Float64Array(3);
  const force = Float64Array.from(position, (place, n) => {
    signedDerivatives(potential, place - displacement[n]!, u);
    return -u[1]!;
  });
  let maxDisplacement = Number.NEGATIVE_INFINITY;
  let minForce = Number.POSITIVE_INFINITY;
  for (let n = 0; n < force.length; n++) {
    maxDisplacement = Math.max(maxDisplacement, displacement[n]!);
    minForce = Math.min(minForce, force[n]!);
  }
  return { displacement, force, maxDisplacement, minForce };
}

/** Central differences, one-sided at the ends. */
function slopes(values: Float64Array, step: number): Float64Array<ArrayBuffer> {
  const last = values.length - 1;
  return Float64Array.from(values, (_, n) => {
    const [from, to] = [Math.max(0, n - 1), Math.min(last, n + 1)];
    return (values[to]! - values[from]!) / ((to - from) * step);
  });
}
