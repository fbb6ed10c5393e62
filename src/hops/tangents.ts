// Tangents of a discrete band (Henkelman and Jónsson, 10.1063/1.1323224).
// On a slope the tangent points to the neighbour that is higher; at an extremum it is the energy-weighted mean of both,
// so that it turns smoothly when the order of the neighbours changes:
//   τ_i = τ⁺ if E_{i+1} > E_i > E_{i−1};  τ⁻ if E_{i+1} < E_i < E_{i−1};
//   τ_i = τ⁺ ΔE_a + τ⁻ ΔE_b otherwise, with the larger |ΔE| on the side of the higher neighbour.

import type { F64 } from "../base/index.js";

/** Whose side an image leans to: +1 the next image, −1 the previous one, 0 both. */
export function uphillSide(before: number, here: number, after: number): -1 | 0 | 1 {
  if (after > here && here > before) return 1;
  if (after < here && here < before) return -1;
  return 0;
}

/** Writes the unit tangent of image `k` of `images` [nImages, size] into `tangent` [size]. */
export function improvedTangent(images: F64, energies: F64, k: number, tangent: Float64Array): void {
  const [before, here, after] = [energies[k - 1]!, energies[k]!, energies[k + 1]!];
  const side = uphillSide(before, here, after);
  let [forward, backward] = [1, 1];
  if (side === 1) backward = 0;
  else if (side === -1) forward = 0;
  else {
    const [up, down] = [Math.abs(after - here), Math.abs(before - here)];
    const [larger, smaller] = [Math.max(up, down), Math.min(up, down)];
    // On a plateau (both differences zero) the bisector is all there is.
    if (larger > 0) [forward, backward] = after > before ? [larger, smaller] : [smaller, larger];
  }
  weightedTangent(images, k, [forward, backward], tangent);
}

/** The direction from the previous to the next image: for surfaces whose energies cannot be compared between images. */
export function bisectorTangent(images: F64, k: number, tangent: Float64Array): void {
  weightedTangent(images, k, [1, 1], tangent);
}

function weightedTangent(
  images: F64,
  k: number,
  [forward, backward]: readonly [number, number],
  tangent: Float64Array,
): void {
  const size = tangent.length;
  const at = k * size;
  let squared = 0;
  for (let i = 0; i < size; i++) {
    const here = images[at + i]!;
    const value = forward * (images[at + size + i]! - here) + backward * (here - images[at - size + i]!);
    tangent[i] = value;
    squared += value * value;
  }
  const scale = squared > 0 ? 1 / Math.sqrt(squared) : 0;
  for (let i = 0; i < size; i++) tangent[i] = tangent[i]! * scale;
}
