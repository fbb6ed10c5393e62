// Independent pieces of work spread over threads. Pieces are handed out one by one to whichever worker is free, so the
// order of results varies with the number of threads, and nothing else does: every piece is a pure function of its input.

import { setMaxListeners } from "node:events";
import { availableParallelism } from "node:os";
import { Worker, type WorkerOptions } from "node:worker_threads";
import {
  errorFromData,
  InputError,
  NumericError,
  type Progress,
  ResourceError,
  type RunOptions,
  type Task,
  type TaskPool,
} from "../base/index.js";
import { systemCode } from "./files.js";
import type { FromWorker, ToWorker, WorkerSetup } from "./protocol.js";

export interface PoolOptions {
  /** Worker threads. Default: the cores this process may use. */
  readonly threads?: number;
  /** Further ES modules that export `tasks`, beside those of the catalogue. Default none. */
  readonly taskModules?: readonly URL[];
  /** The built worker. Default: beside this file. */
  readonly workerUrl?: URL;
  /** How long a worker may take to answer an abort before it is ended, ms. Default 2000. */
  readonly abortGraceMs?: number;
  /** Largest JavaScript heap of one thread, MB; kernels' memory is not part of it. Default: Node's own limit. */
  readonly heapMb?: number;
}

/** A TaskPool that owns threads. They start with the first piece and live until `close`. */
export interface WorkerPool extends TaskPool {
  close(): Promise<void>;
}

export const defaultThreads = (): number => availableParallelism();

/** @throws InputError when `threads` is not a whole number of at least 1. */
export function makeWorkerPool(options: PoolOptions = {}): WorkerPool {
  const { threads = defaultThreads(), taskModules = [], abortGraceMs = 2000, heapMb } = options;
  if (!Number.isSafeInteger(threads) || threads < 1) {
    throw new InputError(
      `${threads} threads were asked for`,
      `give a whole number of at least 1; this machine has ${defaultThreads()}`,
      { threads },
    );
  }
  const url = options.workerUrl ?? new URL("./worker.js", import.meta.url);
  const setup: WorkerSetup = { taskModules: taskModules.map((module) => module.href) };
  const makeThread = (): WorkerThread =>
    new WorkerThread(
      url,
      { workerData: setup, ...(heapMb ? { resourceLimits: { maxOldGenerationSizeMb: heapMb } } : {}) },
      abortGraceMs,
    );
  return new ThreadPool(threads, makeThread);
}

interface Assignment {
  readonly task: string;
  readonly input: unknown;
  readonly index: number;
  readonly onProgress: (progress: Progress) => void;
}

class ThreadPool implements WorkerPool {
  readonly #threads: WorkerThread[] = [];
  readonly #busy = new Set<number>();
  #runs: Run[] = []; // in the order in which they are due a thread

  constructor(
    readonly width: number,
    private readonly makeThread: () => WorkerThread,
  ) {}

