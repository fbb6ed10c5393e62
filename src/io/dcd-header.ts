// The heading of a DCD file, and the cell of its frames.
//
// Fortran records: a length (4 bytes, or 8), the data, the length again. First "CORD" and 20 integers; of these, from 0:
//   0 frames  1 first step  2 steps between frames  8 fixed atoms  9 time step (f32; f64 in 9 and 10 without CHARMM's version in 19)
//   10 frames have a cell  11 frames have a fourth coordinate  19 CHARMM's version
// then titles of 80 characters, the number of atoms, and the numbers of the free atoms when there are fixed ones.
//
// The time step is in CHARMM's unit √(amu Å² / (kcal/mol)) = 48.888 fs; LAMMPS writes it in its own units. The cell is six f64:
//   a, γ, b, β, α, c                 angles as cosines (CHARMM before 25, NAMD, LAMMPS) or in degrees (old NAMD, X-PLOR)
//   xx, xy, yy, xz, yz, zz           a symmetric matrix (CHARMM from 25 on)

import { ACCELERATION, convert } from "../base/index.js";
import { type Cell, cellFromParameters, makeCell } from "../structure/index.js";
import type { ByteStream } from "./byte-stream.js";

export interface DcdHeader {
  readonly littleEndian: boolean;
  /** Bytes of a record's length: 4 or 8. */
  readonly marker: 4 | 8;
  readonly frames: number;
  readonly startStep: number;
  readonly stepSpacing: number;
  /** In the unit of the program that wrote it. */
  readonly timestep: number;
  readonly hasCell: boolean;
  readonly fourth: boolean;
  readonly atoms: number;
  /** [free] atoms that move, from 0; undefined when all do. */
  readonly free: Int32Array | undefined;
  readonly titles: readonly string[];
  /** Bytes of the heading. */
  readonly bytes: number;
}

/** fs in CHARMM's unit of time. */
export const AKMA_FS = 1 / Math.sqrt(ACCELERATION * convert("energy", 1, "kcal/mol", "eV"));

const CONTROL = 84;
const HINT = "is this a DCD file, whole and not edited?";

/** Reads records, the lengths of which must agree. */
export class DcdRecords {
  littleEndian = true;
  marker: 4 | 8 = 4;

  constructor(readonly stream: ByteStream) {}

  /** The data of the next record; undefined where the file ends before its end. `bytes`: what it must hold. */
  async next(what: string, bytes?: number): Promise<DataView | undefined> {
    const { stream } = this;
    const offset = stream.offset;
    const before = await stream.take(this.marker);
    if (!before) return undefined;
    const length = this.#length(before);
    if (length < 0 || (bytes !== undefined && length !== bytes)) {
      throw stream.fault(
        `the record of ${what} says it has ${length} bytes${bytes === undefined ? "" : `, expected ${bytes}`}`,
        HINT,
        offset,
      );
    }
    const data = await stream.take(length + this.marker);
    if (!data) return undefined;
    const after = this.#length(new DataView(data.buffer, data.byteOffset + length, this.marker));
    if (after !== length) {
      throw stream.fault(`the record of ${what} begins with ${length} bytes and ends with ${after}`, HINT, offset);
    }
    return new DataView(data.buffer, data.byteOffset, length);
  }

  #length(view: DataView): number {
    return this.marker === 4 ? view.getInt32(0, this.littleEndian) : Number(view.getBigInt64(0, this.littleEndian));
  }

  /** Finds byte order and size of the lengths from the first one. */
  async begin(): Promise<DataView> {
    const { stream } = this;
    const first = await stream.take(4);
    if (!first) throw stream.fault("the file is empty", "check the path, or write the file again", 0);
    const orders = [first.getInt32(0, true), first.getInt32(0, false)];
    let magic = await stream.take(4);
    const cord = (view: DataView | undefined): boolean => view !== undefined && textOf(view) === "CORD";
    if (cord(magic) && orders.includes(CONTROL)) this.littleEndian = orders[0] === CONTROL;
    else {
      // Eight bytes of length: 84 stands in the first four (little endian) or in the last four.
      this.littleEndian = orders[0] === CONTROL;
      const high = magic && !this.littleEndian && orders[0] === 0 ? magic.getInt32(0, false) : undefined;
      if (magic && (this.littleEndian ? magic.getInt32(0, true) === 0 : high === CONTROL)) this.marker = 8;
      magic = this.marker === 8 ? await stream.take(4) : undefined;
      if (!cord(magic)) throw stream.fault("the file does not begin with the 84 bytes CORD …", HINT, 0);
    }
    const control = await stream.take(CONTROL - 4 + this.marker);
    if (!control) throw stream.fault("the file ends in its heading", "it is cut short");
    return control;
  }
}

