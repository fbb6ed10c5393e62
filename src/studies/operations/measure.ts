// What a trajectory is measured for, with the files that go beside the report: the density for other programs, jumps as a table.

import type { RunOptions } from "../../base/index.js";
import { writeChgcar, writeCsv, writeCube } from "../../io/index.js";
import { atomCount } from "../../structure/index.js";
import { jumpTimes } from "../../transport/index.js";
import { type MeasuredTrajectory, measureTrajectory } from "../measure.js";
import type { MeasureInput } from "../measure-input.js";
import type { MeasureSettings } from "../measure-parameters.js";
import { measureLines } from "../measure-summary.js";
import type { Estimation } from "../study.js";
import type { TextFile } from "./operation.js";

export interface MeasureOutcome extends MeasuredTrajectory {
  readonly lines: readonly string[];
}

export async function measure(
  input: MeasureInput,
  settings: MeasureSettings,
  options: RunOptions = {},
): Promise<MeasureOutcome> {
  const measured = await measureTrajectory(input, settings, options);
  return { ...measured, lines: measureLines(measured.data) };
}

/** density.cube and CHGCAR with the mean structure, sites.csv, jumps.csv. */
export function measureFiles({ density, track, data }: MeasuredTrajectory): TextFile[] {
  const files: TextFile[] = [];
  if (density && data.density) {
    const volume = { crystal: density.meanCrystal, field: density };
    const comment = `density of ${density.species}, ${density.frames} frames`;
    files.push({ name: "density.cube", data: writeCube(volume, { comment }) });
    files.push({ name: "CHGCAR", data: writeChgcar(volume, { comment }) });
  }
  if (!track) return files;
  const { jumps, sites } = track;
  const times = jumpTimes(jumps);
  const rows = Array.from({ length: jumps.count }, (_, e) => e);
  const place = (k: number): number[] => sites.labels.map((_, j) => sites.fractional[3 * j + k]!);
  files.push({
    name: "sites.csv",
    data: writeCsv([
      { name: "site", values: sites.labels.map((_, j) => j) },
      { name: "type", values: [...sites.labels] },
      ...["a", "b", "c"].map((axis, k) => ({ name: `fractional ${axis}`, values: place(k) })),
      {
        name: "occupancy",
        values: Array.from(track.occupancyFs, (fs) => fs / (track.toFs - track.fromFs)),
      },
    ]),
  });
  files.push({
    name: "jumps.csv",
    data: writeCsv([
      { name: "time (ps)", values: rows.map((e) => times[e]! / 1000) },
      { name: "atom, from 1", values: rows.map((e) => track.ions[jumps.ion[e]!]! + 1) },
      { name: "from site", values: rows.map((e) => jumps.from[e]!) },
      { name: "to site", values: rows.map((e) => jumps.to[e]!) },
      { name: "from type", values: rows.map((e) => sites.labels[jumps.from[e]!]!) },
      { name: "to type", values: rows.map((e) => sites.labels[jumps.to[e]!]!) },
    ]),
  });
  return files;
}

/** Seconds a frame and atom take in both passes; measured on text files. */
const SECONDS_PER_ATOM_FRAME = 1.2e-6;

export function measureEstimate({ trajectory, name }: MeasureInput, { stride }: MeasureSettings): Estimation {
  const frames = trajectory.frameCount ?? trajectory.frameCountEstimate;
  const atoms = atomCount(trajectory.crystal);
  return {
    seconds: 2 + (frames ?? 1000) * atoms * SECONDS_PER_ATOM_FRAME,
    memoryMb: 120 + Math.min(150, (12 * atoms * (frames ?? 1000)) / stride / 1e6),
    diskMb: 5,
    work: [
      `${name}: ${frames === undefined ? "an unknown number of" : `about ${frames}`} frames of ${atoms} atoms, read twice`,
    ],
  };
}
