// Which frames of a file are frames of the trajectory. Frames are equally spaced; steps that come a second time (a run that went on from a checkpoint
// and wrote some frames again) are passed over with a note; missing ones are refused, because every lag after them would be wrong.

import { type FilePlace, FormatError, type Notes } from "../base/index.js";
import type { FrameChoice } from "./trajectory.js";

export interface Spacing {
  readonly startStep: number;
  /** Steps between frames; 0 for a single frame. */
  readonly stepSpacing: number;
  readonly gaps: "refuse" | "note";
}

/** Walks the steps of one pass over a file. */
export class Schedule {
  #last: number | undefined;
  #repeated = 0;
  #firstRepeated = 0;
  #lastRepeated = 0;
  #missing = 0;
  #index = -1;

  constructor(
    private readonly spacing: Spacing,
    private readonly notes: Notes,
  ) {}

  /** Index, from 0, of the frame taken last. */
  get index(): number {
    return this.#index;
  }

  /** Whether the frame of this step is the next of the trajectory. @throws FormatError where frames are missing or begin anew. */
  takes(step: number, place: FilePlace): boolean {
    const { startStep, stepSpacing, gaps } = this.spacing;
    if (this.#last === undefined) {
      this.#last = step;
      this.#index = 0;
      return true;
    }
    if (step <= this.#last) {
      if (step < startStep || (step === startStep && this.#last > startStep)) {
        throw new FormatError(
          place,
          `the steps begin anew: step ${step} comes after step ${this.#last}`,
          "the file holds several runs; cut it into one file for each",
        );
      }
      if (this.#repeated++ === 0) this.#firstRepeated = step;
      this.#lastRepeated = step;
      return false;
    }
    const expected = this.#last + stepSpacing;
    if (step !== expected && stepSpacing > 0) this.#gap(step, expected, { place, gaps });
    this.#last = step;
    this.#index++;
    return true;
  }

  #gap(step: number, expected: number, { place, gaps }: { place: FilePlace; gaps: Spacing["gaps"] }): void {
    if (gaps === "refuse") {
      throw new FormatError(
        place,
        `expected step ${expected}, found step ${step}: frames are missing or not equally spaced`,
        'write frames at equal intervals, cut the file there, or accept it with the option gaps: "note"',
        { expected, step },
      );
    }
    this.#missing++;
  }

  /** Adds what was passed over to the notes. */
  end(file: string): void {
    if (this.#repeated > 0) {
      this.notes.add(
        "frames-repeated",
        `${file}: ${this.#repeated} frame(s), steps ${this.#firstRepeated} to ${this.#lastRepeated}, came a second time and were passed over`,
        "a run that goes on from a checkpoint writes some frames again; the first of each were kept",
      );
    }
    if (this.#missing > 0) {
      this.notes.add(
        "frames-missing",
        `${file}: frames are missing or unequally spaced at ${this.#missing} place(s)`,
        "times are right, but lags counted in frames are wrong across these places",
      );
    }
  }
}

/** Turns frame indices into choices: only frames within the range and on the stride are read, unless all are needed to unwrap. */
export function choiceOf(
  index: number,
  { from, to, stride }: { readonly from: number; readonly to: number; readonly stride: number },
): FrameChoice {
  if (index >= to) return "end";
  return index >= from && (index - from) % stride === 0 ? "read" : "pass";
}

/**
 * The difference of two times as short as their own rounding allows: 0.3 − 0.2 is 0.1. Times of a file are decimals; the
 * difference of two of them is known no better than their last digits.
 */
export function timeDifference(later: number, earlier: number): number {
  const difference = later - earlier;
  const uncertainty = 4 * 2 ** -52 * Math.max(Math.abs(later), Math.abs(earlier));
  for (let digits = 1; digits <= 16; digits++) {
    const rounded = Number(difference.toPrecision(digits));
    if (Math.abs(rounded - difference) <= uncertainty) return rounded;
  }
  return difference;
}
