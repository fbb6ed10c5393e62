// Shares of a modal split with their errors: everything here is a ratio of means over blocks, computed for the mean and for every resampling.
//     share of a mode D_n/D_σ · diagonal Σ_n D_nn/D_σ · grouped Σ_g Σ_{n,n'∈g} D_nn'/D_σ · off-diagonal 1 − grouped

import type { Estimate, F64 } from "../base/index.js";
import type { ModeGroup } from "../modes/index.js";
import type { Band, Resampling } from "./modal-bootstrap.js";
import { halfWidth } from "./modal-bootstrap.js";
import { type LagPlan, slopeOf } from "./modal-lags.js";
import type { ModalBlock, ModalSample } from "./modal-sample.js";

export interface ModalShares {
  /** Degenerate groups of modes, ascending in frequency. */
  readonly groups: readonly ModeGroup[];
  /** [count] D_n/D_σ, signed, and its error. */
  readonly shares: F64;
  readonly sharesError: F64;
  /** [count] running sum of the shares, modes ascending in frequency. */
  readonly accumulation: Band;
  /** Pairs inside degenerate groups over all pairs: no choice of vectors enters. */
  readonly groupedShare: Estimate;
  /** What is left to pairs of different groups. */
  readonly offDiagonalShare: Estimate;
  /** Single modes with themselves: depends on the vectors chosen inside degenerate groups. */
  readonly diagonalShare: Estimate;
  /** [groups] signed shares of the degenerate blocks. */
  readonly groupShares: F64;
  readonly groupSharesError: F64;
  /** The modes with the largest shares, largest first. */
  readonly topModes: readonly number[];
  /** Mean overlap (Jaccard) of that list with the lists of the resamplings: 1 when noise never changes it. */
  readonly topStability: number;
  readonly byLag: {
    readonly lagsPs: F64;
    readonly collective: F64;
    readonly diagonalShare: Band;
    readonly groupedShare: Band;
    readonly closure: F64;
  };
}

interface Sampled {
  readonly value: number;
  readonly replicas: F64;
}

/** Slopes in Å²/fs. */
export interface SharedSlopes {
  readonly result: ModalShares;
  readonly perMode: Band;
  readonly slopes: {
    readonly collective: Sampled;
    readonly collectiveFramework: Sampled;
    readonly tracer: Sampled;
    readonly tracerFramework: Sampled;
  };
}

/** [blocks,width] slopes, Å²/fs, of the moments [lags,width] that `of` picks. */
export function blockSlopes(
  samples: readonly ModalSample[],
  width: number,
  of: (block: ModalBlock) => F64,
): Float64Array<ArrayBuffer> {
  const slopes = samples.flatMap(({ blocks, plan }) =>
    blocks.flatMap((block) => {
      const moments = of(block);
      return Array.from({ length: width }, (_, offset) => slopeOf(plan, moments, { stride: width, offset }));
    }),
  );
  return Float64Array.from(slopes);
}

export function modalShares(samples: readonly ModalSample[], resampling: Resampling, top: number): SharedSlopes {
  const { carriers, groups, plan } = samples[0]!;
  const { count } = carriers.modes;
  const sampled = (of: (block: ModalBlock) => F64): Sampled => {
    const perBlock = blockSlopes(samples, 1, of);
    return { value: resampling.mean(perBlock)[0]!, replicas: resampling.means(perBlock) };
  };
  const collective = sampled((block) => block.collective);
  const perModeBlocks = blockSlopes(samples, count, (block) => block.perMode);
  const diagonalBlocks = blockSlopes(samples, count, (block) => block.diagonal);
  const groupedBlocks = blockSlopes(samples, groups.length, (block) => block.grouped);
  const meanModes = resampling.mean(perModeBlocks);
  const modeReplicas = resampling.means(perModeBlocks);
  const shares = meanModes.map((d) => d / collective.value);
  const shareReplicas = modeReplicas.map((d, k) => d / collective.replicas[Math.floor(k / count)]!);
  const accumulatedReplicas = runningSums(shareReplicas, count);
  const diagonal = ratio(rowSums(diagonalBlocks, count), collective, resampling);
  const grouped = ratio(rowSums(groupedBlocks, groups.length), collective, resampling);
  const groupShares = resampling.mean(groupedBlocks).map((d) => d / collective.value);
  const groupReplicas = resampling.means(groupedBlocks);
  for (let k = 0; k < groupReplicas.length; k++) {
    groupReplicas[k]! /= collective.replicas[Math.floor(k / groups.length)]!;
  }
  const topModes = leading(shares, top);
  return {
    perMode: resampling.band(meanModes, modeReplicas),
    slopes: {
      collective,
      collectiveFramework: sampled((block) => block.collectiveFramework),
      tracer: sampled((block) => block.tracer),
      tracerFramework: sampled((block) => block.tracerFramework),
    },
    result: {
      groups,
      shares,
      sharesError: halfWidth(resampling.band(shares, shareReplicas)),
      accumulation: resampling.band(runningSums(shares, count), accumulatedReplicas),
      groupedShare: grouped,
      offDiagonalShare: { ...grouped, value: 1 - grouped.value },
      diagonalShare: diagonal,
      groupShares,
      groupSharesError: halfWidth(resampling.band(groupShares, groupReplicas)),
      topModes,
      topStability: meanOverlap(topModes, shareReplicas, count),
      byLag: sharesByLag(
        samples.flatMap(({ blocks }) => blocks),
        plan,
        resampling,
      ),
    },
  };
}

