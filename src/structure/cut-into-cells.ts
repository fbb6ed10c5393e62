// Which atoms of a supercell are copies of one another: position = τ_i + T·A + (rounding), with T integers and A the vectors of the
// smaller cell (rows). The supercell's vectors are S = M A; M must be of integers, or the two lattices do not fit each other.

import { type F64, type I32, InputError, type Note } from "../base/index.js";
import { type Cell, makeCell, multiply3, toFractional } from "./cell.js";
import { atomCount, type Crystal, makeCrystal, speciesOf } from "./crystal.js";
import { minimumImage } from "./periodic.js";
import { smallestLattice } from "./smallest-lattice.js";
import { supercell as repeat } from "./supercell.js";

/**
 * How a supercell is cut into cells. "smallest": the smallest cell whose translations map the crystal onto itself; "whole": it is its
 * own cell; `matrix`: three repeats or nine integers M; `primitive`: a crystal whose copies it is made of.
 */
export type CellChoice =
  | "smallest"
  | "whole"
  | { readonly matrix: ArrayLike<number> }
  | { readonly primitive: Crystal };

export interface CellOptions {
  /** Largest distance of an atom from the place its copy says, Å. Default 0.05. */
  readonly toleranceA?: number;
}

export interface CrystalCells {
  readonly supercell: Crystal;
  readonly primitive: Crystal;
  /** [3,3] M, rows of the supercell in units of the primitive cell. */
  readonly matrix: I32;
  /** [n] atom of the primitive cell each atom copies. */
  readonly primitiveAtom: I32;
  /** [n,3] T of each atom. */
  readonly translation: I32;
  readonly notes: readonly Note[];
}

/** @throws InputError when the cells do not fit each other, with the reason; CapabilityError for a crystal that is not periodic in 3-D. */
export function cutIntoCells(
  supercell: Crystal,
  choice: CellChoice = "smallest",
  options: CellOptions = {},
): CrystalCells {
  const { toleranceA = 0.05 } = options;
  if (!(toleranceA > 0)) throw new InputError(`a tolerance of ${toleranceA} Å`, "pass a positive length in Å");
  if (!supercell.cell.periodic.every(Boolean))
    throw new InputError(
      `a medium is periodic along three directions, this crystal along ${supercell.cell.periodic.filter(Boolean).length}`,
      "give a bulk crystal",
    );
  if (typeof choice === "object" && "primitive" in choice)
    return fromPrimitive(supercell, choice.primitive, toleranceA);
  const lattice =
    choice === "smallest"
      ? smallestLattice(supercell, toleranceA)
      : choice === "whole"
        ? supercell.cell
        : latticeOf(supercell.cell, repeatMatrix(choice.matrix));
  const matrix = integerRatio(supercell.cell, lattice, toleranceA);
  return fromLattice(supercell, lattice, { matrix, toleranceA });
}

/** Nine integers from three or nine. */
function repeatMatrix(given: ArrayLike<number>): Int32Array {
  const m = Array.from(given);
  if ((m.length !== 3 && m.length !== 9) || m.some((x) => !Number.isInteger(x)))
    throw new InputError(
      `a supercell of (${m.join(", ")}) cells`,
      "three whole repeats, or the nine integers of a matrix by rows",
    );
  return Int32Array.from(m.length === 9 ? m : [m[0]!, 0, 0, 0, m[1]!, 0, 0, 0, m[2]!]);
}

/** A = M⁻¹ S. */
function latticeOf(cell: Cell, matrix: I32): Cell {
  // makeCell refuses a matrix without volume and inverts it: `inverse` of rows M is M⁻¹.
  const inverse = makeCell(Array.from(matrix)).inverse;
  return makeCell(multiply3(inverse, cell.vectors));
}

