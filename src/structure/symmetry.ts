// Space-group symmetry, found by moyo (https://github.com/spglib/moyo) compiled to WebAssembly; the search follows spglib's
// (10.1080/27660400.2024.2384822). The host hands over the bytes once; the core opens no file.
//
// An operation acts on fractional coordinates written as a column: s' = W s + w, W of integers.
// Standard cell: (a b c)_std = (a b c) P with columns as vectors, s_std = P⁻¹ (s − p); International Tables A, 5.1.

import {
  analyze_cell,
  hall_symbol_entry,
  initSync,
  type MoyoCell,
  type MoyoDataset,
  space_group_type,
} from "@spglib/moyo-wasm";
import { CapabilityError, type F64, type I32, InputError, PhysicsError, type Vec3 } from "../base/index.js";
import { type Cell, makeCell, multiply3, toFractional } from "./cell.js";
import { atomCount, type Crystal, fractionalPositions, makeCrystal, speciesOf } from "./crystal.js";

/** s' = rotation · s + translation, fractional columns. */
export interface SymmetryOperation {
  /** [3,3] integers, row-major. */
  readonly rotation: I32;
  /** [3] fractional, in [0,1). */
  readonly translation: F64;
}

/** Where a standardised cell lies in the input: (a b c)_std = (a b c) linear, s_std = linear⁻¹ (s − originShift). */
export interface StandardSetting {
  /** The symmetrised crystal in the standard orientation, atoms without labels. */
  readonly crystal: Crystal;
  /** [3,3] row-major. */
  readonly linear: F64;
  /** [3] fractional coordinates of the input cell. */
  readonly originShift: F64;
}

export interface Symmetry {
  /** International Tables number, 1–230. */
  readonly spaceGroup: number;
  /** Short Hermann–Mauguin symbol of the group, e.g. "Pnma", "P6_3/mmc". */
  readonly symbol: string;
  /** Hall symbol and its number (1–530) of the standard setting. */
  readonly hallSymbol: string;
  readonly hallNumber: number;
  /** Point group, e.g. "mmm". */
  readonly pointGroup: string;
  /** Pearson symbol, e.g. "oP32". */
  readonly pearson: string;
  /** All operations of the input cell, pure translations of a cell that is not primitive included. */
  readonly operations: readonly SymmetryOperation[];
  /** [n] lowest index among the atoms equivalent to each atom. */
  readonly orbits: I32;
  /** [n] Wyckoff letter of each atom. */
  readonly wyckoffs: readonly string[];
  /** [n] site symmetry of each atom, oriented symbol. */
  readonly siteSymmetries: readonly string[];
  readonly standard: StandardSetting;
  readonly primitive: StandardSetting;
  /** [3,3] row-major: the rigid rotation x_std = rotation · x (columns) from the input's to the standard orientation. */
  readonly standardRotation: F64;
  /** Å. */
  readonly tolerance: number;
}

export interface SymmetryOptions {
  /** How far an atom may be from its ideal place, Å. Default 1e-3. */
  readonly tolerance?: number;
  /** "standard": International Tables, second origin choice; "spglib": the setting spglib prefers. Default "standard". */
  readonly setting?: "standard" | "spglib";
}

let ready = false;

/** Loads the symmetry engine from the bytes of `moyo_wasm_bg.wasm`; calling it again does nothing. */
export function loadSymmetry(bytes: Uint8Array<ArrayBuffer> | ArrayBuffer): void {
  if (ready) return;
  try {
    initSync({ module: bytes });
  } catch (error) {
    throw new InputError(
      "these bytes are not the symmetry engine",
      "pass @spglib/moyo-wasm/moyo_wasm_bg.wasm",
      {},
      error,
    );
  }
  ready = true;
}

/** True once loadSymmetry has run. */
export const symmetryReady = (): boolean => ready;

/**
 * The space group of a crystal. Atoms are of one kind when element and mass agree.
 * @throws CapabilityError before loadSymmetry or without three periodic directions; PhysicsError when no group is found.
 */
