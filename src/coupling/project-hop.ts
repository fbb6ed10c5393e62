// Which vibrations of the origin make up the motion of a hop (Gordiz et al., 10.1016/j.xcrp.2021.100431, eqs. 1–2):
//   u_i = x_i(place on the path) − x_i(origin),   Q_n = Σ_i √m_i e_{i,n}·u_i,   E_n = ½ λ_n Q_n²,   s_n = E_n / Σ_m E_m
// with λ_n the signed curvature of mode n in eV/(Å² amu). Completeness makes Σ_n E_n = ½ uᵀΦu, the harmonic energy of the
// displacement; the energy of the band at the same place is another number, and both are given.
// The displacement is continuous along the path, so no periodic image is taken.

import { expectShape, type F64, InputError } from "../base/index.js";
import { imageOf, type Path, pointOnPath } from "../hops/index.js";
import {
  curvatureOfFrequency,
  degenerateGroups,
  type ForceConstants,
  type ModeGroup,
  type Modes,
  modalCoordinates,
  sumOverGroups,
} from "../modes/index.js";
import { atomCount, minimumImage } from "../structure/index.js";
import type { HopShares } from "./mode-shares.js";

export interface ProjectHopOptions {
  /** "halfway" (default): half the arc length to the saddle, between two images if need be; or the index of an image. */
  readonly at?: "halfway" | number;
  /** The force constants `modes` come from: ½uᵀΦu is then computed beside Σ E_n. Default none: `harmonicEnergy` is NaN. */
  readonly forceConstants?: ForceConstants;
  /** Take the mass-weighted mean off the displacement. Default false: translations then show at the zero modes, without energy. */
  readonly removeTranslation?: boolean;
  /** Modes nearer than this are one degenerate group, THz. Default 1e-3. */
  readonly degeneracyTolerance?: number;
  /** A mode below minus this is counted as unstable, THz. Default 1e-3. */
  readonly unstableBelow?: number;
}

export interface HopProjection extends HopShares {
  /** Where on the path: Å from the origin, and that over the distance of the saddle. */
  readonly coordinate: number;
  readonly fractionToSaddle: number;
  /** [n,3] Å from the origin. */
  readonly displacement: F64;
  /** Degenerate groups, ascending in frequency; shares of single modes inside a group depend on the basis. */
  readonly groups: readonly ModeGroup[];
  /** [groups] shares summed over each group. */
  readonly groupShares: F64;
  /** `sumModalEnergy` over `bandEnergy`: how far the harmonic picture overshoots. */
  readonly harmonicOverBand: number;
  /** Σ f E / Σ E over the stable modes, THz: a moment of the modes themselves, not of a histogram. */
  readonly centre: number;
}

/** Origins of modes and path may differ by this much per atom, Å, apart from a rigid shift. */
const SAME_ORIGIN = 0.05;

/**
 * Projects the arrangement at one place of `path` on the modes of its first end point.
 * @throws InputError when the modes belong to another structure, have q ≠ 0, or the place is not on the path.
 */
export function projectHop(path: Path, modes: Modes, options: ProjectHopOptions = {}): HopProjection {
  checkOrigin(path, modes);
  const place = placeOnPath(path, options.at ?? "halfway");
  const displacement = place.positions;
  const origin = imageOf(path, 0);
  for (let i = 0; i < displacement.length; i++) displacement[i] = displacement[i]! - origin[i]!;
  if (options.removeTranslation) subtractCentreOfMass(displacement, modes.reference.masses);
  const shares = shareOut(displacement, modes, options);
  const harmonicEnergy = options.forceConstants ? quadraticForm(options.forceConstants, displacement) : Number.NaN;
  const groups = degenerateGroups(modes, options.degeneracyTolerance ?? 1e-3);
  return {
    modes,
    ...shares,
    harmonicEnergy,
    bandEnergy: place.energy,
    closure: Math.abs(shares.sumModalEnergy - harmonicEnergy) / Math.abs(harmonicEnergy),
    coordinate: place.coordinate,
    fractionToSaddle: place.coordinate / path.coordinate[path.saddle]!,
    displacement,
    groups,
    groupShares: sumOverGroups(groups, shares.shares),
    harmonicOverBand: shares.sumModalEnergy / place.energy,
  };
}

/** The projection at every moving image, first to last. */
export function projectImages(
  path: Path,
  modes: Modes,
  options: Omit<ProjectHopOptions, "at"> = {},
): readonly HopProjection[] {
  return Array.from({ length: path.nImages - 2 }, (_, i) => projectHop(path, modes, { ...options, at: i + 1 }));
}

/** `modes` with the atoms in another order: atom i of the result is atom `order[i]` (see `PreparedEndpoints.order`). */
export function reorderModes(modes: Modes, order: ArrayLike<number>): Modes {
  const n = atomCount(modes.reference);
  expectShape("order", order, [n]);
  const { reference } = modes;
  const stride = modes.vectors.length / (modes.count * n);
  const vectors = new Float64Array(modes.vectors.length);
  for (let mode = 0; mode < modes.count; mode++) {
    for (let i = 0; i < n; i++) {
      for (let k = 0; k < stride; k++)
        vectors[(mode * n + i) * stride + k] = modes.vectors[(mode * n + order[i]!) * stride + k]!;
    }
  }
  const from = Array.from(order);
  return {
    ...modes,
    vectors,
    reference: {
      cell: reference.cell,
      elements: reference.elements,
      kinds: Int32Array.from(from, (i) => reference.kinds[i]!),
      masses: Float64Array.from(from, (i) => reference.masses[i]!),
      positions: Float64Array.from(
        { length: 3 * n },
        (_, a) => reference.positions[3 * from[Math.floor(a / 3)]! + (a % 3)]!,
      ),
      ...(reference.labels ? { labels: from.map((i) => reference.labels![i]!) } : {}),
    },
  };
}

