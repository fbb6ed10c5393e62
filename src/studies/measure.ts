// Everything that is measured of one trajectory, in two passes over its frames: the first counts them and finds displacements, densities and
// spectra; the second, which knows how long the run is and where the sites are, finds pairs of frames and jumps between sites.

import { ACCELERATION, BOLTZMANN, InputError, type Note, Notes, type RunOptions } from "../base/index.js";
import type { SiteTrack, Trajectory, TrajectoryHeading } from "../dynamics/index.js";
import { atomCount, atomsOf, type Crystal, cellParameters, cellWidths, formulaOf } from "../structure/index.js";
import {
  type Analysis,
  amplitudesOf,
  analyse,
  type ConcertedClass,
  type ConcertedMotion,
  type DensityResult,
  type Diffusivity,
  densityOf,
  frameworkStability,
  greenKubo,
  msdOf,
  type ReferenceFrame,
  rdfOf,
  stringsOf,
  type Transitions,
  vanHove,
  velocitySpectrum,
} from "../transport/index.js";
import { mobileElement } from "./md-dynamics-atoms.js";
import { concertedData, motionOf, presetClasses } from "./measure-concerted.js";
import type { MeasureData, MeasuredRun, Sampled } from "./measure-data.js";
import { lineOf, motionData } from "./measure-motion.js";
import type { MeasurePart, MeasureSettings } from "./measure-parameters.js";
import { type SiteSource, settleSites, sitesData, siteTracks } from "./measure-sites.js";
import { densityData, frameworkData, rdfData, spectrumData, vanHoveData } from "./measure-structure.js";
import { everyFrame, sampledOf } from "./measure-values.js";

export interface MeasureInput {
  /** Shown in the report. */
  readonly name: string;
  /** What reading noted. */
  readonly trajectory: Trajectory & {
    readonly format?: string;
    readonly coordinates?: string;
    readonly frameCountEstimate?: number;
  };
  /** Default: found from the density. */
  readonly sites?: SiteSource;
  /** Default: those of Fu et al. where a file of sites has their names, else every combination of labels. */
  readonly classes?: readonly ConcertedClass[];
  readonly parts: readonly MeasurePart[];
  /** Every combination of labels, also where the file's labels are those of a published list. */
  readonly everyClass?: boolean;
  /** Of the surrogates of concerted motion. */
  readonly seed: number;
}

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

/** Frames farther apart than this fold the vibrations of light ions back: a Nyquist frequency of 20 THz, fs. */
const SPECTRUM_SPACING_FS = 25;
/** Memory for stored positions beyond which only a logarithmic choice of lags is kept, bytes. */
const STORED_BYTES = 150e6;
/** Pairs of distances are counted in at most about this many frames or pairs of frames. */
const PAIR_FRAMES = 400;
/** Largest distance of pair distributions, Å. */
const FARTHEST = 10;

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

interface PassWork {
  readonly input: MeasureInput;
  readonly settings: MeasureSettings;
  readonly heading: TrajectoryHeading;
  readonly ion: string;
  readonly reference: ReferenceFrame;
  readonly notes: Notes;
}

function firstPass({ input, settings, heading, ion, reference, notes }: PassWork) {
  const { parts, trajectory } = input;
  const { crystal, frameSpacingFs, hasVelocities } = heading;
  const wants = (part: MeasurePart): boolean => parts.includes(part);
  const others = crystal.elements.filter((element) => element !== ion);
  const expected = (trajectory.frameCount ?? trajectory.frameCountEstimate ?? 0) / settings.stride;
  const long = 12 * atomsOf(crystal, ion).length * expected > STORED_BYTES;
  const fine = frameSpacingFs <= SPECTRUM_SPACING_FS;
  if (wants("spectrum") && !fine)
    notes.add(
      "measure-no-spectrum",
      `frames are ${frameSpacingFs} fs apart: frequencies up to ${(500 / frameSpacingFs).toPrecision(3)} THz are resolved, faster vibrations would fold back; no spectrum is given`,
      `save frames every ${SPECTRUM_SPACING_FS} fs or closer`,
    );
  const periodic = crystal.cell.periodic.every(Boolean);
  const needsDensity = wants("density") || ((wants("sites") || wants("concerted")) && !input.sites);
  if (needsDensity && !periodic)
    notes.add("measure-open-cell", "the cell does not repeat along every axis: no density and no sites from it");
  // Of the host as a whole: its recoil from the ions is no instability.
  const hostReference: ReferenceFrame = reference === "framework" ? { atoms: others } : reference;
  const analyses = {
    tally: tally(input.name),
    ...(wants("msd")
      ? {
          msd: msdOf(ion, { reference, tensor: true, lags: long ? "log" : "all" }),
          amplitudes: amplitudesOf({ reference: hostReference }),
        }
      : {}),
    ...(wants("framework") && others.length > 0
      ? { framework: frameworkStability(ion, { reference: hostReference }) }
      : {}),
    ...(wants("green-kubo") && wants("msd") && hasVelocities && fine
      ? { greenKubo: greenKubo(ion, { reference }) }
      : {}),
    ...(wants("spectrum") && fine ? { spectrum: velocitySpectrum() } : {}),
    ...(needsDensity && periodic ? { density: densityOf(ion, { reference, spacing: settings.gridA }) } : {}),
  };
  return analyses as { tally: Analysis<Tally> } & Partial<
    Record<"msd" | "amplitudes" | "framework" | "greenKubo" | "spectrum" | "density", Analysis<unknown>>
  >;
}

