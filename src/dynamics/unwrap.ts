// From positions that were folded back into the cell to paths that are continuous in time.
//
// Between two frames an atom is taken to have made the shortest step that its images allow,
//     Δ = w(t+1) − w(t) − k·L(t+1),  k the nearest lattice vector,                                             (1)
// unless the file counts the crossings itself (image flags): then k = −(change of the flags) and no step is too long.
// In a constant cell the path is w + Σ(−k)·L, whole numbers of lattice vectors, without accumulated rounding. In a cell that
// changes that sum would stretch with the cell, by an amount that grows with the distance travelled; there the steps (1) themselves are
// summed, u(t+1) = u(t) + Δ (toroidal view: S. von Bülow, J. T. Bullerjahn, G. Hummer, doi:10.1063/5.0008316).

import { expectShape, type F64, InputError, type Notes } from "../base/index.js";
import type { Cell } from "../structure/index.js";
import { type NearestLattice, nearestLattice } from "./unwrap-lattice.js";

/** What was seen while unwrapping by shortest steps. */
export interface UnwrapCheck {
  /** Longest step of any atom between two frames, Å, after the nearest image was taken. */
  readonly largestStep: number;
  /** Half the shortest lattice vector, the smallest over the frames, Å: a step that long has two equally near images. */
  readonly limit: number;
  /** Steps longer than four fifths of the limit: where there are such steps there may be longer ones that were folded back. */
  readonly suspicious: number;
  readonly steps: number;
}

const SUSPICIOUS = 0.8;

/** Unwraps frames one after the other: a session, it holds the state of the last frame. */
export class Unwrapper {
  readonly #shift: Int32Array; // [n,3] cells added so far
  readonly #previous: Float64Array; // [n,3] Å, wrapped, of the last frame
  readonly #path: Float64Array; // [n,3] Å, unwrapped
  readonly #flags: Int32Array | undefined; // [n,3] image flags of the last frame
  readonly #image = new Int32Array(3);
  #lattice: NearestLattice | undefined;
  #cell: Cell | undefined;
  #largest = 0;
  #limit = Number.POSITIVE_INFINITY;
  #suspicious = 0;
  #steps = 0;

  /** `constantCell`: all frames will have one cell. `flags`: frames come with image flags. */
  constructor(
    atoms: number,
    private readonly options: { readonly constantCell: boolean; readonly flags?: boolean },
  ) {
    if (!Number.isInteger(atoms) || atoms < 1) throw new InputError(`${atoms} atoms to unwrap`, "at least one");
    this.#shift = new Int32Array(3 * atoms);
    this.#previous = new Float64Array(3 * atoms);
    this.#path = new Float64Array(3 * atoms);
    this.#flags = options.flags ? new Int32Array(3 * atoms) : undefined;
  }

