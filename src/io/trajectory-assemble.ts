// From what stands in a file to a trajectory: times, order of the atoms, unwrapping, ranges. One for all formats.

import { type FilePlace, FormatError, InputError } from "../base/index.js";
import { type Frame, type FrameOptions, frameRange, insideCell, noteUnwrapping, Unwrapper } from "../dynamics/index.js";
import {
  atomCount,
  type Cell,
  type Crystal,
  makeCrystal,
  matchAtoms,
  speciesList,
  withCell,
} from "../structure/index.js";
import type { Coordinates, FileTrajectory, RawFrame, RawTrajectory, TrajectoryReadOptions } from "./trajectory.js";
import { choiceOf, Schedule, timeDifference } from "./trajectory-schedule.js";

/** What the first two frames tell. */
interface Opening {
  readonly file: string;
  readonly startStep: number;
  readonly stepSpacing: number;
  readonly startFs: number;
  readonly frameSpacingFs: number;
  readonly variableCell: boolean;
  readonly coordinates: Exclude<Coordinates, "unknown">;
  readonly gaps: "refuse" | "note";
}

/** @throws FormatError, or InputError when the time between frames is not known. */
export async function assembleTrajectory(
  raw: RawTrajectory,
  file: string,
  options: TrajectoryReadOptions = {},
): Promise<FileTrajectory> {
  const opening = await openingOf(raw, file, options);
  const order = orderBy(raw, options);
  const { startFs, startStep, stepSpacing, frameSpacingFs, variableCell, coordinates } = opening;
  return {
    format: raw.format,
    crystal: order.crystal,
    coordinates,
    frameSpacingFs,
    variableCell,
    hasVelocities: raw.hasVelocities,
    startFs,
    startStep,
    stepSpacing,
    notes: raw.notes,
    ...(raw.frameCount === undefined ? {} : { frameCount: raw.frameCount }),
    ...(raw.frameCountEstimate === undefined ? {} : { frameCountEstimate: raw.frameCountEstimate }),
    ...(order.permutation ? { permutation: order.permutation } : {}),
    frames: (range = {}) => framesOf(raw, { opening, order, range }),
  };
}

async function openingOf(raw: RawTrajectory, file: string, options: TrajectoryReadOptions): Promise<Opening> {
  const first = { step: 0, timeFs: undefined as number | undefined, cell: raw.crystal.cell, seen: false };
  let second: { step: number; timeFs: number | undefined; cell: Cell } | undefined;
  // A run that went on from a checkpoint may write its first frame twice.
  const choose = (step: number): "read" | "pass" => (first.seen && step === first.step ? "pass" : "read");
  for await (const frame of raw.frames({ choose, ...(options.signal ? { signal: options.signal } : {}) })) {
    if (!first.seen) Object.assign(first, { step: frame.step, timeFs: frame.timeFs, cell: frame.cell, seen: true });
    else {
      second = { step: frame.step, timeFs: frame.timeFs, cell: frame.cell };
      break;
    }
  }
  const stepSpacing = second ? second.step - first.step : 0;
  if (stepSpacing < 0) {
    throw new FormatError(
      { file },
      `step ${second!.step} comes after step ${first.step}`,
      "the file holds several runs; cut it into one file for each",
    );
  }
  const frameSpacingFs = spacingOf(raw, { first, second, stepSpacing, file, options });
  const startFs = first.timeFs ?? (stepSpacing > 0 ? (first.step / stepSpacing) * frameSpacingFs : 0);
  return {
    file,
    startStep: first.step,
    stepSpacing,
    startFs: Number.isFinite(startFs) ? startFs : 0,
    frameSpacingFs,
    variableCell: options.variableCell ?? (second !== undefined && !sameCell(first.cell, second.cell)),
    coordinates: kindOf(raw, file),
    gaps: options.gaps ?? "refuse",
  };
}

