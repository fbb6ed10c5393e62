// What `convert` and `show` do with files of many frames: they are streamed, never held whole.

import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { z } from "zod";
import { InputError, type Note, Notes, Pacer, type RunOptions } from "../../base/index.js";
import type { Frame } from "../../dynamics/index.js";
import {
  type OpenTrajectoryOptions,
  openTrajectory,
  openTrajectoryWriter,
  sha256OfFile,
  trajectoryFormatOf,
} from "../../host/index.js";
import { type FileTrajectory, type TrajectoryFormatName, trajectoryFormatNames } from "../../io/index.js";
import { atomCount, type Crystal, cellParameters, formulaOf, withCell, withPositions } from "../../structure/index.js";
import type { Inputs } from "./inputs.js";

export const trajectoryFlags = {
  first: z.int().min(0).optional().describe("First frame to take of a trajectory, from 0."),
  last: z.int().min(0).optional().describe("Last frame to take of a trajectory."),
  stride: z.int().positive().optional().describe("Take every how many frames of a trajectory (default 1)."),
  precision: z
    .enum(["double", "single"])
    .optional()
    .describe("Digits of a trajectory that is written (default double)."),
  timestepFs: z
    .number()
    .positive()
    .optional()
    .describe("Time step of the run, fs, for trajectories that count steps only."),
  types: z
    .string()
    .optional()
    .meta({ placeholder: "1=Li,2=O" })
    .describe("Elements of atom types: a LAMMPS dump without a column element, an XDATCAR of VASP 4."),
  reference: z
    .string()
    .min(1)
    .optional()
    .meta({ placeholder: "STRUCTURE" })
    .describe("Structure that gives a trajectory its elements and the order of its atoms; DCD and XTC need one."),
  variableCell: z.boolean().optional().describe("The cell changes later in the trajectory than in its first frames."),
};

const schema = z.object(trajectoryFlags);
export type TrajectoryFlags = z.output<typeof schema>;

export const isTrajectoryFormat = (name: string | undefined): name is TrajectoryFormatName =>
  (trajectoryFormatNames as readonly (string | undefined)[]).includes(name);

/** Formats that hold nothing but trajectories; extended XYZ is for structures too. */
export const onlyTrajectories = (name: string | undefined): boolean => isTrajectoryFormat(name) && name !== "extxyz";

/** The format of a file that exists and is a file; undefined otherwise. */
export async function trajectoryIn(path: string): Promise<TrajectoryFormatName | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() ? trajectoryFormatOf(path) : undefined;
}

/** "1=Li,2=O" @throws InputError */
export function parseTypes(text: string): Record<number, string> {
  const pairs = text.split(",").map((pair) => /^\s*(\d+)\s*=\s*([A-Z][a-z]?)\s*$/.exec(pair));
  if (pairs.some((pair) => pair === null))
    throw new InputError(`--types ${text} is no list of types`, "write it like --types 1=Li,2=O");
  return Object.fromEntries(pairs.map((pair) => [Number(pair![1]), pair![2]!]));
}

/** What the flags say about reading; reads the reference structure. */
export async function readOptions(flags: TrajectoryFlags, inputs: Inputs): Promise<OpenTrajectoryOptions> {
  return {
    ...(flags.reference === undefined ? {} : { reference: await inputs.structure(flags.reference) }),
    ...(flags.timestepFs === undefined ? {} : { timestepFs: flags.timestepFs }),
    ...(flags.types === undefined ? {} : { types: parseTypes(flags.types) }),
    ...(flags.variableCell === undefined ? {} : { variableCell: flags.variableCell }),
  };
}

const rangeOf = ({ first = 0, last, stride = 1 }: TrajectoryFlags) => ({
  from: first,
  stride,
  ...(last === undefined ? {} : { to: last + 1 }),
});

export interface Converted {
  readonly from: string;
  readonly to: string;
  readonly crystal: Crystal;
  readonly frames: number;
  readonly notes: readonly Note[];
}

export interface Conversion {
  readonly output: string;
  readonly flags: TrajectoryFlags;
  readonly from?: TrajectoryFormatName;
  readonly to: TrajectoryFormatName;
  /** Keeps the identity of the reference structure. */
  readonly inputs: Inputs;
  readonly run: RunOptions;
}

/** Streams a trajectory from one file to another. */
export async function convertTrajectory(input: string, conversion: Conversion): Promise<Converted> {
  const { output, flags, from, to, inputs, run } = conversion;
  const trajectory = await openTrajectory(input, {
    ...(await readOptions(flags, inputs)),
    ...(from ? { format: from } : {}),
  });
  const range = rangeOf(flags);
  const notes = new Notes();
  const heading = { ...trajectory, frameSpacingFs: trajectory.frameSpacingFs * range.stride };
  const writer = await openTrajectoryWriter(output, heading, {
    format: to,
    precision: flags.precision ?? "double",
    notes,
  });
  const pacer = new Pacer("converting frames", run);
  const total = trajectory.frameCount ?? trajectory.frameCountEstimate;
  let frames = 0;
  try {
    for await (const frame of trajectory.frames({ ...range, ...(run.signal ? { signal: run.signal } : {}) })) {
      await writer.write(frame);
      frames++;
      await pacer.tick(frames, total === undefined ? undefined : Math.max(frames, Math.ceil(total / range.stride)));
    }
    if (frames === 0)
      throw new InputError(`no frame of ${input} is in the range asked for`, "frames count from 0; see `phonion show`");
    await writer.close();
  } catch (error) {
    await writer.abort();
    throw error;
  }
  notes.addAll(trajectory.notes.list());
  return { from: trajectory.format, to, crystal: trajectory.crystal, frames, notes: notes.list() };
}

