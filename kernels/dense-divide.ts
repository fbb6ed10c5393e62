// Eigenpairs of a symmetric tridiagonal matrix by divide and conquer (Cuppen, 10.1007/BF01396757; Gu and Eisenstat,
// 10.1137/S0895479892241287):
//
//   T = diag(T₁, T₂) + ρ u uᵀ        u = (0 … 1, ±1 … 0), ρ = |e| at the cut
//     = Y (D + ρ z zᵀ) Yᵀ            D, Y of both halves, z the last row of Y₁ beside the first of Y₂
//
// Entries with ρ|z| below rounding, and one of two equal d after a rotation, are eigenpairs already (deflation). For the others
// the secular equation is solved (dense-secular.ts) and the new vectors are combined from the old ones (dense-combine.ts).
// Vectors are rows: row k of a block is vector k.

import { combine } from "./dense-combine";
import { gemm, left, OVERWRITE, right } from "./dense-gemm";
import { diagonalise, rotate } from "./dense-ql";
import { secularRoot } from "./dense-secular";
import { at } from "./dense-vector";

const LEAF: i32 = 32; // below this QL is faster
const EPSILON: f64 = 1.1102230246251565e-16;

// Whether a row of the undivided block reaches into the first half, both, or the second.
const FIRST: i32 = 0;
const BOTH: i32 = 1;
const SECOND: i32 = 2;

// Set once per call of `divideAndConquer`.
let size: i32 = 0; // n
let d: usize = 0; // [n]
let e: usize = 0; // [n]
let vectors: usize = 0; // [n,n]
let order: usize = 0; // [n] i32: ascending order of the values of each finished block, relative to its start
let combination: usize = 0; // [n,n] differences δ, then coefficients of the new vectors
let kept: usize = 0; // [n,n] copies of the old vectors
let z: usize = 0; // [n]
let poles: usize = 0; // [n] d of what is not deflated, ascending
let weights: usize = 0; // [n] z of the same
let refined: usize = 0; // [n] ẑ
let line: usize = 0; // [n]
let source: usize = 0; // [n] i32: row of pole j
let place: usize = 0; // [n] i32: column of pole j, poles grouped by kind
let kind: usize = 0; // [n] i32
let deflated: usize = 0; // [n] i32
let merged: usize = 0; // [n] i32
let scratch: usize = 0;

function i32at(base: usize, i: i32): i32 {
  return load<i32>(base + ((<usize>i) << 2));
}
function put(base: usize, i: i32, value: i32): void {
  store<i32>(base + ((<usize>i) << 2), value);
}

/** Bytes of work space besides two [n,n] arrays. */
export function divideBytes(n: i32): usize {
  return <usize>n * (5 * 8 + 6 * 4) + 128;
}

/**
 * Replaces the diagonal by the eigenvalues and `z0` [n,n] by the vectors as rows; the ascending order of both goes to `order0`.
 * The off-diagonal is used up; `square1` and `square2` are [n,n] work. False when a leaf stalls.
 */
export function divideAndConquer(
  n: i32,
  d0: usize,
  e0: usize,
  z0: usize,
  order0: usize,
  square1: usize,
  square2: usize,
  work: usize,
  gemmWork: usize,
): bool {
  size = n;
  d = d0;
  e = e0;
  vectors = z0;
  order = order0;
  combination = square1;
  kept = square2;
  const bytes = (<usize>n) << 3;
  z = work;
  poles = z + bytes;
  weights = poles + bytes;
  refined = weights + bytes;
  line = refined + bytes;
  source = line + bytes;
  const ints = (<usize>n) << 2;
  place = source + ints;
  kind = place + ints;
  deflated = kind + ints;
  merged = deflated + ints;
  scratch = gemmWork;
  memory.fill(vectors, 0, (<usize>n * <usize>n) << 3);
  return solve(0, n);
}

function solve(low: i32, high: i32): bool {
  const n = high - low;
  if (n <= LEAF) return leaf(low, n);
  const middle = low + (n >> 1);
  const coupling = load<f64>(at(e, middle - 1));
  const rho = abs(coupling);
  store<f64>(at(d, middle - 1), load<f64>(at(d, middle - 1)) - rho);
  store<f64>(at(d, middle), load<f64>(at(d, middle)) - rho);
  if (!solve(low, middle) || !solve(middle, high)) return false;
  merge(low, middle, high, coupling);
  return true;
}

