// From the walk of one ion to its diffusion coefficient, three ways.
//
// Through the origin (Rodin et al.): the walk is cut into P pieces, displacements are taken from each piece's first point, and the
//   mean square over pieces is fitted by y = p t, unweighted, from 1 ps to the end of the piece; D = p/6. Error: the pieces are shuffled into
//   B bins, each bin fitted, and the scatter of the bins divided by √B. Where the ion rests long in its cell the rattling inside the
//   cell ends up in p: the estimate is too high at low temperature.
// Slope: y = c + p t between two lags, all time origins; the rattling goes into c. Error: the scatter of consecutive blocks of the walk.
// Hops: moves from cell to cell, counted once the ion is well inside the new one; D = Γ a²/6 if hops were independent. Error: √N of N hops.

import { type Estimate, type F64, InputError, type Rng } from "../base/index.js";
import { blockAverage, fitLine, mean, standardError } from "../numerics/index.js";

/** [frames,3] Å, continuous. */
export interface WalkFrames {
  readonly positions: F64;
  readonly frameSpacingFs: number;
}

const DIFFUSION_UNIT = "A2/ps";
const FS_PER_PS = 1e3;

export interface OriginFitOptions {
  /** Shuffles the pieces into bins. */
  readonly rng: Rng;
  /** Length of a piece. Default 12 000 fs. */
  readonly pieceFs?: number;
  /** Lag from which the fit counts. Default 1000 fs. */
  readonly fitFromFs?: number;
  /** Default 10. */
  readonly bins?: number;
}

export interface OriginFit {
  readonly diffusion: Estimate; // Å²/ps
  readonly pieces: number;
  readonly lagsFs: Float64Array<ArrayBuffer>; // [lags]
  readonly meanSquare: Float64Array<ArrayBuffer>; // [lags] Å², over all pieces
}

/** The paper's estimate. Frames that do not fill the last piece are left out. */
export function diffusionThroughOrigin(walk: WalkFrames, options: OriginFitOptions): OriginFit {
  const { pieceFs = 12_000, fitFromFs = 1000, bins = 10, rng } = options;
  const { positions, frameSpacingFs } = walk;
  const lags = Math.round(pieceFs / frameSpacingFs);
  const from = Math.max(1, Math.round(fitFromFs / frameSpacingFs));
  const pieces = Math.floor(positions.length / 3 / lags);
  if (lags <= from)
    throw new InputError(
      `pieces of ${pieceFs} fs fitted from ${fitFromFs} fs on`,
      "the pieces must be longer than that",
    );
  if (bins < 2 || pieces < 2 * bins)
    throw new InputError(
      `${pieces} pieces of ${pieceFs} fs for ${bins} bins`,
      `the walk must be at least ${((2 * bins * pieceFs) / FS_PER_PS).toFixed(0)} ps long`,
    );
  const squares = new Float64Array(pieces * lags);
  for (let piece = 0; piece < pieces; piece++) {
    const start = 3 * piece * lags;
    for (let lag = 0; lag < lags; lag++) squares[piece * lags + lag] = squareBetween(positions, start, start + 3 * lag);
  }
  const average = (members: ArrayLike<number>): Float64Array<ArrayBuffer> => {
    const sum = new Float64Array(lags);
    for (let m = 0; m < members.length; m++) {
      for (let lag = 0; lag < lags; lag++) sum[lag]! += squares[members[m]! * lags + lag]! / members.length;
    }
    return sum;
  };
  const sixth = (meanSquare: Float64Array): number => {
    let above = 0;
    let below = 0;
    for (let lag = from; lag < lags; lag++) {
      const t = (lag * frameSpacingFs) / FS_PER_PS;
      above += t * meanSquare[lag]!;
      below += t * t;
    }
    return above / below / 6;
  };
  const order = shuffled(pieces, rng);
  const inBin = Math.floor(pieces / bins);
  const perBin = Float64Array.from({ length: bins }, (_, bin) =>
    sixth(average(order.subarray(bin * inBin, (bin + 1) * inBin))),
  );
  const meanSquare = average(order);
  return {
    diffusion: { value: sixth(meanSquare), standardError: standardError(perBin), unit: DIFFUSION_UNIT },
    pieces,
    lagsFs: Float64Array.from({ length: lags }, (_, lag) => lag * frameSpacingFs),
    meanSquare,
  };
}

