// The radial functions of a crystal as tables for the pair kernel: short-range part and real-space Coulomb part of a pair of kinds
// together, as V = −2U in the variable u = a r² + o. Then the force on the second atom is exactly a (dV/du) d, no square root is
// needed, and energy and force belong to each other to rounding.
//
// Each row holds the quintic in (u − u_row) that meets U, U′, U″ at both ends. Rows follow the floating-point number u itself: row =
// exponent and first `bits` digits of the mantissa, so that they widen with r² (2^bits per octave). The two numbers a ≈ 1 and o put the
// ends of the terms exactly on row borders, where the function may step: the cut-off and the break that steps most. A further break, or
// the Coulomb cut-off where two terms already claim the borders, lies inside a row; such a term ends at the row's inner border, nearer
// by up to r·2^{−bits−1}.
//
// Rows nearer than the minimum distance hold NaN, rows beyond the cut-off zero.

import { COULOMB_CONSTANT } from "../base/index.js";
import type { Interactions, RadialPair } from "./interactions.js";
import type { Splitting } from "./kernel-splitting.js";

/** One pair of kinds with everything that acts between them. */
export interface PairFunction {
  readonly kindA: number;
  readonly kindB: number;
  /** Å, nearer is an overlap. */
  readonly minimum: number;
  /** Å, zero from here on. */
  readonly cutoff: number;
  /** Å, ascending, the cut-off last: where the function may step. */
  readonly steps: readonly number[];
  /** Writes U, U′, U″ at `minimum` ≤ r < `cutoff`. */
  radial(r: number, out: Float64Array): void;
}

/** Numbers of a row in the kernel's memory, and of the head before the first row: a, o and padding. */
export const ROW = 6;
export const HEAD = 4;

export interface TableGrid {
  /** Mantissa digits of u that number a row. */
  readonly bits: number;
  /** First and last row: u is clamped between their lower borders. */
  readonly first: number;
  readonly last: number;
  readonly lowest: number;
  readonly highest: number;
}

export interface Table {
  readonly scale: number; // a
  readonly offset: number; // o, Å²
  /** [last − first + 1, 6] V in powers of u − u_row. */
  readonly rows: Float64Array;
  /** Å, where the rows begin to hold numbers: the first border not nearer than the minimum. */
  readonly start: number;
}

const DEFAULT_MINIMUM = 0.4; // Å
// Error allowed at the middle of a row, relative where the function is larger than 1 eV or 1 eV/Å. About a hundredth of what the
// default Ewald accuracy leaves.
const ENERGY_ERROR = 1e-11;
const FORCE_ERROR = 1e-9;
const BITS = [5, 6, 7, 8, 9] as const;
const SMALLEST_U = 0.01; // Å²: below any minimum distance squared

/** What acts between each pair of kinds; pairs without any interaction are left out. */
export function pairFunctions(interactions: Interactions, splitting: Splitting | undefined): readonly PairFunction[] {
  const kinds = interactions.crystal.elements.length;
  const found: PairFunction[] = [];
  for (let a = 0; a < kinds; a++) {
    for (let b = a; b < kinds; b++) {
      const short = interactions.pairs.filter(
        (pair) => Math.min(pair.kindA, pair.kindB) === a && Math.max(pair.kindA, pair.kindB) === b && pair.cutoff > 0,
      );
      const strength = COULOMB_CONSTANT * interactions.charges[a]! * interactions.charges[b]!;
      const coulomb = strength === 0 ? undefined : splitting;
      if (short.length === 0 && !coulomb) continue;
      const steps = short.flatMap((pair) => [...(pair.breaks ?? []), pair.cutoff]);
      if (coulomb) steps.push(coulomb.realCutoff);
      const ordered = [...new Set(steps)].sort((x, y) => x - y);
      found.push({
        kindA: a,
        kindB: b,
        minimum: interactions.minimumDistances?.[a * kinds + b] ?? DEFAULT_MINIMUM,
        cutoff: ordered.at(-1)!,
        steps: ordered,
        radial: sumOfRadials(short, coulomb, strength),
      });
    }
  }
  return found;
}

function sumOfRadials(
  short: readonly RadialPair[],
  coulomb: Splitting | undefined,
  strength: number,
): PairFunction["radial"] {
  const part = new Float64Array(3);
  return (r, out) => {
    out.fill(0, 0, 3);
    for (const pair of short) {
      if (r >= pair.cutoff) continue;
      pair.radial(r, part);
      for (let k = 0; k < 3; k++) out[k] = out[k]! + part[k]!;
    }
    if (!coulomb || r >= coulomb.realCutoff) return;
    coulomb.screened(r, part);
    for (let k = 0; k < 3; k++) out[k] = out[k]! + strength * part[k]!;
  };
}

