// The diffusion tensor D_ab = ½ slope of ⟨Δa Δb⟩, its principal axes, and how unlike the axes are.
//
// One window and one set of weights for all components, so that the tensor is that of the generalised line of the total: its trace/3 is the
// scalar D to rounding. Errors: jackknife over blocks of the whole chain tensor → eigenvalues → anisotropy.

import { type Estimate, type F64, InputError } from "../base/index.js";
import { jackknife, symmetricEigen } from "../numerics/index.js";
import { DIFFUSION_UNIT, kindOf } from "./diffusion.js";
import { blockSlopes, slopeWeightsFor } from "./diffusion-estimators.js";
import { TENSOR_NAMES } from "./einstein-sums.js";
import { type FitWindow, fitWindow, type WindowOptions } from "./fit-window.js";
import type { MsdResult } from "./msd-result.js";
import { weighted } from "./slope-weights.js";

export interface DiffusionTensorOptions extends WindowOptions {
  /** Single ions, or all of them together. Default "tracer". */
  readonly of?: "tracer" | "collective";
}

export interface DiffusionTensor {
  /** [3,3] Å²/ps, symmetric. */
  readonly tensor: F64;
  readonly standardErrors: F64; // [3,3]
  /** Ascending. */
  readonly principal: readonly [Estimate, Estimate, Estimate];
  /** Rows: the principal axes, in the order of `principal`. */
  readonly axes: F64; // [3,3]
  /** Trace/3. */
  readonly mean: Estimate;
  /** Largest of D along x, y and z: average ≤ largest ≤ 3·average for values that are not negative. */
  readonly largestAxis: { readonly axis: "x" | "y" | "z"; readonly diffusion: Estimate };
  /** √(3/2)·|D − mean|/|D|: 0 isotropic, 1 along one line only. */
  readonly anisotropy: Estimate;
  readonly window: FitWindow;
}

/** @throws InputError when the displacements were measured without `tensor: true` or without blocks. */
export function diffusionTensor(result: MsdResult, options: DiffusionTensorOptions = {}): DiffusionTensor {
  const { of = "tracer" } = options;
  const curves = of === "tracer" ? result.components : result.collectiveComponents;
  if (curves.length < TENSOR_NAMES.length)
    throw new InputError(`${curves.length} of the 6 components were measured`, "call msdOf with tensor: true");
  const window = fitWindow(result, result.tracer, options);
  if (!window.blocksReach)
    throw new InputError(
      `a window to ${window.timesPs[window.timesPs.length - 1]} ps and blocks of ${(result.blockFrames * result.frameSpacingFs) / 1000} ps`,
      "end the window at half a block: the tensor's errors come from blocks",
    );
  const total = of === "tracer" ? result.tracer : result.collective;
  const kind = kindOf(result, of, window.lagFrames[0]!);
  const row = slopeWeightsFor(result, total, { window, kind });
  const whole = curves.map(
    (curve) =>
      0.5 *
      weighted(
        row,
        Float64Array.from(window.places, (k) => curve.values[k]!),
      ),
  );
  const perBlock = curves.map((curve) => blockSlopes(result, curve, { window, row }).map((slope) => 0.5 * slope));
  const derived = derivedFrom(whole);
  const estimate = (pick: (slopes: readonly number[]) => number, unit = DIFFUSION_UNIT): Estimate => ({
    value: pick(whole),
    standardError: jackknife(result.blockCount, (kept) => pick(perBlock.map((slopes) => meanOver(slopes, kept))))
      .standardError,
    unit,
  });
  const principal = [0, 1, 2].map((k) => estimate((slopes) => derivedFrom(slopes).values[k]!));
  const largest = [0, 1, 2].reduce((best, axis) => (whole[axis]! > whole[best]! ? axis : best), 0);
  return {
    tensor: squareOf(whole),
    standardErrors: squareOf(whole.map((_, c) => estimate((slopes) => slopes[c]!).standardError)),
    principal: principal as unknown as readonly [Estimate, Estimate, Estimate],
    axes: derived.vectors,
    mean: estimate((slopes) => (slopes[0]! + slopes[1]! + slopes[2]!) / 3),
    largestAxis: { axis: (["x", "y", "z"] as const)[largest]!, diffusion: estimate((slopes) => slopes[largest]!) },
    anisotropy: estimate((slopes) => derivedFrom(slopes).anisotropy, ""),
    window,
  };
}

function derivedFrom(slopes: readonly number[]) {
  const { values, vectors } = symmetricEigen(squareOf(slopes), 3);
  const mean = (values[0]! + values[1]! + values[2]!) / 3;
  let [spread, size] = [0, 0];
  for (let k = 0; k < 3; k++) {
    spread += (values[k]! - mean) ** 2;
    size += values[k]! ** 2;
  }
  return { values, vectors, anisotropy: size > 0 ? Math.sqrt((1.5 * spread) / size) : 0 };
}

/** [3,3] from xx, yy, zz, xy, xz, yz. */
function squareOf([xx, yy, zz, xy, xz, yz]: readonly number[]): Float64Array<ArrayBuffer> {
  return Float64Array.of(xx!, xy!, xz!, xy!, yy!, yz!, xz!, yz!, zz!);
}

function meanOver(values: F64, kept: Int32Array): number {
  let sum = 0;
  for (let k = 0; k < kept.length; k++) sum += values[kept[k]!]!;
  return sum / kept.length;
}
