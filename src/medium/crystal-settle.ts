// Where the framework comes to rest around an ion that is held at a place. With r = W f, f the forces on the framework's atoms,
//
//   E(f) = ½ fᵀWf + Σ_j U(|R − x_j − r_j|),      ∂E/∂f = W(f + ∇U),      at rest f = −∇U:  r = W F(r)
//
// The iteration r ← W F(r) contracts only while |W U″| < 1, which a stiff repulsion does not keep. Newton's step (1 + HW) δf = −(f + ∇U), H the
// second derivatives of U, needs no such thing; E is not let grow.

import { ConvergenceError, type Vec3 } from "../base/index.js";
import { luFactor, luSolve } from "../numerics/index.js";
import type { PlaceEnergy } from "./barriers.js";
import type { Medium } from "./model.js";
import { checkStart } from "./potentials.js";

const SETTLED = 1e-11; // Å
const MOST_ROUNDS = 100;
/** Å; an atom moves no farther in one step. */
const LONGEST_STEP = 0.3;
/** Å beyond the cut-off within which atoms are followed: those that the ion's neighbourhood may come to include. */
const MARGIN = 0.6;

/** Energies of the ion at `position`, the framework stiff and at rest around it. @throws ConvergenceError when it does not come to rest. */
export function settledEnergy(medium: Medium, position: Vec3): PlaceEnergy {
  const near = neighbourhood(medium, position);
  const { size, response } = near;
  let forces: Float64Array = new Float64Array(size);
  let state = near.at(forces);
  const unrelaxed = state.interaction;
  let change = Number.POSITIVE_INFINITY;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const residual = state.gradient.map((g, i) => g + forces[i]!);
    const moved = product(response, residual);
    change = moved.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    if (change <= SETTLED) break;
    const step = newtonStep(near, state, residual);
    const downhill = step.reduce((sum, x, i) => sum + x * moved[i]!, 0) < 0;
    const next = descend(near, { forces, state, step: downhill ? step : residual.map((x) => -x) });
    if (!next) break;
    forces = next.forces;
    state = next.state;
  }
  const { interaction, elastic, displacements } = state;
  let displacement = 0;
  for (let at = 0; at < size; at += 3)
    displacement = Math.max(
      displacement,
      Math.hypot(displacements[at]!, displacements[at + 1]!, displacements[at + 2]!),
    );
  const result = { unrelaxed, interaction, elastic, relaxed: interaction + elastic, displacement };
  // Where the energy cannot fall by rounding any more, the displacements are known to its square root.
  if (!(change <= 1e-6))
    throw new ConvergenceError(
      `the framework around (${position.map((x) => x.toFixed(3)).join(", ")}) Å does not come to rest: it would still move by ${change.toPrecision(3)} Å`,
      "the ion pulls atoms out of a harmonic crystal there: choose another place or a weaker potential",
      result,
      { position, change },
    );
  return result;
}

interface State {
  readonly interaction: number; // eV
  readonly elastic: number; // eV
  readonly displacements: Float64Array; // [n,3] Å
  readonly gradient: Float64Array; // [n,3] eV/Å, ∂U/∂r
  readonly curvature: Float64Array; // [n,9] eV/Å²
}

interface Neighbourhood {
  readonly size: number;
  /** [3n,3n] Å²/eV. */
  readonly response: Float64Array;
  at(forces: Float64Array): State;
}

