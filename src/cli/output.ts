// What goes to stdout and stderr, and the exit code.

import { errorToData, formatError, type Note, PhonionError } from "../base/index.js";
import { CANCELLED_EXIT, Interrupted, systemCode, writeError } from "../host/index.js";

export const NOT_CONVERGED_EXIT = 3;

/** 2 the user can fix it, 3 not converged, 4 numeric or unforeseen, 130 cancelled. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof Interrupted) return CANCELLED_EXIT;
  switch (errorToData(error).code) {
    case "convergence":
      return NOT_CONVERGED_EXIT;
    case "numeric":
    case "unknown":
      return 4;
    default:
      return 2;
  }
}

/** The error as the JSON document of a failed command. Numbers in its context that are none become null. */
export function errorDocument(error: unknown): string {
  const { code, message, hint, context } = errorToData(error);
  const shown = error instanceof Interrupted ? "cancelled" : code;
  return `${JSON.stringify({ error: { code: shown, message, hint, context } }, null, 2)}\n`;
}

/** The error for a person; a fault that nobody foresaw also shows where it happened. */
export function errorText(error: unknown, colour: boolean): string {
  const label = colour ? "\x1b[31merror:\x1b[0m" : "error:";
  if (error instanceof PhonionError || error instanceof Interrupted) return `${label} ${formatError(error)}`;
  const { message, stack } = errorToData(error);
  return `${label} ${message}\n  this is a fault in phonion; please report it with the lines below\n${stack ?? ""}`;
}

export const noteText = ({ message, hint }: Note): string => `note: ${message}${hint ? `\n  ${hint}` : ""}`;

/** Resolves when stdout has taken the text. @throws ResourceError when it cannot. */
export async function writeStdout(text: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
  }).catch(async (cause: unknown) => {
    if (systemCode(cause) === "EPIPE") return; // the reader has seen enough
    throw await writeError("stdout", text.length, cause);
  });
}
