// What the window's atoms do within one stride because of the kicks earlier in it: Σ G(s−s′) p(s′)/μ at whole numbers of steps.

import type { LatticeFlight } from "./lattice-flight.js";
import type { Window } from "./model.js";

export interface PastKick {
  readonly cell: Int32Array; // [3] where the ion was
  readonly momenta: Float64Array; // [n,3] eV fs/Å
}

/** The image nearest to zero of a distance on a circle. */
export const nearestImage = (distance: number, circle: number): number =>
  distance - circle * Math.round(distance / circle);

/**
 * The function adds to displacements [n,3] of the window at `cell` what a kick `lag` steps ago did: a dense matrix while the ion stays in
 * its cell, block by block when it was in another.
 */
export function answerTable(
  flight: LatticeFlight,
  window: Window,
  options: { readonly timestepFs: number; readonly lags: number },
) {
  const n = window.count;
  const size = 3 * n;
  const { timestepFs, lags } = options;
  const block = new Float64Array(9);
  const separation = new Int32Array(3);
  const blockOf = (lag: number, j: number, k: number, shift: readonly number[]): void => {
    for (let axis = 0; axis < 3; axis++)
      separation[axis] = window.sites[4 * j + axis]! - window.sites[4 * k + axis]! + shift[axis]!;
    flight.response(lag * timestepFs, separation, block);
  };
  const matrices = Array.from({ length: lags + 1 }, (_, lag) => {
    const matrix = new Float64Array(size * size);
    for (let j = 0; j < n; j++) {
      for (let k = 0; k < n; k++) {
        blockOf(lag, j, k, [0, 0, 0]);
        for (let p = 0; p < 3; p++)
          for (let q = 0; q < 3; q++) matrix[(3 * j + p) * size + 3 * k + q] = block[3 * p + q]!;
      }
    }
    return matrix;
  });
  return (lag: number, cell: Int32Array, kick: PastKick, displacements: Float64Array): void => {
    const p = kick.momenta;
    const shift = [0, 1, 2].map((axis) => nearestImage(cell[axis]! - kick.cell[axis]!, flight.cells));
    if (shift[0] === 0 && shift[1] === 0 && shift[2] === 0) {
      const matrix = matrices[lag]!;
      for (let i = 0, at = 0; i < size; i++) {
        let sum = 0;
        for (let k = 0; k < size; k++, at++) sum += matrix[at]! * p[k]!;
        displacements[i]! += sum;
      }
      return;
    }
    for (let j = 0; j < n; j++) {
      for (let k = 0; k < n; k++) {
        blockOf(lag, j, k, shift);
        for (let row = 0; row < 3; row++) {
          displacements[3 * j + row]! +=
            block[3 * row]! * p[3 * k]! + block[3 * row + 1]! * p[3 * k + 1]! + block[3 * row + 2]! * p[3 * k + 2]!;
        }
      }
    }
  };
}
