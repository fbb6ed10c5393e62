// The same split from velocities, as a check on the increments: the running Green–Kubo integral of all pairs at once,
//     K_nn'(τ_c) = Δ Σ'_{k=0…m} c_nn'(k),   c_nn'(k) = Σ_t Q̇_n(t+k) Q̇_n'(t) / (T − k),   τ_c = mΔ   (trapezoid: both ends of Σ' count half)
//     D_nn' = S_n·S_n' K_nn'/(3 N_c).
// With F_n the transform of the zero-padded series, the integral is one weighted sum over frequencies,
//     K_nn' = Σ_ω F_n F_n'* G(ω),   G(ω) = (Δ/L) Σ'_k e^{iωk}/(T − k),
// hence two real matrix products instead of a transform per pair. Padding by τ_c keeps the correlation linear, T − k makes it unbiased.
// The symmetric part is the Helfand slope ½ dC/dτ; the antisymmetric part is zero in equilibrium, so its size measures the noise.

import { CapabilityError, type Estimate, type F64, InputError, Rng } from "../base/index.js";
import type { Frame, TrajectoryHeading } from "../dynamics/index.js";
import { degenerateGroups, type Modes } from "../modes/index.js";
import { goodFftLength, matmul, planRealFft, type RealFft } from "../numerics/index.js";
import type { Analysis } from "../transport/index.js";
import { Resampling } from "./modal-bootstrap.js";
import {
  type CarrierChoice,
  checkSameAtoms,
  type ModalCarriers,
  type ModalProjection,
  modalCarriers,
  projectedAtoms,
  projector,
  weighPairs,
} from "./modal-carriers.js";
import { perCm2s } from "./modal-figures.js";
import { EvenFrames } from "./modal-frames.js";
import { groupedShareOf, normalisedPairs } from "./modal-nulls.js";

export interface ModalGreenKuboOptions {
  readonly carriers: CarrierChoice;
  /** Default "full". */
  readonly projection?: ModalProjection;
  /** End of the integral τ_c, ps. */
  readonly cutPs: number;
  /** Length of a block, ps. Series and spectra of one block are held in memory: some 40 bytes × modes × frames. */
  readonly blockPs: number;
  /** "velocities": those of the frames; "differences": of successive positions. Default: velocities when there are any. */
  readonly from?: "velocities" | "differences";
  readonly degeneracyTolerance?: number;
  readonly seed: number;
}

export interface ModalGreenKubo {
  readonly total: Estimate; // cm²/s
  readonly perMode: F64; // [count] cm²/s
  readonly pairs: F64; // [count,count] cm²/s, symmetrised
  readonly shares: F64; // [count]
  readonly diagonalShare: number;
  readonly groupedShare: number;
  /** ‖D − Dᵀ‖ / ‖D + Dᵀ‖ (root of the sum of squares) of the mean over blocks: 0 in equilibrium without noise. */
  readonly antisymmetry: number;
  readonly cutPs: number;
  /** D_σ of the integral up to each lag, mean over blocks: where it is flat is where to cut. [cut+1]. */
  readonly running: { readonly lagsPs: F64; readonly total: F64 };
  readonly from: "velocities" | "differences";
  readonly blocks: number;
}

/** A real transform at least `fewest` long; packed transforms need an even length. */
function paddedPlan(fewest: number): RealFft {
  let length = goodFftLength(fewest);
  while (length % 2 === 1) length = goodFftLength(length + 1);
  return planRealFft(length);
}

/** ∫⟨x_n(τ) x_n'(0)⟩dτ up to `cut` samples, of `series` [frames,width] sampled every `spacing`. */
export function correlationIntegral(
  series: F64,
  { width, spacing, cut }: { readonly width: number; readonly spacing: number; readonly cut: number },
): { readonly symmetric: Float64Array<ArrayBuffer>; readonly antisymmetric: Float64Array<ArrayBuffer> } {
  const frames = series.length / width;
  if (!(Number.isInteger(cut) && cut >= 1 && cut < frames)) {
    throw new InputError(
      `an integral over ${cut} of ${frames} samples`,
      "the cut-off is at least one sample and shorter than the block",
    );
  }
  const plan = paddedPlan(frames + cut);
  const { length } = plan;
  const spectrum = spectra(series, width, plan);
  const window = new Float64Array(length);
  for (let k = 0; k <= cut; k++) window[k] = (spacing * (k === 0 || k === cut ? 0.5 : 1)) / ((frames - k) * length);
  // forward gives Σ g e^{−iωk}: the conjugate of G.
  const weights = plan.forward(window);
  for (let bin = 0; bin < plan.bins; bin++) {
    const twice = bin === 0 || bin === plan.bins - 1 ? 1 : 2; // negative frequencies
    weights[2 * bin]! *= twice;
    weights[2 * bin + 1]! *= -twice;
  }
  return weighSpectra(spectrum, weights, width);
}

