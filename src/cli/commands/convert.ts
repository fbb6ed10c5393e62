import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { z } from "zod";
import { InputError, type Notes } from "../../base/index.js";
import { readText, writeFileAtomic } from "../../host/index.js";
import {
  detectFormat,
  detectTrajectoryFormat,
  type FormatName,
  formatNames,
  readStructure,
  type TrajectoryFormatName,
  trajectoryFormatNames,
  writeStructure,
  writtenTrajectoryFormatNames,
} from "../../io/index.js";
import { atomCount, type Crystal, formulaOf } from "../../structure/index.js";
import { type Call, defineCommand } from "../command.js";
import { fileIn, forcesFlag, Inputs } from "./inputs.js";
import {
  convertTrajectory,
  frameOf,
  identityOf,
  isTrajectoryFormat,
  onlyTrajectories,
  trajectoryFlags,
  trajectoryIn,
} from "./trajectories.js";

const names = [...new Set([...formatNames, ...trajectoryFormatNames])] as [string, ...string[]];
const writtenNames = [...new Set([...formatNames, ...writtenTrajectoryFormatNames])] as [string, ...string[]];

const flags = z.strictObject({
  from: z.enum(names).optional().describe("Format of IN; by its name and content when left out."),
  to: z.enum(writtenNames).optional().describe("Format of OUT; by its name when left out."),
  frame: z
    .int()
    .optional()
    .describe("Frame of a trajectory to take as a structure, from 0, negative from the end (default -1, the last)."),
  ...trajectoryFlags,
  forces: forcesFlag.forces.describe("Force field whose charges are written into LAMMPS data."),
});

type ConvertCall = Call<z.output<typeof flags>>;

const isStdout = (output: string): boolean => output === "-" || output === "/dev/stdout";

function formats(
  { args, flags: { from, to } }: ConvertCall,
  input: { readonly file: string; readonly text: string },
): { from: FormatName | undefined; to: FormatName } {
  const output = args[1] ?? "";
  const target = (to as FormatName | undefined) ?? detectFormat(output, "");
  if (target) return { from: (from as FormatName | undefined) ?? detectFormat(input.file, input.text), to: target };
  throw new InputError(
    `the name ${output} does not tell a format`,
    `add --to ${formatNames.join("|")}, or use a name such as POSCAR, x.cif, x.extxyz, x.data, x.json`,
    { output },
  );
}

/** Charges by element, for the one format that holds them. */
async function chargesFor({ flags: { forces } }: ConvertCall, to: FormatName, inputs: Inputs) {
  if (forces === undefined) return {};
  if (to !== "lammps-data")
    throw new InputError(
      `--forces gives charges, which ${to} does not hold`,
      "leave --forces out, or write LAMMPS data",
    );
  const { charges, name } = await inputs.forces(forces);
  if (charges) return { charges };
  throw new InputError(`the force field ${name} has no charges`, "leave --forces out");
}

/** The formats that always mean a crystal without end. */
const ENDLESS: readonly FormatName[] = ["poscar", "cif", "lammps-data"];

function notePeriodicity({ cell }: Crystal, to: FormatName, notes: Notes): void {
  const open = ["a", "b", "c"].filter((_, axis) => !cell.periodic[axis]);
  if (open.length === 0 || !ENDLESS.includes(to)) return;
  notes.add(
    "periodicity-lost",
    `the cell is not periodic along ${open.join(", ")}; ${to} cannot say so and is read as periodic`,
    "write extxyz or json to keep it",
  );
}

const RANGE_FLAGS = [
  "first",
  "last",
  "stride",
  "precision",
  "timestepFs",
  "types",
  "reference",
  "variableCell",
] as const;

/** What is done with a file of many frames: all of them go over, one becomes a structure, or nothing: it is a structure. */
async function manyFrames(
  call: ConvertCall,
): Promise<
  | { readonly kind: "stream"; readonly from: TrajectoryFormatName; readonly to: TrajectoryFormatName }
  | { readonly kind: "frame"; readonly from: TrajectoryFormatName; readonly to: FormatName }
  | undefined
> {
  const [input = "", output = ""] = call.args;
  const { from, to, frame } = call.flags;
  const source = from === undefined ? await trajectoryIn(input) : isTrajectoryFormat(from) ? from : undefined;
  const target = to ?? detectFormat(output, "") ?? detectTrajectoryFormat(basename(output), new Uint8Array(0));
  if (source === undefined) {
    if (onlyTrajectories(target))
      throw new InputError(
        `${input} is a structure, ${target} holds trajectories`,
        "write extxyz or another structure format",
      );
    return undefined;
  }
  const asked = RANGE_FLAGS.some((flag) => call.flags[flag] !== undefined);
  if (isTrajectoryFormat(target) && frame === undefined) {
    const streamed = onlyTrajectories(source) || onlyTrajectories(target) || asked;
    return streamed ? { kind: "stream", from: source, to: target } : undefined;
  }
  if (!onlyTrajectories(source)) return undefined;
  if (target !== undefined && !onlyTrajectories(target))
    return { kind: "frame", from: source, to: target as FormatName };
  throw new InputError(
    frame === undefined
      ? `the name ${output} does not tell a format`
      : "--frame takes one frame, a trajectory holds many",
    `add --to ${writtenNames.join("|")}`,
    { output },
  );
}

