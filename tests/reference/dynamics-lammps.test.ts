// Trajectories of solid argon against LAMMPS: the same start, potential, masses and step.

import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { Rng } from "../../src/base/index.js";
import { type EnsembleSpec, makeIntegrator, runMd, startState } from "../../src/dynamics/index.js";
import { makeForceField } from "../../src/forces/index.js";
import { cellFromParameters, makeCrystal } from "../../src/structure/index.js";
import { largestDifference } from "../helpers/dynamics.js";

interface Trajectory {
  readonly positions: number[]; // [n,3] Å, unwrapped, at the end
  readonly velocities: number[]; // [n,3] Å/ps
  readonly steps: number[];
  readonly potential: number[]; // eV
  readonly kinetic: number[]; // eV
}

const file = new URL("../../fixtures/lammps/md-argon/expected.json", import.meta.url);
const fixture: {
  readonly cell: number;
  readonly timestepFs: number;
  readonly steps: number;
  readonly positions: number[];
  readonly velocities: number[];
  readonly nve: Trajectory;
  readonly nvt: Trajectory;
} = JSON.parse(readFileSync(file, "utf8"));

const field = makeForceField({
  name: "argon",
  pairs: { "Ar-Ar": [{ form: "lennard-jones", depthEv: 0.0104, diameterA: 3.4 }] },
  cutoffA: 5,
  shift: "force",
});

async function run(spec: EnsembleSpec) {
  const species = Array.from({ length: 32 }, () => "Ar");
  const crystal = makeCrystal({
    cell: cellFromParameters(fixture.cell, fixture.cell, fixture.cell),
    species,
    positions: fixture.positions,
    masses: species.map(() => 39.948),
  });
  const state = startState(crystal, { velocities: Float64Array.from(fixture.velocities, (v) => v / 1000) });
  const integrator = makeIntegrator(spec, state, { timestepFs: fixture.timestepFs, rng: Rng.fromSeed(1) });
  const forces = field.attach(crystal);
  const { thermo } = await runMd(state, forces, integrator, { steps: fixture.steps, thermoEvery: 100 });
  return { state, thermo };
}

it("constant energy: 2000 steps lead to the same place", async () => {
  const { state, thermo } = await run({ kind: "nve" });
  // LAMMPS' units metal differ from CODATA 2018 by 6e-8 in mass times velocity squared: 3e-8 of ways of 2 Å and of energies of 0.2 eV.
  expect(largestDifference(state.positions, Float64Array.from(fixture.nve.positions))).toBeLessThan(2e-7);
  expect(largestDifference(thermo.potentialEnergy, Float64Array.from(fixture.nve.potential))).toBeLessThan(1e-7);
  expect(largestDifference(thermo.kineticEnergy, Float64Array.from(fixture.nve.kinetic))).toBeLessThan(1e-7);
});

it("Nosé–Hoover chain: the same temperature swings and the same place", async () => {
  const { state, thermo } = await run({ kind: "nose-hoover", temperatureK: 60, relaxationFs: 2 * Math.PI * 50 });
  // Its k_B is larger by 1.2e-6 and the chain is split in another way, of second order: (2π 0.5/314)²/24 = 4e-6 of a swing of 0.2 eV.
  expect(largestDifference(state.positions, Float64Array.from(fixture.nvt.positions))).toBeLessThan(3e-6);
  expect(largestDifference(thermo.kineticEnergy, Float64Array.from(fixture.nvt.kinetic))).toBeLessThan(3e-6);
  expect(Math.max(...fixture.nvt.kinetic) - Math.min(...fixture.nvt.kinetic)).toBeGreaterThan(0.1); // there was something to follow
});
