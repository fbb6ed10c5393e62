// Force constants of an infinite crystal from those of a supercell. A supercell's Φ_{iJ} belongs to every image of J; it is given to the
// images nearest to i, in equal parts when several are equally near (Parlinski, Li and Kawazoe, 10.1103/PhysRevLett.78.4063; as
// phonopy does). Exact when forces reach less than half the supercell; what reaches farther is folded onto the nearest images. The long-ranged
// part of charges is taken off before when they are known (dipole-forces.ts).

import { type F64, type I32, maxAbs, type Note } from "../base/index.js";
import { atomCount, type CrystalCells, minimumImage, toCartesian, toFractional } from "../structure/index.js";
import type { DipoleForces } from "./dipole-forces.js";
import type { ForceConstants } from "./modes.js";
import { imposeAcousticSumRule } from "./sum-rule.js";

/** One block of force constants for every atom of the home cell and every image it was given to. */
export interface Bonds {
  readonly from: I32; // [m] atom of the home cell
  readonly to: I32; // [m] atom of the primitive cell
  readonly fractional: F64; // [m,3] from the one to the other, in primitive vectors
  readonly separation: F64; // [m,3] Å, the same
  readonly blocks: F64; // [m,9] eV/Å²
}

export interface BondsResult {
  readonly bonds: Bonds;
  readonly notes: readonly Note[];
}

/** Å; images whose distances differ by less are equally near: rounding of a structure file. */
const EQUALLY_NEAR = 1e-3;
/** Spread of Φ over copies, relative to the largest constant, that is worth a note. */
const NOTEWORTHY_SPREAD = 1e-3;

/** The sum rule is imposed and copies are averaged; what that removed is noted when it is large. `dipoles` are taken off. */
export function bondsOf(constants: ForceConstants, cells: CrystalCells, dipoles?: DipoleForces): BondsResult {
  const ruled = imposeAcousticSumRule(constants);
  const { rows, representatives, spread } = averagedOverCopies(ruled.values, cells);
  const notes = [...(ruled.notes ?? [])];
  const scale = maxAbs(ruled.values);
  if (spread > NOTEWORTHY_SPREAD * scale)
    notes.push({
      code: "force-constants-not-periodic",
      message: `force constants of copies of one atom differ from their mean by up to ${spread.toPrecision(3)} eV/Å² (largest constant ${scale.toPrecision(4)} eV/Å²); the mean is used`,
      hint: "the supercell repeats more finely than its forces do: give the cell it was made from, or take it whole",
    });
  const far = dipoles?.inSupercell(cells, representatives);
  const near = far ? rows.map((value, at) => value - far[at]!) : rows;
  return { bonds: spreadOverImages(near, representatives, cells), notes };
}

/** Bonds that share the number 1 equally among the copies of each atom, and a copy's part among its nearest images: 1/N per copy. */
export function equalBonds(cells: CrystalCells): Bonds {
  const n = cells.primitiveAtom.length;
  const b = atomCount(cells.primitive);
  return spreadOverImages(new Float64Array(9 * b * n).fill(b / n), representativesOf(cells), cells);
}

/** [b] an atom of the supercell for each of the primitive cell: the first. */
export function representativesOf({ primitive, primitiveAtom }: CrystalCells): Int32Array<ArrayBuffer> {
  const atoms = Array.from(primitiveAtom);
  return Int32Array.from({ length: atomCount(primitive) }, (_, i) => atoms.indexOf(i));
}

interface Averaged {
  /** [b,n,9] eV/Å²: blocks of each representative with every atom of the supercell. */
  readonly rows: Float64Array;
  /** [b] an atom of the supercell for each of the primitive cell. */
  readonly representatives: Int32Array;
  readonly spread: number;
}

/** Φ_{T(I)T(J)} = Φ_{IJ} for every translation T of the primitive lattice. */
function averagedOverCopies(values: F64, cells: CrystalCells): Averaged {
  const { primitive, primitiveAtom } = cells;
  const n = primitiveAtom.length;
  const b = atomCount(primitive);
  const copies = n / b;
  const representatives = representativesOf(cells);
  const partner = partners(cells, representatives);
  const rows = new Float64Array(9 * b * n);
  const visit = (each: (row: number, value: number) => void): void => {
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        const row = 9 * (primitiveAtom[i]! * n + partner(i, j));
        for (let k = 0; k < 9; k++) each(row + k, values[(3 * i + Math.floor(k / 3)) * 3 * n + 3 * j + (k % 3)]!);
      }
    }
  };
  visit((row, value) => {
    rows[row]! += value / copies;
  });
  let spread = 0;
  visit((row, value) => {
    spread = Math.max(spread, Math.abs(value - rows[row]!));
  });
  return { rows, representatives, spread };
}

