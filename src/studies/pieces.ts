// Work cut into pieces that survive a kill: each result is stored under its key the moment it ends, and what is stored is
// not computed again. A piece is a pure function of its input, so the answer does not depend on where a run was interrupted.

import { InputError, type Task } from "../base/index.js";
import type { StudyContext } from "./study.js";

export interface Piece<I> {
  /** Unique within the study: "configurations/I07". */
  readonly key: string;
  readonly input: I;
}

/** Outputs in the order of `pieces`. Progress counts stored pieces as done. */
export async function runPieces<I, O>(
  context: StudyContext,
  stage: string,
  work: { readonly task: Task<I, O>; readonly pieces: readonly Piece<I>[] },
): Promise<O[]> {
  const { task, pieces } = work;
  const outputs: (O | undefined)[] = await Promise.all(pieces.map((piece) => context.store.get<O>(piece.key)));
  const missing = pieces.flatMap((_, i) => (outputs[i] === undefined ? [i] : []));
  let done = pieces.length - missing.length;
  const report = (): void => context.onProgress?.({ stage, done, total: pieces.length });
  report();
  await context.pool.run(
    task,
    missing.map((i) => pieces[i]!.input),
    async (output, at) => {
      const i = missing[at]!;
      await context.store.put(pieces[i]!.key, output);
      outputs[i] = output;
      done++;
      report();
    },
    context.signal ? { signal: context.signal } : {},
  );
  return outputs as O[];
}

/** One piece. */
export async function runPiece<I, O>(
  context: StudyContext,
  stage: string,
  work: { readonly task: Task<I, O>; readonly piece: Piece<I> },
): Promise<O> {
  const [output] = await runPieces(context, stage, { task: work.task, pieces: [work.piece] });
  return output!;
}

/** A sequence of pieces in which each begins where the last ended: a trajectory cut into segments. */
export interface Chain<I, O> {
  /** Key of piece k, unique within the study: "replica-2/segment-17". */
  readonly key: (k: number) => string;
  /** Input of piece 0. */
  readonly first: I;
  /** Pieces in the chain, at least 1. */
  readonly count: number;
  /** Input of piece k ≥ 1 from the output of piece k − 1; undefined where the chain ends early. */
  readonly next: (output: O, k: number) => I | undefined;
}

type Watch = Readonly<Record<string, number>>;

export interface ChainWork<I, O> {
  readonly task: Task<I, O>;
  readonly chains: readonly Chain<I, O>[];
  /**
   * Given every output, stored ones too, in order within a chain, one at a time; the chain waits for it. Default none: then of
   * what is stored only the last output of each chain is kept.
   */
  readonly onPiece?: (output: O, chain: number, k: number) => void | Promise<void>;
  /** Given the live numbers of the pieces at work. Default none. */
  readonly onWatch?: (watch: Watch, chain: number) => void;
}

/**
 * Chains side by side, the pieces of each one after the other; outputs of the last pieces, in the order of `chains`. Every piece is
 * stored, and a chain goes on from its last stored piece. At any time one output per chain is held. Progress counts all pieces.
 * @throws InputError for a chain without pieces; the first error of a piece, which stops the other chains.
 */
export async function runChains<I, O>(context: StudyContext, stage: string, work: ChainWork<I, O>): Promise<O[]> {
  const { chains } = work;
  for (const [at, { count }] of chains.entries()) {
    if (!Number.isSafeInteger(count) || count < 1)
      throw new InputError(`chain ${at + 1} has ${count} pieces`, "a chain has a whole number of pieces, at least 1");
  }
  const stop = new AbortController(); // set off by the caller's signal or by the first error
  const abort = (): void => stop.abort(context.signal?.reason);
  if (context.signal?.aborted) abort();
  context.signal?.addEventListener("abort", abort, { once: true });
  const total = chains.reduce((sum, { count }) => sum + count, 0);
  let done = 0;
  const advance = (pieces: number): void => {
    done += pieces;
    context.onProgress?.({ stage, done, total });
  };
  advance(0);
  const guarded: StudyContext = { ...context, signal: stop.signal };
  try {
    const settled = await Promise.all(
      chains.map((_, at) => runChain(guarded, { work, at, advance }).catch((error: unknown) => stop.abort(error))),
    );
    stop.signal.throwIfAborted();
    return settled as O[];
  } finally {
    context.signal?.removeEventListener("abort", abort);
  }
}

interface ChainRun<I, O> {
  readonly work: ChainWork<I, O>;
  readonly at: number;
  readonly advance: (pieces: number) => void;
}

async function runChain<I, O>(context: StudyContext, { work, at, advance }: ChainRun<I, O>): Promise<O> {
  const { task, chains, onPiece, onWatch } = work;
  const chain = chains[at]!;
  const watching = onWatch && ((watch: Watch) => onWatch(watch, at));
  const stored = onPiece ? { k: -1 } : await lastStored<O>(context, chain);
  let output = "output" in stored ? (stored.output as O) : undefined;
  if (stored.k >= 0) advance(stored.k + 1);
  for (let k = stored.k + 1; k < chain.count; k++) {
    context.signal?.throwIfAborted();
    const known = onPiece ? await context.store.get<O>(chain.key(k)) : undefined;
    if (known === undefined) {
      const input = k === 0 ? chain.first : chain.next(output!, k);
      if (input === undefined) {
        advance(chain.count - k);
        break;
      }
      output = await doPiece(context, task, { input, watching });
      await context.store.put(chain.key(k), output);
    } else output = known;
    await onPiece?.(output, at, k);
    advance(1);
  }
  return output!;
}

async function doPiece<I, O>(
  context: StudyContext,
  task: Task<I, O>,
  { input, watching }: { readonly input: I; readonly watching: ((watch: Watch) => void) | undefined },
): Promise<O> {
  let result: O | undefined;
  const keep = (output: O): void => {
    result = output;
  };
  await context.pool.run(task, [input], keep, {
    ...(context.signal ? { signal: context.signal } : {}),
    ...(watching ? { onProgress: ({ watch }) => watch && watching(watch) } : {}),
  });
  return result!;
}

/** The last stored piece of a chain, by bisection: pieces are stored in order. −1 when none is. */
async function lastStored<O>(
  { store }: StudyContext,
  { key, count }: { readonly key: (k: number) => string; readonly count: number },
): Promise<{ readonly k: number; readonly output?: O }> {
  let last: { readonly k: number; readonly output?: O } = { k: -1 };
  let [low, high] = [0, count - 1]; // first of what is not known to be stored, last of what may be
  for (let k = high; low <= high; k = (low + high) >> 1) {
    const output = await store.get<O>(key(k));
    if (output === undefined) high = k - 1;
    else {
      last = { k, output };
      low = k + 1;
    }
  }
  return last;
}
