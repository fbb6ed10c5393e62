// The estimator behind the modal figures of Ouyang et al. (LiM(SeO3)2), as their scripts compute it, for comparison with their numbers:
// carriers alone are projected, velocities are differences of positions every few frames, and what is stored is the first element of the
// running integral, not its limit:
//     D_nn' = (1/(3N_c)) S_n·S_n' · ½Δ[c_nn'(0) + c_nn'(Δ)],   c_nn'(k) = ⟨Q̇_n(t+k) Q̇_n'(t)⟩,
// modes with f ≤ 0 dropped, all entries divided by their sum. With Δ = 10–20 fs this is close to the equal-time covariance, which for
// this projection is geometry alone: the kinematic null beside it tells how much of an "anharmonic" share would be there without
// any anharmonicity.

import { type Estimate, type F64, InputError, Rng } from "../base/index.js";
import type { Frame, TrajectoryHeading } from "../dynamics/index.js";
import type { Modes } from "../modes/index.js";
import { matmul } from "../numerics/index.js";
import type { Analysis } from "../transport/index.js";
import { type Band, Resampling } from "./modal-bootstrap.js";
import {
  type CarrierChoice,
  checkSameAtoms,
  type ModalCarriers,
  modalCarriers,
  projector,
  weighPairs,
} from "./modal-carriers.js";
import { perCm2s } from "./modal-figures.js";
import { EvenFrames } from "./modal-frames.js";
import { type KinematicNull, kinematicNull, normalisedPairs } from "./modal-nulls.js";

export interface ModalPublishedOptions {
  readonly carriers: CarrierChoice;
  /** Frames between the positions that are differenced. Default 5. */
  readonly everyFrames?: number;
  /**
   * Modes at or below this are dropped, THz. Default 0, as published: which of the translations, ±1e-7 THz or so, are dropped is then a matter of
   * rounding; 1e-3 drops all three.
   */
  readonly dropUpToThz?: number;
  /** Increments per block, for errors. Default 400. */
  readonly blockIncrements?: number;
  readonly seed: number;
}

export interface ModalPublished {
  /** [count,count] entries over their sum; 0 for dropped modes. */
  readonly pairs: F64;
  readonly shares: F64; // [count] sums over rows
  readonly accumulation: Band;
  /** Called "harmonic" there. */
  readonly diagonalShare: Estimate;
  /** Called "anharmonic" there. */
  readonly offDiagonalShare: Estimate;
  /** The sum the entries are divided by, cm²/s: the first trapezoid of the integral, not a diffusivity. */
  readonly sum: number;
  /** What this estimator shows with equal temperature and geometry alone, the same modes dropped. */
  readonly kinematic: KinematicNull;
  /** [count] whether a mode takes part. */
  readonly kept: readonly boolean[];
  readonly intervalFs: number;
  readonly blocks: number;
}

const BATCH = 256;

export class ModalPublishedAnalysis implements Analysis<ModalPublished> {
  readonly name = "modal-as-published";
  readonly #carriers: ModalCarriers;
  readonly #kept: readonly boolean[];
  readonly #projector: Float64Array;
  readonly #every: number;
  readonly #perBlock: number;
  readonly #pairs: Float64Array; // [count,count] sum over blocks, cm²/s
  readonly #blocks: { readonly rows: Float64Array; readonly diagonal: number; readonly total: number }[] = [];
  #even: EvenFrames | undefined;
  #intervalFs = 0;
  #previous: Float64Array | undefined;
  #steps = new Float64Array(0); // [≤ BATCH + 1, 3N_c] increments; row 0 is the last of the batch before
  #count = 0;
  #inBlock = 0;
  #same = new Float64Array(0); // Σ ΔQ(t) ΔQ(t)ᵀ of this block
  #next = new Float64Array(0); // Σ ΔQ(t+1) ΔQ(t)ᵀ
  #terms: [same: number, next: number] = [0, 0];

