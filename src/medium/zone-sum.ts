// Sums over the Brillouin zone of a function of D, for many separations and times at once:
//
//   S_Δ(t) = (1/N³) Σ_{q,u} η η† f(Ω_u(q), t) e^{iq·Δ}.
//
// By the cube's symmetry S_xx(Δ) = (1/N³) Σ g_xx cos θxΔx cos θyΔy cos θzΔz and S_xy(Δ) = −(1/N³) Σ g_xy sin θxΔx sin θyΔy cos θzΔz
// over the positive octant; the other components follow by exchanging axes. The phases factorise, so each axis is summed in turn.
//
// A 1/Ω² singularity at q = 0 is integrable, but a grid misses part of it: on a grid shifted by half a step from q = 0 the error
// is a series in 1/N, 1/N³, 1/N⁵, …, because f is a sum of homogeneous functions of degree −2, 0, 2, … there. Grids N, N/2, N/4
// and N/8 remove the first three terms.

import { CapabilityError, InputError } from "../base/index.js";
import { checkLattice } from "./cubic.js";
import { makeProblem } from "./dispersion.js";
import type { CubicLattice } from "./model.js";

/** Blocks [3,3] for all separations |Δ_i| ≤ reach (in cells) and all times. */
export interface BlockTable {
  readonly reach: number;
  readonly times: number;
  /** Block of separation (dx,dy,dz) at time index t into out[at … at+8], row-major. */
  block(t: number, separation: ArrayLike<number>, out: Float64Array, at?: number): void;
  /** Size of the last correction of the extrapolation, in the values' unit; 0 for a finite lattice. */
  readonly error: number;
}

export interface ZoneSum {
  /** Largest |Δ_i| in cells. */
  readonly reach: number;
  /** Number of times. */
  readonly times: number;
  /** f(Ω, t) into out [times]; Ω in rad/fs, never 0. */
  fill(omega: number, out: Float64Array): void;
}

/** The sum of a periodic lattice of `cells`³ atoms, q = 0 left out (it is the motion of the whole). */
export function periodicSum(lattice: CubicLattice, cells: number, sum: ZoneSum): BlockTable {
  checkLattice(lattice);
  if (2 * sum.reach > cells)
    throw new CapabilityError(
      `separations up to ${sum.reach} cells in a periodic lattice of ${cells}`,
      `take a lattice of at least ${2 * sum.reach} cells or a smaller window`,
      { cells, reach: sum.reach },
    );
  return table(sum, octantSum(lattice, periodicAxis(cells), sum), 0);
}

export interface InfiniteSumOptions {
  /** Cells per side of the finest grid, a multiple of 16. Default 96, or 24 per cell of reach if that is more. */
  readonly cells?: number;
}

const USUAL_CELLS = 96;

/** The sum of an infinite lattice, extrapolated from half-shifted grids N/8, N/4, N/2 and N. */
export function infiniteSum(lattice: CubicLattice, sum: ZoneSum, options: InfiniteSumOptions = {}): BlockTable {
  checkLattice(lattice);
  const least = 16 * Math.ceil((sum.reach + 1) / 2); // the coarsest grid must tell the separations apart
  // A finer grid for longer separations: the series in 1/N is one in Δ/N. Found errors of W(0): 3e-8 at Δ = 1, 1e-5 at 7, of its largest.
  const { cells = Math.max(USUAL_CELLS, 16 * Math.ceil(1.5 * (sum.reach + 1))) } = options;
  if (!Number.isInteger(cells / 16) || cells < least)
    throw new InputError(
      `a grid of ${cells} for separations up to ${sum.reach} cells`,
      `pass a multiple of 16 of at least ${least}`,
    );
  let grids = [8, 4, 2, 1].map((part) => octantSum(lattice, shiftedAxis(cells / part), sum));
  let error = 0;
  // Each round removes the leading power of 1/N and one grid; the last correction bounds what is left.
  for (const power of [1, 3, 5]) {
    const gain = 2 ** power - 1;
    error = 0;
    grids = grids.slice(1).map((finer, g, rest) => {
      const coarser = grids[g]!;
      return finer.map((value, i) => {
        const correction = (value - coarser[i]!) / gain;
        if (g === rest.length - 1) error = Math.max(error, Math.abs(correction));
        return value + correction;
      });
    });
  }
  return table(sum, grids[0]!, error);
}

/** Half an axis of the zone: phases θ ≥ 0 with how often each |θ| stands on the full axis. */
interface Axis {
  readonly cells: number;
  readonly theta: readonly number[];
  readonly multiplicity: readonly number[];
}

function periodicAxis(cells: number): Axis {
  const theta: number[] = [];
  for (let n = 0; 2 * n <= cells; n++) theta.push((2 * Math.PI * n) / cells);
  return { cells, theta, multiplicity: theta.map((_, n) => (n === 0 || 2 * n === cells ? 1 : 2)) };
}

