// What the study "concerted" reports.

import type { MeasureData, Sampled } from "./measure-data.js";
import type { ForceFieldSummary } from "./operations/index.js";

export interface SeriesFit {
  readonly activationEv: Sampled;
  readonly limits95Ev: readonly [number, number];
  /** In the unit of the points. */
  readonly prefactor: number;
  readonly rangeK: readonly [number, number];
  readonly points: number;
  /** Of a larger χ² if one energy held. */
  readonly probability: number | null;
}

export interface SeriesPoint {
  readonly temperatureK: number;
  readonly value: Sampled;
  /** No measurement: the number was not resolved, or no such event was seen. */
  readonly bound: boolean;
}

export interface ArrheniusSeries {
  readonly name: string;
  readonly points: readonly SeriesPoint[];
  readonly fit: SeriesFit | null;
}

export interface ConcertedRunData {
  readonly temperatureK: number;
  /** Lattice constants after expansion, of the cell before it was repeated, Å; null for trajectories that were given. */
  readonly latticeA: readonly number[] | null;
  /** Why the run is in no fit; null when it is. */
  readonly excluded: string | null;
  readonly measured: MeasureData;
}

export interface ConcertedStudyData {
  readonly ion: string;
  readonly formula: string;
  readonly natoms: number;
  readonly source: "simulated" | "given";
  readonly forceField: ForceFieldSummary | null;
  readonly sitesFrom: string;
  /** Names of the site types, in their order. */
  readonly siteTypes: readonly string[];
  /** By temperature. */
  readonly runs: readonly ConcertedRunData[];
  readonly tracer: ArrheniusSeries;
  readonly collective: ArrheniusSeries;
  readonly axes: readonly ArrheniusSeries[];
  /** Jumps between types, per ion on the first, 1/ps. */
  readonly rates: readonly ArrheniusSeries[];
  /** Pairs per ps and ion, "all" first. */
  readonly classes: readonly ArrheniusSeries[];
  /** What is over independent jumps, per ps and ion. */
  readonly excess: readonly ArrheniusSeries[];
  /** Activation energy of all pairs by the window they were counted with. */
  readonly windows: readonly { readonly windowFs: number; readonly series: ArrheniusSeries }[];
}