interface SpacingInput {
  readonly first: { readonly timeFs: number | undefined };
  readonly second: { readonly timeFs: number | undefined } | undefined;
  readonly stepSpacing: number;
  readonly file: string;
  readonly options: TrajectoryReadOptions;
}

function spacingOf(raw: RawTrajectory, { first, second, stepSpacing, file, options }: SpacingInput): number {
  for (const key of ["timestepFs", "frameSpacingFs"] as const) {
    const value = options[key];
    if (value !== undefined && !(value > 0 && Number.isFinite(value))) {
      throw new InputError(`${key} is ${value}`, "times are positive, in fs");
    }
  }
  const inFile =
    first.timeFs !== undefined && second?.timeFs !== undefined
      ? timeDifference(second.timeFs, first.timeFs)
      : raw.frameSpacingFs;
  const given =
    options.frameSpacingFs ?? (options.timestepFs === undefined ? undefined : options.timestepFs * (stepSpacing || 1));
  if (given !== undefined && inFile !== undefined && second && Math.abs(given - inFile) > 1e-6 * given) {
    raw.notes.add(
      "time-overridden",
      `${file} says that its frames are ${inFile} fs apart; ${given} fs was given and taken`,
    );
  }
  const spacing = given ?? inFile;
  if (spacing !== undefined && spacing > 0) return spacing;
  if (!second) return 0;
  if (options.unknownTime) return Number.NaN;
  throw new InputError(
    `${file} does not say how much time lies between its frames (${stepSpacing} step(s))`,
    raw.timeHint ??
      "give the time step of the run: timestepFs (`--timestep-fs 1`), or the time between frames: frameSpacingFs",
    { stepSpacing },
  );
}

function kindOf(raw: RawTrajectory, file: string): Opening["coordinates"] {
  if (raw.coordinates !== "unknown") return raw.coordinates;
  const { cell, positions } = raw.crystal;
  const wrapped = insideCell(cell, positions) && cell.periodic.some(Boolean);
  raw.notes.add(
    wrapped ? "coordinates-unwrapped-by-nearest-image" : "coordinates-taken-as-unwrapped",
    wrapped
      ? `${file} does not say whether its positions are wrapped; the first frame lies inside the cell, so each atom's path was continued by its nearest image`
      : `${file} does not say whether its positions are wrapped; the first frame reaches out of the cell, so they were taken as unwrapped`,
  );
  return wrapped ? "wrapped" : "unwrapped";
}

const sameCell = (a: Cell, b: Cell): boolean => a === b || Array.from(a.vectors).every((x, i) => x === b.vectors[i]!);

interface Order {
  /** First frame, in the order given out. */
  readonly crystal: Crystal;
  readonly permutation?: readonly number[];
}

/** Farthest an atom of the first frame may be from its place in the reference without a note, Å. */
const FAR = 2;

function orderBy(raw: RawTrajectory, { reference }: TrajectoryReadOptions): Order {
  if (!reference) return { crystal: raw.crystal };
  const { crystal } = raw;
  const n = atomCount(crystal);
  if (n !== atomCount(reference)) {
    throw new InputError(
      `the file has ${n} atoms, the reference structure ${atomCount(reference)}`,
      "give the structure the run began with",
    );
  }
  const own = (positions: ArrayLike<number>): Crystal =>
    makeCrystal({
      cell: crystal.cell,
      species: speciesList(reference),
      masses: Array.from(reference.masses),
      positions,
      ...(reference.labels ? { labels: reference.labels } : {}),
    });
  const positions = crystal.positions as unknown as ArrayLike<number>;
  if (raw.hasElements === false) return { crystal: own(positions) };
  const match = matchAtoms(withCell(reference, crystal.cell), crystal, { removeTranslation: true });
  const farthest = match.movers[0];
  if (farthest !== undefined && match.distances[farthest]! > FAR) {
    raw.notes.add(
      "reference-far",
      `atom ${farthest + 1} of the reference structure is ${match.distances[farthest]!.toFixed(2)} Å from its partner in the first frame`,
      "is this the structure the run began with?",
    );
  }
  const permutation = Array.from(match.permutation);
  if (permutation.every((j, i) => j === i)) return { crystal: own(positions) };
  raw.notes.add("atoms-reordered", "the atoms of the file were put in the order of the reference structure");
  return { crystal: own(permuted(permutation, crystal.positions, new Float64Array(3 * n))), permutation };
}