/** partner(i, j): the atom that stands to the representative of i as j stands to i. */
export function partners(cells: CrystalCells, representatives: I32): (i: number, j: number) => number {
  const { primitiveAtom, translation: t } = cells;
  const place = atomsByPlace(cells);
  return (i, j) => {
    const home = representatives[primitiveAtom[i]!]!;
    const along = (k: number): number => t[3 * j + k]! - t[3 * i + k]! + t[3 * home + k]!;
    return place(primitiveAtom[j]!, along(0), along(1), along(2));
  };
}

/** place(j, x, y, z): the atom of the supercell, or the image of one, that copies atom j of the primitive cell in cell (x, y, z). */
export function atomsByPlace(cells: CrystalCells): (atom: number, x: number, y: number, z: number) => number {
  const { matrix: m, primitiveAtom, translation: t } = cells;
  // T adj(M) modulo |det M| names the class of T modulo the superlattice.
  const cofactor = (p: number, q: number, r: number, s: number): number => m[p]! * m[s]! - m[q]! * m[r]!;
  const adjugate = [
    cofactor(4, 5, 7, 8),
    cofactor(2, 1, 8, 7),
    cofactor(1, 2, 4, 5),
    cofactor(5, 3, 8, 6),
    cofactor(0, 2, 6, 8),
    cofactor(2, 0, 5, 3),
    cofactor(3, 4, 6, 7),
    cofactor(1, 0, 7, 6),
    cofactor(0, 1, 3, 4),
  ];
  const size = Math.abs(m[0]! * adjugate[0]! + m[1]! * adjugate[3]! + m[2]! * adjugate[6]!);
  const key = (atom: number, x: number, y: number, z: number): number => {
    let code = atom;
    for (let c = 0; c < 3; c++) {
      const scaled = (x * adjugate[c]! + y * adjugate[3 + c]! + z * adjugate[6 + c]!) % size;
      code = code * size + (scaled < 0 ? scaled + size : scaled);
    }
    return code;
  };
  const known = new Map<number, number>();
  for (let j = 0; j < primitiveAtom.length; j++)
    known.set(key(primitiveAtom[j]!, t[3 * j]!, t[3 * j + 1]!, t[3 * j + 2]!), j);
  return (atom, x, y, z) => known.get(key(atom, x, y, z))!;
}

function spreadOverImages(rows: F64, representatives: I32, cells: CrystalCells): Bonds {
  const { primitive, primitiveAtom, translation, supercell } = cells;
  const n = primitiveAtom.length;
  const b = representatives.length;
  const from: number[] = [];
  const to: number[] = [];
  const separation: number[] = [];
  const blocks: number[] = [];
  const difference = new Float64Array(3);
  for (let i = 0; i < b; i++) {
    for (let j = 0; j < n; j++) {
      const block = rows.subarray(9 * (i * n + j), 9 * (i * n + j) + 9);
      if (maxAbs(block) === 0) continue;
      const place = toCartesian(
        primitive.cell,
        Float64Array.from([0, 1, 2], (k) => translation[3 * j + k]! - translation[3 * representatives[i]! + k]!),
      );
      for (let k = 0; k < 3; k++)
        difference[k] = place[k]! + primitive.positions[3 * primitiveAtom[j]! + k]! - primitive.positions[3 * i + k]!;
      const images = nearestImages(supercell.cell, difference);
      for (let at = 0; at < images.length; at += 3) {
        from.push(i);
        to.push(primitiveAtom[j]!);
        separation.push(images[at]!, images[at + 1]!, images[at + 2]!);
        for (let k = 0; k < 9; k++) blocks.push((3 * block[k]!) / images.length);
      }
    }
  }
  const vectors = Float64Array.from(separation);
  return {
    from: Int32Array.from(from),
    to: Int32Array.from(to),
    separation: vectors,
    fractional: toFractional(primitive.cell, vectors),
    blocks: Float64Array.from(blocks),
  };
}

/** All images of `difference` as near as the nearest, Å, one after the other. */
function nearestImages(cell: CrystalCells["supercell"]["cell"], difference: F64): number[] {
  const shortest = minimumImage(cell, difference);
  const length = Math.hypot(shortest[0]!, shortest[1]!, shortest[2]!);
  const v = cell.vectors;
  // Two vectors of at most this length differ by at most twice it.
  const reach = [0, 1, 2].map((k) =>
    Math.floor((2 * length + EQUALLY_NEAR) * Math.hypot(cell.inverse[k]!, cell.inverse[3 + k]!, cell.inverse[6 + k]!)),
  ) as [number, number, number];
  const found: number[] = [];
  for (let p = -reach[0]; p <= reach[0]; p++) {
    for (let q = -reach[1]; q <= reach[1]; q++) {
      for (let r = -reach[2]; r <= reach[2]; r++) {
        const image = [0, 1, 2].map((k) => shortest[k]! + p * v[k]! + q * v[3 + k]! + r * v[6 + k]!);
        if (Math.hypot(image[0]!, image[1]!, image[2]!) <= length + EQUALLY_NEAR) found.push(...image);
      }
    }
  }
  return found;
}
