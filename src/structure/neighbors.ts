// Neighbours within a cut-off under periodic boundaries: linked cells, any cell shape, any number of images.
//
// Atoms are binned by wrapped fractional coordinate; a bin of thickness t along an axis sees the bins up to floor(r/t)+1 away,
// counted through the boundary as often as needed, so a cut-off longer than the cell is no special case.
// Pair vector: d = x_j − x_i + shift · vectors with the positions as given, wrapped or not.

import { type F64, type I32, InputError } from "../base/index.js";
import { type Cell, cellWidths, toFractional } from "./cell.js";
import { atomCount, type Crystal } from "./crystal.js";

export interface NeighborList {
  /** Å: pairs up to here belong to the physics. */
  readonly cutoff: number;
  /** Å: pairs up to cutoff + skin are listed. */
  readonly skin: number;
  /** [n+1] pairs of atom i are first[i] … first[i+1]−1, nearest first. */
  readonly first: I32;
  /** [m] neighbour j of each pair; every pair stands twice, as i→j and j→i. */
  readonly atom: I32;
  /** [m,3] lattice translation of j, integers. */
  readonly shift: I32;
  /** [m] Å. */
  readonly distance: F64;
  /** [m,3] Å, from i to the image of j. */
  readonly vector: F64;
}

export interface NeighborOptions {
  /** Å listed beyond the cut-off, so that the list stays complete until an atom has moved skin/2. Default 0. */
  readonly skin?: number;
}

/**
 * All neighbours of all atoms up to `cutoff` (+ skin) Å, both directions, nearest first; distances equal to 10⁻⁹ Å are ordered by
 * atom and shift. Two atoms on one spot are neighbours at distance 0.
 */
export function findNeighbors(crystal: Crystal, cutoff: number, options: NeighborOptions = {}): NeighborList {
  return neighborsOfPoints(crystal.cell, crystal.positions, cutoff, options);
}

/** Like findNeighbors, for bare points [n,3] Å. */
export function neighborsOfPoints(
  cell: Cell,
  points: F64,
  cutoff: number,
  { skin = 0 }: NeighborOptions = {},
): NeighborList {
  if (!(cutoff > 0 && Number.isFinite(cutoff)))
    throw new InputError(`the cut-off is a positive length, got ${cutoff} Å`, "try 5 Å");
  if (!(skin >= 0 && Number.isFinite(skin)))
    throw new InputError(`the skin is a length, got ${skin} Å`, "0.5 to 2 Å is usual");
  const bins = binPoints(cell, points, cutoff + skin);
  const pairs = new PairBuffer();
  const n = points.length / 3;
  const first = new Int32Array(n + 1);
  for (let i = 0; i < n; i++) {
    collectAround(i, { cell, points, bins, reach: cutoff + skin }, pairs);
    first[i + 1] = pairs.length;
  }
  return { cutoff, skin, first, ...pairs.sorted(first) };
}

/** True when an atom has moved more than skin/2 since the list was made, so that pairs may be missing. */
export function isStale(list: NeighborList, madeAt: F64, now: F64): boolean {
  const limit = (list.skin / 2) ** 2;
  for (let i = 0; i < now.length; i += 3) {
    const squared =
      (now[i]! - madeAt[i]!) ** 2 + (now[i + 1]! - madeAt[i + 1]!) ** 2 + (now[i + 2]! - madeAt[i + 2]!) ** 2;
    if (squared > limit) return true;
  }
  return false;
}

