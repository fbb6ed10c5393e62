// A periodic function on a grid: value (i, j, k) belongs to the point with fractional coordinates (i/n1, j/n2, k/n3). This is how the
// formats cube and CHGCAR have it, so nothing is shifted on the way out.

import { expectShape, type F64, InputError } from "../base/index.js";
import { type Cell, cellParameters } from "../structure/index.js";

export interface GridField {
  readonly cell: Cell;
  readonly shape: readonly [number, number, number];
  readonly values: F64; // [n1,n2,n3] last axis fastest
}

/** Grid points along a, b, c no farther apart than `spacing` Å. */
export function gridShape(cell: Cell, spacing: number): [number, number, number] {
  const points = (axis: number): number => gridPoints(cell, axis, spacing);
  const shape: [number, number, number] = [points(0), points(1), points(2)];
  const total = shape[0] * shape[1] * shape[2];
  if (total > 2 ** 27)
    throw new InputError(`a grid of ${shape.join(" × ")} points`, "use a wider spacing", { spacing, total });
  return shape;
}

/** The same along one axis. */
export function gridPoints(cell: Cell, axis: number, spacing: number): number {
  if (!(spacing > 0)) throw new InputError(`grid points ${spacing} Å apart`, "pass a positive spacing; 0.3 Å is usual");
  return Math.max(1, Math.ceil(cellParameters(cell)[axis]! / spacing - 1e-9));
}

/** A flat picture of a field: [rows, columns] over the two other axes in their order. */
export interface FlatMap {
  /** The axis looked along: 0, 1, 2 for a, b, c. */
  readonly along: 0 | 1 | 2;
  readonly axes: readonly [number, number];
  readonly shape: readonly [number, number];
  readonly values: F64; // [rows, columns]
}

/** Mean of the field along one axis of the cell. */
export function projectField(field: GridField, along: 0 | 1 | 2): FlatMap {
  return flatten(field, along, (line) => line.reduce((sum, value) => sum + value, 0) / line.length);
}

/** The field in the plane at fractional coordinate `at` of one axis, linear between grid planes. */
export function sectionField(field: GridField, along: 0 | 1 | 2, at: number): FlatMap {
  if (!Number.isFinite(at)) throw new InputError(`a section at ${at}`, "pass a fractional coordinate");
  const n = field.shape[along];
  const place = (at - Math.floor(at)) * n;
  const low = Math.floor(place) % n;
  const share = place - Math.floor(place);
  return flatten(field, along, (line) => (1 - share) * line[low]! + share * line[(low + 1) % n]!);
}

function flatten(field: GridField, along: 0 | 1 | 2, reduce: (line: Float64Array) => number): FlatMap {
  const { shape, values } = field;
  expectShape("the field", values, shape);
  const steps = [shape[1] * shape[2], shape[2], 1];
  const [u, v] = [0, 1, 2].filter((axis) => axis !== along) as [0 | 1 | 2, 0 | 1 | 2];
  const out = new Float64Array(shape[u] * shape[v]);
  const line = new Float64Array(shape[along]);
  for (let i = 0; i < shape[u]; i++) {
    for (let j = 0; j < shape[v]; j++) {
      const at = i * steps[u]! + j * steps[v]!;
      for (let k = 0; k < line.length; k++) line[k] = values[at + k * steps[along]!]!;
      out[i * shape[v] + j] = reduce(line);
    }
  }
  return { along, axes: [u, v], shape: [shape[u], shape[v]], values: out };
}

/** Lines where a flat map has the value `level`, linear along grid edges: [lines,2,2] fractional coordinates along its two axes. */
export function contourLines(map: FlatMap, level: number): Float64Array<ArrayBuffer> {
  const [rows, columns] = map.shape;
  const out: number[] = [];
  const value = (i: number, j: number): number => map.values[(i % rows) * columns + (j % columns)]! - level;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      // Two triangles a square: no ambiguous case, and neighbours agree on the shared edge.
      for (const corners of [
        [
          [0, 0],
          [1, 0],
          [1, 1],
        ],
        [
          [0, 0],
          [1, 1],
          [0, 1],
        ],
      ] as const) {
        const points = corners.map(([di, dj]) => ({ u: i + di, v: j + dj, f: value(i + di, j + dj) }));
        const cuts = [0, 1, 2].flatMap((k) => {
          const [p, q] = [points[k]!, points[(k + 1) % 3]!];
          if (p.f >= 0 === q.f >= 0) return [];
          const t = p.f / (p.f - q.f);
          return [[(p.u + t * (q.u - p.u)) / rows, (p.v + t * (q.v - p.v)) / columns]];
        });
        if (cuts.length === 2) out.push(...cuts[0]!, ...cuts[1]!);
      }
    }
  }
  return Float64Array.from(out);
}
