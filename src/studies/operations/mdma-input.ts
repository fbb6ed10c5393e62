// What the modal split of a trajectory is asked for, and what the passes over the frames give.

import { z } from "zod";
import type { Estimate } from "../../base/index.js";
import type { ModalGreenKubo, ModalPublished, RunSplit } from "../../coupling/index.js";
import type { Trajectory } from "../../dynamics/index.js";
import type { ForceFieldSpec } from "../../forces/index.js";
import type { ForceConstants, Modes } from "../../modes/index.js";
import type { Crystal } from "../../structure/index.js";
import { type ChosenForces, forceParameters } from "./forces.js";
import type { RunCount } from "./mdma-runs.js";

export const mdmaParameters = z.strictObject({
  ...forceParameters,
  ion: z.string().min(1).default("Li").describe("Element that carries."),
  lagsPs: z
    .string()
    .regex(/^\s*\d*\.?\d+(e-?\d+)?(\s*,\s*\d*\.?\d+(e-?\d+)?)+\s*$/i, "expected two or more lags, ps, like 5,20")
    .optional()
    .meta({ placeholder: "PS,PS,…" })
    .describe(
      "Lags the slope is taken over, ps, ascending: two, or better five and more (default ten from 5 to 50 ps, less where the runs are short)",
    ),
  blocks: z
    .int()
    .positive()
    .optional()
    .describe(
      "Blocks each trajectory is cut into for the errors (default so many that there are five in all, where the lags allow)",
    ),
  projection: z
    .enum(["full", "carriers"])
    .default("full")
    .describe("Atoms that are projected on the modes: all, or the carriers alone."),
  estimator: z
    .enum(["einstein", "green-kubo", "published"])
    .default("einstein")
    .describe(
      "Slope of increments between lags; integral of velocity correlations; or the first element of that integral, projected on carriers, as the scripts of Ouyang et al. take it.",
    ),
  cutPs: z.number().positive().optional().describe("End of the Green–Kubo integral, ps (default the first lag)"),
  stride: z.int().positive().default(1).describe("Take every how many frames."),
  skipPs: z.number().min(0).default(0).describe("Leave out the beginning of every trajectory, ps."),
  temperatureK: z
    .number()
    .positive()
    .optional()
    .describe(
      "For the harmonic null and the conductivity, K (default measured from the velocities, where there are any)",
    ),
  chargeE: z.number().default(1).describe("Charge of a carrier, for the conductivity, e."),
  groupToleranceThz: z.number().min(0).default(1e-3).describe("Modes closer than this are one degenerate group, THz."),
  top: z.int().positive().default(5).describe("How many leading modes to list."),
  repeats: z.int().min(100).default(1000).describe("Resamplings of the blocks, for errors and bands."),
});

export type MdmaParameters = z.output<typeof mdmaParameters>;

export interface MdmaInput {
  /** Independent runs, atoms in the reference's order. */
  readonly runs: readonly { readonly name: string; readonly trajectory: Trajectory }[];
  readonly reference: Crystal;
  readonly source:
    | { readonly forces: ForceFieldSpec }
    | { readonly constants: ForceConstants }
    | { readonly modes: Modes };
  readonly seed: number;
}

/** What the passes over the frames gave. */
export interface MdmaFound extends RunSplit {
  readonly modes: Modes;
  readonly counts: readonly RunCount[];
  readonly frameSpacingFs: number;
  readonly lagsPs: readonly number[];
  readonly temperature: { readonly valueK: number; readonly from: "given" | "velocities" } | null;
  /** The same estimator on harmonic crystals; absent without a temperature. */
  readonly harmonic?: RunSplit;
  readonly greenKubo?: readonly ModalGreenKubo[];
  readonly published?: readonly ModalPublished[];
  readonly forces?: ChosenForces;
}

/** Total of several independent numbers, with the error of their mean. */
export function meanOf(estimates: readonly Estimate[]): Estimate {
  const count = estimates.length;
  return {
    value: estimates.reduce((sum, { value }) => sum + value, 0) / count,
    standardError: Math.hypot(...estimates.map(({ standardError }) => standardError)) / count,
    unit: estimates[0]!.unit,
  };
}
