// Elements of atoms that a file knows only by type numbers: from a map, or from a reference structure.

import { type FilePlace, FormatError, InputError } from "../base/index.js";
import { type Crystal, elementNamed, speciesList } from "../structure/index.js";
import type { TrajectoryReadOptions } from "./trajectory.js";

/**
 * Elements of the atom types `types` [n]: from the option `types`; else from the reference, atom by atom where every type
 * is one element then, else by how many atoms there are of each.
 * @throws FormatError when neither tells.
 */
export function elementsOfTypes(types: ArrayLike<number>, place: FilePlace, options: TrajectoryReadOptions): string[] {
  const present = [...new Set(Array.from(types))].sort((a, b) => a - b);
  const byType = options.types
    ? fromMap(present, options.types, place)
    : options.reference && fromReference(types, options.reference);
  if (byType) return Array.from(types, (type) => byType.get(type)!);
  throw new FormatError(
    place,
    `which elements are the atom types ${present.join(", ")}?`,
    options.reference
      ? "the reference structure does not tell them apart; give the option types (`phonion convert --types 1=Li,2=O`)"
      : "give the option types (`phonion convert --types 1=Li,2=O`) or a reference structure",
  );
}

function fromMap(
  present: readonly number[],
  map: Readonly<Record<number, string>>,
  place: FilePlace,
): Map<number, string> {
  const missing = present.filter((type) => map[type] === undefined);
  if (missing.length > 0) {
    throw new FormatError(
      place,
      `no element for atom type ${missing.join(", ")}; the option types names ${Object.keys(map).join(", ")}`,
      "name every type",
    );
  }
  return new Map(present.map((type) => [type, elementNamed(map[type]!).symbol]));
}

function fromReference(types: ArrayLike<number>, reference: Crystal): Map<number, string> | undefined {
  const species = speciesList(reference);
  if (species.length !== types.length) {
    throw new InputError(
      `the file has ${types.length} atoms, the reference structure ${species.length}`,
      "give the structure the run began with",
    );
  }
  return atomByAtom(types, species) ?? byCounts(types, species);
}

function atomByAtom(types: ArrayLike<number>, species: readonly string[]): Map<number, string> | undefined {
  const found = new Map<number, string>();
  for (const [i, symbol] of species.entries()) {
    const known = found.get(types[i]!);
    if (known === undefined) found.set(types[i]!, symbol);
    else if (known !== symbol) return undefined;
  }
  return found;
}

function byCounts(types: ArrayLike<number>, species: readonly string[]): Map<number, string> | undefined {
  const count = <T>(list: Iterable<T>): Map<T, number> => {
    const counts = new Map<T, number>();
    for (const entry of list) counts.set(entry, (counts.get(entry) ?? 0) + 1);
    return counts;
  };
  const ofTypes = count(Array.from(types));
  const ofElements = count(species);
  const found = new Map<number, string>();
  for (const [type, n] of ofTypes) {
    const fitting = [...ofElements].filter(([, m]) => m === n);
    if (fitting.length !== 1) return undefined;
    found.set(type, fitting[0]![0]);
  }
  return new Set(found.values()).size === ofElements.size ? found : undefined;
}