/** [cut+1] the running trapezoid of Σ_α ∫⟨J_α(τ) J_α(0)⟩dτ, of `current` [frames,3]. */
function runningIntegral(current: F64, spacing: number, cut: number): Float64Array<ArrayBuffer> {
  const frames = current.length / 3;
  const plan = paddedPlan(frames + cut);
  const { length } = plan;
  const power = new Float64Array(2 * plan.bins);
  for (let axis = 0; axis < 3; axis++) {
    const padded = new Float64Array(length);
    for (let t = 0; t < frames; t++) padded[t] = current[3 * t + axis]!;
    const transform = plan.forward(padded);
    for (let bin = 0; bin < plan.bins; bin++)
      power[2 * bin]! += transform[2 * bin]! ** 2 + transform[2 * bin + 1]! ** 2;
  }
  const correlation = plan.inverse(power);
  const sums = new Float64Array(cut + 1);
  for (let k = 1; k <= cut; k++) {
    sums[k] = sums[k - 1]! + 0.5 * spacing * (correlation[k - 1]! / (frames - k + 1) + correlation[k]! / (frames - k));
  }
  return sums;
}

interface Spectra {
  readonly re: Float64Array; // [bins,width]
  readonly im: Float64Array;
}

function spectra(series: F64, width: number, plan: RealFft): Spectra {
  const frames = series.length / width;
  const re = new Float64Array(plan.bins * width);
  const im = new Float64Array(plan.bins * width);
  const column = new Float64Array(plan.length);
  for (let n = 0; n < width; n++) {
    for (let t = 0; t < frames; t++) column[t] = series[t * width + n]!;
    const transform = plan.forward(column);
    for (let bin = 0; bin < plan.bins; bin++) {
      re[bin * width + n] = transform[2 * bin]!;
      im[bin * width + n] = transform[2 * bin + 1]!;
    }
  }
  return { re, im };
}

const SLICE = 1024;

/** Σ_ω of (aa' + bb') Re G and of (ab' − ba') Im G, F = a + ib. */
function weighSpectra({ re, im }: Spectra, weights: F64, width: number) {
  const bins = weights.length / 2;
  const symmetric = new Float64Array(width * width);
  const crossed = new Float64Array(width * width);
  for (let first = 0; first < bins; first += SLICE) {
    const inner = Math.min(SLICE, bins - first);
    const shape = { rows: width, inner, columns: width, transposeA: true };
    const a = re.subarray(first * width, (first + inner) * width);
    const b = im.subarray(first * width, (first + inner) * width);
    const scaled = (values: Float64Array, part: 0 | 1): Float64Array => {
      const out = values.slice();
      for (let k = 0; k < out.length; k++) out[k]! *= weights[2 * (first + Math.floor(k / width)) + part]!;
      return out;
    };
    const sums = [matmul(a, scaled(a, 0), shape), matmul(b, scaled(b, 0), shape)];
    const cross = matmul(a, scaled(b, 1), shape);
    for (let k = 0; k < symmetric.length; k++) {
      symmetric[k]! += sums[0]![k]! + sums[1]![k]!;
      crossed[k]! += cross[k]!;
    }
  }
  const antisymmetric = new Float64Array(width * width);
  for (let n = 0; n < width; n++) {
    for (let m = 0; m < width; m++) antisymmetric[n * width + m] = crossed[n * width + m]! - crossed[m * width + n]!;
  }
  return { symmetric, antisymmetric };
}

export class ModalGreenKuboAnalysis implements Analysis<ModalGreenKubo> {
  readonly name = "modal-green-kubo";
  readonly #carriers: ModalCarriers;
  readonly #projector: Float64Array;
  readonly #symmetric: Float64Array; // [count,count] sum over blocks, cm²/s
  readonly #totals: number[] = []; // cm²/s, by block
  readonly #antisymmetric: Float64Array;
  #running = new Float64Array(0); // [cut+1] sums over blocks, cm²/s
  #heading: TrajectoryHeading | undefined;
  #even: EvenFrames | undefined;
  #from: "velocities" | "differences" = "differences";
  #block = new Float64Array(0);
  #rows = 0;
  #blockFrames = 0;
  #cut = 0;

  constructor(
    modes: Modes,
    private readonly options: ModalGreenKuboOptions,
  ) {
    this.#carriers = modalCarriers(modes, options.carriers, options.projection);
    this.#projector = projector(this.#carriers);
    this.#symmetric = new Float64Array(modes.count ** 2);
    this.#antisymmetric = new Float64Array(modes.count ** 2);
  }

