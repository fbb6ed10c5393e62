// What each class of modes carries of the diffusivity, with errors over blocks.

import { expectShape, Rng } from "../base/index.js";
import { type Band, Resampling } from "./modal-bootstrap.js";
import { accumulationByClass, type ModeClasses, sumOverClasses } from "./modal-classes.js";
import type { ModalSample } from "./modal-sample.js";
import { blockSlopes } from "./modal-shares.js";

export interface ModalClassShares {
  readonly names: readonly string[];
  /** [names] Σ D_n/D_σ over the modes of each class, signed; they add up to 1. */
  readonly shares: Band;
  /** [names,count] running sums of each class alone, modes ascending in frequency. */
  readonly accumulation: Band;
}

export interface ModalClassSharesOptions {
  readonly seed: number;
  /** Resamplings of the blocks. Default 1000. */
  readonly repeats?: number;
}

/** Shares by class of the samples that a split was made of. */
export function modalClassShares(
  samples: readonly ModalSample[],
  classes: ModeClasses,
  options: ModalClassSharesOptions,
): ModalClassShares {
  const { count } = samples[0]!.carriers.modes;
  expectShape("classes of modes", classes.classOf, [count]);
  const origins = samples.flatMap(({ blocks }) => blocks.map((block) => block.origins));
  const rng = Rng.fromSeed(options.seed).fork("modal-class-shares");
  const resampling = new Resampling(Float64Array.from(origins), rng, options.repeats ?? 1000);
  const slopes = blockSlopes(samples, count, (block) => block.perMode);
  const names = classes.names.length;
  const normalised = (row: Float64Array<ArrayBuffer>) => {
    const whole = row.reduce((sum, d) => sum + d, 0);
    return row.map((d) => d / whole);
  };
  const value = normalised(resampling.mean(slopes));
  const replicas = resampling.means(slopes);
  const sums = new Float64Array(resampling.repeats * names);
  const running = new Float64Array(resampling.repeats * names * count);
  for (let r = 0; r < resampling.repeats; r++) {
    const shares = normalised(replicas.slice(r * count, (r + 1) * count));
    sums.set(sumOverClasses(classes, shares), r * names);
    running.set(accumulationByClass(classes, shares), r * names * count);
  }
  return {
    names: classes.names,
    shares: resampling.band(sumOverClasses(classes, value), sums),
    accumulation: resampling.band(accumulationByClass(classes, value), running),
  };
}
