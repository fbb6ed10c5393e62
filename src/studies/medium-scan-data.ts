// What the study "medium-scan" finds, in meV, Å and ps.

import type { MediumScanParameters } from "./medium-scan-parameters.js";
import type { FrameworkSummary } from "./medium-summary.js";
import type { FailedWalk, Measured } from "./medium-walks.js";

export interface ScanPoint {
  readonly x: number;
  readonly y: number;
  readonly framework: FrameworkSummary;
  /** Middle of a face above the centre of a cell; absent where the springs do not hold the atoms against the ion. */
  readonly barrierUnrelaxedMev?: number;
  readonly barrierRelaxedMev?: number;
  readonly barrierElasticMev?: number;
  /** From the line with an offset. */
  readonly diffusionA2PerPs?: Measured;
  readonly kineticRatio?: Measured;
  readonly hops?: number;
  readonly failed: readonly FailedWalk[];
}

/** Along one row of the map, of the places where the ion is as warm as its framework. */
export interface ScanOptimum {
  readonly y: number;
  readonly x: number;
  readonly diffusionA2PerPs: Measured;
  /** At an end of what was scanned: the true optimum may lie beyond. */
  readonly isAtEdge: boolean;
  /** Values of x whose D is within two standard errors of the largest: the optimum is one of them. */
  readonly range: readonly [number, number];
}

export interface MediumScanData {
  readonly x: MediumScanParameters["x"];
  readonly y: MediumScanParameters["y"];
  readonly equation: MediumScanParameters["equation"];
  readonly sampledPs: number;
  readonly points: readonly ScanPoint[]; // row by row, x fastest
  readonly optima: readonly ScanOptimum[];
}
