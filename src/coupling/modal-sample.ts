// The modal split of one trajectory, block by block: a pass over the frames, nothing kept but second moments.
//     C_nn'(τ) = ⟨ΔQ_n ΔQ_n'⟩,   D_nn' = S_n·S_n'/(6 N_c) · slope of C_nn'    (Helfand form; docs/theory/modal-diffusion.md (5))
// Per block and lag the sums over n' (mode n's part), the diagonal and the degenerate blocks are kept; the whole matrix only as its slope.
// At every lag the sum over all pairs is compared with ⟨|Σ_c Δr|²⟩/(6 N_c) straight from the positions.

import { type F64, InputError, type Note } from "../base/index.js";
import type { Frame, TrajectoryHeading } from "../dynamics/index.js";
import { degenerateGroups, type ModeGroup, type Modes } from "../modes/index.js";
import { matmul } from "../numerics/index.js";
import type { Analysis } from "../transport/index.js";
import {
  type CarrierChoice,
  checkSameAtoms,
  type ModalCarriers,
  type ModalProjection,
  modalCarriers,
  projectedAtoms,
  projector,
  weighPairs,
  weightProduct,
} from "./modal-carriers.js";
import { closureOf } from "./modal-figures.js";
import { CarrierMoments, FrameBatch } from "./modal-frames.js";
import { type GramBlock, IncrementGrams } from "./modal-increments.js";
import { type LagOptions, type LagPlan, planLags } from "./modal-lags.js";

export interface ModalSampleOptions extends LagOptions {
  /** Which atoms carry: an element, or indices from 0. */
  readonly carriers: CarrierChoice;
  /** Atoms that are projected on the modes. Default "full": all of them. */
  readonly projection?: ModalProjection;
  /** Modes nearer than this are one degenerate group, THz. Default 1e-3. */
  readonly degeneracyTolerance?: number;
}

/** What one block gave. Moments are Å², divided by 6N_c (by 6 and averaged over carriers for the tracer): their slope is a diffusivity. */
export interface ModalBlock {
  readonly origins: number;
  readonly collective: F64; // [lags] straight from the positions
  readonly collectiveFramework: F64; // [lags] against the framework's centre of mass
  readonly tracer: F64; // [lags]
  readonly tracerFramework: F64; // [lags]
  readonly perMode: F64; // [lags,count] Σ_n' S_n·S_n' C_nn'
  readonly diagonal: F64; // [lags,count] |S_n|² C_nn
  readonly grouped: F64; // [lags,groups] sum over the pairs inside each degenerate group
  readonly pairs: F64; // [count,count] Å²/fs, slopes over the fit window
  readonly closure: F64; // [lags] |Σ_nn' − collective| / collective
}

export interface ModalSample {
  readonly carriers: ModalCarriers;
  readonly plan: LagPlan;
  readonly groups: readonly ModeGroup[];
  readonly blocks: readonly ModalBlock[];
  /** Frames after the last whole block, which no number holds. */
  readonly leftoverFrames: number;
  readonly notes: readonly Note[];
}

/** An analysis of one trajectory; `lagsPs` and `blockPs` should be given, since its length is not known beforehand. */
export class ModalSampleAnalysis implements Analysis<ModalSample> {
  readonly name = "modal-diffusion";
  #session: Session | undefined;

  constructor(
    private readonly modes: Modes,
    private readonly options: ModalSampleOptions & { readonly blockPs: number },
  ) {}

  begin(heading: TrajectoryHeading): void {
    checkSameAtoms(this.modes, heading);
    this.#session = new Session(heading, this.modes, this.options);
  }

  add(frame: Frame): void {
    this.#session!.add(frame);
  }

  finish(): ModalSample {
    const sample = this.#session!.finish();
    this.#session = undefined;
    return sample;
  }
}

class Session {
  readonly #carriers: ModalCarriers;
  readonly #plan: LagPlan;
  readonly #groups: readonly ModeGroup[];
  readonly #batch: FrameBatch;
  readonly #moments: CarrierMoments;
  readonly #grams: IncrementGrams;
  readonly #projector: Float64Array;
  readonly #blocks: ModalBlock[] = [];

