// The surface where a periodic field has one value. Every box of eight grid points is cut into six tetrahedra about the same diagonal,
// and a tetrahedron has one plane at most (marching tetrahedra: Doi and Koide, IEICE Trans. E74, 214 (1991)): unlike cubes there is no
// ambiguous case, and neighbouring boxes agree on every shared face, so that the surface is closed.

import { expectShape, type F64, type I32, InputError } from "../base/index.js";
import type { GridField } from "./density-field.js";

export interface Surface {
  readonly level: number;
  /** [n,3] fractional; between 0 and 1, those of the last layer beyond it so that no triangle spans the cell. */
  readonly vertices: F64;
  /** [m,3] indices of vertices; seen from where the field is lower they run counter-clockwise. */
  readonly triangles: I32;
}

// Corners of a box count as 4 di + 2 dj + dk; all tetrahedra hold the diagonal 0–7 and are right-handed.
const TETRAHEDRA = [
  [0, 4, 6, 7],
  [0, 6, 2, 7],
  [0, 2, 3, 7],
  [0, 3, 1, 7],
  [0, 1, 5, 7],
  [0, 5, 4, 7],
] as const;

export function isosurface(field: GridField, level: number): Surface {
  const { shape, values } = field;
  const [n1, n2, n3] = shape;
  expectShape("the field", values, shape);
  if (!Number.isFinite(level)) throw new InputError(`a surface at ${level}`, "pass a number");
  const [m2, m3] = [n2 + 1, n3 + 1]; // points counted without folding back, so that vertices of the last layer stay apart
  const vertices: number[] = [];
  const triangles: number[] = [];
  const known = new Map<number, number>();
  const total = (n1 + 1) * m2 * m3;
  const place = (point: number): [number, number, number] => [
    Math.floor(point / (m2 * m3)),
    Math.floor(point / m3) % m2,
    point % m3,
  ];
  const valueAt = (i: number, j: number, k: number): number =>
    values[((i % n1) * n2 + (j % n2)) * n3 + (k % n3)]! - level;
  const cut = (p: number, fp: number, q: number, fq: number): number => {
    const key = Math.min(p, q) * total + Math.max(p, q);
    const old = known.get(key);
    if (old !== undefined) return old;
    const t = fp / (fp - fq);
    const [a, b] = [place(p), place(q)];
    for (let axis = 0; axis < 3; axis++) vertices.push((a[axis]! + t * (b[axis]! - a[axis]!)) / shape[axis]!);
    known.set(key, vertices.length / 3 - 1);
    return vertices.length / 3 - 1;
  };
  const points = new Int32Array(8);
  const f = new Float64Array(8);
  for (let i = 0; i < n1; i++) {
    for (let j = 0; j < n2; j++) {
      for (let k = 0; k < n3; k++) {
        let above = 0;
        for (let c = 0; c < 8; c++) {
          const [x, y, z] = [i + (c >> 2), j + ((c >> 1) & 1), k + (c & 1)];
          points[c] = (x * m2 + y) * m3 + z;
          f[c] = valueAt(x, y, z);
          if (f[c]! >= 0) above++;
        }
        if (above === 0 || above === 8) continue;
        for (const corners of TETRAHEDRA) cutTetrahedron(corners, f, points, cut, triangles);
      }
    }
  }
  return { level, vertices: Float64Array.from(vertices), triangles: Int32Array.from(triangles) };
}

function cutTetrahedron(
  corners: readonly number[],
  f: Float64Array,
  points: Int32Array,
  cut: (p: number, fp: number, q: number, fq: number) => number,
  triangles: number[],
): void {
  const high = corners.filter((c) => f[c]! >= 0);
  if (high.length === 0 || high.length === 4) return;
  const low = corners.filter((c) => f[c]! < 0);
  const between = (a: number, b: number): number => cut(points[a]!, f[a]!, points[b]!, f[b]!);
  // Whether the corners in the order high…, low… keep the handedness of the tetrahedron.
  const even = evenOrder([...high, ...low].map((c) => corners.indexOf(c)));
  const push = (a: number, b: number, c: number): void => {
    triangles.push(a, ...(even ? [b, c] : [c, b]));
  };
  if (high.length === 1) {
    const [a, b, c] = low.map((other) => between(high[0]!, other));
    push(a!, b!, c!);
  } else if (high.length === 3) {
    const [a, b, c] = high.map((other) => between(other, low[0]!));
    push(a!, b!, c!);
  } else {
    const [p, q] = [high[0]!, high[1]!];
    const [r, s] = [low[0]!, low[1]!];
    const [pr, ps, qr, qs] = [between(p, r), between(p, s), between(q, r), between(q, s)];
    push(pr, ps, qs);
    push(pr, qs, qr);
  }
}

function evenOrder(order: readonly number[]): boolean {
  let swaps = 0;
  for (let i = 0; i < order.length; i++) for (let j = 0; j < i; j++) if (order[j]! > order[i]!) swaps++;
  return swaps % 2 === 0;
}
