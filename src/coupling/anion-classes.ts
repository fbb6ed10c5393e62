// Anions by how they link the mobile ion to the framework, after Ouyang et al. on LiM(SeO3)2:
//     edge         in an edge (or a face) that a polyhedron of the mobile ion shares with one polyhedron of the framework   O_e
//     corner       bonded to the mobile ion and to the framework, at a shared corner                                         O_c
//     non-bonded   not bonded to the mobile ion                                                                              O_n
//     mobile-only  bonded to the mobile ion and to none of the framework cations asked for; empty in that family
// Bonds end at a cut-off. Two polyhedra share an edge when two of their anions, images told apart, are the same.

import { InputError } from "../base/index.js";
import { atomsOf, type Crystal, findPolyhedra, findSharing } from "../structure/index.js";

export type AnionClass = "edge" | "corner" | "non-bonded" | "mobile-only";

export interface AnionClassOptions {
  /** Element of the mobile ion, e.g. "Li". */
  readonly mobile: string;
  /** Cations whose polyhedra count, e.g. ["Sc"]. */
  readonly framework: readonly string[];
  /** Default "O". */
  readonly anion?: string;
  /** Longest bond of the mobile ion, Å. Default 2.6. */
  readonly mobileCutoffA?: number;
  /** Longest bond of a framework cation, Å. Default 2.8. */
  readonly frameworkCutoffA?: number;
}

export interface AnionClasses {
  readonly anion: string;
  /** Atoms of each class, ascending. */
  readonly atoms: Readonly<Record<AnionClass, readonly number[]>>;
  /** Links between polyhedra of the mobile ion and of the framework, per cell. */
  readonly shared: { readonly corner: number; readonly edge: number; readonly face: number };
}

/** @throws InputError when an element is not there, or none of the anions is bonded to the mobile ion. */
export function anionClasses(crystal: Crystal, options: AnionClassOptions): AnionClasses {
  const { mobile, framework, anion = "O", mobileCutoffA = 2.6, frameworkCutoffA = 2.8 } = options;
  if (framework.length === 0 || framework.includes(mobile)) {
    throw new InputError(
      `framework cations ${framework.join(", ") || "(none)"} for mobile ${mobile}`,
      "name the cations whose polyhedra the anions belong to",
    );
  }
  const polyhedra = findPolyhedra(crystal, {
    centres: [mobile, ...framework],
    ligands: [anion],
    cutoff: Object.fromEntries([[mobile, mobileCutoffA], ...framework.map((cation) => [cation, frameworkCutoffA])]),
  });
  const bonded = new Set<number>();
  for (const { element, ligands } of polyhedra) {
    if (element === mobile) for (const { atom } of ligands) bonded.add(atom);
  }
  if (bonded.size === 0) {
    throw new InputError(
      `no ${anion} lies within ${mobileCutoffA} Å of any ${mobile}`,
      "check the cut-off and the structure",
    );
  }
  const [edge, corner] = [new Set<number>(), new Set<number>()];
  const shared = { corner: 0, edge: 0, face: 0 };
  for (const { first, second, kind, ligands } of findSharing(polyhedra)) {
    if ((polyhedra[first]!.element === mobile) === (polyhedra[second]!.element === mobile)) continue;
    shared[kind]++;
    for (const { atom } of ligands) (kind === "corner" ? corner : edge).add(atom);
  }
  const classOf = (atom: number): AnionClass => {
    if (!bonded.has(atom)) return "non-bonded";
    if (edge.has(atom)) return "edge";
    return corner.has(atom) ? "corner" : "mobile-only";
  };
  const atoms: Record<AnionClass, number[]> = { edge: [], corner: [], "non-bonded": [], "mobile-only": [] };
  for (const atom of atomsOf(crystal, anion)) atoms[classOf(atom)].push(atom);
  return { anion, atoms, shared };
}
