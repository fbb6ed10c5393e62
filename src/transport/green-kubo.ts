// Diffusion from velocities, independent of any line through displacements:
//
//   D(τ) = ⅓ ∫_0^τ ⟨v_i(t)·v_i(0)⟩ dt        D_σ(τ) = (1/3N) ∫_0^τ ⟨Σ_i v_i(t)·Σ_j v_j(0)⟩ dt          (trapezoid, all origins)
//
// The running integral first wiggles with the vibrations, then is flat, then drowns in noise that grows with τ. It is read between τ_c and
// 2τ_c, where τ_c is the first lag after which, up to 2τ_c, the correlation is no larger than its own error over blocks.

import { type Estimate, type F64, InputError, type Note, Notes } from "../base/index.js";
import type { Frame, TrajectoryHeading } from "../dynamics/index.js";
import { mean, standardError } from "../numerics/index.js";
import type { Analysis } from "./analysis.js";
import { DIFFUSION_UNIT } from "./diffusion.js";
import { type Drift, type DriftOptions, driftOf } from "./drift.js";
import { EinsteinSums } from "./einstein-sums.js";
import { type AtomSelection, elementsOfAtoms, selectAtoms } from "./selection.js";
import { SeriesStore } from "./series-store.js";

export interface GreenKuboOptions extends DriftOptions {
  /** Longest lag of the integral, ps. Default: half a block. */
  readonly longestLagPs?: number;
  /** Consecutive parts of the run whose scatter gives errors. Default 10. */
  readonly blocks?: number;
}

export interface RunningIntegral {
  /** Å²/ps, from the flat part. */
  readonly diffusion: Estimate;
  /** Where it was read, ps. */
  readonly readPs: readonly [number, number];
  /** False when the correlation never sinks into its noise: the integral was read at its end. */
  readonly flat: boolean;
  readonly correlation: F64; // [lags] Å²/ps², ⟨v·v⟩ per ion
  readonly integral: F64; // [lags] Å²/ps
  readonly integralError: F64; // [lags] Å²/ps
}

export interface GreenKuboResult {
  readonly species: string;
  readonly reference: string;
  readonly lagsPs: F64; // [lags]
  readonly tracer: RunningIntegral;
  readonly collective: RunningIntegral;
  readonly notes: readonly Note[];
}

const FS_PER_PS = 1000;

export function greenKubo(selection: AtomSelection, options: GreenKuboOptions = {}): Analysis<GreenKuboResult> {
  const { blocks = 10 } = options;
  if (!Number.isInteger(blocks) || blocks < 3)
    throw new InputError(`${blocks} blocks`, "pass a whole number of at least 3; 10 is usual");
  let session: VelocitySession | undefined;
  const current = (): VelocitySession => {
    if (!session) throw new InputError("frames before a heading", "call begin first, or use analyse()");
    return session;
  };
  return {
    name: "green-kubo",
    begin(heading) {
      if (!heading.hasVelocities)
        throw new InputError(
          "the trajectory holds no velocities",
          "save them, or use msdOf: displacements hold the same diffusion",
        );
      session = new VelocitySession(heading, selectAtoms(heading.crystal, selection), options);
    },
    add: (frame) => current().add(frame),
    finish: () => current().finish(),
  };
}

class VelocitySession {
  readonly #drift: Drift;
  readonly #shift = new Float64Array(3);
  readonly #row: Float64Array;
  readonly #store: SeriesStore;
  readonly #sums: SeriesStore;

  constructor(
    private readonly heading: TrajectoryHeading,
    private readonly atoms: Int32Array<ArrayBuffer>,
    private readonly options: GreenKuboOptions,
  ) {
    this.#drift = driftOf(heading, atoms, options);
    this.#row = new Float64Array(3 * atoms.length);
    this.#store = new SeriesStore(3 * atoms.length, "single");
    this.#sums = new SeriesStore(3, "double");
  }