function leaf(low: i32, n: i32): bool {
  const block = at(vectors, low * size + low);
  for (let i = 0; i < n; i++) store<f64>(at(block, i * size + i), 1);
  store<f64>(at(e, low + n - 1), 0);
  if (!diagonalise(at(d, low), at(e, low), n, block, size, n)) return false;
  for (let i = 0; i < n; i++) insertAscending(low, i, low);
  return true;
}

/** Inserts entry `i` into the ascending list of the `i` entries before it. */
function insertAscending(list: i32, i: i32, base: i32): void {
  const value = load<f64>(at(d, base + i));
  let j = i;
  for (; j > 0 && load<f64>(at(d, base + i32at(order, list + j - 1))) > value; j--)
    put(order, list + j, i32at(order, list + j - 1));
  put(order, list + j, i);
}

/** Ascending order of two ascending halves, relative to `low`, into `merged`. */
function mergeHalves(low: i32, middle: i32, high: i32): void {
  let a = low;
  let b = middle;
  const shift = middle - low;
  for (let k = 0; k < high - low; k++) {
    const fromFirst =
      b >= high ||
      (a < middle && load<f64>(at(d, low + i32at(order, a))) <= load<f64>(at(d, middle + i32at(order, b))));
    if (fromFirst) put(merged, k, i32at(order, a++));
    else put(merged, k, shift + i32at(order, b++));
  }
}

function merge(low: i32, middle: i32, high: i32, coupling: f64): void {
  const n = high - low;
  const half = middle - low;
  const sign: f64 = coupling < 0 ? -1 : 1;
  const rootHalf = sqrt<f64>(0.5);
  let largest: f64 = 0;
  let largestWeight: f64 = 0;
  for (let k = 0; k < n; k++) {
    const element = load<f64>(at(vectors, (low + k) * size + (k < half ? middle - 1 : middle)));
    const weight = rootHalf * (k < half ? element : sign * element);
    store<f64>(at(z, k), weight);
    put(kind, k, k < half ? FIRST : SECOND);
    largestWeight = max(largestWeight, abs(weight));
    largest = max(largest, abs(load<f64>(at(d, low + k))));
  }
  mergeHalves(low, middle, high);
  const rho = 2 * abs(coupling);
  const tolerance = 8 * EPSILON * max(largest, largestWeight);
  const k = rho * largestWeight <= tolerance ? 0 : deflate(low, n, rho, tolerance);
  if (k === 0) {
    for (let i = 0; i < n; i++) put(order, low + i, i32at(merged, i));
    return;
  }
  const firsts = group(k);
  keepRows(low, middle, high, k);
  for (let j = 0; j < k; j++) {
    const value = k === 1 ? soleRoot(rho) : secularRoot(poles, weights, k, rho, j, at(combination, j * k));
    store<f64>(at(d, low + j), value);
  }
  combine(k, combination, poles, weights, place, refined, line);
  updateVectors(low, middle, high, k, firsts);
  finishOrder(low, n, k);
}

/** Splits the entries into poles (`poles`, `weights`, `source`) and `deflated`; returns the number of poles. */
function deflate(low: i32, n: i32, rho: f64, tolerance: f64): i32 {
  let k = 0;
  let gone = 0;
  let candidate = -1;
  for (let m = 0; m < n; m++) {
    const next = i32at(merged, m);
    if (rho * abs(load<f64>(at(z, next))) <= tolerance) {
      put(deflated, gone++, next);
      continue;
    }
    if (candidate < 0) {
      candidate = next;
      continue;
    }
    const zc = load<f64>(at(z, candidate));
    const zn = load<f64>(at(z, next));
    const length = sqrt<f64>(zc * zc + zn * zn);
    const c = zn / length;
    const s = -zc / length;
    const dc = load<f64>(at(d, low + candidate));
    const dn = load<f64>(at(d, low + next));
    if (abs((dn - dc) * c * s) <= tolerance) {
      // A rotation of the two moves all weight to one of them; the other is an eigenvector within rounding.
      store<f64>(at(z, next), length);
      if (i32at(kind, next) !== i32at(kind, candidate)) put(kind, next, BOTH);
      rotate(at(vectors, (low + candidate) * size + low), at(vectors, (low + next) * size + low), c, s, n);
      store<f64>(at(d, low + next), dc * s * s + dn * c * c);
      store<f64>(at(d, low + candidate), dc * c * c + dn * s * s);
      put(deflated, gone++, candidate);
    } else {
      put(source, k++, candidate);
    }
    candidate = next;
  }
  if (candidate >= 0) put(source, k++, candidate);
  for (let j = 0; j < k; j++) {
    const row = i32at(source, j);
    store<f64>(at(poles, j), load<f64>(at(d, low + row)));
    store<f64>(at(weights, j), load<f64>(at(z, row)));
  }
  return k;
}

