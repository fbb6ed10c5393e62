import { stat } from "node:fs/promises";
import { z } from "zod";
import { FormatError, InputError } from "../../base/index.js";
import { type ExciteInput, exciteOperation } from "../../studies/index.js";
import { type Call, defineCommand } from "../command.js";
import { structureArgument } from "./arguments.js";
import { outcomeOf, parametersOf, runOptions } from "./from-operation.js";
import { forcesFlag, Inputs } from "./inputs.js";

const LIST = /^\s*\d+(\s*-\s*\d+)?(\s*[\s,]\s*\d+(\s*-\s*\d+)?)*\s*$/;
/** Modes of the largest crystal whose modes are solved. */
const MOST_MODES = 50_000;

const flags = z.strictObject({
  ...forcesFlag,
  modes: z
    .string()
    .min(1)
    .optional()
    .meta({ placeholder: "LIST|FILE" })
    .describe(
      "Modes to drive, by their numbers from 0 in ascending frequency: a list such as 12,45,60-62, or a text file with one. Needed.",
    ),
  ...exciteOperation.parameters.shape,
});

async function read({ args, flags: given }: Call<z.output<typeof flags>>) {
  const inputs = new Inputs();
  const { modes, forces: name } = given;
  if (modes === undefined)
    throw new InputError("no modes were named", "add --modes 12,45 (numbers from 0, as `phonion modes` lists them)");
  const forces = await inputs.forces(name);
  const crystal = await inputs.structure(args[0]!);
  const isFile = await stat(modes).then(
    (found) => found.isFile(),
    () => false,
  );
  if (!isFile && !LIST.test(modes))
    throw new InputError(
      `--modes ${modes} is neither a list of numbers nor a file`,
      "write 12,45,60-62, or name a text file",
    );
  const list = isFile ? numbersIn(await inputs.text(modes), modes) : numbersOf(modes);
  return { inputs, input: { crystal, forces, modes: list } };
}

/** A file of numbers; what follows a # is left out. */
function numbersIn(text: string, file: string): number[] {
  return text.split(/\r?\n/).flatMap((line, at) => {
    const content = line.replace(/#.*/, "").trim();
    if (content === "") return [];
    if (LIST.test(content)) return numbersOf(content);
    throw new FormatError(
      { file, line: at + 1 },
      `"${content}" is no list of numbers`,
      "write numbers from 0, or ranges such as 60-62",
    );
  });
}

function numbersOf(list: string): number[] {
  const parts = list
    .replace(/\s*-\s*/g, "-")
    .trim()
    .split(/[\s,]+/);
  return parts.flatMap((part) => {
    const [first = 0, last = first] = part.split("-").map(Number);
    if (last < first || last - first > MOST_MODES)
      throw new InputError(`the range of modes ${part} holds none, or too many`, "write it as FIRST-LAST");
    return Array.from({ length: last - first + 1 }, (_, k) => first + k);
  });
}

export const exciteCommand = defineCommand({
  name: "excite",
  summary: "Hold named vibrations hot while the crystal stays cold, and see what that does.",
  details:
    "Drives fixed modes of the structure's own minimum: right as long as its ions stay on their sites. The study excite-modes follows the\n" +
    "ions from one configuration to the next. Temperatures in K are ⟨Q̇²⟩/k_B just before driving acts; power in eV/ps per cell and W/cm³.\n" +
    "--json has modes, temperatureK, drivenModesK, otherModesK, powerEvPerPs, wattPerCm3 and meanSquareDisplacement (Å² by element).\n" +
    "--out gets thermo.csv and msd.csv.",
  arguments: [structureArgument],
  flags,
  examples: [
    "phonion excite relaxed --forces pedone-2006 --modes 310,322 --driven-temperature-k 700 --temperature-k 400",
    "phonion excite POSCAR --forces pedone-2006 --modes list.txt --variant rescaling --every-steps 20 --duration-ps 50 --json",
  ],
  async run(call) {
    const { inputs, input } = await read(call);
    const parameters = parametersOf(exciteOperation, call.flags);
    const whole: ExciteInput = { ...input, seed: call.seed(), pool: call.pool() };
    const outcome = await exciteOperation.run(whole, parameters, runOptions(call));
    const result = outcomeOf(outcome, { inputs, options: call.flags });
    return { ...result, data: { ...result.data, seed: whole.seed } };
  },
  async plan(call) {
    const { input } = await read(call);
    return exciteOperation.estimate({ ...input, seed: 0 }, parametersOf(exciteOperation, call.flags));
  },
});
