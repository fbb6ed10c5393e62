// LAMMPS text dumps (https://docs.lammps.org/dump.html), read as a stream.
//
//   ITEM: UNITS / ITEM: TIME            optional
//   ITEM: TIMESTEP
//   ITEM: NUMBER OF ATOMS
//   ITEM: BOX BOUNDS [xy xz yz] pp pp pp
//   ITEM: ATOMS id type element x y z ix iy iz vx vy vz …
//
// Positions, the first kind that is there: xu yu zu (unwrapped), xsu ysu zsu (unwrapped, fractional), x y z or xs ys zs with the
// image flags ix iy iz, x y z or xs ys zs (wrapped). They are given relative to the corner of the frame's box. Atoms are sorted by id.
// Units metal (Å, ps) and real (Å, fs); velocities and times are moved by powers of ten before they are rounded, so nothing is lost.

import { FormatError, Notes } from "../base/index.js";
import { type Crystal, elementNamed, makeCrystal, standardMass } from "../structure/index.js";
import { type ByteSource, ByteWindow } from "./bytes.js";
import { type DumpHeader, DumpHeaders, type LammpsUnits } from "./lammps-dump-header.js";
import { type DumpColumns, DumpRows, dumpColumns } from "./lammps-dump-rows.js";
import { parseReal, parseWhole } from "./numbers.js";
import { at, quote } from "./text.js";
import type {
  RawFrame,
  RawFrameOptions,
  RawTrajectory,
  TrajectoryFormat,
  TrajectoryReadOptions,
} from "./trajectory.js";
import { elementsOfTypes } from "./trajectory-species.js";

export const lammpsDumpFormat: TrajectoryFormat = {
  name: "lammps-dump",
  recognizes: (name, head) =>
    /(\.(lammpstrj|dump)|^dump\.[^/\\]*)(\.gz)?$/i.test(name.replace(/^.*[\\/]/, "")) ||
    new TextDecoder().decode(head.subarray(0, 6)) === "ITEM: ",
  open: openLammpsDump,
};

interface Opened {
  readonly source: ByteSource;
  readonly header: DumpHeader;
  readonly columns: DumpColumns;
  readonly units: LammpsUnits | undefined;
  /** [n] ids in ascending order; undefined where the file has none. */
  readonly ids: Float64Array | undefined;
  readonly options: TrajectoryReadOptions;
  readonly notes: Notes;
}

/** @throws FormatError */
export async function openLammpsDump(source: ByteSource, options: TrajectoryReadOptions = {}): Promise<RawTrajectory> {
  const notes = new Notes();
  const window = new ByteWindow(source, options.signal);
  try {
    const headers = new DumpHeaders(window, options.units);
    const header = await headers.next();
    if (!header) throw window.fault("the file is empty", "check the path, or write the file again", 1);
    if (header === "cut") throw window.fault("the file ends in the heading of its first frame", "it is cut short");
    const columns = dumpColumns(header);
    const words = await firstRows(window, header);
    const { ids, order } = orderById(words, header);
    if (!ids) notes.add("dump-without-ids", `${source.name}: no column id; atoms are taken in the order of the file`);
    if (headers.units === undefined && columns.velocities) {
      notes.add(
        "lammps-units-assumed",
        `${source.name} does not name its units; velocities are taken as ${(options.units ?? "metal") === "metal" ? "metal (Å/ps)" : "real (Å/fs)"}`,
        "give the option units",
      );
    }
    const bytes = window.offset;
    const opened: Opened = { source, header, columns, units: headers.units, ids, options, notes };
    const first = await firstFrame(opened);
    return {
      format: "lammps-dump",
      crystal: crystalOf(opened, { words, order, positions: first.positions, images: first.images }),
      coordinates: columns.coordinates,
      hasVelocities: columns.velocities !== undefined,
      ...(source.size === undefined ? {} : { frameCountEstimate: Math.max(1, Math.round(source.size / bytes)) }),
      notes,
      frames: (range = {}) => dumpFrames(opened, range),
    };
  } finally {
    await window.close();
  }
}

/** The atoms of the first frame as words. */
async function firstRows(window: ByteWindow, { natoms, line }: DumpHeader): Promise<string[][]> {
  const rows: string[][] = [];
  while (rows.length < natoms) {
    const text = await window.takeLine();
    if (text === undefined) {
      throw window.fault(
        `the file ends in its first frame, at atom ${rows.length + 1} of ${natoms}`,
        `it is cut short, or the count in line ${line} is too large`,
      );
    }
    rows.push(text.trim().split(/\s+/));
  }
  return rows;
}

