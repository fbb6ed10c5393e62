// One pass over a trajectory for many analyses: what each finds is returned under the key it was given.

import { InputError, Pacer, type RunOptions } from "../base/index.js";
import type { FrameRange, Trajectory, TrajectoryHeading } from "../dynamics/index.js";
import type { Analysis } from "./analysis.js";

export interface AnalyseOptions extends RunOptions, FrameRange {}

export type AnalysisResults<A extends Record<string, Analysis<unknown>>> = {
  readonly [K in keyof A]: A[K] extends Analysis<infer R> ? R : never;
};

/**
 * Shows every frame of the range to every analysis. With a stride the heading they see has the wider frame spacing.
 * @throws InputError when the range holds no frame.
 */
export async function analyse<A extends Record<string, Analysis<unknown>>>(
  trajectory: Trajectory,
  analyses: A,
  options: AnalyseOptions = {},
): Promise<AnalysisResults<A>> {
  const { from = 0, to, stride = 1, signal } = options;
  checkRange(from, to, stride);
  const names = Object.keys(analyses);
  const heading = strided(trajectory, stride);
  for (const name of names) analyses[name]!.begin(heading);
  const pacer = new Pacer("reading frames", options);
  const total = expectedFrames(trajectory.frameCount, { from, stride, ...(to === undefined ? {} : { to }) });
  const range = { from, stride, ...(to === undefined ? {} : { to }), ...(signal ? { signal } : {}) };
  let seen = 0;
  for await (const frame of trajectory.frames(range)) {
    for (const name of names) analyses[name]!.add(frame);
    await pacer.tick(++seen, total);
  }
  if (seen === 0)
    throw new InputError(
      `no frame from ${from} to ${to ?? "the end"} of ${trajectory.frameCount ?? "an unknown number of"} frames`,
      "begin the range before the end of the trajectory",
      { from, to, frameCount: trajectory.frameCount },
    );
  const results: Record<string, unknown> = {};
  for (const [done, name] of names.entries()) {
    await pacer.tick(seen, total, { finished: done });
    results[name] = analyses[name]!.finish();
  }
  return results as AnalysisResults<A>;
}

function checkRange(from: number, to: number | undefined, stride: number): void {
  const whole = Number.isInteger(from) && Number.isInteger(stride) && (to === undefined || Number.isInteger(to));
  if (!whole || from < 0 || stride < 1 || (to !== undefined && to <= from))
    throw new InputError(
      `frames from ${from} to ${to ?? "the end"}, every ${stride}`,
      "pass whole numbers with 0 ≤ from < to and a stride of at least 1",
      { from, to, stride },
    );
}

/** The heading alone, so that no analysis can read the frames a second time. */
function strided(trajectory: Trajectory, stride: number): TrajectoryHeading {
  const { crystal, frameSpacingFs, variableCell, hasVelocities } = trajectory;
  return { crystal, frameSpacingFs: frameSpacingFs * stride, variableCell, hasVelocities };
}

function expectedFrames(count: number | undefined, range: FrameRange): number | undefined {
  if (count === undefined) return undefined;
  const { from = 0, to = count, stride = 1 } = range;
  return Math.max(0, Math.ceil((Math.min(to, count) - from) / stride));
}
