// DCD, the binary trajectory of CHARMM, NAMD, X-PLOR and LAMMPS: positions in single precision. dcd-header.ts tells the layout.
//
// The file knows neither elements nor masses: they come from a reference structure with the atoms in the same order. Whether positions are
// folded into the cell it does not say; where it has a cell each path is continued by the nearest image, which changes nothing when
// positions are continuous already.

import { FormatError, Notes } from "../base/index.js";
import { type Cell, elementNamed, makeCell, makeCrystal, speciesList } from "../structure/index.js";
import { ByteStream } from "./byte-stream.js";
import type { ByteSource } from "./bytes.js";
import { AKMA_FS, type DcdHeader, DcdRecords, dcdCell, readDcdHeader } from "./dcd-header.js";
import { at } from "./text.js";
import type {
  RawFrame,
  RawFrameOptions,
  RawTrajectory,
  TrajectoryFormat,
  TrajectoryReadOptions,
} from "./trajectory.js";

export const dcdFormat: TrajectoryFormat = {
  name: "dcd",
  recognizes: (name, head) => {
    if (/\.dcd(\.gz)?$/i.test(name)) return true;
    const cord = (i: number): boolean => String.fromCharCode(...head.subarray(i, i + 4)) === "CORD";
    return head.length >= 12 && (cord(4) || cord(8));
  },
  open: openDcd,
};

interface Opened {
  readonly source: ByteSource;
  readonly header: DcdHeader;
  /** For frames without one. */
  readonly cell: Cell | undefined;
  readonly notes: Notes;
}

/** @throws FormatError */
export async function openDcd(source: ByteSource, options: TrajectoryReadOptions = {}): Promise<RawTrajectory> {
  const notes = new Notes();
  const stream = new ByteStream(source, options.signal);
  try {
    const records = new DcdRecords(stream);
    const header = await readDcdHeader(records);
    const frames = new DcdFrames(records, header);
    if ((await frames.read(0)) !== "whole") throw stream.fault("the file ends in its first frame", "it is cut short");
    const positions = frames.positions.slice();
    const cell = frames.cell ?? options.reference?.cell;
    if (!frames.cell && cell) notes.add("cell-from-reference", `${source.name} has no cell; the reference's was taken`);
    const crystal = at({ file: source.name }, () =>
      makeCrystal({
        cell: cell ?? boxAround(positions),
        positions,
        ...elementsByReference(source.name, header.atoms, options),
      }),
    );
    const spacing = spacingFs(header, options, { notes, file: source.name });
    const count = source.size === undefined ? undefined : wholeFrames(header, source.size);
    if (count !== undefined && header.frames > 0 && header.frames !== count)
      notes.add("frames-miscounted", `${source.name} says it has ${header.frames} frames, it has ${count}`);
    const opened: Opened = { source, header, cell: frames.cell ? undefined : crystal.cell, notes };
    return {
      format: "dcd",
      crystal,
      coordinates: cell?.periodic.some(Boolean) ? "wrapped" : "unwrapped",
      hasVelocities: false,
      hasElements: false,
      ...(count === undefined ? {} : { frameCount: count }),
      ...(count === undefined && header.frames > 0 ? { frameCountEstimate: header.frames } : {}),
      ...(spacing === undefined ? {} : { frameSpacingFs: spacing }),
      notes,
      frames: (range = {}) => dcdFrames(opened, range),
    };
  } finally {
    await stream.close();
  }
}

/** Elements and masses for files that have none. @throws FormatError when nothing tells them. */
export function elementsByReference(
  file: string,
  atoms: number,
  { reference, types }: TrajectoryReadOptions,
): { readonly species: string[]; readonly masses?: number[] } {
  if (reference) {
    const species = speciesList(reference);
    if (species.length === atoms) return { species, masses: Array.from(reference.masses) };
    throw new FormatError(
      { file },
      `the file has ${atoms} atoms, the reference structure ${species.length}`,
      "give the structure the run began with, its atoms in the same order",
    );
  }
  const [only, ...others] = Object.values(types ?? {});
  if (only !== undefined && others.length === 0)
    return { species: new Array<string>(atoms).fill(elementNamed(only).symbol) };
  throw new FormatError(
    { file },
    `which elements are the ${atoms} atoms? The file does not know them`,
    "give a reference structure with the atoms in the same order (`--reference STRUCTURE`), or the type when there is only one (`--types 1=Ar`)",
  );
}

/** A box that is not periodic, 10 Å wider than the atoms reach. */
export function boxAround(positions: ArrayLike<number>): Cell {
  const edges = [0, 1, 2].map((k) => {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let i = k; i < positions.length; i += 3) {
      low = Math.min(low, positions[i]!);
      high = Math.max(high, positions[i]!);
    }
    return high - low + 10;
  });
  return makeCell([edges[0]!, 0, 0, 0, edges[1]!, 0, 0, 0, edges[2]!], [false, false, false]);
}

/** The time step is single precision: six digits of it are sure. */
const SURE_DIGITS = 6;

