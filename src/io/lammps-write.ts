// Writes LAMMPS data files in the atom styles atomic and charge.
//
// LAMMPS wants a along +x and b in the xy plane, so the crystal is turned as a whole where it is not so already, and a
// left-handed cell is replaced by its mirror −a, −b, −c. Tilts beyond half an edge are refused by LAMMPS; then b and c are
// replaced by equivalent lattice vectors. Distances do not change in any of this.

import { expectShape, type F64, InputError } from "../base/index.js";
import { type Cell, type Crystal, speciesList, speciesOf } from "../structure/index.js";
import { lowerTriangular } from "./cell-frames.js";
import { columns, exact } from "./numbers.js";

export interface LammpsDataWriteOptions {
  /** Charges in e, [n] by atom or by element. With them the atom style is "charge", else "atomic". */
  readonly charges?: F64 | Readonly<Record<string, number>>;
  /** First line. Default "LAMMPS data file written by phonion, units = metal". */
  readonly title?: string;
}

export function writeLammpsData(crystal: Crystal, options: LammpsDataWriteOptions = {}): string {
  const { cell, positions } = lowerTriangular(crystal);
  const [ax, bx, by, cx, cy, cz] = withinHalfEdges(cell);
  const charges = options.charges && chargesByAtom(crystal, options.charges);
  const types = typesOf(crystal);
  const atoms = speciesList(crystal).map((_, i) => {
    const charge = charges ? ` ${exact(charges[i]!).padStart(9)}` : "";
    const position = columns([positions[3 * i]!, positions[3 * i + 1]!, positions[3 * i + 2]!]);
    return `${String(i + 1).padStart(6)} ${String(types.byAtom[i]!).padStart(3)}${charge}${position}`;
  });
  const edge = (length: number, axis: string): string => `0.0 ${exact(length)} ${axis}lo ${axis}hi`;
  const tilted = bx !== 0 || cx !== 0 || cy !== 0;
  return [
    (options.title ?? "LAMMPS data file written by phonion, units = metal").replace(/[\r\n]+/g, " "),
    "",
    `${atoms.length} atoms`,
    `${types.list.length} atom types`,
    "",
    edge(ax, "x"),
    edge(by, "y"),
    edge(cz, "z"),
    ...(tilted ? [`${exact(bx)} ${exact(cx)} ${exact(cy)} xy xz yz`] : []),
    "",
    "Masses",
    "",
    ...types.list.map(({ symbol, mass }, i) => `${i + 1} ${exact(mass)} # ${symbol}`),
    "",
    `Atoms # ${charges ? "charge" : "atomic"}`,
    "",
    ...atoms,
    "",
  ].join("\n");
}

/** [ax, bx, by, cx, cy, cz] of an equivalent cell with |bx|, |cx| ≤ ax/2 and |cy| ≤ by/2. */
function withinHalfEdges({ vectors: v }: Cell): readonly [number, number, number, number, number, number] {
  const [ax, by, cz] = [v[0]!, v[4]!, v[8]!];
  // Exactly half an edge stays: a hexagonal cell keeps its 120°.
  const turns = (tilt: number, edge: number): number => (Math.abs(tilt) <= edge / 2 ? 0 : Math.round(tilt / edge));
  const bx = v[3]! - turns(v[3]!, ax) * ax;
  const alongB = turns(v[7]!, by);
  const cy = v[7]! - alongB * by;
  const cxOnB = v[6]! - alongB * bx;
  return [ax, bx, by, cxOnB - turns(cxOnB, ax) * ax, cy, cz];
}

/** One type for every element and mass, in the order of the atoms. */
function typesOf(crystal: Crystal): { list: { symbol: string; mass: number }[]; byAtom: number[] } {
  const list: { symbol: string; mass: number }[] = [];
  const byAtom = Array.from(crystal.masses, (mass, i) => {
    const symbol = speciesOf(crystal, i);
    const known = list.findIndex((type) => type.symbol === symbol && type.mass === mass);
    return known >= 0 ? known + 1 : list.push({ symbol, mass });
  });
  return { list, byAtom };
}

function chargesByAtom(crystal: Crystal, charges: F64 | Readonly<Record<string, number>>): F64 {
  if (typeof (charges as F64).length === "number") {
    expectShape("charges", charges as F64, [crystal.kinds.length]);
    return charges as F64;
  }
  const byElement = charges as Readonly<Record<string, number>>;
  return Float64Array.from(speciesList(crystal), (symbol) => {
    const charge = byElement[symbol];
    if (charge === undefined)
      throw new InputError(`no charge for ${symbol}`, `charges are given for ${Object.keys(byElement).join(", ")}`);
    return charge;
  });
}
