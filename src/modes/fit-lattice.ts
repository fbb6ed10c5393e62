// The atoms of a supercell as numbers that symmetry can be done on exactly. Atom a = (b, c): copy of atom b of the primitive cell in
// cell c, position τ_b + T_c. A space-group operation {W|w} of the primitive crystal takes it to
//
//   W(τ_b + T_c) + w = τ_b' + (W T_c + n_b),     n_b integers,
//
// so that after the images n_b are found once, everything is integers modulo the supercell's lattice (rows of M). Only operations that take
// that lattice to itself are kept: a 2 × 1 × 1 cell of a cubic crystal has fewer than 48.

import { InputError, PhysicsError } from "../base/index.js";
import {
  applyOperation,
  atomCount,
  type Crystal,
  type CrystalCells,
  cartesianRotation,
  findSymmetry,
  fractionalPositions,
  minimumImage,
  type SymmetryOperation,
} from "../structure/index.js";

/** An operation as it acts on the supercell. */
export interface LatticeOperation {
  /** [n] atom (b,c) each atom is taken to. */
  readonly image: Int32Array;
  /** [3,3] rotation of Cartesian columns. */
  readonly rotation: Float64Array;
}

export interface FitLattice {
  readonly cells: CrystalCells;
  /** Atoms of the primitive cell, cells in the supercell, atoms of the supercell. */
  readonly basisAtoms: number;
  readonly cellCount: number;
  readonly atoms: number;
  /** [n] place in `cells.supercell` of atom a = b · cellCount + c. */
  readonly place: Int32Array;
  /** [cellCount, cellCount] cell reached from the first by the translation of the second. Cell 0 is home. */
  readonly plus: Int32Array;
  /** [cellCount, cellCount] the way back: minus[c,c'] + c' = c. */
  readonly minus: Int32Array;
  readonly operations: readonly LatticeOperation[];
  /** [b,n] Å, shortest distance from home atom (b, 0) to atom a. */
  readonly distance: Float64Array;
  /** Å, half the shortest vector of the supercell's lattice: farther pairs meet their own images. */
  readonly halfCell: number;
}

export interface FitLatticeOptions {
  /** How far an atom may be from its ideal place, Å. Default 1e-3. */
  readonly symmetryToleranceA?: number;
  /** "space-group" (default), or "none": translations of the primitive cell only. */
  readonly symmetry?: "space-group" | "none";
}

/** @throws CapabilityError before the symmetry engine is loaded; PhysicsError when an operation does not map the atoms. */
export function fitLattice(cells: CrystalCells, options: FitLatticeOptions = {}): FitLattice {
  const { symmetryToleranceA = 1e-3, symmetry = "space-group" } = options;
  const { primitive, primitiveAtom, translation } = cells;
  const basisAtoms = atomCount(primitive);
  const atoms = primitiveAtom.length;
  const classes = latticeClasses(cells);
  const cellCount = atoms / basisAtoms;
  const place = new Int32Array(atoms).fill(-1);
  for (let j = 0; j < atoms; j++) {
    const c = classes.of(translation[3 * j]!, translation[3 * j + 1]!, translation[3 * j + 2]!);
    place[primitiveAtom[j]! * cellCount + c] = j;
  }
  if (place.includes(-1))
    throw new InputError("the supercell lacks a copy of an atom", "cut it with cutIntoCells, which checks this");
  const { plus, minus } = additionTables(classes, cellCount);
  const tolerance = Math.max(symmetryToleranceA, 1e-8);
  const operations =
    symmetry === "none"
      ? [IDENTITY]
      : findSymmetry(primitive, { tolerance: symmetryToleranceA }).operations.filter((operation) =>
          classes.keeps(operation),
        );
  const lattice = { cells, basisAtoms, cellCount, atoms, place };
  return {
    ...lattice,
    plus,
    minus,
    operations: operations.map((operation) => actionOf(operation, { ...lattice, classes, tolerance })),
    distance: distancesFromHome(cells, place, { basisAtoms, cellCount }),
    halfCell: shortestVector(cells.supercell) / 2,
  };
}

