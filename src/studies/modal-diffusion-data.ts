// What the study "modal-diffusion" finds. Diffusivities in cm²/s, times in ps, frequencies in THz; D_σ, D* and the Haven ratio are measured
// against the framework, modal numbers in the laboratory (shares are the same in both).

import type { Estimate, F64 } from "../base/index.js";
import type { Band } from "../coupling/index.js";
import type { ForceFieldSummary } from "./operations/index.js";

export interface SplitMode {
  readonly mode: number; // from 0, ascending in frequency
  readonly frequencyThz: number;
  readonly share: Estimate;
  readonly staticShare: number;
  readonly species: Readonly<Record<string, number>>;
}

/** D_nn'/D_σ summed over pairs of frequency bins. */
export interface PairMap {
  readonly edgesThz: F64; // [bins+1]
  readonly shares: F64; // [bins,bins]
}

export interface ModalSplitData {
  /** D_σ in the laboratory; (1 − N_c m_c/M)² is what zero momentum makes of the framework's. */
  readonly total: Estimate;
  readonly frameFactor: number;
  readonly frequenciesThz: F64; // [3n]
  readonly perMode: F64; // [3n] D_n, cm²/s
  readonly perModeError: F64;
  readonly accumulation: Band; // [3n]
  readonly groupedShare: Estimate;
  readonly diagonalShare: Estimate;
  readonly offDiagonalShare: Estimate;
  readonly topModes: readonly SplitMode[];
  readonly topStability: number;
  readonly classes: readonly { readonly name: string; readonly modes: number; readonly share: Estimate }[];
  readonly pairMap: PairMap;
  readonly byLag: {
    readonly lagsPs: F64;
    readonly collectiveA2: F64; // ⟨|Σ_c Δr|²⟩/(6 N_c)
    readonly diagonalShare: Band;
    readonly groupedShare: Band;
  };
  readonly closure: number;
  readonly blocks: number;
  readonly blockPs: number;
  readonly nulls: {
    readonly staticAccumulation: F64;
    readonly kinematicDiagonalShare: number;
    /** D_σ and running sum of D_n over the measured D_σ, of harmonic crystals of the same length and stride. */
    readonly harmonicTotal: Estimate;
    readonly harmonicAccumulation: F64;
  };
}

export interface JumpKind {
  /** "lattice → interstitial" */
  readonly kind: string;
  readonly count: number;
  readonly perPs: Estimate;
}

export interface TemperatureData {
  readonly temperatureK: number;
  readonly measured: Estimate; // K
  readonly latticeA: readonly [number, number, number];
  readonly tracer: Estimate;
  readonly collective: Estimate;
  readonly haven: Estimate;
  readonly conductivity: Estimate; // mS/cm
  readonly split: ModalSplitData;
  readonly greenKubo: {
    readonly total: Estimate;
    readonly groupedShare: number;
    readonly antisymmetry: number;
    readonly cutPs: number;
  };
  readonly switching?: SwitchingData;
  readonly jumps: {
    readonly count: number;
    readonly perPs: Estimate;
    /** Exact 95 % limits, 1/ps. */
    readonly limitsPerPs: readonly [number, number];
    readonly kinds: readonly JumpKind[];
    /** From one known configuration to another. */
    readonly hops: number;
    readonly mechanisms: readonly { readonly mechanism: string; readonly count: number }[];
    readonly concerted: number;
    /** Part of the time in a known configuration. */
    readonly knownFraction: number;
    /** Part of the time in the configuration the runs began with, and what energies and numbers of sites give for equilibrium. */
    readonly startFraction: number;
    readonly startBoltzmann: number;
  };
  readonly meanSquare: {
    readonly lagsPs: readonly number[];
    readonly tracerA2: readonly number[];
    readonly collectiveA2: readonly number[];
  };
  readonly replicas: number;
  readonly durationPs: number; // of all replicas together
  readonly converged: boolean;
}

export interface SwitchingData {
  /** [bins] upper edge of each bin; the first holds what is below zero. */
  readonly upToThz: F64;
  readonly accumulation: Band; // [bins]
  readonly diagonalShare: Estimate;
  readonly total: Estimate;
  readonly switches: number;
  readonly configurations: number;
}

export interface VibrationStretch {
  readonly temperatureK: number;
  readonly measured: Estimate;
  readonly durationPs: number;
  readonly sampleFs: number;
  /** Spectra of velocities by element, each of area 1. */
  readonly frequenciesThz: F64;
  readonly spectra: Readonly<Record<string, F64>>;
  /** ∫f g/∫g of each, THz; of the carriers the attempt frequency. */
  readonly centres: Readonly<Record<string, Estimate>>;
  /** Root mean square distance from the mean place over windows of `windowPs`, Å. */
  readonly amplitudesA: Readonly<Record<string, Estimate>>;
  readonly windowPs: number;
  readonly distances: {
    readonly rA: F64;
    readonly pairs: readonly { readonly pair: string; readonly g: F64 }[];
  } | null;
  /** Modes in bins of frequency: k_BT_n = ⟨Q̇²⟩ and ω²⟨(Q − Q̄)²⟩, and the T whose quantum energy above zero point equals ⟨Q̇²⟩. */
  /** The first element of the velocity integral, carriers projected alone, as the scripts of Ouyang et al. take it; and what geometry makes of it. */
  readonly published: {
    readonly diagonalShare: Estimate;
    readonly kinematicDiagonalShare: number;
    readonly intervalFs: number;
  };
  readonly modalTemperatures: {
    readonly edgesThz: readonly number[];
    readonly modes: readonly number[];
    readonly kineticK: readonly number[];
    readonly displacementK: readonly number[];
    readonly quantumK: readonly number[];
  };
}

export interface ArrheniusFitData {
  readonly of: "tracer" | "collective" | "jump rate";
  readonly activationEv: Estimate;
  readonly logPrefactor: Estimate;
  readonly probability: number;
  readonly temperaturesK: readonly number[];
  readonly unit: string;
}

/** A value the paper prints beside ours. */
export interface PaperRow {
  readonly quantity: string;
  /** As printed, with where. */
  readonly paper: string;
  readonly ours: string;
  readonly verdict: string;
}

export interface ModalDiffusionData {
  readonly formula: string;
  readonly natoms: number;
  readonly ion: string;
  readonly carriers: number;
  readonly forceField: ForceFieldSummary;
  readonly cell: "fixed" | "thermal";
  /** Host cell relaxed at 0 K, Å. */
  readonly latticeA: readonly [number, number, number];
  readonly supercell: readonly number[];
  readonly start: { readonly id: string; readonly candidates: number; readonly stable: number };
  readonly temperatures: readonly TemperatureData[];
  readonly vibrations: VibrationStretch | null;
  readonly arrhenius: readonly ArrheniusFitData[];
  readonly paper: readonly PaperRow[];
}
