// How many pairs of atoms lie in each shell of distance, in one frame. docs/theory/correlations.md (1)–(3)
//
// With w the smallest width of the cell there are three ways, all exact:
//   r_max ≤ w/2              the nearest image by rounding: a difference shorter than w/2 has fractional parts below ½
//   and cell ≥ 4 r_max wide  the same between neighbouring boxes of a grid, so that the work grows with N, not N²
//   r_max > w/2              all images within reach, an atom's own among them

import { type F64, NumericError } from "../base/index.js";
import { type DistanceCounter, makeDistanceCounter } from "../kernels/index.js";
import { type Cell, cellWidths } from "../structure/index.js";

/** Which two groups of atoms; equal numbers mean pairs within a group, each counted once. */
export type GroupPair = readonly [a: number, b: number];

export interface PairCountOptions {
  readonly groups: readonly Int32Array[];
  readonly pairs: readonly GroupPair[];
  /** Å. */
  readonly rMax: number;
  readonly bins: number;
  /** For tests. Default: the kernel where it runs. */
  readonly engine?: "kernel" | "twin";
}

/** [9]: the lower triangle of the cell turned so that a lies along x and b in the xy plane, then 1 or 0 for each periodic axis. */
export function triangleOf(cell: Cell): Float64Array<ArrayBuffer> {
  const [a, b, c] = [0, 3, 6].map((at) => cell.vectors.slice(at, at + 3)) as unknown as [F64, F64, F64];
  const dot = (u: F64, v: F64): number => u[0]! * v[0]! + u[1]! * v[1]! + u[2]! * v[2]!;
  const t00 = Math.sqrt(dot(a, a));
  const t10 = dot(b, a) / t00;
  const across = b.slice().map((x, k) => x - (t10 * a[k]!) / t00);
  const t11 = Math.sqrt(dot(across, across));
  const t20 = dot(c, a) / t00;
  const t21 = dot(c, across) / t11;
  const t22 = cell.volume / (t00 * t11);
  return Float64Array.of(t00, t10, t11, t20, t21, t22, ...cell.periodic.map(Number));
}

export class PairCounts {
  readonly #counter: DistanceCounter;
  readonly #starts: Int32Array; // first point of every group, and the end
  readonly #total: number;

