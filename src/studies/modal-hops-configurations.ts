// The configurations of the study "modal-hops": an ion is put on each symmetry-distinct site, everything relaxes, and what
// is there afterwards is looked at: which site is filled, whether it is a minimum, whether it was found before.

import type { F64, Task } from "../base/index.js";
import { forceFieldFromJSON } from "../forces/index.js";
import { assignToSites } from "../hops/index.js";
import { type Minimum, relax } from "../minima/index.js";
import { forceConstants, inverseParticipation, solveModes, translationWeights } from "../modes/index.js";
import { type Crystal, toFractional } from "../structure/index.js";
import type { CandidateSite, SiteFate } from "./modal-hops-data.js";
import type { SiteKind, Stage } from "./modal-hops-sites.js";

export interface RelaxedConfiguration {
  readonly minimum: Minimum;
  readonly frequencies: F64; // [3n] THz
  readonly inverseParticipation: F64; // [3n]
  readonly acousticSumResidual: number; // eV/Å²
  /** Lowest frequency that is not a translation of the whole crystal, THz. */
  readonly lowestFrequency: number;
}

/** Relaxes a start at fixed cell and solves its vibrations. */
export const configurationTask: Task<
  { readonly start: Crystal; readonly forces: unknown; readonly tolerance: number },
  RelaxedConfiguration
> = {
  name: "modal-hops/configuration",
  async run({ start, forces, tolerance }, options) {
    const field = forceFieldFromJSON(forces);
    const relaxed = await relax(start, field, { ...options, tolerance });
    const constants = await forceConstants(relaxed.crystal, field, options);
    const modes = solveModes(constants);
    const translations = translationWeights(modes);
    const internal = Array.from(modes.frequencies).filter((_, n) => translations[n]! < 0.5);
    return {
      minimum: { ...relaxed, history: relaxed.history.slice(-1) },
      frequencies: modes.frequencies,
      inverseParticipation: inverseParticipation(modes),
      acousticSumResidual: constants.acousticSumResidual,
      lowestFrequency: internal[0]!,
    };
  },
};

/** Which ion sits where in a relaxed configuration. */
export interface Filling {
  /** Index in `stage.sites` of the filled interstitial site; undefined when not exactly one is filled. */
  readonly site?: number;
  /** [lattice sites, then interstitial sites] atom on each, −1 where there is none. */
  readonly atomOn: Int32Array;
}

/** @param ions atoms of the mobile element in the configuration. */
export function fillingOf(stage: Stage, crystal: Crystal, ions: readonly number[]): Filling {
  const nLattice = stage.latticeAtoms.length;
  const sites = new Float64Array(3 * (nLattice + stage.sites.length));
  sites.set(stage.latticePositions as Float64Array);
  for (const site of stage.sites) sites.set(site.position, 3 * (nLattice + site.index));
  const places = Float64Array.from(ions.flatMap((ion) => [0, 1, 2].map((k) => crystal.positions[3 * ion + k]!)));
  const { siteOf } = assignToSites(crystal.cell, places, sites);
  const atomOn = new Int32Array(nLattice + stage.sites.length).fill(-1);
  for (const [i, ion] of ions.entries()) atomOn[siteOf[i]!] = ion;
  const filled = stage.sites.filter((site) => atomOn[nLattice + site.index]! >= 0);
  return filled.length === 1 ? { site: filled[0]!.index, atomOn } : { atomOn };
}

/** A kind of site after its relaxation. */
export interface Outcome {
  readonly kind: SiteKind;
  readonly configuration: RelaxedConfiguration;
  readonly fate: SiteFate;
  /** The kind that the ion ended at, when it moved. */
  readonly endedAt?: SiteKind;
}

/** A minimum with exactly one filled interstitial site, of the kind it is listed under. */
export interface StableConfiguration {
  readonly kind: SiteKind;
  readonly configuration: RelaxedConfiguration;
  /** Index in `stage.sites`. */
  readonly site: number;
  /** See `Filling`. */
  readonly atomOn: Int32Array;
}

export interface Judgement {
  readonly outcomes: readonly Outcome[];
  /** Lowest energy first. */
  readonly stable: readonly StableConfiguration[];
}

/** Below this a frequency counts as unstable, THz: rounding leaves true zeros within 1e-3. */
const UNSTABLE_BELOW = -1e-2;

/**
 * Judges every relaxed start. The configuration of a kind is the lowest minimum that fills a site of it, from whichever
 * start it was reached: an ion put on one site may find a minimum at another whose own start slid away.
 */
export function judge(
  stage: Stage,
  found: {
    readonly kinds: readonly SiteKind[];
    readonly relaxed: readonly RelaxedConfiguration[];
    readonly ions: readonly number[];
  },
): Judgement {
  const best = new Map<SiteKind, StableConfiguration>();
  const outcomes = found.kinds.map((kind, i): Outcome => {
    const configuration = found.relaxed[i]!;
    const { minimum, lowestFrequency } = configuration;
    if (!minimum.converged) return { kind, configuration, fate: "not converged" };
    const { site, atomOn } = fillingOf(stage, minimum.crystal, found.ions);
    if (lowestFrequency < UNSTABLE_BELOW) return { kind, configuration, fate: "unstable" };
    if (site === undefined) return { kind, configuration, fate: "no single site filled" };
    const endedAt = stage.kinds[stage.sites[site]!.kind]!;
    const known = best.get(endedAt);
    if (!known || isBelow(minimum.energy, known.configuration.minimum.energy))
      best.set(endedAt, { kind: endedAt, configuration, site, atomOn });
    return endedAt === kind
      ? { kind, configuration, fate: "stable" }
      : { kind, configuration, fate: "moved to another site", endedAt };
  });
  const stable = [...best.values()].sort((a, b) => a.configuration.minimum.energy - b.configuration.minimum.energy);
  return { outcomes, stable };
}

/** Minima found from two starts differ by what the force tolerance leaves; the first one found is kept then. */
const isBelow = (energy: number, other: number): boolean => energy < other - 1e-5;

/** The table's row of one kind of site; energies relative to `reference`, eV. */
export function candidateOf(stage: Stage, outcome: Outcome, reference: number): CandidateSite {
  const { kind, configuration, fate, endedAt } = outcome;
  return {
    id: kind.id,
    coordination: kind.coordination,
    fractional: [...toFractional(stage.crystal.cell, Float64Array.from(kind.position))],
    multiplicity: kind.sites.length,
    radiusA: kind.radius,
    distanceToDefectA: kind.distanceToDefect,
    fate,
    ...(endedAt ? { endedAt: endedAt.id } : {}),
    ...(fate === "not converged"
      ? {}
      : { energyEv: configuration.minimum.energy - reference, lowestFrequencyThz: configuration.lowestFrequency }),
  };
}
