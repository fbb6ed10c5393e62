import { z } from "zod";
import { InputError } from "../../base/index.js";
import { readText, writeFileAtomic } from "../../host/index.js";
import { detectFormat, type FormatName, formatNames, readStructure, writeStructure } from "../../io/index.js";
import { atomCount, formulaOf } from "../../structure/index.js";
import { type Call, defineCommand } from "../command.js";
import { Inputs } from "./inputs.js";

const flags = z.strictObject({
  from: z.enum(formatNames).optional().describe("Format of IN; by its name and content when left out."),
  to: z.enum(formatNames).optional().describe("Format of OUT; by its name when left out."),
  frame: z
    .int()
    .optional()
    .describe("Frame of an extended XYZ file, from 0, negative from the end (default -1, the last)."),
});

type ConvertCall = Call<z.output<typeof flags>>;

const isStdout = (output: string): boolean => output === "-" || output === "/dev/stdout";

function formats(
  { args, flags: { from, to } }: ConvertCall,
  text: string,
): { from: FormatName | undefined; to: FormatName } {
  const [input = "", output = ""] = args;
  const target = to ?? detectFormat(output, "");
  if (target) return { from: from ?? detectFormat(input, text), to: target };
  throw new InputError(
    `the name ${output} does not tell a format`,
    `add --to ${formatNames.join("|")}, or use a name such as POSCAR, x.cif, x.extxyz, x.data, x.json`,
    { output },
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
  ],
  async run(call) {
    if (isStdout(call.args[1]!) && call.common.json) {
      throw new InputError("both the structure and --json want stdout", "name an output file, or leave --json out", {});
    }
    const inputs = new Inputs();
    const [input = "", output = ""] = call.args;
    const text = await inputs.text(input);
    const { from, to } = formats(call, text);
    const { frame } = call.flags;
    const options = {
      notes: inputs.notes,
      ...(from ? { format: from } : {}),
      ...(frame === undefined ? {} : { frame }),
    };
    const crystal = readStructure(text, input, options);
    const written = writeStructure(crystal, to);
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
    const text = await readText(call.args[0]!);
    const { from, to } = formats(call, text);
    return {
      seconds: 0.1,
      memoryMb: 80,
      diskMb: text.length / 1e6,
      work: [`read ${call.args[0]} as ${from}`, `write ${call.args[1]} as ${to}`],
    };
  },
});
