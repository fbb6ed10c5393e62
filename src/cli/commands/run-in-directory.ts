// A study run in a directory that survives being killed, and its report: what `phonion study` and the commands made of a study share.

import { join, resolve } from "node:path";
import { CapabilityError, errorToData, FormatError, InputError } from "../../base/index.js";
import {
  loadSymmetryHere,
  makeFolder,
  openRunDirectory,
  openTrajectoryWriter,
  type RunDirectory,
  thisSoftware,
} from "../../host/index.js";
import { type Report, writeReport } from "../../io/index.js";
import {
  type Estimation,
  estimateStudy,
  type HashedInput,
  memoryStore,
  runStudy,
  type StudyFile,
  type StudyFiles,
  type StudySettings,
  schemaIdOf,
} from "../../studies/index.js";
import type { Call, Outcome } from "../command.js";
import { errorText, exitCodeOf } from "../output.js";
import { runOptions } from "./from-operation.js";

export interface StudyRun {
  readonly question: StudyFile;
  /** The run directory. */
  readonly out: string;
  readonly restart: boolean;
  /** Inputs the study does not ask for by name: its own file. Default none. */
  readonly inputs?: readonly { readonly name: string; readonly sha256: string }[];
  readonly readInput: (name: string) => Promise<HashedInput>;
  /** Default: trajectories cannot be named. */
  readonly openTrajectory?: NonNullable<StudySettings["openTrajectory"]>;
  /** Lines for a person, above the list of files. Default: whether it converged. */
  readonly summary?: (report: Report<unknown>) => readonly string[];
}

export async function runInDirectory(call: Call<unknown>, run: StudyRun): Promise<Outcome> {
  const { question, inputs = [], readInput } = run;
  await loadSymmetryHere();
  const software = await thisSoftware();
  const { study, parameters } = question;
  const directory = await openRunDirectory(
    run.out,
    { schema: schemaIdOf(study), version: study.version, ...software, parameters, ...chosenSeed(call, question) },
    { restart: run.restart, drawSeed: () => call.seed() },
  );
  try {
    if (directory.resumed && !call.common.quiet)
      call.say(`going on with the run in ${directory.path}${study.deterministic ? "" : ` (seed ${directory.seed})`}`);
    const settings: StudySettings = {
      ...runOptions(call),
      pool: call.pool(),
      inputs,
      store: directory.store,
      seed: directory.seed,
      files: filesIn(directory),
      readInput: recorded(readInput, directory),
      ...(run.openTrajectory ? { openTrajectory: run.openTrajectory } : {}),
    };
    const made = { ...software, at: new Date().toISOString() };
    const { report, converged, failure } = await runStudy(question, made, settings);
    const outcome = await deliver(report, converged, { directory, ...(run.summary ? { summary: run.summary } : {}) });
    if (failure === undefined) return outcome;
    call.say(errorText(failure, false));
    const { code, message, hint, context } = errorToData(failure);
    return {
      ...outcome,
      data: { ...outcome.data, error: { code, message, hint, context } },
      exitCode: exitCodeOf(failure),
    };
  } catch (error) {
    if (error instanceof InputError || error instanceof FormatError || error instanceof CapabilityError)
      await directory.abandon();
    throw error;
  } finally {
    await directory.close();
  }
}

/** What the run would do. */
export async function planOf(
  call: Call<unknown>,
  { question, readInput }: Pick<StudyRun, "question" | "readInput">,
): Promise<Estimation> {
  await loadSymmetryHere();
  const settings = { ...runOptions(call), pool: call.pool(), store: memoryStore(), seed: call.common.seed ?? 0 };
  return estimateStudy(question, { ...settings, readInput });
}

/** --seed first, then the study's own key; else the directory's, else a drawn one. */
function chosenSeed({ common }: Call<unknown>, { study, parameters }: StudyFile): { readonly seed?: number } {
  if (study.deterministic) return { seed: 0 };
  const own = (parameters as { readonly seed?: unknown } | null)?.seed;
  if (common.seed !== undefined) return { seed: common.seed };
  return typeof own === "number" ? { seed: own } : {};
}

const recorded =
  (readInput: StudyRun["readInput"], directory: RunDirectory): StudyRun["readInput"] =>
  async (name) => {
    const input = await readInput(name);
    await directory.recordInput(input.name, input.sha256);
    return input;
  };

const filesIn = (directory: RunDirectory): StudyFiles => ({
  text: (name, text) => directory.write(name, text),
  async trajectory(name, trajectory, options = {}) {
    const writer = await openTrajectoryWriter(join(directory.path, name), trajectory, options);
    try {
      for await (const frame of trajectory.frames()) await writer.write(frame);
      await writer.close();
    } catch (error) {
      await writer.abort();
      throw error;
    }
  },
});

interface Delivery {
  readonly directory: RunDirectory;
  readonly summary?: (report: Report<unknown>) => readonly string[];
}

async function deliver(
  report: Report<unknown>,
  converged: boolean,
  { directory, summary }: Delivery,
): Promise<Outcome> {
  const { renderReport } = await import("../../plots/index.js"); // only here: it takes a tenth of a second to load
  const { html, figures } = renderReport(report);
  const json = writeReport(report);
  await makeFolder(join(directory.path, "figures"));
  for (const { name, svg, csv } of figures) {
    await directory.write(join("figures", `${name}.svg`), svg);
    await directory.write(join("figures", `${name}.csv`), csv);
  }
  await directory.write("report.html", html);
  await directory.write("report.json", json);
  const { made, ...rest } = report;
  return {
    data: { ...rest, made, converged, directory: directory.path },
    text: [
      ...(summary?.(report) ?? [`${report.schema}: ${converged ? "converged" : "not everything converged"}`]),
      `report   ${resolve(directory.path, "report.html")}`,
      `numbers  ${resolve(directory.path, "report.json")}`,
      `figures  ${figures.length} in ${join(directory.path, "figures")}`,
    ].join("\n"),
    converged,
    notes: report.notes,
    bare: true,
    filed: true,
  };
}