/** The same list by trying every pair and every image that could be near: the slow twin the fast one is tested against. */
export function findNeighborsBruteForce(
  crystal: Crystal,
  cutoff: number,
  { skin = 0 }: NeighborOptions = {},
): NeighborList {
  const { cell, positions } = crystal;
  const n = atomCount(crystal);
  const reach = cutoff + skin;
  const s = toFractional(cell, positions);
  const widths = cellWidths(cell);
  const pairs = new PairBuffer();
  const first = new Int32Array(n + 1);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      // |s_j + shift − s_i| · width is a lower bound of the distance, along each axis.
      const ranges = [0, 1, 2].map((k) => {
        const difference = s[3 * j + k]! - s[3 * i + k]!;
        const span = reach / widths[k]! + 1e-9;
        return cell.periodic[k] ? [Math.ceil(-span - difference), Math.floor(span - difference)] : [0, 0];
      }) as [number, number][];
      for (let a = ranges[0]![0]; a <= ranges[0]![1]; a++) {
        for (let b = ranges[1]![0]; b <= ranges[1]![1]; b++) {
          for (let c = ranges[2]![0]; c <= ranges[2]![1]; c++)
            pairs.tryPair({ cell, points: positions, reach }, [i, j, a, b, c]);
        }
      }
    }
    first[i + 1] = pairs.length;
  }
  return { cutoff, skin, first, ...pairs.sorted(first) };
}

interface Bins {
  /** Bins along each axis. */
  readonly counts: readonly [number, number, number];
  /** How many bins away a neighbour can be, along each axis. */
  readonly range: readonly [number, number, number];
  /** [n,3] bin of each point. */
  readonly binOf: Int32Array;
  /** [n,3] lattice translation that wraps each point into the cell (subtracted from its fractional coordinates). */
  readonly wrapped: Int32Array;
  /** Points of bin b: order[start[b]] … order[start[b+1]−1]. */
  readonly start: Int32Array;
  readonly order: Int32Array;
}

function binPoints(cell: Cell, points: F64, reach: number): Bins {
  const n = points.length / 3;
  const s = toFractional(cell, points);
  const widths = cellWidths(cell);
  const wrapped = new Int32Array(3 * n);
  const binOf = new Int32Array(3 * n);
  const counts = [1, 1, 1] as [number, number, number];
  const range = [0, 0, 0] as [number, number, number];
  for (let k = 0; k < 3; k++) {
    const { low, extent } = spanOf(s, k, cell.periodic[k]!);
    // About one point per bin at most: more bins than points only cost memory.
    const most = Math.max(1, Math.ceil(2 * Math.cbrt(n)));
    counts[k] = Math.min(most, Math.max(1, Math.floor((extent * widths[k]!) / reach)));
    const thickness = (extent * widths[k]!) / counts[k]!;
    const seen = Math.floor(reach / thickness + 1e-9) + 1;
    range[k] = cell.periodic[k] ? seen : Math.min(seen, counts[k]! - 1);
    for (let i = 0; i < n; i++) {
      const whole = cell.periodic[k] ? Math.floor(s[3 * i + k]!) : 0;
      wrapped[3 * i + k] = whole;
      const position = (s[3 * i + k]! - whole - low) / extent;
      binOf[3 * i + k] = Math.min(counts[k]! - 1, Math.floor(position * counts[k]!));
    }
  }
  const total = counts[0] * counts[1] * counts[2];
  const start = new Int32Array(total + 1);
  const flat = Int32Array.from(
    { length: n },
    (_, i) => (binOf[3 * i]! * counts[1] + binOf[3 * i + 1]!) * counts[2] + binOf[3 * i + 2]!,
  );
  for (const bin of flat) start[bin + 1]! += 1;
  for (let b = 0; b < total; b++) start[b + 1]! += start[b]!;
  const next = start.slice();
  const order = new Int32Array(n);
  for (let i = 0; i < n; i++) order[next[flat[i]!]!++] = i;
  return { counts, range, binOf, wrapped, start, order };
}

/** What the bins of one axis cover: the cell where it is periodic, the points themselves where not. */
function spanOf(s: F64, axis: number, periodic: boolean): { low: number; extent: number } {
  if (periodic) return { low: 0, extent: 1 };
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = axis; i < s.length; i += 3) {
    low = Math.min(low, s[i]!);
    high = Math.max(high, s[i]!);
  }
  return { low, extent: Math.max(high - low, 1e-6) };
}

interface Search {
  readonly cell: Cell;
  readonly points: F64;
  readonly bins: Bins;
  readonly reach: number;
}

