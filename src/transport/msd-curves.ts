// Curves of a whole run and of each of its blocks from the same series, and what follows from components by addition.

import { EinsteinSums } from "./einstein-sums.js";
import type { MsdCurve } from "./msd-result.js";

/** How a run of `frames` frames is cut: `blockCount` equal consecutive parts, the rest of the frames in none. */
export interface MsdLayout {
  readonly frames: number;
  /** Lags 0 … lags−1 for the whole run. */
  readonly lags: number;
  readonly blockCount: number;
  readonly blockFrames: number;
  /** Lags 0 … blockLags−1 for a block: up to half its length. */
  readonly blockLags: number;
  readonly tensor: boolean;
}

/** A block needs a few lags of its own to be worth anything. */
const LEAST_BLOCK_FRAMES = 8;

export function layoutOf(parts: { frames: number; lags: number; blocks: number; tensor: boolean }): MsdLayout {
  const { frames, lags, blocks, tensor } = parts;
  const blockFrames = Math.floor(frames / blocks);
  if (blockFrames < LEAST_BLOCK_FRAMES) return { frames, lags, blockCount: 0, blockFrames: 0, blockLags: 0, tensor };
  const blockLags = Math.min(lags, Math.floor(blockFrames / 2) + 1);
  return { frames, lags, blockCount: blocks, blockFrames, blockLags, tensor };
}

export class CurveSums {
  readonly #whole: EinsteinSums;
  readonly #blocks: EinsteinSums[];

  constructor(private readonly layout: MsdLayout) {
    this.#whole = new EinsteinSums(layout);
    const { blockFrames, blockLags, tensor } = layout;
    this.#blocks = Array.from(
      { length: layout.blockCount },
      () => new EinsteinSums({ frames: blockFrames, lags: blockLags, tensor }),
    );
  }

  /** Adds one vector series x, y, z [frames]. */
  add(x: Float64Array, y: Float64Array, z: Float64Array): void {
    this.#whole.add(x, y, z);
    const { blockFrames } = this.layout;
    this.#blocks.forEach((block, b) => {
      const [from, to] = [b * blockFrames, (b + 1) * blockFrames];
      block.add(x.subarray(from, to), y.subarray(from, to), z.subarray(from, to));
    });
  }

  /** One curve per component, divided by `by`. */
  finish(by: number): MsdCurve[] {
    const { blockLags, blockCount } = this.layout;
    const inBlocks = this.#blocks.map((block) => block.finish());
    return this.#whole.finish().map((values, c) => {
      const blocks = new Float64Array(blockCount * blockLags);
      inBlocks.forEach((curves, b) => {
        blocks.set(curves[c]!, b * blockLags);
      });
      return { values: values.map((v) => v / by), blocks: blocks.map((v) => v / by) };
    });
  }
}

/** Σ_k factor_k curve_k. */
export function combineCurves(curves: readonly MsdCurve[], factors: readonly number[]): MsdCurve {
  const sum = (part: "values" | "blocks") => {
    const out = new Float64Array(curves[0]![part].length);
    curves.forEach((curve, k) => {
      for (let i = 0; i < out.length; i++) out[i]! += factors[k]! * curve[part][i]!;
    });
    return out;
  };
  return { values: sum("values"), blocks: sum("blocks") };
}

/** xx + yy + zz. */
export const traceOf = (components: readonly MsdCurve[]): MsdCurve => combineCurves(components.slice(0, 3), [1, 1, 1]);
