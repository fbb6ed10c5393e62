// The shortest cut-offs that keep a requested force accuracy.
//
// Thermal force F_th: the rms force (3-vector) on an atom of the harmonic crystal at T = 300 K,
//   F_th² = k_B T tr Φ / N
// by equipartition, with tr Φ = Σ_pairs 2 (U″ + 2U′/r) over the short-range terms and −4π k_e Σq²/V from the Coulomb sum (a point
// charge's field is harmonic away from it; what is left is the neutralising background). For Li3PO4 F_th is 1.4 eV/Å.
// A request `accuracy` means: rms force error ≤ accuracy · F_th, against the same set with the source's own cut-offs.
//
// A term cut at r_c instead of r_s leaves out the neighbours in between. For neighbours placed at random with the mean density,
//   δF² = 4π ρ ∫_{r_c}^{r_s} U′(r)² r² dr        per atom, ρ the density of partners
// averaged over the atoms of both kinds. A "force" shift also changes the force inside r_c by U′(r_c):  + (4π/3) ρ r_c³ U′(r_c)².
// The terms and the Ewald sum get equal shares of the allowed variance. Neighbours of a crystal are not random, so a second
// condition bounds what a single pair can lose: |U′(r)| ≤ accuracy · F_th wherever the term is left out.

import { BOLTZMANN, COULOMB_CONSTANT, InputError, PhysicsError } from "../base/index.js";
import { atomCount, type Crystal } from "../structure/index.js";
import { interactionsFor } from "./build-interactions.js";
import { neighbourForce } from "./ewald-plan.js";
import { forEachPair } from "./pairs-in-cell.js";
import { cutoffOf, elementsOfPair, type ForceFieldSpec, shiftOf } from "./spec.js";
import { type RadialTerm, radialOf } from "./terms.js";

export interface ChosenCutoffs {
  /** The set with the chosen cut-offs and Ewald accuracy written in. */
  readonly spec: ForceFieldSpec;
  /** Å, by pair, in the order of its terms. Pairs that the crystal has not are left as they are. */
  readonly cutoffsA: Readonly<Record<string, readonly number[]>>;
  /** Absent without a Coulomb sum. */
  readonly ewaldAccuracy?: number;
  /** F_th, eV/Å. */
  readonly thermalForce: number;
}

const TEMPERATURE = 300; // K
const STEP = 0.01; // Å, of the tail integral
const SHORTEST = 2; // Å
const ROUNDING = 0.25; // Å: cut-offs are rounded up to this, so that crystals that differ little get the same

/**
 * Chooses, for each term, the shortest cut-off that keeps `accuracy` in `crystal`, and the Ewald accuracy to match.
 * Energies of two crystals may be compared only when both were computed with the same returned `spec`.
 */
export function cutoffsForAccuracy(spec: ForceFieldSpec, crystal: Crystal, accuracy: number): ChosenCutoffs {
  if (!(accuracy >= 1e-12 && accuracy <= 0.1)) {
    throw new InputError(`accuracy is ${accuracy}`, "choose a relative force error between 1e-12 and 0.1");
  }
  const thermal = thermalForce(spec, crystal);
  const present = Object.entries(spec.pairs).filter(([key]) =>
    elementsOfPair(key).every((e) => crystal.elements.includes(e)),
  );
  const parts = present.reduce((count, [, terms]) => count + terms.length, 1);
  const budget = { total: accuracy * thermal, share: (accuracy * thermal) / Math.sqrt(parts) };
  const pairs: Record<string, readonly RadialTerm[]> = { ...spec.pairs };
  const cutoffsA: Record<string, readonly number[]> = {};
  for (const [key, terms] of present) {
    const density = partnersPerAtom(crystal, key);
    const chosen = terms.map((term) => shortestCutoff(spec, term, { ...budget, density }));
    cutoffsA[key] = chosen;
    pairs[key] = terms.map((term, i) => ({ ...term, cutoffA: chosen[i]! }));
  }
  const charges = Float64Array.from(crystal.kinds, (kind) => spec.charges?.[crystal.elements[kind]!] ?? 0);
  if (spec.coulomb?.method !== "ewald" || !charges.some((q) => q !== 0)) {
    return { spec: { ...spec, pairs }, cutoffsA, thermalForce: thermal };
  }
  const matching = budget.share / neighbourForce(crystal.cell, charges);
  const ewaldAccuracy = Math.min(1e-2, Math.max(1e-13, matching));
  const coulomb = { ...spec.coulomb, accuracy: ewaldAccuracy };
  return { spec: { ...spec, pairs, coulomb }, cutoffsA, ewaldAccuracy, thermalForce: thermal };
}

