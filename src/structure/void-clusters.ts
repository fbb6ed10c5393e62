// Voronoi vertices that belong to one void.
//
// A regular octahedron has one Voronoi vertex, its centre; a distorted one splits into up to four tetrahedra around a diagonal, because
// its corners are no longer on one sphere, and each has its own vertex. Two steps put it together again:
//   1. vertices nearer than `ratio` times their mean radius are one void. In close packing the ratio is 0 inside an octahedron, 2/3
//      between two tetrahedra that share a face and 1 between a tetrahedron and an octahedron;
//   2. an octahedron so distorted that it is still torn shows as a piece of five corners and a neighbour with the sixth:
//      pieces that share at least three corners and together make an octahedron are joined, the most regular ones first.

import type { F64, Vec3 } from "../base/index.js";
import type { Cell } from "./cell.js";
import { type NeighborList, neighborsOfPoints } from "./neighbors.js";
import type { PointImage, VoronoiVertex } from "./voronoi.js";

export type VoidKind = "octahedral" | "tetrahedral" | "other";

/** A periodic set of points, [n,3] Å. */
export interface Lattice {
  readonly cell: Cell;
  readonly points: F64;
}

/** Corners of every void of `lattice`, each list in the frame of one of its vertices. */
export function voidClusters(lattice: Lattice, vertices: readonly VoronoiVertex[], ratio: number): PointImage[][] {
  return joinTornOctahedra(lattice, nearVertices(lattice.cell, vertices, ratio));
}

export const addShifts = (a: Vec3, b: Vec3): Vec3 => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
const subtractShifts = (a: Vec3, b: Vec3): Vec3 => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const nameOf = ({ point, shift }: PointImage): string => `${point} ${shift.join(" ")}`;

/** Cartesian places of corners, Å. */
export function cornerPlaces({ cell, points }: Lattice, corners: readonly PointImage[]): Vec3[] {
  const v = cell.vectors;
  return corners.map(({ point, shift }) => {
    const along = (k: number): number =>
      points[3 * point + k]! + shift[0] * v[k]! + shift[1] * v[3 + k]! + shift[2] * v[6 + k]!;
    return [along(0), along(1), along(2)];
  });
}

/** Six corners in three opposite pairs (seen beyond 140° from the middle) are an octahedron, four corners a tetrahedron. */
export function kindOfPolyhedron(places: readonly Vec3[]): VoidKind {
  if (places.length === 4) return "tetrahedral";
  if (places.length !== 6) return "other";
  // The widest angle in a regular trigonal prism is 136°, in a regular octahedron 180°.
  const straight = Math.cos((140 * Math.PI) / 180);
  const arms = armsOf(places);
  let opposite = 0;
  for (let i = 0; i < 6; i++) {
    for (let j = i + 1; j < 6; j++) {
      const [a, b] = [arms[i]!, arms[j]!];
      if ((a[0] * b[0] + a[1] * b[1] + a[2] * b[2]) / (Math.hypot(...a) * Math.hypot(...b)) < straight) opposite++;
    }
  }
  return opposite === 3 ? "octahedral" : "other";
}

/** From the mean of the places to each of them. */
export function armsOf(places: readonly Vec3[]): Vec3[] {
  const middle = [0, 1, 2].map((k) => places.reduce((sum, place) => sum + place[k]!, 0) / places.length);
  return places.map((place) => [place[0] - middle[0]!, place[1] - middle[1]!, place[2] - middle[2]!]);
}

/** Standard deviation of the corner distances over their mean. */
export function irregularityOf(places: readonly Vec3[]): number {
  const lengths = armsOf(places).map((arm) => Math.hypot(...arm));
  const mean = lengths.reduce((sum, d) => sum + d, 0) / lengths.length;
  return Math.sqrt(lengths.reduce((sum, d) => sum + (d - mean) ** 2, 0) / lengths.length) / mean;
}

function nearVertices(cell: Cell, vertices: readonly VoronoiVertex[], ratio: number): PointImage[][] {
  const largest = Math.max(...vertices.map((vertex) => vertex.radius));
  const centres = Float64Array.from(vertices.flatMap((vertex) => [...vertex.position]));
  const list = neighborsOfPoints(cell, centres, Math.max(ratio, SAME) * largest);
  const done = new Uint8Array(vertices.length);
  const clusters: PointImage[][] = [];
  for (let root = 0; root < vertices.length; root++) {
    if (!done[root]) clusters.push(grow(root, { vertices, list, done, ratio: Math.max(ratio, SAME) }));
  }
  return clusters;
}