/** One frame as a structure: `index` from 0, negative from the end. */
export async function frameOf(
  input: string,
  {
    index,
    flags,
    from,
    inputs,
  }: {
    readonly index: number;
    readonly flags: TrajectoryFlags;
    readonly from?: TrajectoryFormatName;
    readonly inputs: Inputs;
  },
): Promise<{ crystal: Crystal; notes: readonly Note[] }> {
  const trajectory = await openTrajectory(input, {
    ...(await readOptions(flags, inputs)),
    ...(from ? { format: from } : {}),
    unknownTime: true,
  });
  const keep = index < 0 ? -index : 1;
  const last: Crystal[] = [];
  const range = index < 0 ? {} : { from: index, to: index + 1 };
  for await (const frame of trajectory.frames(range)) {
    last.push(structureOf(trajectory.crystal, frame));
    if (last.length > keep) last.shift();
  }
  if (last.length < keep)
    throw new InputError(`there is no frame ${index} in ${input}`, "frames count from 0, or from −1 at the end");
  return { crystal: last[0]!, notes: trajectory.notes.list() };
}

const structureOf = (crystal: Crystal, { positions, cell }: Frame): Crystal =>
  withPositions(cell ? withCell(crystal, cell) : crystal, positions.slice());

/** The identity of an input file, for the report. */
export const identityOf = async (path: string) => ({ name: basename(path), sha256: await sha256OfFile(path) });

/** Larger files are not read through to count their frames, bytes. */
const READ_THROUGH = 256e6;

export interface TrajectorySummary {
  readonly data: Readonly<Record<string, unknown>>;
  readonly text: string;
  readonly notes: readonly Note[];
}

/** Ten lines about a trajectory. Files of a reasonable size are read through. */
export async function summaryOf(path: string, trajectory: FileTrajectory, run: RunOptions): Promise<TrajectorySummary> {
  const { crystal, frameSpacingFs, variableCell, hasVelocities } = trajectory;
  const { size } = await stat(path);
  let count = trajectory.frameCount;
  let read = false;
  if (size <= READ_THROUGH) {
    const pacer = new Pacer("reading frames", run);
    count = 0;
    for await (const _ of trajectory.frames(run.signal ? { signal: run.signal } : {})) await pacer.tick(++count);
    read = true;
  }
  const frames = count ?? trajectory.frameCountEstimate;
  const known = Number.isFinite(frameSpacingFs) && frameSpacingFs > 0;
  const length = frames === undefined || !known ? undefined : (frames - 1) * frameSpacingFs;
  const number = (x: number): string => String(Number(x.toPrecision(8)));
  const [a, b, c, alpha, beta, gamma] = cellParameters(crystal.cell).map((x) => x.toFixed(4));
  const kinds = {
    unwrapped: "unwrapped in the file",
    images: "wrapped, unwrapped by image flags",
    wrapped: "wrapped, unwrapped by the nearest image",
  };
  const lines = [
    ["format", `${trajectory.format}, trajectory`],
    ["formula", `${formulaOf(crystal)} (${atomCount(crystal)} atoms)`],
    ["cell", `${a} ${b} ${c} Å, ${alpha} ${beta} ${gamma}°`],
    ["cell over time", variableCell ? "changes" : "constant"],
    [
      "frames",
      frames === undefined
        ? "not counted"
        : count === undefined
          ? `about ${frames}, by the size of the file`
          : String(frames),
    ],
    [
      "spacing",
      known ? `${number(frameSpacingFs)} fs, ${trajectory.stepSpacing} step(s)` : "not known: give --timestep-fs",
    ],
    [
      "length",
      length === undefined ? "not known" : `${number(length / 1000)} ps, from ${number(trajectory.startFs / 1000)} ps`,
    ],
    ["positions", kinds[trajectory.coordinates]],
    ["velocities", hasVelocities ? "yes" : "no"],
    ["read through", read ? "yes" : "no, the file is large"],
  ];
  return {
    data: {
      format: trajectory.format,
      formula: formulaOf(crystal),
      natoms: atomCount(crystal),
      cellParameters: [...cellParameters(crystal.cell)],
      variableCell,
      frames: frames ?? null,
      framesCounted: count !== undefined,
      frameSpacingFs: known ? frameSpacingFs : null,
      stepSpacing: trajectory.stepSpacing,
      startFs: trajectory.startFs,
      coordinates: trajectory.coordinates,
      hasVelocities,
    },
    text: lines.map(([name, value]) => `${name!.padEnd(15)}${value}`).join("\n"),
    notes: trajectory.notes.list(),
  };
}
