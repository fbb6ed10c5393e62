// Numbers of a measurement as plain values, and an analysis that sees only some of the frames.

import { type Estimate, type F64, InputError, type Notes } from "../base/index.js";
import { blockAverage } from "../numerics/index.js";
import type { Analysis } from "../transport/index.js";
import type { Sampled } from "./measure-data.js";

/** Null for what is not a finite number. */
export const finite = (value: number | undefined): number | null =>
  value !== undefined && Number.isFinite(value) ? value : null;

export const sampled = ({ value, standardError }: Omit<Estimate, "unit">): Sampled => ({
  value: finite(value),
  standardError: finite(standardError),
});

/** Mean of a correlated series with the error of blocks. */
export function sampledOf(series: F64): Sampled {
  const { mean, standardError } = blockAverage(series);
  return { value: finite(mean), standardError: finite(standardError) };
}

/** Six digits are more than any of these numbers has; a report of them is a third as long. */
export const rounded = (value: number): number => Number(value.toPrecision(6));
export const listOf = (values: ArrayLike<number>): number[] => Array.from(values, rounded);
export const listOrNull = (values: ArrayLike<number>): (number | null)[] =>
  Array.from(values, (value) => (Number.isFinite(value) ? rounded(value) : null));

/** Points of a curve that a picture can show: all up to `most`, else evenly on a logarithmic scale from the second on. */
export function thinned(length: number, most = 240): number[] {
  if (length <= most) return Array.from({ length }, (_, k) => k);
  const places = Array.from({ length: most - 1 }, (_, k) => Math.round((length - 1) ** (k / (most - 2))));
  return [0, ...new Set(places)];
}

/** The analysis shown the first frame and every `stride`-th after it. */
export function everyFrame<R>(analysis: Analysis<R>, stride: number): Analysis<R> {
  if (stride === 1) return analysis;
  let seen = 0;
  return {
    name: analysis.name,
    begin(heading) {
      seen = 0;
      analysis.begin({ ...heading, frameSpacingFs: heading.frameSpacingFs * stride });
    },
    add(frame) {
      if (seen++ % stride === 0) analysis.add(frame);
    },
    finish: () => analysis.finish(),
  };
}

/** What a run is too short for is left out, with a note that says so. */
export function unlessTooShort<T>(notes: Notes, code: string, make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    notes.add(code, error.message, error.hint);
    return undefined;
  }
}
