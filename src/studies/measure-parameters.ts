// What can be asked of a trajectory: the same words on the command line and in a study file.

import { z } from "zod";
import { InputError } from "../base/index.js";
import { knownWordsHint } from "./nearest.js";

const positive = z.number().positive();

/** Parts of a measurement, in the order of the report. */
export const MEASURE_PARTS = [
  "msd",
  "framework",
  "green-kubo",
  "rdf",
  "spectrum",
  "density",
  "van-hove",
  "sites",
  "concerted",
] as const;
export type MeasurePart = (typeof MEASURE_PARTS)[number];

/** Options of a measurement that do not name files. */
export const measureSettings = {
  ion: z
    .string()
    .min(1)
    .optional()
    .describe("Element of the mobile ion. Left out: Li, Na, K, Ag, Cu, Rb or Cs, the first that is there."),
  skipPs: z.number().min(0).max(1e9).default(0).describe("Leave out this much of the beginning, ps."),
  stride: z.int().min(1).max(1e6).default(1).describe("Take every how many frames."),
  frame: z
    .enum(["framework", "total", "lab"])
    .default("framework")
    .describe("What displacements are measured against: all other atoms, the centre of mass of all, or nothing."),
  temperatureK: positive
    .max(1e5)
    .optional()
    .describe("Temperature, K, for the conductivity. Left out: that of the velocities, where there are any."),
  charge: z.number().default(1).describe("Charge of the ion for the conductivity, e."),
  fitFromPs: positive.optional().describe("First lag of the line through the displacements, ps; with fitToPs."),
  fitToPs: positive.optional().describe("Last lag of that line, ps. Left out: found where it is straight."),
  jumpLengthA: positive.default(2.5).describe("Length of a hop for counting effective hops, Å."),
  gridA: positive.min(0.05).max(2).default(0.3).describe("Spacing of the density's grid, Å."),
  siteRule: z
    .enum(["voronoi", "sphere", "polyhedron", "exclusive"])
    .optional()
    .describe(
      "Which site an ion is on: the nearest, inside a sphere, inside a polyhedron, or no two on one. Left out: voronoi, and polyhedron where corners are given.",
    ),
  siteRadiusA: positive.optional().describe("Radius of the spheres of the rule sphere, Å."),
  coreFraction: positive
    .max(1)
    .optional()
    .describe(
      "An ion leaves A for B only when its distance from B is below this part of that from A. Left out: the rule alone.",
    ),
  dwellFs: z
    .number()
    .min(0)
    .max(1e6)
    .default(100)
    .describe("A stay shorter than this is no site change, fs: rattling over a face is no jump."),
  windowFs: positive
    .max(1e7)
    .default(1000)
    .describe("Longest time between a jump and the one that fills its site, for concerted motion, fs."),
} as const;

const settingsObject = z.strictObject(measureSettings);
export type MeasureSettings = z.output<typeof settingsObject>;

/** "msd,rdf" as parts. @throws InputError for a word that is no part */
export function parseParts(text: string | undefined): readonly MeasurePart[] {
  if (text === undefined) return MEASURE_PARTS;
  const words = text.split(/[\s,]+/).filter((word) => word !== "");
  const unknown = words.find((word) => !(MEASURE_PARTS as readonly string[]).includes(word));
  if (unknown !== undefined || words.length === 0)
    throw new InputError(
      unknown === undefined ? "no analysis is named" : `there is no analysis ${unknown}`,
      unknown === undefined ? `name some of ${MEASURE_PARTS.join(", ")}` : knownWordsHint(unknown, MEASURE_PARTS),
      { known: MEASURE_PARTS },
    );
  return MEASURE_PARTS.filter((part) => words.includes(part));
}

/** How a structure file gives sites. */
export const siteFileSettings = {
  siteStrain: positive
    .max(0.5)
    .optional()
    .describe("Largest strain between the cell of the sites file, repeated, and the trajectory's. Left out: 0.05."),
  siteElements: z
    .string()
    .min(1)
    .optional()
    .describe("Elements of the sites file that are sites, e.g. Li or Li,Na,K for dummies. Left out: the ion."),
  siteAlike: z
    .string()
    .min(1)
    .optional()
    .describe("Elements that stand for each other in file and trajectory, e.g. S=Cl=I,P. Left out: each for itself."),
  siteNames: z
    .string()
    .min(1)
    .optional()
    .describe("Names of the site types by element or label, e.g. Li=tet,Na=oct. Left out: labels, else elements."),
  siteCorners: z
    .string()
    .min(1)
    .optional()
    .describe("Elements of the file at the corners of polyhedral sites, e.g. S,I: each site has its nearest four."),
} as const;

const siteFileObject = z.strictObject(siteFileSettings);
export type SiteFileSettings = z.output<typeof siteFileObject>;

const list = (text: string): string[] =>
  text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");

/** The texts of `siteFileSettings` as `sitesFromStructure` wants them. @throws InputError */
export function siteFileOptions(settings: SiteFileSettings, ion: string) {
  const { siteStrain, siteElements, siteAlike, siteNames, siteCorners } = settings;
  const names =
    siteNames === undefined ? undefined : list(siteNames).map((pair) => pair.split("=").map((s) => s.trim()));
  const wrong = names?.find((pair) => pair.length !== 2 || pair.includes(""));
  if (wrong)
    throw new InputError(`"${wrong.join("=")}" names no site type`, "write pairs like Li=tet,Na=oct", { siteNames });
  return {
    sites: siteElements === undefined ? [ion] : list(siteElements),
    mobile: [ion],
    ...(siteStrain === undefined ? {} : { largestStrain: siteStrain }),
    ...(siteAlike === undefined
      ? {}
      : { alike: list(siteAlike).map((group) => group.split("=").map((s) => s.trim())) }),
    ...(names === undefined ? {} : { types: Object.fromEntries(names) as Record<string, string> }),
    ...(siteCorners === undefined ? {} : { vertices: { elements: list(siteCorners) } }),
  };
}
