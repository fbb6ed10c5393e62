// Parameters of the study "modal-diffusion", declared once.

import { z } from "zod";
import { modalHopsParameters } from "./modal-hops-parameters.js";

const { structure, forces, substitution, interstitial, configurations, forceToleranceEvPerA } =
  modalHopsParameters.shape;

const positive = z.number().positive();

const ensemble = z
  .strictObject({
    kind: z
      .enum(["nose-hoover", "rescale", "langevin"])
      .default("nose-hoover")
      .describe("Nosé–Hoover chain, stochastic velocity rescaling, or friction and noise (which slows diffusion)."),
    relaxationFs: positive.default(100).describe("Relaxation time of the bath, fs."),
  })
  .describe("The bath. Its temperature is that of the run.");

const follow = z.strictObject({
  everyFs: positive.default(20).describe("Time between looks at which ion is on which site, fs."),
  dwellFs: z.number().min(0).default(500).describe("A stay shorter than this is no jump, fs."),
});

const vibrations = z.strictObject({
  temperatureK: positive.default(700).describe("Temperature of the stretch that is sampled densely, K."),
  durationPs: positive.default(16).describe("Its length, ps; equilibrated before like the other runs."),
  sampleFs: positive
    .default(8)
    .describe("Time between its frames, fs: half a period of the fastest vibration, or less."),
});

export const modalDiffusionParameters = z.strictObject({
  structure,
  forces,
  precision: z
    .enum(["double", "mixed"])
    .default("double")
    .describe("Of the forces of the runs; mixed: pair sums in single precision with double totals."),
  substitution: substitution.describe("One substituted site. Left out: the pristine host."),
  interstitial: interstitial.prefault({}),
  configurations: configurations.describe(
    "Interstitial sites that are tried for the configuration of lowest energy, from which all runs start and whose vibrations are the reference.",
  ),
  forceToleranceEvPerA,
  temperaturesK: z
    .array(positive.max(5000))
    .min(1)
    .default([800, 900, 1000])
    .describe("Temperatures, K; an activation energy needs three."),
  replicas: z.int().min(1).max(100).default(4).describe("Independent runs at each temperature."),
  equilibrationPs: z.number().min(0).default(10).describe("Left out at the beginning of every run, ps."),
  durationPs: positive.default(100).describe("Length of every run after it, ps."),
  timestepFs: positive.max(5).default(1).describe("Time step, fs."),
  ensemble: ensemble.prefault({}),
  cell: z
    .enum(["fixed", "thermal"])
    .default("fixed")
    .describe(
      "fixed: the cell relaxed at 0 K; thermal: the mean cell of a run at the temperature and at zero pressure.",
    ),
  thermalPs: positive.default(20).describe("Length of that run, ps; a fifth of it is left out."),
  sampleEveryFs: positive.default(40).describe("Time between frames, fs."),
  lagsPs: z
    .array(positive)
    .min(2)
    .optional()
    .describe("Lags of the slopes, ps, ascending. Left out: ten from 5 ps to a fifth of a run, at most 50 ps."),
  reference: z
    .enum(["fixed", "switching"])
    .default("fixed")
    .describe(
      "fixed: the vibrations of the starting configuration throughout; switching: besides, those of the configuration that is occupied at each moment.",
    ),
  classes: z
    .enum(["species"])
    .default("species")
    .describe("How modes are sorted into classes: by the element whose atoms move most."),
  chargeE: z.number().default(1).describe("Charge of a carrier, for the conductivity, e."),
  resamples: z.int().min(100).max(100_000).default(1000).describe("Resamplings of the blocks, for errors and bands."),
  follow: follow.prefault({}),
  vibrations: z
    .union([z.literal("none"), vibrations])
    .prefault({})
    .describe("The stretch for the spectrum of velocities, amplitudes and distances, or none."),
});

export type ModalDiffusionParameters = z.output<typeof modalDiffusionParameters>;
