// What has to be known of trajectories before they are split: how many frames, how hot, and which lags fit into them.

import { ACCELERATION, BOLTZMANN, InputError, Pacer, type RunOptions } from "../../base/index.js";
import type { FrameOptions, Trajectory } from "../../dynamics/index.js";
import { median } from "../../numerics/index.js";
import { type Crystal, matchAtoms, withCell } from "../../structure/index.js";

export interface RunCount {
  readonly name: string;
  readonly frames: number;
  readonly spacingFs: number;
  /** From the velocities, mean over frames, three degrees of freedom less for the centre of mass; null without velocities. */
  readonly temperatureK: number | null;
}

/** Half of the atoms of a crystal are never this far from their places, Å: a third of the shortest distances between them. */
const FAR = 1;
/** Relative difference of cell vectors beyond which the modes are those of another crystal; heat expands by less. */
const OTHER_CELL = 0.1;

/** @throws InputError when the first frame, in the order of the reference, is not the reference: other units, other cell, other crystal. */
export function checkReference(run: Trajectory, reference: Crystal, name: string): void {
  const ours = reference.cell.vectors;
  const theirs = run.crystal.cell.vectors;
  const longest = Math.max(...Array.from(ours, Math.abs));
  const apart = Math.max(...Array.from(ours, (x, k) => Math.abs(x - theirs[k]!))) / longest;
  if (apart > OTHER_CELL) {
    const sides = (vectors: ArrayLike<number>): string =>
      [0, 3, 6].map((k) => Math.hypot(vectors[k]!, vectors[k + 1]!, vectors[k + 2]!).toFixed(3)).join(", ");
    throw new InputError(
      `the cell of ${name} has sides of ${sides(theirs)} Å, that of the reference ${sides(ours)} Å`,
      "lengths are Å: convert a file in nm; otherwise give the structure the run began with",
      { apart },
    );
  }
  const { distances } = matchAtoms(reference, withCell(run.crystal, reference.cell), { removeTranslation: true });
  const half = median(distances);
  if (half > FAR)
    throw new InputError(
      `half of the atoms of the first frame of ${name} are farther than ${half.toFixed(2)} Å from their places in the reference`,
      "lengths are Å: convert positions in nm; otherwise give the structure the run began with",
      { half },
    );
}

/** Every `stride`-th frame after the first `skipPs`. @throws InputError where the cell changes. */
export function runPart(
  run: Trajectory,
  { stride, skipPs }: { readonly stride: number; readonly skipPs: number },
  name: string,
): Trajectory {
  if (run.variableCell) {
    throw new InputError(
      `the cell of ${name} changes with time (constant pressure)`,
      "a mode's displacement is measured in one fixed cell: simulate at constant volume, in the mean cell of this run",
    );
  }
  if (!(run.frameSpacingFs > 0)) {
    throw new InputError(
      `${name} holds one frame, or its frames do not say when they were taken`,
      "give a trajectory of many frames at equal intervals",
    );
  }
  const skip = Math.ceil((skipPs * 1e3) / run.frameSpacingFs - 1e-6);
  const { frameCount, ...rest } = run;
  return {
    ...rest,
    frameSpacingFs: run.frameSpacingFs * stride,
    ...(frameCount === undefined ? {} : { frameCount: Math.max(0, Math.ceil((frameCount - skip) / stride)) }),
    frames: ({ from = 0, to, stride: step = 1, signal }: FrameOptions = {}) =>
      run.frames({
        from: skip + stride * from,
        stride: stride * step,
        ...(to === undefined ? {} : { to: skip + stride * (to - 1) + 1 }),
        ...(signal ? { signal } : {}),
      }),
  };
}

/** Reads every run through once. */
export async function countRuns(
  runs: readonly { readonly name: string; readonly trajectory: Trajectory }[],
  options: RunOptions,
): Promise<RunCount[]> {
  const pacer = new Pacer("counting frames", options);
  const counts: RunCount[] = [];
  let done = 0;
  for (const { name, trajectory } of runs) {
    const { masses } = trajectory.crystal;
    let frames = 0;
    let twice = 0; // amu Å²/fs²
    let cold = false;
    for await (const { velocities } of trajectory.frames(options.signal ? { signal: options.signal } : {})) {
      frames++;
      if (velocities)
        for (let a = 0; a < velocities.length; a++) twice += masses[Math.floor(a / 3)]! * velocities[a]! ** 2;
      else cold = true;
      await pacer.tick(++done);
    }
    if (frames < 2)
      throw new InputError(
        `${name} has ${frames} frame${frames === 1 ? "" : "s"} left`,
        "reduce --skip-ps or --stride",
      );
    const freedom = 3 * masses.length - 3;
    counts.push({
      name,
      frames,
      spacingFs: trajectory.frameSpacingFs,
      temperatureK: cold || twice === 0 ? null : twice / (frames * freedom * BOLTZMANN * ACCELERATION),
    });
  }
  return counts;
}

/** @throws InputError that says which lags fit. */
export function checkLagsFit(
  lagsPs: readonly number[],
  {
    counts,
    spacingFs,
    blocks = 1,
  }: {
    readonly counts: readonly RunCount[];
    readonly spacingFs: number;
    readonly blocks?: number | undefined;
  },
): void {
  const longest = lagsPs[lagsPs.length - 1]!;
  for (const { name, frames } of counts) {
    const blockPs = (Math.floor(frames / blocks) * spacingFs) / 1e3;
    if (longest <= blockPs - spacingFs / 1e3 + 1e-9) continue;
    const whole = (frames * spacingFs) / 1e3;
    const fitting = lagsPs.filter((lag) => lag <= blockPs - spacingFs / 1e3);
    const advice = Number((blockPs / 5).toPrecision(2));
    throw new InputError(
      `${name} holds ${whole} ps${blocks > 1 ? ` in ${blocks} blocks of ${blockPs} ps` : ""}: too short for a lag of ${longest} ps`,
      `lags below ${blockPs} ps fit${fitting.length > 0 ? ` (of yours ${fitting.join(", ")} ps)` : ""}; up to a fifth of it, ${advice} ps, there is something to average over${blocks > 1 ? "; or take fewer --blocks" : ""}`,
      { lengthPs: whole, blockPs, longestLagPs: longest },
    );
  }
}
