// The prolate spheroidal wave function of order zero, ψ(x) on [−1, 1] for the bandwidth c: of all functions with that support the
// one whose Fourier transform lies most inside [−c, c], and its own transform there,
//   ∫_{−1}^{1} ψ(x) e^{icxy} dx = λ ψ(y)                         (Slepian and Pollak, 10.1002/j.1538-7305.1961.tb03976.x)
// Expanded in Legendre polynomials, ψ = Σ d_k P_k over even k, where √(2/(2k+1)) d_k is the lowest eigenvector of a tridiagonal matrix
//   A_kk = k(k+1) + c² (2k(k+1) − 1)/((2k+3)(2k−1)),   A_k,k+2 = c² (k+2)(k+1)/((2k+3)√((2k+1)(2k+5)))
// (Xiao, Rokhlin and Yarvin, 10.1088/0266-5611/17/4/315). Scaled here to ∫₀¹ ψ = 1.

export interface Prolate {
  readonly bandwidth: number;
  /** Writes Ψ(x) = ∫₀ˣ ψ, ψ(x), ψ′(x) at 0 ≤ x ≤ 1 into out[0..2]. */
  at(x: number, out: Float64Array): void;
}

export function makeProlate(bandwidth: number): Prolate {
  const coefficients = legendreCoefficients(bandwidth);
  const count = 2 * coefficients.length;
  // P_k = (2 − 1/k) x P_{k−1} − (1 − 1/k) P_{k−2};  ∫₀ˣ P_k = (P_{k+1} − P_{k−1})/(2k+1) for even k > 0, and x for k = 0
  const inverse = Float64Array.from({ length: count + 1 }, (_, k) => 1 / k);
  const integrated = coefficients.map((d, i) => d / (4 * i + 1));
  return {
    bandwidth,
    at(x, out) {
      let [before, now] = [1, x];
      let slopeNow = 1;
      let integral = coefficients[0]! * x;
      let value = coefficients[0]!;
      let slope = 0;
      for (let k = 2; k < count; k += 2) {
        const weight = coefficients[k >> 1]!;
        const even = (2 - inverse[k]!) * x * now - (1 - inverse[k]!) * before;
        const slopeEven = x * slopeNow + k * now;
        const odd = (2 - inverse[k + 1]!) * x * even - (1 - inverse[k + 1]!) * now;
        value += weight * even;
        slope += weight * slopeEven;
        integral += integrated[k >> 1]! * (odd - now);
        slopeNow = x * slopeEven + (k + 1) * even;
        before = even;
        now = odd;
      }
      out[0] = integral;
      out[1] = value;
      out[2] = slope;
    },
  };
}

/** d_k for k = 0, 2, 4 …, scaled to ∫₀¹ ψ = d_0 = 1. Terms fall faster than exponentially once k exceeds c. */
function legendreCoefficients(c: number): Float64Array {
  const size = 24 + Math.ceil(0.7 * c);
  const diagonal = new Float64Array(size);
  const beside = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    const k = 2 * i;
    diagonal[i] = k * (k + 1) + (c * c * (2 * k * (k + 1) - 1)) / ((2 * k + 3) * (2 * k - 1));
    beside[i] = (c * c * (k + 2) * (k + 1)) / ((2 * k + 3) * Math.sqrt((2 * k + 1) * (2 * k + 5)));
  }
  const vector = lowestEigenvector(diagonal, beside);
  const scaled = vector.map((v, i) => v * Math.sqrt(2 * i * 2 + 1));
  const largest = Math.max(...scaled.map(Math.abs));
  const used = scaled.findLastIndex((d) => Math.abs(d) > 1e-18 * largest) + 1;
  return scaled.subarray(0, used).map((d) => d / scaled[0]!);
}

/** Inverse iteration. The matrix is positive definite and its lowest two eigenvalues are about c and 5c, so 60 steps are plenty. */
function lowestEigenvector(diagonal: Float64Array, beside: Float64Array): Float64Array {
  const n = diagonal.length;
  const pivot = Float64Array.from(diagonal);
  for (let i = 1; i < n; i++) pivot[i] = diagonal[i]! - beside[i - 1]! ** 2 / pivot[i - 1]!;
  const v = new Float64Array(n).fill(1);
  for (let step = 0; step < 60; step++) {
    for (let i = 1; i < n; i++) v[i] = v[i]! - (beside[i - 1]! / pivot[i - 1]!) * v[i - 1]!;
    v[n - 1] = v[n - 1]! / pivot[n - 1]!;
    for (let i = n - 2; i >= 0; i--) v[i] = (v[i]! - beside[i]! * v[i + 1]!) / pivot[i]!;
    const norm = Math.hypot(...v);
    for (let i = 0; i < n; i++) v[i] = v[i]! / norm;
  }
  return v;
}
