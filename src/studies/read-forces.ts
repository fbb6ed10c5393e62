// The force field a study names: a published set, or a YAML file beside the study.

import { type ForceFieldSpec, forceFieldNames, namedForceFieldSpec, parseForceFieldSpec } from "../forces/index.js";
import { readForceFieldYaml } from "../io/index.js";
import type { StudyContext } from "./study.js";

export async function readForces(field: string, context: StudyContext): Promise<ForceFieldSpec> {
  if (forceFieldNames().includes(field) || !/\.ya?ml$/i.test(field)) return namedForceFieldSpec(field);
  const { name, text } = await context.readInput(field);
  return readForceFieldYaml(text, { file: name }).check(parseForceFieldSpec);
}
