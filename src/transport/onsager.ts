// Diffusion of several kinds of ions at once: D_ab from ⟨ΔR_a·ΔR_b⟩/√(N_a N_b), and the conductivity they add up to,
//
//   σ = e²/(V k_BT) Σ_ab z_a z_b √(N_a N_b) D_ab
//
// D_ab with a ≠ b may have either sign. All pairs share the weights of the line through the collective curve, so sums of them are exact.

import { BOLTZMANN, CONDUCTIVITY_MS_PER_CM, type Estimate, type F64, InputError } from "../base/index.js";
import { standardError } from "../numerics/index.js";
import { DIFFUSION_UNIT, kindOf } from "./diffusion.js";
import { blockSlopes, slopeWeightsFor } from "./diffusion-estimators.js";
import { type FitWindow, fitWindow, type WindowOptions } from "./fit-window.js";
import type { MsdResult } from "./msd-result.js";
import { weighted } from "./slope-weights.js";

export interface OnsagerPair {
  readonly first: string;
  readonly second: string;
  readonly counts: readonly [number, number];
  readonly diffusion: Estimate; // Å²/ps
  readonly perBlock: F64; // [blocks] Å²/ps
}

export interface OnsagerDiffusion {
  readonly pairs: readonly OnsagerPair[]; // a ≤ b in the order asked for
  readonly window: FitWindow;
}

/** @throws InputError when no Onsager curves were measured, or blocks do not reach to the end of the window. */
export function onsagerDiffusion(result: MsdResult, options: WindowOptions = {}): OnsagerDiffusion {
  if (result.onsager.length === 0)
    throw new InputError("no Onsager curves were measured", 'call msdOf with onsager: ["Li", "Na"]');
  const window = fitWindow(result, result.tracer, options);
  if (!window.blocksReach)
    throw new InputError(
      "blocks do not hold the window twice",
      "end the window at half a block: errors come from blocks",
    );
  const kind = kindOf(result, "collective", window.lagFrames[0]!);
  const row = slopeWeightsFor(result, result.collective, { window, kind });
  const pairs = result.onsager.map(({ first, second, counts, curve }): OnsagerPair => {
    const slope = weighted(
      row,
      Float64Array.from(window.places, (k) => curve.values[k]!),
    );
    const perBlock = blockSlopes(result, curve, { window, row }).map((value) => value / 6);
    const diffusion = { value: slope / 6, standardError: standardError(perBlock), unit: DIFFUSION_UNIT };
    return { first, second, counts, diffusion, perBlock };
  });
  return { pairs, window };
}

export interface OnsagerConductivityOptions extends WindowOptions {
  /** Charge of every kind measured, in elementary charges. */
  readonly charges: Readonly<Record<string, number>>;
  readonly temperatureK: number;
}

/** Conductivity of all kinds together, mS/cm. */
export function onsagerConductivity(result: MsdResult, options: OnsagerConductivityOptions): Estimate {
  const { charges, temperatureK } = options;
  if (!(temperatureK > 0)) throw new InputError(`a temperature of ${temperatureK} K`, "pass kelvin above zero");
  const { pairs } = onsagerDiffusion(result, options);
  const factor = CONDUCTIVITY_MS_PER_CM / (result.volume * BOLTZMANN * temperatureK);
  const weights = pairs.map(({ first, second, counts }) => {
    const [a, b] = [charges[first], charges[second]];
    if (a === undefined || b === undefined)
      throw new InputError(`no charge for ${a === undefined ? first : second}`, "give one for every kind measured");
    // Off the diagonal a pair stands for ab and ba.
    return factor * a * b * Math.sqrt(counts[0] * counts[1]) * (first === second ? 1 : 2);
  });
  const sum = (pick: (pair: OnsagerPair) => number) =>
    pairs.reduce((total, pair, k) => total + weights[k]! * pick(pair), 0);
  const perBlock = Float64Array.from(pairs[0]!.perBlock, (_, b) => sum((pair) => pair.perBlock[b]!));
  return { value: sum((pair) => pair.diffusion.value), standardError: standardError(perBlock), unit: "mS/cm" };
}
