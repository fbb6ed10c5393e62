// The rows of a frame of a LAMMPS dump: the hot loop. One pass over the bytes, no string, no array per row.

import { FormatError } from "../base/index.js";
import { type ByteWindow, isBlank, NEWLINE, numberFault, RETURN } from "./bytes.js";
import { type NumberCursor, parseNumber } from "./bytes-number.js";
import type { DumpHeader } from "./lammps-dump-header.js";
import type { Coordinates } from "./trajectory.js";

/** What a column goes to: a component of the position, the velocity, the image flags, the id, or nothing. */
const [POSITION, VELOCITY, IMAGE, ID, SKIP] = [0, 3, 6, 9, -1];

export interface DumpColumns {
  /** [columns] one of the above, plus the axis. */
  readonly plan: Int32Array;
  readonly names: readonly string[];
  readonly coordinates: Coordinates;
  readonly scaled: boolean;
  readonly images: boolean;
  readonly velocities: boolean | undefined;
}

const KINDS: readonly { readonly names: readonly string[]; readonly unwrapped: boolean; readonly scaled: boolean }[] = [
  { names: ["xu", "yu", "zu"], unwrapped: true, scaled: false },
  { names: ["xsu", "ysu", "zsu"], unwrapped: true, scaled: true },
  { names: ["x", "y", "z"], unwrapped: false, scaled: false },
  { names: ["xs", "ys", "zs"], unwrapped: false, scaled: true },
];

/** @throws FormatError when there are no positions. */
export function dumpColumns({ columns, file, line }: Pick<DumpHeader, "columns" | "file" | "line">): DumpColumns {
  const has = (names: readonly string[]): boolean => names.every((name) => columns.includes(name));
  const kind = KINDS.find(({ names }) => has(names));
  if (!kind) {
    throw new FormatError(
      { file, line },
      `the columns ${columns.join(" ")} hold no positions`,
      `dump one of ${KINDS.map(({ names }) => names.join(" ")).join(", ")}`,
    );
  }
  const images = !kind.unwrapped && has(["ix", "iy", "iz"]);
  const velocities = has(["vx", "vy", "vz"]);
  const plan = new Int32Array(columns.length).fill(SKIP);
  const put = (names: readonly string[], slot: number): void =>
    names.forEach((name, k) => {
      plan[columns.indexOf(name)] = slot + k;
    });
  put(kind.names, POSITION);
  if (images) put(["ix", "iy", "iz"], IMAGE);
  if (velocities) put(["vx", "vy", "vz"], VELOCITY);
  if (columns.includes("id")) put(["id"], ID);
  return {
    plan,
    names: columns,
    coordinates: kind.unwrapped ? "unwrapped" : images ? "images" : "wrapped",
    scaled: kind.scaled,
    images,
    velocities: velocities || undefined,
  };
}

/** Largest table from ids to atoms, per atom: beyond it a map takes less memory. */
const SPARSE = 16;

/** Reads the rows of frame after frame into the same arrays. */
export class DumpRows {
  readonly positions: Float64Array;
  readonly velocities: Float64Array | undefined;
  readonly images: Int32Array | undefined;
  readonly #cursor: NumberCursor = { at: 0 };
  readonly #row = new Float64Array(10);
  readonly #atomOf: (id: number) => number | undefined;
  readonly #byId: boolean;
  readonly #seen: Int32Array; // [n] number of the frame that gave the atom last
  #frame = 0;
  #first = true; // the file's first frame
  readonly #atoms: number;

  constructor(
    private readonly columns: DumpColumns,
    { atoms, ids }: { readonly atoms: number; readonly ids: Float64Array | undefined },
  ) {
    this.#atoms = atoms;
    this.positions = new Float64Array(3 * atoms);
    this.velocities = columns.velocities ? new Float64Array(3 * atoms) : undefined;
    this.images = columns.images ? new Int32Array(3 * atoms) : undefined;
    this.#seen = new Int32Array(atoms);
    this.#atomOf = ids ? tableOf(ids) : () => undefined;
    this.#byId = ids !== undefined;
  }

