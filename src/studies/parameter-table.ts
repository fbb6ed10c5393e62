// A declaration as rows a person can read: for --help, for the docs, for the web form.

import type { z } from "zod";
import { formatPath, type JsonSchema, jsonSchemaOf } from "./parameters.js";

export interface ParameterRow {
  /** "relax.tolerance" */
  readonly key: string;
  /** "number > 0", "fixed | full", "list of text" */
  readonly type: string;
  readonly required: boolean;
  /** As written in a study file; absent when there is none. */
  readonly default?: string;
  /** Meaning and unit. */
  readonly description: string;
}

/** One row per key, groups before their members. */
export function parameterRows(parameters: z.ZodType): readonly ParameterRow[] {
  const root = jsonSchemaOf(parameters);
  return rowsOf(root, root, []);
}

function rowsOf(root: JsonSchema, schema: JsonSchema, under: readonly string[]): ParameterRow[] {
  const required = new Set(schema.required ?? []);
  return Object.entries(schema.properties ?? {}).flatMap(([key, declared]) => {
    const property = resolve(root, declared);
    const path = [...under, key];
    const row: ParameterRow = {
      key: formatPath(path),
      type: typeText(root, property),
      required: required.has(key) && declared.default === undefined,
      ...(declared.default === undefined || groupIn(root, property) ? {} : { default: shown(declared.default) }),
      description: declared.description ?? property.description ?? "",
    };
    const group = groupIn(root, property);
    return [row, ...(group ? rowsOf(root, group, path) : [])];
  });
}

/** As it would be written: 1e-5 rather than 0.00001. */
function shown(value: unknown): string {
  const isSmall = typeof value === "number" && value !== 0 && Math.abs(value) < 1e-3;
  return isSmall ? value.toExponential() : JSON.stringify(value);
}

const isGroup = (schema: JsonSchema): boolean => schema.type === "object" && schema.properties !== undefined;

/** The group that a key holds, also where a shorter spelling is allowed beside it. */
function groupIn(root: JsonSchema, schema: JsonSchema): JsonSchema | undefined {
  if (isGroup(schema)) return schema;
  const groups = (schema.anyOf ?? schema.oneOf ?? []).map((form) => resolve(root, form)).filter(isGroup);
  return groups.length === 1 ? groups[0] : undefined;
}

function resolve(root: JsonSchema, schema: JsonSchema): JsonSchema {
  const name = schema.$ref?.replace("#/$defs/", "");
  return name !== undefined && root.$defs?.[name] ? { ...root.$defs[name], ...schema } : schema;
}

/** "whole number ≥ 3", "fixed | full", "list of 3 number": a schema in words. */
function typeText(root: JsonSchema, given: JsonSchema): string {
  const schema = resolve(root, given);
  if (schema.const !== undefined) return String(schema.const);
  if (schema.enum) return schema.enum.map(String).join(" | ");
  const forms = schema.anyOf ?? schema.oneOf;
  if (forms) return [...new Set(forms.map((form) => typeText(root, form)))].join(" | ");
  switch (schema.type) {
    case "number":
      return `number${rangeText(schema)}`;
    case "integer":
      return `whole number${rangeText(schema)}`;
    case "string":
      return "text";
    case "boolean":
      return "true | false";
    case "array":
      if (schema.prefixItems) return `[${schema.prefixItems.map((item) => typeText(root, item)).join(", ")}]`;
      return `list of ${schema.minItems !== undefined && schema.minItems === schema.maxItems ? `${schema.minItems} ` : ""}${typeText(root, schema.items ?? {})}`;
    case "object":
      return schema.properties ? "group" : "table";
    default:
      return "value";
  }
}

function rangeText(schema: JsonSchema): string {
  // zod bounds integers by ±(2⁵³ − 1): no news to a reader
  const real = (bound: number | undefined): bound is number =>
    bound !== undefined && Math.abs(bound) < Number.MAX_SAFE_INTEGER;
  const parts: string[] = [];
  if (real(schema.exclusiveMinimum)) parts.push(`> ${schema.exclusiveMinimum}`);
  if (real(schema.minimum)) parts.push(`≥ ${schema.minimum}`);
  if (real(schema.exclusiveMaximum)) parts.push(`< ${schema.exclusiveMaximum}`);
  if (real(schema.maximum)) parts.push(`≤ ${schema.maximum}`);
  return parts.length > 0 ? ` ${parts.join(", ")}` : "";
}

/** The rows as a Markdown table. */
export function parameterTable(rows: readonly ParameterRow[]): string {
  const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");
  const lines = rows.map(({ key, type, required, default: value, description }) => {
    const shown = required ? "required" : value === undefined ? "" : `\`${cell(value)}\``;
    return `| \`${key}\` | ${cell(type)} | ${shown} | ${cell(description)} |`;
  });
  return ["| key | type | default | meaning |", "| --- | --- | --- | --- |", ...lines].join("\n");
}
