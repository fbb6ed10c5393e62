// Molecular dynamics from the command line: the study "molecular-dynamics" with its parameters as options.

import { basename, extname, isAbsolute, join } from "node:path";
import { z } from "zod";
import { InputError } from "../../base/index.js";
import { readText, sha256 } from "../../host/index.js";
import type { Report } from "../../io/index.js";
import {
  checkParameters,
  forceParameters,
  type HashedInput,
  type MolecularDynamicsData,
  type MolecularDynamicsParameters,
  molecularDynamics,
  molecularDynamicsParameters,
  molecularDynamicsSettings,
  type StudyFile,
  summaryLines,
} from "../../studies/index.js";
import { type Call, defineCommand } from "../command.js";
import { structureArgument } from "./arguments.js";
import { fileIn, forcesFlag, Inputs } from "./inputs.js";
import { planOf, runInDirectory } from "./run-in-directory.js";

const flags = z.strictObject({
  ...forcesFlag,
  ...forceParameters,
  supercell: z.string().optional().meta({ placeholder: "2,2,2" }).describe("Repeats of the structure along a, b, c."),
  ...molecularDynamicsSettings,
  restart: z.boolean().default(false).describe("Throw away what an earlier run left in the directory."),
});

type MdCall = Call<z.output<typeof flags>>;

/** "2,2,2" or "2 2 2" @throws InputError */
export function readRepeats(text: string): number[] {
  const repeats = text.split(/[\s,x×]+/).map(Number);
  if (repeats.length === 3 && repeats.every((count) => Number.isInteger(count) && count >= 1)) return repeats;
  throw new InputError(`--supercell is ${text}`, "give three whole numbers of at least 1, like 2,2,2");
}

interface MdQuestion {
  readonly question: StudyFile;
  readonly readInput: (name: string) => Promise<HashedInput>;
}

/** A result says how it was made, not where: of a file given by its whole path the name is kept. */
const nameOf = (path: string): string => (isAbsolute(path) ? basename(path) : path);

async function questionOf({ args, flags: given }: MdCall): Promise<MdQuestion> {
  const { forces: field, accuracy, engine, supercell, restart: _, ...settings } = given;
  await new Inputs().forces(field); // says what is wrong with it, before anything else
  const file = await fileIn(args[0]!, "minimum.json");
  const parameters = checkParameters(molecularDynamicsParameters, {
    structure: { file: nameOf(file), ...(supercell === undefined ? {} : { supercell: readRepeats(supercell) }) },
    forces: {
      field: nameOf(field!),
      ...(accuracy === undefined ? {} : { accuracy }),
      ...(engine === undefined ? {} : { engine }),
    },
    ...settings,
  }) as MolecularDynamicsParameters;
  const paths = new Map([
    [nameOf(file), file],
    [nameOf(field!), field!],
  ]);
  return {
    question: { study: molecularDynamics, parameters } as unknown as StudyFile,
    async readInput(name) {
      const text = await readText(paths.get(name) ?? name);
      return { name, text, sha256: sha256(text) };
    },
  };
}

const outFolder = ({ args, common }: MdCall): string =>
  common.out ?? join("runs", `md-${basename(args[0]!, extname(args[0]!))}`);

/** Speed of the steps that this very call made, from the progress it reports. */
function stopwatch(call: MdCall): { readonly call: MdCall; stepsPerSecond(): number | undefined } {
  let first: { readonly done: number; readonly at: number } | undefined;
  let last = first;
  const timed: MdCall = {
    ...call,
    onProgress(progress) {
      call.onProgress?.(progress);
      if (progress.stage !== "molecular dynamics") return;
      const now = { done: progress.done, at: performance.now() };
      first ??= now;
      last = now;
    },
  };
  return {
    call: timed,
    stepsPerSecond() {
      const seconds = first && last ? (last.at - first.at) / 1000 : 0;
      return seconds > 0.2 && last!.done > first!.done ? (last!.done - first!.done) / seconds : undefined;
    },
  };
}

export const mdCommand = defineCommand({
  name: "md",
  summary: "Molecular dynamics: trajectories at constant energy, temperature or pressure; stops and resumes.",
  details:
    "Results go to --out (default runs/md-NAME of the structure): one trajectory per replica (replica-1.h5md), thermo.csv with every\n" +
    "sample, report.json, report.html and figures/. The same command line goes on with a run that was stopped or killed, and gives the\n" +
    "same numbers. --json has the report and stepsPerSecond; data.means (K, eV, GPa, drift in k_BT per atom and ns), data.cell with npt\n" +
    "(Å, Å³, 1/GPa), data.msd (Å² over ps). Exit code 4 when a run ended early because it stopped being physics: what was good until\n" +
    "then is written, and the message names atom, step and a time step that would do. Structures are taken as they stand: relax first.\n" +
    "`phonion study` takes the same words from a file (`phonion schema molecular-dynamics`), and groups of atoms with baths of their own.",
  arguments: [structureArgument],
  flags,
  examples: [
    "phonion md relaxed --forces pedone-2006 --supercell 1,2,3 --temperature-k 700 --duration-ps 20 --accuracy 1e-5 --engine mixed",
    "phonion md relaxed --forces pedone-2006 --ensemble npt --temperature-k 300 --equilibration-ps 5 --duration-ps 40 --out npt",
    "phonion md relaxed --forces pedone-2006 --ensemble langevin --temperature-k 900 --freeze anions:edge --replicas 4",
  ],
  async run(call) {
    const { question, readInput } = await questionOf(call);
    const watch = stopwatch(call);
    const outcome = await runInDirectory(watch.call, {
      question,
      readInput,
      out: outFolder(call),
      restart: call.flags.restart,
      summary: (report) => summaryLines((report as Report<MolecularDynamicsData>).data),
    });
    const speed = watch.stepsPerSecond();
    if (speed === undefined) return outcome;
    const timestepFs = call.flags.timestepFs;
    return {
      ...outcome,
      data: { ...outcome.data, stepsPerSecond: speed },
      text: `${outcome.text}\nspeed    ${speed.toPrecision(3)} steps/s, ${(speed * timestepFs * 0.0864).toPrecision(3)} ns/day`,
    };
  },
  async plan(call) {
    const { question, readInput } = await questionOf(call);
    return planOf(call, { question, readInput });
  },
});
