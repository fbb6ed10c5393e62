// Voronoi vertices of a periodic set of points: the places whose nearest points are four or more at one distance.
//
// The Voronoi cell of point i is a big cube cut by the planes half way to its neighbours, nearest first; it is final once the
// next neighbour is farther than twice the farthest corner. Cutting keeps a corner that lies on a plane, so the degenerate corners of
// symmetric arrangements (eight planes through one point, as in a face-centred lattice) need no care.

import { type F64, InputError, type Vec3 } from "../base/index.js";
import type { Cell } from "./cell.js";
import { type NeighborList, neighborsOfPoints } from "./neighbors.js";

/** A point and the lattice translation of the image that is meant. */
export interface PointImage {
  readonly point: number;
  readonly shift: Vec3;
}

export interface VoronoiVertex {
  /** Å. */
  readonly position: Vec3;
  /** Distance to the points it is equally far from, Å. */
  readonly radius: number;
  /** Those points: four, or more where the arrangement is degenerate. */
  readonly touches: readonly PointImage[];
}

type Point = [number, number, number];

/** All corners of the Voronoi cells of `points` [n,3] Å; a corner comes once for every point whose cell it belongs to. */
export function voronoiVertices(cell: Cell, points: F64): VoronoiVertex[] {
  if (!cell.periodic.every(Boolean)) {
    throw new InputError(
      "Voronoi cells at an open boundary are infinite",
      "use a cell that is periodic in three directions",
    );
  }
  const n = points.length / 3;
  const spacing = Math.cbrt(cell.volume / n);
  let reach = 3 * spacing;
  let list = neighborsOfPoints(cell, points, reach);
  const vertices: VoronoiVertex[] = [];
  for (let i = 0; i < n; i++) {
    let corners = cornersOf(list, i, reach);
    while (!corners) {
      reach *= 1.5;
      list = neighborsOfPoints(cell, points, reach);
      corners = cornersOf(list, i, reach);
    }
    const centre: Vec3 = [points[3 * i]!, points[3 * i + 1]!, points[3 * i + 2]!];
    for (const corner of corners) vertices.push(vertexAt(corner, centre, { list, i, tolerance: 1e-6 * spacing }));
  }
  return vertices;
}

/** Corners of the Voronoi cell of point i relative to it, or null when neighbours beyond the list could still cut it. */
function cornersOf(list: NeighborList, i: number, reach: number): Point[] | null {
  let faces = cube(reach);
  let farthest = Math.sqrt(3) * reach;
  for (let p = list.first[i]!; p < list.first[i + 1]!; p++) {
    const d = list.distance[p]!;
    if (d > 2 * farthest) break;
    if (d === 0)
      throw new InputError("two points share one place", "remove one of them", { point: i, other: list.atom[p] });
    const normal: Vec3 = [list.vector[3 * p]! / d, list.vector[3 * p + 1]! / d, list.vector[3 * p + 2]! / d];
    const cut = clip(faces, normal, d / 2);
    if (!cut) continue;
    faces = cut;
    farthest = Math.max(...faces.flat().map((corner) => Math.hypot(...corner)));
  }
  return 2 * farthest <= reach ? distinct(faces.flat(), 1e-8 * reach) : null;
}

/** The six faces of the cube |x|, |y|, |z| ≤ h as loops of corners. */
function cube(h: number): Point[][] {
  const faces: Point[][] = [];
  for (let axis = 0; axis < 3; axis++) {
    for (const side of [-h, h]) {
      const loop = [
        [-h, -h],
        [h, -h],
        [h, h],
        [-h, h],
      ] as const;
      faces.push(loop.map(([u, v]) => (axis === 0 ? [side, u, v] : axis === 1 ? [u, side, v] : [u, v, side])));
    }
  }
  return faces;
}

/** Keeps the part of a convex polyhedron with normal · x ≤ offset; null when nothing is cut off. */
function clip(faces: readonly Point[][], normal: Vec3, offset: number): Point[][] | null {
  const small = 1e-9 * offset;
  const height = (x: Vec3): number => normal[0] * x[0] + normal[1] * x[1] + normal[2] * x[2] - offset;
  if (!faces.some((loop) => loop.some((corner) => height(corner) > small))) return null;
  const kept: Point[][] = [];
  const rim: Point[] = [];
  for (const loop of faces) {
    const inside: Point[] = [];
    for (const [at, corner] of loop.entries()) {
      const next = loop[(at + 1) % loop.length]!;
      const [h, g] = [height(corner), height(next)];
      if (h <= small) inside.push(corner);
      if (Math.abs(h) <= small) rim.push(corner);
      if ((h > small && g < -small) || (h < -small && g > small)) {
        const t = h / (h - g);
        const crossing = corner.map((x, k) => x + t * (next[k]! - x)) as Point;
        inside.push(crossing);
        rim.push(crossing);
      }
    }
    if (inside.length >= 3) kept.push(inside);
  }
  const lid = aroundCentre(distinct(rim, small), normal);
  if (lid.length >= 3) kept.push(lid);
  return kept;
}

/** Corners of a convex plane polygon put in order by their angle about its middle. */
function aroundCentre(corners: readonly Point[], normal: Vec3): Point[] {
  const middle = [0, 1, 2].map((k) => corners.reduce((sum, corner) => sum + corner[k]!, 0) / corners.length);
  const helper: Vec3 = Math.abs(normal[0]) < 0.6 ? [1, 0, 0] : [0, 1, 0];
  const u = cross(normal, helper);
  const w = cross(normal, u);
  const angle = (corner: Point): number => {
    const d = corner.map((x, k) => x - middle[k]!) as Point;
    return Math.atan2(d[0] * w[0] + d[1] * w[1] + d[2] * w[2], d[0] * u[0] + d[1] * u[1] + d[2] * u[2]);
  };
  return [...corners].sort((a, b) => angle(a) - angle(b));
}

const cross = (a: Vec3, b: Vec3): Vec3 => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];

function distinct(points: readonly Point[], tolerance: number): Point[] {
  const kept: Point[] = [];
  for (const x of points) {
    if (!kept.some((y) => Math.hypot(x[0] - y[0], x[1] - y[1], x[2] - y[2]) <= tolerance)) kept.push(x);
  }
  return kept;
}

function vertexAt(
  corner: Point,
  centre: Vec3,
  around: { list: NeighborList; i: number; tolerance: number },
): VoronoiVertex {
  const { list, i, tolerance } = around;
  const radius = Math.hypot(...corner);
  const touches: PointImage[] = [{ point: i, shift: [0, 0, 0] }];
  for (let p = list.first[i]!; p < list.first[i + 1]! && list.distance[p]! <= 2 * radius + tolerance; p++) {
    const gap = Math.hypot(...corner.map((x, k) => x - list.vector[3 * p + k]!)) - radius;
    if (gap <= tolerance) {
      touches.push({
        point: list.atom[p]!,
        shift: [list.shift[3 * p]!, list.shift[3 * p + 1]!, list.shift[3 * p + 2]!],
      });
    }
  }
  return { position: corner.map((x, k) => x + centre[k]!) as Point, radius, touches };
}
