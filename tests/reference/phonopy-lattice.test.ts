// Lattice dynamics against phonopy 2.17 on the files a phonopy user has. phonopy's constants are CODATA 2014 (√(eV/Å²amu) = 15.633302 THz, ours
// 15.633304; e²/4πε₀ = 14.399651 eV Å, ours 14.3996454), which moves frequencies by 2e-7 of themselves: 4e-6 THz at 18 THz.

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Vec3 } from "../../src/base/index.js";
import { type PhonopyFolder, readPhonopyFolder } from "../../src/io/index.js";
import {
  brillouinMesh,
  degenerateGroups,
  finiteDisplacements,
  fitDisplacements,
  frequencyMoment,
  groupVelocities,
  type LatticeDynamics,
  latticeDynamics,
  meshDos,
  solveMesh,
  thermalDisplacements,
  thermalProperties,
} from "../../src/modes/index.js";
import { cutIntoCells } from "../../src/structure/index.js";
import { loadSymmetryForTests } from "../helpers/symmetry.js";

loadSymmetryForTests();

const CASES = ["copper", "salt", "monoclinic"] as const;
const folder = (name: string): URL => new URL(`../../fixtures/phonopy/lattice/${name}/`, import.meta.url);

interface Solved {
  readonly frequencies: readonly number[];
  readonly towardsGamma?: readonly (readonly number[])[];
}

function load(name: string) {
  const files = Object.fromEntries(
    readdirSync(folder(name))
      .filter((file) => !file.endsWith(".json"))
      .map((file) => [file, readFileSync(new URL(file, folder(name)), "utf8")]),
  );
  const expected = JSON.parse(readFileSync(new URL("expected.json", folder(name)), "utf8"));
  return { input: readPhonopyFolder(files), expected };
}

function dynamicsOf(input: PhonopyFolder, scheme: "gonze" | "wang" | "none"): LatticeDynamics {
  const cells = { primitive: input.primitive };
  const constants = fitDisplacements(input.forceSets!, { cells });
  return latticeDynamics(constants, { cells, ...(input.charges ? { charges: input.charges, scheme } : {}) });
}

const largest = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  expect(a.length).toBe(b.length);
  let worst = 0;
  for (let k = 0; k < a.length; k++) worst = Math.max(worst, Math.abs(a[k]! - b[k]!));
  return worst;
};

