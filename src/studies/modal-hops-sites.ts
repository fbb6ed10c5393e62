// The stage of the study "modal-hops": host lattice, substituted supercell, interstitial sites and their symmetry.
// One interstitial ion in a substituted supercell; sites that the supercell's remaining symmetry makes equal are relaxed
// once, and the others' configurations follow by the operation that links them.

import { type F64, InputError, ResourceError, type Vec3 } from "../base/index.js";
import type { Minimum } from "../minima/index.js";
import {
  applyOperation,
  atomCount,
  atomsOf,
  type Crystal,
  findSymmetry,
  findVoids,
  fractionalPositions,
  insertAtom,
  periodicDistance,
  type SymmetryOperation,
  siteOrbit,
  substitute,
  supercell,
  toCartesian,
  type VoidKind,
  wrap,
} from "../structure/index.js";
import type { ModalHopsParameters } from "./modal-hops-parameters.js";

/** One place of the supercell where the extra ion can sit. */
export interface InterstitialSite {
  /** Index in `Stage.sites`. */
  readonly index: number;
  readonly position: Vec3; // Å
  /** Index in `Stage.kinds` of the symmetry-distinct site this one equals. */
  readonly kind: number;
  /** Operation of the substituted supercell that takes the kind's first site here. */
  readonly operation: SymmetryOperation;
}

/** A symmetry-distinct interstitial site. */
export interface SiteKind {
  /** "I07" */
  readonly id: string;
  readonly coordination: VoidKind;
  readonly position: Vec3; // Å, its first site
  readonly sites: readonly number[];
  readonly radius: number; // Å, mean distance to its anions
  readonly distanceToDefect: number; // Å, to the substituted ion; to the nearest cation without one
}

export interface Stage {
  /** Host supercell with the substitution, without the extra ion. */
  readonly crystal: Crystal;
  /** Lattice sites of the mobile ion, [m,3] Å, and their atoms in `crystal`. */
  readonly latticePositions: F64;
  readonly latticeAtoms: readonly number[];
  readonly sites: readonly InterstitialSite[];
  readonly kinds: readonly SiteKind[];
}

/** Builds the supercell, substitutes, finds the voids and sorts them by symmetry. */
export function setStage(
  host: Crystal,
  parameters: Pick<ModalHopsParameters, "structure" | "substitution" | "interstitial">,
): Stage {
  const { structure, substitution, interstitial } = parameters;
  expectModesFit(atomCount(host), structure.supercell.flat());
  const pristine = supercell(host, structure.supercell.flat()).crystal;
  const { crystal, defect } = substituted(pristine, substitution);
  const latticeAtoms = atomsOf(crystal, interstitial.element);
  if (latticeAtoms.length === 0) {
    throw new InputError(`the host has no ${interstitial.element}`, `its elements are ${crystal.elements.join(", ")}`);
  }
  // Voids of the pristine lattice: the substituted site is a cation and the anion corners are still where they were.
  const voids = findVoids(pristine, { hostElements: [interstitial.host] }).filter(
    (site) => interstitial.coordination === "any" || site.kind === interstitial.coordination,
  );
  if (voids.length === 0) {
    throw new InputError(
      `no empty ${interstitial.coordination} site among the ${interstitial.host} atoms`,
      "set interstitial.coordination to any, or name the anion in interstitial.host",
    );
  }
  const symmetry = findSymmetry(crystal, { tolerance: 1e-2 });
  const distanceTo = (position: Vec3): number =>
    defect === undefined
      ? Number.POSITIVE_INFINITY
      : periodicDistance(crystal.cell, position, positionOf(crystal, defect));
  const order = voids
    .map((site, index) => ({
      site,
      index,
      distance: defect === undefined ? site.distanceToNearestCation : distanceTo(site.position),
    }))
    .sort((a, b) => a.distance - b.distance || a.index - b.index);

  const sites: InterstitialSite[] = [];
  const kinds: SiteKind[] = [];
  for (const { site, distance } of order) {
    if (sites.some((other) => periodicDistance(crystal.cell, other.position, site.position) < SAME_SITE)) continue;
    const orbit = siteOrbit(crystal, symmetry, site.position, { tolerance: SAME_SITE });
    const members: number[] = [];
    for (let image = 0; image < orbit.positions.length / 3; image++) {
      const position = [0, 1, 2].map((k) => orbit.positions[3 * image + k]!) as unknown as Vec3;
      members.push(sites.length);
      sites.push({
        index: sites.length,
        position,
        kind: kinds.length,
        operation: symmetry.operations[orbit.operations[image]!]!,
      });
    }
    kinds.push({
      id: `I${String(kinds.length + 1).padStart(2, "0")}`,
      coordination: site.kind,
      position: site.position,
      sites: members,
      radius: site.meanDistance,
      distanceToDefect: distance,
    });
  }
  const latticePositions = Float64Array.from(latticeAtoms.flatMap((atom) => [...positionOf(crystal, atom)]));
  return { crystal, latticePositions, latticeAtoms, sites, kinds };
}

