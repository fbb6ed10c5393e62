// The minimum-energy path between two minima: a climbing elastic band (docs/theory/hops.md).

import { expectShape, type F64, InputError, Notes, type RunOptions } from "../base/index.js";
import type { ForceField, ForceSession } from "../forces/index.js";
import type { Minimum } from "../minima/index.js";
import { atomCount } from "../structure/index.js";
import { type BandMetric, bandMetric, plainMetric } from "./band-metric.js";
import { type Interpolation, interpolateIdpp, interpolateLinear } from "./interpolate.js";
import { moversBetween } from "./match-endpoints.js";
import { arcLengths, type Path } from "./path.js";
import { type RelaxedBand, relaxBand } from "./relax-band.js";

export interface BandOptions extends RunOptions {
  /** Images of the path, both ends included. Default 17. */
  readonly images?: number;
  /** Largest perpendicular force of one atom left on any image (the whole force on the climbing one), eV/Å. Default 0.01. */
  readonly tolerance?: number;
  /** Iterations, each of at most one evaluation per moving image, after which the path counts as not converged. Default 600. */
  readonly maxIterations?: number;
  /** First path. Default "idpp". */
  readonly interpolation?: Interpolation;
  /** [images,n,3] Å, a first path to start from instead; its ends must be the end points. */
  readonly initial?: F64;
  /** Let the highest image climb. Default true. */
  readonly climb?: boolean;
  /** Largest perpendicular force at which it begins to, eV/Å. Default 0.3. */
  readonly climbBelow?: number;
  /** Longest move of one atom in one iteration, Å. Default 0.15. */
  readonly maxStep?: number;
  /**
   * Stiffness of the lattice about the first minimum, made once by `bandMetric` and good for all its hops.
   * Default: from the force field's Hessian when it has one and the path has more than a few atoms.
   */
  readonly metric?: BandMetric;
  /** An atom that moves further than this changes site, Å. Default 1. */
  readonly moverThreshold?: number;
}

/** What `findPath` adds to the options of a band. */
export interface BandSearch extends BandOptions {
  readonly hopeless?: (iteration: number, energies: F64) => boolean;
}

export const BAND_DEFAULTS = {
  images: 17,
  tolerance: 0.01,
  maxIterations: 600,
  climbBelow: 0.3,
  maxStep: 0.15,
  moverThreshold: 1,
  memory: 25,
};

/**
 * One band between `endpoints`, whose atoms must be matched (see `prepareEndpoints`); `findPath` also looks for wells on it.
 * @throws InputError when the ends do not belong together; NumericError when an image's energy is not finite.
 */
export async function findBand(
  endpoints: readonly [Minimum, Minimum],
  forces: ForceField,
  options: BandSearch = {},
): Promise<Path> {
  const { nImages } = checkOptions(endpoints, options);
  const [from, to] = endpoints.map((end) => end.crystal.positions) as [F64, F64];
  const crystal = endpoints[0].crystal;
  const session = forces.attach(crystal);
  try {
    const start = options.initial ?? (await firstPath(endpoints, nImages, options));
    const metric = options.metric ?? metricAt(session, from);
    const climb = options.climb ?? true;
    const band = await relaxBand({ evaluate: (_, x, f) => session.evaluate(x, f) }, start, {
      ...options,
      nImages,
      tolerance: options.tolerance ?? BAND_DEFAULTS.tolerance,
      maxIterations: options.maxIterations ?? BAND_DEFAULTS.maxIterations,
      climbBelow: climb ? (options.climbBelow ?? BAND_DEFAULTS.climbBelow) : 0,
      maxStep: options.maxStep ?? BAND_DEFAULTS.maxStep,
      metric,
      memory: BAND_DEFAULTS.memory,
      stage: "relaxing the band",
    });
    const movers = moversBetween(from, to, options.moverThreshold ?? BAND_DEFAULTS.moverThreshold);
    return pathOf(endpoints, band, movers, options.tolerance ?? BAND_DEFAULTS.tolerance);
  } finally {
    session.dispose();
  }
}

/** A first path by the asked interpolation. */
async function firstPath(
  endpoints: readonly [Minimum, Minimum],
  nImages: number,
  options: BandOptions,
): Promise<Float64Array> {
  const [from, to] = endpoints.map((end) => end.crystal.positions) as [F64, F64];
  const linear = interpolateLinear(from, to, nImages);
  if (options.interpolation === "linear") return linear;
  return interpolateIdpp(endpoints[0].crystal.cell, linear, { ...options, nImages });
}

/** Below this many atoms learning is as quick as knowing. */
const FEW_ATOMS = 8;

function metricAt(session: ForceSession, positions: F64): BandMetric {
  const size = positions.length;
  if (session.hessian && size >= 3 * FEW_ATOMS) return bandMetric(session.hessian(positions), size);
  return plainMetric(size);
}

function checkOptions(endpoints: readonly [Minimum, Minimum], options: BandOptions): { readonly nImages: number } {
  const nImages = options.images ?? BAND_DEFAULTS.images;
  if (!Number.isInteger(nImages) || nImages < 3) {
    throw new InputError(`a band needs at least 3 images, got ${nImages}`, "images counts both ends; 17 is usual");
  }
  for (const [name, value] of [
    ["tolerance", options.tolerance],
    ["maxStep", options.maxStep],
    ["maxIterations", options.maxIterations],
  ] as const) {
    if (value !== undefined && !(value > 0)) throw new InputError(`${name} is ${value}`, "it must be positive");
  }
  const n = atomCount(endpoints[0].crystal);
  expectShape("positions of the second end point", endpoints[1].crystal.positions, [n, 3]);
  if (options.initial) expectShape("initial path", options.initial, [nImages, n, 3]);
  if (options.metric) expectShape("stiffness of the metric", options.metric.stiffness, [n, 3]);
  return { nImages };
}

function pathOf(
  endpoints: readonly [Minimum, Minimum],
  band: RelaxedBand,
  movers: Int32Array,
  tolerance: number,
): Path {
  const nImages = band.energies.length;
  const reference = band.energies[0]!;
  const energies = band.energies.map((energy) => energy - reference);
  const saddle = band.climbing ?? energies.indexOf(Math.max(...energies));
  const top = energies[saddle]!;
  const notes = new Notes();
  const last = band.history[band.history.length - 1]!;
  if (!band.converged) {
    notes.add(
      "band-not-converged",
      `the band stopped after ${band.history.length - 1} iterations with ${last.maxForce.toPrecision(2)} eV/Å left, asked ${tolerance} eV/Å`,
      "raise maxIterations, or look for a third minimum on the way",
    );
  }
  return {
    endpoints,
    nImages,
    images: band.images,
    energies,
    coordinate: arcLengths(band.images, nImages),
    slopes: band.slopes,
    saddle,
    barrierForward: top,
    barrierBackward: top - energies[nImages - 1]!,
    movers,
    converged: band.converged,
    history: band.history,
    evaluations: band.evaluations,
    notes: notes.list(),
  };
}
