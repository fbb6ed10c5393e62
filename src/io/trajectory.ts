// How trajectory files become trajectories. A format is one reader, which says what stands in the file and nothing more:
//
//   const format: TrajectoryFormat = {
//     name: "lammps-dump",
//     recognizes: (name, head) => …,            by the file's name, or by its first bytes
//     open: async (source, options) => RawTrajectory,   reads the first frame: atoms, cell, which columns there are
//   };
//
// A RawTrajectory gives RawFrames in file order, in Å, Å/fs, eV, fs, atoms in one order throughout (sorted by id where there
// are ids), positions as the file has them: unwrapped, wrapped, wrapped with image flags, or of unknown kind. Everything else is done once for
// all formats, in trajectory-assemble.ts: time between frames, frames that repeat or are missing (trajectory-schedule.ts), unwrapping
// (dynamics/unwrap.ts), order and elements from a reference structure, ranges and strides. So a new reader needs:
//
// 1. `open`: read up to the end of the first frame and return the heading. `elementsOfTypes` (trajectory-species.ts) names atom types.
// 2. `frames({ choose, signal })`: start anew at the first frame. Before the atoms of a frame are read, ask `choose(step, timeFs)`:
//    "read" it and yield it, "pass" over it as cheaply as possible without yielding, or "end" the iteration. The arrays of a RawFrame
//    may be overwritten when the next one is asked for. Formats without step numbers count frames from 0.
// 3. Text formats walk a ByteWindow (bytes.ts): whole lines whatever the chunks, numbers by parseNumber. Binary formats
//    walk a ByteStream (byte-stream.ts): so many bytes in one piece.
// 4. A last frame that is cut short is left out with the note "last-frame-cut"; a first frame that is, and any other fault, is a
//    FormatError with file and line. Notes that come up while reading are added to `notes` as they come.

import type { FilePlace, Notes } from "../base/index.js";
import type { Trajectory } from "../dynamics/index.js";
import type { Cell, Crystal } from "../structure/index.js";
import type { ByteSource } from "./bytes.js";

export interface TrajectoryReadOptions {
  /** Time of one step of the program that wrote the file, fs; for files that count steps but do not know the time. */
  readonly timestepFs?: number;
  /** Time between frames, fs; goes before `timestepFs` and before what the file says. */
  readonly frameSpacingFs?: number;
  /** Element of every atom type, { 1: "Li", 2: "O" }; for files that number types. */
  readonly types?: Readonly<Record<number, string>>;
  /** Gives elements, masses and the order of the atoms: the file's atoms are matched to it by element and position. */
  readonly reference?: Crystal;
  /** Whether frames have their own cell. Default: whether the first two differ. A constant cell that changes later is an error. */
  readonly variableCell?: boolean;
  /** What to do where frames are missing in the middle: refuse, or note it and go on. Default "refuse". */
  readonly gaps?: "refuse" | "note";
  /** Take a file that does not say how far its frames are apart; `frameSpacingFs` is then NaN. Default false: refused. */
  readonly unknownTime?: boolean;
  /** Units of LAMMPS files that do not name theirs. Default "metal" (Å, ps); "real" is Å, fs. */
  readonly units?: "metal" | "real";
  readonly signal?: AbortSignal;
}

/** How positions in a file continue from frame to frame. "unknown": unwrapped or folded into the cell, the file does not say. */
export type Coordinates = "unwrapped" | "wrapped" | "images" | "unknown";

export interface RawFrame {
  readonly step: number;
  /** Only when the file says it. */
  readonly timeFs?: number;
  readonly positions: Float64Array; // [n,3] Å
  /** [n,3] cells to add to wrapped positions. */
  readonly images?: Int32Array;
  readonly velocities?: Float64Array; // [n,3] Å/fs
  /** The frame's cell; the same object as long as it does not change. */
  readonly cell: Cell;
  readonly potentialEnergy?: number; // eV
}

export type FrameChoice = "read" | "pass" | "end";

export interface RawFrameOptions {
  /** Asked once for every frame, in file order. Default: read all. */
  readonly choose?: (step: number, timeFs: number | undefined, place: FilePlace) => FrameChoice;
  readonly signal?: AbortSignal;
}

/** What a reader found in the first frame. */
export interface RawTrajectory {
  readonly format: string;
  /** The first frame: elements, masses, cell, positions. */
  readonly crystal: Crystal;
  readonly coordinates: Coordinates;
  readonly hasVelocities: boolean;
  /** False: the file has no elements; those of `crystal` come from the reference, in the same order. Default true. */
  readonly hasElements?: boolean;
  readonly frameCount?: number;
  /** From the sizes of the file and of its first frame. */
  readonly frameCountEstimate?: number;
  /** The time between frames, where the file says it as one number. */
  readonly frameSpacingFs?: number;
  /** What to do, in words of this format, when the file does not say its time. */
  readonly timeHint?: string;
  readonly notes: Notes;
  frames(options?: RawFrameOptions): AsyncIterable<RawFrame>;
}

export interface TrajectoryFormat {
  readonly name: string;
  /** `head`: the first bytes of the file, at least 4096 where it has them. */
  recognizes(fileName: string, head: Uint8Array): boolean;
  open(source: ByteSource, options: TrajectoryReadOptions): Promise<RawTrajectory>;
}

/** A trajectory out of a file, with what was found there. */
export interface FileTrajectory extends Trajectory {
  readonly format: string;
  /** How the file keeps positions; frames are unwrapped in any case. */
  readonly coordinates: Exclude<Coordinates, "unknown">;
  /** Close to the number of frames, where only the size of the file is known. */
  readonly frameCountEstimate?: number;
  /** Atom of the file, from 0 in the file's order, that each atom here is; only when a reference changed the order. */
  readonly permutation?: readonly number[];
  /** Time of the first frame, fs. */
  readonly startFs: number;
  readonly startStep: number;
  /** Steps between frames. */
  readonly stepSpacing: number;
  /** Grows while frames are read. */
  readonly notes: Notes;
}
