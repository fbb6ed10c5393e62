// Mean products of displacements over all time origins, for every lag at once (Kneller et al., 10.1016/0010-4655(95)00048-K;
// Calandrini et al., 10.1051/sfn/201112010). For two components a, b of one vector series of N frames, summed over series:
//
//   C_ab(m) = ⟨Δa Δb⟩ = 1/(N−m) Σ_k [a(k+m) − a(k)][b(k+m) − b(k)] = (S1 − 2 S2)/(N−m)
//   S1(m) = Σ_{k<N−m} [a b(k+m) + a b(k)] = S1(m−1) − a b(m−1) − a b(N−m)
//   2 S2(m) = Σ_{k<N−m} [a(k+m) b(k) + a(k) b(k+m)] = inverse transform of 2 Re(A conj B), zero-padded to at least N + m
//
// Each series first loses its mean, which C does not see but rounding does: S1 and 2 S2 are then of the size of the motion.
// Two real series share one complex transform; spectra add up over series, so only one transform per component goes back.

import { type Fft, goodFftLength, planFft } from "../numerics/index.js";

/** Components in the order of results: xx, yy, zz, and with the tensor xy, xz, yz. */
export const TENSOR_NAMES = ["xx", "yy", "zz", "xy", "xz", "yz"] as const;
const FIRST = [0, 1, 2, 0, 0, 1];
const SECOND = [0, 1, 2, 1, 2, 2];

export interface EinsteinOptions {
  /** Of every series. */
  readonly frames: number;
  /** Lags 0 … lags − 1 are computed. */
  readonly lags: number;
  /** Six components instead of three. Default false. */
  readonly tensor?: boolean;
  /** Whether series lose their means: right for displacements, wrong for correlations of velocities. Default true. */
  readonly centred?: boolean;
}

export class EinsteinSums {
  readonly #plan: Fft;
  readonly #length: number;
  readonly #spectra: Float64Array[]; // [components][length/2 + 1] Σ Re(A conj B)
  readonly #products: Float64Array[]; // [components][frames] Σ a b
  readonly #packed: readonly Float64Array[]; // three complex series: (x, y), (z, x′), (y′, z′) of two vectors
  #pending = false;
  #vectors = 0;

  readonly frames: number;
  readonly lags: number;
  readonly #centred: boolean;

  constructor(options: EinsteinOptions) {
    const { frames, lags, tensor = false, centred = true } = options;
    this.frames = frames;
    this.lags = lags;
    this.#centred = centred;
    // An even length, so that bin length/2 exists.
    this.#length = 2 * goodFftLength((frames + lags) / 2);
    this.#plan = planFft(this.#length);
    const components = tensor ? 6 : 3;
    this.#spectra = Array.from({ length: components }, () => new Float64Array(this.#length / 2 + 1));
    this.#products = Array.from({ length: components }, () => new Float64Array(frames));
    this.#packed = Array.from({ length: 3 }, () => new Float64Array(2 * this.#length));
  }

  get vectors(): number {
    return this.#vectors;
  }

  /** Adds the series x, y, z [frames]. */
  add(x: Float64Array, y: Float64Array, z: Float64Array): void {
    const axes = [x, y, z];
    const means = axes.map((series) => (this.#centred ? meanOf(series) : 0));
    for (let axis = 0; axis < 3; axis++) this.#place(axes[axis]!, means[axis]!, this.#pending ? 3 + axis : axis);
    this.#products.forEach((sum, c) => {
      addProducts(sum, axes, means, c);
    });
    this.#vectors++;
    if (this.#pending) this.#transform();
    this.#pending = !this.#pending;
  }

  /** [components][lags] C_ab(m) summed over the series; entry 0 is 0. Ends the session. */
  finish(): Float64Array<ArrayBuffer>[] {
    return this.#transformed((component, back, part) => this.#combine(this.#products[component]!, back, part));
  }

  /** [components][lags] ½⟨a(m) b(0) + a(0) b(m)⟩ over all origins, summed over the series. Ends the session. */
  finishCorrelations(): Float64Array<ArrayBuffer>[] {
    return this.#transformed((_, back, part) =>
      Float64Array.from({ length: this.lags }, (_unused, m) => back[2 * m + part]! / (this.frames - m)),
    );
  }

