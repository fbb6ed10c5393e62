// Basins of a density on a periodic grid: the places where ions stay, and the borders between them.
//
// Grid points are flooded from the highest down. One without a flooded neighbour (of its 26) is a new peak; one with neighbours joins the basin
// of the highest of them. Where it touches two basins it is the pass between them: they are one when the pass is no lower than `mergeRatio`
// of the lower peak (noise, or an ion that swings in a wide well), or when the peaks are nearer than `closestA`.
//
// The density may be smoothed first, by a Gaussian of standard deviation σ as a Fourier filter exp(−½ σ² |2πG|²): isotropic in any cell.

import { expectShape, type F64, type I32, InputError } from "../base/index.js";
import { planFft3 } from "../numerics/index.js";
import { minimumImage, toCartesian } from "../structure/index.js";
import type { GridField } from "./density-field.js";

export interface BasinOptions {
  /** Standard deviation of the smoothing, Å; 0 for none. Default 0.25. */
  readonly smoothingA?: number;
  /** Passes at least this high, as a fraction x of the lower peak, join two basins: barriers below −k_BT ln x. Default 0.6. */
  readonly mergeRatio?: number;
  /** Peaks nearer than this are one, Å. Default 0.8. */
  readonly closestA?: number;
  /** Points lower than this fraction of the mean density belong to no basin. Default 0.01. */
  readonly floor?: number;
}

export interface Basin {
  /** [3] fractional, in [0,1): centre of what is above half the peak. */
  readonly place: readonly [number, number, number];
  /** 1/Å³, of the smoothed density. */
  readonly peak: number;
  /** Integral of the density (not smoothed) over the basin: mean number of ions in it. */
  readonly ions: number;
  /** Å³ */
  readonly volume: number;
}

export interface Basins {
  /** Fullest first. */
  readonly basins: readonly Basin[];
  /** [n1,n2,n3] basin of each grid point, −1 for none. */
  readonly basinOf: I32;
  /** Mean number of ions that are in no basin. */
  readonly outside: number;
}

export function densityBasins(field: GridField, options: BasinOptions = {}): Basins {
  const { smoothingA = 0.25, mergeRatio = 0.6, closestA = 0.8, floor = 0.01 } = options;
  expectShape("the density", field.values, field.shape);
  if (!(mergeRatio > 0 && mergeRatio <= 1) || !(smoothingA >= 0) || !(closestA >= 0) || !(floor >= 0))
    throw new InputError(
      `smoothing ${smoothingA} Å, merge ratio ${mergeRatio}, closest peaks ${closestA} Å, floor ${floor}`,
      "lengths and floor are 0 or more, the ratio is above 0 and at most 1",
    );
  const smooth = smoothingA > 0 ? smoothed(field, smoothingA) : field.values;
  const flooded = flood({ ...field, values: smooth }, { mergeRatio, closestA, floor });
  return describeBasins(field, smooth, flooded);
}

/** The field convoluted with a Gaussian of standard deviation `sigma`, Å. */
export function smoothed({ cell, shape, values }: GridField, sigma: number): Float64Array {
  const [n1, n2, n3] = shape;
  const data = new Float64Array(2 * values.length);
  for (let i = 0; i < values.length; i++) data[2 * i] = values[i]!;
  const plan = planFft3(shape);
  plan.forward(data);
  const m = cell.inverse;
  const whole = (i: number, n: number): number => (2 * i > n ? i - n : i);
  for (let i = 0; i < n1; i++) {
    for (let j = 0; j < n2; j++) {
      for (let k = 0; k < n3; k++) {
        const [h, l, q] = [whole(i, n1), whole(j, n2), whole(k, n3)];
        // G = inverse · h: the columns of the inverse are the reciprocal vectors.
        const g = (row: number): number => m[3 * row]! * h + m[3 * row + 1]! * l + m[3 * row + 2]! * q;
        const squared = (2 * Math.PI) ** 2 * (g(0) ** 2 + g(1) ** 2 + g(2) ** 2);
        const factor = Math.exp(-0.5 * sigma * sigma * squared);
        const at = 2 * ((i * n2 + j) * n3 + k);
        data[at]! *= factor;
        data[at + 1]! *= factor;
      }
    }
  }
  plan.inverse(data);
  return Float64Array.from({ length: values.length }, (_, i) => data[2 * i]!);
}

interface Flooded {
  /** [points] first point of the basin, its peak; −1 for none. */
  readonly peakOf: Int32Array;
}