function shiftedAxis(cells: number): Axis {
  const theta: number[] = [];
  for (let n = 0; 2 * n < cells; n++) theta.push((2 * Math.PI * (n + 0.5)) / cells);
  return { cells, theta, multiplicity: theta.map(() => 2) };
}

/** xx and xy of every non-negative separation: [2, d, d, d, times], d = reach + 1. */
function octantSum(lattice: CubicLattice, axis: Axis, sum: ZoneSum): Float64Array<ArrayBuffer> {
  const { theta, multiplicity, cells } = axis;
  const { times, reach } = sum;
  const d = reach + 1;
  const cosine = theta.map((t) => Float64Array.from({ length: d }, (_, k) => Math.cos(k * t)));
  const sine = theta.map((t) => Float64Array.from({ length: d }, (_, k) => Math.sin(k * t)));
  const total = new Float64Array(2 * d ** 3 * times);
  const plane = new Float64Array(2 * d * d * times);
  const line = new Float64Array(2 * d * times);
  const g = new Float64Array(2 * times);
  const spectrum = makeSpectrum(lattice, sum);
  for (let i = 0; i < theta.length; i++) {
    plane.fill(0);
    for (let j = 0; j < theta.length; j++) {
      line.fill(0);
      for (let k = 0; k < theta.length; k++) {
        if (theta[i] === 0 && theta[j] === 0 && theta[k] === 0) continue;
        spectrum(theta[i]!, theta[j]!, theta[k]!, g);
        const weight = multiplicity[i]! * multiplicity[j]! * multiplicity[k]!;
        spread(g.subarray(0, times), line.subarray(0, d * times), cosine[k]!, weight);
        spread(g.subarray(times), line.subarray(d * times), cosine[k]!, weight);
      }
      spread(line.subarray(0, d * times), plane.subarray(0, d * d * times), cosine[j]!, 1);
      spread(line.subarray(d * times), plane.subarray(d * d * times), sine[j]!, 1);
    }
    spread(plane.subarray(0, d * d * times), total.subarray(0, d ** 3 * times), cosine[i]!, 1 / cells ** 3);
    spread(plane.subarray(d * d * times), total.subarray(d ** 3 * times), sine[i]!, -1 / cells ** 3);
  }
  return total;
}

/** target[k] += weight · phases[k] · source for every k. */
function spread(source: Float64Array, target: Float64Array, phases: Float64Array, weight: number): void {
  const n = source.length;
  for (let k = 0; k < phases.length; k++) {
    const factor = weight * phases[k]!;
    const start = k * n;
    for (let i = 0; i < n; i++) target[start + i]! += factor * source[i]!;
  }
}

/** Σ_u η_x² f and Σ_u η_x η_y f at one wave vector, into out [2,times]. */
function makeSpectrum(lattice: CubicLattice, sum: ZoneSum) {
  const problem = makeProblem(lattice);
  const values = new Float64Array(sum.times);
  return (x: number, y: number, z: number, out: Float64Array): void => {
    problem.solve(x, y, z);
    out.fill(0);
    for (let u = 0; u < 3; u++) {
      const ex = problem.vectors[3 * u]!;
      const xx = ex * ex;
      const xy = ex * problem.vectors[3 * u + 1]!;
      sum.fill(problem.omegas[u]!, values);
      for (let t = 0; t < sum.times; t++) {
        out[t]! += xx * values[t]!;
        out[sum.times + t]! += xy * values[t]!;
      }
    }
  };
}

function table(sum: ZoneSum, values: Float64Array, error: number): BlockTable {
  const { reach, times } = sum;
  const d = reach + 1;
  const half = d ** 3 * times;
  const at = (x: number, y: number, z: number, t: number): number => ((x * d + y) * d + z) * times + t;
  return {
    reach,
    times,
    error,
    block(t, separation, out, start = 0) {
      const x = Math.abs(separation[0]!);
      const y = Math.abs(separation[1]!);
      const z = Math.abs(separation[2]!);
      if (!(x <= reach && y <= reach && z <= reach)) {
        throw new InputError(
          `separation (${Array.from(separation).join(", ")}) of a table that reaches ${reach} cells`,
          "ask for more reach",
        );
      }
      const sx = Math.sign(separation[0]!);
      const sy = Math.sign(separation[1]!);
      const sz = Math.sign(separation[2]!);
      // The component's own axes come first; S_xx is even in all three, S_xy odd in x and y.
      out[start] = values[at(x, y, z, t)]!;
      out[start + 4] = values[at(y, x, z, t)]!;
      out[start + 8] = values[at(z, x, y, t)]!;
      out[start + 1] = out[start + 3] = sx * sy * values[half + at(x, y, z, t)]!;
      out[start + 2] = out[start + 6] = sx * sz * values[half + at(x, z, y, t)]!;
      out[start + 5] = out[start + 7] = sy * sz * values[half + at(y, z, x, t)]!;
    },
  };
}
