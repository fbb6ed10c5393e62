// VASP's XDATCAR, read as a stream: positions of a run in fractional coordinates of the cell, folded back into it.
// https://www.vasp.at/wiki/index.php/XDATCAR
//
// The file knows no time: configurations are numbered, and what one count takes is POTIM, or POTIM × NBLOCK where every NBLOCK-th
// step was written and the numbers are 1, 2, 3 … all the same. So the time step is asked for.

import { FormatError, Notes } from "../base/index.js";
import { type Crystal, isElement, makeCrystal } from "../structure/index.js";
import { type ByteSource, ByteWindow } from "./bytes.js";
import { parseReal, splitTokens } from "./numbers.js";
import { at } from "./text.js";
import type {
  RawFrame,
  RawFrameOptions,
  RawTrajectory,
  TrajectoryFormat,
  TrajectoryReadOptions,
} from "./trajectory.js";
import { elementsOfTypes } from "./trajectory-species.js";
import { isVaspName } from "./vasp-lines.js";
import { type XdatcarHeading, XdatcarHeadings } from "./xdatcar-header.js";
import { XdatcarRows } from "./xdatcar-rows.js";

export const xdatcarFormat: TrajectoryFormat = {
  name: "xdatcar",
  recognizes: (name, head) => isVaspName(name, "xdatcar") || looksLikeXdatcar(new TextDecoder().decode(head)),
  open: openXdatcar,
};

function looksLikeXdatcar(head: string): boolean {
  const lines = head.split(/\r\n|\n|\r/).slice(0, 9);
  const numbers = (line: string | undefined): boolean => parseReal(splitTokens(line ?? "")[0] ?? "") !== undefined;
  return (
    [1, 2, 3, 4].every((i) => numbers(lines[i])) && lines.slice(6).some((line) => /^\s*(direct|konfig).*=/i.test(line))
  );
}

/** @throws FormatError */
export async function openXdatcar(source: ByteSource, options: TrajectoryReadOptions = {}): Promise<RawTrajectory> {
  const notes = new Notes();
  const window = new ByteWindow(source, options.signal);
  try {
    const headings = new XdatcarHeadings(window, new Notes());
    const first = await headings.next();
    if (first === undefined) {
      throw headings.heading
        ? window.fault("the file ends behind its heading", "it is cut short")
        : window.fault("the file is empty", "check the path, or write the file again", 1);
    }
    if (first === "cut") throw window.fault("the file ends in its heading", "it is cut short");
    const { heading } = first;
    const headBytes = window.offset;
    const rows = new XdatcarRows(atomsOf(heading));
    if (!(await rows.read(window, first, 0))) {
      throw window.fault(
        `the file ends in its first configuration, of ${atomsOf(heading)} atoms`,
        `it is cut short, or the counts in line ${heading.line} are too large`,
      );
    }
    const bytes = window.offset;
    const second = await headings.next();
    const frameBytes = window.offset - headBytes; // from the atoms of one configuration to those of the next
    const { size } = source;
    const estimate = size === undefined ? undefined : Math.max(1, Math.round((size - bytes) / frameBytes) + 1);
    return {
      format: "xdatcar",
      crystal: crystalOf(heading, rows.positions, { file: source.name, options, notes }),
      coordinates: "wrapped",
      hasVelocities: false,
      timeHint:
        "give the time of one count of its configurations: timestepFs (`--timestep-fs`), POTIM, or POTIM × NBLOCK where NBLOCK is not 1 and the numbers are 1, 2, 3 …",
      ...(second === undefined || second === "cut" || estimate === undefined ? {} : { frameCountEstimate: estimate }),
      notes,
      frames: (range = {}) => xdatcarFrames({ source, atoms: atomsOf(heading), notes }, range),
    };
  } finally {
    await window.close();
  }
}

const atomsOf = ({ counts }: XdatcarHeading): number => counts.reduce((sum, count) => sum + count, 0);

interface CrystalInput {
  readonly file: string;
  readonly options: TrajectoryReadOptions;
  readonly notes: Notes;
}

function crystalOf(
  { names, counts, comment, cell, line }: XdatcarHeading,
  positions: Float64Array,
  { file, options, notes }: CrystalInput,
): Crystal {
  const place = { file, line };
  const spread = (list: readonly string[]): string[] =>
    counts.flatMap((count, i) => new Array<string>(count).fill(list[i]!));
  let species: string[];
  if (names) species = spread(names);
  else {
    const guessed = options.types || options.reference ? undefined : namesFromComment(comment, counts);
    if (guessed) {
      notes.add(
        "xdatcar-species-guessed",
        `${file}: no species line; took ${guessed.join(" ")} from the comment`,
        "give the option types (`--types 1=Li,2=O`) or a reference structure",
      );
      species = spread(guessed);
    } else {
      const types = counts.flatMap((count, i) => new Array<number>(count).fill(i + 1));
      species = elementsOfTypes(types, place, options);
    }
  }
  return at(place, () => makeCrystal({ cell, species, positions: positions.slice() }));
}

/** "Li P O" or "Li3 P1 O4", where the numbers must be the counts. */
function namesFromComment(comment: string, counts: readonly number[]): string[] | undefined {
  const parts = comment
    .trim()
    .split(/\s+/)
    .map((word) => /^([A-Z][a-z]?)(\d*)$/.exec(word));
  const agree =
    parts.length === counts.length &&
    parts.every((part, i) => part && isElement(part[1]!) && (part[2] === "" || Number(part[2]) === counts[i]));
  return agree ? parts.map((part) => part![1]!) : undefined;
}

interface Opened {
  readonly source: ByteSource;
  readonly atoms: number;
  readonly notes: Notes;
}

async function* xdatcarFrames(
  { source, atoms, notes }: Opened,
  { choose, signal }: RawFrameOptions,
): AsyncGenerator<RawFrame> {
  const window = new ByteWindow(source, signal);
  const headings = new XdatcarHeadings(window, notes);
  const rows = new XdatcarRows(atoms);
  try {
    for (let index = 0; ; index++) {
      const configuration = await headings.next();
      if (configuration === undefined) return;
      if (configuration === "cut") return cut(source.name, notes);
      const { step, place, heading } = configuration;
      const choice = choose?.(step, undefined, place) ?? "read";
      if (choice === "end") return;
      const whole = choice === "pass" ? await passRows(window, atoms) : await rows.read(window, configuration, index);
      // Without its line end the last number may be cut; only a first configuration has nothing to fall back to.
      if (!whole || (window.ragged && window.at >= window.end && index > 0)) return cut(source.name, notes, step);
      if (choice === "read") yield { step, cell: heading.cell, positions: rows.positions };
    }
  } catch (error) {
    if (error instanceof FormatError && window.ragged && window.at >= window.end) return cut(source.name, notes);
    throw error;
  } finally {
    await window.close();
  }
}

const cut = (file: string, notes: Notes, step?: number): void => {
  notes.add(
    "last-frame-cut",
    `${file}: the last configuration${step === undefined ? "" : ` (${step})`} is cut short and was left out`,
  );
};

async function passRows(window: ByteWindow, count: number): Promise<boolean> {
  for (let passed = 0; ; ) {
    passed += window.skipLines(count - passed);
    if (passed === count) return true;
    if (!(await window.fill())) return false;
  }
}
