// Force constants as a table a person can look at: the size |Φ_ij| = √Σ_αβ Φ² of the strongest block between each two atoms of the primitive cell, and
// how blocks fall off with distance.

import type { ForceConstants } from "../../modes/index.js";
import { type Crystal, type CrystalCells, minimumImage, speciesOf } from "../../structure/index.js";
import { rowsOf } from "./operation.js";

export interface ForceConstantsTableData {
  /** Of each atom of the primitive cell: "Li1". */
  readonly atoms: readonly string[];
  /** [b][b] eV/Å², the strongest block between different atoms; the diagonal holds an atom's with itself. */
  readonly strongestEvPerA2: readonly (readonly number[])[];
  readonly decay: readonly { readonly pair: string; readonly distanceA: number; readonly sizeEvPerA2: number }[];
}

/** Å: blocks of one pair of elements at distances that differ by less are one point of the decay, the strongest. */
const SAME_DISTANCE = 0.02;

export function forceConstantsTable({ values }: ForceConstants, cells: CrystalCells): ForceConstantsTableData {
  const { supercell, primitive, primitiveAtom } = cells;
  const n = primitiveAtom.length;
  const b = primitive.kinds.length;
  const copies = Array.from(primitiveAtom);
  const home = Array.from({ length: b }, (_, i) => copies.indexOf(i));
  const strongest = new Float64Array(b * b);
  const decay = new Map<string, { pair: string; distanceA: number; sizeEvPerA2: number }>();
  for (let i = 0; i < b; i++) {
    const distances = distancesFrom(supercell, home[i]!);
    for (let j = 0; j < n; j++) {
      const size = blockSize(values, n, [home[i]!, j]);
      const other = primitiveAtom[j]!;
      const itself = j === home[i];
      if (itself) {
        strongest[i * b + i] = size;
        continue;
      }
      if (other !== i) strongest[i * b + other] = Math.max(strongest[i * b + other]!, size);
      const pair = [speciesOf(primitive, i), speciesOf(primitive, other)].sort().join("–");
      const key = `${pair} ${Math.round(distances[j]! / SAME_DISTANCE)}`;
      const known = decay.get(key);
      if (!known || known.sizeEvPerA2 < size) decay.set(key, { pair, distanceA: distances[j]!, sizeEvPerA2: size });
    }
  }
  return {
    atoms: Array.from({ length: b }, (_, i) => `${speciesOf(primitive, i)}${i + 1}`),
    strongestEvPerA2: rowsOf(strongest, b),
    decay: [...decay.values()].sort((p, q) => p.distanceA - q.distanceA),
  };
}

function blockSize(values: ForceConstants["values"], n: number, [i, j]: readonly [number, number]): number {
  let sum = 0;
  for (let a = 0; a < 3; a++) for (let c = 0; c < 3; c++) sum += values[(3 * i + a) * 3 * n + 3 * j + c]! ** 2;
  return Math.sqrt(sum);
}

function distancesFrom({ cell, positions }: Crystal, from: number): number[] {
  const apart = minimumImage(
    cell,
    Float64Array.from(positions, (x, a) => x - positions[3 * from + (a % 3)]!),
  );
  return rowsOf(apart).map((d) => Math.hypot(...d));
}
