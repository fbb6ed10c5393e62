// Atoms on a line along z that are pushed along z only: their exact motion in the periodic lattice of N³ atoms,
//
//   r_j(t) = Σ_k ∫₀^t G_{j−k}(t−t′) F_k(t′) dt′,   G_Δ(t) = (1/μN³) Σ_{q,u} η_z² (sin Ωt / Ω) cos(q_zΔa)
//
// (by symmetry nothing moves sideways). q = 0 is in it: the lattice as a whole takes up momentum, t/μN³. With a handful of atoms the
// convolution replaces the propagation of a million. Each Ω's sin Ωt runs by recurrence.

import { InputError } from "../base/index.js";
import { checkLattice } from "./cubic.js";
import { checkCells, makeProblem } from "./dispersion.js";
import { type CubicLattice, inertiaOf } from "./model.js";

export interface LineResponse {
  readonly timestepFs: number;
  readonly times: number;
  readonly separations: number;
  /** [separations,times] Å/(eV fs) G_Δ(t) for Δ = 0, 1, … cells. */
  readonly values: Float64Array<ArrayBuffer>;
}

export interface LineResponseOptions {
  /** Cells per side of the periodic lattice. */
  readonly cells: number;
  readonly timestepFs: number;
  readonly times: number;
  /** Separations 0 … separations − 1 cells. Default 1. */
  readonly separations?: number;
}

export function lineResponse(lattice: CubicLattice, options: LineResponseOptions): LineResponse {
  const { cells, timestepFs, times, separations = 1 } = options;
  checkLattice(lattice);
  checkCells(cells);
  if (!(timestepFs > 0) || times < 1 || separations < 1 || separations > cells / 2 + 1)
    throw new InputError(
      `a response of ${separations} separations at ${times} times ${timestepFs} fs apart in ${cells} cells`,
      "separations go up to half the lattice",
    );
  const values = new Float64Array(separations * times);
  const slice = new Float64Array(times);
  const scale = 1 / (inertiaOf(lattice.mass) * cells ** 3);
  for (let k = 0; 2 * k <= cells; k++) {
    slice.fill(0);
    addPlane(lattice, { cells, k, timestepFs }, slice);
    const weight = (k === 0 || 2 * k === cells ? 1 : 2) * scale;
    for (let s = 0; s < separations; s++) {
      const factor = weight * Math.cos((2 * Math.PI * k * s) / cells);
      for (let t = 0; t < times; t++) values[s * times + t]! += factor * slice[t]!;
    }
  }
  return { timestepFs, times, separations, values };
}

/** Adds Σ_{qx,qy,u} η_z² sin(Ωt)/Ω of one q_z; the plane's eightfold symmetry leaves 0 ≤ qy ≤ qx ≤ π/a. */
function addPlane(
  lattice: CubicLattice,
  plane: { readonly cells: number; readonly k: number; readonly timestepFs: number },
  slice: Float64Array,
): void {
  const { cells, k, timestepFs } = plane;
  const step = (2 * Math.PI) / cells;
  const problem = makeProblem(lattice);
  const sides = (n: number): number => (n === 0 || 2 * n === cells ? 1 : 2);
  for (let i = 0; 2 * i <= cells; i++) {
    for (let j = 0; j <= i; j++) {
      const weight = sides(i) * sides(j) * (i === j ? 1 : 2);
      if (i === 0 && j === 0 && k === 0) {
        for (let t = 0; t < slice.length; t++) slice[t]! += timestepFs * t;
        continue;
      }
      problem.solve(step * i, step * j, step * k);
      for (let u = 0; u < 3; u++) {
        const omega = problem.omegas[u]!;
        const amplitude = (weight * problem.vectors[3 * u + 2]! ** 2) / omega;
        if (amplitude > 0) addSine(slice, amplitude, omega * timestepFs);
      }
    }
  }
}

const RESTART = 256;

/** slice[t] += amplitude sin(turn t). */
function addSine(slice: Float64Array, amplitude: number, turn: number): void {
  const twice = 2 * Math.cos(turn);
  for (let from = 0; from < slice.length; from += RESTART) {
    let before = amplitude * Math.sin(turn * (from - 1));
    let now = amplitude * Math.sin(turn * from);
    const to = Math.min(slice.length, from + RESTART);
    for (let t = from; t < to; t++) {
      slice[t]! += now;
      const next = twice * now - before;
      before = now;
      now = next;
    }
  }
}
