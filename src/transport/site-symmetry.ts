// A density averaged over the operations of a space group: what a run would give that was as many times longer. Grid points are taken to the
// grid point nearest to their image. Where the operations take the grid onto itself this is exact; else an image is off by half a
// spacing at most, which the smoothing before the search for peaks covers. The integral is kept.

import { type F64, InputError } from "../base/index.js";
import type { SymmetryOperation } from "../structure/index.js";
import type { GridField } from "./density-field.js";

export function symmetrisedField(field: GridField, operations: readonly SymmetryOperation[]): GridField {
  const { shape, values } = field;
  if (operations.length === 0) throw new InputError("no symmetry operation", "the identity at least");
  const [n1, n2, n3] = shape;
  const out = new Float64Array(values.length);
  const done = new Uint8Array(values.length);
  const images = new Int32Array(operations.length);
  for (let point = 0; point < values.length; point++) {
    if (done[point]) continue;
    const x = Math.floor(point / (n2 * n3)) / n1;
    const y = (Math.floor(point / n3) % n2) / n2;
    const z = (point % n3) / n3;
    let sum = 0;
    for (const [o, { rotation: r, translation: t }] of operations.entries()) {
      const i = gridIndex(r[0]! * x + r[1]! * y + r[2]! * z + t[0]!, n1);
      const j = gridIndex(r[3]! * x + r[4]! * y + r[5]! * z + t[1]!, n2);
      const k = gridIndex(r[6]! * x + r[7]! * y + r[8]! * z + t[2]!, n3);
      const image = (i * n2 + j) * n3 + k;
      images[o] = image;
      sum += values[image]!;
    }
    const mean = sum / operations.length;
    // On a grid the operations do not keep, images of two points overlap: the first to come has them.
    for (const image of images) {
      if (done[image]) continue;
      done[image] = 1;
      out[image] = mean;
    }
    if (!done[point]) {
      done[point] = 1;
      out[point] = mean;
    }
  }
  const scale = total(values) / total(out);
  return { ...field, values: Number.isFinite(scale) ? out.map((value) => value * scale) : out };
}

function gridIndex(s: number, n: number): number {
  // A hair above a half must not round one way here and the other there.
  const index = Math.floor((s - Math.floor(s)) * n + 0.5 - 1e-6);
  return index >= n ? 0 : Math.max(0, index);
}

function total(values: F64): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum;
}
