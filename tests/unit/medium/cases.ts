import type { CubicLattice, Medium } from "../../../src/medium/index.js";
import { cubicMedium, evOfMev, RODIN_ION_MASS, rodinLattice, yukawa } from "../../../src/medium/index.js";

/** k1 = k2 makes the cubic lattice elastically isotropic: C11 = k1 + 2k2, C12 = C44 = k2, so C11 − C12 = 2 C44. */
export const isotropicLattice: CubicLattice = { mass: 30, spacing: 2.5, nearSpring: 0.4, nextSpring: 0.4 };

export { rodinLattice };

const media = new Map<number, Medium>();

/** The ion of Rodin's diffusion runs among the 8 corners; made once for each strength, in meV Å. */
export function rodinMedium(strengthMev = 4000): Medium {
  const known = media.get(strengthMev);
  if (known) return known;
  const potential = yukawa(evOfMev(strengthMev), 0.5);
  const medium = cubicMedium(rodinLattice, { ionMass: RODIN_ION_MASS, potential });
  media.set(strengthMev, medium);
  return medium;
}

export const THERMAL = evOfMev(25);

/** Largest |a − b| over the largest |b|. */
export function relativeError(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  let error = 0;
  let size = 0;
  for (let i = 0; i < expected.length; i++) {
    error = Math.max(error, Math.abs(found[i]! - expected[i]!));
    size = Math.max(size, Math.abs(expected[i]!));
  }
  return error / size;
}
