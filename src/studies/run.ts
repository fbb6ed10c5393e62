// Runs one study and puts its outcome into a report that holds all that is needed to make it again.

import type { z } from "zod";
import type { Note, RunOptions, TaskPool } from "../base/index.js";
import type { FileTrajectory, Report } from "../io/index.js";
import { schemaIdOf } from "./registry.js";
import type { Estimation, RunStore, Study, StudyContext, StudyFiles, TrajectorySource } from "./study.js";

/** A text input and what identifies it. */
export interface HashedInput {
  readonly name: string;
  readonly text: string;
  readonly sha256: string;
}

/** What the host provides. */
export interface StudySettings extends RunOptions {
  readonly pool: TaskPool;
  readonly store: RunStore;
  readonly seed: number;
  readonly files?: StudyFiles;
  /** Reads an input file named in the study. */
  readonly readInput: (name: string) => Promise<HashedInput>;
  /** Opens a trajectory file named in the study; with what identifies it. */
  readonly openTrajectory?: (
    name: string,
    options: TrajectorySource,
  ) => Promise<{ readonly trajectory: FileTrajectory; readonly name: string; readonly sha256: string }>;
  /** Inputs the study did not ask for by name: the study file itself. */
  readonly inputs?: readonly { readonly name: string; readonly sha256: string }[];
}

/** Version of the program and hash of its kernels. */
export interface Software {
  readonly software: string;
  readonly kernels: string;
}

export interface StudyResult<T> {
  readonly report: Report<T>;
  readonly converged: boolean;
  /** What ended a part of the work early. */
  readonly failure?: Error;
}

/** A study with its parameters checked and complete; what `readStudyFile` returns. */
export interface Question<P extends z.ZodType, T> {
  readonly study: Study<P, T>;
  readonly parameters: z.output<P>;
}

/** @param software with `at`, the time the host says it is (the only part of a report that two equal runs differ in). */
export async function runStudy<P extends z.ZodType, T>(
  question: Question<P, T>,
  software: Software & { readonly at: string },
  settings: StudySettings,
): Promise<StudyResult<T>> {
  const { study, parameters } = question;
  const inputs = new Map((settings.inputs ?? []).map((input) => [input.name, input.sha256]));
  const { data, notes, converged, failure } = await study.run(parameters, contextOf(settings, inputs));
  const report = reportOf({ study, parameters, data, notes }, software, { inputs, seed: settings.seed });
  return { report, converged, ...(failure ? { failure } : {}) };
}

/** What `runStudy` would do. */
export function estimateStudy<P extends z.ZodType, T>(
  question: Question<P, T>,
  settings: StudySettings,
): Promise<Estimation> {
  return question.study.estimate(question.parameters, contextOf(settings, new Map()));
}

function contextOf(settings: StudySettings, inputs: Map<string, string>): StudyContext {
  const { pool, store, seed, files, signal, onProgress, openTrajectory } = settings;
  return {
    pool,
    store,
    seed,
    ...(files ? { files } : {}),
    ...(signal ? { signal } : {}),
    ...(onProgress ? { onProgress } : {}),
    ...(openTrajectory
      ? {
          async openTrajectory(name: string, options: TrajectorySource = {}) {
            const opened = await openTrajectory(name, options);
            inputs.set(opened.name, opened.sha256);
            return opened.trajectory;
          },
        }
      : {}),
    async readInput(name) {
      const input = await settings.readInput(name);
      inputs.set(input.name, input.sha256);
      return { name: input.name, text: input.text };
    },
  };
}

interface Ingredients<P extends z.ZodType, T> extends Question<P, T> {
  readonly data: T;
  readonly notes: readonly Note[];
}

function reportOf<P extends z.ZodType, T>(
  { study, parameters, data, notes }: Ingredients<P, T>,
  software: Software & { readonly at: string },
  made: { readonly inputs: ReadonlyMap<string, string>; readonly seed: number },
): Report<T> {
  const inputs = [...made.inputs].map(([name, sha256]) => ({ name, sha256 }));
  return {
    schema: schemaIdOf(study),
    version: study.version,
    made: { software: software.software, kernels: software.kernels, at: software.at },
    // by name: the order of reading may differ between a run and its continuation
    inputs: inputs.sort((a, b) => (a.name < b.name ? -1 : 1)),
    options: parameters as Readonly<Record<string, unknown>>,
    ...(study.deterministic ? {} : { seed: made.seed }),
    notes,
    data,
  };
}