function shuffled(count: number, rng: Rng): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = rng.below(i + 1);
    const kept = order[i]!;
    order[i] = order[j]!;
    order[j] = kept;
  }
  return order;
}

function squareBetween(positions: F64, from: number, to: number): number {
  const x = positions[to]! - positions[from]!;
  const y = positions[to + 1]! - positions[from + 1]!;
  const z = positions[to + 2]! - positions[from + 2]!;
  return x * x + y * y + z * z;
}

export interface SlopeOptions {
  /** Lags between which the mean square is fitted by a line. Default [4000, 12 000] fs. */
  readonly lagsFs?: readonly [number, number];
  /** Consecutive parts of the walk whose scatter is the error. Default 10. */
  readonly blocks?: number;
  /** Fs between lags and between time origins. Default 200. */
  readonly everyFs?: number;
}

export interface SlopeFit {
  readonly diffusion: Estimate; // Å²/ps
  /** Å²: what the line leaves at lag 0, the rattling inside a cell. */
  readonly offset: Estimate;
}

/** Slope of the mean square displacement with an offset. */
export function diffusionFromSlope(walk: WalkFrames, options: SlopeOptions = {}): SlopeFit {
  const { lagsFs = [4000, 12_000], blocks = 10, everyFs = 200 } = options;
  const { positions, frameSpacingFs } = walk;
  const every = Math.max(1, Math.round(everyFs / frameSpacingFs));
  const lags: number[] = [];
  for (let lag = Math.round(lagsFs[0] / frameSpacingFs); lag * frameSpacingFs <= lagsFs[1]; lag += every)
    lags.push(lag);
  const frames = positions.length / 3;
  const blockFrames = Math.floor(frames / blocks);
  const longest = lags.at(-1) ?? 0;
  if (lags.length < 3 || lags[0]! < 1)
    throw new InputError(
      `lags from ${lagsFs[0]} to ${lagsFs[1]} fs every ${every * frameSpacingFs} fs`,
      "leave at least three lags, all above 0",
    );
  if (blocks < 4 || blockFrames < 2 * longest)
    throw new InputError(
      `${blocks} blocks of ${((blockFrames * frameSpacingFs) / FS_PER_PS).toFixed(1)} ps for lags up to ${lagsFs[1] / FS_PER_PS} ps`,
      "use at least 4 blocks, each twice the longest lag: a longer walk or shorter lags",
    );
  const times = Float64Array.from(lags, (lag) => (lag * frameSpacingFs) / FS_PER_PS);
  const slopes = new Float64Array(blocks);
  const offsets = new Float64Array(blocks);
  for (let block = 0; block < blocks; block++) {
    // A block's pairs begin in it; only the last ones look past its end, so that no pair is lost.
    const last = Math.min(frames - longest, (block + 1) * blockFrames);
    const squares = Float64Array.from(lags, (lag) => {
      let sum = 0;
      let count = 0;
      for (let origin = block * blockFrames; origin < last; origin += every, count++)
        sum += squareBetween(positions, 3 * origin, 3 * (origin + lag));
      return sum / count;
    });
    const line = fitLine(times, squares);
    slopes[block] = line.slope / 6;
    offsets[block] = line.intercept;
  }
  return {
    diffusion: { value: mean(slopes), standardError: standardError(slopes), unit: DIFFUSION_UNIT },
    offset: { value: mean(offsets), standardError: standardError(offsets), unit: "A2" },
  };
}

export interface HopOptions {
  readonly spacing: number; // Å, of the cells
  /** A cell is entered when the ion is within this fraction of the spacing of its centre along every axis. Default 0.25. */
  readonly core?: number;
}

