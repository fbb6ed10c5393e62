// Force fields from what `toJSON` wrote: for worker threads, checkpoints and reports.

import { InputError } from "../base/index.js";
import type { ForceField } from "./forcefield.js";
import { type ForceFieldOptions, makeForceField } from "./pair-field.js";
import type { ForceFieldSpec } from "./spec.js";
import { sumOf } from "./sum.js";

/** @throws InputError when `json` is not what a force field's `toJSON` returns. */
export function forceFieldFromJSON(json: unknown): ForceField {
  const data = (typeof json === "object" && json !== null ? json : {}) as Readonly<Record<string, unknown>>;
  if (data["kind"] === "pair")
    return makeForceField(data["spec"] as ForceFieldSpec, (data["options"] ?? {}) as ForceFieldOptions);
  if (data["kind"] === "sum" && Array.isArray(data["parts"])) return sumOf(...data["parts"].map(forceFieldFromJSON));
  throw new InputError(
    `this is no saved force field: kind is ${JSON.stringify(data["kind"])}, expected "pair" or "sum"`,
    "pass what toJSON() returned; a bare description goes through makeForceField",
  );
}