/** Tables on one common grid, as fine as the functions need. */
export function makeTables(functions: readonly PairFunction[]): { grid: TableGrid; tables: readonly Table[] } {
  const bits = BITS.find((digits) => functions.every((pair) => fits(pair, digits))) ?? BITS.at(-1)!;
  const placed = functions.map((pair) => placeSteps(pair, bits));
  const last = functions.map((pair, i) => rowOf(placed[i]!.scale * pair.cutoff ** 2 + placed[i]!.offset, bits));
  const grid = gridOf(bits, rowOf(SMALLEST_U, bits), Math.max(rowOf(1, bits), ...last) + 1);
  return { grid, tables: functions.map((pair, i) => fillTable(pair, placed[i]!, grid)) };
}

const gridOf = (bits: number, first: number, last: number): TableGrid => ({
  bits,
  first,
  last,
  lowest: borderOf(first, bits),
  highest: borderOf(last, bits),
});

/** Lower border of a row: the number whose leading digits are the row. */
const word = new DataView(new ArrayBuffer(8));
export function borderOf(row: number, bits: number): number {
  word.setUint32(0, row << (20 - bits));
  word.setUint32(4, 0);
  return word.getFloat64(0);
}

export function rowOf(u: number, bits: number): number {
  word.setFloat64(0, u);
  return word.getUint32(0) >>> (20 - bits);
}

interface Placement {
  readonly scale: number;
  readonly offset: number;
  /** Whether the step below the cut-off, if there is one, found a border of its own. */
  readonly complete: boolean;
}

/**
 * a and o that put the cut-off, and the step that matters most below it, on row borders. A positive offset makes rows wider at short
 * distances, so the smallest is taken; a negative one must leave u positive down to 0.4 Å.
 */
function placeSteps(pair: PairFunction, bits: number): Placement {
  const end = pair.cutoff ** 2;
  const top = borderAtOrAbove(end, bits);
  const other = largestStep(pair);
  let best: Placement = { scale: 1, offset: top - end, complete: other === undefined };
  if (other === undefined) return best;
  const inner = rowOf(other ** 2, bits);
  let smallest = LARGEST_OFFSET;
  for (let up = 0; up < 4; up++) {
    const upper = borderOf(rowOf(top, bits) + up, bits);
    for (let low = -1; low < 4; low++) {
      const scale = (upper - borderOf(inner + low, bits)) / (end - other ** 2);
      const offset = upper - scale * end;
      if (scale < 0.5 || scale > 2 || scale * SMALLEST_S + offset < 2 * SMALLEST_U || offset > smallest) continue;
      smallest = offset;
      best = { scale, offset, complete: true };
    }
  }
  return best;
}
const LARGEST_OFFSET = 16; // Å²
const SMALLEST_S = 0.16; // Å²

const borderAtOrAbove = (u: number, bits: number): number => {
  const row = rowOf(u, bits);
  return borderOf(row, bits) >= u ? borderOf(row, bits) : borderOf(row + 1, bits);
};

/** The step below the cut-off where energy or force jumps most. */
function largestStep(pair: PairFunction): number | undefined {
  const [below, above] = [new Float64Array(3), new Float64Array(3)];
  let largest = 0;
  let found: number | undefined;
  for (const r of pair.steps.slice(0, -1)) {
    if (r <= pair.minimum) continue;
    pair.radial(justBelow(r), below);
    pair.radial(r, above);
    const jump = Math.abs(below[0]! - above[0]!) + Math.abs(below[1]! - above[1]!) + Math.abs(below[2]! - above[2]!);
    if (jump > largest) [largest, found] = [jump, r];
  }
  return found;
}

const justBelow = (r: number): number => r * (1 - 4 * Number.EPSILON);
const justAbove = (r: number): number => r * (1 + 4 * Number.EPSILON);

function fillTable(pair: PairFunction, placed: Placement, grid: TableGrid): Table {
  const rows = new Float64Array(ROW * (grid.last - grid.first + 1));
  const steps = stepsInU(pair, placed);
  let [left, right] = [new Float64Array(3), new Float64Array(3)];
  let start = pair.cutoff;
  let known = false; // the left end of this row is the right end of the one before
  for (let row = grid.first; row <= grid.last; row++) {
    const at = ROW * (row - grid.first);
    const [u, next] = [borderOf(row, grid.bits), borderOf(row + 1, grid.bits)];
    const near = distanceAt(placed, u);
    // the cut-off's own border may come out a rounding below it
    if (near >= justBelow(pair.cutoff)) break;
    if (near < pair.minimum) {
      rows.fill(Number.NaN, at, at + ROW);
      continue;
    }
    start = Math.min(start, near);
    if (!known) inVariableU(pair, justAbove(near), placed.scale, left);
    inVariableU(pair, justBelow(Math.min(distanceAt(placed, next), pair.cutoff)), placed.scale, right);
    const inside = steps.some((step) => step > u * (1 + 1e-12) && step < next * (1 - 1e-12));
    (inside ? continued : quintic)(left, right, next - u, rows.subarray(at, at + ROW));
    [left, right] = [right, left];
    known = !steps.some((step) => Math.abs(step / next - 1) <= 1e-12);
  }
  return { scale: placed.scale, offset: placed.offset, rows, start };
}

