// Where the ions are after a time, seen from where one was: the correlation function of Van Hove, 10.1103/PhysRev.95.249.
// docs/theory/correlations.md (5)–(9)
//
//   self      4πr² G_s(r,t) = ⟨δ(r − |r_i(t₀+t) − r_i(t₀)|)⟩                             integrates to 1
//   per axis  G_s(x,t)      = ⟨δ(x − [x_i(t₀+t) − x_i(t₀)])⟩                            integrates to 1
//   distinct  G_d(r,t)      = ⟨n(r; t₀, t) V⟩/(N_a N_b′ v(r))                              tends to 1
//
// n counts pairs i of a at t₀ and j ≠ i of b at t₀ + t in the shell [r, r + Δ) of volume v, nearest image in the cell at t₀. At t = 0
// G_d is the radial distribution g. What it is at r = 0 tells when another ion has taken the place: see refillTime.

import { CapabilityError, type Estimate, type F64, type I32, InputError, type Note, Notes } from "../base/index.js";
import type { Frame, TrajectoryHeading } from "../dynamics/index.js";
import { type DistanceCounter, makeDistanceCounter } from "../kernels/index.js";
import { type Cell, cellWidths } from "../structure/index.js";
import type { Analysis } from "./analysis.js";
import { type Drift, type DriftOptions, driftOf } from "./drift.js";
import { GrowingBlocks } from "./growing-blocks.js";
import { type LagOptions, type OriginSchedule, originSchedule } from "./origin-schedule.js";
import { lostPosition, triangleOf } from "./rdf-counts.js";
import { type AtomSelection, elementsOfAtoms, selectAtoms } from "./selection.js";

export interface VanHoveOptions extends LagOptions, DriftOptions {
  /** Atoms seen at the later time in the distinct part. Default: the selection itself. */
  readonly partners?: AtomSelection;
  /** Largest distance, Å. Default: half the smallest width of the cell, 5 % less when it changes. */
  readonly rMax?: number;
  /** Å, adjusted so that a whole number of shells reaches rMax. Default 0.1. */
  readonly binWidth?: number;
  /** Radius of the sphere over which G_d(0,t) is averaged, Å, moved to the nearest shell. Default 0.6. */
  readonly coreRadius?: number;
  /** Default true: the part that costs N² a pair of frames. */
  readonly distinct?: boolean;
  /** Fewest blocks errors are taken from. Default 10. */
  readonly blocks?: number;
  /** "twin" counts without WebAssembly, for comparison. Default "kernel" where it runs. */
  readonly engine?: "kernel" | "twin";
}

export interface VanHoveLag {
  readonly lagPs: number;
  /** Pairs of frames. */
  readonly origins: number;
  /** 4πr²G_s, 1/Å. */
  readonly self: F64; // [bins]
  readonly selfError: F64; // [bins]
  /** Share of the ions that went farther than rMax. */
  readonly selfBeyond: number;
  /** G_s along x, y, z, 1/Å. */
  readonly axes: readonly [F64, F64, F64]; // [2 bins] each
  /** G_d; empty when it was not asked for. */
  readonly distinct: F64; // [bins]
  readonly distinctError: F64; // [bins]
  /** G_d averaged over the core; NaN when it was not asked for. */
  readonly core: number;
  readonly coreError: number;
}

export interface VanHoveResult {
  readonly species: string;
  readonly partners: string;
  readonly reference: string;
  readonly atoms: I32;
  readonly r: F64; // [bins] Å, middle of each shell
  readonly x: F64; // [2 bins] Å, middles from −rMax to rMax
  readonly binWidth: number; // Å
  readonly coreRadius: number; // Å
  readonly lags: readonly VanHoveLag[]; // those that any pair of frames had
  readonly notes: readonly Note[];
}

