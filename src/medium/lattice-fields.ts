// Fields on the periodic cubic lattice: written, read, pushed through the springs.
//
// The springs act as A = D/Ω_max², D the dynamical matrix, so that the eigenvalues of A lie between 0 and 1 and its powers stay small.

import { expectFinite, expectShape } from "../base/index.js";
import type { Pointer } from "../kernels/index.js";
import { checkLattice, highestFrequency } from "./cubic.js";
import { checkCells } from "./dispersion.js";
import { type BoxLayout, boxLayout, type KernelChoice, type LatticeHeap, makeHeap } from "./lattice-memory.js";
import { type CubicLattice, inertiaOf } from "./model.js";

export interface LatticeFields {
  readonly lattice: CubicLattice;
  readonly cells: number;
  readonly heap: LatticeHeap;
  readonly layout: BoxLayout;
  /** Ω_max, rad/fs. */
  readonly topFrequency: number;
  /** −k1/(μΩ_max²) and −k2/(2μΩ_max²): the stencil's factors that make it A. */
  readonly nearFactor: number;
  readonly nextFactor: number;
  /** Start addresses of `count` new fields of zeros. */
  allocate(count: number): Pointer[];
  /** [N³,3] into a field. */
  write(field: Pointer, values: ArrayLike<number>): void;
  /** A field as [N³,3]. */
  read(field: Pointer): Float64Array<ArrayBuffer>;
  /** out = keep · out + scale · A u. Fills the neighbour layer of u. */
  apply(u: Pointer, out: Pointer, options?: { readonly scale?: number; readonly keep?: number }): void;
  /** Place in `heap.whole()` of component x of an atom; the others follow `layout.component / 8` apart. */
  place(field: Pointer, n1: number, n2: number, n3: number): number;
}

export function latticeFields(
  lattice: CubicLattice,
  cells: number,
  options: { readonly kernels?: KernelChoice } = {},
): LatticeFields {
  checkLattice(lattice);
  checkCells(cells);
  const heap = makeHeap(options.kernels);
  const layout = boxLayout([cells, cells, cells]);
  const scratch = heap.allocate(layout.scratchBytes);
  const topFrequency = highestFrequency(lattice);
  const scale = -1 / (inertiaOf(lattice.mass) * topFrequency ** 2);
  const nearFactor = scale * lattice.nearSpring;
  const nextFactor = 0.5 * scale * lattice.nextSpring;
  const { first, component, plane, row } = layout;
  const place = (field: Pointer, n1: number, n2: number, n3: number): number =>
    (field + first + n1 * plane + n2 * row) / 8 + n3;
  const eachAtom = (field: Pointer, visit: (place: number, atom: number) => void): void => {
    for (let n1 = 0, atom = 0; n1 < cells; n1++) {
      for (let n2 = 0; n2 < cells; n2++) {
        for (let n3 = 0; n3 < cells; n3++, atom++) visit(place(field, n1, n2, n3), atom);
      }
    }
  };
  const apart = component / 8;
  return {
    lattice,
    cells,
    heap,
    layout,
    topFrequency,
    nearFactor,
    nextFactor,
    allocate: (count) => Array.from({ length: count }, () => heap.allocate(layout.bytes)),
    write(field, values) {
      expectShape("a field on the lattice", values, [cells ** 3, 3]);
      const copy = Float64Array.from(values);
      expectFinite("a field on the lattice", copy);
      const memory = heap.whole();
      eachAtom(field, (at, atom) => {
        for (let a = 0; a < 3; a++) memory[at + a * apart] = copy[3 * atom + a]!;
      });
    },
    read(field) {
      const memory = heap.whole();
      const values = new Float64Array(3 * cells ** 3);
      eachAtom(field, (at, atom) => {
        for (let a = 0; a < 3; a++) values[3 * atom + a] = memory[at + a * apart]!;
      });
      return values;
    },
    apply(u, out, { scale: factor = 1, keep = 0 } = {}) {
      heap.kernels.fillHalo(u + first, component, plane, row, cells);
      heap.kernels.stencil(
        u + first,
        out + first,
        component,
        plane,
        row,
        cells,
        cells,
        cells,
        factor * nearFactor,
        factor * nextFactor,
        keep,
        scratch,
      );
    },
    place,
  };
}
