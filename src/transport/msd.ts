// Mean square displacements of one selection of ions, all of them in one pass: see msd-result.ts for what and einstein-sums.ts for how.
// Held in memory: the positions of the selected ions as 32-bit offsets from their first frame, 12 bytes per ion and frame (24 with
// precision "double"), and nothing else that grows with the run but one series of each kind. With lags "log" nothing grows.

import { type F64, InputError, Notes, NumericError } from "../base/index.js";
import type { Frame, TrajectoryHeading } from "../dynamics/index.js";
import { atomsOf, cellWidths } from "../structure/index.js";
import type { Analysis } from "./analysis.js";
import { type Drift, type DriftOptions, driftOf } from "./drift.js";
import { LevelSums } from "./level-sums.js";
import { CurveSums, combineCurves, layoutOf, type MsdLayout, traceOf } from "./msd-curves.js";
import { MomentSums } from "./msd-moments.js";
import type { MsdResult, OnsagerCurve } from "./msd-result.js";
import { type AtomSelection, elementsOfAtoms, selectAtoms } from "./selection.js";
import { SeriesStore } from "./series-store.js";

export interface MsdOptions extends DriftOptions {
  /** Also the products xy, xz, yz, for the tensor and its principal axes. Default false. */
  readonly tensor?: boolean;
  /** Elements whose collective displacements are correlated with each other. Default: none. */
  readonly onsager?: readonly string[];
  /** Consecutive parts of the run whose scatter gives errors. Default 10. */
  readonly blocks?: number;
  /** Longest lag of interest, ps. Default: the whole run. */
  readonly longestLagPs?: number;
  /** "log" holds no positions: for runs that do not fit into memory. Default "all". */
  readonly lags?: "all" | "log";
  /** Of the stored positions: "single" keeps 4·10⁻⁶ Å of 100 Å. Default "single". */
  readonly precision?: "single" | "double";
}

