// Parameters of the study "concerted", declared once: study file, help and docs come from here.

import { z } from "zod";
import { InputError } from "../base/index.js";
import { measureSettings, siteFileSettings } from "./measure-parameters.js";
import { forceParameters } from "./operations/index.js";

const positive = z.number().positive();
const temperature = positive.max(1e5);

const simulate = z.strictObject({
  structure: z.strictObject({
    file: z.string().describe("Structure, any format phonion reads; relative to the study file."),
    supercell: z.array(z.int().min(1).max(50)).length(3).default([1, 1, 1]).describe("Repeats along a, b, c."),
  }),
  forces: z.strictObject({
    field: z.string().describe("Named force field (`phonion doctor` lists them) or a YAML file of the same form."),
    ...forceParameters,
  }),
  temperaturesK: z.array(temperature).min(1).max(32).describe("One run at each, K."),
  timestepFs: positive.max(50).default(2).describe("Time step, fs."),
  cellPs: z
    .number()
    .min(0)
    .max(1e5)
    .default(6)
    .describe(
      "Run at zero pressure that gives each temperature its cell, ps; the second half counts. 0: the cell as it stands.",
    ),
  equilibrationPs: z
    .number()
    .min(0)
    .max(1e5)
    .default(2)
    .describe("Approach to temperature in that cell, ps; left out."),
  durationPs: positive.max(1e7).default(40).describe("Length of the measured run at constant volume, ps."),
  sampleFs: positive.max(1e4).default(20).describe("Between frames, fs."),
  velocities: z
    .boolean()
    .default(true)
    .describe("Keep velocities: for the spectrum, the measured temperature, Green–Kubo."),
});

const trajectories = z
  .array(
    z.strictObject({
      file: z.string().min(1).describe("Trajectory file; relative to the study file."),
      temperatureK: temperature.describe("Its temperature, K."),
      timestepFs: positive.optional().describe("Time step, fs, for files that count steps only."),
      frameSpacingFs: positive.optional().describe("Time between frames, fs; goes before what the file says."),
      types: z.string().optional().describe("Elements of atom types, 1=Li,2=O."),
    }),
  )
  .min(1)
  .max(64);

const { temperatureK: _, ...perRun } = measureSettings;

export const concertedParameters = z.strictObject({
  simulate: simulate.optional().describe("Trajectories are made with phonion's own engine."),
  trajectories: trajectories.optional().describe("Trajectories that are there, instead of simulate; any format."),
  sites: z
    .strictObject({
      file: z.string().min(1).describe("Structure whose atoms are sites, e.g. a CIF with labels."),
      ...siteFileSettings,
    })
    .optional()
    .describe("Left out: sites are the peaks of the density at the highest temperature."),
  classes: z
    .enum(["auto", "fu", "all"])
    .default("auto")
    .describe(
      "Classes of concerted motion: the five of Fu et al. (sites Li1 to Li4), or every combination of labels. auto: the five where the sites file has those names.",
    ),
  measure: z.strictObject(perRun).prefault({}).describe("How each trajectory is measured, as in `phonion measure`."),
  seed: z.int().min(0).optional().describe("Seed of velocities, baths and surrogates. Left out: drawn."),
});

export type ConcertedParameters = z.output<typeof concertedParameters>;
export type ConcertedSimulation = z.output<typeof simulate>;

export interface ConcertedSteps {
  readonly cell: number;
  readonly equilibration: number;
  readonly production: number;
  readonly sample: number;
}

/** @throws InputError for parameters that contradict each other */
export function checkConcerted({ simulate: made, trajectories: given }: ConcertedParameters): void {
  if ((made === undefined) === (given === undefined))
    throw new InputError(
      made ? "both simulate and trajectories are given" : "neither simulate nor trajectories is given",
      "give one of them: what makes the runs, or where they are",
    );
  const temperatures = made?.temperaturesK ?? [];
  const twice = temperatures.find((t, k) => temperatures.indexOf(t) !== k);
  if (twice !== undefined) throw new InputError(`${twice} K is asked for twice`, "name each temperature once");
}

/** @throws InputError when frames do not fall on whole steps */
export function concertedSteps({
  timestepFs,
  sampleFs,
  cellPs,
  equilibrationPs,
  durationPs,
}: ConcertedSimulation): ConcertedSteps {
  const sample = Math.round(sampleFs / timestepFs);
  if (sample < 1 || Math.abs(sample * timestepFs - sampleFs) > 1e-9 * sampleFs)
    throw new InputError(
      `sampleFs is ${sampleFs} fs with a time step of ${timestepFs} fs`,
      `frames are taken after whole steps: ${Number((Math.max(1, sample) * timestepFs).toPrecision(12))} fs would do`,
      { sampleFs, timestepFs },
    );
  const whole = (ps: number): number => Math.ceil((1000 * ps) / timestepFs / sample - 1e-9) * sample;
  const production = whole(durationPs);
  if (production < 20 * sample)
    throw new InputError(
      `durationPs is ${durationPs} ps, ${production / sample} frames of ${sampleFs} fs`,
      "run longer: twenty frames at least, thousands for diffusivities",
      { durationPs, sampleFs },
    );
  return { cell: whole(cellPs), equilibration: whole(equilibrationPs), production, sample };
}
