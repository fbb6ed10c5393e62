// The quasi-local equation: the recoil remembers the last T, one period of the fastest mode,
//
//   r_j(t) = r_j^H − Σ_k W_jk(0) g_k(t) − Σ_k ∫_{t−T}^{t} W_jk(t−t′) H_k(t′) (Ṙ − ṙ_k^H)(t′) dt′,      μ R̈ = −Σ_j ∇_R U(R − r_j),
//
// since dg/dt = −H (Ṙ − ṙ^H), with r → r^H on the right. Where W is a delta function this is the homogeneous time-local equation, its last
// term moved from the atoms to the ion. The integral is a trapezoidal sum over past steps. Source: Rodin et al., section VII.

import { CapabilityError, InputError, NumericError, type Vec3 } from "../base/index.js";
import { highestFrequency } from "./cubic.js";
import { type CubicLattice, inertiaOf, type Medium, type ThermalField } from "./model.js";
import { recoilKernel } from "./recoil.js";
import { type IonEquation, makeSurroundings } from "./time-local.js";
import { windowReach } from "./window.js";

export interface MemoryOptions {
  /** The ion's step, at whose multiples alone the equation can be evaluated: integrate with `verlet`. */
  readonly timestepFs: number;
  /** T. Default 2π/Ω_max. */
  readonly memoryFs?: number;
  /** The window stays at this cell wherever the ion goes. Default: it follows the ion. */
  readonly heldCell?: Vec3;
}

/** Cells the ion may cross along one axis within T. */
const TRAVEL = 2;

/** Equation of motion with the true recoil kernel over the last `memoryFs`. */
export function memoryEquation(
  lattice: CubicLattice,
  medium: Medium,
  options: MemoryOptions & { readonly field: ThermalField },
): IonEquation {
  const { timestepFs, memoryFs = (2 * Math.PI) / highestFrequency(lattice), field } = options;
  const depth = Math.round(memoryFs / timestepFs);
  if (!(timestepFs > 0) || depth < 2)
    throw new InputError(
      `a memory of ${memoryFs.toFixed(1)} fs in steps of ${timestepFs} fs`,
      "the step must be at most half the memory",
    );
  const { window } = medium;
  const n = window.count;
  const reach = windowReach(window) + (options.heldCell ? 0 : TRAVEL);
  const kernel = recoilKernel(lattice, { timestepFs, times: depth + 1 }, { reach });
  const near = makeSurroundings(medium, field, options.heldCell);
  const atoms = new Float64Array(3 * n);
  const still = new Float64Array(3);
  // Ring of the last depth + 1 steps: cell and rates H (Ṙ − ṙ^H).
  const cells = new Int32Array(3 * (depth + 1));
  const rates = new Float64Array(3 * n * (depth + 1));
  const steps = new Int32Array(depth + 1).fill(-1);
  const block = new Float64Array(9);
  const separation = new Int32Array(3);
  const inverseInertia = 1 / inertiaOf(medium.ionMass);

  const remember = (now: number): void => {
    const slot = now % (depth + 1);
    steps[slot] = now;
    cells.set(near.cell, 3 * slot);
    rates.set(near.rates, 3 * n * slot);
  };
  const addPast = (now: number): void => {
    for (let back = 0; back <= depth; back++) {
      const slot = (now - back + depth + 1) % (depth + 1);
      if (now < back || steps[slot] !== now - back) break;
      for (let a = 0; a < 3; a++) {
        const crossed = Math.abs(near.cell[a]! - cells[3 * slot + a]!);
        if (crossed > TRAVEL)
          throw new NumericError(
            `the ion crossed ${crossed} cells within its memory of ${memoryFs.toFixed(0)} fs; the most is ${TRAVEL}`,
            "take a shorter step or a slower start",
            { timeFs: now * timestepFs },
          );
      }
      const weight = timestepFs * (back === 0 || back === depth ? 0.5 : 1);
      for (let k = 0; k < n; k++) {
        const at = 3 * (n * slot + k);
        const x = weight * rates[at]!;
        const y = weight * rates[at + 1]!;
        const z = weight * rates[at + 2]!;
        for (let j = 0; j < n; j++) {
          for (let a = 0; a < 3; a++) {
            separation[a] = near.cell[a]! + window.sites[4 * j + a]! - cells[3 * slot + a]! - window.sites[4 * k + a]!;
          }
          kernel.block(back, separation, block);
          for (let a = 0; a < 3; a++)
            atoms[3 * j + a]! -= block[3 * a]! * x + block[3 * a + 1]! * y + block[3 * a + 2]! * z;
        }
      }
    }
  };
  return {
    dimension: 3,
    cell: near.cell,
    atoms,
    unpushed: near.homogeneous,
    acceleration(timeFs, position, velocity, out) {
      const now = Math.round(timeFs / timestepFs);
      if (Math.abs(now * timestepFs - timeFs) > 1e-6 * timestepFs)
        throw new CapabilityError(
          `the memory is kept every ${timestepFs} fs, asked for ${timeFs} fs`,
          "integrate with the method verlet at that step",
        );
      near.locate(timeFs, position);
      near.interact(near.homogeneous, position, velocity);
      near.recoil(atoms);
      remember(now);
      addPast(now);
      near.force(position, still, atoms, out);
      for (let a = 0; a < 3; a++) out[a]! *= inverseInertia;
    },
  };
}
