// Atoms too near to be meant. Below the minimum distance of a pair the arrangement is refused instead of returning the huge or,
// for potentials with an attractive core, meaningless force.

import { COULOMB_CONSTANT, type F64, PhysicsError } from "../base/index.js";
import { type Cell, type Crystal, speciesOf } from "../structure/index.js";
import { forEachPair } from "./pairs-in-cell.js";

/** Å; no two nuclei of a solid come as near as this (H₂ has 0.74 Å). */
export const ABSURD_DISTANCE = 0.4;

/** Å; beyond it a maximum of the energy is physics, not the edge of an attractive core. */
const CORE_REACH = 2.5;

/**
 * Å: 0.4, or where the total energy of the pair turns over into an attractive core (Buckingham at short range) if that is farther out.
 * @param radial short-range U, U′, U″ written to out
 */
export function minimumDistanceOf(chargeProduct: number, radial: (r: number, out: Float64Array) => void): number {
  const out = new Float64Array(3);
  const slope = (r: number): number => {
    radial(r, out);
    return out[1]! - (COULOMB_CONSTANT * chargeProduct) / (r * r);
  };
  if (!(slope(ABSURD_DISTANCE) > 0)) return ABSURD_DISTANCE;
  for (let r = ABSURD_DISTANCE; r < CORE_REACH; r += 0.01) if (slope(r) <= 0) return r;
  return ABSURD_DISTANCE; // attractive everywhere: no repulsion to turn over
}

/** What to throw when atoms i and j (image included) are `distance` apart, nearer than `minimum`, both Å. */
export function overlapError(crystal: Crystal, cell: Cell, positions: F64, found: Overlap): PhysicsError {
  const { i, j, distance, minimum } = found;
  const name = (k: number): string => `atom ${k + 1} (${speciesOf(crystal, k)})`;
  const who = i === j ? `${name(i)} and its own periodic image` : `${name(i)} and ${name(j)}`;
  const typical = medianNearestDistance(cell, positions);
  const hint =
    typical < 0.5
      ? `all atoms are about ${typical.toFixed(2)} Å from their neighbours: are the coordinates in nm, or fractional, instead of Å?`
      : "check the structure for doubled atoms, and a run for a time step or a displacement that is too large";
  return new PhysicsError(`${who} are ${distance.toFixed(3)} Å apart, nearer than ${minimum.toFixed(2)} Å`, hint, {
    atoms: [i, j],
    distance,
    minimum,
  });
}

export interface Overlap {
  readonly i: number;
  readonly j: number;
  readonly distance: number; // Å
  readonly minimum: number; // Å
}

/** Å; distances above 3 Å count as 3. */
function medianNearestDistance(cell: Cell, positions: F64): number {
  const n = positions.length / 3;
  const nearest = new Float64Array(n).fill(3);
  forEachPair(cell, positions, 3, (i, j, _x, _y, _z, squared) => {
    const r = Math.sqrt(squared);
    nearest[i] = Math.min(nearest[i]!, r);
    nearest[j] = Math.min(nearest[j]!, r);
  });
  return nearest.sort()[n >> 1]!;
}

/** First pair that is too near, or undefined. `minimumDistances` [nKinds,nKinds] Å. */
export function findOverlap(crystal: Crystal, cell: Cell, positions: F64, minimumDistances: F64): Overlap | undefined {
  const kinds = crystal.elements.length;
  const largest = Math.max(...minimumDistances);
  let found: Overlap | undefined;
  forEachPair(cell, positions, largest, (i, j, _x, _y, _z, squared) => {
    const minimum = minimumDistances[crystal.kinds[i]! * kinds + crystal.kinds[j]!]!;
    const distance = Math.sqrt(squared);
    if (distance < minimum && distance < (found?.distance ?? Number.POSITIVE_INFINITY))
      found = { i, j, distance, minimum };
  });
  return found;
}

/** [nKinds,nKinds] Å with the absurd distance everywhere: when interactions do not say. */
export const defaultMinimumDistances = (crystal: Crystal): Float64Array =>
  new Float64Array(crystal.elements.length ** 2).fill(ABSURD_DISTANCE);
