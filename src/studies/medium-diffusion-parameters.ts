// Parameters of the study "medium-diffusion", in the units of Rodin et al.

import { z } from "zod";
import { ionParameters, latticeParameters, statisticsParameter, temperaturesMev } from "./medium-parameters.js";
import { shortestWalk } from "./medium-walks.js";

const positive = z.number().positive();

const series = z.strictObject({
  strengthMevA: positive.default(4000).describe("U0 of the repulsion U = U0 e^{−r/λ}/r, meV Å."),
  screeningA: positive.default(0.5).describe("Screening length λ, Å."),
  temperaturesMev: temperaturesMev(10, 15, 20, 25, 30, 40, 50),
});

/** The walks of one state, shared with the study "medium-scan". */
export const walkParameters = {
  count: z.int().min(1).max(1000).describe("Independent walks of every state; they are spread over the threads."),
  lengthPs: positive.max(1e6).describe("Length of each walk, ps. The paper has one walk of 3000 ps per state."),
  equilibrationPs: z
    .number()
    .min(0)
    .max(1e4)
    .default(10)
    .describe("Start of each walk that is left out, ps: the ion starts at rest in a cell's centre."),
  cells: z.int().min(4).max(60).default(20).describe("Cells per side of the periodic framework."),
  cutoffA: positive
    .max(20)
    .optional()
    .describe(
      "The repulsion falls smoothly to zero here, Å. Left out: the 8 corners of the ion's cell, not cut, as in the paper.",
    ),
  frameSpacingPs: z
    .number()
    .min(0.005)
    .max(1)
    .multipleOf(0.005)
    .default(0.04)
    .describe("Between recorded positions, ps, a multiple of 0.005."),
};

export type WalkParameters = z.output<z.ZodObject<typeof walkParameters>>;

const walks = z
  .strictObject({
    ...walkParameters,
    count: walkParameters.count.default(4),
    lengthPs: walkParameters.lengthPs.default(480),
  })
  .describe("How much is sampled.");

const analysis = z
  .strictObject({
    piecePs: positive
      .max(1000)
      .default(12)
      .describe("Walks are cut into pieces of this length; displacements count from each piece's first point, ps."),
    fitFromPs: positive
      .default(1)
      .describe("The line through the origin is fitted from here to the end of the piece, ps."),
    bins: z.int().min(3).max(100).default(10).describe("Bins of pieces whose scatter is the error of that fit."),
    slopeFromPs: positive.default(4).describe("First lag of the line with an offset, ps."),
    slopeToPs: positive.default(12).describe("Last lag of the line with an offset, ps."),
  })
  .describe("From walks to diffusion coefficients.");

export const mediumDiffusionParameters = z
  .strictObject({
    lattice: latticeParameters.prefault({}),
    ion: ionParameters.prefault({}),
    series: z
      .array(series)
      .min(1)
      .max(8)
      .prefault([{}])
      .describe("Interactions, each with the temperatures it is walked at. Three temperatures make an Arrhenius fit."),
    equations: z
      .array(z.enum(["full", "homogeneous"]))
      .min(1)
      .max(2)
      .default(["full", "homogeneous"])
      .describe("full: every framework atom moves; homogeneous: the paper's time-local equations (18)–(20)."),
    statistics: statisticsParameter,
    walks: walks.prefault({}),
    analysis: analysis.prefault({}),
  })
  .superRefine(({ walks, analysis }, context) => {
    const issue = (path: string[], message: string): void => context.addIssue({ code: "custom", path, message });
    const { lengthPs, count, frameSpacingPs } = walks;
    const { piecePs, fitFromPs, bins, slopeFromPs, slopeToPs } = analysis;
    if (lengthPs < shortestWalk(slopeToPs))
      issue(["walks", "lengthPs"], `walks must be at least ${shortestWalk(slopeToPs)} ps, 8 times analysis.slopeToPs`);
    const pieces = count * Math.floor(lengthPs / piecePs);
    if (pieces < 2 * bins)
      issue(
        ["walks", "lengthPs"],
        `the walks of a state make ${pieces} pieces of ${piecePs} ps; analysis.bins = ${bins} needs ${2 * bins}`,
      );
    if (fitFromPs >= piecePs)
      issue(["analysis", "fitFromPs"], `the fit must begin before the end of a piece, ${piecePs} ps`);
    if (slopeFromPs + 2 * Math.max(frameSpacingPs, 0.2) > slopeToPs)
      issue(["analysis", "slopeFromPs"], `the line needs lags between it and slopeToPs = ${slopeToPs} ps`);
  });

export type MediumDiffusionParameters = z.output<typeof mediumDiffusionParameters>;