const textOf = (view: DataView): string =>
  String.fromCharCode(...new Uint8Array(view.buffer, view.byteOffset, view.byteLength));

/** @throws FormatError */
export async function readDcdHeader(records: DcdRecords): Promise<DcdHeader> {
  const { stream } = records;
  const control = copyOf(await records.begin());
  const { littleEndian, marker } = records;
  const int = (i: number): number => control.getInt32(4 * i, littleEndian);
  const charmm = int(19) !== 0;
  const needed = async (what: string, bytes?: number): Promise<DataView> => {
    const record = await records.next(what, bytes);
    if (record) return record;
    throw stream.fault(`the file ends before ${what}`, "it is cut short");
  };
  const title = await needed("the titles");
  const count = title.byteLength >= 4 ? title.getInt32(0, littleEndian) : 0;
  const text = textOf(title).slice(4);
  const titles = Array.from({ length: Math.min(Math.max(count, 0), Math.floor(text.length / 80)) }, (_, i) =>
    text.slice(80 * i, 80 * (i + 1)).replace(/[\0\s]+$/, ""),
  );
  const atoms = (await needed("the number of atoms", 4)).getInt32(0, littleEndian);
  if (atoms < 1) throw stream.fault(`${atoms} atoms`, HINT);
  const fixed = int(8);
  if (fixed < 0 || fixed >= atoms) throw stream.fault(`${fixed} of ${atoms} atoms are fixed`, HINT);
  let free: Int32Array | undefined;
  if (fixed > 0) {
    const list = await needed("the free atoms", 4 * (atoms - fixed));
    free = Int32Array.from({ length: atoms - fixed }, (_, i) => list.getInt32(4 * i, littleEndian) - 1);
    const wrong = free.findIndex((atom, i) => atom < 0 || atom >= atoms || (i > 0 && atom <= free![i - 1]!));
    if (wrong >= 0) throw stream.fault(`the free atom ${free[wrong]! + 1} of ${atoms} is out of order`, HINT);
  }
  return {
    littleEndian,
    marker,
    frames: int(0),
    startStep: int(1),
    stepSpacing: int(2),
    timestep: charmm ? control.getFloat32(36, littleEndian) : control.getFloat64(36, littleEndian),
    hasCell: charmm && int(10) !== 0,
    fourth: charmm && int(11) !== 0,
    atoms,
    free,
    titles,
    bytes: stream.offset,
  };
}

const copyOf = (view: DataView): DataView =>
  new DataView(
    new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice().buffer as ArrayBuffer,
    0,
    view.byteLength,
  );

/** Angles of a cell, degrees, beyond which six numbers are no lengths and angles. */
const [SHARPEST, BLUNTEST] = [10, 170];

/** The cell of a frame; undefined when its lengths are zero: there is none. @throws InputError where it spans no volume. */
export function dcdCell(six: readonly number[]): Cell | undefined {
  const [a = 0, g = 0, b = 0, be = 0, al = 0, c = 0] = six;
  if (a === 0 && b === 0 && c === 0) return undefined;
  const angles = [al, be, g] as const;
  if (angles.every((x) => Math.abs(x) <= 1)) {
    // 90° − asin keeps a right angle right where acos(0) would round.
    const [alpha, beta, gamma] = angles.map((x) => 90 - (Math.asin(x) * 180) / Math.PI) as [number, number, number];
    return cellFromParameters(a, b, c, alpha, beta, gamma);
  }
  if (angles.every((x) => x >= SHARPEST && x <= BLUNTEST)) return cellFromParameters(a, b, c, al, be, g);
  return makeCell([a, g, be, g, b, al, be, al, c]);
}
