// A study is a whole question: parameters declared once, a run that survives being killed, a report.
// YAML reading, validation, --help, JSON Schema, report header and docs all come from `parameters`.

import type { z } from "zod";
import type { Note, RunOptions, TaskPool } from "../base/index.js";
import type { Trajectory } from "../dynamics/index.js";
import type { FileTrajectory, TrajectoryWriteOptions } from "../io/index.js";

/** What a trajectory file does not say itself. */
export interface TrajectorySource {
  readonly timestepFs?: number | undefined;
  readonly frameSpacingFs?: number | undefined;
  /** "1=Li,2=O" */
  readonly types?: string | undefined;
}

/** Results of finished pieces, by key. What was put is there after a kill; a put is atomic. */
export interface RunStore {
  get<T>(key: string): Promise<T | undefined>;
  put<T>(key: string, value: T): Promise<void>;
}

/** Where a study leaves files beside its report; each is whole or not there. */
export interface StudyFiles {
  text(name: string, text: string): Promise<void>;
  /** The format is what the name tells: .h5md, .extxyz, .lammpstrj. */
  trajectory(name: string, trajectory: Trajectory, options?: TrajectoryWriteOptions): Promise<void>;
}

export interface StudyContext extends RunOptions {
  readonly pool: TaskPool;
  readonly store: RunStore;
  readonly seed: number;
  /** Absent on hosts without files. */
  readonly files?: StudyFiles;
  /** Opens a trajectory named in the study, relative to the study file. Absent on hosts without files. */
  openTrajectory?(name: string, options?: TrajectorySource): Promise<FileTrajectory>;
  /** Reads an input file named in the study, relative to the study file; its hash goes into the report. */
  readInput(name: string): Promise<{ readonly name: string; readonly text: string }>;
}

/** What would be done, before doing it. */
export interface Estimation {
  readonly seconds: number;
  readonly memoryMb: number;
  readonly diskMb: number;
  readonly work: readonly string[];
}

export interface Study<P extends z.ZodType, T> {
  /** "modal-hops"; its schema id is "phonion/modal-hops". */
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  /** Version of the data's shape. */
  readonly version: number;
  readonly parameters: P;
  /** True when nothing is drawn at random: then no seed is drawn and none is in the report. */
  readonly deterministic?: boolean;
  run(parameters: z.output<P>, context: StudyContext): Promise<StudyOutcome<T>>;
  estimate(parameters: z.output<P>, context: StudyContext): Promise<Estimation>;
}

export interface StudyOutcome<T> {
  readonly data: T;
  readonly notes: readonly Note[];
  /** False when some part did not reach its tolerance; the report is still written (exit code 3). */
  readonly converged: boolean;
  /** What ended a part of the work early, where the rest is worth a report; decides the exit code. */
  readonly failure?: Error;
}