  /** Runs at the same time take turns at the threads, a piece each. `onResult` may wait for another run: it holds no thread. */
  async run<I, O>(
    task: Task<I, O>,
    inputs: readonly I[],
    onResult: (output: O, index: number) => void | Promise<void>,
    options: RunOptions = {},
  ): Promise<void> {
    options.signal?.throwIfAborted();
    const work = { task: task.name, inputs, onResult: onResult as Run["work"]["onResult"] };
    const run = new Run(work, { ...options, atOnce: this.width, onChange: () => this.#serve() });
    this.#runs.push(run);
    this.#serve();
    try {
      await run.ended;
    } finally {
      this.#runs = this.#runs.filter((other) => other !== run);
    }
  }

  /** Gives free threads to runs that want one; a run that got one goes to the end of the line. */
  #serve(): void {
    while (this.#busy.size < this.width) {
      const run = this.#runs.find((waiting) => waiting.wantsThread);
      if (!run) return;
      this.#runs = [...this.#runs.filter((other) => other !== run), run];
      const slot = this.#freeSlot();
      this.#busy.add(slot);
      void run
        .doNext(() => this.#thread(slot))
        .then(() => {
          this.#busy.delete(slot);
          this.#serve();
        });
    }
  }

  /** A thread that has started, if one of those is free. */
  #freeSlot(): number {
    const free = Array.from({ length: this.width }, (_, slot) => slot).filter((slot) => !this.#busy.has(slot));
    return free.find((slot) => this.#threads[slot]?.alive) ?? free[0]!;
  }

  #thread(slot: number): WorkerThread {
    const present = this.#threads[slot];
    if (present?.alive) return present;
    const thread = this.makeThread();
    this.#threads[slot] = thread;
    return thread;
  }

  async close(): Promise<void> {
    for (const run of this.#runs) run.stop(new InputError("the worker pool was closed", "close it after its last run"));
    await Promise.all(this.#threads.map((thread) => thread.end()));
    this.#threads.length = 0;
  }
}

interface RunSettings extends RunOptions {
  /** Pieces that may be begun and not yet kept. */
  readonly atOnce: number;
  /** Called when a further piece may be begun. */
  readonly onChange: () => void;
}

/** One call of `run`: which pieces are begun, done and kept, and whether it was stopped. */
class Run {
  /** Resolves when every piece is kept; rejects, once none is at work any more, with what stopped the run. */
  readonly ended: Promise<void>;
  readonly #stop = new AbortController(); // set off by the caller's signal or by the first error
  #begun = 0;
  #open = 0;
  #kept = 0;
  #settle: () => void = () => undefined;

  constructor(
    readonly work: {
      readonly task: string;
      readonly inputs: readonly unknown[];
      readonly onResult: (output: unknown, index: number) => void | Promise<void>;
    },
    private readonly settings: RunSettings,
  ) {
    const { signal } = settings;
    const abort = (): void => this.stop(signal?.reason);
    if (signal) setMaxListeners(0, signal); // one listener per run and piece under way, however many there are
    signal?.addEventListener("abort", abort, { once: true });
    this.ended = new Promise<void>((resolve) => {
      this.#settle = resolve;
    }).then(() => {
      signal?.removeEventListener("abort", abort);
      this.#stop.signal.throwIfAborted();
    });
    this.#settleIfOver();
  }

  get wantsThread(): boolean {
    return this.#begun < this.work.inputs.length && this.#open < this.settings.atOnce && !this.#stop.signal.aborted;
  }

  /** Begins no further piece and tells those at work to stop. The first reason is the one that is thrown. */
  stop(reason: unknown): void {
    this.#stop.abort(reason);
    this.#settleIfOver();
  }

  /** Does the next piece; resolves when its thread is free again, whatever became of the piece. */
  async doNext(thread: () => WorkerThread): Promise<void> {
    const index = this.#begun++;
    this.#open++;
    const { task, inputs } = this.work;
    const onProgress = ({ watch }: Progress): void => void (watch && this.#report(watch));
    try {
      const output = await thread().do({ task, input: inputs[index], index, onProgress }, this.#stop.signal);
      void this.#keep(output, index);
    } catch (error) {
      this.#close(error);
    }
  }

  async #keep(output: unknown, index: number): Promise<void> {
    try {
      await this.work.onResult(output, index);
      this.#kept++;
      this.#report();
      this.#open--;
    } catch (error) {
      this.#close(error);
      return;
    }
    this.#settleIfOver();
    this.settings.onChange();
  }

  #close(error: unknown): void {
    this.#open--;
    this.stop(error);
  }

  #settleIfOver(): void {
    const over = this.#stop.signal.aborted || this.#begun === this.work.inputs.length;
    if (over && this.#open === 0) this.#settle();
  }

  #report(watch?: Progress["watch"]): void {
    const { task, inputs } = this.work;
    this.settings.onProgress?.({
      stage: task,
      done: this.#kept,
      total: inputs.length,
      ...(watch ? { watch } : {}),
    });
  }
}

interface Pending {
  readonly assignment: Assignment;
  resolve(output: unknown): void;
  reject(error: unknown): void;
}

/** One thread and the piece it is at. */
class WorkerThread {
  alive = true;
  readonly #worker: Worker;
  #pending: Pending | undefined;
  #id = 0;

  constructor(
    url: URL,
    options: WorkerOptions,
    private readonly graceMs: number,
  ) {
    this.#worker = new Worker(url, options);
    this.#worker.unref();
    this.#worker.on("message", (message: FromWorker) => this.#receive(message));
    this.#worker.on("error", (error) => this.#fail(crashError(error, this.#pending?.assignment)));
    this.#worker.on("exit", (code) => this.#fail(exitError(code, this.#pending?.assignment)));
  }

  /** Resolves with the output; rejects with the task's error, the signal's reason, or what ended the thread. */
  do(assignment: Assignment, signal: AbortSignal): Promise<unknown> {
    const id = ++this.#id;
    let grace: NodeJS.Timeout | undefined;
    const abort = (): void => {
      this.#post({ type: "abort", id });
      grace = setTimeout(() => {
        this.#fail(signal.reason);
        void this.end();
      }, this.graceMs);
    };
    this.#worker.ref();
    return new Promise<unknown>((resolve, reject) => {
      this.#pending = { assignment, resolve, reject };
      signal.addEventListener("abort", abort, { once: true });
      this.#post({ type: "run", id, task: assignment.task, input: assignment.input });
    })
      .catch((error: unknown) => {
        throw signal.aborted ? signal.reason : error;
      })
      .finally(() => {
        clearTimeout(grace);
        signal.removeEventListener("abort", abort);
        this.#worker.unref();
      });
  }

  #post(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #receive(message: FromWorker): void {
    const pending = this.#pending;
    if (message.type === "ready" || !pending || message.id !== this.#id) return;
    if (message.type === "progress") {
      pending.assignment.onProgress(message.progress);
      return;
    }
    this.#pending = undefined;
    if (message.type === "result") pending.resolve(message.output);
    else pending.reject(errorFromData(message.error));
  }

  #fail(error: unknown): void {
    this.alive = false;
    const pending = this.#pending;
    this.#pending = undefined;
    pending?.reject(error);
  }

  async end(): Promise<void> {
    this.alive = false;
    await this.#worker.terminate();
  }
}

const whichPiece = (piece: Assignment | undefined): string =>
  piece ? ` while it did piece ${piece.index + 1} of ${piece.task}` : "";

function crashError(error: unknown, piece: Assignment | undefined): Error {
  const context = { ...(piece ? { task: piece.task, piece: piece.index } : {}) };
  if (systemCode(error) === "ERR_WORKER_OUT_OF_MEMORY") {
    return new ResourceError(
      `a worker thread ran out of memory${whichPiece(piece)}`,
      "use fewer --threads, a smaller cell, or allow more: NODE_OPTIONS=--max-old-space-size=8192 (MB)",
      context,
      error,
    );
  }
  const message = error instanceof Error ? error.message : String(error);
  return new NumericError(
    `a worker thread failed${whichPiece(piece)}: ${message}`,
    "run it with --threads 1 to see whether it repeats",
    context,
    error,
  );
}

const exitError = (code: number, piece: Assignment | undefined): Error =>
  new ResourceError(
    `a worker thread ended by itself (code ${code})${whichPiece(piece)}`,
    "the system may have been short of memory: use fewer --threads",
    { code, ...(piece ? { task: piece.task, piece: piece.index } : {}) },
  );
