// Coordination polyhedra (PO4, TiO6 …) and how they are linked: two that share one ligand share a corner, two an edge, three or
// more a face. Linkage is counted per cell with periodic images told apart, so an octahedron may share an edge with its own image.

import { InputError, type Vec3 } from "../base/index.js";
import { atomsOf, type Crystal, speciesOf } from "./crystal.js";
import { findNeighbors, type NeighborList } from "./neighbors.js";

export interface Ligand {
  readonly atom: number;
  /** Lattice translation of the image bonded to the central atom as stored. */
  readonly shift: Vec3;
  /** Å. */
  readonly distance: number;
}

export interface Polyhedron {
  readonly centre: number;
  readonly element: string;
  /** Nearest first. */
  readonly ligands: readonly Ligand[];
}

export interface PolyhedronOptions {
  /** Elements at the centres. Default: all that are not ligands. */
  readonly centres?: readonly string[];
  /** Elements at the corners, e.g. ["O"]. */
  readonly ligands: readonly string[];
  /** Longest bond, Å, for all centres or by central element; where it is left out, bonds end at the widest gap. */
  readonly cutoff?: number | Readonly<Record<string, number>>;
  /** Fewest and most ligands the widest gap may leave. Default [3, 12]. */
  readonly coordination?: readonly [number, number];
}

/**
 * The polyhedron of every central atom. Without a cut-off its ligands end where the next distance is relatively farthest:
 * d[k+1]/d[k] is largest among the ligands up to three times the nearest.
 */
export function findPolyhedra(crystal: Crystal, options: PolyhedronOptions): Polyhedron[] {
  const {
    ligands,
    centres = crystal.elements.filter((element) => !ligands.includes(element)),
    coordination = [3, 12],
  } = options;
  const unknown = [...ligands, ...centres].find((element) => !crystal.elements.includes(element));
  if (unknown) throw new InputError(`the crystal has no ${unknown}`, `it has ${crystal.elements.join(", ")}`);
  const cutoffOf = (element: string): number | undefined =>
    typeof options.cutoff === "number" ? options.cutoff : options.cutoff?.[element];
  const list = findNeighbors(crystal, reachFor(crystal, centres.map(cutoffOf)));
  return centres.flatMap((element) =>
    atomsOf(crystal, element).map((centre) => {
      const near = neighborsOf(list, centre).filter(({ atom }) => ligands.includes(speciesOf(crystal, atom)));
      const cutoff = cutoffOf(element);
      const count =
        cutoff === undefined ? widestGap(near, coordination) : near.filter(({ distance }) => distance <= cutoff).length;
      return { centre, element, ligands: near.slice(0, count) };
    }),
  );
}

/** Far enough for every cut-off, or, to see the gap, for some forty neighbours. */
function reachFor(crystal: Crystal, cutoffs: readonly (number | undefined)[]): number {
  const known = cutoffs.filter((cutoff) => cutoff !== undefined);
  const spacing = Math.cbrt(crystal.cell.volume / crystal.kinds.length);
  return known.length === cutoffs.length ? Math.max(...known) : Math.max(...known, 2.2 * spacing, 4);
}

function neighborsOf(list: NeighborList, centre: number): Ligand[] {
  const found: Ligand[] = [];
  for (let p = list.first[centre]!; p < list.first[centre + 1]!; p++) {
    found.push({
      atom: list.atom[p]!,
      shift: [list.shift[3 * p]!, list.shift[3 * p + 1]!, list.shift[3 * p + 2]!],
      distance: list.distance[p]!,
    });
  }
  return found;
}

function widestGap(near: readonly Ligand[], [fewest, most]: readonly [number, number]): number {
  if (near.length === 0) return 0;
  const seen = near.filter(({ distance }) => distance <= 3 * near[0]!.distance);
  let best = Math.min(fewest, seen.length);
  let widest = 0;
  for (let count = fewest; count <= most && count < seen.length; count++) {
    const ratio = seen[count]!.distance / seen[count - 1]!.distance;
    // Equal gaps within rounding go to the smaller polyhedron.
    if (ratio > widest * (1 + 1e-9)) {
      widest = ratio;
      best = count;
    }
  }
  return best;
}

export type SharingKind = "corner" | "edge" | "face";

export interface Sharing {
  /** Indices into the list of polyhedra; first ≤ second. */
  readonly first: number;
  readonly second: number;
  /** Lattice translation of the second. */
  readonly shift: Vec3;
  readonly kind: SharingKind;
  /** Ligands in common, as seen from the first. */
  readonly ligands: readonly Ligand[];
}

/** Every linked pair of polyhedra once per cell. */
export function findSharing(polyhedra: readonly Polyhedron[]): Sharing[] {
  const owners = new Map<number, { polyhedron: number; shift: Vec3 }[]>();
  for (const [polyhedron, { ligands }] of polyhedra.entries()) {
    for (const { atom, shift } of ligands) {
      const known = owners.get(atom);
      if (known) known.push({ polyhedron, shift });
      else owners.set(atom, [{ polyhedron, shift }]);
    }
  }
  const pairs: Sharing[] = [];
  for (const [first, { ligands }] of polyhedra.entries()) {
    const common = new Map<string, { second: number; shift: Vec3; ligands: Ligand[] }>();
    for (const ligand of ligands) {
      for (const { polyhedron: second, shift: theirs } of owners.get(ligand.atom)!) {
        const shift: Vec3 = [ligand.shift[0] - theirs[0], ligand.shift[1] - theirs[1], ligand.shift[2] - theirs[2]];
        if (second < first || (second === first && !isAhead(shift))) continue;
        const key = `${second} ${shift.join(" ")}`;
        const known = common.get(key);
        if (known) known.ligands.push(ligand);
        else common.set(key, { second, shift, ligands: [ligand] });
      }
    }
    for (const pair of common.values()) pairs.push({ first, ...pair, kind: kindOfSharing(pair.ligands.length) });
  }
  return pairs;
}

/** One of the two translations ±T: the one whose first component that is not zero is positive; T = 0 is neither. */
const isAhead = ([a, b, c]: Vec3): boolean => a > 0 || (a === 0 && (b > 0 || (b === 0 && c > 0)));

const kindOfSharing = (shared: number): SharingKind => (shared === 1 ? "corner" : shared === 2 ? "edge" : "face");

export type SharingCounts = Readonly<Record<SharingKind, number>>;

/** Links per cell by pair of central elements in alphabetical order, e.g. { "Ti-Ti": { corner: 8, edge: 2, face: 0 } }. */
export function countSharing(polyhedra: readonly Polyhedron[]): Record<string, SharingCounts> {
  const counts: Record<string, Record<SharingKind, number>> = {};
  for (const { first, second, kind } of findSharing(polyhedra)) {
    const name = [polyhedra[first]!.element, polyhedra[second]!.element].sort().join("-");
    counts[name] ??= { corner: 0, edge: 0, face: 0 };
    counts[name][kind]++;
  }
  return counts;
}
