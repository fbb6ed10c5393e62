// The rows of a fit, seen once per pass and kept as moments by group of arrangements: rows of one arrangement share their displacements
// and the errors of one calculation, so a hold-out that splits them would see what it is tested on.

import { InputError, Pacer, Rng, type RunOptions } from "../base/index.js";
import { type Moments, momentsOf } from "../numerics/index.js";
import type { Design, DesignGroup, LatticeSample } from "./fit-design.js";

/** [samples] group of each: near-equal groups, drawn by the seed. */
export function foldsOf(samples: number, options: { readonly folds: number; readonly seed: number }): Int32Array {
  const { folds, seed } = options;
  if (!Number.isInteger(folds) || folds < 2 || folds > samples)
    throw new InputError(
      `${folds} groups of ${samples} arrangements`,
      "cross-validation needs at least 2 groups, and no more than there are arrangements",
      { folds, samples },
    );
  const rng = Rng.fromSeed(seed).fork("folds");
  const order = Array.from({ length: samples }, (_, k) => k);
  for (let k = samples - 1; k > 0; k--) {
    const other = rng.below(k + 1);
    [order[k], order[other]] = [order[other]!, order[k]!];
  }
  const fold = new Int32Array(samples);
  for (const [place, sample] of order.entries()) fold[sample] = place % folds;
  return fold;
}

/** Moments of each group of arrangements; rows of one kind of atoms are multiplied by each other only in the columns they have. */
export async function momentsByFold(
  samples: readonly LatticeSample[],
  design: Design,
  options: RunOptions & { readonly fold: Int32Array; readonly folds: number },
): Promise<Moments[]> {
  const { fold, folds } = options;
  const sums = Array.from({ length: folds }, () => emptyMoments(design.columns));
  const pacer = new Pacer("reading displacements", options);
  let done = 0;
  for (const [k, sum] of sums.entries()) {
    const own = samples.filter((_, s) => fold[s] === k);
    const few = Math.max(1, Math.floor(STACKED_NUMBERS / (design.rows * Math.max(1, design.columns))));
    for (let from = 0; from < own.length; from += few) {
      const stack = own.slice(from, from + few);
      const blocks: Float64Array[] = [];
      for (const { displacements } of stack) {
        blocks.push(design.of(displacements));
        await pacer.tick(++done, samples.length);
      }
      for (const group of design.groups) addGroup(sum, { design, group, stack, blocks });
    }
  }
  return sums;
}

/** Numbers of designs that are multiplied in one go. */
const STACKED_NUMBERS = 2e7;

interface Stack {
  readonly design: Design;
  readonly group: DesignGroup;
  readonly stack: readonly LatticeSample[];
  readonly blocks: readonly Float64Array[];
}

function addGroup(sum: Sums, { design, group, stack, blocks }: Stack): void {
  const { rows, columns } = group;
  const p = design.columns;
  const rowCount = rows.length * stack.length;
  const part = new Float64Array(rowCount * columns.length);
  const forces = new Float64Array(rowCount);
  for (const [s, block] of blocks.entries())
    for (let r = 0; r < rows.length; r++) {
      const to = (s * rows.length + r) * columns.length;
      const from = rows[r]! * p;
      for (let c = 0; c < columns.length; c++) part[to + c] = block[from + columns[c]!]!;
      forces[s * rows.length + r] = stack[s]!.forces[rows[r]!]!;
    }
  if (columns.length > 0) {
    const { gram, projection } = momentsOf(part, forces);
    for (let i = 0; i < columns.length; i++) {
      const to = columns[i]! * p;
      for (let j = 0; j < columns.length; j++) sum.gram[to + columns[j]!]! += gram[i * columns.length + j]!;
      sum.projection[columns[i]!]! += projection[i]!;
    }
  }
  for (const f of forces) sum.square += f * f;
  sum.rows += rowCount;
}

interface Sums {
  readonly gram: Float64Array;
  readonly projection: Float64Array;
  square: number;
  rows: number;
}

const emptyMoments = (p: number): Sums => ({
  gram: new Float64Array(p * p),
  projection: new Float64Array(p),
  square: 0,
  rows: 0,
});

function addMoments(sum: Sums, more: Moments): void {
  for (let e = 0; e < sum.gram.length; e++) sum.gram[e]! += more.gram[e]!;
  for (let e = 0; e < sum.projection.length; e++) sum.projection[e]! += more.projection[e]!;
  sum.square += more.square;
  sum.rows += more.rows;
}

/** Moments of all groups but `without` (−1: of all). */
export function total(parts: readonly Moments[], without = -1): Moments {
  const sum = emptyMoments(parts[0]!.projection.length);
  for (const [k, part] of parts.entries()) if (k !== without) addMoments(sum, part);
  return sum;
}

/** Moments of columns multiplied by `scale` [p]. */
export function scaledMoments(moments: Moments, scale: Float64Array): Moments {
  const p = scale.length;
  const gram = new Float64Array(p * p);
  for (let i = 0; i < p; i++)
    for (let j = 0; j < p; j++) gram[i * p + j] = moments.gram[i * p + j]! * scale[i]! * scale[j]!;
  return { ...moments, gram, projection: Float64Array.from(moments.projection, (x, j) => x * scale[j]!) };
}

/** Moments of some columns only. */
export function columnsOf(moments: Moments, columns: readonly number[]): Moments {
  const p = moments.projection.length;
  const gram = new Float64Array(columns.length ** 2);
  for (const [i, row] of columns.entries())
    for (const [j, column] of columns.entries()) gram[i * columns.length + j] = moments.gram[row * p + column]!;
  return { ...moments, gram, projection: Float64Array.from(columns, (c) => moments.projection[c]!) };
}
