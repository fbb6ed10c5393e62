// Power of many real series, segment by segment (Welch, 10.1109/TAU.1967.1161901), summed over the series of a group.
//
//   S(f_k) = Σ_series |Σ_j w_j x_j exp(−2πi jk/L)|² / Σ_j w_j²           k = 0 … L/2
//   C(m)   = Σ_series Σ_j x_j x_{j+m}                                        m = 0 … L/2, from transforms padded to 2L
//
// Two real series x, y share one transform Z of x + iy: |X_k|² + |Y_k|² = ½(|Z_k|² + |Z_{−k}|²).

import { type Fft, goodFftLength, planFft } from "../numerics/index.js";

export type SpectrumWindow = "hann" | "none";

/** Segment weights w_j: sin²(πj/L), or 1. */
export function windowWeights(kind: SpectrumWindow, length: number): Float64Array<ArrayBuffer> {
  return Float64Array.from({ length }, (_, j) => (kind === "hann" ? Math.sin((Math.PI * j) / length) ** 2 : 1));
}

export class PowerSums {
  readonly #plan: Fft;
  readonly #padded: Fft;
  readonly #window: Float64Array;
  readonly #weight: number;
  readonly #data: Float64Array;
  readonly #long: Float64Array;
  readonly bins: number;

  /** `length` even. */
  constructor(
    readonly length: number,
    kind: SpectrumWindow,
  ) {
    this.bins = length / 2 + 1;
    this.#plan = planFft(length);
    this.#window = windowWeights(kind, length);
    this.#weight = this.#window.reduce((sum, w) => sum + w * w, 0);
    this.#data = new Float64Array(2 * length);
    const long = goodFftLength(2 * length);
    this.#padded = planFft(long);
    this.#long = new Float64Array(2 * long);
  }

  /** Length of the padded transforms. */
  get paddedLength(): number {
    return this.#long.length / 2;
  }

  /** Adds S of two series (the second may be missing) to `out` [bins]. */
  addPower(first: Float64Array, second: Float64Array | undefined, out: Float64Array): void {
    const [data, n] = [this.#data, this.length];
    for (let j = 0; j < n; j++) {
      data[2 * j] = this.#window[j]! * first[j]!;
      data[2 * j + 1] = second ? this.#window[j]! * second[j]! : 0;
    }
    this.#plan.forward(data);
    const scale = 0.5 / this.#weight;
    for (let k = 0; k < this.bins; k++) {
      const other = 2 * ((n - k) % n);
      out[k]! += scale * (data[2 * k]! ** 2 + data[2 * k + 1]! ** 2 + data[other]! ** 2 + data[other + 1]! ** 2);
    }
  }

  /** Adds |X|² + |Y|² of the padded, unweighted series to `out` [paddedLength] (both halves alike once all are added). */
  addPadded(first: Float64Array, second: Float64Array | undefined, out: Float64Array): void {
    const [data, n] = [this.#long, this.length];
    data.fill(0);
    for (let j = 0; j < n; j++) {
      data[2 * j] = first[j]!;
      data[2 * j + 1] = second ? second[j]! : 0;
    }
    this.#padded.forward(data);
    for (let k = 0; k < out.length; k++) out[k]! += data[2 * k]! ** 2 + data[2 * k + 1]! ** 2;
  }

  /** Σ_j x_j x_{j+m}/(L − m), m = 0 … L/2, of summed padded powers, each first multiplied by `correction(k/paddedLength)`. */
  correlation(power: Float64Array, correction: (cyclesPerFrame: number) => number): Float64Array<ArrayBuffer> {
    const n = power.length;
    const data = new Float64Array(2 * n);
    for (let k = 0; k < n; k++) {
      // The even part belongs to the sum of autocorrelations, the odd one to cross terms of x and y.
      data[2 * k] = 0.5 * (power[k]! + power[(n - k) % n]!) * correction(Math.min(k, n - k) / n);
    }
    this.#padded.inverse(data);
    return Float64Array.from({ length: this.bins }, (_, m) => data[2 * m]! / (this.length - m));
  }
}
