// Least squares from moments G = XᵀX and g = Xᵀy, for designs too tall to keep. Columns are scaled to one length first, S_j = G_jj^{−1/2},
// so that the condition number is that of the question and not of its units. Then S G S = L Lᵀ; where it has no inverse to speak of, its
// eigenpairs give the shortest answer instead.
//
// Moments square the condition number: what they lose comes back by solving again for the residual, β ← β + G⁻¹Xᵀ(y − Xβ), with Xᵀ(y − Xβ) from
// the rows themselves (Golub and Van Loan, 4.2 and 5.3.8).

import { expectShape, type F64, InputError } from "../base/index.js";
import { symmetricEigen } from "./eigen.js";
import type { Moments } from "./lasso.js";
import { matmul } from "./matmul.js";

export interface NormalEquations {
  /** Directions the rows say something about; fewer than columns: the least-norm answer (in scaled columns) is taken. */
  readonly rank: number;
  /** Largest over smallest singular value of the scaled design, to a few per cent; infinite when rank is missing. */
  readonly condition: number;
  /** G⁺ B [p,m]. */
  solve(b: F64): Float64Array<ArrayBuffer>;
}

export interface NormalEquationsOptions {
  /** Singular values below this part of the largest count as zero. Default 1e-6: squares of smaller ones drown in rounding. */
  readonly smallest?: number;
}

export function normalEquations({ gram, projection }: Moments, options: NormalEquationsOptions = {}): NormalEquations {
  const { smallest = 1e-6 } = options;
  if (!(smallest > 0 && smallest < 1)) throw new InputError(`a singular value of ${smallest}`, "pass a part of 1");
  const p = projection.length;
  expectShape("gram", gram, [p, p]);
  if (p === 0) return { rank: 0, condition: 1, solve: () => new Float64Array(0) };
  const scale = new Float64Array(p);
  for (let j = 0; j < p; j++) scale[j] = gram[j * p + j]! > 0 ? 1 / Math.sqrt(gram[j * p + j]!) : 0;
  const scaled = new Float64Array(p * p);
  for (let i = 0; i < p; i++) for (let j = 0; j < p; j++) scaled[i * p + j] = gram[i * p + j]! * scale[i]! * scale[j]!;
  const solver = byFactor(scaled, p, smallest) ?? byEigenpairs(scaled, p, smallest);
  const multiply = (x: Float64Array): void => {
    const m = x.length / p;
    for (let j = 0; j < p; j++) for (let c = 0; c < m; c++) x[j * m + c]! *= scale[j]!;
  };
  return {
    rank: solver.rank,
    get condition() {
      return solver.condition;
    },
    solve(b) {
      const x = b.slice();
      multiply(x);
      const answer = solver.solve(x);
      multiply(answer);
      return answer;
    },
  };
}

/** Columns of L that are worked out together: large enough for the product kernel, small enough for loops. */
const BLOCK = 96;

/**
 * Lower L [n,n] of a symmetric A = L Lᵀ with unit diagonal, block column by block column; undefined when a pivot is not above `least`.
 */
function factorOf(a: F64, n: number, least: number): Float64Array | undefined {
  const l = new Float64Array(n * n);
  for (let from = 0; from < n; from += BLOCK) {
    const width = Math.min(BLOCK, n - from);
    const rows = n - from;
    const panel = new Float64Array(rows * width);
    for (let i = 0; i < rows; i++) for (let k = 0; k < width; k++) panel[i * width + k] = a[(from + i) * n + from + k]!;
    if (from > 0) {
      const left = new Float64Array(rows * from);
      for (let i = 0; i < rows; i++) left.set(l.subarray((from + i) * n, (from + i) * n + from), i * from);
      const known = matmul(left, left.subarray(0, width * from), {
        rows,
        inner: from,
        columns: width,
        transposeB: true,
      });
      for (let e = 0; e < panel.length; e++) panel[e]! -= known[e]!;
    }
    for (let i = 0; i < rows; i++) {
      for (let k = 0; k < Math.min(i + 1, width); k++) {
        let sum = panel[i * width + k]!;
        for (let m = 0; m < k; m++) sum -= panel[i * width + m]! * panel[k * width + m]!;
        if (k < i) panel[i * width + k] = sum / panel[k * width + k]!;
        else if (sum > least) panel[i * width + k] = Math.sqrt(sum);
        else return undefined;
      }
      for (let k = 0; k < Math.min(i + 1, width); k++) l[(from + i) * n + from + k] = panel[i * width + k]!;
    }
  }
  return l;
}

