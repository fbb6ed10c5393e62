// One data block of a CIF file as the crystal reader asks it: values by tag, numbers without their uncertainty, and
// complaints with a line.

import { type FilePlace, FormatError, type Notes } from "../base/index.js";
import type { CifBlock, CifLoop, CifValue } from "./cif-blocks.js";
import { numberHint, parseReal } from "./numbers.js";
import { quote } from "./text.js";

/** One data block with its place: looks values up and complains about them. */
export class CifFile {
  constructor(
    readonly block: CifBlock,
    readonly place: FilePlace,
    readonly notes: Notes,
  ) {}

  fault(line: number, message: string, hint: string): FormatError {
    return new FormatError({ file: this.place.file, line }, message, hint);
  }

  /** First of `tags` that has a known value. */
  item(...tags: readonly string[]): CifValue | undefined {
    for (const tag of tags) {
      const value = this.block.items.get(tag) ?? this.loopWith(tag)?.column[0];
      if (value && !isUnknown(value)) return value;
    }
    return undefined;
  }

  loopWith(tag: string): { loop: CifLoop; column: CifValue[] } | undefined {
    const loop = this.block.loops.find(({ tags }) => tags.includes(tag));
    return loop && { loop, column: loop.rows.map((row) => row[loop.tags.indexOf(tag)]!) };
  }

  number(value: CifValue, what: string): number {
    const number = isUnknown(value) ? undefined : parseReal(value.text.replace(/\(\d+\)$/, ""));
    if (number === undefined)
      throw this.fault(value.line, `expected ${what}, found ${quote(value.text)}`, numberHint(value.text));
    return number;
  }
}

export const isUnknown = (value: CifValue): boolean => value.bare && (value.text === "?" || value.text === ".");

const SITE_TAGS = ["_atom_site_fract_x", "_atom_site_cartn_x"];

/** The block with this name, or the only one that has atoms. @throws FormatError listing the blocks. */
export function chooseBlock(blocks: readonly CifBlock[], place: FilePlace, wanted: string | undefined): CifBlock {
  const withAtoms = blocks.filter(({ loops }) => loops.some(({ tags }) => SITE_TAGS.some((tag) => tags.includes(tag))));
  const names = (list: readonly CifBlock[]): string => list.map(({ name }) => quote(name)).join(", ");
  if (wanted !== undefined) {
    const found = blocks.find(({ name }) => name.toLowerCase() === wanted.toLowerCase());
    if (found) return found;
    throw new FormatError(
      { file: place.file, line: 1 },
      `no data block ${quote(wanted)}`,
      `the file has ${names(blocks)}`,
    );
  }
  if (withAtoms.length === 1) return withAtoms[0]!;
  if (withAtoms.length === 0) {
    throw new FormatError(
      { file: place.file, line: blocks[0]!.line },
      "no data block has atom positions",
      "a structure needs a loop with _atom_site_fract_x, _y, _z",
    );
  }
  throw new FormatError(
    { file: place.file, line: withAtoms[1]!.line },
    `${withAtoms.length} data blocks have atoms: ${names(withAtoms)}`,
    "choose one with the option block",
  );
}

/** The loop that lists the atoms. */
export function siteLoop(file: CifFile): { loop: CifLoop; cartesian: boolean } {
  for (const [i, tag] of SITE_TAGS.entries()) {
    const found = file.loopWith(tag);
    if (found && !found.column.every(isUnknown)) return { loop: found.loop, cartesian: i === 1 };
  }
  throw file.fault(
    file.block.line,
    `data block ${quote(file.block.name)} has no atom positions`,
    "a structure needs a loop with _atom_site_fract_x, _y, _z",
  );
}
