// What the study "molecular-dynamics" reports.

import type { Estimate } from "../base/index.js";
import type { EnsembleSpec } from "../dynamics/index.js";
import type { ForceFieldSummary } from "./operations/index.js";

/** Samples of one replica, thinned for pictures; thermo.csv has all of them. Times count from the run's start, equilibration included. */
export interface ThermoSeries {
  readonly timePs: readonly number[];
  readonly temperatureK: readonly number[];
  readonly potentialEnergyEv: readonly number[];
  readonly kineticEnergyEv: readonly number[];
  readonly conservedEv: readonly number[];
  readonly pressureGpa?: readonly number[];
  readonly volumeA3?: readonly number[];
}

export interface MdMeans {
  readonly temperature: Estimate; // K
  readonly potentialEnergy: Estimate; // eV
  readonly totalEnergy: Estimate; // eV
  readonly pressure?: Estimate; // GPa
  /** Slope of the conserved quantity, k_BT per atom and ns. */
  readonly drift: Estimate;
}

/** Averages of a cell that moves. */
export interface MdCell {
  readonly lengths: readonly [Estimate, Estimate, Estimate]; // Å, of the supercell
  readonly angles: readonly [Estimate, Estimate, Estimate]; // degree
  /** Lengths over the repeats of the supercell. */
  readonly latticeConstants: readonly [Estimate, Estimate, Estimate]; // Å
  readonly volume: Estimate; // Å³
  readonly compressibility: Estimate; // 1/GPa
  readonly bulkModulus: Estimate; // GPa
  /** False when a series was too short for its error. */
  readonly converged: boolean;
}

/** Why and where a replica ended early. */
export interface MdFailure {
  readonly message: string;
  readonly hint: string;
  /** Steps that stand, equilibration included. */
  readonly goodSteps: number;
}

export interface MdReplica {
  /** "replica-1" */
  readonly name: string;
  /** Trajectory file in the run directory; absent when none was written. */
  readonly trajectory?: string;
  readonly frames: number;
  readonly steps: number;
  readonly sampledPs: number;
  readonly equilibration?: ThermoSeries;
  readonly series?: ThermoSeries;
  /** Absent with fewer than four samples. */
  readonly means?: MdMeans;
  readonly failure?: MdFailure;
}

/** Mean square displacement of one element, over replicas, atoms and time origins. */
export interface SpeciesMsd {
  readonly element: string;
  /** Atoms followed: frozen ones are left out. */
  readonly atoms: number;
  /** What it is measured against. */
  readonly reference: string;
  readonly lagsPs: readonly number[];
  readonly meanA2: readonly number[];
  /** From blocks of the runs; shorter than the means: long lags have none. */
  readonly standardErrorA2: readonly number[];
}

export interface MolecularDynamicsData {
  readonly formula: string;
  readonly natoms: number;
  /** a, b, c (Å), α, β, γ (°) of the start. */
  readonly cellParameters: readonly number[];
  readonly supercell: readonly number[];
  readonly forceField: ForceFieldSummary;
  readonly ensemble: EnsembleSpec;
  readonly equilibration: EnsembleSpec | null;
  readonly timestepFs: number;
  readonly sampleFs: number;
  readonly steps: { readonly equilibration: number; readonly production: number };
  /** Atoms held in place, from 0. */
  readonly frozen: readonly number[];
  readonly mobile: string | null;
  readonly degreesOfFreedom: number;
  readonly replicas: readonly MdReplica[];
  /** Over all replicas that ran to their end. */
  readonly means: MdMeans | null;
  readonly cell: MdCell | null;
  readonly msd: readonly SpeciesMsd[];
}
