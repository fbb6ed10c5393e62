// Which atoms an analysis follows.

import { InputError } from "../base/index.js";
import { atomCount, type Crystal, speciesList } from "../structure/index.js";

/** Element symbols ("Li", ["Li", "Na"]), site labels of the crystal where no element has that name, or atom indices from 0. */
export type AtomSelection = string | readonly string[] | readonly number[];

/**
 * Indices of the selected atoms, ascending.
 * @throws InputError when a name or index is not in the crystal, or nothing is selected.
 */
export function selectAtoms(crystal: Crystal, selection: AtomSelection): Int32Array<ArrayBuffer> {
  const n = atomCount(crystal);
  const chosen = new Uint8Array(n);
  const species = speciesList(crystal);
  for (const item of typeof selection === "string" ? [selection] : selection) {
    if (typeof item === "number") {
      if (!Number.isInteger(item) || item < 0 || item >= n)
        throw new InputError(`atom index ${item} of a crystal of ${n} atoms`, `indices run from 0 to ${n - 1}`, {
          item,
        });
      chosen[item] = 1;
    } else {
      const names = crystal.elements.includes(item) ? species : (crystal.labels ?? species);
      if (!names.includes(item))
        throw new InputError(`no atom is called "${item}"`, `the crystal has ${crystal.elements.join(", ")}`, { item });
      names.forEach((name, i) => {
        if (name === item) chosen[i] = 1;
      });
    }
  }
  const atoms = Int32Array.from({ length: n }, (_, i) => i).filter((i) => chosen[i] === 1);
  if (atoms.length === 0)
    throw new InputError("no atom is selected", `name an element: ${crystal.elements.join(", ")}`);
  return atoms;
}

/** "Li" or "Li, Na": the elements of some atoms in the crystal's order. */
export function elementsOfAtoms(crystal: Crystal, atoms: ArrayLike<number>): string[] {
  const kinds = new Set(Array.from(atoms, (i) => crystal.kinds[i]!));
  return crystal.elements.filter((_, kind) => kinds.has(kind));
}
