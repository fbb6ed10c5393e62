// Numbers of a figure as comma-separated values (RFC 4180): one header row whose names carry the units.

export interface Column {
  /** Name with its unit: "frequency (THz)". */
  readonly name: string;
  readonly values: ArrayLike<number | string>;
}

const cell = (value: number | string | undefined): string => {
  if (value === undefined) return "";
  const text = String(value);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** Columns side by side; shorter ones end in empty cells. */
export function csvOf(columns: readonly Column[]): string {
  const length = Math.max(0, ...columns.map((column) => column.values.length));
  const lines = [columns.map((column) => cell(column.name)).join(",")];
  for (let row = 0; row < length; row++) lines.push(columns.map((column) => cell(column.values[row])).join(","));
  return `${lines.join("\n")}\n`;
}