export function findSymmetry(crystal: Crystal, options: SymmetryOptions = {}): Symmetry {
  const { tolerance = 1e-3, setting = "standard" } = options;
  if (!ready) throw new CapabilityError("the symmetry engine is not loaded", "call loadSymmetry(bytes) once, first");
  if (!crystal.cell.periodic.every(Boolean)) {
    throw new CapabilityError(
      "space groups need three periodic directions",
      "make the cell periodic with vacuum around the atoms",
    );
  }
  if (!(tolerance > 0))
    throw new InputError(`the symmetry tolerance is a positive length, got ${tolerance} Å`, "1e-3 Å is usual");
  const { numbers, examples } = numberSpecies(crystal);
  const s = fractionalPositions(crystal);
  const input: MoyoCell = {
    lattice: { basis: Array.from(crystal.cell.vectors) as unknown as MoyoCell["lattice"]["basis"] },
    positions: numbers.map((_, i) => [s[3 * i]!, s[3 * i + 1]!, s[3 * i + 2]!]),
    numbers,
  };
  const found = analyse(input, tolerance, setting);
  const rebuild = (cell: MoyoCell): Crystal => crystalOf(cell, crystal, examples);
  return {
    spaceGroup: found.number,
    symbol: space_group_type(found.number).hm_short.replaceAll(" ", ""),
    hallSymbol: hall_symbol_entry(found.hall_number).hall_symbol,
    hallNumber: found.hall_number,
    pointGroup: space_group_type(found.number).geometric_crystal_class,
    pearson: found.pearson_symbol,
    operations: found.operations.map(({ rotation, translation }) => ({
      rotation: Int32Array.from(transpose(rotation)),
      translation: Float64Array.from(translation, fractionInCell),
    })),
    orbits: Int32Array.from(found.orbits),
    wyckoffs: found.wyckoffs,
    siteSymmetries: found.site_symmetry_symbols,
    standard: {
      crystal: rebuild(found.std_cell),
      linear: transpose(found.std_linear),
      originShift: Float64Array.from(found.std_origin_shift),
    },
    primitive: {
      crystal: rebuild(found.prim_std_cell),
      linear: transpose(found.prim_std_linear),
      originShift: Float64Array.from(found.prim_std_origin_shift),
    },
    standardRotation: transpose(found.std_rotation_matrix),
    tolerance,
  };
}

function analyse(input: MoyoCell, tolerance: number, setting: "standard" | "spglib"): MoyoDataset {
  try {
    return analyze_cell(JSON.stringify(input), tolerance, setting === "spglib" ? "Spglib" : "Standard");
  } catch (error) {
    throw new PhysicsError(
      `no space group was found for ${input.numbers.length} atoms within ${tolerance} Å (${String(error)})`,
      "atoms that overlap or a tolerance near the shortest distance are the usual causes: try 1e-2 or 1e-5 Å",
      { tolerance },
      error,
    );
  }
}

/** moyo's matrices are column by column (its `basis` too: columns of the matrix of column vectors are our rows). */
function transpose(m: ArrayLike<number>): Float64Array<ArrayBuffer> {
  return Float64Array.from({ length: 9 }, (_, i) => m[3 * (i % 3) + Math.floor(i / 3)]!);
}

function numberSpecies(crystal: Crystal): { numbers: number[]; examples: number[] } {
  const examples: number[] = [];
  const same = (i: number, j: number): boolean =>
    crystal.kinds[i] === crystal.kinds[j] && crystal.masses[i] === crystal.masses[j];
  const numbers = Array.from(crystal.kinds, (_, i) => {
    const known = examples.findIndex((j) => same(i, j));
    return known >= 0 ? known + 1 : examples.push(i);
  });
  return { numbers, examples };
}

function crystalOf({ lattice, positions, numbers }: MoyoCell, source: Crystal, examples: readonly number[]): Crystal {
  const like = (number: number): number => examples[number - 1]!;
  return makeCrystal({
    cell: makeCell(lattice.basis),
    species: numbers.map((number) => speciesOf(source, like(number))),
    fractional: positions.flat().map(fractionInCell),
    masses: numbers.map((number) => source.masses[like(number)]!),
  });
}

/** Into [0,1); a hair below 1 is 0, so that an operation is the same whatever its rounding. */
function fractionInCell(s: number): number {
  const inside = s - Math.floor(s);
  return inside > 1 - 1e-10 ? 0 : inside;
}

/** W s + w for one point, fractional, not wrapped. */
export function applyOperation({ rotation: r, translation: t }: SymmetryOperation, s: Vec3): Vec3 {
  const component = (k: number): number => r[3 * k]! * s[0] + r[3 * k + 1]! * s[1] + r[3 * k + 2]! * s[2] + t[k]!;
  return [component(0), component(1), component(2)];
}

/** [3,3] row-major: the operation's rotation of Cartesian columns, v' = R v (forces, displacements, eigenvectors). */
export function cartesianRotation(cell: Cell, operation: SymmetryOperation): Float64Array<ArrayBuffer> {
  // Rows: x' = s' A = (s Wᵀ) A = x A⁻¹ Wᵀ A; the matrix for columns is the transpose of that.
  const transposed = transpose(operation.rotation);
  return transpose(multiply3(multiply3(cell.inverse, transposed), cell.vectors));
}

