// Tables as comma-separated values (RFC 4180): CRLF line ends, quotes where needed, units in the header row.

import { expectShape, InputError } from "../base/index.js";

export interface CsvColumn {
  /** "frequency" */
  readonly name: string;
  /** "THz"; the header says "frequency (THz)". */
  readonly unit?: string;
  /** One per row; null leaves the field empty. */
  readonly values: ArrayLike<number | string | boolean | null>;
}

/** Numbers have the shortest digits that read back as the same f64. @throws InputError for columns of different lengths. */
export function writeCsv(columns: readonly CsvColumn[]): string {
  const rows = columns[0]?.values.length;
  if (rows === undefined) throw new InputError("a table needs a column", "give at least one");
  for (const { name, values } of columns) expectShape(`column ${name}`, values, [rows]);
  const header = columns.map(({ name, unit }) => field(unit === undefined ? name : `${name} (${unit})`));
  const body = Array.from({ length: rows }, (_, i) => columns.map(({ values }) => field(values[i]!)).join(","));
  return [header.join(","), ...body, ""].join("\r\n");
}

function field(value: number | string | boolean | null): string {
  const text = value === null ? "" : String(value);
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
