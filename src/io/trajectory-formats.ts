// The trajectory formats that are read from bytes, and how one is found. H5MD is not among them: HDF5 needs a library of its own (h5md.ts).

import { FormatError } from "../base/index.js";
import type { ByteSource } from "./bytes.js";
import { dcdFormat } from "./dcd.js";
import { extxyzTrajectoryFormat } from "./extxyz-trajectory.js";
import { lammpsDumpFormat } from "./lammps-dump.js";
import { outcarFormat } from "./outcar.js";
import type { FileTrajectory, TrajectoryFormat, TrajectoryReadOptions } from "./trajectory.js";
import { assembleTrajectory } from "./trajectory-assemble.js";
import { vasprunFormat } from "./vasprun.js";
import { xdatcarFormat } from "./xdatcar.js";
import { xtcFormat } from "./xtc.js";

export const trajectoryFormats: readonly TrajectoryFormat[] = [
  lammpsDumpFormat,
  extxyzTrajectoryFormat,
  xdatcarFormat,
  vasprunFormat,
  outcarFormat,
  dcdFormat,
  xtcFormat,
];

/** All names, H5MD included: what `--from` takes. */
export const trajectoryFormatNames = [
  "lammps-dump",
  "extxyz",
  "h5md",
  "xdatcar",
  "vasprun",
  "outcar",
  "dcd",
  "xtc",
] as const;

/** Those that are written too. */
export const writtenTrajectoryFormatNames = ["lammps-dump", "extxyz", "h5md"] as const;

export type TrajectoryFormatName = (typeof trajectoryFormatNames)[number];

/** The format of a trajectory file by its name, else by its first bytes; undefined when neither tells. */
export function detectTrajectoryFormat(fileName: string, head: Uint8Array): TrajectoryFormatName | undefined {
  if (isHdf5(head) || /\.(h5md|h5|hdf5)$/i.test(fileName)) return "h5md";
  const none = new Uint8Array(0);
  const format =
    trajectoryFormats.find((candidate) => candidate.recognizes(fileName, none)) ??
    trajectoryFormats.find((candidate) => candidate.recognizes("", head));
  return format?.name as TrajectoryFormatName | undefined;
}

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

/** HDF5's first eight bytes. */
export const isHdf5 = (head: Uint8Array): boolean => SIGNATURE.every((byte, i) => head[i] === byte);

/** A trajectory from bytes in a named format. @throws FormatError */
export async function readTrajectory(
  source: ByteSource,
  formatName: string,
  options: TrajectoryReadOptions = {},
): Promise<FileTrajectory> {
  const format = trajectoryFormats.find(({ name }) => name === formatName);
  if (!format) {
    throw new FormatError(
      { file: source.name },
      "neither name nor content tell the format of this trajectory",
      `use a name such as x.lammpstrj, x.extxyz or x.h5md, or give the format: ${trajectoryFormatNames.join(", ")}`,
    );
  }
  return assembleTrajectory(await format.open(source, options), source.name, options);
}