function collectAround(i: number, search: Search, pairs: PairBuffer): void {
  const { counts, range, binOf, wrapped, start, order } = search.bins;
  const window = [0, 1, 2].map((k) => {
    const centre = binOf[3 * i + k]!;
    const all = [];
    for (let b = centre - range[k]!; b <= centre + range[k]!; b++) {
      const turns = Math.floor(b / counts[k]!);
      if (turns === 0 || search.cell.periodic[k]) all.push([b - turns * counts[k]!, turns] as const);
    }
    return all;
  });
  for (const [bx, tx] of window[0]!) {
    for (const [by, ty] of window[1]!) {
      for (const [bz, tz] of window[2]!) {
        const bin = (bx * counts[1] + by) * counts[2] + bz;
        for (let at = start[bin]!; at < start[bin + 1]!; at++) {
          const j = order[at]!;
          // Wrapped coordinates differ from the given ones by whole cells; the shift refers to the given ones.
          const a = tx + wrapped[3 * i]! - wrapped[3 * j]!;
          const b = ty + wrapped[3 * i + 1]! - wrapped[3 * j + 1]!;
          const c = tz + wrapped[3 * i + 2]! - wrapped[3 * j + 2]!;
          pairs.tryPair(search, [i, j, a, b, c]);
        }
      }
    }
  }
}

/** Grows as pairs are found; sorts them at the end. */
class PairBuffer {
  length = 0;
  #index = new Int32Array(4 * 256); // j and shift
  #geometry = new Float64Array(4 * 256); // vector and distance

  tryPair(
    { cell, points, reach }: { cell: Cell; points: F64; reach: number },
    [i, j, a, b, c]: readonly [number, number, number, number, number],
  ): void {
    if (i === j && a === 0 && b === 0 && c === 0) return;
    const v = cell.vectors;
    // Summed in this order the vector from j to i is the negative of this one to the last bit, so a pair at the cut-off is seen
    // from both ends or from neither.
    const x = points[3 * j]! - points[3 * i]! + (a * v[0]! + b * v[3]! + c * v[6]!);
    const y = points[3 * j + 1]! - points[3 * i + 1]! + (a * v[1]! + b * v[4]! + c * v[7]!);
    const z = points[3 * j + 2]! - points[3 * i + 2]! + (a * v[2]! + b * v[5]! + c * v[8]!);
    const squared = x * x + y * y + z * z;
    if (squared > reach * reach) return;
    if (4 * (this.length + 1) > this.#index.length) this.#grow();
    const at = 4 * this.length++;
    this.#index.set([j, a, b, c], at);
    this.#geometry.set([x, y, z, Math.sqrt(squared)], at);
  }

  #grow(): void {
    const index = new Int32Array(2 * this.#index.length);
    index.set(this.#index);
    this.#index = index;
    const geometry = new Float64Array(2 * this.#geometry.length);
    geometry.set(this.#geometry);
    this.#geometry = geometry;
  }

  sorted(first: I32): Pick<NeighborList, "atom" | "shift" | "distance" | "vector"> {
    const m = this.length;
    const [index, geometry] = [this.#index, this.#geometry];
    const order = Int32Array.from({ length: m }, (_, p) => p);
    const rounded = Float64Array.from({ length: m }, (_, p) => Math.round(geometry[4 * p + 3]! * 1e9));
    const before = (p: number, q: number): number => {
      let difference = rounded[p]! - rounded[q]!;
      for (let k = 0; k < 4 && difference === 0; k++) difference = index[4 * p + k]! - index[4 * q + k]!;
      return difference;
    };
    for (let i = 0; i + 1 < first.length; i++) order.subarray(first[i], first[i + 1]).sort(before);
    const atom = new Int32Array(m);
    const shift = new Int32Array(3 * m);
    const distance = new Float64Array(m);
    const vector = new Float64Array(3 * m);
    for (const [to, from] of order.entries()) {
      atom[to] = index[4 * from]!;
      distance[to] = geometry[4 * from + 3]!;
      for (let k = 0; k < 3; k++) {
        shift[3 * to + k] = index[4 * from + 1 + k]!;
        vector[3 * to + k] = geometry[4 * from + k]!;
      }
    }
    return { atom, shift, distance, vector };
  }
}