/** More atoms than this are refused: one matrix of their modes is then above 16 GB, and several are needed. */
const MOST_ATOMS = 15_000;

/** @throws ResourceError before anything of the supercell is made. */
function expectModesFit(atoms: number, m: readonly number[]): void {
  const repeats =
    m.length === 3
      ? m[0]! * m[1]! * m[2]!
      : m[0]! * (m[4]! * m[8]! - m[5]! * m[7]!) -
        m[1]! * (m[3]! * m[8]! - m[5]! * m[6]!) +
        m[2]! * (m[3]! * m[7]! - m[4]! * m[6]!);
  const n = atoms * Math.abs(repeats);
  if (n <= MOST_ATOMS) return;
  const gigabytes = (8 * (3 * n) ** 2) / 1e9;
  throw new ResourceError(
    `structure.supercell [${m.join(", ")}] of ${atoms} atoms has ${n} atoms; one matrix of their modes takes ${gigabytes.toPrecision(3)} GB`,
    `make structure.supercell smaller: at most ${MOST_ATOMS} atoms, a few hundred are usual`,
    { atoms: n, gigabytes },
  );
}

/** Two void centres nearer than this are the same site, Å; the voids' own distance is above 1.5 Å. */
const SAME_SITE = 0.5;

const positionOf = (crystal: Crystal, atom: number): Vec3 => [
  crystal.positions[3 * atom]!,
  crystal.positions[3 * atom + 1]!,
  crystal.positions[3 * atom + 2]!,
];

function substituted(
  pristine: Crystal,
  substitution: ModalHopsParameters["substitution"],
): { crystal: Crystal; defect?: number } {
  if (!substitution) return { crystal: pristine };
  const candidates = atomsOf(pristine, substitution.element);
  const defect = candidates[substitution.site];
  if (defect === undefined) {
    throw new InputError(
      `substitution.site is ${substitution.site}, but the supercell has ${candidates.length} ${substitution.element}`,
      candidates.length === 0
        ? `its elements are ${pristine.elements.join(", ")}`
        : `use 0 to ${candidates.length - 1}`,
    );
  }
  return { crystal: substitute(pristine, defect, substitution.by), defect };
}

/** The stage's crystal with an ion at an interstitial site, as the last atom. */
export function fillSite(stage: Stage, position: Vec3, element: string): Crystal {
  return insertAtom(stage.crystal, element, position, "interstitial");
}

/**
 * A configuration that fills the site reached by `from` carried to the site reached by `to`: s' = W_to W_from⁻¹ (s − w_from) + w_to.
 * Atoms keep their numbers, so equal atoms change places.
 */
export function carryMinimum(
  minimum: Minimum,
  { from, to }: { readonly from: SymmetryOperation; readonly to: SymmetryOperation },
): Minimum {
  const { crystal } = minimum;
  const s = fractionalPositions(crystal);
  const back = inverseOf(from);
  const moved = new Float64Array(s.length);
  for (let i = 0; i < s.length; i += 3)
    moved.set(applyOperation(to, applyOperation(back, [s[i]!, s[i + 1]!, s[i + 2]!])), i);
  return { ...minimum, crystal: { ...crystal, positions: wrap(crystal.cell, toCartesian(crystal.cell, moved)) } };
}

function inverseOf({ rotation: r, translation: t }: SymmetryOperation): SymmetryOperation {
  const cofactor = (a: number, b: number, c: number, d: number): number => r[a]! * r[d]! - r[b]! * r[c]!;
  const adjugate = [
    cofactor(4, 5, 7, 8),
    -cofactor(1, 2, 7, 8),
    cofactor(1, 2, 4, 5),
    -cofactor(3, 5, 6, 8),
    cofactor(0, 2, 6, 8),
    -cofactor(0, 2, 3, 5),
    cofactor(3, 4, 6, 7),
    -cofactor(0, 1, 6, 7),
    cofactor(0, 1, 3, 4),
  ];
  // Integer rotations have determinant ±1, so the inverse is ± the adjugate.
  const determinant = r[0]! * adjugate[0]! + r[1]! * adjugate[3]! + r[2]! * adjugate[6]!;
  const rotation = Int32Array.from(adjugate, (x) => x * determinant);
  const translation = Float64Array.from(
    [0, 3, 6],
    (row) => -(rotation[row]! * t[0]! + rotation[row + 1]! * t[1]! + rotation[row + 2]! * t[2]!),
  );
  return { rotation, translation };
}