function spacingFs(
  { timestep, stepSpacing, titles }: DcdHeader,
  options: TrajectoryReadOptions,
  { notes, file }: { readonly notes: Notes; readonly file: string },
): number | undefined {
  const steps = stepSpacing || 1;
  let unit = AKMA_FS;
  if (titles.some((title) => /LAMMPS/.test(title))) {
    const units = options.units ?? "metal";
    unit = units === "metal" ? 1000 : 1;
    if (options.units === undefined && options.timestepFs === undefined && options.frameSpacingFs === undefined) {
      notes.add(
        "lammps-units-assumed",
        `${file} is from LAMMPS and does not name its units; its time step ${timestep} is taken as metal (ps)`,
        "give the option units, or the time step",
      );
    }
  }
  const spacing = Number((timestep * steps * unit).toPrecision(SURE_DIGITS));
  return spacing > 0 && Number.isFinite(spacing) ? spacing : undefined;
}

const recordBytes = ({ marker }: DcdHeader, data: number): number => data + 2 * marker;

function frameBytes(header: DcdHeader, moving: number): number {
  const cell = header.hasCell ? recordBytes(header, 48) : 0;
  return cell + (header.fourth ? 4 : 3) * recordBytes(header, 4 * moving);
}

function wholeFrames(header: DcdHeader, size: number): number {
  const first = frameBytes(header, header.atoms);
  const later = frameBytes(header, header.free?.length ?? header.atoms);
  return Math.max(1, 1 + Math.floor((size - header.bytes - first) / later));
}

/** Reads frame after frame into the same array. */
class DcdFrames {
  readonly positions: Float64Array; // [n,3] Å
  cell: Cell | undefined;
  #six: readonly number[] = [];

  constructor(
    private readonly records: DcdRecords,
    private readonly header: DcdHeader,
  ) {
    this.positions = new Float64Array(3 * header.atoms);
  }

  #moving(index: number): Int32Array | undefined {
    return index === 0 ? undefined : this.header.free; // the first frame has all atoms
  }

  async pass(index: number): Promise<"whole" | "cut" | "end"> {
    const { stream } = this.records;
    if (await stream.atEnd()) return "end";
    return (await stream.skip(frameBytes(this.header, this.#moving(index)?.length ?? this.header.atoms)))
      ? "whole"
      : "cut";
  }

  async read(index: number): Promise<"whole" | "cut" | "end"> {
    const { header, records, positions } = this;
    if (await records.stream.atEnd()) return "end";
    if (header.hasCell) {
      const six = await records.next("a cell", 48);
      if (!six) return "cut";
      this.#setCell([0, 1, 2, 3, 4, 5].map((i) => six.getFloat64(8 * i, header.littleEndian)));
    }
    const moving = this.#moving(index);
    const count = moving?.length ?? header.atoms;
    for (let axis = 0; axis < 3; axis++) {
      const values = await records.next(`the coordinates ${"xyz"[axis]} of frame ${index + 1}`, 4 * count);
      if (!values) return "cut";
      for (let i = 0; i < count; i++)
        positions[3 * (moving ? moving[i]! : i) + axis] = values.getFloat32(4 * i, header.littleEndian);
    }
    if (header.fourth && !(await records.next("the fourth coordinate", 4 * count))) return "cut";
    const lost = positions.findIndex((x) => !Number.isFinite(x));
    if (lost < 0) return "whole";
    throw records.stream.fault(
      `frame ${index + 1}: a coordinate of atom ${Math.floor(lost / 3) + 1} is ${positions[lost]}`,
      "the program that wrote this file had lost the atom; go back to its input",
    );
  }

  #setCell(six: readonly number[]): void {
    if (this.cell && six.every((x, i) => x === this.#six[i])) return;
    this.#six = six;
    this.cell = at({ file: this.records.stream.source.name }, () => dcdCell(six));
  }
}

async function* dcdFrames(opened: Opened, { choose, signal }: RawFrameOptions): AsyncGenerator<RawFrame> {
  const { source, notes, header } = opened;
  const stream = new ByteStream(source, signal);
  try {
    const records = new DcdRecords(stream);
    await readDcdHeader(records);
    const frames = new DcdFrames(records, header);
    for (let index = 0; ; index++) {
      const step = header.startStep + index * (header.stepSpacing || 1);
      if (await stream.atEnd()) return;
      const choice = choose?.(step, undefined, { file: source.name }) ?? "read";
      if (choice === "end") return;
      // Later frames of a file with fixed atoms lack those: the first must be read.
      const skip = choice === "pass" && !(index === 0 && header.free);
      const found = skip ? await frames.pass(index) : await frames.read(index);
      if (found !== "whole") {
        notes.add(
          "last-frame-cut",
          `${source.name}: the last frame (number ${index + 1}) is cut short and was left out`,
        );
        return;
      }
      if (choice !== "read") continue;
      const cell = opened.cell ?? frames.cell;
      if (!cell) throw stream.fault(`frame ${index + 1} has no cell, the first frame had one`, "cut the file there");
      yield { step, cell, positions: frames.positions };
    }
  } finally {
    await stream.close();
  }
}
