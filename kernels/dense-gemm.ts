// C += α A B for dense f64 matrices, the way of Goto and van de Geijn (10.1145/1356052.1356053): blocks of A (for the L2 cache)
// and B are copied into panels of four rows or columns, and a 4 × 4 tile of C is kept in registers while one panel of each
// runs through. Summation order is fixed by the loops: with the base build the bits are the same on every machine.

const ROWS: i32 = 96; // of A per block
const INNER: i32 = 256;
const COLUMNS: i32 = 1024; // of B per block

const TILE: usize = memory.data(128, 16);

/** Bytes of scratch that `gemm` needs, whatever the extents. */
export function gemmBytes(): usize {
  return (<usize>(INNER * (COLUMNS + ROWS) + 16)) << 3;
}

/** Where a matrix lies: address, and the distances in elements between rows and between columns. */
@unmanaged
export class Matrix {
  at: usize;
  row: i32;
  column: i32;
}

const A: usize = memory.data(16, 8);
const B: usize = memory.data(16, 8);

/** Names the left factor of the next `gemm`. */
export function left(at: usize, row: i32, column: i32): void {
  const m = changetype<Matrix>(A);
  m.at = at;
  m.row = row;
  m.column = column;
}

/** Names the right factor of the next `gemm`. */
export function right(at: usize, row: i32, column: i32): void {
  const m = changetype<Matrix>(B);
  m.at = at;
  m.row = row;
  m.column = column;
}

export const OVERWRITE: i32 = 0; // C = α A B
export const ADD: i32 = 1; // C += α A B
export const ADD_UPPER: i32 = 2; // as ADD, but tiles wholly below the diagonal are left alone

/** C [rows, columns] at `c` with row distance `ldc`; factors as named by `left` [rows, inner] and `right` [inner, columns]. */
export function gemm(
  rows: i32,
  columns: i32,
  inner: i32,
  alpha: f64,
  c: usize,
  ldc: i32,
  mode: i32,
  scratch: usize,
): void {
  const a = changetype<Matrix>(A);
  const b = changetype<Matrix>(B);
  const bPanels = (scratch + 15) & ~15;
  const aPanels = bPanels + ((<usize>(INNER * COLUMNS)) << 3);
  for (let j0 = 0; j0 < columns; j0 += COLUMNS) {
    const nc = min(COLUMNS, columns - j0);
    for (let k0 = 0; k0 < inner; k0 += INNER) {
      const kc = min(INNER, inner - k0);
      const write = mode === OVERWRITE && k0 === 0 ? OVERWRITE : ADD;
      pack(b.at + ((<usize>(k0 * b.row + j0 * b.column)) << 3), b.column, b.row, nc, kc, bPanels);
      for (let i0 = 0; i0 < rows; i0 += ROWS) {
        const mc = min(ROWS, rows - i0);
        if (mode === ADD_UPPER && j0 + nc <= i0) break;
        pack(a.at + ((<usize>(i0 * a.row + k0 * a.column)) << 3), a.row, a.column, mc, kc, aPanels);
        for (let j = 0; j < nc; j += 4) {
          const bPanel = bPanels + ((<usize>(j * kc)) << 3);
          for (let i = 0; i < mc; i += 4) {
            if (mode === ADD_UPPER && j0 + j + 3 < i0 + i) break;
            const to = c + ((<usize>((i0 + i) * ldc + j0 + j)) << 3);
            tile(kc, aPanels + ((<usize>(i * kc)) << 3), bPanel, alpha, to, ldc, write, min(4, mc - i), min(4, nc - j));
          }
        }
      }
    }
  }
}

