// kernel module
// Dense linear algebra in f64: matrix product and the symmetric eigenproblem. Twin: src/kernels/twins/{dense,symmetric-eigen}.ts.

import { divideAndConquer, divideBytes } from "./dense-divide";
import { gemm, gemmBytes, left, OVERWRITE, right } from "./dense-gemm";
import { applyHermitianReflections, tridiagonaliseHermitian } from "./dense-hermitian";
import { diagonalise } from "./dense-ql";
import { applyReflections, reflectionBytes, tridiagonalise } from "./dense-tridiagonal";
import { at } from "./dense-vector";

export { gemmBytes };

/** C [rows, columns] = A B, each factor with the distances between its rows and between its columns. */
export function multiply(
  rows: i32,
  columns: i32,
  inner: i32,
  a: usize,
  aRow: i32,
  aColumn: i32,
  b: usize,
  bRow: i32,
  bColumn: i32,
  c: usize,
  scratch: usize,
): void {
  left(a, aRow, aColumn);
  right(b, bRow, bColumn);
  gemm(rows, columns, inner, 1, c, columns, OVERWRITE, scratch);
}

const ARRAYS: i32 = 5; // d, τ, e, order and a spare

/** Bytes of work space for `symmetricEigen`. */
export function eigenBytes(n: i32, wantVectors: bool): usize {
  const arrays = (<usize>(ARRAYS * n)) << 3;
  const common = arrays + gemmBytes() + 64;
  if (!wantVectors) return common + reflectionBytes(n);
  const square = (<usize>n * <usize>n) << 3;
  return common + 2 * square + max(reflectionBytes(n), divideBytes(n));
}

/**
 * Eigenpairs of `a` [n,n], which is used up: values ascending, vectors as rows. Returns 0 when QL stalls, else 1.
 * Without vectors `vectors` may be 0.
 */
export function symmetricEigen(n: i32, a: usize, values: usize, vectors: usize, wantVectors: bool, work: usize): i32 {
  const bytes = (<usize>n) << 3;
  const scratch = work;
  const d = (scratch + gemmBytes() + 15) & ~15;
  const tau = d + bytes;
  const e = tau + bytes;
  const order = e + bytes;
  const free = order + 2 * bytes;
  tridiagonalise(a, n, d, e, tau, free, scratch);
  if (!wantVectors) {
    if (!diagonalise(d, e, n, 0, 0, 0)) return 0;
    sortValues(d, n, values);
    return 1;
  }
  const square = (<usize>n * <usize>n) << 3;
  const unsorted = free;
  const kept = unsorted + square;
  const rest = kept + square;
  if (!divideAndConquer(n, d, e, unsorted, order, vectors, kept, rest, scratch)) return 0;
  for (let k = 0; k < n; k++) {
    const from = load<i32>(order + ((<usize>k) << 2));
    store<f64>(at(values, k), load<f64>(at(d, from)));
    memory.copy(at(vectors, k * n), at(unsorted, from * n), bytes);
  }
  applyReflections(a, n, tau, vectors, n, rest, scratch);
  return 1;
}

/** Bytes of work space for `hermitianEigen`. */
export function hermitianBytes(n: i32, wantVectors: bool): usize {
  const arrays = (<usize>((ARRAYS + 3) * n)) << 3;
  const common = arrays + gemmBytes() + 64;
  if (!wantVectors) return common;
  return common + 2 * ((<usize>n * <usize>n) << 3) + divideBytes(n);
}

/**
 * Eigenpairs of the Hermitian matrix with the planes `re` and `im` [n,n], which are used up: values ascending, vector k in row k of
 * `vectorsRe` and `vectorsIm`. Returns 0 when QL stalls, else 1. Without vectors both may be 0.
 */
export function hermitianEigen(
  n: i32,
  re: usize,
  im: usize,
  values: usize,
  vectorsRe: usize,
  vectorsIm: usize,
  wantVectors: bool,
  work: usize,
): i32 {
  const bytes = (<usize>n) << 3;
  const scratch = work;
  const d = (scratch + gemmBytes() + 15) & ~15;
  const tauRe = d + bytes;
  const tauIm = tauRe + bytes;
  const e = tauIm + bytes;
  const order = e + bytes;
  const pair = order + 2 * bytes;
  const free = pair + 2 * bytes;
  tridiagonaliseHermitian(n, re, im, d, e, tauRe, tauIm, pair);
  if (!wantVectors) {
    if (!diagonalise(d, e, n, 0, 0, 0)) return 0;
    sortValues(d, n, values);
    return 1;
  }
  const square = (<usize>n * <usize>n) << 3;
  const unsorted = free;
  const kept = unsorted + square;
  const rest = kept + square;
  if (!divideAndConquer(n, d, e, unsorted, order, vectorsRe, kept, rest, scratch)) return 0;
  for (let k = 0; k < n; k++) {
    const from = load<i32>(order + ((<usize>k) << 2));
    store<f64>(at(values, k), load<f64>(at(d, from)));
    memory.copy(at(vectorsRe, k * n), at(unsorted, from * n), bytes);
  }
  memory.fill(vectorsIm, 0, square);
  applyHermitianReflections(n, re, im, tauRe, tauIm, vectorsRe, vectorsIm, n);
  return 1;
}

/** Heap sort: n log n without recursion or extra memory. */
function sortValues(d: usize, n: i32, to: usize): void {
  memory.copy(to, d, (<usize>n) << 3);
  for (let start = (n >> 1) - 1; start >= 0; start--) siftDown(to, start, n);
  for (let end = n - 1; end > 0; end--) {
    const top = load<f64>(to);
    store<f64>(to, load<f64>(at(to, end)));
    store<f64>(at(to, end), top);
    siftDown(to, 0, end);
  }
}

function siftDown(x: usize, start: i32, end: i32): void {
  let root = start;
  const value = load<f64>(at(x, root));
  for (;;) {
    let child = 2 * root + 1;
    if (child >= end) break;
    if (child + 1 < end && load<f64>(at(x, child + 1)) > load<f64>(at(x, child))) child++;
    const larger = load<f64>(at(x, child));
    if (larger <= value) break;
    store<f64>(at(x, root), larger);
    root = child;
  }
  store<f64>(at(x, root), value);
}