  #transformed(
    result: (component: number, back: Float64Array, part: number) => Float64Array<ArrayBuffer>,
  ): Float64Array<ArrayBuffer>[] {
    if (this.#pending) {
      for (const slot of [3, 4, 5]) this.#clear(slot);
      this.#transform();
      this.#pending = false;
    }
    const results: Float64Array<ArrayBuffer>[] = [];
    for (let c = 0; c < this.#spectra.length; c += 2) {
      const back = this.#backward(this.#spectra[c]!, this.#spectra[c + 1]);
      for (let part = 0; part < 2 && c + part < this.#spectra.length; part++)
        results.push(result(c + part, back, part));
    }
    return results;
  }

  #place(values: Float64Array, mean: number, slot: number): void {
    const packed = this.#packed[slot >> 1]!;
    const part = slot & 1;
    for (let k = 0; k < this.frames; k++) packed[2 * k + part] = values[k]! - mean;
    for (let k = this.frames; k < this.#length; k++) packed[2 * k + part] = 0;
  }

  #clear(slot: number): void {
    const packed = this.#packed[slot >> 1]!;
    for (let k = 0; k < this.#length; k++) packed[2 * k + (slot & 1)] = 0;
  }

  #transform(): void {
    for (const packed of this.#packed) this.#plan.forward(packed);
    if (this.#spectra.length === 6) addTensorSpectra(this.#spectra, this.#packed, this.#length);
    else addDiagonalSpectra(this.#spectra, this.#packed, this.#length);
  }

  /** Both correlation functions of two real even spectra, as real and imaginary part of one transform. */
  #backward(one: Float64Array, other: Float64Array | undefined): Float64Array {
    const n = this.#length;
    const data = this.#packed[0]!;
    for (let k = 0; k <= n / 2; k++) {
      const mirror = (n - k) % n;
      data[2 * k] = data[2 * mirror] = one[k]!;
      data[2 * k + 1] = data[2 * mirror + 1] = other ? other[k]! : 0;
    }
    this.#plan.inverse(data);
    return data;
  }

  #combine(products: Float64Array, back: Float64Array, part: number): Float64Array<ArrayBuffer> {
    const { frames, lags } = this;
    const result = new Float64Array(lags);
    let s1 = 0;
    for (let k = 0; k < frames; k++) s1 += 2 * products[k]!;
    for (let m = 1; m < lags; m++) {
      s1 -= products[m - 1]! + products[frames - m]!;
      result[m] = (s1 - 2 * back[2 * m + part]!) / (frames - m);
    }
    return result;
  }
}

function meanOf(values: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < values.length; k++) sum += values[k]!;
  return sum / values.length;
}

function addProducts(
  sum: Float64Array,
  axes: readonly Float64Array[],
  means: readonly number[],
  component: number,
): void {
  const [a, b] = [axes[FIRST[component]!]!, axes[SECOND[component]!]!];
  const [am, bm] = [means[FIRST[component]!]!, means[SECOND[component]!]!];
  for (let k = 0; k < sum.length; k++) sum[k]! += (a[k]! - am) * (b[k]! - bm);
}

// A packed transform P of u + iv holds U_k = ½(P_k + conj P_{n−k}) and V_k = −½i(P_k − conj P_{n−k}). The factors ½ are applied
// once to the products: U conj V = ¼ (…)(…).

function addDiagonalSpectra(spectra: Float64Array[], packed: readonly Float64Array[], n: number): void {
  const [sx, sy, sz] = spectra as [Float64Array, Float64Array, Float64Array];
  const [p, q, r] = packed as [Float64Array, Float64Array, Float64Array];
  for (let k = 0; k <= n / 2; k++) {
    const a = 2 * k;
    const b = 2 * ((n - k) % n);
    sx[k]! += 0.25 * (realPower(p, a, b) + imaginaryPower(q, a, b));
    sy[k]! += 0.25 * (imaginaryPower(p, a, b) + realPower(r, a, b));
    sz[k]! += 0.25 * (realPower(q, a, b) + imaginaryPower(r, a, b));
  }
}

function realPower(p: Float64Array, a: number, b: number): number {
  const re = p[a]! + p[b]!;
  const im = p[a + 1]! - p[b + 1]!;
  return re * re + im * im;
}

function imaginaryPower(p: Float64Array, a: number, b: number): number {
  const re = p[a + 1]! + p[b + 1]!;
  const im = p[b]! - p[a]!;
  return re * re + im * im;
}

function addTensorSpectra(spectra: Float64Array[], packed: readonly Float64Array[], n: number): void {
  const [xx, yy, zz, xy, xz, yz] = spectra as unknown as Float64Array[];
  const [p, q, r] = packed as [Float64Array, Float64Array, Float64Array];
  for (let k = 0; k <= n / 2; k++) {
    const a = 2 * k;
    const b = 2 * ((n - k) % n);
    const x1r = p[a]! + p[b]!;
    const x1i = p[a + 1]! - p[b + 1]!;
    const y1r = p[a + 1]! + p[b + 1]!;
    const y1i = p[b]! - p[a]!;
    const z1r = q[a]! + q[b]!;
    const z1i = q[a + 1]! - q[b + 1]!;
    const x2r = q[a + 1]! + q[b + 1]!;
    const x2i = q[b]! - q[a]!;
    const y2r = r[a]! + r[b]!;
    const y2i = r[a + 1]! - r[b + 1]!;
    const z2r = r[a + 1]! + r[b + 1]!;
    const z2i = r[b]! - r[a]!;
    xx![k]! += 0.25 * (x1r * x1r + x1i * x1i + x2r * x2r + x2i * x2i);
    yy![k]! += 0.25 * (y1r * y1r + y1i * y1i + y2r * y2r + y2i * y2i);
    zz![k]! += 0.25 * (z1r * z1r + z1i * z1i + z2r * z2r + z2i * z2i);
    xy![k]! += 0.25 * (x1r * y1r + x1i * y1i + x2r * y2r + x2i * y2i);
    xz![k]! += 0.25 * (x1r * z1r + x1i * z1i + x2r * z2r + x2i * z2i);
    yz![k]! += 0.25 * (y1r * z1r + y1i * z1i + y2r * z2r + y2i * z2i);
  }
}