export function vanHove(selection: AtomSelection, options: VanHoveOptions): Analysis<VanHoveResult> {
  const { rMax, binWidth = 0.1, coreRadius = 0.6 } = options;
  if (!(binWidth > 0) || !(coreRadius > 0) || (rMax !== undefined && !(rMax >= binWidth && rMax < 1e6)))
    throw new InputError(
      `shells of ${binWidth} Å up to ${rMax ?? "half the cell"} Å, core ${coreRadius} Å`,
      "pass positive lengths, rMax of at least one shell",
    );
  let session: Session | undefined;
  const current = (): Session => {
    if (!session) throw new InputError("frames before a heading", "call begin first, or use analyse()");
    return session;
  };
  return {
    name: "van-hove",
    begin(heading) {
      session = new Session(heading, selectAtoms(heading.crystal, selection), options);
    },
    add: (frame) => current().add(frame),
    finish: () => current().finish(),
  };
}

/** What is held of one time origin besides its fractional positions. */
interface Origin {
  readonly positions: Float64Array; // [ions,3] Å, drift taken off
  triangle: Float64Array;
  volume: number;
}

class Session {
  readonly #notes = new Notes();
  readonly #schedule: OriginSchedule;
  readonly #partners: Int32Array;
  readonly #same: boolean;
  readonly #drift: Drift;
  readonly #shift = new Float64Array(3);
  readonly #rMax: number;
  readonly #bins: number;
  readonly #core: number; // shells
  readonly #counter: DistanceCounter | undefined;
  readonly #origins: Origin[];
  readonly #now: Float64Array; // [ions,3] Å
  readonly #sums: readonly GrowingBlocks[];
  readonly #row: Float64Array;
  #frame = 0;

  constructor(
    private readonly heading: TrajectoryHeading,
    private readonly atoms: Int32Array<ArrayBuffer>,
    options: VanHoveOptions,
  ) {
    const { crystal, frameSpacingFs, variableCell } = heading;
    const { partners, binWidth = 0.1, coreRadius = 0.6, distinct = true, engine } = options;
    this.#schedule = originSchedule(options, frameSpacingFs, this.#notes);
    this.#partners = partners === undefined ? atoms : selectAtoms(crystal, partners);
    this.#same = this.#partners.length === atoms.length && this.#partners.every((atom, i) => atom === atoms[i]);
    if (distinct && !this.#same && this.#partners.some((atom) => atoms.includes(atom)))
      throw new InputError("some atoms are among the ions and among their partners", "pass equal or disjoint groups");
    if (distinct && this.#same && atoms.length < 2)
      throw new InputError("one ion has no distinct part", "pass distinct: false, or follow more ions");
    this.#drift = driftOf(heading, atoms, options);
    this.#rMax = options.rMax ?? (variableCell ? 0.475 : 0.5) * narrowest(crystal.cell);
    if (!Number.isFinite(this.#rMax))
      throw new InputError("no largest distance for a cell without periodic directions", "pass rMax in Å");
    this.#bins = Math.max(1, Math.round(this.#rMax / binWidth));
    this.#core = Math.min(this.#bins, Math.max(1, Math.round((coreRadius * this.#bins) / this.#rMax)));
    if (variableCell)
      this.#notes.add(
        "van-hove-variable-cell",
        "the cell changes during the run: the self part holds its strain too, the distinct part is taken in the cell at each origin",
        "compare with a run at constant volume",
      );
    const { slots } = this.#schedule;
    const n = atoms.length;
    this.#counter = distinct
      ? makeDistanceCounter({
          points: slots * n + this.#partners.length,
          bins: this.#bins,
          histograms: 1,
          scale: this.#bins / this.#rMax,
          ...(engine ? { engine } : {}),
        })
      : undefined;
    this.#origins = Array.from({ length: slots }, () => ({
      positions: new Float64Array(3 * n),
      triangle: new Float64Array(9),
      volume: 0,
    }));
    this.#now = new Float64Array(3 * n);
    // A sample: distinct, its core, self, beyond, three axes.
    this.#row = new Float64Array(8 * this.#bins + 2);
    this.#sums = Array.from(this.#schedule.lagFrames, () => new GrowingBlocks(this.#row.length, options.blocks));
  }

