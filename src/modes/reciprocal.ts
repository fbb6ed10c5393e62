// Wave vectors. Fractional q (no 2π) counts reciprocal vectors; Cartesian k = 2π A⁻¹ q, rad/Å, with the rows of A the lattice vectors.

import { InputError, type Vec3 } from "../base/index.js";
import { type Cell, makeCell, minimumImage } from "../structure/index.js";

/** k in rad/Å of a fractional wave vector or direction. */
export function cartesianWave({ inverse }: Cell, q: Vec3): Vec3 {
  const along = (row: number): number =>
    2 * Math.PI * (q[0] * inverse[3 * row]! + q[1] * inverse[3 * row + 1]! + q[2] * inverse[3 * row + 2]!);
  return [along(0), along(1), along(2)];
}

/** Distance from a reciprocal lattice vector, in reciprocal vectors, below which q is one: rounding of a grid or a file. */
const SAME_WAVE = 1e-8;

/** True for Γ and everything equivalent to it. */
export const isGamma = (q: Vec3): boolean => q.every((x) => Math.abs(x - Math.round(x)) < SAME_WAVE);

/** The cell whose rows are the reciprocal vectors, 1/Å, without 2π. */
export function reciprocalCell({ inverse }: Cell): Cell {
  return makeCell([0, 1, 2].flatMap((i) => [inverse[i]!, inverse[3 + i]!, inverse[6 + i]!]));
}

/** Cartesian k, rad/Å, of the image of q nearest to Γ; q itself when none is nearer. */
export function nearestToGamma(cell: Cell, q: Vec3): Vec3 {
  const own = cartesianWave(cell, q);
  const image = minimumImage(
    reciprocalCell(cell),
    Float64Array.from(own, (x) => x / (2 * Math.PI)),
  );
  const shortest = 2 * Math.PI * Math.hypot(image[0]!, image[1]!, image[2]!);
  if (Math.hypot(...own) <= shortest * (1 + 1e-9)) return own;
  return [2 * Math.PI * image[0]!, 2 * Math.PI * image[1]!, 2 * Math.PI * image[2]!];
}

/** @throws InputError for anything but three finite numbers. */
export function expectWaveVector(q: Vec3, name = "a wave vector"): void {
  if (q.length === 3 && q.every((x) => Number.isFinite(x))) return;
  throw new InputError(`${name} is (${q.join(", ")})`, "give three numbers in units of the reciprocal vectors");
}

/** A direction of approach to Γ, fractional: Cartesian unit vector. */
export function unitDirection(cell: Cell, direction: Vec3): Vec3 {
  expectWaveVector(direction, "the direction towards Γ");
  const k = cartesianWave(cell, direction);
  const length = Math.hypot(...k);
  if (!(length > 0)) throw new InputError("the direction towards Γ is (0, 0, 0)", "give the q it is approached along");
  return [k[0] / length, k[1] / length, k[2] / length];
}
