// The JSON form of a pair force field: what a user's YAML file and the named sets hold.

import type { RadialTerm, Shift } from "./terms.js";

export interface ForceFieldSource {
  readonly doi?: string;
  readonly citation?: string;
  /** Where the numbers were taken from, and what differs from the print. */
  readonly note?: string;
}

export interface CoulombSpec {
  /** "ewald": full periodic sum. "none": the charges are information only. */
  readonly method: "ewald" | "none";
  /** Rms force error over the rms force between nearest charges (see `planEwald`). Default 1e-8. */
  readonly accuracy?: number;
}

export interface ForceFieldSpec {
  readonly name: string;
  readonly title?: string;
  readonly source?: ForceFieldSource;
  /** e, by element. Needs `coulomb`. */
  readonly charges?: Readonly<Record<string, number>>;
  readonly coulomb?: CoulombSpec;
  /**
   * Terms by unordered pair of elements, "Li-O". An empty list says that there is deliberately no short-range term;
   * a pair that is not listed is accepted only between charges of one sign.
   */
  readonly pairs: Readonly<Record<string, readonly RadialTerm[]>>;
  /** Å; cut-off of every term that has none of its own. */
  readonly cutoffA?: number;
  /** Shift of every term that has none of its own. Default "none". */
  readonly shift?: Shift;
}

export const DEFAULT_EWALD_ACCURACY = 1e-8;

/** The two elements of "Li-O". */
export function elementsOfPair(key: string): readonly [string, string] {
  const [a = "", b = ""] = key.split("-");
  return [a, b];
}

/** Terms between two elements in either order; undefined when the pair is not listed. */
export function termsBetween(spec: ForceFieldSpec, a: string, b: string): readonly RadialTerm[] | undefined {
  return spec.pairs[`${a}-${b}`] ?? spec.pairs[`${b}-${a}`];
}

/** Every element the set speaks of, in order of appearance. */
export function elementsOfSpec(spec: ForceFieldSpec): readonly string[] {
  return [...new Set([...Object.keys(spec.charges ?? {}), ...Object.keys(spec.pairs).flatMap(elementsOfPair)])];
}

/** Å. A table ends at its last point unless it is cut earlier. */
export function cutoffOf(spec: ForceFieldSpec, term: RadialTerm): number {
  if (term.cutoffA !== undefined) return term.cutoffA;
  return term.form === "table" ? term.distancesA.at(-1)! : spec.cutoffA!;
}

export const shiftOf = (spec: ForceFieldSpec, term: RadialTerm): Shift => term.shift ?? spec.shift ?? "none";
