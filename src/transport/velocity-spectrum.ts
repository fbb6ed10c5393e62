// Velocity autocorrelation and vibrational density of states. docs/theory/correlations.md (15)–(20)
//
//   C_X(τ) = ⟨Σ_{i∈X} m_i v_i(t)·v_i(t + τ)⟩          g_X(f) = A ∫ C_X(τ) cos(2πfτ) dτ ≥ 0,   ∫₀^f_N g_X df = 3N_X  (or 1)
//
// By segments of the run that overlap by half, weighted by a window; the scatter of segments gives errors. Of one species the mass drops
// out of g. Without velocities they are made from positions, v(t + ½Δt) = [x(t + Δt) − x(t)]/Δt, which lowers the power at f by
// (sin πfΔt/πfΔt)²: that is divided out; at the Nyquist frequency f_N = 1/2Δt it is a factor of 2.5.

import { ACCELERATION, BOLTZMANN, type Estimate, type F64, InputError, Notes, ResourceError } from "../base/index.js";
import type { Frame, TrajectoryHeading } from "../dynamics/index.js";
import { goodFftLength, jackknife } from "../numerics/index.js";
import type { Analysis } from "./analysis.js";
import { type Drift, driftOf, type ReferenceFrame } from "./drift.js";
import { GrowingBlocks, scatterOf } from "./growing-blocks.js";
import { lostPosition } from "./rdf-counts.js";
import { type AtomSelection, selectAtoms } from "./selection.js";
import { type MomentLimits, spectralMoments } from "./velocity-moments.js";
import { PowerSums } from "./velocity-power.js";
import type { MomentEstimates, SpectrumPart, SpectrumResult, SpectrumWindow } from "./velocity-spectrum-result.js";

export interface SpectrumGroup {
  readonly name: string;
  readonly atoms: AtomSelection;
}

export interface SpectrumOptions extends MomentLimits {
  /** Default: every element. */
  readonly groups?: readonly SpectrumGroup[];
  /** Largest distance of the frequencies, THz: a segment lasts 1/resolution, or a few per cent longer. A run shorter than that is one segment. Default 0.2. */
  readonly resolutionThz?: number;
  /** Default "hann". */
  readonly window?: SpectrumWindow;
  /** Whether atoms count by mass (equipartition: every degree of freedom alike) or all alike. Default "mass". */
  readonly weights?: "mass" | "equal";
  /** "states": ∫ g = 3N of the group; "unit": 1. Default "states". */
  readonly normalisation?: "states" | "unit";
  /** Whose velocity is taken off. Default "lab": nothing. */
  readonly reference?: ReferenceFrame;
  /** "differences" of positions even where there are velocities. Default: velocities where there are any. */
  readonly from?: "velocities" | "differences";
  /** Of the segment held: 12 or 24 bytes per atom and frame. Default "single". */
  readonly precision?: "single" | "double";
  /** Fewest blocks of segments errors are taken from. Default 10. */
  readonly blocks?: number;
}

export function velocitySpectrum(options: SpectrumOptions = {}): Analysis<SpectrumResult> {
  const { resolutionThz = 0.2 } = options;
  if (!(resolutionThz > 0 && resolutionThz < Number.POSITIVE_INFINITY))
    throw new InputError(`a resolution of ${resolutionThz} THz`, "pass a positive number; 0.2 is usual");
  let session: Session | undefined;
  const current = (): Session => {
    if (!session) throw new InputError("frames before a heading", "call begin first, or use analyse()");
    return session;
  };
  return {
    name: "velocity-spectrum",
    begin(heading) {
      if (options.from === "velocities" && !heading.hasVelocities)
        throw new InputError("the trajectory holds no velocities", 'save them, or pass from: "differences"');
      session = new Session(heading, options);
    },
    add: (frame) => current().add(frame),
    finish: () => current().finish(),
  };
}

interface GroupSums {
  readonly name: string;
  readonly atoms: Int32Array;
  readonly series: readonly number[]; // first of three for every atom
}

interface Sums {
  readonly power: PowerSums;
  readonly spectra: readonly GrowingBlocks[]; // per group, of segments
  readonly padded: readonly Float64Array[]; // per group, of segments that do not overlap
  readonly squares: readonly GrowingBlocks[]; // per group, ⟨v²⟩ of segments
  segments: number;
  apart: number; // segments that do not overlap
}

