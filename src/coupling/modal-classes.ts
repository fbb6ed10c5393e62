// Modes by who moves in them, and what each class of modes carries. With w_i = Σ_{n∈group} |e_{i,n}|²/m_i summed over the degenerate group,
// so that no choice of vectors enters, a mode belongs to the class of atoms with the largest
//     "mean"      Σ_{i∈class} w_i / (atoms in the class)      mean square displacement per atom (default)
//     "largest"   max_{i∈class} √w_i                          largest amplitude (Ouyang et al.)
//     "sum"       Σ_{i∈class} m_i w_i                         weight in the eigenvector

import { expectShape, type F64, InputError } from "../base/index.js";
import { atomWeights, degenerateGroups, type ModeGroup, type Modes } from "../modes/index.js";
import { speciesOf } from "../structure/index.js";

export type ClassMeasure = "mean" | "largest" | "sum";

export interface ModeClassOptions {
  /** Default "mean". */
  readonly measure?: ClassMeasure;
  /** Degenerate groups are classified as one. Default: modes nearer than 1e-3 THz. Pass single-mode groups to classify each vector by itself. */
  readonly groups?: readonly ModeGroup[];
}

export interface ModeClasses {
  readonly names: readonly string[];
  /** [count] index into `names`. */
  readonly classOf: Int32Array<ArrayBuffer>;
  /** [count,names] the measure of every class, for modes near a border. */
  readonly measures: F64;
}

/** Classifies modes by disjoint, non-empty sets of atoms (empty sets are left out; other atoms do not count). */
export function classifyModes(
  modes: Modes,
  atomClasses: Readonly<Record<string, readonly number[]>>,
  options: ModeClassOptions = {},
): ModeClasses {
  const { measure = "mean", groups = degenerateGroups(modes) } = options;
  const names = Object.keys(atomClasses).filter((name) => atomClasses[name]!.length > 0);
  checkClasses(modes, names, atomClasses);
  const n = modes.reference.kinds.length;
  const weights = atomWeights(modes);
  const classOf = new Int32Array(modes.count);
  const measures = new Float64Array(modes.count * names.length);
  for (const { first, count } of groups) {
    const summed = new Float64Array(n);
    for (let mode = first; mode < first + count; mode++) {
      for (let i = 0; i < n; i++) summed[i]! += weights[mode * n + i]! / modes.reference.masses[i]!;
    }
    const values = names.map((name) => measureOf(modes, atomClasses[name]!, { summed, measure }));
    // Classes equal within rounding go to the first of them.
    const best = values.findIndex((value) => value >= Math.max(...values) * (1 - 1e-12));
    for (let mode = first; mode < first + count; mode++) {
      classOf[mode] = best;
      measures.set(values, mode * names.length);
    }
  }
  return { names, classOf, measures };
}

/** The atoms of each element. */
export function speciesClasses(modes: Modes): Record<string, number[]> {
  const classes: Record<string, number[]> = {};
  for (let i = 0; i < modes.reference.kinds.length; i++) {
    const element = speciesOf(modes.reference, i);
    classes[element] ??= [];
    classes[element].push(i);
  }
  return classes;
}

/** [names] what the modes of each class carry of `shares` [count] together; signed. */
export function sumOverClasses({ names, classOf }: ModeClasses, shares: F64): Float64Array<ArrayBuffer> {
  expectShape("shares", shares, [classOf.length]);
  const sums = new Float64Array(names.length);
  for (let n = 0; n < shares.length; n++) sums[classOf[n]!]! += shares[n]!;
  return sums;
}

/** [names,count] running sum over the modes of each class alone, modes ascending in frequency. */
export function accumulationByClass({ names, classOf }: ModeClasses, shares: F64): Float64Array<ArrayBuffer> {
  expectShape("shares", shares, [classOf.length]);
  const count = shares.length;
  const sums = new Float64Array(names.length * count);
  for (let c = 0; c < names.length; c++) {
    let sum = 0;
    for (let n = 0; n < count; n++) {
      if (classOf[n] === c) sum += shares[n]!;
      sums[c * count + n] = sum;
    }
  }
  return sums;
}

function measureOf(
  modes: Modes,
  atoms: readonly number[],
  { summed, measure }: { readonly summed: F64; readonly measure: ClassMeasure },
): number {
  let [sum, weighted, largest] = [0, 0, 0];
  for (const atom of atoms) {
    sum += summed[atom]!;
    weighted += modes.reference.masses[atom]! * summed[atom]!;
    largest = Math.max(largest, summed[atom]!);
  }
  if (measure === "largest") return Math.sqrt(largest);
  return measure === "sum" ? weighted : sum / atoms.length;
}

function checkClasses(
  modes: Modes,
  names: readonly string[],
  atomClasses: Readonly<Record<string, readonly number[]>>,
): void {
  if (names.length === 0) throw new InputError("all classes are empty", "give at least one class with atoms");
  const owner = new Map<number, string>();
  for (const name of names) {
    for (const atom of atomClasses[name]!) {
      if (!(atom in modes.reference.kinds)) {
        throw new InputError(
          `class ${name} has the atom ${atom}`,
          `atoms count from 0 to ${modes.reference.kinds.length - 1}`,
        );
      }
      const other = owner.get(atom);
      if (other !== undefined) {
        throw new InputError(`atom ${atom} is in the classes ${other} and ${name}`, "classes must not overlap");
      }
      owner.set(atom, name);
    }
  }
}
