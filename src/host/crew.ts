// A crew of worker threads over shared memory. The caller does items itself and never waits for a thread that has taken none, so a
// crew is never slower than one thread by more than the handing out, about a microsecond a run.

import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import {
  CREW_ARGUMENTS,
  type Crew,
  type CrewMaker,
  type CrewProgram,
  type CrewWork,
  InputError,
  NumericError,
  ResourceError,
  soloCrew,
} from "../base/index.js";
import {
  ARITY,
  CALL,
  CALLER_SLEEPS,
  CLOSED,
  COUNT,
  type CrewBlock,
  type CrewMessage,
  closedState,
  DONE,
  doItems,
  ERROR_LENGTH,
  FAILED,
  MOST_ITEMS,
  makeBlock,
  openState,
  PROGRAM,
  runOf,
  SLEEPERS,
  STATE,
  spin,
  viewBlock,
} from "./crew-protocol.js";
import type { CrewWorkerData } from "./crew-worker.js";

export interface CrewOptions {
  /** The built thread. Default: beside this file. */
  readonly workerUrl?: URL;
  /** How long a thread stays awake when there is nothing to do, in looks at memory of some nanoseconds each. Default 20000. */
  readonly spinTurns?: number;
  /** How long no item may end before a thread is taken to be lost, ms. Default 30000. */
  readonly patienceMs?: number;
}

const SLICE_MS = 50; // a sleep of the whole machine then costs one slice of patience, however long it was

/**
 * Starts `threads − 1` threads. They do not keep the program running, and use no processor time while nothing is asked of them.
 * @throws InputError when `threads` is not a whole number of at least 1
 */
export function makeCrew(threads: number, options: CrewOptions = {}): Crew {
  if (!Number.isSafeInteger(threads) || threads < 1) {
    throw new InputError(`a crew of ${threads} threads was asked for`, "give a whole number of at least 1", {
      threads,
    });
  }
  return threads === 1 ? soloCrew : new ThreadCrew(threads, options);
}

/** Makes each width of crew once and keeps it; one that lost a thread is made anew. */
export function crewKeeper(options: CrewOptions = {}): CrewMaker {
  const kept = new Map<number, ThreadCrew>();
  return (threads) => {
    const present = kept.get(threads);
    if (present?.whole) return present;
    const crew = makeCrew(threads, options);
    if (crew instanceof ThreadCrew) kept.set(threads, crew);
    return crew;
  };
}

interface HelperThread {
  readonly worker: Worker;
  readonly port: MessagePort;
}

type Functions = Readonly<Record<string, (...args: readonly number[]) => number | undefined>>;

class ThreadCrew implements Crew {
  readonly #shared = makeBlock();
  readonly #block: CrewBlock = viewBlock(this.#shared);
  readonly #helpers: HelperThread[];
  readonly #spinTurns: number;
  readonly #patienceMs: number;
  #programs = 0;
  #lost: string | undefined;