  begin(heading: TrajectoryHeading): void {
    checkSameAtoms(this.#carriers.modes, heading);
    this.#from = this.options.from ?? (heading.hasVelocities ? "velocities" : "differences");
    if (this.#from === "velocities" && !heading.hasVelocities) {
      throw new CapabilityError("the trajectory has no velocities", 'use from: "differences", or store velocities');
    }
    this.#heading = heading;
    this.#even = new EvenFrames(heading);
    this.#cut = Math.round((this.options.cutPs * 1e3) / heading.frameSpacingFs);
    this.#blockFrames = Math.floor((this.options.blockPs * 1e3) / heading.frameSpacingFs + 1e-6);
    const samples = this.#blockFrames - (this.#from === "differences" ? 1 : 0);
    if (!(this.#cut >= 1 && this.#cut < samples)) {
      throw new InputError(
        `the integral ends at ${this.#cut} frames, a block has ${samples} samples`,
        "take blocks several times longer than cutPs",
      );
    }
    this.#running = new Float64Array(this.#cut + 1);
    this.#block = new Float64Array(this.#blockFrames * 3 * projectedAtoms(this.#carriers).length);
  }

  add(frame: Frame): void {
    const source = this.#from === "velocities" ? frame.velocities : frame.positions;
    if (!source) throw new InputError(`frame at ${frame.timeFs} fs has no velocities`, "store them in every frame");
    this.#even!.check(frame, source);
    const atoms = projectedAtoms(this.#carriers);
    let at = this.#rows * 3 * atoms.length;
    for (const atom of atoms) for (let axis = 0; axis < 3; axis++) this.#block[at++] = source[3 * atom + axis]!;
    this.#rows++;
    if (this.#rows === this.#blockFrames) this.#endBlock();
  }

  finish(): ModalGreenKubo {
    const blocks = this.#totals.length;
    if (blocks === 0) {
      throw new InputError(`${this.#rows} frames do not fill one block of ${this.#blockFrames}`, "shorten blockPs");
    }
    const { count } = this.#carriers.modes;
    const pairs = this.#symmetric.map((pair) => pair / blocks);
    const totals = Float64Array.from(this.#totals);
    const rng = Rng.fromSeed(this.options.seed).fork("modal-green-kubo");
    const resampling = new Resampling(new Float64Array(blocks).fill(1), rng, 1000);
    const { shares, diagonalShare, total } = normalisedPairs(pairs, count);
    const groups = degenerateGroups(this.#carriers.modes, this.options.degeneracyTolerance ?? 1e-3);
    const result: ModalGreenKubo = {
      total: { value: total, standardError: resampling.error(resampling.means(totals)), unit: "cm²/s" },
      perMode: Float64Array.from(shares, (share) => share * total),
      pairs,
      shares,
      diagonalShare,
      groupedShare: groupedShareOf(groups, pairs),
      antisymmetry: norm(this.#antisymmetric) / blocks / norm(pairs),
      cutPs: (this.#cut * this.#heading!.frameSpacingFs) / 1e3,
      running: {
        lagsPs: this.#running.map((_, k) => (k * this.#heading!.frameSpacingFs) / 1e3),
        total: this.#running.map((sum) => sum / blocks),
      },
      from: this.#from,
      blocks,
    };
    this.#block = new Float64Array(0);
    return result;
  }

  #endBlock(): void {
    const { count } = this.#carriers.modes;
    const spacing = this.#heading!.frameSpacingFs;
    const inner = this.#projector.length / count;
    const rates = this.#from === "velocities" ? this.#block : differences(this.#block, inner, spacing);
    const frames = rates.length / inner;
    const series = matmul(rates, this.#projector, { rows: frames, inner, columns: count, transposeB: true });
    const integral = correlationIntegral(series, { width: count, spacing, cut: this.#cut });
    const scale = perCm2s / (3 * this.#carriers.atoms.length);
    const current = matmul(series, this.#carriers.weights, { rows: frames, inner: count, columns: 3 });
    const running = runningIntegral(current, spacing, this.#cut);
    for (let k = 0; k <= this.#cut; k++) this.#running[k]! += scale * running[k]!;
    const even = weighPairs(this.#carriers, integral.symmetric, scale);
    const odd = weighPairs(this.#carriers, integral.antisymmetric, scale);
    let total = 0;
    for (let k = 0; k < odd.length; k++) {
      this.#symmetric[k]! += even[k]!;
      this.#antisymmetric[k]! += odd[k]!;
      total += even[k]!;
    }
    this.#totals.push(total);
    this.#rows = 0;
  }
}

function differences(rows: F64, width: number, spacing: number): Float64Array<ArrayBuffer> {
  return Float64Array.from({ length: rows.length - width }, (_, k) => (rows[k + width]! - rows[k]!) / spacing);
}

const norm = (matrix: F64): number => {
  let sum = 0;
  for (let k = 0; k < matrix.length; k++) sum += matrix[k]! ** 2;
  return Math.sqrt(sum);
};
