// A trajectory that is all in memory: what tests, short runs and the web pages use.

import { expectShape, type F64, InputError } from "../base/index.js";
import { atomCount, type Cell, type Crystal, withPositions } from "../structure/index.js";
import type { Frame, FrameOptions, Trajectory } from "./trajectory.js";

/** Numbers of any precision, row after row. */
export type Rows = Float64Array | Float32Array | F64;

export interface MemoryTrajectoryParts {
  /** Elements, masses and cell. Its positions are replaced by those of the first frame. */
  readonly crystal: Crystal;
  /** [frames,n,3] Å, unwrapped. */
  readonly positions: Rows;
  /** [frames,n,3] Å/fs. */
  readonly velocities?: Rows;
  /** [frames]; default: the crystal's for all. */
  readonly cells?: readonly Cell[];
  /** [frames] eV. */
  readonly potentialEnergies?: ArrayLike<number>;
  readonly frameSpacingFs: number;
  /** Time of the first frame, fs. Default 0. */
  readonly startFs?: number;
  /** Steps between frames. Default 1. */
  readonly stepSpacing?: number;
  /** Step of the first frame. Default 0. */
  readonly startStep?: number;
}

/** First and one past the last frame and the stride of a range, checked against `count` frames (unknown: without end). */
export function frameRange(
  options: FrameOptions,
  count = Number.POSITIVE_INFINITY,
): Required<Omit<FrameOptions, "signal">> {
  const { from = 0, to = count, stride = 1 } = options;
  const whole = (x: number): boolean => Number.isInteger(x) && x >= 0;
  if (!whole(from) || !(whole(to) || to === Number.POSITIVE_INFINITY) || !whole(stride) || stride < 1) {
    throw new InputError(
      `frames from ${from} to ${to} in steps of ${stride}`,
      "from and to are whole numbers from 0, the stride is one of at least 1",
    );
  }
  return { from, to: Math.min(to, count), stride };
}

/** @throws InputError when the arrays do not fit each other. */
export function memoryTrajectory(parts: MemoryTrajectoryParts): Trajectory {
  const { positions, velocities, cells, potentialEnergies, frameSpacingFs } = parts;
  const { startFs = 0, stepSpacing = 1, startStep = 0 } = parts;
  const size = 3 * atomCount(parts.crystal);
  const count = Math.floor(positions.length / size);
  if (count < 1)
    throw new InputError(`${positions.length} coordinates for ${size / 3} atoms`, "at least one frame is needed");
  expectShape("positions", positions, [count, size / 3, 3]);
  if (velocities) expectShape("velocities", velocities, [count, size / 3, 3]);
  if (cells) expectShape("cells", cells, [count]);
  if (potentialEnergies) expectShape("potential energies", potentialEnergies, [count]);
  if (!(frameSpacingFs > 0) && count > 1) {
    throw new InputError(`frames ${frameSpacingFs} fs apart`, "the time between frames is positive");
  }
  const cell = cells?.[0] ?? parts.crystal.cell;
  return {
    crystal: withPositions({ ...parts.crystal, cell }, rowsOf(positions, 0, size) as unknown as ArrayLike<number>),
    frameSpacingFs,
    frameCount: count,
    variableCell: cells !== undefined,
    hasVelocities: velocities !== undefined,
    async *frames(options: FrameOptions = {}): AsyncGenerator<Frame> {
      const { from, to, stride } = frameRange(options, count);
      for (let i = from; i < to; i += stride) {
        options.signal?.throwIfAborted();
        yield {
          step: startStep + i * stepSpacing,
          timeFs: startFs + i * frameSpacingFs,
          positions: rowsOf(positions, i, size),
          ...(velocities ? { velocities: rowsOf(velocities, i, size) } : {}),
          ...(cells ? { cell: cells[i]! } : {}),
          ...(potentialEnergies ? { potentialEnergy: potentialEnergies[i]! } : {}),
        };
      }
    },
  };
}

function rowsOf(rows: Rows, frame: number, size: number): F64 {
  if (rows instanceof Float32Array) return Float64Array.from(rows.subarray(frame * size, (frame + 1) * size));
  return (rows as F64).subarray(frame * size, (frame + 1) * size);
}
