// Concerted pairs by the types of their three sites. A pair a: A→B, b: B→C has ends A and C and the middle B; which end is which depends
// only on which ion is looked at first, so (A,B,C) and (C,B,A) are one class. Classes are named by labels, "Li1–Li3–Li2", or given.

import { InputError } from "../base/index.js";
import { siteTypes } from "./site-types.js";

export interface ConcertedClass {
  readonly name: string;
  /** Labels of A and C, in any order. */
  readonly ends: readonly [string, string];
  /** Label of B. */
  readonly middle: string;
}

/**
 * The five of Fu et al. in Li10GeP2S12 (10.1016/j.jechem.2022.01.018, Fig. 2e): sites Li1 16h, Li2 4d, Li3 8f, Li4 4c of P4_2/nmc.
 */
export const FU_CLASSES: readonly ConcertedClass[] = [
  { name: "type 1", ends: ["Li2", "Li1"], middle: "Li3" },
  { name: "type 2", ends: ["Li2", "Li2"], middle: "Li3" },
  { name: "type 3", ends: ["Li1", "Li1"], middle: "Li3" },
  { name: "type 4", ends: ["Li4", "Li3"], middle: "Li1" },
  { name: "type 5", ends: ["Li4", "Li4"], middle: "Li1" },
];

export const OTHER = "other";

/** Says which class three sites belong to. */
export interface Classifier {
  /** In the order given, or of first use; "other" last when classes were given. */
  readonly classes: readonly ConcertedClass[];
  /** Index into `classes`. */
  classOf(from: number, middle: number, to: number): number;
}

/** @throws InputError for a class that names a label no site has, or for two classes that are the same. */
export function concertedClassifier(labels: readonly string[], given?: readonly ConcertedClass[]): Classifier {
  const { names, ofSite } = siteTypes(labels);
  const kinds = names.length;
  const key = (a: number, b: number, c: number): number => (b * kinds + Math.min(a, c)) * kinds + Math.max(a, c);
  const classes: ConcertedClass[] = [];
  const known = new Map<number, number>();
  for (const one of given ?? []) {
    const [a, b, c] = [one.ends[0], one.middle, one.ends[1]].map((label) => names.indexOf(label));
    const missing = [one.ends[0], one.middle, one.ends[1]].find((label) => !names.includes(label));
    if (missing !== undefined)
      throw new InputError(`class "${one.name}" names the site type ${missing}`, `the sites are ${names.join(", ")}`, {
        names,
      });
    const at = key(a!, b!, c!);
    if (known.has(at))
      throw new InputError(
        `classes "${classes[known.get(at)!]!.name}" and "${one.name}" are the same sites`,
        "ends have no order: give each combination once",
      );
    known.set(at, classes.push(one) - 1);
  }
  if (given) classes.push({ name: OTHER, ends: ["", ""], middle: "" });
  const other = classes.length - 1;
  const classOf = (from: number, middle: number, to: number): number => {
    const [a, b, c] = [ofSite[from]!, ofSite[middle]!, ofSite[to]!];
    const at = key(a, b, c);
    const found = known.get(at);
    if (found !== undefined) return found;
    if (given) return other;
    const ends = [names[a]!, names[c]!].sort() as [string, string];
    const index = classes.push({ name: `${ends[0]}–${names[b]}–${ends[1]}`, ends, middle: names[b]! }) - 1;
    known.set(at, index);
    return index;
  };
  return { classes, classOf };
}
