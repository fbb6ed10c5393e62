// ln |Γ(x)| by Stirling's series after shifting x above 15:
//
//   ln Γ(x) = (x − ½) ln x − x + ½ ln 2π + Σ_k B_{2k}/(2k(2k−1)x^{2k−1}),   Γ(x) = Γ(x + m)/(x(x+1)…(x+m−1))
//
// and Γ(x)Γ(1 − x) = π/sin πx below ½ (Abramowitz and Stegun, 6.1). Absolute error below 5·10⁻¹⁵·max(1, |ln Γ|), x up to 10³⁰⁵.

const STIRLING = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156, -3617 / 122400];
const HALF_LOG_TWO_PI = 0.9189385332046728;

/** ln |Γ(x)|; +Infinity at the poles 0, −1, −2, … */
export function logGamma(x: number): number {
  if (Number.isNaN(x)) return Number.NaN;
  if (x === Number.POSITIVE_INFINITY) return x;
  if (x < 0.5) {
    if (x === Math.floor(x)) return Number.POSITIVE_INFINITY;
    // sin πx by the distance to the nearest whole number, which is exact.
    const sine = Math.abs(Math.sin(Math.PI * (x - Math.round(x))));
    return Math.log(Math.PI / sine) - logGamma(1 - x);
  }
  let product = 1;
  let z = x;
  for (; z < 15; z += 1) product *= z;
  const inverse = 1 / z;
  const square = inverse * inverse;
  let series = 0;
  for (let k = STIRLING.length - 1; k >= 0; k--) series = series * square + STIRLING[k]!;
  return (z - 0.5) * Math.log(z) - z + HALF_LOG_TWO_PI + series * inverse - Math.log(product);
}
