// The modal split with a reference that follows the ion: each step between two frames is projected on the modes of the configuration that is
// occupied then. Mode n of one configuration is not mode n of another, so what is accumulated is the motion below a frequency:
//     J_b(t) = Σ_{n∈b} S_n (Q_n(t+Δ) − Q_n(t)),   X_b = Σ_t J_b   [3] Å per frequency bin b,
//     D_bb' = 1/(6N_c) · d⟨ΔX_b·ΔX_b'⟩/dτ.
// Each basis is complete, so Σ_b J_b = Σ_c Δr step by step and the sum rule survives every switch.

import { type Estimate, type F64, InputError, Rng, type StochasticOptions } from "../base/index.js";
import type { Frame, TrajectoryHeading } from "../dynamics/index.js";
import type { Modes } from "../modes/index.js";
import { matmul } from "../numerics/index.js";
import type { Analysis } from "../transport/index.js";
import { accumulation } from "./accumulate.js";
import { type Band, halfWidth, Resampling } from "./modal-bootstrap.js";
import { type CarrierChoice, checkSameAtoms, modalCarriers } from "./modal-carriers.js";
import { closureOf, perCm2s } from "./modal-figures.js";
import { CarrierMoments, FrameBatch } from "./modal-frames.js";
import { type GramBlock, IncrementGrams } from "./modal-increments.js";
import { type LagOptions, type LagPlan, planLags } from "./modal-lags.js";
import { binEdges, binOf, type ReferenceAt } from "./modal-reference.js";

export interface ModalSwitchingOptions extends LagOptions, StochasticOptions {
  readonly carriers: CarrierChoice;
  readonly blockPs: number;
  /** Width of a frequency bin, THz. Default 0.5. */
  readonly binThz?: number;
  /** Lower edge of the last bin, which is open above, THz. Default: the highest frequency of the first configuration, rounded up. */
  readonly topThz?: number;
  readonly repeats?: number;
}

export interface ModalSwitching {
  /** [bins+1] THz. The first bin holds what is below zero, the last all above its lower edge (its upper edge is infinite). */
  readonly edges: F64;
  /** [bins] D_b/D_σ, signed. */
  readonly shares: F64;
  readonly sharesError: F64;
  readonly accumulation: Band; // [bins]
  /** [bins,bins] cm²/s. */
  readonly pairs: F64;
  /** Σ_b D_bb / D_σ. */
  readonly diagonalShare: Estimate;
  readonly total: Estimate; // cm²/s, laboratory
  /** Steps at which the reference changed. */
  readonly switches: number;
  /** Different sets of modes met. */
  readonly configurations: number;
  readonly closure: number;
  readonly blocks: number;
}

/** Operators of configurations kept at hand. */
const KEPT = 64;

export class ModalSwitchingAnalysis implements Analysis<ModalSwitching> {
  readonly name = "modal-diffusion-switching";
  readonly #operators = new Map<Modes, Float64Array>();
  readonly #met = new Set<Modes>();
  readonly #blocks: { readonly collective: F64; readonly pairs: Float64Array; readonly origins: number }[] = [];
  #session: Session | undefined;
  #last: Modes | undefined;
  #switches = 0;
  #frame = 0; // index of the first frame in the batch
  #closure = 0;

  constructor(
    private readonly reference: ReferenceAt,
    private readonly options: ModalSwitchingOptions,
  ) {}

