// The last digits of a minimum: x ← x + Φ⁺ F with the analytic second derivatives Φ, at a fixed cell. Φ⁺ is the inverse
// without rigid translations, which cost nothing and feel no force. The error squares in each step while Φ is fresh; an
// old Φ still gains a constant factor |F''' δx|/|Φ| per step, so Φ is made again only when the gain falls below ten.
// A direction of negative curvature means this is no minimum: the step would climb to a saddle, and is refused.

import { type F64, maxNorm3, type Notes } from "../base/index.js";
import type { ForceSession } from "../forces/index.js";
import { symmetricEigen } from "../numerics/index.js";

export interface NewtonParts {
  readonly session: ForceSession & Required<Pick<ForceSession, "hessian">>;
  /** [n,3] Å. */
  readonly positions: F64;
  readonly frozen: readonly number[];
  /** Largest force to stop at, eV/Å. */
  readonly tolerance: number;
  /** Largest displacement of an atom in one step, Å. */
  readonly maxStepA: number;
  readonly notes: Notes;
}

export interface NewtonStep {
  readonly energy: number;
  readonly maxForce: number;
}

/** Below this part of the largest curvature a direction counts as flat: rounding of Φ reaches 10⁻¹² of it. */
const FLAT = 1e-8;
/** Rows of Φ that sum to less than this part of its mean diagonal hold nothing in place. */
const FREE = 1e-5;
const MOST_HESSIANS = 5;
const MOST_STEPS = 30;

/** The point reached, and one entry per improving step. Nothing is changed when Newton's method is refused. */
export function newtonPolish(parts: NewtonParts): { readonly positions: F64; readonly steps: readonly NewtonStep[] } {
  const { session, tolerance } = parts;
  const steps: NewtonStep[] = [];
  let positions = parts.positions.slice();
  const forces = new Float64Array(positions.length);
  session.evaluate(positions, forces);
  let maxForce = freeForces(forces, parts.frozen);
  // The first Φ is made even where no force is left: it tells a minimum from a saddle.
  for (let hessians = 0; hessians === 0 || (hessians < MOST_HESSIANS && maxForce > tolerance); hessians++) {
    const inverse = softInverse(session.hessian(positions), parts);
    if (!inverse) return { positions, steps };
    let gain = Number.POSITIVE_INFINITY;
    for (let i = 0; i < MOST_STEPS && maxForce > tolerance && gain > 10; i++) {
      const trial = displaced(positions, inverse(forces), parts.maxStepA);
      const trialForces = new Float64Array(forces.length);
      const energy = session.evaluate(trial, trialForces);
      const trialMax = freeForces(trialForces, parts.frozen);
      gain = maxForce / trialMax;
      if (!(gain > 1)) break;
      positions = trial;
      forces.set(trialForces);
      maxForce = trialMax;
      steps.push({ energy, maxForce });
    }
    if (!(gain > 1)) break;
  }
  if (maxForce > tolerance) {
    parts.notes.add(
      "newton-stalled",
      `Newton steps reached ${maxForce.toExponential(2)} eV/Å, not ${tolerance.toExponential(1)}`,
      "this is where rounding or the accuracy of the force field ends",
    );
  }
  return { positions, steps };
}

/** Zeroes the forces on frozen atoms; returns the largest that is left. */
function freeForces(forces: Float64Array, frozen: readonly number[]): number {
  for (const atom of frozen) forces.fill(0, 3 * atom, 3 * atom + 3);
  return maxNorm3(forces);
}

function displaced(positions: F64, step: F64, maxStepA: number): Float64Array<ArrayBuffer> {
  const scale = Math.min(1, maxStepA / Math.max(maxNorm3(step), 1e-300));
  return Float64Array.from(positions, (x, a) => x + scale * step[a]!);
}

/** F → Φ⁺F, or undefined, with a note, when Φ has negative directions. */
function softInverse(
  hessian: F64,
  { frozen, positions, notes }: NewtonParts,
): ((forces: F64) => Float64Array) | undefined {
  const size = positions.length;
  const free = Array.from({ length: size }, (_, a) => a).filter((a) => !frozen.includes(Math.floor(a / 3)));
  if (free.length === 0) return () => new Float64Array(size);
  const matrix = new Float64Array(free.length ** 2);
  for (const [i, a] of free.entries()) {
    for (const [j, b] of free.entries()) {
      matrix[i * free.length + j] = hessian[a * size + b]!;
    }
  }
  stiffenTranslations(matrix, free.length);
  const { values, vectors } = symmetricEigen(matrix, free.length, { vectors: true });
  const flat = FLAT * Math.abs(values[free.length - 1]!);
  const negative = values.findIndex((value) => value >= -flat);
  if (negative !== 0) {
    notes.add(
      "newton-refused",
      `the energy falls along ${negative < 0 ? free.length : negative} directions (lowest curvature ${values[0]!.toPrecision(4)} eV/Å²): this is no minimum`,
      "displace the atoms along the unstable mode and relax again",
    );
    return undefined;
  }
  return (forces) => {
    const step = new Float64Array(size);
    for (let k = 0; k < free.length; k++) {
      if (values[k]! <= flat) continue;
      const vector = vectors!.subarray(k * free.length, (k + 1) * free.length);
      let amount = 0;
      for (const [i, a] of free.entries()) amount += vector[i]! * forces[a]!;
      amount /= values[k]!;
      for (const [i, a] of free.entries()) step[a]! += amount * vector[i]!;
    }
    return step;
  };
}

/**
 * Gives rigid translations, if they cost nothing, the mean curvature, so that they are neither flat nor mixed with soft
 * modes. The forces have no part along them, hence neither has the step.
 */
function stiffenTranslations(matrix: Float64Array, size: number): void {
  let trace = 0;
  let largestSum = 0;
  for (let a = 0; a < size; a++) {
    trace += matrix[a * size + a]!;
    const sums = [0, 0, 0];
    for (let b = 0; b < size; b++) sums[b % 3]! += matrix[a * size + b]!;
    largestSum = Math.max(largestSum, ...sums.map(Math.abs));
  }
  const mean = trace / size;
  if (!(largestSum <= FREE * Math.abs(mean))) return; // frozen atoms or an outer potential hold the crystal
  const weight = mean / (size / 3);
  for (let a = 0; a < size; a++) for (let b = a % 3; b < size; b += 3) matrix[a * size + b]! += weight;
}
