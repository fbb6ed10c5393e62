// The equilibrium configurations a crystal with one or a few defects of its mobile ions can be in, and the modes that matter in
// each. Configurations are given as they were found; equivalent ones follow by the operations of the crystal (configuration-symmetry.ts).

import { expectShape, type F64, type I32, InputError, maxNorm3, Notes } from "../base/index.js";
import { makeSiteTracker, type SiteList, siteCount } from "../dynamics/index.js";
import type { Minimum } from "../minima/index.js";
import type { Modes } from "../modes/index.js";
import { atomCount, displacementsBetween, type SymmetryOperation } from "../structure/index.js";
import {
  type ConfigurationLibrary,
  defectKey,
  defectsOf,
  type KnownConfiguration,
  type LibraryFrame,
  restPositionsFor,
} from "./configuration-known.js";
import { carryConfiguration, mapCrystal } from "./configuration-symmetry.js";

/** One configuration as it was found. */
export interface ConfigurationParts {
  readonly id: string;
  /** In the cell of the sites, in the order of atoms of the crystal that will be simulated. */
  readonly minimum: Minimum;
  /** All its modes, at Γ. */
  readonly modes: Modes;
  /** Numbers of the modes that are needed, e.g. from `leadingModes`. */
  readonly needed: readonly number[];
}

export interface LibraryParts {
  readonly sites: SiteList;
  /** Atoms of the mobile ions. */
  readonly ions: readonly number[];
  /** How many of the sites are lattice sites; they stand first. */
  readonly latticeSites: number;
  readonly configurations: readonly ConfigurationParts[];
  /** Operations of the crystal without its mobile defects (with its substituents); equivalent configurations are added. Default none. */
  readonly operations?: readonly SymmetryOperation[];
}

/** Two arrangements of the same defects that differ by more than this in one atom are two minima, Å. */
const SAME_MINIMUM = 0.1;

/**
 * @throws InputError when atoms, cells and sites do not belong together, when two ids have the same defects, or when masses of ions differ.
 */
export function makeConfigurationLibrary(parts: LibraryParts): ConfigurationLibrary {
  const { sites, latticeSites } = parts;
  const m = siteCount(sites);
  if (!Number.isInteger(latticeSites) || latticeSites < 0 || latticeSites > m)
    throw new InputError(
      `${latticeSites} of ${m} sites are lattice sites`,
      "count the lattice sites, which stand first",
    );
  const ions = Int32Array.from(parts.ions).sort();
  const interstitial = Uint8Array.from({ length: m }, (_, site) => (site < latticeSites ? 0 : 1));
  const frame: LibraryFrame = { sites, ions, interstitial };
  const known = new Map<string, KnownConfiguration>();
  const notes = new Notes();
  // The same rule as is meant for a run, on the minima themselves: it takes a rigid shift off and keeps ions apart.
  const tracker = makeSiteTracker(sites, { ions: [...ions], rule: "exclusive" });
  for (const given of parts.configurations) {
    checkParts(given, frame);
    tracker.update(given.minimum.crystal.positions, tracker.frames, given.minimum.crystal.cell);
    const siteOf = tracker.siteOf.slice();
    const configuration = { ...knownConfiguration(given), siteOf, ...defectsOf(siteOf, interstitial) };
    const key = defectKey(configuration);
    const other = known.get(key);
    if (other) {
      throw new InputError(
        `the configurations ${other.id} and ${configuration.id} fill the same sites (${key})`,
        "keep the one of lower energy",
        { key },
      );
    }
    known.set(key, configuration);
  }
  const given = [...known.values()];
  const images = new Map(given.map(({ id }) => [id, 0]));
  for (const operation of parts.operations ?? []) {
    const map = mapCrystal(operation, frame);
    for (const configuration of given) {
      const carried = carryConfiguration(configuration, map, frame);
      const key = defectKey(carried);
      const other = known.get(key);
      if (other) noteDifference(notes, frame, { kept: other, carried });
      else {
        const image = images.get(configuration.id)! + 1;
        images.set(configuration.id, image);
        known.set(key, { ...carried, image });
      }
    }
  }
  return { ...frame, configurations: [...known.values()], notes: notes.list() };
}

/**
 * Numbers of the modes that lead the hops of one configuration, ascending: of each hop's shares [3n] the `perHop` largest (Gordiz et al. 2021: 5).
 * With `atMost`, those with the largest sum of shares over the hops.
 */
