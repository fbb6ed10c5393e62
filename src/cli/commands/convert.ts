import { z } from "zod";
import { InputError, type Notes } from "../../base/index.js";
import { readText, writeFileAtomic } from "../../host/index.js";
import { detectFormat, type FormatName, formatNames, readStructure, writeStructure } from "../../io/index.js";
import { atomCount, type Crystal, formulaOf } from "../../structure/index.js";
import { type Call, defineCommand } from "../command.js";
import { fileIn, forcesFlag, Inputs } from "./inputs.js";

const flags = z.strictObject({
  from: z.enum(formatNames).optional().describe("Format of IN; by its name and content when left out."),
  to: z.enum(formatNames).optional().describe("Format of OUT; by its name when left out."),
  frame: z
    .int()
    .optional()
    .describe("Frame of an extended XYZ file, from 0, negative from the end (default -1, the last)."),
  forces: forcesFlag.forces.describe("Force field whose charges are written into LAMMPS data."),
});

type ConvertCall = Call<z.output<typeof flags>>;

const isStdout = (output: string): boolean => output === "-" || output === "/dev/stdout";

function formats(
  { args, flags: { from, to } }: ConvertCall,
  input: { readonly file: string; readonly text: string },
): { from: FormatName | undefined; to: FormatName } {
  const output = args[1] ?? "";
  const target = to ?? detectFormat(output, "");
  if (target) return { from: from ?? detectFormat(input.file, input.text), to: target };
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

export const convertCommand = defineCommand({
  name: "convert",
  summary: "Write a structure in another format.",
  details: `Formats: ${formatNames.join(", ")}. Lengths are Å in all of them. json is phonion's own and keeps every bit.`,
  arguments: [
    { name: "IN", description: "Structure file." },
    { name: "OUT", description: "File to write, replaced as a whole; - for stdout, with --to." },
  ],
  flags,
  examples: [
    "phonion convert Li3PO4.cif POSCAR",
    "phonion convert run.extxyz last.data --from extxyz --to lammps-data",
    "phonion convert relaxed li3po4.data --forces pedone-2006",
  ],
  async run(call) {
    if (isStdout(call.args[1]!) && call.common.json) {
      throw new InputError("both the structure and --json want stdout", "name an output file, or leave --json out", {});
    }
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