  begin(heading: TrajectoryHeading): void {
    const first = this.reference.modesFor(0);
    checkSameAtoms(first, heading);
    const { atoms } = modalCarriers(first, this.options.carriers);
    const edges = binEdges(first, this.options);
    const bins = edges.length - 1;
    const plan = planLags(heading.frameSpacingFs, 0, this.options);
    const moments = new CarrierMoments(heading, atoms, plan.lags.length);
    const all = Int32Array.from({ length: heading.crystal.kinds.length }, (_, i) => i);
    this.#session = {
      heading,
      edges,
      bins,
      plan,
      carriers: atoms,
      moments,
      batch: new FrameBatch(heading, all),
      before: undefined,
      reached: new Float64Array(3 * bins),
      grams: new IncrementGrams(3 * bins, moments.width, plan, {
        pair: moments.pair,
        block: (block) => this.#endBlock(block),
      }),
    };
  }

  add(frame: Frame): void {
    if (this.#session!.batch.add(frame)) this.#flush();
  }

  finish(): ModalSwitching {
    this.#flush();
    const { edges, bins, plan, batch } = this.#session!;
    const blocks = this.#blocks;
    if (blocks.length === 0) {
      throw new InputError(`${batch.frames} frames do not fill one block of ${plan.blockFrames}`, "shorten blockPs");
    }
    const rng = Rng.fromSeed(this.options.seed).fork("modal-switching");
    const importance = Float64Array.from(blocks, ({ origins }) => origins);
    const resampling = new Resampling(importance, rng, this.options.repeats ?? 1000);
    const stacked = new Float64Array(blocks.length * bins * bins);
    for (const [b, block] of blocks.entries()) stacked.set(block.pairs, b * bins * bins);
    const pairs = resampling.mean(stacked);
    const mean = summary(pairs, bins);
    const all = resampling.means(stacked);
    const replicas = Array.from({ length: resampling.repeats }, (_, r) =>
      summary(all.subarray(r * bins * bins, (r + 1) * bins * bins), bins),
    );
    const rows = (of: (one: Summary) => F64) => Float64Array.from(replicas.flatMap((one) => [...of(one)]));
    this.#session = undefined;
    return {
      edges,
      shares: mean.shares,
      sharesError: halfWidth(
        resampling.band(
          mean.shares,
          rows(({ shares }) => shares),
        ),
      ),
      accumulation: resampling.band(
        mean.accumulation,
        rows((one) => one.accumulation),
      ),
      pairs,
      diagonalShare: {
        value: mean.diagonal,
        standardError: resampling.error(Float64Array.from(replicas, ({ diagonal }) => diagonal)),
        unit: "1",
      },
      total: {
        value: mean.total,
        standardError: resampling.error(Float64Array.from(replicas, ({ total }) => total)),
        unit: "cm²/s",
      },
      switches: this.#switches,
      configurations: this.#met.size,
      closure: this.#closure,
      blocks: blocks.length,
    };
  }

  /** Adds the steps of a batch, run by run of one reference. */
  #flush(): void {
    const session = this.#session!;
    const { batch, bins } = session;
    const { count, moved } = batch;
    if (count === 0) return;
    const size = 3 * session.heading.crystal.kinds.length;
    const rows = new Float64Array(count * 3 * bins);
    let row = 0;
    if (!session.before) {
      session.before = moved.slice(0, size);
      row = 1; // before the first step every bin stands at zero
    }
    while (row < count) {
      const modes = this.#modesOfStep(this.#frame + row - 1);
      let end = row + 1;
      while (end < count && this.reference.modesFor(this.#frame + end - 1) === modes) end++;
      const steps = new Float64Array((end - row) * size);
      for (let t = row; t < end; t++) {
        for (let a = 0; a < size; a++) {
          const now = moved[t * size + a]!;
          steps[(t - row) * size + a] = now - session.before[a]!;
          session.before[a] = now;
        }
      }
      const operator = this.#operatorOf(modes);
      const shape = { rows: end - row, inner: size, columns: 3 * bins, transposeB: true };
      const increments = matmul(steps, operator, shape);
      for (let t = row; t < end; t++) {
        for (let k = 0; k < 3 * bins; k++) {
          session.reached[k]! += increments[(t - row) * 3 * bins + k]!;
          rows[t * 3 * bins + k] = session.reached[k]!;
        }
      }
      row = end;
    }
    session.grams.push(rows, session.moments.rows(moved.subarray(0, count * size), count), count);
    this.#frame += count;
    batch.clear();
  }

  #modesOfStep(step: number): Modes {
    const modes = this.reference.modesFor(step);
    if (this.#last && modes !== this.#last) this.#switches++;
    this.#last = modes;
    this.#met.add(modes);
    return modes;
  }

  /** [3 bins, 3n]: displacements of all atoms to the part of the carriers' motion in each bin, Σ_{n∈b} S_n (√m e_n)ᵀ. */
  #operatorOf(modes: Modes): Float64Array {
    const known = this.#operators.get(modes);
    if (known) return known;
    const { heading, carriers, edges, bins } = this.#session!;
    checkSameAtoms(modes, heading);
    const { weights } = modalCarriers(modes, carriers);
    const size = 3 * heading.crystal.kinds.length;
    const operator = new Float64Array(3 * bins * size);
    for (let n = 0; n < modes.count; n++) {
      const bin = binOf(edges, modes.frequencies[n]!);
      for (let axis = 0; axis < 3; axis++) {
        const weight = weights[3 * n + axis]!;
        const at = (3 * bin + axis) * size;
        for (let a = 0; a < size; a++) operator[at + a]! += weight * modes.vectors[n * size + a]!;
      }
    }
    for (let k = 0; k < operator.length; k++) {
      operator[k]! *= Math.sqrt(heading.crystal.masses[Math.floor((k % size) / 3)]!);
    }
    if (this.#operators.size === KEPT) this.#operators.delete(this.#operators.keys().next().value!);
    this.#operators.set(modes, operator);
    return operator;
  }

  #endBlock({ origins, grams }: GramBlock): void {
    const { bins, plan, moments, carriers } = this.#session!;
    const scale = 1 / (6 * carriers.length * origins);
    const pairs = new Float64Array(bins * bins);
    for (let lag = 0; lag < plan.lags.length; lag++) {
      const moment = traces(grams[lag]!, bins);
      const sum = moment.reduce((total, pair) => total + pair, 0);
      const [direct, bound] = [moments.collective[lag]! * scale, moments.tracer[lag]! * carriers.length * scale];
      this.#closure = Math.max(this.#closure, closureOf({ sum: sum * scale, direct, bound }, plan.lagsPs[lag]!));
      const weight = plan.slopeWeights[lag]! * scale * perCm2s;
      for (let k = 0; k < pairs.length; k++) pairs[k]! += weight * moment[k]!;
    }
    this.#blocks.push({ collective: moments.collective.map((sum) => sum * scale), pairs, origins });
    moments.reset();
  }
}

