// XTC, the packed trajectory of GROMACS: big-endian XDR, nm and ps, positions rounded to 1/precision nm (1000: 0.01 Å).
//
// A frame: magic 1995 (2023 in files with more than 2³¹ bytes a frame), atoms, step, time f32, box 3 × 3 f32 in rows, atoms again; up to nine atoms as
// plain f32, else precision f32, least and most whole numbers 3 + 3, number of the small box, count of bytes, bytes filled up to four
// (xtc-coordinates.ts). Elements come from a reference structure with the atoms in the same order.

import { type FormatError, Notes } from "../base/index.js";
import { type Cell, makeCell, makeCrystal } from "../structure/index.js";
import { ByteStream } from "./byte-stream.js";
import type { ByteSource } from "./bytes.js";
import { shiftedNumber } from "./bytes-number.js";
import { boxAround, elementsByReference } from "./dcd.js";
import { at } from "./text.js";
import type {
  RawFrame,
  RawFrameOptions,
  RawTrajectory,
  TrajectoryFormat,
  TrajectoryReadOptions,
} from "./trajectory.js";
import { unpackXtc, XtcDamaged } from "./xtc-coordinates.js";

const MAGIC = 1995;
const MAGIC_LONG = 2023;
/** Atoms that are not worth packing. */
const FEW = 9;
const A_PER_NM = 10;
const HINT = "is this an XTC file, whole and not edited?";

export const xtcFormat: TrajectoryFormat = {
  name: "xtc",
  recognizes: (name, head) => {
    if (/\.xtc(\.gz)?$/i.test(name)) return true;
    if (head.length < 56) return false;
    const view = new DataView(head.buffer, head.byteOffset, head.length);
    return [MAGIC, MAGIC_LONG].includes(view.getInt32(0)) && view.getInt32(4) === view.getInt32(52);
  },
  open: openXtc,
};

interface XtcHeading {
  readonly offset: number;
  readonly long: boolean;
  readonly atoms: number;
  readonly step: number;
  readonly timeFs: number;
  readonly box: readonly number[]; // [3,3] Å
}

const HEADING_BYTES = 56;

/** Reads frame after frame into the same arrays. */
class XtcFrames {
  readonly positions: Float64Array; // [n,3] Å
  cell: Cell | undefined;
  readonly #whole: Int32Array;
  #box: readonly number[] = [];

  constructor(
    private readonly stream: ByteStream,
    private readonly atoms: number,
  ) {
    this.positions = new Float64Array(3 * atoms);
    this.#whole = new Int32Array(3 * atoms);
  }

  async pass({ long }: XtcHeading): Promise<boolean> {
    if (this.atoms <= FEW) return this.stream.skip(12 * this.atoms);
    const bytes = await this.#packing(long);
    return bytes !== undefined && this.stream.skip(padded(bytes.count));
  }

