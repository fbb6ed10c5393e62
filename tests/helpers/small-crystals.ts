// Small crystals with an analytic force field, each near or at a minimum of it.

import { Rng } from "../../src/base/index.js";
import type { ForceField } from "../../src/forces/forcefield.js";
import { type Crystal, fcc, hcp, nacl, supercell, withPositions } from "../../src/structure/index.js";
import { lennardJones, pairField, type Radial } from "./analytic-fields.js";

/** Each coordinate moved by a normal deviate of `size` Å. */
export function shaken(crystal: Crystal, size: number, seed: number): Crystal {
  const rng = Rng.fromSeed(seed);
  return withPositions(
    crystal,
    Float64Array.from(crystal.positions, (x) => x + size * rng.normal()),
  );
}

/** Lennard-Jones fcc with its first two shells, ε = 0.1 eV, at its minimum: [crystal, field, lattice constant]. */
export function lennardJonesFcc(repeats = 1): {
  readonly crystal: Crystal;
  readonly field: ForceField;
  readonly a: number;
} {
  const rMin = 2.8;
  // Shells of fcc in units of the nearest distance d: 12 at 1, 6 at √2. U = ε[A₁₂x² − 2A₆x], x = (r_min/d)⁶ = A₆/A₁₂.
  const [a12, a6] = [12 + 6 / 2 ** 6, 12 + 6 / 2 ** 3];
  const a = Math.SQRT2 * rMin * (a12 / a6) ** (1 / 6);
  const field = pairField(lennardJones(0.1, rMin), { name: "LJ, two shells", cutoff: 1.57 * rMin });
  return { crystal: supercell(fcc({ a, elements: ["Al"] }), [repeats, repeats, repeats]).crystal, field, a };
}

/** Two atoms in a hexagonal cell, held by the first two shells of Lennard-Jones; not quite relaxed. */
export function lennardJonesHcp(): { readonly crystal: Crystal; readonly field: ForceField } {
  const field = pairField(lennardJones(0.1, 2.8), { name: "LJ, two shells", cutoff: 1.57 * 2.8 });
  return { crystal: hcp({ a: 2.75, elements: ["Mg"] }), field };
}

/** Rock salt held by springs of different stiffness between unlike neighbours and like ones. */
export function springSalt(): { readonly crystal: Crystal; readonly field: ForceField } {
  const [d, like] = [2.8, 2.8 * Math.SQRT2];
  const radial: Radial = (r, kindA, kindB) => {
    const [k, length] = kindA === kindB ? [1 + kindA, like] : [4, d];
    return [0.5 * k * (r - length) ** 2, k * (r - length), k];
  };
  return { crystal: nacl({ a: 2 * d }), field: pairField(radial, { name: "springs", cutoff: 1.15 * like }) };
}
