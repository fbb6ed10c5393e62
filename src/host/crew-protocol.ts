// How the threads of a crew share out calls: a block of shared memory, which the caller fills and from which every thread takes items.
//
// `state` holds the number of the run and that of the next item. A thread takes an item by raising `state` if it is still what it
// read (compare and exchange): then the run is still that one, and its description stays until the caller has seen all items done. So
// nobody waits for a thread that sleeps, has not started yet or was held up: the others do its items. While the caller describes the
// next run, `state` has no item to take.

import { CREW_ARGUMENTS, type CrewProgram } from "../base/index.js";

/** Items of one run. */
export const MOST_ITEMS = 1024;
const ITEM_BITS = 12; // state: run number above, next item (up to MOST_ITEMS) below
const ITEM_MASK = (1 << ITEM_BITS) - 1;
const ERROR_BYTES = 512;

/** Places in the block of 32-bit numbers. */
export const [STATE, COUNT, DONE, SLEEPERS, CALLER_SLEEPS, PROGRAM, CALL, ARITY, FAILED, ERROR_LENGTH, CLOSED] = [
  0, 16, 32, 48, 49, 50, 51, 52, 53, 54, 55,
] as const; // what many threads write has a cache line for itself
const NUMBERS = 64;

export interface CrewBlock {
  readonly numbers: Int32Array<SharedArrayBuffer>;
  readonly perThread: Float64Array<SharedArrayBuffer>;
  readonly results: Float64Array<SharedArrayBuffer>;
  readonly items: Float64Array<SharedArrayBuffer>; // [items, CREW_ARGUMENTS]
  readonly error: Uint8Array<SharedArrayBuffer>;
}

const F64_BYTES = 8;
const PER_THREAD_AT = 4 * NUMBERS;
const RESULTS_AT = PER_THREAD_AT + F64_BYTES * CREW_ARGUMENTS;
const ITEMS_AT = RESULTS_AT + F64_BYTES * MOST_ITEMS;
const ERROR_AT = ITEMS_AT + F64_BYTES * MOST_ITEMS * CREW_ARGUMENTS;

export const makeBlock = (): SharedArrayBuffer => new SharedArrayBuffer(ERROR_AT + ERROR_BYTES);

export const viewBlock = (block: SharedArrayBuffer): CrewBlock => ({
  numbers: new Int32Array(block, 0, NUMBERS),
  perThread: new Float64Array(block, PER_THREAD_AT, CREW_ARGUMENTS),
  results: new Float64Array(block, RESULTS_AT, MOST_ITEMS),
  items: new Float64Array(block, ITEMS_AT, MOST_ITEMS * CREW_ARGUMENTS),
  error: new Uint8Array(block, ERROR_AT, ERROR_BYTES),
});

/** Runs are numbered modulo 2²⁰. */
export const runOf = (state: number): number => state >> ITEM_BITS;
/** The state of a run with no item to take. */
export const closedState = (run: number): number => (run << ITEM_BITS) | ITEM_MASK;
/** The state of a run whose items are all to be taken. */
export const openState = (run: number): number => run << ITEM_BITS;

type Call = (...args: readonly number[]) => number | undefined;

/** What a thread is told beside the block: modules come and go. */
export type CrewMessage =
  | {
      readonly type: "share";
      readonly program: number;
      readonly shared: CrewProgram;
      readonly calls: readonly string[];
    }
  | { readonly type: "end"; readonly program: number };

/** What a thread needs to know to do items of a run. */
export interface Hand {
  readonly thread: number;
  /** As `runOf` gives it: items of another run are left alone. */
  readonly run: number;
  readonly call: Call;
}

/** Takes items and does them until none is left. */
export function doItems({ numbers, perThread, results, items, error }: CrewBlock, { thread, run, call }: Hand): void {
  const args: number[] = [];
  for (;;) {
    const state = Atomics.load(numbers, STATE);
    const item = state & ITEM_MASK;
    if (runOf(state) !== run || item >= Atomics.load(numbers, COUNT)) return;
    if (Atomics.compareExchange(numbers, STATE, state, state + 1) !== state) continue;
    const arity = numbers[ARITY]!;
    args.length = arity;
    for (let a = 0; a < arity; a++) args[a] = items[item * CREW_ARGUMENTS + a]! + thread * perThread[a]!;
    try {
      results[item] = call(...args) ?? 0;
    } catch (reason) {
      keepError(numbers, error, reason);
    }
    Atomics.add(numbers, DONE, 1);
    if (thread > 0 && Atomics.load(numbers, CALLER_SLEEPS) === 1) Atomics.notify(numbers, DONE);
  }
}

/** The first error of a run. */
function keepError(numbers: Int32Array, error: Uint8Array, reason: unknown): void {
  if (Atomics.exchange(numbers, FAILED, 1) !== 0) return;
  const bytes = new TextEncoder().encode(reason instanceof Error ? reason.message : String(reason));
  error.set(bytes.subarray(0, ERROR_BYTES));
  numbers[ERROR_LENGTH] = Math.min(bytes.length, ERROR_BYTES);
}

/** Looks `turns` times whether a number differs from `value`, without sleeping. */
export function spin(numbers: Int32Array, at: number, value: number, turns: number): boolean {
  for (let turn = 0; turn < turns; turn++) if (Atomics.load(numbers, at) !== value) return true;
  return false;
}
