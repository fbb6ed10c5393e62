// Relaxing a chain of images onto the minimum-energy path between two fixed ends.
//
// Force on image i: F⊥ = F − (F·τ)τ with the improved tangent τ; the climbing image feels F − 2(F·τ)τ instead
// (Henkelman, Uberuaga and Jónsson, 10.1063/1.1329672). Along the path the images are kept at equal distances by moving
// them there directly, which is the limit of infinitely stiff springs: nothing to tune, and no spring force in the residual.
//
// Step: each image carries a quasi-Newton model B of the energy surface, started from a reference Hessian and fed with
// (move, gradient change) pairs. A tangent that leans on the higher neighbour u turns when either moves, which adds
// c = |F·τ|/|x_u − x_i| to the stiffness of image i and couples it to u:
//   P (B + c) P δ_i = F⊥_i + c P δ_u,   P = 1 − ττᵀ.
// The coupling runs downhill only, so solving from the highest image down is exact.

import { type F64, Pacer } from "../base/index.js";
import { Band, type BandSurface, type RelaxBandOptions } from "./band-images.js";

export interface RelaxedBand {
  /** [nImages,size] Å. */
  readonly images: Float64Array<ArrayBuffer>;
  /** [nImages] eV. */
  readonly energies: Float64Array<ArrayBuffer>;
  /** [nImages] eV/Å, −F·τ with the bisector tangent, 0 at the ends. */
  readonly slopes: Float64Array<ArrayBuffer>;
  readonly climbing: number | undefined;
  readonly converged: boolean;
  readonly evaluations: number;
  readonly history: readonly { readonly maxForce: number; readonly barrier: number }[];
}

/**
 * Relaxes `start` [nImages,size] on `surface`. The end images stay fixed.
 * @throws NumericError when an energy or force is not finite.
 */
export async function relaxBand(
  surface: BandSurface,
  start: F64,
  options: RelaxBandOptions & { readonly nImages: number },
): Promise<RelaxedBand> {
  const band = new Band(surface, start, options);
  const pacer = new Pacer(options.stage, options);
  const history: { maxForce: number; barrier: number }[] = [];
  let converged = false;
  for (let iteration = 0; ; iteration++) {
    band.project();
    const maxForce = band.maxForce();
    history.push({ maxForce, barrier: band.energies[band.highest()]! - band.energies[0]! });
    await pacer.tick(iteration, undefined, { maxForce });
    if (!band.climbs && maxForce < options.climbBelow) {
      band.climbs = true;
      band.project();
    }
    if ((band.climbs || options.climbBelow === 0) && band.maxForce() < options.tolerance && band.evenlySpaced()) {
      converged = true;
      break;
    }
    if (iteration >= options.maxIterations || options.hopeless?.(iteration, band.energies)) break;
    band.advance();
  }
  return {
    images: band.images,
    energies: band.energies,
    slopes: band.slopes(),
    climbing: band.climbs ? band.highest() : undefined,
    converged,
    evaluations: band.evaluations,
    history,
  };
}
