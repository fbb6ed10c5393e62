// A whole question from one file: checked, run in a directory that survives being killed, reported.

import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { z } from "zod";
import {
  loadSymmetryHere,
  makeFolder,
  openRunDirectory,
  type RunDirectory,
  readText,
  sha256,
  thisSoftware,
} from "../../host/index.js";
import { type Report, writeReport } from "../../io/index.js";
import {
  estimateStudy,
  type HashedInput,
  memoryStore,
  parameterDocument,
  readStudyFile,
  runStudy,
  type StudyFile,
  type StudySettings,
  schemaIdOf,
  studies,
} from "../../studies/index.js";
import { type Call, defineCommand, type Outcome } from "../command.js";
import { runOptions } from "./from-operation.js";

const flags = z.strictObject({
  restart: z.boolean().default(false).describe("Throw away what an earlier run left in the directory."),
});

type StudyCall = Call<z.output<typeof flags>>;

export const studyCommand = defineCommand({
  name: "study",
  summary: "Answer a whole question, declared in one file; stops and resumes.",
  details:
    "FILE.yaml begins with `$schema: phonion/NAME`; `phonion schema NAME` lists its keys, units in their names. Results go to\n" +
    "--out (default runs/NAME of the file): report.json, report.html, figures/ and what is needed to go on. The same command line\n" +
    "continues a run that was stopped, and gives the same numbers. Exit code 3 when some part did not converge.",
  arguments: [{ name: "FILE.yaml", description: "Study file." }],
  flags,
  examples: ["phonion study examples/gordiz/modal-hops.yaml --out runs/gordiz", "phonion study study.yaml --dry-run"],
  async run(call) {
    const { question, text, folder, name } = await readQuestion(call);
    await loadSymmetryHere();
    const software = await thisSoftware();
    const { study, parameters } = question;
    const directory = await openRunDirectory(
      outFolder(call),
      { schema: schemaIdOf(study), version: study.version, ...software, parameters, ...chosenSeed(call, question) },
      { restart: call.flags.restart, drawSeed: () => call.seed() },
    );
    try {
      if (directory.resumed && !call.common.quiet)
        call.say(`going on with the run in ${directory.path}${study.deterministic ? "" : ` (seed ${directory.seed})`}`);
      const inputs = [{ name, sha256: sha256(text) }];
      const settings = { ...settingsOf(call, folder), inputs, store: directory.store, seed: directory.seed };
      const readInput = recorded(settings.readInput, directory);
      const made = { ...software, at: new Date().toISOString() };
      const { report, converged } = await runStudy(question, made, { ...settings, readInput });
      return await deliver(report, converged, directory);
    } finally {
      await directory.close();
    }
  },
  async plan(call) {
    const { question, folder } = await readQuestion(call);
    await loadSymmetryHere();
    return estimateStudy(question, { ...settingsOf(call, folder), store: memoryStore(), seed: call.common.seed ?? 0 });
  },
});

interface ReadQuestion {
  readonly question: StudyFile;
  readonly text: string;
  /** Inputs are named relative to the study file. */
  readonly folder: string;
  readonly name: string;
}

async function readQuestion({ args }: StudyCall): Promise<ReadQuestion> {
  const path = args[0]!;
  const text = await readText(path);
  return {
    question: readStudyFile(parameterDocument(text, path), studies),
    text,
    folder: dirname(path),
    name: basename(path),
  };
}

const outFolder = ({ args, common }: StudyCall): string =>
  common.out ?? join("runs", basename(args[0]!).replace(/\.ya?ml$/i, ""));

/** --seed first, then the study's own key; else the directory's, else a drawn one. */
function chosenSeed({ common }: StudyCall, { study, parameters }: StudyFile): { readonly seed?: number } {
  if (study.deterministic) return { seed: 0 };
  const own = (parameters as { readonly seed?: unknown } | null)?.seed;
  if (common.seed !== undefined) return { seed: common.seed };
  return typeof own === "number" ? { seed: own } : {};
}

function settingsOf(call: StudyCall, folder: string): Omit<StudySettings, "store" | "seed"> {
  return {
    ...runOptions(call),
    pool: call.pool(),
    async readInput(name): Promise<HashedInput> {
      const text = await readText(isAbsolute(name) ? name : join(folder, name));
      return { name: isAbsolute(name) ? basename(name) : name, text, sha256: sha256(text) };
    },
  };
}

const recorded =
  (readInput: StudySettings["readInput"], directory: RunDirectory): StudySettings["readInput"] =>
  async (name) => {
    const input = await readInput(name);
    await directory.recordInput(input.name, input.sha256);
    return input;
  };

async function deliver(report: Report<unknown>, converged: boolean, directory: RunDirectory): Promise<Outcome> {
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
      `${report.schema}: ${converged ? "converged" : "not everything converged"}`,
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
