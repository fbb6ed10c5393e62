// How many hops stand behind a diffusivity, and what error that number alone implies.
//
//   n = N max MSD / a²        effective hops of length a among N ions (He, Zhu, Epstein, Mo, 10.1038/s41524-018-0074-y)
//   σ_D/D = 3.43/√n + 0.04    their fit to many short ab-initio runs
//
// And exact limits of a counted rate (Garwood, 10.1093/biomet/28.3-4.437): of k events, with α = 1 − confidence,
//
//   ½ χ²_{α/2}(2k) ≤ expected ≤ ½ χ²_{1−α/2}(2k + 2)

import { type Estimate, InputError } from "../base/index.js";
import { chiSquareQuantile } from "../numerics/index.js";

const HE_SLOPE = 3.43;
const HE_FLOOR = 0.04;

export interface JumpCount {
  /** Effective hops, N max MSD/a². */
  readonly jumps: number;
  readonly jumpLength: number; // Å
  /** Relative standard deviation of D by the model of He et al. */
  readonly relativeError: number;
}

export function jumpCount(options: {
  readonly ions: number;
  readonly largestMsd: number; // Å²
  readonly jumpLength: number; // Å
}): JumpCount {
  const { ions, largestMsd, jumpLength } = options;
  if (!(jumpLength > 0)) throw new InputError(`a hop of ${jumpLength} Å`, "pass the distance between sites, Å");
  const jumps = (ions * largestMsd) / jumpLength ** 2;
  return { jumps, jumpLength, relativeError: HE_SLOPE / Math.sqrt(jumps) + HE_FLOOR };
}

export interface PoissonRate {
  /** count/exposure, with √count/exposure. */
  readonly rate: Estimate;
  /** Limits of the stated confidence, exact also for few events and for none. */
  readonly limits: readonly [low: number, high: number];
}

/** A rate from `count` events in `exposure` (time, or time × ions). */
export function poissonRate(
  count: number,
  exposure: number,
  options: {
    /** Of the rate, e.g. "1/ps". */
    readonly unit: string;
    /** Default 0.95. */
    readonly confidence?: number;
  },
): PoissonRate {
  const { unit, confidence = 0.95 } = options;
  if (!Number.isInteger(count) || count < 0 || !(exposure > 0) || !(confidence > 0 && confidence < 1))
    throw new InputError(
      `${count} events in ${exposure} at a confidence of ${confidence}`,
      "events are counted in whole numbers, the exposure is positive, the confidence between 0 and 1",
    );
  const half = 0.5 * (1 - confidence);
  const low = count === 0 ? 0 : 0.5 * chiSquareQuantile(1 - half, 2 * count);
  const high = 0.5 * chiSquareQuantile(half, 2 * count + 2);
  return {
    rate: { value: count / exposure, standardError: Math.sqrt(count) / exposure, unit },
    limits: [low / exposure, high / exposure],
  };
}
