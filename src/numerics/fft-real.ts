// Transform of real numbers: X_k for k = 0 … ⌊n/2⌋, the rest being X_{n−k} = conj X_k. An even length is packed as n/2 complex
// numbers z_j = x_{2j} + i x_{2j+1}; with E and O the transforms of the even and odd halves,
//
//   E_k = ½(Z_k + conj Z_{h−k}),  O_k = −½i(Z_k − conj Z_{h−k}),  X_k = E_k + exp(−2πi k/n) O_k        h = n/2

import { expectShape } from "../base/index.js";
import { unitRoots } from "../kernels/index.js";
import { planFft } from "./fft-plan.js";

export interface RealFft {
  readonly length: number;
  /** ⌊n/2⌋ + 1. */
  readonly bins: number;
  /** The transform [bins,2] of `values` [length]. */
  forward(values: ArrayLike<number>): Float64Array<ArrayBuffer>;
  /** The real series [length] whose transform is `spectrum` [bins,2], 1/n included. Imaginary parts at k = 0 and n/2 are ignored. */
  inverse(spectrum: ArrayLike<number>): Float64Array<ArrayBuffer>;
}

export function planRealFft(length: number): RealFft {
  return length % 2 === 0 && length > 0 ? evenPlan(length) : oddPlan(length);
}

function evenPlan(length: number): RealFft {
  const half = length / 2;
  const plan = planFft(half);
  const w = unitRoots(length, half + 1);
  return {
    length,
    bins: half + 1,
    forward(values) {
      expectShape("values", values, [length]);
      const z = Float64Array.from(values);
      plan.forward(z);
      const out = new Float64Array(2 * half + 2);
      for (let k = 0; k <= half; k++) {
        const a = 2 * (k % half);
        const b = 2 * ((half - k) % half);
        const evenR = 0.5 * (z[a]! + z[b]!);
        const evenI = 0.5 * (z[a + 1]! - z[b + 1]!);
        const oddR = 0.5 * (z[a + 1]! + z[b + 1]!);
        const oddI = -0.5 * (z[a]! - z[b]!);
        out[2 * k] = evenR + w[2 * k]! * oddR - w[2 * k + 1]! * oddI;
        out[2 * k + 1] = evenI + w[2 * k]! * oddI + w[2 * k + 1]! * oddR;
      }
      out[1] = 0;
      out[2 * half + 1] = 0;
      return out;
    },
    inverse(spectrum) {
      expectShape("spectrum", spectrum, [half + 1, 2]);
      const z = new Float64Array(length);
      const imaginary = (k: number) => (k === 0 || k === half ? 0 : spectrum[2 * k + 1]!);
      for (let k = 0; k < half; k++) {
        const ar = spectrum[2 * k]!;
        const ai = imaginary(k);
        const br = spectrum[2 * (half - k)]!;
        const bi = -imaginary(half - k);
        const oddR = 0.5 * ((ar - br) * w[2 * k]! + (ai - bi) * w[2 * k + 1]!);
        const oddI = 0.5 * ((ai - bi) * w[2 * k]! - (ar - br) * w[2 * k + 1]!);
        z[2 * k] = 0.5 * (ar + br) - oddI;
        z[2 * k + 1] = 0.5 * (ai + bi) + oddR;
      }
      plan.inverse(z);
      return z;
    },
  };
}

function oddPlan(length: number): RealFft {
  const plan = planFft(length);
  const bins = (length + 1) / 2;
  return {
    length,
    bins,
    forward(values) {
      expectShape("values", values, [length]);
      const z = new Float64Array(2 * length);
      for (let j = 0; j < length; j++) z[2 * j] = values[j]!;
      plan.forward(z);
      return z.slice(0, 2 * bins);
    },
    inverse(spectrum) {
      expectShape("spectrum", spectrum, [bins, 2]);
      const z = new Float64Array(2 * length);
      z[0] = spectrum[0]!;
      for (let k = 1; k < bins; k++) {
        z[2 * k] = z[2 * (length - k)] = spectrum[2 * k]!;
        z[2 * k + 1] = spectrum[2 * k + 1]!;
        z[2 * (length - k) + 1] = -spectrum[2 * k + 1]!;
      }
      plan.inverse(z);
      return Float64Array.from({ length }, (_, j) => z[2 * j]!);
    },
  };
}
