// Errors over blocks. Every number of a modal split is a function of weighted means over blocks, so a resampling (Efron,
// 10.1214/aos/1176344552) is one row of block weights, and all means of all resamplings are one matrix product.
// Drawing B of B blocks with replacement understates the variance of a mean by (B − 1)/B; the spread is scaled back by √(B/(B − 1)).

import type { F64, Rng } from "../base/index.js";
import { matmul, quantile } from "../numerics/index.js";

/** A quantity along an axis with the central 68 % of its resamplings. */
export interface Band {
  readonly value: F64;
  readonly low: F64;
  readonly high: F64;
}

/** Half of what a normal distribution holds within one standard deviation lies below this quantile … above the other. */
const ONE_SIGMA = 0.158655253931457;

export class Resampling {
  readonly blocks: number;
  /** [repeats,blocks] weights, each row adding up to 1. */
  readonly #weights: Float64Array;
  readonly #plain: Float64Array;
  readonly #scale: number;

  /** @param importance [blocks] weight of each block, e.g. its number of origins. */
  constructor(
    importance: F64,
    rng: Rng,
    readonly repeats: number,
  ) {
    const blocks = importance.length;
    this.blocks = blocks;
    this.#plain = normalised(Float64Array.from(importance));
    this.#scale = blocks > 1 ? Math.sqrt(blocks / (blocks - 1)) : Number.NaN;
    this.#weights = new Float64Array(repeats * blocks);
    for (let r = 0; r < repeats; r++) {
      const row = this.#weights.subarray(r * blocks, (r + 1) * blocks);
      for (let drawn = 0; drawn < blocks; drawn++) {
        const b = rng.below(blocks);
        row[b]! += importance[b]!;
      }
      normalised(row);
    }
  }

  /** [width] the weighted mean over blocks. `perBlock` [blocks,width]. */
  mean(perBlock: F64): Float64Array<ArrayBuffer> {
    return matmul(this.#plain, perBlock, { rows: 1, inner: this.blocks, columns: perBlock.length / this.blocks });
  }

  /** [repeats,width] the same of every resampling. */
  means(perBlock: F64): Float64Array<ArrayBuffer> {
    return matmul(this.#weights, perBlock, {
      rows: this.repeats,
      inner: this.blocks,
      columns: perBlock.length / this.blocks,
    });
  }

  /**
   * Standard error of a number from its resamplings: half the width of their central 68 %, which a ratio with a rare small
   * denominator does not upset. NaN for one block.
   */
  error(replicas: F64): number {
    return 0.5 * this.#scale * (quantile(replicas, 1 - ONE_SIGMA) - quantile(replicas, ONE_SIGMA));
  }

  /** `replicas` [repeats,width] about `value` [width]. */
  band(value: F64, replicas: F64): Band {
    const width = value.length;
    const low = new Float64Array(width);
    const high = new Float64Array(width);
    const column = new Float64Array(this.repeats);
    for (let k = 0; k < width; k++) {
      for (let r = 0; r < this.repeats; r++) column[r] = replicas[r * width + k]!;
      column.sort();
      low[k] = value[k]! + this.#scale * (quantile(column, ONE_SIGMA) - value[k]!);
      high[k] = value[k]! + this.#scale * (quantile(column, 1 - ONE_SIGMA) - value[k]!);
    }
    return { value, low, high };
  }
}

/** [width] half the width of a band. */
export const halfWidth = ({ low, high }: Band): Float64Array<ArrayBuffer> =>
  Float64Array.from(high, (top, k) => 0.5 * (top - low[k]!));

function normalised(weights: Float64Array): Float64Array {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  for (let b = 0; b < weights.length; b++) weights[b]! /= sum;
  return weights;
}
