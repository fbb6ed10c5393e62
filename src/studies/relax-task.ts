import type { Task } from "../base/index.js";
import { forceFieldFromJSON } from "../forces/index.js";
import { type Minimum, type RelaxOptions, relax } from "../minima/index.js";
import type { Crystal } from "../structure/index.js";

export interface RelaxRequest {
  readonly start: Crystal;
  /** What `ForceField.toJSON` wrote. */
  readonly forces: unknown;
  readonly options: Omit<RelaxOptions, "signal" | "onProgress">;
}

/** Relaxes one structure on whichever thread is free; of the history only the end is kept. */
export const relaxTask: Task<RelaxRequest, Minimum> = {
  name: "relax",
  async run({ start, forces, options }, runOptions) {
    const minimum = await relax(start, forceFieldFromJSON(forces), { ...options, ...runOptions });
    return { ...minimum, history: minimum.history.slice(-1) };
  },
};
