// Many coordinates over time in growing blocks. Within a block each coordinate's values are contiguous, so that reading one
// coordinate's whole history touches little memory; nothing is ever copied when more frames come.

import { ResourceError } from "../base/index.js";

// Not a power of two: coordinates 4096 bytes apart would all fall on the same lines of the processor's cache.
const BLOCK_FRAMES = 1008;

export class SeriesStore {
  readonly #blocks: (Float32Array | Float64Array)[] = [];
  #frames = 0;

  /** `single` holds numbers to 24 bits: offsets of 100 Å to 4·10⁻⁶ Å. */
  constructor(
    readonly count: number,
    private readonly precision: "single" | "double" = "single",
  ) {}

  get frames(): number {
    return this.#frames;
  }

  get bytes(): number {
    return this.#blocks.length * BLOCK_FRAMES * this.count * (this.precision === "single" ? 4 : 8);
  }

  /** Appends one instant, `values` [count]. */
  push(values: Float64Array): void {
    const row = this.#frames % BLOCK_FRAMES;
    if (row === 0) this.#blocks.push(this.#newBlock());
    const block = this.#blocks[this.#blocks.length - 1]!;
    for (let s = 0; s < this.count; s++) block[s * BLOCK_FRAMES + row] = values[s]!;
    this.#frames++;
  }

  /** Coordinate `series` from frame `from` on into `out`, as many frames as it holds. */
  read(series: number, out: Float64Array, from = 0): void {
    for (let done = 0; done < out.length; ) {
      const row = (from + done) % BLOCK_FRAMES;
      const block = this.#blocks[(from + done - row) / BLOCK_FRAMES]!;
      const span = Math.min(BLOCK_FRAMES - row, out.length - done);
      const at = series * BLOCK_FRAMES + row;
      out.set(block.subarray(at, at + span), done);
      done += span;
    }
  }

  #newBlock(): Float32Array | Float64Array {
    const size = BLOCK_FRAMES * this.count;
    try {
      return this.precision === "single" ? new Float32Array(size) : new Float64Array(size);
    } catch (cause) {
      throw new ResourceError(
        `no memory for ${this.#frames} frames of ${this.count} coordinates (${(this.bytes / 2 ** 20).toFixed(0)} MiB held)`,
        'measure every second frame (stride: 2), or use lags: "log", which holds no positions',
        { frames: this.#frames, bytes: this.bytes },
        cause,
      );
    }
  }
}
