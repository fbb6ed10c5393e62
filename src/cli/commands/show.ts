import { z } from "zod";
import { openTrajectory } from "../../host/index.js";
import { type FileTrajectory, showStructure } from "../../io/index.js";
import { atomCount, type Crystal, cellParameters, formulaOf } from "../../structure/index.js";
import { type SpaceGroup, spaceGroupTask } from "../../studies/index.js";
import { type Call, defineCommand } from "../command.js";
import { structureArgument } from "./arguments.js";
import { Inputs } from "./inputs.js";
import { identityOf, onlyTrajectories, readOptions, summaryOf, trajectoryFlags, trajectoryIn } from "./trajectories.js";

const flags = z.strictObject({
  tolerance: z
    .number()
    .positive()
    .default(1e-3)
    .describe("How far an atom may be from its ideal place, Å, when the space group is found."),
  timestepFs: trajectoryFlags.timestepFs,
  types: trajectoryFlags.types,
  reference: trajectoryFlags.reference,
  variableCell: trajectoryFlags.variableCell,
});

type ShowCall = Call<z.output<typeof flags>>;

/** Longest search for the space group, s. */
const SEARCH_SECONDS = 10;

/** Null where there is none to find: a cell that is not periodic in all directions. */
async function spaceGroupOf(call: ShowCall, crystal: Crystal): Promise<SpaceGroup | null | "out of time"> {
  if (!crystal.cell.periodic.every(Boolean)) return null;
  const limit = AbortSignal.timeout(1000 * SEARCH_SECONDS);
  let found: SpaceGroup | null = null;
  const keep = (group: SpaceGroup): void => {
    found = group;
  };
  try {
    const input = { crystal, tolerance: call.flags.tolerance };
    await call.pool().run(spaceGroupTask, [input], keep, { signal: AbortSignal.any([call.signal, limit]) });
  } catch (error) {
    if (limit.aborted && !call.signal.aborted) return "out of time";
    throw error;
  }
  return found;
}

function groupLine(group: SpaceGroup | null | "out of time", tolerance: number): string {
  if (group === null) return "symmetry   not periodic in all directions";
  if (group === "out of time") return `symmetry   not found within ${SEARCH_SECONDS} s`;
  return `symmetry   ${group.symbol} (no. ${group.number}), within ${tolerance} Å`;
}

/** The file as a trajectory, when it is one: of more than one frame, or in a format for nothing else. */
async function trajectoryOf(call: ShowCall, inputs: Inputs): Promise<FileTrajectory | undefined> {
  const path = call.args[0]!;
  const format = await trajectoryIn(path);
  if (format === undefined) return undefined;
  const { timestepFs, types, reference, variableCell } = call.flags;
  const trajectory = await openTrajectory(path, {
    ...(await readOptions({ timestepFs, types, reference, variableCell }, inputs)),
    unknownTime: true,
  });
  if (onlyTrajectories(format)) return trajectory;
  for await (const _ of trajectory.frames({ from: 1, to: 2 })) return trajectory;
  return undefined;
}

export const showCommand = defineCommand({
  name: "show",
  summary: "What is in a structure or trajectory file, in ten lines.",
  details:
    "Lengths in Å, angles in degrees, volume in Å³. Files written by other commands (minimum.json, modes.json, path.json) are read too. Of trajectories (LAMMPS dump, extended XYZ, H5MD, XDATCAR, vasprun.xml, OUTCAR, DCD, XTC): atoms, frames, times, how positions are kept.",
  arguments: [structureArgument],
  flags,
  examples: ["phonion show Li3PO4.cif", "phonion show run.lammpstrj --timestep-fs 1"],
  async run(call) {
    const inputs = new Inputs();
    const trajectory = await trajectoryOf(call, inputs);
    if (trajectory) {
      const { notes, ...summary } = await summaryOf(call.args[0]!, trajectory, call);
      return {
        ...summary,
        notes: [...inputs.noteList(), ...notes],
        inputs: [await identityOf(call.args[0]!), ...inputs.list()],
        options: call.flags,
      };
    }
    const crystal = await inputs.structure(call.args[0]!);
    const { tolerance } = call.flags;
    const group = await spaceGroupOf(call, crystal);
    if (group === "out of time") {
      inputs.notes.add(
        "space-group-not-found",
        `the search for the space group of ${atomCount(crystal)} atoms was stopped after ${SEARCH_SECONDS} s`,
        "a supercell of many equal primitive cells takes very long: show the primitive cell instead",
      );
    }
    return {
      data: {
        formula: formulaOf(crystal),
        natoms: atomCount(crystal),
        cellParameters: [...cellParameters(crystal.cell)],
        volumeA3: crystal.cell.volume,
        periodic: crystal.cell.periodic,
        spaceGroup: group === "out of time" ? null : group,
      },
      text: `${showStructure(crystal).trimEnd()}\n${groupLine(group, tolerance)}`,
      notes: inputs.noteList(),
      inputs: inputs.list(),
      options: { tolerance },
    };
  },
  async plan({ args }) {
    return { seconds: 1, memoryMb: 100, diskMb: 0, work: [`read ${args[0]} and find its space group`] };
  },
});
