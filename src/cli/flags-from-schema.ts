// One zod declaration per command gives its command-line options, their help, their check and their page in the docs.
// The key `pressureGpa` is the option --pressure-gpa; a yes-or-no key that is on by default also gets --no-….

import { type Command, Option } from "commander";
import type { z } from "zod";
import { checkParameters, type JsonSchema, jsonSchemaOf, parameterRows } from "../studies/index.js";

/** pressureGpa → --pressure-gpa */
export const flagOf = (key: string): string => `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** One option as a row of the docs. */
export interface FlagRow {
  /** "--pressure-gpa <number>" */
  readonly flag: string;
  readonly default: string;
  readonly description: string;
}

export function flagRows(flags: z.ZodObject): readonly FlagRow[] {
  const properties = jsonSchemaOf(flags).properties ?? {};
  return parameterRows(flags).map(({ key, default: value, description, required }) => ({
    flag: optionSpelling(key, properties[key]!),
    default: required ? "required" : shownDefault(value),
    description,
  }));
}

/** Adds the declared options to a command. */
export function addFlags(command: Command, flags: z.ZodObject): void {
  const properties = jsonSchemaOf(flags).properties ?? {};
  for (const row of parameterRows(flags)) {
    const schema = properties[row.key]!;
    const shown = shownDefault(row.default);
    const description = shown === "" ? row.description : `${row.description} (default ${shown})`;
    command.addOption(new Option(flagOf(row.key) + placeholderOf(schema), description));
    if (schema.default === true)
      command.addOption(new Option(flagOf(row.key).replace("--", "--no-"), `The opposite of ${flagOf(row.key)}.`));
  }
}

/**
 * What was typed, as checked values with defaults.
 * @throws InputError naming the option.
 */
export function readFlags<P extends z.ZodObject>(flags: P, typed: Readonly<Record<string, unknown>>): z.output<P> {
  const properties = jsonSchemaOf(flags).properties ?? {};
  const given = Object.entries(properties).flatMap(([key, schema]) => {
    const value = typed[key];
    return value === undefined ? [] : [[key, isNumeric(schema) ? numberFrom(value) : value]];
  });
  return checkParameters(flags, Object.fromEntries(given), ([key]) => flagOf(String(key)));
}

/** --pressureGpa as it stands in JSON and study files is taken for --pressure-gpa. */
export function acceptKeySpelling(argv: readonly string[]): string[] {
  return argv.map((word) => {
    const [name = "", ...rest] = word.split("=");
    return /^--[a-z]+[A-Z]/.test(name) ? [flagOf(name.slice(2)), ...rest].join("=") : word;
  });
}

const isNumeric = (schema: JsonSchema): boolean => schema.type === "number" || schema.type === "integer";

/** "1e-5" → 1e-5; what is no number stays text, and the check says so. */
function numberFrom(value: unknown): unknown {
  if (typeof value !== "string" || value.trim() === "") return value;
  const number = Number(value);
  return Number.isNaN(number) ? value : number;
}

function optionSpelling(key: string, schema: JsonSchema): string {
  const flag = flagOf(key);
  return schema.default === true ? `${flag}, ${flag.replace("--", "--no-")}` : flag + placeholderOf(schema);
}

function placeholderOf(schema: JsonSchema): string {
  if (schema.type === "boolean") return "";
  if (typeof schema["placeholder"] === "string") return ` <${schema["placeholder"]}>`;
  if (schema.enum) return ` <${schema.enum.join("|")}>`;
  return isNumeric(schema) ? " <number>" : " <text>";
}

/** Options that are off by default say nothing about it. */
function shownDefault(value: string | undefined): string {
  if (value === undefined || value === "false") return "";
  if (value === "true") return "on";
  return value.replace(/^"(.*)"$/, "$1");
}
