// Linear least squares: minimise Σ_i w_i (y_i − Σ_k X_ik β_k)², solved by Householder QR of √w X (Golub and Van Loan, 5.3), which
// keeps twice the digits of the normal equations.
//
//   covariance   (Xᵀ W X)⁻¹ when the weights are 1/σ_i², times the residual variance χ²/(n − k) when they are only relative

import { expectShape, type F64, InputError, NumericError } from "../base/index.js";

export interface LeastSquaresOptions {
  /** w_i = 1/σ_i². Default: all 1. */
  readonly weights?: F64; // [n]
  /**
   * Whether the weights are known variances ("known") or only relative ("relative", errors are then scaled by the scatter
   * of the residuals). Default: "known" when weights are given, "relative" when not.
   */
  readonly variances?: "known" | "relative";
}

export interface LeastSquaresFit {
  readonly coefficients: Float64Array<ArrayBuffer>; // [k]
  readonly covariance: Float64Array<ArrayBuffer>; // [k,k]
  readonly standardErrors: Float64Array<ArrayBuffer>; // [k] √ of the covariance diagonal
  readonly residuals: Float64Array<ArrayBuffer>; // [n] y − Xβ, unweighted
  readonly chiSquare: number; // Σ w r²
  readonly degreesOfFreedom: number; // n − k
}

/** Fits `y` [n] by the columns of `design` [n,k]. */
export function leastSquares(design: F64, y: F64, options: LeastSquaresOptions = {}): LeastSquaresFit {
  const n = y.length;
  const k = design.length / n;
  if (!Number.isInteger(k) || k < 1 || n < k)
    throw new InputError(`${n} values and a design of ${design.length} numbers`, "design is [n,k] with n ≥ k ≥ 1");
  const { weights } = options;
  if (weights) expectShape("weights", weights, [n]);
  const q = design.slice();
  const rhs = y.slice();
  for (let i = 0; i < n; i++) {
    const root = weights ? Math.sqrt(weights[i]!) : 1;
    if (!Number.isFinite(root) || !Number.isFinite(rhs[i]!))
      throw new NumericError(
        `value ${i + 1} is ${y[i]} with weight ${weights?.[i] ?? 1}`,
        "weights are finite and not negative",
      );
    rhs[i]! *= root;
    for (let c = 0; c < k; c++) q[i * k + c]! *= root;
  }
  const r = triangularise(q, rhs, k);
  const coefficients = backSubstitute(r, rhs, k);
  const residuals = Float64Array.from({ length: n }, (_, i) => {
    let fitted = 0;
    for (let c = 0; c < k; c++) fitted += design[i * k + c]! * coefficients[c]!;
    return y[i]! - fitted;
  });
  let chiSquare = 0;
  for (let i = 0; i < n; i++) chiSquare += (weights ? weights[i]! : 1) * residuals[i]! ** 2;
  const known = (options.variances ?? (weights ? "known" : "relative")) === "known";
  const scale = known ? 1 : chiSquare / (n - k); // n = k: no scatter to judge by, NaN says so
  const covariance = inverseGram(r, k).map((value) => value * scale);
  const standardErrors = Float64Array.from({ length: k }, (_, c) => Math.sqrt(covariance[c * k + c]!));
  return { coefficients, covariance, standardErrors, residuals, chiSquare, degreesOfFreedom: n - k };
}

export interface LineFit {
  readonly slope: number;
  readonly intercept: number;
  readonly slopeError: number;
  readonly interceptError: number;
  readonly fit: LeastSquaresFit; // coefficients [intercept, slope]
}

/** y = intercept + slope·x. */
export function fitLine(x: F64, y: F64, options: LeastSquaresOptions = {}): LineFit {
  expectShape("y", y, [x.length]);
  const fit = fitPolynomial(x, y, { ...options, degree: 1 });
  const [intercept, slope] = fit.coefficients as unknown as [number, number];
  const [interceptError, slopeError] = fit.standardErrors as unknown as [number, number];
  return { slope, intercept, slopeError, interceptError, fit };
}

/** y = Σ_k β_k x^k up to `degree`. */
export function fitPolynomial(
  x: F64,
  y: F64,
  options: LeastSquaresOptions & { readonly degree: number },
): LeastSquaresFit {
  const k = options.degree + 1;
  const design = new Float64Array(x.length * k);
  for (let i = 0; i < x.length; i++) for (let c = 0, power = 1; c < k; c++, power *= x[i]!) design[i * k + c] = power;
  return leastSquares(design, y, options);
}

/** R [k,k] of X = QR; `x` [n,k] is used up and `rhs` becomes Qᵀ rhs. */
function triangularise(x: Float64Array, rhs: Float64Array, k: number): Float64Array {
  const n = rhs.length;
  const r = new Float64Array(k * k);
  for (let c = 0; c < k; c++) {
    let whole = 0; // the column before elimination: what its remainder is judged against
    for (let i = 0; i < n; i++) whole += x[i * k + c]! ** 2;
    let tail = 0;
    for (let i = c; i < n; i++) tail += x[i * k + c]! ** 2;
    const norm = Math.sqrt(tail);
    if (!(norm > n * Number.EPSILON * Math.sqrt(whole))) {
      throw new NumericError(
        `column ${c + 1} of the design is a combination of those before it: remainder ${norm.toExponential(2)} of ${Math.sqrt(whole).toExponential(2)}`,
        "drop the column, or give more different points",
        { column: c, remainder: norm },
      );
    }
    const head = x[c * k + c]!;
    const end = head > 0 ? -norm : norm;
    const beta = 1 / (norm * (norm + Math.abs(head)));
    x[c * k + c] = head - end;
    for (let j = c + 1; j < k; j++) reflect(x, beta, { from: c, target: x, column: j, width: k, k });
    reflect(x, beta, { from: c, target: rhs, column: 0, width: 1, k });
    r[c * k + c] = end;
    for (let j = c + 1; j < k; j++) r[c * k + j] = x[c * k + j]!;
  }
  return r;
}

function reflect(
  x: Float64Array,
  beta: number,
  at: { from: number; target: Float64Array; column: number; width: number; k: number },
): void {
  const { from, target, column, width, k } = at;
  const n = x.length / k;
  let sum = 0;
  for (let i = from; i < n; i++) sum += x[i * k + from]! * target[i * width + column]!;
  sum *= beta;
  for (let i = from; i < n; i++) target[i * width + column]! -= sum * x[i * k + from]!;
}

function backSubstitute(r: Float64Array, rhs: F64, k: number): Float64Array<ArrayBuffer> {
  const beta = new Float64Array(k);
  for (let c = k - 1; c >= 0; c--) {
    let sum = rhs[c]!;
    for (let j = c + 1; j < k; j++) sum -= r[c * k + j]! * beta[j]!;
    beta[c] = sum / r[c * k + c]!;
  }
  return beta;
}

/** (RᵀR)⁻¹ = R⁻¹ R⁻ᵀ. */
function inverseGram(r: Float64Array, k: number): Float64Array<ArrayBuffer> {
  const inverse = new Float64Array(k * k);
  for (let c = 0; c < k; c++) {
    const unit = new Float64Array(k);
    unit[c] = 1;
    backSubstitute(r, unit, k).forEach((value, i) => {
      inverse[i * k + c] = value;
    });
  }
  const gram = new Float64Array(k * k);
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < k; j++)
      for (let c = Math.max(i, j); c < k; c++) gram[i * k + j]! += inverse[i * k + c]! * inverse[j * k + c]!;
  }
  return gram;
}