  async read(heading: XtcHeading): Promise<boolean> {
    const { stream, atoms, positions } = this;
    this.#setCell(heading);
    if (atoms <= FEW) {
      const plain = await stream.take(12 * atoms);
      if (!plain) return false;
      for (let i = 0; i < 3 * atoms; i++) positions[i] = plain.getFloat32(4 * i) * A_PER_NM;
    } else {
      const packing = await this.#packing(heading.long);
      const data = packing && (await stream.take(padded(packing.count)));
      if (!data) return false;
      const bytes = new Uint8Array(data.buffer, data.byteOffset, packing.count);
      try {
        unpackXtc({ atoms, ...packing, bytes }, this.#whole);
      } catch (error) {
        if (!(error instanceof XtcDamaged)) throw error;
        throw stream.fault(`the frame of step ${heading.step} is damaged: ${error.message}`, HINT, heading.offset);
      }
      for (let i = 0; i < positions.length; i++) positions[i] = (this.#whole[i]! * A_PER_NM) / packing.precision;
    }
    const lost = positions.findIndex((x) => !Number.isFinite(x));
    if (lost < 0) return true;
    throw stream.fault(
      `step ${heading.step}: a coordinate of atom ${Math.floor(lost / 3) + 1} is ${positions[lost]}`,
      "the program that wrote this file had lost the atom; go back to its input",
      heading.offset,
    );
  }

  async #packing(long: boolean) {
    const { stream } = this;
    const view = await stream.take(long ? 40 : 36);
    if (!view) return undefined;
    const three = (offset: number) =>
      [view.getInt32(offset), view.getInt32(offset + 4), view.getInt32(offset + 8)] as const;
    const packing = {
      precision: view.getFloat32(0),
      least: three(4),
      most: three(16),
      small: view.getInt32(28),
      count: long ? Number(view.getBigInt64(32)) : view.getInt32(32),
    };
    // An atom takes at most three numbers of 32 bits and a run length.
    if (!(packing.precision > 0) || packing.count < 0 || packing.count > 16 * this.atoms + 64) {
      throw stream.fault(
        `${packing.count} bytes of packed coordinates of precision ${packing.precision} for ${this.atoms} atoms`,
        HINT,
      );
    }
    return packing;
  }

  #setCell({ box, offset }: XtcHeading): void {
    if (box.every((x, i) => x === this.#box[i])) return;
    this.#box = box;
    const { stream } = this;
    this.cell = box.every((x) => x === 0)
      ? undefined
      : at({ file: `${stream.source.name} (byte ${offset})` }, () => makeCell(box));
  }
}

const padded = (count: number): number => 4 * Math.ceil(count / 4);

/** The heading of the next frame; undefined at the end of the file. */
async function nextHeading(stream: ByteStream, atoms?: number): Promise<XtcHeading | "cut" | undefined> {
  if (await stream.atEnd()) return undefined;
  const { offset } = stream;
  const view = await stream.take(HEADING_BYTES);
  if (!view) return "cut";
  const fault = (message: string, hint = HINT): FormatError => stream.fault(message, hint, offset);
  const magic = view.getInt32(0);
  if (magic !== MAGIC && magic !== MAGIC_LONG)
    throw fault(`a frame begins with ${magic}, expected ${MAGIC} or ${MAGIC_LONG}`);
  const count = view.getInt32(4);
  if (count < 1 || view.getInt32(52) !== count)
    throw fault(`a frame has ${count} atoms by its heading, ${view.getInt32(52)} coordinates`);
  if (atoms !== undefined && count !== atoms) {
    throw fault(
      `a frame has ${count} atoms, the first one had ${atoms}`,
      "only trajectories with a constant number of atoms can be analysed",
    );
  }
  return {
    offset,
    long: magic === MAGIC_LONG,
    atoms: count,
    step: view.getInt32(8),
    timeFs: shiftedNumber(shortestSingle(view.getFloat32(12)), 3),
    box: Array.from({ length: 9 }, (_, i) => view.getFloat32(16 + 4 * i) * A_PER_NM),
  };
}

/** The decimal of fewest digits that single precision rounds to this number: 0.1 for 0.10000000149. */
function shortestSingle(value: number): string {
  for (let digits = 1; digits <= 9; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return text;
  }
  return String(value);
}

/** @throws FormatError */
export async function openXtc(source: ByteSource, options: TrajectoryReadOptions = {}): Promise<RawTrajectory> {
  const notes = new Notes();
  const stream = new ByteStream(source, options.signal);
  try {
    const heading = await nextHeading(stream);
    if (!heading) throw stream.fault("the file is empty", "check the path, or write the file again");
    if (heading === "cut") throw stream.fault("the file ends in the heading of its first frame", "it is cut short");
    const named = elementsByReference(source.name, heading.atoms, options);
    const frames = new XtcFrames(stream, heading.atoms);
    if (!(await frames.read(heading))) throw stream.fault("the file ends in its first frame", "it is cut short");
    const positions = frames.positions.slice();
    const cell = frames.cell ?? options.reference?.cell;
    if (!frames.cell && cell) notes.add("cell-from-reference", `${source.name} has no box; the reference's was taken`);
    const crystal = at({ file: source.name }, () =>
      makeCrystal({ cell: cell ?? boxAround(positions), positions, ...named }),
    );
    const opened: Opened = {
      source,
      atoms: heading.atoms,
      cell: frames.cell ? undefined : crystal.cell,
      firstStep: heading.step,
      stepless: await stepless(source, heading, options),
      notes,
    };
    const estimate = source.size === undefined ? undefined : Math.max(1, Math.round(source.size / stream.offset));
    return {
      format: "xtc",
      crystal,
      coordinates: cell?.periodic.some(Boolean) ? "wrapped" : "unwrapped",
      hasVelocities: false,
      hasElements: false,
      ...(estimate === undefined ? {} : { frameCountEstimate: estimate }),
      notes,
      frames: (range = {}) => xtcFrames(opened, range),
    };
  } finally {
    await stream.close();
  }
}

interface Opened {
  readonly source: ByteSource;
  readonly atoms: number;
  /** For frames without a box. */
  readonly cell: Cell | undefined;
  readonly firstStep: number;
  /** The second frame has the step of the first and a later time: the writer did not count steps. */
  readonly stepless: boolean;
  readonly notes: Notes;
}

async function stepless(source: ByteSource, first: XtcHeading, { signal }: TrajectoryReadOptions): Promise<boolean> {
  const stream = new ByteStream(source, signal);
  try {
    const heading = await nextHeading(stream);
    if (!heading || heading === "cut" || !(await new XtcFrames(stream, first.atoms).pass(heading))) return false;
    const second = await nextHeading(stream, first.atoms);
    return second !== undefined && second !== "cut" && second.step === first.step && second.timeFs > first.timeFs;
  } finally {
    await stream.close();
  }
}

async function* xtcFrames(opened: Opened, { choose, signal }: RawFrameOptions): AsyncGenerator<RawFrame> {
  const { source, notes, atoms } = opened;
  const stream = new ByteStream(source, signal);
  const frames = new XtcFrames(stream, atoms);
  const cut = (): void => notes.add("last-frame-cut", `${source.name}: the last frame is cut short and was left out`);
  try {
    for (let index = 0; ; index++) {
      const heading = await nextHeading(stream, atoms);
      if (heading === "cut") cut();
      if (heading === undefined || heading === "cut") return;
      const { timeFs } = heading;
      const step = opened.stepless ? opened.firstStep + index : heading.step;
      const choice = choose?.(step, timeFs, { file: source.name }) ?? "read";
      if (choice === "end") return;
      if (!(await (choice === "pass" ? frames.pass(heading) : frames.read(heading)))) return cut();
      if (choice === "pass") continue;
      const cell = opened.cell ?? frames.cell;
      if (!cell) throw stream.fault(`step ${step} has no box, the first frame had one`, "cut the file there");
      yield { step, timeFs, cell, positions: frames.positions };
    }
  } finally {
    await stream.close();
  }
}
