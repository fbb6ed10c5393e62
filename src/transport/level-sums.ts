// Mean square displacements in memory that does not grow with the run (order-n algorithm, Dubbeldam et al., 10.1080/08927020902818039):
// level l looks at every 2^l-th frame and remembers the last 16 of them. Level 0 gives the lags 1 … 15, level l the lags j·2^l with
// j = 8 … 15: eight to every doubling, with origins 2^l apart, at most an eighth of the lag. Positions are never averaged: the curve at
// these lags has no bias, and hardly less information than with all origins.
//
// Blocks: sums are kept for consecutive stretches of the run; when there are twice as many as wanted, neighbours are merged.

import { NumericError } from "../base/index.js";
import { traceOf } from "./msd-curves.js";
import type { MsdCurve, MsdMoments } from "./msd-result.js";

const PER_LEVEL = 16;
const RATIO = 2;
/** Shorter lags of a level are those of the level below. */
const firstOf = (level: number): number => (level === 0 ? 1 : PER_LEVEL / RATIO);
const COMPONENTS = 6;
// Per lag: six products of single ions, six of the sum, Σ|Δr|⁴, origins.
const FOURTH = 2 * COMPONENTS;
const COUNT = FOURTH + 1;
const WIDTH = COUNT + 1;

interface Level {
  readonly stride: number; // frames between the positions remembered
  readonly history: Float64Array; // [PER_LEVEL, 3 ions + 3]
  readonly perIon: Float64Array; // [PER_LEVEL, ions] Σ|Δr|²
  seen: number;
}

export class LevelSums {
  readonly #levels: Level[] = [];
  readonly #width: number;
  /** One entry per stretch: sums by level and lag, [levels·PER_LEVEL, WIDTH], growing with the levels. */
  #stretches: number[][] = [];
  #stretchFrames = 1;
  #frames = 0;
  readonly #first: Float64Array;
  #single: number[] = []; // [lag order][3]: offsets from the first frame at the lags of the table

  constructor(
    private readonly ions: number,
    private readonly blocks: number,
  ) {
    this.#width = 3 * ions + 3;
    this.#first = new Float64Array(this.#width);
  }

