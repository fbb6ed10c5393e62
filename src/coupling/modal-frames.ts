// From frames to rows. Frames are checked for even spacing (a missing frame would make every lag wrong) and gathered in batches, because
// one product for many frames is many times faster than one for each. Positions are taken from the first frame on: only increments
// are used, and small numbers keep their digits.

import { type F64, type I32, InputError, NumericError } from "../base/index.js";
import type { Frame, TrajectoryHeading } from "../dynamics/index.js";

/** Frames of one matrix product. */
export const FRAME_BATCH = 256;

/** Refuses frames that are not where the heading says: one missing frame would shift every lag after it. */
export class EvenFrames {
  /** Frames seen. */
  count = 0;
  #startFs = 0;

  constructor(private readonly heading: TrajectoryHeading) {}

  /** @param values The numbers of the frame that are used. */
  check(frame: Frame, values: F64 = frame.positions): void {
    const atoms = this.heading.crystal.kinds.length;
    if (frame.positions.length !== 3 * atoms) {
      throw new InputError(
        `frame ${this.count} has ${frame.positions.length / 3} atoms, the heading ${atoms}`,
        "a trajectory keeps its atoms",
      );
    }
    if (this.count === 0) this.#startFs = frame.timeFs;
    const expected = this.#startFs + this.count * this.heading.frameSpacingFs;
    if (!(Math.abs(frame.timeFs - expected) < 0.01 * this.heading.frameSpacingFs)) {
      throw new InputError(
        `frame ${this.count} is at ${frame.timeFs} fs, not at ${expected} fs`,
        "frames must be evenly spaced, as the heading says: fill the gap or cut the trajectory there",
        { frame: this.count, timeFs: frame.timeFs },
      );
    }
    for (let a = 0; a < values.length; a++) {
      if (Number.isFinite(values[a]!)) continue;
      throw new NumericError(
        `atom ${Math.floor(a / 3) + 1} has the ${values === frame.positions ? "position" : "velocity"} ${values[a]} in frame ${this.count}`,
        "the trajectory is damaged or the simulation ran away",
        { atom: Math.floor(a / 3), frame: this.count },
      );
    }
    this.count++;
  }
}

export class FrameBatch {
  /** [FRAME_BATCH, 3a] Å from the first frame, of the atoms asked for. */
  readonly moved: Float64Array;
  /** Frames gathered. */
  count = 0;
  readonly #even: EvenFrames;
  readonly #first: Float64Array;

  constructor(
    heading: TrajectoryHeading,
    private readonly atoms: I32,
  ) {
    this.#even = new EvenFrames(heading);
    this.moved = new Float64Array(FRAME_BATCH * 3 * atoms.length);
    this.#first = new Float64Array(3 * heading.crystal.kinds.length);
  }

  /** Frames seen in all. */
  get frames(): number {
    return this.#even.count;
  }

  /** Takes one frame; true when the batch is full and must be used, then `clear`ed. */
  add(frame: Frame): boolean {
    const { positions } = frame;
    if (this.frames === 0) this.#first.set(positions as ArrayLike<number>);
    this.#even.check(frame);
    const width = 3 * this.atoms.length;
    let at = this.count * width;
    for (let a = 0; a < this.atoms.length; a++) {
      const from = 3 * this.atoms[a]!;
      for (let axis = 0; axis < 3; axis++, at++) {
        this.moved[at] = positions[from + axis]! - this.#first[from + axis]!;
      }
    }
    this.count++;
    return this.count === FRAME_BATCH;
  }

  clear(): void {
    this.count = 0;
  }
}

/** Increments of carriers and framework between two companion rows, summed over origins. */
export class CarrierMoments {
  /** [lags] Å², sums over origins of |Σ_c Δr|², the same against the framework, Σ_c |Δr|², the same against the framework. */
  readonly collective: Float64Array;
  readonly collectiveFramework: Float64Array;
  readonly tracer: Float64Array;
  readonly tracerFramework: Float64Array;
  readonly #frameworkMasses: Float64Array; // [n] share of the framework's mass; 0 for carriers

  constructor(
    heading: TrajectoryHeading,
    private readonly carriers: I32,
    lags: number,
  ) {
    this.collective = new Float64Array(lags);
    this.collectiveFramework = new Float64Array(lags);
    this.tracer = new Float64Array(lags);
    this.tracerFramework = new Float64Array(lags);
    this.#frameworkMasses = Float64Array.from(heading.crystal.masses);
    for (const atom of carriers) this.#frameworkMasses[atom] = 0;
    const total = this.#frameworkMasses.reduce((sum, mass) => sum + mass, 0);
    for (let i = 0; i < this.#frameworkMasses.length; i++) this.#frameworkMasses[i]! /= total;
  }

  /** Numbers per companion row: the carriers, then the framework's centre of mass. */
  get width(): number {
    return 3 * this.carriers.length + 3;
  }

  /** Companion rows [count, width] of frames in which all atoms are given, `moved` [count,3n]. */
  rows(moved: F64, count: number): Float64Array<ArrayBuffer> {
    const n = this.#frameworkMasses.length;
    const out = new Float64Array(count * this.width);
    for (let frame = 0; frame < count; frame++) {
      let at = frame * this.width;
      for (const atom of this.carriers) {
        for (let axis = 0; axis < 3; axis++) out[at++] = moved[3 * (frame * n + atom) + axis]!;
      }
      for (let i = 0; i < n; i++) {
        const share = this.#frameworkMasses[i]!;
        if (share === 0) continue;
        for (let axis = 0; axis < 3; axis++) out[at + axis]! += share * moved[3 * (frame * n + i) + axis]!;
      }
    }
    return out;
  }

  readonly pair = (rows: Float64Array, first: number, second: number, lag: number): void => {
    const count = this.carriers.length;
    const [from, to] = [first * this.width, second * this.width];
    let [x, y, z, squares] = [0, 0, 0, 0];
    for (let k = 0; k < 3 * count; k += 3) {
      const dx = rows[to + k]! - rows[from + k]!;
      const dy = rows[to + k + 1]! - rows[from + k + 1]!;
      const dz = rows[to + k + 2]! - rows[from + k + 2]!;
      x += dx;
      y += dy;
      z += dz;
      squares += dx * dx + dy * dy + dz * dz;
    }
    const last = 3 * count;
    const fx = rows[to + last]! - rows[from + last]!;
    const fy = rows[to + last + 1]! - rows[from + last + 1]!;
    const fz = rows[to + last + 2]! - rows[from + last + 2]!;
    const shift = fx * fx + fy * fy + fz * fz;
    this.collective[lag]! += x * x + y * y + z * z;
    this.collectiveFramework[lag]! += (x - count * fx) ** 2 + (y - count * fy) ** 2 + (z - count * fz) ** 2;
    this.tracer[lag]! += squares;
    this.tracerFramework[lag]! += squares - 2 * (x * fx + y * fy + z * fz) + count * shift;
  };

  reset(): void {
    for (const sums of [this.collective, this.collectiveFramework, this.tracer, this.tracerFramework]) sums.fill(0);
  }
}
