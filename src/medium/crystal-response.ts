// W(0) of an infinite crystal between any two atoms, the static Green function:
//
//   W_jk = (1/N) Σ_q Φ(q)⁻¹_jk e^{iq·(x_j − x_k)},    Φ_ij(q) = √(μ_i μ_j) D_ij(q).
//
// Masses drop out. Φ⁻¹ grows as 1/q² at q = 0, which three dimensions integrate; a grid half a step off q = 0 misses a part of it that falls as
// 1/N + 1/N³ + …: by Φ(−q) = Φ(q)* the sum is of Re Φ⁻¹e^{iq·x}, whose long-wave expansion has the degrees −2, 0, 2, … only. Grids of N, 2N and 4N
// points per axis take the first two terms out; what the last step changed is the error that is reported.

import {
  CapabilityError,
  type F64,
  InputError,
  Pacer,
  PhysicsError,
  type RunOptions,
  type Vec3,
} from "../base/index.js";
import { cellWidths } from "../structure/index.js";
import { invertHermitian } from "./crystal-hermitian.js";
import { squaredFrequencies } from "./crystal-spectrum.js";
import { type HarmonicFramework, inertiaOf, thzOf, type Window } from "./model.js";

/** Two atoms of the framework: j in the home cell moved by `cells`, k in the home cell. */
export interface AtomPair {
  readonly j: number;
  readonly k: number;
  /** [3] integers, cell of j minus cell of k. */
  readonly cells: Vec3;
}

export interface ResponseOptions extends RunOptions {
  /** Wave vectors per axis of the coarsest of the three grids. Default: the reach of the pairs, and an even density of 36 Å as far as the work allows. */
  readonly coarseGrid?: readonly [number, number, number];
}

export interface StaticResponse {
  /** [pairs,3,3] Å²/eV. */
  readonly blocks: F64;
  /** Largest change of an element by the last extrapolation, Å²/eV. */
  readonly error: number;
  readonly coarseGrid: readonly [number, number, number];
}

/** W(0) for a list of pairs. @throws PhysicsError when Φ(q) is not positive; CapabilityError when the grid is too coarse for the pairs. */
export async function staticResponse(
  framework: HarmonicFramework,
  pairs: readonly AtomPair[],
  options: ResponseOptions = {},
): Promise<StaticResponse> {
  const reach = [0, 1, 2].map((axis) => Math.max(0, ...pairs.map(({ cells }) => Math.abs(cells[axis]!)))) as [
    number,
    number,
    number,
  ];
  const coarseGrid = options.coarseGrid ?? defaultGrid(framework, reach);
  checkGrid(coarseGrid, reach);
  const pacer = new Pacer("summing over wave vectors", options);
  const total = 73 * coarseGrid[0] * coarseGrid[1] * coarseGrid[2];
  const progress = { done: 0, total };
  const sums: Float64Array[] = [];
  for (const factor of [1, 2, 4]) {
    const grid: [number, number, number] = [factor * coarseGrid[0], factor * coarseGrid[1], factor * coarseGrid[2]];
    sums.push(await gridSum(framework, pairs, { grid, reach, pacer, progress }));
  }
  const [coarse, middle, fine] = sums as [Float64Array, Float64Array, Float64Array];
  let error = 0;
  const blocks = fine.map((value, at) => {
    const first = 2 * middle[at]! - coarse[at]!;
    const second = 2 * value - middle[at]!;
    const best = second + (second - first) / 7;
    error = Math.max(error, Math.abs(best - second));
    return best;
  });
  return { blocks, error, coarseGrid };
}

/** Å; the coarsest grid resolves cells repeated over this length. */
const EVEN_LENGTH = 36;
/** Inversions, in units of one complex [30,30] matrix, that a default grid may take. */
const AFFORDABLE = 12_000;

function defaultGrid(framework: HarmonicFramework, reach: readonly [number, number, number]): [number, number, number] {
  const widths = cellWidths(framework.cell);
  const one = (framework.masses.length / 10) ** 3 + 0.01;
  for (let length = EVEN_LENGTH; ; length *= 0.85) {
    const grid = widths.map((width, axis) => Math.max(reach[axis]! + 1, Math.ceil(length / width - 1e-9))) as [
      number,
      number,
      number,
    ];
    const cost = 37 * grid[0] * grid[1] * grid[2] * one;
    if (cost <= AFFORDABLE || length < 1) return grid;
  }
}

