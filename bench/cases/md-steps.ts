// Molecular dynamics of Ge-substituted Li3PO4 (Li73GeP23O96, 193 atoms) at 700 K: whole steps, thermostat and integration beside the forces.

import { readFileSync } from "node:fs";
import { Rng } from "../../src/base/index.js";
import {
  type EnsembleSpec,
  type Integrator,
  type MdState,
  makeIntegrator,
  runMd,
  startState,
  updateForces,
} from "../../src/dynamics/index.js";
import { type ForceSession, interactionsFor, namedForceField, namedForceFieldSpec } from "../../src/forces/index.js";
import { type Crystal, makeCell, makeCrystal } from "../../src/structure/index.js";
import {
  ACCURATE,
  LammpsFolder,
  type LammpsSettings,
  lammpsData,
  lammpsInput,
  lammpsVersion,
} from "../peers/lammps.js";

export const name = "md-steps";
export const why =
  "a nanosecond is a million steps: the forces take nearly all of a step, and at 1e-5 in mixed precision 3000 steps/s make 260 ns/day at 1 fs";
export const unit = "steps";
/** Smallest first. */
export const sizes = [
  "32 atoms, nve",
  "193 atoms, nve",
  "193 atoms, nve, mixed",
  "193 atoms, langevin",
  "193 atoms, langevin, mixed",
  "193 atoms, nose-hoover",
  "193 atoms, nose-hoover, mixed",
  "193 atoms, rescale, mixed",
  "193 atoms, no forces, nve",
  "193 atoms, no forces, langevin",
  "193 atoms, no forces, nose-hoover",
  "193 atoms, no forces, run loop",
  "LAMMPS, everything at 15 Å, nve",
  "LAMMPS, quickest tables, nve",
] as const;

export const against = [
  ["193 atoms, nve", "LAMMPS, everything at 15 Å, nve"],
  ["193 atoms, nve, mixed", "LAMMPS, everything at 15 Å, nve"],
  ["193 atoms, nve", "LAMMPS, quickest tables, nve"],
  ["193 atoms, nve, mixed", "LAMMPS, quickest tables, nve"],
];

export const targets = [
  { row: "193 atoms, nve", atLeastPerSecond: 1600 },
  { row: "193 atoms, nve, mixed", atLeastPerSecond: 3000 },
  { row: "193 atoms, langevin, mixed", atLeastPerSecond: 3000 },
  { row: "193 atoms, nose-hoover, mixed", atLeastPerSecond: 3000 },
  { row: "193 atoms, no forces, langevin", atLeastPerSecond: 30_000 },
];

function structure(atoms: 32 | 193): Crystal {
  const folder = atoms === 32 ? "pedone-li3po4" : "pedone-li3po4-ge193";
  const file = new URL(`../../fixtures/lammps/${folder}/expected.json`, import.meta.url);
  const { cell, species, positions } = JSON.parse(readFileSync(file, "utf8")).structure;
  return makeCrystal({ cell: makeCell(cell), species, positions });
}

const ENSEMBLES: Readonly<Record<string, EnsembleSpec>> = {
  nve: { kind: "nve" },
  langevin: { kind: "langevin", temperatureK: 700 },
  "nose-hoover": { kind: "nose-hoover", temperatureK: 700 },
  rescale: { kind: "rescale", temperatureK: 700 },
};

const noForces: ForceSession = {
  evaluate: () => 0,
  energyParts: () => ({}),
  setCell: () => {},
  dispose: () => {},
};

interface Prepared {
  readonly state: MdState;
  readonly forces: ForceSession;
  readonly integrator: Integrator;
}

function prepared(size: string): Prepared {
  const crystal = structure(size.startsWith("32") ? 32 : 193);
  const engine = size.endsWith("mixed") ? "mixed" : "kernel";
  const idle = size.includes("no forces");
  const forces = idle ? noForces : namedForceField("pedone-2006", { accuracy: 1e-5, engine }).attach(crystal);
  const state = startState(crystal, { temperatureK: idle ? 1 : 700, seed: 1 });
  updateForces(state, forces);
  const spec = Object.entries(ENSEMBLES).find(([kind]) => size.includes(kind))?.[1] ?? { kind: "nve" };
  const rng = Rng.fromSeed(2);
  // A free flight of days must stay short of where numbers lose their digits.
  const integrator = makeIntegrator(spec, state, { timestepFs: idle ? 1e-6 : 1, rng });
  return { state, forces, integrator };
}

/**
 * The paper's potential as its authors ran it (every term and the Coulomb sum to 15 Å, LAMMPS' own skin of 2 Å and no accelerated styles),
 * and the quickest tables with a relative force error of 1e-5 (bench/cases/forces.ts) with the accelerated styles.
 */
const PEERS: Readonly<
  Record<string, { readonly settings: LammpsSettings; readonly skin: number; readonly suffix?: "opt" }>
> = {
  "LAMMPS, everything at 15 Å, nve": {
    settings: { style: "hybrid", coulombCutoff: 15, sum: "pppm", accuracy: 1e-5 },
    skin: 2,
  },
  "LAMMPS, quickest tables, nve": { settings: ACCURATE, skin: 0.6, suffix: "opt" },
};

function lammps(size: string): (() => Promise<{ units: number; ms: number; cpuMs: number }>) | string {
  if (!lammpsVersion()) return "LAMMPS (lmp) is not installed or not wanted";
  const crystal = structure(193);
  const spec = namedForceFieldSpec("pedone-2006");
  const { charges } = interactionsFor(spec, crystal);
  const { settings, skin, suffix } = PEERS[size]!;
  const folder = new LammpsFolder(lammpsData(crystal, charges), lammpsInput(spec, crystal, settings), suffix);
  return async () => ({ units: 300, ...folder.dynamics(300, skin) });
}

/** What is timed: 100 steps of a run that goes on. */
export async function prepare(size: (typeof sizes)[number]): Promise<(() => Promise<unknown>) | string> {
  if (size.startsWith("LAMMPS")) return lammps(size);
  const { state, forces, integrator } = prepared(size);
  if (size.endsWith("run loop")) {
    return async () => {
      await runMd(state, forces, integrator, { steps: 1000, checkEvery: 10 });
      return 1000;
    };
  }
  return async () => {
    integrator.advance(state, forces, 100);
    return 100;
  };
}
