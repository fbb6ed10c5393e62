// Simple cubic lattice with springs k1 to 6 nearest and k2 to 12 next-nearest neighbours, θ = q a:
//
//   D_xx = (2k1/μ)(1 − cos θx) + (2k2/μ)(2 − cos θx cos θy − cos θx cos θz)      and cyclic
//   D_xy = (2k2/μ) sin θx sin θy                                                 and cyclic
//
// real and even in q, since every atom is a centre of inversion. Long waves along n: D → q² C(n) with
//   C_xx = a²[(k1 + 2k2) n_x² + k2 (n_y² + n_z²)]/μ,   C_xy = 2 a² k2 n_x n_y/μ.
// Highest frequency Ω² = (4k1 + 8k2)/μ at X. Source: Rodin et al., arXiv:2504.06595, eq. (21).

import { InputError, PhysicsError, type Vec3 } from "../base/index.js";
import { makeCell } from "../structure/index.js";
import { eigenSymmetric3 } from "./eigen3.js";
import { type CubicLattice, type HarmonicFramework, inertiaOf, thzOf } from "./model.js";

/** D at the phases θ = q a into out [3,3], rad²/fs². */
export function cubicDynamicalMatrix(lattice: CubicLattice, theta: ArrayLike<number>, out: Float64Array): void {
  const near = (2 * lattice.nearSpring) / inertiaOf(lattice.mass);
  const next = (2 * lattice.nextSpring) / inertiaOf(lattice.mass);
  // 1 − cos written with half angles: at long waves the difference would lose all digits.
  const [x, y, z] = [versine(theta[0]!), versine(theta[1]!), versine(theta[2]!)];
  const [sx, sy, sz] = [Math.sin(theta[0]!), Math.sin(theta[1]!), Math.sin(theta[2]!)];
  out[0] = near * x + next * (both(x, y) + both(x, z));
  out[4] = near * y + next * (both(y, x) + both(y, z));
  out[8] = near * z + next * (both(z, x) + both(z, y));
  out[1] = out[3] = next * sx * sy;
  out[2] = out[6] = next * sx * sz;
  out[5] = out[7] = next * sy * sz;
}

const versine = (angle: number): number => 2 * Math.sin(angle / 2) ** 2;
/** 1 − cos a cos b from their versines. */
const both = (a: number, b: number): number => a + b - a * b;

/** C(n) for a unit direction into out [3,3], (Å/fs)²; its eigenvalues are the squared sound velocities. */
export function cubicAcousticMatrix(lattice: CubicLattice, direction: ArrayLike<number>, out: Float64Array): void {
  const scale = lattice.spacing ** 2 / inertiaOf(lattice.mass);
  const [x, y, z] = [direction[0]!, direction[1]!, direction[2]!];
  const near = scale * lattice.nearSpring;
  const next = scale * lattice.nextSpring;
  const all = next * (x * x + y * y + z * z);
  out[0] = (near + next) * x * x + all;
  out[4] = (near + next) * y * y + all;
  out[8] = (near + next) * z * z + all;
  out[1] = out[3] = 2 * next * x * y;
  out[2] = out[6] = 2 * next * x * z;
  out[5] = out[7] = 2 * next * y * z;
}

/** Ω_max, rad/fs. The springs k1 add at most 4k1 and k2 at most 8k2; X has both, and M the second alone should k1 be negative. */
export function highestFrequency(lattice: CubicLattice): number {
  return Math.sqrt((Math.max(4 * lattice.nearSpring, 0) + 8 * lattice.nextSpring) / inertiaOf(lattice.mass));
}

export interface SoundVelocities {
  /** [3] Å/fs, ascending: two transverse, then the longitudinal branch along symmetry directions. */
  readonly velocities: Vec3;
  /** [3,3] unit polarisations in rows. */
  readonly polarisations: Float64Array<ArrayBuffer>;
}

/** Sound along a Cartesian direction (any length). */
export function soundVelocities(lattice: CubicLattice, direction: Vec3): SoundVelocities {
  const length = Math.hypot(...direction);
  if (!(length > 0)) throw new InputError("sound along a direction of length 0", "pass a direction such as [1, 0, 0]");
  const matrix = new Float64Array(9);
  const squares = new Float64Array(3);
  const polarisations = new Float64Array(9);
  cubicAcousticMatrix(
    lattice,
    direction.map((d) => d / length),
    matrix,
  );
  eigenSymmetric3(matrix, squares, polarisations);
  return { velocities: [Math.sqrt(squares[0]!), Math.sqrt(squares[1]!), Math.sqrt(squares[2]!)], polarisations };
}

