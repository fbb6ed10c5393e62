// The reference page of the command line, made from the declarations, so that help, checks and docs cannot disagree.

import { parameterRows, parameterTable, studies } from "../studies/index.js";
import { type CommandSpec, commonFlags } from "./command.js";
import { commands } from "./commands/index.js";
import { type FlagRow, flagRows } from "./flags-from-schema.js";

/** Names of the sections of the docs that are generated, with their Markdown. */
export function referenceSections(): ReadonlyMap<string, string> {
  const sections = new Map<string, string>([["common", table(flagRows(commonFlags))]]);
  for (const command of commands) sections.set(command.name, commandSection(command));
  for (const study of studies)
    sections.set(`parameters-${study.name}`, parameterTable(parameterRows(study.parameters)));
  return sections;
}

function commandSection(command: CommandSpec): string {
  const positional = command.arguments.map(({ name, optional }) => (optional ? `[${name}]` : name));
  const rows = flagRows(command.flags);
  const given = command.arguments.map(({ name, description }) => `* \`${name}\`: ${description}`);
  return [
    command.summary,
    ["```", ["phonion", command.name, ...positional, "[options]"].join(" "), "```"].join("\n"),
    ...(given.length > 0 ? [given.join("\n")] : []),
    ...(rows.length > 0 ? [table(rows)] : []),
    command.details.replaceAll("\n", " "),
    [`Example${command.examples.length > 1 ? "s" : ""}:`, "", "```", ...command.examples, "```"].join("\n"),
  ].join("\n\n");
}

function table(rows: readonly FlagRow[]): string {
  const cell = (text: string): string => text.replaceAll("|", "\\|");
  const lines = rows.map(
    ({ flag, default: value, description }) => `| \`${cell(flag)}\` | ${cell(value)} | ${cell(description)} |`,
  );
  return ["| option | default | meaning |", "| --- | --- | --- |", ...lines].join("\n");
}
