// What a reader of a diffusivity must know before using it. Each test has a stated chance of a false alarm.

import type { F64, Notes } from "../base/index.js";
import { chiSquareTail, mean, standardError, studentTail } from "../numerics/index.js";
import type { CurveEstimates } from "./diffusion-estimators.js";
import type { FitWindow } from "./fit-window.js";
import type { JumpCount } from "./jump-count.js";
import { durationPs, type MsdResult } from "./msd-result.js";

/** Chance of a false alarm of each test. */
const ALARM = 0.003;
const FEW_JUMPS = 10;

export interface NoteContext {
  readonly result: MsdResult;
  readonly of: string;
  readonly window: FitWindow;
  readonly estimates: CurveEstimates;
  readonly jumps: JumpCount;
  readonly bounded: boolean;
}

export function addNotes(notes: Notes, context: NoteContext): void {
  const { result, window, estimates, jumps, bounded, of } = context;
  const endPs = window.timesPs[window.timesPs.length - 1]!;
  const length = durationPs(result);
  if (bounded)
    notes.add(
      "diffusion-bound-only",
      `no ${of} diffusion was resolved: only an upper limit is given`,
      "run longer, or hotter",
    );
  if (endPs > 0.5 * length)
    notes.add(
      "diffusion-window-long",
      `the window ends at ${endPs.toFixed(1)} ps of a run of ${length.toFixed(1)} ps`,
      "lags beyond half the run are seen less than twice; end the window earlier",
    );
  if (!window.straight)
    notes.add(
      "diffusion-not-straight",
      `the mean square displacement is nowhere straight up to ${endPs.toFixed(2)} ps: its slope still changes`,
      "run longer, or give the window you trust",
    );
  if (!window.blocksReach)
    notes.add(
      "diffusion-model-error",
      `blocks do not reach to ${endPs.toFixed(2)} ps: the error assumes independent ions`,
      "end the window at half a block, use fewer blocks, or compare independent runs",
    );
  if (jumps.jumps < FEW_JUMPS)
    notes.add(
      "diffusion-few-hops",
      `${jumps.jumps.toFixed(1)} effective hops of ${jumps.jumpLength} Å in the whole run: not converged`,
      "run until each carrier has hopped some ten times, or hotter",
    );
  if (!bounded && estimates.quality < ALARM)
    notes.add(
      "diffusion-misfit",
      `the points scatter about the line more than independent walks would (probability ${estimates.quality.toExponential(1)})`,
      "the curve bends within the window, or ions move together",
    );
  if (estimates.perBlock.length >= 3) compareBlocks(notes, context);
  else compareLines(notes, estimates);
}

function compareLines(notes: Notes, { ordinary, generalised, differenceError }: CurveEstimates): void {
  const difference = ordinary - generalised;
  if (studentTail(difference / differenceError, Number.POSITIVE_INFINITY) < ALARM)
    notes.add(
      "diffusion-estimators-disagree",
      `ordinary and generalised slopes differ by ${difference.toExponential(2)} ± ${differenceError.toExponential(1)} Å²/ps`,
      "the curve bends within the window: begin it later",
    );
}

function compareBlocks(notes: Notes, { estimates, result, of }: NoteContext): void {
  const { perBlock, perBlockOrdinary, modelError } = estimates;
  const freedom = perBlock.length - 1;
  const difference = Float64Array.from(perBlock, (value, b) => perBlockOrdinary[b]! - value);
  if (probabilityOfZero(difference) < ALARM)
    notes.add(
      "diffusion-estimators-disagree",
      `ordinary and generalised slopes differ by ${mean(difference).toExponential(2)} ± ${standardError(difference).toExponential(1)} Å²/ps`,
      "the curve bends within the window: begin it later",
    );
  const ratio = standardError(perBlock) / modelError;
  const tail = chiSquareTail(freedom * ratio * ratio, freedom);
  if (tail < ALARM)
    notes.add(
      "diffusion-error-larger",
      `the blocks' error is ${ratio.toFixed(1)} times that of independent ions (${of})`,
      "ions that move together or a run that changes in time do this; the blocks' error is the one given",
    );
  const half = Math.floor(perBlock.length / 2);
  if (half >= 3) {
    const [early, late] = [perBlock.slice(0, half), perBlock.slice(perBlock.length - half)];
    const change = mean(late) - mean(early);
    const error = Math.hypot(standardError(early), standardError(late));
    if (error > 0 && studentTail(change / error, 2 * (half - 1)) < ALARM)
      notes.add(
        "diffusion-changes-in-time",
        `D changes by ${change.toExponential(2)} ± ${error.toExponential(1)} Å²/ps from the first to the second half of ${durationPs(result).toFixed(0)} ps`,
        "leave out more of the beginning: see D against start time",
      );
  }
}

/** Two-sided probability of a mean as large as this if the true mean were zero. */
function probabilityOfZero(values: F64): number {
  const error = standardError(values);
  return error > 0 ? studentTail(mean(values) / error, values.length - 1) : 1;
}