function secondPass({ input, settings, heading, ion, reference, notes }: PassWork, frames: number) {
  const { crystal, frameSpacingFs, variableCell } = heading;
  const wants = (part: MeasurePart): boolean => input.parts.includes(part);
  const ions = atomsOf(crystal, ion).length;
  const widths = cellWidths(crystal.cell).filter((_, k) => crystal.cell.periodic[k]);
  const rMax = Math.min(FARTHEST, (variableCell ? 0.45 : 0.499) * Math.min(...widths));
  const every = Math.max(1, Math.ceil(frames / PAIR_FRAMES));
  const lagFrames = Math.round(settings.windowFs / frameSpacingFs);
  if (wants("concerted") && lagFrames < 1)
    notes.add(
      "measure-window-short",
      `the window of ${settings.windowFs} fs is shorter than the ${frameSpacingFs} fs between frames`,
      "jumps are known no better than half a frame: use a wider window or closer frames",
    );
  return {
    ...(wants("rdf") ? { rdf: everyFrame(rdfOf({ rMax }), every) } : {}),
    ...(wants("van-hove")
      ? {
          vanHove: vanHove(ion, {
            reference,
            rMax,
            lagsPs: vanHoveLags(frames).map((lag) => (lag * frameSpacingFs) / 1000),
            originEvery: every,
            distinct: ions > 1,
          }),
        }
      : {}),
    ...(wants("concerted") && lagFrames >= 1 && lagFrames < frames
      ? { strings: stringsOf(ion, { reference, lagFs: settings.windowFs, originStride: Math.max(lagFrames, every) }) }
      : {}),
  };
}

/** A dozen lags from one frame to a third of the run, evenly on a logarithmic scale, in frames. */
function vanHoveLags(frames: number): number[] {
  const last = Math.max(1, Math.floor(frames / 3));
  const lags = Array.from({ length: 12 }, (_, k) => Math.round(last ** (k / 11)));
  return [...new Set(lags)];
}

interface Tally {
  readonly frames: number;
  readonly volume: number;
  readonly temperature?: Sampled;
}

/** Frames, mean volume and temperature. The first to finish, so that too short a run is said to be one. */
function tally(name: string): Analysis<Tally> {
  let heading: TrajectoryHeading;
  let [frames, volume] = [0, 0];
  const temperatures: number[] = [];
  return {
    name: "tally",
    begin(given) {
      heading = given;
    },
    add({ velocities, cell }) {
      frames++;
      volume += (cell ?? heading.crystal.cell).volume;
      if (velocities) temperatures.push(kineticTemperature(velocities, heading.crystal.masses));
    },
    finish() {
      if (frames < 4)
        throw new InputError(
          `${name} has ${frames} frame${frames === 1 ? "" : "s"} to measure`,
          frames === 1
            ? "one structure has no motion: give a trajectory, or see `phonion show`"
            : "give at least four, better hundreds; skip less, or use a smaller stride",
          { frames },
        );
      return {
        frames,
        volume: volume / frames,
        ...(temperatures.length === frames ? { temperature: sampledOf(Float64Array.from(temperatures)) } : {}),
      };
    },
  };
}

/** Σ m|v − v_c|²/(3(N − 1) k_B), v_c the velocity of the centre of mass. */
function kineticTemperature(
  velocities: Float64Array | { readonly [i: number]: number },
  masses: ArrayLike<number>,
): number {
  const n = masses.length;
  let [mass, squares] = [0, 0];
  const momentum = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    mass += masses[i]!;
    for (let k = 0; k < 3; k++) {
      const v = velocities[3 * i + k]!;
      squares += masses[i]! * v * v;
      momentum[k]! += masses[i]! * v;
    }
  }
  const centre = momentum.reduce((sum, p) => sum + p * p, 0) / mass;
  return (squares - centre) / (3 * Math.max(1, n - 1) * BOLTZMANN * ACCELERATION);
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