  /** False where the file ends before the last row. */
  async read(
    window: ByteWindow,
    {
      header,
      velocityShift,
      first,
    }: { readonly header: DumpHeader; readonly velocityShift: number; readonly first: boolean },
  ): Promise<boolean> {
    this.#frame++;
    this.#first = first;
    for (let row = 0; ; ) {
      row = this.#rows(window, row, velocityShift);
      if (row === this.#atoms) break;
      if (!(await window.fill())) return false;
    }
    this.#toCorner(header);
    return true;
  }

  /** Reads rows from `row` on as far as the window goes; the row that comes next. */
  #rows(window: ByteWindow, row: number, velocityShift: number): number {
    const { plan } = this.columns;
    const { bytes } = window;
    // The last line of a file may be cut; only a first frame has nothing to fall back to.
    const end = this.#first ? window.end : window.wholeEnd;
    const values = this.#row;
    const cursor = this.#cursor;
    const count = plan.length;
    let at = window.at;
    while (row < this.#atoms && at < end) {
      for (let column = 0; column < count; column++) {
        const slot = plan[column]!;
        if (slot >= 0) {
          cursor.at = at;
          values[slot] = parseNumber(bytes, cursor, slot >= VELOCITY && slot < IMAGE ? velocityShift : 0);
          at = cursor.at;
          if (at < 0) {
            throw numberFault(window, -1 - at, `${this.columns.names[column]} of a row of atoms`);
          }
        } else {
          while (isBlank(bytes[at]!)) at++;
          if (bytes[at]! <= RETURN) {
            throw numberFault(window, at, `${this.columns.names[column]} of a row of atoms`);
          }
          while (bytes[at]! > 32) at++;
        }
      }
      while (isBlank(bytes[at]!)) at++;
      if (bytes[at] === RETURN) at++;
      if (bytes[at] === NEWLINE) at++;
      else if (bytes[at - 1] !== RETURN) {
        throw window.fault(
          `more columns than the ${count} of "ITEM: ATOMS"`,
          `the line goes on with ${window.wordAt(at)}`,
        );
      }
      this.#store(window, row++);
      window.line++;
      window.at = at;
    }
    return row;
  }
  #store(window: ByteWindow, row: number): void {
    const values = this.#row;
    let atom: number = row;
    if (this.#byId) {
      const found = this.#atomOf(values[ID]!);
      if (found === undefined || found < 0 || this.#seen[found] === this.#frame) {
        throw window.fault(
          found === undefined || found < 0
            ? `the id ${values[ID]} is not among the atoms of the first frame`
            : `the id ${values[ID]} comes twice in this frame`,
          "only trajectories of the same atoms throughout can be analysed",
        );
      }
      this.#seen[found] = this.#frame;
      atom = found;
    }
    const { positions, velocities, images } = this;
    const i = 3 * atom;
    positions[i] = values[0]!;
    positions[i + 1] = values[1]!;
    positions[i + 2] = values[2]!;
    if (velocities) {
      velocities[i] = values[VELOCITY]!;
      velocities[i + 1] = values[VELOCITY + 1]!;
      velocities[i + 2] = values[VELOCITY + 2]!;
    }
    if (images) {
      images[i] = values[IMAGE]!;
      images[i + 1] = values[IMAGE + 1]!;
      images[i + 2] = values[IMAGE + 2]!;
    }
  }

  /** Fractional → Å, or relative to the corner of the box. */
  #toCorner({ cell, origin }: DumpHeader): void {
    const { positions } = this;
    const v = cell.vectors;
    const [ox, oy, oz] = origin;
    if (this.columns.scaled) {
      for (let i = 0; i < positions.length; i += 3) {
        const [a, b, c] = [positions[i]!, positions[i + 1]!, positions[i + 2]!];
        for (let k = 0; k < 3; k++) positions[i + k] = a * v[k]! + b * v[3 + k]! + c * v[6 + k]!;
      }
    } else if (ox !== 0 || oy !== 0 || oz !== 0) {
      for (let i = 0; i < positions.length; i += 3) {
        positions[i] = positions[i]! - ox;
        positions[i + 1] = positions[i + 1]! - oy;
        positions[i + 2] = positions[i + 2]! - oz;
      }
    }
  }
}

/** From ids to atoms; `ids` ascend. */
function tableOf(ids: Float64Array): (id: number) => number | undefined {
  const largest = ids[ids.length - 1]!;
  if (largest <= SPARSE * ids.length + 1024) {
    const table = new Int32Array(largest + 1).fill(-1);
    for (let i = 0; i < ids.length; i++) table[ids[i]!] = i;
    return (id) => table[id];
  }
  const map = new Map(Array.from(ids, (id, i) => [id, i]));
  return (id) => map.get(id);
}
