// How an Ewald sum is split between real and reciprocal space.
//
// With Gaussians of inverse width α, cut-offs r_c and k_c, N charges in a volume V and Q = Σ q², the rms force error per atom is
//   real space        2 k_e Q e^{−α² r_c²} / √(N r_c V)
//   reciprocal space  4 k_e Q α e^{−k_c²/4α²} / √(π N k_c V)
// (Kolafa and Perram, 10.1080/08927029208049126, their cubic box written with V). Each part gets half of the allowed variance.
// Accuracy is that error divided by the force between two typical neighbours, F₀ = k_e (Q/N) / d², d = (V/N)^{1/3}, which depends
// on the cell and the charges alone: moving atoms never changes the plan.

import { COULOMB_CONSTANT, type F64, InputError } from "../base/index.js";
import { type Cell, cellWidths } from "../structure/index.js";

export interface EwaldPlan {
  /** α, 1/Å. */
  readonly splitting: number;
  /** Å. */
  readonly realCutoff: number;
  /** k_c, 1/Å. */
  readonly reciprocalCutoff: number;
  /** [m,3] one of each pair ±k: whole numbers h with k = 2π (h₁ a* + h₂ b* + h₃ c*), 0 < |k| ≤ k_c. */
  readonly waves: Int32Array;
}

export interface EwaldPlanOptions {
  /** r_c, Å. Default: what makes both sums take about the same time. */
  readonly realCutoff?: number;
  /** α, 1/Å, in place of `realCutoff`. */
  readonly splitting?: number;
}

/** F₀ in eV/Å: the force that `accuracy` is measured against. */
export function neighbourForce(cell: Cell, charges: F64): number {
  const density = charges.length / cell.volume;
  return COULOMB_CONSTANT * (sumOfSquares(charges) / charges.length) * density ** (2 / 3);
}

/**
 * Chooses splitting and cut-offs for a cell of any shape.
 * @param charges [n] e, one per atom
 * @param accuracy rms force error over `neighbourForce`, 1e-13 … 1e-2
 */
export function planEwald(cell: Cell, charges: F64, accuracy: number, options: EwaldPlanOptions = {}): EwaldPlan {
  if (!(accuracy >= 1e-13 && accuracy <= 1e-2)) {
    throw new InputError(`the Ewald accuracy is ${accuracy}`, "choose between 1e-13 and 1e-2");
  }
  // The estimates hold for uncorrelated charges; in a crystal neighbours add up in step, for which 1/4 has been enough.
  const target = (accuracy * neighbourForce(cell, charges)) / Math.SQRT2 / 4;
  const real = (splitting: number, cutoff: number): number => realSpaceError(cell, charges, splitting, cutoff);
  let splitting = options.splitting ?? balancedSplitting(cell, charges.length);
  let realCutoff = options.realCutoff;
  if (realCutoff !== undefined && options.splitting === undefined) {
    const cutoff = realCutoff;
    splitting = fallsTo(target, (x) => real(x, cutoff));
  }
  realCutoff ??= fallsTo(target, (x) => real(splitting, x));
  const reciprocalCutoff = fallsTo(target, (x) => reciprocalError(cell, charges, splitting, x));
  return { splitting, realCutoff, reciprocalCutoff, waves: wavesWithin(cell, reciprocalCutoff) };
}

/** rms force error of the real-space cut-off, eV/Å. */
export function realSpaceError(cell: Cell, charges: F64, splitting: number, cutoff: number): number {
  const q = sumOfSquares(charges);
  const tail = Math.exp(-((splitting * cutoff) ** 2));
  return (2 * COULOMB_CONSTANT * q * tail) / Math.sqrt(charges.length * cutoff * cell.volume);
}

/** rms force error of the reciprocal-space cut-off, eV/Å. */
export function reciprocalError(cell: Cell, charges: F64, splitting: number, cutoff: number): number {
  const q = sumOfSquares(charges);
  const tail = Math.exp(-((cutoff / (2 * splitting)) ** 2));
  return (4 * COULOMB_CONSTANT * q * splitting * tail) / Math.sqrt(Math.PI * charges.length * cutoff * cell.volume);
}

const sumOfSquares = (charges: F64): number =>
  Float64Array.from(charges, (q) => q * q).reduce((sum, square) => sum + square, 0);

/** α = √π (t N/V²)^{1/6}, t the time of a real-space pair over that of a wave and an atom (Perram et al., 10.1080/00268978800101471). */
const balancedSplitting = (cell: Cell, n: number): number =>
  Math.sqrt(Math.PI) * ((3 * n) / cell.volume ** 2) ** (1 / 6);

/** Where the falling function `error` reaches `target`, to 10⁻⁶ relative, from above (so that the error is kept). */
function fallsTo(target: number, error: (x: number) => number): number {
  if (!(target > 0)) return 1; // no charge at all: any cut-off is exact
  let [low, high] = [1e-6, 1];
  while (error(high) > target) {
    low = high;
    high *= 2;
  }
  while (high - low > 1e-6 * high) {
    const middle = (low + high) / 2;
    if (error(middle) > target) low = middle;
    else high = middle;
  }
  return high;
}

/** Half of the reciprocal lattice points with 0 < |k| ≤ `cutoff`, shortest index first. */
function wavesWithin(cell: Cell, cutoff: number): Int32Array {
  const a = cell.inverse;
  // |h| ≤ k_c |lattice vector| / 2π since h = k · vector / 2π
  const reach = [0, 1, 2].map((i) => {
    const v = cell.vectors;
    return Math.floor((cutoff * Math.hypot(v[3 * i]!, v[3 * i + 1]!, v[3 * i + 2]!)) / (2 * Math.PI));
  });
  const found: number[] = [];
  const limit = (cutoff / (2 * Math.PI)) ** 2;
  for (let h = 0; h <= reach[0]!; h++) {
    for (let k = h === 0 ? 0 : -reach[1]!; k <= reach[1]!; k++) {
      for (let l = h === 0 && k === 0 ? 1 : -reach[2]!; l <= reach[2]!; l++) {
        const x = h * a[0]! + k * a[1]! + l * a[2]!;
        const y = h * a[3]! + k * a[4]! + l * a[5]!;
        const z = h * a[6]! + k * a[7]! + l * a[8]!;
        if (x * x + y * y + z * z <= limit) found.push(h, k, l);
      }
    }
  }
  return Int32Array.from(found);
}

/**
 * The same waves in a cell that has changed a little: indices are kept, so that energy stays smooth under strain.
 * A cell whose shape or volume moved by more than 5 % is planned anew.
 */
export function planStillFits(plan: EwaldPlan, planned: Cell, cell: Cell): boolean {
  const [before, after] = [cellWidths(planned), cellWidths(cell)];
  return plan.waves.length > 0 && before.every((width, i) => Math.abs(after[i]! / width - 1) < 0.05);
}
