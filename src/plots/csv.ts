// The numbers of a figure as one table. Series of different lengths stand side by side; the shorter end in empty fields.

import { writeCsv } from "../io/index.js";

export interface Column {
  /** Name with its unit: "frequency (THz)". */
  readonly name: string;
  readonly values: ArrayLike<number | string>;
}

export function csvOf(columns: readonly Column[]): string {
  const length = Math.max(...columns.map((column) => column.values.length));
  return writeCsv(
    columns.map(({ name, values }) => ({ name, values: Array.from({ length }, (_, row) => values[row] ?? null) })),
  );
}
