// The images of a band while they move: positions, forces, tangents, and what each has learned of the surface.
// The equations are those at the head of relax-band.ts.

import { type F64, NumericError, type RunOptions } from "../base/index.js";
import { type BandMetric, fromMetric, toMetric } from "./band-metric.js";
import { CurvatureMemory } from "./curvature-memory.js";
import { arcLengths } from "./path.js";
import { bisectorTangent, improvedTangent } from "./tangents.js";

/** What the band lies on. */
export interface BandSurface {
  /** Energy (eV) of image `k` at `positions` [size]; writes the forces, eV/Å. */
  evaluate(k: number, positions: F64, forces: Float64Array): number;
}

export interface RelaxBandOptions extends RunOptions {
  /** Largest force of one atom to stop at, eV/Å. */
  readonly tolerance: number;
  readonly maxIterations: number;
  /** Largest perpendicular force at which the highest image begins to climb, eV/Å; 0 never. */
  readonly climbBelow: number;
  /** Longest move of one atom in one iteration, Å. */
  readonly maxStep: number;
  readonly metric: BandMetric;
  /** Curvature pairs per image. */
  readonly memory: number;
  /** Asked after each iteration with the energies [nImages]; true stops a band that will not settle. */
  readonly hopeless?: (iteration: number, energies: F64) => boolean;
  /** Name shown with the progress. */
  readonly stage: string;
}

/** An image whose spacing is off by less than this part of the mean may stay where it is. */
const SPACING_SLACK = 0.1;
/** An image with less than this part of the tolerance left stays where it is. */
const CALM = 0.5;

/** eV/Å²: a path that looks flatter at its top is taken to curve this much, so that the climbing step stays finite. */
const FLATTEST = 0.3;

/** One moving image: its place in both coordinates, and what it knows. */
interface ImageState {
  readonly memory: CurvatureMemory;
  readonly tangent: Float64Array;
  readonly perpendicular: Float64Array; // force, Cartesian
  /** Move of this iteration in metric coordinates. */
  readonly step: Float64Array;
  along: number; // F·τ
  residual: number; // largest force of an atom that counts for convergence
  norm: number; // |F⊥|
  lastNorm: number;
  trust: number;
  moves: boolean;
}

export class Band {
  readonly images: Float64Array<ArrayBuffer>;
  readonly energies: Float64Array<ArrayBuffer>;
  readonly #forces: Float64Array;
  // Positions and forces along the directions of the metric; the same arrays as above when it has none.
  readonly #z: Float64Array;
  readonly #fz: Float64Array;
  readonly #size: number;
  readonly #last: number;
  readonly #states: ImageState[] = [];
  climbs = false;
  evaluations = 0;

