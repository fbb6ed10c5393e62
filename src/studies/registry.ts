// The studies there are, by name. A study file chooses its own by its first line, `$schema: phonion/NAME`.

import type { z } from "zod";
import { FormatError, InputError } from "../base/index.js";
import { knownWordsHint } from "./nearest.js";
import { type JsonSchema, jsonSchemaOf, type ParameterDocument, resolveParameters } from "./parameters.js";
import type { Study } from "./study.js";

/** A study whose parameters and data are known only to itself. */
export type AnyStudy = Study<z.ZodType, unknown>;

const PREFIX = "phonion/";

/** "phonion/modal-hops" */
export const schemaIdOf = (study: { readonly name: string }): string => `${PREFIX}${study.name}`;

/** @throws InputError that lists the studies there are. */
export function studyNamed(name: string, studies: readonly AnyStudy[]): AnyStudy {
  const short = name.startsWith(PREFIX) ? name.slice(PREFIX.length) : name;
  const study = studies.find((candidate) => candidate.name === short);
  if (study) return study;
  throw new InputError(
    `there is no study ${name}`,
    knownWordsHint(
      short,
      studies.map(({ name }) => name),
    ),
    { name },
  );
}

export interface StudyFile {
  readonly study: AnyStudy;
  /** Checked, defaults filled in. */
  readonly parameters: unknown;
}

/** @throws FormatError with file and line when `$schema` names no study or a parameter is wrong. */
export function readStudyFile(document: ParameterDocument, studies: readonly AnyStudy[]): StudyFile {
  const names = studies.map(schemaIdOf);
  const { value, file } = document;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new FormatError(
      { file },
      "a study file is a list of `key: value` lines",
      `begin with \`$schema: ${names[0] ?? "phonion/…"}\``,
    );
  }
  const id = (value as Record<string, unknown>)["$schema"];
  if (id === undefined) {
    throw new FormatError(
      { file, line: 1 },
      "no `$schema` line says which study this is",
      `begin with \`$schema: NAME\`; ${knownWordsHint("", names)}`,
    );
  }
  const study = studies.find((candidate) => schemaIdOf(candidate) === id);
  if (!study) {
    throw new FormatError(
      { file, line: document.lineOf(["$schema"]) },
      `$schema is ${JSON.stringify(id)}, which is no study`,
      knownWordsHint(String(id), names),
    );
  }
  return { study, parameters: resolveParameters(study.parameters, document) };
}

/** JSON Schema of a study file, for editors. */
export function studySchema(study: AnyStudy): JsonSchema {
  const { $schema: dialect, properties, ...rest } = jsonSchemaOf(study.parameters);
  const id = schemaIdOf(study);
  return {
    $schema: dialect,
    $id: id,
    title: study.title,
    description: study.summary,
    ...rest,
    properties: { $schema: { const: id, description: "Chooses the study." }, ...properties },
    required: ["$schema", ...(rest.required ?? [])],
    additionalProperties: false,
  };
}
