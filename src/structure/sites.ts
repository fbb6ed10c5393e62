// Interstitial sites: the voids between the atoms of a host sublattice (the anions, unless said otherwise).
//
// A void is found as a cluster of Voronoi vertices of the host atoms (void-clusters.ts) and described by the polyhedron of the host
// atoms around it: how many, how far, how regular, and how near the next cation is. Its centre is the mean of the corners, which is
// as symmetric as the void; a force field moves an ion from there to where it rests.

import { type F64, InputError, PhysicsError, type Vec3 } from "../base/index.js";
import { cellWidths } from "./cell.js";
import { type Crystal, speciesList } from "./crystal.js";
import { elementNamed } from "./elements.js";
import { minimumImage, periodicDistance, wrap } from "./periodic.js";
import { type Symmetry, siteOrbit } from "./symmetry.js";
import {
  addShifts,
  armsOf,
  cornerPlaces,
  irregularityOf,
  kindOfPolyhedron,
  type VoidKind,
  voidClusters,
} from "./void-clusters.js";
import { type PointImage, voronoiVertices } from "./voronoi.js";

/** A host atom at a corner of a void, and the lattice translation of the image that is meant. */
export interface VoidCorner {
  readonly atom: number;
  readonly shift: Vec3;
  /** Å from the centre of the void. */
  readonly distance: number;
}

export interface Void {
  /** Å: mean of the corners, inside the cell. */
  readonly position: Vec3;
  readonly kind: VoidKind;
  /** Corners, nearest first; shifts refer to `position`. */
  readonly neighbors: readonly VoidCorner[];
  readonly coordination: number;
  /** Å from the centre to the nearest host atom. */
  readonly radius: number;
  /** Mean distance of the corners, Å. */
  readonly meanDistance: number;
  /** Standard deviation of the corner distances over their mean: 0 for a regular polyhedron. */
  readonly irregularity: number;
  /** Å to the nearest atom that is not of the host; Infinity when there is none. */
  readonly distanceToNearestCation: number;
  /** Which of the symmetry-distinct voids this is, from 0; only when `symmetry` was given. */
  readonly orbit?: number;
  /** Voids in that orbit, per cell; only when `symmetry` was given. */
  readonly multiplicity?: number;
}

export interface VoidOptions {
  /** Elements whose atoms are the corners. Default: the most electronegative element of the crystal. */
  readonly hostElements?: readonly string[];
  /** Keep only voids with these numbers of corners. Default: all. */
  readonly coordination?: readonly number[];
  /** Voronoi vertices nearer than this times their mean radius are one void. Default 0.42. */
  readonly mergeRatio?: number;
  /**
   * Drop voids with a non-host atom nearer than this, Å: they are occupied or too near to a cation. 0 keeps all.
   * Default: 0.6 times the void's radius.
   */
  readonly minDistance?: number;
  /** Adds orbits and multiplicities under these operations. */
  readonly symmetry?: Symmetry;
}

/**
 * The voids of a crystal, in order of kind (octahedral, tetrahedral, other), then distance to the nearest cation, roomiest first.
 * @throws InputError when no atom belongs to the host.
 */
export function findVoids(crystal: Crystal, options: VoidOptions = {}): Void[] {
  const { mergeRatio = 0.42, coordination, minDistance } = options;
  const hosts = options.hostElements ?? [mostElectronegative(crystal)];
  const species = speciesList(crystal);
  const [host, cations]: [number[], number[]] = [[], []];
  for (const [i, element] of species.entries()) (hosts.includes(element) ? host : cations).push(i);
  if (host.length === 0) {
    throw new InputError(`no atom is ${hosts.join(" or ")}`, `the crystal has ${crystal.elements.join(", ")}`, {
      hosts,
    });
  }
  const points = Float64Array.from(host.flatMap((i) => [0, 1, 2].map((k) => crystal.positions[3 * i + k]!)));
  const clusters = voidClusters({ cell: crystal.cell, points }, voronoiVertices(crystal.cell, points), mergeRatio);
  const voids = clusters
    .map((corners) => describe(crystal, { points, host, cations }, corners))
    .filter((site) => site.distanceToNearestCation >= (minDistance ?? 0.6 * site.radius))
    .filter((site) => coordination === undefined || coordination.includes(site.coordination));
  voids.sort(roomiestFirst);
  return options.symmetry ? withOrbits(crystal, options.symmetry, voids) : voids;
}

function mostElectronegative(crystal: Crystal): string {
  const value = (element: string): number => elementNamed(element).electronegativity ?? 0;
  return crystal.elements.reduce((best, element) => (value(element) > value(best) ? element : best));
}

