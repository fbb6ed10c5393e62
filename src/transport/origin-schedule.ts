// Which earlier frames a frame is compared with: time origins every S frames, each kept until the longest lag has passed.

import { InputError, type Notes } from "../base/index.js";

export interface LagOptions {
  /** Lags, ps; each is taken at the nearest frame. */
  readonly lagsPs: readonly number[];
  /** Frames between time origins. Default 10. */
  readonly originEvery?: number;
}

export interface OriginSchedule {
  readonly lagFrames: Int32Array<ArrayBuffer>; // [lags] ascending
  readonly lagsPs: Float64Array<ArrayBuffer>; // [lags]
  /** How many origins are held at a time. */
  readonly slots: number;
  /** Slot of the origin `frame` is, or −1. */
  slotOf(frame: number): number;
}

/** @throws InputError when a lag is not a time. */
export function originSchedule(options: LagOptions, frameSpacingFs: number, notes: Notes): OriginSchedule {
  const { lagsPs, originEvery = 10 } = options;
  if (lagsPs.length === 0 || lagsPs.some((lag) => !(lag >= 0 && lag < Number.POSITIVE_INFINITY)))
    throw new InputError(`lags of ${lagsPs.join(", ") || "nothing"} ps`, "pass times of at least 0 ps");
  if (!Number.isInteger(originEvery) || originEvery < 1)
    throw new InputError(`time origins every ${originEvery} frames`, "pass a whole number of at least 1");
  const wanted = lagsPs.map((lag) => (lag * 1000) / frameSpacingFs);
  const frames = wanted.map(Math.round);
  const moved = wanted.findIndex((lag, k) => Math.abs(lag - frames[k]!) > 1e-6 * Math.max(1, lag));
  if (moved >= 0)
    notes.add(
      "lag-between-frames",
      `a lag of ${lagsPs[moved]} ps lies between frames ${frameSpacingFs / 1000} ps apart; ${(frames[moved]! * frameSpacingFs) / 1000} ps was taken`,
      "pass multiples of the time between frames",
    );
  const lagFrames = Int32Array.from(new Set(frames)).sort();
  const slots = Math.floor(lagFrames[lagFrames.length - 1]! / originEvery) + 1;
  return {
    lagFrames,
    lagsPs: Float64Array.from(lagFrames, (lag) => (lag * frameSpacingFs) / 1000),
    slots,
    slotOf: (frame) => (frame < 0 || frame % originEvery !== 0 ? -1 : (frame / originEvery) % slots),
  };
}