function checkGrid(grid: readonly number[], reach: readonly number[]): void {
  const wrong = grid.find((count) => !(Number.isInteger(count) && count >= 1));
  if (grid.length !== 3 || wrong !== undefined)
    throw new InputError(`a grid of (${grid.join(", ")}) wave vectors`, "three whole numbers of at least 1");
  const axis = grid.findIndex((count, k) => count <= reach[k]!);
  if (axis >= 0)
    throw new CapabilityError(
      `two atoms are ${reach[axis]} cells apart along ${"abc"[axis]}, a grid of ${grid[axis]} wave vectors there repeats after ${grid[axis]} cells`,
      `take at least ${reach[axis]! + 1} along ${"abc"[axis]}, or a smaller window`,
      { reach, grid },
    );
}

interface SumContext {
  readonly grid: readonly [number, number, number];
  readonly reach: readonly [number, number, number];
  readonly pacer: Pacer;
  readonly progress: { done: number; readonly total: number };
}

/** The sum over one grid, half a step off q = 0; each q stands for −q too. */
async function gridSum(
  framework: HarmonicFramework,
  pairs: readonly AtomPair[],
  { grid, reach, pacer, progress }: SumContext,
): Promise<Float64Array> {
  const n = 3 * framework.masses.length;
  const add = pairAdder(framework, pairs, reach);
  const matrix = new Float64Array(2 * n * n);
  const inverse = new Float64Array(2 * n * n);
  const sums = new Float64Array(9 * pairs.length);
  const count = grid[0] * grid[1] * grid[2];
  for (let i = 0; 2 * i < grid[0]; i++) {
    const weight = (2 * i + 1 === grid[0] ? 1 : 2) / count;
    for (let j = 0; j < grid[1]; j++) {
      for (let k = 0; k < grid[2]; k++) {
        const q: Vec3 = [(i + 0.5) / grid[0], (j + 0.5) / grid[1], (k + 0.5) / grid[2]];
        framework.dynamicalMatrix(q, matrix);
        if (invertHermitian(matrix, n, inverse) >= 0) throw unstable(framework, q);
        add(q, inverse, weight, sums);
      }
      progress.done += grid[2] * (2 * i + 1 === grid[0] ? 1 : 2);
      await pacer.tick(progress.done, progress.total);
    }
  }
  return sums;
}

/** Adds weight · Re D⁻¹_jk e^{iq·(x_j − x_k)}/√(μ_j μ_k) of every pair to sums [pairs,9]. */
function pairAdder(framework: HarmonicFramework, pairs: readonly AtomPair[], reach: readonly number[]) {
  const { masses, positions } = framework;
  const b = masses.length;
  const n = 3 * b;
  const inverse = framework.cell.inverse;
  const scale = pairs.map(({ j, k }) => 1 / Math.sqrt(inertiaOf(masses[j]!) * inertiaOf(masses[k]!)));
  const fractional = Float64Array.from({ length: n }, (_, at) => {
    const [i, c] = [Math.floor(at / 3), at % 3];
    return (
      positions[3 * i]! * inverse[c]! +
      positions[3 * i + 1]! * inverse[3 + c]! +
      positions[3 * i + 2]! * inverse[6 + c]!
    );
  });
  // e^{iq·T} axis by axis, and e^{iq·τ} of every atom.
  const axes = reach.map((r) => new Float64Array(2 * (2 * r + 1)));
  const atoms = new Float64Array(2 * b);
  const home = pairs.map(({ cells }) => cells.map((c, axis) => c + reach[axis]!));
  return (q: Vec3, response: Float64Array, weight: number, sums: Float64Array): void => {
    for (let axis = 0; axis < 3; axis++) {
      for (let c = -reach[axis]!; c <= reach[axis]!; c++) {
        axes[axis]![2 * (c + reach[axis]!)] = Math.cos(2 * Math.PI * q[axis]! * c);
        axes[axis]![2 * (c + reach[axis]!) + 1] = Math.sin(2 * Math.PI * q[axis]! * c);
      }
    }
    for (let i = 0; i < b; i++) {
      const phase =
        2 * Math.PI * (q[0] * fractional[3 * i]! + q[1] * fractional[3 * i + 1]! + q[2] * fractional[3 * i + 2]!);
      atoms[2 * i] = Math.cos(phase);
      atoms[2 * i + 1] = Math.sin(phase);
    }
    for (let p = 0; p < pairs.length; p++) {
      const { j, k } = pairs[p]!;
      let re = atoms[2 * j]! * atoms[2 * k]! + atoms[2 * j + 1]! * atoms[2 * k + 1]!;
      let im = atoms[2 * j + 1]! * atoms[2 * k]! - atoms[2 * j]! * atoms[2 * k + 1]!;
      for (let axis = 0; axis < 3; axis++) {
        const x = axes[axis]![2 * home[p]![axis]!]!;
        const y = axes[axis]![2 * home[p]![axis]! + 1]!;
        [re, im] = [re * x - im * y, re * y + im * x];
      }
      const c = weight * scale[p]!;
      for (let a = 0; a < 3; a++) {
        const row = 2 * ((3 * j + a) * n + 3 * k);
        for (let e = 0; e < 3; e++)
          sums[9 * p + 3 * a + e]! += c * (response[row + 2 * e]! * re - response[row + 2 * e + 1]! * im);
      }
    }
  };
}

