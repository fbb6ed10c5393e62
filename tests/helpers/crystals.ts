// Small crystals that tests share. Lattices are given so that every number can be checked by hand.

import { Rng } from "../../src/base/index.js";
import {
  type Cell,
  type Crystal,
  deformCell,
  makeCell,
  makeCrystal,
  toCartesian,
  toFractional,
} from "../../src/structure/index.js";

/** Rock salt, conventional cell of 8 atoms; nearest distance a/2. */
export function rockSalt(cation = "Na", anion = "Cl", a = 5.64): Crystal {
  const corners = [0, 0, 0, 0, 0.5, 0.5, 0.5, 0, 0.5, 0.5, 0.5, 0];
  return makeCrystal({
    cell: makeCell([a, 0, 0, 0, a, 0, 0, 0, a]),
    species: [cation, cation, cation, cation, anion, anion, anion, anion],
    fractional: [...corners, ...corners.map((x, i) => (i % 3 === 0 ? x + 0.5 : x))],
  });
}

/** Rock salt, primitive cell of 2 atoms (rhombohedral, 60°). */
export function rockSaltPrimitive(cation = "Na", anion = "Cl", a = 5.64): Crystal {
  return makeCrystal({
    cell: makeCell([0, a / 2, a / 2, a / 2, 0, a / 2, a / 2, a / 2, 0]),
    species: [cation, anion],
    fractional: [0, 0, 0, 0.5, 0.5, 0.5],
  });
}

/** CsCl structure, 2 atoms; nearest distance a√3/2. */
export function cesiumChloride(cation = "Cs", anion = "Cl", a = 4.12): Crystal {
  return makeCrystal({
    cell: makeCell([a, 0, 0, 0, a, 0, 0, 0, a]),
    species: [cation, anion],
    fractional: [0, 0, 0, 0.5, 0.5, 0.5],
  });
}

/** Zinc blende, primitive cell of 2 atoms; nearest distance a√3/4. */
export function zincBlende(cation = "Zn", anion = "S", a = 5.41): Crystal {
  return makeCrystal({
    cell: makeCell([0, a / 2, a / 2, a / 2, 0, a / 2, a / 2, a / 2, 0]),
    species: [cation, anion],
    fractional: [0, 0, 0, 0.25, 0.25, 0.25],
  });
}

/** Face-centred cubic argon, 4 atoms. */
export function argon(a = 5.26): Crystal {
  return makeCrystal({
    cell: makeCell([a, 0, 0, 0, a, 0, 0, 0, a]),
    species: ["Ar", "Ar", "Ar", "Ar"],
    fractional: [0, 0, 0, 0, 0.5, 0.5, 0.5, 0, 0.5, 0.5, 0.5, 0],
  });
}

type Operation = (x: number, y: number, z: number) => readonly [number, number, number];

const PNMA: readonly Operation[] = [
  (x, y, z) => [x, y, z],
  (x, y, z) => [0.5 - x, -y, z + 0.5],
  (x, y, z) => [-x, y + 0.5, -z],
  (x, y, z) => [x + 0.5, 0.5 - y, 0.5 - z],
  (x, y, z) => [-x, -y, -z],
  (x, y, z) => [x + 0.5, y, 0.5 - z],
  (x, y, z) => [x, 0.5 - y, z],
  (x, y, z) => [0.5 - x, y + 0.5, z + 0.5],
];

const LI3PO4_SITES = [
  { label: "Li1", element: "Li", at: [0.1639, 0.5013, 0.3013] },
  { label: "Li2", element: "Li", at: [0.4236, 0.75, 0.2056] },
  { label: "P1", element: "P", at: [0.4115, 0.25, 0.3082] },
  { label: "O1", element: "O", at: [0.3417, 0.0427, 0.2055] },
  { label: "O2", element: "O", at: [0.0506, 0.25, 0.2937] },
  { label: "O3", element: "O", at: [0.0898, 0.75, 0.1223] },
] as const;

