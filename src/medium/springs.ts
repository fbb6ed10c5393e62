// The periodic cubic lattice of N³ atoms in real space. Springs act along their bond: for a neighbour in the direction v̂,
// f = k v̂ (v̂·(u_neighbour − u)). Motion by velocity Verlet, whose frequencies are off by (Ωδ)²/24 relative: 6e-5 at δ = 1.25 fs
// for Ω_max = 31 rad/ps. Cell (n1,n2,n3) has the index (n1 N + n2) N + n3.

import { expectFinite, expectShape, InputError } from "../base/index.js";
import { checkLattice, highestFrequency } from "./cubic.js";
import { checkCells } from "./dispersion.js";
import { type CubicLattice, inertiaOf } from "./model.js";

/** Displacements and velocities of all atoms, moved in place by `advanceSprings`. */
export interface SpringState {
  readonly lattice: CubicLattice;
  readonly cells: number;
  readonly displacements: Float64Array<ArrayBuffer>; // [N³,3] Å
  readonly velocities: Float64Array<ArrayBuffer>; // [N³,3] Å/fs
  /** [N³,3] eV/Å, of the springs at the present displacements. */
  readonly forces: Float64Array<ArrayBuffer>;
}

/** A lattice at rest, or with the given displacements and velocities (copied). */
export function springState(
  lattice: CubicLattice,
  cells: number,
  start: { readonly displacements?: ArrayLike<number>; readonly velocities?: ArrayLike<number> } = {},
): SpringState {
  checkLattice(lattice);
  checkCells(cells);
  const size = 3 * cells ** 3;
  for (const [name, values] of Object.entries(start)) expectShape(name, values, [cells ** 3, 3]);
  const displacements = start.displacements ? Float64Array.from(start.displacements) : new Float64Array(size);
  const velocities = start.velocities ? Float64Array.from(start.velocities) : new Float64Array(size);
  expectFinite("displacement", displacements);
  expectFinite("velocity", velocities);
  const forces = new Float64Array(size);
  springForces(lattice, cells, { displacements, forces });
  return { lattice, cells, displacements, velocities, forces };
}

/** Forces of all springs, eV/Å, [N³,3]. */
export function springForces(
  lattice: CubicLattice,
  cells: number,
  arrays: { readonly displacements: Float64Array; readonly forces: Float64Array },
): void {
  const { displacements: u, forces: f } = arrays;
  const k1 = lattice.nearSpring;
  const half = 0.5 * lattice.nextSpring; // v̂v̂ᵀ of a face diagonal has the elements ½
  const n = cells;
  const row = 3 * n;
  const plane = row * n;
  for (let i = 0; i < n; i++) {
    const x0 = i * plane;
    const xp = (i + 1 === n ? 0 : i + 1) * plane;
    const xm = (i === 0 ? n - 1 : i - 1) * plane;
    for (let j = 0; j < n; j++) {
      const y0 = j * row;
      const yp = (j + 1 === n ? 0 : j + 1) * row;
      const ym = (j === 0 ? n - 1 : j - 1) * row;
      for (let k = 0; k < n; k++) {
        const z0 = 3 * k;
        const zp = k + 1 === n ? 0 : z0 + 3;
        const zm = k === 0 ? row - 3 : z0 - 3;
        const s = x0 + y0 + z0;
        const ux = u[s]!;
        const uy = u[s + 1]!;
        const uz = u[s + 2]!;
        let fx = k1 * (u[xp + y0 + z0]! - ux + (u[xm + y0 + z0]! - ux));
        let fy = k1 * (u[x0 + yp + z0 + 1]! - uy + (u[x0 + ym + z0 + 1]! - uy));
        let fz = k1 * (u[x0 + y0 + zp + 2]! - uz + (u[x0 + y0 + zm + 2]! - uz));
        // Each plane of diagonals: `along` is the stretch of the two (1,1) bonds, `across` that of the two (1,−1) bonds.
        let p = xp + yp + z0;
        let q = xm + ym + z0;
        let along = half * (u[p]! - ux + (u[q]! - ux) + (u[p + 1]! - uy) + (u[q + 1]! - uy));
        p = xp + ym + z0;
        q = xm + yp + z0;
        let across = half * (u[p]! - ux + (u[q]! - ux) - (u[p + 1]! - uy) - (u[q + 1]! - uy));
        fx += along + across;
        fy += along - across;
        p = xp + y0 + zp;
        q = xm + y0 + zm;
        along = half * (u[p]! - ux + (u[q]! - ux) + (u[p + 2]! - uz) + (u[q + 2]! - uz));
        p = xp + y0 + zm;
        q = xm + y0 + zp;
        across = half * (u[p]! - ux + (u[q]! - ux) - (u[p + 2]! - uz) - (u[q + 2]! - uz));
        fx += along + across;
        fz += along - across;
        p = x0 + yp + zp;
        q = x0 + ym + zm;
        along = half * (u[p + 1]! - uy + (u[q + 1]! - uy) + (u[p + 2]! - uz) + (u[q + 2]! - uz));
        p = x0 + yp + zm;
        q = x0 + ym + zp;
        across = half * (u[p + 1]! - uy + (u[q + 1]! - uy) - (u[p + 2]! - uz) - (u[q + 2]! - uz));
        fy += along + across;
        fz += along - across;
        f[s] = fx;
        f[s + 1] = fy;
        f[s + 2] = fz;
      }
    }
  }
}

/** Moves the lattice by `steps` velocity-Verlet steps of `timestepFs`. */
export function advanceSprings(state: SpringState, timestepFs: number, steps: number): void {
  checkSpringStep(state.lattice, timestepFs);
  const { lattice, cells, displacements, velocities, forces } = state;
  const kick = (0.5 * timestepFs) / inertiaOf(lattice.mass);
  for (let step = 0; step < steps; step++) {
    for (let i = 0; i < forces.length; i++) {
      velocities[i]! += kick * forces[i]!;
      displacements[i]! += timestepFs * velocities[i]!;
    }
    springForces(lattice, cells, { displacements, forces });
    for (let i = 0; i < forces.length; i++) velocities[i]! += kick * forces[i]!;
  }
}

/** Kinetic and spring energy, eV. */
export function springEnergy(state: SpringState): { readonly kinetic: number; readonly potential: number } {
  let kinetic = 0;
  let potential = 0;
  for (let i = 0; i < state.forces.length; i++) {
    kinetic += state.velocities[i]! ** 2;
    potential -= 0.5 * state.displacements[i]! * state.forces[i]!;
  }
  return { kinetic: 0.5 * inertiaOf(state.lattice.mass) * kinetic, potential };
}

/** Verlet is stable below Ωδ = 2; half of that is already 4 % off in frequency. */
const LARGEST_PHASE = 1;

/** @throws InputError when the fastest mode turns too far in one step. */
export function checkSpringStep(lattice: CubicLattice, timestepFs: number): void {
  const phase = highestFrequency(lattice) * timestepFs;
  if (!(timestepFs > 0) || phase > LARGEST_PHASE)
    throw new InputError(
      `a step of ${timestepFs} fs turns the fastest framework mode by ${phase.toFixed(2)} rad; the most is ${LARGEST_PHASE}`,
      `use a step of at most ${(LARGEST_PHASE / highestFrequency(lattice)).toPrecision(3)} fs`,
      { timestepFs, phase },
    );
}
