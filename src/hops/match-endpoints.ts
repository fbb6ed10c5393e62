// Two minima found separately have their atoms in other orders, other periodic images and perhaps rigidly shifted.
// A path needs atom i of the one to move continuously to atom i of the other. The pairing is the one of least squared
// distance, Σ_i |x'_{π(i)} − x_i − d_i − t|² (shortest images, equal elements), where d_i is how far the hop is meant to
// carry atom i (zero for all but the movers) and t the rigid shift, found in turn with π.

import { type F64, InputError, type Note, Notes, type Vec3 } from "../base/index.js";
import type { Minimum } from "../minima/index.js";
import { assignment } from "../numerics/index.js";
import { atomCount, type Crystal, formulaOf, minimumImage, speciesList } from "../structure/index.js";

/** Where one atom of the first minimum is meant to go. */
export interface IntendedMove {
  /** Index in the first minimum. */
  readonly atom: number;
  /** Å, may be longer than half the cell. */
  readonly displacement: Vec3;
}

export interface PrepareEndpointsOptions {
  /** The hop's own atoms, e.g. `hop.chain`. Default none: every atom goes to the nearest place of its element. */
  readonly moves?: readonly IntendedMove[];
  /** Shift the second minimum so that the mean displacement is zero. Default true; false for a fixed outer potential. */
  readonly removeTranslation?: boolean;
  /** An atom that moves further than this changes site, Å. Default 1. */
  readonly moverThreshold?: number;
  /** When no atom moves further than this, Å, both ends are the same minimum. Default 0.1. */
  readonly sameWithin?: number;
}

export interface PreparedEndpoints {
  /** The second with the atoms of the first: same order, continuous positions. */
  readonly endpoints: readonly [Minimum, Minimum];
  /** [n] index in the second minimum as given of the atom that is now number i. */
  readonly order: Int32Array;
  /** [n,3] Å from the first to the second. */
  readonly displacements: F64;
  /** Atoms that change site, ascending. */
  readonly movers: Int32Array;
  readonly notes: readonly Note[];
}

/** A mover that ends further than this from where it was meant to go is worth a note, Å. */
const STRAY = 1;

/**
 * Relabels, unwraps and shifts `to` so that a path can be drawn from `from`.
 * @throws InputError when composition or cell differ, or when both are the same minimum.
 */
export function prepareEndpoints(from: Minimum, to: Minimum, options: PrepareEndpointsOptions = {}): PreparedEndpoints {
  expectSameContents(from.crystal, to.crystal);
  const n = atomCount(from.crystal);
  const intended = intendedDisplacements(n, options.moves ?? []);
  const { order, residual } = pairAtoms(from.crystal, to.crystal, intended);
  const displacements = residual.map((rest, i) => rest + intended[i]!);
  if (options.removeTranslation ?? true) subtractMean(displacements);
  const sizes = Array.from({ length: n }, (_, i) =>
    Math.hypot(displacements[3 * i]!, displacements[3 * i + 1]!, displacements[3 * i + 2]!),
  );
  const largest = Math.max(...sizes);
  if (largest < (options.sameWithin ?? 0.1)) {
    throw new InputError(
      `both end points are the same minimum: largest displacement ${Number(largest.toPrecision(2))} Å`,
      "the second configuration relaxed into the first; choose another target site",
      { largest },
    );
  }
  const threshold = options.moverThreshold ?? 1;
  const crystal: Crystal = { ...from.crystal, positions: displacements.map((d, i) => from.crystal.positions[i]! + d) };
  return {
    endpoints: [from, { ...to, crystal }],
    order,
    displacements,
    movers: Int32Array.from(sizes.flatMap((size, i) => (size > threshold ? [i] : []))),
    notes: strayNotes(options.moves ?? [], displacements),
  };
}

/** Atoms that move further than `threshold` Å between the two ends. */
export function moversBetween(from: F64, to: F64, threshold: number): Int32Array {
  const movers: number[] = [];
  for (let i = 0; i < from.length; i += 3) {
    if (Math.hypot(to[i]! - from[i]!, to[i + 1]! - from[i + 1]!, to[i + 2]! - from[i + 2]!) > threshold)
      movers.push(i / 3);
  }
  return Int32Array.from(movers);
}

function expectSameContents(a: Crystal, b: Crystal): void {
  const count = (crystal: Crystal): string => speciesList(crystal).sort().join(" ");
  if (count(a) !== count(b)) {
    throw new InputError(
      `the end points have different atoms: ${formulaOf(a)} and ${formulaOf(b)}`,
      "both must be arrangements of the same atoms",
    );
  }
  const scale = Math.cbrt(a.cell.volume);
  const apart = Math.max(...Array.from(a.cell.vectors, (x, i) => Math.abs(x - b.cell.vectors[i]!)));
  if (apart > 1e-6 * scale) {
    throw new InputError(
      `the cells of the end points differ by up to ${apart.toPrecision(3)} Å`,
      "relax both at the same fixed cell",
      { apart },
    );
  }
}