  /**
   * The continuation of the path, [n,3] Å, a view that the next call overwrites. `positions` [n,3] Å are not changed; the first
   * frame is taken as it is (moved by its flags, if there are any).
   */
  next(positions: F64, cell: Cell, flags?: ArrayLike<number>): F64 {
    const size = this.#path.length;
    expectShape("positions", positions, [size / 3, 3]);
    if (this.#flags && flags?.length !== size) {
      throw new InputError(`${flags?.length ?? 0} image flags for ${size / 3} atoms`, "three per atom are needed");
    }
    if (this.#cell === undefined) this.#begin(positions, cell, flags);
    else if (this.#flags) this.#byFlags(positions, cell, flags!);
    else this.#byNearest(positions, cell);
    this.#previous.set(positions as unknown as ArrayLike<number>);
    this.#cell = cell;
    return this.#path;
  }

  get check(): UnwrapCheck {
    return {
      largestStep: Math.sqrt(this.#largest),
      limit: this.#limit,
      suspicious: this.#suspicious,
      steps: this.#steps,
    };
  }

  #begin(positions: F64, cell: Cell, flags?: ArrayLike<number>): void {
    this.#path.set(positions as unknown as ArrayLike<number>);
    if (!this.#flags) return;
    this.#flags.set(flags!);
    for (let i = 0; i < this.#path.length; i += 3) {
      this.#shift.set([flags![i]!, flags![i + 1]!, flags![i + 2]!], i);
      this.#place(i, positions, cell);
    }
  }

  #byNearest(positions: F64, cell: Cell): void {
    if (!this.#lattice || cell !== this.#cell) this.#lattice = nearestLattice(cell);
    const lattice = this.#lattice;
    const [previous, image, constant] = [this.#previous, this.#image, this.options.constantCell];
    this.#limit = Math.min(this.#limit, lattice.shortest / 2);
    const suspicious = (SUSPICIOUS * this.#limit) ** 2;
    for (let i = 0; i < previous.length; i += 3) {
      const squared = lattice.nearest(
        positions[i]! - previous[i]!,
        positions[i + 1]! - previous[i + 1]!,
        positions[i + 2]! - previous[i + 2]!,
        image,
      );
      if (squared > this.#largest) this.#largest = squared;
      if (squared > suspicious) this.#suspicious++;
      if (constant) {
        for (let k = 0; k < 3; k++) this.#shift[i + k] = this.#shift[i + k]! - image[k]!;
        this.#place(i, positions, cell);
      } else this.#advance(i, positions, cell);
    }
    this.#steps += previous.length / 3;
  }

  #byFlags(positions: F64, cell: Cell, flags: ArrayLike<number>): void {
    const [last, image, constant] = [this.#flags!, this.#image, this.options.constantCell];
    for (let i = 0; i < last.length; i += 3) {
      for (let k = 0; k < 3; k++) {
        image[k] = last[i + k]! - flags[i + k]!;
        last[i + k] = flags[i + k]!;
        this.#shift[i + k] = flags[i + k]!;
      }
      if (constant) this.#place(i, positions, cell);
      else this.#advance(i, positions, cell);
    }
  }

  /** u = w + shift·L */
  #place(i: number, positions: F64, { vectors }: Cell): void {
    const [a, b, c] = [this.#shift[i]!, this.#shift[i + 1]!, this.#shift[i + 2]!];
    for (let k = 0; k < 3; k++) {
      this.#path[i + k] = positions[i + k]! + (a * vectors[k]! + b * vectors[3 + k]! + c * vectors[6 + k]!);
    }
  }

  /** u += w(t+1) − w(t) − k·L(t+1) */
  #advance(i: number, positions: F64, { vectors }: Cell): void {
    const [a, b, c] = this.#image as unknown as [number, number, number];
    for (let k = 0; k < 3; k++) {
      const step = positions[i + k]! - this.#previous[i + k]!;
      this.#path[i + k] = this.#path[i + k]! + (step - (a * vectors[k]! + b * vectors[3 + k]! + c * vectors[6 + k]!));
    }
  }
}

/** Says in `notes` when steps came near the length beyond which unwrapping guesses. */
export function noteUnwrapping(check: UnwrapCheck, notes: Notes): void {
  if (check.suspicious === 0) return;
  notes.add(
    "unwrapping-uncertain",
    `unwrapping is not certain: ${check.suspicious} of ${check.steps} steps between frames are longer than ${(SUSPICIOUS * check.limit).toFixed(2)} Å (longest ${check.largestStep.toFixed(2)} Å), and from ${check.limit.toFixed(2)} Å on, half the shortest lattice vector, a step cannot be told from its image`,
    "write frames more often, or unwrapped coordinates or image flags (LAMMPS: xu yu zu or ix iy iz)",
  );
}

/** Whether all positions lie in the cell (within `tolerance` of fractional coordinates): then they may have been wrapped. */
export function insideCell(cell: Cell, positions: F64, tolerance = 1e-6): boolean {
  const m = cell.inverse;
  for (let i = 0; i < positions.length; i += 3) {
    for (let k = 0; k < 3; k++) {
      if (!cell.periodic[k]) continue;
      const s = positions[i]! * m[k]! + positions[i + 1]! * m[3 + k]! + positions[i + 2]! * m[6 + k]!;
      if (s < -tolerance || s > 1 + tolerance) return false;
    }
  }
  return true;
}
