import { z } from "zod";
import { loadSymmetryHere } from "../../host/index.js";
import { showStructure } from "../../io/index.js";
import { atomCount, type Crystal, cellParameters, findSymmetry, formulaOf } from "../../structure/index.js";
import { defineCommand } from "../command.js";
import { structureArgument } from "./arguments.js";
import { Inputs } from "./inputs.js";

const flags = z.strictObject({
  tolerance: z
    .number()
    .positive()
    .default(1e-3)
    .describe("How far an atom may be from its ideal place, Å, when the space group is found."),
});

/** Symbol and number, or null where there is none to find: a cell that is not periodic in all directions. */
async function spaceGroupOf(
  crystal: Crystal,
  tolerance: number,
): Promise<{ readonly symbol: string; readonly number: number } | null> {
  if (!crystal.cell.periodic.every(Boolean)) return null;
  await loadSymmetryHere();
  const { symbol, spaceGroup } = findSymmetry(crystal, { tolerance });
  return { symbol, number: spaceGroup };
}

export const showCommand = defineCommand({
  name: "show",
  summary: "What is in a structure file, in ten lines.",
  details:
    "Lengths in Å, angles in degrees, volume in Å³. Files written by other commands (minimum.json, modes.json, path.json) are read too.",
  arguments: [structureArgument],
  flags,
  examples: ["phonion show Li3PO4.cif"],
  async run({ args, flags: { tolerance } }) {
    const inputs = new Inputs();
    const crystal = await inputs.structure(args[0]!);
    const group = await spaceGroupOf(crystal, tolerance);
    const line = group
      ? `symmetry   ${group.symbol} (no. ${group.number}), within ${tolerance} Å`
      : "symmetry   not periodic in all directions";
    return {
      data: {
        formula: formulaOf(crystal),
        natoms: atomCount(crystal),
        cellParameters: [...cellParameters(crystal.cell)],
        volumeA3: crystal.cell.volume,
        periodic: crystal.cell.periodic,
        spaceGroup: group,
      },
      text: `${showStructure(crystal).trimEnd()}\n${line}`,
      notes: inputs.noteList(),
      inputs: inputs.list(),
      options: { tolerance },
    };
  },
  async plan({ args }) {
    return { seconds: 1, memoryMb: 100, diskMb: 0, work: [`read ${args[0]} and find its space group`] };
  },
});
