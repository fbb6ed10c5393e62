// How concentrated a set of shares is: running sums in frequency and in size, and the few leading modes.

import { type F64, InputError } from "../base/index.js";
import { inverseParticipation, speciesCharacter } from "../modes/index.js";
import type { HopProjection } from "./project-hop.js";

/** [count] Σ of the shares up to each mode, in the order given (ascending frequency). */
export function accumulation(shares: F64): Float64Array<ArrayBuffer> {
  const sums = new Float64Array(shares.length);
  let sum = 0;
  for (let n = 0; n < shares.length; n++) sums[n] = sum += shares[n]!;
  return sums;
}

/** [count] Σ of the shares, largest first. */
export const sortedAccumulation = (shares: F64): Float64Array<ArrayBuffer> =>
  accumulation(Float64Array.from(shares).sort().reverse());

/** Fewest modes that carry `part` (0…1) of the whole. */
export function modesFor(shares: F64, part: number): number {
  if (!(part > 0 && part <= 1)) throw new InputError(`a part of ${part}`, "ask for a part between 0 and 1");
  const sums = sortedAccumulation(shares);
  // Rounding may keep the last sum a little below 1.
  const goal = part * sums[sums.length - 1]! * (1 - 1e-14);
  return sums.findIndex((sum) => sum >= goal) + 1;
}

/** The same in % of all modes. */
export const percentModesFor = (shares: F64, part: number): number => (100 * modesFor(shares, part)) / shares.length;

/** Largest share over the mean share of all modes. */
export function maxOverMean(shares: F64): number {
  let [largest, sum] = [0, 0];
  for (const share of shares) {
    largest = Math.max(largest, share);
    sum += share;
  }
  return (largest * shares.length) / sum;
}

/** One of the leading modes of a hop. */
export interface TopMode {
  readonly mode: number;
  readonly frequency: number; // THz
  readonly share: number;
  readonly energy: number; // eV
  readonly coordinate: number; // √amu Å
  /** 1 for a mode of one atom, 1/N when all move alike. */
  readonly inverseParticipation: number;
  /** Σ |e|² over the atoms of each element; adds up to 1. */
  readonly species: Readonly<Record<string, number>>;
  /** Modes degenerate with this one, itself included, and their share together. */
  readonly groupSize: number;
  readonly groupShare: number;
}

/** The `count` (default 5) modes with the largest shares, largest first. */
export function topModes(projection: HopProjection, count = 5): readonly TopMode[] {
  const { modes, shares, groups, groupShares } = projection;
  const participation = inverseParticipation(modes);
  const character = speciesCharacter(modes);
  const { elements } = modes.reference;
  const ranked = Array.from(shares, (_, n) => n).sort((a, b) => shares[b]! - shares[a]! || a - b);
  return ranked.slice(0, count).map((mode) => {
    const group = groups.findIndex(({ first, count: size }) => mode >= first && mode < first + size);
    return {
      mode,
      frequency: modes.frequencies[mode]!,
      share: shares[mode]!,
      energy: projection.energies[mode]!,
      coordinate: projection.coordinates[mode]!,
      inverseParticipation: participation[mode]!,
      species: Object.fromEntries(
        elements.map((element, kind) => [element, character[mode * elements.length + kind]!]),
      ),
      groupSize: groups[group]!.count,
      groupShare: groupShares[group]!,
    };
  });
}
