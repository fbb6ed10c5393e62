// A whole question from one file: checked, run in a directory that survives being killed, reported.

import { basename, dirname, isAbsolute, join } from "node:path";
import { z } from "zod";
import { openTrajectory, readText, sha256 } from "../../host/index.js";
import {
  type HashedInput,
  parameterDocument,
  readStudyFile,
  type StudyFile,
  studies,
  type TrajectorySource,
} from "../../studies/index.js";
import { type Call, defineCommand } from "../command.js";
import { planOf, runInDirectory } from "./run-in-directory.js";
import { identityOf, parseTypes } from "./trajectories.js";

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
    return runInDirectory(call, {
      question,
      out: outFolder(call),
      restart: call.flags.restart,
      inputs: [{ name, sha256: sha256(text) }],
      readInput: (input) => readBeside(folder, input),
      openTrajectory: (input, options) => openBeside(folder, input, { ...options, signal: call.signal }),
    });
  },
  async plan(call) {
    const { question, folder } = await readQuestion(call);
    return planOf(call, { question, readInput: (input) => readBeside(folder, input) });
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

async function readBeside(folder: string, name: string): Promise<HashedInput> {
  const text = await readText(isAbsolute(name) ? name : join(folder, name));
  return { name: isAbsolute(name) ? basename(name) : name, text, sha256: sha256(text) };
}

async function openBeside(
  folder: string,
  name: string,
  { timestepFs, frameSpacingFs, types, signal }: TrajectorySource & { readonly signal: AbortSignal },
) {
  const path = isAbsolute(name) ? name : join(folder, name);
  const trajectory = await openTrajectory(path, {
    signal,
    ...(timestepFs === undefined ? {} : { timestepFs }),
    ...(frameSpacingFs === undefined ? {} : { frameSpacingFs }),
    ...(types === undefined ? {} : { types: parseTypes(types) }),
  });
  return { trajectory, ...(await identityOf(path)) };
}