function shareOut(displacement: F64, modes: Modes, options: ProjectHopOptions) {
  const coordinates = modalCoordinates(modes, displacement);
  const energies = new Float64Array(modes.count);
  const unstableBelow = options.unstableBelow ?? 1e-3;
  let [sumModalEnergy, stableEnergy, moment, unstableModes] = [0, 0, 0, 0];
  for (let n = 0; n < modes.count; n++) {
    const frequency = modes.frequencies[n]!;
    const energy = 0.5 * curvatureOfFrequency(frequency) * coordinates[n]! ** 2;
    energies[n] = energy;
    sumModalEnergy += energy;
    if (frequency < -unstableBelow) unstableModes++;
    if (frequency > 0) {
      stableEnergy += energy;
      moment += frequency * energy;
    }
  }
  if (!(stableEnergy > 0)) {
    throw new InputError("the displacement costs no energy in any stable mode", "choose a place away from the origin");
  }
  const shares = energies.map((energy, n) => (modes.frequencies[n]! > 0 ? energy / stableEnergy : 0));
  return { coordinates, energies, shares, sumModalEnergy, unstableModes, centre: moment / stableEnergy };
}

interface Place {
  readonly positions: Float64Array;
  readonly energy: number;
  readonly coordinate: number;
}

function placeOnPath(path: Path, at: "halfway" | number): Place {
  if (at === "halfway") {
    const coordinate = 0.5 * path.coordinate[path.saddle]!;
    return { ...pointOnPath(path, coordinate), coordinate };
  }
  if (!Number.isInteger(at) || at < 1 || at >= path.nImages) {
    throw new InputError(
      `image ${at} cannot be projected, the path has the images 0 to ${path.nImages - 1}`,
      "image 0 is the origin itself; choose a later one",
    );
  }
  return { positions: imageOf(path, at).slice(), energy: path.energies[at]!, coordinate: path.coordinate[at]! };
}

/** ½ uᵀΦu, eV. */
function quadraticForm(constants: ForceConstants, displacement: F64): number {
  const size = displacement.length;
  expectShape("force constants", constants.values, [size, size]);
  let sum = 0;
  for (let a = 0; a < size; a++) {
    let force = 0;
    for (let b = 0; b < size; b++) force += constants.values[a * size + b]! * displacement[b]!;
    sum += displacement[a]! * force;
  }
  return 0.5 * sum;
}

function subtractCentreOfMass(displacement: Float64Array, masses: F64): void {
  const mean = [0, 0, 0];
  let total = 0;
  for (const mass of masses) total += mass;
  for (let a = 0; a < displacement.length; a++)
    mean[a % 3] = mean[a % 3]! + (masses[Math.floor(a / 3)]! * displacement[a]!) / total;
  for (let a = 0; a < displacement.length; a++) displacement[a] = displacement[a]! - mean[a % 3]!;
}

function checkOrigin(path: Path, modes: Modes): void {
  const origin = imageOf(path, 0);
  const { reference } = modes;
  if (modes.complex)
    throw new InputError(`the modes belong to q = ${modes.q.join(" ")}`, "project on the modes of the supercell at Γ");
  expectShape("modes' atoms", reference.positions, [origin.length / 3, 3]);
  const there = path.endpoints[0].crystal;
  const alien = Array.from(there.kinds).findIndex(
    (kind, i) => there.elements[kind] !== reference.elements[reference.kinds[i]!],
  );
  if (alien >= 0) {
    throw new InputError(
      `atom ${alien + 1} of the path and of the modes are different elements`,
      "reorderModes brings the modes into the path's order",
      { atom: alien },
    );
  }
  const apart = minimumImage(
    reference.cell,
    Float64Array.from(origin, (x, a) => x - reference.positions[a]!),
  );
  // Without the shift of the first atom no difference wraps; the mean of what is left completes the rigid shift.
  const first = [apart[0]!, apart[1]!, apart[2]!];
  const rest = minimumImage(
    reference.cell,
    apart.map((d, a) => d - first[a % 3]!),
  );
  const n = atomCount(reference);
  const mean = [0, 1, 2].map((axis) => rest.reduce((sum, d, a) => (a % 3 === axis ? sum + d / n : sum), 0));
  let largest = 0;
  for (let i = 0; i < rest.length; i += 3)
    largest = Math.max(largest, Math.hypot(rest[i]! - mean[0]!, rest[i + 1]! - mean[1]!, rest[i + 2]! - mean[2]!));
  if (largest > SAME_ORIGIN) {
    throw new InputError(
      `the modes belong to another arrangement: an atom lies ${largest.toFixed(2)} Å from where the path starts`,
      "use the modes of the path’s first end point; for those of the second go backwards (--backward, reversePath)",
      { largest },
    );
  }
}
