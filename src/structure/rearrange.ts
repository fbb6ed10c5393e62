// Which atom of one configuration is which atom of another: the one-to-one matching, species by species, that makes the sum of
// squared minimum-image displacements smallest (a linear assignment problem per species).

import { type F64, type I32, InputError } from "../base/index.js";
import { assignment } from "../numerics/index.js";
import { type Cell, cellParameters } from "./cell.js";
import { atomCount, type Crystal, speciesList } from "./crystal.js";
import { compositionOf } from "./defects.js";
import { minimumImage } from "./periodic.js";

export interface AtomMatch {
  /** [n] atom of `to` that each atom of `from` becomes. */
  readonly permutation: I32;
  /** [n,3] Å, shortest image, in the order of `from`; the rigid translation is taken out when that was asked for. */
  readonly displacements: F64;
  /** [n] Å. */
  readonly distances: F64;
  /** Atoms of `from` that move more than `threshold`, farthest first. */
  readonly movers: readonly number[];
  /** √(Σ |displacement|²), Å. */
  readonly total: number;
  /** [3] Å that was taken out; zero unless asked for. */
  readonly translation: F64;
}

export interface MatchAtomsOptions {
  /** An atom that moves more than this is a mover, Å. Default 0.5. */
  readonly threshold?: number;
  /** Take out the mean displacement, and match again until nothing changes. Default false. */
  readonly removeTranslation?: boolean;
}

/**
 * Matches the atoms of two configurations in the same cell.
 * @throws InputError when the compositions or the cells differ.
 */
export function matchAtoms(from: Crystal, to: Crystal, options: MatchAtomsOptions = {}): AtomMatch {
  const { threshold = 0.5, removeTranslation = false } = options;
  checkSameComposition(from, to);
  checkSameCell(from.cell, to.cell);
  const groups = groupBySpecies(from, to);
  const translation = new Float64Array(3);
  let match = matchOnce(from, to, { groups, translation });
  // A match determines a mean and a mean a match; each step lowers the sum of squares, so ten are plenty.
  for (let round = 0; removeTranslation && round < 10; round++) {
    for (let k = 0; k < 3; k++) translation[k] = translation[k]! + meanAlong(match.displacements, k);
    const next = matchOnce(from, to, { groups, translation });
    const settled = round > 0 && next.permutation.slice().every((j, i) => j === match.permutation[i]);
    match = next;
    if (settled) break;
  }
  const { permutation, displacements } = match;
  const distances = Float64Array.from({ length: atomCount(from) }, (_, i) =>
    Math.hypot(displacements[3 * i]!, displacements[3 * i + 1]!, displacements[3 * i + 2]!),
  );
  const movers = [...distances.keys()]
    .filter((i) => distances[i]! > threshold)
    .sort((i, j) => distances[j]! - distances[i]! || i - j);
  return { permutation, displacements, distances, movers, total: Math.hypot(...distances), translation };
}

/** `to` with its atoms in the order of `from`, each at the image next to its partner: ready for a path between the two. */
export function reorderLike(from: Crystal, match: AtomMatch): Crystal {
  const positions = Float64Array.from(
    from.positions,
    (x, i) => x + match.displacements[i]! + match.translation[i % 3]!,
  );
  return { ...from, positions };
}

function checkSameComposition(from: Crystal, to: Crystal): void {
  const [first, second] = [compositionOf(from), compositionOf(to)];
  const elements = [...new Set([...Object.keys(first), ...Object.keys(second)])];
  const wrong = elements.filter((element) => (first[element] ?? 0) !== (second[element] ?? 0));
  if (wrong.length === 0) return;
  const list = wrong.map((element) => `${element} ${first[element] ?? 0} and ${second[element] ?? 0}`).join(", ");
  throw new InputError(
    `the two configurations have different atoms: ${list}`,
    "a matching needs the same number of atoms of every element",
    { from: first, to: second },
  );
}

function checkSameCell(from: Cell, to: Cell): void {
  const difference = Math.max(...Array.from(from.vectors, (x, i) => Math.abs(x - to.vectors[i]!)));
  if (difference <= 1e-3) return;
  const show = (cell: Cell): string =>
    cellParameters(cell)
      .map((x) => x.toFixed(3))
      .join(" ");
  throw new InputError(
    `the two configurations have different cells, ${show(from)} and ${show(to)}`,
    "bring both to one cell first, e.g. withCell(to, from.cell)",
    { difference },
  );
}

interface Group {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

function groupBySpecies(from: Crystal, to: Crystal): Group[] {
  const [first, second] = [speciesList(from), speciesList(to)];
  const indices = (species: readonly string[], element: string): number[] =>
    species.flatMap((symbol, i) => (symbol === element ? [i] : []));
  return from.elements.map((element) => ({ from: indices(first, element), to: indices(second, element) }));
}

interface MatchInput {
  readonly groups: readonly Group[];
  /** [3] Å taken off every displacement. */
  readonly translation: F64;
}

function matchOnce(
  from: Crystal,
  to: Crystal,
  { groups, translation }: MatchInput,
): Pick<AtomMatch, "permutation" | "displacements"> {
  const permutation = new Int32Array(atomCount(from));
  const displacements = new Float64Array(3 * atomCount(from));
  for (const group of groups) {
    const size = group.from.length;
    const differences = new Float64Array(3 * size * size);
    for (const [row, i] of group.from.entries()) {
      for (const [column, j] of group.to.entries()) {
        for (let k = 0; k < 3; k++) {
          differences[3 * (row * size + column) + k] =
            to.positions[3 * j + k]! - from.positions[3 * i + k]! - translation[k]!;
        }
      }
    }
    const shortest = minimumImage(from.cell, differences);
    const cost = Float64Array.from(
      { length: size * size },
      (_, p) => shortest[3 * p]! ** 2 + shortest[3 * p + 1]! ** 2 + shortest[3 * p + 2]! ** 2,
    );
    const { columnOf } = assignment(cost, size, size);
    for (const [row, i] of group.from.entries()) {
      permutation[i] = group.to[columnOf[row]!]!;
      const at = 3 * (row * size + columnOf[row]!);
      for (let k = 0; k < 3; k++) displacements[3 * i + k] = shortest[at + k]!;
    }
  }
  return { permutation, displacements };
}

function meanAlong(vectors: F64, axis: number): number {
  let sum = 0;
  for (let i = axis; i < vectors.length; i += 3) sum += vectors[i]!;
  return sum / (vectors.length / 3);
}
