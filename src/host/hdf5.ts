// HDF5 files through h5wasm, which in Node works on the file itself: only what is asked for is in memory. The library is
// loaded when the first file is opened.

import type { Dataset, File, Group } from "h5wasm/node";
import { FormatError, ResourceError } from "../base/index.js";
import type { Hdf5Dataset, Hdf5Reader, Hdf5Writer, NewDataset } from "../io/index.js";
import { messageOf } from "./files.js";

type Library = typeof import("h5wasm/node");

let loading: Promise<Library> | undefined;

function library(): Promise<Library> {
  loading ??= import("h5wasm/node").then(async (module) => {
    await module.ready;
    return module;
  });
  return loading;
}

/** @throws FormatError when the file is no HDF5 file or is damaged. */
export async function openHdf5(path: string): Promise<Hdf5Reader> {
  const hdf5 = await library();
  let file: File;
  try {
    file = new hdf5.File(path, "r");
    if (file.file_id <= 0n) throw new Error("HDF5 cannot open it");
  } catch (cause) {
    throw new FormatError(
      { file: path },
      `not a readable HDF5 file: ${messageOf(cause)}`,
      "a program that was killed while writing leaves a file that cannot be opened; try h5clear, or write it again",
      {},
      cause,
    );
  }
  return reader(hdf5, file, path);
}

function reader(hdf5: Library, file: File, path: string): Hdf5Reader {
  const entity = (at: string): Dataset | Group | undefined => {
    // A path with a part that does not exist is an error inside the library, not an answer.
    let so = "";
    for (const part of at.split("/").filter(Boolean)) {
      const parent = file.get(so === "" ? "/" : so);
      if (!(parent instanceof hdf5.Group) || !parent.keys().includes(part)) return undefined;
      so += `/${part}`;
    }
    const found = file.get(so === "" ? "/" : so);
    return found instanceof hdf5.Dataset || found instanceof hdf5.Group ? found : undefined;
  };
  return {
    name: path,
    kind(at) {
      const found = entity(at);
      if (found === undefined) return undefined;
      return found instanceof hdf5.Dataset ? "dataset" : "group";
    },
    names(at) {
      const found = entity(at);
      return found instanceof hdf5.Group ? found.keys() : [];
    },
    attribute(at, name) {
      const attributes = entity(at)?.attrs;
      const value = attributes && Object.hasOwn(attributes, name) ? attributes[name]!.json_value : undefined;
      return value === null || typeof value === "boolean" ? undefined : (value as ReturnType<Hdf5Reader["attribute"]>);
    },
    dataset(at) {
      const found = entity(at);
      if (found instanceof hdf5.Dataset) return datasetOf(hdf5, found, { file: path });
      throw new FormatError({ file: path }, `there is no dataset ${at}`, "is this a complete H5MD file?");
    },
    close() {
      file.close();
    },
  };
}

function datasetOf(hdf5: Library, dataset: Dataset, place: { readonly file: string }): Hdf5Dataset {
  const { metadata, path, file_id } = dataset;
  const shape = metadata.shape ?? [];
  const types = hdf5.Module.H5T_class_t;
  const members = metadata.enum_type?.members;
  return {
    shape,
    ...(metadata.chunks ? { chunks: metadata.chunks } : {}),
    ...(members ? { names: new Map(Object.entries(members).map(([name, value]) => [value, name])) } : {}),
    isText: metadata.type === types.H5T_STRING.value,
    texts: () => [dataset.json_value].flat() as string[],
    numbers(from = 0, to = shape[0] ?? 1) {
      const count = [...shape];
      if (count.length > 0) count[0] = to - from;
      const total = count.reduce((product, extent) => product * extent, 1);
      const bytes = total * metadata.size;
      const { Module } = hdf5;
      const pointer = Module._malloc(Math.max(bytes, 1));
      if (pointer === 0)
        throw new ResourceError(`no memory for ${bytes} bytes of ${path}`, "read fewer frames at once");
      try {
        const offset = count.map((_, axis) => BigInt(axis === 0 ? from : 0));
        const status = Module.get_dataset_data(
          file_id,
          path,
          count.length > 0 ? count.map(BigInt) : null,
          count.length > 0 ? offset : null,
          count.length > 0 ? count.map(() => 1n) : null,
          BigInt(pointer),
        );
        if (status < 0)
          throw new FormatError(place, `cannot read ${path}: the data are damaged`, "write the file again");
        const data = Module.HEAPU8.slice(pointer, pointer + bytes);
        return asNumbers(data.buffer as ArrayBuffer, { metadata, types, path, place });
      } finally {
        Module._free(pointer);
      }
    },
  };
}

interface NumbersInput {
  readonly metadata: Dataset["metadata"];
  readonly types: Library["Module"]["H5T_class_t"];
  readonly path: string;
  readonly place: { readonly file: string };
}

