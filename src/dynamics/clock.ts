// Counts the steps of a state. The time is step × Δt from where the integrator took over, not a sum of many Δt, so that a million
// steps of 0.1 fs end at 100 000 fs and not at 100 000.0000000016.

import type { MdState } from "./state.js";

export interface SavedClock {
  readonly originStep: number;
  readonly originFs: number;
  readonly lastStep: number;
}

export class Clock {
  #originStep: number;
  #originFs: number;
  #lastStep: number;

  constructor(
    state: MdState,
    readonly timestepFs: number,
  ) {
    this.#originStep = state.step;
    this.#originFs = state.timeFs;
    this.#lastStep = state.step;
  }

  /** One step is done. */
  tick(state: MdState): void {
    if (state.step !== this.#lastStep) {
      // Another integrator had the state in between.
      this.#originStep = state.step;
      this.#originFs = state.timeFs;
    }
    state.step++;
    state.timeFs = this.#originFs + (state.step - this.#originStep) * this.timestepFs;
    this.#lastStep = state.step;
  }

  save(): SavedClock {
    return { originStep: this.#originStep, originFs: this.#originFs, lastStep: this.#lastStep };
  }

  restore(saved: SavedClock): void {
    this.#originStep = saved.originStep;
    this.#originFs = saved.originFs;
    this.#lastStep = saved.lastStep;
  }
}