  constructor(private readonly options: PairCountOptions) {
    const { groups, pairs, rMax, bins, engine } = options;
    this.#starts = new Int32Array(groups.length + 1);
    groups.forEach((group, g) => {
      this.#starts[g + 1] = this.#starts[g]! + group.length;
    });
    this.#total = this.#starts[groups.length]!;
    // The second half holds shifted copies.
    this.#counter = makeDistanceCounter({
      points: 2 * this.#total,
      bins,
      histograms: pairs.length,
      scale: bins / rMax,
      ...(engine ? { engine } : {}),
    });
  }

  /** [pairs, bins + 1]: unordered pairs of this frame; the last of each row holds some that are farther. A view. */
  count(positions: F64, cell: Cell, step = 0): Int32Array {
    const { rMax } = this.options;
    const fractional = this.#fractional(positions, cell, step);
    const widths = cellWidths(cell).map((width, k) => (cell.periodic[k] ? width : Number.POSITIVE_INFINITY));
    this.#counter.counts.fill(0);
    const triangle = triangleOf(cell);
    const boxes = widths.map((width) => Math.min(64, Math.floor(width / rMax)));
    if (rMax > 0.5 * Math.min(...widths)) this.#overImages(fractional, triangle, widths);
    else if (boxes.every((n) => n >= 4) && cell.periodic.every(Boolean)) this.#overBoxes(fractional, triangle, boxes);
    else this.#direct(fractional, triangle);
    return this.#counter.counts;
  }

  /** [total, 3] of all groups one after the other, in [0, 1) along periodic axes. */
  #fractional(positions: F64, { inverse, periodic }: Cell, step: number): Float64Array {
    const out = new Float64Array(3 * this.#total);
    let to = 0;
    for (const group of this.options.groups) {
      for (let i = 0; i < group.length; i++) {
        const at = 3 * group[i]!;
        const [x, y, z] = [positions[at]!, positions[at + 1]!, positions[at + 2]!];
        for (let k = 0; k < 3; k++) {
          const s = x * inverse[k]! + y * inverse[3 + k]! + z * inverse[6 + k]!;
          if (!Number.isFinite(s)) throw lostPosition(group[i]!, step);
          out[to++] = periodic[k] ? s - Math.floor(s) : s;
        }
      }
    }
    return out;
  }

  #place(fractional: Float64Array): void {
    const { points, stride } = this.#counter;
    for (let i = 0; i < this.#total; i++) for (let k = 0; k < 3; k++) points[k * stride + i] = fractional[3 * i + k]!;
  }

  #direct(fractional: Float64Array, triangle: Float64Array): void {
    this.#place(fractional);
    this.#counter.setCell(triangle);
    this.options.pairs.forEach(([a, b], histogram) => {
      this.#counter.count({ ...this.#range(a, b), pairs: a === b ? 1 : 0 }, histogram);
    });
  }

  #range(a: number, b: number, shift = 0) {
    const starts = this.#starts;
    return {
      aFrom: starts[a]!,
      aCount: starts[a + 1]! - starts[a]!,
      bFrom: shift + starts[b]!,
      bCount: starts[b + 1]! - starts[b]!,
    };
  }

  /** Both points lie in [0, 1), so that |s_j − s_i + n| width ≤ r_max needs |n| < r_max/width + 1. */
  #overImages(fractional: Float64Array, triangle: Float64Array, widths: readonly number[]): void {
    const { pairs, rMax } = this.options;
    const { points, stride } = this.#counter;
    this.#place(fractional);
    this.#counter.setCell([...triangle.slice(0, 6), 0, 0, 0]);
    const [n0, n1, n2] = widths.map((width) => (Number.isFinite(width) ? Math.floor(rMax / width) + 1 : 0));
    for (let i = -n0!; i <= n0!; i++) {
      for (let j = -n1!; j <= n1!; j++) {
        for (let k = -n2!; k <= n2!; k++) {
          const half = i || j || k; // of the images n and −n of a pair within a group, one is counted
          [i, j, k].forEach((shift, axis) => {
            const row = axis * stride;
            for (let p = 0; p < this.#total; p++) points[row + this.#total + p] = points[row + p]! + shift;
          });
          pairs.forEach(([a, b], histogram) => {
            if (a === b && half < 0) return;
            this.#counter.count({ ...this.#range(a, b, this.#total), pairs: a === b && half === 0 ? 1 : 0 }, histogram);
          });
        }
      }
    }
  }

  /** Points sorted by group and box; a box at least r_max wide sees its 26 neighbours only. */
  #overBoxes(fractional: Float64Array, triangle: Float64Array, boxes: readonly number[]): void {
    const { pairs } = this.options;
    const [n0, n1, n2] = boxes as [number, number, number];
    const count = n0 * n1 * n2;
    const begin = this.#sortIntoBoxes(fractional, [n0, n1, n2]);
    this.#counter.setCell(triangle);
    const near = neighbourOffsets();
    const call = (a: number, b: number, histogram: number, home: number, other: number): void => {
      const [aFrom, bFrom] = [begin[a * count + home]!, begin[b * count + other]!];
      const [aCount, bCount] = [begin[a * count + home + 1]! - aFrom, begin[b * count + other + 1]! - bFrom];
      if (aCount === 0 || bCount === 0) return;
      this.#counter.count({ aFrom, aCount, bFrom, bCount, pairs: a === b && home === other ? 1 : 0 }, histogram);
    };
    for (let home = 0; home < count; home++) {
      const at = [Math.floor(home / (n1 * n2)), Math.floor(home / n2) % n1, home % n2] as const;
      for (const [index, [i, j, k]] of near.entries()) {
        const other = (((at[0] + i + n0) % n0) * n1 + ((at[1] + j + n1) % n1)) * n2 + ((at[2] + k + n2) % n2);
        pairs.forEach(([a, b], histogram) => {
          if (a !== b || index >= 13) call(a, b, histogram, home, other);
        });
      }
    }
  }

  /** First point of every (group, box), and the end. */
  #sortIntoBoxes(fractional: Float64Array, [n0, n1, n2]: readonly [number, number, number]): Int32Array {
    const count = n0 * n1 * n2;
    const { groups } = this.options;
    const { points, stride } = this.#counter;
    const place = new Int32Array(this.#total);
    const begin = new Int32Array(groups.length * count + 1);
    const box = (s: number, n: number): number => Math.min(n - 1, Math.floor(s * n));
    for (let g = 0; g < groups.length; g++) {
      for (let i = this.#starts[g]!; i < this.#starts[g + 1]!; i++) {
        const [x, y, z] = [fractional[3 * i]!, fractional[3 * i + 1]!, fractional[3 * i + 2]!];
        place[i] = g * count + (box(x, n0) * n1 + box(y, n1)) * n2 + box(z, n2);
        begin[place[i]! + 1]!++;
      }
    }
    for (let b = 0; b < groups.length * count; b++) begin[b + 1]! += begin[b]!;
    const next = begin.slice();
    for (let i = 0; i < this.#total; i++) {
      const to = next[place[i]!]!++;
      for (let k = 0; k < 3; k++) points[k * stride + to] = fractional[3 * i + k]!;
    }
    return begin;
  }
}

/** The 27 steps to a box and its neighbours in ascending order: n and −n stand mirrored about the 13th, which is 0. */
function neighbourOffsets(): readonly (readonly [number, number, number])[] {
  return Array.from(
    { length: 27 },
    (_, m) => [Math.floor(m / 9) - 1, (Math.floor(m / 3) % 3) - 1, (m % 3) - 1] as const,
  );
}

export function lostPosition(atom: number, step: number, what = "position"): NumericError {
  return new NumericError(
    `the ${what} of atom ${atom + 1} at step ${step} is not a number`,
    "look at that frame: the run may have blown up, or the file may be damaged",
    { atom, step },
  );
}