function asNumbers(buffer: ArrayBuffer, { metadata, types, path, place }: NumbersInput): Float64Array {
  const { type, size, signed } = metadata;
  if (type === types.H5T_FLOAT.value && size === 8) return new Float64Array(buffer);
  if (type === types.H5T_FLOAT.value && size === 4) return Float64Array.from(new Float32Array(buffer));
  if (type === types.H5T_INTEGER.value || type === types.H5T_ENUM.value) {
    if (size === 8) {
      const whole = signed ? new BigInt64Array(buffer) : new BigUint64Array(buffer);
      return Float64Array.from({ length: whole.length }, (_, i) => Number(whole[i]));
    }
    if (size === 4) return Float64Array.from(signed ? new Int32Array(buffer) : new Uint32Array(buffer));
    if (size === 2) return Float64Array.from(signed ? new Int16Array(buffer) : new Uint16Array(buffer));
    return Float64Array.from(signed ? new Int8Array(buffer) : new Uint8Array(buffer));
  }
  throw new FormatError(place, `${path} does not hold numbers that can be read`, "f32, f64 and whole numbers are");
}

const CODES = { f32: "<f", f64: "<d", i32: "<i", i64: "<q" } as const;
const ARRAYS = { f32: Float32Array, f64: Float64Array, i32: Int32Array } as const;

/** A new file, replacing any of that name. Failures to write are thrown as plain errors: the caller knows the final name. */
export async function createHdf5(path: string): Promise<Hdf5Writer> {
  const hdf5 = await library();
  const { Module } = hdf5;
  const file = new hdf5.File(path, "w");
  if (file.file_id <= 0n) throw new Error("HDF5 cannot create the file");
  const grown = new Map<
    string,
    { count: number; readonly rest: readonly number[]; readonly type: NewDataset["type"] }
  >();
  const check = (status: number): void => {
    if (status < 0) throw new Error("HDF5 cannot write: is the disk full?");
  };
  const split = (at: string): [Group, string] => {
    const cut = at.lastIndexOf("/");
    return [new hdf5.Group(file.file_id, cut <= 0 ? "/" : at.slice(0, cut)), at.slice(cut + 1)];
  };
  return {
    group(at) {
      check(Module.create_group(file.file_id, at, false));
    },
    dataset(at, { type, shape, grows = false, chunk = 1, gzip = 0, data }) {
      const [parent, name] = split(at);
      const total = shape.reduce((product, extent) => product * extent, 1);
      parent.create_dataset({
        name,
        data: typed(type, data ?? new Float64Array(total)),
        shape: [...shape],
        dtype: CODES[type],
        ...(grows ? { maxshape: [null, ...shape.slice(1)], chunks: [chunk, ...shape.slice(1)] } : {}),
        ...(grows && gzip > 0 ? { compression: "gzip" as const, compression_opts: gzip } : {}),
      });
      if (parent.get_type(at) !== Module.H5G_DATASET) throw new Error(`HDF5 cannot create ${at}`);
      if (grows) grown.set(at, { count: 0, rest: shape.slice(1), type });
    },
    attribute(at, name, value) {
      const object = at === "/" ? file : file.get(at);
      if (!(object instanceof hdf5.Group || object instanceof hdf5.Dataset)) throw new Error(`there is no ${at}`);
      if (typeof value === "string" || (Array.isArray(value) && typeof value[0] === "string")) {
        object.create_attribute(name, value as string | string[]);
      } else if (typeof value === "number") object.create_attribute(name, value, [], "<i");
      else object.create_attribute(name, Int32Array.from(value as readonly number[]));
    },
    append(at, data, count) {
      const series = grown.get(at)!;
      const to = series.count + count;
      check(Module.resize_dataset(file.file_id, at, [to, ...series.rest].map(BigInt)));
      const values = typed(series.type, data);
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      const pointer = Module._malloc(bytes.length);
      if (pointer === 0) throw new Error(`no memory for ${bytes.length} bytes`);
      try {
        Module.HEAPU8.set(bytes, pointer);
        const size = [count, ...series.rest];
        const offset = size.map((_, axis) => BigInt(axis === 0 ? series.count : 0));
        const ones = size.map(() => 1n);
        check(Module.set_dataset_data(file.file_id, at, size.map(BigInt), offset, ones, BigInt(pointer)));
      } finally {
        Module._free(pointer);
      }
      series.count = to;
    },
    link(target, at) {
      check(Module.create_hard_link(file.file_id, target, at));
    },
    close() {
      const flushed = Module.flush(file.file_id);
      check(Math.min(flushed, file.close()));
    },
  };
}

function typed(
  type: NewDataset["type"],
  data: ArrayLike<number>,
): Float32Array | Float64Array | Int32Array | BigInt64Array {
  if (type === "i64") return BigInt64Array.from({ length: data.length }, (_, i) => BigInt(data[i]!));
  if (type === "f64" && data instanceof Float64Array) return data;
  return ARRAYS[type].from(data);
}
