// Parameters of the study "molecular-dynamics", declared once: study file, command line, help and docs come from here.

import { z } from "zod";
import { InputError } from "../base/index.js";
import type { EnsembleSpec, TemperatureProgram } from "../dynamics/index.js";
import { knownWordsHint } from "./nearest.js";
import { forceParameters } from "./operations/index.js";

const positive = z.number().positive();

/** One of a few words; a wrong one is answered with the nearest. */
const word = <const T extends readonly [string, ...string[]]>(words: T) =>
  z.enum(words, { error: ({ input }) => `no such choice, ${knownWordsHint(String(input), words)}` });

/** Options of the run itself: the same words in a study file and on the command line. */
export const molecularDynamicsSettings = {
  ensemble: word(["nvt", "nve", "langevin", "rescale", "npt"])
    .default("nvt")
    .describe(
      "nvt: Nosé–Hoover chain; nve: constant energy; langevin: friction and noise; rescale: stochastic velocity rescaling; npt: constant pressure.",
    ),
  temperatureK: positive.max(1e5).default(300).describe("Temperature, K; with nve that of the equilibration."),
  toTemperatureK: positive
    .max(1e5)
    .optional()
    .describe("The temperature goes linearly from temperatureK to this one over the run, K."),
  pressureGpa: z.number().min(-1000).max(1000).optional().describe("Pressure of npt, GPa. Left out: 0."),
  cell: word(["isotropic", "axes", "full"])
    .optional()
    .describe("What of the cell npt moves: its volume, the lengths of its axes, or all of it. Left out: axes."),
  durationPs: positive.max(1e7).default(10).describe("Length of the run after equilibration, ps."),
  timestepFs: positive.max(50).default(1).describe("Time step, fs: a twentieth of the shortest period of vibration."),
  equilibrationPs: z
    .number()
    .min(0)
    .max(1e6)
    .default(1)
    .describe("Approach to temperature before the run, ps; kept out of means and trajectory. Velocities are rescaled."),
  sampleFs: positive
    .max(1e5)
    .default(10)
    .describe("Between frames, and between samples of temperature, energies and pressure, fs."),
  replicas: z
    .int()
    .min(1)
    .max(256)
    .default(1)
    .describe("Independent runs from the same structure; they spread over the threads."),
  relaxationFs: positive
    .optional()
    .describe("Relaxation time of the bath, fs. Left out: 100, and 1000 for langevin (one over the friction)."),
  cellRelaxationFs: positive.optional().describe("Period of the piston of npt, fs. Left out: 1000."),
  innerSteps: z
    .int()
    .min(1)
    .max(20)
    .default(1)
    .describe("Short steps of the short-range forces in one time step (r-RESPA), for nve and nvt."),
  freeze: z
    .string()
    .min(1)
    .optional()
    .describe(
      "Atoms held in place: numbers from 0 and ranges (0,4,12-17), elements (P,O), or anions:edge, anions:corner, anions:non-bonded.",
    ),
  mobile: z
    .string()
    .min(1)
    .optional()
    .describe("Element of the mobile ion. Left out: Li, Na, K, Ag, Cu, Rb or Cs, the first that is there."),
  trajectory: word(["h5md", "extxyz", "lammpstrj", "none"])
    .default("h5md")
    .describe("Format of the trajectory files, one per replica."),
  precision: word(["single", "double"])
    .default("single")
    .describe("Digits kept of the frames; single is good to 1e-6 Å. The run itself does not depend on it."),
  velocities: z.boolean().default(false).describe("Keep velocities too."),
};

const structure = z.strictObject({
  file: z.string().describe("Structure, any format phonion reads; relative to the study file."),
  supercell: z.array(z.int().min(1).max(50)).length(3).default([1, 1, 1]).describe("Repeats along a, b, c."),
});

const forces = z.strictObject({
  field: z.string().describe("Named force field (`phonion doctor` lists them) or a YAML file of the same form."),
  ...forceParameters,
});

const groups = z
  .array(
    z.strictObject({
      atoms: z.string().min(1).describe("Which atoms, as in `freeze`."),
      temperatureK: positive.max(1e5).describe("Their temperature, K."),
    }),
  )
  .max(16)
  .default([])
  .describe("Atoms with a bath of their own, for langevin and rescale.");

export const molecularDynamicsParameters = z.strictObject({
  structure,
  forces,
  ...molecularDynamicsSettings,
  groups,
  seed: z
    .int()
    .min(0)
    .optional()
    .describe("Seed of velocities and baths. Left out: drawn, and kept in the run directory."),
});

