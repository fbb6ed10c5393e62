// Histograms of distances between points of a periodic cell, by WebAssembly where the machine has SIMD and by the twin elsewhere.

import { Arena, type Pointer } from "./arena.js";
import { kernelsRunHere } from "./load.js";
import { countDistancesTwin, type DistanceCall, type DistanceSetting } from "./twins/correlate.js";
import * as source from "./wasm/correlate.js";

export type { DistanceCall };

/** A session: points and counts live in its memory. */
export interface DistanceCounter {
  /** [3, stride] fractional: all x, then all y, then all z. The last of every row is not for use. */
  readonly points: Float64Array;
  readonly stride: number;
  /** [histograms, bins + 1]; the last of every row counts what is farther. */
  readonly counts: Int32Array;
  /** The cell as [9] lower triangle and periodicity (see triangleOf in src/transport). */
  setCell(cell: ArrayLike<number>): void;
  /** Adds the distances of some points to one histogram. */
  count(call: DistanceCall, histogram: number): void;
}

export interface DistanceCounterOptions {
  readonly points: number;
  readonly bins: number;
  readonly histograms: number;
  /** Bins per Å. */
  readonly scale: number;
  /** "twin" for the plain one. Default: the kernel where it runs. */
  readonly engine?: "kernel" | "twin";
}

interface Exports {
  countDistances(
    a: Pointer,
    aCount: number,
    b: Pointer,
    bCount: number,
    stride: number,
    cell: Pointer,
    scale: number,
    bins: number,
    counts: Pointer,
    pairs: number,
  ): void;
}

export function makeDistanceCounter(options: DistanceCounterOptions): DistanceCounter {
  const { engine = kernelsRunHere(source) ? "kernel" : "twin" } = options;
  return engine === "kernel" ? kernelCounter(options) : twinCounter(options);
}

function kernelCounter({ points, bins, histograms, scale }: DistanceCounterOptions): DistanceCounter {
  const arena = new Arena<Exports>(source);
  const stride = points + 1;
  const size = histograms * (bins + 1);
  const [pointsAt, countsAt, cellAt] = [arena.allocateF64(3 * stride), arena.allocateI32(size), arena.allocateF64(9)];
  const cell = arena.f64(cellAt, 9);
  return {
    points: arena.f64(pointsAt, 3 * stride),
    stride,
    counts: arena.i32(countsAt, size),
    setCell: (given) => cell.set(given),
    count({ aFrom, aCount, bFrom, bCount, pairs }, histogram) {
      const [a, b] = [pointsAt + 8 * aFrom, pointsAt + 8 * bFrom];
      const counts = countsAt + 4 * histogram * (bins + 1);
      arena.exports.countDistances(a, aCount, b, bCount, stride, cellAt, scale, bins, counts, pairs);
    },
  };
}

function twinCounter({ points, bins, histograms, scale }: DistanceCounterOptions): DistanceCounter {
  const stride = points + 1;
  const coordinates = new Float64Array(3 * stride);
  const counts = new Int32Array(histograms * (bins + 1));
  const setting: DistanceSetting = { cell: new Float64Array(9), scale, bins };
  return {
    points: coordinates,
    stride,
    counts,
    setCell: (given) => setting.cell.set(given),
    count(call, histogram) {
      const from = histogram * (bins + 1);
      countDistancesTwin(coordinates, counts.subarray(from, from + bins + 1), { ...call, ...setting });
    },
  };
}
