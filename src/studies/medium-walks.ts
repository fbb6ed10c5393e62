// Walks of one ion at one temperature, as pieces for a pool of threads, and what is read off them. The walks of a state are
// independent: each draws its own thermal motion from the seed and its own label, so neither the number of threads nor the order matters.

import { type Estimate, NumericError, Rng, type Task } from "../base/index.js";
import {
  countHops,
  diffusionFromSlope,
  diffusionThroughOrigin,
  kineticTemperature,
  type WalkerInput,
  type WalkFrames,
  walk,
} from "../medium/index.js";
import { standardError } from "../numerics/index.js";
import { psOfFs } from "./medium-summary.js";

export interface WalkRequest {
  readonly walker: WalkerInput;
  /** Fs at the start that are left out of every analysis. */
  readonly equilibrationFs: number;
}

export interface WalkRecord {
  readonly label: string;
  /** [frames,3] Å, continuous, after the equilibration. */
  readonly positions: Float64Array<ArrayBuffer>;
  readonly frameSpacingFs: number;
  /** [blocks] eV, mean kinetic energy in consecutive blocks. */
  readonly kinetic: Float64Array<ArrayBuffer>;
}

export interface FailedWalk {
  readonly label: string;
  readonly reason: string;
}

export const isRecord = (output: WalkRecord | FailedWalk): output is WalkRecord => "positions" in output;

/** A walk that runs away is an answer too: the rest goes on. */
export const walkPieceTask: Task<WalkRequest, WalkRecord | FailedWalk> = {
  name: "medium-walks/walk",
  async run({ walker, equilibrationFs }, options) {
    const lengthFs = walker.lengthFs + equilibrationFs;
    try {
      const { label, positions, frameSpacingFs, kinetic, kineticBlockFs } = await walk(
        { ...walker, lengthFs },
        options,
      );
      return {
        label,
        positions: positions.slice(3 * Math.round(equilibrationFs / frameSpacingFs)),
        frameSpacingFs,
        kinetic: kinetic.slice(Math.ceil(equilibrationFs / kineticBlockFs)),
      };
    } catch (error) {
      if (!(error instanceof NumericError)) throw error;
      return { label: walker.label, reason: error.message };
    }
  },
};

export interface ReadingOptions {
  /** As in the paper: pieces, displacements from each piece's first point, fitted from here on by a line through the origin. */
  readonly pieceFs: number;
  readonly fitFromFs: number;
  readonly bins: number;
  /** Lags of the line with an offset. */
  readonly slopeFs: readonly [number, number];
  /** Å, between cells. */
  readonly spacing: number;
  readonly thermalEnergy: number; // eV
  readonly seed: number;
}

/** A number with the standard error of its mean; unit in the name of the key. */
export interface Measured {
  readonly value: number;
  readonly standardError: number;
}

export interface WalkReading {
  readonly walks: number;
  readonly sampledPs: number;
  /** The paper's estimate, p/6 of y = p t. */
  readonly throughOriginA2PerPs: Measured;
  /** Slope/6 of y = c + p t. */
  readonly slopeA2PerPs: Measured;
  readonly offsetA2: Measured;
  /** Mean kinetic energy over 3/2 k_BT. */
  readonly kineticRatio: Measured;
  readonly hops: {
    readonly count: number;
    readonly perPs: Measured;
    /** Γa²/6, D if hops were independent. */
    readonly uncorrelatedA2PerPs: Measured;
    /** Mean cosine between a hop and the next. */
    readonly persistence: number;
  };
  readonly meanSquare: MeanSquareCurve;
}

/** Shortfall of the kinetic energy, of 3/2 k_BT, that is taken as cold if it also stands out of its error by three standard errors. */
const COLD = 0.1;

/** False when the ion is colder than its framework: it has not warmed up, or its equation of motion takes out too much. */
export const isWarm = ({ value, standardError: error }: Measured): boolean => 1 - value <= Math.max(COLD, 3 * error);

export interface MeanSquareCurve {
  readonly lagsPs: Float64Array<ArrayBuffer>;
  readonly meanA2: Float64Array<ArrayBuffer>;
  /** From the scatter of groups of pieces; zeros with fewer than three groups. */
  readonly standardErrorA2: Float64Array<ArrayBuffer>;
}

