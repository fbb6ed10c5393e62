// Extended XYZ as a trajectory: what extxyz.ts reads, without making a string of every number.
//
// The first frame is read by extxyz.ts itself, so units, columns and elements mean the same. In later frames the comment line is
// read whole (cell, energy, step, time) and of the rows only positions, velocities and elements; the elements must stay the same.
// Time: the key `time_fs` (fs), or `Time`/`time` (fs). Step: `step`, `Step`, `Timestep` or `timestep`; without one frames count from 0.
// Whether positions are wrapped is said by the key `unwrapped` (T), which phonion writes; other files do not say.

import { ANGULAR_PER_ROOT_CURVATURE, type FilePlace, Notes } from "../base/index.js";
import { type Cell, makeCell } from "../structure/index.js";
import { type ByteSource, ByteWindow, isBlank, NEWLINE, numberFault, RETURN } from "./bytes.js";
import { type NumberCursor, parseNumber } from "./bytes-number.js";
import { buildFrame, type ExtxyzFrame, type Heading, readHeading } from "./extxyz-frame.js";
import { parseWhole } from "./numbers.js";
import { at, quote } from "./text.js";
import type {
  RawFrame,
  RawFrameOptions,
  RawTrajectory,
  TrajectoryFormat,
  TrajectoryReadOptions,
} from "./trajectory.js";

export const extxyzTrajectoryFormat: TrajectoryFormat = {
  name: "extxyz",
  recognizes: (name, head) => {
    if (/\.(ext)?xyz(\.gz)?$/i.test(name)) return true;
    const [count = "", comment = ""] = new TextDecoder().decode(head.subarray(0, 4096)).split(/\r?\n/);
    return /^\s*\d+\s*$/.test(count) && /(Lattice|Properties)=/.test(comment);
  },
  open: openExtxyz,
};

interface Opened {
  readonly source: ByteSource;
  readonly natoms: number;
  readonly first: ExtxyzFrame;
  readonly notes: Notes;
}

/** @throws FormatError */
export async function openExtxyz(source: ByteSource, options: TrajectoryReadOptions = {}): Promise<RawTrajectory> {
  const notes = new Notes();
  const window = new ByteWindow(source, options.signal);
  try {
    const natoms = await takeCount(window, 0);
    if (natoms === undefined) throw window.fault("the file is empty", "check the path, or write the file again", 1);
    const heading = await takeHeading(window);
    if (!heading) throw window.fault("the file ends before its first comment line", "it is cut short");
    const rows: string[][] = [];
    while (rows.length < natoms) {
      const line = await window.takeLine();
      if (line === undefined)
        throw window.fault(
          `the file ends in its first frame, at atom ${rows.length + 1} of ${natoms}`,
          "it is cut short",
        );
      const words = line.trim().split(/\s+/);
      const wanted = heading.columns.reduce((sum, { width }) => sum + width, 0);
      if (words.length < wanted)
        throw window.fault(
          `atom ${rows.length + 1} has ${words.length} columns, expected ${wanted}`,
          "the file is edited or cut",
          window.line - 1,
        );
      rows.push(words);
    }
    const place = { file: source.name, line: window.line - 1 };
    const first = buildFrame(rows, heading, { place, options: { notes } });
    const lost = [first.forces && "forces", first.stress && "stress", ...Object.keys(first.columns)].filter(Boolean);
    if (lost.length > 0)
      notes.add("extxyz-columns-unused", `${source.name}: ${lost.join(", ")}: not part of a trajectory, not read`);
    const bytes = window.offset;
    const opened: Opened = { source, natoms, first, notes };
    return {
      format: "extxyz",
      crystal: first.crystal,
      coordinates: first.info.unwrapped === true ? "unwrapped" : "unknown",
      hasVelocities: first.velocities !== undefined,
      ...(source.size === undefined ? {} : { frameCountEstimate: Math.max(1, Math.round(source.size / bytes)) }),
      notes,
      frames: (range = {}) => extxyzFrames(opened, range),
    };
  } finally {
    await window.close();
  }
}

/** The number of atoms that begins a frame; undefined at the end of the file. */
async function takeCount(window: ByteWindow, frame: number): Promise<number | undefined> {
  for (;;) {
    const line = (await window.takeLine())?.replace(/^\ufeff/, "").trim();
    if (line === undefined) return undefined;
    if (line === "") continue;
    const count = parseWhole(line);
    if (count !== undefined && count > 0) return count;
    throw window.fault(
      `expected the number of atoms of frame ${frame + 1}, found ${quote(line)}`,
      "a whole number from 1; is the count of the frame before too small?",
      window.line - 1,
    );
  }
}

