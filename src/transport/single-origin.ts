// Diffusion from one time origin and a line through zero over the whole run, as screenings of many short runs state it:
//
//   D_a = Σ_t t ⟨Δa²(t)⟩/(2 Σ_t t²) along an axis,  average = ⅓(D_x + D_y + D_z),  maximum = the largest of the three
//
// so that average ≤ maximum ≤ 3·average always. Rattling counts as diffusion here and no origin but the first is used: for comparison with such
// numbers, not for its own sake. Error: the scatter of the ions' own slopes, as if they were independent.

import type { Estimate } from "../base/index.js";
import { mean, standardError } from "../numerics/index.js";
import { DIFFUSION_UNIT } from "./diffusion.js";
import type { MsdResult } from "./msd-result.js";

export interface SingleOriginDiffusion {
  readonly average: Estimate;
  readonly maximum: Estimate;
  readonly axes: readonly [Estimate, Estimate, Estimate]; // x, y, z
}

export function singleOriginDiffusion(result: Pick<MsdResult, "singleOriginSlopes" | "atoms">): SingleOriginDiffusion {
  const ions = result.atoms.length;
  const slopes = result.singleOriginSlopes;
  const estimate = (perIon: Float64Array): Estimate => ({
    value: mean(perIon),
    standardError: ions > 1 ? standardError(perIon) : Number.NaN,
    unit: DIFFUSION_UNIT,
  });
  const axis = (a: number) => estimate(Float64Array.from({ length: ions }, (_, i) => slopes[3 * i + a]! / 2));
  const axes = [axis(0), axis(1), axis(2)] as const;
  const average = estimate(
    Float64Array.from({ length: ions }, (_, i) => (slopes[3 * i]! + slopes[3 * i + 1]! + slopes[3 * i + 2]!) / 6),
  );
  const maximum = axes.reduce((best, one) => (one.value > best.value ? one : best));
  return { average, maximum, axes };
}
