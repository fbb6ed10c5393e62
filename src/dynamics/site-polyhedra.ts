// Is a point inside a polyhedron whose vertices move? The faces are fixed once, as triangles of the convex hull in the reference;
// the body is the union of the tetrahedra (centroid of the vertices, triangle). It needs no convexity: it follows the
// vertices as long as every triangle is seen from the centroid. The test is affine, so fractional coordinates serve.

import type { F64 } from "../base/index.js";
import type { SitePolyhedra } from "./site-list.js";

/** Rounding at a face: a point on it belongs to both sides, and which one it is given to is the caller's business. */
const ON_FACE = 1e-12;

/** Whether the point (x, y, z) is in the polyhedron of site `site`, whose vertices are at `vertices` [v,3]; one set of coordinates for both. */
export function insidePolyhedron(
  polyhedra: SitePolyhedra,
  vertices: F64,
  point: { readonly site: number; readonly x: number; readonly y: number; readonly z: number },
): boolean {
  const { site } = point;
  const from = polyhedra.first[site]!;
  const to = polyhedra.first[site + 1]!;
  if (to === from) return false;
  let cx = 0;
  let cy = 0;
  let cz = 0;
  for (let v = from; v < to; v++) {
    cx += vertices[3 * v]!;
    cy += vertices[3 * v + 1]!;
    cz += vertices[3 * v + 2]!;
  }
  cx /= to - from;
  cy /= to - from;
  cz /= to - from;
  const px = point.x - cx;
  const py = point.y - cy;
  const pz = point.z - cz;

  for (let t = polyhedra.firstFace[site]!; t < polyhedra.firstFace[site + 1]!; t++) {
    const a = 3 * polyhedra.faces[3 * t]!;
    const b = 3 * polyhedra.faces[3 * t + 1]!;
    const c = 3 * polyhedra.faces[3 * t + 2]!;

    const ax = vertices[a]! - cx;
    const ay = vertices[a + 1]! - cy;
    const az = vertices[a + 2]! - cz;

    const bx = vertices[b]! - cx;
    const by = vertices[b + 1]! - cy;
    const bz = vertices[b + 2]! - cz;

    const dx = vertices[c]! - cx;
    const dy = vertices[c + 1]! - cy;
    const dz = vertices[c + 2]! - cz;

    // p = α a + β b + γ d by Cramer's rule, each determinant over that of (a, b, d).
    const ux = by * dz - bz * dy;
    const uy = bz * dx - bx * dz;
    const uz = bx * dy - by * dx;

    const whole = ax * ux + ay * uy + az * uz;
    const alpha = (px * ux + py * uy + pz * uz) / whole;
    if (!(alpha >= -ON_FACE)) continue;
    const wx = ay * pz - az * py;
    const wy = az * px - ax * pz;
    const wz = ax * py - ay * px;

    const beta = (wx * dx + wy * dy + wz * dz) / whole;
    if (!(beta >= -ON_FACE)) continue;
    const gamma = -(wx * bx + wy * by + wz * bz) / whole;
    if (gamma >= -ON_FACE && alpha + beta + gamma <= 1 + ON_FACE) return true;
  }
  return false;
}
