// Work cut into pieces that survive a kill: each result is stored under its key the moment it ends, and what is stored is
// not computed again. A piece is a pure function of its input, so the answer does not depend on where a run was interrupted.

import type { Task } from "../base/index.js";
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