/**
 * F_th of the definition above, eV/Å.
 * @throws PhysicsError where the trace of the Hessian is negative: no harmonic crystal there.
 */
export function thermalForce(spec: ForceFieldSpec, crystal: Crystal): number {
  const { charges, pairs } = interactionsFor(spec, crystal);
  const kinds = crystal.elements.length;
  const out = new Float64Array(3);
  let trace = 0;
  for (const kind of crystal.kinds)
    trace -= (4 * Math.PI * COULOMB_CONSTANT * charges[kind]! ** 2) / crystal.cell.volume;
  const table = new Map(
    pairs.flatMap((pair) => [
      [pair.kindA * kinds + pair.kindB, pair] as const,
      [pair.kindB * kinds + pair.kindA, pair] as const,
    ]),
  );
  forEachPair(
    crystal.cell,
    crystal.positions,
    Math.max(0, ...pairs.map((pair) => pair.cutoff)),
    (i, j, _x, _y, _z, squared) => {
      const r = Math.sqrt(squared);
      const pair = table.get(crystal.kinds[i]! * kinds + crystal.kinds[j]!);
      if (i === j || !pair || r >= pair.cutoff) return;
      pair.radial(r, out);
      trace += 2 * (out[2]! + (2 * out[1]!) / r);
    },
  );
  const squared = (BOLTZMANN * TEMPERATURE * trace) / atomCount(crystal);
  if (!(squared > 0)) {
    throw new PhysicsError(
      `the mean curvature of ${spec.name} here is ${(trace / (3 * atomCount(crystal))).toFixed(4)} eV/Å², expected a positive one`,
      "choose cut-offs at a relaxed structure, or leave out the accuracy option",
    );
  }
  return Math.sqrt(squared);
}

/** Mean number density of partners of this pair, over all atoms of the cell, 1/Å³: 2 N_a N_b/(N V), or N_a²/(N V) for like atoms. */
function partnersPerAtom(crystal: Crystal, key: string): number {
  const [a, b] = elementsOfPair(key).map(
    (element) => Array.from(crystal.kinds).filter((kind) => crystal.elements[kind] === element).length,
  );
  const [first, second] = elementsOfPair(key);
  return ((first === second ? 1 : 2) * a! * b!) / (atomCount(crystal) * crystal.cell.volume);
}

interface TailBudget {
  /** eV/Å: what all terms together, and any single pair, may lose. */
  readonly total: number;
  /** eV/Å: what this term may lose in the mean. */
  readonly share: number;
  /** 1/Å³ */
  readonly density: number;
}

function shortestCutoff(spec: ForceFieldSpec, term: RadialTerm, budget: TailBudget): number {
  const source = cutoffOf(spec, term);
  const radial = radialOf(term);
  const out = new Float64Array(3);
  const slopeSquared = (r: number): number => {
    out.fill(0);
    radial(r, out);
    return out[1]! * out[1]!;
  };
  const shifted = shiftOf(spec, term) === "force";
  const allowed = budget.share ** 2 / (4 * Math.PI * budget.density);
  let tail = 0;
  let cutoff = source;
  for (let r = source; r - STEP >= SHORTEST; r -= STEP) {
    // midpoint rule, going inwards; the integrand rises steeply, so the inner end is what counts
    tail += STEP * slopeSquared(r - STEP / 2) * (r - STEP / 2) ** 2;
    const end = slopeSquared(r - STEP);
    const inside = shifted ? (end * (r - STEP) ** 3) / 3 : 0;
    if (tail + inside > allowed || end > budget.total ** 2) break;
    cutoff = r - STEP;
  }
  return Math.min(source, Math.ceil(cutoff / ROUNDING - 1e-9) * ROUNDING);
}
