// What goes to stdout and stderr, and the exit code.

import { errorToData, formatError, type Note, PhonionError, ResourceError } from "../base/index.js";
import { CANCELLED_EXIT, formatBytes, Interrupted, systemCode, writeError } from "../host/index.js";

export const NOT_CONVERGED_EXIT = 3;

/** What JavaScript and WebAssembly say when an array is longer than they allow, or memory for it cannot be had. */
const OUT_OF_MEMORY =
  /invalid (typed )?array length|invalid array buffer length|array buffer allocation failed|could not allocate memory|unable to grow instance memory|maximum memory size exceeded|map maximum size exceeded/i;

/** The error as one the user can act on, where memory was asked for that is not there; else as it is. */
export function foreseen(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof PhonionError || !OUT_OF_MEMORY.test(error.message)) return error;
  const length = Number(/length: (\d+)/.exec(error.message)?.[1]);
  const asked = length > 0 ? `: ${length} numbers in one array, ${formatBytes(8 * length)}` : "";
  return new ResourceError(
    `more memory is needed than can be had${asked}`,
    "--dry-run says how much the command needs; take a smaller cell: matrices of n atoms hold 9 n² numbers",
    { asked: error.message },
    error,
  );
}

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
