// The fewest displacements that give all second derivatives (Parlinski, Li and Kawazoe, 10.1103/PhysRevLett.78.4063): one atom of each orbit is moved,
// along directions that its site symmetry turns into three independent ones. Directions are along the supercell's axes and their diagonals, tried in
// phonopy's order. Where no operation of the site takes a direction to its opposite, both signs are needed to cancel the cubic term.

import { type F64, InputError } from "../base/index.js";
import { atomCount, type Crystal, type CrystalCells, withPositions } from "../structure/index.js";
import { representativesOf } from "./bonds.js";
import { identityOf, type SupercellOperation, supercellOperations } from "./supercell-operations.js";

/** Supercells with displaced atoms, and the forces found in them. */
export interface ForceSets {
  readonly supercell: Crystal;
  readonly displacements: F64; // [sets,n,3] Å
  readonly forces: F64; // [sets,n,3] eV/Å
}

export interface DisplacementOptions {
  /** Length of each displacement, Å. Default 0.01. */
  readonly distanceA?: number;
  /** Both signs: "auto" (default) where symmetry does not give the other, "always", or "never". */
  readonly plusMinus?: "auto" | "always" | "never";
  /** "crystal" (default), or "none": all atoms of the primitive cell along three axes. */
  readonly symmetry?: "crystal" | "none";
  /** Å, of the symmetry search. Default 1e-3. */
  readonly tolerance?: number;
}

export interface Displacement {
  /** Atom of the supercell. */
  readonly atom: number;
  /** Å, Cartesian. */
  readonly vector: readonly [number, number, number];
}

const DIRECTIONS: readonly (readonly number[])[] = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
  [1, 1, 0],
  [1, 0, 1],
  [0, 1, 1],
  [1, -1, 0],
  [1, 0, -1],
  [0, 1, -1],
  [1, 1, 1],
  [1, 1, -1],
  [1, -1, 1],
  [-1, 1, 1],
];

/** What to displace in the supercell of `cells`. */
export function finiteDisplacements(cells: CrystalCells, options: DisplacementOptions = {}): readonly Displacement[] {
  const { distanceA = 0.01, plusMinus = "auto", symmetry = "crystal", tolerance = 1e-3 } = options;
  if (!(distanceA > 0))
    throw new InputError(`a displacement of ${distanceA} Å`, "distanceA is positive, for example 0.01");
  const operations = symmetry === "crystal" ? supercellOperations(cells, tolerance) : identityOf(cells);
  const found: Displacement[] = [];
  for (const { atom, stabiliser } of independentAtoms(cells, operations)) {
    for (const direction of directionsFor(stabiliser)) {
      const vector = alongAxes(cells.supercell, direction, distanceA);
      found.push({ atom, vector });
      const opposite = stabiliser.some((w) => turned(w, direction).every((x, k) => x === -direction[k]!));
      if (plusMinus === "always" || (plusMinus === "auto" && !opposite))
        found.push({ atom, vector: [-vector[0], -vector[1], -vector[2]] });
    }
  }
  return found;
}

/** The supercell with one displacement made. */
export function displaced(supercell: Crystal, { atom, vector }: Displacement): Crystal {
  const positions = Float64Array.from(supercell.positions);
  for (let k = 0; k < 3; k++) positions[3 * atom + k]! += vector[k]!;
  return withPositions(supercell, positions);
}

/** Displacements with the forces on all atoms of each, `forces` [sets,n,3] eV/Å. */
export function forceSetsOfDisplacements(
  supercell: Crystal,
  displacements: readonly Displacement[],
  forces: F64,
): ForceSets {
  const n = atomCount(supercell);
  if (forces.length !== 3 * n * displacements.length)
    throw new InputError(
      `${forces.length} numbers of force for ${displacements.length} displacements of ${n} atoms, expected ${3 * n * displacements.length}`,
      "give the forces on every atom for every displacement, in order",
    );
  const all = new Float64Array(forces.length);
  for (const [set, { atom, vector }] of displacements.entries()) all.set(vector, 3 * (n * set + atom));
  return { supercell, displacements: all, forces };
}

interface Site {
  readonly atom: number;
  /** Rotations, in the supercell's basis, of the operations that leave the atom where it is. */
  readonly stabiliser: readonly ArrayLike<number>[];
}

/** The first atom, in the supercell's order, of every orbit. */
function independentAtoms(cells: CrystalCells, operations: readonly SupercellOperation[]): Site[] {
  const home = representativesOf(cells);
  const order = Array.from(home.keys()).sort((i, j) => home[i]! - home[j]!);
  const seen = new Set<number>();
  const sites: Site[] = [];
  for (const i of order) {
    if (seen.has(i)) continue;
    for (const { image } of operations) seen.add(image[i]!);
    const stabiliser = operations.filter(({ image }) => image[i] === i).map(({ inSupercell }) => inSupercell);
    sites.push({ atom: home[i]!, stabiliser: stabiliser as unknown as ArrayLike<number>[] });
  }
  return sites;
}

const turned = (w: ArrayLike<number>, d: readonly number[]): number[] =>
  [0, 1, 2].map((k) => w[3 * k]! * d[0]! + w[3 * k + 1]! * d[1]! + w[3 * k + 2]! * d[2]!);

const determinant = (a: readonly number[], b: readonly number[], c: readonly number[]): number =>
  a[0]! * (b[1]! * c[2]! - b[2]! * c[1]!) +
  a[1]! * (b[2]! * c[0]! - b[0]! * c[2]!) +
  a[2]! * (b[0]! * c[1]! - b[1]! * c[0]!);

/** One direction if the site turns it into three independent ones, else two, else the three axes. */
function directionsFor(stabiliser: readonly ArrayLike<number>[]): readonly (readonly number[])[] {
  for (const direction of DIRECTIONS) {
    const star = stabiliser.map((w) => turned(w, direction));
    for (let i = 0; i < star.length; i++)
      for (let j = i + 1; j < star.length; j++)
        if (determinant(direction, star[i]!, star[j]!) !== 0) return [direction];
  }
  for (const direction of DIRECTIONS) {
    for (const w of stabiliser)
      for (const second of DIRECTIONS)
        if (determinant(direction, turned(w, direction), second) !== 0) return [direction, second];
  }
  return DIRECTIONS.slice(0, 3);
}

function alongAxes({ cell }: Crystal, direction: readonly number[], distance: number): [number, number, number] {
  const v = cell.vectors;
  const along = [0, 1, 2].map((k) => direction[0]! * v[k]! + direction[1]! * v[3 + k]! + direction[2]! * v[6 + k]!);
  const scale = distance / Math.hypot(...along);
  return [scale * along[0]!, scale * along[1]!, scale * along[2]!];
}
