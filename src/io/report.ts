import type { Note } from "../base/index.js";

/** A result together with all that is needed to make it again. Only `made.at` differs between two equal runs. */
export interface Report<T> {
  /** "phonion/modal-hops" */
  readonly schema: string;
  /** Version of this schema's data. */
  readonly version: number;
  readonly made: { readonly software: string; readonly kernels: string; readonly at: string };
  readonly inputs: readonly { readonly name: string; readonly sha256: string }[];
  /** All options, defaults filled in. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly seed?: number;
  readonly notes: readonly Note[];
  readonly data: T;
}
