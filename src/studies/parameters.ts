// From one zod declaration: the check of a study file (place and nearest key named), its JSON Schema, and its table for
// the docs. The walk for unknown keys follows the JSON Schema of the declaration, so it needs nothing of zod's insides.

import { z } from "zod";
import { type FilePlace, FormatError, InputError } from "../base/index.js";
import { readYaml } from "../io/index.js";
import { nearestWord } from "./nearest.js";

/** A parsed document that knows where its keys stand. */
export interface ParameterDocument {
  readonly file: string;
  readonly value: unknown;
  /** Line, from 1, of the key at `path` or of the nearest one above it. */
  lineOf(path: readonly PropertyKey[]): number;
}

/** @throws FormatError with file and line when the text is no YAML. */
export function parameterDocument(text: string, file: string): ParameterDocument {
  const { value, lineOf } = readYaml(text, { file });
  return {
    file,
    value,
    lineOf: (path) => lineOf(path.map((step) => (typeof step === "number" ? step : String(step)))),
  };
}

/** The part of JSON Schema that zod writes. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
  readonly type?: string | readonly string[];
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly prefixItems?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly [keyword: string]: unknown;
}

type Path = readonly PropertyKey[];

/** The declaration as JSON Schema of what a person may write (defaults may be left out). */
export function jsonSchemaOf(parameters: z.ZodType): JsonSchema {
  return z.toJSONSchema(parameters, { io: "input", unrepresentable: "any" }) as JsonSchema;
}

/**
 * Checks a parsed document against the declaration and fills in the defaults. A top-level `$schema` key is left aside.
 * @throws FormatError naming file, line and key; for an unknown key the nearest known one.
 */
export function resolveParameters<P extends z.ZodType>(parameters: P, document: ParameterDocument): z.output<P> {
  const value = withoutSchemaKey(document.value ?? {});
  const unknown = findUnknownKey(jsonSchemaOf(parameters), value);
  if (unknown) {
    const { path, known } = unknown;
    const key = String(path.at(-1));
    const where = path.length > 1 ? ` in ${formatPath(path.slice(0, -1))}` : "";
    const nearest = nearestWord(key, known);
    throw new FormatError(
      placeOf(document, path),
      `unknown key ${key}${where}`,
      nearest ? `did you mean ${nearest}?` : `known keys${where}: ${known.join(", ")}`,
      { key, known },
    );
  }
  const parsed = parameters.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = flattenIssues(parsed.error.issues);
  const first = issues[0]!;
  const rest = issues.slice(1).map((issue) => `\n  also ${describeIssue(issue, value)}`);
  throw new FormatError(
    placeOf(document, first.path),
    `${describeIssue(first, value)}${rest.join("")}`,
    "`phonion schema` prints every key with its meaning, unit and default",
    { issues: issues.map(({ path, message }) => ({ path: formatPath(path), message })) },
  );
}

/**
 * Checks values that do not come from a file (flags, calls). `name` turns a key into what the caller typed.
 * @throws InputError naming the value.
 */
export function checkParameters<P extends z.ZodType>(
  parameters: P,
  value: unknown,
  name: (path: Path) => string = formatPath,
): z.output<P> {
  const parsed = parameters.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = flattenIssues(parsed.error.issues);
  const text = issues.map((issue) => describeIssue(issue, value, name)).join("; ");
  throw new InputError(text, "`--help` lists every option with its unit and default", {
    issues: issues.map(({ path, message }) => ({ path: formatPath(path), message })),
  });
}

const placeOf = (document: ParameterDocument, path: Path): FilePlace => ({
  file: document.file,
  line: document.lineOf(path),
});

function withoutSchemaKey(value: unknown): unknown {
  if (!isRecord(value) || !("$schema" in value)) return value;
  const { $schema: _, ...rest } = value;
  return rest;
}

/** relax.steps[2] */
export function formatPath(path: Path): string {
  return path.reduce<string>(
    (text, step) => (typeof step === "number" ? `${text}[${step}]` : text ? `${text}.${String(step)}` : String(step)),
    "",
  );
}

interface Issue {
  readonly path: Path;
  readonly message: string;
  readonly code: string;
}

