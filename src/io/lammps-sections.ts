// The sections of a LAMMPS data file: a name on a line of its own, then rows of words, comments kept apart.

import { type LineReader, quote, type ReadOptions } from "./text.js";

export type LammpsAtomStyle = "atomic" | "charge" | "molecular" | "full";

export interface LammpsDataReadOptions extends ReadOptions {
  /** Columns of the Atoms section. Default: the hint "Atoms # full", else the number of columns. */
  readonly atomStyle?: LammpsAtomStyle;
  /** Element of every atom type. Default: the comments behind the masses, then the masses. */
  readonly species?: readonly string[];
}

/** The rows of one section, comments kept apart. */
export interface LammpsSection {
  readonly name: string;
  /** Behind the name: "Atoms # full". */
  readonly comment: string;
  readonly line: number;
  readonly rows: readonly { readonly words: readonly string[]; readonly comment: string; readonly line: number }[];
}

/** All sections from the line `firstSection`, which the reader has just taken. @throws FormatError */
export function readSections(reader: LineReader, firstSection: string): Map<string, LammpsSection> {
  const sections = new Map<string, LammpsSection>();
  let heading: string | undefined = firstSection;
  while (heading !== undefined) {
    const [name, comment] = splitComment(heading);
    const { line } = reader;
    const earlier = sections.get(name);
    if (earlier)
      throw reader.fault(`the section ${quote(name)} comes twice, first in line ${earlier.line}`, "remove one of them");
    if (!/^[A-Z][A-Za-z ]*$/.test(name))
      throw reader.fault(
        `${quote(name)} is not the name of a section`,
        "sections are called Masses, Atoms, Velocities …",
      );
    const rows: LammpsSection["rows"][number][] = [];
    heading = undefined;
    for (let text = reader.takeFilled(); text !== undefined; text = reader.takeFilled()) {
      const [content, note] = splitComment(text);
      if (content === "") continue;
      if (/^[A-Za-z]/.test(content)) {
        heading = text;
        break;
      }
      rows.push({ words: content.split(/\s+/), comment: note, line: reader.line });
    }
    sections.set(name, { name, comment, line, rows });
  }
  return sections;
}

function splitComment(line: string): [string, string] {
  const sign = line.indexOf("#");
  return sign < 0 ? [line.trim(), ""] : [line.slice(0, sign).trim(), line.slice(sign + 1).trim()];
}
