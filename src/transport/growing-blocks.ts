// Errors of a mean without knowing how long the run will be: samples fall into consecutive blocks of equal length; whenever there are
// 2B of them, neighbours are merged and blocks are twice as long from then on. At the end there are B … 2B − 1 blocks, and
//
//   σ² = Σ_b (x̄_b − x̄)²/(n_b (n_b − 1)),
//
// right as soon as a block is longer than the correlation time. Memory: 2B vectors, whatever the run.

import { InputError } from "../base/index.js";

export interface BlockedMean {
  /** Of all samples, those of an unfinished block included. */
  readonly mean: Float64Array<ArrayBuffer>;
  /** NaN with fewer than two blocks. */
  readonly standardError: Float64Array<ArrayBuffer>;
  readonly samples: number;
  readonly blockCount: number;
  /** Samples in a block. */
  readonly blockLength: number;
  /** [blockCount][size] means of the blocks. */
  readonly blocks: readonly Float64Array[];
}

export class GrowingBlocks {
  #sums: Float64Array<ArrayBuffer>[] = [];
  #current: Float64Array<ArrayBuffer>;
  #inCurrent = 0;
  #length = 1;
  #samples = 0;

  /** Blocks are merged when there are `2 * least` of them. */
  constructor(
    readonly size: number,
    private readonly least = 10,
  ) {
    if (!Number.isInteger(least) || least < 2)
      throw new InputError(`${least} blocks`, "pass a whole number of at least 2; 10 is usual");
    this.#current = new Float64Array(size);
  }

  get samples(): number {
    return this.#samples;
  }

  add(values: ArrayLike<number>): void {
    const current = this.#current;
    for (let k = 0; k < current.length; k++) current[k]! += values[k]!;
    this.#samples++;
    if (++this.#inCurrent < this.#length) return;
    this.#sums.push(current);
    this.#current = new Float64Array(this.size);
    this.#inCurrent = 0;
    if (this.#sums.length === 2 * this.least) this.#merge();
  }

  #merge(): void {
    this.#sums = Array.from({ length: this.least }, (_, b) => {
      const other = this.#sums[2 * b + 1]!;
      return this.#sums[2 * b]!.map((sum, k) => sum + other[k]!);
    });
    this.#length *= 2;
  }

  finish(): BlockedMean {
    const { size } = this;
    const mean = this.#current.slice();
    for (const sum of this.#sums) for (let k = 0; k < size; k++) mean[k]! += sum[k]!;
    for (let k = 0; k < size; k++) mean[k]! /= this.#samples;
    const blocks = this.#sums.map((sum) => sum.map((value) => value / this.#length));
    return {
      mean,
      standardError: scatterOf(blocks, size),
      samples: this.#samples,
      blockCount: blocks.length,
      blockLength: this.#length,
      blocks,
    };
  }
}

/** Standard error of the mean of independent vectors; NaN with fewer than two. */
export function scatterOf(samples: readonly ArrayLike<number>[], size: number): Float64Array<ArrayBuffer> {
  const n = samples.length;
  if (n < 2) return new Float64Array(size).fill(Number.NaN);
  return Float64Array.from({ length: size }, (_, k) => {
    const centre = samples.reduce((sum, sample) => sum + sample[k]!, 0) / n;
    return Math.sqrt(samples.reduce((sum, sample) => sum + (sample[k]! - centre) ** 2, 0) / (n * (n - 1)));
  });
}
