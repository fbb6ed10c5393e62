// From the highest image of a band to the stationary point itself.
//
// With H v_k = λ_k v_k at the start and one mode p to climb along, the step in mode coordinates is
//   δ_k = F_k / |λ_k|  (k ≠ p),   δ_p = −F_p / |λ_p|,
// which is Newton's where the signs are right and turns away from other negative curvatures (partitioned rational function
// optimisation without shifts; Banerjee et al., 10.1021/j100247a015; step length limited instead). Forces after the first
// step come without a new Hessian: with the climbing component turned over, F̃ = F − 2(F·v_p)v_p belongs to a surface
// with a minimum at the saddle, so the curvature memory learns as it does for a minimum.

import { type F64, maxNorm3, Notes, Pacer, type RunOptions } from "../base/index.js";
import type { ForceField, ForceSession } from "../forces/index.js";
import {
  dynamicalMatrix,
  type ForceConstants,
  forceConstants,
  frequencyOfCurvature,
  imposeAcousticSumRule,
} from "../modes/index.js";
import { symmetricEigen, symmetricEigenvalues } from "../numerics/index.js";
import { atomCount, withPositions } from "../structure/index.js";
import { type BandMetric, fromMetric, toMetric } from "./band-metric.js";
import { CurvatureMemory } from "./curvature-memory.js";
import { arcLengths, imageOf, type Path, type Saddle } from "./path.js";
import { bisectorTangent } from "./tangents.js";

export interface SaddleOptions extends RunOptions {
  /** Largest force of one atom to stop at, eV/Å. Default 1e-6. */
  readonly tolerance?: number;
  /** Hessians computed on the way before giving up. Default 4. */
  readonly maxHessians?: number;
  /** Longest move of one atom in one step, Å. Default 0.1. */
  readonly maxStep?: number;
  /** The polished saddle must be this near in energy to the climbing image to count as the path's own, eV. Default 0.02. */
  readonly sameEnergyWithin?: number;
  /** …and no atom further away than this, Å. Default 0.5. */
  readonly sameWithin?: number;
}

/** Force steps on one Hessian; what has not converged by then needs a new one. */
const STEPS_PER_HESSIAN = 15;
/** eV/Å²: flatter directions, rigid translations among them, are stepped along as if this stiff. */
const FLATTEST = 0.2;
/** THz: a frequency within ± this of zero is a translation, not an instability. */
const ZERO_THZ = 0.01;
/** Part of the largest force constant: rows that sum to less are broken by rounding only, and nothing outside holds the atoms. */
const RIGID = 1e-4;

/**
 * Polishes the highest image of `path` and counts the unstable modes there. `verified` says that it is stationary, has
 * exactly one of them, and lies where the climbing image was.
 */
export async function polishSaddle(path: Path, forces: ForceField, options: SaddleOptions = {}): Promise<Saddle> {
  const crystal = path.endpoints[0].crystal;
  const session = forces.attach(crystal);
  try {
    const tolerance = options.tolerance ?? 1e-6;
    const search = new SaddleSearch(session, path, options);
    const pacer = new Pacer("polishing the saddle", options);
    const quiet: RunOptions = options.signal ? { signal: options.signal } : {};
    let constants: ForceConstants | undefined;
    for (let round = 0; round < (options.maxHessians ?? 4) && search.maxForce > tolerance; round++) {
      constants = await forceConstants(withPositions(crystal, search.positions), forces, { ...quiet, sumRule: "keep" });
      search.useHessian(constants.values);
      const before = search.maxForce;
      for (
        let step = 0;
        step < STEPS_PER_HESSIAN && search.maxForce > tolerance && search.maxForce < 3 * before;
        step++
      ) {
        search.step();
        constants = undefined;
        await pacer.tick(search.evaluations, undefined, { maxForce: search.maxForce });
      }
    }
    constants ??= await forceConstants(withPositions(crystal, search.positions), forces, { ...quiet, sumRule: "keep" });
    return verdict(path, search, { frequencies: frequenciesOf(constants), tolerance, options });
  } finally {
    session.dispose();
  }
}

class SaddleSearch {
  readonly positions: Float64Array<ArrayBuffer>;
  readonly #forces: Float64Array;
  readonly #tangent: Float64Array;
  readonly #size: number;
  readonly reference: number;
  energy: number;
  maxForce: number;
  evaluations = 2;
  #metric: BandMetric = { stiffness: new Float64Array(0) };
  #memory = new CurvatureMemory(new Float64Array(0), 1, false);
  #climbing = 0;

