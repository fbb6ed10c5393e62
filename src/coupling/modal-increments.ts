// Second moments of the increments of many series at once, in one pass of bounded memory:
//     G_ab(τ) = Σ_t ΔX_a(t;τ) ΔX_b(t;τ),   ΔX(t;τ) = X(t+τ) − X(t),
// with the same origins t at every lag τ. Time is cut into blocks that share no frame; an origin counts when its longest lag still ends
// in its block, so blocks are as independent as the physics lets them be. Only the frames between the oldest open origin and the longest
// lag are kept. One matrix product per lag and batch of origins does the work.

import type { F64, I32 } from "../base/index.js";
import { matmul } from "../numerics/index.js";

export interface IncrementPlan {
  /** Frames per block. */
  readonly blockFrames: number;
  /** [lags] frames, ascending, at least 1, the last below `blockFrames`. */
  readonly lags: I32;
  /** Frames between origins. */
  readonly originStride: number;
}

/** One finished block. */
export interface GramBlock {
  readonly origins: number;
  /** [lags][width,width] sums over the origins. Valid during the call only. */
  readonly grams: readonly F64[];
}

export interface IncrementListener {
  /** Companion rows `first` and `second` of `extra` [rows, extraWidth] are `lag` apart: one call per origin and lag. */
  readonly pair?: (extra: Float64Array, first: number, second: number, lag: number) => void;
  readonly block: (block: GramBlock) => void;
}

/** Origins of one matrix product: enough to run at full speed, few enough to stay in the cache of a core. */
const BATCH_ORIGINS = 512;
/** Frames held beyond the longest lag, at most about this many. */
const BATCH_FRAMES = 4096;

export class IncrementGrams {
  readonly #rows: Float64Array;
  readonly #extra: Float64Array;
  readonly #capacity: number;
  readonly #longest: number;
  readonly #batch: number;
  #grams: Float64Array[] = [];
  #filled = 0; // rows held
  #next = 0; // row of the next origin; may lie beyond `filled`
  #seen = 0; // frames of this block so far
  #origins = 0;

  constructor(
    private readonly width: number,
    private readonly extraWidth: number,
    private readonly plan: IncrementPlan,
    private readonly listener: IncrementListener,
  ) {
    this.#longest = plan.lags[plan.lags.length - 1]!;
    this.#batch = Math.max(1, Math.min(BATCH_ORIGINS, Math.floor(BATCH_FRAMES / plan.originStride)));
    this.#capacity = Math.min(plan.blockFrames, this.#longest + 1 + this.#batch * plan.originStride);
    this.#rows = new Float64Array(this.#capacity * width);
    this.#extra = new Float64Array(this.#capacity * extraWidth);
  }

  /** Appends `count` frames: `rows` [count,width], `extra` [count,extraWidth]. */
  push(rows: F64, extra: F64, count: number): void {
    for (let taken = 0; taken < count; ) {
      const some = Math.min(count - taken, this.#capacity - this.#filled, this.plan.blockFrames - this.#seen);
      this.#rows.set(
        rows.subarray(taken * this.width, (taken + some) * this.width) as Float64Array,
        this.#filled * this.width,
      );
      this.#extra.set(
        extra.subarray(taken * this.extraWidth, (taken + some) * this.extraWidth) as Float64Array,
        this.#filled * this.extraWidth,
      );
      taken += some;
      this.#filled += some;
      this.#seen += some;
      if (this.#seen === this.plan.blockFrames) this.#endBlock();
      else if (this.#filled === this.#capacity) {
        this.#drain();
        this.#forget();
      }
    }
  }

  /** Frames of the last, incomplete block: no result holds them. */
  get leftover(): number {
    return this.#seen;
  }

  #endBlock(): void {
    this.#drain();
    this.listener.block({ origins: this.#origins, grams: this.#grams });
    for (const gram of this.#grams) gram.fill(0);
    this.#filled = this.#next = this.#seen = this.#origins = 0;
  }

  /** Takes every origin whose longest lag has arrived. */
  #drain(): void {
    const { lags, originStride } = this.plan;
    while (this.#next + this.#longest < this.#filled) {
      const open = Math.floor((this.#filled - 1 - this.#longest - this.#next) / originStride) + 1;
      const origins = Math.min(open, this.#batch);
      for (let lag = 0; lag < lags.length; lag++) this.#addLag(lag, origins);
      this.#origins += origins;
      this.#next += origins * originStride;
    }
  }

  #addLag(index: number, origins: number): void {
    const { width } = this;
    const lag = this.plan.lags[index]!;
    const delta = new Float64Array(origins * width);
    for (let o = 0; o < origins; o++) {
      const first = this.#next + o * this.plan.originStride;
      const from = first * width;
      const to = (first + lag) * width;
      for (let a = 0; a < width; a++) delta[o * width + a] = this.#rows[to + a]! - this.#rows[from + a]!;
      this.listener.pair?.(this.#extra, first, first + lag, index);
    }
    const product = matmul(delta, delta, { rows: width, inner: origins, columns: width, transposeA: true });
    const sum = this.#grams[index];
    if (!sum) this.#grams[index] = product;
    else for (let k = 0; k < sum.length; k++) sum[k]! += product[k]!;
  }

  /** Drops the rows before the next origin. */
  #forget(): void {
    const dropped = Math.min(this.#next, this.#filled);
    this.#rows.copyWithin(0, dropped * this.width, this.#filled * this.width);
    this.#extra.copyWithin(0, dropped * this.extraWidth, this.#filled * this.extraWidth);
    this.#filled -= dropped;
    this.#next -= dropped;
  }
}