function intendedDisplacements(n: number, moves: readonly IntendedMove[]): Float64Array {
  const intended = new Float64Array(3 * n);
  for (const { atom, displacement } of moves) {
    if (!Number.isInteger(atom) || atom < 0 || atom >= n) {
      throw new InputError(
        `the hop moves atom ${atom + 1}, the structure has ${n}`,
        "atoms are counted in the first end point",
      );
    }
    intended.set(displacement, 3 * atom);
  }
  return intended;
}

/** Pairing and rigid shift in turn until the pairing stands; the residual still holds the shift. */
function pairAtoms(
  from: Crystal,
  to: Crystal,
  intended: Float64Array,
): { order: Int32Array; residual: Float64Array<ArrayBuffer> } {
  const n = atomCount(from);
  const expected = Float64Array.from(intended, (d, i) => from.positions[i]! + d);
  const fromSpecies = speciesList(from);
  const toSpecies = speciesList(to);
  let shift: Vec3 = [0, 0, 0];
  let order = new Int32Array(n).fill(-1);
  for (let round = 0; round < 10; round++) {
    const next = new Int32Array(n);
    for (const element of new Set(fromSpecies)) {
      const rows = indicesOf(fromSpecies, element);
      const columns = indicesOf(toSpecies, element);
      const cost = squaredDistances(from, expected, { rows, columns, to: to.positions, shift });
      const { columnOf } = assignment(cost, rows.length, columns.length);
      rows.forEach((row, i) => {
        next[row] = columns[columnOf[i]!]!;
      });
    }
    const settled = next.every((column, i) => column === order[i]);
    order = next;
    shift = meanResidual(from, expected, { to: to.positions, order, intended, shift });
    if (settled) break;
  }
  const residual = minimumImage(
    from.cell,
    expected.map((x, i) => to.positions[3 * order[Math.floor(i / 3)]! + (i % 3)]! - x - shift[i % 3]!),
  );
  return { order, residual: residual.map((r, i) => r + shift[i % 3]!) };
}

const indicesOf = (species: readonly string[], element: string): number[] =>
  species.flatMap((s, i) => (s === element ? [i] : []));

interface Candidates {
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  readonly to: F64;
  readonly shift: Vec3;
}

function squaredDistances(from: Crystal, expected: F64, { rows, columns, to, shift }: Candidates): Float64Array {
  const differences = new Float64Array(3 * rows.length * columns.length);
  let at = 0;
  for (const row of rows) {
    for (const column of columns) {
      for (let axis = 0; axis < 3; axis++)
        differences[at++] = to[3 * column + axis]! - expected[3 * row + axis]! - shift[axis]!;
    }
  }
  const shortest = minimumImage(from.cell, differences);
  return Float64Array.from({ length: rows.length * columns.length }, (_, i) => {
    return shortest[3 * i]! ** 2 + shortest[3 * i + 1]! ** 2 + shortest[3 * i + 2]! ** 2;
  });
}

interface Pairing {
  readonly to: F64;
  readonly order: Int32Array;
  readonly intended: F64;
  readonly shift: Vec3;
}

/** The shift that the framework (atoms without an intended move) shows on average, Å. */
function meanResidual(from: Crystal, expected: F64, { to, order, intended, shift }: Pairing): Vec3 {
  const sum = [0, 0, 0];
  let count = 0;
  const residual = minimumImage(
    from.cell,
    Float64Array.from(expected, (x, i) => to[3 * order[Math.floor(i / 3)]! + (i % 3)]! - x - shift[i % 3]!),
  );
  for (let i = 0; i < order.length; i++) {
    if (intended[3 * i] !== 0 || intended[3 * i + 1] !== 0 || intended[3 * i + 2] !== 0) continue;
    for (let axis = 0; axis < 3; axis++) sum[axis] = sum[axis]! + residual[3 * i + axis]!;
    count++;
  }
  if (count === 0) return shift;
  return [shift[0] + sum[0]! / count, shift[1] + sum[1]! / count, shift[2] + sum[2]! / count];
}

function subtractMean(displacements: Float64Array): void {
  const n = displacements.length / 3;
  const mean = [0, 0, 0];
  for (let i = 0; i < displacements.length; i++) mean[i % 3] = mean[i % 3]! + displacements[i]! / n;
  for (let i = 0; i < displacements.length; i++) displacements[i] = displacements[i]! - mean[i % 3]!;
}

function strayNotes(moves: readonly IntendedMove[], displacements: F64): readonly Note[] {
  const notes = new Notes();
  for (const { atom, displacement } of moves) {
    const off = Math.hypot(...displacement.map((d, axis) => displacements[3 * atom + axis]! - d));
    if (off <= STRAY) continue;
    notes.add(
      "mover-strayed",
      `atom ${atom + 1} ends ${off.toFixed(2)} Å from where the hop was to take it`,
      "its target has relaxed away; check which site the second minimum fills",
    );
  }
  return notes.list();
}
