// Everything that is measured of one trajectory, in two passes over its frames: the first counts them and finds displacements, densities and
// spectra; the second, which knows how long the run is and where the sites are, finds pairs of frames and jumps between sites.

import { InputError, type Note, Notes, type RunOptions } from "../base/index.js";
import type { SiteTrack } from "../dynamics/index.js";
import { atomCount, atomsOf, type Crystal, cellParameters, formulaOf } from "../structure/index.js";
import {
  type Analysis,
  analyse,
  type ConcertedMotion,
  type DensityResult,
  type Diffusivity,
  type ReferenceFrame,
  type Transitions,
} from "../transport/index.js";
import { mobileElement } from "./md-dynamics-atoms.js";
import { concertedData, motionOf, presetClasses } from "./measure-concerted.js";
import type { MeasureData, MeasuredRun, Sampled } from "./measure-data.js";
import type { MeasureInput } from "./measure-input.js";
import { lineOf, motionData } from "./measure-motion.js";
import type { MeasurePart, MeasureSettings } from "./measure-parameters.js";
import { firstPass, secondPass } from "./measure-passes.js";
import { settleSites, sitesData, siteTracks } from "./measure-sites.js";
import { densityData, frameworkData, rdfData, spectrumData, vanHoveData } from "./measure-structure.js";

export interface MeasuredTrajectory {
  readonly data: MeasureData;
  readonly notes: readonly Note[];
  /** What a series of temperatures goes on with. */
  readonly tracer?: Diffusivity;
  readonly collective?: Diffusivity;
  readonly density?: DensityResult;
  readonly track?: SiteTrack;
  readonly transitions?: Transitions;
  readonly concerted?: ConcertedMotion;
}

/** @throws InputError when there is no such ion, too few frames, or an option contradicts the trajectory */
export async function measureTrajectory(
  input: MeasureInput,
  settings: MeasureSettings,
  options: RunOptions = {},
): Promise<MeasuredTrajectory> {
  const { trajectory, parts } = input;
  lineOf(settings);
  const notes = new Notes();
  const ion = ionOf(trajectory.crystal, settings.ion);
  const wants = (part: MeasurePart): boolean => parts.includes(part);
  const from = Math.ceil((1000 * settings.skipPs) / trajectory.frameSpacingFs - 1e-9);
  const range = { from, stride: settings.stride, ...options };
  const heading = { ...trajectory, frameSpacingFs: trajectory.frameSpacingFs * settings.stride };
  const reference = referenceOf(settings, trajectory.crystal, ion);
  const first = await analyse(trajectory, firstPass({ input, settings, heading, ion, reference, notes }), range).catch(
    (error: unknown) => {
      if (error instanceof InputError && /^no frame from/.test(error.message))
        throw new InputError(
          `no frame is left of ${input.name} after skipping ${settings.skipPs} ps`,
          "skip less of the beginning, or check that the file holds frames",
        );
      throw error;
    },
  );
  const { tally } = first;
  const temperature = temperatureOf(settings, tally.temperature);
  const density = first.density as DensityResult | undefined;
  const siteSource = input.sites ?? (density ? ({ kind: "density", density } as const) : undefined);
  const settled =
    (wants("sites") || wants("concerted")) && siteSource
      ? settleSites(siteSource, { crystal: trajectory.crystal, ion, notes })
      : undefined;
  const ions = atomsOf(trajectory.crystal, ion);
  const second = secondPass({ input, settings, heading, ion, reference, notes }, tally.frames);
  const tracks = settled && siteTracks(settled.sites, ions, settings);
  const analyses = { ...second, ...(tracks ?? {}) } as Record<string, Analysis<unknown>>;
  const found = Object.keys(analyses).length > 0 ? await analyse(trajectory, analyses, range) : {};
  const results = found as Partial<{ [K in keyof typeof second]: unknown }> & Record<string, unknown>;
  const motion = first.msd
    ? motionData(
        { msd: first.msd as never, amplitudes: first.amplitudes as never, greenKubo: first.greenKubo as never },
        { settings, temperature, notes },
      )
    : undefined;
  const sites = settled && sitesData(settled, { results, settings, tracer: motion?.tracer, notes });
  const concerted =
    sites && wants("concerted")
      ? await motionOf(sites.track, {
          input: { seed: input.seed, ...classesOf(input, sites.track.sites.labels) },
          settings,
          notes,
          options,
        })
      : undefined;
  const data: MeasureData = {
    trajectory: trajectoryData(input, { settings, frames: tally.frames, volume: tally.volume }),
    ion,
    ions: ions.length,
    temperatureK: temperature ?? null,
    meanTemperatureK: tally.temperature ?? null,
    reference: motion?.reference ?? settings.frame,
    motion: motion?.data ?? null,
    framework: first.framework ? frameworkData(first.framework as never) : null,
    rdf: results["rdf"] ? rdfData(results["rdf"] as never) : null,
    spectrum: first.spectrum ? spectrumData(first.spectrum as never, trajectory.hasVelocities, notes) : null,
    density: density && wants("density") ? densityData(density) : null,
    vanHove: results["vanHove"] ? vanHoveData(results["vanHove"] as never, notes) : null,
    sites: sites && wants("sites") ? sites.data : null,
    concerted: concerted ? concertedData(concerted, results["strings"] as never) : null,
  };
  return {
    data,
    notes: notes.list(),
    ...(motion ? { tracer: motion.tracer, collective: motion.collective } : {}),
    ...(density ? { density } : {}),
    ...(sites ? { track: sites.track, transitions: sites.transitions } : {}),
    ...(concerted ? { concerted } : {}),
  };
}

