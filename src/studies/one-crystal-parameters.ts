// Parameters of the study "one-crystal": the protocol of the sodium screening (docs/papers/na-superionic.md) as defaults.

import { z } from "zod";
import { InputError } from "../base/index.js";
import { forceParameters } from "./operations/index.js";

const positive = z.number().positive();

const structure = z.strictObject({
  file: z.string().describe("Structure, any format phonion reads; relative to the study file."),
  cell: z
    .enum(["full", "isotropic", "fixed"])
    .default("full")
    .describe("What of the cell may change while the crystal is brought to rest, at zero pressure."),
  supercell: z
    .array(z.int().min(1).max(50))
    .length(3)
    .optional()
    .describe("Repeats along a, b, c. Left out: edges as equal as they can be."),
  atLeast: z.int().positive().default(80).describe("Without supercell: fewest atoms."),
  atMost: z.int().positive().max(5000).default(300).describe("Without supercell: most atoms."),
});

const forces = z.strictObject({
  field: z.string().describe("Named force field (`phonion doctor` lists them) or a YAML file of the same form."),
  ...forceParameters,
});

const forceConstants = z
  .strictObject({
    displacementA: positive.max(0.5).default(0.03).describe("Length every atom is displaced by, at random, Å."),
    count: z.int().min(2).max(1000).default(30).describe("Displaced supercells."),
    cutoffA: positive.optional().describe("Longest pair, Å. Left out: all pairs of the supercell."),
    folds: z.int().min(2).max(20).default(5).describe("Groups of supercells, each left out of a fit once."),
  })
  .prefault({});

const phonons = z
  .strictObject({
    meshSpacing: positive.default(0.1).describe("Largest distance between wave vectors of the mesh, rad/Å."),
    pathSpacing: positive.default(0.03).describe("Distance of wave vectors along the bands, rad/Å."),
    minimumThz: positive.default(0.1).describe("Modes below are left out of displacements, THz."),
    imaginaryThz: positive.default(0.02).describe("Modes below minus this are called imaginary, THz."),
  })
  .prefault({});

const dynamics = z
  .strictObject({
    timestepFs: positive.max(10).default(1.5).describe("Time step, fs."),
    equilibrationSteps: z.int().min(0).max(1e8).default(10_000).describe("Steps before the run, kept out of it."),
    productionSteps: z.int().min(40).max(1e9).default(40_000).describe("Steps of the run."),
    frameEvery: z.int().min(1).max(1000).default(4).describe("Steps between frames."),
    relaxationFs: positive.default(1000).describe("Relaxation time of the Langevin bath (one over the friction), fs."),
  })
  .prefault({});

const filter = z
  .strictObject({
    diffusionLimit: positive
      .default(0.01)
      .describe("Å²/ps that an element of the host must not reach along all three axes."),
    displacementLimit: positive
      .default(1)
      .describe("Å² that its mean square displacement must not exceed along any axis, late in the run."),
    lateShare: positive.max(1).default(0.2).describe("Share of the run, from its end, that counts as late."),
  })
  .prefault({});

export const oneCrystalParameters = z.strictObject({
  structure,
  forces,
  ion: z
    .string()
    .min(1)
    .optional()
    .describe("Element of the mobile ion. Left out: Li, Na, K, Ag, Cu, Rb or Cs, the first that is there."),
  temperatureK: positive
    .max(1e4)
    .default(800)
    .describe("Of the molecular dynamics and of the displacements by phonons, K."),
  forceConstants,
  phonons,
  dynamics,
  filter,
  seed: z
    .int()
    .min(0)
    .optional()
    .describe("Seed of displacements, velocities and bath. Left out: drawn, and kept in the run directory."),
});

export type OneCrystalParameters = z.output<typeof oneCrystalParameters>;

/** Frames an analysis of the motion needs. */
const LEAST_FRAMES = 20;

/** Frames of the run, the first one included. @throws InputError for parameters that contradict each other. */
export function framesOf({ dynamics, structure, forceConstants }: OneCrystalParameters): number {
  const { productionSteps, frameEvery } = dynamics;
  const frames = Math.floor(productionSteps / frameEvery) + 1;
  if (frames < LEAST_FRAMES)
    throw new InputError(
      `${productionSteps} steps with a frame every ${frameEvery} are ${frames} frames`,
      `at least ${LEAST_FRAMES} are needed: run longer, or keep frames more often`,
      { productionSteps, frameEvery },
    );
  if (structure.atMost < structure.atLeast)
    throw new InputError(
      `a supercell of at least ${structure.atLeast} and at most ${structure.atMost} atoms`,
      "raise atMost, or lower atLeast",
    );
  if (forceConstants.folds > forceConstants.count)
    throw new InputError(
      `${forceConstants.folds} folds of ${forceConstants.count} displaced supercells`,
      "take at most as many folds as supercells",
    );
  return frames;
}