/** γ-Li3PO4, Pnma, 32 atoms: a 10.490, b 6.120, c 4.9266 Å. */
export function lithiumPhosphate(): Crystal {
  const species: string[] = [];
  const labels: string[] = [];
  const fractional: number[] = [];
  const wrapped = (s: number): number => (Math.round((((s % 1) + 1) % 1) * 1e8) / 1e8) % 1;
  for (const { label, element, at } of LI3PO4_SITES) {
    const images = PNMA.map((operation) => operation(at[0], at[1], at[2]).map(wrapped).join(" "));
    for (const image of new Set(images)) {
      species.push(element);
      labels.push(label);
      fractional.push(...image.split(" ").map(Number));
    }
  }
  return makeCrystal({ cell: makeCell([10.49, 0, 0, 0, 6.12, 0, 0, 0, 4.9266]), species, labels, fractional });
}

/** `crystal` repeated; copies of one atom stand together. */
export function repeated(crystal: Crystal, [na, nb, nc]: readonly [number, number, number]): Crystal {
  const v = crystal.cell.vectors;
  const times = [na, nb, nc];
  const species: string[] = [];
  const positions: number[] = [];
  for (let i = 0; i < crystal.kinds.length; i++) {
    for (let a = 0; a < na; a++) {
      for (let b = 0; b < nb; b++) {
        for (let c = 0; c < nc; c++) {
          species.push(crystal.elements[crystal.kinds[i]!]!);
          for (let k = 0; k < 3; k++)
            positions.push(crystal.positions[3 * i + k]! + a * v[k]! + b * v[3 + k]! + c * v[6 + k]!);
        }
      }
    }
  }
  const cell = makeCell(Array.from(v, (x, i) => x * times[Math.floor(i / 3)]!));
  return makeCrystal({ cell, species, positions });
}

/**
 * Ge-substituted γ-Li3PO4, 193 atoms: 1×2×3 cells (10.5 × 12.2 × 14.8 Å), the first P replaced by Ge and one Li added at the widest
 * point of the void next to it.
 */
export function lithiumPhosphateWithGe(): Crystal {
  const big = repeated(lithiumPhosphate(), [1, 2, 3]);
  const species = Array.from(big.kinds, (kind) => big.elements[kind]!);
  species[species.indexOf("P")] = "Ge";
  const site = widestPoint(big);
  return makeCrystal({ cell: big.cell, species: [...species, "Li"], positions: [...big.positions, ...site] });
}

/** The point of a 20³ grid that is farthest from every atom, Å. */
function widestPoint(crystal: Crystal): readonly number[] {
  const fractional = toFractional(crystal.cell, crystal.positions);
  const [a, b, c] = [crystal.cell.vectors[0]!, crystal.cell.vectors[4]!, crystal.cell.vectors[8]!];
  let best = { distance: 0, at: [0, 0, 0] };
  for (let p = 0; p < 8000; p++) {
    const s = [(p % 20) / 20, (Math.floor(p / 20) % 20) / 20, Math.floor(p / 400) / 20];
    let nearest = Number.POSITIVE_INFINITY;
    for (let i = 0; i < fractional.length; i += 3) {
      const d = [0, 1, 2].map((k) => fractional[i + k]! - s[k]! - Math.round(fractional[i + k]! - s[k]!));
      nearest = Math.min(nearest, Math.hypot(d[0]! * a, d[1]! * b, d[2]! * c));
    }
    if (nearest > best.distance) best = { distance: nearest, at: [s[0]! * a, s[1]! * b, s[2]! * c] };
  }
  return best.at;
}

/** A copy with every coordinate displaced by a normal deviate of `amplitude` Å. */
export function rattled(crystal: Crystal, amplitude: number, seed: number): Crystal {
  const rng = Rng.fromSeed(seed).fork("rattle");
  return { ...crystal, positions: Float64Array.from(crystal.positions, (x) => x + amplitude * rng.normal()) };
}

/** A copy in a cell sheared along all three planes and stretched a little: triclinic, all angles different. */
export function sheared(crystal: Crystal, amount = 0.08): Crystal {
  const deformation = Float64Array.of(1 + amount / 4, amount, -amount / 2, 0, 1 - amount / 5, amount * 0.7, 0, 0, 1);
  const cell: Cell = deformCell(crystal.cell, deformation);
  return { ...crystal, cell, positions: toCartesian(cell, toFractional(crystal.cell, crystal.positions)) };
}
