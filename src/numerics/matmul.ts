// Products of dense row-major matrices.

import { expectShape, type F64, InputError } from "../base/index.js";
import { denseKernels, type ProductShape } from "../kernels/index.js";

export type { ProductShape };

/**
 * C [rows, columns] = op(A) [rows, inner] · op(B) [inner, columns]. With `transposeA`, A is stored as [inner, rows];
 * with `transposeB`, B is stored as [columns, inner].
 */
export function matmul(a: F64, b: F64, shape: ProductShape): Float64Array<ArrayBuffer> {
  const { rows, inner, columns } = shape;
  for (const [name, extent] of Object.entries({ rows, inner, columns })) {
    if (!Number.isInteger(extent) || extent < 0)
      throw new InputError(`${name} is ${extent}`, "extents are whole numbers of at least 0");
  }
  expectShape("a", a, [rows, inner]);
  expectShape("b", b, [inner, columns]);
  return denseKernels().multiply(a, b, shape);
}

/** The transpose [columns, rows] of `a` [rows, columns]. */
export function transpose(a: F64, rows: number, columns: number): Float64Array<ArrayBuffer> {
  expectShape("a", a, [rows, columns]);
  const t = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) t[j * rows + i] = a[i * columns + j]!;
  return t;
}
