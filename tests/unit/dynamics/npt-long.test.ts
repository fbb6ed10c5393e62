// Constant pressure against LAMMPS, minutes: PHONION_LONG=1.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  cellAverages,
  compressibilityOf,
  makeNpt,
  pressureOf,
  type SampledEstimate,
  startState,
} from "../../../src/dynamics/index.js";
import { makeForceField, namedForceField } from "../../../src/forces/index.js";
import { readStructure } from "../../../src/io/index.js";
import { blockAverage } from "../../../src/numerics/index.js";
import { type Cell, fcc, supercell } from "../../../src/structure/index.js";

interface Expected {
  readonly value: number;
  readonly standardError: number;
}
interface LammpsRun {
  readonly coupling: "iso" | "aniso" | "tri";
  readonly volume: Expected;
  readonly compressibilityPerGpa: Expected;
  readonly potentialEnergyEv: Expected;
}
const text = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");
const argon = JSON.parse(text("fixtures/lammps/npt-argon/expected.json")) as {
  temperatureK: number;
  pressureGpa: number;
  runs: LammpsRun[];
};
const MOTIONS = { iso: "isotropic", aniso: "axes", tri: "full" } as const;

const long = !!process.env["PHONION_LONG"];
const LONGEST_MS = 15 * 60_000;

describe.skipIf(!long)("solid argon, 60 K, 0.05 GPa, 108 atoms: LAMMPS' volume, compressibility and energy", () => {
  // The more of the cell moves the larger it is on average, by 4 and 6 Å³ of 4480: the shapes are sampled, not only the volume.
  it.each(argon.runs)(
    "$coupling",
    (expected) => {
      const lj = { form: "lennard-jones", depthEv: 0.0104, diameterA: 3.4 } as const;
      const field = makeForceField({ name: "argon", pairs: { "Ar-Ar": [lj] }, cutoffA: 7, shift: "force" });
      const { crystal } = supercell(fcc({ a: 5.495, elements: ["Ar"] }), [3, 3, 3]);
      const forces = field.attach(crystal);
      const state = startState(crystal, { temperatureK: 120, seed: 21 });
      const { temperatureK, pressureGpa } = argon;
      const npt = makeNpt(
        { kind: "npt", temperatureK, pressureGpa, cell: MOTIONS[expected.coupling], relaxationFs: 500 },
        state,
        { timestepFs: 4 },
      );
      npt.advance(state, forces, 25000);
      const start = npt.conserved(state);
      const samples = 10000; // 800 ps
      const [volumes, energies, pressures] = [0, 1, 2].map(() => new Float64Array(samples)) as [
        Float64Array,
        Float64Array,
        Float64Array,
      ];
      for (let s = 0; s < samples; s++) {
        npt.advance(state, forces, 20);
        volumes[s] = state.cell.volume;
        energies[s] = state.potentialEnergy;
        pressures[s] = pressureOf(state);
      }
      const found = {
        volume: blockAverage(volumes),
        energy: blockAverage(energies),
        pressure: blockAverage(pressures),
        compressibility: compressibilityOf(volumes, temperatureK),
      };
      const drift = npt.conserved(state) - start;
      console.log(
        `${expected.coupling}: V ${found.volume.mean.toFixed(2)} ± ${found.volume.standardError.toFixed(2)} Å³ (LAMMPS ${expected.volume.value.toFixed(2)} ± ` +
          `${expected.volume.standardError.toFixed(2)}), κ ${found.compressibility.value.toFixed(4)} ± ${found.compressibility.standardError.toFixed(4)} 1/GPa ` +
          `(${expected.compressibilityPerGpa.value.toFixed(4)} ± ${expected.compressibilityPerGpa.standardError.toFixed(4)}), ` +
          `E ${found.energy.mean.toFixed(4)} ± ${found.energy.standardError.toFixed(4)} (${expected.potentialEnergyEv.value.toFixed(4)}), ` +
          `P ${found.pressure.mean.toFixed(5)} ± ${found.pressure.standardError.toFixed(5)} GPa, conserved ${drift.toExponential(1)} eV in 800 ps`,
      );
      const agree = (value: number, error: number, { value: theirs, standardError }: Expected): void =>
        expect(Math.abs(value - theirs)).toBeLessThan(3.5 * Math.hypot(error, standardError));
      agree(found.volume.mean, found.volume.standardError, expected.volume);
      agree(found.energy.mean, found.energy.standardError, expected.potentialEnergyEv);
      agree(found.compressibility.value, found.compressibility.standardError, expected.compressibilityPerGpa);
      expect(Math.abs(found.pressure.mean - pressureGpa)).toBeLessThan(3.5 * found.pressure.standardError);
      // 108 atoms hold 0.83 eV of kinetic energy: a tenth of a percent in 200 000 steps
      expect(Math.abs(drift)).toBeLessThan(8e-4);
      // standard errors small enough for the lines above to tell the three from each other
      expect(found.volume.standardError).toBeLessThan(1.3);
    },
    LONGEST_MS,
  );
});

describe.skipIf(!long)("γ-Li3PO4, 192 atoms, 300 K, 0 GPa, three lengths free: LAMMPS' lattice", () => {
  it(
    "axes, 100 ps",
    () => {
      const cells = [1, 2, 3] as const;
      const { crystal } = supercell(readStructure(text("examples/gordiz/li3po4.cif"), "li3po4.cif"), cells);
      const forces = namedForceField("pedone-2006", { accuracy: 1e-5 }).attach(crystal);
      const state = startState(crystal, { temperatureK: 300, seed: 1 });
      const npt = makeNpt(
        { kind: "npt", temperatureK: 300, pressureGpa: 0, cell: "axes", cellRelaxationFs: 300 },
        state,
        { timestepFs: 1 },
      );
      npt.advance(state, forces, 5000);
      const start = npt.conserved(state);
      const frames: Cell[] = [];
      for (let s = 0; s < 5000; s++) {
        npt.advance(state, forces, 20);
        frames.push(state.cell);
      }
      const { lengths, angles, volume } = cellAverages(frames);
      const drift = npt.conserved(state) - start;
      const show = (e: SampledEstimate, per: number): string =>
        `${(e.value / per).toFixed(4)} ± ${(e.standardError / per).toFixed(4)}`;
      console.log(
        `a, b, c = ${lengths.map((e, k) => show(e, cells[k]!)).join(", ")} Å, V ${show(volume, 6)} Å³, conserved ${drift.toExponential(1)} eV`,
      );
      const lammps = JSON.parse(text("fixtures/lammps/lattice-300k/expected.json")) as {
        dynamics: { name: string; lengths: number[]; lengthErrors: number[]; volume: number; volumeError: number }[];
      };
      const theirs = lammps.dynamics.find(({ name }) => name.startsWith("as printed, run 1"))!;
      for (let k = 0; k < 3; k++) {
        const error = Math.hypot(lengths[k]!.standardError / cells[k]!, theirs.lengthErrors[k]!);
        expect(error).toBeLessThan(5e-3);
        expect(Math.abs(lengths[k]!.value / cells[k]! - theirs.lengths[k]!)).toBeLessThan(3.5 * error);
        expect(angles[k]!.value).toBeCloseTo(90, 10);
      }
      // 192 atoms hold 7.4 eV of kinetic energy: a quarter of a percent in 100 000 steps
      expect(Math.abs(drift)).toBeLessThan(0.02);
    },
    LONGEST_MS,
  );
});