const distanceAt = (placed: Placement, u: number): number => Math.sqrt(Math.max(0, u - placed.offset) / placed.scale);
const stepsInU = (pair: PairFunction, placed: Placement): number[] =>
  pair.steps.map((r) => placed.scale * r * r + placed.offset);

/** V = −2U, dV/du, d²V/du² with du = 2 a r dr. */
function inVariableU(pair: PairFunction, r: number, scale: number, out: Float64Array): void {
  pair.radial(r, out);
  const [energy, slope, curvature] = [out[0]!, out[1]!, out[2]!];
  out[0] = -2 * energy;
  out[1] = -slope / (scale * r);
  out[2] = -(curvature - slope / r) / (2 * (scale * r) ** 2);
}

/** Coefficients in x of the quintic on [0, h] with the given value, slope and curvature at both ends. */
function quintic(left: Float64Array, right: Float64Array, h: number, out: Float64Array): void {
  const [v0, d0, c0] = [left[0]!, left[1]! * h, left[2]! * h * h];
  const [v1, d1, c1] = [right[0]!, right[1]! * h, right[2]! * h * h];
  const value = v1 - v0 - d0 - c0 / 2;
  const slope = d1 - d0 - c0;
  const curvature = c1 - c0;
  out[0] = v0;
  out[1] = left[1]!;
  out[2] = left[2]! / 2;
  out[3] = (10 * value - 4 * slope + curvature / 2) / h ** 3;
  out[4] = (-15 * value + 7 * slope - curvature) / h ** 4;
  out[5] = (6 * value - 3 * slope + curvature / 2) / h ** 5;
}

/** In place of a row with a step inside: what acts beyond, continued inwards from its value, slope and curvature at x = h. */
function continued(_left: Float64Array, right: Float64Array, h: number, out: Float64Array): void {
  out[0] = right[0]! - right[1]! * h + (right[2]! * h * h) / 2;
  out[1] = right[1]! - right[2]! * h;
  out[2] = right[2]! / 2;
}

/** Whether two steps have their borders, and every sixth row is as exact as asked, in its middle and at a quarter. */
function fits(pair: PairFunction, bits: number): boolean {
  const placed = placeSteps(pair, bits);
  if (!placed.complete) return false;
  const steps = stepsInU(pair, placed);
  // nearer than 0.8 Å only the walls of overlapping ions are met
  const first = Math.max(pair.minimum, 0.8);
  const last = rowOf(placed.scale * pair.cutoff ** 2 + placed.offset, bits);
  const [left, right, row] = [new Float64Array(3), new Float64Array(3), new Float64Array(ROW)];
  for (let k = rowOf(placed.scale * first ** 2 + placed.offset, bits) + 1; k < last; k += 6) {
    const [u, next] = [borderOf(k, bits), borderOf(k + 1, bits)];
    if (steps.some((step) => step > u * (1 + 1e-12) && step < next * (1 - 1e-12))) continue; // a step is never smooth
    inVariableU(pair, justAbove(distanceAt(placed, u)), placed.scale, left);
    inVariableU(pair, justBelow(distanceAt(placed, next)), placed.scale, right);
    quintic(left, right, next - u, row);
    if (!rowFits(pair, placed, row, u, next)) return false;
  }
  return true;
}

const exact = new Float64Array(3);
function rowFits(pair: PairFunction, placed: Placement, row: Float64Array, from: number, to: number): boolean {
  return [0.25, 0.5].every((part) => {
    const x = part * (to - from);
    const r = distanceAt(placed, from + x);
    pair.radial(r, exact);
    const energy = -0.5 * polynomial(row, x);
    const slope = -placed.scale * r * derivative(row, x);
    return (
      Math.abs(energy - exact[0]!) <= ENERGY_ERROR * Math.max(1, Math.abs(exact[0]!)) &&
      Math.abs(slope - exact[1]!) <= FORCE_ERROR * Math.max(1, Math.abs(exact[1]!))
    );
  });
}

const polynomial = (c: Float64Array, x: number): number => c.reduceRight((sum, value) => sum * x + value, 0);
const derivative = (c: Float64Array, x: number): number =>
  c.reduceRight((sum, value, k) => (k ? sum * x + k * value : sum), 0);
