// Harmonic transition-state theory (Vineyard, 10.1016/0022-3697(57)90059-8):
//   k = ν* exp(−E_b / k_B T),   ν* = Π_{i=1}^{3N−3} ν_i(minimum) / Π_{j=1}^{3N−4} ν_j(saddle)
// over the stable modes; three rigid translations are left out at both, the one unstable mode at the saddle.
// Classical: no zero-point energy, no tunnelling.

import { BOLTZMANN, type F64, InputError, PhysicsError } from "../base/index.js";

export interface PrefactorOptions {
  /** Rigid translations among the frequencies; 0 for atoms held by an outer potential. Default 3. */
  readonly translations?: number;
  /** A translation's frequency lies within ± this of zero, THz. Default 0.05. */
  readonly zeroWithin?: number;
}

/**
 * ν* in THz from all frequencies (THz, imaginary ones negative) of the minimum and of the saddle.
 * @throws PhysicsError when the minimum has an unstable mode, or the saddle not exactly one.
 */
export function vineyardPrefactor(minimum: F64, saddle: F64, options: PrefactorOptions = {}): number {
  if (minimum.length !== saddle.length || minimum.length === 0) {
    throw new InputError(
      `the minimum has ${minimum.length} frequencies and the saddle ${saddle.length}`,
      "pass all 3n frequencies of both, for the same atoms",
    );
  }
  const rest = vibrations(minimum, options, "minimum");
  const top = vibrations(saddle, options, "saddle");
  const unstableRest = rest.filter((frequency) => frequency <= 0);
  if (unstableRest.length > 0) {
    throw new PhysicsError(
      `no harmonic rate: the minimum has ${unstableRest.length} unstable modes, the lowest at ${unstableRest[0]!.toFixed(3)} THz`,
      "relax it further, or follow that mode to the true minimum",
      { unstable: unstableRest.length },
    );
  }
  const unstableTop = top.filter((frequency) => frequency <= 0);
  if (unstableTop.length !== 1) {
    throw new PhysicsError(
      `no harmonic rate: the saddle has ${unstableTop.length} unstable modes instead of 1`,
      "polish the saddle (polishSaddle) and look at its notes",
      { unstable: unstableTop.length },
    );
  }
  // Sums of logarithms: the product of 579 frequencies overflows.
  let logarithm = 0;
  for (const frequency of rest) logarithm += Math.log(frequency);
  for (const frequency of top) if (frequency > 0) logarithm -= Math.log(frequency);
  return Math.exp(logarithm);
}

/** All frequencies but the translations, ascending. */
function vibrations(
  frequencies: F64,
  { translations = 3, zeroWithin = 0.05 }: PrefactorOptions,
  where: string,
): number[] {
  const bySize = Array.from(frequencies).sort((a, b) => Math.abs(a) - Math.abs(b));
  const zero = bySize.slice(0, translations);
  const largest = Math.abs(zero[zero.length - 1] ?? 0);
  if (largest > zeroWithin) {
    throw new PhysicsError(
      `the ${translations} lowest frequencies of the ${where} reach ${largest.toFixed(3)} THz: they are no translations`,
      "impose the acoustic sum rule, or pass translations: 0 for atoms in an outer potential",
      { largest, translations },
    );
  }
  return bySize.slice(translations).sort((a, b) => a - b);
}

/** Hops per ps at `temperature` (K) over `barrier` (eV) with the prefactor `prefactor` (THz). */
export function harmonicRate(prefactor: number, barrier: number, temperature: number): number {
  if (!(temperature > 0)) throw new InputError(`the temperature is ${temperature} K`, "it must be positive");
  if (!(prefactor > 0)) throw new InputError(`the prefactor is ${prefactor} THz`, "it must be positive");
  return prefactor * Math.exp(-barrier / (BOLTZMANN * temperature));
}
