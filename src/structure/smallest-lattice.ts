// The finest lattice whose translations map a crystal onto itself. In three dimensions the shortest three independent vectors of a
// lattice are a basis of it.

import type { F64 } from "../base/index.js";
import { type Cell, makeCell, toCartesian } from "./cell.js";
import { atomsOf, type Crystal, fractionalPositions } from "./crystal.js";
import { minimumImage } from "./periodic.js";

/** The smallest cell of `crystal`; its own cell (as it is given) when no translation maps it onto itself. */
export function smallestLattice(crystal: Crystal, toleranceA: number): Cell {
  const found = selfTranslations(crystal, toleranceA);
  if (found.length === 1) return crystal.cell;
  const wanted = crystal.cell.volume / found.length;
  const vectors = latticeVectors(crystal.cell, found);
  const length = (v: readonly number[]): number => Math.hypot(v[0]!, v[1]!, v[2]!);
  vectors.sort((u, v) => length(u) - length(v));
  const a = vectors[0]!;
  const b = vectors.find((v) => length(cross(a, v)) > 1e-3 * length(a) * length(v))!;
  const normal = cross(a, b);
  const c = vectors.find((v) => Math.abs(Math.abs(dot3(normal, v)) - wanted) < 1e-3 * wanted)!;
  return makeCell([...a, ...b, ...(dot3(normal, c) > 0 ? c : c.map((x) => -x))]);
}

/** Translations, fractional, that map every atom onto one of its kind; the first is zero. */
function selfTranslations(crystal: Crystal, toleranceA: number): Float64Array[] {
  const fractional = fractionalPositions(crystal);
  const groups = crystal.elements.map((element) => atomsOf(crystal, element)).filter((atoms) => atoms.length > 0);
  const rarest = groups.reduce((least, atoms) => (atoms.length < least.length ? atoms : least));
  const home = rarest[0]!;
  return rarest
    .map((target) => Float64Array.from([0, 1, 2], (k) => fractional[3 * target + k]! - fractional[3 * home + k]!))
    .filter((shift) => groups.every((atoms) => mapsOnto(crystal, { atoms, fractional, shift, toleranceA })));
}

interface Trial {
  readonly atoms: readonly number[];
  readonly fractional: F64;
  readonly shift: F64;
  readonly toleranceA: number;
}

function mapsOnto(crystal: Crystal, { atoms, fractional, shift, toleranceA }: Trial): boolean {
  const v = crystal.cell.vectors;
  return atoms.every((i) =>
    atoms.some((j) => {
      if (crystal.masses[i] !== crystal.masses[j]) return false;
      let [x, y, z] = [0, 0, 0];
      for (let k = 0; k < 3; k++) {
        const s = fractional[3 * i + k]! + shift[k]! - fractional[3 * j + k]!;
        const rest = s - Math.round(s);
        x += rest * v[3 * k]!;
        y += rest * v[3 * k + 1]!;
        z += rest * v[3 * k + 2]!;
      }
      return x * x + y * y + z * z <= toleranceA * toleranceA;
    }),
  );
}

/** Short vectors of the lattice that `translations` and the cell span, Å. */
function latticeVectors(cell: Cell, translations: readonly F64[]): number[][] {
  const vectors: number[][] = [];
  for (const shift of translations) {
    const short = minimumImage(cell, toCartesian(cell, shift));
    for (let i = -1; i <= 1; i++) {
      for (let j = -1; j <= 1; j++) {
        for (let k = -1; k <= 1; k++) {
          const move = toCartesian(cell, Float64Array.of(i, j, k));
          const vector = [0, 1, 2].map((axis) => short[axis]! + move[axis]!);
          if (Math.hypot(...vector) > 1e-3) vectors.push(vector);
        }
      }
    }
  }
  return vectors;
}

const dot3 = (u: readonly number[], v: readonly number[]): number => u[0]! * v[0]! + u[1]! * v[1]! + u[2]! * v[2]!;

const cross = (u: readonly number[], v: readonly number[]): number[] => [
  u[1]! * v[2]! - u[2]! * v[1]!,
  u[2]! * v[0]! - u[0]! * v[2]!,
  u[0]! * v[1]! - u[1]! * v[0]!,
];