describe.each(CASES)("phonopy's answers: %s", (name) => {
  const { input, expected } = load(name);

  it("makes the same displacements", () => {
    const cells = cutIntoCells(input.supercell, { primitive: input.primitive });
    const made = finiteDisplacements(cells);
    const n = input.supercell.kinds.length;
    const ours = new Float64Array(3 * n * made.length);
    for (const [set, { atom, vector }] of made.entries()) ours.set(vector, 3 * (n * set + atom));
    expect(largest(ours, input.displacements as Float64Array)).toBeLessThan(1e-12);
  });

  it("fits the same force constants from FORCE_SETS", () => {
    const cells = { primitive: input.primitive };
    const n = input.supercell.kinds.length;
    for (const [sumRule, key] of [
      ["keep", "rawForceConstants"],
      ["impose", "forceConstants"],
    ] as const) {
      const { values } = fitDisplacements(input.forceSets!, { cells, sumRule });
      const theirs: number[] = expected[key];
      let worst = 0;
      for (const [row, s] of (expected.p2s as number[]).entries())
        for (let j = 0; j < n; j++)
          for (let k = 0; k < 9; k++) {
            const ours = values[(3 * s + Math.floor(k / 3)) * 3 * n + 3 * j + (k % 3)]!;
            worst = Math.max(worst, Math.abs(ours - theirs[9 * (row * n + j) + k]!));
          }
      // forces in the file have ten decimals and displacements are 0.01 Å: 1e-10/0.01 eV/Å²
      expect(worst).toBeLessThan(3e-8);
    }
  });

  it.each(["none", "gonze", "wang"] as const)("has the same frequencies at every q, scheme %s", (scheme) => {
    const theirs: Solved = scheme === "none" ? expected.plain : expected[scheme];
    if (!theirs) return expect(input.charges).toBeUndefined();
    const dynamics = dynamicsOf(input, scheme);
    const ours = (expected.q as Vec3[]).flatMap((q) => [...dynamics.frequenciesAt(q)]);
    expect(largest(ours, theirs.frequencies)).toBeLessThan(1e-4);
    for (const [at, direction] of ((theirs.towardsGamma ? expected.directions : []) as Vec3[]).entries()) {
      const limit = dynamics.frequenciesAt([0, 0, 0], { direction });
      expect(largest(limit, theirs.towardsGamma![at]!)).toBeLessThan(1e-4);
    }
  });

  it("has the same group velocities where no modes are degenerate, and the same sums where they are", () => {
    const dynamics = dynamicsOf(input, "none");
    const theirs: number[] = expected.plain.groupVelocities;
    for (const [at, q] of (expected.q as Vec3[]).entries()) {
      const modes = dynamics.modesAt(q);
      const ours = groupVelocities(dynamics, modes);
      for (const { first, count, frequency } of degenerateGroups(modes, 1e-4)) {
        // v is a slope of λ over 2√λ: at 0.015 THz the ten decimals of FORCE_SETS (3e-8 eV/Å² of Φ) are 1e-3 of it, and phonopy takes the
        // mean over the operations that keep q
        if (frequency < 0.1) continue;
        for (let axis = 0; axis < 3; axis++) {
          let [sum, expectedSum] = [0, 0];
          for (let mode = first; mode < first + count; mode++) {
            sum += 1e3 * ours[3 * mode + axis]!; // Å/fs to phonopy's THz Å: ∂ω/∂k = ∂f/∂q with q without 2π
            expectedSum += theirs[3 * (at * modes.count + mode) + axis]!;
          }
          expect(Math.abs(sum - expectedSum)).toBeLessThan(2e-5);
        }
      }
    }
  });

  it("reduces the mesh to the same number of wave vectors", () => {
    const mesh = brillouinMesh(input.primitive, expected.mesh);
    expect([...mesh.weights].sort((a, b) => a - b)).toEqual(expected.weights);
  });

  it("has the same density of states, by tetrahedra and Gaussians, in all and by atom and axis", async () => {
    const dynamics = dynamicsOf(input, "gonze");
    const points: number[] = expected.dosGrid;
    const grid = { from: points[0]!, to: points.at(-1)!, points: points.length };
    const reduced = await solveMesh(dynamics, brillouinMesh(input.primitive, expected.mesh));
    const top = Math.max(...expected.dosTetrahedron);
    // g is a polynomial of (ω − e)/(e' − e): tetrahedra 0.01 THz wide turn the 6e-5 THz by which phonopy's cut Ewald sum moves "monoclinic" into parts
    // of a hundredth of their own small weight
    const bound = name === "monoclinic" ? 1e-3 : 1e-4;
    const ours = meshDos(reduced, { grid, flat: "leave-out" }).total;
    expect(largest(ours, expected.dosTetrahedron)).toBeLessThan(bound * top);
    const smooth = meshDos(reduced, { grid, method: "gaussian", width: 0.2 });
    expect(largest(smooth.total, expected.dosGaussian)).toBeLessThan(1e-4 * top);
    const all = brillouinMesh(input.primitive, expected.mesh, { symmetry: "none", timeReversal: false });
    const whole = await solveMesh(dynamics, all, { keep: ["tensors"] });
    const atoms = meshDos(whole, { grid, flat: "leave-out", project: "tensors" });
    // Atoms of one orbit together: how a degenerate pair is shared among them depends on the basis that the eigensolver happened to choose.
    const theirs = new Float64Array(atoms.byElement!.length);
    for (const [at, value] of (expected.byAtom as number[]).entries())
      theirs[input.primitive.kinds[Math.floor(at / points.length)]! * points.length + (at % points.length)]! += value;
    expect(largest(atoms.byElement!, theirs)).toBeLessThan(bound * top);
    const { tensors } = meshDos(whole, { grid, method: "gaussian", width: 0.2, project: "tensors" });
    const b = input.primitive.kinds.length;
    const byAxis = Array.from({ length: 3 * b }, (_, row) =>
      points.map((_, p) => tensors![6 * (Math.floor(row / 3) * points.length + p) + (row % 3)]!),
    ).flat();
    // On the reduced mesh the mean over the group stands in for the points left out.
    const less = await solveMesh(dynamics, brillouinMesh(input.primitive, expected.mesh), { keep: ["tensors"] });
    const folded = meshDos(less, { grid, method: "gaussian", width: 0.2, project: "tensors" });
    expect(largest(folded.tensors!, tensors!)).toBeLessThan(1e-6 * top);
    expect(largest(byAxis, expected.byAxisGaussian)).toBeLessThan(1e-4 * top);
  });

  it("has the same thermal properties and mean squared displacements", async () => {
    const dynamics = dynamicsOf(input, "gonze");
    const mesh = brillouinMesh(input.primitive, expected.mesh);
    const modes = await solveMesh(dynamics, mesh);
    const thermal = thermalProperties(modes, expected.temperatures, { minimumThz: 0.01 });
    const molar = 96.48533212331; // eV per cell to kJ/mol
    // 6e-5 THz of phonopy's cut Ewald sum are 4e-5 of the slowest waves of "monoclinic"
    for (const [ours, theirs, unit] of [
      [thermal.freeEnergy, expected.thermal.free_energy, molar],
      [thermal.entropy, expected.thermal.entropy, 1000 * molar],
      [thermal.heatCapacity, expected.thermal.heat_capacity, 1000 * molar],
    ] as const)
      for (const [k, value] of (theirs as number[]).entries())
        expect(Math.abs(ours[k]! * unit - value)).toBeLessThan(
          (name === "monoclinic" ? 1e-4 : 1e-5) * Math.abs(value) + 1e-12,
        );
    const { tensors, dropped } = await thermalDisplacements(dynamics, mesh, {
      temperatures: expected.temperatures,
      minimumThz: 0.01,
    });
    expect(dropped).toBe(3);
    const scale = Math.max(...(expected.displacements as number[]).map(Math.abs));
    expect(largest(tensors, expected.displacements)).toBeLessThan((name === "monoclinic" ? 1e-4 : 1e-5) * scale);
    for (const [k, value] of (expected.displacements as number[]).entries())
      if (Math.abs(value) > 1e-6) expect(Math.abs(tensors[k]! / value - 1)).toBeLessThan(1e-4);
    expect(frequencyMoment(modes, 2, { minimumThz: 0.01 }) / expected.secondMoment).toBeCloseTo(1, 5);
  });
});