function permuted(
  permutation: readonly number[],
  from: { readonly [index: number]: number },
  to: Float64Array,
): Float64Array {
  for (const [i, j] of permutation.entries()) {
    to[3 * i] = from[3 * j]!;
    to[3 * i + 1] = from[3 * j + 1]!;
    to[3 * i + 2] = from[3 * j + 2]!;
  }
  return to;
}

interface Pass {
  readonly opening: Opening;
  readonly order: Order;
  readonly range: FrameOptions;
}

async function* framesOf(raw: RawTrajectory, { opening, order, range }: Pass): AsyncGenerator<Frame> {
  const span = frameRange(range, raw.frameCount);
  if (span.from >= span.to) return;
  const { coordinates, variableCell, file } = opening;
  const n = atomCount(raw.crystal);
  const schedule = new Schedule(opening, raw.notes);
  const unwrapper =
    coordinates === "unwrapped"
      ? undefined
      : new Unwrapper(n, { constantCell: !variableCell, flags: coordinates === "images" });
  const choose = (step: number, _time: number | undefined, place: FilePlace) => {
    if (!schedule.takes(step, place)) return "pass";
    const choice = choiceOf(schedule.index, span);
    return choice === "pass" && unwrapper ? "read" : choice; // a path needs all its frames
  };
  const arrange = order.permutation ? arranger(order.permutation) : undefined;
  const summed = variableCell && unwrapper !== undefined; // steps through cells of different shapes
  for await (const frame of raw.frames({ choose, ...(range.signal ? { signal: range.signal } : {}) })) {
    const { index } = schedule;
    if (!variableCell && !sameCell(frame.cell, raw.crystal.cell)) throw cellChanged(file, frame);
    const path = unwrapper?.next(frame.positions, frame.cell, frame.images) ?? frame.positions;
    if (choiceOf(index, span) !== "read") continue;
    const { velocities } = frame;
    yield {
      step: frame.step,
      timeFs: timeOf(frame.step, opening),
      positions: arrange ? arrange.positions(path) : path,
      ...(summed ? { wrapped: arrange ? arrange.wrapped(frame.positions) : frame.positions } : {}),
      ...(velocities ? { velocities: arrange ? arrange.velocities(velocities) : velocities } : {}),
      ...(variableCell ? { cell: frame.cell } : {}),
      ...(frame.potentialEnergy === undefined ? {} : { potentialEnergy: frame.potentialEnergy }),
    };
  }
  schedule.end(file);
  if (unwrapper) noteUnwrapping(unwrapper.check, raw.notes);
}

/** By the step, so that the time is right also behind a gap. */
function timeOf(step: number, { startFs, startStep, stepSpacing, frameSpacingFs }: Opening): number {
  return stepSpacing > 0 && frameSpacingFs > 0
    ? startFs + ((step - startStep) / stepSpacing) * frameSpacingFs
    : startFs;
}

function arranger(permutation: readonly number[]) {
  const buffers = [0, 1, 2].map(() => new Float64Array(3 * permutation.length));
  return {
    positions: (from: { readonly [index: number]: number }) => permuted(permutation, from, buffers[0]!),
    velocities: (from: { readonly [index: number]: number }) => permuted(permutation, from, buffers[1]!),
    wrapped: (from: { readonly [index: number]: number }) => permuted(permutation, from, buffers[2]!),
  };
}

const cellChanged = (file: string, frame: RawFrame): FormatError =>
  new FormatError(
    { file },
    `the cell changes at step ${frame.step}, after it was the same in the first frames`,
    "give the option variableCell: true (`--variable-cell`)",
    { step: frame.step },
  );