async function takeHeading(window: ByteWindow): Promise<Heading | undefined> {
  const line = await window.takeLine();
  if (line === undefined || (window.ragged && window.at >= window.end)) return undefined;
  return readHeading(line, { file: window.source.name, line: window.line - 1 });
}

const STEP_KEYS = ["step", "Step", "Timestep", "timestep"];
const TIME_KEYS = ["time_fs", "Time", "time"];

function numberOf(heading: Heading, keys: readonly string[]): number | undefined {
  for (const key of keys) {
    const value = heading.info.get(key);
    if (typeof value === "number") return value;
  }
  return undefined;
}

async function* extxyzFrames(opened: Opened, { choose, signal }: RawFrameOptions): AsyncGenerator<RawFrame> {
  const { source, natoms, first, notes } = opened;
  const window = new ByteWindow(source, signal);
  const rows = new ExtxyzRows(opened);
  const cells = new Cells(first);
  const cut = (index: number): void =>
    notes.add("last-frame-cut", `${source.name}: the last frame (number ${index + 1}) is cut short and was left out`);
  try {
    for (let index = 0; ; index++) {
      const count = await takeCount(window, index);
      if (count === undefined) return;
      const heading = await takeHeading(window);
      if (!heading) return cut(index);
      const place = { file: source.name, line: heading.line };
      if (count !== natoms) {
        throw window.fault(
          `frame ${index + 1} has ${count} atoms, the first had ${natoms}`,
          "only trajectories with a constant number of atoms can be analysed",
          heading.line - 1,
        );
      }
      const step = numberOf(heading, STEP_KEYS) ?? index;
      const timeFs = numberOf(heading, TIME_KEYS);
      const choice = choose?.(step, timeFs, place) ?? "read";
      if (choice === "end") return;
      const whole = choice === "pass" ? await passRows(window, natoms) : await rows.read(window, heading, index);
      if (!whole || (window.ragged && window.at >= window.end && index > 0)) return cut(index);
      if (choice === "pass") continue;
      const energy = heading.info.get("energy");
      yield {
        step,
        ...(timeFs === undefined ? {} : { timeFs }),
        cell: cells.of(heading, place),
        positions: rows.positions,
        ...(rows.velocities ? { velocities: rows.velocities } : {}),
        ...(typeof energy === "number" ? { potentialEnergy: energy } : {}),
      };
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

/** The cell of each frame: the same object as long as it does not change. */
class Cells {
  #cell: Cell;

  constructor(first: ExtxyzFrame) {
    this.#cell = first.crystal.cell;
  }

  of({ info }: Heading, place: FilePlace): Cell {
    const lattice = info.get("Lattice");
    if (!Array.isArray(lattice) || lattice.length !== 9) return this.#cell;
    if (lattice.every((x, i) => x === this.#cell.vectors[i])) return this.#cell;
    this.#cell = at(place, () => makeCell(lattice as number[], this.#cell.periodic));
    return this.#cell;
  }
}

const [POSITION, VELOCITY, SPECIES, SKIP] = [0, 3, 6, -1];

/** Reads rows of frame after frame into the same arrays. */
class ExtxyzRows {
  readonly positions: Float64Array;
  readonly velocities: Float64Array | undefined;
  readonly #cursor: NumberCursor = { at: 0 };
  readonly #species: Uint32Array; // [n] hash of the word in the species column of the first frame
  #plan: Int32Array = new Int32Array(0);
  #names: string[] = [];
  #planText = "";
  #momenta = false;
  #plain = false;
  #frame = -1;
  #first = true; // the file's first frame

  constructor(private readonly opened: Opened) {
    const n = opened.natoms;
    this.positions = new Float64Array(3 * n);
    this.velocities = opened.first.velocities ? new Float64Array(3 * n) : undefined;
    this.#species = new Uint32Array(n);
  }

  /** `index`: number of the frame in the file. */
  async read(window: ByteWindow, heading: Heading, index: number): Promise<boolean> {
    this.#planBy(window, heading);
    this.#frame++;
    this.#first = index === 0;
    for (let row = 0; ; ) {
      row = this.#rows(window, row);
      if (row === this.opened.natoms) break;
      if (!(await window.fill())) return false;
    }
    if (this.#momenta) this.#divideByMasses();
    return true;
  }

  #planBy(window: ByteWindow, { columns, plain, line }: Heading): void {
    const text = columns.map(({ name, type, width }) => `${name}:${type}:${width}`).join(":");
    if (text === this.#planText) return;
    this.#planText = text;
    this.#plain = plain;
    const vector = (...names: string[]) =>
      columns.find((c) => names.includes(c.name) && c.type === "R" && c.width === 3);
    const momenta = vector("momenta");
    const velocity = momenta ?? ["vel", "velo", "velocities"].map((name) => vector(name)).find(Boolean);
    if (this.velocities && !velocity)
      throw window.fault("this frame has no velocities, the first one had", "cut the file there", line);
    this.#momenta = this.velocities !== undefined && momenta !== undefined;
    const species = columns.find(({ name }) => ["species", "symbols", "Z", "numbers"].includes(name));
    this.#names = columns.flatMap(({ name, width }) => new Array<string>(width).fill(name));
    this.#plan = Int32Array.from(
      columns.flatMap((column) =>
        Array.from({ length: column.width }, (_, k) => {
          if (column.name === "pos") return POSITION + k;
          if (this.velocities && column === velocity) return VELOCITY + k;
          return column === species ? SPECIES : SKIP;
        }),
      ),
    );
  }

  /** Reads rows from `row` on as far as the window goes; the row that comes next. */
  #rows(window: ByteWindow, row: number): number {
    const plan = this.#plan;
    const { bytes } = window;
    // The last line of a file may be cut; only a first frame has nothing to fall back to.
    const end = this.#first ? window.end : window.wholeEnd;
    const [cursor, positions, velocities] = [this.#cursor, this.positions, this.velocities];
    const { natoms } = this.opened;
    let at = window.at;
    while (row < natoms && at < end) {
      for (let column = 0; column < plan.length; column++) {
        const slot = plan[column]!;
        if (slot >= 0 && slot < SPECIES) {
          cursor.at = at;
          const value = parseNumber(bytes, cursor);
          at = cursor.at;
          if (at < 0) {
            throw numberFault(window, -1 - at, `${this.#names[column]} of atom ${row + 1}`);
          }
          if (slot < VELOCITY) positions[3 * row + slot] = value;
          else velocities![3 * row + slot - VELOCITY] = value;
          continue;
        }
        while (isBlank(bytes[at]!)) at++;
        const from = at;
        let hash = 0;
        for (let byte = bytes[at]!; byte > 32; byte = bytes[++at]!) hash = (Math.imul(hash, 31) + byte) >>> 0;
        if (at === from) {
          throw numberFault(window, at, `${this.#names[column]} of atom ${row + 1}`);
        }
        if (slot === SPECIES) this.#checkSpecies(window, row, { hash, from });
      }
      at = this.#lineEnd(window, at, row);
      window.line++;
      window.at = at;
      row++;
    }
    return row;
  }

  #lineEnd(window: ByteWindow, from: number, row: number): number {
    const { bytes } = window;
    let at = from;
    while (isBlank(bytes[at]!)) at++;
    if (this.#plain) while (bytes[at] !== NEWLINE && bytes[at] !== RETURN) at++;
    if (bytes[at] === RETURN) return bytes[at + 1] === NEWLINE ? at + 2 : at + 1;
    if (bytes[at] === NEWLINE) return at + 1;
    throw window.fault(
      `atom ${row + 1} has more columns than Properties, from ${quote(window.wordAt(at))} on`,
      `the columns are ${this.#planText}`,
    );
  }

  #checkSpecies(
    window: ByteWindow,
    row: number,
    { hash, from }: { readonly hash: number; readonly from: number },
  ): void {
    if (this.#frame === 0) this.#species[row] = hash;
    else if (this.#species[row] !== hash) {
      throw window.fault(
        `atom ${row + 1} is ${quote(window.wordAt(from))}, in the first frame it was another element`,
        "only trajectories of the same atoms in the same order can be analysed",
      );
    }
  }

  #divideByMasses(): void {
    const { masses } = this.opened.first.crystal;
    const velocities = this.velocities!;
    for (let i = 0; i < velocities.length; i++)
      velocities[i] = (velocities[i]! / masses[Math.floor(i / 3)]!) * ANGULAR_PER_ROOT_CURVATURE;
  }
}