function ratio(perBlock: F64, whole: Sampled, resampling: Resampling): Estimate {
  const replicas = resampling.means(perBlock).map((part, r) => part / whole.replicas[r]!);
  return {
    value: resampling.mean(perBlock)[0]! / whole.value,
    standardError: resampling.error(replicas),
    unit: "1",
  };
}

/** Shares of the moments themselves at each lag: what vibrations still add shows as a drift with the lag. */
function sharesByLag(blocks: readonly ModalBlock[], plan: LagPlan, resampling: Resampling): ModalShares["byLag"] {
  const lags = plan.lags.length;
  const stack = (of: (block: ModalBlock, lag: number) => number): Float64Array =>
    Float64Array.from({ length: blocks.length * lags }, (_, k) => of(blocks[Math.floor(k / lags)]!, k % lags));
  const collective = stack((block, lag) => block.collective[lag]!);
  const mean = resampling.mean(collective);
  const replicas = resampling.means(collective);
  const share = (parts: Float64Array): Band =>
    resampling.band(
      resampling.mean(parts).map((part, lag) => part / mean[lag]!),
      resampling.means(parts).map((part, k) => part / replicas[k]!),
    );
  const sumAt = (values: F64, lag: number): number => {
    const width = values.length / lags;
    let sum = 0;
    for (let k = lag * width; k < (lag + 1) * width; k++) sum += values[k]!;
    return sum;
  };
  return {
    lagsPs: plan.lagsPs,
    collective: mean,
    diagonalShare: share(stack((block, lag) => sumAt(block.diagonal, lag))),
    groupedShare: share(stack((block, lag) => sumAt(block.grouped, lag))),
    closure: Float64Array.from({ length: lags }, (_, lag) => Math.max(...blocks.map((block) => block.closure[lag]!))),
  };
}

/** [rows] sums of a matrix [rows,width]. */
function rowSums(matrix: F64, width: number): Float64Array<ArrayBuffer> {
  const sums = new Float64Array(matrix.length / width);
  for (let k = 0; k < matrix.length; k++) sums[Math.floor(k / width)]! += matrix[k]!;
  return sums;
}

/** Running sums along every row of a matrix [rows,width]. */
function runningSums(matrix: F64, width: number): Float64Array<ArrayBuffer> {
  const sums = matrix.slice();
  for (let k = 0; k < sums.length; k++) if (k % width > 0) sums[k]! += sums[k - 1]!;
  return sums;
}

function leading(shares: F64, count: number): number[] {
  const order = Array.from(shares, (_, n) => n).sort((a, b) => shares[b]! - shares[a]! || a - b);
  return order.slice(0, count);
}

function meanOverlap(list: readonly number[], replicas: F64, width: number): number {
  const mine = new Set(list);
  const rows = replicas.length / width;
  let sum = 0;
  for (let r = 0; r < rows; r++) {
    const common = leading(replicas.subarray(r * width, (r + 1) * width), list.length).filter((n) =>
      mine.has(n),
    ).length;
    sum += common / (2 * list.length - common);
  }
  return sum / rows;
}
