// A command around an operation: read the inputs, run, hand back.

import { basename, isAbsolute } from "node:path";
import type { z } from "zod";
import type { Note } from "../../base/index.js";
import type { Operation, OperationOutcome } from "../../studies/index.js";
import type { Call, Outcome } from "../command.js";
import type { Inputs } from "./inputs.js";

/** The RunOptions part of a call. */
export const runOptions = ({ signal, onProgress }: Call<unknown>) => ({
  signal,
  ...(onProgress ? { onProgress } : {}),
});

/** The flags of a call that are parameters of `operation`. */
export function parametersOf<P extends z.ZodObject, I, T>(
  operation: Operation<P, I, T>,
  flags: Record<string, unknown>,
): z.output<P> {
  const own = Object.keys(operation.parameters.shape);
  return Object.fromEntries(Object.entries(flags).filter(([key]) => own.includes(key))) as z.output<P>;
}

/** A result says how it was made, not where: of a file given by its whole path the name is kept. */
export const withoutFolders = (options: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(options).map(([key, value]) => [
      key,
      typeof value === "string" && isAbsolute(value) ? basename(value) : value,
    ]),
  );

export function outcomeOf<T extends object>(
  outcome: OperationOutcome<T>,
  {
    inputs,
    options,
    notes = [],
  }: { readonly inputs: Inputs; readonly options: Record<string, unknown>; readonly notes?: readonly Note[] },
): Outcome {
  return {
    data: outcome.data as Readonly<Record<string, unknown>>,
    text: outcome.lines.join("\n"),
    converged: outcome.converged,
    notes: [...inputs.noteList(), ...notes, ...outcome.notes],
    files: outcome.files,
    inputs: inputs.list(),
    options: withoutFolders(options),
  };
}
