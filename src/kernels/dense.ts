// The dense kernels and the choice between them: WebAssembly where the machine has SIMD, the TypeScript twins elsewhere.
//
// The WebAssembly side keeps one arena per thread: these kernels hold nothing between calls. An arena that a large problem
// has grown is dropped afterwards, since WebAssembly memory never shrinks.

import type { F64 } from "../base/index.js";
import { Arena, type Pointer } from "./arena.js";
import { kernelsRunHere } from "./load.js";
import { multiplyTwin, type ProductShape } from "./twins/dense.js";
import { type HermitianEigenPairs, hermitianEigenTwin } from "./twins/hermitian-eigen.js";
import { type EigenPairs, symmetricEigenTwin } from "./twins/symmetric-eigen.js";
import * as source from "./wasm/dense.js";

export type { EigenPairs, HermitianEigenPairs, ProductShape };

export interface DenseKernels {
  /** C = op(A) · op(B), row-major. */
  multiply(a: F64, b: F64, shape: ProductShape): Float64Array<ArrayBuffer>;
  /** Eigenpairs of a symmetric finite matrix whose largest element is near 1; throws RangeError if it does not converge. */
  symmetricEigen(matrix: F64, n: number, wantVectors: boolean): EigenPairs;
  /** The same for a Hermitian matrix, given and answered as planes of real and imaginary parts. */
  hermitianEigen(re: F64, im: F64, n: number, wantVectors: boolean): HermitianEigenPairs;
}

/** The plain TypeScript kernels. */
export const denseTwins: DenseKernels = {
  multiply: multiplyTwin,
  symmetricEigen: symmetricEigenTwin,
  hermitianEigen: hermitianEigenTwin,
};

/** The fastest kernels this machine runs: for one machine always the same. */
export function denseKernels(): DenseKernels {
  return kernelsRunHere(source) ? denseWasm : denseTwins;
}

interface Exports {
  gemmBytes(): number;
  multiply(
    rows: number,
    columns: number,
    inner: number,
    a: Pointer,
    aRow: number,
    aColumn: number,
    b: Pointer,
    bRow: number,
    bColumn: number,
    c: Pointer,
    scratch: Pointer,
  ): void;
  eigenBytes(n: number, wantVectors: boolean): number;
  symmetricEigen(n: number, a: Pointer, values: Pointer, vectors: Pointer, wantVectors: boolean, work: Pointer): number;
  hermitianBytes(n: number, wantVectors: boolean): number;
  hermitianEigen(
    n: number,
    re: Pointer,
    im: Pointer,
    values: Pointer,
    vectorsRe: Pointer,
    vectorsIm: Pointer,
    wantVectors: boolean,
    work: Pointer,
  ): number;
}

const KEPT_BYTES = 2 ** 26;
// Below this many multiplications copying in and out costs more than the product itself.
const SMALL_PRODUCT = 2048;

let shared: Arena<Exports> | undefined;

function withArena<T>(use: (arena: Arena<Exports>) => T): T {
  shared ??= new Arena<Exports>(source);
  const arena = shared;
  arena.reset();
  try {
    return use(arena);
  } finally {
    if (arena.generation > KEPT_BYTES) shared = undefined;
  }
}

const denseWasm: DenseKernels = {
  multiply(a, b, shape) {
    const { rows, inner, columns } = shape;
    if (rows * inner * columns <= SMALL_PRODUCT) return multiplyTwin(a, b, shape);
    return withArena((arena) => {
      const [pa, pb, pc] = [
        arena.allocateF64(a.length),
        arena.allocateF64(b.length),
        arena.allocateF64(rows * columns),
      ];
      const scratch = arena.allocate(arena.exports.gemmBytes());
      arena.f64(pa, a.length).set(a as ArrayLike<number>);
      arena.f64(pb, b.length).set(b as ArrayLike<number>);
      const [aRow, aColumn] = shape.transposeA ? [1, rows] : [inner, 1];
      const [bRow, bColumn] = shape.transposeB ? [1, inner] : [columns, 1];
      arena.exports.multiply(rows, columns, inner, pa, aRow, aColumn, pb, bRow, bColumn, pc, scratch);
      return arena.f64(pc, rows * columns).slice() as Float64Array<ArrayBuffer>;
    });
  },

  symmetricEigen(matrix, n, wantVectors) {
    return withArena((arena) => {
      const a = arena.allocateF64(n * n);
      const values = arena.allocateF64(n);
      const vectors = wantVectors ? arena.allocateF64(n * n) : 0;
      const work = arena.allocate(arena.exports.eigenBytes(n, wantVectors));
      arena.f64(a, n * n).set(matrix as ArrayLike<number>);
      const done = arena.exports.symmetricEigen(n, a, values, vectors, wantVectors, work);
      if (done === 0) throw new RangeError("QL did not converge");
      return {
        values: arena.f64(values, n).slice() as Float64Array<ArrayBuffer>,
        vectors: arena.f64(vectors, wantVectors ? n * n : 0).slice() as Float64Array<ArrayBuffer>,
      };
    });
  },

  hermitianEigen(re, im, n, wantVectors) {
    return withArena((arena) => {
      const size = n * n;
      const [a, b, values] = [arena.allocateF64(size), arena.allocateF64(size), arena.allocateF64(n)];
      const x = wantVectors ? arena.allocateF64(size) : 0;
      const y = wantVectors ? arena.allocateF64(size) : 0;
      const work = arena.allocate(arena.exports.hermitianBytes(n, wantVectors));
      arena.f64(a, size).set(re as ArrayLike<number>);
      arena.f64(b, size).set(im as ArrayLike<number>);
      const done = arena.exports.hermitianEigen(n, a, b, values, x, y, wantVectors, work);
      if (done === 0) throw new RangeError("QL did not converge");
      const copy = (from: Pointer, count: number): Float64Array<ArrayBuffer> =>
        arena.f64(from, count).slice() as Float64Array<ArrayBuffer>;
      return { values: copy(values, n), re: copy(x, wantVectors ? size : 0), im: copy(y, wantVectors ? size : 0) };
    });
  },
};