interface Session {
  readonly heading: TrajectoryHeading;
  readonly edges: F64;
  readonly bins: number;
  readonly plan: LagPlan;
  readonly carriers: ArrayLike<number>;
  readonly moments: CarrierMoments;
  readonly batch: FrameBatch;
  readonly grams: IncrementGrams;
  readonly reached: Float64Array; // [3 bins] Å since the first frame
  before: Float64Array | undefined; // [3n] Å, the frame before the step
}

interface Summary {
  readonly shares: F64;
  readonly accumulation: F64;
  readonly diagonal: number;
  readonly total: number;
}

function summary(pairs: F64, bins: number): Summary {
  const rows = new Float64Array(bins);
  let [total, diagonal] = [0, 0];
  for (let b = 0; b < bins; b++) {
    for (let c = 0; c < bins; c++) rows[b]! += pairs[b * bins + c]!;
    total += rows[b]!;
    diagonal += pairs[b * bins + b]!;
  }
  const shares = rows.map((row) => row / total);
  return { shares, accumulation: accumulation(shares), diagonal: diagonal / total, total };
}

/** [bins,bins] Σ_α G_{bα,b'α} of a gram [3 bins, 3 bins]. */
function traces(gram: F64, bins: number): Float64Array<ArrayBuffer> {
  const out = new Float64Array(bins * bins);
  for (let b = 0; b < bins; b++) {
    for (let c = 0; c < bins; c++) {
      for (let axis = 0; axis < 3; axis++) out[b * bins + c]! += gram[(3 * b + axis) * 3 * bins + 3 * c + axis]!;
    }
  }
  return out;
}
