// What the H5MD reader and writer need of HDF5. Whoever has an HDF5 library and files implements it (host).

export interface Hdf5Dataset {
  readonly shape: readonly number[];
  /** Shape of the pieces it is stored in; undefined when it is stored in one. */
  readonly chunks?: readonly number[];
  /** Names of an enumeration's values. */
  readonly names?: ReadonlyMap<number, string>;
  /** Entries from `from` to `to` of the first axis, all of the others, row-major. A scalar has one entry. */
  numbers(from?: number, to?: number): Float64Array;
  texts(): readonly string[];
  readonly isText: boolean;
}

export interface Hdf5Reader {
  readonly name: string;
  kind(path: string): "group" | "dataset" | undefined;
  /** Names of what a group holds. */
  names(path: string): readonly string[];
  attribute(path: string, name: string): string | number | readonly (string | number)[] | undefined;
  dataset(path: string): Hdf5Dataset;
  close(): void;
}

export interface NewDataset {
  readonly type: "f32" | "f64" | "i32" | "i64";
  /** Shape to begin with. */
  readonly shape: readonly number[];
  /** The first axis may grow. Default false. */
  readonly grows?: boolean;
  /** Frames per stored piece, where it grows. */
  readonly chunk?: number;
  /** gzip level; 0: none. */
  readonly gzip?: number;
  readonly data?: ArrayLike<number>;
}

export interface Hdf5Writer {
  group(path: string): void;
  dataset(path: string, dataset: NewDataset): void;
  attribute(path: string, name: string, value: string | readonly string[] | number | readonly number[]): void;
  /** Adds `count` entries to the first axis of a dataset that grows. */
  append(path: string, data: Float64Array, count: number): void;
  link(target: string, path: string): void;
  /** @throws when not everything could be written. */
  close(): void;
}
