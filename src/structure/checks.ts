// Is this arrangement possible at all? Distances are judged against the sum of the two covalent radii, which bonds in solids follow
// within about a third: a ratio far from 1 for every atom at once is a slip of units, for one pair it is two atoms on one place.

import { convert, type Note, PhysicsError } from "../base/index.js";
import { atomCount, type Crystal, speciesOf } from "./crystal.js";
import { elementNamed } from "./elements.js";
import { type NeighborList, neighborsOfPoints } from "./neighbors.js";

export interface DistanceCheck {
  /** Å; Infinity for a single atom that sees no other. */
  readonly shortest: number;
  /** The two atoms of the shortest distance. */
  readonly pair: readonly [number, number];
  /** Median over the atoms of nearest distance / sum of covalent radii. */
  readonly medianRatio: number;
  readonly notes: readonly Note[];
}

/** Below this ratio two atoms are on one place: the shortest bonds known, uranyl and osmyl, have 0.67. */
const OVERLAP = 0.5;
/** Below this ratio a bond is unusual. */
const TIGHT = 0.65;
/** Above this median nothing is bonded (ionic and metallic solids have 0.8 to 1.2); solid argon has 1.8 and is excepted. */
const LOOSE = 1.6;
/** Bonded solids lie between these medians; used to guess the factor of a slip. */
const USUAL = [0.7, 1.4] as const;

/**
 * Checks the distances of a structure that is about to be computed with.
 * @throws PhysicsError when atoms overlap; when all do, the message names the unit slip that would explain it.
 */
export function checkDistances(crystal: Crystal): DistanceCheck {
  const nearest = nearestOfEach(crystal);
  const seen = nearest.filter(({ distance }) => Number.isFinite(distance));
  if (seen.length === 0)
    return { shortest: Number.POSITIVE_INFINITY, pair: [0, 0], medianRatio: Number.POSITIVE_INFINITY, notes: [] };
  const ratios = seen.map(({ ratio }) => ratio).sort((a, b) => a - b);
  const medianRatio = ratios[Math.floor(ratios.length / 2)]!;
  const closest = seen.reduce((best, one) => (one.ratio < best.ratio ? one : best));
  const shortest = seen.reduce((best, one) => (one.distance < best.distance ? one : best));
  const name = (i: number): string => `${crystal.labels?.[i] ?? speciesOf(crystal, i)} (atom ${i + 1})`;
  const what = `${name(closest.atom)} and ${name(closest.other)} are ${closest.distance.toFixed(4)} Å apart`;
  const expected = `${closest.radii.toFixed(2)} Å`;
  if (medianRatio < OVERLAP) {
    throw new PhysicsError(
      `all atoms are too close: ${what}, a bond is about ${expected}`,
      `${slip(medianRatio)}check the lengths`,
      { medianRatio },
    );
  }
  if (closest.ratio < OVERLAP) {
    throw new PhysicsError(
      `atoms overlap: ${what}, a bond is about ${expected}`,
      "remove one of the two, or check partial occupancies",
      {
        atoms: [closest.atom, closest.other],
        distance: closest.distance,
      },
    );
  }
  const notes: Note[] = [];
  if (closest.ratio < TIGHT)
    notes.push({
      code: "distance-short",
      message: `${what}, a bond is about ${expected}`,
      hint: "relax the structure",
    });
  const noble = crystal.elements.every((element) => elementNamed(element).oxidationStates.length === 0);
  if (medianRatio > LOOSE && !noble) {
    notes.push({
      code: "distances-long",
      message: `all atoms are far apart: the median nearest distance is ${medianRatio.toFixed(1)} times a bond`,
      hint: `${slip(medianRatio)}check the lengths`,
    });
  }
  return { shortest: shortest.distance, pair: [shortest.atom, shortest.other], medianRatio, notes };
}

/** The unit that would bring the median to a usual value, as the beginning of a hint. */
function slip(medianRatio: number): string {
  const units = [
    ["nm", convert("length", 1, "nm", "A")],
    ["bohr", convert("length", 1, "bohr", "A")],
    ["pm", 0.01],
    ["m", convert("length", 1, "m", "A")],
  ] as const;
  const fits = units.find(([, size]) => medianRatio * size >= USUAL[0] && medianRatio * size <= USUAL[1]);
  return fits ? `the lengths look like ${fits[0]} read as Å: ` : "";
}

interface Nearest {
  readonly atom: number;
  readonly other: number;
  readonly distance: number;
  /** Sum of the covalent radii, Å. */
  readonly radii: number;
  readonly ratio: number;
}

/** For each atom the neighbour that is closest in units of the bond length. */
function nearestOfEach(crystal: Crystal): Nearest[] {
  const n = atomCount(crystal);
  // Elements beyond curium have no tabulated radius; a typical one keeps them in the check.
  const radius = Array.from({ length: n }, (_, i) => elementNamed(speciesOf(crystal, i)).covalentRadius ?? 1.5);
  const spacing = Math.cbrt(crystal.cell.volume / n);
  const list = neighborsOfPoints(crystal.cell, crystal.positions, 2 * spacing);
  return Array.from({ length: n }, (_, atom) => closestIn(list, atom, radius));
}

function closestIn(list: NeighborList, atom: number, radius: readonly number[]): Nearest {
  let best: Nearest = {
    atom,
    other: atom,
    distance: Number.POSITIVE_INFINITY,
    radii: 2 * radius[atom]!,
    ratio: Number.POSITIVE_INFINITY,
  };
  for (let p = list.first[atom]!; p < list.first[atom + 1]!; p++) {
    const other = list.atom[p]!;
    const radii = radius[atom]! + radius[other]!;
    const ratio = list.distance[p]! / radii;
    if (ratio < best.ratio) best = { atom, other, distance: list.distance[p]!, radii, ratio };
  }
  return best;
}