/** Gives each pole its column: those of the first half, then both, then the second. Returns how many are of the first only. */
function group(k: i32): i32 {
  let next = 0;
  let firsts = 0;
  for (let which = FIRST; which <= SECOND; which++) {
    for (let j = 0; j < k; j++) if (i32at(kind, i32at(source, j)) === which) put(place, j, next++);
    if (which === FIRST) firsts = next;
  }
  return firsts;
}

/**
 * Copies the old vectors out of the way, each half where it is not zero: poles of the first half or both [n12, half], poles of
 * both or the second [n23, n − half], deflated rows whole. Their d goes to `z`, which is no longer needed.
 */
function keepRows(low: i32, middle: i32, high: i32, k: i32): void {
  const n = high - low;
  const half = middle - low;
  const rest = n - half;
  const firsts = countKind(k, FIRST);
  const seconds = countKind(k, SECOND);
  const lower = at(kept, (k - seconds) * half);
  const whole = at(lower, (k - firsts) * rest);
  for (let j = 0; j < k; j++) {
    const row = i32at(source, j);
    const column = i32at(place, j);
    const from = at(vectors, (low + row) * size + low);
    if (column < k - seconds) memory.copy(at(kept, column * half), from, (<usize>half) << 3);
    if (column >= firsts) memory.copy(at(lower, (column - firsts) * rest), at(from, half), (<usize>rest) << 3);
  }
  for (let g = 0; g < n - k; g++) {
    const row = low + i32at(deflated, g);
    memory.copy(at(whole, g * n), at(vectors, row * size + low), (<usize>n) << 3);
    store<f64>(at(z, g), load<f64>(at(d, row)));
  }
}

function countKind(k: i32, which: i32): i32 {
  let count = 0;
  for (let j = 0; j < k; j++) if (i32at(kind, i32at(source, j)) === which) count++;
  return count;
}

/** One pole: λ = d + ρ z². */
function soleRoot(rho: f64): f64 {
  const weight = load<f64>(weights);
  store<f64>(combination, -1);
  return load<f64>(poles) + rho * weight * weight;
}

/** The new vectors, as combinations of the kept ones; deflated ones come behind them. */
function updateVectors(low: i32, middle: i32, high: i32, k: i32, firsts: i32): void {
  const n = high - low;
  const half = middle - low;
  const rest = n - half;
  const upto = k - countKind(k, SECOND);
  const lower = at(kept, upto * half);
  const whole = at(lower, (k - firsts) * rest);
  const to = at(vectors, low * size + low);
  if (upto === 0 || firsts === k) for (let i = 0; i < k; i++) memory.fill(at(to, i * size), 0, (<usize>n) << 3);
  left(combination, k, 1);
  right(kept, half, 1);
  gemm(k, half, upto, 1, to, size, OVERWRITE, scratch);
  left(at(combination, firsts), k, 1);
  right(lower, rest, 1);
  gemm(k, rest, k - firsts, 1, at(to, half), size, OVERWRITE, scratch);
  for (let g = 0; g < n - k; g++) {
    memory.copy(at(to, (k + g) * size), at(whole, g * n), (<usize>n) << 3);
    store<f64>(at(d, low + k + g), load<f64>(at(z, g)));
  }
}

/** The roots are ascending; the deflated values are put in their places. */
function finishOrder(low: i32, n: i32, k: i32): void {
  for (let i = 0; i < k; i++) put(order, low + i, i);
  for (let i = k; i < n; i++) insertAscending(low, i, low);
}