  constructor(
    readonly width: number,
    { workerUrl = new URL("./crew-worker.js", import.meta.url), spinTurns = 20_000, patienceMs = 30_000 }: CrewOptions,
  ) {
    this.#spinTurns = spinTurns;
    this.#patienceMs = patienceMs;
    this.#block.numbers[STATE] = closedState(0);
    this.#helpers = Array.from({ length: width - 1 }, (_, i) => {
      const { port1, port2 } = new MessageChannel();
      const workerData: CrewWorkerData = { block: this.#shared, port: port2, thread: i + 1, spinTurns };
      const worker = new Worker(workerUrl, { workerData, transferList: [port2] });
      worker.unref();
      port1.unref();
      worker.on("error", (error) => this.#lose(`a thread of a crew failed: ${error.message}`));
      worker.on("exit", (code) => this.#lose(`a thread of a crew ended by itself (code ${code})`));
      return { worker, port: port1 };
    });
  }

  get whole(): boolean {
    return this.#lost === undefined;
  }

  share(shared: CrewProgram, exports: object): CrewWork {
    const program = ++this.#programs;
    const functions = exports as Functions;
    const calls = Object.keys(functions).filter((name) => typeof functions[name] === "function");
    this.#tell({ type: "share", program, shared, calls });
    return {
      width: this.width,
      run: (call, items, perThread) =>
        this.#runAll({ program, name: call, call: calls.indexOf(call), function: functions[call]! }, items, perThread),
      end: () => this.#tell({ type: "end", program }),
    };
  }

  #tell(message: CrewMessage): void {
    if (this.#lost === undefined) for (const { port } of this.#helpers) port.postMessage(message);
  }

  #runAll(work: Work, items: readonly (readonly number[])[], perThread: readonly number[] = []): Float64Array {
    if (items.length <= MOST_ITEMS) return this.#run(work, items, perThread);
    const results = new Float64Array(items.length);
    for (let from = 0; from < items.length; from += MOST_ITEMS) {
      results.set(this.#run(work, items.slice(from, from + MOST_ITEMS), perThread), from);
    }
    return results;
  }

  #run(work: Work, items: readonly (readonly number[])[], perThread: readonly number[]): Float64Array {
    this.#expectWhole();
    const { numbers, results } = this.#block;
    const run = runOf(openState(runOf(numbers[STATE]!) + 1)); // modulo 2²⁰
    this.#describe(work, items, perThread);
    Atomics.store(numbers, STATE, openState(run));
    if (Atomics.load(numbers, SLEEPERS) > 0) Atomics.notify(numbers, STATE);
    doItems(this.#block, { thread: 0, run, call: work.function });
    this.#waitFor(items.length);
    Atomics.store(numbers, STATE, closedState(run));
    if (numbers[FAILED] !== 0) throw this.#error(work);
    return results.subarray(0, items.length);
  }

  #describe(work: Work, items: readonly (readonly number[])[], perThread: readonly number[]): void {
    const { numbers, items: args, perThread: steps } = this.#block;
    const arity = items[0]?.length ?? 0;
    numbers[PROGRAM] = work.program;
    numbers[CALL] = work.call;
    numbers[ARITY] = arity;
    numbers[COUNT] = items.length;
    numbers[DONE] = 0;
    numbers[FAILED] = 0;
    for (let a = 0; a < arity; a++) steps[a] = perThread[a] ?? 0;
    items.forEach((item, i) => {
      for (let a = 0; a < arity; a++) args[i * CREW_ARGUMENTS + a] = item[a]!;
    });
  }

  /** Until the items that other threads have taken are done. */
  #waitFor(count: number): void {
    const { numbers } = this.#block;
    let patience = this.#patienceMs;
    for (;;) {
      const done = Atomics.load(numbers, DONE);
      if (done === count) return;
      if (spin(numbers, DONE, done, this.#spinTurns)) {
        patience = this.#patienceMs;
        continue;
      }
      Atomics.store(numbers, CALLER_SLEEPS, 1);
      const ended = Atomics.wait(numbers, DONE, done, SLICE_MS);
      Atomics.store(numbers, CALLER_SLEEPS, 0);
      patience = ended === "timed-out" ? patience - SLICE_MS : this.#patienceMs;
      if (patience > 0) continue;
      this.#lose(`a thread of a crew has not answered for ${this.#patienceMs / 1000} s`);
      this.#expectWhole();
    }
  }

  #error({ name }: Work): NumericError {
    const { numbers, error } = this.#block;
    const reason = new TextDecoder().decode(error.slice(0, numbers[ERROR_LENGTH]));
    return new NumericError(
      `the kernel ${name} failed: ${reason}`,
      "run it with --threads 1 to see whether it repeats",
    );
  }

  #expectWhole(): void {
    if (this.#lost === undefined) return;
    throw new ResourceError(this.#lost, "make a new crew; if the system was short of memory, of fewer threads");
  }

  dispose(): void {
    this.#lose("this crew was disposed");
  }

  #lose(reason: string): void {
    if (this.#lost !== undefined) return;
    this.#lost = reason;
    const { numbers } = this.#block;
    Atomics.store(numbers, CLOSED, 1);
    Atomics.notify(numbers, STATE);
    for (const { worker, port } of this.#helpers) {
      port.close();
      void worker.terminate();
    }
  }
}

interface Work {
  readonly program: number;
  readonly name: string;
  /** Place in the module's list of functions. */
  readonly call: number;
  readonly function: Functions[string];
}
