// Writes extended XYZ frames with ASE's keys, so that ASE reads positions, cell, momenta, masses, energy, forces and stress.

import { ANGULAR_PER_ROOT_CURVATURE, expectShape, type F64, InputError } from "../base/index.js";
import { atomCount, speciesOf, standardMass } from "../structure/index.js";
import type { ExtxyzColumn, ExtxyzFrame } from "./extxyz-frame.js";
import { writePair } from "./extxyz-info.js";
import { exact } from "./numbers.js";

/** What a frame is written from: a crystal, and what is known about it. */
export type ExtxyzContent = Pick<ExtxyzFrame, "crystal"> & Partial<Omit<ExtxyzFrame, "crystal">>;

const OWN_KEYS = ["Lattice", "Properties", "pbc", "energy", "stress", "virial"];

/** One frame; a trajectory is its frames one after the other. Masses are written when they are not the standard ones. */
export function writeExtxyz(content: ExtxyzContent): string {
  const { crystal } = content;
  const n = atomCount(crystal);
  const columns = columnsOf(content);
  const properties = columns.map(([name, { type, width }]) => `${name}:${type}:${width}`).join(":");
  const info = Object.entries(content.info ?? {});
  const own = info.find(([key]) => OWN_KEYS.includes(key));
  if (own) throw new InputError(`info must not hold the key ${own[0]}`, "it is written from the frame's own fields");
  const heading = [
    writePair("Lattice", [...crystal.cell.vectors]),
    `Properties=${properties}`,
    ...(content.energy === undefined ? [] : [writePair("energy", content.energy)]),
    ...(content.stress === undefined ? [] : [writePair("stress", byColumns(content.stress))]),
    ...info.map(([key, value]) => writePair(key, value)),
    writePair("pbc", [...crystal.cell.periodic]),
  ].join(" ");
  const rows = Array.from({ length: n }, (_, i) => columns.map(([, column]) => rowOf(column, i)).join(" "));
  return [String(n), heading, ...rows, ""].join("\n");
}

/** [3,3] as nine numbers column by column. */
function byColumns(tensor: F64): number[] {
  expectShape("stress", tensor, [3, 3]);
  return Array.from({ length: 9 }, (_, n) => tensor[3 * (n % 3) + Math.floor(n / 3)]!);
}

function columnsOf({ crystal, forces, velocities, columns = {} }: ExtxyzContent): [string, ExtxyzColumn][] {
  const n = atomCount(crystal);
  const out = new Map<string, ExtxyzColumn>();
  const add = (name: string, column: ExtxyzColumn): void => {
    if (out.has(name))
      throw new InputError(`the column ${name} would be written twice`, "it is written from the frame's own fields");
    if (name === "" || /[:\s"'=]/.test(name))
      throw new InputError(`"${name}" cannot name a column`, "use a word without colons");
    expectShape(name, column.values, [n, column.width]);
    out.set(name, column);
  };
  add("species", { type: "S", width: 1, values: Array.from({ length: n }, (_, i) => speciesOf(crystal, i)) });
  add("pos", { type: "R", width: 3, values: crystal.positions });
  if (forces) add("forces", { type: "R", width: 3, values: forces });
  if (velocities) {
    expectShape("velocities", velocities, [n, 3]);
    const momentum = (v: number, i: number): number =>
      (v * crystal.masses[Math.floor(i / 3)]!) / ANGULAR_PER_ROOT_CURVATURE;
    add("momenta", { type: "R", width: 3, values: Float64Array.from(velocities, momentum) });
  }
  const standard = Array.from(crystal.masses).every((mass, i) => mass === standardMass(speciesOf(crystal, i)));
  if (!standard) add("masses", { type: "R", width: 1, values: crystal.masses });
  if (crystal.labels) add("label", { type: "S", width: 1, values: crystal.labels });
  for (const [name, column] of Object.entries(columns)) add(name, column);
  return [...out];
}

function rowOf({ type, width, values }: ExtxyzColumn, atom: number): string {
  return Array.from({ length: width }, (_, k) => {
    const value = values[width * atom + k]!;
    if (type === "L") return value ? "T" : "F";
    if (typeof value === "number") return exact(value).padStart(24);
    if (/^\S+$/.test(String(value))) return String(value).padEnd(2);
    throw new InputError(
      `atom ${atom + 1} has the text ${JSON.stringify(value)}, which no column can hold`,
      "words in columns have no spaces",
    );
  }).join(" ");
}
