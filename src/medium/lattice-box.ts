// A small box cut out of the periodic lattice: powers of the springs at a few atoms, and kicks on a few atoms spread to their
// neighbours. Each power reaches one cell further, so everything stays within a few cells of the ion.

import type { Pointer } from "../kernels/index.js";
import type { LatticeFields } from "./lattice-fields.js";
import { type BoxLayout, boxLayout } from "./lattice-memory.js";
import { wrap } from "./thermal-modes.js";

export interface LatticeBox {
  /** Cells of a box of `extent` with `margin` cells around, margin counted with the neighbour layer. */
  readonly extent: readonly [number, number, number];
  /**
   * Powers 0 … order of A on the atoms of a box of `extent` whose lowest cell is `corner`, from the periodic field `source`.
   * `take(power, memory, place)` gets places by `inside`.
   */
  powers(source: Pointer, corner: ArrayLike<number>, take: (power: number) => void): void;
  /** Place in the heap of component x of an atom, counted from the corner, after `powers` has handed out a power. */
  inside(power: number, i: number, j: number, k: number): number;
  /** Apart in the heap: the components of one atom. */
  readonly apart: number;
  /**
   * Σ_k A^k f_k added to each of `targets`, with f_k the field that `fill(k, add)` writes by `add(i, j, k, fx, fy, fz)`.
   */
  spread(
    corner: ArrayLike<number>,
    fill: (power: number, add: (i: number, j: number, k: number, f: ArrayLike<number>, at: number) => void) => void,
    targets: readonly Pointer[],
  ): void;
}

/** @param order powers of A */
export function latticeBox(
  fields: LatticeFields,
  extent: readonly [number, number, number],
  order: number,
): LatticeBox {
  const { heap, cells, nearFactor, nextFactor } = fields;
  // The neighbour layer is one of the margins when powers are taken; spreading wants it beyond.
  const shape = extent.map((e) => e + 2 * order) as [number, number, number];
  const layout = boxLayout(shape);
  const slots = Array.from({ length: order + 1 }, () => heap.allocate(layout.bytes));
  const scratch = heap.allocate(layout.scratchBytes);
  const apart = layout.component / 8;
  const at = (slot: Pointer, i: number, j: number, k: number): number => placeIn(layout, slot, i, j, k);

  /** out = A u on the inside without `skip` outer layers. */
  const push = (u: Pointer, out: Pointer, skip: number): void => {
    const shift = layout.first + skip * (layout.plane + layout.row + 8);
    const [n1, n2, n3] = shape.map((n) => n - 2 * skip) as [number, number, number];
    heap.kernels.stencil(
      u + shift,
      out + shift,
      layout.component,
      layout.plane,
      layout.row,
      n1,
      n2,
      n3,
      nearFactor,
      nextFactor,
      0,
      scratch,
    );
  };

  const eachRow = (corner: ArrayLike<number>, visit: (global: number, local: number) => void): void => {
    for (let i = 0; i < shape[0]; i++) {
      const n1 = wrap(corner[0]! - order + i, cells);
      for (let j = 0; j < shape[1]; j++) {
        const n2 = wrap(corner[1]! - order + j, cells);
        const row = at(0, i, j, 0);
        const line = fields.place(0, n1, n2, 0);
        let n3 = wrap(corner[2]! - order, cells);
        for (let k = 0; k < shape[2]; k++) {
          visit(line + n3, row + k);
          if (++n3 === cells) n3 = 0;
        }
      }
    }
  };
  const globalApart = fields.layout.component / 8;

  return {
    extent,
    apart,
    powers(source, corner, take) {
      const memory = heap.whole();
      const from = source / 8;
      const to = slots[0]! / 8;
      eachRow(corner, (global, local) => {
        memory[to + local] = memory[from + global]!;
        memory[to + local + apart] = memory[from + global + globalApart]!;
        memory[to + local + 2 * apart] = memory[from + global + 2 * globalApart]!;
      });
      take(0);
      for (let power = 1; power <= order; power++) {
        push(slots[power - 1]!, slots[power]!, power);
        take(power);
      }
    },
    inside: (power, i, j, k) => at(slots[power]!, i + order, j + order, k + order),
    spread(corner, fill, targets) {
      const memory = heap.whole();
      let [now, next] = [slots[0]!, slots[1]!];
      memory.fill(0, now / 8, (now + layout.bytes) / 8);
      memory.fill(0, next / 8, (next + layout.bytes) / 8);
      const add = (i: number, j: number, k: number, f: ArrayLike<number>, start: number): void => {
        const place = at(now, i + order, j + order, k + order);
        for (let a = 0; a < 3; a++) memory[place + a * apart]! += f[start + a]!;
      };
      fill(order, add);
      for (let power = order - 1; power >= 0; power--) {
        push(now, next, power);
        [now, next] = [next, now];
        fill(power, add);
      }
      const from = now / 8;
      for (const target of targets) {
        const to = target / 8;
        eachRow(corner, (global, local) => {
          for (let a = 0; a < 3; a++) memory[to + global + a * globalApart]! += memory[from + local + a * apart]!;
        });
      }
    },
  };
}

function placeIn(layout: BoxLayout, field: Pointer, i: number, j: number, k: number): number {
  return (field + layout.first + i * layout.plane + j * layout.row) / 8 + k;
}