const IDENTITY: SymmetryOperation = {
  rotation: Int32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1),
  translation: new Float64Array(3),
};

interface LatticeClasses {
  /** Number of the cell at translation T, whatever image of it: 0 for T = 0. */
  of(x: number, y: number, z: number): number;
  /** [cells,3] one translation of each. */
  readonly translations: number[][];
  keeps(operation: SymmetryOperation): boolean;
}

/** T and T' are one cell when (T − T') M⁻¹ is of integers: T·adj(M) is compared modulo det M, in integers. */
function latticeClasses({ matrix: m, translation, primitiveAtom }: CrystalCells): LatticeClasses {
  const adjugate = [
    m[4]! * m[8]! - m[5]! * m[7]!,
    m[2]! * m[7]! - m[1]! * m[8]!,
    m[1]! * m[5]! - m[2]! * m[4]!,
    m[5]! * m[6]! - m[3]! * m[8]!,
    m[0]! * m[8]! - m[2]! * m[6]!,
    m[2]! * m[3]! - m[0]! * m[5]!,
    m[3]! * m[7]! - m[4]! * m[6]!,
    m[1]! * m[6]! - m[0]! * m[7]!,
    m[0]! * m[4]! - m[1]! * m[3]!,
  ];
  const size = Math.abs(m[0]! * adjugate[0]! + m[1]! * adjugate[3]! + m[2]! * adjugate[6]!);
  const modulo = (x: number): number => ((x % size) + size) % size;
  const key = (x: number, y: number, z: number): number => {
    const part = (k: number): number => modulo(x * adjugate[k]! + y * adjugate[3 + k]! + z * adjugate[6 + k]!);
    return (part(0) * size + part(1)) * size + part(2);
  };
  const numbers = new Map<number, number>([[0, 0]]);
  const translations: number[][] = [[0, 0, 0]];
  for (let j = 0; j < primitiveAtom.length; j++) {
    const t = [translation[3 * j]!, translation[3 * j + 1]!, translation[3 * j + 2]!];
    const k = key(t[0]!, t[1]!, t[2]!);
    if (numbers.has(k)) continue;
    numbers.set(k, translations.length);
    translations.push(t);
  }
  return {
    translations,
    of: (x, y, z) => numbers.get(key(x, y, z))!,
    keeps: ({ rotation: r }) =>
      [0, 1, 2].every((row) => {
        const [x, y, z] = [m[3 * row]!, m[3 * row + 1]!, m[3 * row + 2]!];
        const turned = (k: number): number => r[3 * k]! * x + r[3 * k + 1]! * y + r[3 * k + 2]! * z;
        return key(turned(0), turned(1), turned(2)) === 0;
      }),
  };
}

function additionTables(classes: LatticeClasses, count: number): { plus: Int32Array; minus: Int32Array } {
  const plus = new Int32Array(count * count);
  const minus = new Int32Array(count * count);
  const t = classes.translations;
  for (let c = 0; c < count; c++) {
    for (let d = 0; d < count; d++) {
      const [u, v] = [t[c]!, t[d]!];
      plus[c * count + d] = classes.of(u[0]! + v[0]!, u[1]! + v[1]!, u[2]! + v[2]!);
      minus[c * count + d] = classes.of(u[0]! - v[0]!, u[1]! - v[1]!, u[2]! - v[2]!);
    }
  }
  return { plus, minus };
}

interface ActionInput {
  readonly cells: CrystalCells;
  readonly basisAtoms: number;
  readonly cellCount: number;
  readonly atoms: number;
  readonly classes: LatticeClasses;
  readonly tolerance: number;
}

