// Modes of a supercell: analytic second derivatives, the sum rule, the eigenproblem with vectors. Every hop needs them once at its
// origin, and the eigenproblem grows with the cube of the atoms. γ-Li3PO4, 32 atoms, and the 193 atoms of the force comparisons: 579 modes.
// phonopy has no second derivatives of a force field: it displaces each atom both ways along each axis, here with forces from LAMMPS in
// the same process, and solves with numpy.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { cutoffsForAccuracy, interactionsFor, namedForceField, namedForceFieldSpec } from "../../src/forces/index.js";
import { findModes, forceConstants, solveModes } from "../../src/modes/index.js";
import { type Crystal, makeCell, makeCrystal } from "../../src/structure/index.js";
import { ACCURATE, LammpsFolder, lammpsData, lammpsInput, lammpsVersion } from "../peers/lammps.js";
import { pythonHas, runPython } from "../peers/python.js";

export const name = "modes";
export const unit = "solutions";
/** Smallest first. */
export const sizes = [
  "32 atoms, all",
  "193 atoms, all",
  "193 atoms, force constants",
  "193 atoms, 579 modes of them",
  "phonopy + LAMMPS, 193 atoms, force constants",
  "phonopy, 193 atoms, 579 modes of them",
] as const;

export const targets = [
  { row: "193 atoms, force constants", atMostMs: 150 },
  { row: "193 atoms, 579 modes of them", atMostMs: 150 },
  { row: "largest difference of frequencies from phonopy's", atMost: 0.01 },
];

export const against = [
  ["193 atoms, force constants", "phonopy + LAMMPS, 193 atoms, force constants"],
  ["193 atoms, 579 modes of them", "phonopy, 193 atoms, 579 modes of them"],
];

type Work = () => Promise<number | { readonly units: number; readonly ms: number; readonly cpuMs: number }>;

export async function prepare(size: (typeof sizes)[number]): Promise<Work | string> {
  if (size.startsWith("phonopy")) return phonopy(size);
  const crystal = structure(size.startsWith("32") ? 32 : 193);
  const forces = namedForceField("pedone-2006", { accuracy: 1e-5 });
  if (size.endsWith("all")) return async () => Math.sign((await findModes(crystal, forces)).count);
  if (size.endsWith("constants")) return async () => Math.sign((await forceConstants(crystal, forces)).values.length);
  const constants = await forceConstants(crystal, forces);
  return async () => {
    ourFrequencies = solveModes(constants).frequencies;
    return 1;
  };
}

function structure(atoms: 32 | 193): Crystal {
  const folder = atoms === 32 ? "pedone-li3po4" : "pedone-li3po4-ge193";
  const file = new URL(`../../fixtures/lammps/${folder}/expected.json`, import.meta.url);
  const { cell, species, positions } = JSON.parse(readFileSync(file, "utf8")).structure;
  return makeCrystal({ cell: makeCell(cell), species, positions });
}

let ourFrequencies: ArrayLike<number> | undefined;
let theirFrequencies: readonly number[] | undefined;

interface PhonopyAnswer {
  readonly constants: { readonly ms: number; readonly cpuMs: number };
  readonly solution: { readonly ms: number; readonly cpuMs: number };
  readonly frequencies: readonly number[];
}

async function phonopy(size: string): Promise<Work | string> {
  if (!lammpsVersion()) return "LAMMPS is not installed or not wanted";
  if (!pythonHas("ase, phonopy, ctypes; ctypes.CDLL('liblammps.so.0')"))
    return "phonopy, ASE or liblammps.so.0 is not installed";
  const crystal = structure(193);
  const { spec } = cutoffsForAccuracy(namedForceFieldSpec("pedone-2006"), crystal, 1e-5);
  const input = lammpsInput(spec, crystal, ACCURATE);
  const folder = new LammpsFolder(lammpsData(crystal, interactionsFor(spec, crystal).charges), input, "opt");
  const constants = size.endsWith("constants");
  const ours = constants
    ? []
    : (await forceConstants(crystal, namedForceField("pedone-2006", { accuracy: 1e-5 }))).values;
  const request = {
    folder: folder.path,
    commands: folder.commands,
    species: Array.from(crystal.kinds, (kind) => crystal.elements[kind]),
    masses: Array.from(crystal.masses),
    cell: [...crystal.cell.vectors],
    positions: [...crystal.positions],
    distance: 0.003, // Å; at phonopy's usual 0.01 its truncation, quadratic in this, is 0.02 THz at the stiffest mode
    constants,
    values: Array.from(ours),
  };
  const script = fileURLToPath(new URL("../../bench/peers/modes.py", import.meta.url));
  return async () => {
    const answer = runPython<PhonopyAnswer>(script, request);
    if (constants) theirFrequencies = answer.frequencies;
    return { units: 1, ...(constants ? answer.constants : answer.solution) };
  };
}

interface Row {
  readonly label: string;
  readonly value: number;
  readonly unit: string;
}

export async function run(): Promise<Row[]> {
  if (!ourFrequencies || !theirFrequencies) return [];
  const [ours, theirs] = [ourFrequencies, theirFrequencies];
  const value = Math.max(...theirs.map((frequency, mode) => Math.abs(frequency - ours[mode]!)));
  return [{ label: "largest difference of frequencies from phonopy's", value, unit: "THz" }];
}