interface Sublattice {
  readonly points: F64;
  readonly host: readonly number[];
  readonly cations: readonly number[];
}

function describe(crystal: Crystal, { points, host, cations }: Sublattice, corners: readonly PointImage[]): Void {
  const { cell } = crystal;
  const places = cornerPlaces({ cell, points }, corners);
  const centre = [0, 1, 2].map((k) => places.reduce((total, place) => total + place[k]!, 0) / places.length);
  const distances = armsOf(places).map((arm) => Math.hypot(...arm));
  const position = Array.from(wrap(cell, Float64Array.from(centre))) as unknown as Vec3;
  // Wrapping moved the centre by whole cells; the corners go with it.
  const moved = [0, 1, 2].map((k) => position[k]! - centre[k]!);
  const cells = [0, 1, 2].map((j) =>
    Math.round([0, 1, 2].reduce((total, k) => total + moved[k]! * cell.inverse[3 * k + j]!, 0)),
  );
  const neighbors = corners
    .map(({ point, shift }, i) => ({
      atom: host[point]!,
      shift: addShifts(shift, cells as unknown as Vec3),
      distance: distances[i]!,
    }))
    .sort((a, b) => a.distance - b.distance || a.atom - b.atom);
  const nearest = (atoms: readonly number[]): number => nearestDistance(crystal, position, atoms);
  return {
    position,
    kind: kindOfPolyhedron(places),
    neighbors,
    coordination: neighbors.length,
    radius: nearest(host),
    meanDistance: distances.reduce((total, d) => total + d, 0) / distances.length,
    irregularity: irregularityOf(places),
    distanceToNearestCation: nearest(cations),
  };
}

function nearestDistance(crystal: Crystal, position: Vec3, atoms: readonly number[]): number {
  if (atoms.length === 0) return Number.POSITIVE_INFINITY;
  const differences = Float64Array.from(
    atoms.flatMap((i) => [0, 1, 2].map((k) => crystal.positions[3 * i + k]! - position[k]!)),
  );
  const images = minimumImage(crystal.cell, differences);
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < images.length; i += 3)
    least = Math.min(least, Math.hypot(images[i]!, images[i + 1]!, images[i + 2]!));
  return least;
}

const KIND_ORDER: readonly VoidKind[] = ["octahedral", "tetrahedral", "other"];

function roomiestFirst(a: Void, b: Void): number {
  const rounded = (x: number): number => (Number.isFinite(x) ? Math.round(x * 1e6) : Number.MAX_SAFE_INTEGER);
  let difference = KIND_ORDER.indexOf(a.kind) - KIND_ORDER.indexOf(b.kind);
  difference ||=
    rounded(b.distanceToNearestCation) - rounded(a.distanceToNearestCation) || rounded(b.radius) - rounded(a.radius);
  for (let k = 0; k < 3 && difference === 0; k++) difference = rounded(a.position[k]!) - rounded(b.position[k]!);
  return difference;
}

/** Numbers the orbits in order of first appearance; every image of a void must be a void. */
function withOrbits(crystal: Crystal, symmetry: Symmetry, voids: readonly Void[]): Void[] {
  const orbitOf = new Int32Array(voids.length).fill(-1);
  const sizes: number[] = [];
  // Wide enough for the noise of merged vertices, far below the distance of two voids.
  const same = 0.05 * Math.min(...cellWidths(crystal.cell), ...voids.map((site) => site.radius));
  for (const [i, site] of voids.entries()) {
    if (orbitOf[i]! >= 0) continue;
    const { positions } = siteOrbit(crystal, symmetry, site.position, { tolerance: same });
    for (let image = 0; image < positions.length; image += 3) {
      const place: Vec3 = [positions[image]!, positions[image + 1]!, positions[image + 2]!];
      const match = voids.findIndex(
        (other, j) => orbitOf[j]! < 0 && periodicDistance(crystal.cell, other.position, place) < same,
      );
      if (match < 0) {
        throw new PhysicsError(
          `the void at ${site.position.map((x) => x.toFixed(3)).join(", ")} Å has an image that is not a void`,
          "the symmetry was found with a looser tolerance than the voids need: find it again with a smaller one",
          { position: site.position, image: place },
        );
      }
      orbitOf[match] = sizes.length;
    }
    sizes.push(positions.length / 3);
  }
  return voids.map((site, i) => ({ ...site, orbit: orbitOf[i]!, multiplicity: sizes[orbitOf[i]!]! }));
}
