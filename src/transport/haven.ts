// Haven ratio and conductivity.
//
//   H = D*/D_σ      σ = N q² D_σ/(V k_BT)
//
// Numerator and denominator come from the same run, the same window and the same origins, so most of their noise is common: the error of
// the ratio is a jackknife over blocks of both together, not the sum of their errors. D_σ is that of N⟨|Δr_c|²⟩: with the N.

import {
  BOLTZMANN,
  CONDUCTIVITY_MS_PER_CM,
  type Estimate,
  type F64,
  InputError,
  type Note,
  Notes,
} from "../base/index.js";
import { jackknife } from "../numerics/index.js";
import { type Diffusivity, type DiffusivityOptions, diffusivity } from "./diffusion.js";
import type { MsdResult } from "./msd-result.js";

export interface HavenRatio {
  readonly ratio: Estimate;
  /** (n−1)(θ̄ − θ) of the jackknife: what a ratio of noisy numbers is off by on average. */
  readonly bias: number;
  readonly tracer: Diffusivity;
  readonly collective: Diffusivity;
  readonly notes: readonly Note[];
}

/** Relative error of D_σ beyond which the ratio's error is no longer symmetric. */
const NOISY = 0.3;

export function havenRatio(result: MsdResult, options: Omit<DiffusivityOptions, "of"> = {}): HavenRatio {
  const tracer = diffusivity(result, { ...options, of: "tracer" });
  const collective = diffusivity(result, { ...options, of: "collective" });
  const blocks = tracer.perBlock.length;
  if (blocks < 3)
    throw new InputError(`a Haven ratio from ${blocks} blocks`, "end the window at half a block, or run longer");
  const ratioOver = (kept: ArrayLike<number>) => sumOver(tracer.perBlock, kept) / sumOver(collective.perBlock, kept);
  const { standardError, bias } = jackknife(blocks, ratioOver);
  const notes = new Notes();
  for (const part of [tracer, collective]) notes.addAll(part.notes);
  const relative = collective.diffusion.standardError / Math.abs(collective.diffusion.value);
  if (collective.bound || tracer.bound || relative > NOISY)
    notes.add(
      "haven-uncertain",
      `the collective diffusivity is known to ${(100 * relative).toFixed(0)} %: the ratio's error is not symmetric`,
      "collective motion is one walker however many ions there are: run longer, or average independent runs",
    );
  return {
    ratio: { value: tracer.diffusion.value / collective.diffusion.value, standardError, unit: "" },
    bias,
    tracer,
    collective,
    notes: notes.list(),
  };
}

function sumOver(values: F64, kept: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < kept.length; k++) sum += values[kept[k]!]!;
  return sum;
}

export interface ConductivityOptions {
  /** Number of carriers in the cell. */
  readonly carriers: number;
  /** Å³. */
  readonly volume: number;
  readonly temperatureK: number;
  /** Of one carrier, in elementary charges. Default 1. */
  readonly charge?: number;
}

/** σ of a charge diffusivity, mS/cm. With a tracer diffusivity it is the Nernst–Einstein value, H times the true one. */
export function conductivity(diffusion: Estimate, options: ConductivityOptions): Estimate {
  const { carriers, volume, temperatureK, charge = 1 } = options;
  if (!(carriers > 0) || !(volume > 0) || !(temperatureK > 0))
    throw new InputError(
      `${carriers} carriers in ${volume} Å³ at ${temperatureK} K`,
      "carriers, volume and temperature are positive",
    );
  if (diffusion.unit !== "A2/ps")
    throw new InputError(`a diffusivity in ${diffusion.unit}`, "pass Å²/ps (1e-4 cm²/s)", { unit: diffusion.unit });
  const factor = (CONDUCTIVITY_MS_PER_CM * carriers * charge * charge) / (volume * BOLTZMANN * temperatureK);
  return {
    value: factor * diffusion.value,
    standardError: Math.abs(factor) * diffusion.standardError,
    unit: "mS/cm",
  };
}
