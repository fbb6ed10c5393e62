// What the study "modal-hops" finds: the shape of its report's `data`. Field names carry the unit where it is not obvious
// from the comment. Source of the quantities: Gordiz et al. 2021, figures named beside each field.

import type { F64 } from "../base/index.js";
import type { Crystal } from "../structure/index.js";

export interface HostSummary {
  readonly formula: string;
  readonly spaceGroup: string;
  readonly atoms: number;
  /** As read, [a, b, c, α, β, γ] Å and degrees. */
  readonly cellRead: readonly number[];
  /** After relaxation at the study's pressure and 0 K. */
  readonly cellRelaxed: readonly number[];
  readonly energyEvPerAtom: number;
  readonly maxForceEvPerA: number;
  readonly relaxed: boolean;
}

export interface ForcesSummary {
  readonly name: string;
  readonly doi: string;
  /** Largest short-range cut-off used, Å, by pair. */
  readonly cutoffsA: Readonly<Record<string, number>>;
  readonly ewaldAccuracy: number;
  /** Whether the cut-offs are the source's own or were chosen from a requested accuracy. */
  readonly cutoffsFrom: string;
}

/** What became of an interstitial site once an ion was put there. */
export type SiteFate = "stable" | "moved to another site" | "no single site filled" | "unstable" | "not converged";

export interface CandidateSite {
  /** "I07" */
  readonly id: string;
  readonly coordination: "octahedral" | "tetrahedral" | "other";
  readonly fractional: readonly number[];
  /** Sites of the supercell that its remaining symmetry makes equal to this one, itself included. */
  readonly multiplicity: number;
  /** Distance to the coordinating anions, Å. */
  readonly radiusA: number;
  /** Distance to the substituted ion, Å. */
  readonly distanceToDefectA: number;
  readonly fate: SiteFate;
  /** Where the ion ended when it did not stay: the id of that site. */
  readonly endedAt?: string;
  /** eV above the most stable configuration; absent when not converged. */
  readonly energyEv?: number;
  readonly lowestFrequencyThz?: number;
}

export interface Configuration {
  readonly id: string;
  /** eV above the most stable configuration. */
  readonly energyEv: number;
  readonly multiplicity: number;
  readonly crystal: Crystal;
  /** Index of the atom that fills the interstitial site. */
  readonly interstitial: number;
  readonly frequenciesThz: F64; // [3n]
  readonly inverseParticipation: F64; // [3n]
  readonly acousticSumResidual: number; // eV/Å²
  readonly maxForceEvPerA: number;
  /** Hops that start here. */
  readonly hopCount: number;
}

export interface LeadingMode {
  /** Number of the mode, ascending in frequency from 0. */
  readonly mode: number;
  readonly frequencyThz: number;
  readonly share: number;
  readonly energyEv: number;
  readonly inverseParticipation: number;
  /** Part of |e|² on each element. */
  readonly species: Readonly<Record<string, number>>;
  /** Modes degenerate with this one, itself included, and their share together. */
  readonly groupSize: number;
  readonly groupShare: number;
}

export interface ShareSummary {
  /** [3n] share of each mode of the origin in the displacement half way to the saddle. */
  readonly shares: F64;
  readonly sumModalEnergyEv: number;
  readonly harmonicEnergyEv: number;
  readonly bandEnergyEv: number;
  readonly maxOverMean: number;
  /** Smallest part of the modes, in %, that carries 87 % of the energy. */
  readonly percentModesFor87: number;
  readonly unstableModes: number;
  /** Σ f E / Σ E, THz, over the stable modes. */
  readonly centreThz: number;
  readonly topModes: readonly LeadingMode[];
}

export interface HopResult {
  /** "I07>I12/3" */
  readonly id: string;
  readonly mechanism: "interstitialcy" | "direct" | "vacancy";
  readonly from: string;
  readonly to: string;
  /** Lattice site passed through in an interstitialcy hop, e.g. "Li2 #14". */
  readonly through?: string;
  readonly movers: readonly number[];
  readonly converged: boolean;
  readonly barrierForwardEv: number;
  readonly barrierBackwardEv: number;
  /** [images] */
  readonly energiesEv: F64;
  readonly coordinateA: F64;
  readonly saddleImage: number;
  readonly saddleVerified: boolean;
  readonly saddleFrequencyThz?: number;
  readonly prefactorThz?: number;
  /** Sites of minima the band slid into between its ends. */
  readonly intermediate?: string;
  readonly iterations: number;
  readonly shares?: ShareSummary;
  readonly notes: readonly string[];
}

/** A hop that has no path of its own, and why. */
export interface FailedHop {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly reason: string;
}

/** One hop in full, for the figures of a single hop (Figs. 2a, 3, 4, S1). */
export interface HopInFull {
  readonly id: string;
  readonly mechanism: string;
  readonly origin: Crystal;
  readonly images: F64; // [nImages,n,3] Å
  readonly energiesEv: F64;
  readonly coordinateA: F64;
  readonly movers: readonly number[];
  readonly frequenciesThz: F64;
  /** Shares half way to the saddle and at the first moving image (Fig. S1). */
  readonly sharesHalfway: F64;
  readonly sharesFirstImage: F64;
  /** Leading mode at every image up to the saddle. */
  readonly sharesAtImages: readonly {
    readonly image: number;
    readonly leadingThz: number;
    readonly modesFor87: number;
    readonly sumModalEnergyEv: number;
    readonly bandEnergyEv: number;
  }[];
  /** The two leading modes, with displacement vectors e/√m scaled to unit largest length, [n,3]. */
  readonly leading: readonly {
    readonly frequencyThz: number;
    readonly share: number;
    readonly inverseParticipation: number;
    readonly arrows: F64;
  }[];
  /** The same exchange by other mechanisms (Fig. 3), where a band was found. */
  readonly rivals: readonly {
    readonly mechanism: string;
    readonly energiesEv: F64;
    readonly coordinateA: F64;
    readonly barrierForwardEv: number;
    readonly converged: boolean;
  }[];
}

export interface AveragedHops {
  readonly weights: "equal" | "boltzmann";
  readonly temperatureK?: number;
  readonly gridThz: F64;
  /** Averaged accumulation of shares below each grid frequency (Fig. 2b). */
  readonly accumulation: F64;
  readonly percentOfModes: F64;
  /** Averaged sorted accumulation (Fig. S5). */
  readonly sortedAccumulation: F64;
  readonly hops: number;
}

export interface ModalHopsData {
  readonly host: HostSummary;
  readonly forces: ForcesSummary;
  readonly supercell: {
    readonly matrix: readonly number[];
    readonly atoms: number;
    readonly formula: string;
    readonly cell: readonly number[];
  };
  readonly candidates: readonly CandidateSite[];
  readonly configurations: readonly Configuration[];
  /** Hops that exist, whether or not they were run. */
  readonly hopsFound: number;
  readonly hopsFoundAllSites: number;
  readonly hops: readonly HopResult[];
  readonly failedHops: readonly FailedHop[];
  readonly example?: HopInFull;
  readonly averages: readonly AveragedHops[];
}