export function leadingModes(
  shares: readonly F64[],
  { perHop = 5, atMost = Number.POSITIVE_INFINITY }: { readonly perHop?: number; readonly atMost?: number } = {},
): number[] {
  const sums = new Map<number, number>();
  for (const hop of shares) {
    const order = Array.from({ length: hop.length }, (_, mode) => mode).sort((a, b) => hop[b]! - hop[a]! || a - b);
    for (const mode of order.slice(0, perHop)) sums.set(mode, 0);
  }
  for (const mode of sums.keys())
    sums.set(
      mode,
      shares.reduce((sum, hop) => sum + hop[mode]!, 0),
    );
  const largest = [...sums.keys()].sort((a, b) => sums.get(b)! - sums.get(a)! || a - b);
  return largest.slice(0, Math.min(atMost, largest.length)).sort((a, b) => a - b);
}

function knownConfiguration({ id, minimum, modes, needed }: ConfigurationParts) {
  const size = 3 * atomCount(minimum.crystal);
  const indices = Int32Array.from(needed).sort();
  const vectors = new Float64Array(needed.length * size);
  for (const [row, mode] of indices.entries())
    vectors.set(modes.vectors.slice(mode * size, (mode + 1) * size), row * size);
  const frequencies = Float64Array.from(indices, (mode) => modes.frequencies[mode]!);
  return { id, image: 0, minimum, modes: { indices, frequencies, vectors } };
}

function checkParts(given: ConfigurationParts, { sites, ions }: LibraryFrame): void {
  const { cell } = given.minimum.crystal;
  const apart = Math.max(...Array.from(cell.vectors, (x, i) => Math.abs(x - sites.cell.vectors[i]!)));
  if (apart > 1e-6 * Math.cbrt(cell.volume)) {
    throw new InputError(
      `the cell of ${given.id} differs from that of the sites by ${apart.toPrecision(3)} Å`,
      "relax the configurations in the cell of the sites",
      { apart },
    );
  }
  checkIons(given, ions);
  checkModes(given);
}

function checkIons({ id, minimum }: ConfigurationParts, ions: I32): void {
  const { kinds, masses } = minimum.crystal;
  for (const atom of ions) {
    if (atom < 0 || atom >= kinds.length)
      throw new InputError(
        `ion ${atom + 1} is not among the ${kinds.length} atoms of ${id}`,
        "atoms are counted from 0",
      );
    if (kinds[atom] === kinds[ions[0]!] && masses[atom] === masses[ions[0]!]) continue;
    throw new InputError(
      `atoms ${ions[0]! + 1} and ${atom + 1} of ${id} are of different kind or mass`,
      "ions that change places must be alike: give isotopes one mass",
      { atom },
    );
  }
}

function checkModes({ id, minimum, modes, needed }: ConfigurationParts): void {
  if (modes.complex) throw new InputError(`the modes of ${id} belong to q = ${modes.q.join(" ")}`, "solve at Γ");
  expectShape(`modes' atoms of ${id}`, modes.reference.positions, [atomCount(minimum.crystal), 3]);
  const apart = maxNorm3(
    displacementsBetween(minimum.crystal.cell, modes.reference.positions, minimum.crystal.positions),
  );
  if (apart > SAME_MINIMUM) {
    throw new InputError(
      `the modes of ${id} belong to another arrangement: an atom lies ${apart.toFixed(2)} Å from its place in the minimum`,
      "solve the modes of the minimum itself, atoms in the same order",
      { apart },
    );
  }
  const wrong = needed.find((mode) => !Number.isInteger(mode) || mode < 0 || mode >= modes.count);
  if (wrong !== undefined || new Set(needed).size < needed.length)
    throw new InputError(
      `the modes ${needed.join(", ")} of ${id} are not ${modes.count} different ones`,
      "name each once, from 0",
    );
}

/** The same defects by another operation: if the atoms rest elsewhere, the minimum has less symmetry than its sites. */
function noteDifference(
  notes: Notes,
  { ions }: LibraryFrame,
  { kept, carried }: { readonly kept: KnownConfiguration; readonly carried: KnownConfiguration },
): void {
  const { cell, positions } = kept.minimum.crystal;
  const largest = maxNorm3(displacementsBetween(cell, positions, restPositionsFor({ ions }, carried, kept.siteOf)));
  if (largest <= SAME_MINIMUM) return;
  notes.add(
    "configuration-split",
    `${kept.id} has equivalent minima on the same sites, up to ${largest.toFixed(2)} Å apart in one atom`,
    "the vectors of the one that was found are used for all of them",
  );
}
