// Runs of minutes: PHONION_LONG=1.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Rng } from "../../../src/base/index.js";
import { makeIntegrator, requireCompleted, runMd, startState, totalMomentum } from "../../../src/dynamics/index.js";
import { namedForceField } from "../../../src/forces/index.js";
import { makeCell, makeCrystal } from "../../../src/structure/index.js";

function doped() {
  const file = new URL("../../../fixtures/lammps/pedone-li3po4-ge193/expected.json", import.meta.url);
  const { cell, species, positions } = JSON.parse(readFileSync(file, "utf8")).structure;
  return makeCrystal({ cell: makeCell(cell), species, positions });
}

const PICOSECONDS = 200;

describe.skipIf(!process.env["PHONION_LONG"])("Ge-substituted Li3PO4, 193 atoms, 700 K", () => {
  for (const engine of ["kernel", "mixed"] as const) {
    it(
      `constant energy at 1 fs drifts by less than 1e-3 k_BT per atom and ns (${engine})`,
      async () => {
        const crystal = doped();
        const forces = namedForceField("pedone-2006", { accuracy: 1e-5, engine }).attach(crystal);
        const state = startState(crystal, { temperatureK: 700, seed: 1 });
        const rng = Rng.fromSeed(2);
        const warm = makeIntegrator({ kind: "langevin", temperatureK: 700, relaxationFs: 100 }, state, {
          timestepFs: 1,
          rng,
        });
        requireCompleted(await runMd(state, forces, warm, { steps: 3000 }));
        const free = makeIntegrator({ kind: "nve" }, state, { timestepFs: 1, rng });
        const run = requireCompleted(await runMd(state, forces, free, { steps: PICOSECONDS * 1000 }));
        const { drift, temperature } = run.summary!;
        const momentum = Math.hypot(...totalMomentum(state));
        console.log(
          `${engine}: drift ${drift.value.toExponential(2)} ± ${drift.standardError.toExponential(1)} ${drift.unit} over ` +
            `${PICOSECONDS} ps at ${temperature.value.toFixed(0)} K; momentum ${momentum.toExponential(1)} amu Å/fs`,
        );
        // Compatible with less than 1e-3 at two standard errors.
        expect(Math.abs(drift.value)).toBeLessThan(1e-3 + 2 * drift.standardError);
        expect(drift.standardError).toBeLessThan(1e-3); // else the line above says nothing
        forces.dispose();
      },
      30 * 60_000,
    );
  }
});
