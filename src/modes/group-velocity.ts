// Group velocities v_n = ∂ω_n/∂q. From D e = ω² e, v = ⟨e|∂D/∂q|e⟩/2ω for a single mode. Where modes are degenerate, ∂D along one direction splits
// them, so the vectors of the subspace are first turned to diagonalise its slope along a fixed general direction (1, 2, 3): the velocities then
// belong to branches that leave q along it, and their sum over the subspace does not depend on the choice.

import { ANGULAR_PER_ROOT_CURVATURE, type F64, type Vec3 } from "../base/index.js";
import { hermitianEigen } from "../numerics/index.js";
import { degenerateGroups, type ModeGroup } from "./groups.js";
import type { LatticeDynamics } from "./lattice-dynamics.js";
import type { Modes } from "./modes.js";
import { curvatureOfFrequency } from "./solve.js";

export interface VelocityOptions {
  /** Neighbours in frequency nearer than this are degenerate, THz. Default 1e-4. */
  readonly degenerateThz?: number;
  /** Modes below have no velocity of their own (0 is given), THz. Default 1e-3: translations at Γ and unstable modes. */
  readonly minimumThz?: number;
}

const GENERAL: Vec3 = [1 / Math.sqrt(14), 2 / Math.sqrt(14), 3 / Math.sqrt(14)];
const AXES: readonly Vec3[] = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];

/** [count,3] Å/fs, Cartesian, of `modes` that `dynamics` gave at their q. 1 Å/fs is 100 km/s. */
export function groupVelocities(
  dynamics: LatticeDynamics,
  modes: Modes,
  options: VelocityOptions = {},
): Float64Array<ArrayBuffer> {
  const { degenerateThz = 1e-4, minimumThz = 1e-3 } = options;
  const groups = degenerateGroups(modes, degenerateThz);
  const vectors = modes.vectors.slice();
  const size = modes.count;
  if (groups.some(({ count }) => count > 1)) {
    const general = dynamics.dynamicalSlope(modes.q, GENERAL);
    for (const group of groups) if (group.count > 1) turnToBranches(vectors, group, { slope: general, size });
  }
  const velocities = new Float64Array(3 * size);
  for (const [axis, along] of AXES.entries()) {
    const slope = dynamics.dynamicalSlope(modes.q, along);
    for (let mode = 0; mode < size; mode++) {
      const f = modes.frequencies[mode]!;
      if (f < minimumThz) continue;
      const e = vectors.subarray(2 * size * mode, 2 * size * (mode + 1));
      const [change] = sandwich(e, slope, e);
      // ω = √λ · ANGULAR_PER_ROOT_CURVATURE rad/fs
      velocities[3 * mode + axis] = (ANGULAR_PER_ROOT_CURVATURE * change) / (2 * Math.sqrt(curvatureOfFrequency(f)));
    }
  }
  return velocities;
}

interface Slope {
  readonly slope: F64;
  readonly size: number;
}

/** Turns the vectors of a degenerate group to eigenvectors of the slope inside it. */
function turnToBranches(vectors: Float64Array, { first, count }: ModeGroup, { slope, size }: Slope): void {
  const of = (mode: number): Float64Array => vectors.slice(2 * size * (first + mode), 2 * size * (first + mode + 1));
  const own = Array.from({ length: count }, (_, mode) => of(mode));
  const inner = new Float64Array(2 * count * count);
  for (let m = 0; m < count; m++)
    for (let n = 0; n < count; n++) inner.set(sandwich(own[m]!, slope, own[n]!), 2 * (m * count + n));
  const turn = hermitianEigen(inner, count).vectors;
  for (let mode = 0; mode < count; mode++) {
    const out = vectors.subarray(2 * size * (first + mode), 2 * size * (first + mode + 1)).fill(0);
    for (let n = 0; n < count; n++) {
      const [x, y] = [turn[2 * (mode * count + n)]!, turn[2 * (mode * count + n) + 1]!];
      const e = own[n]!;
      for (let a = 0; a < e.length; a += 2) {
        out[a]! += x * e[a]! - y * e[a + 1]!;
        out[a + 1]! += x * e[a + 1]! + y * e[a]!;
      }
    }
  }
}

/** ⟨u|A|v⟩ of a Hermitian A. */
function sandwich(u: F64, a: F64, v: F64): [number, number] {
  const size = u.length / 2;
  let [re, im] = [0, 0];
  for (let i = 0; i < size; i++) {
    let [x, y] = [0, 0];
    for (let j = 0; j < size; j++) {
      const at = 2 * (i * size + j);
      x += a[at]! * v[2 * j]! - a[at + 1]! * v[2 * j + 1]!;
      y += a[at]! * v[2 * j + 1]! + a[at + 1]! * v[2 * j]!;
    }
    re += u[2 * i]! * x + u[2 * i + 1]! * y;
    im += u[2 * i]! * y - u[2 * i + 1]! * x;
  }
  return [re, im];
}
