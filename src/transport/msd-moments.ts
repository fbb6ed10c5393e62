// Second and fourth moments of each ion's displacements at a few lags, over evenly spread time origins. The moments are for the
// shape of the distribution and for how unlike the ions are; the curves themselves use every origin (einstein-sums.ts).

import type { MsdMoments } from "./msd-result.js";

const LAGS_PER_DECADE = 8;
const MOST_ORIGINS = 2000;

/** Whole numbers from 1 to `last`, about evenly spread on a logarithmic scale, without repeats. */
export function logarithmicLags(last: number, perDecade = LAGS_PER_DECADE): Int32Array<ArrayBuffer> {
  const lags: number[] = [];
  for (let step = 0; ; step++) {
    const lag = Math.round(10 ** (step / perDecade));
    if (lag > last) break;
    if (lag !== lags.at(-1)) lags.push(lag);
  }
  return Int32Array.from(lags);
}

export class MomentSums {
  readonly lagFrames: Int32Array<ArrayBuffer>;
  readonly #strides: Int32Array<ArrayBuffer>;
  readonly #origins: Int32Array<ArrayBuffer>;
  readonly #fourth: Float64Array<ArrayBuffer>;
  readonly #perIon: Float64Array<ArrayBuffer>;
  #added = 0;

  constructor(
    private readonly frames: number,
    private readonly ions: number,
  ) {
    // Beyond half the run the few independent stretches say nothing of a distribution.
    this.lagFrames = logarithmicLags(Math.floor(frames / 2));
    this.#strides = this.lagFrames.map((lag) => Math.max(1, Math.ceil((frames - lag) / MOST_ORIGINS)));
    this.#origins = this.lagFrames.map((lag, m) => Math.ceil((frames - lag) / this.#strides[m]!));
    this.#fourth = new Float64Array(this.lagFrames.length);
    this.#perIon = new Float64Array(this.lagFrames.length * ions);
  }

  add(x: Float64Array, y: Float64Array, z: Float64Array): void {
    for (let m = 0; m < this.lagFrames.length; m++) {
      const lag = this.lagFrames[m]!;
      const stride = this.#strides[m]!;
      let second = 0;
      let fourth = 0;
      for (let k = 0; k + lag < this.frames; k += stride) {
        const dx = x[k + lag]! - x[k]!;
        const dy = y[k + lag]! - y[k]!;
        const dz = z[k + lag]! - z[k]!;
        const square = dx * dx + dy * dy + dz * dz;
        second += square;
        fourth += square * square;
      }
      this.#perIon[m * this.ions + this.#added] = second / this.#origins[m]!;
      this.#fourth[m]! += fourth / this.#origins[m]! / this.ions;
    }
    this.#added++;
  }

  finish(frameSpacingFs: number): MsdMoments {
    const { ions, lagFrames } = this;
    const nonGaussian = this.#fourth.map((fourth, m) => {
      let second = 0;
      for (let i = 0; i < ions; i++) second += this.#perIon[m * ions + i]! / ions;
      return second > 0 ? (3 * fourth) / (5 * second * second) - 1 : 0;
    });
    return {
      lagFrames,
      lagsPs: Float64Array.from(lagFrames, (lag) => (lag * frameSpacingFs) / 1000),
      origins: this.#origins,
      fourth: this.#fourth,
      nonGaussian,
      perIon: this.#perIon,
    };
  }
}
