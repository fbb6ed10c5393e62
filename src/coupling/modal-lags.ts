// Which lags, which fit window, which blocks. A diffusivity is the slope of a line through the mean square at several lags:
//     slope = Σ_k w_k y(τ_k),   w_k = (τ_k − τ̄)/Σ_l (τ_l − τ̄)²,
// linear in the moments, so slopes of blocks, modes and pairs add up as the moments do. A line (or the difference of two lags, which is the
// same with two points) takes no notice of a constant offset; y/τ would keep the 2k_BT/(ω²τ) of every vibration.

import { type F64, type I32, InputError, type Note } from "../base/index.js";

const FS_PER_PS = 1e3;
/** Vibrations of a solid are out of phase with themselves by then. */
const SETTLED_PS = 5;
const DEFAULT_LAGS = 10;

export interface LagOptions {
  /**
   * Lags, ps, multiples of the frame spacing, ascending. Default: ten of them, evenly from 5 ps (or a twentieth of a block, if less) to 50 ps (or a
   * fifth of a block, if less).
   */
  readonly lagsPs?: ArrayLike<number>;
  /** Lags from here on are fitted, ps. Default: all. */
  readonly fitFromPs?: number;
  /** Length of a block, ps; must exceed the longest lag. Default: a fifth of each trajectory. */
  readonly blockPs?: number;
  /** Origins per block and lag, at most; they are spread evenly. Default 2000. */
  readonly maxOrigins?: number;
}

export interface LagPlan {
  readonly spacingFs: number;
  readonly blockFrames: number;
  /** [lags] frames. */
  readonly lags: I32;
  /** [lags] ps. */
  readonly lagsPs: F64;
  /** [lags] 1/fs: w_k, 0 outside the fit window. */
  readonly slopeWeights: F64;
  /** First lag of the fit window. */
  readonly fitFrom: number;
  readonly originStride: number;
  readonly notes: readonly Note[];
}

/** @param blockFrames Used when `options.blockPs` is not given. */
export function planLags(spacingFs: number, blockFrames: number, options: LagOptions = {}): LagPlan {
  if (!(spacingFs > 0)) throw new InputError(`frames are ${spacingFs} fs apart`, "give a trajectory with a spacing");
  const block =
    options.blockPs === undefined ? blockFrames : Math.floor((options.blockPs * FS_PER_PS) / spacingFs + 1e-6);
  const lags = options.lagsPs ? framesOf(options.lagsPs, spacingFs) : defaultLags(spacingFs, block);
  const longest = lags[lags.length - 1]!;
  if (!(longest < block)) {
    throw new InputError(
      `the longest lag is ${longest} frames, a block has ${block}`,
      "take shorter lags, longer blocks (blockPs) or a longer trajectory",
      { longest, block },
    );
  }
  const lagsPs = Float64Array.from(lags, (lag) => (lag * spacingFs) / FS_PER_PS);
  const fitFrom = lagsPs.findIndex((lag) => lag >= (options.fitFromPs ?? 0) - 1e-9 * lag);
  const fitted = fitFrom < 0 ? 0 : lags.length - fitFrom;
  if (fitted < 2) {
    throw new InputError(
      `${fitted} of ${lags.length} lags are at or above fitFromPs = ${options.fitFromPs ?? 0}`,
      "a slope needs two lags at least, better five",
    );
  }
  const maxOrigins = options.maxOrigins ?? 2000;
  if (!(maxOrigins >= 1)) throw new InputError(`maxOrigins is ${maxOrigins}`, "give at least 1");
  return {
    spacingFs,
    blockFrames: block,
    lags,
    lagsPs,
    slopeWeights: slopeWeights(lagsPs, fitFrom),
    fitFrom,
    originStride: Math.max(1, Math.ceil((block - longest) / maxOrigins)),
    notes: notesOf(lagsPs, fitFrom, (block * spacingFs) / FS_PER_PS),
  };
}

/** Σ_k w_k y_k of the moments of one quantity, [lags] with `stride` between lags, from `offset` on: Å²/fs for Å². */
export function slopeOf(plan: LagPlan, moments: F64, { stride = 1, offset = 0 } = {}): number {
  let sum = 0;
  for (let k = plan.fitFrom; k < plan.lags.length; k++) sum += plan.slopeWeights[k]! * moments[k * stride + offset]!;
  return sum;
}

function slopeWeights(lagsPs: F64, fitFrom: number): Float64Array<ArrayBuffer> {
  const times = lagsPs.slice().map((lag) => lag * FS_PER_PS);
  const window = times.slice(fitFrom);
  const centre = window.reduce((sum, t) => sum + t, 0) / window.length;
  const spread = window.reduce((sum, t) => sum + (t - centre) ** 2, 0);
  return times.map((t, k) => (k < fitFrom ? 0 : (t - centre) / spread));
}

function framesOf(lagsPs: ArrayLike<number>, spacingFs: number): Int32Array {
  const frames = Array.from(lagsPs, (lag) => {
    const exact = (lag * FS_PER_PS) / spacingFs;
    const whole = Math.round(exact);
    if (!(Math.abs(exact - whole) < 1e-3 && whole >= 1)) {
      throw new InputError(
        `a lag of ${lag} ps is ${exact} frames of ${spacingFs} fs`,
        `lags are whole numbers of frames: ${(Math.max(1, whole) * spacingFs) / FS_PER_PS} ps is the nearest`,
      );
    }
    return whole;
  });
  if (frames.length < 2 || frames.some((lag, k) => k > 0 && lag <= frames[k - 1]!)) {
    throw new InputError(`the lags are ${Array.from(lagsPs).join(", ")} ps`, "give at least two, ascending");
  }
  return Int32Array.from(frames);
}

function defaultLags(spacingFs: number, block: number): Int32Array {
  const settled = (SETTLED_PS * FS_PER_PS) / spacingFs;
  const first = Math.max(1, Math.round(Math.min(settled, block / 20)));
  const last = Math.max(first + 1, Math.round(Math.min(DEFAULT_LAGS * settled, block / 5)));
  const count = Math.min(DEFAULT_LAGS, last - first + 1);
  return Int32Array.from({ length: count }, (_, k) => Math.round(first + ((last - first) * k) / (count - 1)));
}

function notesOf(lagsPs: F64, fitFrom: number, blockPs: number): readonly Note[] {
  const notes: Note[] = [];
  const fitted = lagsPs.length - fitFrom;
  if (lagsPs[fitFrom]! < SETTLED_PS * (1 - 1e-9)) {
    notes.push({
      code: "modal-lags-short",
      message: `the fit begins at ${lagsPs[fitFrom]!.toPrecision(3)} ps: slow vibrations still swing there`,
      hint: `fit from ${SETTLED_PS} ps on`,
    });
  }
  if (fitted < 5) {
    notes.push({
      code: "modal-lags-few",
      message: `the slopes rest on ${fitted} lags: a vibration may be caught at one phase`,
      hint: "fit a line over five lags or more, or take multiples of the slow periods",
    });
  }
  if (blockPs < 5 * lagsPs[lagsPs.length - 1]!) {
    notes.push({
      code: "modal-blocks-short",
      message: `blocks of ${blockPs.toPrecision(4)} ps hold lags up to ${lagsPs[lagsPs.length - 1]!.toPrecision(4)} ps fewer than five times: neighbouring blocks are not independent`,
      hint: "use longer blocks, shorter lags or independent runs",
    });
  }
  return notes;
}