  add(frame: Frame): void {
    const { slotOf, lagFrames, slots } = this.#schedule;
    const index = this.#frame++;
    const cell = frame.cell ?? this.heading.crystal.cell;
    this.#drift.measure(frame.positions, this.#shift);
    const slot = slotOf(index);
    const used = slot >= 0 || lagFrames.some((lag) => slotOf(index - lag) >= 0);
    if (!used) return;
    this.#takePositions(frame);
    if (slot >= 0) this.#keepOrigin(slot, frame, cell);
    if (this.#counter) this.#placeAt(slots * this.atoms.length, this.#partners, frame, cell);
    for (const [l, lag] of lagFrames.entries()) {
      const from = slotOf(index - lag);
      if (from >= 0) this.#compare(this.#origins[from]!, from, this.#sums[l]!);
    }
  }

  #takePositions({ positions, step }: Frame): void {
    this.atoms.forEach((atom, i) => {
      for (let axis = 0; axis < 3; axis++) {
        const x = positions[3 * atom + axis]! - this.#shift[axis]!;
        if (!Number.isFinite(x)) throw lostPosition(atom, step);
        this.#now[3 * i + axis] = x;
      }
    });
  }

  #keepOrigin(slot: number, frame: Frame, cell: Cell): void {
    const origin = this.#origins[slot]!;
    origin.positions.set(this.#now);
    origin.triangle = triangleOf(cell);
    origin.volume = cell.volume;
    if (!this.#counter) return;
    const width = narrowest(cell);
    if (this.#rMax > 0.5 * width)
      throw new CapabilityError(
        `the distinct part up to ${this.#rMax.toFixed(2)} Å needs a cell wider than ${(2 * this.#rMax).toFixed(2)} Å, got ${width.toFixed(2)} Å`,
        "pass a smaller rMax, or a larger cell",
        { rMax: this.#rMax, width },
      );
    this.#placeAt(slot * this.atoms.length, this.atoms, frame, cell);
  }

  /** Fractional positions without drift into the counter's memory. */
  #placeAt(first: number, atoms: Int32Array, { positions, wrapped, step }: Frame, { inverse, periodic }: Cell): void {
    const place = wrapped ?? positions;
    const { points, stride } = this.#counter!;
    const shift = this.#shift;
    for (let i = 0; i < atoms.length; i++) {
      const at = 3 * atoms[i]!;
      const x = place[at]! - shift[0]!;
      const y = place[at + 1]! - shift[1]!;
      const z = place[at + 2]! - shift[2]!;
      for (let k = 0; k < 3; k++) {
        const s = x * inverse[k]! + y * inverse[3 + k]! + z * inverse[6 + k]!;
        if (!Number.isFinite(s)) throw lostPosition(atoms[i]!, step);
        points[k * stride + first + i] = periodic[k] ? s - Math.floor(s) : s;
      }
    }
  }

  #compare(origin: Origin, slot: number, sums: GrowingBlocks): void {
    this.#row.fill(0);
    if (this.#counter) this.#countDistinct(this.#counter, origin, slot);
    this.#countSelf(origin.positions);
    sums.add(this.#row);
  }

  #countDistinct(counter: DistanceCounter, origin: Origin, slot: number): void {
    const [bins, n, m] = [this.#bins, this.atoms.length, this.#partners.length];
    counter.setCell(origin.triangle);
    counter.counts.fill(0);
    const first = this.#schedule.slots * n;
    counter.count({ aFrom: slot * n, aCount: n, bFrom: first, bCount: m, pairs: this.#same ? 2 : 0 }, 0);
    const width = this.#rMax / bins;
    const norm = origin.volume / (n * (m - (this.#same ? 1 : 0)));
    const sphere = (edge: number): number => ((4 * Math.PI) / 3) * (edge * width) ** 3;
    let inside = 0;
    for (let k = 0; k < bins; k++) {
      this.#row[k] = (counter.counts[k]! * norm) / (sphere(k + 1) - sphere(k));
      if (k < this.#core) inside += counter.counts[k]!;
    }
    this.#row[bins] = (inside * norm) / sphere(this.#core);
  }

  #countSelf(from: Float64Array): void {
    const [bins, row, now] = [this.#bins, this.#row, this.#now];
    const scale = bins / this.#rMax;
    const weight = scale / this.atoms.length;
    const radial = bins + 1;
    const axes = 2 * bins + 2;
    for (let i = 0; i < now.length; i += 3) {
      let squared = 0;
      for (let axis = 0; axis < 3; axis++) {
        const x = now[i + axis]! - from[i + axis]!;
        squared += x * x;
        const bin = Math.floor(x * scale) + bins;
        if (bin >= 0 && bin < 2 * bins) row[axes + 2 * bins * axis + bin]! += weight;
      }
      const bin = Math.floor(Math.sqrt(squared) * scale);
      if (bin < bins) row[radial + bin]! += weight;
      else row[radial + bins]! += 1 / this.atoms.length;
    }
  }

  finish(): VanHoveResult {
    const bins = this.#bins;
    const width = this.#rMax / bins;
    const lags = Array.from(this.#schedule.lagsPs, (lagPs, l) => this.#lag(lagPs, this.#sums[l]!)).flat();
    const missing = this.#schedule.lagsPs.length - lags.length;
    if (lags.length === 0)
      throw new InputError(
        `no pair of ${this.#frame} frames has any of these lags`,
        "pass shorter lags or more frames",
      );
    if (missing > 0)
      this.#notes.add("van-hove-lags-missing", `${missing} lags are longer than the run`, "pass shorter lags");
    return {
      species: elementsOfAtoms(this.heading.crystal, this.atoms).join(", "),
      partners: elementsOfAtoms(this.heading.crystal, this.#partners).join(", "),
      reference: this.#drift.name,
      atoms: this.atoms,
      r: Float64Array.from({ length: bins }, (_, k) => (k + 0.5) * width),
      x: Float64Array.from({ length: 2 * bins }, (_, k) => (k + 0.5 - bins) * width),
      binWidth: width,
      coreRadius: this.#core * width,
      lags,
      notes: this.#notes.list(),
    };
  }

  #lag(lagPs: number, sums: GrowingBlocks): VanHoveLag[] {
    if (sums.samples === 0) return [];
    const bins = this.#bins;
    const { mean, standardError, samples } = sums.finish();
    const axis = (k: number): F64 => mean.slice(2 * bins + 2 + 2 * bins * k, 2 * bins + 2 + 2 * bins * (k + 1));
    const distinct = this.#counter !== undefined;
    const part = (values: F64): F64 => values.slice(0, distinct ? bins : 0);
    return [
      {
        lagPs,
        origins: samples,
        self: mean.slice(bins + 1, 2 * bins + 1),
        selfError: standardError.slice(bins + 1, 2 * bins + 1),
        selfBeyond: mean[2 * bins + 1]!,
        axes: [axis(0), axis(1), axis(2)],
        distinct: part(mean),
        distinctError: part(standardError),
        core: distinct ? mean[bins]! : Number.NaN,
        coreError: distinct ? standardError[bins]! : Number.NaN,
      },
    ];
  }
}

function narrowest(cell: Cell): number {
  return Math.min(...cellWidths(cell).map((width, k) => (cell.periodic[k] ? width : Number.POSITIVE_INFINITY)));
}

/**
 * When another ion has taken the place of one as often as in a gas: the first t at which G_d(0,t) rises to 1, linear between lags,
 * ps. Its error is that of G_d(0,t) over the slope there. Undefined when it does not cross between two of the lags.
 */
export function refillTime({ lags }: Pick<VanHoveResult, "lags">): Estimate | undefined {
  for (let k = 1; k < lags.length; k++) {
    const [before, after] = [lags[k - 1]!, lags[k]!];
    if (!(before.core < 1 && after.core >= 1)) continue;
    const share = (1 - before.core) / (after.core - before.core);
    const slope = (after.core - before.core) / (after.lagPs - before.lagPs);
    // The two lags rest on the same motion: their errors go together.
    const error = before.coreError + share * (after.coreError - before.coreError);
    return {
      value: before.lagPs + share * (after.lagPs - before.lagPs),
      standardError: error / slope,
      unit: "ps",
    };
  }
  return undefined;
}
