// Barriers of the same hops by ASE's climbing-image NEB (fixtures/ase/neb-lj-vacancy).

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Vec3 } from "../../src/base/index.js";
import { type ForceField, makeForceField } from "../../src/forces/index.js";
import { findPath, polishSaddle, prepareEndpoints, withSaddle } from "../../src/hops/index.js";
import { relax } from "../../src/minima/index.js";
import { makeCell, makeCrystal, withPositions } from "../../src/structure/index.js";

interface Case {
  readonly jumper: number;
  readonly start: readonly (readonly number[])[];
  readonly displacement: Vec3;
  readonly energyFirst: number;
  readonly energyLast: number;
  readonly barrierForward: number;
  readonly barrierBackward: number;
}

const expected = JSON.parse(
  readFileSync(new URL("../../fixtures/ase/neb-lj-vacancy/expected.json", import.meta.url), "utf8"),
);

const argon: ForceField = makeForceField({
  name: "argon",
  pairs: {
    "Ar-Ar": [
      {
        form: "lennard-jones",
        depthEv: expected.epsilon,
        diameterA: expected.sigma,
        cutoffA: expected.cutoff,
        shift: "energy",
      },
    ],
  },
});

async function ends({ start, jumper, displacement }: Case) {
  const a = expected.cell as number;
  const crystal = makeCrystal({
    cell: makeCell([a, 0, 0, 0, a, 0, 0, 0, a]),
    species: start.map(() => "Ar"),
    positions: start.flat(),
  });
  const moved = crystal.positions.slice();
  for (let axis = 0; axis < 3; axis++) moved[3 * jumper + axis] = moved[3 * jumper + axis]! + displacement[axis]!;
  const first = await relax(crystal, argon, { tolerance: 1e-5 });
  const last = await relax(withPositions(crystal, moved), argon, { tolerance: 1e-5 });
  return prepareEndpoints(first, last, { moves: [{ atom: jumper, displacement }] });
}

describe("vacancy hops in Lennard-Jones argon agree with ASE", () => {
  for (const name of ["single", "double"] as const) {
    it(name === "single" ? "one vacancy, symmetric" : "a divacancy that parts, asymmetric", async () => {
      const reference = expected[name] as Case;
      const { endpoints, movers } = await ends(reference);
      expect([...movers]).toEqual([reference.jumper]);
      // What a force F left on each of N atoms of curvature k hides is N F²/2k. At rest ASE stopped at 2e-5 eV/Å, the band
      // at 5e-5; Lennard-Jones argon curves by 0.3 eV/Å² or more: 7e-8 and 4.5e-7 eV for 107 atoms.
      expect(Math.abs(endpoints[0].energy - reference.energyFirst)).toBeLessThan(1e-6);
      expect(Math.abs(endpoints[1].energy - reference.energyLast)).toBeLessThan(1e-6);
      const path = await findPath(endpoints, argon, { images: 9, tolerance: 5e-5 });
      expect(path.converged).toBe(true);
      expect(Math.abs(path.barrierForward - reference.barrierForward)).toBeLessThan(1e-6);
      expect(Math.abs(path.barrierBackward - reference.barrierBackward)).toBeLessThan(1e-6);
      // The cut-off leaves a step of 4e-4 eV/Å in each pair force, below which nothing can be polished reliably.
      const exact = withSaddle(path, await polishSaddle(path, argon, { tolerance: 1e-4 }));
      expect(exact.notes).toEqual([]);
      expect(Math.abs(exact.barrierForward - reference.barrierForward)).toBeLessThan(1e-6);
    });
  }
});
