// NumPy's .npy arrays (format 1.0 to 3.0): magic "\x93NUMPY", version, header length, a Python dict, then the numbers.
// Read: real numbers of any width and byte order, C or Fortran order. Written: f64 and i32, little-endian, C order.
// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html

import { expectShape, type FilePlace, FormatError } from "../base/index.js";
import { quote } from "./text.js";

export interface NpyArray {
  readonly shape: readonly number[];
  /** Row-major. Whole-number files become Int32Array. */
  readonly data: Float64Array | Int32Array;
}

const MAGIC = "\u0093NUMPY";

interface Kind {
  readonly bytes: number;
  readonly whole: boolean;
  read(view: DataView, at: number, little: boolean): number;
}

const KINDS: Readonly<Record<string, Kind>> = {
  f8: { bytes: 8, whole: false, read: (view, at, little) => view.getFloat64(at, little) },
  f4: { bytes: 4, whole: false, read: (view, at, little) => view.getFloat32(at, little) },
  i8: { bytes: 8, whole: true, read: (view, at, little) => Number(view.getBigInt64(at, little)) },
  i4: { bytes: 4, whole: true, read: (view, at, little) => view.getInt32(at, little) },
  i2: { bytes: 2, whole: true, read: (view, at, little) => view.getInt16(at, little) },
  i1: { bytes: 1, whole: true, read: (view, at) => view.getInt8(at) },
  u4: { bytes: 4, whole: true, read: (view, at, little) => view.getUint32(at, little) },
  u2: { bytes: 2, whole: true, read: (view, at, little) => view.getUint16(at, little) },
  u1: { bytes: 1, whole: true, read: (view, at) => view.getUint8(at) },
  b1: { bytes: 1, whole: true, read: (view, at) => view.getUint8(at) },
};

/** @throws FormatError; the numbers may be NaN or infinite, as arrays of results can be. */
export function readNpy(bytes: Uint8Array, place: FilePlace): NpyArray {
  const fault = (message: string, hint: string): FormatError => new FormatError(place, message, hint);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const latin = (from: number, to: number): string =>
    Array.from(bytes.subarray(from, to), (byte) => String.fromCharCode(byte)).join("");
  if (bytes.length < 10 || latin(0, 6) !== MAGIC)
    throw fault("this is no .npy file: it does not begin with \\x93NUMPY", "arrays are saved with numpy.save");
  const major = bytes[6]!;
  if (major < 1 || major > 3) throw fault(`.npy format ${major} is not known`, "formats 1 to 3 are read");
  const prefix = major === 1 ? 10 : 12;
  if (bytes.length < prefix)
    throw fault(`the file ends after ${bytes.length} bytes, inside its header`, "the file is cut short");
  const start = prefix + (major === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (start > bytes.length)
    throw fault(`the header needs ${start} bytes, the file has ${bytes.length}`, "the file is cut short");
  const { code, little, fortran, shape } = parseHeader(latin(prefix, start), fault);
  const kind = KINDS[code]!;
  const count = shape.reduce((product, extent) => product * extent, 1);
  if (count * kind.bytes !== bytes.length - start) {
    throw fault(
      `the shape (${shape.join(", ")}) needs ${count * kind.bytes} bytes of numbers, ${bytes.length - start} follow`,
      "the file is cut short or damaged",
    );
  }
  const data = kind.whole ? new Int32Array(count) : new Float64Array(count);
  const order = fortran ? fortranOrder(shape) : undefined;
  for (let i = 0; i < count; i++) {
    const value = kind.read(view, start + kind.bytes * (order ? order[i]! : i), little);
    data[i] = value;
    if (kind.whole && data[i] !== value)
      throw fault(`the whole number ${value} at index ${i} does not fit 32 bits`, "save it as f8");
  }
  return { shape, data };
}

function parseHeader(
  header: string,
  fault: (message: string, hint: string) => FormatError,
): { code: string; little: boolean; fortran: boolean; shape: number[] } {
  const descr = /'descr'\s*:\s*'([<>|=])([a-zA-Z]\d+)'/.exec(header);
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(header);
  const extents = /'shape'\s*:\s*\(([\d\s,]*)\)/.exec(header);
  if (!descr || !order || !extents)
    throw fault(
      `cannot read the header ${quote(header.trim())}`,
      "arrays of plain numbers have descr, fortran_order and shape",
    );
  const code = descr[2]!;
  if (!Object.hasOwn(KINDS, code))
    throw fault(
      `numbers of type ${quote(code)} are not read`,
      `known types are ${Object.keys(KINDS).join(", ")}; save complex arrays as real pairs`,
    );
  const shape = extents[1]!
    .split(",")
    .filter((part) => part.trim() !== "")
    .map(Number);
  if (
    shape.some((extent) => !Number.isSafeInteger(extent)) ||
    !Number.isSafeInteger(shape.reduce((a, b) => a * b, 8))
  ) {
    throw fault(`the shape (${extents[1]!.trim()}) is not possible`, "extents are whole numbers");
  }
  return { code, little: descr[1] !== ">", fortran: order[1] === "True", shape };
}

/** Where the row-major element i stands in a column-major file. */
function fortranOrder(shape: readonly number[]): Float64Array {
  const count = shape.reduce((product, extent) => product * extent, 1);
  const order = new Float64Array(count);
  const index = new Array<number>(shape.length).fill(0);
  for (let i = 0; i < count; i++) {
    let at = 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) at = at * shape[axis]! + index[axis]!;
    order[i] = at;
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis]! === shape[axis]; axis--) index[axis] = 0;
  }
  return order;
}

/** Bytes of a .npy file, format 1.0; the numbers begin at a multiple of 64 bytes. */
export function writeNpy({ shape, data }: NpyArray): Uint8Array<ArrayBuffer> {
  expectShape("array", data, shape);
  const whole = data instanceof Int32Array;
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const dict = `{'descr': '<${whole ? "i4" : "f8"}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const length = Math.ceil((10 + dict.length + 1) / 64) * 64;
  const header = `${MAGIC}\u0001\u0000${String.fromCharCode((length - 10) & 255, (length - 10) >> 8)}${dict.padEnd(length - 11)}\n`;
  const bytes = new Uint8Array(length + data.byteLength);
  for (let i = 0; i < length; i++) bytes[i] = header.charCodeAt(i);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < data.length; i++) {
    if (whole) view.setInt32(length + 4 * i, data[i]!, true);
    else view.setFloat64(length + 8 * i, data[i]!, true);
  }
  return bytes;
}