function flood(
  { cell, shape, values }: GridField,
  { mergeRatio, closestA, floor }: { readonly mergeRatio: number; readonly closestA: number; readonly floor: number },
): Flooded {
  const total = values.length;
  let mean = 0;
  for (let i = 0; i < total; i++) mean += values[i]! / total;
  const lowest = floor * mean;
  const order = Int32Array.from({ length: total }, (_, i) => i).filter((i) => values[i]! > lowest);
  order.sort((a, b) => values[b]! - values[a]! || a - b);
  // Union and find over peaks; the root of a basin is its highest point.
  const parent = new Int32Array(total).fill(-1);
  const root = (i: number): number => {
    while (parent[i] !== i) i = parent[i] = parent[parent[i]!]!;
    return i;
  };
  const placeOf = (i: number): number[] => {
    const [, n2, n3] = shape;
    return [Math.floor(i / (n2 * n3)) / shape[0], (Math.floor(i / n3) % n2) / n2, (i % n3) / n3];
  };
  const apart = (a: number, b: number): number => {
    const [s, t] = [placeOf(a), placeOf(b)];
    return Math.hypot(
      ...minimumImage(
        cell,
        toCartesian(
          cell,
          Float64Array.from(s, (x, k) => x - t[k]!),
        ),
      ),
    );
  };
  for (const point of order) {
    const touched: number[] = [];
    let highest = -1;
    eachNeighbor(point, shape, (next) => {
      if (parent[next]! < 0) return;
      const basin = root(next);
      if (!touched.includes(basin)) touched.push(basin);
      if (highest < 0 || values[next]! > values[highest]!) highest = next;
    });
    if (highest < 0) {
      parent[point] = point;
      continue;
    }
    parent[point] = root(highest);
    touched.sort((a, b) => values[b]! - values[a]! || a - b);
    for (let k = 1; k < touched.length; k++) {
      const low = touched[k]!;
      const into = touched
        .slice(0, k)
        .map(root)
        .find((high) => values[point]! >= mergeRatio * values[low]! || apart(high, low) < closestA);
      if (into !== undefined && into !== root(low)) parent[low] = into;
    }
  }
  return { peakOf: Int32Array.from({ length: total }, (_, i) => (parent[i]! < 0 ? -1 : root(i))) };
}

function eachNeighbor(point: number, [n1, n2, n3]: readonly [number, number, number], take: (next: number) => void) {
  const i = Math.floor(point / (n2 * n3));
  const j = Math.floor(point / n3) % n2;
  const k = point % n3;
  for (let a = -1; a <= 1; a++) {
    const u = (i + a + n1) % n1;
    for (let b = -1; b <= 1; b++) {
      const v = (j + b + n2) % n2;
      for (let c = -1; c <= 1; c++) {
        const next = (u * n2 + v) * n3 + ((k + c + n3) % n3);
        if (next !== point) take(next);
      }
    }
  }
}

function describeBasins({ cell, shape, values }: GridField, smooth: F64, { peakOf }: Flooded): Basins {
  const [n1, n2, n3] = shape;
  const box = cell.volume / values.length;
  const found = new Map<number, { ions: number; points: number; weight: number; sums: number[] }>();
  let outside = 0;
  for (let point = 0; point < values.length; point++) {
    const peak = peakOf[point]!;
    if (peak < 0) {
      outside += values[point]! * box;
      continue;
    }
    let basin = found.get(peak);
    if (!basin) {
      basin = { ions: 0, points: 0, weight: 0, sums: [0, 0, 0] };
      found.set(peak, basin);
    }
    basin.ions += values[point]! * box;
    basin.points++;
    const height = smooth[point]!;
    if (height < 0.5 * smooth[peak]!) continue;
    const steps = [
      (Math.floor(point / (n2 * n3)) - Math.floor(peak / (n2 * n3))) / n1,
      ((Math.floor(point / n3) % n2) - (Math.floor(peak / n3) % n2)) / n2,
      ((point % n3) - (peak % n3)) / n3,
    ];
    basin.weight += height;
    for (const [k, step] of steps.entries()) basin.sums[k]! += height * (step - Math.round(step));
  }
  const order = [...found].sort(([p, a], [q, b]) => b.ions - a.ions || p - q);
  const indexOf = new Map(order.map(([peak], index) => [peak, index]));
  const basins = order.map(([peak, { ions, points, weight, sums }]): Basin => {
    const start = [Math.floor(peak / (n2 * n3)) / n1, (Math.floor(peak / n3) % n2) / n2, (peak % n3) / n3];
    const place = start.map((s, k) => {
      const moved = s + sums[k]! / weight;
      const inside = moved - Math.floor(moved);
      return inside >= 1 ? 0 : inside;
    });
    return {
      place: [place[0]!, place[1]!, place[2]!],
      peak: smooth[peak]!,
      ions,
      volume: points * box,
    };
  });
  return { basins, basinOf: peakOf.map((peak) => (peak < 0 ? -1 : indexOf.get(peak)!)), outside };
}
