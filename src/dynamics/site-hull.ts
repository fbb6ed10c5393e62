// The faces of the convex hull of a few points, as triangles: what a coordination polyhedron is made of.

import { InputError, type Vec3 } from "../base/index.js";

/** Vertices whose distance from a face's plane is below this, relative to the size of the polyhedron, lie on it. */
const COPLANAR = 1e-3;

/**
 * Triangles of the convex hull of 4 or more points, as indices, three per triangle. A face with more than three corners becomes
 * a fan around its first. Every plane through three points is tried, which is quick for the dozen corners of a void.
 * @throws InputError when the points lie in a plane, or when a point is inside the hull of the others.
 */
export function hullFaces(points: readonly Vec3[], name: string): number[] {
  const n = points.length;
  const size = Math.max(...points.map((p) => length(minus(p, points[0]!))));
  const known = new Set<string>();
  const faces: number[] = [];
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      for (let k = j + 1; k < n; k++) {
        const face = faceThrough(points, [i, j, k], COPLANAR * size);
        if (!face || known.has(face.join())) continue;
        known.add(face.join());
        const ring = inRing(points, face);
        for (let corner = 1; corner + 1 < ring.length; corner++) faces.push(ring[0]!, ring[corner]!, ring[corner + 1]!);
      }
    }
  }
  const used = new Set(faces).size;
  if (faces.length < 12 || used < n) {
    throw new InputError(
      `the ${n} vertices of ${name} are no convex polyhedron (${used} lie on ${faces.length / 3} faces)`,
      "give at least four vertices that are not in one plane, each a corner of the hull",
      { vertices: n, used },
    );
  }
  return faces;
}

/** All points of the plane through three of them, ascending, if it has the others on one side only. */
function faceThrough(points: readonly Vec3[], [i, j, k]: Vec3, tolerance: number): number[] | undefined {
  const origin = points[i]!;
  const normal = cross(minus(points[j]!, origin), minus(points[k]!, origin));
  const area = length(normal);
  if (area <= tolerance * tolerance) return undefined;
  const heights = points.map((p) => dot3(minus(p, origin), normal) / area);
  const above = heights.some((h) => h > tolerance);
  const below = heights.some((h) => h < -tolerance);
  if (above === below) return undefined;
  return heights.flatMap((h, p) => (Math.abs(h) <= tolerance ? [p] : []));
}

/** The corners of a plane face in the order of the walk around it, lowest index first. */
function inRing(points: readonly Vec3[], face: readonly number[]): number[] {
  if (face.length === 3) return [...face];
  const centre = [0, 1, 2].map(
    (a) => face.reduce((sum, p) => sum + points[p]![a]!, 0) / face.length,
  ) as unknown as Vec3;
  const first = minus(points[face[0]!]!, centre);
  // Any second corner will do for the plane that is not opposite to the first.
  const normals = face.slice(1).map((p) => cross(first, minus(points[p]!, centre)));
  const second = cross(
    normals.reduce((best, normal) => (length(normal) > length(best) ? normal : best)),
    first,
  );
  const angle = (p: number): number => {
    const arm = minus(points[p]!, centre);
    const turn = Math.atan2(dot3(arm, second) / length(second), dot3(arm, first) / length(first));
    return p === face[0] ? 0 : turn < 0 ? turn + 2 * Math.PI : turn;
  };
  return [...face].sort((a, b) => angle(a) - angle(b));
}

const minus = (a: Vec3, b: Vec3): Vec3 => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const dot3 = (a: Vec3, b: Vec3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const length = (a: Vec3): number => Math.hypot(...a);
const cross = (a: Vec3, b: Vec3): Vec3 => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];