function orderById(
  words: readonly string[][],
  { columns, line, file }: DumpHeader,
): { ids: Float64Array | undefined; order: number[] } {
  const column = columns.indexOf("id");
  const order = [...words.keys()];
  if (column < 0) return { ids: undefined, order };
  const ids = Float64Array.from(words, (row, i) => {
    const id = parseWhole(row[column] ?? "");
    if (id !== undefined && id > 0) return id;
    throw new FormatError(
      { file, line: line + 1 + i },
      `expected an id, found ${quote(row[column] ?? "")}`,
      "from 1 on",
    );
  });
  order.sort((i, j) => ids[i]! - ids[j]!);
  const twice = order.findIndex((i, k) => k > 0 && ids[i] === ids[order[k - 1]!]);
  if (twice >= 0) {
    throw new FormatError(
      { file, line: line + 1 + order[twice]! },
      `the id ${ids[order[twice]!]} comes twice in the first frame`,
      "every atom needs an id of its own",
    );
  }
  return { ids: ids.slice().sort(), order };
}

async function firstFrame(opened: Opened): Promise<RawFrame> {
  for await (const frame of dumpFrames(opened, {})) return frame;
  throw new RangeError("a frame that was just read is gone");
}

interface FirstFrame {
  readonly words: readonly string[][];
  readonly order: readonly number[];
  readonly positions: Float64Array;
  readonly images: Int32Array | undefined;
}

function crystalOf({ header, options }: Opened, { words, order, positions, images }: FirstFrame): Crystal {
  const { columns, line, file, cell } = header;
  const place = { file, line };
  const word = (name: string, i: number): string => words[order[i]!]![columns.indexOf(name)] ?? "";
  const rows = [...order.keys()];
  let species: string[];
  if (columns.includes("element")) {
    species = rows.map((i) => at({ file, line: line + 1 + order[i]! }, () => elementNamed(word("element", i)).symbol));
  } else if (columns.includes("type")) {
    species = elementsOfTypes(
      rows.map((i) => parseWhole(word("type", i)) ?? 0),
      place,
      options,
    );
  } else species = elementsOfTypes(new Array<number>(order.length).fill(1), place, options);
  const masses = columns.includes("mass")
    ? rows.map((i) => parseReal(word("mass", i)) ?? 0)
    : species.map((symbol) => standardMass(symbol));
  const v = cell.vectors;
  const placed = positions.map((x, i) => {
    if (!images) return x;
    const [a, k] = [3 * Math.floor(i / 3), i % 3];
    return x + (images[a]! * v[k]! + images[a + 1]! * v[3 + k]! + images[a + 2]! * v[6 + k]!);
  });
  return at(place, () => makeCrystal({ cell, species, masses, positions: placed }));
}

async function* dumpFrames(opened: Opened, { choose, signal }: RawFrameOptions): AsyncGenerator<RawFrame> {
  const { source, header: first, notes } = opened;
  const window = new ByteWindow(source, signal);
  const headers = new DumpHeaders(window, opened.options.units);
  const rows = new DumpRows(opened.columns, { atoms: first.natoms, ids: opened.ids });
  const cut = (step: number | undefined): void =>
    notes.add(
      "last-frame-cut",
      `${source.name}: the last frame${step === undefined ? "" : ` (step ${step})`} is cut short and was left out`,
    );
  try {
    for (let index = 0; ; index++) {
      const header = await headers.next();
      if (header === "cut") cut(undefined);
      if (header === undefined || header === "cut") return;
      checkSame(window, first, header);
      const choice = choose?.(header.step, header.timeFs, { file: source.name, line: header.line }) ?? "read";
      if (choice === "end") return;
      const velocityShift = headers.effectiveUnits === "metal" ? -3 : 0;
      const whole =
        choice === "pass"
          ? await passRows(window, first.natoms)
          : await rows.read(window, { header, velocityShift, first: index === 0 });
      // Without its line end the last number may be cut; only a first frame has nothing to fall back to.
      if (!whole || (window.ragged && window.at >= window.end && index > 0)) {
        cut(header.step);
        return;
      }
      if (choice === "read") {
        yield {
          step: header.step,
          ...(header.timeFs === undefined ? {} : { timeFs: header.timeFs }),
          cell: header.cell,
          positions: rows.positions,
          ...(rows.images ? { images: rows.images } : {}),
          ...(rows.velocities ? { velocities: rows.velocities } : {}),
        };
      }
    }
  } finally {
    await window.close();
  }
}

async function passRows(window: ByteWindow, count: number): Promise<boolean> {
  for (let passed = 0; ; ) {
    passed += window.skipLines(count - passed);
    if (passed === count) return true;
    if (!(await window.fill())) return false;
  }
}

function checkSame(window: ByteWindow, first: DumpHeader, header: DumpHeader): void {
  if (header.natoms !== first.natoms) {
    throw window.fault(
      `step ${header.step} has ${header.natoms} atoms, the first frame had ${first.natoms}`,
      "only trajectories with a constant number of atoms can be analysed",
      header.line,
    );
  }
  if (header.columnText !== first.columnText) {
    throw window.fault(
      `step ${header.step} has the columns ${header.columnText}, the first frame had ${first.columnText}`,
      "cut the file there",
      header.line,
    );
  }
}
