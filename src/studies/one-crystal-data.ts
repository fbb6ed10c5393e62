// What the study "one-crystal" reports.

import type { Estimate } from "../base/index.js";
import type { PhononDescriptors, StructuralDescriptors } from "../screening/index.js";
import type { FrameworkStability } from "../transport/index.js";
import type { BandsData, ForceFieldSummary } from "./operations/index.js";

export interface CrystalAtRest {
  /** a, b, c (Å), α, β, γ (°) of the cell as read. */
  readonly cellBefore: readonly number[];
  readonly cellAfter: readonly number[];
  readonly spaceGroup: string;
  readonly spaceGroupNumber: number;
  readonly energyPerAtomEv: number;
  readonly maxForceEvPerA: number;
  readonly converged: boolean;
}

export interface CrystalSupercell {
  /** [9] rows in units of the cell. */
  readonly matrix: readonly number[];
  readonly atoms: number;
  readonly lengthsA: readonly number[];
  readonly anglesDegree: readonly number[];
}

export interface CrystalFit {
  readonly supercells: number;
  readonly displacementA: number;
  readonly parameters: number;
  readonly orbits: number;
  /** Null: all pairs of the supercell. */
  readonly cutoffA: number | null;
  readonly halfCellA: number;
  readonly rows: number;
  readonly rowsPerParameter: number;
  readonly condition: number;
  readonly forceRmsEvPerA: number;
  readonly trainingErrorMevPerA: number;
  readonly holdOutErrorMevPerA: number;
  readonly holdOutStandardErrorMevPerA: number;
  readonly holdOutPercent: number;
  readonly folds: number;
  /** Rigid-ion charges whose long-ranged part was taken off before the fit and put back after, e; null without charges. */
  readonly charges: Readonly<Record<string, number>> | null;
}

/** The harmonic crystal. */
export interface HarmonicCrystal {
  readonly supercell: CrystalSupercell;
  readonly fit: CrystalFit;
  readonly bands: BandsData;
  /** Wave vectors of the mesh the descriptors are from, and how many of all their modes are imaginary. */
  readonly mesh: { readonly counts: readonly number[]; readonly total: number; readonly imaginaryModes: number };
  readonly stable: boolean;
  /** Definitions: src/screening/definitions.ts. */
  readonly phonons: Omit<PhononDescriptors, "notes">;
  /** Å², mean per axis of the ion on a mesh of half as many wave vectors along every axis. */
  readonly msdMeanCoarse: number;
  readonly structural: Omit<StructuralDescriptors, "notes">;
}

/** Mean square displacement of one element from the first frame of the run. */
export interface ElementCurve {
  readonly element: string;
  readonly atoms: number;
  readonly timesPs: readonly number[];
  /** ⟨(a(t) − a(0))²⟩ along x, y, z. */
  readonly alongA2: readonly [readonly number[], readonly number[], readonly number[]];
  /** Over all time origins, against the host. */
  readonly originsA2: readonly number[];
  /** Å²/ps: slope over 6 of the line through zero over the whole run, and the largest of the axes' slopes over 2. */
  readonly average: Estimate;
  readonly maximum: Estimate;
  readonly axes: readonly [Estimate, Estimate, Estimate];
}

export interface SpectrumCurve {
  readonly name: string;
  /** States per THz of the group, 3N in all. */
  readonly densityPerThz: readonly number[];
  readonly centre: Estimate; // THz
  readonly width: Estimate; // THz
  readonly skewness: Estimate;
  readonly excessKurtosis: Estimate;
}

/** Diffusion of the ion from many time origins, a line with an offset, and errors from blocks. */
export interface OriginsDiffusion {
  readonly diffusion: Estimate; // Å²/ps
  readonly limits95: readonly [number, number];
  /** Present when no diffusion was resolved: it is below this with 95 % confidence. */
  readonly below: number | null;
  readonly reason: string | null;
  readonly windowPs: readonly [number, number];
  /** Å² per axis: half the offset over three axes, the rattling of an ion about its site. */
  readonly rattling: Estimate;
  readonly effectiveHops: number;
}

export interface CrystalMotion {
  readonly steps: { readonly equilibration: number; readonly production: number };
  readonly timestepFs: number;
  readonly frameSpacingFs: number;
  readonly frames: number;
  readonly sampledPs: number;
  readonly temperature: Estimate; // K
  readonly frequenciesThz: readonly number[];
  /** The ion, then the host. */
  readonly spectra: readonly SpectrumCurve[];
  /** THz; moments of the spectra are taken up to here. */
  readonly spectrumLimitThz: number;
  readonly spectrumWindow: string;
  /** By element. */
  readonly curves: readonly ElementCurve[];
  /** What curves of one origin, and their slopes, are measured against. */
  readonly reference: string;
  readonly origins: OriginsDiffusion;
  readonly originsReference: string;
  /** In the host's own frame: the verdict. */
  readonly filter: FrameworkStability;
  /** Against the centre of mass of all atoms, from which the host recoils. */
  readonly filterAgainstAll: FrameworkStability;
}

export interface OneCrystalData {
  readonly formula: string; // reduced
  readonly ion: string;
  readonly temperatureK: number;
  readonly forceField: ForceFieldSummary;
  readonly rest: CrystalAtRest;
  readonly harmonic: HarmonicCrystal;
  /** Null when the run ended early. */
  readonly motion: CrystalMotion | null;
  readonly thresholds: {
    readonly diffusionLimit: number;
    readonly displacementLimit: number;
    readonly lateShare: number;
  };
}
