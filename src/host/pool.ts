// Independent pieces of work spread over threads. Pieces are handed out one by one to whichever worker is free, so the
// order of results varies with the number of threads, and nothing else does: every piece is a pure function of its input.

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
  #queue: Promise<unknown> = Promise.resolve();

  constructor(
    readonly width: number,
    private readonly makeThread: () => WorkerThread,
  ) {}

  /** Runs queue up, as two at once would only share the same threads; so `onResult` must not wait for another run. */
  run<I, O>(
    task: Task<I, O>,
    inputs: readonly I[],
    onResult: (output: O, index: number) => void | Promise<void>,
    options: RunOptions = {},
  ): Promise<void> {
    const result = this.#queue.then(() => this.#runAll(task, inputs, onResult, options));
    this.#queue = result.catch(() => undefined);
    return result;
  }

  async #runAll<I, O>(
    task: Task<I, O>,
    inputs: readonly I[],
    onResult: (output: O, index: number) => void | Promise<void>,
    { signal, onProgress }: RunOptions,
  ): Promise<void> {
    signal?.throwIfAborted();
    const stop = new AbortController(); // set off by the caller's signal or by the first error
    const abort = (): void => stop.abort(signal?.reason);
    signal?.addEventListener("abort", abort, { once: true });
    let next = 0;
    let done = 0;
    const report = (watch?: Progress["watch"]): void =>
      onProgress?.({ stage: task.name, done, total: inputs.length, ...(watch ? { watch } : {}) });
    const work = async (slot: number): Promise<void> => {
      while (next < inputs.length && !stop.signal.aborted) {
        const index = next++;
        const thread = this.#thread(slot);
        const piece: Assignment = {
          task: task.name,
          input: inputs[index],
          index,
          onProgress: ({ watch }) => watch && report(watch),
        };
        const output = (await thread.do(piece, stop.signal)) as O;
        await onResult(output, index);
        done++;
        report();
      }
    };
    try {
      const slots = Array.from({ length: Math.min(this.width, inputs.length) }, (_, slot) =>
        work(slot).catch((error: unknown) => {
          stop.abort(error);
        }),
      );
      await Promise.all(slots);
      stop.signal.throwIfAborted();
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }

  #thread(slot: number): WorkerThread {
    const present = this.#threads[slot];
    if (present?.alive) return present;
    const thread = this.makeThread();
    this.#threads[slot] = thread;
    return thread;
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.end()));
    this.#threads.length = 0;
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
