// Long work: progress, cancelling, and handing independent pieces to other threads.

import type { CrewMaker } from "./crew.js";

export interface Progress {
  /** What is being done, for a person: "relaxing configurations". */
  readonly stage: string;
  readonly done: number;
  readonly total?: number;
  /** A few live numbers, e.g. { maxForce: 0.03 }. */
  readonly watch?: Readonly<Record<string, number>>;
}

export interface RunOptions {
  /** Aborting it stops the work at the next tick; `signal.reason` is what is thrown. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

/** RunOptions of anything that draws random numbers. */
export interface StochasticOptions extends RunOptions {
  readonly seed: number;
}

const REPORT_EVERY_MS = 100;
const YIELD_EVERY_MS = 50;

/**
 * Makes a long loop breathe: checks the signal, reports at most ten times a second, and lets other events
 * (an abort message, a timer) run at least every 50 ms.
 */
export class Pacer {
  #lastReport = Number.NEGATIVE_INFINITY;
  #lastYield = performance.now();

  constructor(
    private readonly stage: string,
    private readonly options: RunOptions = {},
  ) {}

  async tick(done: number, total?: number, watch?: Readonly<Record<string, number>>): Promise<void> {
    this.options.signal?.throwIfAborted();
    const now = performance.now();
    if (this.options.onProgress && (now - this.#lastReport >= REPORT_EVERY_MS || done === total)) {
      this.#lastReport = now;
      this.options.onProgress({
        stage: this.stage,
        done,
        ...(total === undefined ? {} : { total }),
        ...(watch === undefined ? {} : { watch }),
      });
    }
    if (now - this.#lastYield >= YIELD_EVERY_MS) {
      await new Promise<void>((resolve) => setTimeout(resolve, 0));
      this.#lastYield = performance.now();
      this.options.signal?.throwIfAborted();
    }
  }
}

/** What a task gets from the thread it runs on. */
export interface TaskRunOptions extends RunOptions {
  /** Threads to share one calculation with; they belong to the thread that runs the task, which keeps them for the next one. */
  readonly crew?: CrewMaker;
}

/** A pure function from one plain (structured-cloneable) value to another, known by name on every thread. */
export interface Task<I, O> {
  readonly name: string;
  run(input: I, options: TaskRunOptions): Promise<O>;
}

/** Runs many inputs of one task, on this thread or on others. Results never depend on how many there are. */
export interface TaskPool {
  /** Threads the work is spread over. */
  readonly width: number;
  /** Calls `onResult` as each piece ends, in any order; resolves when all have. The first error cancels the rest. */
  run<I, O>(
    task: Task<I, O>,
    inputs: readonly I[],
    onResult: (output: O, index: number) => void | Promise<void>,
    options?: RunOptions,
  ): Promise<void>;
}

/** The pool of one: everything on this thread, in order. */
export const inlinePool: TaskPool = {
  width: 1,
  async run(task, inputs, onResult, options = {}) {
    for (const [index, input] of inputs.entries()) {
      options.signal?.throwIfAborted();
      await onResult(await task.run(input, options.signal ? { signal: options.signal } : {}), index);
    }
  },
};
