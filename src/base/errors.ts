// Errors sorted by who can act on them. `message` says what is wrong with the numbers on both sides;
// `hint` says what to do next. Not reaching a tolerance is not an error: results carry `converged`.

export type ErrorCode = "input" | "format" | "capability" | "physics" | "convergence" | "numeric" | "resource";
export type ErrorContext = Readonly<Record<string, unknown>>;

export abstract class PhonionError extends Error {
  abstract readonly code: ErrorCode;

  constructor(
    message: string,
    readonly hint: string,
    readonly context: ErrorContext = {},
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
  }
}

/** The caller asked for something that cannot be: a value out of range, two inputs that contradict each other. */
export class InputError extends PhonionError {
  readonly code = "input";
}

/** Where in a file a reader stopped. Lines count from 1. */
export interface FilePlace {
  readonly file: string;
  readonly line?: number;
}

/** A file does not say what its format promises. The message begins with `file:line:`. */
export class FormatError extends PhonionError {
  readonly code = "format";

  constructor(
    readonly place: FilePlace,
    message: string,
    hint: string,
    context: ErrorContext = {},
    cause?: unknown,
  ) {
    super(
      `${place.file}${place.line === undefined ? "" : `:${place.line}`}: ${message}`,
      hint,
      { ...place, ...context },
      cause,
    );
  }
}

/** This force field or method cannot do what was asked; another one can. */
export class CapabilityError extends PhonionError {
  readonly code = "capability";
}

/** The arrangement itself is wrong: atoms overlap, the cell is charged, a minimum is unstable. */
export class PhysicsError extends PhonionError {
  readonly code = "physics";
}

/** Thrown only by `requireConverged`; carries what was reached. */
export class ConvergenceError<T> extends PhonionError {
  readonly code = "convergence";

  constructor(
    message: string,
    hint: string,
    readonly partial: T,
    context: ErrorContext = {},
  ) {
    super(message, hint, context);
  }
}

/** A number stopped being one: which array, which atom, which step. */
export class NumericError extends PhonionError {
  readonly code = "numeric";
}

/** Memory, disk or time: what is needed, what is allowed. */
export class ResourceError extends PhonionError {
  readonly code = "resource";
}

const CLASSES = {
  input: InputError,
  capability: CapabilityError,
  physics: PhysicsError,
  numeric: NumericError,
  resource: ResourceError,
};

/** An error as plain data, for worker messages and JSON output. */
export interface ErrorData {
  readonly code: ErrorCode | "unknown";
  readonly message: string;
  readonly hint: string;
  readonly context: ErrorContext;
  readonly stack?: string;
}

export function errorToData(error: unknown): ErrorData {
  if (error instanceof PhonionError) {
    return { code: error.code, message: error.message, hint: error.hint, context: error.context };
  }
  const plain = error instanceof Error ? error : new Error(String(error));
  return {
    code: "unknown",
    message: plain.message,
    hint: "",
    context: {},
    ...(plain.stack ? { stack: plain.stack } : {}),
  };
}

/** Rebuilds the class an error had before it crossed a worker boundary. */
export function errorFromData(data: ErrorData): Error {
  if (data.code === "unknown") return Object.assign(new Error(data.message), data.stack ? { stack: data.stack } : {});
  if (data.code === "convergence") return new ConvergenceError(data.message, data.hint, undefined, data.context);
  if (data.code === "format") {
    const { file = "", line } = data.context as Partial<FilePlace>;
    const place: FilePlace = line === undefined ? { file } : { file, line };
    const prefix = `${file}${line === undefined ? "" : `:${line}`}: `;
    return new FormatError(place, data.message.replace(prefix, ""), data.hint, data.context);
  }
  return new CLASSES[data.code](data.message, data.hint, data.context);
}

/** What a person sees: the fault, then the next step. */
export function formatError(error: unknown): string {
  const { message, hint } = errorToData(error);
  return hint ? `${message}\n  ${hint}` : message;
}

export function requireConverged<T extends { readonly converged: boolean }>(result: T, what: string, hint: string): T {
  if (!result.converged) throw new ConvergenceError(`${what} did not converge`, hint, result);
  return result;
}
