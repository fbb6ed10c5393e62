// One step of the pipeline as a person asks for it: a declared set of parameters, plain results with units in their keys,
// and the files that go with them. The command line and pages only read inputs, call `run`, and show what comes back.

import type { z } from "zod";
import type { F64, Note, RunOptions } from "../../base/index.js";
import type { Estimation } from "../study.js";

export interface Operation<P extends z.ZodObject, I, T> {
  readonly name: string;
  readonly parameters: P;
  run(input: I, parameters: z.output<P>, options?: RunOptions): Promise<OperationOutcome<T>>;
  /** Measures one evaluation of the forces on this machine and counts how many there will be. */
  estimate(input: I, parameters: z.output<P>): Estimation;
}

export interface OperationOutcome<T> {
  /** Plain values only: no typed arrays, absent numbers are null. */
  readonly data: T;
  readonly notes: readonly Note[];
  readonly converged: boolean;
  readonly files: readonly TextFile[];
  /** The result in a few lines for a person. */
  readonly lines: readonly string[];
}

export interface TextFile {
  readonly name: string;
  readonly data: string;
}

/** [n][3] from [n,3]. */
export const rowsOf = (values: F64, width = 3): number[][] =>
  Array.from({ length: values.length / width }, (_, i) => [...values.slice(width * i, width * (i + 1))]);

export const listOf = (values: Iterable<number>): number[] => [...values];

/** Evaluations a part of the work takes, as found on cells of 30 to 200 atoms. */
export const TYPICAL = { relaxFixed: 80, relaxCell: 100, bandIterations: 40 };

/** Analytic second derivatives: pairs of atoms, each with its neighbours. Measured 0.16 s for 192. */
export const hessianSeconds = (atoms: number): number => 0.05 + 0.16 * (atoms / 192) ** 2;

/** Eigenproblem of 3n coordinates with vectors. Measured 0.1 s for 576. */
export const eigenSeconds = (atoms: number): number => 0.1 * (atoms / 192) ** 3;

/** A process with kernels loaded, and `matrices` dense [3n,3n] matrices. */
export const memoryMb = (atoms: number, matrices: number): number => 120 + (matrices * 8 * (3 * atoms) ** 2) / 1e6;