/** Copies `count` lines of `kc` numbers into panels of four lines, k by k; missing lines become zeros. */
function pack(from: usize, line: i32, step: i32, count: i32, kc: i32, to: usize): void {
  const lineBytes = (<usize>line) << 3;
  const stepBytes = (<usize>step) << 3;
  for (let p = 0; p < count; p += 4) {
    let s = from + <usize>p * lineBytes;
    if (p + 4 > count) {
      packEdge(s, lineBytes, stepBytes, count - p, kc, to);
      return;
    }
    let k = 0;
    if (line === 1) {
      for (; k < kc; k++) {
        v128.store(to, v128.load(s));
        v128.store(to, v128.load(s, 16), 16);
        s += stepBytes;
        to += 32;
      }
      continue;
    }
    const s1 = lineBytes;
    const s2 = lineBytes * 2;
    const s3 = lineBytes * 3;
    if (step === 1) {
      for (; k + 1 < kc; k += 2) {
        const x0 = v128.load(s);
        const x1 = v128.load(s + s1);
        const x2 = v128.load(s + s2);
        const x3 = v128.load(s + s3);
        v128.store(to, v128.shuffle<f64>(x0, x1, 0, 2));
        v128.store(to, v128.shuffle<f64>(x2, x3, 0, 2), 16);
        v128.store(to, v128.shuffle<f64>(x0, x1, 1, 3), 32);
        v128.store(to, v128.shuffle<f64>(x2, x3, 1, 3), 48);
        s += 16;
        to += 64;
      }
    }
    for (; k < kc; k++) {
      store<f64>(to, load<f64>(s));
      store<f64>(to, load<f64>(s + s1), 8);
      store<f64>(to, load<f64>(s + s2), 16);
      store<f64>(to, load<f64>(s + s3), 24);
      s += stepBytes;
      to += 32;
    }
  }
}

function packEdge(from: usize, lineBytes: usize, stepBytes: usize, count: i32, kc: i32, to: usize): void {
  for (let k = 0; k < kc; k++) {
    for (let r = 0; r < 4; r++) {
      store<f64>(to + ((<usize>r) << 3), r < count ? load<f64>(from + <usize>r * lineBytes + <usize>k * stepBytes) : 0);
    }
    to += 32;
  }
}

function madd(a: v128, b: v128, c: v128): v128 {
  if (RELAXED) return f64x2.relaxed_madd(a, b, c);
  return f64x2.add(c, f64x2.mul(a, b));
}

function put(to: usize, value: v128, alpha: v128, mode: i32): void {
  if (mode === OVERWRITE) v128.store(to, f64x2.mul(alpha, value));
  else v128.store(to, madd(alpha, value, v128.load(to)));
}

/** One 4 × 4 tile of C; `height` and `width` say how much of it exists. */
function tile(kc: i32, a: usize, b: usize, alpha: f64, c: usize, ldc: i32, mode: i32, height: i32, width: i32): void {
  let c00 = f64x2.splat(0);
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  let c30 = c00;
  let c31 = c00;
  for (const end = a + ((<usize>kc) << 5); a < end; a += 32) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const a0 = v128.load_splat<f64>(a);
    c00 = madd(a0, b0, c00);
    c01 = madd(a0, b1, c01);
    const a1 = v128.load_splat<f64>(a, 8);
    c10 = madd(a1, b0, c10);
    c11 = madd(a1, b1, c11);
    const a2 = v128.load_splat<f64>(a, 16);
    c20 = madd(a2, b0, c20);
    c21 = madd(a2, b1, c21);
    const a3 = v128.load_splat<f64>(a, 24);
    c30 = madd(a3, b0, c30);
    c31 = madd(a3, b1, c31);
    b += 32;
  }
  const whole = height === 4 && width === 4;
  const row = whole ? (<usize>ldc) << 3 : 32;
  const scale = f64x2.splat(alpha);
  const write = whole ? mode : OVERWRITE;
  let to = whole ? c : TILE;
  put(to, c00, scale, write);
  put(to + 16, c01, scale, write);
  to += row;
  put(to, c10, scale, write);
  put(to + 16, c11, scale, write);
  to += row;
  put(to, c20, scale, write);
  put(to + 16, c21, scale, write);
  to += row;
  put(to, c30, scale, write);
  put(to + 16, c31, scale, write);
  if (whole) return;
  for (let i = 0; i < height; i++) {
    for (let j = 0; j < width; j++) {
      const at = c + ((<usize>(i * ldc + j)) << 3);
      const value = load<f64>(TILE + ((<usize>(4 * i + j)) << 3));
      store<f64>(at, mode === OVERWRITE ? value : load<f64>(at) + value);
    }
  }
}
