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
import { type ForceSession, namedForceField } from "../../src/forces/index.js";
import { type Crystal, makeCell, makeCrystal } from "../../src/structure/index.js";

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
] as const;

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

/** What is timed: 100 steps of a run that goes on. */
export async function prepare(size: (typeof sizes)[number]): Promise<() => Promise<number>> {
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
