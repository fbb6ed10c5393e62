// Threads that do one calculation together: the caller calls a function of a WebAssembly module for many items, and whichever thread
// is free takes the next one. All threads see one memory. Which thread does an item is chance, so an item may write only memory that
// no other item of the same run touches, or memory of its thread's own whose sums are exact: then the bits are the same for any width.

/** Lives until `dispose`; driven by one thread, one run at a time. */
export interface Crew {
  /** Threads, the caller's included. */
  readonly width: number;
  /** Makes a module known to every thread; `exports` are those of the caller's instance. */
  share(program: CrewProgram, exports: object): CrewWork;
  /** Ends the threads; what was shared can no longer run. */
  dispose(): void;
}

/** Code, and the memory that all threads run it on. */
export interface CrewProgram {
  readonly module: WebAssembly.Module;
  /** Shared when the crew's width exceeds 1. */
  readonly memory: WebAssembly.Memory;
}

/** The functions of one module, for all threads. */
export interface CrewWork {
  readonly width: number;
  /**
   * Calls `call` with each item's arguments; returns when all are done. Argument a is `items[i][a] + t · perThread[a]` on thread t: so a
   * buffer of the thread's own is the first thread's address and a distance. Gives the return values in the order of `items`, valid until
   * the next run.
   * @throws NumericError when a call fails; ResourceError when a thread no longer answers
   */
  run(call: string, items: readonly (readonly number[])[], perThread?: readonly number[]): Float64Array;
  /** Threads forget the module and its memory. */
  end(): void;
}

/** Numbers a call may take. */
export const CREW_ARGUMENTS = 24;

/** Gives a crew of so many threads, the same one each time: its owner disposes it. */
export type CrewMaker = (threads: number) => Crew;

/** The crew of one: every call on this thread, in order. */
export const soloCrew: Crew = {
  width: 1,
  share(_program, exports) {
    const functions = exports as Readonly<Record<string, (...args: readonly number[]) => number | undefined>>;
    let results = new Float64Array(16);
    return {
      width: 1,
      run(call, items) {
        if (results.length < items.length) results = new Float64Array(2 * items.length);
        for (let i = 0; i < items.length; i++) results[i] = functions[call]!(...items[i]!) ?? 0;
        return results.subarray(0, items.length);
      },
      end: () => undefined,
    };
  },
  dispose: () => undefined,
};
