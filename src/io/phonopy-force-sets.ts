// phonopy's FORCE_SETS: what a crystal's atoms felt when some of them were moved.
//
// type 1:  n atoms / number of sets / for each: atom from 1 / displacement, Å / n lines of forces, eV/Å       (one atom moved per set)
// type 2:  lines of six numbers, displacement and force of one atom, n lines per set                            (all atoms moved)
// https://phonopy.github.io/phonopy/input-files.html#force-sets

import { type FilePlace, FormatError } from "../base/index.js";
import type { ForceSets } from "../modes/index.js";
import { atomCount, type Crystal } from "../structure/index.js";
import { takeCount, takeReals } from "./numbers.js";
import { LineReader, plural } from "./text.js";

/** Both types; `supercell` gives the atoms in the file's order. @throws FormatError. */
export function readForceSets(text: string, place: FilePlace, supercell: Crystal): ForceSets {
  const reader = new LineReader(text, place);
  const first = (reader.takeFilled() ?? "").trim().split(/\s+/);
  const n = atomCount(supercell);
  if (first.length >= 6) return readRows(reader, first, supercell);
  const atoms = takeCount(reader, first[0], "the number of atoms", 1);
  if (atoms !== n)
    throw reader.fault(
      `the forces are on ${plural(atoms, "atom")}, the supercell has ${n}`,
      "give the supercell the displacements were made in",
    );
  const sets = takeCount(reader, reader.takeFilled()?.trim(), "the number of displacements", 1);
  const displacements = new Float64Array(3 * n * sets);
  const forces = new Float64Array(3 * n * sets);
  for (let set = 0; set < sets; set++) {
    const which = takeCount(reader, reader.takeFilled()?.trim(), `the displaced atom of set ${set + 1}`, 1);
    if (which > n) throw reader.fault(`atom ${which} of ${n} is displaced`, "atoms are counted from 1");
    const what = `the displacement of set ${set + 1}`;
    displacements.set(triple(reader, what), 3 * (n * set + which - 1));
    for (let i = 0; i < n; i++)
      forces.set(triple(reader, `the force on atom ${i + 1} of set ${set + 1}`), 3 * (n * set + i));
  }
  return { supercell, displacements, forces };
}

function triple(reader: LineReader, what: string): number[] {
  const line = reader.takeFilled();
  if (line === undefined) throw reader.endsBefore(what);
  return takeReals(reader, line.trim().split(/\s+/), 3, what);
}

function readRows(reader: LineReader, first: string[], supercell: Crystal): ForceSets {
  const n = atomCount(supercell);
  const rows: number[][] = [takeReals(reader, first, 6, "displacement and force")];
  for (let line = reader.takeFilled(); line !== undefined; line = reader.takeFilled())
    rows.push(takeReals(reader, line.trim().split(/\s+/), 6, "displacement and force"));
  if (rows.length % n !== 0)
    throw new FormatError(
      reader.place,
      `${plural(rows.length, "line")} are no whole number of sets of ${plural(n, "atom")}`,
      "the file is cut short, or belongs to another supercell",
    );
  return {
    supercell,
    displacements: Float64Array.from(rows.flatMap((row) => row.slice(0, 3))),
    forces: Float64Array.from(rows.flatMap((row) => row.slice(3))),
  };
}