function unstable(framework: HarmonicFramework, q: Vec3): PhysicsError {
  const lowest = squaredFrequencies(framework, q)[0]!;
  const frequency = Math.sign(lowest) * thzOf(Math.sqrt(Math.abs(lowest)));
  return new PhysicsError(
    `the crystal is unstable: ${frequency.toFixed(3)} THz${lowest < 0 ? " (imaginary)" : ", without restoring force,"} at q = (${q.map((x) => x.toFixed(3)).join(", ")}) of its cell`,
    "relax the structure along that mode, or fit force constants about a minimum: an unstable crystal has no static response",
    { q, frequencyThz: frequency },
  );
}

/** W(0) between all atoms of a window, [3n,3n] Å²/eV. */
export async function windowResponse(
  framework: HarmonicFramework,
  window: Window,
  options: ResponseOptions = {},
): Promise<{
  readonly matrix: Float64Array<ArrayBuffer>;
  readonly error: number;
  readonly coarseGrid: StaticResponse["coarseGrid"];
}> {
  const n = window.count;
  const index = new Map<string, number>();
  const pairs: AtomPair[] = [];
  const place = new Int32Array(n * n);
  const turned = new Uint8Array(n * n);
  for (let j = 0; j < n; j++) {
    for (let k = 0; k < n; k++) {
      const [bj, bk] = [window.sites[4 * j + 3]!, window.sites[4 * k + 3]!];
      const cells = [0, 1, 2].map((axis) => window.sites[4 * j + axis]! - window.sites[4 * k + axis]!);
      // W_kj = W_jkᵀ: of the two directions the one that comes first is summed.
      const key = `${bj} ${bk} ${cells.join(" ")}`;
      const back = `${bk} ${bj} ${cells.map((c) => -c || 0).join(" ")}`;
      turned[j * n + k] = index.has(key) ? 0 : index.has(back) ? 1 : 0;
      const found = index.get(key) ?? index.get(back);
      place[j * n + k] = found ?? pairs.push({ j: bj, k: bk, cells: cells as [number, number, number] }) - 1;
      if (found === undefined) index.set(key, pairs.length - 1);
    }
  }
  const { blocks, error, coarseGrid } = await staticResponse(framework, pairs, options);
  const matrix = new Float64Array(9 * n * n);
  for (let j = 0; j < n; j++) {
    for (let k = 0; k < n; k++) {
      const at = 9 * place[j * n + k]!;
      for (let a = 0; a < 3; a++) {
        for (let b = 0; b < 3; b++)
          matrix[(3 * j + a) * 3 * n + 3 * k + b] = blocks[at + (turned[j * n + k] ? 3 * b + a : 3 * a + b)]!;
      }
    }
  }
  return { matrix, error, coarseGrid };
}
