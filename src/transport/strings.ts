// Strings of ions that follow each other (Donati et al., 10.1103/PhysRevLett.80.2338), from positions alone, without sites: for comparison with
// the event graph. Over a time Δt, of the ions that moved farther than `movedA`, j has replaced i when
//
//   min(|r_i(t) − r_j(t+Δt)|, |r_i(t+Δt) − r_j(t)|) < δ
//
// and ions joined by replacements are a string; its length n is the number of ions. P(n) is over all strings with n ≥ 1 (an ion that moved and
// was replaced by none is a string of one); ⟨n⟩ = Σ n P(n) and the mean by weight, in which an ion finds itself, is Σ n² P/Σ n P.

import { type F64, InputError } from "../base/index.js";
import type { Frame, TrajectoryHeading } from "../dynamics/index.js";
import { type Cell, minimumImage } from "../structure/index.js";
import type { Analysis } from "./analysis.js";
import { type Drift, type DriftOptions, driftOf } from "./drift.js";
import { type AtomSelection, selectAtoms } from "./selection.js";

export interface StringOptions extends DriftOptions {
  /** Δt, fs; the nearest whole number of frames is taken. */
  readonly lagFs: number;
  /** Ions that move less in Δt are left out, Å. Default 1. */
  readonly movedA?: number;
  /** δ, Å. Default 1. */
  readonly replacedA?: number;
  /** Frames between origins. Default: those of Δt, so that no move is counted twice. */
  readonly originStride?: number;
}

export interface StringStatistics {
  readonly lagFs: number;
  readonly origins: number;
  /** Ions per origin that moved. */
  readonly moved: number;
  /** [n] strings of n ions over all origins; counts[0] is 0. */
  readonly counts: F64;
  readonly meanLength: number;
  readonly meanByWeight: number;
}

export function stringsOf(selection: AtomSelection, options: StringOptions): Analysis<StringStatistics> {
  let session: Session | undefined;
  const current = (): Session => {
    if (!session) throw new InputError("frames before a heading", "call begin first, or use analyse()");
    return session;
  };
  return {
    name: "strings",
    begin(heading) {
      session = new Session(heading, selectAtoms(heading.crystal, selection), options);
    },
    add: (frame) => current().add(frame),
    finish: () => current().finish(),
  };
}

class Session {
  readonly #drift: Drift;
  readonly #shift = new Float64Array(3);
  readonly #lag: number; // frames
  readonly #stride: number;
  /** Places of the ions in the frames that wait for their partner, oldest first. */
  readonly #waiting: { readonly frame: number; readonly places: Float64Array }[] = [];
  readonly #counts: number[] = [0];
  #frame = 0;
  #origins = 0;
  #moved = 0;

  constructor(
    private readonly heading: TrajectoryHeading,
    private readonly atoms: Int32Array<ArrayBuffer>,
    private readonly options: StringOptions,
  ) {
    const { lagFs, movedA = 1, replacedA = 1 } = options;
    this.#lag = Math.round(lagFs / heading.frameSpacingFs);
    if (!(this.#lag >= 1) || !(movedA > 0) || !(replacedA > 0))
      throw new InputError(
        `strings over ${lagFs} fs with frames ${heading.frameSpacingFs} fs apart, moves above ${movedA} Å, replacement within ${replacedA} Å`,
        "the time is one frame at least, the lengths are positive",
      );
    this.#stride = options.originStride ?? this.#lag;
    if (!Number.isInteger(this.#stride) || this.#stride < 1)
      throw new InputError(`an origin every ${this.#stride} frames`, "give a whole number of at least 1");
    this.#drift = driftOf(heading, atoms, options);
  }

  add({ positions, cell = this.heading.crystal.cell }: Frame): void {
    this.#drift.measure(positions, this.#shift);
    const places = new Float64Array(3 * this.atoms.length);
    for (let i = 0; i < this.atoms.length; i++)
      for (let k = 0; k < 3; k++) places[3 * i + k] = positions[3 * this.atoms[i]! + k]! - this.#shift[k]!;
    const oldest = this.#waiting[0];
    if (oldest && oldest.frame + this.#lag === this.#frame) {
      this.#waiting.shift();
      this.#count(oldest.places, places, cell);
    }
    if (this.#frame % this.#stride === 0) this.#waiting.push({ frame: this.#frame, places });
    this.#frame++;
  }

  finish(): StringStatistics {
    if (this.#origins === 0)
      throw new InputError(`${this.#frame} frames hold no time of ${this.#lag} frames`, "shorten lagFs or run longer");
    const counts = Float64Array.from(this.#counts);
    const moment = (power: number): number => counts.reduce((sum, c, n) => sum + c * n ** power, 0);
    return {
      lagFs: this.#lag * this.heading.frameSpacingFs,
      origins: this.#origins,
      moved: this.#moved / this.#origins,
      counts,
      meanLength: moment(1) / moment(0),
      meanByWeight: moment(2) / moment(1),
    };
  }

  #count(before: Float64Array, after: Float64Array, cell: Cell): void {
    const { movedA = 1, replacedA = 1 } = this.options;
    const moved: number[] = [];
    // Positions are continuous in time, so the move itself needs no image.
    for (let i = 0; i < this.atoms.length; i++) {
      const step = (k: number): number => after[3 * i + k]! - before[3 * i + k]!;
      if (Math.hypot(step(0), step(1), step(2)) > movedA) moved.push(i);
    }
    const n = moved.length;
    const parent = Array.from({ length: n }, (_, i) => i);
    const root = (i: number): number => {
      while (parent[i] !== i) i = parent[i] = parent[parent[i]!]!;
      return i;
    };
    for (let i = 0; i < n; i++) {
      const apart = new Float64Array(3 * n);
      for (let j = 0; j < n; j++)
        for (let k = 0; k < 3; k++) apart[3 * j + k] = after[3 * moved[j]! + k]! - before[3 * moved[i]! + k]!;
      const nearest = minimumImage(cell, apart);
      for (let j = 0; j < n; j++) {
        if (j === i) continue;
        const d = Math.hypot(nearest[3 * j]!, nearest[3 * j + 1]!, nearest[3 * j + 2]!);
        if (d < replacedA) parent[root(i)] = root(j);
      }
    }
    const lengths = new Map<number, number>();
    for (let i = 0; i < n; i++) lengths.set(root(i), (lengths.get(root(i)) ?? 0) + 1);
    for (const length of lengths.values()) {
      while (this.#counts.length <= length) this.#counts.push(0);
      this.#counts[length]!++;
    }
    this.#moved += n;
    this.#origins++;
  }
}
