// The error function and its complement to full double precision.
//
//   erf x  = 2/√π ∫₀ˣ exp(−t²) dt = 2/√π Σ_k (−1)^k x^{2k+1}/(k!(2k+1))     used for |x| < ½
//   erfc x = 1 − erf x = exp(−x²) erfcx x
//   (1 + 2x) erfcx x = Σ_k c_k T_k(s),  s = 1 − 5/(x + 2)                   used for x ≥ ½
//
// The last is smooth on s ∈ [−1, 1], that is on the whole of x ≥ ½, so one Chebyshev series serves (Shepherd and Laframboise,
// 10.1090/S0025-5718-1981-0595058-X); its coefficients were computed from the definition with 50 digits.

const TWO_OVER_ROOT_PI = 1.1283791670955126;

// (−1)^k/(k!(2k+1)): the 14th term at x = ½ is below 2⁻⁶⁰.
const SERIES: readonly number[] = (() => {
  const terms: number[] = [];
  for (let k = 0, factorial = 1; k < 14; k++, factorial *= k)
    terms.push((k % 2 === 0 ? 1 : -1) / (factorial * (2 * k + 1)));
  return terms;
})();

const CHEBYSHEV: readonly number[] = [
  1.2189843018755826, -0.06694052041928128, -0.0366203654058652, 0.015414982880477912, -0.002538753286427615,
  2.8290134783006504e-5, 5.6244174093159375e-5, -3.625662410105677e-6, -1.5532852974322157e-6, 1.1445498337487254e-7,
  5.5875288361873414e-8, -1.9595989736283648e-9, -2.295803704902964e-9, -8.632838012860832e-11, 9.195146896381982e-11,
  1.315398462116888e-11, -2.8559296112983967e-12, -1.0013437454114811e-12, 9.214870380346258e-15, 5.39367432287417e-14,
  7.920326388303916e-15, -1.696210487882122e-15, -7.498935122886903e-16, -3.76147465717703e-17, 3.798242164018268e-17,
  9.890366027352472e-18,
];

/** erf x, relative error below 10⁻¹⁵. */
export function erf(x: number): number {
  const size = Math.abs(x);
  if (size < 0.5) return x * seriesOverX(x);
  const value = 1 - erfc(size);
  return x < 0 ? -value : value;
}

/** erfc x = 1 − erf x, relative error below 2·10⁻¹⁵ wherever the result is a normal number (x < 26.5). */
export function erfc(x: number): number {
  if (x < 0) return 2 - erfc(-x);
  if (x < 0.5) return 1 - x * seriesOverX(x);
  return gaussian(x) * erfcx(x);
}

/** exp(x²) erfc x: the slowly decaying part of erfc, without overflow or underflow for x ≥ 0. */
export function erfcx(x: number): number {
  if (x < 0.5) return erfc(x) / gaussian(x);
  if (x === Number.POSITIVE_INFINITY) return 0;
  const s = 1 - 5 / (x + 2);
  let b1 = 0;
  let b2 = 0;
  for (let k = CHEBYSHEV.length - 1; k > 0; k--) {
    const b0 = CHEBYSHEV[k]! + 2 * s * b1 - b2;
    b2 = b1;
    b1 = b0;
  }
  return (CHEBYSHEV[0]! + s * b1 - b2) / (1 + 2 * x);
}

function seriesOverX(x: number): number {
  const square = x * x;
  let sum = 0;
  for (let k = SERIES.length - 1; k >= 0; k--) sum = sum * square + SERIES[k]!;
  return TWO_OVER_ROOT_PI * sum;
}

/** exp(−x²). x² in one number is off by up to x²·2⁻⁵³, which exp would multiply: split x = h + l with h² exact. */
function gaussian(x: number): number {
  if (Math.abs(x) > 27.3) return 0; // below the smallest number
  const h = Math.round(x * 2 ** 20) / 2 ** 20;
  return Math.exp(-h * h) * Math.exp(-(x - h) * (x + h));
}