/** Copies of one vertex, found from each of its atoms, differ by rounding only. */
const SAME = 1e-5;

interface Growth {
  readonly vertices: readonly VoronoiVertex[];
  readonly list: NeighborList;
  readonly done: Uint8Array;
  readonly ratio: number;
}

/** Everything linked to `root`, with the shifts that bring it into root's frame. */
function grow(root: number, { vertices, list, done, ratio }: Growth): PointImage[] {
  const corners = new Map<string, PointImage>();
  const queue: { vertex: number; shift: Vec3 }[] = [{ vertex: root, shift: [0, 0, 0] }];
  done[root] = 1;
  for (const { vertex, shift } of queue) {
    for (const { point, shift: own } of vertices[vertex]!.touches) {
      const corner: PointImage = { point, shift: addShifts(own, shift) };
      corners.set(nameOf(corner), corner);
    }
    for (let p = list.first[vertex]!; p < list.first[vertex + 1]!; p++) {
      const next = list.atom[p]!;
      const limit = (ratio * (vertices[vertex]!.radius + vertices[next]!.radius)) / 2;
      if (done[next] || list.distance[p]! > limit) continue;
      done[next] = 1;
      queue.push({
        vertex: next,
        shift: addShifts(shift, [list.shift[3 * p]!, list.shift[3 * p + 1]!, list.shift[3 * p + 2]!]),
      });
    }
  }
  return [...corners.values()];
}

interface Join {
  readonly piece: number;
  readonly other: number;
  /** All six corners, in the frame of `piece`. */
  readonly corners: readonly PointImage[];
  readonly irregularity: number;
}

function joinTornOctahedra(lattice: Lattice, clusters: readonly PointImage[][]): PointImage[][] {
  const joins = clusters.flatMap((corners, piece) => (corners.length === 5 ? joinsOf(lattice, clusters, piece) : []));
  joins.sort((a, b) => a.irregularity - b.irregularity);
  const used = new Set<number>();
  const whole: PointImage[][] = [];
  for (const { piece, other, corners } of joins) {
    if (used.has(piece) || used.has(other)) continue;
    used.add(piece).add(other);
    whole.push([...corners]);
    // The rest of the torn octahedron has no corner of its own.
    for (const { cluster, shared } of overlaps(clusters, corners)) {
      if (shared === clusters[cluster]!.length) used.add(cluster);
    }
  }
  return [...clusters.filter((_, i) => !used.has(i)), ...whole];
}

function joinsOf(lattice: Lattice, clusters: readonly PointImage[][], piece: number): Join[] {
  const own = clusters[piece]!;
  const joins: Join[] = [];
  for (const { cluster, shift, shared } of overlaps(clusters, own)) {
    const other = clusters[cluster]!;
    if (cluster === piece || shared < 3 || other.length > 5 || own.length + other.length - shared !== 6) continue;
    const corners = new Map(own.map((corner) => [nameOf(corner), corner]));
    for (const { point, shift: from } of other) {
      const corner: PointImage = { point, shift: addShifts(from, shift) };
      corners.set(nameOf(corner), corner);
    }
    const places = cornerPlaces(lattice, [...corners.values()]);
    if (kindOfPolyhedron(places) !== "octahedral") continue;
    joins.push({ piece, other: cluster, corners: [...corners.values()], irregularity: irregularityOf(places) });
  }
  return joins;
}

/** Clusters, and the shift that brings each into the frame of `corners`, by the number of corners they have in common. */
function overlaps(
  clusters: readonly PointImage[][],
  corners: readonly PointImage[],
): { cluster: number; shift: Vec3; shared: number }[] {
  const found = new Map<string, { cluster: number; shift: Vec3; shared: number }>();
  for (const [cluster, others] of clusters.entries()) {
    for (const other of others) {
      for (const corner of corners) {
        if (corner.point !== other.point) continue;
        const shift = subtractShifts(corner.shift, other.shift);
        const key = `${cluster} ${shift.join(" ")}`;
        const known = found.get(key);
        if (known) known.shared++;
        else found.set(key, { cluster, shift, shared: 1 });
      }
    }
  }
  return [...found.values()];
}
