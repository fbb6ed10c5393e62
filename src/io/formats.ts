// Structure files by name: which format a file is in, and one door to all readers and writers.

import { type FilePlace, FormatError, InputError } from "../base/index.js";
import type { Crystal } from "../structure/index.js";
import { type CifReadOptions, readCif } from "./cif.js";
import { type CifWriteOptions, writeCif } from "./cif-write.js";
import { readExtxyz } from "./extxyz.js";
import type { ExtxyzFrame, ExtxyzReadOptions } from "./extxyz-frame.js";
import { writeExtxyz } from "./extxyz-write.js";
import { readLammpsData } from "./lammps-data.js";
import type { LammpsDataReadOptions } from "./lammps-sections.js";
import { type LammpsDataWriteOptions, writeLammpsData } from "./lammps-write.js";
import { parseReal, splitTokens } from "./numbers.js";
import { type PoscarReadOptions, type PoscarWriteOptions, readPoscar, writePoscar } from "./poscar.js";
import { plural, splitLines } from "./text.js";
import { readCrystalOf, writeCrystal } from "./values.js";

/** Structure formats that are read and written; "json" is phonion's own, every bit kept. */
export const formatNames = ["poscar", "cif", "extxyz", "lammps-data", "json"] as const;

export type FormatName = (typeof formatNames)[number];

export interface StructureReadOptions
  extends PoscarReadOptions,
    CifReadOptions,
    ExtxyzReadOptions,
    LammpsDataReadOptions {
  /** Default: from the file's name, then from its content. */
  readonly format?: FormatName;
  /** Frame of an extended XYZ file, from 0; negative from the end. Default −1, the last, with a note when there are more. */
  readonly frame?: number;
}

export interface StructureWriteOptions extends PoscarWriteOptions, CifWriteOptions, LammpsDataWriteOptions {}

const BY_NAME: readonly (readonly [RegExp, FormatName])[] = [
  [/^(poscar|contcar)|\.(vasp|poscar|contcar)$/, "poscar"],
  [/\.cif$/, "cif"],
  [/\.(ext)?xyz$/, "extxyz"],
  [/^data\.|\.(data|lmp|lammps)$/, "lammps-data"],
  [/\.json$/, "json"],
];

/** The format of a file by its name, else by its content; undefined when neither tells. */
export function detectFormat(fileName: string, text: string): FormatName | undefined {
  const base = fileName.replace(/^.*[\\/]/, "").toLowerCase();
  return BY_NAME.find(([pattern]) => pattern.test(base))?.[1] ?? formatOfContent(text);
}

function formatOfContent(text: string): FormatName | undefined {
  const lines = splitLines(text.slice(0, 20_000));
  if (/^\s*\{\s*"schema"\s*:\s*"phonion\//.test(text.slice(0, 200))) return "json";
  if (lines.some((line) => /^\s*data_\S/i.test(line)) && /^\s*(_|loop_)/im.test(text)) return "cif";
  if (lines.some((line) => /^\s*\d+\s+atoms\b/.test(line)) && lines.some((line) => /\bxlo\s+xhi\b/.test(line)))
    return "lammps-data";
  const words = lines.slice(0, 6).map((line) => splitTokens(line));
  const numbers = (row: readonly string[] | undefined, from: number): number =>
    (row ?? []).slice(from).filter((word) => parseReal(word) !== undefined).length;
  if (words[0]?.length === 1 && /^\d+$/.test(words[0][0]!) && words[2]?.length && numbers(words[2], 1) >= 3)
    return "extxyz";
  if (numbers(words[1], 0) >= 1 && [2, 3, 4].every((row) => numbers(words[row], 0) >= 3)) return "poscar";
  return undefined;
}

/**
 * Reads a structure from text in any known format.
 * @throws FormatError with file, line, what was found and what was expected.
 */
export function readStructure(text: string, fileName: string, options: StructureReadOptions = {}): Crystal {
  const place: FilePlace = { file: fileName };
  const format = options.format ?? detectFormat(fileName, text);
  switch (format) {
    case "poscar":
      return readPoscar(text, place, options);
    case "cif":
      return readCif(text, place, options);
    case "extxyz":
      return chosenFrame(readExtxyz(text, place, options), place, options).crystal;
    case "lammps-data":
      return readLammpsData(text, place, options).crystal;
    case "json":
      return readCrystalOf(text, place);
    case undefined:
      throw new FormatError(
        { ...place, line: 1 },
        "neither name nor content tell the format of this structure",
        `use a name such as POSCAR, x.cif, x.extxyz, x.data or x.json, or the option format (\`phonion convert --from\`): ${formatNames.join(", ")}`,
      );
    default:
      return unknownFormat(format);
  }
}

function chosenFrame(frames: readonly ExtxyzFrame[], place: FilePlace, options: StructureReadOptions): ExtxyzFrame {
  const frame = frames.at(options.frame ?? -1);
  if (!frame || !Number.isInteger(options.frame ?? -1)) {
    throw new InputError(
      `frame ${options.frame} of ${plural(frames.length, "frame")} in ${place.file}`,
      `frames count from 0 to ${frames.length - 1}`,
    );
  }
  if (options.frame === undefined && frames.length > 1) {
    options.notes?.add(
      "extxyz-last-frame",
      `${place.file}: ${frames.length} frames; the last was taken`,
      "choose one with the option frame (`phonion convert --frame`)",
    );
  }
  return frame;
}

/** The structure as text. What a format cannot hold is lost: see docs/formats.md. */
export function writeStructure(crystal: Crystal, format: FormatName, options: StructureWriteOptions = {}): string {
  switch (format) {
    case "poscar":
      return writePoscar(crystal, options);
    case "cif":
      return writeCif(crystal, options);
    case "extxyz":
      return writeExtxyz({ crystal });
    case "lammps-data":
      return writeLammpsData(crystal, options);
    case "json":
      return writeCrystal(crystal);
    default:
      return unknownFormat(format);
  }
}

function unknownFormat(format: never): never {
  throw new InputError(`"${String(format)}" is no structure format`, `known are ${formatNames.join(", ")}`);
}
