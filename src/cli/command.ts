// What a command is: a declaration (arguments, options, examples) and a function from what was typed to an outcome.
// Printing, files, exit codes and errors are the same for all and live in main.ts.

import { z } from "zod";
import type { Note, RunOptions } from "../base/index.js";
import type { WorkerPool } from "../host/index.js";
import type { Estimation } from "../studies/index.js";

export interface ArgumentSpec {
  /** "STRUCTURE" */
  readonly name: string;
  readonly description: string;
  readonly optional?: boolean;
}

export interface CommandSpec<P extends z.ZodObject = z.ZodObject> {
  readonly name: string;
  readonly summary: string;
  /** What the numbers mean and in which units: printed below the options. */
  readonly details: string;
  readonly arguments: readonly ArgumentSpec[];
  readonly flags: P;
  readonly examples: readonly string[];
  run(call: Call<z.output<P>>): Promise<Outcome>;
  /** What `run` would do; reads the inputs but computes nothing long. */
  plan(call: Call<z.output<P>>): Promise<Estimation>;
}

/** Options of every command. */
export const commonFlags = z.strictObject({
  json: z.boolean().default(false).describe("Print one JSON document on stdout and nothing else there."),
  out: z
    .string()
    .min(1)
    .optional()
    .meta({ placeholder: "DIR" })
    .describe("Folder to write the results to; made when missing."),
  seed: z.int().min(0).optional().describe("Seed of everything random; drawn and printed when a command needs one."),
  threads: z
    .int()
    .positive()
    .optional()
    .describe("Threads to spread independent work over; results do not depend on it (default all cores)"),
  dryRun: z
    .boolean()
    .default(false)
    .describe("Say what would be done, how long it should take, how much memory and disk; do nothing."),
  quiet: z.boolean().default(false).describe("No progress and no notes on stderr."),
});

export type CommonFlags = z.output<typeof commonFlags>;

/** One use of a command. */
export interface Call<F> extends RunOptions {
  /** Positional arguments, optional ones possibly missing. */
  readonly args: readonly string[];
  readonly flags: F;
  readonly common: CommonFlags;
  readonly signal: AbortSignal;
  /** Says something on stderr. */
  say(text: string): void;
  /** The threads, started at first use. */
  pool(): WorkerPool;
  /** The seed asked for, or one that is drawn and said. */
  seed(): number;
}

export interface OutputFile {
  readonly name: string;
  readonly data: string | Uint8Array;
}

export interface Outcome {
  /** What --json prints: plain values, units in the keys. */
  readonly data: Readonly<Record<string, unknown>>;
  /** What a person reads on stdout. */
  readonly text: string;
  /** True: `data` is the whole JSON document, without the header that says how it was made. Default false. */
  readonly bare?: boolean;
  /** The files are written already: --out gets nothing more. Default false. */
  readonly filed?: boolean;
  /** Default 0, or 3 when not converged. */
  readonly exitCode?: number;
  /** Default true. False: exit code 3. */
  readonly converged?: boolean;
  readonly notes?: readonly Note[];
  /** Written into --out, when given. */
  readonly files?: readonly OutputFile[];
  /** The files the result depends on. */
  readonly inputs?: readonly { readonly name: string; readonly sha256: string }[];
  /** All options, defaults filled in. */
  readonly options?: Readonly<Record<string, unknown>>;
}

/** Keeps a command's own flag types while it is declared, and lets it stand in a list with the others. */
export function defineCommand<P extends z.ZodObject>(spec: CommandSpec<P>): CommandSpec {
  return spec as unknown as CommandSpec;
}