/** Everything that is read off the walks of one state. */
export function readWalks(walks: readonly WalkRecord[], options: ReadingOptions): WalkReading {
  const joined = joinWholePieces(walks, options.pieceFs);
  const pieces = { pieceFs: options.pieceFs, fitFromFs: options.fitFromFs };
  const rng = Rng.fromSeed(options.seed).fork("bins");
  const origin = diffusionThroughOrigin(joined, { ...pieces, bins: options.bins, rng });
  const slopes = walks.map((one) =>
    diffusionFromSlope(one, { lagsFs: options.slopeFs, blocks: blocksOf(one, options) }),
  );
  const blocks = walks.flatMap(({ kinetic }) => [...kinetic]);
  return {
    walks: walks.length,
    sampledPs: psOfFs(walks.reduce((sum, one) => sum + lengthOf(one), 0)),
    throughOriginA2PerPs: measured(origin.diffusion),
    slopeA2PerPs: averaged(slopes.map(({ diffusion }) => diffusion)),
    offsetA2: averaged(slopes.map(({ offset }) => offset)),
    kineticRatio: measured(kineticTemperature(Float64Array.from(blocks), options.thermalEnergy)),
    hops: hopsOf(walks, options.spacing),
    meanSquare: {
      lagsPs: Float64Array.from(origin.lagsFs, psOfFs),
      meanA2: origin.meanSquare,
      standardErrorA2: scatterOfGroups(joined, { ...pieces, pieces: origin.pieces }),
    },
  };
}

export const lengthOf = ({ positions, frameSpacingFs }: WalkFrames): number =>
  (positions.length / 3 - 1) * frameSpacingFs;

/** Walks end to end, each cut to whole pieces so that none crosses from one walk into the next. */
function joinWholePieces(walks: readonly WalkRecord[], pieceFs: number): WalkFrames {
  const { frameSpacingFs } = walks[0]!;
  const perPiece = Math.round(pieceFs / frameSpacingFs);
  const kept = walks.map(({ positions }) =>
    positions.slice(0, 3 * perPiece * Math.floor(positions.length / 3 / perPiece)),
  );
  const positions = new Float64Array(kept.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of kept) {
    positions.set(part, at);
    at += part.length;
  }
  return { positions, frameSpacingFs };
}

const FEWEST_BLOCKS = 4;
const MOST_BLOCKS = 10;

function blocksOf(one: WalkFrames, { slopeFs }: ReadingOptions): number {
  return Math.min(MOST_BLOCKS, Math.max(FEWEST_BLOCKS, Math.floor(lengthOf(one) / (2 * slopeFs[1]))));
}

/** Shortest walk that `readWalks` can cut into blocks. */
export const shortestWalk = (longestLag: number): number => 2 * FEWEST_BLOCKS * longestLag;

const measured = ({ value, standardError: error }: Estimate): Measured => ({ value, standardError: error });

/** Mean of independent estimates of equal weight. */
function averaged(estimates: readonly Estimate[]): Measured {
  const squares = estimates.reduce((sum, { standardError: error }) => sum + error * error, 0);
  return {
    value: estimates.reduce((sum, { value }) => sum + value, 0) / estimates.length,
    standardError: Math.sqrt(squares) / estimates.length,
  };
}

function hopsOf(walks: readonly WalkFrames[], spacing: number): WalkReading["hops"] {
  const counted = walks.map((one) => countHops(one, { spacing }));
  const count = counted.reduce((sum, hops) => sum + hops.count, 0);
  const persistence = counted.reduce((sum, hops) => sum + hops.persistence * hops.count, 0) / Math.max(1, count);
  return {
    count,
    perPs: averaged(counted.map(({ rate }) => rate)),
    uncorrelatedA2PerPs: averaged(counted.map(({ uncorrelated }) => uncorrelated)),
    persistence,
  };
}

const GROUPS = 10;
/** `diffusionThroughOrigin` wants two pieces in each of two bins. */
const SMALLEST_GROUP = 4;

/** Standard error of the mean square at every lag, from the curves of consecutive groups of pieces. */
function scatterOfGroups(
  joined: WalkFrames,
  cut: { readonly pieceFs: number; readonly fitFromFs: number; readonly pieces: number },
): Float64Array<ArrayBuffer> {
  const { positions, frameSpacingFs } = joined;
  const lags = Math.round(cut.pieceFs / frameSpacingFs);
  const groups = Math.min(GROUPS, Math.floor(cut.pieces / SMALLEST_GROUP));
  if (groups < 3) return new Float64Array(lags);
  const size = 3 * lags * Math.floor(cut.pieces / groups);
  const curves = Array.from({ length: groups }, (_, group) => {
    const part = { positions: positions.slice(group * size, (group + 1) * size), frameSpacingFs };
    return diffusionThroughOrigin(part, { ...cut, bins: 2, rng: Rng.fromSeed(0) }).meanSquare;
  });
  return Float64Array.from({ length: lags }, (_, lag) =>
    standardError(Float64Array.from(curves, (curve) => curve[lag]!)),
  );
}
