// Small homogeneous strains in Voigt's order xx yy zz yz xz xy, the shears as angles: ε_xx = η₁, ε_yz = ε_zy = ½ η₄. Every lattice vector and
// every position goes to x (1 + ε).

import type { VoigtComponent } from "./cell-freedom.js";

/** Cartesian axes of each Voigt component. */
export const VOIGT_AXES: readonly (readonly [number, number])[] = [
  [0, 0],
  [1, 1],
  [2, 2],
  [1, 2],
  [0, 2],
  [0, 1],
];

export const VOIGT_NAMES: readonly VoigtComponent[] = ["xx", "yy", "zz", "yz", "xz", "xy"];

/** [3,3] 1 + ε with one Voigt component of strain `amount`. */
export function strainOf(component: number, amount: number): Float64Array<ArrayBuffer> {
  const [a, b] = VOIGT_AXES[component]!;
  const deformation = Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);
  if (a === b) deformation[4 * a]! += amount;
  else deformation[3 * a + b] = deformation[3 * b + a] = amount / 2;
  return deformation;
}

/** [6] Voigt components of a symmetric [3,3] stress. */
export const voigtStress = (stress: ArrayLike<number>): Float64Array<ArrayBuffer> =>
  Float64Array.from(VOIGT_AXES, ([a, b]) => 0.5 * (stress[3 * a + b]! + stress[3 * b + a]!));
