// The command line: finds the command, reads its options, runs it, prints, and turns whatever happened into an exit code.

import { join } from "node:path";
import { Command, CommanderError } from "commander";
import { InputError, type Progress } from "../base/index.js";
import {
  Interrupted,
  listenForInterrupt,
  makeWorkerPool,
  packageVersion,
  prepareOutputFolder,
  thisSoftware,
  type WorkerPool,
  writeFileAtomic,
} from "../host/index.js";
import { writeJson } from "../io/index.js";
import type { Estimation } from "../studies/index.js";
import { type Call, type CommandSpec, type CommonFlags, commonFlags, type Outcome } from "./command.js";
import { commands } from "./commands/index.js";
import { acceptKeySpelling, addFlags, readFlags } from "./flags-from-schema.js";
import { errorDocument, errorText, exitCodeOf, foreseen, NOT_CONVERGED_EXIT, noteText, writeStdout } from "./output.js";
import { formatDuration, ProgressLine } from "./progress-line.js";

/** Runs one command line (`process.argv`) and sets `process.exitCode`. */
export async function main(argv: readonly string[]): Promise<void> {
  const words = acceptKeySpelling(argv.slice(2));
  const json = words.includes("--json");
  process.stdout.on("error", () => undefined); // reported by the write that failed
  process.on("uncaughtException", (error) => {
    process.stderr.write(`${errorText(error, false)}\n`);
    process.exit(4);
  });
  try {
    const program = makeProgram(await packageVersion());
    if (words.length === 0) {
      program.outputHelp();
      return;
    }
    await program.parseAsync(words, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return; // help or version was asked for
    const failure = error instanceof CommanderError ? usageError(error) : foreseen(error);
    process.exitCode = exitCodeOf(failure);
    process.stderr.write(`${errorText(failure, coloured())}\n`);
    if (failure instanceof Interrupted) process.stderr.write(`${restartLine(words)}\n`);
    if (json) await writeStdout(errorDocument(failure)).catch(() => undefined);
  }
}

function makeProgram(version: string): Command {
  const program = new Command("phonion")
    .description("Which lattice vibrations carry the ions of a solid electrolyte, and by which hops.")
    .version(version, "-V, --version", "Print the version.")
    .helpOption("-h, --help", "Print this help.")
    .helpCommand("help [command]", "Print the help of a command.")
    .showSuggestionAfterError(true)
    .exitOverride()
    .configureOutput({ outputError: () => undefined });
  for (const spec of commands) program.addCommand(makeCommand(spec));
  return program;
}

function makeCommand(spec: CommandSpec): Command {
  const command = new Command(spec.name)
    .summary(spec.summary)
    .description(spec.summary)
    .helpOption("-h, --help", "Print this help.")
    .showSuggestionAfterError(true)
    .exitOverride()
    .configureOutput({ outputError: () => undefined });
  for (const { name, description, optional } of spec.arguments) {
    command.argument(optional ? `[${name}]` : `<${name}>`, description);
  }
  command.optionsGroup("Options:");
  addFlags(command, spec.flags);
  command.optionsGroup("Common options:");
  addFlags(command, commonFlags);
  const examples = spec.examples.map((line) => `  ${line}`).join("\n");
  command.addHelpText("after", `\n${spec.details}\n\nExample${spec.examples.length > 1 ? "s" : ""}:\n${examples}`);
  command.action(async (...received: unknown[]) => {
    const typed = received.at(-2) as Record<string, unknown>;
    const args = received
      .slice(0, -2)
      .flat()
      .filter((value): value is string => typeof value === "string");
    await execute(spec, args, typed);
  });
  return command;
}

async function execute(
  spec: CommandSpec,
  args: readonly string[],
  typed: Readonly<Record<string, unknown>>,
): Promise<void> {
  const common = readFlags(commonFlags, typed);
  const flags = readFlags(spec.flags, typed);
  const line = new ProgressLine((text) => process.stderr.write(text), {
    rewrite: Boolean(process.stderr.isTTY) && process.env["TERM"] !== "dumb",
    columns: process.stderr.columns || 80,
    now: () => performance.now(),
  });
  const say = (text: string): void => {
    line.clear();
    process.stderr.write(`${text}\n`);
  };
  const interrupt = listenForInterrupt(() => say("stopping; press Ctrl-C again to stop at once"));
  const [call, close] = makeCall({ args, flags, common, say, signal: interrupt.signal, line });
  try {
    if (common.dryRun) {
      await printPlan(await spec.plan(call), common);
      return;
    }
    if (common.out !== undefined) await prepareOutputFolder(common.out);
    const outcome = await spec.run(call);
    line.clear();
    await deliver(spec, outcome, call);
    process.exitCode = outcome.exitCode ?? (outcome.converged === false ? NOT_CONVERGED_EXIT : 0);
  } finally {
    line.clear();
    interrupt.release();
    await close();
  }
}

interface CallParts extends Pick<Call<unknown>, "args" | "flags" | "common" | "say" | "signal"> {
  readonly line: ProgressLine;
}

function makeCall({ line, ...parts }: CallParts): [call: Call<never>, close: () => Promise<void>] {
  const { common, say } = parts;
  let pool: WorkerPool | undefined;
  let seed = common.seed;
  const call = {
    ...parts,
    ...(common.quiet ? {} : { onProgress: (progress: Progress) => line.update(progress) }),
    pool: () => (pool ??= makeWorkerPool(common.threads === undefined ? {} : { threads: common.threads })),
    seed() {
      if (seed === undefined) {
        seed = Math.floor(Math.random() * 2 ** 32);
        say(`seed ${seed}`);
      }
      return seed;
    },
  };
  return [call as unknown as Call<never>, async () => pool?.close()];
}

/** Files first: when they cannot be written, stdout must not have claimed success. */
async function deliver(spec: CommandSpec, outcome: Outcome, { common, say }: Call<never>): Promise<void> {
  const { data, notes = [], inputs = [], options = {} } = outcome;
  const header = { notes, inputs, options, made: { ...(await thisSoftware()), at: new Date().toISOString() } };
  const json = writeJson(outcome.bare ? data : { schema: `phonion/${spec.name}`, ...data, ...header });
  if (common.out !== undefined && !outcome.filed) {
    const files = [...(outcome.files ?? []), { name: "result.json", data: json }];
    for (const { name, data: contents } of files) await writeFileAtomic(join(common.out, name), contents);
    if (!common.quiet) say(`wrote ${files.map(({ name }) => name).join(", ")} in ${common.out}`);
  }
  if (!common.quiet) for (const note of notes) say(noteText(note));
  await writeStdout(common.json ? json : `${outcome.text}\n`);
}

async function printPlan(plan: Estimation, common: CommonFlags): Promise<void> {
  if (common.json) {
    await writeStdout(writeJson({ dryRun: true, ...plan }));
    return;
  }
  const work = plan.work.map((step) => `  ${step}`);
  const cost = `time about ${formatDuration(plan.seconds)}, memory about ${Math.ceil(plan.memoryMb)} MB, disk about ${plan.diskMb.toPrecision(2)} MB`;
  await writeStdout(["would do:", ...work, cost, ""].join("\n"));
}

const coloured = (): boolean =>
  Boolean(process.stderr.isTTY) && !process.env["NO_COLOR"] && process.env["TERM"] !== "dumb";

/** What commander complained about, as one of our errors: the suggestion becomes the hint. */
function usageError(error: CommanderError): InputError {
  const [message = "", suggestion] = error.message.replace(/^error: /, "").split("\n");
  const hint =
    suggestion?.replace(/^\((.*)\)$/, "$1") ??
    "`phonion --help` lists the commands, `phonion COMMAND --help` their options";
  return new InputError(message, hint, { usage: error.code });
}

/** The command that goes on from here. --restart would throw away what was just saved. */
function restartLine(words: readonly string[]): string {
  const quoted = words
    .filter((word) => word !== "--restart")
    .map((word) => (/^[\w./=:,+@%-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`));
  const program = process.env["npm_lifecycle_event"] === "npx" ? "npx phonion" : "phonion";
  return `${program} ${quoted.join(" ")}`;
}
