// Fourier transforms along one axis of complex data [outer, length, batch, 2], length = 2^a 3^b 5^c:
//
//   X_k = Σ_j x_j exp(−2πi jk/n)
//
// by Stockham's self-sorting passes (Van Loan, Computational Frameworks for the FFT, 1.7). One pass of radix r splits each
// transform of length r·groups into r of length `groups` and leaves them in the order the next pass wants. With
// step = n/(r·groups) and s = step·batch, for p < groups, q < s:
//
//   y[q + s(r p + t)] = ω^{t p step} Σ_u x[q + s(p + groups·u)] exp(−2πi t u/r)      ω = exp(−2πi/n)

export type Radix = 2 | 3 | 4 | 5;

/** One axis of an array: `outer` blocks of `length` rows of `batch` complex numbers. */
export interface FftAxis {
  readonly outer: number;
  readonly length: number;
  readonly batch: number;
}

/** What depends on the length alone. */
export interface FftTable {
  readonly roots: Float64Array; // [n,2] exp(−2πi k/n)
  readonly radices: readonly Radix[]; // their product is n
}

/** In place, along one axis. */
export function transformTwin(data: Float64Array, axis: FftAxis, table: FftTable): void {
  const { outer, length, batch } = axis;
  const scratch = new Float64Array(2 * length * batch);
  for (let o = 0; o < outer; o++) {
    const block = data.subarray(2 * o * length * batch, 2 * (o + 1) * length * batch);
    let from: Float64Array = block;
    let to: Float64Array = scratch;
    let step = 1;
    let groups = length;
    for (const radix of table.radices) {
      groups /= radix;
      passOf[radix](from, to, { table: table.roots, groups, step, stride: step * batch });
      step *= radix;
      [from, to] = [to, from];
    }
    if (from === scratch) block.set(scratch);
  }
}

interface PassShape {
  readonly table: Float64Array;
  readonly groups: number;
  readonly step: number;
  readonly stride: number;
}

type Pass = (from: Float64Array, to: Float64Array, shape: PassShape) => void;

const radix2: Pass = (from, to, { table, groups, step: twiddle, stride }) => {
  const half = 2 * stride * groups;
  for (let p = 0; p < groups; p++) {
    const w = 2 * p * twiddle;
    const wr = table[w]!;
    const wi = table[w + 1]!;
    for (let q = 0; q < 2 * stride; q += 2) {
      const i = q + 2 * stride * p;
      const o = q + 4 * stride * p;
      const ar = from[i]!;
      const ai = from[i + 1]!;
      const br = from[i + half]!;
      const bi = from[i + half + 1]!;
      to[o] = ar + br;
      to[o + 1] = ai + bi;
      const dr = ar - br;
      const di = ai - bi;
      to[o + 2 * stride] = dr * wr - di * wi;
      to[o + 2 * stride + 1] = dr * wi + di * wr;
    }
  }
};

const radix4: Pass = (from, to, { table, groups, step: twiddle, stride }) => {
  const step = 2 * stride * groups;
  const s = 2 * stride;
  for (let p = 0; p < groups; p++) {
    const w = 2 * p * twiddle;
    const w1r = table[w]!;
    const w1i = table[w + 1]!;
    const w2r = table[2 * w]!;
    const w2i = table[2 * w + 1]!;
    const w3r = table[3 * w]!;
    const w3i = table[3 * w + 1]!;
    for (let q = 0; q < s; q += 2) {
      const i = q + s * p;
      const o = q + 4 * s * p;
      const sumR = from[i]! + from[i + 2 * step]!;
      const sumI = from[i + 1]! + from[i + 2 * step + 1]!;
      const difR = from[i]! - from[i + 2 * step]!;
      const difI = from[i + 1]! - from[i + 2 * step + 1]!;
      const oddR = from[i + step]! + from[i + 3 * step]!;
      const oddI = from[i + step + 1]! + from[i + 3 * step + 1]!;
      // −i(x₁ − x₃)
      const turnR = from[i + step + 1]! - from[i + 3 * step + 1]!;
      const turnI = from[i + 3 * step]! - from[i + step]!;
      to[o] = sumR + oddR;
      to[o + 1] = sumI + oddI;
      const y1r = difR + turnR;
      const y1i = difI + turnI;
      to[o + s] = y1r * w1r - y1i * w1i;
      to[o + s + 1] = y1r * w1i + y1i * w1r;
      const y2r = sumR - oddR;
      const y2i = sumI - oddI;
      to[o + 2 * s] = y2r * w2r - y2i * w2i;
      to[o + 2 * s + 1] = y2r * w2i + y2i * w2r;
      const y3r = difR - turnR;
      const y3i = difI - turnI;
      to[o + 3 * s] = y3r * w3r - y3i * w3i;
      to[o + 3 * s + 1] = y3r * w3i + y3i * w3r;
    }
  }
};

/** Odd radices share one body: the sum over u written out with the radix's own roots. */
function oddPass(radix: 3 | 5): Pass {
  const cosines = Array.from({ length: radix }, (_, k) => Math.cos((2 * Math.PI * k) / radix));
  const sines = Array.from({ length: radix }, (_, k) => Math.sin((2 * Math.PI * k) / radix));
  const half = (radix - 1) / 2;
  const sumR = new Float64Array(half + 1);
  const sumI = new Float64Array(half + 1);
  const difR = new Float64Array(half + 1);
  const difI = new Float64Array(half + 1);
  return (from, to, { table, groups, step: twiddle, stride }) => {
    const step = 2 * stride * groups;
    const s = 2 * stride;
    for (let p = 0; p < groups; p++) {
      for (let q = 0; q < s; q += 2) {
        const i = q + s * p;
        const o = q + radix * s * p;
        for (let u = 1; u <= half; u++) {
          const a = i + u * step;
          const b = i + (radix - u) * step;
          sumR[u] = from[a]! + from[b]!;
          sumI[u] = from[a + 1]! + from[b + 1]!;
          difR[u] = from[a]! - from[b]!;
          difI[u] = from[a + 1]! - from[b + 1]!;
        }
        for (let t = 0; t < radix; t++) {
          let yr = from[i]!;
          let yi = from[i + 1]!;
          for (let u = 1; u <= half; u++) {
            // exp(−iφ)x_u + exp(+iφ)x_{r−u} = cos φ (x_u + x_{r−u}) − i sin φ (x_u − x_{r−u})
            const k = (t * u) % radix;
            yr += cosines[k]! * sumR[u]! + sines[k]! * difI[u]!;
            yi += cosines[k]! * sumI[u]! - sines[k]! * difR[u]!;
          }
          const w = 2 * t * p * twiddle;
          to[o + t * s] = yr * table[w]! - yi * table[w + 1]!;
          to[o + t * s + 1] = yr * table[w + 1]! + yi * table[w]!;
        }
      }
    }
  };
}

const passOf: Readonly<Record<Radix, Pass>> = { 2: radix2, 3: oddPass(3), 4: radix4, 5: oddPass(5) };