class Session {
  readonly #groups: readonly GroupSums[];
  readonly #totalIsSum: boolean; // the last group is "total", and no atom is in two of the others
  readonly #atoms: Int32Array; // all atoms of the groups
  readonly #differences: boolean;
  readonly #drift: Drift;
  readonly #shift = new Float64Array(3);
  readonly #factors: Float64Array; // √m, or 1
  readonly #previous: Float64Array;
  readonly #buffer: Float32Array | Float64Array; // [series, length]
  readonly #length: number;
  #sums: Sums | undefined;
  #filled = 0; // frames in the buffer
  #frames = 0;

  constructor(
    private readonly heading: TrajectoryHeading,
    private readonly options: SpectrumOptions,
  ) {
    const { crystal, frameSpacingFs } = heading;
    const { groups, resolutionThz = 0.2, weights = "mass", precision = "single" } = options;
    this.#differences = options.from === "differences" || !heading.hasVelocities;
    const named = groups ?? crystal.elements.map((name) => ({ name, atoms: name }));
    const selected = named.map(({ name, atoms }) => ({ name, atoms: selectAtoms(crystal, atoms) }));
    this.#atoms = Int32Array.from(new Set(selected.flatMap(({ atoms }) => [...atoms]))).sort();
    this.#drift = driftOf(heading, this.#atoms, { reference: options.reference ?? "lab" });
    const place = new Map(Array.from(this.#atoms, (atom, i) => [atom, i]));
    const series = (atoms: Int32Array): number[] => Array.from(atoms, (atom) => 3 * place.get(atom)!);
    this.#groups = selected.map(({ name, atoms }) => ({ name, atoms, series: series(atoms) }));
    const members = selected.reduce((sum, { atoms }) => sum + atoms.length, 0);
    this.#totalIsSum = named.length > 1 && members === this.#atoms.length;
    if (named.length > 1)
      this.#groups = [...this.#groups, { name: "total", atoms: this.#atoms, series: series(this.#atoms) }];
    this.#factors = Float64Array.from(this.#atoms, (atom) =>
      weights === "mass" ? Math.sqrt(crystal.masses[atom]!) : 1,
    );
    // A length that the transform likes: frequencies come a little closer than asked for.
    this.#length = 2 * goodFftLength(Math.max(4, Math.round(500 / (resolutionThz * frameSpacingFs))));
    this.#buffer = bufferOf(3 * this.#atoms.length * this.#length, precision);
    this.#previous = new Float64Array(3 * this.#atoms.length);
  }

  add(frame: Frame): void {
    const { positions, velocities, step } = frame;
    const source = this.#differences ? positions : velocities;
    if (!source)
      throw new InputError(`no velocities at step ${step}`, 'every frame must hold them; or pass from: "differences"');
    if (this.#differences) this.#drift.measure(positions, this.#shift);
    else this.#drift.velocity(source, this.#shift);
    const first = this.#differences && this.#frames === 0;
    const [length, at, previous] = [this.#length, this.#filled, this.#previous];
    const perTime = 1 / this.heading.frameSpacingFs;
    for (let i = 0; i < this.#atoms.length; i++) {
      for (let axis = 0; axis < 3; axis++) {
        const s = 3 * i + axis;
        const x = source[3 * this.#atoms[i]! + axis]! - this.#shift[axis]!;
        if (!Number.isFinite(x)) throw lostPosition(this.#atoms[i]!, step, this.#differences ? "position" : "velocity");
        const v = this.#differences ? (x - previous[s]!) * perTime : x;
        previous[s] = x;
        if (!first) this.#buffer[s * length + at] = v * this.#factors[i]!;
      }
    }
    this.#frames++;
    if (first) return;
    if (++this.#filled === length) {
      this.#sums ??= this.#begin(length);
      this.#takeSegment(this.#sums, length);
      // Half of it is also the first half of the next segment.
      for (let s = 0; s < 3 * this.#atoms.length; s++)
        this.#buffer.copyWithin(s * length, s * length + length / 2, (s + 1) * length);
      this.#filled = length / 2;
    }
  }

  #begin(length: number): Sums {
    const power = new PowerSums(length, this.options.window ?? "hann");
    const per = <T>(make: () => T): T[] => this.#groups.map(make);
    return {
      power,
      spectra: per(() => new GrowingBlocks(power.bins, this.options.blocks)),
      padded: per(() => new Float64Array(power.paddedLength)),
      squares: per(() => new GrowingBlocks(1, this.options.blocks)),
      segments: 0,
      apart: 0,
    };
  }

  #takeSegment(sums: Sums, length: number): void {
    const apart = sums.segments % 2 === 0;
    const spectra = this.#groups.map(() => new Float64Array(sums.power.bins));
    const padded = this.#groups.map(() => new Float64Array(apart ? sums.power.paddedLength : 0));
    const squares = new Float64Array(this.#groups.length);
    const last = this.#groups.length - 1;
    this.#groups.forEach(({ series }, g) => {
      if (this.#totalIsSum && g === last) {
        for (let other = 0; other < last; other++) {
          addTo(spectra[last]!, spectra[other]!);
          addTo(padded[last]!, padded[other]!);
          squares[last]! += squares[other]!;
        }
      } else squares[g] = this.#addSeries(sums.power, series, { length, spectrum: spectra[g]!, padded: padded[g]! });
      sums.spectra[g]!.add(spectra[g]!);
      sums.squares[g]!.add([squares[g]! / length]);
      addTo(sums.padded[g]!, padded[g]!);
    });
    sums.segments++;
    if (apart) sums.apart++;
  }

  /** Adds the power of the series of some atoms, two at a time; returns Σ x². */
  #addSeries(
    power: PowerSums,
    series: readonly number[],
    out: { readonly length: number; readonly spectrum: Float64Array; readonly padded: Float64Array },
  ): number {
    const { length, spectrum, padded } = out;
    const [x, y] = [new Float64Array(length), new Float64Array(length)];
    const read = (s: number, into: Float64Array): void =>
      into.set(this.#buffer.subarray(s * this.#length, s * this.#length + length));
    const all = series.flatMap((s) => [s, s + 1, s + 2]);
    let squares = 0;
    for (let p = 0; p < all.length; p += 2) {
      const second = p + 1 < all.length ? y : undefined;
      read(all[p]!, x);
      if (second) read(all[p + 1]!, y);
      power.addPower(x, second, spectrum);
      if (padded.length > 0) power.addPadded(x, second, padded);
      for (let j = 0; j < length; j++) squares += x[j]! * x[j]! + (second ? y[j]! * y[j]! : 0);
    }
    return squares;
  }

  finish(): SpectrumResult {
    const notes = new Notes();
    if (!this.#sums) {
      const length = this.#filled - (this.#filled % 2);
      if (length < 8)
        throw new InputError(`a spectrum of ${this.#frames} frames`, "give at least nine frames, better thousands");
      notes.add(
        "spectrum-short",
        `the run is shorter than one segment of ${this.#length} frames: the whole of it was taken, ${(1000 / (length * this.heading.frameSpacingFs)).toPrecision(3)} THz between frequencies`,
        "ask for a coarser resolution, or run longer",
      );
      this.#sums = this.#begin(length);
      this.#takeSegment(this.#sums, length);
    }
    const sums = this.#sums;
    if (this.#differences)
      notes.add(
        "spectrum-from-positions",
        "velocities are differences of positions; the loss of power at high frequency was divided out",
        "save velocities when frequencies near the Nyquist frequency matter",
      );
    const { length } = sums.power;
    const dt = this.heading.frameSpacingFs;
    const frequencies = Float64Array.from({ length: sums.power.bins }, (_, k) => (1000 * k) / (length * dt));
    return {
      frequencies,
      lagsPs: Float64Array.from({ length: sums.power.bins }, (_, m) => (m * dt) / 1000),
      window: this.options.window ?? "hann",
      weights: this.options.weights ?? "mass",
      reference: this.#drift.name,
      segments: sums.segments,
      segmentFrames: length,
      frameSpacingFs: dt,
      parts: this.#groups.map((group, g) => this.#part(group, g, { sums, frequencies })),
      notes: notes.list(),
    };
  }

  #part(group: GroupSums, g: number, run: { readonly sums: Sums; readonly frequencies: F64 }): SpectrumPart {
    const { sums, frequencies } = run;
    const { weights = "mass", normalisation = "states" } = this.options;
    const cyclesAt = (k: number): number => k / sums.power.length;
    const correction = this.#differences ? sincCorrection : () => 1;
    const states = normalisation === "states" ? 3 * group.atoms.length : 1;
    const { mean, blocks } = sums.spectra[g]!.finish();
    const corrected = (power: Float64Array): Float64Array => power.map((value, k) => value * correction(cyclesAt(k)));
    const total = corrected(mean);
    const area = trapezoid(total, frequencies);
    if (!(area > 0)) throw new InputError(`${group.name} does not move`, "leave it out, or check the velocities");
    // Blocks are scaled by the area of the whole: a block that happens to be hot counts as such.
    const parts = blocks.map(corrected);
    const correlation = sums.power.correlation(sums.padded[g]!, correction).map((c) => c / sums.apart);
    const meanSquare = this.#differences ? correlation[0]! : sums.squares[g]!.finish().mean[0]!;
    const perDegree = ACCELERATION * BOLTZMANN * 3 * group.atoms.length;
    const heat = sums.squares[g]!.finish().standardError[0]!;
    return {
      name: group.name,
      atoms: group.atoms.length,
      density: total.map((value) => (value * states) / area),
      densityError: scatterOf(parts, total.length).map((error) => (error * states) / area),
      correlation: correlation.map((c) => c / correlation[0]!),
      moments: momentEstimates(frequencies, total, { blocks: parts, limits: this.options }),
      ...(weights === "mass"
        ? { temperature: { value: meanSquare / perDegree, standardError: heat / perDegree, unit: "K" } }
        : {}),
      meanSquare,
    };
  }
}

function addTo(sum: Float64Array, part: Float64Array): void {
  for (let k = 0; k < part.length; k++) sum[k]! += part[k]!;
}

/** (πx/sin πx)² for x cycles per frame, x ≤ ½. */
function sincCorrection(cycles: number): number {
  const angle = Math.PI * cycles;
  return angle === 0 ? 1 : (angle / Math.sin(angle)) ** 2;
}

function bufferOf(size: number, precision: "single" | "double"): Float32Array | Float64Array {
  try {
    return precision === "single" ? new Float32Array(size) : new Float64Array(size);
  } catch (cause) {
    const megabytes = (size * (precision === "single" ? 4 : 8)) / 2 ** 20;
    throw new ResourceError(
      `no memory for a segment of ${megabytes.toFixed(0)} MiB of velocities`,
      "ask for a coarser resolutionThz, follow fewer atoms, or read every second frame (stride: 2)",
      { size },
      cause,
    );
  }
}

function trapezoid(values: Float64Array, x: F64): number {
  let sum = 0;
  for (let k = 1; k < values.length; k++) sum += 0.5 * (values[k]! + values[k - 1]!) * (x[k]! - x[k - 1]!);
  return sum;
}

/** Moments of the whole; errors by leaving out one block after the other. */
function momentEstimates(
  frequencies: F64,
  total: Float64Array,
  { blocks, limits }: { readonly blocks: readonly Float64Array[]; readonly limits: MomentLimits },
): MomentEstimates {
  const whole = spectralMoments(frequencies, total, limits);
  const estimate = (name: "centre" | "width" | "skewness" | "excessKurtosis", unit: string): Estimate => {
    const of = (indices: Int32Array): number => {
      const mean = total.map((_, k) => indices.reduce((sum, b) => sum + blocks[b]![k]!, 0));
      return spectralMoments(frequencies, mean, limits)[name];
    };
    const error = blocks.length < 2 ? Number.NaN : jackknife(blocks.length, of).standardError;
    return { value: whole[name], standardError: error, unit };
  };
  return {
    centre: estimate("centre", "THz"),
    width: estimate("width", "THz"),
    skewness: estimate("skewness", ""),
    excessKurtosis: estimate("excessKurtosis", ""),
    limitsThz: whole.limitsThz,
  };
}