  /** One frame: offsets [ions,3] and their sum [3]. */
  push(offsets: Float64Array, sums: Float64Array): void {
    const stretch = Math.floor(this.#frames / this.#stretchFrames);
    if (stretch >= 2 * this.blocks) this.#merge();
    const place = Math.floor(this.#frames / this.#stretchFrames);
    this.#stretches[place] ??= [];
    for (let l = 0; ; l++) {
      const stride = RATIO ** l;
      if (this.#frames % stride !== 0) break;
      // A level begins with the first frame: it exists before its second sample is due.
      this.#levels[l] ??= this.#newLevel(stride);
      this.#sample(l, this.#levels[l]!, { offsets, sums, into: this.#stretches[place]! });
      if (this.#frames === 0) break;
    }
    this.#frames++;
  }

  #newLevel(stride: number): Level {
    const level: Level = {
      stride,
      history: new Float64Array(PER_LEVEL * this.#width),
      perIon: new Float64Array(PER_LEVEL * this.ions),
      seen: 0,
    };
    if (this.#frames > 0) {
      level.history.set(this.#first, 0);
      level.seen = 1;
    }
    return level;
  }

  #sample(l: number, level: Level, frame: { offsets: Float64Array; sums: Float64Array; into: number[] }): void {
    const { offsets, sums, into } = frame;
    const width = this.#width;
    const { history } = level;
    const now = (level.seen % PER_LEVEL) * width;
    history.set(offsets, now);
    history.set(sums.subarray(0, 3), now + 3 * this.ions);
    if (this.#frames === 0) this.#first.set(history.subarray(0, width));
    for (let j = firstOf(l); j < PER_LEVEL && j <= level.seen; j++) {
      const then = ((level.seen - j) % PER_LEVEL) * width;
      const at = (l * PER_LEVEL + j) * WIDTH;
      while (into.length < at + WIDTH) into.push(0);
      this.#addProducts(level, { now, then, j, into, at });
    }
    const origin = level.seen;
    if (origin < PER_LEVEL && origin >= firstOf(l)) this.#addSingle(l * PER_LEVEL + origin, offsets);
    level.seen++;
  }

  #addProducts(level: Level, place: { now: number; then: number; j: number; into: number[]; at: number }): void {
    const { now, then, j, into, at } = place;
    const h = level.history;
    let [xx, yy, zz, xy, xz, yz, fourth] = [0, 0, 0, 0, 0, 0, 0];
    const own = j * this.ions;
    for (let i = 0; i < this.ions; i++) {
      const dx = h[now + 3 * i]! - h[then + 3 * i]!;
      const dy = h[now + 3 * i + 1]! - h[then + 3 * i + 1]!;
      const dz = h[now + 3 * i + 2]! - h[then + 3 * i + 2]!;
      xx += dx * dx;
      yy += dy * dy;
      zz += dz * dz;
      xy += dx * dy;
      xz += dx * dz;
      yz += dy * dz;
      const square = dx * dx + dy * dy + dz * dz;
      fourth += square * square;
      level.perIon[own + i]! += square;
    }
    const c = 3 * this.ions;
    const sx = h[now + c]! - h[then + c]!;
    const sy = h[now + c + 1]! - h[then + c + 1]!;
    const sz = h[now + c + 2]! - h[then + c + 2]!;
    const added = [xx, yy, zz, xy, xz, yz, sx * sx, sy * sy, sz * sz, sx * sy, sx * sz, sy * sz, fourth, 1];
    for (let k = 0; k < WIDTH; k++) into[at + k]! += added[k]!;
  }

  #addSingle(slot: number, offsets: Float64Array): void {
    while (this.#single.length < 3 * slot + 3) this.#single.push(Number.NaN);
    for (let axis = 0; axis < 3; axis++) {
      let sum = 0;
      for (let i = 0; i < this.ions; i++) sum += offsets[3 * i + axis]! ** 2;
      this.#single[3 * slot + axis] = sum / this.ions;
    }
  }

  #merge(): void {
    this.#stretches = Array.from({ length: this.blocks }, (_, b) =>
      addTables(this.#stretches[2 * b] ?? [], this.#stretches[2 * b + 1] ?? []),
    );
    this.#stretchFrames *= 2;
  }

  finish(frames: number, lags: number, frameSpacingFs: number) {
    const { ions } = this;
    const whole = this.#stretches.reduce(addTables, []);
    const slots = Array.from({ length: whole.length / WIDTH }, (_, slot) => slot).filter(
      (slot) => whole[slot * WIDTH + COUNT]! > 0 && lagOf(slot) < lags,
    );
    if (slots.length === 0) throw new NumericError("no lag was sampled", "give at least two frames");
    // The last stretch may be short: only full ones are blocks.
    const full = this.#stretches.slice(0, Math.floor(frames / this.#stretchFrames));
    const blockSlots = slots.filter((slot) => 2 * lagOf(slot) <= this.#stretchFrames);
    const usable = full.length >= 2 && blockSlots.length >= 4;
    const blockTables = usable ? full : [];
    const blockLags = usable ? blockSlots.length + 1 : 0;
    const curve = (column: number, by: number): MsdCurve => ({
      values: Float64Array.of(0, ...slots.map((slot) => meanIn(whole, slot, column) / by)),
      blocks: Float64Array.from(
        blockTables.flatMap((table) => [0, ...blockSlots.map((slot) => meanIn(table, slot, column) / by)]),
      ),
    });
    const components = Array.from({ length: COMPONENTS }, (_, c) => curve(c, ions));
    const collectiveComponents = Array.from({ length: COMPONENTS }, (_, c) => curve(COMPONENTS + c, ions));
    const lagFrames = Int32Array.from([0, ...slots.map(lagOf)]);
    const tracer = traceOf(components);
    return {
      scheme: "log" as const,
      lagFrames,
      lagsPs: Float64Array.from(lagFrames, (lag) => (lag * frameSpacingFs) / 1000),
      origins: Int32Array.from([frames, ...slots.map((slot) => whole[slot * WIDTH + COUNT]!)]),
      blockCount: blockTables.length,
      blockFrames: usable ? this.#stretchFrames : 0,
      blockLags,
      tracer,
      components,
      collective: traceOf(collectiveComponents),
      collectiveComponents,
      onsager: [],
      singleOrigin: Float64Array.of(
        0,
        0,
        0,
        ...slots.flatMap((slot) => [0, 1, 2].map((axis) => this.#single[3 * slot + axis]!)),
      ),
      moments: this.#moments({ whole, slots, tracer, frameSpacingFs }),
    };
  }

  #moments(parts: { whole: number[]; slots: number[]; tracer: MsdCurve; frameSpacingFs: number }): MsdMoments {
    const { whole, slots, tracer, frameSpacingFs } = parts;
    const lagFrames = Int32Array.from(slots, lagOf);
    const fourth = Float64Array.from(slots, (slot) => meanIn(whole, slot, FOURTH) / this.ions);
    const perIon = new Float64Array(slots.length * this.ions);
    slots.forEach((slot, m) => {
      const { perIon: sums } = this.#levels[Math.floor(slot / PER_LEVEL)]!;
      const origins = whole[slot * WIDTH + COUNT]!;
      for (let i = 0; i < this.ions; i++)
        perIon[m * this.ions + i] = sums[(slot % PER_LEVEL) * this.ions + i]! / origins;
    });
    return {
      lagFrames,
      lagsPs: Float64Array.from(lagFrames, (lag) => (lag * frameSpacingFs) / 1000),
      origins: Int32Array.from(slots, (slot) => whole[slot * WIDTH + COUNT]!),
      fourth,
      nonGaussian: fourth.map((value, m) => {
        const second = tracer.values[m + 1]!;
        return second > 0 ? (3 * value) / (5 * second * second) - 1 : 0;
      }),
      perIon,
    };
  }
}

/** Slot l·16 + j holds the lag j·2^l. */
const lagOf = (slot: number): number => (slot % PER_LEVEL) * RATIO ** Math.floor(slot / PER_LEVEL);

const meanIn = (table: readonly number[], slot: number, column: number): number =>
  table[slot * WIDTH + column]! / table[slot * WIDTH + COUNT]!;

function addTables(a: readonly number[], b: readonly number[]): number[] {
  return Array.from({ length: Math.max(a.length, b.length) }, (_, i) => (a[i] ?? 0) + (b[i] ?? 0));
}