async function convertStream(
  call: ConvertCall,
  { from, to }: { from: TrajectoryFormatName; to: TrajectoryFormatName },
) {
  const [input = "", output = ""] = call.args;
  if (isStdout(output)) throw new InputError("a trajectory cannot be written to stdout", "name an output file", {});
  const inputs = new Inputs();
  const conversion = { output, flags: call.flags, from, to, inputs, run: call };
  const { frames, crystal, notes } = await convertTrajectory(input, conversion);
  const formula = formulaOf(crystal);
  return {
    data: { in: input, out: output, from, to, natoms: atomCount(crystal), formula, frames },
    text: `${input} (${from}) → ${output} (${to}): ${frames} frames of ${formula}`,
    notes: [...inputs.noteList(), ...notes],
    inputs: [await identityOf(input), ...inputs.list()],
    options: call.flags,
  };
}

async function convertFrame(call: ConvertCall, { from, to }: { from: TrajectoryFormatName; to: FormatName }) {
  const [input = "", output = ""] = call.args;
  const index = call.flags.frame ?? -1;
  const inputs = new Inputs();
  const { crystal, notes } = await frameOf(input, { index, flags: call.flags, from, inputs });
  inputs.notes.addAll(notes);
  notePeriodicity(crystal, to, inputs.notes);
  const written = writeStructure(crystal, to, await chargesFor(call, to, inputs));
  if (!isStdout(output)) await writeFileAtomic(output, written);
  const formula = formulaOf(crystal);
  return {
    data: { in: input, out: output, from, to, natoms: atomCount(crystal), formula },
    text: isStdout(output)
      ? written.replace(/\n$/, "")
      : `${input} (${from}, frame ${index}) → ${output} (${to}): ${formula}`,
    notes: inputs.noteList(),
    inputs: [await identityOf(input), ...inputs.list()],
    options: call.flags,
  };
}

export const convertCommand = defineCommand({
  name: "convert",
  summary: "Write a structure or a trajectory in another format.",
  details: `Formats: ${formatNames.join(", ")}. Lengths are Å in all of them. json is phonion's own and keeps every bit. Trajectories: ${trajectoryFormatNames.join(", ")}, streamed, also from .gz; written are ${writtenTrajectoryFormatNames.join(", ")}.`,
  arguments: [
    { name: "IN", description: "Structure file." },
    { name: "OUT", description: "File to write, replaced as a whole; - for stdout, with --to." },
  ],
  flags,
  examples: [
    "phonion convert Li3PO4.cif POSCAR",
    "phonion convert run.extxyz last.data --from extxyz --to lammps-data",
    "phonion convert relaxed li3po4.data --forces pedone-2006",
    "phonion convert run.lammpstrj run.h5md --timestep-fs 1 --stride 10",
    "phonion convert run.xtc run.extxyz --reference start.cif",
  ],
  async run(call) {
    if (isStdout(call.args[1]!) && call.common.json) {
      throw new InputError("both the structure and --json want stdout", "name an output file, or leave --json out", {});
    }
    const many = await manyFrames(call);
    if (many?.kind === "stream") return convertStream(call, many);
    if (many?.kind === "frame") return convertFrame(call, many);
    const inputs = new Inputs();
    const [input = "", output = ""] = call.args;
    const file = await fileIn(input, "minimum.json");
    const text = await inputs.text(file);
    const { from, to } = formats(call, { file, text });
    const { frame } = call.flags;
    const options = {
      notes: inputs.notes,
      ...(from ? { format: from } : {}),
      ...(frame === undefined ? {} : { frame }),
    };
    const crystal = readStructure(text, file, options);
    notePeriodicity(crystal, to, inputs.notes);
    const written = writeStructure(crystal, to, await chargesFor(call, to, inputs));
    if (!isStdout(output)) await writeFileAtomic(output, written);
    return {
      data: { in: input, out: output, from: from ?? null, to, natoms: atomCount(crystal), formula: formulaOf(crystal) },
      text: isStdout(output)
        ? written.replace(/\n$/, "")
        : `${input} (${from}) → ${output} (${to}): ${formulaOf(crystal)}`,
      notes: inputs.noteList(),
      inputs: inputs.list(),
      options: call.flags,
    };
  },
  async plan(call) {
    const many = await manyFrames(call);
    if (many) {
      const bytes = (await stat(call.args[0]!)).size;
      return {
        seconds: 0.2 + bytes / 2e7,
        memoryMb: 150,
        diskMb: bytes / 1e6,
        work: [`read ${call.args[0]} as ${many.from}`, `write ${call.args[1]} as ${many.to}`],
      };
    }
    const file = await fileIn(call.args[0]!, "minimum.json");
    const text = await readText(file);
    const { from, to } = formats(call, { file, text });
    return {
      seconds: 0.1,
      memoryMb: 80,
      diskMb: text.length / 1e6,
      work: [`read ${call.args[0]} as ${from}`, `write ${call.args[1]} as ${to}`],
    };
  },
});
