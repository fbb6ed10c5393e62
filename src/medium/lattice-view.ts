// What a window of atoms does during one stride of a lattice flight:
//
//   u(t+s) = Σ_k l_k(s) A^k u(t) + l_k(τ−s) A^k u(t+τ)
//
// from powers at both ends, which are looked up once per stride and cell of the ion.

import type { Pointer } from "../kernels/index.js";
import type { LatticeBox } from "./lattice-box.js";
import type { LatticeFields } from "./lattice-fields.js";
import { type BandFit, strideFunctions } from "./lattice-polynomials.js";
import type { Window } from "./model.js";
import { wrap } from "./thermal-modes.js";

export interface LatticeView {
  /** Finds what `sample` needs for the window's atoms in the present stride when the ion is in `cell` [3]. */
  look(cell: ArrayLike<number>): void;
  /** Displacements (Å) and, if given, velocities (Å/fs) of the window's atoms, [n,3], `timeFs` after the stride began. */
  sample(timeFs: number, displacements: Float64Array, velocities?: Float64Array): void;
}

/** Where the powers at both ends are: addresses of whole fields. */
export interface StrideEnds {
  /** u(t), A u(t), …, A^order u(t). */
  leftPower(power: number): Pointer;
  readonly right: Pointer;
}

export function latticeView(
  fields: LatticeFields,
  window: Window,
  parts: { readonly box: LatticeBox; readonly ends: StrideEnds; readonly weights: WeightTable; readonly order: number },
): LatticeView {
  const { heap, layout, cells } = fields;
  const { box, ends, weights, order } = parts;
  const { lowest } = windowBounds(window);
  const n = window.count;
  const size = 3 * n;
  const left = new Float64Array((order + 1) * size);
  const right = new Float64Array((order + 1) * size);
  const corner = new Int32Array(3);
  const apart = layout.component / 8;
  return {
    look(cell) {
      const memory = heap.whole();
      for (let axis = 0; axis < 3; axis++) corner[axis] = cell[axis]! + lowest[axis]!;
      for (let j = 0; j < n; j++) {
        const n1 = wrap(cell[0]! + window.sites[4 * j]!, cells);
        const n2 = wrap(cell[1]! + window.sites[4 * j + 1]!, cells);
        const n3 = wrap(cell[2]! + window.sites[4 * j + 2]!, cells);
        for (let k = 0; k <= order; k++) {
          const place = fields.place(ends.leftPower(k), n1, n2, n3);
          for (let a = 0; a < 3; a++) left[k * size + 3 * j + a] = memory[place + a * apart]!;
        }
      }
      box.powers(ends.right, corner, (k) => {
        for (let j = 0; j < n; j++) {
          const place = box.inside(
            k,
            window.sites[4 * j]! - lowest[0]!,
            window.sites[4 * j + 1]! - lowest[1]!,
            window.sites[4 * j + 2]! - lowest[2]!,
          );
          for (let a = 0; a < 3; a++) right[k * size + 3 * j + a] = memory[place + a * box.apart]!;
        }
      });
    },
    sample(timeFs, displacements, velocities) {
      const w = weights(timeFs);
      combine(left, right, w.left, w.right, displacements);
      if (velocities) combine(left, right, w.leftRate, w.rightRate, velocities);
    },
  };
}

/** out = Σ_k l_k left_k + r_k right_k */
function combine(left: Float64Array, right: Float64Array, l: Float64Array, r: Float64Array, out: Float64Array): void {
  const size = left.length / l.length;
  const [l0, r0] = [l[0]!, r[0]!];
  for (let i = 0; i < size; i++) out[i] = l0 * left[i]! + r0 * right[i]!;
  for (let k = 1; k < l.length; k++) {
    const [lk, rk] = [l[k]!, r[k]!];
    const start = k * size;
    for (let i = 0; i < size; i++) out[i]! += lk * left[start + i]! + rk * right[start + i]!;
  }
}

export interface TimeWeights {
  readonly left: Float64Array;
  readonly right: Float64Array;
  readonly leftRate: Float64Array;
  readonly rightRate: Float64Array;
}

export type WeightTable = (timeFs: number) => TimeWeights;

const KEPT_TIMES = 4096;
/** Keys are whole numbers of 1e-6 fs: times of a run repeat every stride but for rounding. */
const KEYS_PER_FS = 1e6;

/** Weights of the powers at both ends for a time of the stride; the times of a run repeat every stride, so they are kept. */
export function weightTable(band: BandFit, strideFs: number): WeightTable {
  const fitted = (f: (omega: number) => number): Float64Array => {
    const out = new Float64Array(band.order + 1);
    band.fit(f, out);
    return out;
  };
  return keep((timeFs) => ({
    left: fitted((omega) => strideFunctions.left(omega, strideFs, timeFs)),
    right: fitted((omega) => strideFunctions.left(omega, strideFs, strideFs - timeFs)),
    leftRate: fitted((omega) => strideFunctions.leftRate(omega, strideFs, timeFs)),
    rightRate: fitted((omega) => -strideFunctions.leftRate(omega, strideFs, strideFs - timeFs)),
  }));
}

/** Remembers a function of time. */
export function keep<T>(make: (timeFs: number) => T): (timeFs: number) => T {
  const kept = new Map<number, T>();
  return (timeFs) => {
    const key = Math.round(timeFs * KEYS_PER_FS);
    const known = kept.get(key);
    if (known !== undefined) return known;
    const value = make(timeFs);
    if (kept.size < KEPT_TIMES) kept.set(key, value);
    return value;
  };
}

export interface WindowBounds {
  readonly lowest: Int32Array; // [3] cells from the ion's
  readonly extent: readonly [number, number, number];
}

export function windowBounds(window: Window): WindowBounds {
  const lowest = new Int32Array(3).fill(2 ** 30);
  const highest = new Int32Array(3).fill(-(2 ** 30));
  for (let j = 0; j < window.count; j++) {
    for (let axis = 0; axis < 3; axis++) {
      lowest[axis] = Math.min(lowest[axis]!, window.sites[4 * j + axis]!);
      highest[axis] = Math.max(highest[axis]!, window.sites[4 * j + axis]!);
    }
  }
  const extent = [0, 1, 2].map((axis) => highest[axis]! - lowest[axis]! + 1);
  return { lowest, extent: extent as [number, number, number] };
}