export function msdOf(selection: AtomSelection, options: MsdOptions = {}): Analysis<MsdResult> {
  const { blocks = 10, longestLagPs } = options;
  if (!Number.isInteger(blocks) || blocks < 2)
    throw new InputError(`${blocks} blocks`, "pass a whole number of at least 2; 10 is usual");
  if (longestLagPs !== undefined && !(longestLagPs > 0))
    throw new InputError(`a longest lag of ${longestLagPs} ps`, "pass a positive time");
  let session: Session | undefined;
  const current = (): Session => {
    if (!session) throw new InputError("frames before a heading", "call begin first, or use analyse()");
    return session;
  };
  return {
    name: "msd",
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
  readonly #offsets: Float64Array;
  readonly #store: SeriesStore;
  readonly #groups: readonly Int32Array[]; // the selection, then the elements of `onsager`
  readonly #sums: Float64Array;
  readonly #sumStore: SeriesStore;
  readonly #levels: LevelSums | undefined;
  readonly #slopes: Float64Array<ArrayBuffer>; // [ions,3] Σ_t t Δa², Å² frames
  #slopeWeight = 0; // Σ_t t², frames²
  #firstPositions: Float64Array | undefined;
  #frames = 0;
  #volume = 0;
  #longestStep = 0; // Å along one axis, between neighbouring frames

  constructor(
    private readonly heading: TrajectoryHeading,
    private readonly atoms: Int32Array<ArrayBuffer>,
    private readonly options: MsdOptions,
  ) {
    const { onsager = [], precision = "single" } = options;
    this.#drift = driftOf(heading, atoms, options);
    this.#offsets = new Float64Array(3 * atoms.length);
    this.#slopes = new Float64Array(3 * atoms.length);
    this.#groups = [atoms, ...onsager.map((element) => groupOf(heading, element))];
    this.#sums = new Float64Array(3 * this.#groups.length);
    this.#store = new SeriesStore(3 * atoms.length, precision);
    this.#sumStore = new SeriesStore(this.#sums.length, "double");
    if (options.lags === "log") {
      if (onsager.length > 0)
        throw new InputError('Onsager curves with lags "log"', 'use lags: "all" with a stride that fits into memory');
      this.#levels = new LevelSums(atoms.length, options.blocks ?? 10);
    }
  }

  add({ positions, cell, step }: Frame): void {
    this.#firstPositions ??= positions.slice();
    this.#drift.measure(positions, this.#shift);
    const first = this.#firstPositions;
    this.#follow(positions, first);
    for (let g = 1; g < this.#groups.length; g++) {
      const group = this.#groups[g]!;
      for (let axis = 0; axis < 3; axis++) {
        let sum = 0;
        for (let i = 0; i < group.length; i++) sum += positions[3 * group[i]! + axis]! - first[3 * group[i]! + axis]!;
        this.#sums[3 * g + axis] = sum - group.length * this.#shift[axis]!;
      }
    }
    if (!this.#sums.every(Number.isFinite))
      throw new NumericError(
        `a position at step ${step} is not a number`,
        "look at that frame: the run may have blown up, or the file may be damaged",
        { step },
      );
    if (this.#levels) this.#levels.push(this.#offsets, this.#sums);
    else {
      this.#store.push(this.#offsets);
      this.#sumStore.push(this.#sums);
    }
    this.#volume += (cell ?? this.heading.crystal.cell).volume;
    this.#slopeWeight += this.#frames * this.#frames;
    this.#frames++;
  }

  /** Offsets of the selected atoms from their first frame in the frame of reference, their sum, longest step and line through zero. */
  #follow(positions: F64, first: F64): void {
    const { atoms } = this;
    const offsets = this.#offsets;
    const slopes = this.#slopes;
    const frame = this.#frames;
    let longest = this.#longestStep;
    for (let axis = 0; axis < 3; axis++) {
      const shift = this.#shift[axis]!;
      let sum = 0;
      for (let i = 0; i < atoms.length; i++) {
        const at = 3 * atoms[i]! + axis;
        const to = 3 * i + axis;
        const offset = positions[at]! - first[at]! - shift;
        const moved = Math.abs(offset - offsets[to]!);
        if (moved > longest) longest = moved;
        offsets[to] = offset;
        slopes[to]! += frame * offset * offset;
        sum += offset;
      }
      this.#sums[axis] = sum;
    }
    this.#longestStep = longest;
  }

  finish(): MsdResult {
    const { heading, atoms, options } = this;
    const frames = this.#frames;
    if (frames < 4) throw new InputError(`mean square displacements of ${frames} frames`, "give at least four frames");
    const notes = new Notes();
    if (heading.variableCell)
      notes.add(
        "msd-variable-cell",
        "the cell changes during the run: displacements hold its strain too",
        "judge diffusion at constant volume, or compare with the framework's own displacements",
      );
    const width = Math.min(...cellWidths(heading.crystal.cell));
    if (this.#longestStep > 0.5 * width)
      notes.add(
        "msd-long-step",
        `an ion moved ${this.#longestStep.toFixed(2)} Å between two frames of a cell ${width.toFixed(2)} Å wide`,
        "positions may still be wrapped into the cell, or frames too far apart to unwrap them",
      );
    const shared = {
      species: elementsOfAtoms(heading.crystal, atoms).join(", "),
      atoms,
      reference: this.#drift.name,
      referenceShift: [this.#shift[0]!, this.#shift[1]!, this.#shift[2]!] as const,
      frames,
      frameSpacingFs: heading.frameSpacingFs,
      volume: this.#volume / frames,
      singleOriginSlopes: this.#slopes.map((sum) => (sum / this.#slopeWeight / heading.frameSpacingFs) * 1000),
    };
    const longest = options.longestLagPs ?? Number.POSITIVE_INFINITY;
    const lags = Math.min(frames, Math.floor((longest * 1000) / heading.frameSpacingFs + 1e-9) + 1);
    if (lags < 2)
      throw new InputError(
        `a longest lag of ${longest} ps with frames ${heading.frameSpacingFs / 1000} ps apart`,
        "pass at least the time between two frames",
      );
    const counted = this.#levels
      ? this.#levels.finish(frames, lags, heading.frameSpacingFs)
      : this.#fromStore(layoutOf({ frames, lags, blocks: options.blocks ?? 10, tensor: options.tensor ?? false }));
    if (counted.blockCount === 0)
      notes.add(
        "msd-no-blocks",
        `${frames} frames are too few for ${options.blocks ?? 10} blocks: errors rest on a model of independent ions alone`,
        "sample frames more often, or run longer",
      );
    return { ...shared, ...counted, notes: notes.list() };
  }

  #fromStore(layout: MsdLayout) {
    const { frames, lags, tensor } = layout;
    const [x, y, z] = [new Float64Array(frames), new Float64Array(frames), new Float64Array(frames)];
    const n = this.atoms.length;
    const single = new CurveSums(layout);
    const moments = new MomentSums(frames, n);
    const singleOrigin = new Float64Array(3 * lags);
    for (let i = 0; i < n; i++) {
      this.#store.read(3 * i, x);
      this.#store.read(3 * i + 1, y);
      this.#store.read(3 * i + 2, z);
      single.add(x, y, z);
      moments.add(x, y, z);
      addSingleOrigin(singleOrigin, [x, y, z], 1 / n);
    }
    const components = single.finish(n);
    const collectiveComponents = this.#collective(layout, [0], n);
    return {
      scheme: "all" as const,
      lagFrames: Int32Array.from({ length: lags }, (_, lag) => lag),
      lagsPs: Float64Array.from({ length: lags }, (_, lag) => (lag * this.heading.frameSpacingFs) / 1000),
      origins: Int32Array.from({ length: lags }, (_, lag) => frames - lag),
      blockCount: layout.blockCount,
      blockFrames: layout.blockFrames,
      blockLags: layout.blockLags,
      tracer: traceOf(components),
      components: tensor ? components : components.slice(0, 3),
      collective: traceOf(collectiveComponents),
      collectiveComponents,
      onsager: this.#onsager({ ...layout, tensor: false }),
      singleOrigin,
      moments: moments.finish(this.heading.frameSpacingFs),
    };
  }

  /** Components of ⟨ΔR ΔR⟩/by, R the sum of the displacements of some groups. */
  #collective(layout: MsdLayout, groups: readonly number[], by: number) {
    const axes = [0, 1, 2].map((axis) => {
      const total = new Float64Array(layout.frames);
      const part = new Float64Array(layout.frames);
      for (const group of groups) {
        this.#sumStore.read(3 * group + axis, part);
        for (let k = 0; k < total.length; k++) total[k]! += part[k]!;
      }
      return total;
    });
    const sums = new CurveSums(layout);
    sums.add(axes[0]!, axes[1]!, axes[2]!);
    return sums.finish(by);
  }

  /** ⟨ΔR_a·ΔR_b⟩ = ½(⟨|ΔR_a + ΔR_b|²⟩ − ⟨|ΔR_a|²⟩ − ⟨|ΔR_b|²⟩), divided by √(N_a N_b). */
  #onsager(layout: MsdLayout): OnsagerCurve[] {
    const names = this.options.onsager ?? [];
    const own = names.map((_, a) => traceOf(this.#collective(layout, [a + 1], 1)));
    return names.flatMap((first, a) =>
      names.slice(a).map((second, offset): OnsagerCurve => {
        const b = a + offset;
        const counts = [this.#groups[a + 1]!.length, this.#groups[b + 1]!.length] as const;
        const by = Math.sqrt(counts[0] * counts[1]);
        if (a === b) return { first, second, counts, curve: combineCurves([own[a]!], [1 / by]) };
        const both = traceOf(this.#collective(layout, [a + 1, b + 1], 1));
        const half = 0.5 / by;
        return { first, second, counts, curve: combineCurves([both, own[a]!, own[b]!], [half, -half, -half]) };
      }),
    );
  }
}

function groupOf(heading: TrajectoryHeading, element: string): Int32Array {
  const group = Int32Array.from(atomsOf(heading.crystal, element));
  if (group.length === 0)
    throw new InputError(`no ${element} in the crystal`, `it has ${heading.crystal.elements.join(", ")}`);
  return group;
}

/** The stored offsets count from the first frame: their squares are the displacements from it. */
function addSingleOrigin(sum: Float64Array, axes: readonly Float64Array[], weight: number): void {
  axes.forEach((series, axis) => {
    for (let k = 0; 3 * k < sum.length; k++) sum[3 * k + axis]! += weight * series[k]! * series[k]!;
  });
}
