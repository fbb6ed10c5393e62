// What a mode looks like: how many atoms move, of which elements, and whether it is a vibration at all.
// With w_{i,n} = |e_{i,n}|² (Σ_i w = 1):
//     inverse participation ratio   Σ_i w² / (Σ_i w)²      1 for a single atom, 1/N when all move alike
//     participation ratio           1 / (N × the above)    1/N for a single atom, 1 when all move alike
//     character of element X        Σ_{i∈X} w
//     weight of rigid translation   Σ_α |Σ_i √(m_i/M) e_{iα,n}|²,  M = Σ m_i;  sums to 3 over all modes
// For real and complex vectors alike.

import { InputError } from "../base/index.js";
import { atomCount } from "../structure/index.js";
import type { Modes } from "./modes.js";

/** [count,n] |e_{i,n}|²: how a mode's motion is spread over the atoms. */
export function atomWeights(modes: Modes): Float64Array<ArrayBuffer> {
  const perAtom = modes.complex ? 6 : 3;
  const weights = new Float64Array(modes.vectors.length / perAtom);
  for (let i = 0; i < weights.length; i++) {
    let sum = 0;
    for (let k = i * perAtom; k < (i + 1) * perAtom; k++) sum += modes.vectors[k]! ** 2;
    weights[i] = sum;
  }
  return weights;
}

/** [count] 1 for a mode on one atom, 1/N when all atoms move alike. */
export function inverseParticipation(modes: Modes): Float64Array<ArrayBuffer> {
  const n = atomCount(modes.reference);
  const weights = atomWeights(modes);
  return Float64Array.from({ length: modes.count }, (_, mode) => {
    let sum = 0;
    let squares = 0;
    for (let i = mode * n; i < (mode + 1) * n; i++) {
      sum += weights[i]!;
      squares += weights[i]! ** 2;
    }
    return squares / sum ** 2;
  });
}

/** [count] the part of the atoms that takes part: 1/N for a mode on one atom, 1 when all move alike. */
export function participationRatio(modes: Modes): Float64Array<ArrayBuffer> {
  const n = atomCount(modes.reference);
  return inverseParticipation(modes).map((inverse) => 1 / (n * inverse));
}

/** [count, nElements] Σ |e|² over the atoms of each element, in order of `reference.elements`; rows sum to 1. */
export function speciesCharacter(modes: Modes): Float64Array<ArrayBuffer> {
  const { kinds, elements } = modes.reference;
  const n = kinds.length;
  const weights = atomWeights(modes);
  const character = new Float64Array(modes.count * elements.length);
  for (let mode = 0; mode < modes.count; mode++) {
    for (let i = 0; i < n; i++) character[mode * elements.length + kinds[i]!]! += weights[mode * n + i]!;
  }
  return character;
}

/** [count] the part of each mode that moves the crystal as a whole; sums to 3. */
export function translationWeights(modes: Modes): Float64Array<ArrayBuffer> {
  const { masses } = modes.reference;
  const n = masses.length;
  let total = 0;
  for (const mass of masses) total += mass;
  const parts = modes.complex ? 2 : 1;
  const weights = new Float64Array(modes.count);
  for (let mode = 0; mode < modes.count; mode++) {
    const sums = new Float64Array(3 * parts);
    for (let i = 0; i < n; i++) {
      const root = Math.sqrt(masses[i]! / total);
      for (let k = 0; k < sums.length; k++) sums[k]! += root * modes.vectors[(mode * n + i) * sums.length + k]!;
    }
    weights[mode] = sums.reduce((sum, x) => sum + x * x, 0);
  }
  return weights;
}

/**
 * Modes within ±`toleranceThz` (default 10⁻³) of zero: the three translations, once the sum rule holds. Constants that
 * break the rule lift them away from zero; `translationWeights` then tells which modes they became.
 */
export function zeroModes(modes: Modes, toleranceThz = 1e-3): Int32Array<ArrayBuffer> {
  expectTolerance(toleranceThz);
  return modesWhere(modes, (frequency) => Math.abs(frequency) <= toleranceThz);
}

/** Modes below −`toleranceThz` (default 10⁻³): directions in which the energy falls. */
export function unstableModes(modes: Modes, toleranceThz = 1e-3): Int32Array<ArrayBuffer> {
  expectTolerance(toleranceThz);
  return modesWhere(modes, (frequency) => frequency < -toleranceThz);
}

/** True when no mode is unstable: the rest position is a minimum, not a saddle. */
export function isStable(modes: Modes, toleranceThz = 1e-3): boolean {
  return unstableModes(modes, toleranceThz).length === 0;
}

function modesWhere(modes: Modes, holds: (frequency: number) => boolean): Int32Array<ArrayBuffer> {
  const found: number[] = [];
  for (let mode = 0; mode < modes.count; mode++) if (holds(modes.frequencies[mode]!)) found.push(mode);
  return Int32Array.from(found);
}

function expectTolerance(toleranceThz: number): void {
  if (toleranceThz >= 0) return;
  throw new InputError(
    `the frequency tolerance is ${toleranceThz} THz`,
    "give a number of at least 0, for example 1e-3",
  );
}
