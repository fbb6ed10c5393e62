// The temperature of every mode of one configuration, from stored frames.
//
//   kinetic    T_n = ⟨Q̇_n²⟩/(a k_B)          potential   T_n = ω_n²⟨Q_n²⟩/k_B
//   quantum    T_n = hf/(k_B ln(1 + hf/E_n)), E_n = ½k_B(T_kinetic + T_potential): the temperature at which a quantum oscillator has
//              this energy above its zero point (Gordiz et al. 2021, Supplemental Information)
//
// Frames in which the crystal is in the configuration are written in the order of atoms of its minimum, ion by ion on its site.

import { ACCELERATION, BOLTZMANN, type F64, PLANCK_EV_PER_THZ, type Task } from "../base/index.js";
import { type ConfigurationLibrary, followIons, makeLiveConfiguration, rolesOf } from "../coupling/index.js";
import { makeSiteTracker, type Trajectory } from "../dynamics/index.js";
import { forceFieldFromJSON } from "../forces/index.js";
import { curvatureOfFrequency, forceConstants, solveModes } from "../modes/index.js";
import { blockAverage } from "../numerics/index.js";
import { type Crystal, displacementsBetween } from "../structure/index.js";
import type { ModeTemperatures } from "./excite-data.js";

export interface ConfigurationFrames {
  readonly count: number;
  readonly displacements: Float64Array; // [count,n,3] Å
  readonly velocities: Float64Array; // [count,n,3] Å/fs
}

/** Frames of one run in the library's configuration `index`, at most `most`. */
export async function framesIn(
  trajectory: Trajectory,
  library: ConfigurationLibrary,
  { index, most }: { readonly index: number; readonly most: number },
): Promise<ConfigurationFrames> {
  const tracker = makeSiteTracker(library.sites, { ions: [...library.ions], rule: "exclusive" });
  const live = makeLiveConfiguration(library, tracker);
  const configuration = library.configurations[index]!;
  const rest = configuration.minimum.crystal.positions;
  const size = rest.length;
  const displacements: Float64Array[] = [];
  const velocities: Float64Array[] = [];
  for await (const frame of trajectory.frames()) {
    if (displacements.length >= most) break;
    const cell = frame.cell ?? trajectory.crystal.cell;
    const state = { positions: frame.positions as Float64Array, timeFs: frame.timeFs, cell };
    followIons({ library, tracker, live }, state);
    if (live.index !== index || !frame.velocities) continue;
    const roles = rolesOf(library, configuration, tracker.siteOf);
    const placed = new Float64Array(size);
    const moving = new Float64Array(size);
    for (let i = 0; i < roles.length; i++) {
      const to = 3 * roles[i]!;
      for (let k = 0; k < 3; k++) {
        placed[to + k] = frame.positions[3 * i + k]!;
        moving[to + k] = frame.velocities[3 * i + k]!;
      }
    }
    displacements.push(displacementsBetween(cell, rest, placed));
    velocities.push(moving);
  }
  return {
    count: displacements.length,
    displacements: joined(displacements, size),
    velocities: joined(velocities, size),
  };
}

export function joined(rows: readonly F64[], size: number): Float64Array {
  const out = new Float64Array(rows.reduce((sum, row) => sum + row.length, 0));
  let at = 0;
  for (const row of rows) {
    out.set(row as Float64Array, at);
    at += row.length;
  }
  return size > 0 ? out : new Float64Array(0);
}

export interface SpectrumRequest {
  readonly configuration: string;
  readonly crystal: Crystal;
  readonly forces: unknown;
  readonly frames: ConfigurationFrames;
  readonly driven: readonly number[];
}

/** Below this a mode counts as a translation of the whole crystal, THz. */
const STILL_THZ = 0.05;

export const spectrumTask: Task<SpectrumRequest, ModeTemperatures> = {
  name: "excite-modes/spectrum",
  async run({ configuration, crystal, forces, frames, driven }, options) {
    const modes = solveModes(await forceConstants(crystal, forceFieldFromJSON(forces), options));
    const size = crystal.positions.length;
    const roots = Float64Array.from({ length: size }, (_, a) => Math.sqrt(crystal.masses[Math.floor(a / 3)]!));
    const kept = Array.from({ length: modes.count }, (_, n) => n).filter((n) => modes.frequencies[n]! > STILL_THZ);
    const [kinetic, errors, potential, quantum]: number[][] = [[], [], [], []];
    for (const n of kept) {
      const vector = modes.vectors.slice(n * size, (n + 1) * size).map((e, a) => e * roots[a]!);
      const squares = (of: Float64Array, unit: number): Float64Array =>
        Float64Array.from({ length: frames.count }, (_, f) => {
          let sum = 0;
          for (let a = 0; a < size; a++) sum += vector[a]! * of[f * size + a]!;
          return (unit * sum * sum) / BOLTZMANN;
        });
      const { mean, standardError } = blockAverage(squares(frames.velocities, 1 / ACCELERATION));
      const rest = blockAverage(squares(frames.displacements, curvatureOfFrequency(modes.frequencies[n]!))).mean;
      kinetic!.push(mean);
      errors!.push(standardError);
      potential!.push(rest);
      quantum!.push(quantumTemperature(modes.frequencies[n]!, 0.5 * BOLTZMANN * (mean + rest)));
    }
    return {
      configuration,
      frames: frames.count,
      frequenciesThz: kept.map((n) => modes.frequencies[n]!),
      kineticK: kinetic!,
      kineticErrorK: errors!,
      potentialK: potential!,
      quantumK: quantum!,
      driven: driven.map((mode) => kept.indexOf(mode)).filter((row) => row >= 0),
    };
  },
};

/** K at which a quantum oscillator of `frequency` THz has `energy` eV above its zero point. */
export function quantumTemperature(frequency: number, energy: number): number {
  const quantum = PLANCK_EV_PER_THZ * frequency;
  return quantum / (BOLTZMANN * Math.log1p(quantum / energy));
}
