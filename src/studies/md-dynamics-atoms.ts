// Which atoms a person means: numbers, ranges, elements, and the classes of anions.

import { InputError } from "../base/index.js";
import { type AnionClass, anionClasses } from "../coupling/index.js";
import { atomCount, atomsOf, type Crystal, commonOxidationState } from "../structure/index.js";
import { knownWordsHint } from "./nearest.js";

const MOBILE = ["Li", "Na", "K", "Ag", "Cu", "Rb", "Cs"];

/**
 * The mobile ion: the one named, else the first usual one that the crystal has; undefined when it has none.
 * @throws InputError when the one named is not there
 */
export function mobileElement(crystal: Crystal, named?: string): string | undefined {
  if (named === undefined) return MOBILE.find((element) => crystal.elements.includes(element));
  if (crystal.elements.includes(named)) return named;
  throw new InputError(`the mobile ion ${named} is not in the structure`, knownWordsHint(named, crystal.elements));
}

/**
 * Atoms of a selection such as "0,4,12-17", "P, O" or "anions:edge", ascending.
 * @throws InputError for an item that names no atom
 */
export function chooseAtoms(
  selection: string,
  crystal: Crystal,
  { purpose, mobile }: { readonly purpose: string; readonly mobile?: string | undefined },
): number[] {
  const items = selection.split(/[\s,]+/).filter((item) => item !== "");
  if (items.length === 0)
    throw new InputError(`no atoms are named ${purpose}`, `elements here: ${crystal.elements.join(", ")}`);
  const chosen = new Set(items.flatMap((item) => atomsNamed(item, crystal, { purpose, mobile })));
  return [...chosen].sort((a, b) => a - b);
}

interface Choice {
  readonly purpose: string;
  readonly mobile: string | undefined;
}

function atomsNamed(item: string, crystal: Crystal, { purpose, mobile }: Choice): readonly number[] {
  const range = /^(\d+)(?:-(\d+))?$/.exec(item);
  if (range) return numbered(item, crystal, purpose);
  if (item.startsWith("anions:")) return anionsOf(item.slice("anions:".length), crystal, mobile);
  if (crystal.elements.includes(item)) return atomsOf(crystal, item);
  const labelled = (crystal.labels ?? []).flatMap((label, i) => (label === item ? [i] : []));
  if (labelled.length > 0) return labelled;
  throw new InputError(
    `${item} (${purpose}) is no atom of this structure`,
    `${knownWordsHint(item, crystal.elements)}; or numbers from 0 to ${atomCount(crystal) - 1}, or anions:edge, anions:corner`,
    { item },
  );
}

function numbered(item: string, crystal: Crystal, purpose: string): number[] {
  const [from, to] = item.split("-").map(Number) as [number, number?];
  const last = to ?? from;
  const n = atomCount(crystal);
  if (last >= n || from > last)
    throw new InputError(
      `atoms ${item} (${purpose}) in a cell of ${n} atoms`,
      `numbers run from 0 to ${n - 1}, in the order of the supercell`,
      { item, atoms: n },
    );
  return Array.from({ length: last - from + 1 }, (_, i) => from + i);
}

const CLASSES: readonly AnionClass[] = ["edge", "corner", "non-bonded", "mobile-only"];

/** Anions are the most frequent negative element; every other cation than the mobile one is framework. */
function anionsOf(name: string, crystal: Crystal, mobile: string | undefined): readonly number[] {
  const kind = CLASSES.find((one) => one === name);
  if (!kind) throw new InputError(`there is no class of anions ${name}`, knownWordsHint(name, CLASSES));
  if (mobile === undefined)
    throw new InputError(
      "classes of anions need a mobile ion, and none of the usual ones is here",
      `name it as mobile; elements here: ${crystal.elements.join(", ")}`,
    );
  const negative = crystal.elements.filter((element) => element !== mobile && commonOxidationState(element) < 0);
  const anion = negative.sort((a, b) => atomsOf(crystal, b).length - atomsOf(crystal, a).length)[0];
  if (anion === undefined)
    throw new InputError("there are no anions in this structure", `elements here: ${crystal.elements.join(", ")}`);
  const framework = crystal.elements.filter((element) => element !== mobile && !negative.includes(element));
  const { atoms } = anionClasses(crystal, { mobile, framework, anion });
  const found = atoms[kind];
  if (found.length > 0) return found;
  const counts = CLASSES.map((one) => `${one} ${atoms[one].length}`).join(", ");
  throw new InputError(`no ${anion} atom of the class ${kind}`, `the classes here: ${counts}`);
}