  constructor(
    modes: Modes,
    private readonly options: ModalPublishedOptions,
  ) {
    this.#carriers = modalCarriers(modes, options.carriers, "carriers");
    this.#pairs = new Float64Array(modes.count ** 2);
    this.#kept = Array.from(modes.frequencies, (frequency) => frequency > (options.dropUpToThz ?? 0));
    this.#projector = projector(this.#carriers);
    this.#every = options.everyFrames ?? 5;
    this.#perBlock = options.blockIncrements ?? 400;
    const whole = Number.isInteger(this.#every) && Number.isInteger(this.#perBlock);
    if (!(whole && this.#every >= 1 && this.#perBlock >= 2)) {
      throw new InputError(
        `blocks of ${this.#perBlock} increments over ${this.#every} frames`,
        "give whole numbers, everyFrames from 1 and blockIncrements from 2 on",
      );
    }
  }

  begin(heading: TrajectoryHeading): void {
    checkSameAtoms(this.#carriers.modes, heading);
    this.#even = new EvenFrames(heading);
    this.#intervalFs = this.#every * heading.frameSpacingFs;
    this.#steps = new Float64Array((Math.min(BATCH, this.#perBlock) + 1) * 3 * this.#carriers.atoms.length);
  }

  add(frame: Frame): void {
    this.#even!.check(frame);
    if ((this.#even!.count - 1) % this.#every !== 0) return;
    const { atoms } = this.#carriers;
    const width = 3 * atoms.length;
    const now = new Float64Array(width);
    for (let a = 0; a < width; a++) now[a] = frame.positions[3 * atoms[Math.floor(a / 3)]! + (a % 3)]!;
    if (this.#previous) {
      for (let a = 0; a < width; a++) this.#steps[this.#count * width + a] = now[a]! - this.#previous[a]!;
      this.#count++;
      this.#inBlock++;
      if (this.#inBlock === this.#perBlock) this.#endBlock();
      else if (this.#count * width === this.#steps.length) this.#flush();
    }
    this.#previous = now;
  }

  finish(): ModalPublished {
    const { modes } = this.#carriers;
    const blocks = this.#blocks.length;
    if (blocks === 0) {
      throw new InputError(
        `${this.#inBlock} increments do not fill one block of ${this.#perBlock}`,
        "give a longer trajectory or a smaller blockIncrements",
      );
    }
    const { count } = modes;
    const pairs = this.#pairs.map((pair) => pair / blocks);
    const rows = new Float64Array(blocks * count);
    for (const [b, block] of this.#blocks.entries()) rows.set(block.rows, b * count);
    const diagonals = Float64Array.from(this.#blocks, ({ diagonal }) => diagonal);
    const totals = Float64Array.from(this.#blocks, ({ total }) => total);
    const rng = Rng.fromSeed(this.options.seed).fork("modal-as-published");
    const resampling = new Resampling(new Float64Array(blocks).fill(1), rng, 1000);
    const replicaTotals = resampling.means(totals);
    const result = normalisedPairs(pairs, count);
    const sums = resampling.means(rows);
    for (let k = 0; k < sums.length; k++) {
      sums[k]! /= replicaTotals[Math.floor(k / count)]!;
      if (k % count > 0) sums[k]! += sums[k - 1]!;
    }
    const standardError = resampling.error(resampling.means(diagonals).map((d, r) => d / replicaTotals[r]!));
    return {
      pairs: result.pairs,
      shares: result.shares,
      accumulation: resampling.band(result.accumulation, sums),
      diagonalShare: { value: result.diagonalShare, standardError, unit: "1" },
      offDiagonalShare: { value: 1 - result.diagonalShare, standardError, unit: "1" },
      sum: result.total,
      kinematic: kinematicNull(this.#carriers, { kept: this.#kept }),
      kept: this.#kept,
      intervalFs: this.#intervalFs,
      blocks,
    };
  }

  /** Adds the products of the increments gathered; the last increment stays for the next pair. */
  #flush(): void {
    const { count } = this.#carriers.modes;
    const inner = this.#projector.length / count;
    const rows = this.#count;
    const steps = this.#steps.subarray(0, rows * inner);
    const q = matmul(steps, this.#projector, { rows, inner, columns: count, transposeB: true });
    for (let n = 0; n < count; n++) if (!this.#kept[n]) for (let t = 0; t < rows; t++) q[t * count + n] = 0;
    const fresh = this.#inBlock === rows ? 0 : 1; // row 0 was counted with the batch before
    const shape = (inside: number) => ({ rows: count, inner: inside, columns: count, transposeA: true });
    const same = matmul(q.subarray(fresh * count), q.subarray(fresh * count), shape(rows - fresh));
    const next = matmul(q.subarray(count), q.subarray(0, (rows - 1) * count), shape(rows - 1));
    if (this.#terms[0] === 0) {
      this.#same = same;
      this.#next = next;
    } else {
      for (let k = 0; k < same.length; k++) {
        this.#same[k]! += same[k]!;
        this.#next[k]! += next[k]!;
      }
    }
    this.#terms = [this.#terms[0] + rows - fresh, this.#terms[1] + rows - 1];
    this.#steps.copyWithin(0, (rows - 1) * inner, rows * inner);
    this.#count = 1;
  }

  #endBlock(): void {
    this.#flush();
    const { count } = this.#carriers.modes;
    const [same, next] = this.#terms;
    const sum = new Float64Array(count * count);
    for (let n = 0; n < count; n++) {
      for (let m = 0; m < count; m++) {
        const lagged = 0.5 * (this.#next[n * count + m]! + this.#next[m * count + n]!);
        sum[n * count + m] = this.#same[n * count + m]! / same + lagged / next;
      }
    }
    // (1/3N_c) ½Δ [c(0) + c(Δ)] with c = ⟨ΔQΔQ⟩/Δ².
    const scale = perCm2s / (6 * this.#carriers.atoms.length * this.#intervalFs);
    const pairs = weighPairs(this.#carriers, sum, scale);
    const { shares, diagonalShare, total } = normalisedPairs(pairs, count);
    for (let k = 0; k < pairs.length; k++) this.#pairs[k]! += pairs[k]!;
    this.#blocks.push({
      rows: Float64Array.from(shares, (share) => share * total),
      diagonal: diagonalShare * total,
      total,
    });
    this.#terms = [0, 0];
    this.#count = 0;
    this.#inBlock = 0;
  }
}