  constructor(heading: TrajectoryHeading, modes: Modes, options: ModalSampleOptions) {
    this.#carriers = modalCarriers(modes, options.carriers, options.projection);
    this.#plan = planLags(heading.frameSpacingFs, 0, options);
    this.#groups = degenerateGroups(modes, options.degeneracyTolerance ?? 1e-3);
    this.#projector = projector(this.#carriers);
    const all = Int32Array.from({ length: heading.crystal.kinds.length }, (_, i) => i);
    this.#batch = new FrameBatch(heading, all);
    this.#moments = new CarrierMoments(heading, this.#carriers.atoms, this.#plan.lags.length);
    this.#grams = new IncrementGrams(modes.count, this.#moments.width, this.#plan, {
      pair: this.#moments.pair,
      block: (block) => this.#endBlock(block),
    });
  }

  add(frame: Frame): void {
    if (this.#batch.add(frame)) this.#flush();
  }

  finish(): ModalSample {
    this.#flush();
    const { blockFrames, spacingFs, notes } = this.#plan;
    if (this.#blocks.length === 0) {
      throw new InputError(
        `${this.#batch.frames} frames do not fill one block of ${blockFrames}`,
        `shorten blockPs to at most ${(this.#batch.frames * spacingFs) / 1e3} ps`,
      );
    }
    return {
      carriers: this.#carriers,
      plan: this.#plan,
      groups: this.#groups,
      blocks: this.#blocks,
      leftoverFrames: this.#grams.leftover,
      notes,
    };
  }

  #flush(): void {
    const { count, moved } = this.#batch;
    if (count === 0) return;
    const { count: modes, reference } = this.#carriers.modes;
    const size = 3 * reference.kinds.length;
    const all = moved.subarray(0, count * size);
    const inner = this.#projector.length / modes;
    const chosen = inner === size ? all : columnsOf(all, size, projectedAtoms(this.#carriers));
    const rows = matmul(chosen, this.#projector, { rows: count, inner, columns: modes, transposeB: true });
    this.#grams.push(rows, this.#moments.rows(all, count), count);
    this.#batch.clear();
  }

  #endBlock({ origins, grams }: GramBlock): void {
    const { atoms, modes } = this.#carriers;
    const { lags } = this.#plan;
    const { count } = modes;
    const scale = 1 / (6 * atoms.length * origins);
    const moments = this.#moments;
    const perMode = new Float64Array(lags.length * count);
    const diagonal = new Float64Array(lags.length * count);
    const grouped = new Float64Array(lags.length * this.#groups.length);
    const slope = new Float64Array(count * count);
    const closure = new Float64Array(lags.length);
    for (let lag = 0; lag < lags.length; lag++) {
      const gram = grams[lag]!;
      const sum = this.#splitLag(gram, scale, {
        perMode: perMode.subarray(lag * count, (lag + 1) * count),
        diagonal: diagonal.subarray(lag * count, (lag + 1) * count),
        grouped: grouped.subarray(lag * this.#groups.length, (lag + 1) * this.#groups.length),
      });
      const [direct, bound] = [moments.collective[lag]! * scale, moments.tracer[lag]! * atoms.length * scale];
      closure[lag] = closureOf({ sum, direct, bound }, this.#plan.lagsPs[lag]!);
      const weight = this.#plan.slopeWeights[lag]!;
      if (weight !== 0) for (let k = 0; k < slope.length; k++) slope[k]! += weight * gram[k]!;
    }
    this.#blocks.push({
      origins,
      collective: moments.collective.map((sum) => sum * scale),
      collectiveFramework: moments.collectiveFramework.map((sum) => sum * scale),
      tracer: moments.tracer.map((sum) => sum * scale),
      tracerFramework: moments.tracerFramework.map((sum) => sum * scale),
      perMode,
      diagonal,
      grouped,
      pairs: weighPairs(this.#carriers, slope, scale),
      closure,
    });
    moments.reset();
  }

  #splitLag(
    gram: F64,
    scale: number,
    out: { readonly perMode: Float64Array; readonly diagonal: Float64Array; readonly grouped: Float64Array },
  ): number {
    const { count } = this.#carriers.modes;
    const { weights } = this.#carriers;
    const weighted = matmul(gram, weights, { rows: count, inner: count, columns: 3 });
    let sum = 0;
    for (let n = 0; n < count; n++) {
      let part = 0;
      for (let axis = 0; axis < 3; axis++) part += weights[3 * n + axis]! * weighted[3 * n + axis]!;
      out.perMode[n] = part * scale;
      out.diagonal[n] = weightProduct(this.#carriers, n, n) * gram[n * count + n]! * scale;
      sum += part * scale;
    }
    for (const [g, { first, count: size }] of this.#groups.entries()) {
      let block = 0;
      for (let n = first; n < first + size; n++) {
        for (let m = first; m < first + size; m++) block += weightProduct(this.#carriers, n, m) * gram[n * count + m]!;
      }
      out.grouped[g] = block * scale;
    }
    return sum;
  }
}

function columnsOf(rows: F64, width: number, atoms: ArrayLike<number>): Float64Array<ArrayBuffer> {
  const count = rows.length / width;
  const out = new Float64Array(count * 3 * atoms.length);
  for (let row = 0, at = 0; row < count; row++) {
    for (let a = 0; a < atoms.length; a++) {
      for (let axis = 0; axis < 3; axis++) out[at++] = rows[row * width + 3 * atoms[a]! + axis]!;
    }
  }
  return out;
}
