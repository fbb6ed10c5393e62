// What every minimiser is given and gives back.

import type { Pacer } from "../base/index.js";
import type { Landscape, Sample } from "./landscape.js";

export interface DescentControl {
  readonly pacer: Pacer;
  /** Largest number of evaluations. */
  readonly maxEvaluations: number;
  /** Largest displacement of an atom in one step, Å. */
  readonly maxStepA: number;
  /** True at a point that is good enough to stop at. */
  readonly done: (sample: Sample) => boolean;
}

export interface Descent {
  /** The last accepted point; the landscape's forces and stress are those of `sample`. */
  readonly q: Float64Array<ArrayBuffer>;
  readonly sample: Sample;
  /** Accepted points in order, the start first. */
  readonly samples: readonly Sample[];
  /** eV, rises of the energy beyond rounding that the slopes contradicted; 0 when there were none. */
  readonly energyNoise: number;
}

export type Minimiser = (landscape: Landscape, control: DescentControl) => Promise<Descent>;
