// All solutions of homogeneous linear equations C x = 0, for equations that each touch few unknowns (symmetry and sum rules).
//
// Gauss–Jordan elimination row by row with threshold pivoting (Golub and Van Loan, 3.4): every equation, freed of the pivots known so
// far, gives up one unknown, x_p = −Σ_f B_pf x_f, or is found to be a consequence of the others. The solutions are x = N y with
// N = 1 on the free unknowns and −B on the pivots: exact, and every parameter y_f is one of the unknowns, with what it drags along.

import { InputError, NumericError } from "../base/index.js";

/** One equation Σ values_k x[unknowns_k] = 0. */
export interface SparseRow {
  readonly unknowns: readonly number[];
  readonly values: readonly number[];
}

export interface NullSpace {
  readonly unknowns: number;
  /** Unknowns that stay parameters, ascending. */
  readonly free: readonly number[];
  /** The others in terms of parameters: x[unknown] = Σ values_k y[parameters_k], parameters counted along `free`. */
  readonly bound: readonly {
    readonly unknown: number;
    readonly parameters: readonly number[];
    readonly values: readonly number[];
  }[];
  /** Largest |C N| left, relative to rows of unit length: how exactly the equations hold. */
  readonly residual: number;
}

export interface NullSpaceOptions {
  /** Lower numbers are given up first where pivots are of comparable size. Default: all alike. */
  readonly preference?: ArrayLike<number>; // [unknowns]
  /** What is left of a row of unit length that counts as nothing. Default 1e-9. */
  readonly tolerance?: number;
}

/** A pivot may be this much smaller than the largest of its row if it is preferred. */
const THRESHOLD = 0.1;

export function nullSpace(rows: readonly SparseRow[], unknowns: number, options: NullSpaceOptions = {}): NullSpace {
  if (!Number.isInteger(unknowns) || unknowns < 0)
    throw new InputError(`${unknowns} unknowns`, "pass a whole number of at least 0");
  const { tolerance = 1e-9, preference } = options;
  const pivots = new Map<number, Map<number, number>>(); // pivot → its row without the pivot, which has coefficient 1
  const order: number[] = [];
  const scaled = rows.map(normalised).filter((row) => row.size > 0);
  for (const row of scaled) {
    const rest = new Map(row);
    // One pass in the order the pivots were found leaves none: a later pivot's row holds no earlier pivot.
    for (const pivot of order) {
      const factor = rest.get(pivot);
      if (factor !== undefined) eliminate(rest, pivot, { factor, by: pivots.get(pivot)! });
    }
    let largest = 0;
    for (const [unknown, value] of rest) {
      if (Math.abs(value) <= 1e-14) rest.delete(unknown);
      else largest = Math.max(largest, Math.abs(value));
    }
    if (largest <= tolerance) continue;
    const chosen = pivotOf(rest, largest, preference);
    const scale = rest.get(chosen)!;
    rest.delete(chosen);
    for (const [unknown, value] of rest) rest.set(unknown, value / scale);
    pivots.set(chosen, rest);
    order.push(chosen);
  }
  // Back: the last pivots hold free unknowns only.
  for (let at = order.length - 1; at >= 0; at--) {
    const row = pivots.get(order[at]!)!;
    for (const unknown of [...row.keys()]) {
      const by = pivots.get(unknown);
      if (by) eliminate(row, unknown, { factor: row.get(unknown)!, by });
    }
  }
  return collected(scaled, { pivots, order, unknowns });
}

function normalised({ unknowns, values }: SparseRow): Map<number, number> {
  const row = new Map<number, number>();
  for (const [k, unknown] of unknowns.entries()) row.set(unknown, (row.get(unknown) ?? 0) + values[k]!);
  const length = Math.hypot(...row.values());
  if (!Number.isFinite(length)) throw new NumericError(`an equation holds ${length}`, "look at what built it");
  const size = Math.hypot(...values);
  for (const [unknown, value] of row) {
    if (length > 1e-10 * size && Math.abs(value) > 1e-14 * length) row.set(unknown, value / length);
    else row.delete(unknown);
  }
  return row;
}

interface Step {
  readonly factor: number;
  readonly by: ReadonlyMap<number, number>;
}

function eliminate(row: Map<number, number>, pivot: number, { factor, by }: Step): void {
  row.delete(pivot);
  for (const [unknown, value] of by) row.set(unknown, (row.get(unknown) ?? 0) - factor * value);
}

function pivotOf(row: ReadonlyMap<number, number>, largest: number, preference?: ArrayLike<number>): number {
  let chosen = -1;
  const rank = (unknown: number): number => preference?.[unknown] ?? 0;
  for (const [unknown, value] of row) {
    if (Math.abs(value) < THRESHOLD * largest) continue;
    if (chosen < 0) {
      chosen = unknown;
      continue;
    }
    const better = rank(unknown) - rank(chosen);
    const size = Math.abs(value) - Math.abs(row.get(chosen)!);
    if (better < 0 || (better === 0 && (size > 1e-9 || (Math.abs(size) <= 1e-9 && unknown < chosen)))) chosen = unknown;
  }
  return chosen;
}

interface Eliminated {
  readonly pivots: ReadonlyMap<number, ReadonlyMap<number, number>>;
  readonly order: readonly number[];
  readonly unknowns: number;
}

function collected(rows: readonly ReadonlyMap<number, number>[], { pivots, order, unknowns }: Eliminated): NullSpace {
  const free: number[] = [];
  const parameterOf = new Int32Array(unknowns).fill(-1);
  for (let unknown = 0; unknown < unknowns; unknown++)
    if (!pivots.has(unknown)) parameterOf[unknown] = free.push(unknown) - 1;
  const bound = [...order]
    .sort((p, q) => p - q)
    .map((unknown) => {
      const kept = [...pivots.get(unknown)!].filter(([, value]) => Math.abs(value) > 1e-14);
      return {
        unknown,
        parameters: kept.map(([f]) => parameterOf[f]!),
        values: kept.map(([, value]) => -value),
      };
    });
  let residual = 0;
  const byUnknown = new Map(bound.map((b) => [b.unknown, b]));
  for (const row of rows) {
    const left = new Map<number, number>();
    for (const [unknown, value] of row) {
      const b = byUnknown.get(unknown);
      if (!b) left.set(parameterOf[unknown]!, (left.get(parameterOf[unknown]!) ?? 0) + value);
      else for (const [k, f] of b.parameters.entries()) left.set(f, (left.get(f) ?? 0) + value * b.values[k]!);
    }
    for (const value of left.values()) residual = Math.max(residual, Math.abs(value));
  }
  return { unknowns, free, bound, residual };
}