function byFactor(a: F64, n: number, smallest: number): NormalEquations | undefined {
  const l = factorOf(a, n, smallest ** 2);
  if (!l) return undefined;
  const solve = (b: F64): Float64Array<ArrayBuffer> => substituted(l, n, b);
  let condition: number | undefined;
  return {
    rank: n,
    // A few dozen products: only when somebody asks.
    get condition() {
      condition ??= Math.sqrt(growth(n, (x) => product(a, n, x)) * growth(n, solve));
      return condition;
    },
    solve,
  };
}

function product(a: F64, n: number, x: Float64Array): Float64Array {
  const out = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += a[i * n + j]! * x[j]!;
    out[i] = sum;
  }
  return out;
}

/** X [n,m] of L Lᵀ X = B, column by column. */
function substituted(l: Float64Array, n: number, b: F64): Float64Array<ArrayBuffer> {
  const m = b.length / n;
  const out = new Float64Array(b.length);
  const x = new Float64Array(n);
  for (let c = 0; c < m; c++) {
    for (let i = 0; i < n; i++) {
      let sum = b[i * m + c]!;
      for (let k = 0; k < i; k++) sum -= l[i * n + k]! * x[k]!;
      x[i] = sum / l[i * n + i]!;
    }
    for (let i = n - 1; i >= 0; i--) {
      const value = x[i]! / l[i * n + i]!;
      x[i] = value;
      for (let k = 0; k < i; k++) x[k]! -= l[i * n + k]! * value;
    }
    for (let i = 0; i < n; i++) out[i * m + c] = x[i]!;
  }
  return out;
}

/** Largest eigenvalue of a positive operator by repeating it: from below, to a few per cent. */
function growth(n: number, apply: (x: Float64Array) => Float64Array): number {
  // No direction is favoured, none is orthogonal to it by symmetry.
  let x: Float64Array = Float64Array.from({ length: n }, (_, j) => 1 + Math.cos(3 * j * j + j));
  let value = 0;
  for (let round = 0; round < 100; round++) {
    const length = Math.hypot(...norms(x));
    for (let j = 0; j < n; j++) x[j]! /= length;
    const next = apply(x);
    const found = Math.hypot(...norms(next));
    x = next;
    if (Math.abs(found - value) < 1e-4 * found) return found;
    value = found;
  }
  return value;
}

/** Lengths of pieces of a vector, few enough to be arguments. */
function norms(x: Float64Array): number[] {
  const pieces: number[] = [];
  for (let from = 0; from < x.length; from += 1024) {
    let sum = 0;
    for (let j = from; j < Math.min(x.length, from + 1024); j++) sum += x[j]! ** 2;
    pieces.push(Math.sqrt(sum));
  }
  return pieces;
}

function byEigenpairs(a: F64, n: number, smallest: number): NormalEquations {
  const { values, vectors } = symmetricEigen(a, n);
  const largest = values[n - 1]!;
  const inverse = values.map((value) => (value > smallest ** 2 * largest ? 1 / value : 0));
  const rank = inverse.filter((value) => value > 0).length;
  return {
    rank,
    condition: rank < n ? Number.POSITIVE_INFINITY : Math.sqrt(largest / values[0]!),
    solve(b) {
      const m = b.length / n;
      const along = matmul(vectors, b, { rows: n, inner: n, columns: m });
      for (let k = 0; k < n; k++) for (let c = 0; c < m; c++) along[k * m + c]! *= inverse[k]!;
      return matmul(vectors, along, { rows: n, inner: n, columns: m, transposeA: true });
    },
  };
}
