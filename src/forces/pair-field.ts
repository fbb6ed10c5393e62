// Pair force fields: a checked description plus how it shall be computed.

import { InputError } from "../base/index.js";
import type { Crystal } from "../structure/index.js";
import { interactionsFor } from "./build-interactions.js";
import { cutoffsForAccuracy } from "./cutoffs.js";
import type { AttachOptions, ForceField, ForceSession } from "./forcefield.js";
import type { Interactions } from "./interactions.js";
import { createKernelSession, kernelsAvailable } from "./kernel-session.js";
import { parseForceFieldSpec } from "./parse-spec.js";
import { elementsOfSpec, type ForceFieldSpec } from "./spec.js";
import { createTwinSession } from "./twin-session.js";

/** "kernel": WebAssembly, double precision. "mixed": single-precision pairs with double-precision totals. "twin": plain TypeScript. */
export type Engine = "kernel" | "mixed" | "twin";

export interface ForceFieldOptions {
  /** Default: the kernel where it runs, the twin elsewhere. */
  readonly engine?: Engine;
  /**
   * Rms force error over the thermal force (`cutoffsForAccuracy`), e.g. 1e-5: cut-offs are then chosen for each crystal attached,
   * never longer than the source's. Default: the source's own cut-offs and Ewald accuracy.
   */
  readonly accuracy?: number;
}

const OPTION_KEYS = ["engine", "accuracy"];

/**
 * A force field from its description.
 * @throws InputError for a description that is incomplete or has unknown keys; the message names the path.
 */
export function makeForceField(spec: ForceFieldSpec, options: ForceFieldOptions = {}): ForceField {
  const checked = parseForceFieldSpec(spec);
  checkOptions(options);
  return {
    name: checked.name,
    can: { stress: true, hessian: true, elements: elementsOfSpec(checked) },
    attach: (crystal, { crew } = {}) => attach(checked, crystal, { ...options, ...(crew ? { crew } : {}) }),
    toJSON: () => ({ kind: "pair", spec: checked, options }),
  };
}

function attach(spec: ForceFieldSpec, crystal: Crystal, options: ForceFieldOptions & AttachOptions): ForceSession {
  const chosen = options.accuracy === undefined ? spec : cutoffsForAccuracy(spec, crystal, options.accuracy).spec;
  return createSession(interactionsFor(chosen, crystal), options);
}

function createSession(interactions: Interactions, { engine, crew }: ForceFieldOptions & AttachOptions): ForceSession {
  if (engine === "twin" || (engine === undefined && !kernelsAvailable())) return createTwinSession(interactions);
  const precision = engine === "mixed" ? "mixed" : "double";
  return createKernelSession(interactions, { precision, ...(crew ? { crew } : {}) });
}

function checkOptions(options: ForceFieldOptions): void {
  const unknown = Object.keys(options).find((key) => !OPTION_KEYS.includes(key));
  if (unknown)
    throw new InputError(`force field option ${unknown} is not known`, `known options: ${OPTION_KEYS.join(", ")}`);
  const { engine, accuracy } = options;
  if (engine !== undefined && !["kernel", "mixed", "twin"].includes(engine)) {
    throw new InputError(`engine is ${JSON.stringify(engine)}`, 'allowed are "kernel", "mixed" and "twin"');
  }
  if (accuracy !== undefined && !(accuracy >= 1e-12 && accuracy <= 0.1)) {
    throw new InputError(`accuracy is ${accuracy}`, "choose a relative force error between 1e-12 and 0.1");
  }
}