/** M = S A⁻¹, which must be of integers. */
function integerRatio(cell: Cell, lattice: Cell, toleranceA: number): Int32Array {
  const ratio = multiply3(cell.vectors, lattice.inverse);
  const matrix = Int32Array.from(ratio, Math.round);
  const misfit = multiply3(Float64Array.from(matrix), lattice.vectors).map((x, k) => x - cell.vectors[k]!);
  const worst = Math.max(...[0, 1, 2].map((i) => Math.hypot(...misfit.subarray(3 * i, 3 * i + 3))));
  if (worst > toleranceA) {
    const rows = [0, 1, 2].map((i) =>
      Array.from(ratio.subarray(3 * i, 3 * i + 3), (x) => (Object.is(x, -0) ? 0 : x).toFixed(3)).join(" "),
    );
    throw new InputError(
      `the supercell is no whole number of cells: in units of the cell its vectors are (${rows.join(" | ")}), off by up to ${worst.toFixed(3)} Å`,
      "give the cell the supercell was made from, at the same lattice constants",
      { ratio: [...ratio], misfit: worst },
    );
  }
  return matrix;
}

const volumeOf = (m: I32): number =>
  Math.abs(
    m[0]! * (m[4]! * m[8]! - m[5]! * m[7]!) -
      m[1]! * (m[3]! * m[8]! - m[5]! * m[6]!) +
      m[2]! * (m[3]! * m[7]! - m[4]! * m[6]!),
  );

interface Lattice {
  readonly matrix: Int32Array;
  readonly toleranceA: number;
}

/** Atoms that differ by a lattice vector are one atom; its place is the mean of its copies. */
function fromLattice(supercell: Crystal, lattice: Cell, { matrix, toleranceA }: Lattice): CrystalCells {
  const n = atomCount(supercell);
  const copies = volumeOf(matrix);
  const primitiveAtom = new Int32Array(n);
  const classes: { readonly atom: number; count: number; readonly shift: number[] }[] = [];
  for (let j = 0; j < n; j++) {
    const found = classes.findIndex(({ atom }) => {
      if (supercell.kinds[atom] !== supercell.kinds[j] || supercell.masses[atom] !== supercell.masses[j]) return false;
      return Math.hypot(...offsetBetween(lattice, supercell.positions, atom, j)) <= toleranceA;
    });
    primitiveAtom[j] = found >= 0 ? found : classes.push({ atom: j, count: 0, shift: [0, 0, 0] }) - 1;
    const group = classes[primitiveAtom[j]!]!;
    group.count++;
    const offset = offsetBetween(lattice, supercell.positions, group.atom, j);
    for (let k = 0; k < 3; k++) group.shift[k]! += offset[k]! / copies;
  }
  const odd = classes.find(({ count }) => count !== copies);
  if (odd) {
    const { atom, count } = odd;
    throw new InputError(
      `atom ${atom + 1} (${speciesOf(supercell, atom)}) has ${count} of the ${copies} copies that a supercell of ${copies} cells needs within ${toleranceA} Å`,
      "the structure does not repeat that way: check --supercell, or take the whole cell (1 1 1)",
      { atom, count, copies },
    );
  }
  const primitive = makeCrystal({
    cell: lattice,
    species: classes.map(({ atom }) => speciesOf(supercell, atom)),
    positions: classes.flatMap(({ atom, shift }) => shift.map((s, k) => supercell.positions[3 * atom + k]! + s)),
    masses: classes.map(({ atom }) => supercell.masses[atom]!),
    ...(supercell.labels ? { labels: classes.map(({ atom }) => supercell.labels![atom]!) } : {}),
  });
  return {
    supercell,
    primitive,
    matrix,
    primitiveAtom,
    notes: [],
    ...translations(supercell, primitive, primitiveAtom),
  };
}

/** Shortest difference of two atoms modulo the lattice, Å. */
function offsetBetween(lattice: Cell, positions: F64, from: number, to: number): Float64Array {
  return minimumImage(
    lattice,
    Float64Array.from([0, 1, 2], (k) => positions[3 * to + k]! - positions[3 * from + k]!),
  );
}

function translations(supercell: Crystal, primitive: Crystal, atom: I32): { readonly translation: Int32Array } {
  const differences = Float64Array.from(
    supercell.positions,
    (x, at) => x - primitive.positions[3 * atom[Math.floor(at / 3)]! + (at % 3)]!,
  );
  return { translation: Int32Array.from(toFractional(primitive.cell, differences), Math.round) };
}

