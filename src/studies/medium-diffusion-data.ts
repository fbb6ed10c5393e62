// What the study "medium-diffusion" finds, in meV, Å and ps.

import type { Statistics } from "../medium/index.js";
import type { MediumDiffusionParameters } from "./medium-diffusion-parameters.js";
import type { FrameworkSummary } from "./medium-summary.js";
import type { FailedWalk, Measured, WalkReading } from "./medium-walks.js";

export type DiffusionEquation = MediumDiffusionParameters["equations"][number];
/** Line through the origin (the paper's), or with an offset. */
export type DiffusionEstimator = "throughOrigin" | "slope";

export interface StateData {
  /** Index of its series. */
  readonly series: number;
  readonly equation: DiffusionEquation;
  readonly temperatureMev: number;
  /** Absent when too few walks came through. */
  readonly reading?: WalkReading;
  readonly failed: readonly FailedWalk[];
}

export interface BarrierData {
  /** Along the straight way from a cell's centre through a face's to the next cell's. */
  readonly coordinateA: Float64Array<ArrayBuffer>;
  readonly unrelaxedMev: Float64Array<ArrayBuffer>;
  readonly relaxedMev: Float64Array<ArrayBuffer>;
  /** Middle of the face above the centre of the cell. */
  readonly barrierUnrelaxedMev: number;
  readonly barrierRelaxedMev: number;
  /** Part of the relaxed barrier that is strain of the framework. */
  readonly barrierElasticMev: number;
}

export interface ArrheniusData {
  readonly equation: DiffusionEquation;
  readonly estimator: DiffusionEstimator;
  readonly activationMev: Measured;
  /** 95 %. */
  readonly activationLimitsMev: readonly [number, number];
  readonly prefactorA2PerPs: number;
  readonly prefactorLimitsA2PerPs: readonly [number, number];
  readonly chiSquare: number;
  readonly degreesOfFreedom: number;
  /** Of a larger χ² if the line and the errors were right. */
  readonly probability: number;
  /** Size of a quadratic term in its standard errors. */
  readonly curvatureSigma?: number;
  /** Between neighbouring temperatures. */
  readonly local: readonly { readonly betweenMev: readonly [number, number]; readonly energyMev: Measured }[];
  readonly rangeMev: readonly [number, number];
}

export interface RatioData {
  readonly estimator: DiffusionEstimator;
  readonly temperatureMev: number;
  /** D of the full equations over D of the time-local ones. */
  readonly ratio: Measured;
}

export interface DiffusionSeries {
  readonly strengthMevA: number;
  readonly screeningA: number;
  readonly barrier: BarrierData;
  readonly states: readonly StateData[];
  readonly arrhenius: readonly ArrheniusData[];
  readonly ratios: readonly RatioData[];
}

export interface TrajectoryData {
  readonly strengthMevA: number;
  readonly equation: DiffusionEquation;
  readonly temperatureMev: number;
  readonly durationPs: number;
  readonly positionsA: Float64Array<ArrayBuffer>; // [places,3]
}

export interface MediumDiffusionData {
  readonly framework: FrameworkSummary;
  readonly latticeConstantA: number;
  readonly statistics: Statistics;
  readonly analysis: MediumDiffusionParameters["analysis"];
  readonly series: readonly DiffusionSeries[];
  readonly trajectories: readonly TrajectoryData[];
}
