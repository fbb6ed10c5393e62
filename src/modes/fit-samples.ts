// From structure files to displacements: u_i = shortest image of x_i − x_i⁰. Another program may have listed the atoms in another order; they
// are then matched by position and species, and the order found is said.

import { type F64, type I32, InputError, type Note } from "../base/index.js";
import { atomCount, type Crystal, matchAtoms, minimumImage, speciesOf } from "../structure/index.js";
import type { DisplacementForces } from "./fit-force-constants.js";

/** A structure with the forces on its atoms, [n,3] eV/Å. */
export interface ForcedCrystal {
  readonly crystal: Crystal;
  readonly forces: F64;
}

export interface MatchedSamples {
  readonly samples: readonly DisplacementForces[];
  /** [n] atom of the arrangements each atom of the reference is; null when the order is the same. */
  readonly order: I32 | null;
  readonly notes: readonly Note[];
}

export interface SampleOptions {
  /** Farthest an atom may be from its place, Å. Default 1. */
  readonly farthestA?: number;
}

/**
 * Displacements of arrangements from `reference`, in its order of atoms. The order of the first arrangement is taken for all.
 * @throws InputError when cells, atoms or places do not fit, with the numbers.
 */
export function samplesFrom(
  reference: Crystal,
  arrangements: readonly ForcedCrystal[],
  options: SampleOptions = {},
): MatchedSamples {
  const { farthestA = 1 } = options;
  if (!(farthestA > 0))
    throw new InputError(`a farthest displacement of ${farthestA} Å`, "pass a positive length in Å");
  let order: I32 | null = null;
  const samples = arrangements.map(({ crystal, forces }, k) => {
    const name = `arrangement ${k + 1}`;
    checkFrame(reference, { crystal, forces }, name);
    if (k === 0) order = orderOf(reference, crystal);
    const from = (i: number): number => order?.[i] ?? i;
    const n = atomCount(reference);
    const apart = minimumImage(
      reference.cell,
      Float64Array.from(
        { length: 3 * n },
        (_, i) => crystal.positions[3 * from(Math.floor(i / 3)) + (i % 3)]! - reference.positions[i]!,
      ),
    );
    for (let i = 0; i < n; i++) checkAtom(reference, crystal, { i, j: from(i), apart, farthestA, name });
    return {
      displacements: apart,
      forces: Float64Array.from({ length: 3 * n }, (_, i) => forces[3 * from(Math.floor(i / 3)) + (i % 3)]!),
    };
  });
  return { samples, order, notes: order === null ? [] : [reordered(order)] };
}

function checkFrame(reference: Crystal, { crystal, forces }: ForcedCrystal, name: string): void {
  const [n, found] = [atomCount(reference), atomCount(crystal)];
  if (n !== found)
    throw new InputError(`${name} has ${found} atoms, the reference ${n}`, "give the supercell the forces belong to");
  if (forces.length !== 3 * n)
    throw new InputError(
      `${name} has ${forces.length} force components for ${n} atoms`,
      "forces are eV/Å, three per atom",
    );
  const off = Math.max(...Array.from(reference.cell.vectors, (x, i) => Math.abs(x - crystal.cell.vectors[i]!)));
  if (off > 1e-3)
    throw new InputError(
      `the cell of ${name} differs from the reference's by up to ${off.toFixed(4)} Å`,
      "force constants belong to one cell: give the reference the displacements were made from",
      { difference: off },
    );
}

/** Null when every atom of `moved` is nearest to the place of its own number. */
function orderOf(reference: Crystal, moved: Crystal): I32 | null {
  const match = matchAtoms(reference, moved, { removeTranslation: true });
  return match.permutation.slice().every((j, i) => j === i) ? null : match.permutation;
}

interface AtomCheck {
  readonly i: number;
  readonly j: number;
  readonly apart: F64;
  readonly farthestA: number;
  readonly name: string;
}

function checkAtom(reference: Crystal, crystal: Crystal, { i, j, apart, farthestA, name }: AtomCheck): void {
  const [own, other] = [speciesOf(reference, i), speciesOf(crystal, j)];
  if (own !== other)
    throw new InputError(
      `atom ${j + 1} of ${name} is ${other}, where the first arrangement has ${own}`,
      "keep one order of atoms in all arrangements",
    );
  const distance = Math.hypot(apart[3 * i]!, apart[3 * i + 1]!, apart[3 * i + 2]!);
  if (distance > farthestA)
    throw new InputError(
      `atom ${j + 1} (${other}) of ${name} is ${distance.toFixed(3)} Å from its place in the reference; at most ${farthestA} Å is taken for a displacement`,
      "check that the reference is the undistorted supercell with the same origin, and that atoms keep their order in all arrangements",
      { atom: j, distance },
    );
}

function reordered(order: I32): Note {
  const shown = Array.from(order.slice(0, 24), (j) => j + 1).join(" ");
  return {
    code: "atoms-reordered",
    message: `the arrangements list the atoms in another order; by position and species atom 1, 2, … of the reference is their atom ${shown}${order.length > 24 ? " …" : ""}`,
    hint: "force constants are written in the reference's order",
  };
}