export interface Hops {
  /** Moves from the core of one cell to the core of another. */
  readonly count: number;
  /** Of these, to a cell across a face, an edge, a corner, or farther. */
  readonly byKind: { readonly face: number; readonly edge: number; readonly corner: number; readonly farther: number };
  /** Mean of cos between a hop and the next: 0 for independent hops, positive when the ion runs on. */
  readonly persistence: number;
  /** Hops per ps, √N errors. */
  readonly rate: Estimate;
  /** Σ |hop|²/6t: D if hops were independent of each other. */
  readonly uncorrelated: Estimate;
  /** Frames in which the ion was in another cell than before, returns included. */
  readonly crossings: number;
}

/** Counts hops between cells. */
export function countHops(walk: WalkFrames, options: HopOptions): Hops {
  const { spacing, core = 0.25 } = options;
  if (!(spacing > 0) || !(core > 0 && core <= 0.5))
    throw new InputError(
      `cores of ${core} of a spacing of ${spacing} Å`,
      "pass a positive spacing and a core in (0, 0.5]",
    );
  const { positions, frameSpacingFs } = walk;
  const home = new Int32Array(3).fill(2 ** 30);
  const cell = new Int32Array(3);
  const before = new Float64Array(3);
  const kinds = [0, 0, 0, 0, 0];
  let crossings = 0;
  let squares = 0;
  let cosines = 0;
  let pairs = 0;
  const last = new Int32Array(3);
  for (let at = 0; at < positions.length; at += 3) {
    let inside = true;
    let crossed = false;
    for (let a = 0; a < 3; a++) {
      const s = positions[at + a]! / spacing;
      const index = Math.floor(s);
      inside &&= Math.abs(s - index - 0.5) <= core;
      crossed ||= at > 0 && index !== last[a];
      last[a] = cell[a] = index;
    }
    if (crossed) crossings++;
    if (!inside) continue;
    const hop = [cell[0]! - home[0]!, cell[1]! - home[1]!, cell[2]! - home[2]!] as const;
    const square = hop[0] ** 2 + hop[1] ** 2 + hop[2] ** 2;
    if (square === 0) continue;
    if (home[0] !== 2 ** 30) {
      const farthest = Math.max(Math.abs(hop[0]), Math.abs(hop[1]), Math.abs(hop[2]));
      kinds[farthest > 1 ? 4 : square]!++;
      const length = Math.sqrt(square);
      const cosine = (hop[0] * before[0]! + hop[1] * before[1]! + hop[2] * before[2]!) / length;
      if (squares > 0) {
        cosines += cosine;
        pairs++;
      }
      squares += square * spacing * spacing;
      before.set(hop.map((h) => h / length));
    }
    home.set(cell);
  }
  const count = kinds.reduce((sum, k) => sum + k, 0);
  const timePs = ((positions.length / 3 - 1) * frameSpacingFs) / FS_PER_PS;
  const relative = 1 / Math.sqrt(Math.max(1, count));
  const uncorrelated = squares / (6 * timePs);
  return {
    count,
    byKind: { face: kinds[1]!, edge: kinds[2]!, corner: kinds[3]!, farther: kinds[4]! },
    persistence: pairs > 0 ? cosines / pairs : 0,
    rate: { value: count / timePs, standardError: Math.sqrt(Math.max(1, count)) / timePs, unit: "1/ps" },
    uncorrelated: {
      value: uncorrelated,
      standardError: count > 0 ? uncorrelated * relative : (spacing * spacing) / (6 * timePs),
      unit: DIFFUSION_UNIT,
    },
    crossings,
  };
}

/** Mean kinetic energy in units of (3/2) k_BT, from means over consecutive blocks (eV): 1 for a classical ion in equilibrium. */
export function kineticTemperature(blocks: F64, thermalEnergy: number): Estimate {
  if (!(thermalEnergy > 0)) throw new InputError(`k_BT = ${thermalEnergy} eV`, "pass a positive thermal energy in eV");
  const { mean: value, standardError: error } = blockAverage(blocks);
  const unit = 1 / (1.5 * thermalEnergy);
  return { value: value * unit, standardError: error * unit, unit: "3/2 kT" };
}
