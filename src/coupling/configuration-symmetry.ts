// A configuration and its modes carried to an equivalent one by a symmetry operation of the crystal, s' = W s + w.
//
// With R the operation in Cartesian space, atom i of the configuration goes to the place g(x_i). What is there in the crystal is
//   for a framework atom   another atom π(i) of its kind: x'_{π(i)} = g(x_i), e'_{π(i)} = R e_i;
//   for a mobile ion       itself: ions are alike, so ion i takes its number to the site σ' = g(σ):  x'_i = g(x_i), e'_i = R e_i.
// Energy is invariant, so Φ'_{π(i)π(j)} = R Φ_ij Rᵀ and e' solves the carried configuration's problem with the same frequency.

import { InputError, PhysicsError, type Vec3 } from "../base/index.js";
import type { SiteList } from "../dynamics/index.js";
import {
  applyOperation,
  atomCount,
  type Cell,
  type Crystal,
  cartesianRotation,
  minimumImage,
  type SymmetryOperation,
  toCartesian,
  toFractional,
  wrap,
} from "../structure/index.js";
import { defectsOf, type KnownConfiguration, type LibraryFrame } from "./configuration-known.js";

/** How far the image of a site or a framework place may be from one of the list, Å. */
const SAME_PLACE = 0.5;

/** What an operation does to the sites and to the framework. */
export interface CrystalMap {
  readonly operation: SymmetryOperation;
  /** [m] site that each site is taken to, −1 where there is none. */
  readonly siteOf: Int32Array;
  /** [f] index in the framework of the place that each framework atom is taken to, −1 where there is none. */
  readonly frameworkOf: Int32Array;
}

export function mapCrystal(operation: SymmetryOperation, { sites }: LibraryFrame): CrystalMap {
  return {
    operation,
    siteOf: mapPlaces(sites.cell, sites.fractional, operation),
    frameworkOf: mapPlaces(sites.cell, sites.framework?.fractional ?? new Float64Array(0), operation),
  };
}

/** @throws PhysicsError when the operation does not map sites onto sites and framework onto framework. */
export function carryConfiguration(
  configuration: KnownConfiguration,
  map: CrystalMap,
  frame: LibraryFrame,
): KnownConfiguration {
  const { minimum, modes } = configuration;
  const { crystal } = minimum;
  const n = atomCount(crystal);
  const target = targetsOfAtoms(crystal, map, frame);
  const siteOf = Int32Array.from(configuration.siteOf, (site) => {
    if (map.siteOf[site]! >= 0) return map.siteOf[site]!;
    throw new PhysicsError(
      `an operation takes site ${site} (${frame.sites.labels[site]}) more than ${SAME_PLACE} Å away from any site`,
      "pass the operations of the crystal that the sites belong to, or complete the list of sites",
      { site },
    );
  });
  const s = toFractional(crystal.cell, crystal.positions);
  const moved = new Float64Array(3 * n);
  for (let i = 0; i < n; i++)
    moved.set(applyOperation(map.operation, [s[3 * i]!, s[3 * i + 1]!, s[3 * i + 2]!]), 3 * target[i]!);
  const positions = wrap(crystal.cell, toCartesian(crystal.cell, moved));
  return {
    ...configuration,
    minimum: { ...minimum, crystal: { ...crystal, positions } },
    siteOf,
    ...defectsOf(siteOf, frame.interstitial),
    modes: { ...modes, vectors: rotated(modes.vectors, cartesianRotation(crystal.cell, map.operation), target) },
  };
}

/** [k,n,3] with row i of each turned by `rotation` and put at row target[i]. */
function rotated(vectors: ArrayLike<number>, r: Float64Array, target: Int32Array): Float64Array<ArrayBuffer> {
  const n = target.length;
  const out = new Float64Array(vectors.length);
  for (let start = 0; start < vectors.length; start += 3 * n) {
    for (let i = 0; i < n; i++) {
      const [x, y, z] = [vectors[start + 3 * i]!, vectors[start + 3 * i + 1]!, vectors[start + 3 * i + 2]!];
      for (let k = 0; k < 3; k++)
        out[start + 3 * target[i]! + k] = r[3 * k]! * x + r[3 * k + 1]! * y + r[3 * k + 2]! * z;
    }
  }
  return out;
}

/** [n] number that each atom has in the carried configuration. */
function targetsOfAtoms(
  crystal: Crystal,
  { frameworkOf: onto }: CrystalMap,
  { sites, ions }: LibraryFrame,
): Int32Array {
  const n = atomCount(crystal);
  const { framework } = sites;
  if (!framework || framework.atoms.length + ions.length !== n) {
    throw new InputError(
      `${framework?.atoms.length ?? 0} framework atoms and ${ions.length} ions are not the ${n} atoms of the crystal`,
      "to use symmetry, list every atom that is not a mobile ion in the framework of the sites",
    );
  }
  const target = Int32Array.from({ length: n }, (_, i) => i);
  for (let f = 0; f < onto.length; f++) {
    const atom = framework.atoms[f]!;
    const other = onto[f]! < 0 ? -1 : framework.atoms[onto[f]!]!;
    if (other < 0 || crystal.kinds[other] !== crystal.kinds[atom] || crystal.masses[other] !== crystal.masses[atom]) {
      throw new PhysicsError(
        `an operation takes framework atom ${atom + 1} ${other < 0 ? "to no atom" : `to atom ${other + 1} of another kind`}`,
        "pass the operations of the crystal with its substituents, not those of the host",
        { atom },
      );
    }
    target[atom] = other;
  }
  return target;
}

/** Index of the place that each of `fractional` [m,3] is taken to, −1 where there is none within reach or it is taken twice. */
function mapPlaces(cell: Cell, fractional: SiteList["fractional"], operation: SymmetryOperation): Int32Array {
  const m = fractional.length / 3;
  const onto = new Int32Array(m).fill(-1);
  const taken = new Uint8Array(m);
  for (let i = 0; i < m; i++) {
    const image = applyOperation(operation, [fractional[3 * i]!, fractional[3 * i + 1]!, fractional[3 * i + 2]!]);
    const nearest = nearestPlace(cell, fractional, image);
    if (nearest.distance > SAME_PLACE || taken[nearest.index]) continue;
    taken[nearest.index] = 1;
    onto[i] = nearest.index;
  }
  return onto;
}

function nearestPlace(
  cell: Cell,
  fractional: SiteList["fractional"],
  [x, y, z]: Vec3,
): { index: number; distance: number } {
  const point = [x, y, z];
  const apart = minimumImage(
    cell,
    toCartesian(
      cell,
      Float64Array.from(fractional, (s, i) => s - point[i % 3]!),
    ),
  );
  let [index, distance] = [-1, Number.POSITIVE_INFINITY];
  for (let j = 0; j < apart.length; j += 3) {
    const d = Math.hypot(apart[j]!, apart[j + 1]!, apart[j + 2]!);
    if (d < distance) [index, distance] = [j / 3, d];
  }
  return { index, distance };
}