/** The lattice as a framework that the general files understand. */
export function cubicFramework(lattice: CubicLattice): HarmonicFramework {
  checkLattice(lattice);
  const { spacing: a } = lattice;
  const real = new Float64Array(9);
  return {
    cell: makeCell([a, 0, 0, 0, a, 0, 0, 0, a]),
    positions: new Float64Array(3),
    masses: Float64Array.of(lattice.mass),
    dynamicalMatrix(q, out) {
      cubicDynamicalMatrix(
        lattice,
        q.map((fraction) => 2 * Math.PI * fraction),
        real,
      );
      for (let k = 0; k < 9; k++) {
        out[2 * k] = real[k]!;
        out[2 * k + 1] = 0;
      }
    },
    acousticMatrix: (direction, out) => cubicAcousticMatrix(lattice, direction, out),
  };
}

const GRID = 12;
/** D eigenvalues above −this fraction of Ω_max² are rounding. */
const ROUNDING = 1e-12;

/**
 * Checks the numbers, then that no wave is unstable: every Ω² on a grid of the zone's irreducible wedge and every squared sound
 * velocity is positive.
 * @throws InputError for numbers that cannot be; PhysicsError with the wave vector of the worst imaginary mode.
 */
export function checkLattice(lattice: CubicLattice): void {
  for (const [name, unit] of [
    ["mass", "amu"],
    ["spacing", "Å"],
  ] as const) {
    if (!(lattice[name] > 0 && Number.isFinite(lattice[name]))) {
      throw new InputError(`the ${name} of the lattice is ${lattice[name]} ${unit}`, "pass a positive number");
    }
  }
  if (!Number.isFinite(lattice.nearSpring) || !Number.isFinite(lattice.nextSpring)) {
    throw new InputError(
      `springs of ${lattice.nearSpring} and ${lattice.nextSpring} eV/Å²`,
      "pass finite force constants in eV/Å²",
    );
  }
  const worst = lowestCurvature(lattice);
  const scale = (Math.abs(4 * lattice.nearSpring) + Math.abs(8 * lattice.nextSpring)) / inertiaOf(lattice.mass);
  if (worst.value > ROUNDING * scale) return;
  const where = `q = 2π/a (${worst.theta.map((t) => (t / (2 * Math.PI)).toFixed(3)).join(", ")})`;
  const frequency = -thzOf(Math.sqrt(Math.max(0, -worst.value)));
  throw new PhysicsError(
    worst.value < -ROUNDING * scale
      ? `the lattice is unstable: ${frequency.toFixed(3)} THz (imaginary) at ${where} with k1 = ${lattice.nearSpring}, k2 = ${lattice.nextSpring} eV/Å²`
      : `the lattice has a mode without restoring force at ${where} with k1 = ${lattice.nearSpring}, k2 = ${lattice.nextSpring} eV/Å²`,
    "both springs must hold: k2 > 0 and k1 + k2 large enough",
    { theta: worst.theta, curvature: worst.value },
  );
}

function lowestCurvature(lattice: CubicLattice): { value: number; theta: number[] } {
  const matrix = new Float64Array(9);
  const values = new Float64Array(3);
  const vectors = new Float64Array(9);
  let lowest = { value: Number.POSITIVE_INFINITY, theta: [0, 0, 0] };
  const consider = (theta: number[]): void => {
    cubicDynamicalMatrix(lattice, theta, matrix);
    eigenSymmetric3(matrix, values, vectors);
    if (values[0]! < lowest.value) lowest = { value: values[0]!, theta };
  };
  for (let i = 1; i <= GRID; i++) {
    for (let j = 0; j <= i; j++) {
      for (let k = 0; k <= j; k++) {
        const theta = [i, j, k].map((n) => (Math.PI * n) / GRID);
        // Long waves first: a violated elastic condition shows as Ω² < 0 at 1/100 of the way to the zone boundary.
        consider(theta.map((t) => t / 100));
        consider(theta);
      }
    }
  }
  return lowest;
}
