// Discrete Fourier transform of complex numbers, any length:
//
//   X_k = Σ_j x_j exp(−2πi jk/n)        inverse: x_j = (1/n) Σ_k X_k exp(+2πi jk/n)
//
// Lengths with prime factors 2, 3 and 5 only are for the kernel (src/kernels/fft.ts). Any other length becomes a convolution of
// such a length (Bluestein, 10.1109/TAU.1970.1162132): with jk = ½(j² + k² − (k−j)²) and the chirp w_j = exp(−πi j²/n),
// X_k = w_k Σ_j (x_j w_j) conj(w_{k−j}). Data are interleaved pairs (re, im).

import { expectShape, InputError } from "../base/index.js";
import { fftSplits, fourier, unitRoot } from "../kernels/index.js";

export interface Fft {
  readonly length: number;
  /** Replaces `data` [length,2] by its transform. */
  forward(data: Float64Array): void;
  /** Replaces `data` [length,2] by its inverse transform, 1/n included. */
  inverse(data: Float64Array): void;
}

/** What can be prepared for transforms of one length. A plan may own scratch memory: one user at a time. */
export function planFft(length: number): Fft {
  if (!Number.isInteger(length) || length < 1)
    throw new InputError(`a transform of length ${length}`, "pass a whole number of at least 1");
  const axes = [{ outer: 1, length, batch: 1 }];
  if (fftSplits(length)) {
    const run = (data: Float64Array, inverse: boolean) => {
      expectShape("data", data, [length, 2]);
      fourier(data, axes, inverse);
    };
    return { length, forward: (data) => run(data, false), inverse: (data) => run(data, true) };
  }
  const forward = bluestein(length);
  return {
    length,
    forward(data) {
      expectShape("data", data, [length, 2]);
      forward(data);
    },
    inverse(data) {
      expectShape("data", data, [length, 2]);
      // The inverse is the forward transform with the order of outputs 1…n−1 turned round.
      forward(data);
      reverseTail(data, 1 / length);
    },
  };
}

/** The smallest length ≥ n that splits into 2, 3 and 5. */
export function goodFftLength(n: number): number {
  let length = Math.max(1, Math.ceil(n));
  while (!fftSplits(length)) length++;
  return length;
}

function bluestein(n: number): (data: Float64Array) => void {
  const m = goodFftLength(2 * n - 1);
  const axes = [{ outer: 1, length: m, batch: 1 }];
  // j² modulo 2n keeps the angle small and exact for any n below 2²⁶.
  const chirp = new Float64Array(2 * n);
  for (let j = 0; j < n; j++) {
    const [c, s] = unitRoot((j * j) % (2 * n), 2 * n);
    chirp[2 * j] = c;
    chirp[2 * j + 1] = -s;
  }
  const kernel = new Float64Array(2 * m);
  for (let j = 0; j < n; j++) {
    for (const place of j === 0 ? [0] : [j, m - j]) {
      kernel[2 * place] = chirp[2 * j]!;
      kernel[2 * place + 1] = -chirp[2 * j + 1]!;
    }
  }
  fourier(kernel, axes, false);
  const work = new Float64Array(2 * m);
  return (data) => {
    work.fill(0);
    multiply(work, data, chirp);
    fourier(work, axes, false);
    multiply(work, work, kernel);
    fourier(work, axes, true);
    multiply(data, work, chirp);
  };
}

/** target_j = a_j b_j for as many as the shortest of the three holds. */
function multiply(target: Float64Array, a: Float64Array, b: Float64Array): void {
  const end = Math.min(target.length, a.length, b.length);
  for (let i = 0; i < end; i += 2) {
    const re = a[i]! * b[i]! - a[i + 1]! * b[i + 1]!;
    target[i + 1] = a[i]! * b[i + 1]! + a[i + 1]! * b[i]!;
    target[i] = re;
  }
}

function reverseTail(data: Float64Array, scale: number): void {
  const n = data.length / 2;
  data[0]! *= scale;
  data[1]! *= scale;
  for (let i = 1, j = n - 1; i <= j; i++, j--) {
    const re = data[2 * i]! * scale;
    const im = data[2 * i + 1]! * scale;
    data[2 * i] = data[2 * j]! * scale;
    data[2 * i + 1] = data[2 * j + 1]! * scale;
    data[2 * j] = re;
    data[2 * j + 1] = im;
  }
}
