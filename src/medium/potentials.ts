// The ion and one framework atom: U(r) and its derivatives as a function object.
//
// Screened Coulomb (Yukawa): U = A e^{−r/λ}/r. Any radial term of src/forces will do. Left uncut, the ion feels a small step in its
// force when the set of its framework atoms changes; with a smooth edge, U is multiplied by
//
//   S(x) = 1 − 10x³ + 15x⁴ − 6x⁵,  x = (r − r_on)/(r_c − r_on),
//
// which has continuous second derivatives: U″ enters the drag.

import { InputError, PhysicsError } from "../base/index.js";
import { type RadialTerm, radialOf } from "../forces/index.js";
import type { CentralPotential } from "./model.js";

export interface EdgeOptions {
  /** Å; U is zero from here on. Default Infinity. */
  readonly cutoff?: number;
  /** Å; where the fall to zero begins. Default one Å before the cut-off. */
  readonly smoothFrom?: number;
}

/** A radial term as the potential between the ion and a framework atom. */
export function centralPotential(term: RadialTerm, options: EdgeOptions = {}): CentralPotential {
  const { cutoff = Number.POSITIVE_INFINITY } = options;
  const smoothFrom = options.smoothFrom ?? (Number.isFinite(cutoff) ? cutoff - 1 : cutoff);
  if (!(cutoff > 0) || !(smoothFrom > 0) || smoothFrom > cutoff)
    throw new InputError(
      `a potential that falls to zero between ${smoothFrom} and ${cutoff} Å`,
      "pass 0 < smoothFrom < cutoff in Å",
    );
  const add = radialOf(term);
  const bare = { name: term.form, cutoff, smoothFrom, term };
  if (!Number.isFinite(cutoff)) {
    return {
      ...bare,
      evaluate(r, out) {
        out[0] = out[1] = out[2] = 0;
        add(r, out);
      },
    };
  }
  const width = cutoff - smoothFrom;
  return {
    ...bare,
    evaluate(r, out) {
      out[0] = out[1] = out[2] = 0;
      if (r >= cutoff) return;
      add(r, out);
      if (r <= smoothFrom) return;
      fade(out, (r - smoothFrom) / width, width);
    },
  };
}

/**
 * Multiplies U, dU/dr, d²U/dr² in out[0..2] by the smooth edge S(x) = 1 − 10x³ + 15x⁴ − 6x⁵, x from 0 to 1 over `width` Å.
 */
export function fade(out: Float64Array, x: number, width: number): void {
  const s = 1 - x * x * x * (10 - x * (15 - 6 * x));
  const s1 = (-30 * x * x * (1 - x) * (1 - x)) / width;
  const s2 = (-60 * x * (1 - x) * (1 - 2 * x)) / (width * width);
  const [u, u1, u2] = [out[0]!, out[1]!, out[2]!];
  out[0] = s * u;
  out[1] = s * u1 + s1 * u;
  out[2] = s * u2 + 2 * s1 * u1 + s2 * u;
}

/** U = A e^{−r/λ}/r with A in eV Å and λ in Å. */
export function yukawa(strengthEvA: number, screeningA: number, edge: EdgeOptions = {}): CentralPotential {
  if (!Number.isFinite(strengthEvA) || !(screeningA > 0))
    throw new InputError(
      `a screened Coulomb potential of ${strengthEvA} eV Å over ${screeningA} Å`,
      "pass a finite strength in eV Å and a positive screening length in Å",
    );
  return centralPotential({ form: "yukawa", strengthEvA, screeningA }, edge);
}

/** Å; nearer than this the ion sits on an atom and no step length follows the force. */
const ON_AN_ATOM = 0.1;

/** @throws PhysicsError when the ion at `position` [3] is on one of `atoms` [n,3], both Å. */
export function checkStart(position: ArrayLike<number>, atoms: ArrayLike<number>): void {
  for (let j = 0; j < atoms.length; j += 3) {
    const r = Math.hypot(atoms[j]! - position[0]!, atoms[j + 1]! - position[1]!, atoms[j + 2]! - position[2]!);
    if (r < ON_AN_ATOM)
      throw new PhysicsError(
        `the ion starts ${r.toFixed(3)} Å from the framework atom at (${atoms[j]!.toFixed(2)}, ${atoms[j + 1]!.toFixed(2)}, ${atoms[j + 2]!.toFixed(2)}) Å; the least is ${ON_AN_ATOM} Å`,
        "start at a cell centre or another interstitial place",
        { distance: r, position: [...Array.from(position)] },
      );
  }
}