  add({ velocities, step }: Frame): void {
    if (!velocities) throw new InputError(`no velocities at step ${step}`, "every frame must hold them");
    this.#drift.velocity(velocities, this.#shift);
    const sum = new Float64Array(3);
    this.atoms.forEach((atom, i) => {
      for (let axis = 0; axis < 3; axis++) {
        // Å/ps: the correlation then integrates to Å²/ps.
        const v = (velocities[3 * atom + axis]! - this.#shift[axis]!) * FS_PER_PS;
        this.#row[3 * i + axis] = v;
        sum[axis]! += v;
      }
    });
    this.#store.push(this.#row);
    this.#sums.push(sum);
  }

  finish(): GreenKuboResult {
    const { blocks = 10, longestLagPs } = this.options;
    const spacingPs = this.heading.frameSpacingFs / FS_PER_PS;
    const frames = this.#store.frames;
    const blockFrames = Math.floor(frames / blocks);
    const half = Math.floor(blockFrames / 2) + 1;
    const lags = Math.min(half, Math.floor((longestLagPs ?? Number.POSITIVE_INFINITY) / spacingPs + 1e-9) + 1);
    if (lags < 4)
      throw new InputError(
        `${frames} frames in ${blocks} blocks leave ${lags} lags`,
        "sample velocities more often, run longer, or use fewer blocks",
      );
    const layout = { frames, blockFrames, blocks, lags };
    const n = this.atoms.length;
    const notes = new Notes();
    const tracer = readIntegral(correlate(this.#store, n, { ...layout, by: n }), spacingPs);
    const collective = readIntegral(correlate(this.#sums, 1, { ...layout, by: n }), spacingPs);
    for (const [name, part] of Object.entries({ tracer, collective }))
      if (!part.flat)
        notes.add(
          "green-kubo-not-flat",
          `the ${name} velocity correlation is above its noise up to ${((lags - 1) * spacingPs).toFixed(3)} ps: its integral is not at its end`,
          "allow longer lags: a longer run, or fewer blocks",
        );
    return {
      species: elementsOfAtoms(this.heading.crystal, this.atoms).join(", "),
      reference: this.#drift.name,
      lagsPs: Float64Array.from({ length: lags }, (_, m) => m * spacingPs),
      tracer,
      collective,
      notes: notes.list(),
    };
  }
}

interface Correlations {
  readonly whole: Float64Array; // [lags]
  readonly blocks: readonly Float64Array[]; // [blocks][lags]
}

/** Σ over vectors of ⟨v(τ)·v(0)⟩/by for the whole run and for its blocks. */
function correlate(
  store: SeriesStore,
  vectors: number,
  layout: { frames: number; blockFrames: number; blocks: number; lags: number; by: number },
): Correlations {
  const { frames, blockFrames, blocks, lags, by } = layout;
  const whole = new EinsteinSums({ frames, lags, centred: false });
  const parts = Array.from({ length: blocks }, () => new EinsteinSums({ frames: blockFrames, lags, centred: false }));
  const axes = [0, 1, 2].map(() => new Float64Array(frames));
  for (let i = 0; i < vectors; i++) {
    axes.forEach((series, axis) => {
      store.read(3 * i + axis, series);
    });
    whole.add(axes[0]!, axes[1]!, axes[2]!);
    parts.forEach((part, b) => {
      const [x, y, z] = axes.map((series) => series.subarray(b * blockFrames, (b + 1) * blockFrames));
      part.add(x!, y!, z!);
    });
  }
  const total = (sums: EinsteinSums) => {
    const [x, y, z] = sums.finishCorrelations();
    return x!.map((value, m) => (value + y![m]! + z![m]!) / by);
  };
  return { whole: total(whole), blocks: parts.map(total) };
}

function readIntegral({ whole, blocks }: Correlations, spacingPs: number): RunningIntegral {
  const integral = runningIntegral(whole, spacingPs);
  const inBlocks = blocks.map((block) => runningIntegral(block, spacingPs));
  const errorOf = (series: readonly Float64Array[]) =>
    integral.map((_, m) => standardError(Float64Array.from(series, (block) => block[m]!)));
  const noise = errorOf(blocks);
  const found = flatFrom(whole, noise);
  const last = whole.length - 1;
  const [from, to] = found === undefined ? [Math.floor(last / 2), last] : [found, 2 * found];
  const averaged = (series: Float64Array) => mean(series.subarray(from, to + 1));
  return {
    diffusion: {
      value: averaged(integral),
      standardError: standardError(Float64Array.from(inBlocks, averaged)),
      unit: DIFFUSION_UNIT,
    },
    readPs: [from * spacingPs, to * spacingPs],
    flat: found !== undefined,
    correlation: whole,
    integral,
    integralError: errorOf(inBlocks),
  };
}

/** ⅓ ∫ C dt by trapezoids. */
function runningIntegral(correlation: Float64Array, spacingPs: number): Float64Array<ArrayBuffer> {
  const out = new Float64Array(correlation.length);
  for (let m = 1; m < out.length; m++) out[m] = out[m - 1]! + ((correlation[m - 1]! + correlation[m]!) * spacingPs) / 6;
  return out;
}

/** First m ≥ 2 with root mean square of C/error over [m, 2m] below 1.25: of pure noise it is 1. */
function flatFrom(correlation: Float64Array, noise: Float64Array): number | undefined {
  const cumulative = new Float64Array(correlation.length + 1);
  for (let m = 0; m < correlation.length; m++)
    cumulative[m + 1] = cumulative[m]! + (noise[m]! > 0 ? (correlation[m]! / noise[m]!) ** 2 : 0);
  for (let m = 2; 2 * m < correlation.length; m++)
    if (cumulative[2 * m + 1]! - cumulative[m]! < NOISE_LEVEL ** 2 * (m + 1)) return m;
  return undefined;
}

const NOISE_LEVEL = 1.25;
