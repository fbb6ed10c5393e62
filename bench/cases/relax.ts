// Relaxation to 1e-5 eV/Å, because every hop starts and ends with one. Ge-substituted Li3PO4 with an interstitial Li, every atom off its
// place by 0.08 Å, and γ-Li3PO4 as measured, with its cell. Good: at most 150 evaluations for the former, 80 for the latter.
// Beside them ASE's LBFGS with forces from LAMMPS in the same process, the cell fixed; with the cell, LAMMPS by itself: conjugate
// gradients and box/relax by turns, as often as the stress needs to come down.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  cutoffsForAccuracy,
  type ForceField,
  interactionsFor,
  namedForceField,
  namedForceFieldSpec,
} from "../../src/forces/index.js";
import { type Minimum, type RelaxOptions, relax } from "../../src/minima/index.js";
import { type Crystal, makeCell, makeCrystal } from "../../src/structure/index.js";
import {
  ACCURATE,
  LammpsFolder,
  type LammpsSettings,
  lammpsData,
  lammpsInput,
  lammpsVersion,
} from "../peers/lammps.js";
import { pythonHas, runPython } from "../peers/python.js";

export const name = "relax";
export const unit = "relaxations";
/** Smallest first. */
export const sizes = [
  "32 atoms and cell",
  "193 atoms",
  "ASE + LAMMPS, 193 atoms",
  "LAMMPS, 32 atoms and cell",
] as const;

export const targets = [
  { row: "193 atoms: evaluations", atMost: 150 },
  { row: "32 atoms and cell: evaluations", atMost: 80 },
];

export const against = [
  ["193 atoms", "ASE + LAMMPS, 193 atoms"],
  ["32 atoms and cell", "LAMMPS, 32 atoms and cell"],
];

type Work = () => Promise<number | { readonly units: number; readonly ms: number; readonly cpuMs: number }>;

/** Structures of the LAMMPS comparisons: γ-Li3PO4 as measured, and the rattled Ge-substituted cell (fixed seed). */
function structure(atoms: 32 | 193): Crystal {
  const folder = atoms === 32 ? "pedone-li3po4" : "pedone-li3po4-ge193";
  const file = new URL(`../../fixtures/lammps/${folder}/expected.json`, import.meta.url);
  const { cell, species, positions } = JSON.parse(readFileSync(file, "utf8")).structure;
  return makeCrystal({ cell: makeCell(cell), species, positions });
}

/** What is timed: one relaxation. */
export async function prepare(size: (typeof sizes)[number]): Promise<Work | string> {
  if (size.startsWith("ASE")) return ase(size);
  if (size.startsWith("LAMMPS")) return lammps(size);
  const crystal = structure(size.startsWith("32") ? 32 : 193);
  const options: RelaxOptions = { cell: size.endsWith("cell") ? "full" : "fixed" };
  return async () => {
    const { field, evaluations } = counted(namedForceField("pedone-2006", { accuracy: 1e-5 }));
    const rest: Minimum = await relax(crystal, field, options);
    if (!rest.converged) throw new Error(`not converged: ${rest.maxForce} eV/Å are left`);
    outcomes.set(size, { evaluations: evaluations(), energy: rest.energy });
    return 1;
  };
}

interface Outcome {
  readonly evaluations: number;
  readonly energy: number; // eV
}
const outcomes = new Map<string, Outcome>();

interface Row {
  readonly label: string;
  readonly value: number;
  readonly unit: string;
}

export async function run(): Promise<Row[]> {
  const rows = [...outcomes].map(([size, { evaluations }]) => ({
    label: `${size}: evaluations`,
    value: evaluations,
    unit: "evaluations",
  }));
  const differences = against.flatMap(([ours, theirs]) => {
    const [a, b] = [outcomes.get(ours!), outcomes.get(theirs!)];
    if (!a || !b) return [];
    return [{ label: `${theirs}: energy above ours`, value: 1e3 * (b.energy - a.energy), unit: "meV" }];
  });
  return [...rows, ...differences];
}

/** As accurate as 1e-5. */
function lammpsFor(crystal: Crystal, settings: LammpsSettings): LammpsFolder {
  const { spec } = cutoffsForAccuracy(namedForceFieldSpec("pedone-2006"), crystal, 1e-5);
  const { charges } = interactionsFor(spec, crystal);
  return new LammpsFolder(lammpsData(crystal, charges), lammpsInput(spec, crystal, settings), "opt");
}

interface AseAnswer extends Outcome {
  readonly ms: number;
  readonly cpuMs: number;
  readonly converged: boolean;
}

async function ase(size: string): Promise<Work | string> {
  if (!lammpsVersion()) return "LAMMPS is not installed or not wanted";
  if (!pythonHas("ase, ctypes; ctypes.CDLL('liblammps.so.0')")) return "ASE or liblammps.so.0 is not installed";
  const crystal = structure(193);
  const folder = lammpsFor(crystal, ACCURATE);
  const request = {
    folder: folder.path,
    commands: folder.commands,
    species: Array.from(crystal.kinds, (kind) => crystal.elements[kind]),
    lengths: [0, 4, 8].map((k) => crystal.cell.vectors[k]),
    positions: [...crystal.positions],
    tolerance: 1e-5,
  };
  const script = fileURLToPath(new URL("../../bench/peers/relax.py", import.meta.url));
  return async () => {
    const answer = runPython<AseAnswer>(script, request);
    if (!answer.converged) throw new Error(`${size}: not converged`);
    outcomes.set(size, answer);
    return { units: 1, ms: answer.ms, cpuMs: answer.cpuMs };
  };
}

const HYBRID: LammpsSettings = { style: "hybrid", coulombCutoff: 7, sum: "ewald", accuracy: 1e-6 };

/** box/relax measures strain from its own start, so it is begun again several times; the time of all passes counts. */
const PASSES = 6;

async function lammps(size: string): Promise<Work | string> {
  if (!lammpsVersion()) return "LAMMPS is not installed or not wanted";
  const passes = Array.from({ length: PASSES }, () => [
    "fix box all box/relax x 0.0 y 0.0 z 0.0 vmax 0.002 fixedpoint 0 0 0",
    "minimize 0 1e-5 200 2000",
    "unfix box",
    "minimize 0 1e-5 100 1000",
  ]).flat();
  const crystal = structure(32);
  const tried = [ACCURATE, HYBRID].map((settings) => {
    const folder = lammpsFor(crystal, settings);
    return { folder, cpuMs: folder.minimize(passes).cpuMs };
  });
  const { folder } = tried.sort((a, b) => a.cpuMs - b.cpuMs)[0]!;
  return async () => {
    const { ms, cpuMs, evaluations, energy } = folder.minimize(passes);
    outcomes.set(size, { evaluations, energy });
    return { units: 1, ms, cpuMs };
  };
}

function counted(field: ForceField): { readonly field: ForceField; readonly evaluations: () => number } {
  let count = 0;
  const attach: ForceField["attach"] = (crystal) => {
    const session = field.attach(crystal);
    return {
      evaluate: (positions, forces, stress) => {
        count++;
        return session.evaluate(positions, forces, stress);
      },
      energyParts: (positions) => session.energyParts(positions),
      setCell: (cell) => session.setCell(cell),
      dispose: () => session.dispose(),
    };
  };
  return {
    field: { name: field.name, can: field.can, attach, toJSON: () => field.toJSON() },
    evaluations: () => count,
  };
}