/** Atoms found by position and species, whatever their order. */
function fromPrimitive(supercell: Crystal, primitive: Crystal, toleranceA: number): CrystalCells {
  const matrix = integerRatio(supercell.cell, primitive.cell, toleranceA);
  const ideal = repeat(primitive, matrix);
  const n = atomCount(supercell);
  if (atomCount(ideal.crystal) !== n)
    throw new InputError(
      `${volumeOf(matrix)} cells of ${atomCount(primitive)} atoms are ${atomCount(ideal.crystal)} atoms, the supercell has ${n}`,
      "give the cell the supercell was made from",
    );
  const permutation = new Int32Array(n);
  const taken = new Uint8Array(n);
  for (let j = 0; j < n; j++) {
    const near = nearestCopy(ideal.crystal, supercell, j);
    if (near.distance > toleranceA || taken[near.atom])
      throw new InputError(
        `atom ${j + 1} (${speciesOf(supercell, j)}) of the supercell is ${near.distance.toFixed(3)} Å from the nearest ${speciesOf(supercell, j)} of the repeated cell${taken[near.atom] ? ", which another atom has already" : ""}; at most ${toleranceA} Å is taken for the same`,
        "give the structures unrelaxed and with one origin",
        { atom: j, distance: near.distance },
      );
    taken[near.atom] = 1;
    permutation[j] = near.atom;
  }
  const primitiveAtom = permutation.map((p) => ideal.primitiveAtom[p]!);
  const notes: Note[] = permutation.every((p, j) => p === j) ? [] : [reordered(permutation)];
  return { supercell, primitive, matrix, primitiveAtom, notes, ...translations(supercell, primitive, primitiveAtom) };
}

function nearestCopy(ideal: Crystal, supercell: Crystal, j: number): { atom: number; distance: number } {
  const same = Array.from(ideal.kinds, (_, i) => i).filter((i) => speciesOf(ideal, i) === speciesOf(supercell, j));
  const offsets = minimumImage(
    supercell.cell,
    Float64Array.from(
      same.flatMap((i) => [0, 1, 2].map((k) => supercell.positions[3 * j + k]! - ideal.positions[3 * i + k]!)),
    ),
  );
  let best = { atom: -1, distance: Number.POSITIVE_INFINITY };
  for (const [at, atom] of same.entries()) {
    const distance = Math.hypot(offsets[3 * at]!, offsets[3 * at + 1]!, offsets[3 * at + 2]!);
    if (distance < best.distance) best = { atom, distance };
  }
  return best;
}

function reordered(permutation: Int32Array): Note {
  const shown = Array.from(permutation.subarray(0, 24), (p) => p + 1).join(" ");
  return {
    code: "atoms-reordered",
    message: `the supercell's atoms are in another order than the repeated cell's; by position and species atom 1, 2, … is copy ${shown}${permutation.length > 24 ? " …" : ""}`,
    hint: "nothing to do if the force constants are in the supercell's own order",
  };
}

/**
 * `cell` repeated along its vectors in phonopy's order: the copies of one atom stand together, those along a fastest.
 */
export function repeatedAtomByAtom(unit: Crystal, repeats: readonly [number, number, number]): Crystal {
  const ordered = repeat(unit, repeats);
  const order = Array.from(ordered.primitiveAtom, (_, p) => p).sort((p, q) => {
    const byAtom = ordered.primitiveAtom[p]! - ordered.primitiveAtom[q]!;
    const along = (axis: number): number => ordered.translation[3 * p + axis]! - ordered.translation[3 * q + axis]!;
    return byAtom || along(2) || along(1) || along(0);
  });
  const { crystal } = ordered;
  return makeCrystal({
    cell: crystal.cell,
    species: order.map((p) => speciesOf(crystal, p)),
    positions: order.flatMap((p) => [...crystal.positions.slice(3 * p, 3 * p + 3)]),
    masses: order.map((p) => crystal.masses[p]!),
    ...(crystal.labels ? { labels: order.map((p) => crystal.labels![p]!) } : {}),
  });
}
