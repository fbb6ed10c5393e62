// One evaluation shared by threads: Ge-substituted Li3PO4 repeated 2 and 4 times along each axis, every term ended where it is
// negligible at 1e-5. LAMMPS with as many processes, at an accuracy it reaches with its mesh (rms 7e-5 eV/Å; ours is 4e-6).

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { type Crew, soloCrew } from "../../src/base/index.js";
import {
  createKernelSession,
  cutoffsForAccuracy,
  type ForceFieldSpec,
  interactionsFor,
  namedForceFieldSpec,
} from "../../src/forces/index.js";
import { makeCrew } from "../../src/host/index.js";
import { type Crystal, makeCell, makeCrystal, supercell } from "../../src/structure/index.js";
import { LammpsFolder, type LammpsSettings, lammpsData, lammpsInput, lammpsVersion } from "../peers/lammps.js";

export const name = "threads";
export const why =
  "large cells are shared by threads; two should take little more than half the time of one, and less than LAMMPS with two cores";
export const unit = "evaluations";
/** Smallest first. */
export const sizes = [
  "1,544 atoms",
  "1,544 atoms, two threads",
  "12,352 atoms",
  "12,352 atoms, two threads",
  "LAMMPS, 1,544 atoms, two cores",
  "LAMMPS, 12,352 atoms, two cores",
] as const;
type Size = (typeof sizes)[number];

export const against = [
  ["1,544 atoms, two threads", "1,544 atoms"],
  ["12,352 atoms, two threads", "12,352 atoms"],
  ["1,544 atoms, two threads", "LAMMPS, 1,544 atoms, two cores"],
  ["12,352 atoms, two threads", "LAMMPS, 12,352 atoms, two cores"],
];

const file = new URL("../../fixtures/lammps/pedone-li3po4-ge193/expected.json", import.meta.url);

function problem(size: Size): { readonly crystal: Crystal; readonly spec: ForceFieldSpec } {
  const { cell, species, positions } = JSON.parse(readFileSync(file, "utf8")).structure;
  const unitCell = makeCrystal({ cell: makeCell(cell), species, positions });
  const times = size.includes("12,352") ? 4 : 2;
  const { spec } = cutoffsForAccuracy(namedForceFieldSpec("pedone-2006"), unitCell, 1e-5);
  return { crystal: supercell(unitCell, [times, times, times]).crystal, spec };
}

type Work = () => Promise<number | { readonly units: number; readonly ms: number; readonly cpuMs: number }>;

let two: Crew | undefined;
const START_MS = 300; // threads come up

/** What is timed: evaluations at two arrangements in turn. */
export async function prepare(size: Size): Promise<Work | string> {
  const { crystal, spec } = problem(size);
  const interactions = interactionsFor(spec, crystal);
  const evaluations = size.includes("12,352") ? 2 : 10;
  if (size.startsWith("LAMMPS")) return lammps(crystal, spec, evaluations);
  if (size.includes("two")) {
    two ??= makeCrew(2, { workerUrl: new URL("../host/crew-worker.js", import.meta.url) });
    await new Promise((resolve) => setTimeout(resolve, START_MS));
  }
  const session = createKernelSession(interactions, { crew: size.includes("two") && two ? two : soloCrew });
  const places = [crystal.positions, crystal.positions.slice().map((x) => x + 1e-3)];
  const forces = new Float64Array(crystal.positions.length);
  return async () => {
    for (let i = 0; i < evaluations; i++) session.evaluate(places[i % 2]!, forces);
    return evaluations;
  };
}

/** The quickest found that stays within rms 1e-4 eV/Å. */
const SETTINGS: LammpsSettings = {
  style: "table",
  table: "spline 3000",
  coulombCutoff: 9,
  sum: "pppm",
  accuracy: 1e-5,
  splitting: 0.396,
};

function lammps(crystal: Crystal, spec: ForceFieldSpec, evaluations: number): Work | string {
  if (!lammpsVersion()) return "LAMMPS (lmp) is not installed or not wanted";
  if (spawnSync("mpirun", ["--version"]).status !== 0) return "mpirun is not installed";
  const { charges } = interactionsFor(spec, crystal);
  const folder = new LammpsFolder(lammpsData(crystal, charges), lammpsInput(spec, crystal, SETTINGS), "opt");
  return async () => ({ units: 2 * evaluations, ...folder.run(2 * evaluations, 2) });
}
