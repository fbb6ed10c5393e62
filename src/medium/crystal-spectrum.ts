// Frequencies of a framework at wave vectors, and a survey of the zone: the highest frequency, the lowest one, and whether all are real.

import { type F64, PhysicsError, type Vec3 } from "../base/index.js";
import { hermitianEigen } from "../numerics/index.js";
import { cellWidths } from "../structure/index.js";
import { eigenSymmetric3 } from "./eigen3.js";
import { type HarmonicFramework, thzOf } from "./model.js";

/** [3b] rad²/fs², ascending: eigenvalues of D(q). */
export function squaredFrequencies(framework: HarmonicFramework, q: Vec3): Float64Array<ArrayBuffer> {
  const n = 3 * framework.masses.length;
  const matrix = new Float64Array(2 * n * n);
  framework.dynamicalMatrix(q, matrix);
  return hermitianEigen(matrix, n, { vectors: false }).values;
}

/** [3b] THz, ascending, imaginary ones negative. q is fractional, without 2π. */
export function frequenciesAt(framework: HarmonicFramework, q: Vec3): Float64Array<ArrayBuffer> {
  return squaredFrequencies(framework, q).map((square) => Math.sign(square) * thzOf(Math.sqrt(Math.abs(square))));
}

export interface Survey {
  readonly highestThz: number;
  readonly highestAt: Vec3;
  /** Lowest frequency of the grid, the three translations at q = 0 left out; negative when imaginary. */
  readonly lowestThz: number;
  readonly lowestAt: Vec3;
  /** Lowest squared sound velocity over directions, (Å/fs)², and its Cartesian direction. */
  readonly slowestSquared: number;
  readonly slowestAlong: Vec3;
  /** No imaginary frequency and no negative squared velocity. */
  readonly stable: boolean;
  /** Wave vectors per axis. */
  readonly grid: readonly [number, number, number];
}

export interface SurveyOptions {
  /** Wave vectors per axis, even so that the zone's faces are on the grid. Default: cells repeated to 20 Å, at least 4 (2 above 30 atoms). */
  readonly grid?: readonly [number, number, number];
}

/** Squares above −this part of the largest are rounding. */
const ROUNDING = 1e-9;

/** Frequencies on a grid that holds q = 0 and the zone's faces, and sound in all directions. */
export function surveySpectrum(framework: HarmonicFramework, options: SurveyOptions = {}): Survey {
  const grid = options.grid ?? surveyGrid(framework);
  let highest = { square: Number.NEGATIVE_INFINITY, q: [0, 0, 0] as Vec3 };
  let lowest = { square: Number.POSITIVE_INFINITY, q: [0, 0, 0] as Vec3 };
  // D(−q) is the conjugate of D(q): half of the zone says everything.
  for (let i = 0; 2 * i <= grid[0]; i++) {
    for (let j = 0; j < grid[1]; j++) {
      for (let k = 0; k < grid[2]; k++) {
        const q: Vec3 = [i / grid[0], folded(j, grid[1]), folded(k, grid[2])];
        const squares = squaredFrequencies(framework, q);
        const atGamma = i === 0 && j === 0 && k === 0;
        const low = atGamma ? lowestOptical(squares) : squares[0]!;
        if (squares.at(-1)! > highest.square) highest = { square: squares.at(-1)!, q };
        if (low < lowest.square) lowest = { square: low, q };
      }
    }
  }
  const slowest = slowestSound(framework);
  const thz = (square: number): number => Math.sign(square) * thzOf(Math.sqrt(Math.abs(square)));
  return {
    highestThz: thz(highest.square),
    highestAt: highest.q,
    lowestThz: thz(lowest.square),
    lowestAt: lowest.q,
    slowestSquared: slowest.square,
    slowestAlong: slowest.direction,
    stable: lowest.square > -ROUNDING * highest.square && slowest.square > 0,
    grid,
  };
}

const folded = (index: number, count: number): number => (2 * index > count ? index - count : index) / count;

/** The lowest of D(0) when the three smallest in size are the translations; Infinity for one atom. */
function lowestOptical(squares: F64): number {
  const rest = Array.from(squares)
    .sort((a, b) => Math.abs(a) - Math.abs(b))
    .slice(3);
  return Math.min(Number.POSITIVE_INFINITY, ...rest);
}

function surveyGrid(framework: HarmonicFramework): [number, number, number] {
  const least = framework.masses.length > 30 ? 2 : 4;
  const [a, b, c] = cellWidths(framework.cell).map((width) => Math.max(least, 2 * Math.ceil(10 / width)));
  return [a!, b!, c!];
}

/** The slowest sound over 100 directions spread evenly over a hemisphere (a spiral of equal areas). */
function slowestSound(framework: HarmonicFramework): { square: number; direction: Vec3 } {
  const matrix = new Float64Array(9);
  const squares = new Float64Array(3);
  const vectors = new Float64Array(9);
  const count = 100;
  let slowest = { square: Number.POSITIVE_INFINITY, direction: [0, 0, 1] as Vec3 };
  for (let k = 0; k < count; k++) {
    const z = 1 - (k + 0.5) / count;
    const azimuth = k * Math.PI * (3 - Math.sqrt(5));
    const rho = Math.sqrt(1 - z * z);
    const direction: Vec3 = [rho * Math.cos(azimuth), rho * Math.sin(azimuth), z];
    framework.acousticMatrix(direction, matrix);
    eigenSymmetric3(matrix, squares, vectors);
    if (squares[0]! < slowest.square) slowest = { square: squares[0]!, direction };
  }
  return slowest;
}

/** @throws PhysicsError naming the wave vector and the frequency, or the direction, of what is unstable. */
export function requireStable(survey: Survey): void {
  if (survey.stable) return;
  const show = (v: Vec3): string => v.map((x) => x.toFixed(3)).join(", ");
  const { lowestThz, lowestAt, slowestSquared, slowestAlong } = survey;
  throw new PhysicsError(
    lowestThz < 0
      ? `the crystal is unstable: ${lowestThz.toFixed(3)} THz (imaginary) at q = (${show(lowestAt)}) of its cell`
      : `the crystal is unstable against long waves along (${show(slowestAlong)}): squared sound velocity ${slowestSquared.toExponential(2)} (Å/fs)²`,
    lowestThz < 0
      ? "relax the structure along that mode, or fit force constants about a minimum: an unstable crystal has no static response"
      : "give the charges if the ions have any: folded onto a supercell their forces make false long waves; else relax the cell, or use a larger supercell",
    { lowestThz, lowestAt, slowestSquared, slowestAlong },
  );
}
