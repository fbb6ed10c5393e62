// The dense kernels in plain TypeScript: the readable statement of what kernels/dense.ts does, and what runs where
// WebAssembly SIMD is missing. Matrices are row-major.

import type { F64 } from "../../base/index.js";

/** Extents of C [rows, columns] = op(A) [rows, inner] · op(B) [inner, columns], op = transpose where asked. */
export interface ProductShape {
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
  /** A is stored as [inner, rows]. Default false. */
  readonly transposeA?: boolean;
  /** B is stored as [columns, inner]. Default false. */
  readonly transposeB?: boolean;
}

export function multiplyTwin(a: F64, b: F64, shape: ProductShape): Float64Array<ArrayBuffer> {
  const { rows, inner, columns } = shape;
  const c = new Float64Array(rows * columns);
  const [aRow, aInner] = shape.transposeA ? [1, rows] : [inner, 1];
  if (shape.transposeB) {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        let sum = 0;
        for (let p = 0; p < inner; p++) sum += a[i * aRow + p * aInner]! * b[j * inner + p]!;
        c[i * columns + j] = sum;
      }
    }
    return c;
  }
  // Rows of B are added up: every access runs along memory.
  for (let i = 0; i < rows; i++) {
    for (let p = 0; p < inner; p++) {
      const factor = a[i * aRow + p * aInner]!;
      for (let j = 0; j < columns; j++) c[i * columns + j]! += factor * b[p * columns + j]!;
    }
  }
  return c;
}
