import { type FilePlace, FormatError, type Note } from "../base/index.js";
import { Fields } from "./fields.js";
import { parseJson, writeJson } from "./json.js";
import { quote } from "./text.js";

/** A result together with all that is needed to make it again. Only `made.at` differs between two equal runs. */
export interface Report<T> {
  /** "phonion/modal-hops" */
  readonly schema: string;
  /** Version of this schema's data. */
  readonly version: number;
  readonly made: { readonly software: string; readonly kernels: string; readonly at: string };
  readonly inputs: readonly { readonly name: string; readonly sha256: string }[];
  /** All options, defaults filled in. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly seed?: number;
  readonly notes: readonly Note[];
  readonly data: T;
}

/** Readable JSON whose numbers read back as the same f64. @throws NumericError for a number that is not finite. */
export const writeReport = <T>(report: Report<T>): string => writeJson(report);

export interface ReportReadOptions {
  /** Schema the report must have, e.g. "phonion/modal-hops". Default: any. */
  readonly schema?: string;
  /** Newest version of it that is understood. Default: any. */
  readonly version?: number;
}

/** Checks the frame of a report; its data are left to whoever knows the schema. Typed arrays come back as lists. */
export function readReport(text: string, given: FilePlace, options: ReportReadOptions = {}): Report<unknown> {
  const place = { ...given, line: 1 };
  const fields = new Fields(parseJson(text, place), place);
  const schema = fields.text("schema");
  const version = fields.whole("version", 1);
  if (options.schema !== undefined && schema !== options.schema) {
    throw new FormatError(
      place,
      `this is a report of ${quote(schema)}, expected ${quote(options.schema)}`,
      "give another report",
    );
  }
  if (options.version !== undefined && version > options.version) {
    throw new FormatError(
      place,
      `${quote(schema)} has version ${version}, this program reads up to ${options.version}`,
      `${fields.object("made").text("software")} wrote it; use that release`,
    );
  }
  const made = fields.object("made");
  return {
    schema,
    version,
    made: { software: made.text("software"), kernels: made.text("kernels"), at: made.text("at") },
    inputs: fields.list("inputs", (entry, path) => {
      const input = new Fields(entry, place, path);
      return { name: input.text("name"), sha256: input.text("sha256") };
    }),
    options: fields.object("options").value,
    ...(fields.has("seed") ? { seed: fields.whole("seed", 0) } : {}),
    notes: fields.notes("notes"),
    data: fields.raw("data"),
  };
}
