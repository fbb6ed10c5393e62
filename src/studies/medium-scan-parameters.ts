// Parameters of the study "medium-scan", in the units of Rodin et al.

import { z } from "zod";
import { walkParameters } from "./medium-diffusion-parameters.js";
import { ionParameters, latticeParameters, statisticsParameter } from "./medium-parameters.js";
import { shortestWalk } from "./medium-walks.js";

const positive = z.number().positive();

/** What can be varied. Factors multiply the values of `lattice`. */
export const SCAN_KEYS = [
  "stiffnessFactor",
  "massFactor",
  "latticeConstantA",
  "temperatureMev",
  "strengthMevA",
  "screeningA",
  "ionMassMevPs2PerA2",
] as const;
export type ScanKey = (typeof SCAN_KEYS)[number];

const axis = (key: ScanKey, values: number[]) =>
  z
    .strictObject({
      key: z
        .enum(SCAN_KEYS)
        .default(key)
        .describe(
          "What is varied. stiffnessFactor multiplies both springs, massFactor the mass of the framework's atoms (its density); the others replace the value of that name.",
        ),
      values: z.array(positive).min(1).max(40).default(values).describe("Its values, in the unit of its name."),
    })
    .prefault({});

export const mediumScanParameters = z
  .strictObject({
    x: axis("stiffnessFactor", [0.1, 0.3, 0.6, 1, 1.7, 3]).describe("Across the map."),
    y: axis("temperatureMev", [20, 30, 40]).describe("Up the map."),
    lattice: latticeParameters.prefault({}),
    ion: ionParameters.prefault({}),
    strengthMevA: positive.default(4000).describe("U0 of the repulsion U = U0 e^{−r/λ}/r, meV Å."),
    screeningA: positive.default(0.5).describe("Screening length λ, Å."),
    temperatureMev: positive.max(1000).default(25).describe("k_BT where it is not varied, meV."),
    equation: z
      .enum(["full", "homogeneous", "none"])
      .default("full")
      .describe("Equations of the walks, as in medium-diffusion. none: no walks, barriers and drag only."),
    statistics: statisticsParameter,
    walks: z
      .strictObject({
        ...walkParameters,
        count: walkParameters.count.default(2),
        lengthPs: walkParameters.lengthPs.default(480),
        equilibrationPs: walkParameters.equilibrationPs.default(40),
      })
      .describe("Walks of every point of the map.")
      .prefault({}),
  })
  .superRefine(({ x, y, walks, equation }, context) => {
    const issue = (path: string[], message: string): void => context.addIssue({ code: "custom", path, message });
    if (x.key === y.key) issue(["y", "key"], `both axes vary ${x.key}`);
    if (equation !== "none" && walks.lengthPs < SHORTEST_PS)
      issue(
        ["walks", "lengthPs"],
        `walks must be at least ${SHORTEST_PS} ps for a line between lags of ${SLOPE_PS.join(" and ")} ps`,
      );
  });

/** Lags of the line with an offset, as in medium-diffusion. */
export const SLOPE_PS = [4, 12] as const;
const SHORTEST_PS = shortestWalk(SLOPE_PS[1]);

export type MediumScanParameters = z.output<typeof mediumScanParameters>;