export interface SiteOrbit {
  /** [m,3] Å, every image of the point once, inside the cell, the point itself first. */
  readonly positions: F64;
  /** [m] an operation that takes the point to each image. */
  readonly operations: I32;
  /** Operations that leave the point where it is. */
  readonly stabiliser: I32;
}

export interface MatchOptions {
  /** Two points nearer than this are one, Å. Default: ten times the tolerance the symmetry was found with. */
  readonly tolerance?: number;
}

/** All points equivalent to `position` (Å, Cartesian). */
export function siteOrbit(crystal: Crystal, symmetry: Symmetry, position: Vec3, options: MatchOptions = {}): SiteOrbit {
  const { tolerance = 10 * symmetry.tolerance } = options;
  const { cell } = crystal;
  const s = toFractional(cell, Float64Array.from(position)) as unknown as Vec3;
  const images: Vec3[] = [];
  const makers: number[] = [];
  const stabiliser: number[] = [];
  // Identity first, wherever the list has it, so that the point itself leads its orbit.
  const identity = symmetry.operations.findIndex(isIdentity);
  const order = [identity, ...symmetry.operations.keys()].filter(
    (index, at) => index >= 0 && (at === 0 || index !== identity),
  );
  for (const index of order) {
    const image = applyOperation(symmetry.operations[index]!, s).map(fractionInCell) as unknown as Vec3;
    if (fractionalDistance(cell, image, s) < tolerance) stabiliser.push(index);
    if (images.some((known) => fractionalDistance(cell, image, known) < tolerance)) continue;
    images.push(image);
    makers.push(index);
  }
  const positions = new Float64Array(3 * images.length);
  for (const [i, image] of images.entries()) {
    for (let k = 0; k < 3; k++) {
      positions[3 * i + k] =
        image[0] * cell.vectors[k]! + image[1] * cell.vectors[3 + k]! + image[2] * cell.vectors[6 + k]!;
    }
  }
  return {
    positions,
    operations: Int32Array.from(makers),
    stabiliser: Int32Array.from(stabiliser.sort((a, b) => a - b)),
  };
}

const isIdentity = ({ rotation, translation }: SymmetryOperation): boolean =>
  rotation.slice().every((x, i) => x === (i % 4 === 0 ? 1 : 0)) && translation.slice().every((x) => x === 0);

/** Distance of two fractional points that are near each other modulo the lattice; an upper bound for points that are not. */
function fractionalDistance(cell: Cell, s: Vec3, t: Vec3): number {
  const d = s.map((x, k) => x - t[k]! - Math.round(x - t[k]!));
  const v = cell.vectors;
  return Math.hypot(...[0, 1, 2].map((k) => d[0]! * v[k]! + d[1]! * v[3 + k]! + d[2]! * v[6 + k]!));
}

/**
 * [n] atom that each atom is taken to by `operation`.
 * @throws PhysicsError when an atom lands on none of its kind within `tolerance` Å (default 1e-2).
 */
export function atomPermutation(
  crystal: Crystal,
  operation: SymmetryOperation,
  { tolerance = 1e-2 }: MatchOptions = {},
): I32 {
  const s = fractionalPositions(crystal);
  const point = (i: number): Vec3 => [s[3 * i]!, s[3 * i + 1]!, s[3 * i + 2]!];
  const n = atomCount(crystal);
  const image = new Int32Array(n);
  const taken = new Uint8Array(n);
  for (let i = 0; i < n; i++) {
    const moved = applyOperation(operation, point(i));
    let nearest = -1;
    let least = Number.POSITIVE_INFINITY;
    for (let j = 0; j < n; j++) {
      if (taken[j] || crystal.kinds[j] !== crystal.kinds[i]) continue;
      const distance = fractionalDistance(crystal.cell, moved, point(j));
      if (distance < least) [least, nearest] = [distance, j];
    }
    if (!(least < tolerance)) {
      throw new PhysicsError(
        `an operation takes atom ${i + 1} (${speciesOf(crystal, i)}) ${least.toFixed(4)} Å away from the nearest atom of its kind`,
        `this is more than ${tolerance} Å: the operation is not a symmetry of this crystal`,
        { atom: i, distance: least, tolerance },
      );
    }
    image[i] = nearest;
    taken[nearest] = 1;
  }
  return image;
}