/** Names found from a density are ranks of fullness and mean nothing to a published list. */
function classesOf({ classes, everyClass, sites }: MeasureInput, labels: readonly string[]) {
  const chosen = classes ?? (sites?.kind === "file" && !everyClass ? presetClasses(labels) : undefined);
  return chosen ? { classes: chosen } : {};
}

function ionOf(crystal: Crystal, named: string | undefined): string {
  const ion = mobileElement(crystal, named);
  if (ion !== undefined) return ion;
  throw new InputError(
    "the trajectory has none of the usual mobile ions",
    `name the one that moves with --ion; it has ${crystal.elements.join(", ")}`,
  );
}

function referenceOf({ frame }: MeasureSettings, crystal: Crystal, ion: string): ReferenceFrame {
  if (frame === "framework" && crystal.elements.every((element) => element === ion))
    throw new InputError(
      `all ${atomCount(crystal)} atoms are ${ion}: there is no framework to measure from`,
      "measure against all atoms with --frame total, or against nothing with --frame lab",
    );
  return frame;
}

function temperatureOf(
  { temperatureK }: MeasureSettings,
  measured: Sampled | undefined,
): MeasureData["temperatureK"] | undefined {
  if (temperatureK !== undefined) return { value: temperatureK, standardError: 0, from: "given" };
  return measured && { ...measured, from: "velocities" };
}

function trajectoryData(
  { name, trajectory }: MeasureInput,
  run: { readonly settings: MeasureSettings; readonly frames: number; readonly volume: number },
): MeasuredRun {
  const { crystal, frameSpacingFs, format, coordinates } = trajectory;
  const { stride, skipPs } = run.settings;
  return {
    name,
    ...(format === undefined ? {} : { format }),
    ...(coordinates === undefined ? {} : { coordinates }),
    formula: formulaOf(crystal),
    natoms: atomCount(crystal),
    cellParameters: [...cellParameters(crystal.cell)],
    meanVolumeA3: run.volume,
    variableCell: trajectory.variableCell,
    hasVelocities: trajectory.hasVelocities,
    frames: run.frames,
    frameSpacingFs: frameSpacingFs * stride,
    stride,
    skippedPs: skipPs,
    durationPs: ((run.frames - 1) * frameSpacingFs * stride) / 1000,
  };
}