/** A union that matched none of its forms reports the form that came closest (fewest complaints). */
function flattenIssues(issues: readonly z.core.$ZodIssue[], under: Path = []): Issue[] {
  return issues.flatMap((issue) => {
    const path = [...under, ...issue.path];
    if (issue.code === "invalid_union" && issue.errors.length > 0) {
      const deep = issue.errors.filter((list) => list.some((inner) => inner.path.length > 0));
      if (deep.length > 0) {
        const closest = deep.reduce((best, list) => (list.length < best.length ? list : best));
        return flattenIssues(closest, path);
      }
      const forms = [...new Set(issue.errors.flat().map((inner) => inner.message.replace(/^Invalid input: /, "")))];
      return [{ path, code: issue.code, message: forms.join(", or ") }];
    }
    return [{ path, code: issue.code ?? "custom", message: issue.message.replace(/^Invalid input: /, "") }];
  });
}

function describeIssue(issue: Issue, value: unknown, name: (path: Path) => string = formatPath): string {
  const given = valueAt(value, issue.path);
  const label = issue.path.length === 0 ? "the document" : name(issue.path);
  if (given === undefined) return `${label} is missing (${issue.message.replace(/, received undefined$/, "")})`;
  return `${label} is ${shortValue(given)}: ${issue.message.replace(/, received .*$/, "")}`;
}

const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (at, step) => (isRecord(at) || Array.isArray(at) ? (at as Record<PropertyKey, unknown>)[step] : undefined),
    value,
  );

function shortValue(value: unknown): string {
  const text = typeof value === "number" ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

interface UnknownKey {
  readonly path: Path;
  readonly known: readonly string[];
}

/** The first key of `value` that no form of the schema knows. */
function findUnknownKey(root: JsonSchema, value: unknown): UnknownKey | undefined {
  const visit = (schemas: readonly JsonSchema[], at: unknown, path: Path): UnknownKey | undefined => {
    const forms = schemas.flatMap((schema) => formsOf(root, schema));
    if (Array.isArray(at)) {
      for (const [i, item] of at.entries()) {
        const items = forms.flatMap((form) => {
          const one = form.prefixItems?.[i] ?? form.items;
          return one ? [one] : [];
        });
        const found = visit(items, item, [...path, i]);
        if (found) return found;
      }
    } else if (isRecord(at)) {
      const objects = matchingObjects(forms, at);
      const open = objects.some(({ additionalProperties: extra }) => extra === true || isRecord(extra));
      const known = [...new Set(objects.flatMap(({ properties = {} }) => Object.keys(properties)))];
      for (const [key, inner] of Object.entries(at)) {
        if (objects.length > 0 && !open && !known.includes(key)) return { path: [...path, key], known };
        const next = objects.flatMap(({ properties, additionalProperties: extra }) =>
          properties && Object.hasOwn(properties, key)
            ? [properties[key]!]
            : isRecord(extra)
              ? [extra as JsonSchema]
              : [],
        );
        const found = visit(next, inner, [...path, key]);
        if (found) return found;
      }
    }
    return undefined;
  };
  return visit([root], value, []);
}

/** The alternatives a schema stands for, references followed. */
function formsOf(root: JsonSchema, schema: JsonSchema): JsonSchema[] {
  if (schema.$ref !== undefined) {
    const target = schema.$ref === "#" ? root : root.$defs?.[schema.$ref.replace("#/$defs/", "")];
    return target ? formsOf(root, target) : [];
  }
  const alternatives = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
  return alternatives.length > 0 ? alternatives.flatMap((form) => formsOf(root, form)) : [schema];
}

/** Object forms, narrowed to those whose constant keys (a discriminator) agree with the value. */
function matchingObjects(forms: readonly JsonSchema[], value: Record<string, unknown>): JsonSchema[] {
  const objects = forms.filter((form) => form.type === "object" || form.properties);
  const agreeing = objects.filter(({ properties = {} }) =>
    Object.entries(properties).every(([key, { const: constant }]) => constant === undefined || value[key] === constant),
  );
  return agreeing.length > 0 ? agreeing : objects;
}
