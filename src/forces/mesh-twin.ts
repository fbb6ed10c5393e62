// Particle-mesh Ewald in plain TypeScript, the twin of kernels/forces-mesh.ts and forces-mesh-waves.ts: complex transforms, no sorting.

import { COULOMB_CONSTANT, type F64 } from "../base/index.js";
import { planFft3 } from "../numerics/index.js";
import type { Cell } from "../structure/index.js";
import type { Splitting } from "./kernel-splitting.js";
import { influenceOf, type MeshPlan, type MeshShape } from "./mesh-plan.js";

export interface MeshProblem {
  readonly cell: Cell;
  readonly charges: F64; // [n] e
  readonly splitting: Splitting;
  readonly mesh: MeshPlan;
  readonly shape: MeshShape;
}

export interface MeshAnswer {
  readonly energy: number; // eV
  readonly forces: Float64Array; // [n,3] eV/Å
  readonly virial: Float64Array; // [3,3] ∂E/∂ε, eV
}

/** The long-range part of the Coulomb sum of a neutral cell. */
export function meshTwin({ cell, charges, splitting, mesh, shape }: MeshProblem, positions: F64): MeshAnswer {
  const n = charges.length;
  const [nx, ny, nz] = shape;
  const { values, slopes } = influenceOf(cell, shape, splitting, mesh);
  const transform = planFft3(shape);
  const data = new Float64Array(2 * nx * ny * nz);
  const atoms = Array.from({ length: n }, (_, i) => touched(cell, shape, mesh, positions.slice(3 * i, 3 * i + 3)));
  atoms.forEach((points, i) => {
    for (const { at, weight } of points) data[2 * at] = data[2 * at]! + charges[i]! * weight;
  });
  transform.forward(data);
  let energy = 0;
  const virial = new Float64Array(9);
  forEachWave(shape, (at, h, place) => {
    const g = values[place]!;
    const power = g * (data[2 * at]! ** 2 + data[2 * at + 1]! ** 2);
    energy += power / 2;
    const k = [0, 1, 2].map((c) => 2 * Math.PI * h.reduce((sum, x, axis) => sum + x * cell.inverse[3 * c + axis]!, 0));
    for (let c = 0; c < 9; c++) virial[c] = virial[c]! - power * slopes[place]! * k[Math.floor(c / 3)]! * k[c % 3]!;
    data[2 * at] = data[2 * at]! * g;
    data[2 * at + 1] = data[2 * at + 1]! * g;
  });
  for (let c = 0; c < 9; c += 4) virial[c] = virial[c]! - energy;
  transform.inverse(data); // 1/(nx ny nz) is taken back below
  const forces = new Float64Array(3 * n);
  atoms.forEach((points, i) => {
    const slope = [0, 0, 0];
    const q = charges[i]!;
    for (const { at, slopes: along } of points) {
      for (let axis = 0; axis < 3; axis++) slope[axis]! += q * nx * ny * nz * data[2 * at]! * along[axis]!;
    }
    for (let axis = 0; axis < 3; axis++) {
      for (let k = 0; k < 3; k++) forces[3 * i + k]! -= slope[axis]! * shape[axis]! * cell.inverse[3 * k + axis]!;
    }
    energy -= COULOMB_CONSTANT * splitting.selfTerm * q * q;
  });
  for (let k = 0; k < 3; k++) {
    let mean = 0;
    for (let i = 0; i < n; i++) mean += forces[3 * i + k]! / n;
    for (let i = 0; i < n; i++) forces[3 * i + k]! -= mean;
  }
  return { energy, forces, virial };
}

interface Touched {
  readonly at: number;
  readonly weight: number;
  readonly slopes: readonly number[];
}

/** The mesh points an atom writes to, with weights and their derivatives along u. */
function touched(cell: Cell, shape: MeshShape, { window }: MeshPlan, position: ArrayLike<number>): Touched[] {
  const { width, terms, polynomials } = window;
  const axes = shape.map((count, axis) => {
    let s = 0;
    for (let k = 0; k < 3; k++) s += position[k]! * cell.inverse[3 * k + axis]!;
    const u = (s - Math.floor(s)) * count;
    const step = Math.min(Math.floor(u), count - 1);
    const t = u - step - 0.5;
    return Array.from({ length: width }, (_, p) => {
      let [value, slope] = [0, 0];
      for (let k = 0; k < terms; k++) {
        slope = slope * t + value;
        value = value * t + polynomials[k * width + p]!;
      }
      return { at: (step - width / 2 + 1 + p + count) % count, value, slope };
    });
  });
  const [alongX, alongY, alongZ] = axes as [(typeof axes)[0], (typeof axes)[0], (typeof axes)[0]];
  return alongX.flatMap((x) =>
    alongY.flatMap((y) =>
      alongZ.map((z) => ({
        at: (x.at * shape[1] + y.at) * shape[2] + z.at,
        weight: x.value * y.value * z.value,
        slopes: [x.slope * y.value * z.value, x.value * y.slope * z.value, x.value * y.value * z.slope],
      })),
    ),
  );
}

/** Every mesh frequency: where it is in the mesh, its signed whole numbers, and where its influence is kept. */
function forEachWave([nx, ny, nz]: MeshShape, visit: (at: number, h: readonly number[], place: number) => void): void {
  const signed = (h: number, n: number): number => (2 * h > n ? h - n : h);
  const bins = nz / 2 + 1;
  for (let x = 0; x < nx; x++) {
    for (let y = 0; y < ny; y++) {
      for (let z = 0; z < nz; z++) {
        const mirrored = z >= bins;
        // −k has the influence of k
        const [px, py, pz] = mirrored ? [(nx - x) % nx, (ny - y) % ny, nz - z] : [x, y, z];
        visit((x * ny + y) * nz + z, [signed(x, nx), signed(y, ny), signed(z, nz)], (py * nx + px) * bins + pz);
      }
    }
  }
}