/** The atoms of the window that matter at this place, with their part of W(0). */
function neighbourhood({ framework, window, potentials, staticResponse }: Medium, position: Vec3): Neighbourhood {
  const { vectors, inverse } = framework.cell;
  const home = [...position];
  const cell = [0, 1, 2].map((i) =>
    Math.floor(position[0] * inverse[i]! + position[1] * inverse[3 + i]! + position[2] * inverse[6 + i]!),
  );
  for (let k = 0; k < 3; k++) for (let i = 0; i < 3; i++) home[k]! -= cell[i]! * vectors[3 * i + k]!;
  checkStart(home, window.positions as ArrayLike<number>);
  const from = (j: number): number[] => [0, 1, 2].map((k) => home[k]! - window.positions[3 * j + k]!);
  const potentialOf = (j: number) => potentials[window.sites[4 * j + 3]!]!;
  const atoms = Array.from({ length: window.count }, (_, j) => j).filter(
    (j) => Math.hypot(...from(j)) < potentialOf(j).cutoff + MARGIN,
  );
  const size = 3 * atoms.length;
  const response = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const [i, j] = [3 * atoms[Math.floor(row / 3)]! + (row % 3), 3 * atoms[Math.floor(column / 3)]! + (column % 3)];
      response[row * size + column] = staticResponse[3 * window.count * i + j]!;
    }
  }
  const places = atoms.map(from);
  return {
    size,
    response,
    at(forces) {
      const displacements = product(response, forces);
      const state = {
        interaction: 0,
        elastic: 0.5 * forces.reduce((sum, f, i) => sum + f * displacements[i]!, 0),
        displacements,
        gradient: new Float64Array(size),
        curvature: new Float64Array(3 * size),
      };
      for (const [n, j] of atoms.entries()) {
        const d = places[n]!.map((x, k) => x - displacements[3 * n + k]!);
        state.interaction += addAtom(potentialOf(j), d, { n, ...state });
      }
      return state;
    },
  };
}

/** U of one atom; its gradient and curvature with respect to the atom. */
function addAtom(
  potential: Medium["potentials"][number],
  d: readonly number[],
  { n, gradient, curvature }: { n: number; gradient: Float64Array; curvature: Float64Array },
): number {
  const u = new Float64Array(3);
  const r = Math.hypot(d[0]!, d[1]!, d[2]!);
  potential.evaluate(r, u);
  const slope = u[1]! / r;
  for (let a = 0; a < 3; a++) {
    gradient[3 * n + a] = -slope * d[a]!;
    for (let b = 0; b < 3; b++)
      curvature[9 * n + 3 * a + b] = ((u[2]! - slope) * d[a]! * d[b]!) / (r * r) + (a === b ? slope : 0);
  }
  return u[0]!;
}

function newtonStep({ size, response }: Neighbourhood, { curvature }: State, residual: Float64Array): Float64Array {
  const matrix = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    const n = Math.floor(row / 3);
    for (let column = 0; column < size; column++) {
      let sum = row === column ? 1 : 0;
      for (let k = 0; k < 3; k++) sum += curvature[9 * n + 3 * (row % 3) + k]! * response[(3 * n + k) * size + column]!;
      matrix[row * size + column] = sum;
    }
  }
  return luSolve(
    luFactor(matrix, size),
    residual.map((x) => -x),
  );
}

interface Trial {
  readonly forces: Float64Array;
  readonly state: State;
  readonly step: Float64Array;
}

/** The longest of the steps 1, ½, ¼, … that does not raise the energy. */
function descend(near: Neighbourhood, { forces, state, step }: Trial): Omit<Trial, "step"> | undefined {
  const longest = product(near.response, step).reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const energy = state.interaction + state.elastic;
  // Rounding of a sum of energies is no rise.
  const slack = 1e-14 * (Math.abs(state.interaction) + state.elastic + 1);
  for (let scale = Math.min(1, LONGEST_STEP / longest), tries = 0; tries < 40; scale /= 2, tries++) {
    const trial = forces.map((f, i) => f + scale * step[i]!);
    const found = near.at(trial);
    if (found.interaction + found.elastic <= energy + slack) return { forces: trial, state: found };
  }
  return undefined;
}

function product(matrix: Float64Array, vector: Float64Array): Float64Array {
  const n = vector.length;
  const out = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let k = 0; k < n; k++) sum += matrix[i * n + k]! * vector[k]!;
    out[i] = sum;
  }
  return out;
}