  constructor(
    private readonly surface: BandSurface,
    start: F64,
    private readonly options: RelaxBandOptions & { readonly nImages: number },
  ) {
    const { nImages, metric } = options;
    this.#size = start.length / nImages;
    this.#last = nImages - 1;
    this.images = Float64Array.from(start);
    this.energies = new Float64Array(nImages);
    this.#forces = new Float64Array(start.length);
    const own = metric.vectors !== undefined;
    this.#z = own ? new Float64Array(start.length) : this.images;
    this.#fz = own ? new Float64Array(start.length) : this.#forces;
    for (let k = 0; k <= this.#last; k++) {
      this.#evaluate(k);
      this.#states.push({
        memory: new CurvatureMemory(metric.stiffness, options.memory, !own),
        tangent: new Float64Array(this.#size),
        perpendicular: new Float64Array(this.#size),
        step: new Float64Array(this.#size),
        along: 0,
        residual: 0,
        norm: 0,
        lastNorm: Number.POSITIVE_INFINITY,
        trust: options.maxStep,
        moves: false,
      });
    }
    if (own) {
      toMetric(metric, this.images, this.#z);
      toMetric(metric, this.#forces, this.#fz);
    }
  }

  #of(array: Float64Array, k: number): Float64Array {
    return array.subarray(k * this.#size, (k + 1) * this.#size);
  }

  #evaluate(k: number): void {
    const forces = this.#of(this.#forces, k);
    const energy = this.surface.evaluate(k, this.#of(this.images, k), forces);
    let sum = energy;
    for (let i = 0; i < forces.length; i++) sum += forces[i]!;
    if (!Number.isFinite(sum)) {
      throw new NumericError(
        `image ${k + 1} of the band has the energy ${energy} eV and forces that are not all finite`,
        "two atoms have come too close; start from another interpolation or more images",
        { image: k, energy },
      );
    }
    this.energies[k] = energy;
    this.evaluations++;
  }

  highest(): number {
    let top = 1;
    for (let k = 2; k < this.#last; k++) if (this.energies[k]! > this.energies[top]!) top = k;
    return top;
  }

  maxForce(): number {
    let largest = 0;
    for (let k = 1; k < this.#last; k++) largest = Math.max(largest, this.#states[k]!.residual);
    return largest;
  }

  /** Tangents, and what is left of the forces across them. */
  project(): void {
    const climbing = this.climbs ? this.highest() : -1;
    for (let k = 1; k < this.#last; k++) {
      const state = this.#states[k]!;
      const forces = this.#of(this.#forces, k);
      improvedTangent(this.images, this.energies, k, state.tangent);
      state.along = inner(forces, state.tangent);
      for (let i = 0; i < this.#size; i++) state.perpendicular[i] = forces[i]! - state.along * state.tangent[i]!;
      state.norm = Math.sqrt(inner(state.perpendicular, state.perpendicular));
      state.residual = largestOfAtoms(k === climbing ? forces : state.perpendicular);
    }
  }

  /** [nImages] how far each image is from its place along the path, Å, and the mean distance of its segment. */
  #spacing(): { readonly shift: Float64Array; readonly mean: Float64Array } {
    const last = this.#last;
    const s = arcLengths(this.images, last + 1);
    const shift = new Float64Array(last + 1);
    const mean = new Float64Array(last + 1);
    const knots = this.climbs ? [0, this.highest(), last] : [0, last];
    for (let segment = 0; segment + 1 < knots.length; segment++) {
      const [a, b] = [knots[segment]!, knots[segment + 1]!];
      const width = (s[b]! - s[a]!) / (b - a);
      for (let k = a; k < b; k++) {
        mean[k] = width;
        if (k > a) shift[k] = s[a]! + (k - a) * width - s[k]!;
      }
    }
    return { shift, mean };
  }

  #distance(a: number, b: number): number {
    const [u, v] = [a * this.#size, b * this.#size];
    let squared = 0;
    for (let i = 0; i < this.#size; i++) squared += (this.images[u + i]! - this.images[v + i]!) ** 2;
    return Math.sqrt(squared);
  }

  evenlySpaced(): boolean {
    const { shift, mean } = this.#spacing();
    return shift.every((value, k) => Math.abs(value) <= 2 * SPACING_SLACK * mean[k]!);
  }

  /** One iteration: a step for every image, then new energies and forces where something moved. */
  advance(): void {
    const { shift, mean } = this.#spacing();
    const climbing = this.climbs ? this.highest() : -1;
    const order = Array.from({ length: this.#last - 1 }, (_, i) => i + 1).sort(
      (a, b) => this.energies[b]! - this.energies[a]!,
    );
    for (const k of order) {
      const state = this.#states[k]!;
      const off = Math.abs(shift[k]!) > SPACING_SLACK * mean[k]!;
      state.moves = state.residual > CALM * this.options.tolerance || off;
      state.step.fill(0);
      if (!state.moves) continue;
      const tangent = this.#across(k, k === climbing);
      const alongMove =
        k === climbing ? this.#climb(k) : off ? Math.max(-0.5, Math.min(0.5, shift[k]! / mean[k]!)) * mean[k]! : 0;
      for (let i = 0; i < this.#size; i++) state.step[i] = state.step[i]! + alongMove * tangent[i]!;
    }
    this.#move(order.filter((k) => this.#states[k]!.moves));
  }

  /** Writes the quasi-Newton step across the path into `step`; returns the tangent in the metric's coordinates. */
  #across(k: number, climbing: boolean): Float64Array {
    const state = this.#states[k]!;
    const { memory, step } = state;
    const tangent = new Float64Array(this.#size);
    improvedTangent(this.#z, this.energies, k, tangent);
    const fz = this.#of(this.#fz, k);
    const uphill = this.energies[k + 1]! > this.energies[k - 1]! ? k + 1 : k - 1;
    const turning = climbing ? 0 : Math.abs(state.along) / this.#distance(k, uphill);
    const carried = this.#states[uphill]!.step;
    const parallel = inner(carried, tangent);
    for (let i = 0; i < this.#size; i++) {
      step[i] = fz[i]! - state.along * tangent[i]! + turning * (carried[i]! - parallel * tangent[i]!);
    }
    memory.solve(step, turning);
    // The step must stay across: δ = A⁻¹f − μ A⁻¹τ with μ such that δ·τ = 0.
    const lifted = Float64Array.from(tangent);
    memory.solve(lifted, turning);
    const mu = inner(step, tangent) / inner(lifted, tangent);
    for (let i = 0; i < this.#size; i++) step[i] = step[i]! - mu * lifted[i]!;
    return tangent;
  }

  /** Newton's step up the path: the slope over the curvature seen by the neighbours' forces, Å along τ. */
  #climb(k: number): number {
    const { tangent, along } = this.#states[k]!;
    const before = inner(this.#of(this.#forces, k - 1), tangent);
    const after = inner(this.#of(this.#forces, k + 1), tangent);
    const [down, up] = [this.#distance(k - 1, k), this.#distance(k, k + 1)];
    const curvature = (before - after) / (down + up);
    const steep = -Math.max(Math.abs(curvature), FLATTEST);
    const limit = 0.4 * Math.min(down, up);
    return Math.max(-limit, Math.min(limit, along / steep));
  }

  /** Carries the steps of the images `moving` out, each within its trust, evaluates, and learns from what came of it. */
  #move(moving: readonly number[]): void {
    const { metric, maxStep } = this.options;
    const size = this.#size;
    const steps = new Float64Array(moving.length * size);
    moving.forEach((k, row) => {
      steps.set(this.#states[k]!.step, row * size);
    });
    const cartesian = new Float64Array(steps.length);
    fromMetric(metric, steps, cartesian);
    const own = this.#z !== this.images;
    moving.forEach((k, row) => {
      const state = this.#states[k]!;
      if (state.norm > 1.5 * state.lastNorm) state.trust = Math.max(0.1 * maxStep, 0.5 * state.trust);
      else state.trust = Math.min(maxStep, 1.3 * state.trust);
      state.lastNorm = state.norm;
      const longest = largestOfAtoms(cartesian.subarray(row * size, (row + 1) * size));
      const scale = longest > state.trust ? state.trust / longest : 1;
      for (let i = 0; i < size; i++) {
        const at = k * size + i;
        this.images[at] = this.images[at]! + scale * cartesian[row * size + i]!;
        state.step[i] = scale * state.step[i]!;
        if (own) this.#z[at] = this.#z[at]! + state.step[i]!;
      }
    });
    const before = moving.map((k) => this.#of(this.#fz, k).slice());
    for (const k of moving) this.#evaluate(k);
    if (own) this.#forcesToMetric(moving);
    moving.forEach((k, row) => {
      const change = before[row]!;
      const fz = this.#of(this.#fz, k);
      for (let i = 0; i < size; i++) change[i] = change[i]! - fz[i]!;
      this.#states[k]!.memory.learn(this.#states[k]!.step.slice(), change);
    });
  }

  #forcesToMetric(moving: readonly number[]): void {
    const size = this.#size;
    const forces = new Float64Array(moving.length * size);
    moving.forEach((k, row) => {
      forces.set(this.#of(this.#forces, k), row * size);
    });
    const turned = new Float64Array(forces.length);
    toMetric(this.options.metric, forces, turned);
    moving.forEach((k, row) => {
      this.#of(this.#fz, k).set(turned.subarray(row * size, (row + 1) * size));
    });
  }

  /** [nImages] eV/Å, slope of the energy along the path. */
  slopes(): Float64Array<ArrayBuffer> {
    const slopes = new Float64Array(this.#last + 1);
    const tangent = new Float64Array(this.#size);
    for (let k = 1; k < this.#last; k++) {
      bisectorTangent(this.images, k, tangent);
      slopes[k] = -inner(this.#of(this.#forces, k), tangent);
    }
    return slopes;
  }
}

function inner(a: F64, b: F64): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** Largest length of the vector of one atom; of one component when `vector` is not made of triples. */
function largestOfAtoms(vector: F64): number {
  let squared = 0;
  for (let i = 0; i + 2 < vector.length; i += 3) {
    squared = Math.max(squared, vector[i]! ** 2 + vector[i + 1]! ** 2 + vector[i + 2]! ** 2);
  }
  return Math.sqrt(squared);
}
