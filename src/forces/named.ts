// Published sets by name.

import { InputError } from "../base/index.js";
import type { ForceField } from "./forcefield.js";
import { type ForceFieldOptions, makeForceField } from "./pair-field.js";
import { pedone2006 } from "./parameters/pedone-2006.js";
import { rahman1964 } from "./parameters/rahman-1964.js";
import { tosiFumiNaCl } from "./parameters/tosi-fumi-nacl.js";
import type { ForceFieldSpec } from "./spec.js";

const SETS: readonly ForceFieldSpec[] = [pedone2006, tosiFumiNaCl, rahman1964];

/** Names that `namedForceField` knows. */
export const forceFieldNames = (): readonly string[] => SETS.map((set) => set.name);

/** The description behind a name: parameters, units in the keys, source. */
export function namedForceFieldSpec(name: string): ForceFieldSpec {
  const spec = SETS.find((set) => set.name === name);
  if (!spec)
    throw new InputError(`there is no force field named "${name}"`, `known sets: ${forceFieldNames().join(", ")}`);
  return spec;
}

/** A published set, with its authors' cut-offs unless `options.accuracy` is given. */
export const namedForceField = (name: string, options: ForceFieldOptions = {}): ForceField =>
  makeForceField(namedForceFieldSpec(name), options);
