// Parameters of the study "modal-hops", declared once: file check, defaults, help, JSON Schema and docs come from here.

import { z } from "zod";

const supercellMatrix = z
  .union([z.array(z.number().int()).length(3), z.array(z.array(z.number().int()).length(3)).length(3)])
  .describe("Repeats along a, b, c, or a 3×3 integer matrix whose rows are the new lattice vectors.");

const structure = z.strictObject({
  file: z.string().describe("Crystal structure, any format phonion reads; relative to the study file."),
  supercell: supercellMatrix.default([1, 1, 1]),
  relaxCell: z
    .enum(["full", "fixed"])
    .default("full")
    .describe("Relax the host's lattice with its atoms, or its atoms only."),
  pressureGpa: z.number().default(0).describe("Pressure of the lattice relaxation, GPa."),
});

const forces = z.strictObject({
  field: z.string().describe("Named force field (`phonion doctor` lists them) or a YAML file of the same form."),
  accuracy: z
    .number()
    .min(1e-10)
    .max(1e-2)
    .optional()
    .describe("Relative force accuracy from which cut-offs are chosen. Left out: the source's own cut-offs."),
});

const substitution = z.strictObject({
  element: z.string().describe("Element of the host that is replaced at one site."),
  by: z.string().describe("Element put there."),
  site: z.number().int().min(0).default(0).describe("Which atom of that element in the supercell, from 0."),
});

const interstitial = z.strictObject({
  element: z.string().default("Li").describe("The mobile ion; one is added."),
  host: z.string().default("O").describe("Anion whose voids are the interstitial sites."),
  coordination: z
    .enum(["octahedral", "tetrahedral", "any"])
    .default("octahedral")
    .describe("Kind of void that counts as a site."),
});

const hopsInFull = z.strictObject({
  mechanism: z.enum(["interstitialcy", "direct"]).default("interstitialcy").describe("Kind of hop that is enumerated."),
  count: z
    .union([z.literal("all"), z.number().int().min(1)])
    .default(24)
    .describe("Hops to run: all of them, or this many, starting from the most stable configurations."),
  neighborCutoffA: z
    .number()
    .positive()
    .optional()
    .describe("Largest distance of one step of the chain, Å. Left out: the first shell."),
  compareMechanisms: z.boolean().default(true).describe("Run the example hop by the other mechanisms too (Fig. 3)."),
});

const hops = z
  .union([hopsInFull, z.literal("all"), z.number().int().min(1)])
  .transform((value) => (typeof value === "object" ? value : hopsInFull.parse({ count: value })))
  .describe("Which hops are run. `hops: all` and `hops: 24` are short for `hops: { count: … }`.");

const band = z.strictObject({
  images: z.number().int().min(5).max(99).default(17).describe("Images of a band, both ends included."),
  toleranceEvPerA: z.number().positive().default(0.01).describe("Largest perpendicular force left on any image, eV/Å."),
  maxIterations: z
    .number()
    .int()
    .min(1)
    .default(600)
    .describe("Iterations after which a band counts as not converged."),
  polishSaddle: z
    .boolean()
    .default(true)
    .describe("Refine the highest image to a stationary point and count its unstable modes."),
});

const projection = z.strictObject({
  at: z
    .union([z.literal("halfway"), z.number().int().min(1)])
    .default("halfway")
    .describe("Where the displacement is taken: half way to the saddle by arc length, or an image by its index."),
  temperatureK: z.number().positive().default(700).describe("Temperature of the Boltzmann-weighted average, K."),
  topModes: z.number().int().min(1).max(50).default(5).describe("Leading modes listed for each hop."),
});

export const modalHopsParameters = z.strictObject({
  structure,
  forces,
  substitution: substitution.optional().describe("One substituted site. Left out: the pristine host."),
  interstitial: interstitial.prefault({}),
  configurations: z
    .union([z.literal("all"), z.number().int().min(1)])
    .default("all")
    .describe("Interstitial sites to fill: all, or this many, nearest to the substituted site first."),
  forceToleranceEvPerA: z
    .number()
    .positive()
    .default(1e-5)
    .describe("Largest force left in a relaxed configuration, eV/Å."),
  hops: hops.prefault({}),
  band: band.prefault({}),
  projection: projection.prefault({}),
});

export type ModalHopsParameters = z.output<typeof modalHopsParameters>;
