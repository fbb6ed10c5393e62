// What is measured: a trajectory, where its sites come from, and which parts are wanted.

import type { Trajectory } from "../dynamics/index.js";
import type { ConcertedClass } from "../transport/index.js";
import type { MeasurePart } from "./measure-parameters.js";
import type { SiteSource } from "./measure-sites.js";

export interface MeasureInput {
  /** Shown in the report. */
  readonly name: string;
  readonly trajectory: Trajectory & {
    readonly format?: string;
    readonly coordinates?: string;
    readonly frameCountEstimate?: number;
  };
  /** Default: found from the density. */
  readonly sites?: SiteSource;
  /** Default: those of Fu et al. where a file of sites has their names, else every combination of labels. */
  readonly classes?: readonly ConcertedClass[];
  readonly parts: readonly MeasurePart[];
  /** Every combination of labels, also where the file's labels are those of a published list. */
  readonly everyClass?: boolean;
  /** Of the surrogates of concerted motion. */
  readonly seed: number;
}