function actionOf(operation: SymmetryOperation, input: ActionInput): LatticeOperation {
  const { cells, basisAtoms, cellCount, atoms, classes } = input;
  const { primitive } = cells;
  const s = fractionalPositions(primitive);
  const image = new Int32Array(atoms);
  const r = operation.rotation;
  for (let b = 0; b < basisAtoms; b++) {
    const moved = applyOperation(operation, [s[3 * b]!, s[3 * b + 1]!, s[3 * b + 2]!]);
    const { atom, shift } = landing(primitive, { s, moved, like: b, tolerance: input.tolerance });
    for (let c = 0; c < cellCount; c++) {
      const [x, y, z] = classes.translations[c] as [number, number, number];
      const turned = (k: number): number => r[3 * k]! * x + r[3 * k + 1]! * y + r[3 * k + 2]! * z + shift[k]!;
      image[b * cellCount + c] = atom * cellCount + classes.of(turned(0), turned(1), turned(2));
    }
  }
  return { image, rotation: cartesianRotation(primitive.cell, operation) };
}

interface Landing {
  readonly s: Float64Array;
  readonly moved: readonly number[];
  readonly like: number;
  readonly tolerance: number;
}

/** The atom of the primitive cell at a fractional point, and the cell it is in. */
function landing(
  primitive: Crystal,
  { s, moved, like, tolerance }: Landing,
): { readonly atom: number; readonly shift: readonly number[] } {
  const v = primitive.cell.vectors;
  let best = { atom: -1, shift: [0, 0, 0], distance: Number.POSITIVE_INFINITY };
  for (let b = 0; b < atomCount(primitive); b++) {
    if (primitive.kinds[b] !== primitive.kinds[like] || primitive.masses[b] !== primitive.masses[like]) continue;
    const shift = moved.map((x, k) => Math.round(x - s[3 * b + k]!));
    const rest = moved.map((x, k) => x - s[3 * b + k]! - shift[k]!);
    const distance = Math.hypot(
      ...[0, 1, 2].map((k) => rest[0]! * v[k]! + rest[1]! * v[3 + k]! + rest[2]! * v[6 + k]!),
    );
    if (distance < best.distance) best = { atom: b, shift, distance };
  }
  if (best.distance > 10 * tolerance)
    throw new PhysicsError(
      `a symmetry operation takes atom ${like + 1} to ${best.distance.toFixed(4)} Å from the nearest atom of its kind`,
      "the structure is less symmetric than it was taken for: lower the symmetry tolerance",
      { atom: like, distance: best.distance },
    );
  return best;
}

function distancesFromHome(
  { supercell }: CrystalCells,
  place: Int32Array,
  { basisAtoms, cellCount }: { readonly basisAtoms: number; readonly cellCount: number },
): Float64Array {
  const n = place.length;
  const x = supercell.positions;
  const out = new Float64Array(basisAtoms * n);
  for (let b = 0; b < basisAtoms; b++) {
    const home = place[b * cellCount]!;
    const apart = minimumImage(
      supercell.cell,
      Float64Array.from(
        { length: 3 * n },
        (_, i) => x[3 * place[Math.floor(i / 3)]! + (i % 3)]! - x[3 * home + (i % 3)]!,
      ),
    );
    for (let a = 0; a < n; a++) out[b * n + a] = Math.hypot(apart[3 * a]!, apart[3 * a + 1]!, apart[3 * a + 2]!);
  }
  return out;
}

/** Å, of the lattice whose cell is the crystal's. */
export function shortestVector({ cell }: Crystal): number {
  const v = cell.vectors;
  const bound = Math.min(...[0, 1, 2].map((i) => Math.hypot(v[3 * i]!, v[3 * i + 1]!, v[3 * i + 2]!)));
  const reach = [0, 1, 2].map((k) =>
    Math.floor(bound * Math.hypot(cell.inverse[k]!, cell.inverse[3 + k]!, cell.inverse[6 + k]!) + 1e-9),
  ) as [number, number, number];
  let least = bound;
  for (let p = -reach[0]; p <= reach[0]; p++)
    for (let q = -reach[1]; q <= reach[1]; q++)
      for (let r = -reach[2]; r <= reach[2]; r++) {
        if (p === 0 && q === 0 && r === 0) continue;
        least = Math.min(least, Math.hypot(...[0, 1, 2].map((k) => p * v[k]! + q * v[3 + k]! + r * v[6 + k]!)));
      }
  return least;
}
