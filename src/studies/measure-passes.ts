// Which analyses each of the two passes of a measurement makes, and the first of them: how many frames there are, how large and how hot.

import { ACCELERATION, BOLTZMANN, InputError, type Notes } from "../base/index.js";
import type { TrajectoryHeading } from "../dynamics/index.js";
import { atomsOf, cellWidths } from "../structure/index.js";
import {
  type Analysis,
  amplitudesOf,
  densityOf,
  frameworkStability,
  greenKubo,
  msdOf,
  type ReferenceFrame,
  rdfOf,
  stringsOf,
  vanHove,
  velocitySpectrum,
} from "../transport/index.js";
import type { Sampled } from "./measure-data.js";
import type { MeasureInput } from "./measure-input.js";
import type { MeasurePart, MeasureSettings } from "./measure-parameters.js";
import { everyFrame, sampledOf } from "./measure-values.js";

/** Frames farther apart than this fold the vibrations of light ions back: a Nyquist frequency of 20 THz, fs. */
const SPECTRUM_SPACING_FS = 25;
/** Memory for stored positions beyond which only a logarithmic choice of lags is kept, bytes. */
const STORED_BYTES = 150e6;
/** Pairs of distances are counted in at most about this many frames or pairs of frames. */
const PAIR_FRAMES = 400;
/** Largest distance of pair distributions, Å. */
const FARTHEST = 10;

export interface PassWork {
  readonly input: MeasureInput;
  readonly settings: MeasureSettings;
  readonly heading: TrajectoryHeading;
  readonly ion: string;
  readonly reference: ReferenceFrame;
  readonly notes: Notes;
}

export function firstPass({ input, settings, heading, ion, reference, notes }: PassWork) {
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

export function secondPass({ input, settings, heading, ion, reference, notes }: PassWork, frames: number) {
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
