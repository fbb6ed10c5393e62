// What the crystal as a whole does not feel, as linear equations among force constants.
//
//   translation      Σ_{a_k} Φ_{a_1α_1 … a_kα_k} = 0                        for every a_1 … a_{k-1}; one of each orbit is enough
//   rotation         Σ_j (Φ_{iα,jβ} r_γ − Φ_{iα,jγ} r_β) = 0                r from i to j (Born and Huang), atoms at rest
//   no stress        Σ_ij Φ_{iα,jβ} r_γ r_δ = Σ_ij Φ_{iγ,jδ} r_α r_β          (Huang)
//
// The last two speak of positions, which a periodic cell has only up to its images: pairs at its border share them evenly, so these
// rules hold for force constants that have died out there. M. Born and K. Huang, Dynamical Theory of Crystal Lattices, section 23;
// D. C. Gazis and R. F. Wallis, 10.1103/PhysRev.151.578.

import type { SparseRow } from "../numerics/index.js";
import { imagesFromHome } from "./fit-images.js";
import type { FitLattice } from "./fit-lattice.js";
import { type ClusterOrbit, clusterOrbits, type Transforms } from "./fit-orbits.js";

export interface OrderOrbits {
  readonly order: number;
  readonly cutoff: number;
  readonly orbits: readonly ClusterOrbit[];
  /** [orbits] number of the first unknown of each. */
  readonly firstUnknown: readonly number[];
  readonly transforms: Transforms;
}

/** Coefficients are sums over an orbit of numbers near 1 (times Å); what symmetry makes cancel leaves rounding, which is no equation. */
const CANCELLED = 1e-9;

/** A sum of unknowns under construction: coefficient of each. */
class Equation {
  readonly #terms = new Map<number, number>();

  add(unknown: number, value: number): void {
    if (value !== 0) this.#terms.set(unknown, (this.#terms.get(unknown) ?? 0) + value);
  }

  row(): SparseRow {
    const left = [...this.#terms].filter(([, value]) => Math.abs(value) > CANCELLED);
    return { unknowns: left.map(([unknown]) => unknown), values: left.map(([, value]) => value) };
  }
}

/** Σ over the last atom, for one cluster of k − 1 atoms of every orbit. */
export function translationRules(lattice: FitLattice, { order, cutoff, ...of }: OrderOrbits): SparseRow[] {
  const prefixes =
    order === 1 ? [[]] : clusterOrbits(lattice, order - 1, cutoff).map(({ members }) => members[0]!.atoms);
  const wanted = new Map(prefixes.map((prefix, at) => [prefix.join(" "), at]));
  const equations = prefixes.map(() => Array.from({ length: 3 ** order }, () => new Equation()));
  for (const [o, orbit] of of.orbits.entries()) {
    for (const member of orbit.members) {
      const at = wanted.get(member.atoms.slice(0, -1).join(" "));
      if (at === undefined) continue;
      for (const [d, tensor] of orbit.tensors.entries()) {
        const turned = of.transforms.apply(member, tensor);
        for (let e = 0; e < turned.length; e++) equations[at]![e]!.add(of.firstUnknown[o]! + d, turned[e]!);
      }
    }
  }
  return equations.flat().map((equation) => equation.row());
}

const PAIRS = [
  [0, 1],
  [0, 2],
  [1, 2],
] as const;

/** Born–Huang rules of every home atom and Huang's, for order 2. */
export function rotationRules(lattice: FitLattice, { orbits, firstUnknown, transforms }: OrderOrbits): SparseRow[] {
  const born = Array.from({ length: 9 * lattice.basisAtoms }, () => new Equation());
  const huang = Array.from({ length: 81 }, () => new Equation());
  for (const [o, orbit] of orbits.entries()) {
    for (const member of orbit.members) {
      const [home, to] = member.atoms as [number, number];
      const b = Math.floor(home / lattice.cellCount);
      const { first, second } = momentsOf(imagesFromHome(lattice, b, to));
      for (const [d, tensor] of orbit.tensors.entries()) {
        const phi = transforms.apply(member, tensor);
        const unknown = firstUnknown[o]! + d;
        for (let alpha = 0; alpha < 3; alpha++)
          for (const [pair, [beta, gamma]] of PAIRS.entries())
            born[9 * b + 3 * alpha + pair]!.add(
              unknown,
              phi[3 * alpha + beta]! * first[gamma]! - phi[3 * alpha + gamma]! * first[beta]!,
            );
        for (let left = 0; left < 9; left++)
          for (let right = 0; right < left; right++)
            huang[9 * left + right]!.add(unknown, phi[left]! * second[right]! - phi[right]! * second[left]!);
      }
    }
  }
  return [...born, ...huang].map((equation) => equation.row());
}

/** Means of r and of r rᵀ over images [m,3]. */
function momentsOf(images: Float64Array): { readonly first: Float64Array; readonly second: Float64Array } {
  const first = new Float64Array(3);
  const second = new Float64Array(9);
  const count = images.length / 3;
  for (let m = 0; m < count; m++)
    for (let i = 0; i < 3; i++) {
      first[i]! += images[3 * m + i]! / count;
      for (let j = 0; j < 3; j++) second[3 * i + j]! += (images[3 * m + i]! * images[3 * m + j]!) / count;
    }
  return { first, second };
}