  constructor(
    private readonly session: ForceSession,
    path: Path,
    private readonly options: SaddleOptions,
  ) {
    this.positions = imageOf(path, path.saddle).slice();
    this.#size = this.positions.length;
    this.#forces = new Float64Array(this.#size);
    this.#tangent = new Float64Array(this.#size);
    bisectorTangent(path.images, path.saddle, this.#tangent);
    this.reference = session.evaluate(imageOf(path, 0), this.#forces);
    this.energy = session.evaluate(this.positions, this.#forces);
    this.maxForce = maxNorm3(this.#forces);
  }

  /** Takes a Hessian as the model of the surface from here on. Of several negative modes the one along the path is climbed. */
  useHessian(hessian: F64): void {
    const { values, vectors } = symmetricEigen(hessian, this.#size, { vectors: true });
    this.#metric = { stiffness: values.map((value) => Math.max(Math.abs(value), FLATTEST)), vectors: vectors! };
    this.#memory = new CurvatureMemory(this.#metric.stiffness, STEPS_PER_HESSIAN, false);
    const along = new Float64Array(this.#size);
    toMetric(this.#metric, this.#tangent, along);
    this.#climbing = 0;
    for (let k = 1; k < this.#size && values[k]! < 0; k++) {
      if (Math.abs(along[k]!) > Math.abs(along[this.#climbing]!)) this.#climbing = k;
    }
  }

  step(): void {
    const { maxStep = 0.1 } = this.options;
    const before = this.#turnedForces();
    const move = before.slice();
    this.#memory.solve(move, 0);
    const cartesian = new Float64Array(this.#size);
    fromMetric(this.#metric, move, cartesian);
    const scale = Math.min(1, maxStep / maxNorm3(cartesian));
    for (let i = 0; i < this.#size; i++) {
      this.positions[i] = this.positions[i]! + scale * cartesian[i]!;
      move[i] = scale * move[i]!;
    }
    this.energy = this.session.evaluate(this.positions, this.#forces);
    this.maxForce = maxNorm3(this.#forces);
    this.evaluations++;
    const after = this.#turnedForces();
    this.#memory.learn(
      move,
      before.map((force, i) => force - after[i]!),
    );
  }

  /** Forces in mode coordinates, the climbing one turned over. */
  #turnedForces(): Float64Array {
    const turned = new Float64Array(this.#size);
    toMetric(this.#metric, this.#forces, turned);
    turned[this.#climbing] = -turned[this.#climbing]!;
    return turned;
  }
}

/** [3n] THz, ascending. The sum rule is imposed where nothing outside holds the atoms. */
function frequenciesOf(constants: ForceConstants): Float64Array {
  let largest = 0;
  for (const value of constants.values) largest = Math.max(largest, Math.abs(value));
  const free = constants.acousticSumResidual < RIGID * largest ? imposeAcousticSumRule(constants) : constants;
  const size = 3 * atomCount(constants.reference);
  return symmetricEigenvalues(dynamicalMatrix(free), size).map(frequencyOfCurvature);
}

interface Findings {
  readonly frequencies: Float64Array;
  readonly tolerance: number;
  readonly options: SaddleOptions;
}

function verdict(path: Path, search: SaddleSearch, { frequencies, tolerance, options }: Findings): Saddle {
  const notes = new Notes();
  const energy = search.energy - search.reference;
  const unstable = frequencies.filter((frequency) => frequency < -ZERO_THZ);
  if (!(search.maxForce <= tolerance)) {
    notes.add(
      "saddle-not-stationary",
      `the saddle search stopped at ${search.maxForce.toExponential(1)} eV/Å, asked ${tolerance} eV/Å`,
      "converge the band further first",
    );
  }
  if (unstable.length !== 1) {
    notes.add(
      "saddle-order",
      `the highest image polished to a point with ${unstable.length} unstable modes, a saddle has 1`,
      "look at the path: a symmetric start may hide a lower way around",
    );
  }
  const apart = Math.abs(energy - path.barrierForward);
  if (apart > (options.sameEnergyWithin ?? 0.02)) {
    notes.add(
      "saddle-energy-moved",
      `the polished saddle lies ${apart.toFixed(4)} eV from the climbing image's energy`,
      "the band's top is not this saddle; use more images or a tighter tolerance",
    );
  }
  const image = imageOf(path, path.saddle);
  const moved = maxNorm3(search.positions.map((x, i) => x - image[i]!));
  if (moved > (options.sameWithin ?? 0.5)) {
    notes.add(
      "saddle-moved",
      `an atom moved ${moved.toFixed(2)} Å from the climbing image to the polished saddle`,
      "the band's top is not this saddle; use more images or a tighter tolerance",
    );
  }
  return {
    positions: search.positions,
    energy,
    maxForce: search.maxForce,
    unstable,
    frequencies,
    verified: notes.list().length === 0,
    evaluations: search.evaluations,
    notes: notes.list(),
  };
}

/** The path with its climbing image put on the verified saddle, barriers from there; the path as it is when not verified. */
export function withSaddle(path: Path, saddle: Saddle): Path {
  const others = saddle.notes ?? [];
  if (!saddle.verified) return { ...path, notes: [...path.notes, ...others] };
  const images = path.images.slice();
  images.set(saddle.positions as Float64Array, path.saddle * saddle.positions.length);
  const energies = path.energies.slice();
  energies[path.saddle] = saddle.energy;
  const slopes = path.slopes?.slice();
  if (slopes) slopes[path.saddle] = 0;
  return {
    ...path,
    images,
    energies,
    coordinate: arcLengths(images, path.nImages),
    ...(slopes ? { slopes } : {}),
    barrierForward: saddle.energy,
    barrierBackward: saddle.energy - energies[path.nImages - 1]!,
    notes: [...path.notes, ...others],
  };
}