export type MolecularDynamicsParameters = z.output<typeof molecularDynamicsParameters>;

/** Whole steps of everything. */
export interface StepCounts {
  readonly equilibration: number;
  readonly production: number;
  /** Between frames and samples. */
  readonly sample: number;
}

/** @throws InputError for parameters that contradict each other. */
export function stepCounts(parameters: MolecularDynamicsParameters): StepCounts {
  checkTogether(parameters);
  const { durationPs, equilibrationPs, timestepFs, sampleFs } = parameters;
  const sample = Math.round(sampleFs / timestepFs);
  if (sample < 1 || Math.abs(sample * timestepFs - sampleFs) > 1e-9 * sampleFs) {
    const near = Number((Math.max(1, sample) * timestepFs).toPrecision(12));
    throw new InputError(
      `sampleFs is ${sampleFs} fs with a time step of ${timestepFs} fs`,
      `samples are taken after whole steps: ${near} fs would do`,
      { sampleFs, timestepFs },
    );
  }
  const production = Math.round((1000 * durationPs) / timestepFs);
  if (production < sample)
    throw new InputError(
      `durationPs is ${durationPs} ps, less than the ${sampleFs} fs between samples`,
      "run longer, or sample more often",
      { durationPs, sampleFs },
    );
  return { equilibration: Math.round((1000 * equilibrationPs) / timestepFs), production, sample };
}

function checkTogether(parameters: MolecularDynamicsParameters): void {
  const { ensemble, toTemperatureK, pressureGpa, cell, cellRelaxationFs, relaxationFs, innerSteps, groups, freeze } =
    parameters;
  const refuse = (what: string, hint: string): never => {
    throw new InputError(`${what} with ensemble ${ensemble}`, hint, { ensemble });
  };
  if (ensemble !== "npt") {
    const given = Object.entries({ pressureGpa, cell, cellRelaxationFs }).find(([, value]) => value !== undefined);
    if (given) refuse(`${given[0]} ${given[1]}`, `leave ${given[0]} out, or use ensemble npt`);
  } else if (freeze !== undefined)
    refuse("frozen atoms", "free them, or run at constant volume: an atom cannot stay in place while the cell moves");
  if (ensemble === "nve") {
    if (toTemperatureK !== undefined)
      refuse("a temperature ramp", "constant energy has no bath: use nvt, langevin, rescale or npt");
    if (relaxationFs !== undefined) refuse("relaxationFs", "constant energy has no bath: leave it out");
  }
  if (innerSteps > 1 && ensemble !== "nve" && ensemble !== "nvt")
    refuse(`${innerSteps} inner steps`, "use nve or nvt, or one time step");
  if (groups.length > 0 && ensemble !== "langevin" && ensemble !== "rescale")
    refuse("groups with a temperature of their own", "use langevin or rescale");
}

/** The ensemble of the run; `groups` are atoms with a bath of their own. */
export function ensembleOf(
  parameters: MolecularDynamicsParameters,
  groups: readonly { readonly atoms: readonly number[]; readonly temperatureK: number }[],
): EnsembleSpec {
  const { ensemble, temperatureK: fromK, toTemperatureK: toK, durationPs, relaxationFs, cellRelaxationFs } = parameters;
  const temperatureK: TemperatureProgram = toK === undefined ? fromK : { fromK, toK, overFs: 1000 * durationPs };
  const bath = { temperatureK, ...(relaxationFs === undefined ? {} : { relaxationFs }) };
  const own = groups.length > 0 ? { groups } : {};
  switch (ensemble) {
    case "nve":
      return { kind: "nve" };
    case "nvt":
      return { kind: "nose-hoover", ...bath };
    case "npt":
      return {
        kind: "npt",
        ...bath,
        pressureGpa: parameters.pressureGpa ?? 0,
        cell: parameters.cell ?? "axes",
        ...(cellRelaxationFs === undefined ? {} : { cellRelaxationFs }),
      };
    default:
      return { kind: ensemble, ...bath, ...own };
  }
}

/**
 * How the run gets to its temperature. A Nosé–Hoover chain swings for long when a crystal starts from rest, so nve and nvt are
 * brought there by rescaling; not with two time steps, which rescaling does not know.
 */
export function equilibrationOf(parameters: MolecularDynamicsParameters, run: EnsembleSpec): EnsembleSpec {
  const { temperatureK, innerSteps } = parameters;
  if (innerSteps > 1) return { kind: "nose-hoover", temperatureK };
  return run.kind === "nve" || run.kind === "nose-hoover"
    ? { kind: "rescale", temperatureK }
    : { ...run, temperatureK };
}
