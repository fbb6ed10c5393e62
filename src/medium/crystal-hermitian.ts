// Inverse of a positive definite Hermitian matrix by Cholesky's A = G Gᴴ (Golub and Van Loan, 4.2), complex numbers as pairs (re, im).

/**
 * Writes A⁻¹ [n,n,2] into `out` and returns −1; returns the row whose pivot is not positive when A is not positive definite.
 * `a` [n,n,2] is used up: its lower triangle becomes G⁻¹.
 */
export function invertHermitian(a: Float64Array, n: number, out: Float64Array): number {
  const failed = factor(a, n);
  if (failed >= 0) return failed;
  invertLower(a, n);
  // A⁻¹ = G⁻ᴴ G⁻¹: (i,j) = Σ_{k ≥ max(i,j)} conj(G⁻¹_ki) G⁻¹_kj
  out.fill(0);
  for (let k = 0; k < n; k++) {
    for (let i = 0; i <= k; i++) {
      const xr = a[2 * (k * n + i)]!;
      const xi = a[2 * (k * n + i) + 1]!;
      for (let j = 0; j <= i; j++) {
        const yr = a[2 * (k * n + j)]!;
        const yi = a[2 * (k * n + j) + 1]!;
        out[2 * (i * n + j)]! += xr * yr + xi * yi;
        out[2 * (i * n + j) + 1]! += xr * yi - xi * yr;
      }
    }
  }
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      out[2 * (j * n + i)] = out[2 * (i * n + j)]!;
      out[2 * (j * n + i) + 1] = -out[2 * (i * n + j) + 1]!;
    }
  }
  return -1;
}

/** G into the lower triangle, its (real) diagonal as 1/G_ii. */
function factor(a: Float64Array, n: number): number {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let re = a[2 * (i * n + j)]!;
      let im = a[2 * (i * n + j) + 1]!;
      for (let k = 0; k < j; k++) {
        const xr = a[2 * (i * n + k)]!;
        const xi = a[2 * (i * n + k) + 1]!;
        const yr = a[2 * (j * n + k)]!;
        const yi = a[2 * (j * n + k) + 1]!;
        re -= xr * yr + xi * yi;
        im -= xi * yr - xr * yi;
      }
      if (j < i) {
        a[2 * (i * n + j)] = re * a[2 * (j * n + j)]!;
        a[2 * (i * n + j) + 1] = im * a[2 * (j * n + j)]!;
        continue;
      }
      if (!(re > n * Number.EPSILON * a[2 * (i * n + i)]!)) return i;
      a[2 * (i * n + i)] = 1 / Math.sqrt(re);
      a[2 * (i * n + i) + 1] = 0;
    }
  }
  return -1;
}

/** G⁻¹ over G, from the 1/G_ii and the elements below. */
function invertLower(a: Float64Array, n: number): void {
  for (let j = 0; j < n; j++) {
    for (let i = j + 1; i < n; i++) {
      let re = 0;
      let im = 0;
      for (let k = j; k < i; k++) {
        const xr = a[2 * (i * n + k)]!;
        const xi = a[2 * (i * n + k) + 1]!;
        const yr = a[2 * (k * n + j)]!;
        const yi = a[2 * (k * n + j) + 1]!;
        re += xr * yr - xi * yi;
        im += xr * yi + xi * yr;
      }
      a[2 * (i * n + j)] = -re * a[2 * (i * n + i)]!;
      a[2 * (i * n + j) + 1] = -im * a[2 * (i * n + i)]!;
    }
  }
}
